//! What a step says of how its request is sent, and how that is laid over what holds for every request.

use std::time::Duration;

use super::Step;
use crate::world::{Limits, REDIRECTS_MAX};

/// What a step says of how its request is sent; what it does not say is as usual.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Wishes {
    /// How long it may take.
    time: Option<Duration>,
    /// How many redirects are followed.
    redirects: Option<u32>,
}

impl Wishes {
    /// Those of a step.
    pub fn of(step: &Step) -> Self {
        let follows = step.follows_redirects;
        Self {
            time: step.timeout,
            redirects: follows.map(|it| if it { REDIRECTS_MAX } else { 0 }),
        }
    }

    /// The same for a request beside the step: the time is for the step's own.
    #[must_use]
    pub fn beside(self) -> Self {
        Self { time: None, ..self }
    }

    /// The limits of a request, where these would hold without the wishes.
    pub fn over(self, limits: Limits) -> Limits {
        Limits {
            time: self.time.unwrap_or(limits.time),
            redirects: self.redirects.unwrap_or(limits.redirects),
            ..limits
        }
    }
}
