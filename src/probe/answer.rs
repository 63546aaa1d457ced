//! An answer to a probe, and what it says.

use std::sync::Arc;

use serde_json::Value;

use crate::http::{Exchange, status_line};
use crate::transcript::{Attempt, Received, StepRecord};

/// An answer to a probe.
#[derive(Debug, Clone)]
pub(super) struct Answer {
    pub(super) record: Arc<StepRecord>,
    /// Whether its body says that nothing was done, whatever the status says.
    pub(super) says_no: bool,
}

impl Answer {
    fn attempt(&self) -> &Attempt {
        &self.record.attempts[0]
    }

    pub(super) fn received(&self) -> &Received {
        &self.attempt().received
    }

    pub(super) fn exchange(&self) -> &Exchange {
        &self.attempt().exchange
    }

    pub(super) fn status(&self) -> u16 {
        self.exchange().response.status
    }

    pub(super) fn is_success(&self) -> bool {
        self.status() / 100 == 2 && !self.says_no
    }

    /// Whether it was refused.
    pub(super) fn is_refusal(&self) -> bool {
        self.status() / 100 == 4 || self.says_no
    }

    /// Whether it says that there is no such thing.
    pub(super) fn is_gone(&self) -> bool {
        matches!(self.status(), 404 | 410)
    }

    pub(super) fn json(&self) -> Option<&Value> {
        self.attempt().received.json()
    }

    pub(super) fn header(&self, name: &str) -> Option<String> {
        let value = self.exchange().response.headers.first(name)?;
        Some(value.into_owned())
    }

    /// The status line, in words.
    pub(super) fn line(&self) -> String {
        status_line(self.status())
    }
}
