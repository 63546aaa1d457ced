//! Servers that turn a step away for a while: asked again where nobody reckoned with that, and not where
//! the scenario does.

use std::time::Duration;

use super::stage::{Play, answer, play};
use crate::http::Response;
use crate::transcript::End;
use crate::world::TargetError;

fn busy(status: u16, pause: &str) -> Result<Response, TargetError> {
    let mut busy = answer(status, "{}");
    if let Ok(it) = &mut busy {
        it.headers.push("retry-after", pause);
    }
    busy
}

fn look(more: &str, answers: Vec<Result<Response, TargetError>>) -> Play {
    let flow = format!(
        "
  - workflowId: first
    steps:
      - stepId: look
        operationId: read
        parameters: [{{name: id, in: path, value: '1'}}]
        {more}
"
    );
    play(&flow, answers)
}

#[test]
fn a_step_that_is_turned_away_is_asked_again_when_the_server_says() {
    let play = look("", vec![busy(429, "2"), busy(429, "3"), answer(200, "{}")]);
    assert!(matches!(play.transcript.end, End::Completed));
    assert_eq!((play.asked.len(), play.slept), (3, Duration::from_secs(5)));
    let step = &play.transcript.steps[0];
    assert_eq!((step.attempts.len(), step.waits.len()), (1, 2));
}

#[test]
fn a_date_says_when_too() {
    let date = "Thu, 01 Jan 1970 00:00:07 GMT";
    let play = look("", vec![busy(429, date), answer(200, "{}")]);
    assert_eq!(play.slept, Duration::from_secs(7));
}

#[test]
fn a_server_that_says_no_time_or_never_has_enough_is_a_finding() {
    let play = look("", vec![answer(429, "{}")]);
    assert!(matches!(play.transcript.end, End::Failed(0)));
    let play = look("", (0..6).map(|_| busy(429, "1")).collect());
    assert!(matches!(play.transcript.end, End::Failed(0)));
    assert_eq!(play.asked.len(), 6);
    let play = look("", vec![busy(500, "1")]);
    assert!(matches!(play.transcript.end, End::Failed(0)));
}

#[test]
fn what_a_scenario_reckons_with_reaches_it() {
    let awaited = "successCriteria: [{condition: $statusCode == 429}]";
    let play = look(awaited, vec![busy(429, "1")]);
    assert!(matches!(play.transcript.end, End::Completed));
    assert_eq!(play.slept, Duration::ZERO);
    // A step that tries again itself keeps count itself.
    let retried = "onFailure: [{name: again, type: retry, retryAfter: 1, retryLimit: 1}]";
    let play = look(retried, vec![busy(429, "2"), answer(200, "{}")]);
    let step = &play.transcript.steps[0];
    assert_eq!((step.attempts.len(), step.waits.len()), (2, 0));
}
