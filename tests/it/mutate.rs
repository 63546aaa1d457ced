//! `mutate`: what flows look at is noticed, what they do not look at is told, and it is told the same
//! whatever goes on beside it.

use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use serde_json::Value;
use tempfile::TempDir;

use crate::stand_in::{self, Reply};
use crate::support::{self, Ran};

/// A part of what the bundled mock of this API answers.
const CONTRACT: &str = r#"
openapi: 3.1.0
info: {title: Images, version: "1"}
paths:
  /images:
    get:
      operationId: listImages
      responses:
        "200":
          description: What was pushed.
          content:
            application/json:
              schema:
                type: array
                items:
                  type: object
                  required: [name, tag, ctime]
                  properties:
                    name: {type: string}
                    tag: {type: string}
                    ctime: {type: string, format: date-time}
                    size: {type: integer}
        "503": {description: It is out of order.}
    post:
      operationId: pushImage
      requestBody:
        required: true
        content:
          application/json: {schema: {type: object, required: [image], properties: {image: {type: string}}}}
      responses:
        "200": {description: It is there.}
        "400": {description: No image is named., content: {text/plain: {schema: {type: string}}}}
"#;

/// Flows before their steps.
const HEAD: &str = "
arazzo: 1.0.1
info: {title: Flows, version: 1.0.0}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
";

/// It finds what it has made.
const STRONG: &str = "
  - workflowId: pushAndFind
    steps:
      - stepId: push
        operationId: pushImage
        requestBody: {contentType: application/json, payload: {image: registry.example/pause:3.6}}
      - stepId: find
        operationId: listImages
        successCriteria:
          - condition: $statusCode == 200
          - context: $response.body
            type: jsonpath
            condition: $[?@.name == 'pause']
";

/// It makes something, and never looks.
const WEAK: &str = "
  - workflowId: push
    steps:
      - stepId: push
        operationId: pushImage
        requestBody: {contentType: application/json, payload: {image: registry.example/pause:3.6}}
";

/// It expects what does not come.
const SICK: &str = "
  - workflowId: sick
    steps:
      - {stepId: list, operationId: listImages, successCriteria: [{condition: $statusCode == 503}]}
";

/// A project of such flows, whose snapshots are approved.
fn project(flows: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let specs = folder.path().join("specs/qappctl-shim");
    support::write(&specs.join("openapi.yaml"), CONTRACT);
    support::write(&specs.join("flows.arazzo.yaml"), &format!("{HEAD}{flows}"));
    folder
}

fn approved(flows: &str) -> TempDir {
    let folder = project(flows);
    let ran = support::run(folder.path(), &["--update", "new"]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    folder
}

fn mutate(root: &Path, arguments: &[&str]) -> Ran {
    let mut command = support::program();
    command.arg("-C").arg(root).arg("mutate").args(arguments);
    Ran::of(command.output().expect("the program can be started"))
}

/// What became of the mutants, with the exit code.
fn told(root: &Path, arguments: &[&str]) -> (Ran, Value) {
    let path = root.join("mutants.json");
    let path = format!("--json={}", path.display());
    let arguments = [arguments, &[path.as_str()]].concat();
    let ran = mutate(root, &arguments);
    let text = support::read(&root.join("mutants.json"));
    (ran, serde_json::from_str(&text).expect("JSON"))
}

/// The mutant of that name.
fn find<'v>(told: &'v Value, id: &str) -> &'v Value {
    let mutants = told["apis"][0]["mutants"].as_array().expect("a list");
    let found = mutants.iter().find(|it| it["id"] == id);
    found.expect(id)
}

#[test]
fn what_a_flow_looks_at_is_killed_and_the_rest_is_told() {
    let folder = approved(STRONG);
    let (ran, told) = told(folder.path(), &[]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    let swallowed = find(&told, "pushImage/create-swallowed");
    assert_eq!(swallowed["fate"], "killed");
    assert_eq!(swallowed["by"], serde_json::json!(["criterion"]));
    let missing = find(&told, "listImages/200/required:/*/ctime");
    assert_eq!(missing["by"], serde_json::json!(["response-schema"]));
    assert_eq!(missing["flow"], "qappctl-shim::pushAndFind");
    let late = find(&told, "listImages/timed-out");
    assert_eq!(late["by"], serde_json::json!(["lost"]));
    let api = &told["apis"][0];
    let number = |name: &str| api[name].as_u64().expect("a number");
    let all = api["mutants"].as_array().map_or(0, Vec::len);
    let sum = number("killed") + number("survived") + number("unreachable");
    assert_eq!(u64::try_from(all).ok(), Some(sum));
}

#[test]
fn what_no_flow_looks_at_survives_and_says_what_would_notice() {
    let folder = approved(WEAK);
    let (ran, told) = told(
        folder.path(),
        &["--only", "create-swallowed", "--min-score", "100"],
    );
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    let swallowed = find(&told, "pushImage/create-swallowed");
    assert_eq!(swallowed["fate"], "survived");
    assert_eq!(swallowed["advice"], "no step reads after `pushImage`");
    assert!(
        ran.out.contains("SURVIVED pushImage/create-swallowed"),
        "{}",
        ran.story()
    );
    assert!(
        ran.err.contains("100% are demanded: 1 more"),
        "{}",
        ran.story()
    );
    assert_eq!(told["apis"][0]["score"], serde_json::json!(0.0));
}

#[test]
fn what_no_flow_shows_is_unreachable_and_counts_for_nothing() {
    let folder = approved(STRONG);
    let (_, told) = told(folder.path(), &["--only", "status", "--only", "type"]);
    let reason = |id: &str| {
        find(&told, id)["reason"]
            .as_str()
            .unwrap_or_default()
            .to_owned()
    };
    assert_eq!(
        reason("listImages/503/status"),
        "no flow sees the status 503"
    );
    assert_eq!(
        reason("listImages/200/type:/*/size"),
        "no answer that a flow sees has this place"
    );
    assert_eq!(told["apis"][0]["survived"], 0, "{told:#}");
    assert_eq!(told["apis"][0]["score"], serde_json::json!(100.0));
}

#[test]
fn flows_that_do_not_pass_say_nothing_of_mutants() {
    let sick = mutate(project(SICK).path(), &[]);
    assert_eq!(sick.code, Some(1), "{}", sick.story());
    assert!(
        sick.err.contains("qappctl-shim::sick failed"),
        "{}",
        sick.story()
    );
    assert_eq!(sick.out, "");
    // Nobody has approved what it answers.
    let new = mutate(project(WEAK).path(), &[]);
    assert_eq!(new.code, Some(5), "{}", new.story());
}

#[test]
fn it_is_the_same_for_any_number_of_jobs() {
    let folder = approved(&format!("{STRONG}{WEAK}"));
    let first = told(folder.path(), &["--jobs", "1"]);
    for jobs in ["4", "16"] {
        let again = told(folder.path(), &["--jobs", jobs]);
        assert_eq!(
            (&again.0.out, &again.1),
            (&first.0.out, &first.1),
            "--jobs {jobs}"
        );
    }
}

/// What a server promises that others use, too.
const THING: &str = r##"
openapi: 3.1.0
info: {title: Thing, version: "1"}
paths:
  /thing:
    get:
      operationId: readThing
      responses: {"200": {description: It., content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}}
    put:
      operationId: updateThing
      requestBody: {content: {application/json: {schema: {$ref: "#/components/schemas/Thing"}}}}
      responses: {"200": {description: It is changed.}}
components:
  schemas: {Thing: {type: object, required: [name], properties: {name: {type: string}, note: {type: string}}}}
"##;

/// It changes the thing, and looks.
const CHANGE: &str = "
  - workflowId: change
    steps:
      - stepId: write
        operationId: updateThing
        requestBody: {contentType: application/json, payload: {name: a, note: b}}
      - {stepId: read, operationId: readThing}
";

/// How many requests the flow above needs, twice: to be approved, and to be played as it is.
const ASKED_WELL: usize = 4;

#[test]
fn a_server_that_turns_hostile_ends_in_fates_and_steers_no_terminal() {
    let asked = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let url = stand_in::start(Box::new(move |asked, _| {
        let before = counted.fetch_add(1, Ordering::Relaxed);
        let bodies = ["[[[[", "\u{1b}[2J", "null", "{\"name\": 1e999}", ""];
        match (before < ASKED_WELL, asked.starts_with("PUT")) {
            (true, false) => Reply::json(r#"{"name": "\u001b[2Jevil", "note": "b"}"#),
            (true, true) => Reply {
                headers: String::new(),
                ..Reply::json("")
            },
            (false, _) => Reply::json(bodies[before % bodies.len()]),
        }
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let specs = folder.path().join("specs/thing");
    support::write(&specs.join("openapi.yaml"), THING);
    support::write(&specs.join("flows.arazzo.yaml"), &format!("{HEAD}{CHANGE}"));
    let target = ["--target", url.as_str()];
    let ran = support::run(folder.path(), &[&target[..], &["--update", "new"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    let (ran, told) = told(folder.path(), &[&target[..], &["--jobs", "2"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert!(
        !ran.out.contains('\u{1b}') && !ran.err.contains('\u{1b}'),
        "{}",
        ran.story()
    );
    let mutants = told["apis"][0]["mutants"].as_array().expect("a list");
    assert!(
        mutants.len() > 10 && mutants.iter().all(|it| it["fate"].is_string()),
        "{told:#}"
    );
    // A target of one's own has no faults that it could be asked for.
    assert!(mutants.iter().all(|it| it["kind"] != "fault"));
    // Mutants are played with what the server said before: none of them sends anything.
    let asked = asked.load(Ordering::Relaxed);
    assert_eq!(asked, ASKED_WELL, "{told:#}");
    assert_eq!(find(&told, "readThing/200/type:/name")["fate"], "killed");
}

/// A project over the thing, with such settings.
fn of_thing(flows: Option<&str>, settings: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let specs = folder.path().join("specs/thing");
    support::write(&specs.join("openapi.yaml"), THING);
    support::write(&specs.join("api.toml"), settings);
    if let Some(flows) = flows {
        support::write(&specs.join("flows.arazzo.yaml"), &format!("{HEAD}{flows}"));
    }
    folder
}

#[test]
fn where_no_flow_is_played_it_says_so_and_what_to_do() {
    let protected = "[targets.live]\nurl = \"http://127.0.0.1:9\"\nprotected = true\n";
    let ran = mutate(
        of_thing(Some(CHANGE), protected).path(),
        &["--target", "live"],
    );
    assert_eq!(ran.code, Some(4), "{}", ran.story());
    for part in [
        "thing::change is skipped",
        "no flow was played",
        "--allow-writes",
    ] {
        assert!(ran.err.contains(part), "{part}: {}", ran.story());
    }
    let ran = mutate(of_thing(None, protected).path(), &["--target", "live"]);
    assert_eq!(ran.code, Some(4), "{}", ran.story());
    assert!(ran.err.contains("there is no flow"), "{}", ran.story());
    assert!(ran.err.contains("generate"), "{}", ran.story());
}

#[test]
fn behaviours_at_a_target_are_played_from_memory() {
    let (asked, written) = (Arc::new(AtomicUsize::new(0)), AtomicUsize::new(0));
    let counted = Arc::clone(&asked);
    let url = stand_in::start(Box::new(move |asked, _| {
        counted.fetch_add(1, Ordering::Relaxed);
        if asked.starts_with("PUT") {
            written.fetch_add(1, Ordering::Relaxed);
            return Reply {
                headers: String::new(),
                ..Reply::json("")
            };
        }
        match written.load(Ordering::Relaxed) % 2 {
            1 => Reply::json(r#"{"name": "a", "note": "b"}"#),
            _ => Reply::json(r#"{"name": "a", "note": "c"}"#),
        }
    }));
    let looks = "
  - workflowId: change
    steps:
      - stepId: write
        operationId: updateThing
        requestBody: {contentType: application/json, payload: {name: a, note: b}}
      - stepId: read
        operationId: readThing
        successCriteria: [{condition: $response.body#/note == 'b'}]
      - stepId: writeAgain
        operationId: updateThing
        requestBody: {contentType: application/json, payload: {name: a, note: c}}
      - stepId: readAgain
        operationId: readThing
        successCriteria: [{condition: $response.body#/note == 'c'}]
";
    let folder = of_thing(Some(looks), "");
    let target = ["--target", url.as_str()];
    let ran = support::run(folder.path(), &[&target[..], &["--update", "new"]].concat());
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    let before = asked.load(Ordering::Relaxed);
    let (ran, told) = told(
        folder.path(),
        &[&target[..], &["--min-score", "99.5"]].concat(),
    );
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert!(ran.out.contains("played from memory"), "{}", ran.story());
    let field = find(&told, "updateThing/field-not-stored:/note");
    assert_eq!(
        (&field["fate"], &field["played"]),
        (&"killed".into(), &"memory".into())
    );
    assert_eq!(field["by"], serde_json::json!(["criterion"]));
    // What was there before the first change was never read.
    let swallowed = find(&told, "updateThing/update-swallowed");
    assert_eq!(swallowed["fate"], "unreachable", "{swallowed:#}");
    assert_eq!(
        asked.load(Ordering::Relaxed),
        before + 4,
        "a mutant sent something"
    );
}
