//! The meter: what a program costs, from its start to its end.
//!
//! Time by the clock everywhere; processor time where `/proc` tells it (`proc(5)`).
#![expect(
    clippy::disallowed_methods,
    reason = "a meter reads the clock and the system"
)]

use std::fs;
use std::io::{self, Write as _};
use std::process::{Child, Command, Output, Stdio};
use std::time::Instant;

/// How many ticks of `/proc/self/stat` a second has; the same on every Linux.
const TICKS_A_SECOND: f64 = 100.0;

/// What one run of a program cost.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Cost {
    /// Time by the clock, in seconds.
    pub wall: f64,
    /// Processor time of all its threads, in seconds; 0 where the system does not tell.
    pub cpu: f64,
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
        }
    }

    /// How many times that of others it is, of each beside the one of the same turn: the middle of them.
    pub(super) fn beside(costs: &[Self], others: &[Self]) -> Self {
        let turns = costs.iter().zip(others);
        let ratios = turns.map(|(it, other)| Self {
            wall: it.wall / other.wall,
            cpu: it.cpu / other.cpu,
        });
        Self::median(&ratios.collect::<Vec<_>>())
    }
}

/// Runs a program several times, with that input, and tells what one of them cost on average. Each begins once the
/// system is done with what was written before, where the system can be asked for that: else each pays for the one
/// before it, by up to a sixth.
///
/// The system counts processor time in steps of 10 ms; many short runs together are many steps.
///
/// # Errors
/// When it cannot be run, or ends with another code than 0.
pub(super) fn run(command: &mut Command, input: &[u8], times: u32) -> io::Result<Cost> {
    let before = children_seconds();
    let mut wall = 0.0;
    for _ in 0..times {
        #[cfg(unix)]
        rustix::fs::sync();
        let begun = Instant::now();
        let child = started(command, input)?;
        ended_well(command, &child.wait_with_output()?)?;
        wall += begun.elapsed().as_secs_f64();
    }
    Ok(Cost {
        wall: wall / f64::from(times),
        cpu: (children_seconds() - before) / f64::from(times),
    })
}

/// Starts a program, and hands it its input.
pub(super) fn started(command: &mut Command, input: &[u8]) -> io::Result<Child> {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .stderr(Stdio::piped())
        .spawn()?;
    if let Some(mut pipe) = child.stdin.take() {
        pipe.write_all(input)?;
    }
    Ok(child)
}

/// Fails for a program that did.
pub(super) fn ended_well(command: &Command, output: &Output) -> io::Result<()> {
    if output.status.success() {
        return Ok(());
    }
    let told = String::from_utf8_lossy(&output.stderr);
    Err(io::Error::other(format!(
        "{command:?} ended with {}: {told}",
        output.status
    )))
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
