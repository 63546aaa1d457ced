//! The image references in an uploaded archive: an OCI image layout (OCI Image Format
//! Specification 1.1, "Image Layout") or what `docker save` writes.
//!
//! It does not look at layers, and does not compare digests.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Refusal;
use crate::mock::archive::{self, ArchiveError};

/// The most references in one archive.
const REFERENCES_MAX: usize = 1_000;

/// The index of an OCI image layout.
const INDEX: &str = "index.json";
/// The list of images that `docker save` writes.
const MANIFEST: &str = "manifest.json";

/// The annotation with the full reference, as containerd writes it.
const FULL_NAME: &str = "io.containerd.image.name";
/// The annotation that the standard defines; some tools write the full reference in it.
const REFERENCE_NAME: &str = "org.opencontainers.image.ref.name";

/// The references in the archive, each once, in the archive's order.
///
/// # Errors
/// When the upload is empty, no archive, no image archive, too large, or has no reference.
pub(super) fn references(bytes: &[u8]) -> Result<Vec<String>, Refusal> {
    if bytes.is_empty() {
        return Err(Refusal::bad_request("请求体为空: 请上传镜像文件"));
    }
    let files = archive::read_files(bytes, |path| path == INDEX || path == MANIFEST);
    let files = files.map_err(|error| match error {
        ArchiveError::Unreadable => Refusal::bad_request("无法解析镜像文件: 不是有效的 tar 归档"),
        ArchiveError::TooLarge => Refusal::bad_request("无法解析镜像文件: 内容过大"),
    })?;
    let index = parse_file(&files, INDEX)?;
    let manifest = parse_file(&files, MANIFEST)?;
    if index.is_none() && manifest.is_none() {
        return Err(Refusal::bad_request("无法解析镜像文件: 缺少 index.json"));
    }
    let mut references: Vec<String> = Vec::new();
    let annotated = index.iter().flat_map(annotated_names);
    let tagged = manifest.iter().flat_map(repository_tags);
    for reference in annotated.chain(tagged) {
        if references.len() >= REFERENCES_MAX {
            return Err(Refusal::bad_request("无法解析镜像文件: 镜像引用过多"));
        }
        if !references.iter().any(|known| known == reference) {
            references.push(reference.to_owned());
        }
    }
    if references.is_empty() {
        return Err(Refusal::bad_request("镜像文件中没有镜像引用"));
    }
    Ok(references)
}

fn parse_file(files: &BTreeMap<String, Vec<u8>>, path: &str) -> Result<Option<Value>, Refusal> {
    let Some(bytes) = files.get(path) else {
        return Ok(None);
    };
    match serde_json::from_slice(bytes) {
        Ok(value) => Ok(Some(value)),
        Err(_) => Err(Refusal::bad_request(format!(
            "无法解析镜像文件: {path} 不是有效的 JSON"
        ))),
    }
}

fn annotated_names(index: &Value) -> impl Iterator<Item = &str> {
    let manifests = index.get("manifests").and_then(Value::as_array);
    manifests.into_iter().flatten().filter_map(|manifest| {
        let annotations = manifest.get("annotations")?;
        let name = annotations
            .get(FULL_NAME)
            .or_else(|| annotations.get(REFERENCE_NAME));
        name?.as_str().filter(|name| !name.is_empty())
    })
}

fn repository_tags(manifest: &Value) -> impl Iterator<Item = &str> {
    let images = manifest.as_array().into_iter().flatten();
    let tags = images.filter_map(|image| image.get("RepoTags")?.as_array());
    tags.flatten()
        .filter_map(Value::as_str)
        .filter(|name| !name.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mock::archive::samples::{gzip, tar};

    fn message(bytes: &[u8]) -> String {
        references(bytes).unwrap_err().message
    }

    fn layout(annotations: &str) -> Vec<u8> {
        let index =
            format!(r#"{{"schemaVersion":2,"manifests":[{{"annotations":{annotations}}}]}}"#);
        tar(&[
            ("oci-layout", r#"{"imageLayoutVersion":"1.0.0"}"#),
            ("index.json", &index),
        ])
    }

    #[test]
    fn the_full_name_goes_before_the_reference_name() {
        let both = layout(
            r#"{"org.opencontainers.image.ref.name":"1.25","io.containerd.image.name":"docker.io/library/nginx:1.25"}"#,
        );
        assert_eq!(references(&both).unwrap(), ["docker.io/library/nginx:1.25"]);
        let one = layout(r#"{"org.opencontainers.image.ref.name":"nginx:1.25"}"#);
        assert_eq!(references(&gzip(&one)).unwrap(), ["nginx:1.25"]);
    }

    #[test]
    fn tags_of_a_saved_image_count_once() {
        let manifest = r#"[{"RepoTags":["a:1","b:2"]},{"RepoTags":null},{"RepoTags":["a:1"]}]"#;
        let index = r#"{"manifests":[{"annotations":{"io.containerd.image.name":"b:2"}},{}]}"#;
        let archive = tar(&[("manifest.json", manifest), ("index.json", index)]);
        assert_eq!(references(&archive).unwrap(), ["b:2", "a:1"]);
    }

    #[test]
    fn what_holds_no_image_is_refused_with_the_reason() {
        assert!(message(b"").contains("请求体为空"));
        assert!(message(b"hello").contains("tar"));
        assert!(message(&tar(&[("x", "")])).contains("缺少 index.json"));
        assert!(message(&tar(&[("index.json", "{")])).contains("index.json 不是有效的 JSON"));
        assert!(message(&tar(&[("index.json", "[1]")])).contains("没有镜像引用"));
        assert!(message(&layout(r#"{"io.containerd.image.name":7}"#)).contains("没有镜像引用"));
    }

    #[test]
    fn too_many_references_are_refused() {
        let tags: Vec<String> = (0..=REFERENCES_MAX)
            .map(|count| format!("a:{count}"))
            .collect();
        let manifest = serde_json::json!([{ "RepoTags": tags }]).to_string();
        assert!(message(&tar(&[("manifest.json", &manifest)])).contains("镜像引用过多"));
    }
}
