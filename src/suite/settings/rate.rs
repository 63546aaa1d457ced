//! `rate`: how many requests per second a target is asked.

use crate::problem::{Node, Problem, ProblemCode};
use crate::world::Pace;

/// Reads the rate of a target.
pub(super) fn read(target: &Node<'_>, problems: &mut Vec<Problem>) -> Option<f64> {
    let field = target.get("rate")?;
    let rate = field.value().as_f64().unwrap_or(0.0);
    match Pace::per_second(rate) {
        Ok(_) => Some(rate),
        Err(why) => {
            let problem = field.problem(ProblemCode::InvalidValue, why);
            problems.push(problem.with_help("write a number such as `rate = 20`"));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::problems;

    #[test]
    fn a_rate_is_a_number_above_0() {
        let told =
            |rate: &str| problems(&format!("[targets.t]\nurl = \"http://t\"\nrate = {rate}"));
        assert_eq!(told("20"), [""; 0]);
        assert_eq!(told("0.5"), [""; 0]);
        for rate in ["0", "-1", "\"20\"", "1e9"] {
            assert_eq!(told(rate).len(), 1, "{rate}");
        }
    }
}
