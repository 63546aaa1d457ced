//! A run with a tag sends it, and its snapshots are those of a run without.

use std::sync::{Arc, Mutex};

use crate::stand_in::{self, Reply};
use crate::support::{self, Ran};

const CONTRACT: &str = "
openapi: 3.1.0
info: {title: Things, version: 1.0.0}
paths:
  /things/{name}:
    get:
      operationId: look
      parameters: [{name: name, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: There., content: {application/json: {schema: {type: object}}}}}
";

const FLOWS: &str = "
arazzo: 1.0.1
info: {title: Flows, version: 1.0.0}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
  - workflowId: looking
    inputs:
      type: object
      properties: {tag: {type: string, default: dev, x-countersign: {runTag: true}}}
    steps:
      - stepId: look
        operationId: look
        parameters: [{name: name, in: path, value: 'app-{$inputs.tag}'}]
";

#[test]
fn a_tag_is_sent_and_stands_in_no_snapshot() {
    let folder = tempfile::tempdir().expect("a folder");
    let specs = folder.path().join("specs/things");
    support::write(&specs.join("openapi.yaml"), CONTRACT);
    support::write(&specs.join("flows.arazzo.yaml"), FLOWS);
    let asked: Arc<Mutex<Vec<String>>> = Arc::default();
    let seen = Arc::clone(&asked);
    let url = stand_in::start(Box::new(move |line, _| {
        seen.lock().expect("no panic").push(line.to_owned());
        let name = line.rsplit('/').next().unwrap_or_default();
        Reply::json(format!("{{\"name\":\"{name}\"}}"))
    }));
    let play = |arguments: &[&str]| -> Ran {
        support::run(
            folder.path(),
            &[&["--target", url.as_str()], arguments].concat(),
        )
    };
    let first = play(&["--update", "new"]);
    assert_eq!(first.code, Some(0), "{}", first.story());
    for tag in ["pr-4217", "auto"] {
        let ran = play(&["--run-tag", tag]);
        assert_eq!(ran.code, Some(0), "{}", ran.story());
        assert!(ran.err.contains("run tag"), "{}", ran.story());
    }
    let asked = asked.lock().expect("no panic").clone();
    assert_eq!(
        asked[..2],
        ["GET /things/app-dev", "GET /things/app-pr-4217"]
    );
    assert!(asked[2].len() == "GET /things/app-".len() + 8, "{asked:?}");
    for wrong in ["a", "Pr-4217", "4217", "pr_4217", "pr-"] {
        assert_eq!(play(&["--run-tag", wrong]).code, Some(2), "{wrong}");
    }
}

#[test]
fn a_pace_is_kept_and_a_wrong_one_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let specs = folder.path().join("specs/things");
    support::write(&specs.join("openapi.yaml"), CONTRACT);
    support::write(&specs.join("flows.arazzo.yaml"), FLOWS);
    let url = stand_in::start(Box::new(|_, _| Reply::json("{}")));
    let play = |rate: &str| {
        let arguments = ["--target", &url, "--update", "new", "--rate", rate];
        support::run(folder.path(), &arguments)
    };
    let ran = play("1000");
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    for wrong in ["0", "-1", "fast", "nan", "1e9"] {
        assert_eq!(play(wrong).code, Some(2), "{wrong}");
    }
}
