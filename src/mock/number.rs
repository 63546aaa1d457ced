//! Whole numbers of JSON and YAML, however they are written.

use serde_json::Number;

/// The whole number that a number is: `20`, `2e1`, `20.0`. None for what has a fraction, or more than
/// 64 bits.
pub(super) fn whole(number: &Number) -> Option<i64> {
    let text = number.to_string();
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((&text, "0"));
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits: i128 = format!("{whole}{fraction}").parse().ok()?;
    if digits == 0 {
        return Some(0);
    }
    let exponent: i64 = exponent.parse().ok()?;
    let exponent = exponent.checked_sub(i64::try_from(fraction.len()).ok()?)?;
    let power = 10_i128.checked_pow(u32::try_from(exponent.unsigned_abs()).ok()?)?;
    let exact = if exponent >= 0 {
        digits.checked_mul(power)
    } else {
        (digits % power == 0).then_some(digits / power)
    };
    i64::try_from(exact?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_number_may_be_written_in_many_ways() {
        for (text, expected) in [
            ("20", 20),
            ("-20", -20),
            ("20.0", 20),
            ("2e1", 20),
            ("0.2E+2", 20),
            ("2000e-2", 20),
            ("0e99999999999999999999", 0),
            ("-0.0", 0),
            ("9223372036854775807", i64::MAX),
            ("-9223372036854775808", i64::MIN),
        ] {
            assert_eq!(whole(&text.parse().unwrap()), Some(expected), "{text}");
        }
    }

    #[test]
    fn what_is_no_whole_number_of_64_bits_is_none() {
        for text in [
            "1.5",
            "1e-1",
            "9223372036854775808",
            "1e19",
            "1e999999999999",
        ] {
            assert_eq!(whole(&text.parse().unwrap()), None, "{text}");
        }
    }
}
