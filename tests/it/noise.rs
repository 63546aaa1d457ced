//! `noise`: values that the contract does not know to change are found by playing twice, and a rule for
//! them makes the flow quiet.

use std::path::Path;

use countersign::shell::files;
use tempfile::TempDir;

use super::cli;
use super::stand_in::{self, Reply};

/// The largest file of these tests, in bytes.
const FILE_BYTES_MAX: usize = 1024 * 1024;

const CONTRACT: &str = r##"
openapi: 3.1.0
info: {title: things, version: "1"}
paths:
  /things:
    get:
      operationId: listThings
      responses:
        "200":
          description: All of them.
          headers: {X-Run: {schema: {type: string}}}
          content: {application/json: {schema: {type: array, items: {$ref: "#/components/schemas/Thing"}}}}
    post: {operationId: makeThing, responses: {"201": {description: It is made.}}}
  /tags:
    get:
      operationId: listTags
      responses:
        "200": {description: All., content: {application/json: {schema: {type: array, items: {type: string}}}}}
components:
  schemas:
    Thing:
      type: object
      properties:
        name: {type: string}
        serial: {type: string}
        made: {type: string, format: date-time}
        state: {enum: [up, down]}
        known: {type: string}
"##;

const FLOWS: &str = "
arazzo: 1.0.1
info: {title: Flows, version: 1.0.0}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
  - workflowId: list
    steps: [{stepId: all, operationId: listThings}]
  - workflowId: tags
    steps: [{stepId: all, operationId: listTags}]
  - workflowId: make
    steps: [{stepId: make, operationId: makeThing}]
  - workflowId: fails
    steps: [{stepId: all, operationId: listTags, successCriteria: [{condition: $statusCode == 201}]}]
";

/// A project with these files, whose target `noisy` is a server that answers like this.
fn project(answer: Box<stand_in::Answer>) -> TempDir {
    let place = cli::project(&[]);
    let url = stand_in::start(answer);
    let settings = format!(
        "[targets.noisy]\nurl = \"{url}\"\n\n[[volatile]]\nat = \"$[*].known\"\nas = \"known\"\nwhy = \"it is known\"\n"
    );
    for (name, text) in [
        ("openapi.yaml", CONTRACT),
        ("flows.arazzo.yaml", FLOWS),
        ("api.toml", &settings),
    ] {
        let path = place.path().join("specs/things").join(name);
        files::store(&path, text.as_bytes()).expect("there is room for a file");
    }
    place
}

/// Everything that may differ differs with the number of the request.
fn noisy(asked: &str, before: usize) -> Reply {
    let state = if before.is_multiple_of(2) {
        "up"
    } else {
        "down"
    };
    let tags = ["[\"a\", \"b\"]", "[\"b\", \"a\"]"][before % 2];
    let things = format!(
        "[{{\"name\": \"cog\", \"serial\": \"0123456789abcdef{before}\", \"state\": \"{state}\", \"known\": \"k{before}\", \
         \"made\": \"2024-05-01T10:00:0{before}Z\"}}]"
    );
    let mut reply = Reply::json(if asked.ends_with("/tags") {
        tags.to_owned()
    } else {
        things
    });
    let line = format!("x-run: run {before}\r\n");
    reply.headers.push_str(&line);
    reply
}

/// Calls `noise`; answers with the exit code, what was printed and what was told.
fn call(place: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = cli::program_in(place)
        .args(["noise", "--target", "noisy", "--jobs", "1"])
        .args(arguments)
        .output()
        .expect("the program can be started");
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    (
        output.status.code(),
        text(output.stdout),
        text(output.stderr),
    )
}

#[test]
fn what_differs_is_proposed_and_written_only_when_asked() {
    let project = project(Box::new(noisy));
    let place = project.path();
    let path = place.join("specs/things/api.toml");
    let load = || files::load_text(&path, FILE_BYTES_MAX).expect("it is there");
    let before = load();
    let (exit, printed, told) = call(place, &["list"]);
    assert_eq!(exit, Some(5), "{told}");
    let expected = "things
  rule     listThings $[*].serial as serial: differed in 2 runs, looks like a drawn name
             \"0123456789abcdef0\" -> \"0123456789abcdef1\" in things::list
  rule     listThings header x-run as x-run: differed in 2 runs
             run 0 -> run 1 in things::list
  no rule  things::list all `state`: \"up\" -> \"down\": the contract lists its values
";
    assert_eq!(printed, expected);
    let command = "`countersign noise --target noisy list --write` writes the rules";
    assert!(
        told.contains("2 rules proposed\n") && told.contains(command),
        "{told}"
    );
    assert_eq!(load(), before, "nothing was asked for");
    assert!(!place.join("snapshots").exists());

    let (exit, _, told) = call(place, &["list", "--write"]);
    assert_eq!(exit, Some(5), "the state is left: {told}");
    assert!(
        told.contains("2 rules written to specs/things/api.toml"),
        "{told}"
    );
    assert!(load().starts_with(&before));
    let (exit, printed, _) = call(place, &["list"]);
    assert_eq!(exit, Some(5));
    assert_eq!(printed.lines().count(), 2, "the state alone: {printed}");
}

#[test]
fn what_needs_no_rule_or_has_an_order_only_is_told_so() {
    let quiet = project(Box::new(|asked, _| noisy(asked, 0)));
    let (exit, printed, told) = call(quiet.path(), &["list", "tags"]);
    assert_eq!((exit, printed.as_str()), (Some(0), ""), "{told}");
    assert!(
        told.ends_with("nothing differs from run to run\n"),
        "{told}"
    );
    // A time and what a rule names differ, and nothing shows.
    let known = project(Box::new(|_, before| {
        Reply::json(format!(
            "[{{\"made\": \"2024-05-01T10:00:0{before}Z\", \"known\": \"k{before}\"}}]"
        ))
    }));
    assert_eq!(call(known.path(), &["list"]).0, Some(0));
    let orders = project(Box::new(noisy));
    let (exit, printed, _) = call(orders.path(), &["tags", "--write"]);
    assert_eq!(exit, Some(5));
    let line = "for the step: x-countersign: {snapshot: {unordered: [{at: \"$\"}]}}";
    assert!(printed.contains(line), "{printed}");
}

#[test]
fn flows_that_fail_or_leave_something_behind_are_left_out() {
    let project = project(Box::new(|asked, _| noisy(asked, 0)));
    let place = project.path();
    let (exit, printed, told) = call(place, &[]);
    assert_eq!((exit, printed.as_str()), (Some(1), ""), "{told}");
    let untidy =
        "left out: things::make, `make` may leave something behind, and no step tidies up\n";
    let failed = "left out: things::fails, it failed\nhelp: `countersign run --target noisy things::fails --exact` says more\n";
    assert!(told.starts_with(untidy) && told.contains(failed), "{told}");
    let (exit, _, told) = call(place, &["make"]);
    assert_eq!(exit, Some(4), "{told}");
    let (exit, _, told) = call(place, &["fails"]);
    assert_eq!(exit, Some(1), "{told}");
    assert!(
        told.ends_with("error: no flow can be compared with itself\nhelp: see above why not\n")
    );
}

#[test]
fn another_status_has_no_rule() {
    let project = project(Box::new(|_, before| {
        let mut reply = Reply::json("[]");
        reply.status = if before == 0 { 200 } else { 500 };
        reply
    }));
    let (exit, printed, told) = call(project.path(), &["tags"]);
    assert_eq!((exit, printed.as_str()), (Some(1), ""), "{told}");
    assert!(
        told.contains("left out: things::tags, it failed\n"),
        "{told}"
    );
}
