//! The command-line program; everything that it does is in the library.

use std::process::ExitCode;

/// The exit code of a bug (`EX_SOFTWARE` of sysexits).
const BUG: u8 = 70;

fn main() -> ExitCode {
    // The panic has told what it is on the error output already.
    std::panic::catch_unwind(|| countersign::cli::main(std::env::args_os()))
        .unwrap_or(ExitCode::from(BUG))
}
