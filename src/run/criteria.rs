//! What criteria mean (`Arazzo 1.0.1 §4.6.11`): each is true or false; one that cannot be evaluated
//! is false and says why.

mod xpath;

use std::borrow::Cow;

use serde_json::{Number, Value};

use super::scope::Scope;
use crate::http::is_secret_name;
use crate::json::{self, Path, Pointer, number, plain};
use crate::scenario::{
    Comparison, Condition, Criterion, CriterionKind, Expression, Operand, Part, Pattern, Root,
};
use crate::transcript::Unmet;

/// How much of a value is shown.
const SHOWN_MAX: usize = 120;

/// The criteria that do not hold.
pub(super) fn unmet(criteria: &[Criterion], scope: &Scope<'_>) -> Vec<Unmet> {
    let judged = criteria.iter().enumerate();
    judged
        .filter_map(|(place, criterion)| judge(criterion, place, scope).err())
        .collect()
}

/// Whether all of them hold.
pub(super) fn all_hold(criteria: &[Criterion], scope: &Scope<'_>) -> bool {
    criteria
        .iter()
        .all(|criterion| judge(criterion, 0, scope).is_ok())
}

fn judge(criterion: &Criterion, place: usize, scope: &Scope<'_>) -> Result<(), Unmet> {
    let fail = |actual: String, at: Option<Pointer>| {
        Err(Unmet {
            criterion: Some(place),
            actual,
            place: at,
        })
    };
    match &criterion.kind {
        CriterionKind::Simple(condition) => {
            if holds(condition, scope) {
                return Ok(());
            }
            let read = condition.expressions();
            let at = read.iter().find_map(|it| body_place(it));
            fail(describe(&read, scope), at)
        }
        CriterionKind::Regex { context, pattern } => {
            let at = body_place(context);
            let Some(value) = scope.read(context).filter(|it| !it.is_null()) else {
                return fail(format!("{context} has no value"), at);
            };
            let found = match pattern {
                Pattern::Fixed(regex) => Ok(regex.is_match(&plain(&value))),
                Pattern::Template(template) => scope
                    .text(template, |text, _| regex::escape(&text))
                    .map_err(|expression| format!("{expression} has no value"))
                    .and_then(|text| regex::Regex::new(&text).map_err(|error| error.to_string()))
                    .map(|regex| regex.is_match(&plain(&value))),
            };
            match found {
                Ok(true) => Ok(()),
                Ok(false) => fail(describe(&[context], scope), at),
                Err(why) => fail(why, at),
            }
        }
        CriterionKind::JsonPath { context, pattern } => {
            let at = body_place(context);
            let Some(value) = scope.read(context).filter(|it| !it.is_null()) else {
                return fail(format!("{context} has no value"), at);
            };
            let found = match pattern {
                Pattern::Fixed(path) => Ok(finds(path, &criterion.text, &value)),
                Pattern::Template(template) => scope
                    .text(template, quote_in_path)
                    .map_err(|expression| format!("{expression} has no value"))
                    .and_then(|text| Path::parse(&text).map_err(|error| error.to_string()))
                    .map(|path| finds(&path, &criterion.text, &value)),
            };
            match found {
                Ok(true) => Ok(()),
                Ok(false) => fail(format!("nothing is found in {}", shown(&value)), at),
                Err(why) => fail(why, at),
            }
        }
        CriterionKind::XPath { context, pattern } => match xpath::holds(context, pattern, scope) {
            Ok(true) => Ok(()),
            Ok(false) => fail(describe(&[context], scope), body_place(context)),
            Err(why) => fail(why, body_place(context)),
        },
    }
}

/// Whether a path finds anything. A path that begins with a filter is also tried on an object as the
/// only item of a list: the specification's own examples are written for both readings. Not so where
/// the filter reads `$`, which would be the list then, and not what the author sees.
fn finds(path: &Path, text: &str, value: &Value) -> bool {
    if !path.query(value).is_empty() {
        return true;
    }
    let filter = text.trim_start().strip_prefix("$[?");
    let wrapped = filter.is_some_and(|filter| filter.contains('@') && !filter.contains('$'));
    wrapped && value.is_object() && !path.query(&Value::Array(vec![value.clone()])).is_empty()
}

/// Makes a value fit for the quoted string of a JSONPath that it goes into.
fn quote_in_path(text: String, before: &str) -> String {
    let mut open = None;
    let mut escaped = false;
    for c in before.chars() {
        match (open, c) {
            (Some(_), '\\') if !escaped => {
                escaped = true;
                continue;
            }
            (Some(quote), _) if c == quote && !escaped => open = None,
            (None, '\'' | '"') => open = Some(c),
            _ => {}
        }
        escaped = false;
    }
    let Some(quote) = open else { return text };
    let mut result = String::new();
    for c in text.chars() {
        if c == quote || c == '\\' {
            result.push('\\');
        }
        match c {
            '\n' => result.push_str("\\n"),
            '\r' => result.push_str("\\r"),
            '\t' => result.push_str("\\t"),
            _ => result.push(c),
        }
    }
    result
}

fn holds(condition: &Condition, scope: &Scope<'_>) -> bool {
    match condition {
        Condition::Any(list) => list.iter().any(|it| holds(it, scope)),
        Condition::All(list) => list.iter().all(|it| holds(it, scope)),
        Condition::Not(inner) => !holds(inner, scope),
        Condition::Truth(operand) => {
            matches!(read(operand, scope).as_deref(), Some(Value::Bool(true)))
        }
        Condition::Compare(left, comparison, right) => {
            let (left, right) = (read(left, scope), read(right, scope));
            let left = left.as_deref().unwrap_or(&Value::Null);
            let right = right.as_deref().unwrap_or(&Value::Null);
            compare(left, *comparison, right)
        }
    }
}

fn read<'o, 's: 'o>(operand: &'o Operand, scope: &Scope<'s>) -> Option<Cow<'o, Value>> {
    match operand {
        Operand::Literal(value) => Some(Cow::Borrowed(value)),
        Operand::Expression(expression) => scope.read(expression),
    }
}

/// Compares two values.
///
/// Texts are compared without regard to case, which the specification demands. A text that is a
/// number is compared with a number as one. Null equals only null, and is neither less nor greater
/// than anything; `!=` is the opposite of `==`.
fn compare(left: &Value, comparison: Comparison, right: &Value) -> bool {
    let equality = matches!(comparison, Comparison::Equal | Comparison::NotEqual);
    match (left, right) {
        (Value::String(left), Value::String(right)) => {
            if !equality && let (Some(left), Some(right)) = (as_number(left), as_number(right)) {
                return comparison.holds(number::compare(&left, &right));
            }
            comparison.holds(left.to_lowercase().cmp(&right.to_lowercase()))
        }
        (Value::Number(left), Value::Number(right)) => {
            comparison.holds(number::compare(left, right))
        }
        (Value::Number(left), Value::String(right)) => match as_number(right) {
            Some(right) => comparison.holds(number::compare(left, &right)),
            None => comparison == Comparison::NotEqual,
        },
        (Value::String(left), Value::Number(right)) => match as_number(left) {
            Some(left) => comparison.holds(number::compare(&left, right)),
            None => comparison == Comparison::NotEqual,
        },
        _ => match comparison {
            Comparison::Equal => json::equal(left, right),
            Comparison::NotEqual => !json::equal(left, right),
            _ => false,
        },
    }
}

fn as_number(text: &str) -> Option<Number> {
    let numeric = text
        .bytes()
        .all(|b| b.is_ascii_digit() || b"+-.eE".contains(&b));
    if numeric && !text.is_empty() {
        serde_json::from_str(text).ok()
    } else {
        None
    }
}

fn body_place(expression: &Expression) -> Option<Pointer> {
    matches!(expression.root, Root::Response(Part::Body)).then(|| expression.pointer.clone())
}

/// What the expressions of a condition read, in words.
fn describe(expressions: &[&Expression], scope: &Scope<'_>) -> String {
    let mut parts: Vec<String> = Vec::new();
    for expression in expressions {
        let part = match scope.read(expression) {
            Some(_) if reads_secret(expression, scope) => format!("{expression} is hidden"),
            Some(value) => format!("{expression} is {}", shown(&value)),
            None => format!("{expression} has no value"),
        };
        if !parts.contains(&part) {
            parts.push(part);
        }
    }
    parts.join(", ")
}

/// Whether what an expression reads is secret: by its name, or as an input that is a password.
fn reads_secret(expression: &Expression, scope: &Scope<'_>) -> bool {
    match &expression.root {
        Root::Input(name) => scope.frame.scenario.secrets.contains(name),
        Root::Request(Part::Header(name) | Part::Query(name))
        | Root::Response(Part::Header(name)) => is_secret_name(name),
        _ => false,
    }
}

fn shown(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(SHOWN_MAX) {
        Some((end, _)) => {
            let rest = text[end..].chars().count();
            format!("{}… ({rest} more characters)", &text[..end])
        }
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds_for(left: &str, comparison: Comparison, right: &str) -> bool {
        let parse = |text: &str| serde_json::from_str(text).expect("a value");
        compare(&parse(left), comparison, &parse(right))
    }

    #[test]
    fn values_are_compared_as_the_specification_says() {
        use Comparison::{Equal, Greater, GreaterOrEqual, Less, NotEqual};
        for (left, comparison, right) in [
            (r#""Abc""#, Equal, r#""aBC""#),
            ("1", Equal, "1.0"),
            ("12345678901234567890123", Less, "12345678901234567890124"),
            (r#""10""#, Greater, r#""9""#),
            (r#""10""#, Greater, "9"),
            ("null", Equal, "null"),
            ("null", NotEqual, "0"),
            (r#"{"a":1,"b":2}"#, Equal, r#"{"b":2,"a":1.0}"#),
            (r#""b""#, GreaterOrEqual, r#""A""#),
            (r#""x""#, NotEqual, "1"),
        ] {
            assert!(
                holds_for(left, comparison, right),
                "{left} {comparison:?} {right}"
            );
        }
    }

    #[test]
    fn what_cannot_be_ordered_is_false() {
        use Comparison::{Equal, Greater, Less, LessOrEqual};
        for (left, comparison, right) in [
            ("null", Less, "1"),
            ("null", LessOrEqual, "null"),
            ("true", Greater, "false"),
            ("[1]", Less, "[2]"),
            (r#""x""#, Less, "1"),
            ("0", Equal, "false"),
            (r#""""#, Equal, "null"),
            ("9007199254740993", Equal, "9007199254740992"),
        ] {
            assert!(
                !holds_for(left, comparison, right),
                "{left} {comparison:?} {right}"
            );
        }
    }

    #[test]
    fn a_value_cannot_leave_its_quotes() {
        assert_eq!(
            quote_in_path("a' || true || '".into(), "$[?@.x == '"),
            r"a\' || true || \'"
        );
        assert_eq!(quote_in_path(r#"a"\"#.into(), r#"$[?@.x == ""#), r#"a\"\\"#);
        assert_eq!(quote_in_path("3".into(), "$[?@.x == 'a' && @.y == "), "3");
    }
}
