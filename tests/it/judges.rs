//! Whoever judges honours waivers: `replay`, `noise` and `diff` as `run` does, and for the target that they
//! are for.

use crate::stand_in::{self, Reply};
use crate::support::{Playground, Ran, read, write};

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

const FLOWS: &str = "  - workflowId: look
    steps: [{stepId: look, operationId: stock}]
";

const FINDING: &str = "shop::look/look#response-schema";

/// A project with a target that answers what the contract forbids, and with the record of a run.
fn project() -> (Playground, String) {
    let url = stand_in::start(Box::new(|_, _| Reply::json("{\"count\": \"3\"}")));
    let targets =
        format!("[targets.staging]\nurl = \"{url}\"\n\n[targets.other]\nurl = \"{url}\"\n");
    let folder = Playground::new("shop", CONTRACT, FLOWS, &targets);
    let run = [
        "run",
        "--target",
        "staging",
        "--update",
        "new",
        "--record",
        "red.jsonl",
    ];
    call(&folder, &run).demand(1, &[FINDING]);
    (folder, url)
}

fn call(folder: &Playground, arguments: &[&str]) -> Ran {
    let mut command = folder.command(arguments);
    command.current_dir(folder.root()).env_remove("CI");
    Ran::of(command.output().expect("the program can be started"))
}

fn add(folder: &Playground) {
    let add = ["waivers", "add", FINDING, "--from", "./red.jsonl"];
    let why = [
        "--reason",
        "counts are texts for now",
        "--owner",
        "shop team",
    ];
    let ran = call(folder, &[&add[..], &why].concat());
    ran.demand(0, &["1 waiver until"]);
}

#[test]
fn an_answer_that_is_asked_for_again_is_judged_with_the_waivers_of_its_target() {
    let (folder, url) = project();
    let replay = |target: &str| {
        let exchange = "./red.jsonl:shop::look/look";
        call(&folder, &["replay", exchange, "--target", target])
    };
    let found = "error response-schema";
    replay("staging").demand(1, &[found]);
    add(&folder);
    let told = [
        "waived response-schema",
        "counts are texts for now (shop team)",
    ];
    replay("staging").demand(0, &told);
    // The waiver is for that target alone.
    replay("other").demand(1, &[found]);
    replay(&url).demand(1, &[found]);
    let settings = folder.file("api.toml");
    let text = read(&settings);
    let (head, _) = text.split_once("expires = ").expect("the last day");
    write(&settings, &format!("{head}expires = 2020-01-31\n"));
    let told = [found, "waiver expired on 2020-01-31"];
    replay("staging").demand(1, &told);
}

#[test]
fn a_flow_that_passes_by_a_waiver_is_compared_with_itself() {
    let (folder, _) = project();
    let noise = ["noise", "shop::look", "--target", "staging"];
    let ran = call(&folder, &noise);
    ran.demand(1, &["no flow can be compared with itself"]);
    add(&folder);
    call(&folder, &noise).demand(0, &[]);
}

#[test]
fn what_is_waived_counts_as_not_found_on_its_side() {
    let (folder, _) = project();
    let same = "1 flow: 1 the same, 0 different, 0 not compared";
    call(&folder, &["diff", "staging", "other"]).demand(0, &[same]);
    add(&folder);
    let told = ["found in other alone: shop::look/look#response-schema"];
    call(&folder, &["diff", "staging", "other"]).demand(1, &told);
    let run = [
        "run",
        "--target",
        "staging",
        "--update",
        "new",
        "--record",
        "waived.jsonl",
    ];
    call(&folder, &run).demand(0, &["1 waived"]);
    call(&folder, &["diff", "./waived.jsonl", "staging"]).demand(0, &[same]);
}
