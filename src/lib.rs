//! A contract-testing and conformance harness for HTTP APIs.
//!
//! A contract is written by one side; countersign makes the other side sign it. API descriptions
//! (OpenAPI) become JSON Schemas and scenarios (Arazzo); every scenario is played against a target,
//! real or mock; every response is judged against the contract and compared with an approved
//! snapshot.
//!
//! The modules stand in building order: each uses only modules declared above it.

pub mod digest;
pub mod parallel;
pub mod secret;
pub mod json;
pub mod xml;
pub mod source;
pub mod http;
pub mod diff;
pub mod verdict;
pub mod problem;
pub mod world;
pub mod schema;
pub mod contract;
pub mod openapi;
pub mod scenario;
pub mod arazzo;
pub mod plan;
pub mod transcript;
pub mod journal;
pub mod run;
pub mod check;
pub mod snapshot;
pub mod coverage;
pub mod change;
pub mod report;
pub mod record;
pub mod review;
pub mod sample;
pub mod vary;
pub mod probe;
pub mod mock;
pub mod mutate;
pub mod suite;
pub mod generate;
pub mod shell;
pub mod cli;
