//! Exact comparison of JSON numbers, on their text.
//!
//! Nothing is rounded: `9007199254740993` and `9007199254740992` differ, which a comparison through
//! `f64` would not see. Numbers are never expanded, so `1e999999999` costs as little as `1`.
//! This module does no arithmetic. Source: the grammar of RFC 8259 §6.

use std::cmp::Ordering;

use serde_json::Number;

/// The largest power of ten that is told from larger ones, in either direction. Two numbers whose
/// exponents both lie beyond it are compared by their digits alone.
pub const EXPONENT_MAX: i64 = 1_000_000_000_000_000_000;

/// Compares two numbers by value, without rounding.
pub fn compare(left: &Number, right: &Number) -> Ordering {
    let (left, right) = (left.as_str(), right.as_str());
    if left == right {
        return Ordering::Equal;
    }
    if let (Some(left), Some(right)) = (small_integer(left), small_integer(right)) {
        return left.cmp(&right);
    }
    let (left, right) = (Decimal::of(left), Decimal::of(right));
    match (left.sign(), right.sign()) {
        (-1, -1) => right.compare_magnitude(&left),
        (1, 1) => left.compare_magnitude(&right),
        (left, right) => left.cmp(&right),
    }
}

/// An integer that is written as one and short enough: most numbers are.
fn small_integer(text: &str) -> Option<i64> {
    const LENGTH_MAX: usize = 18;
    (text.len() <= LENGTH_MAX).then(|| text.parse().ok())?
}

/// Whether the number has no fractional part: `3`, `3.0` and `3e2` have none, `3.5` and `3e-1` have.
pub fn is_integer(number: &Number) -> bool {
    let text = number.as_str();
    if text
        .bytes()
        .all(|byte| byte.is_ascii_digit() || byte == b'-')
    {
        return true;
    }
    let decimal = Decimal::of(text);
    let count = i64::try_from(decimal.digits().count()).unwrap_or(i64::MAX);
    decimal.is_zero() || count <= decimal.leading
}

/// A number as 0.DIGITS × 10^leading, with no zero at either end of DIGITS.
struct Decimal<'t> {
    negative: bool,
    /// Digits and at most one point; trimmed of zeros at both ends.
    coefficient: &'t str,
    /// The power of ten just above the first digit.
    leading: i64,
}

impl<'t> Decimal<'t> {
    /// `text` is a number of RFC 8259; `serde_json::Number` holds nothing else.
    fn of(text: &'t str) -> Self {
        let (negative, text) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let point = mantissa.find('.').unwrap_or(mantissa.len());
        let is_filler = |c| c == '0' || c == '.';
        let without_head = mantissa.trim_start_matches(is_filler);
        let first = mantissa.len() - without_head.len();
        let leading = if first <= point {
            signed_length(point - first)
        } else {
            -signed_length(first - point - 1)
        };
        Self {
            negative,
            coefficient: without_head.trim_end_matches(is_filler),
            leading: leading.saturating_add(bounded_exponent(exponent)),
        }
    }

    fn digits(&self) -> impl Iterator<Item = u8> + '_ {
        self.coefficient.bytes().filter(|&byte| byte != b'.')
    }

    fn is_zero(&self) -> bool {
        self.coefficient.is_empty()
    }

    fn sign(&self) -> i8 {
        match (self.is_zero(), self.negative) {
            (true, _) => 0,
            (false, true) => -1,
            (false, false) => 1,
        }
    }

    /// Compares two numbers that are not zero, without their signs.
    fn compare_magnitude(&self, other: &Self) -> Ordering {
        // A shorter run of digits is the smaller one, since none ends with a zero: Iterator::cmp.
        self.leading
            .cmp(&other.leading)
            .then_with(|| self.digits().cmp(other.digits()))
    }
}

fn signed_length(length: usize) -> i64 {
    i64::try_from(length).unwrap_or(i64::MAX)
}

fn bounded_exponent(text: &str) -> i64 {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    // Digits only, so the one way to fail is to be too large.
    let size = digits
        .parse::<i64>()
        .unwrap_or(EXPONENT_MAX)
        .min(EXPONENT_MAX);
    if negative { -size } else { size }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn number(text: &str) -> Number {
        text.parse().expect("the test's own number")
    }

    fn check(left: &str, expected: Ordering, right: &str) {
        assert_eq!(
            compare(&number(left), &number(right)),
            expected,
            "{left} {right}"
        );
        assert_eq!(
            compare(&number(right), &number(left)),
            expected.reverse(),
            "{right} {left}"
        );
    }

    #[test]
    fn equal_however_written() {
        for (left, right) in [
            ("1", "1.0"),
            ("100", "1e2"),
            ("100", "1E+2"),
            ("0.001", "1e-3"),
            ("12.50", "125e-1"),
            ("0", "-0"),
            ("0.0", "0e99"),
            ("-1.5", "-15e-1"),
            ("1e999999999", "10e999999998"),
        ] {
            check(left, Ordering::Equal, right);
        }
    }

    #[test]
    fn order_without_rounding() {
        for (less, more) in [
            ("9007199254740992", "9007199254740993"),
            ("0.1", "0.10000000000000000000000001"),
            ("-2", "-1"),
            ("-1", "0"),
            ("0", "1e-999999999"),
            ("99", "1e2"),
            ("1e999999998", "1e999999999"),
            ("-1e400", "1e400"),
            ("1.2", "1.20001"),
            ("-9223372036854775809", "-9223372036854775808"),
            ("999999999999999999", "1000000000000000000"),
            ("-10", "9"),
            ("1e-99999999999999999999999", "1"),
            ("1", "1e99999999999999999999999"),
        ] {
            check(less, Ordering::Less, more);
        }
    }

    #[test]
    fn integers() {
        for text in [
            "0",
            "-0.0",
            "3",
            "3.0",
            "3e2",
            "3.25e2",
            "0.0e-9",
            "120e-1",
            "1e999999999999999999999",
        ] {
            assert!(is_integer(&number(text)), "{text}");
        }
        for text in [
            "0.5",
            "3e-1",
            "3.25e1",
            "1e-999999999999999999999",
            "125e-1",
        ] {
            assert!(!is_integer(&number(text)), "{text}");
        }
    }

    proptest! {
        #[test]
        fn agrees_with_integers(left: i64, right: i64, shift in 0_u32..6) {
            let written = format!("{left}{}e-{shift}", "0".repeat(shift as usize));
            prop_assert_eq!(compare(&number(&written), &Number::from(right)), left.cmp(&right));
            prop_assert!(is_integer(&number(&written)));
        }

        #[test]
        fn agrees_with_short_decimals(left in -9999_i64..9999, right in -9999_i64..9999) {
            let written = |hundredths: i64| {
                let sign = if hundredths < 0 { "-" } else { "" };
                format!("{sign}{}.{:02}", hundredths.abs() / 100, hundredths.abs() % 100)
            };
            prop_assert_eq!(compare(&number(&written(left)), &number(&written(right))), left.cmp(&right));
            prop_assert_eq!(is_integer(&number(&written(left))), left % 100 == 0);
        }
    }
}
