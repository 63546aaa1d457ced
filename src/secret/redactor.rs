//! Bytes on their way out, with names in the place of secrets. The end of what has come is held back until
//! no secret can stand across the place where it is cut.

use std::io::{self, Write};
use std::sync::Arc;

use super::Secrets;

/// How much is gathered before it is looked through, in bytes.
const CHUNK_BYTES: usize = 64 * 1024;

/// What stands before an output.
#[derive(Debug)]
pub struct Redactor {
    secrets: Arc<Secrets>,
    held: Vec<u8>,
}

impl Redactor {
    /// One that looks for these secrets, and for those that are still to come.
    pub fn new(secrets: Arc<Secrets>) -> Self {
        Self {
            secrets,
            held: Vec::new(),
        }
    }

    /// Takes bytes in, and writes what can be written. Where no secret is known they pass as they are.
    ///
    /// # Errors
    /// When the output takes no more.
    pub fn pass(&mut self, bytes: &[u8], out: &mut dyn Write) -> io::Result<()> {
        if self.held.is_empty() && self.secrets.is_empty() {
            return out.write_all(bytes);
        }
        self.held.extend_from_slice(bytes);
        let reach = self.secrets.reach();
        if self.held.len() < CHUNK_BYTES + reach {
            return Ok(());
        }
        self.pour(self.held.len() - reach, out)
    }

    /// Writes the whole lines that there are: no value that is looked for holds a line break.
    ///
    /// # Errors
    /// When the output takes no more.
    pub fn pass_lines(&mut self, out: &mut dyn Write) -> io::Result<()> {
        match memchr::memrchr(b'\n', &self.held) {
            Some(last) => self.pour(last + 1, out),
            None => Ok(()),
        }
    }

    /// Writes all that is left.
    ///
    /// # Errors
    /// When the output takes no more.
    pub fn finish(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let held = std::mem::take(&mut self.held);
        out.write_all(&self.secrets.redact_bytes(&held))
    }

    /// Writes what stands before a place, or before the secret that stands across it.
    fn pour(&mut self, end: usize, out: &mut dyn Write) -> io::Result<()> {
        let sights = self.secrets.find(&self.held);
        let across = sights.iter().find(|it| it.start < end && it.end > end);
        let end = across.map_or(end, |it| it.start);
        let mut done = 0;
        for sight in sights.iter().take_while(|it| it.end <= end) {
            out.write_all(&self.held[done..sight.start])?;
            out.write_all(sight.placeholder().as_bytes())?;
            done = sight.end;
        }
        out.write_all(&self.held[done..end])?;
        self.held.drain(..end);
        Ok(())
    }
}
