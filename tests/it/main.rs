//! The one integration binary: what can only be seen from outside, or over all of the sources.
//!
//! One binary links once. Every module here stands for one question:
//!
//! - `tidy`: do the sources keep the rules of the house?
//! - `registry`: are the lists of checks, formats, mocks and faults complete and without twins?
//! - `checklist`: is every item of the Arazzo Specification named by a test?
//! - `gate`: does a gate open for what is waived, and for nothing else?
//! - `gateway`: is what a target wants to see in every request in every one, and nowhere else?
//! - `judges`: do others than `run` honour waivers?
//! - `formats`: is the report what its schema says?
//! - `page`: does the report's page show, decide and refuse what it should, in a browser?
//! - `layers`: is what a target answers otherwise kept for it alone?
//! - `login`: does a run log in as its clients do, and tell nobody what it was given?
//! - `mutate`: are mutants noticed, and is it told which are not?
//! - `noise`: are values found that differ from run to run, and no others?
//! - `snapshots`: do other tools read and accept our snapshot files?
//! - `extension`: does the schema of the extension key say what the program does?
//! - `records`: is a run told again, joined from shards, compared and asked again?
//! - `readme`: is what the documents show true?
//! - `remote`: are documents fetched where that is allowed, and nowhere else?
//! - `replay`: is a recorded request sent as the run sent it, and nowhere else?
//! - `specification`: are the examples of the specifications read, checked and played?
//! - `cli`: does the program answer, exit and write as `tests/cases` has it?
//! - `coverage`: do the bundled flows exercise everything that their contracts promise?
//! - `faults`: is every fault of every mock found, where it is, and is nothing found without one?
//! - `determinism`: do order and threads change nothing?
//! - `hostile`: does a server that breaks every rule end in a clear finding, in bounded time?
//! - `cleanup`: is what flows make at a target gone afterwards, and nothing else?
//! - `run_tag`: does a tag reach the target, and no snapshot?
//! - `secrets`: does a secret that is said back stand in nothing that is written or told?
//! - `tries`: is what passes only at a later try told as that?
//! - `intruders`: is what does harm refused before anything is sent?
//! - `tenfold`: which faults of an API are found from its contract alone?
//! - `wire`: is a target reached by the version, the name and the proxy that are said?
//! - `interrupt`: does a run that is told to stop end in order?
//!
//! `support` and `stand_in` hold what several of them need, `webdriver` drives a browser.

mod checklist;
mod cleanup;
mod cli;
mod coverage;
mod determinism;
mod extension;
mod faults;
mod formats;
mod gate;
mod gateway;
mod hostile;
mod interrupt;
mod intruders;
mod judges;
mod layers;
mod login;
mod mutate;
mod noise;
mod page;
mod readme;
mod records;
mod registry;
mod remote;
mod replay;
mod review;
mod run_tag;
mod secrets;
mod snapshots;
mod specification;
mod stand_in;
mod support;
mod tenfold;
mod tidy;
mod tries;
mod webdriver;
mod wire;
