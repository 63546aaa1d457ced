//! What a run may use of the world outside: seams, and their virtual twins for tests.
//!
//! Nothing here reads the real clock or the operating system's randomness: the real twins live
//! with the program's other edges, and are handed in.

mod calendar;
mod entropy;

pub use calendar::{Calendar, FixedCalendar};
pub use entropy::Entropy;
