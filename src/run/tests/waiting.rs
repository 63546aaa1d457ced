//! Steps that wait: for a state that comes later, within a deadline, and for a handshake that is refused.

use std::time::Duration;

use super::stage::{answer, lost, play};
use crate::http::Response;
use crate::transcript::End;
use crate::world::{TargetError, TargetErrorKind};

/// A step that polls every ten seconds, at most a hundred times.
fn polling(extension: &str) -> String {
    format!(
        "
  - workflowId: first
    steps:
      - stepId: poll
        operationId: read
        parameters: [{{name: id, in: path, value: '1'}}]
        successCriteria: [{{condition: $response.body#/state == 'done'}}]
        onFailure: [{{name: again, type: retry, retryAfter: 10, retryLimit: 100}}]
        {extension}
"
    )
}

fn pending(times: usize) -> Vec<Result<Response, TargetError>> {
    let mut answers: Vec<_> = (0..times)
        .map(|_| answer(200, r#"{"state": "open"}"#))
        .collect();
    answers.push(answer(200, r#"{"state": "done"}"#));
    answers
}

#[test]
fn a_step_is_tried_again_until_its_deadline() {
    let within = polling("x-countersign: {within: 30s}");
    let in_time = play(&within, pending(3));
    assert!(matches!(in_time.transcript.end, End::Completed));
    assert_eq!(
        (in_time.asked.len(), in_time.slept),
        (4, Duration::from_secs(30))
    );
    let late = play(&within, pending(4));
    assert!(matches!(late.transcript.end, End::Failed(0)));
    assert_eq!((late.asked.len(), late.slept), (4, Duration::from_secs(30)));
    // The same without a deadline.
    let patient = play(&polling(""), pending(4));
    assert!(matches!(patient.transcript.end, End::Completed));
}

#[test]
fn a_pause_that_the_server_asks_for_counts_against_the_deadline() {
    let mut busy = answer(503, "{}").expect("an answer");
    busy.headers.push("retry-after", "31");
    let play = play(&polling("x-countersign: {within: 30s}"), vec![Ok(busy)]);
    assert!(matches!(play.transcript.end, End::Failed(0)));
    assert_eq!(play.slept, Duration::ZERO);
}

const TURNED_AWAY: &str = "
  - workflowId: first
    steps:
      - stepId: stranger
        operationId: read
        parameters: [{name: id, in: path, value: '1'}]
        x-countersign: {handshake: refused}
      - stepId: friend
        operationId: read
        parameters: [{name: id, in: path, value: '1'}]
";

fn refused() -> Result<Response, TargetError> {
    let mut error = lost().expect_err("an error");
    error.kind = TargetErrorKind::HandshakeRefused;
    Err(error)
}

#[test]
fn a_refused_handshake_is_a_success_where_it_is_awaited() {
    let play = play(TURNED_AWAY, vec![refused(), answer(200, "{}")]);
    assert!(matches!(play.transcript.end, End::Completed));
    assert_eq!(play.outcomes(), ["stranger ok", "friend ok"]);
    assert!(play.transcript.steps[0].attempts.is_empty());
}

#[test]
fn an_answer_is_a_failure_where_a_refused_handshake_is_awaited() {
    let play = play(TURNED_AWAY, vec![answer(200, "{}")]);
    assert!(matches!(play.transcript.end, End::Failed(0)));
    let unmet = &play.transcript.steps[0].attempts[0].unmet;
    assert_eq!(
        unmet[0].actual,
        "the handshake was accepted, and $statusCode is 200"
    );
}

#[test]
fn another_failure_than_the_awaited_one_is_a_lost_target() {
    let play_to_end = |answers| play(TURNED_AWAY, answers).transcript.end;
    assert!(matches!(play_to_end(vec![lost()]), End::Lost(_)));
    let unawaited = play_to_end(vec![refused(), refused()]);
    assert!(matches!(unawaited, End::Lost(_)), "{unawaited:?}");
}
