//! What is said of rules on values that change and on arrays without an order.

use super::{CONTRACT, of_steps, told_of};

#[test]
fn rules_on_values_that_change_fall_on_what_may_change() {
    let rule = |text: &str| {
        let settings = format!("[[volatile]]\nas = \"x\"\nwhy = \"it is so\"\n{text}\n");
        told_of(CONTRACT, "- {stepId: a, operationId: list}", &settings)
    };
    for right in [
        "at = '$[*].id'",
        "at = '$..name'",
        "at = '$[0].open.deep'",
        "header = 'x-total'",
        "operation = 'create'\nat = '$.why'",
    ] {
        assert_eq!(rule(right), [""; 0], "{right}");
    }
    for (wrong, expected) in [
        (
            "operation = 'list'\nat = '$[*].idd'",
            "stale-rule: nothing can fall under the rule: no documented answer has `$[*].idd`; did you mean `id`?",
        ),
        (
            "operation = 'list'\nat = '$.why'",
            "stale-rule: nothing can fall under the rule: no documented answer has `$.why`; take the rule away, or mend its path",
        ),
        (
            "header = 'X-Request-Id'",
            "stale-rule: nothing can fall under the rule: no snapshot keeps the header `X-Request-Id`; take the rule away, or add the header to those that snapshots keep",
        ),
        (
            "operation = 'list'\nat = '$[*].kind'",
            "blind-rule: the rule hides a value that the contract fixes: \"thing\"; take the rule away, so that a change of the value is seen",
        ),
    ] {
        assert_eq!(rule(wrong), [expected], "{wrong}");
    }
}

#[test]
fn rules_of_scenarios_are_looked_at_over_all_steps_that_they_are_for() {
    let step = |id: &str, operation: &str, rules: &str| {
        let more = match operation {
            "create" => ", requestBody: {payload: {name: cog, tags: []}}",
            _ => "",
        };
        format!(
            "- {{stepId: {id}, operationId: {operation}{more}, x-countersign: {{snapshot: {{{rules}}}}}}}\n"
        )
    };
    let id = "volatile: [{at: '$.id', as: x, why: it is so}]";
    assert_eq!(of_steps(&step("a", "create", id)), [""; 0]);
    let both = step("a", "list", id) + &step("b", "create", id);
    assert_eq!(
        of_steps(&both),
        [""; 0],
        "it falls on something in one of them"
    );
    let stale = "stale-rule: nothing can fall under the rule: no documented answer has `$.id`; take the rule away, or mend its path";
    let twice = step("a", "list", id) + &step("b", "list", id);
    assert_eq!(of_steps(&twice), [stale], "it is told once");
}

#[test]
fn arrays_without_an_order_are_arrays() {
    let rule = |at: &str| {
        of_steps(&format!(
            "- {{stepId: a, operationId: list, x-countersign: {{snapshot: {{unordered: [{{at: '{at}'}}]}}}}}}\n"
        ))
    };
    assert_eq!(rule("$"), [""; 0]);
    for (wrong, expected) in [
        (
            "$[*].name",
            "stale-rule: nothing can fall under the rule: `$[*].name` is no array; take the rule away, or mend its path",
        ),
        (
            "$[*].nam",
            "stale-rule: nothing can fall under the rule: no documented answer has `$[*].nam`; did you mean `name`?",
        ),
    ] {
        assert_eq!(rule(wrong), [expected], "{wrong}");
    }
}
