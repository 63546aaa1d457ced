//! An uploaded chart: a gzipped tar archive with `<name>/Chart.yaml` and `<name>/values.yaml`
//! (Helm, "Charts", "The Chart.yaml File").
//!
//! Templates and the charts it depends on are not looked at.

use serde_json::{Map, Value};

use super::Refusal;
use crate::mock::archive::{self, ArchiveError};
use crate::source::Source;

/// What a chart says of itself.
#[derive(Debug)]
pub(super) struct Chart {
    /// Its metadata, in the order in which the API answers them.
    pub(super) metadata: Map<String, Value>,
    /// Its default values.
    pub(super) values: Map<String, Value>,
}

/// The metadata that the API answers, and whether a chart must have them.
const METADATA: &[(&str, bool)] = &[
    ("name", true),
    ("version", true),
    ("description", false),
    ("apiVersion", true),
    ("appVersion", false),
];

/// Reads a packaged chart.
///
/// # Errors
/// When the upload is empty, not a gzipped archive, without a Chart.yaml at its top, when a file
/// is not YAML, and when a required field of Chart.yaml is missing or a field is no string.
pub(super) fn parse(bytes: &[u8]) -> Result<Chart, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::bad_request("请求体为空: 请上传 Chart 文件"));
    }
    if !archive::is_gzipped(bytes) {
        return Err(Refusal::bad_request(
            "无法解析 Chart 文件: 不是有效的 tgz 归档",
        ));
    }
    let files = archive::read_files(bytes, |path| {
        is_at_top(path, "Chart.yaml") || is_at_top(path, "values.yaml")
    });
    let files = files.map_err(|error| match error {
        ArchiveError::Unreadable => {
            Refusal::bad_request("无法解析 Chart 文件: 不是有效的 tgz 归档")
        }
        ArchiveError::TooLarge => Refusal::bad_request("无法解析 Chart 文件: 内容过大"),
    })?;
    let Some((path, text)) = files.iter().find(|(path, _)| is_at_top(path, "Chart.yaml")) else {
        return Err(Refusal::bad_request("无法解析 Chart 文件: 缺少 Chart.yaml"));
    };
    let metadata = metadata(&parse_object(path, text)?)?;
    // An archive holds one chart: the values are those beside the Chart.yaml.
    let values_path = path.replace("Chart.yaml", "values.yaml");
    let values = match files.get(&values_path) {
        Some(text) => parse_object(&values_path, text)?,
        None => Map::new(),
    };
    Ok(Chart { metadata, values })
}

/// Whether `path` is that of a file named `name` in a folder at the top of the archive.
fn is_at_top(path: &str, name: &str) -> bool {
    path.split_once('/')
        .is_some_and(|(folder, file)| !folder.is_empty() && file == name)
}

/// The object in a YAML file; an empty file is an empty object.
fn parse_object(path: &str, bytes: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let refuse =
        |reason: &str| Refusal::bad_request(format!("无法解析 Chart 文件: {path} {reason}"));
    let text = str::from_utf8(bytes).map_err(|_| refuse("不是 UTF-8 文本"))?;
    match parse_yaml(path, text) {
        Some(Value::Object(object)) => Ok(object),
        Some(Value::Null) => Ok(Map::new()),
        Some(_) => Err(refuse("必须是对象")),
        None => Err(refuse("不是有效的 YAML")),
    }
}

/// The value of a YAML text; null when there is nothing in it but comments.
fn parse_yaml(path: &str, text: &str) -> Option<Value> {
    let is_bare = |line: &str| line.is_empty() || line.starts_with('#') || line == "---";
    if text.lines().map(str::trim).all(is_bare) {
        return Some(Value::Null);
    }
    let source = Source::parse(path, text.to_owned()).ok()?;
    Some(source.root().clone())
}

fn metadata(fields: &Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    let mut metadata = Map::new();
    for &(name, is_required) in METADATA {
        match fields.get(name) {
            Some(Value::String(text)) if !(text.is_empty() && is_required) => {
                metadata.insert(name.to_owned(), Value::from(text.as_str()));
            }
            None | Some(Value::Null) if !is_required => {}
            None | Some(Value::Null) => {
                let message = format!("无法解析 Chart 文件: Chart.yaml 缺少 {name}");
                return Err(Refusal::bad_request(message));
            }
            Some(_) => {
                let message = format!("无法解析 Chart 文件: Chart.yaml 的 {name} 必须是非空字符串");
                return Err(Refusal::bad_request(message));
            }
        }
    }
    Ok(metadata)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::mock::archive::samples::{gzip, tar};

    const CHART: &str = "apiVersion: v2\nname: web\nversion: 1.2.3\nappVersion: \"1.25\"\n";

    fn message(files: &[(&str, &str)]) -> String {
        parse(&gzip(&tar(files))).unwrap_err().message
    }

    #[test]
    fn metadata_and_values_are_read() {
        let files = [
            ("web/values.yaml", "replicas: 1\nimage: {tag: \"1.25\"}\n"),
            ("web/Chart.yaml", CHART),
            ("web/charts/sub/Chart.yaml", "name: sub"),
        ];
        let chart = parse(&gzip(&tar(&files))).unwrap();
        assert_eq!(
            Value::Object(chart.metadata).to_string(),
            r#"{"name":"web","version":"1.2.3","apiVersion":"v2","appVersion":"1.25"}"#
        );
        assert_eq!(
            Value::Object(chart.values),
            json!({"replicas": 1, "image": {"tag": "1.25"}})
        );
    }

    #[test]
    fn a_chart_without_values_has_none() {
        assert!(
            parse(&gzip(&tar(&[("web/Chart.yaml", CHART)])))
                .unwrap()
                .values
                .is_empty()
        );
        let files = [
            ("web/Chart.yaml", CHART),
            ("web/values.yaml", "# nothing\n"),
        ];
        assert!(parse(&gzip(&tar(&files))).unwrap().values.is_empty());
    }

    #[test]
    fn what_is_no_chart_is_refused_with_the_reason() {
        assert!(parse(b"").unwrap_err().message.contains("请求体为空"));
        let plain = parse(&tar(&[("web/Chart.yaml", CHART)])).unwrap_err();
        assert!(plain.message.contains("tgz"));
        assert!(message(&[("Chart.yaml", CHART)]).contains("缺少 Chart.yaml"));
        assert!(message(&[("web/Chart.yaml", "a: [")]).contains("不是有效的 YAML"));
        assert!(message(&[("web/Chart.yaml", "- a")]).contains("必须是对象"));
        assert!(message(&[("web/Chart.yaml", "name: web")]).contains("缺少 version"));
        let number = CHART.replace("1.2.3", "1.2");
        assert!(message(&[("web/Chart.yaml", &number)]).contains("version 必须是非空字符串"));
        let values = [("web/Chart.yaml", CHART), ("web/values.yaml", "- 1")];
        assert!(message(&values).contains("web/values.yaml 必须是对象"));
    }
}
