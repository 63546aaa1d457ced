//! The one integration binary: what can only be seen from outside, or over all of the sources.
//!
//! One binary links once. Every module here stands for one question:
//!
//! - `faults`: is every fault of every mock found, where it is, and is nothing found without one?
//! - `determinism`: do order and threads change nothing?
//! - `hostile`: does a server that breaks every rule end in a clear finding, in bounded time?
//! - `interrupt`: does a run that is told to stop end in order?

mod faults;
mod support;
