//! Programs that stay on one processor; shared by the benchmarks.
//!
//! What it costs to wake the other side of a connection depends on where the two happen to run, by as
//! much as the benchmarks measure. On one processor it is always the same.

use std::ffi::OsStr;
use std::process::{Command, Stdio};

/// A program that stays on the first processor, where `taskset` (util-linux) is there to keep it.
pub(super) fn on_one_processor(program: impl AsRef<OsStr>) -> Command {
    on_processor("0", program)
}

/// A program that stays on the processor of that number, where there is one, and `taskset` to keep it.
pub(super) fn on_processor(number: &str, program: impl AsRef<OsStr>) -> Command {
    let probe = Command::new("taskset")
        .args(["-c", number, "true"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !probe.is_ok_and(|status| status.success()) {
        return Command::new(program);
    }
    let mut command = Command::new("taskset");
    command.args(["-c", number]).arg(program);
    command
}
