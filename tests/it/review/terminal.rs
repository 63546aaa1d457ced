//! The review in a real terminal: keys are pressed in tmux, and its screen is looked at.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use super::{played, waiting};
use crate::support;

/// How long a screen may take to come.
const PATIENCE: Duration = Duration::from_mins(1);

/// A terminal of so many columns, with the review in it.
struct Terminal {
    /// A server of our own, so that nobody else's is touched.
    server: String,
    folder: tempfile::TempDir,
}

impl Terminal {
    /// Begins the review of a project; none where there is no tmux.
    fn open(project: &Path, columns: u16) -> Option<Self> {
        let found = Command::new("tmux").arg("-V").output();
        if !found.is_ok_and(|it| it.status.success()) {
            support::tell_once(
                "skipped: tests of the review in a terminal, since tmux is not installed (ci/install)\n",
            );
            return None;
        }
        let folder = tempfile::tempdir().expect("a temporary folder");
        let socket = folder.path().join("tmux").display().to_string();
        let terminal = Self {
            server: socket,
            folder,
        };
        let program = env!("CARGO_BIN_EXE_countersign");
        let command = format!(
            "sh -c 'echo $$ >{}; exec env -u CI TERM=screen-256color {program} -C {} review'; echo ended $?; cat",
            terminal.pid_file().display(),
            project.display()
        );
        let columns = columns.to_string();
        terminal.tmux(&[
            "-f",
            "/dev/null",
            "new-session",
            "-d",
            "-x",
            &columns,
            "-y",
            "30",
            &command,
        ]);
        Some(terminal)
    }

    fn tmux(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("tmux");
        command.args(["-S", &self.server]).args(arguments);
        command.current_dir(self.folder.path());
        let output = command.output().expect("tmux was there");
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// Where the number of the program's process is written.
    fn pid_file(&self) -> PathBuf {
        self.folder.path().join("pid")
    }

    /// Sends a signal to the program, and to it alone.
    fn signal(&self, name: &str) {
        let number = support::read(&self.pid_file());
        let sent = Command::new("kill").args([name, number.trim()]).status();
        assert!(sent.expect("kill runs").success());
    }

    /// Whether the program is there.
    fn is_running(&self) -> bool {
        let number = support::read(&self.pid_file());
        let mut asked = Command::new("kill");
        let asked = asked.args(["-0", number.trim()]).output();
        asked.expect("kill runs").status.success()
    }

    /// Whether the screen that was there before the program is covered.
    fn is_covered(&self) -> bool {
        let told = self.tmux(&["display-message", "-p", "#{alternate_on}"]);
        told.trim() == "1"
    }

    fn press(&self, keys: &[&str]) {
        self.tmux(&[&["send-keys"], keys].concat());
    }

    /// Looks until the screen shows a text.
    fn shows(&self, text: &str) -> String {
        self.wait(text, true)
    }

    /// Looks until the screen does not show a text.
    fn hides(&self, text: &str) {
        self.wait(text, false);
    }

    /// The screen, once it shows a text or does not, and stands still: it may be looked at while it is
    /// half drawn.
    fn wait(&self, text: &str, is_shown: bool) -> String {
        let begun = now();
        let mut before = String::new();
        loop {
            let screen = self.tmux(&["capture-pane", "-p"]);
            let stands_still = std::mem::replace(&mut before, screen.clone()) == screen;
            if stands_still && screen.contains(text) == is_shown {
                return screen;
            }
            assert!(
                begun.elapsed() < PATIENCE,
                "`{text}` is not what is waited for:\n{screen}"
            );
        }
    }
}

#[expect(clippy::disallowed_methods, reason = "a real terminal takes real time")]
fn now() -> Instant {
    Instant::now()
}

impl Drop for Terminal {
    fn drop(&mut self) {
        self.tmux(&["kill-server"]);
    }
}

/// The flows whose answers change in the value of one field.
const FLOWS: &str = "qappctl-shim::releaseTwice";

#[test]
fn keys_decide_and_nothing_is_written_before_the_end() {
    let (place, _) = played("value-changed", FLOWS);
    let Some(terminal) = Terminal::open(place.path(), 120) else {
        return;
    };
    let approved = place
        .path()
        .join("snapshots/qappctl-shim/releaseTwice.snap");
    let before = support::read(&approved);
    // What the keys mean stands in the last line, which is drawn last.
    let screen = terminal.shows("? help  q end");
    assert!(screen.contains("undecided 1"), "{screen}");
    assert!(screen.contains("· allowed value"), "{screen}");
    assert!(
        screen.contains("push → first → second → [list·1]"),
        "{screen}"
    );
    terminal.press(&["Enter"]);
    terminal.press(&["?"]);
    terminal.shows("accept, reject the change in view");
    terminal.press(&["x"]);
    terminal.hides("accept, reject the change in view");
    terminal.press(&["a"]);
    terminal.shows("all is decided");
    terminal.press(&["u"]);
    terminal.shows("undecided 1");
    terminal.press(&["a"]);
    terminal.shows("undecided 0");
    assert_eq!(support::read(&approved), before);
    assert_eq!(waiting(place.path()), [FLOWS]);
    terminal.press(&["q"]);
    terminal.shows("1 of 1 change decided on.");
    terminal.press(&["w"]);
    terminal.shows("ended 0");
    assert!(support::read(&approved).contains("C1M2"));
    assert_eq!(waiting(place.path()), [""; 0]);
}

#[test]
fn a_review_that_is_killed_goes_on_where_it_was() {
    let (place, _) = played("value-changed", FLOWS);
    let Some(terminal) = Terminal::open(place.path(), 80) else {
        return;
    };
    terminal.shows("undecided 1");
    terminal.press(&["r"]);
    terminal.shows("undecided 0");
    drop(terminal);
    let again = Terminal::open(place.path(), 80).expect("tmux was there");
    // It stands in the last line, which is drawn last.
    let screen = again.shows("1 decision of last time taken over");
    assert!(screen.contains("undecided 0"), "{screen}");
    again.press(&["q"]);
    again.shows("d  discard");
    again.press(&["d"]);
    again.shows("nothing was decided");
    again.shows("ended 5");
    assert_eq!(waiting(place.path()), [FLOWS]);
    assert!(!place.path().join(".countersign/review.json").exists());
}

#[test]
fn a_value_becomes_a_rule_with_which_the_flow_is_played_again() {
    let (place, _) = played("value-changed", FLOWS);
    let Some(terminal) = Terminal::open(place.path(), 120) else {
        return;
    };
    terminal.shows("undecided 1");
    terminal.press(&["v"]);
    terminal.shows("$[*].flavor gets a symbol");
    terminal.press(&["1"]);
    terminal.shows("undecided 0");
    terminal.press(&["q", "w"]);
    terminal.shows("1 rule written to specs/qappctl-shim/api.toml");
    terminal.shows("ended 5");
    let settings = support::read(&place.path().join("specs/qappctl-shim/api.toml"));
    assert!(
        settings.contains("at = \"$[*].flavor\"\nas = \"flavor\"\n"),
        "{settings}"
    );
    let checked = super::call(place.path(), &["check"]);
    assert_eq!(checked.code, Some(0), "{}", checked.story());
}

#[test]
fn a_signal_gives_the_terminal_back_and_keeps_the_decisions() {
    for (signal, ended) in [("-TERM", "ended 143"), ("-HUP", "ended 129")] {
        let (place, _) = played("value-changed", FLOWS);
        let Some(terminal) = Terminal::open(place.path(), 80) else {
            return;
        };
        terminal.shows("undecided 1");
        terminal.press(&["r"]);
        terminal.shows("undecided 0");
        assert!(terminal.is_covered());
        terminal.signal(signal);
        let screen = terminal.shows(ended);
        assert!(!terminal.is_covered(), "{screen}");
        assert!(screen.contains("review` goes on"), "{screen}");
        drop(terminal);
        let again = Terminal::open(place.path(), 80).expect("tmux was there");
        again.shows("1 decision of last time taken over");
    }
}

#[test]
fn a_review_whose_terminal_is_gone_ends() {
    let (place, _) = played("value-changed", FLOWS);
    let Some(terminal) = Terminal::open(place.path(), 80) else {
        return;
    };
    terminal.shows("undecided 1");
    terminal.tmux(&["kill-server"]);
    let begun = now();
    while terminal.is_running() {
        assert!(begun.elapsed() < PATIENCE, "it goes on without a terminal");
    }
}

#[test]
fn a_text_that_is_pasted_decides_nothing() {
    let (place, _) = played("value-changed", FLOWS);
    let Some(terminal) = Terminal::open(place.path(), 80) else {
        return;
    };
    terminal.shows("undecided 1");
    terminal.tmux(&["set-buffer", "a"]);
    terminal.tmux(&["paste-buffer", "-p"]);
    terminal.press(&["?"]);
    terminal.shows("accept, reject the change in view");
    terminal.press(&["x"]);
    terminal.hides("accept, reject the change in view");
    terminal.shows("undecided 1");
}
