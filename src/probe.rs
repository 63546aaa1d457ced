//! Probes: requests beside those of a flow, which ask what no flow asks by itself.
//!
//! ```text
//!   drive ─ before(step) ─► Prober ─ reads the thing that the step is about ─► Reading
//!     │                        │
//!     └──── after(step) ───────┴─ reads it again ─► Around { step, before, after } ─► LAWS ─► Findings
//! ```
//!
//! - A law holds at every honest server: what was created can be read, the same PUT twice is one PUT. Each is a
//!   check of its own ([`crate::check::law`]) and one function here.
//! - Only what the contract has operations for is asked, and only where the step did what the law is about.
//! - Every answer to a probe is judged by the contract as an answer to a step is.
//! - Other flows may use the same server at the same time: what is compared is what this flow made, and a
//!   whole list only where no other flow may have changed it.
//! - What nobody knows how to undo is sent where the server is gone afterwards ([`Apart`]), or not at all.
//! - What a probe changes it puts back, whatever the budget says and also when the run is to stop.

mod answer;
mod apart;
mod around;
mod asker;
mod law;
mod likeness;
mod list;
mod prober;
mod question;
mod step;
mod thing;
mod tried;
mod turn;
mod undoing;
mod varying;
mod ways;

pub use apart::{Apart, Lone};
pub use law::may_be_asked;
pub use prober::{Probed, Prober};
pub use step::Origin;
pub use tried::{ENDED, Tried};
pub use undoing::Declared;
pub use ways::{Excepted, Exception, Success, Ways};

use std::time::Duration;

/// What is probed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Aims {
    /// Whether the laws are asked.
    pub laws: bool,
    /// Whether the requests of steps are varied.
    pub variations: bool,
    /// How many probes one flow may send.
    pub budget: usize,
    /// From which moment of the run on no more are sent, when there is one.
    pub time: Option<Duration>,
    /// What becomes of what nobody knows how to undo.
    pub rest: Rest,
    /// Whether no other flow uses the API at the same time, so that whole lists can be compared.
    pub is_alone: bool,
    /// The seed of what is random.
    pub seed: u64,
}

/// What becomes of variations that nobody knows how to undo.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Rest {
    /// They are not sent.
    #[default]
    Left,
    /// They are sent apart, to servers of one's own.
    Apart,
}

impl Aims {
    /// Whether anything is probed.
    pub fn is_nothing(&self) -> bool {
        !self.laws && !self.variations
    }
}
