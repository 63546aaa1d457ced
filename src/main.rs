//! The command-line program; everything that it does is in the library.

use std::process::ExitCode;

/// A fifth of the program's own work is taking and giving back small pieces of memory; this does it in
/// half the time of the systems' allocators.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// The exit code of a bug (`EX_SOFTWARE` of sysexits).
const BUG: u8 = 70;

fn main() -> ExitCode {
    // The panic has told what it is on the error output already.
    std::panic::catch_unwind(|| countersign::cli::main(std::env::args_os()))
        .unwrap_or(ExitCode::from(BUG))
}
