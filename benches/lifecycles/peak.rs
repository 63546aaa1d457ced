//! How much memory a program holds at most, in a run of its own: to look again and again takes time from what is
//! looked at.
#![expect(
    clippy::disallowed_methods,
    reason = "it reads what the system tells of a program"
)]

use std::fs;
use std::io;
use std::process::Command;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::Duration;

use super::meter::{ended_well, started};

/// How often it is looked at.
const SAMPLE_TIME: Duration = Duration::from_millis(1);

/// Most resident memory of one run, in bytes; 0 where the system does not tell.
///
/// # Errors
/// When it cannot be run, or ends with another code than 0.
pub(super) fn peak_of(command: &mut Command, input: &[u8]) -> io::Result<f64> {
    let child = started(command, input)?;
    let status = format!("/proc/{}/status", child.id());
    let over = AtomicBool::new(false);
    let (output, peak) = thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut peak: f64 = 0.0;
            while !over.load(Ordering::Relaxed) {
                peak = peak.max(peak_bytes(&status));
                thread::sleep(SAMPLE_TIME);
            }
            peak
        });
        let output = child.wait_with_output();
        over.store(true, Ordering::Relaxed);
        (output, sampler.join().unwrap_or_default())
    });
    ended_well(command, &output?)?;
    Ok(peak)
}

/// `VmHWM` of a process, in bytes.
fn peak_bytes(path: &str) -> f64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kibibytes.unwrap_or_default() * 1024.0
}
