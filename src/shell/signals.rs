//! The wish to stop: one flag for the whole program, raised by a signal or by the program itself.
//!
//! The first signal asks; whoever works ends soon and in order. The second one forces. Nothing here
//! ends the program: `main` returns the exit code that `Stop::cause` names.

use std::io;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::watch;

use crate::world::{Pending, Stopping};

/// Why the program shall stop.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cause {
    /// The program itself, such as at its time limit.
    Own,
    /// Ctrl-C (SIGINT).
    Interrupt,
    /// SIGTERM.
    Terminate,
    /// The terminal is gone (SIGHUP).
    Hangup,
    /// The run has had its time.
    TimeOver,
}

impl Cause {
    /// The exit code by the convention of shells, 128 and the signal's number, and that of `timeout`; none
    /// for `Own`.
    pub fn exit_code(self) -> Option<u8> {
        match self {
            Self::Own => None,
            Self::Interrupt => Some(130),
            Self::Terminate => Some(143),
            Self::Hangup => Some(129),
            Self::TimeOver => Some(124),
        }
    }
}

/// How urgent the wish is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Level {
    Running,
    Requested(Cause),
    Forced(Cause),
}

/// A flag that can be raised once and once more; clones share it.
#[derive(Debug, Clone)]
pub struct Stop {
    level: Arc<watch::Sender<Level>>,
}

impl Default for Stop {
    fn default() -> Self {
        Self::new()
    }
}

impl Stop {
    /// A flag that nobody has raised and no signal raises.
    pub fn new() -> Self {
        Self {
            level: Arc::new(watch::Sender::new(Level::Running)),
        }
    }

    /// A flag that signals raise. The listening ends with the runtime.
    ///
    /// # Errors
    /// When the system lets no listener be installed.
    ///
    /// # Panics
    /// Outside a tokio runtime, which is a mistake of the caller.
    pub fn on_signals() -> io::Result<Self> {
        let stop = Self::new();
        listen(stop.clone())?;
        Ok(stop)
    }

    /// A flag that signals raise, also the one that says that the terminal is gone. A run does not ask for
    /// that one: `nohup` must be able to hold it back.
    ///
    /// # Errors
    /// When the system lets no listener be installed.
    ///
    /// # Panics
    /// Outside a tokio runtime, which is a mistake of the caller.
    pub fn on_signals_of_a_terminal() -> io::Result<Self> {
        let stop = Self::on_signals()?;
        listen_to_hangup(stop.clone())?;
        Ok(stop)
    }

    /// Asks to stop. The first cause is kept.
    pub fn request(&self, cause: Cause) {
        self.level.send_if_modified(|level| {
            let first = *level == Level::Running;
            if first {
                *level = Level::Requested(cause);
            }
            first
        });
    }

    /// Asks to stop once so much time has passed. The waiting ends with the runtime.
    ///
    /// # Panics
    /// Outside a tokio runtime, which is a mistake of the caller.
    pub fn request_after(&self, time: Duration, cause: Cause) {
        let stop = self.clone();
        tokio::spawn(async move {
            if tokio::time::timeout(time, stop.wait()).await.is_err() {
                stop.request(cause);
            }
        });
    }

    /// Demands to stop at once. The first cause is kept.
    pub fn force(&self, cause: Cause) {
        self.level.send_modify(|level| {
            *level = match *level {
                Level::Running => Level::Forced(cause),
                Level::Requested(first) | Level::Forced(first) => Level::Forced(first),
            };
        });
    }

    /// Raises the flag by one: the first time it asks, the second time it forces.
    pub fn raise(&self, cause: Cause) {
        self.level.send_modify(|level| {
            *level = match *level {
                Level::Running => Level::Requested(cause),
                Level::Requested(first) | Level::Forced(first) => Level::Forced(first),
            };
        });
    }

    /// Whether somebody asked to stop.
    pub fn is_requested(&self) -> bool {
        *self.level.borrow() != Level::Running
    }

    /// Whether it is forced.
    pub fn is_forced(&self) -> bool {
        matches!(*self.level.borrow(), Level::Forced(_))
    }

    /// Who asked first, when somebody did.
    pub fn cause(&self) -> Option<Cause> {
        match *self.level.borrow() {
            Level::Running => None,
            Level::Requested(cause) | Level::Forced(cause) => Some(cause),
        }
    }

    /// Returns when somebody asks to stop; at once when that has happened already.
    pub async fn wait(&self) {
        self.reach(|level| *level != Level::Running).await;
    }

    /// Returns when it is forced.
    pub async fn wait_forced(&self) {
        self.reach(|level| matches!(level, Level::Forced(_))).await;
    }

    /// Returns when it is forced, or when the grace is over that begins with the wish to stop (or
    /// now, when the wish is older: what is begun after it, to clean up, has the grace in full).
    pub async fn wait_with_grace(&self, grace: Duration) {
        self.wait().await;
        // Both ends mean the same to the caller.
        let _ = tokio::time::timeout(grace, self.wait_forced()).await;
    }

    async fn reach(&self, reached: impl FnMut(&Level) -> bool) {
        let changed = self.level.subscribe().wait_for(reached).await.map(|_| ());
        changed.expect("the sender lives as long as this flag");
    }
}

#[cfg(unix)]
fn listen(stop: Stop) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut interrupt = signal(SignalKind::interrupt())?;
    let mut terminate = signal(SignalKind::terminate())?;
    tokio::spawn(async move {
        loop {
            let (came, cause) = tokio::select! {
                came = interrupt.recv() => (came, Cause::Interrupt),
                came = terminate.recv() => (came, Cause::Terminate),
            };
            if came.is_none() {
                return;
            }
            stop.raise(cause);
        }
    });
    Ok(())
}

#[cfg(unix)]
fn listen_to_hangup(stop: Stop) -> io::Result<()> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut hangup = signal(SignalKind::hangup())?;
    tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            stop.raise(Cause::Hangup);
        }
    });
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
fn listen_to_hangup(_: Stop) -> io::Result<()> {
    Ok(())
}

#[cfg(not(unix))]
#[expect(clippy::unnecessary_wraps, reason = "on Unix it can fail")]
fn listen(stop: Stop) -> io::Result<()> {
    tokio::spawn(async move {
        while tokio::signal::ctrl_c().await.is_ok() {
            stop.raise(Cause::Interrupt);
        }
    });
    Ok(())
}

impl Stopping for Stop {
    fn is_requested(&self) -> bool {
        Self::is_requested(self)
    }

    fn requested(&self) -> Pending<'_, ()> {
        Box::pin(self.wait())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_has_asked_at_first() {
        let stop = Stop::new();
        assert!(!stop.is_requested() && !stop.is_forced());
        assert_eq!(stop.cause(), None);
    }

    #[test]
    fn the_second_raise_forces_and_the_first_cause_stays() {
        let stop = Stop::new();
        stop.raise(Cause::Terminate);
        assert!(stop.is_requested() && !stop.is_forced());
        stop.clone().raise(Cause::Interrupt);
        assert!(stop.is_forced());
        assert_eq!(stop.cause().and_then(Cause::exit_code), Some(143));
    }

    #[test]
    fn a_request_after_force_takes_nothing_back() {
        let stop = Stop::new();
        stop.force(Cause::Own);
        stop.request(Cause::Interrupt);
        assert!(stop.is_forced());
        assert_eq!(stop.cause().and_then(Cause::exit_code), None);
    }

    #[tokio::test]
    async fn when_the_time_is_over_it_is_asked() {
        let stop = Stop::new();
        stop.request_after(Duration::from_millis(1), Cause::TimeOver);
        stop.wait().await;
        assert!(!stop.is_forced());
        assert_eq!(stop.cause().and_then(Cause::exit_code), Some(124));
    }

    #[tokio::test]
    async fn waiting_ends_when_the_flag_is_raised_before_or_after() {
        let stop = Stop::new();
        let waiting = tokio::spawn({
            let stop = stop.clone();
            async move { stop.wait().await }
        });
        stop.request(Cause::Own);
        waiting.await.expect("the wait ends");
        stop.wait().await;
    }

    #[tokio::test]
    async fn the_grace_is_given_after_the_request_and_cut_by_force() {
        let stop = Stop::new();
        stop.request(Cause::Interrupt);
        let begun = tokio::time::Instant::now();
        let grace = Duration::from_millis(10);
        stop.wait_with_grace(grace).await;
        assert!(begun.elapsed() >= grace);
        stop.force(Cause::Interrupt);
        let hour = Duration::from_hours(1);
        stop.wait_with_grace(hour).await;
        assert!(begun.elapsed() < hour);
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn signals_of_the_system_raise_the_flag() {
        let stop = Stop::on_signals().expect("a listener");
        send_to_self("-TERM");
        stop.wait().await;
        assert_eq!(stop.cause(), Some(Cause::Terminate));
        send_to_self("-INT");
        stop.wait_forced().await;
        assert_eq!(stop.cause(), Some(Cause::Terminate));
    }

    #[cfg(unix)]
    #[tokio::test]
    async fn a_terminal_that_is_gone_raises_the_flag() {
        let stop = Stop::on_signals_of_a_terminal().expect("a listener");
        send_to_self("-HUP");
        stop.wait().await;
        assert_eq!(stop.cause().and_then(Cause::exit_code), Some(129));
    }

    #[cfg(unix)]
    fn send_to_self(signal: &str) {
        let own = std::process::id().to_string();
        let sent = std::process::Command::new("kill")
            .args([signal, &own])
            .status();
        assert!(sent.expect("kill runs").success());
    }
}
