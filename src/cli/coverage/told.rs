//! Coverage as a table, as a list of holes with steps, and as JSON.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::{Map, Value, json};

use crate::coverage::{Count, Covered, KINDS, Kind};
use crate::generate::Skeleton;
use crate::report::escape_line;
use crate::report::human::count;

/// The steps that would close the holes of each API.
pub(super) type Steps = BTreeMap<String, Vec<Skeleton>>;

/// A table of every API and kind.
pub(super) fn table(covered: &Covered) -> String {
    let mut text = String::new();
    for (name, api) in &covered.apis {
        let _ = writeln!(text, "{}", escape_line(name));
        let rows = KINDS.map(|kind| (kind.id(), api.count(kind)));
        for (word, row) in rows.into_iter().chain([("all", api.total())]) {
            let exempt = match row.exempt {
                0 => String::new(),
                exempt => format!("  {exempt} exempt"),
            };
            let numbers = row.to_string();
            let share = percent(row);
            let _ = writeln!(text, "  {word:<12} {numbers:>11}  {share:>5}%{exempt}");
        }
    }
    text
}

/// How much it is, with a digit behind the point, rounded down: all is told of all alone.
pub(super) fn percent(count: Count) -> String {
    let share = count.per_mille();
    format!("{}.{}", share / 10, share % 10)
}

/// The holes, each above the step that would close it.
pub(super) fn holes(covered: &Covered, steps: &Steps) -> String {
    let mut text = String::new();
    for (name, steps) in steps {
        let holes: usize = steps.iter().map(|it| it.closes.len()).sum();
        let (name, holes) = (escape_line(name), count(holes, "hole"));
        let steps_told = count(steps.len(), "step");
        let _ = writeln!(text, "\n{name}: {holes}, {steps_told} would close them");
        for step in steps {
            text.push('\n');
            for item in &step.closes {
                let _ = writeln!(text, "  {}", escape_line(item));
            }
            for line in step.text.lines() {
                let _ = writeln!(text, "      {}", escape_line(line));
            }
        }
    }
    let is_whole = |it: &Kind| covered.count(*it).covered == covered.count(*it).total;
    if !steps.is_empty() && KINDS.iter().all(is_whole) {
        text.push_str("\nnothing is missing\n");
    }
    text
}

/// What is to be known beside the numbers.
pub(super) fn notes(covered: &Covered) -> Vec<String> {
    let mut notes = Vec::new();
    for (name, api) in &covered.apis {
        let name = escape_line(name);
        if !api.whole {
            notes.push(format!("the run did not take every flow of {name}"));
        }
        if api.cut {
            notes.push(format!("{name} has more places than are counted"));
        }
    }
    notes
}

/// All of it for programs.
pub(super) fn json(covered: &Covered, steps: &Steps) -> String {
    let apis = covered.apis.iter().map(|(name, api)| {
        let kinds = KINDS.map(|kind| {
            let count = api.count(kind);
            let items = api.kinds.get(&kind);
            let told = json!({
                "covered": count.covered,
                "total": count.total,
                "exempt": count.exempt,
                "missing": items.map(|it| &it.missing),
            });
            (kind.id().to_owned(), told)
        });
        let mut told = json!({
            "api": name,
            "whole": api.whole,
            "cut": api.cut,
            "kinds": Map::from_iter(kinds),
        });
        if let (Some(steps), Value::Object(told)) = (steps.get(name), &mut told) {
            let steps = steps
                .iter()
                .map(|it| json!({"closes": it.closes, "step": it.text}));
            told.insert("steps".to_owned(), steps.collect());
        }
        told
    });
    let apis: Value = apis.collect();
    let text = serde_json::to_string_pretty(&json!({"apis": apis})).unwrap_or_default();
    text + "\n"
}
