//! The file of a journal: lines that are only ever added, each with the system before the program goes on.
//! Whoever writes it holds a lock on it, which the system gives back however the program ends.
//!
//! What the system has stays when the program is killed. It does not wait for the disk (`fsync(2)`): a machine
//! that loses its power loses the last lines, and waiting costs more than all else that a step does.

use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use super::{FileError, Guard, into_text, store_new};
use crate::journal::Keep;

/// The largest journal that is read, in bytes.
const JOURNAL_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A journal on the disk.
#[derive(Debug)]
pub struct JournalFile {
    path: PathBuf,
    /// What stands before its first line, while it is not there yet.
    head: String,
    file: Mutex<Option<File>>,
    guard: Guard,
}

impl JournalFile {
    /// A journal that appears with its first line, behind this head.
    pub fn new(path: PathBuf, head: &str) -> Self {
        Self {
            path,
            head: format!("{head}\n"),
            file: Mutex::default(),
            guard: Guard::default(),
        }
    }

    /// The same, with a guard that lets no secret through.
    #[must_use]
    pub fn guarded(self, guard: &Guard) -> Self {
        Self {
            guard: guard.clone(),
            ..self
        }
    }

    /// Opens a journal that is there, with its text; none while another program writes it.
    ///
    /// # Errors
    /// When it is no plain file, is too large or no text, or the system refuses.
    pub fn open(path: &Path) -> Result<Option<(Self, String)>, FileError> {
        let failed = |error: io::Error| FileError::from_io(path, &error);
        if !fs::symlink_metadata(path).map_err(failed)?.is_file() {
            return Err(FileError::WrongKind(path.to_owned(), "plain file"));
        }
        let file = OpenOptions::new().read(true).append(true).open(path);
        let mut file = file.map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(fs::TryLockError::WouldBlock) => return Ok(None),
            Err(fs::TryLockError::Error(error)) => return Err(failed(error)),
        }
        let limit = u64::try_from(JOURNAL_BYTES_MAX).unwrap_or(u64::MAX);
        let mut bytes = Vec::new();
        let mut bounded = (&mut file).take(limit.saturating_add(1));
        bounded.read_to_end(&mut bytes).map_err(failed)?;
        if bytes.len() > JOURNAL_BYTES_MAX {
            return Err(FileError::TooLarge(path.to_owned(), JOURNAL_BYTES_MAX));
        }
        let text = into_text(path, bytes)?;
        if !text.is_empty() && !text.ends_with('\n') {
            // The program was killed while it wrote; what comes now is a line of its own.
            file.write_all(b"\n").map_err(failed)?;
        }
        let journal = Self {
            path: path.to_owned(),
            head: String::new(),
            file: Mutex::new(Some(file)),
            guard: Guard::default(),
        };
        Ok(Some((journal, text)))
    }

    /// Takes the file away, if it ever appeared.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn remove(path: &Path) -> Result<bool, FileError> {
        super::remove(path)
    }

    fn append(&self, line: &str) -> io::Result<()> {
        let line = self.guard.secrets().redact(line);
        let mut held = self.file.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(file) = held.as_mut() {
            return file.write_all(format!("{line}\n").as_bytes());
        }
        let mut file = self.create()?;
        file.write_all(format!("{}{line}\n", self.head).as_bytes())?;
        self.guard.note(&self.path);
        *held = Some(file);
        Ok(())
    }

    fn create(&self) -> io::Result<File> {
        let folder = self.path.parent().unwrap_or(Path::new("."));
        fs::create_dir_all(folder)?;
        if let Some(own) = folder.parent() {
            store_new(&own.join(".gitignore"), b"*\n").map_err(io::Error::other)?;
        }
        let mut options = OpenOptions::new();
        options.append(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&self.path)?;
        file.try_lock()?;
        Ok(file)
    }
}

impl Keep for JournalFile {
    fn keep(&self, line: &str) -> Result<(), String> {
        self.append(line).map_err(|error| {
            let path = self.path.display();
            format!("{path}: {error}")
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    fn path(folder: &tempfile::TempDir) -> PathBuf {
        folder.path().join(".countersign/journal/a.jsonl")
    }

    fn read(path: &Path) -> String {
        super::super::load_text(path, JOURNAL_BYTES_MAX).expect("it is there")
    }

    fn write(path: &Path, text: &str) {
        super::super::store(path, text.as_bytes()).expect("it is written");
    }

    #[test]
    fn it_appears_with_its_first_line_and_stays_out_of_version_control() {
        let folder = folder();
        let journal = JournalFile::new(path(&folder), "head");
        assert!(!path(&folder).exists());
        journal.keep("one").expect("it is written");
        journal.keep("two").expect("it is written");
        let text = read(&path(&folder));
        assert_eq!(text, "head\none\ntwo\n");
        let ignored = read(&folder.path().join(".countersign/.gitignore"));
        assert_eq!(ignored, "*\n");
    }

    #[test]
    fn nobody_opens_it_while_it_is_written() {
        let folder = folder();
        let journal = JournalFile::new(path(&folder), "head");
        journal.keep("one").expect("it is written");
        assert!(
            JournalFile::open(&path(&folder))
                .expect("it is read")
                .is_none()
        );
        drop(journal);
        let (_, text) = JournalFile::open(&path(&folder))
            .expect("it is read")
            .expect("it is free");
        assert_eq!(text, "head\none\n");
    }

    #[test]
    fn a_line_behind_a_torn_one_is_whole() {
        let folder = folder();
        JournalFile::new(path(&folder), "head")
            .keep("one")
            .expect("it is written");
        write(&path(&folder), "head\nhal");
        let (journal, _) = JournalFile::open(&path(&folder))
            .expect("it is read")
            .expect("it is free");
        journal.keep("next").expect("it is written");
        let text = read(&path(&folder));
        assert_eq!(text, "head\nhal\nnext\n");
    }

    #[cfg(unix)]
    #[test]
    fn a_link_or_a_folder_is_no_journal() {
        let folder = folder();
        let link = folder.path().join("link.jsonl");
        std::os::unix::fs::symlink(folder.path().join("other"), &link).expect("a link");
        assert!(JournalFile::open(&link).is_err());
        assert!(JournalFile::open(folder.path()).is_err());
        let taken = JournalFile::new(folder.path().join("a/b/c.jsonl"), "head");
        write(&folder.path().join("a"), "");
        let why = taken.keep("one").expect_err("its folder is a file");
        assert!(why.contains("c.jsonl"), "{why}");
    }
}
