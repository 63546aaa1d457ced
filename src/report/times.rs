//! When a case was played, and its steps. A report holds that where somebody asked for it, and then two runs
//! give other bytes.

use serde::Serialize;

use crate::transcript::Period;

/// When a case was played, and its steps, counted from the begin of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Times {
    /// The case, with all its tries and with what it waited for.
    pub case: Period,
    /// Its steps in the order of the report, from the first request to the last answer; none for one that
    /// sent nothing.
    pub steps: Vec<Option<Period>>,
}

impl Times {
    /// Those of a case and of its steps. One on which others depend may have been played before its turn.
    pub fn of(case: Period, steps: impl Iterator<Item = Option<Period>>) -> Self {
        let steps: Vec<Option<Period>> = steps.collect();
        let known = steps.iter().flatten();
        Self {
            case: known.fold(case, |whole, step| whole.with(*step)),
            steps,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;

    #[test]
    fn a_case_that_was_played_before_its_turn_began_with_its_steps() {
        let period = |began, took| Period::from((began, took));
        let steps = [Some(period(2, 3)), None, Some(period(6, 1))];
        let times = Times::of(period(9, 1), steps.into_iter());
        assert_eq!(times.case, period(2, 8));
        assert_eq!(times.case.took(), Duration::from_micros(8));
        assert_eq!(times.steps, steps);
        assert_eq!(
            Times::of(period(9, 1), [None].into_iter()).case,
            period(9, 1)
        );
    }
}
