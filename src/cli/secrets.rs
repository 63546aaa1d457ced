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
            self.tell_withdrawn(&error);
            // What cannot be searched may hold one, too.
            exit = exit.max(Exit::Secret);
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

    /// Tells that a file was withdrawn.
    fn tell_withdrawn(&self, error: &FileError) {
        let told = escape_line(&error.to_string()).into_owned();
        self.console.tell(&format!(
            "error: a file was withdrawn: {told}\n\
             help: this is a hole in countersign; see docs/secrets.md for what is hidden and how\n"
        ));
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
