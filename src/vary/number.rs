//! Numbers that lie beside others, exactly.

use serde_json::{Number, Value};

/// Up to where floating-point numbers are exact when one is added.
const EXACT_MAX: f64 = 1e15;

/// The number one above or below another; none where that cannot be said exactly.
pub(super) fn beside(value: &Value, sign: i8) -> Option<Value> {
    moved(value, &Value::from(1), sign)
}

/// The number that is a step above or below another; none where that cannot be said exactly.
pub(super) fn moved(value: &Value, step: &Value, sign: i8) -> Option<Value> {
    let (Value::Number(value), Value::Number(step)) = (value, step) else {
        return None;
    };
    let whole = |it: &Number| it.as_str().parse::<i128>().ok();
    if let (Some(value), Some(step)) = (whole(value), whole(step)) {
        let sum = value.checked_add(step.checked_mul(i128::from(sign))?)?;
        return sum.to_string().parse().ok().map(Value::Number);
    }
    let (value, step) = (value.as_f64()?, step.as_f64()?);
    exact(value + step * f64::from(sign))
}

/// The number that is half a step above or below another.
pub(super) fn half_beside(value: &Value, step: &Value, sign: i8) -> Option<Value> {
    exact(value.as_f64()? + step.as_f64()? / 2.0 * f64::from(sign))
}

fn exact(number: f64) -> Option<Value> {
    let is_exact = number.is_finite() && number.abs() <= EXACT_MAX;
    is_exact
        .then(|| Number::from_f64(number).map(Value::Number))
        .flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn number(text: &str) -> Value {
        serde_json::from_str(text).expect("the test's own number")
    }

    #[test]
    fn whole_numbers_of_any_size_are_moved_exactly() {
        for (text, above) in [
            ("0", "1"),
            ("-1", "0"),
            ("9007199254740993", "9007199254740994"),
            ("18446744073709551615", "18446744073709551616"),
            ("1.5", "2.5"),
        ] {
            assert_eq!(beside(&number(text), 1), Some(number(above)), "{text}");
        }
        assert_eq!(moved(&json!(10), &json!(5), -1), Some(json!(5)));
        assert_eq!(half_beside(&json!(10), &json!(5), 1), Some(json!(12.5)));
    }

    #[test]
    fn what_would_be_rounded_is_not_made() {
        for text in [
            "1e400",
            "1e300",
            "\"1\"",
            "170141183460469231731687303715884105727",
        ] {
            assert_eq!(beside(&number(text), 1), None, "{text}");
        }
    }
}
