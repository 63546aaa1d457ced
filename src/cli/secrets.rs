//! What becomes of a command that came by secrets: its files are searched once more when it ends, and the
//! exit code says when one was withdrawn.

use super::Exit;
use super::settings::Settings;
use crate::report::escape_line;
use crate::report::human::count;
use crate::secret::{CREDENTIAL_BYTES_MIN, DIGITS_MIN, SECRETS_MAX};
use crate::shell::files::FileError;

impl Settings {
    /// Searches all that was written for what has become known since; answers how the command ends.
    pub(super) fn settle(&self, exit: Exit) -> Exit {
        let mut exit = exit;
        for error in self.guard.search_again().err().unwrap_or_default() {
            exit = exit.max(self.tell_searched(&error));
        }
        if self.guard.secrets().is_full() {
            self.console.tell(&format!(
                "warning: there are more than {SECRETS_MAX} secrets, and only the first were looked for\n"
            ));
        }
        if self.guard.has_caught() {
            exit = exit.max(Exit::Secret);
        }
        exit
    }

    /// Tells that a file was withdrawn, or could not be searched; answers what that asks for.
    fn tell_searched(&self, error: &FileError) -> Exit {
        let told = escape_line(&error.to_string()).into_owned();
        let (what, help, exit) = match error {
            FileError::Secret(..) => (
                "a file was withdrawn",
                "this is a hole in countersign; docs/secrets.md says what is hidden and how",
                Exit::Secret,
            ),
            _ => (
                "a file could not be searched for secrets",
                "look through it before you hand it on",
                Exit::Files,
            ),
        };
        self.console
            .tell(&format!("error: {what}: {told}\nhelp: {help}\n"));
        exit
    }

    /// Tells once which credentials are too short to be looked for in what is written.
    pub(super) fn tell_short_credentials(&self) {
        let short = self.guard.secrets().take_short();
        if short.is_empty() {
            return;
        }
        let (what, all) = (count(short.len(), "credential"), short.join(", "));
        self.console.tell(&format!(
            "warning: {what} too short to be hidden where an answer says it back: {all}\n\
             help: use at least {CREDENTIAL_BYTES_MIN} bytes, or {DIGITS_MIN} digits\n"
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::super::arguments::Arguments;
    use super::*;
    use crate::shell::files;
    use clap::Parser as _;

    fn settings() -> Settings {
        let arguments = Arguments::try_parse_from(["countersign", "runs"]);
        Settings::read(&arguments.expect("a whole call"))
    }

    #[test]
    fn what_got_past_makes_eight_of_any_end_but_a_bug() {
        let folder = files::temporary_folder("secrets").expect("a folder");
        for (exit, code) in [(Exit::Ok, 8), (Exit::Findings, 8), (Exit::Internal, 70)] {
            let settings = settings();
            let path = folder.path().join("a.html");
            // What begins as a page and is none cannot be written again.
            let page = "<!doctype html><p id=\"data\">late-known</p>";
            files::store(&path, page.as_bytes()).expect("a file");
            settings.guard.note(&path);
            settings.guard.secrets().add("late", "late-known");
            assert_eq!(settings.settle(exit).code(), code);
            assert!(!path.exists(), "it was withdrawn");
        }
    }

    #[test]
    fn without_secrets_a_command_ends_as_it_does() {
        let settings = settings();
        for exit in [Exit::Ok, Exit::Flaky, Exit::Signal(130)] {
            assert_eq!(settings.settle(exit), exit);
        }
    }
}
