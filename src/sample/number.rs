//! Numbers between bounds and on a grid (`JSON Schema 2020-12 validation §6.2`).

use serde_json::{Map, Number, Value};

use crate::contract::Types;

/// The step where nothing says one, for bounds that are excluded.
const STEP: f64 = 0.5;

/// The bounds beyond which floating-point numbers are no longer exact.
const EXACT_MAX: f64 = 9_007_199_254_740_992.0;

/// A number that satisfies all the schemas: the smallest that is not negative, or the nearest to it.
pub(super) fn make(schemas: &[&Map<String, Value>], types: Types, salt: usize) -> Option<Value> {
    let bounds = |keyword: &str| {
        let found = schemas.iter().filter_map(|map| map.get(keyword)?.as_f64());
        found.collect::<Vec<f64>>()
    };
    let formats: Vec<&str> = schemas
        .iter()
        .filter_map(|map| map.get("format")?.as_str())
        .collect();
    let whole = !types.holds(Types::FRACTION) || formats.iter().any(|it| it.contains("int"));
    let grid = bounds("multipleOf").into_iter().fold(0.0, f64::max);
    let step = match grid {
        grid if grid > 0.0 && whole && grid.fract() != 0.0 => grid * whole_factor(grid)?,
        grid if grid > 0.0 => grid,
        _ if whole => 1.0,
        _ => STEP,
    };
    let low = bounds("minimum").into_iter();
    let low = low.chain(
        bounds("exclusiveMinimum")
            .into_iter()
            .map(|it| it + step / 2.0),
    );
    let high = bounds("maximum").into_iter();
    let high = high.chain(
        bounds("exclusiveMaximum")
            .into_iter()
            .map(|it| it - step / 2.0),
    );
    let low = low.fold(f64::NEG_INFINITY, f64::max);
    let high = high.fold(f64::INFINITY, f64::min);
    // Small and positive where that is allowed, as people write examples.
    let wished = 1.0_f64.clamp(low.min(high), high);
    let mut number = (wished / step).ceil() * step;
    if number > high {
        number = (high / step).floor() * step;
    }
    // Elements of one array differ by steps, upwards while there is room; where there is none at all they
    // are the same, which most arrays may hold.
    let offset = step * f64::from(u32::try_from(salt).ok()?);
    if number + offset <= high {
        number += offset;
    } else if number - offset >= low {
        number -= offset;
    }
    if number < low || !number.is_finite() || number.abs() > EXACT_MAX {
        return None;
    }
    if number.fract() == 0.0 {
        // Written out without a fraction it is a whole number in every notation.
        return format!("{number:.0}").parse::<i64>().ok().map(Value::from);
    }
    Number::from_f64(number).map(Value::Number)
}

/// How many steps of a grid make a whole number.
fn whole_factor(grid: f64) -> Option<f64> {
    let factors = (1..=1_000_u32).map(f64::from);
    let mut fits = factors.filter(|it| (grid * it).fract().abs() < f64::EPSILON);
    fits.next()
}
