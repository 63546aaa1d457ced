//! What is said of rules on values that change and on arrays without an order.

use super::{CONTRACT, of_steps, told_of};

/// Things that say much of themselves.
const TOLD: &str = r##"
openapi: 3.1.1
info: {title: Things, version: "1"}
paths:
  /things:
    get:
      operationId: list
      responses:
        "200":
          description: all
          headers:
            X-Made: {schema: {type: string, format: date-time}}
            X-Last: {schema: {type: boolean}}
            X-Id: {schema: {type: string, format: uuid}}
            X-Any: {}
            X-Json: {content: {application/json: {schema: {type: boolean}}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/All"}}}
components:
  schemas:
    All:
      type: object
      properties:
        pets: {type: array, items: {$ref: "#/components/schemas/Pet"}}
        plain: {type: array, items: {type: object, properties: {kind: {type: string}, name: {type: string}}}}
        pair: {type: array, prefixItems: [{type: string}, {type: integer}]}
        on: {type: [boolean, "null"]}
        size: {enum: [s, m, l, xl, xxl, xxxl]}
        mixed: {oneOf: [{type: boolean}, {type: string}]}
        made: {type: string, format: date-time}
        number: {type: integer, format: date-time}
        id: {type: string, format: uuid}
        mail: {type: string, format: email}
        seen: {oneOf: [{type: string, format: date}, {type: string}]}
    Pet:
      oneOf: [{$ref: "#/components/schemas/Cat"}, {$ref: "#/components/schemas/Dog"}]
      discriminator: {propertyName: kind}
    Cat: {type: object, required: [kind], properties: {kind: {type: string}, claws: {type: integer}}}
    Dog: {type: object, required: [kind], properties: {kind: {type: string}, tail: {type: string}}}
"##;

/// What is said of a rule of the settings on these things.
fn told_of_rule(lines: &str) -> Vec<String> {
    let settings = format!("[[volatile]]\nwhy = \"it is so\"\n{lines}\n");
    told_of(TOLD, "- {stepId: a, operationId: list}", &settings)
}

/// What is said of a rule on an array of these things.
fn told_of_array(rule: &str) -> Vec<String> {
    let step = format!(
        "- {{stepId: a, operationId: list, x-countersign: {{snapshot: {{unordered: [{rule}]}}}}}}"
    );
    told_of(TOLD, &step, "")
}

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

#[test]
fn what_cannot_differ_from_run_to_run_is_not_hidden() {
    const HELP: &str = "take the rule away, so that a change of the value is seen";
    for (wrong, expected) in [
        ("at = '$.on'", "a boolean, which nobody draws"),
        ("header = 'x-last'", "a boolean, which nobody draws"),
        (
            "at = '$.size'",
            r#"a value that the contract fixes: "s", "m", "l", "xl", "xxl", .."#,
        ),
        (
            "at = '$.pets[*].kind'",
            "the value by which a `discriminator` tells schemas apart",
        ),
    ] {
        let told = told_of_rule(&format!("as = 'x'\n{wrong}"));
        let expected = format!("blind-rule: the rule hides {expected}; {HELP}");
        assert_eq!(told, [expected], "{wrong}");
    }
    for right in [
        "at = '$.mixed'",
        "at = '$.plain[*].kind'",
        "at = '$.pets[*].claws'",
        // Not all that they find is fixed.
        "at = '$..kind'",
        "at = '$[\"on\", \"mixed\"]'",
        "header = 'X-Any'",
        "header = 'X-Json'",
    ] {
        assert_eq!(
            told_of_rule(&format!("as = 'x'\n{right}")),
            [""; 0],
            "{right}"
        );
    }
}

#[test]
fn what_is_a_symbol_by_itself_needs_no_rule() {
    const AWAY: &str = "take the rule away";
    const NAME: &str = "take the rule away, or give it a name that says whose the value is";
    for (wrong, format, help) in [
        ("as = 'created'\nat = '$.made'", "date-time", AWAY),
        ("as = 'time'\nheader = 'X-Made'", "date-time", AWAY),
        ("as = 'id'\nat = '$.id'", "uuid", NAME),
        ("as = 'uuid'\nheader = 'X-Id'", "uuid", NAME),
    ] {
        let expected = format!(
            "needless-rule: the format `{format}` makes the value a symbol without the rule; {help}"
        );
        assert_eq!(told_of_rule(wrong), [expected], "{wrong}");
    }
    for right in [
        "as = 'order'\nat = '$.id'",
        "as = 'order'\nheader = 'X-Id'",
        "as = 'value'\nat = '$.mail'",
        // A format is one of texts; and in one of two choices there is none.
        "as = 'time'\nat = '$.number'",
        "as = 'day'\nat = '$.seen'",
        "as = 'x'\nat = '$.plain[*].name'",
    ] {
        assert_eq!(told_of_rule(right), [""; 0], "{right}");
    }
}

#[test]
fn an_order_that_is_fixed_is_not_hidden_and_elements_are_sorted_by_what_they_have() {
    for right in [
        "{at: '$.pets'}",
        "{at: '$.plain', by: '$.name'}",
        "{at: '$.pets', by: '$.tail'}",
        // Of these nothing is known.
        "{at: '$[\"pair\", \"plain\"]'}",
    ] {
        assert_eq!(told_of_array(right), [""; 0], "{right}");
    }
    for (wrong, expected) in [
        (
            "{at: '$.pair'}",
            "blind-rule: the rule hides an order that the contract fixes; take the rule away, so that a change of the value is seen",
        ),
        (
            "{at: '$.plain', by: '$.nam'}",
            "stale-rule: the rule sorts by nothing: no element has `$.nam`; did you mean `name`?",
        ),
    ] {
        assert_eq!(told_of_array(wrong), [expected], "{wrong}");
    }
}

#[test]
fn a_rule_on_a_header_is_told_only_where_no_snapshot_keeps_it() {
    let rule = "[[volatile]]\nas = 'x'\nwhy = 'it is so'\nheader = 'X-Trace'\n";
    let told = |step: &str, more: &str| told_of(TOLD, step, &format!("{rule}{more}"));
    let plain = "- {stepId: a, operationId: list}";
    assert_eq!(told(plain, "").len(), 1);
    assert_eq!(told(plain, "[snapshot]\nheaders = ['x-trace']\n"), [""; 0]);
    let keeps = "- {stepId: a, operationId: list, x-countersign: {snapshot: {headers: [x-trace]}}}";
    assert_eq!(told(keeps, ""), [""; 0], "a scenario keeps it");
    let drops = "- {stepId: a, operationId: list, x-countersign: {snapshot: {headers: []}}}";
    assert_eq!(told(drops, "").len(), 1);
}
