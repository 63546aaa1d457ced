//! What a flow writes down of what it makes, before it is sent and afterwards.

use std::sync::{Arc, Mutex};

use super::stage::{answer, block_on, case, library, lost, scenarios};
use crate::http::Response;
use crate::journal::{Book, Entry, Journal, Keep};
use crate::run::{Machine, drive_with};
use crate::transcript::{End, Transcript};
use crate::world::{Limits, NeverStopping, ScriptedTarget, TargetError, VirtualClock, World};

/// A journal in memory; one that is full takes nothing.
#[derive(Clone, Default)]
struct Lines {
    kept: Arc<Mutex<Vec<String>>>,
    is_full: bool,
}

impl Keep for Lines {
    fn keep(&self, line: &str) -> Result<(), String> {
        if self.is_full {
            return Err("the disk is full".to_owned());
        }
        self.kept.lock().expect("no panic").push(line.to_owned());
        Ok(())
    }
}

struct Played {
    lines: Vec<String>,
    open: Vec<Entry>,
    asked: usize,
    transcript: Transcript,
}

fn play_into(
    lines: &Lines,
    workflows: &str,
    answers: Vec<Result<Response, TargetError>>,
) -> Played {
    let scenarios = scenarios(workflows);
    let site = "http://t".into();
    let machine = Machine::new(&case(&scenarios[0]), library(&scenarios), &site).journalled();
    let (target, clock) = (ScriptedTarget::new(answers), VirtualClock::default());
    let world = World {
        target: &target,
        site: &site,
        clock: &clock,
        stopping: &NeverStopping,
        limits: Limits::default(),
    };
    let journal = Journal::new(Book::default(), Box::new(lines.clone()));
    let mut own = journal.of_flow("t", "t::first");
    let transcript = block_on(drive_with(machine, world, Some(&mut own), None));
    Played {
        lines: lines.kept.lock().expect("no panic").clone(),
        open: own.open(),
        asked: target.asked().len(),
        transcript,
    }
}

fn play(workflows: &str, answers: Vec<Result<Response, TargetError>>) -> Played {
    play_into(&Lines::default(), workflows, answers)
}

impl Played {
    /// What is open, each as what would be asked.
    fn left(&self) -> Vec<String> {
        let undo = |it: &Entry| it.undo.as_ref().map(crate::journal::Undo::line);
        self.open
            .iter()
            .map(|it| undo(it).unwrap_or_else(|| it.reason().to_owned()))
            .collect()
    }
}

const MAKE: &str = "
  - workflowId: first
    steps:
      - stepId: make
        operationId: create
        requestBody: {payload: {name: a}}
        outputs: {id: $response.body#/id}
";

const REMOVE: &str = "
        parameters: [{name: id, in: path, value: $steps.make.outputs.id}]
        operationId: remove
";

fn made(answer: Result<Response, TargetError>) -> Vec<String> {
    play(MAKE, vec![answer]).left()
}

#[test]
fn what_is_made_is_written_down_before_it_is_sent() {
    let played = play(MAKE, vec![answer(201, r#"{"id":"x/1"}"#)]);
    let [begins, known] = played.lines.as_slice() else {
        unreachable!("{:?}", played.lines)
    };
    assert!(begins.contains(r#""step":"make","undo":null"#), "{begins}");
    assert!(known.contains(r#""target":"/things/x%2F1""#), "{known}");
    let full = Lines {
        is_full: true,
        ..Lines::default()
    };
    let refused = play_into(&full, MAKE, Vec::new());
    assert_eq!(refused.asked, 0);
    let End::Lost(error) = &refused.transcript.end else {
        unreachable!("{:?}", refused.transcript.end)
    };
    assert!(error.to_string().contains("the disk is full"), "{error}");
}

#[test]
fn the_name_is_that_of_the_answer_or_of_where_it_says_that_it_is() {
    assert_eq!(made(answer(201, r#"{"id":7}"#)), ["DELETE /things/7"]);
    assert_eq!(
        made(answer(201, r#"{"thing":{"id":"8"}}"#)),
        ["DELETE /things/8"]
    );
    let mut located = answer(201, r#"{"id":"other"}"#).expect("an answer");
    located.headers.push("location", "/things/9");
    assert_eq!(made(Ok(located.clone())), ["DELETE /things/9"]);
    for elsewhere in [
        "http://evil.example/things/9",
        "/others/9",
        "/things/../9",
        "/things/9?x=1",
    ] {
        located.headers.set("location", elsewhere);
        assert_eq!(
            made(Ok(located.clone())),
            ["DELETE /things/other"],
            "{elsewhere}"
        );
    }
    let unknown = ["nothing says how it is taken away"];
    assert_eq!(made(answer(201, "{}")), unknown);
    assert_eq!(made(answer(201, r#"{"id":".."}"#)), unknown);
    assert_eq!(made(answer(201, r#"{"id":["a"]}"#)), unknown);
}

#[test]
fn what_was_not_made_is_not_taken_away() {
    assert_eq!(made(answer(400, r#"{"id":"1"}"#)), [""; 0]);
    // Where the contract documents 201, another success is no making.
    assert_eq!(made(answer(200, r#"{"id":"1"}"#)), [""; 0]);
    assert_eq!(made(lost()), [""; 0], "the connection was refused");
    let [why] = made(answer(503, "{}")).try_into().expect("nobody knows");
    assert!(why.contains("the answer was 503"), "{why}");
}

#[test]
fn what_the_flow_takes_away_is_gone() {
    let flow = format!("{MAKE}      - stepId: remove{REMOVE}");
    let answers = |status| vec![answer(201, r#"{"id":"1"}"#), answer(status, "")];
    assert_eq!(play(&flow, answers(204)).left(), [""; 0]);
    assert_eq!(play(&flow, answers(404)).left(), [""; 0]);
    assert_eq!(play(&flow, answers(409)).left(), ["DELETE /things/1"]);
}

#[test]
fn what_replaces_what_the_flow_has_made_is_written_down_already() {
    let replace = REMOVE.replace("remove", "replace");
    let begun = |played: &Played| {
        let lines = played.lines.iter();
        lines.filter(|it| it.starts_with(r#"{"open""#)).count()
    };
    let flow = format!("{MAKE}      - stepId: replace{replace}");
    for status in [200, 201, 500] {
        let answers = vec![answer(201, r#"{"id":"1"}"#), answer(status, "")];
        let played = play(&flow, answers);
        assert_eq!(begun(&played), 1, "{status}: {:?}", played.lines);
        assert_eq!(played.left(), ["DELETE /things/1"], "{status}");
    }
    // What is gone is made anew, and what stands elsewhere is another thing.
    let again = format!("{MAKE}      - stepId: remove{REMOVE}      - stepId: replace{replace}");
    let other = flow.replace("value: $steps.make.outputs.id", "value: '2'");
    let made = || answer(201, r#"{"id":"1"}"#);
    for (flow, answers, left) in [
        (
            again,
            vec![made(), answer(204, ""), answer(201, "")],
            &["DELETE /things/1"][..],
        ),
        (
            other,
            vec![made(), answer(201, "")],
            &["DELETE /things/2", "DELETE /things/1"],
        ),
    ] {
        let played = play(&flow, answers);
        assert_eq!(begun(&played), 2, "{:?}", played.lines);
        assert_eq!(played.left(), left);
    }
}

#[test]
fn what_is_made_at_the_same_path_as_another_identity_is_another_thing() {
    let flow = "
  - workflowId: first
    steps:
      - {stepId: mine, operationId: keep, parameters: [{name: id, in: path, value: a}]}
      - stepId: theirs
        operationId: keep
        parameters: [{name: id, in: path, value: a}]
        x-countersign: {as: other}
";
    let played = play(flow, vec![answer(201, ""), answer(201, "")]);
    let identities = |it: &Entry| it.undo.as_ref()?.identity.clone();
    let identities: Vec<_> = played.open.iter().filter_map(identities).collect();
    assert_eq!(identities, ["other", "default"], "{:?}", played.lines);
}

#[test]
fn what_is_made_anew_is_taken_away_before_what_it_stands_in() {
    let call = |id: &str, operation: &str, place: &str| {
        format!("      - {{stepId: {id}, operationId: {operation}, parameters: [{place}]}}\n")
    };
    let whole = "{name: id, in: path, value: a}";
    let part = format!("{whole}, {{name: part, in: path, value: b}}");
    let steps = [
        call("whole", "keep", whole),
        call("part", "keepPart", &part),
        call("drop", "drop", whole),
        call("wholeAgain", "keep", whole),
        call("partAgain", "keepPart", &part),
        call("wholeOnceMore", "keep", whole),
    ];
    let flow = format!("\n  - workflowId: first\n    steps:\n{}", steps.concat());
    let made = || answer(201, "");
    let answers = [made(), made(), answer(204, ""), made(), made(), made()];
    let played = play(&flow, answers.into());
    let (whole, part) = ("DELETE /own/a", "DELETE /own/a/parts/b");
    // The part that went with the first whole has an entry that nothing closed.
    assert_eq!(played.left(), [part, whole, part], "{:?}", played.lines);
}

#[test]
fn what_is_always_done_is_written_down_as_soon_as_it_is_known() {
    let always =
        format!("{MAKE}      - stepId: tidy{REMOVE}        x-countersign: {{always: true}}");
    let played = play(&always, vec![answer(201, r#"{"id":"1"}"#), answer(204, "")]);
    assert_eq!(played.left(), [""; 0]);
    assert!(
        played.lines[0].contains(r#""step":"tidy","undo":null"#),
        "{:?}",
        played.lines
    );
    assert!(
        played
            .lines
            .iter()
            .filter(|it| it.contains("/things/1"))
            .count()
            == 2
    );
    let failed = play(&always, vec![answer(201, r#"{"id":"1"}"#), answer(409, "")]);
    assert_eq!(failed.left(), ["DELETE /things/1"; 2]);
    // What it needs was never handed on: there is nothing to do.
    assert_eq!(play(&always, vec![answer(400, "{}")]).left(), [""; 0]);
}

#[test]
fn what_is_declared_counts_before_what_is_guessed() {
    let flow = "
  - workflowId: first
    inputs: {type: object, properties: {key: {type: string, format: password, default: sesame}}}
    steps:
      - stepId: make
        operationId: look
        parameters: [{name: id, in: path, value: a}]
        x-countersign:
          undo:
            operationId: look
            parameters: [{name: id, in: path, value: $response.body#/id}]
";
    let played = play(flow, vec![answer(200, r#"{"id":"b"}"#)]);
    assert_eq!(played.left(), ["POST /look/b"]);
    let secret = flow.replace("value: $response.body#/id", "value: $inputs.key");
    let played = play(&secret, vec![answer(200, "{}")]);
    assert_eq!(played.left(), ["nothing says how it is taken away"]);
    assert!(!played.lines.concat().contains("sesame"));
}
