//! Rules for values that change from run to run, added to the text of settings.

use std::fmt::Write as _;

use crate::problem::{Problem, ProblemCode};
use crate::source::{Location, Source};

/// A rule as it is written. Exactly one of `at` and `header` is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VolatileText<'r> {
    /// The operation; none for all.
    pub operation: Option<&'r str>,
    /// The place in the body, as a JSONPath.
    pub at: Option<&'r str>,
    /// The header.
    pub header: Option<&'r str>,
    /// The name of the symbol.
    pub name: &'r str,
    /// The reason.
    pub why: &'r str,
}

/// The text of `api.toml` with rules at its end; all else stays as it is, byte for byte.
///
/// # Errors
/// When the text with the rules is none that can be read, as where `volatile` is written in another way.
pub fn with_rules(
    path: &str,
    text: &str,
    rules: &[VolatileText<'_>],
) -> Result<String, Vec<Problem>> {
    let mut new = text.to_owned();
    if !new.is_empty() && !new.ends_with('\n') {
        new.push('\n');
    }
    for rule in rules {
        if !new.is_empty() {
            new.push('\n');
        }
        new.push_str("[[volatile]]\n");
        let mut field = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                writeln!(new, "{name} = {}", quoted(value)).expect("a String takes all");
            }
        };
        field("operation", rule.operation);
        field("at", rule.at);
        field("header", rule.header);
        field("as", Some(rule.name));
        field("why", Some(rule.why));
    }
    readable(
        path,
        new,
        "write every rule as a table of its own, `[[volatile]]`",
    )
}

/// A text of settings that can be read; with a help where it is not even TOML.
pub(super) fn readable(path: &str, new: String, help: &str) -> Result<String, Vec<Problem>> {
    let mut problems = Vec::new();
    match Source::parse(path, new.clone()) {
        Ok(source) => drop(super::read(&source, &mut problems)),
        Err(faults) => {
            let first = faults.into_iter().next();
            let message = first.map_or_else(String::new, |it| it.message);
            let at = Location::at_line(path, new.clone(), 1);
            let message = format!("the settings cannot be changed: {message}");
            problems.push(Problem::new(ProblemCode::Syntax, at, message).with_help(help));
        }
    }
    if problems.iter().any(Problem::is_error) {
        Err(problems)
    } else {
        Ok(new)
    }
}

/// A text as a basic string of TOML, which has the escapes of JSON.
pub(super) fn quoted(text: &str) -> String {
    serde_json::Value::from(text)
        .to_string()
        .replace('\u{7f}', "\\u007f")
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULE: VolatileText<'_> = VolatileText {
        operation: Some("list"),
        at: Some("$[\"a b\"][*].id"),
        header: None,
        name: "id",
        why: "it is \u{7f} \"drawn\"\n",
    };

    #[test]
    fn rules_are_added_at_the_end_and_read_again() {
        for text in ["", "[checks]\nmedia-type = \"off\"", "# end\n"] {
            let new = with_rules("api.toml", text, &[RULE, RULE]).expect("settings");
            assert!(new.starts_with(text), "{new}");
            let source = Source::parse("api.toml", new).expect("TOML");
            let mut problems = Vec::new();
            let settings = super::super::read(&source, &mut problems);
            assert_eq!(problems, []);
            let [rule, _] = settings.snapshot.volatile.as_slice() else {
                panic!("two rules were expected");
            };
            assert_eq!(rule.operation.as_deref(), RULE.operation);
            assert_eq!(rule.why, RULE.why);
        }
    }

    #[test]
    fn where_no_rule_fits_nothing_is_made() {
        let told = |text: &str, rule| with_rules("api.toml", text, &[rule]).expect_err("a problem");
        assert_eq!(told("volatile = []\n", RULE).len(), 1);
        let wrong = VolatileText {
            at: Some("$["),
            ..RULE
        };
        assert_eq!(told("", wrong).len(), 1);
    }
}
