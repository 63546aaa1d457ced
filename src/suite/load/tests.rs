//! What the scenarios of an API draw in: more contracts, and tables.

use super::*;
use crate::arazzo::NoFiles;

const CONTRACT: &str = "openapi: 3.1.1
info: {title: Things, version: '1'}
paths:
  /things: {get: {operationId: things, responses: {'200': {description: d}}}}
";

const OTHER: &str = "openapi: 3.1.1
info: {title: Others, version: '1'}
paths:
  /others:
    get:
      operationId: others
      responses:
        '200': {description: d, content: {application/json: {schema: {$ref: 'schemas.yaml#/list'}}}}
";

const FLOW: &str = "arazzo: 1.1.0
info: {title: T, version: '1'}
sourceDescriptions:
  - {name: things, url: openapi.yaml, type: openapi}
  - {name: others, url: other/openapi.yaml, type: openapi}
workflows:
  - workflowId: both
    x-countersign: {cases: {file: rows.yaml}}
    steps:
      - {stepId: a, operationId: $sourceDescriptions.things.things}
      - {stepId: b, operationId: $sourceDescriptions.others.others}
";

/// Files by their paths.
struct Shelf(&'static [(&'static str, &'static str)]);

impl Files for Shelf {
    fn load(&self, path: &str) -> Result<Arc<[u8]>, String> {
        let found = self.0.iter().find(|(it, _)| *it == path);
        let (_, text) = found.ok_or("there is none")?;
        Ok(Arc::from(text.as_bytes()))
    }
}

fn folder(others: &[&str], files: &'static [(&'static str, &'static str)]) -> Folder {
    let text = |path: &str, text: &str| SourceText {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    Folder {
        api: "t".to_owned(),
        contract: text("specs/t/openapi.yaml", CONTRACT),
        scenarios: vec![text("specs/t/t.arazzo.yaml", FLOW)],
        settings: None,
        others: others.iter().map(|it| format!("specs/t/{it}")).collect(),
        files: Box::new(Shelf(files)),
    }
}

const FILES: &[(&str, &str)] = &[
    ("other/openapi.yaml", OTHER),
    ("other/schemas.yaml", "list: {type: array}\n"),
    ("rows.yaml", "[{name: one}]\n"),
];

#[test]
fn what_scenarios_name_is_read_and_no_stranger() {
    let (suite, problems) = load(vec![folder(&["rows.yaml"], FILES)]);
    assert_eq!(problems, []);
    let flow = &suite.apis[0].scenarios[0];
    let titles = flow.steps.iter().filter_map(|it| it.call.operation());
    let titles: Vec<&str> = titles
        .map(|(contract, _)| contract.title.as_str())
        .collect();
    assert_eq!(titles, ["Things", "Others"]);
    assert_eq!(flow.rows[0].name, "one");
}

#[test]
fn what_nobody_names_is_told_and_so_is_what_is_missing() {
    let (_, problems) = load(vec![folder(&["rows.yaml", "rows2.yaml"], FILES)]);
    let strangers: Vec<&str> = problems.iter().map(|it| it.message.as_str()).collect();
    assert!(
        matches!(strangers.as_slice(), [only] if only.contains("rows2.yaml")),
        "{strangers:?}"
    );
    let (_, problems) = load(vec![folder(&[], &FILES[2..])]);
    let codes: Vec<_> = problems.iter().map(|it| it.code).collect();
    assert_eq!(codes, [ProblemCode::UnknownReference], "{problems:?}");
}

#[test]
fn what_cannot_be_mapped_to_xml_is_told_of_operations_that_nobody_calls() {
    let told = |xml: &str| {
        let text = format!(
            "openapi: 3.2.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      operationId: a\n      \
             responses: {{'200': {{description: d, content: {{application/xml: {{schema: {{type: object, xml: {xml}}}}}}}}}}}\n"
        );
        let path = "c.yaml".to_owned();
        let (contract, problems) = load_contract("c", SourceText { path, text }, &NoFiles);
        assert_eq!(problems, []);
        crate::suite::lint_contract(&contract.expect("a contract"))
    };
    assert_eq!(told("{name: a}"), []);
    let problems = told("{name: a, nodeType: bogus}");
    assert_eq!(problems.len(), 1, "{problems:?}");
    assert!(problems[0].message.contains("`nodeType` of `xml`"));
    assert!(!problems[0].is_error(), "nobody is stopped by it");
}

#[test]
fn a_file_is_loaded_once_however_it_is_asked_for() {
    struct Counted(Mutex<u32>);
    impl Files for Counted {
        fn load(&self, path: &str) -> Result<Arc<[u8]>, String> {
            *lock(&self.0) += 1;
            match path {
                "none" => Err("there is none".to_owned()),
                _ => Ok(Arc::from(path.as_bytes())),
            }
        }
    }
    let files = Counted(Mutex::default());
    let noted = Noted::new(BTreeMap::new(), &files);
    for path in ["a", "./a", "a", "none", "b", "none"] {
        assert_eq!(noted.load(path).is_ok(), path != "none", "{path}");
    }
    assert_eq!(*lock(&files.0), 4, "what is not there is asked for again");
    assert!(noted.load_shared("a").is_err(), "it is another folder");
    let loaded = noted.loaded("t");
    assert_eq!(Vec::from_iter(loaded), ["specs/t/a", "specs/t/b"]);
}

#[test]
fn a_path_is_refused_whatever_was_read_before() {
    struct Relative;
    impl Files for Relative {
        fn load(&self, path: &str) -> Result<Arc<[u8]>, String> {
            if path.starts_with('/') || path.contains("..") {
                return Err("it lies outside its folder".to_owned());
            }
            Ok(Arc::from(path.as_bytes()))
        }
    }
    let refused = ["/a", "//a", "../a", "./../a", ".//../a"];
    for read in ["a", "./a", ".//a", "././a", "././/a"] {
        let noted = Noted::new(BTreeMap::new(), &Relative);
        assert!(noted.load(read).is_ok(), "{read}");
        for path in refused {
            assert!(noted.load(path).is_err(), "{path} after {read}");
        }
        assert!(noted.load(read).is_ok(), "{read} again");
    }
}
