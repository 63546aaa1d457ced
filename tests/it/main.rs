//! The one integration binary: what can only be seen from outside, or over all of the sources.
//!
//! One binary links once. Every module here stands for one question:
//!
//! - `tidy`: do the sources keep the rules of the house?
//! - `registry`: are the lists of checks, formats, mocks and faults complete and without twins?
//! - `formats`: is the report what its schema says?
//! - `snapshots`: do other tools read and accept our snapshot files?
//! - `cli`: does the program answer, exit and write as `tests/cases` has it?

mod cli;
mod formats;
mod registry;
mod snapshots;
mod tidy;
