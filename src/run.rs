//! A run of one case: what to do next, decided without doing it, and the one loop that does it.
//!
//! ```text
//!              proceed / answered / stop      
//!   drive  ───────────────────────────────────►  Machine
//!     │    ◄───────────────────────────────────     │ scope: what expressions read
//!     │          Send · Sleep · Finished            │ request: what goes over the wire
//!     ▼                                             ▼ criteria: whether a step succeeded
//!   world (target, clock)                        Transcript
//! ```
//!
//! - The Machine does no IO and reads no clock; every path through retries and gotos can be tested
//!   without a server.
//! - A case plays its steps one after the other; cases know nothing of each other but the outputs of
//!   workflows that they depend on.
//! - Whatever happens, the steps that say `always` are played at the end.

mod actions;
mod answer;
mod calls;
mod conformance;
mod criteria;
mod drive;
mod ending;
mod foresee;
mod form;
mod frame;
mod ledger;
mod machine;
mod polite;
mod query;
mod request;
mod scope;

pub use drive::{Upcoming, Watch, drive, drive_with};
pub use foresee::{foresee, foresee_defaults};
pub use machine::{Effect, Library, Machine, Played};

#[cfg(test)]
mod tests;
