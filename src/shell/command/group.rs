//! A program together with what it has started itself. Where it did not end in order, all of that is ended with it:
//! nobody else knows of it.

use std::io;

use tokio::process::{Child, Command};

/// A program's processes, which are ended with this value, unless they are left alone. Where a system has no groups of
/// processes it is the program alone that is.
#[derive(Debug)]
pub(super) struct Group {
    leader: Option<u32>,
}

impl Group {
    /// Runs a program in a group of its own.
    ///
    /// # Errors
    /// When it cannot be run.
    pub(super) fn spawn(command: &mut Command) -> io::Result<(Child, Self)> {
        #[cfg(unix)]
        command.process_group(0);
        let child = command.kill_on_drop(true).spawn()?;
        let leader = child.id();
        Ok((child, Self { leader }))
    }

    /// Leaves alone what the program has started: it has ended in order.
    pub(super) fn leave(mut self) {
        self.leader = None;
    }

    /// Ends all of it.
    pub(super) fn end(&mut self) {
        if let Some(leader) = self.leader.take() {
            end(leader);
        }
    }
}

impl Drop for Group {
    fn drop(&mut self) {
        self.end();
    }
}

#[cfg(unix)]
fn end(leader: u32) {
    use rustix::process::{Pid, Signal, kill_process_group};

    let leader = i32::try_from(leader).ok().and_then(Pid::from_raw);
    // What has ended meanwhile cannot be ended.
    let _ = leader.map(|it| kill_process_group(it, Signal::KILL));
}

#[cfg(not(unix))]
fn end(_leader: u32) {}
