//! Proposals as people read them.

use std::fmt::Write as _;

use super::proposals::{Place, Proposals};
use crate::report::escape_line;
use crate::report::human::count;

/// How much of a value is shown, in characters.
const VALUE_CHARS_MAX: usize = 60;
/// How many places without a rule are listed.
const REST_MAX: usize = 50;

/// The proposals of an API.
pub(super) fn text(api: &str, proposals: &Proposals) -> String {
    let mut text = format!("{}\n", escape_line(api));
    let mut line = |words: String| {
        writeln!(text, "  {}", escape_line(&words)).expect("a String takes all");
    };
    for ((operation, place), rule) in &proposals.rules {
        let operation = operation.as_deref().unwrap_or("every operation");
        let place = match place {
            Place::Body(at) => at.clone(),
            Place::Header(name) => format!("header {name}"),
        };
        let (name, why) = (&rule.draft.name, &rule.draft.why);
        line(format!("rule     {operation} {place} as {name}: {why}"));
        let (old, new) = (cut(&rule.values.0), cut(&rule.values.1));
        line(format!("           {old} -> {new} in {}", rule.flow));
    }
    for order in &proposals.orders {
        let (flow, step, at) = (&order.flow, &order.step, &order.at);
        line(format!(
            "order    {flow} {step} {at}: the same elements in another order"
        ));
        line(format!(
            "           for the step: x-countersign: {{snapshot: {{unordered: [{{at: {at:?}}}]}}}}"
        ));
    }
    for rest in proposals.rest.iter().take(REST_MAX) {
        let (flow, step, title, why) = (&rest.flow, &rest.step, &rest.title, rest.why);
        line(format!("no rule  {flow} {step} {title}: {why}"));
    }
    if proposals.rest.len() > REST_MAX {
        let more = count(proposals.rest.len() - REST_MAX, "more place");
        line(format!("no rule  … {more} not listed"));
    }
    text
}

fn cut(value: &str) -> String {
    match value.char_indices().nth(VALUE_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &value[..end]),
        None => value.to_owned(),
    }
}
