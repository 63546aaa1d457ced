//! The machine's clock.

use std::time::{Duration, Instant};

use crate::world::{Calendar, Clock, Pending};

/// Time as it really passes; monotonic, counted from when the clock was made.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock {
    start: Instant,
}

impl SystemClock {
    /// A clock that starts now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one clock that is handed in"
    )]
    pub fn new() -> Self {
        Self {
            start: Instant::now(),
        }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one clock that is handed in"
    )]
    fn sleep(&self, duration: Duration) -> Pending<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }
}

impl Calendar for SystemClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::now()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sleeping_takes_at_least_its_time() {
        let clock = SystemClock::new();
        let before = clock.elapsed();
        clock.sleep(Duration::from_millis(3)).await;
        assert!(clock.elapsed() >= before + Duration::from_millis(3));
    }

    #[test]
    fn the_wall_clock_is_later_than_this_code() {
        let written: jiff::Timestamp = "2026-01-01T00:00:00Z".parse().expect("a date");
        assert!(SystemClock::default().now() > written);
    }
}
