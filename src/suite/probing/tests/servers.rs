//! What is asked of a server, and not of each operation.

use super::door::{AGAIN, Door, Guard};
use super::*;
use crate::world::TargetErrorKind;

/// The path that no contract has.
const NO_PATH: &str = "/countersign-no-such-path";

/// The law about it.
const LAW: &str = "unknown-path-is-refused";

/// The suite, with these pieces replaced, each by another: in the contract, or else in the workflows.
fn suite_with(pieces: &[(&str, &str)]) -> Suite {
    let mut files = [shelf::CONTRACT, shelf::WORKFLOWS].map(str::to_owned);
    for (piece, other) in pieces {
        let file = files.iter_mut().find(|it| it.contains(piece));
        let file = file.expect("some file has it");
        *file = file.replace(piece, other);
    }
    let [contract, workflows] = files;
    suite_of(&contract, &workflows, None)
}

/// The suite, where one operation says something more.
fn suite_saying(operation: &str, more: &str) -> Suite {
    let id = format!("operationId: {operation}\n");
    suite_with(&[(&id, &format!("{id}      {more}\n"))])
}

#[test]
fn what_no_step_has_a_part_in_is_asked_once_of_a_server() {
    let open = Door::before(Shelf::with("none"), Guard::Nobody);
    play_at(&open, laws(), Limits::default());
    assert_eq!(open.asked_for(&format!("http://books{NO_PATH}")), 1);
    // Of each operation once.
    assert_eq!(open.anonymous(), 6);
    let lax = play("any-path");
    assert_eq!(lax.findings.len(), 1, "{:?}", lax.findings);
}

#[test]
fn every_server_is_asked_for_itself() {
    let suite = suite_saying("listBooks", &format!("servers: [{{url: {ELSEWHERE}}}]"));
    let open = Door::before(Shelf::with("any-path"), Guard::Nobody);
    let report = play_suite(&suite, &open, laws(), Limits::default());
    for server in ["http://books", "http://elsewhere"] {
        assert_eq!(open.asked_for(&format!("{server}{NO_PATH}")), 1, "{server}");
    }
    assert_eq!(report.findings.len(), 2, "{:?}", report.findings);
    let closed = Door::before(Shelf::with("none"), Guard::Strangers);
    play_suite(&suite, &closed, laws(), Limits::default());
    assert_eq!(closed.anonymous(), 2);
}

#[test]
fn a_path_that_another_server_has_is_unknown_to_this_one() {
    let any = format!(
        "  /{{name}}:\n    get:\n      operationId: readAny\n      servers: [{{url: {ELSEWHERE}}}]\n      \
         parameters: [{{name: name, in: path, required: true, schema: {{type: string}}}}]\n      \
         responses: {{'200': {{description: any}}}}\n  /books:\n"
    );
    let elsewhere = format!("operationId: listBooks\n      servers: [{{url: {ELSEWHERE}}}]\n");
    let suite = suite_with(&[
        ("  /books:\n", &any),
        ("operationId: listBooks\n", &elsewhere),
    ]);
    let open = Door::before(Shelf::with("any-path"), Guard::Nobody);
    let report = play_suite(&suite, &open, laws(), Limits::default());
    assert!(found(&report).contains(LAW));
    assert_eq!(open.asked_for(&format!("http://books{NO_PATH}")), 1);
    assert_eq!(open.asked_for(&format!("http://elsewhere{NO_PATH}")), 0);
}

#[test]
fn a_server_is_asked_anew_by_whoever_shows_something_else() {
    let key = "securitySchemes: {key: {type: apiKey, in: header, name: X-Key}, ";
    let begins_with = |security: &str| {
        (
            "operationId: addBook\n",
            format!("operationId: addBook\n      {security}\n"),
        )
    };
    let other = "      - stepId: list\n        operationId: listBooks\n";
    for ((piece, put), welcome) in [
        // The flow begins with steps that show nothing.
        (begins_with("security: []"), "default"),
        (begins_with("security: [{}]"), "default"),
        // The same identity, by another scheme.
        (begins_with("security: [{key: []}]"), "token"),
        // The same operation, as another identity.
        (
            (
                other,
                format!(
                    "{other}{}        x-countersign: {{as: auditor}}\n",
                    other.replace("list\n", "again\n")
                ),
            ),
            "auditor",
        ),
    ] {
        let suite = suite_with(&[(piece, &put), ("securitySchemes: {", key)]);
        let guard = Guard::AllBut(NO_PATH, welcome);
        let guarded = Door::before(Shelf::with("no-credentials"), guard);
        let report = play_suite(&suite, &guarded, laws(), Limits::default());
        let asked = guarded.asked_for(&format!("http://books{NO_PATH}"));
        assert_eq!(asked, 2, "{welcome}: {put}");
        assert!(found(&report).contains(LAW), "{welcome}: {put}");
    }
}

#[test]
fn who_is_turned_away_unheard_does_not_come_again_for_another_operation() {
    // Also not where another operation lies below another URL of the server.
    let elsewhere = "servers: [{url: 'https://again.example'}]";
    for (suite, urls) in [(suite(), 1), (suite_saying("listBooks", elsewhere), 2)] {
        let closed = Door::before(Shelf::with("none"), Guard::Strangers);
        let report = play_suite(&suite, &closed, laws(), Limits::default());
        assert_eq!(found(&report), BTreeSet::new());
        assert_eq!(closed.anonymous(), 1);
        let below = ["", AGAIN].map(|it| closed.asked_for(&format!("http://books{it}{NO_PATH}")));
        assert_eq!(below.iter().sum::<usize>(), urls);
    }
}

/// Where steps go where redirects lead.
fn led() -> Limits {
    Limits {
        redirects: 1,
        ..Limits::default()
    }
}

#[test]
fn who_is_led_to_the_front_page_is_turned_away() {
    let polite = Door::before(Shelf::with("none"), Guard::Astray);
    let report = play_at(&polite, laws(), led());
    assert_eq!(found(&report), BTreeSet::new());
    assert!(polite.anonymous() > 0);
}

#[test]
fn who_is_led_on_like_everybody_is_not_turned_away() {
    for (fault, is_open) in [("no-credentials", true), ("none", false)] {
        let door = Door::before(Shelf::with(fault), Guard::Slashless);
        let report = play_at(&door, laws(), led());
        let is_found = found(&report).contains("credentials-are-demanded");
        assert_eq!(is_found, is_open, "{fault}: {:?}", found(&report));
    }
}

#[test]
fn a_path_that_answers_nobody_is_asked_for_once() {
    let closed = |kind| Guard::Silent(NO_PATH, kind);
    for (guard, asked) in [
        (closed(TargetErrorKind::Closed), 1),
        (closed(TargetErrorKind::HandshakeRefused), 1),
        (Guard::Busy(NO_PATH), 3),
    ] {
        let mute = Door::before(Shelf::with("no-credentials"), guard);
        let report = play_at(&mute, laws(), Limits::default());
        assert_eq!(mute.asked_for(&format!("http://books{NO_PATH}")), asked);
        // Everything else is still asked.
        assert!(found(&report).contains("credentials-are-demanded"));
    }
}
