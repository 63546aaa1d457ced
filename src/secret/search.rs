//! Looking for a secret in bytes that come piece by piece.

use super::{Name, Secrets};

/// How much of what stands around a secret may say that it is none, in bytes: the placeholder that it is a
/// part of, the number that it is the begin of.
const AROUND_BYTES: usize = 128;

/// A search that is under way.
#[derive(Debug, Default)]
pub struct Search {
    held: Vec<u8>,
    /// How many lines have been looked through.
    lines: usize,
    found: Option<(usize, Name)>,
}

impl Search {
    /// Looks through more bytes.
    pub fn take(&mut self, secrets: &Secrets, bytes: &[u8]) {
        self.held.extend_from_slice(bytes);
        self.look(secrets, self.held.len().saturating_sub(AROUND_BYTES));
        // The end of it is looked through again with what comes.
        let kept = secrets.reach() + 2 * AROUND_BYTES;
        let done = self.held.len().saturating_sub(kept);
        self.lines += lines(&self.held[..done]);
        self.held.drain(..done);
    }

    /// The line of the first secret and what it is called, when there is one.
    pub fn finish(mut self, secrets: &Secrets) -> Option<(usize, Name)> {
        self.look(secrets, self.held.len());
        self.found
    }

    fn look(&mut self, secrets: &Secrets, end: usize) {
        if self.found.is_some() {
            return;
        }
        let sights = secrets.find(&self.held).into_iter();
        let first = sights.take_while(|it| it.end <= end).next();
        self.found = first.map(|it| {
            let line = self.lines + lines(&self.held[..it.start]) + 1;
            (line, it.name)
        });
    }
}

fn lines(bytes: &[u8]) -> usize {
    memchr::memchr_iter(b'\n', bytes).count()
}
