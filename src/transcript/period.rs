//! When something was played, counted from the begin of the run.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// From when to when something was played, counted from the begin of the run in whole microseconds. It is
/// written as two numbers: when it began, and how long it took.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(into = "(u64, u64)", from = "(u64, u64)")]
pub struct Period {
    began: u64,
    /// Not before that.
    ended: u64,
}

impl Period {
    /// What begins now, and has taken no time yet.
    pub fn at(now: Duration) -> Self {
        let now = micros(now);
        Self {
            began: now,
            ended: now,
        }
    }

    /// The same up to a later moment.
    #[must_use]
    pub fn until(self, now: Duration) -> Self {
        Self {
            ended: self.ended.max(micros(now)),
            ..self
        }
    }

    /// The shortest that holds both.
    #[must_use]
    pub fn with(self, other: Self) -> Self {
        Self {
            began: self.began.min(other.began),
            ended: self.ended.max(other.ended),
        }
    }

    /// When it began.
    pub const fn began(self) -> Duration {
        Duration::from_micros(self.began)
    }

    /// How long it took.
    pub const fn took(self) -> Duration {
        Duration::from_micros(self.ended.saturating_sub(self.began))
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

impl From<Period> for (u64, u64) {
    fn from(period: Period) -> Self {
        (period.began, period.ended.saturating_sub(period.began))
    }
}

impl From<(u64, u64)> for Period {
    fn from((began, took): (u64, u64)) -> Self {
        Self {
            began,
            ended: began.saturating_add(took),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_is_read_again_and_ends_with_the_numbers() {
        for numbers in [(0, 0), (3, 4), (u64::MAX, 0)] {
            assert_eq!(<(u64, u64)>::from(Period::from(numbers)), numbers);
        }
        let last = Period::from((u64::MAX, u64::MAX));
        assert_eq!(<(u64, u64)>::from(last), (u64::MAX, 0));
    }

    #[test]
    fn it_ends_not_before_it_began() {
        let at = |micros| Period::at(Duration::from_micros(micros));
        assert_eq!(at(7).until(Duration::from_micros(3)), at(7));
        assert_eq!(at(7).with(at(3)), at(3).until(Duration::from_micros(7)));
        assert_eq!(at(3).until(Duration::from_micros(7)).took().as_micros(), 4);
    }
}
