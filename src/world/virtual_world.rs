//! The virtual twins: a target that answers from a script, and a clock that only moves when somebody
//! sleeps.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::time::Duration;

use super::{Calendar, Clock, Limits, Pending, Target, TargetError};
use crate::http::{Request, Response};

/// A target that gives prepared answers in their order and keeps what it was asked.
#[derive(Debug, Default)]
pub struct ScriptedTarget {
    answers: Mutex<VecDeque<Result<Response, TargetError>>>,
    asked: Mutex<Vec<Request>>,
}

impl ScriptedTarget {
    /// A target that gives these answers.
    pub fn new(answers: impl IntoIterator<Item = Result<Response, TargetError>>) -> Self {
        Self {
            answers: Mutex::new(answers.into_iter().collect()),
            asked: Mutex::default(),
        }
    }

    /// What it was asked so far.
    pub fn asked(&self) -> Vec<Request> {
        self.asked
            .lock()
            .expect("no test panics while it holds the lock")
            .clone()
    }
}

impl Target for ScriptedTarget {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        _limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        self.asked
            .lock()
            .expect("no test panics while it holds the lock")
            .push(request.clone());
        let answer = self
            .answers
            .lock()
            .expect("no test panics while it holds the lock")
            .pop_front();
        let answer = answer.expect("the script has an answer for every request");
        Box::pin(std::future::ready(answer))
    }
}

/// A clock that stands still but for sleeping.
#[derive(Debug, Default)]
pub struct VirtualClock {
    elapsed: Mutex<Duration>,
}

impl Clock for VirtualClock {
    fn elapsed(&self) -> Duration {
        *self
            .elapsed
            .lock()
            .expect("no test panics while it holds the lock")
    }

    fn sleep(&self, duration: Duration) -> Pending<'_, ()> {
        *self
            .elapsed
            .lock()
            .expect("no test panics while it holds the lock") += duration;
        Box::pin(std::future::ready(()))
    }
}

impl Calendar for VirtualClock {
    fn now(&self) -> jiff::Timestamp {
        jiff::Timestamp::UNIX_EPOCH
            .checked_add(jiff::SignedDuration::try_from(self.elapsed()).unwrap_or_default())
            .unwrap_or(jiff::Timestamp::MAX)
    }
}
