//! A server in a process of its own, shared by the benchmarks.

use std::io::{self, BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

/// A server that tells its URL on its first line, and ends with this value.
pub(super) struct Served {
    child: Child,
    pub(super) url: String,
}

impl Served {
    /// Starts it, and waits until it tells where it is.
    pub(super) fn start(command: &mut Command) -> io::Result<Self> {
        let mut child = command
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()?;
        let output = child.stdout.take();
        let output = output.ok_or_else(|| io::Error::other("the server has no output"))?;
        let mut url = String::new();
        BufReader::new(output).read_line(&mut url)?;
        let url = url.trim().to_owned();
        Ok(Self { child, url })
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        // One that has ended already cannot be killed; waiting takes it out of the system's table.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
