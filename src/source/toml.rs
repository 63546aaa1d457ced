//! TOML, for settings: the same value and marks as of the other languages. Source: TOML 1.1.
//!
//! The only place that names the TOML parser. Dates have no JSON form and become strings.

use std::ops::Range;

use serde_json::{Map, Value};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::SyntaxFault;
use super::location::Text;
use super::mark::{Mark, Span};

/// How deep tables may nest.
const DEPTH_MAX: usize = 64;

/// Loads a text.
///
/// # Errors
/// When it is no TOML; all faults that the parser recovers from.
pub(super) fn load(text: &Text) -> Result<(Value, Mark), Vec<SyntaxFault>> {
    let (table, errors) = DeTable::parse_recoverable(text.as_str());
    let mut faults: Vec<SyntaxFault> = errors
        .iter()
        .map(|error| {
            fault(
                text,
                error.span().unwrap_or_default(),
                error.message().to_owned(),
            )
        })
        .collect();
    let span = table.span();
    let (value, mark) = lower_table(text, table.get_ref(), span, 0, &mut faults);
    if faults.is_empty() {
        Ok((value, mark))
    } else {
        Err(faults)
    }
}

fn fault(text: &Text, span: Range<usize>, message: String) -> SyntaxFault {
    SyntaxFault {
        location: text.location(span),
        message,
        also: None,
    }
}

fn lower_table(
    text: &Text,
    table: &DeTable<'_>,
    span: Range<usize>,
    depth: usize,
    faults: &mut Vec<SyntaxFault>,
) -> (Value, Mark) {
    let mut map = Map::new();
    let mut parts = Vec::new();
    let mut entries: Vec<_> = table.iter().collect();
    entries.sort_by_key(|(key, _)| key.span().start);
    for (key, value) in entries {
        let (value, mut mark) = lower(text, value, depth + 1, faults);
        mark.key = Span::new(key.span());
        map.insert(key.get_ref().to_string(), value);
        parts.push(mark);
    }
    (Value::Object(map), mark(span, parts))
}

fn mark(span: Range<usize>, parts: Vec<Mark>) -> Mark {
    Mark {
        key: Span::default(),
        value: Span::new(span),
        parts: parts.into_boxed_slice(),
    }
}

fn lower(
    text: &Text,
    value: &Spanned<DeValue<'_>>,
    depth: usize,
    faults: &mut Vec<SyntaxFault>,
) -> (Value, Mark) {
    let span = value.span();
    if depth > DEPTH_MAX {
        faults.push(fault(
            text,
            span.clone(),
            format!("tables nest deeper than {DEPTH_MAX}"),
        ));
        return (Value::Null, mark(span, Vec::new()));
    }
    let lowered = match value.get_ref() {
        DeValue::Table(table) => return lower_table(text, table, span, depth, faults),
        DeValue::Array(items) => {
            let lowered: Vec<_> = items
                .iter()
                .map(|it| lower(text, it, depth + 1, faults))
                .collect();
            let (values, marks): (Vec<Value>, Vec<Mark>) = lowered.into_iter().unzip();
            return (Value::Array(values), mark(span, marks));
        }
        DeValue::String(string) => Value::String(string.to_string()),
        DeValue::Boolean(boolean) => Value::Bool(*boolean),
        DeValue::Datetime(datetime) => Value::String(datetime.to_string()),
        DeValue::Integer(integer) => {
            let read = i128::from_str_radix(integer.as_str(), integer.radix()).ok();
            let number = read.and_then(serde_json::Number::from_i128);
            number_or_fault(text, number, &span, faults)
        }
        DeValue::Float(float) => {
            let number = float
                .as_str()
                .parse()
                .ok()
                .and_then(serde_json::Number::from_f64);
            number_or_fault(text, number, &span, faults)
        }
    };
    (lowered, mark(span, Vec::new()))
}

fn number_or_fault(
    text: &Text,
    number: Option<serde_json::Number>,
    span: &Range<usize>,
    faults: &mut Vec<SyntaxFault>,
) -> Value {
    if number.is_none() {
        faults.push(fault(
            text,
            span.clone(),
            "this number has no JSON form".to_owned(),
        ));
    }
    number.map_or(Value::Null, Value::Number)
}
