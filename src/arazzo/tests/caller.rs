//! As whom a step comes, and what it says of handshakes and deadlines.

use super::{problems, read};

/// A workflow with one step on the guarded operation; the step's own lines begin at line 9.
fn with(workflow: &str, step: &str) -> String {
    format!(
        "  - workflowId: first\n    x-countersign: {{{workflow}}}\n    steps:\n      - stepId: s\n\
        {step}"
    )
}

/// The identity of the step, and the names of what it may show.
fn caller(workflow: &str, step: &str) -> Option<(String, Vec<Vec<String>>)> {
    let operation = "        operationId: guarded\n";
    let text = with(
        workflow,
        &format!("{operation}        x-countersign: {{{step}}}\n"),
    );
    let (scenarios, problems) = read(&text);
    assert_eq!(problems, []);
    let caller = scenarios[0].steps[0].caller.clone()?;
    let sets = caller.alternatives.iter();
    let sets = sets.map(|set| set.iter().map(|scheme| scheme.name.clone()).collect());
    Some((caller.identity.to_string(), sets.collect()))
}

fn shown(identity: &str, sets: &[&[&str]]) -> (String, Vec<Vec<String>>) {
    let sets = sets.iter();
    let sets = sets.map(|set| set.iter().map(|name| (*name).to_owned()).collect());
    (identity.to_owned(), sets.collect())
}

#[test]
fn a_step_comes_as_its_own_identity_else_its_workflows_else_the_usual_one() {
    let both: &[&[&str]] = &[&["seal", "token"]];
    assert_eq!(caller("", "").expect("somebody"), shown("default", both));
    assert_eq!(
        caller("as: viewer", "").expect("somebody"),
        shown("viewer", both)
    );
    assert_eq!(
        caller("as: viewer", "as: owner").expect("somebody"),
        shown("owner", both)
    );
    assert_eq!(
        caller("", "without: [token]").expect("somebody"),
        shown("default", &[&["seal"]])
    );
    assert_eq!(
        caller("", "as: viewer, without: [token, seal]").expect("somebody"),
        shown("viewer", &[&[]])
    );
}

#[test]
fn nobody_comes_as_nothing_where_something_is_held() {
    let open = "        operationId: open\n";
    let shown = |step: &str| {
        let text = with("", &format!("{open}        x-countersign: {{{step}}}\n"));
        let (scenarios, problems) = read(&text);
        assert_eq!(problems, []);
        let caller = scenarios[0].steps[0].caller.clone().expect("somebody");
        let sets = caller.alternatives.iter();
        sets.map(Vec::len).collect::<Vec<_>>()
    };
    // The empty set of the contract stands first, and counts last; for who is named it does not count.
    assert_eq!(shown(""), [1, 0]);
    assert_eq!(shown("as: viewer"), [1]);
    assert_eq!(shown("as: viewer, without: [token]"), [0]);
}

#[test]
fn nobody_is_asked_where_the_contract_asks_nobody() {
    let own = "        operationId: list\n        x-countersign: {as: viewer}\n";
    assert_eq!(problems(&with("", own)), ["8 invalid-value"]);
    let text = with("as: viewer", "        operationId: list\n");
    let (scenarios, problems) = read(&text);
    assert_eq!(problems, []);
    assert_eq!(scenarios[0].steps[0].caller, None);
}

#[test]
fn what_makes_no_sense_is_told_at_its_line() {
    let guarded = "        operationId: guarded\n";
    let retry = "        onFailure: [{name: r, type: retry, retryAfter: 1}]\n";
    for (step, expected) in [
        (
            "        x-countersign: {without: [tokn]}\n",
            "10 unknown-reference",
        ),
        (
            "        x-countersign: {handshake: done}\n",
            "10 invalid-value",
        ),
        ("        x-countersign: {within: 3}\n", "10 wrong-type"),
        (
            "        x-countersign: {within: soon}\n",
            "10 invalid-value",
        ),
        ("        x-countersign: {within: -3s}\n", "10 invalid-value"),
        ("        x-countersign: {within: 3s}\n", "8 invalid-value"),
        (
            "        x-countersign: {handshake: refused}\n        outputs: {a: $statusCode}\n",
            "11 invalid-value",
        ),
        (
            "        x-countersign: {handshake: refused}\n        successCriteria: [{condition: $statusCode == 200}]\n",
            "11 invalid-value",
        ),
    ] {
        assert_eq!(
            problems(&with("", &format!("{guarded}{step}"))),
            [expected],
            "{step}"
        );
    }
    let step = format!("{guarded}        x-countersign: {{within: 3s}}\n{retry}");
    assert_eq!(problems(&with("", &step)), [""; 0]);
}
