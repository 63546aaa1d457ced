//! What takes away again what a step makes, and the input that holds the tag of the run.

use super::read;

fn with(extension: &str, inputs: &str) -> String {
    format!(
        "  - workflowId: first\n    inputs: {{type: object, properties: {{{inputs}}}}}\n    steps:\n      - stepId: s\n        operationId: open\n        x-countersign: {{{extension}}}\n"
    )
}

fn told(extension: &str, inputs: &str) -> Vec<String> {
    let problems = read(&with(extension, inputs)).1;
    problems.into_iter().map(|it| it.message).collect()
}

#[test]
fn an_undo_is_bound_and_checked_like_a_step() {
    let unknown = told("undo: {operationId: opne}", "");
    assert!(
        unknown[0].contains("there is no operation `opne`"),
        "{unknown:?}"
    );
    let none = told("undo: {parameters: []}", "");
    assert!(none[0].contains("names one thing to call"), "{none:?}");
    let safe = told("undo: {operationId: open}", "");
    assert!(
        safe[0].contains("`open` takes nothing away: GET"),
        "{safe:?}"
    );
    let field = told("undo: {operationId: open, outputs: {}}", "");
    assert!(field[0].contains("outputs"), "{field:?}");
}

#[test]
fn one_input_with_a_default_holds_the_tag() {
    let (scenarios, problems) = read(&with(
        "",
        "t: {type: string, default: dev, x-countersign: {runTag: true}}",
    ));
    assert_eq!(problems, []);
    let tag = scenarios[0].run_tag.as_ref().expect("a tag");
    assert_eq!((tag.input.as_str(), tag.default.as_str()), ("t", "dev"));
    for (inputs, why) in [
        (
            "t: {x-countersign: {runTag: true}}",
            "has no text to be without a tag",
        ),
        (
            "t: {default: '', x-countersign: {runTag: true}}",
            "has no text to be without a tag",
        ),
        ("t: {default: a, x-countersign: {tag: true}}", "tag"),
        (
            "t: {default: a, x-countersign: {runTag: true}}, u: {default: b, x-countersign: {runTag: true}}",
            "`t` holds the tag of the run already",
        ),
    ] {
        let told = told("", inputs);
        assert!(
            told.len() == 1 && told[0].contains(why),
            "{inputs}: {told:?}"
        );
    }
}
