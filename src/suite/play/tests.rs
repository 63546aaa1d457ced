//! Cases that depend on others, over several rounds.

use bytes::Bytes;
use serde_json::Map;

use super::*;
use crate::arazzo::NoFiles;
use crate::http::{BodyEnd, Headers, Response};
use crate::plan::{self, Selection};
use crate::suite::{Folder, SourceText, load};
use crate::world::{Limits, NeverStopping, ScriptedTarget, VirtualClock};

const CONTRACT: &str = r#"
openapi: 3.1.1
info: {title: Things, version: "1"}
paths:
  /things:
    post:
      operationId: create
      responses:
        "201": {description: made, content: {application/json: {schema: {type: object, required: [id], properties: {id: {type: string}}}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    delete: {operationId: remove, responses: {"204": {description: done}}}
"#;

const WORKFLOWS: &str = "arazzo: 1.0.1
info: {title: T, version: '1'}
sourceDescriptions: [{name: api, url: openapi.yaml, type: openapi}]
workflows:
  - workflowId: user
    dependsOn: [maker]
    steps:
      - stepId: use
        operationId: remove
        parameters: [{name: id, in: path, value: $workflows.maker.outputs.id}]
  - workflowId: maker
    steps: [{stepId: make, operationId: create, outputs: {id: $response.body#/id}}]
    outputs: {id: $steps.make.outputs.id}
";

fn suite() -> Suite {
    suite_of(WORKFLOWS)
}

fn suite_of(workflows: &str) -> Suite {
    suite_with(CONTRACT, workflows)
}

fn suite_with(contract: &str, workflows: &str) -> Suite {
    let text = |path: &str, text: &str| SourceText {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let folder = Folder {
        api: "t".to_owned(),
        contract: text("specs/t/openapi.yaml", contract),
        scenarios: vec![text("specs/t/t.arazzo.yaml", workflows)],
        settings: None,
        others: Vec::new(),
        files: Box::new(NoFiles),
    };
    let (suite, problems) = load(vec![folder]);
    assert_eq!(problems, []);
    suite
}

fn made(id: &str) -> Response {
    let mut headers = Headers::default();
    headers.push("content-type", "application/json");
    Response {
        status: 201,
        headers,
        body: Bytes::from(format!(r#"{{"id":"{id}"}}"#)),
        end: BodyEnd::Complete,
    }
}

fn removed() -> Response {
    Response {
        status: 204,
        headers: Headers::default(),
        body: Bytes::new(),
        end: BodyEnd::Complete,
    }
}

/// Plays a plan of so many rounds; what was asked, and the verdicts by the name of the case.
fn play(rounds: usize, answers: Vec<Response>) -> (Vec<String>, Vec<String>, Session) {
    let suite = suite();
    let selection = Selection::default();
    let mut plan = plan::lay_out(&suite.scenarios(), &selection, 0, &|_| Map::new());
    plan.repeats = rounds - 1;
    let session = Session::new(&suite, &plan, BTreeMap::new());
    let target = ScriptedTarget::new(answers.into_iter().map(Ok));
    let clock = VirtualClock::default();
    let world = World {
        target: &target,
        site: &"http://t".into(),
        clock: &clock,
        stopping: &NeverStopping,
        limits: Limits::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let mut verdicts = Vec::new();
    for place in 0..plan.len() {
        let case = plan.case(place).expect("a place of the plan");
        let report = runtime.block_on(session.play(&case, world)).report;
        let failed = matches!(report.verdict, Verdict::Failed | Verdict::Skipped(_));
        verdicts.push(format!(
            "{}{}",
            report.path,
            if failed { " failed" } else { "" }
        ));
    }
    let asked = target.asked();
    let lines = asked
        .iter()
        .map(|it| format!("{} {}", it.method, it.target()));
    (lines.collect(), verdicts, session)
}

#[test]
fn a_round_depends_on_nothing_of_another() {
    let answers = vec![made("1"), removed(), made("2"), removed()];
    let (asked, verdicts, session) = play(2, answers);
    assert_eq!(
        asked,
        [
            "POST /things",
            "DELETE /things/1",
            "POST /things",
            "DELETE /things/2"
        ]
    );
    assert_eq!(verdicts, ["t::user", "t::maker", "t::user#2", "t::maker#2"]);
    let rounds = session.rounds.lock().expect("nobody panicked");
    assert!(rounds.is_empty(), "a round is forgotten: {rounds:?}");
}

#[test]
fn w3_a_failure_fails_what_depends_on_it_and_stays_in_its_round() {
    // Without a body there is no id: the first round fails.
    let answers = vec![removed(), made("2"), removed()];
    let (asked, verdicts, _) = play(2, answers);
    assert_eq!(asked, ["POST /things", "POST /things", "DELETE /things/2"]);
    assert_eq!(
        verdicts,
        [
            "t::user failed",
            "t::maker failed",
            "t::user#2",
            "t::maker#2"
        ]
    );
}

/// Two workflows of two steps each, with what each says of itself.
fn two_flows(first: &str, second: &str) -> Suite {
    let flow = |id: &str, says: &str| {
        format!(
            "  - workflowId: {id}\n    x-countersign: {{{says}}}\n    steps:\n      \
             - {{stepId: one, operationId: remove, parameters: [{{name: id, in: path, value: {id}}}]}}\n      \
             - {{stepId: two, operationId: remove, parameters: [{{name: id, in: path, value: {id}}}]}}\n"
        )
    };
    let head = WORKFLOWS.split("  - workflowId").next().expect("a head");
    suite_of(&format!("{head}{}{}", flow("a", first), flow("b", second)))
}

/// A target that takes its time.
struct Slow(ScriptedTarget);

impl crate::world::Target for Slow {
    fn send<'a>(
        &'a self,
        request: &'a crate::http::Request,
        limits: Limits,
    ) -> Pending<'a, Result<Response, crate::world::TargetError>> {
        let answer = self.0.send(request, limits);
        Box::pin(async {
            tokio::task::yield_now().await;
            answer.await
        })
    }
}

/// Plays both workflows at once; the order in which they asked.
fn play_both(suite: &Suite) -> String {
    let plan = plan::lay_out(&suite.scenarios(), &Selection::default(), 0, &|_| {
        Map::new()
    });
    let session = Session::new(suite, &plan, BTreeMap::new());
    let target = Slow(ScriptedTarget::new((0..4).map(|_| Ok(removed()))));
    let clock = VirtualClock::default();
    let world = World {
        target: &target,
        site: &"http://t".into(),
        clock: &clock,
        stopping: &NeverStopping,
        limits: Limits::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let both = plan.cases.iter().map(|case| session.play(case, world));
    let both = futures_util::future::join_all(both);
    let outcomes = runtime.expect("a runtime").block_on(both);
    assert!(
        outcomes
            .iter()
            .all(|it| it.report.verdict != Verdict::Failed)
    );
    let asked = target.0.asked();
    let names = asked
        .iter()
        .map(|it| it.url.replace("http://t/things/", ""));
    names.collect::<Vec<_>>().concat()
}

#[test]
fn flows_with_the_same_lock_are_not_played_at_once() {
    assert_eq!(
        play_both(&two_flows("exclusive: disk", "exclusive: disk")),
        "aabb"
    );
    assert_eq!(
        play_both(&two_flows("exclusive: disk", "exclusive: tape")),
        "abab"
    );
    assert_eq!(play_both(&two_flows("exclusive: disk", "")), "abab");
}

#[test]
fn every_case_of_a_table_has_its_own_snapshot() {
    let suite = two_flows("cases: [{name: x}, {name: y}]", "");
    let plan = plan::lay_out(&suite.scenarios(), &Selection::default(), 0, &|_| {
        Map::new()
    });
    let names: Vec<_> = plan.cases.iter().map(|it| it.snapshot.as_str()).collect();
    assert_eq!(names, ["a.x", "a.y", "b"]);
    assert_eq!(suite.scenarios()[0].snapshots(), ["a.x", "a.y"]);
}

/// Plays a flow that calls an operation of another server; the URL that was asked, or why none was.
fn play_elsewhere(site: &Site) -> (Vec<String>, String) {
    let contract = CONTRACT.replace(
        "    delete:",
        "    servers: [{url: 'https://b.example/v2'}]\n    delete:",
    );
    let workflows = "arazzo: 1.0.1\ninfo: {title: T, version: '1'}\n\
         sourceDescriptions: [{name: api, url: openapi.yaml, type: openapi}]\nworkflows:\n  \
         - {workflowId: caller, steps: [{stepId: a, workflowId: called}]}\n  \
         - {workflowId: called, steps: [{stepId: b, operationId: remove, parameters: [{name: id, in: path, value: x}]}]}\n";
    let suite = suite_with(&contract, workflows);
    let plan = plan::lay_out(&suite.scenarios(), &Selection::default(), 0, &|_| {
        Map::new()
    });
    let session = Session::new(&suite, &plan, BTreeMap::new());
    let target = ScriptedTarget::new([Ok(removed())]);
    let clock = VirtualClock::default();
    let world = World {
        target: &target,
        site,
        clock: &clock,
        stopping: &NeverStopping,
        limits: Limits::default(),
    };
    let runtime = tokio::runtime::Builder::new_current_thread().build();
    let caller = plan.cases.iter().find(|it| it.scenario.id == "caller");
    let playing = session.play(caller.expect("it is planned"), world);
    let outcome = runtime.expect("a runtime").block_on(playing);
    let asked = target.asked().iter().map(|it| it.url.clone()).collect();
    let said = match &outcome.report.verdict {
        Verdict::Skipped(why) => why.clone(),
        _ => outcome.snapshot.unwrap_or_default(),
    };
    (asked, said)
}

#[test]
fn a_flow_whose_server_nobody_knows_is_skipped_and_says_so() {
    let (asked, why) = play_elsewhere(&"http://t".into());
    assert_eq!(
        asked, [""; 0],
        "nothing is sent to a server that is not meant"
    );
    assert!(
        why.contains("`remove`")
            && why.contains("`https://b.example/v2`")
            && why.contains("api.toml"),
        "{why}"
    );
    let mut site = Site::from("http://t");
    let servers = [
        ("https://b.example", "http://u:1"),
        ("https://b.example/v2", "http://u:2/x/"),
    ];
    let mut shown = Vec::new();
    for (server, url) in servers {
        site.servers = vec![(server.to_owned(), url.to_owned())];
        let (asked, snapshot) = play_elsewhere(&site);
        let base = if url.contains('x') {
            "http://u:2/x"
        } else {
            "http://u:1/v2"
        };
        assert_eq!(asked, [format!("{base}/things/x")]);
        shown.push(snapshot);
    }
    assert!(
        shown[0].contains("DELETE https://b.example/v2/things/x\n"),
        "{}",
        shown[0]
    );
    assert_eq!(
        shown[0], shown[1],
        "the snapshot does not say what stands for the server"
    );
}
