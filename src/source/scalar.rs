//! What a YAML scalar means: the core schema of YAML 1.2.2, §10.3.2.
//!
//! `yes`, `on` and dates are strings; they are booleans and dates only in YAML 1.1. Numbers keep
//! the text they are written with when JSON has such a number (`1.10`), and are rewritten as little
//! as possible when not (`+1`, `.5`, `0x1F`).

use serde_json::{Number, Value};

/// The types a scalar may be given with a tag of the core schema.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum CoreType {
    Null,
    Bool,
    Int,
    Float,
    Str,
}

impl CoreType {
    /// The type with this tag suffix, such as `int` of `!!int`; none for types of collections and
    /// types the core schema has not.
    pub(super) fn from_suffix(suffix: &str) -> Option<Self> {
        Some(match suffix {
            "null" => Self::Null,
            "bool" => Self::Bool,
            "int" => Self::Int,
            "float" => Self::Float,
            "str" => Self::Str,
            _ => return None,
        })
    }
}

/// The value of a plain scalar without a tag.
///
/// # Errors
/// When it is a number that JSON does not have; what is wrong.
pub(super) fn resolve_plain(text: &str) -> Result<Value, String> {
    Ok(match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        _ => match resolve_number(text)? {
            Some(number) => Value::Number(number),
            None => Value::String(text.to_owned()),
        },
    })
}

/// The value of a scalar with a tag of the core schema, in whatever style it is written.
///
/// # Errors
/// When the text is not of that type, or is a number that JSON does not have; what is wrong.
pub(super) fn resolve_tagged(text: &str, tag: CoreType) -> Result<Value, String> {
    if tag == CoreType::Str {
        return Ok(Value::String(text.to_owned()));
    }
    let value = resolve_plain(text)?;
    let fits = match (&value, tag) {
        (Value::Null, CoreType::Null)
        | (Value::Bool(_), CoreType::Bool)
        | (Value::Number(_), CoreType::Float) => true,
        (Value::Number(number), CoreType::Int) => !number.as_str().contains(['.', 'e']),
        _ => false,
    };
    if fits {
        Ok(value)
    } else {
        Err(format!("`{text}` is not what its tag says"))
    }
}

/// The number a plain scalar stands for; none when it is not a number.
fn resolve_number(text: &str) -> Result<Option<Number>, String> {
    if !text.starts_with(|first: char| first.is_ascii_digit() || matches!(first, '+' | '-' | '.')) {
        return Ok(None);
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    if matches!(unsigned, ".inf" | ".Inf" | ".INF") || matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Err(format!(
            "`{text}` is a number of YAML that JSON does not have"
        ));
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            if digits.is_empty() || !digits.chars().all(|digit| digit.is_digit(radix)) {
                return Ok(None);
            }
            return u128::from_str_radix(digits, radix)
                .ok()
                .and_then(Number::from_u128)
                .map(Some)
                .ok_or_else(|| format!("`{text}` is larger than 128 bits"));
        }
    }
    let Some(written) = as_json_number(text, unsigned) else {
        return Ok(None);
    };
    written
        .parse()
        .map(Some)
        .map_err(|_| format!("`{text}` is not a number of JSON"))
}

/// The text of a decimal number in the grammar of JSON; none when it is no decimal number.
fn as_json_number(text: &str, unsigned: &str) -> Option<String> {
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = match mantissa.split_once('.') {
        Some((whole, fraction)) => (whole, Some(fraction)),
        None => (mantissa, None),
    };
    let all_digits = |part: &str| part.bytes().all(|byte| byte.is_ascii_digit());
    let power = exponent.map(|power| power.strip_prefix(['+', '-']).unwrap_or(power));
    let is_number = all_digits(whole)
        && fraction.is_none_or(all_digits)
        && power.is_none_or(|power| !power.is_empty() && all_digits(power))
        && !(whole.is_empty() && fraction.unwrap_or("").is_empty());
    if !is_number {
        return None;
    }
    let mut written = String::with_capacity(text.len() + 2);
    if text.starts_with('-') {
        written.push('-');
    }
    let significant = whole.trim_start_matches('0');
    written.push_str(if significant.is_empty() {
        "0"
    } else {
        significant
    });
    if let Some(fraction) = fraction {
        written.push('.');
        written.push_str(if fraction.is_empty() { "0" } else { fraction });
    }
    if let Some(exponent) = exponent {
        written.push('e');
        written.push_str(exponent);
    }
    Some(written)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn plain(text: &str) -> String {
        resolve_plain(text).expect("a value").to_string()
    }

    #[test]
    fn core_schema_scalars() {
        for (text, expected) in [
            ("", "null"),
            ("~", "null"),
            ("Null", "null"),
            ("TRUE", "true"),
            ("false", "false"),
            ("1.10", "1.10"),
            ("-0", "-0"),
            ("+1", "1"),
            ("007", "7"),
            (".5", "0.5"),
            ("-.5e3", "-0.5e+3"),
            ("1.", "1.0"),
            ("0o17", "15"),
            ("0x1F", "31"),
            ("12345678901234567890123", "12345678901234567890123"),
        ] {
            assert_eq!(plain(text), expected, "{text}");
        }
    }

    #[test]
    fn everything_else_is_a_string() {
        for text in [
            "yes",
            "No",
            "on",
            "tRue",
            "nULL",
            "2024-01-01",
            "1_000",
            "0b11",
            "1:30",
            "-",
            "+",
            ".",
            "..",
            "-.",
            "1e",
            "1e+",
            "e3",
            "0x",
            "0xZ",
            "+0x1",
            "0o8",
            "1.2.3",
            "1-2",
            "1 2",
            "١",
        ] {
            assert_eq!(
                resolve_plain(text),
                Ok(Value::String(text.to_owned())),
                "{text}"
            );
        }
    }

    #[test]
    fn numbers_json_does_not_have_are_faults() {
        for text in [
            ".inf",
            "-.Inf",
            "+.INF",
            ".nan",
            ".NaN",
            "0xFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFFF",
        ] {
            assert!(resolve_plain(text).is_err(), "{text}");
        }
    }

    #[test]
    fn tags_say_what_a_scalar_must_be() {
        assert_eq!(
            resolve_tagged("1", CoreType::Str),
            Ok(Value::String("1".to_owned()))
        );
        assert_eq!(
            resolve_tagged("1", CoreType::Float).map(|value| value.to_string()),
            Ok("1".to_owned())
        );
        for (text, tag) in [
            ("x", CoreType::Int),
            ("1.0", CoreType::Int),
            ("yes", CoreType::Bool),
            ("0", CoreType::Null),
            ("", CoreType::Float),
        ] {
            assert!(resolve_tagged(text, tag).is_err(), "{text} {tag:?}");
        }
    }

    proptest! {
        #[test]
        fn any_scalar_resolves_or_fails(text in "[-+.0-9eExoinfa ]{0,8}|.*") {
            let _ = resolve_plain(&text);
        }

        #[test]
        fn json_numbers_keep_their_text(text in r"-?(0|[1-9][0-9]{0,20})(\.[0-9]{1,20})?(e[-+][0-9]{1,4})?") {
            prop_assert_eq!(plain(&text), text);
        }
    }
}
