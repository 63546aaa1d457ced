//! How often a target may be asked: requests that come too soon wait for their turn, whichever flow they
//! are of.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::select;

use super::{Clock, Limits, Pending, Stopping, Target, TargetError};
use crate::http::{Caller, Request, Response, SchemeSet};

/// The most requests per second that can be asked for.
pub const RATE_MAX: f64 = 100_000.0;

/// The turns at a target, which all that ask it share.
#[derive(Debug)]
pub struct Pace {
    gap: Duration,
    /// When the next turn is.
    next: Mutex<Duration>,
}

impl Pace {
    /// So many requests in a second.
    ///
    /// # Errors
    /// When that is no number above 0, or too many.
    pub fn per_second(rate: f64) -> Result<Self, String> {
        let gap = Duration::try_from_secs_f64(rate.recip()).ok();
        let gap = gap.filter(|_| rate > 0.0 && rate <= RATE_MAX);
        let gap = gap.ok_or_else(|| {
            format!("a rate is a number of requests per second, above 0 and at most {RATE_MAX}")
        })?;
        Ok(Self {
            gap,
            next: Mutex::default(),
        })
    }

    /// Takes the next turn; how long it is until then.
    fn take_turn(&self, now: Duration) -> Duration {
        let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
        let turn = now.max(*next);
        *next = turn.saturating_add(self.gap);
        turn.saturating_sub(now)
    }
}

/// A target that is asked at a pace.
#[derive(Debug, Clone)]
pub struct Paced<T, C, S> {
    /// What answers.
    pub target: T,
    /// Time.
    pub clock: C,
    /// The wish to stop, after which nothing waits.
    pub stopping: S,
    /// The turns; none for a target that may be asked at any time.
    pub pace: Option<Arc<Pace>>,
}

impl<T: Target, C: Clock, S: Stopping> Target for Paced<T, C, S> {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        let Some(pace) = &self.pace else {
            return self.target.send(request, limits);
        };
        Box::pin(async move {
            let pause = pace.take_turn(self.clock.elapsed());
            if !pause.is_zero() {
                select(self.clock.sleep(pause), self.stopping.requested()).await;
            }
            self.target.send(request, limits).await
        })
    }

    fn knows(&self, caller: &Caller) -> bool {
        self.target.knows(caller)
    }

    fn shows<'c>(&self, caller: &'c Caller) -> Option<&'c SchemeSet> {
        self.target.shows(caller)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turns_are_a_gap_apart_and_none_is_saved_up() {
        let pace = Pace::per_second(20.0).expect("a rate");
        let at = Duration::from_millis;
        assert_eq!(pace.take_turn(at(0)), at(0));
        assert_eq!(pace.take_turn(at(0)), at(50));
        assert_eq!(pace.take_turn(at(10)), at(90));
        assert_eq!(pace.take_turn(at(1000)), at(0));
        assert_eq!(pace.take_turn(at(1000)), at(50));
        let slow = Pace::per_second(0.5).expect("a rate");
        assert_eq!(
            (slow.take_turn(at(0)), slow.take_turn(at(0))),
            (at(0), at(2000))
        );
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for rate in [0.0, -1.0, f64::NAN, f64::INFINITY, 1e300, 1e-300] {
            assert!(Pace::per_second(rate).is_err(), "{rate}");
        }
    }
}
