//! Whoever judges honours waivers: `replay`, `noise` and `diff` as `run` does, and for the target that they
//! are for.

use tempfile::TempDir;

use crate::stand_in::{self, Reply};
use crate::support::{Ran, program, read, write};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Shop, version: '1'}
paths:
  /stock:
    get:
      operationId: stock
      responses:
        '200':
          description: d
          content: {application/json: {schema: {type: object, properties: {count: {type: integer}}}}}
";

const FLOWS: &str = "arazzo: 1.0.1
info: {title: T, version: '1'}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
  - workflowId: look
    steps: [{stepId: look, operationId: stock}]
";

const FINDING: &str = "shop::look/look#response-schema";

/// A project with a target that answers what the contract forbids, and with the record of a run.
fn project() -> (TempDir, String) {
    let url = stand_in::start(Box::new(|_, _| Reply::json("{\"count\": \"3\"}")));
    let folder = TempDir::new().expect("a folder");
    let shop = folder.path().join("specs/shop");
    write(&shop.join("openapi.yaml"), CONTRACT);
    write(&shop.join("flows.arazzo.yaml"), FLOWS);
    let targets =
        format!("[targets.staging]\nurl = \"{url}\"\n\n[targets.other]\nurl = \"{url}\"\n");
    write(&shop.join("api.toml"), &targets);
    let run = [
        "run",
        "--target",
        "staging",
        "--update",
        "new",
        "--record",
        "red.jsonl",
    ];
    assert_ends(&call(&folder, &run), 1, &[FINDING]);
    (folder, url)
}

fn call(folder: &TempDir, arguments: &[&str]) -> Ran {
    let mut command = program();
    command.current_dir(folder.path()).args(arguments);
    command.env_remove("CI");
    Ran::of(command.output().expect("the program can be started"))
}

fn add(folder: &TempDir) {
    let add = ["waivers", "add", FINDING, "--from", "./red.jsonl"];
    let why = [
        "--reason",
        "counts are texts for now",
        "--owner",
        "shop team",
    ];
    let ran = call(folder, &[&add[..], &why].concat());
    assert_ends(&ran, 0, &["1 waiver until"]);
}

#[track_caller]
fn assert_ends(ran: &Ran, code: i32, told: &[&str]) {
    assert_eq!(ran.code, Some(code), "{}", ran.story());
    for words in told {
        let is_told = ran.out.contains(words) || ran.err.contains(words);
        assert!(is_told, "{words}: {}", ran.story());
    }
}

#[test]
fn an_answer_that_is_asked_for_again_is_judged_with_the_waivers_of_its_target() {
    let (folder, url) = project();
    let replay = |target: &str| {
        let exchange = "./red.jsonl:shop::look/look";
        call(&folder, &["replay", exchange, "--target", target])
    };
    let found = "error response-schema";
    assert_ends(&replay("staging"), 1, &[found]);
    add(&folder);
    let told = [
        "waived response-schema",
        "counts are texts for now (shop team)",
    ];
    assert_ends(&replay("staging"), 0, &told);
    // The waiver is for that target alone.
    assert_ends(&replay("other"), 1, &[found]);
    assert_ends(&replay(&url), 1, &[found]);
    let settings = folder.path().join("specs/shop/api.toml");
    let text = read(&settings);
    let (head, _) = text.split_once("expires = ").expect("the last day");
    write(&settings, &format!("{head}expires = 2020-01-31\n"));
    let told = [found, "waiver expired on 2020-01-31"];
    assert_ends(&replay("staging"), 1, &told);
}

#[test]
fn a_flow_that_passes_by_a_waiver_is_compared_with_itself() {
    let (folder, _) = project();
    let noise = ["noise", "shop::look", "--target", "staging"];
    let ran = call(&folder, &noise);
    assert_ends(&ran, 1, &["no flow can be compared with itself"]);
    add(&folder);
    assert_ends(&call(&folder, &noise), 0, &[]);
}

#[test]
fn what_is_waived_counts_as_not_found_on_its_side() {
    let (folder, _) = project();
    let same = "1 flow: 1 the same, 0 different, 0 not compared";
    assert_ends(&call(&folder, &["diff", "staging", "other"]), 0, &[same]);
    add(&folder);
    let told = ["found in other alone: shop::look/look#response-schema"];
    assert_ends(&call(&folder, &["diff", "staging", "other"]), 1, &told);
    let run = [
        "run",
        "--target",
        "staging",
        "--update",
        "new",
        "--record",
        "waived.jsonl",
    ];
    assert_ends(&call(&folder, &run), 0, &["1 waived"]);
    assert_ends(
        &call(&folder, &["diff", "./waived.jsonl", "staging"]),
        0,
        &[same],
    );
}
