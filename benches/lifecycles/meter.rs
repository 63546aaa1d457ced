//! The meter: what a program costs, from its start to its end.
//!
//! Time by the clock everywhere; processor time and memory where `/proc` tells them (`proc(5)`).
#![expect(
    clippy::disallowed_methods,
    reason = "a meter reads the clock and the system"
)]

use std::fs;
use std::io::{self, Write as _};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// How often the memory of a program is read.
const SAMPLE_TIME: Duration = Duration::from_millis(5);

/// How many ticks of `/proc/self/stat` a second has; the same on every Linux.
const TICKS_A_SECOND: f64 = 100.0;

/// What one run of a program cost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// Time by the clock, in seconds.
    pub wall: f64,
    /// Processor time of all its threads, in seconds; 0 where the system does not tell.
    pub cpu: f64,
    /// Most resident memory at any time, in bytes; 0 where the system does not tell.
    pub peak: f64,
}

impl Cost {
    /// The middle of several costs, each quantity by itself.
    pub(super) fn median(costs: &[Self]) -> Self {
        let middle = |read: fn(&Self) -> f64| {
            let mut sorted: Vec<f64> = costs.iter().map(read).collect();
            sorted.sort_by(f64::total_cmp);
            sorted.get(sorted.len() / 2).copied().unwrap_or_default()
        };
        Self {
            wall: middle(|it| it.wall),
            cpu: middle(|it| it.cpu),
            peak: middle(|it| it.peak),
        }
    }

    /// How many times that of another one it is, each quantity by itself.
    pub(super) fn beside(&self, other: &Self) -> Self {
        Self {
            wall: self.wall / other.wall,
            cpu: self.cpu / other.cpu,
            peak: self.peak / other.peak,
        }
    }
}

/// Runs a program several times in a row, with that input, and tells what one of them cost on average.
///
/// The system counts processor time in steps of 10 ms; many short runs together are many steps.
///
/// # Errors
/// When it cannot be run, or ends with another code than 0.
pub(super) fn run(command: &mut Command, input: &[u8], times: u32) -> io::Result<Cost> {
    let before = children_seconds();
    let mut cost = Cost::default();
    for _ in 0..times {
        let (wall, peak) = run_once(command, input)?;
        cost.wall += wall / f64::from(times);
        cost.peak = cost.peak.max(peak);
    }
    cost.cpu = (children_seconds() - before) / f64::from(times);
    Ok(cost)
}

fn run_once(command: &mut Command, input: &[u8]) -> io::Result<(f64, f64)> {
    let begun = Instant::now();
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    let status = format!("/proc/{}/status", child.id());
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input)?;
    }
    let over = AtomicBool::new(false);
    let (output, wall, peak) = thread::scope(|scope| {
        let sampler = scope.spawn(|| {
            let mut peak: f64 = 0.0;
            while !over.load(Ordering::Relaxed) {
                peak = peak.max(peak_bytes(&status));
                thread::sleep(SAMPLE_TIME);
            }
            peak
        });
        let output = child.wait_with_output();
        let wall = begun.elapsed().as_secs_f64();
        over.store(true, Ordering::Relaxed);
        (output, wall, sampler.join().unwrap_or_default())
    });
    let output = output?;
    if output.status.success() {
        Ok((wall, peak))
    } else {
        let told = String::from_utf8_lossy(&output.stderr).into_owned();
        Err(io::Error::other(format!(
            "{command:?} ended with {}: {told}",
            output.status
        )))
    }
}

/// `VmHWM` of a process, in bytes.
fn peak_bytes(path: &str) -> f64 {
    let text = fs::read_to_string(path).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.split_whitespace().next()?.parse::<f64>().ok());
    kibibytes.unwrap_or_default() * 1024.0
}

/// Processor time of all children that have ended.
fn children_seconds() -> f64 {
    let text = fs::read_to_string("/proc/self/stat").unwrap_or_default();
    // The name of the program, in parentheses, may hold anything.
    let fields = text.rsplit_once(')').map_or("", |(_, rest)| rest);
    let ticks: f64 = fields
        .split_whitespace()
        .skip(13)
        .take(2)
        .filter_map(|field| field.parse::<f64>().ok())
        .sum();
    ticks / TICKS_A_SECOND
}
