//! The wall clock, as something that is handed in.
//!
//! It tells the time of day for what a server writes into its answers. It does not measure how
//! long something took, and it does not wait.

use std::sync::{Mutex, PoisonError};

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Tells the present moment.
pub trait Calendar: Send + Sync {
    /// The present moment, in UTC.
    fn now(&self) -> Timestamp;

    /// The present day, in UTC.
    fn today(&self) -> Date {
        self.now().to_zoned(TimeZone::UTC).date()
    }
}

/// A calendar that knows no real time: each reading is one step after the one before it.
#[derive(Debug)]
pub struct FixedCalendar {
    next: Mutex<Timestamp>,
    step: SignedDuration,
}

impl FixedCalendar {
    /// A calendar whose first reading is `start`, and which moves by `step` at every reading.
    /// A step of zero makes time stand still.
    pub fn starting_at(start: Timestamp, step: SignedDuration) -> FixedCalendar {
        FixedCalendar {
            next: Mutex::new(start),
            step,
        }
    }
}

impl Calendar for FixedCalendar {
    /// The next reading. At the end of what a timestamp can hold, time stands still.
    fn now(&self) -> Timestamp {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let present = *next;
        *next = present.checked_add(self.step).unwrap_or(present);
        present
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn each_reading_is_one_step_later() {
        let calendar = FixedCalendar::starting_at(at(100), SignedDuration::from_secs(5));
        assert_eq!(
            [calendar.now(), calendar.now(), calendar.now()],
            [at(100), at(105), at(110)]
        );
    }

    #[test]
    fn a_step_of_zero_makes_time_stand_still() {
        let calendar = FixedCalendar::starting_at(at(100), SignedDuration::ZERO);
        assert_eq!(calendar.now(), calendar.now());
    }

    #[test]
    fn time_stands_still_at_its_end() {
        let calendar = FixedCalendar::starting_at(Timestamp::MAX, SignedDuration::from_secs(1));
        assert_eq!(
            [calendar.now(), calendar.now()],
            [Timestamp::MAX, Timestamp::MAX]
        );
    }
}
