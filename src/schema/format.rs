//! The keyword `format` as an assertion: the formats of JSON Schema and of the OpenAPI registry.
//!
//! The validator's own `format` looks at strings only; this one replaces it so that formats of
//! numbers are judged too, and hands the formats of JSON Schema on to the validator's. A format
//! constrains only values of its own type. Unknown formats, and those that only describe
//! (`binary`, `password`, `html`), constrain nothing, as JSON Schema asks.
//!
//! Sources: JSON Schema 2020-12 Validation §7.3; the OpenAPI Initiative's format registry;
//! RFC 4648 §4 and §5 for `byte` and `base64url`.

use std::sync::OnceLock;

use jsonschema::{Draft, Keyword, ValidationError, Validator};
use serde_json::{Number, Value, json};

use crate::json::number;

/// The formats of strings that the validator checks, and what each is called in a message.
const TEXT_FORMATS: &[(&str, &str)] = &[
    ("date", "a date (RFC 3339 full-date, such as 2024-12-31)"),
    (
        "date-time",
        "a date-time (RFC 3339, such as 2024-12-31T23:59:59Z)",
    ),
    ("duration", "a duration (ISO 8601, such as P1DT2H)"),
    ("email", "an email address"),
    ("hostname", "a hostname"),
    ("idn-email", "an internationalized email address"),
    ("idn-hostname", "an internationalized hostname"),
    ("ipv4", "an IPv4 address"),
    ("ipv6", "an IPv6 address"),
    ("iri", "an IRI"),
    ("iri-reference", "an IRI reference"),
    ("json-pointer", "a JSON Pointer"),
    ("regex", "a regular expression"),
    ("relative-json-pointer", "a relative JSON Pointer"),
    ("time", "a time (RFC 3339 full-time, such as 23:59:59Z)"),
    ("uri", "a URI"),
    ("uri-reference", "a URI reference"),
    ("uri-template", "a URI template"),
    ("uuid", "a UUID"),
];

/// The validator's checks of them, in the same order, each built when first needed and for all schemas.
static TEXT_CHECKS: [OnceLock<Validator>; TEXT_FORMATS.len()] =
    [const { OnceLock::new() }; TEXT_FORMATS.len()];

/// What a compiled `format` checks.
enum Check {
    /// Constrains nothing.
    Nothing,
    /// A string, judged by the validator.
    Text(&'static Validator),
    /// A string of base64, with this alphabet beyond letters and digits.
    Base64 { symbols: [u8; 2], padded: bool },
    /// A string of one character.
    Char,
    /// A whole number between two bounds.
    Integer { least: Number, most: Number },
    /// A number that a binary floating-point number can hold.
    Float { single: bool },
}

struct Format {
    check: Check,
    expected: &'static str,
}

impl Format {
    fn fits(&self, value: &Value) -> bool {
        match (&self.check, value) {
            (Check::Text(validator), Value::String(_)) => validator.is_valid(value),
            (Check::Base64 { symbols, padded }, Value::String(text)) => {
                is_base64(text.as_bytes(), *symbols, *padded)
            }
            (Check::Char, Value::String(text)) => text.chars().count() == 1,
            (Check::Integer { least, most }, Value::Number(value)) => {
                number::is_integer(value)
                    && number::compare(least, value).is_le()
                    && number::compare(value, most).is_le()
            }
            (Check::Float { single: true }, Value::Number(value)) => {
                value.as_str().parse::<f32>().is_ok_and(f32::is_finite)
            }
            (Check::Float { single: false }, Value::Number(value)) => {
                value.as_str().parse::<f64>().is_ok_and(f64::is_finite)
            }
            _ => true,
        }
    }
}

impl<'i> Keyword<'i> for Format {
    fn validate(&self, instance: &'i Value) -> Result<(), ValidationError<'i>> {
        if self.fits(instance) {
            Ok(())
        } else {
            Err(ValidationError::custom(self.expected))
        }
    }

    fn is_valid(&self, instance: &'i Value) -> bool {
        self.fits(instance)
    }
}

/// Compiles the keyword `format`.
///
/// # Errors
/// When the format is not a string.
pub(super) fn compile(format: &Value) -> Result<Box<dyn for<'i> Keyword<'i>>, ValidationError<'_>> {
    let Some(name) = format.as_str() else {
        return Err(ValidationError::schema("`format` must be a string"));
    };
    let mut texts = TEXT_FORMATS.iter().zip(&TEXT_CHECKS);
    let (check, expected) = match texts.find(|((known, _), _)| *known == name) {
        Some(((name, expected), slot)) => (
            Check::Text(slot.get_or_init(|| text_check(name))),
            *expected,
        ),
        None => own_check(name),
    };
    Ok(Box::new(Format { check, expected }))
}

fn text_check(name: &str) -> Validator {
    let validator = jsonschema::options()
        .with_draft(Draft::Draft202012)
        .offline()
        .should_validate_formats(true)
        .build(&json!({ "format": name }));
    validator.expect("a schema with one known format is valid")
}

fn own_check(name: &str) -> (Check, &'static str) {
    match name {
        "int8" => (integer(i8::MIN, i8::MAX), "an integer of 8 bits"),
        "int16" => (integer(i16::MIN, i16::MAX), "an integer of 16 bits"),
        "int32" => (integer(i32::MIN, i32::MAX), "an integer of 32 bits"),
        "int64" => (integer(i64::MIN, i64::MAX), "an integer of 64 bits"),
        "uint8" => (integer(u8::MIN, u8::MAX), "an unsigned integer of 8 bits"),
        "uint16" => (
            integer(u16::MIN, u16::MAX),
            "an unsigned integer of 16 bits",
        ),
        "uint32" => (
            integer(u32::MIN, u32::MAX),
            "an unsigned integer of 32 bits",
        ),
        "uint64" => (
            integer(u64::MIN, u64::MAX),
            "an unsigned integer of 64 bits",
        ),
        "double-int" => (
            integer(-9_007_199_254_740_991_i64, 9_007_199_254_740_991_i64),
            "an integer that a double holds exactly",
        ),
        "float" => (
            Check::Float { single: true },
            "a number in the range of a float",
        ),
        "double" => (
            Check::Float { single: false },
            "a number in the range of a double",
        ),
        "byte" => (
            Check::Base64 {
                symbols: *b"+/",
                padded: true,
            },
            "base64 (RFC 4648 §4)",
        ),
        "base64url" => (
            Check::Base64 {
                symbols: *b"-_",
                padded: false,
            },
            "base64url (RFC 4648 §5)",
        ),
        "char" => (Check::Char, "a single character"),
        _ => (Check::Nothing, ""),
    }
}

fn integer<N: Into<Number>>(least: N, most: N) -> Check {
    Check::Integer {
        least: least.into(),
        most: most.into(),
    }
}

/// `padded`: padding must be there; else it may be left out.
fn is_base64(text: &[u8], symbols: [u8; 2], padded: bool) -> bool {
    let digits = text.iter().take_while(|&&byte| byte != b'=').count();
    let (digits, padding) = text.split_at(digits);
    let in_alphabet = |byte: &u8| byte.is_ascii_alphanumeric() || symbols.contains(byte);
    let complete = text.len().is_multiple_of(4) && padding.len() <= 2;
    let bare = padding.is_empty() && !padded;
    digits.iter().all(in_alphabet)
        && padding.iter().all(|&byte| byte == b'=')
        && digits.len() % 4 != 1
        && (complete || bare)
}

#[cfg(test)]
mod tests {
    use crate::schema::Schema;
    use serde_json::{Value, json};

    /// Whether each value (JSON text) fits a format.
    fn check(format: &str, fitting: &[&str], failing: &[&str]) {
        let schema = Schema::compile(&json!({ "format": format })).expect("a format is a schema");
        for (texts, expected) in [(fitting, true), (failing, false)] {
            for text in texts {
                let value: Value = serde_json::from_str(text).expect("the test's own JSON");
                assert_eq!(schema.is_valid(&value), expected, "{format} {text}");
                assert_eq!(
                    schema.violations(&value).is_empty(),
                    expected,
                    "{format} {text}"
                );
            }
        }
    }

    #[test]
    fn integers_have_bounds() {
        check(
            "int32",
            &["2147483647", "-2147483648", "1.0", "1e3", "\"x\"", "null"],
            &["2147483648", "-2147483649", "1.5", "1e10"],
        );
        check(
            "int64",
            &["9223372036854775807", "-9223372036854775808"],
            &["9223372036854775808", "1e400"],
        );
        check("uint8", &["0", "255"], &["-1", "256"]);
        check(
            "uint64",
            &["18446744073709551615"],
            &["18446744073709551616", "-1"],
        );
        check("double-int", &["9007199254740991"], &["9007199254740992"]);
    }

    #[test]
    fn floats_have_ranges() {
        check("float", &["3.4e38", "1", "1e-400"], &["3.5e38"]);
        check("double", &["1.7e308"], &["1e309"]);
    }

    #[test]
    fn strings_have_formats() {
        check(
            "byte",
            &["\"\"", "\"aGk=\"", "\"aGVsbG8+\"", "1"],
            &["\"aGk\"", "\"a===\"", "\"aG-_\"", "\"aG k=\"", "\"=aGk\""],
        );
        check(
            "base64url",
            &["\"aGk\"", "\"aGk=\"", "\"a-_b\""],
            &["\"a\"", "\"a+/b\"", "\"aGk==\""],
        );
        check("char", &["\"é\""], &["\"\"", "\"ab\""]);
        check(
            "date",
            &["\"2024-02-29\"", "5"],
            &["\"2023-02-29\"", "\"29.02.2024\""],
        );
        check(
            "date-time",
            &["\"2024-02-29T12:00:00Z\""],
            &["\"2024-02-29 12:00\"", "\"2024-02-29T12:00:00\""],
        );
        check(
            "uuid",
            &["\"123e4567-e89b-12d3-a456-426614174000\""],
            &["\"123e4567\""],
        );
        check(
            "uri",
            &["\"https://example.com/a\""],
            &["\"/a\"", "\"not a uri\""],
        );
        check("email", &["\"a@example.com\""], &["\"a\""]);
        check(
            "ipv4",
            &["\"127.0.0.1\""],
            &["\"256.0.0.1\"", "\"127.0.0\""],
        );
        check("ipv6", &["\"::1\""], &["\"::g\""]);
        check("hostname", &["\"a.example\""], &["\"-a\"", "\"a_b\""]);
    }

    #[test]
    fn formats_that_only_describe_constrain_nothing() {
        for format in ["binary", "password", "no-such-format"] {
            check(format, &["\"\"", "\"x\"", "1.5", "null"], &[]);
        }
    }

    #[test]
    fn a_format_must_be_a_string() {
        assert!(Schema::compile(&json!({ "format": 1 })).is_err());
    }
}
