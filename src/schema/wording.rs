//! What a violation says: what was expected and what is there, in few words.
//!
//! Values are shown cut, and arrays and objects by their size, so that no message grows with a body.

use jsonschema::ValidationError;
use jsonschema::error::{TypeKind, ValidationErrorKind as Kind};
use serde_json::Value;

use crate::json;

/// How many characters of one value are shown.
pub const VALUE_CHARS_MAX: usize = 80;
/// How many characters a list of values may have.
const LIST_CHARS_MAX: usize = 200;
/// How many characters of a message of the validator crate are shown.
pub(super) const MESSAGE_CHARS_MAX: usize = 400;

/// The words of one violation.
pub(super) struct Wording {
    pub(super) expected: String,
    pub(super) actual: String,
    pub(super) property: Option<String>,
    /// A sentence that says it better than "expected …, got …".
    sentence: Option<String>,
}

impl Wording {
    fn new(expected: impl Into<String>, actual: impl Into<String>) -> Self {
        let (expected, actual) = (expected.into(), actual.into());
        Self {
            expected,
            actual,
            property: None,
            sentence: None,
        }
    }

    fn about(mut self, property: &str, sentence: String) -> Self {
        self.property = Some(property.to_owned());
        self.sentence = Some(sentence);
        self
    }

    pub(super) fn message(&self) -> String {
        match &self.sentence {
            Some(sentence) => sentence.clone(),
            None => format!("expected {}, got {}", self.expected, self.actual),
        }
    }
}

/// The words for one member that must not be there.
pub(super) fn of_unexpected(name: &str, member: &Value) -> Wording {
    let shown = cut(name, VALUE_CHARS_MAX);
    Wording::new(format!("no member `{shown}`"), describe(member))
        .about(name, format!("the member `{shown}` is not allowed here"))
}

/// The words of an error that is not about members that must not be there.
pub(super) fn of(error: &ValidationError<'_>) -> Wording {
    let value: &Value = error.instance();
    match error.kind() {
        Kind::Required { property } => {
            let name = property.as_str().unwrap_or_default();
            let name_shown = cut(name, VALUE_CHARS_MAX);
            Wording::new(format!("a member `{name_shown}`"), describe(value))
                .about(name, format!("the member `{name_shown}` is missing"))
        }
        Kind::Type { kind } => Wording::new(types(kind), describe(value)),
        Kind::Enum { options } => Wording::new(one_of(options), describe(value)),
        Kind::Constant { expected_value } => Wording::new(show(expected_value), describe(value)),
        Kind::AnyOf { context } => Wording::new(
            format!("one of {} alternatives", context.len()),
            describe(value),
        ),
        Kind::OneOfNotValid { context } => Wording::new(
            format!("exactly one of {} alternatives", context.len()),
            describe(value),
        ),
        Kind::OneOfMultipleValid { context } => {
            let fitting: Vec<String> = (1..)
                .zip(context)
                .filter(|(_, errors)| errors.is_empty())
                .map(|(number, _): (usize, _)| number.to_string())
                .collect();
            let expected = format!("exactly one of {} alternatives", context.len());
            Wording::new(
                expected,
                format!(
                    "{} that fits alternatives {}",
                    describe(value),
                    fitting.join(" and ")
                ),
            )
        }
        Kind::PropertyNames { error } => of(error),
        kind => of_limit(kind, value).unwrap_or_else(|| of_rest(error, value)),
    }
}

/// The words for rules that set a limit.
fn of_limit(kind: &Kind, value: &Value) -> Option<Wording> {
    let size = |count: usize, noun: &str| format!("{}{}", plural(count, noun), shown_text(value));
    let characters = || {
        size(
            value.as_str().map_or(0, |text| text.chars().count()),
            "character",
        )
    };
    let items = || size(value.as_array().map_or(0, Vec::len), "item");
    let members = || size(value.as_object().map_or(0, serde_json::Map::len), "member");
    Some(match kind {
        Kind::MaxLength { limit } => Wording::new(at_most(*limit, "character"), characters()),
        Kind::MinLength { limit } => Wording::new(at_least(*limit, "character"), characters()),
        Kind::MaxItems { limit } => Wording::new(at_most(*limit, "item"), items()),
        Kind::MinItems { limit } => Wording::new(at_least(*limit, "item"), items()),
        Kind::MaxProperties { limit } => Wording::new(at_most(*limit, "member"), members()),
        Kind::MinProperties { limit } => Wording::new(at_least(*limit, "member"), members()),
        Kind::Maximum { limit } => {
            Wording::new(format!("at most {}", show(limit)), describe(value))
        }
        Kind::Minimum { limit } => {
            Wording::new(format!("at least {}", show(limit)), describe(value))
        }
        Kind::ExclusiveMaximum { limit } => {
            Wording::new(format!("less than {}", show(limit)), describe(value))
        }
        Kind::ExclusiveMinimum { limit } => {
            Wording::new(format!("more than {}", show(limit)), describe(value))
        }
        Kind::MultipleOf { multiple_of } => Wording::new(
            format!("a multiple of {}", show(multiple_of)),
            describe(value),
        ),
        _ => return None,
    })
}

fn of_rest(error: &ValidationError<'_>, value: &Value) -> Wording {
    let actual = describe(value);
    match error.kind() {
        Kind::Pattern { pattern } => Wording::new(
            format!("text that matches `{}`", cut(pattern, VALUE_CHARS_MAX)),
            actual,
        ),
        Kind::BacktrackLimitExceeded { .. } | Kind::RegexEngineFailure { .. } => Wording::new(
            "text that the pattern can be tried on in a bounded number of steps",
            actual,
        ),
        // A custom keyword: `format`, which says what it expects.
        Kind::Custom { message, .. } => Wording::new(message.clone(), actual),
        Kind::Format { format } => Wording::new(format!("the format {format}"), actual),
        Kind::FalseSchema => Wording::new("nothing", actual),
        Kind::UniqueItems => Wording::new(
            "items that all differ",
            format!("{actual} with repeated items"),
        ),
        Kind::Contains => Wording::new("an array with fitting items, as `contains` asks", actual),
        Kind::Not { .. } => Wording::new("what `not` does not describe", actual),
        Kind::UnevaluatedItems { unexpected } => {
            let count = plural(unexpected.len(), "unexpected item");
            Wording::new("no further items", format!("{actual} with {count}"))
        }
        Kind::ContentEncoding { content_encoding } => {
            Wording::new(format!("text encoded as {content_encoding}"), actual)
        }
        Kind::ContentMediaType { content_media_type } => {
            Wording::new(format!("text of the type {content_media_type}"), actual)
        }
        _ => Wording::new(cut(&error.masked().to_string(), MESSAGE_CHARS_MAX), actual),
    }
}

fn types(kind: &TypeKind) -> String {
    match kind {
        TypeKind::Single(kind) => kind.to_string(),
        TypeKind::Multiple(kinds) => kinds
            .iter()
            .map(|kind| kind.to_string())
            .collect::<Vec<_>>()
            .join(" or "),
    }
}

fn one_of(options: &Value) -> String {
    let options = options.as_array().map_or(&[][..], Vec::as_slice);
    if let [only] = options {
        return show(only);
    }
    let mut list = "one of ".to_owned();
    for (index, option) in options.iter().enumerate() {
        if list.len() > LIST_CHARS_MAX {
            list.push_str(" … (");
            list.push_str(&(options.len() - index).to_string());
            list.push_str(" more)");
            break;
        }
        list.push_str(if index > 0 { ", " } else { "" });
        list.push_str(&show(option));
    }
    list
}

/// A value as it would be named in a sentence: its type, and what it holds or how much.
fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Array(elements) if elements.is_empty() => "an empty array".to_owned(),
        Value::Array(elements) => format!("array of {}", plural(elements.len(), "item")),
        Value::Object(members) if members.is_empty() => "an empty object".to_owned(),
        Value::Object(members) => format!("object with {}", plural(members.len(), "member")),
        scalar => format!("{} {}", json::kind(scalar), show(scalar)),
    }
}

/// A value as JSON, cut.
pub(super) fn show(value: &Value) -> String {
    match value {
        // Cut before it is quoted, so that what is left out is counted in its own characters.
        Value::String(text) => {
            let kept: String = text.chars().take(VALUE_CHARS_MAX).collect();
            let quoted = json::render_canonical(&Value::String(kept));
            let left_out = text.chars().count().saturating_sub(VALUE_CHARS_MAX);
            if left_out == 0 {
                quoted
            } else {
                format!("{quoted}{}", more(left_out))
            }
        }
        other => cut(&other.to_string(), VALUE_CHARS_MAX),
    }
}

/// For a string, itself after a colon; nothing for other values.
fn shown_text(value: &Value) -> String {
    if value.is_string() {
        format!(": {}", show(value))
    } else {
        String::new()
    }
}

/// At most `most` characters, and how many are left out.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        None => text.to_owned(),
        Some((at, _)) => format!("{}{}", &text[..at], more(text[at..].chars().count())),
    }
}

fn more(count: usize) -> String {
    format!("… ({})", plural(count, "more character"))
}

fn at_most(limit: u64, noun: &str) -> String {
    format!("at most {}", plural(limit, noun))
}

fn at_least(limit: u64, noun: &str) -> String {
    format!("at least {}", plural(limit, noun))
}

fn plural<N: std::fmt::Display + PartialEq + From<u8> + Copy>(count: N, noun: &str) -> String {
    let ending = if count == N::from(1) { "" } else { "s" };
    format!("{count} {noun}{ending}")
}
