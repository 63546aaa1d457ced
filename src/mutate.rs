//! Mutants: ways in which a server could be wrong, each turned on alone, to see whether the flows notice.
//!
//! ```text
//! Contract + Recordings ─ derive ─► Mutants, each with the flows that show it, or why none does
//! Mutant + Recording ─ Play ─► what becomes of each request and each answer   (pure; tried on recordings first)
//! Play + Target ─ Breaker ─► a Target that is wrong in one way
//! Mutant + Recordings ─ recall ─► what a target would have said that behaves so   (where others use the true one)
//! Fates ─ Score
//! ```
//!
//! Recordings are what the flows said to a target that is right. From them it is known which flow shows which
//! place, and a mutant is tried on them before anything is sent: one that would change nothing is not
//! played. What a mutant does to a message is proven to break the contract by the contract's own judge, so
//! that no mutant is made which the contract allows. Nothing here opens a connection or plays a flow.

mod advice;
mod behaviour;
mod body;
mod breaker;
mod derive;
mod fault;
mod kind;
mod memory;
mod message;
mod mutant;
mod nature;
mod noun;
mod paging;
mod places;
mod play;
mod recall;
mod recording;
mod routes;
mod score;
mod trace;
mod values;

pub use advice::advice;
pub use breaker::Breaker;
pub use derive::{Derived, MUTANTS_MAX, Reach, Rules, derive};
pub use fault::faults;
pub use kind::{KINDS, Kind};
pub use memory::Memory;
pub use mutant::Mutant;
pub use play::{Play, Way};
pub use recall::{Oblivion, Recalled, recall};
pub use recording::{Called, Recorded, Recording, Refused};
pub use routes::Routes;
pub use score::{Fate, Score, Share, Tally};

#[cfg(test)]
mod tests;
