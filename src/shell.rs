//! The world for real: sockets, disk, clock, signals, terminal.
//!
//! Everything else in this library is plain values and functions; what touches the machine it runs
//! on stands here and nowhere else. Nothing here judges an answer or reads the environment.

pub mod chance;
pub mod client;
pub mod clock;
pub mod command;
pub mod excerpt;
pub mod files;
pub mod probe;
pub mod remote;
pub mod runs;
pub mod screen;
pub mod server;
pub mod signals;
pub mod stand;
pub mod terminal;
