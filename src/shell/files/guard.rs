//! The guard at the disk: what a command writes goes through it, so that no secret that the command knows
//! stands in a file.
//!
//! Each secret is replaced by its name on the way. Before a file appears it is searched once more, and at
//! the end of the command once more for what has become known since: a file that holds a secret all the
//! same is withdrawn.

use std::collections::BTreeMap;
use std::fs::{self, Permissions};
use std::io::{self, BufWriter, Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use tempfile::NamedTempFile;

use super::{FileError, Stream, load_text, open};
use crate::report::html::{self, Variant};
use crate::secret::{Redactor, Search, Secrets};

/// How much is read at once, in bytes.
const PIECE_BYTES: usize = 256 * 1024;

/// The largest page whose data is searched, in bytes; the same goes for its data. A larger one does not
/// appear where secrets are known.
const PAGE_BYTES_MAX: usize = 512 * 1024 * 1024;

/// How a page for people begins.
const PAGE_START: &[u8] = b"<!doctype html";

/// How many files are remembered to be searched again; of more the rest is searched once.
const WRITTEN_MAX: usize = 100_000;

/// What stands between a command and the disk. Clones are the same guard.
#[derive(Debug, Clone, Default)]
pub struct Guard(Arc<Inner>);

#[derive(Debug, Default)]
struct Inner {
    secrets: Arc<Secrets>,
    /// Files that have appeared, and how many secrets were known then.
    written: Mutex<BTreeMap<PathBuf, usize>>,
    /// Whether a file was withdrawn.
    has_caught: AtomicBool,
}

impl Guard {
    /// A guard that keeps these secrets, and those that are still to come.
    pub fn new(secrets: Arc<Secrets>) -> Self {
        Self(Arc::new(Inner {
            secrets,
            ..Inner::default()
        }))
    }

    /// What it keeps.
    pub fn secrets(&self) -> &Arc<Secrets> {
        &self.0.secrets
    }

    /// Whether a file was withdrawn.
    pub fn has_caught(&self) -> bool {
        self.0.has_caught.load(Ordering::Relaxed)
    }

    /// Begins a file, as [`Stream::create`] does.
    ///
    /// # Errors
    /// As there.
    pub fn create(&self, path: &Path) -> Result<Stream, FileError> {
        Stream::create(path).map(|it| it.guarded(self))
    }

    /// Begins a file that is its owner's alone to read, as [`Stream::create_private`] does.
    ///
    /// # Errors
    /// As there.
    pub fn create_private(&self, path: &Path) -> Result<Stream, FileError> {
        Stream::create_private(path).map(|it| it.guarded(self))
    }

    /// Writes a file whole, as [`super::store`] does.
    ///
    /// # Errors
    /// As there, and when a secret stands in it all the same.
    pub fn store(&self, path: &Path, bytes: &[u8]) -> Result<(), FileError> {
        let mut stream = self.create(path)?;
        let written = stream.write_all(bytes);
        written.map_err(|error| FileError::from_io(path, &error))?;
        stream.finish()
    }

    /// Remembers a file that has appeared, to search it at the end.
    pub fn note(&self, path: &Path) {
        let mut written = self.written();
        if written.len() < WRITTEN_MAX || written.contains_key(path) {
            written.insert(path.to_owned(), self.secrets().generation());
        }
    }

    fn written(&self) -> std::sync::MutexGuard<'_, BTreeMap<PathBuf, usize>> {
        let written = self.0.written.lock();
        written.unwrap_or_else(PoisonError::into_inner)
    }

    /// What a file shall be that is about to appear as `path`.
    ///
    /// # Errors
    /// When a secret stands in it that was known when it was begun, or that cannot be taken out.
    pub(super) fn admit(
        &self,
        path: &Path,
        file: NamedTempFile,
        known: usize,
    ) -> Result<NamedTempFile, FileError> {
        let secrets = self.secrets();
        if secrets.is_empty() {
            return Ok(file);
        }
        let searched = self.demand_none(path, file.path());
        let is_late = secrets.generation() > known;
        if !is_late || !matches!(searched, Err(FileError::Secret(..))) {
            return self.caught(searched).map(|()| file);
        }
        // What was written before a secret was known may hold it.
        let failed = |error: io::Error| FileError::from_io(path, &error);
        let permissions = file.as_file().metadata().map_err(failed)?.permissions();
        let clean = self.copy_without(file.path(), permissions);
        let clean = clean.map_err(failed)?;
        let searched = self.demand_none(path, clean.path());
        self.caught(searched).map(|()| clean)
    }

    /// Searches the files that appeared before some of the secrets were known: what holds one is written
    /// again without, or taken away where that cannot be. What did not change since is not touched.
    ///
    /// # Errors
    /// With the secret of each file that was taken away, and with what is wrong with those that could not
    /// be searched.
    pub fn search_again(&self) -> Result<(), Vec<FileError>> {
        let written = std::mem::take(&mut *self.written());
        let now = self.secrets().generation();
        let errors: Vec<FileError> = written
            .into_iter()
            .filter(|(_, known)| *known < now)
            .filter_map(|(path, _)| self.write_again(&path).err())
            .collect();
        if errors.is_empty() {
            Ok(())
        } else {
            Err(errors)
        }
    }

    fn write_again(&self, path: &Path) -> Result<(), FileError> {
        let failed = |error: io::Error| FileError::from_io(path, &error);
        let secret = match self.demand_none(path, path) {
            Err(secret @ FileError::Secret(..)) => secret,
            // Somebody took it away.
            Err(FileError::Missing(_)) => return Ok(()),
            other => return other,
        };
        let clean = fs::metadata(path).and_then(|it| self.copy_without(path, it.permissions()));
        let clean = clean.map_err(failed).and_then(|clean| {
            self.demand_none(path, clean.path())?;
            clean.persist(path).map_err(|error| failed(error.error))
        });
        if clean.is_err() {
            super::remove(path)?;
            return self.caught(Err(secret));
        }
        Ok(())
    }

    fn caught(&self, searched: Result<(), FileError>) -> Result<(), FileError> {
        if let Err(FileError::Secret(..)) = &searched {
            self.0.has_caught.store(true, Ordering::Relaxed);
        }
        searched
    }

    /// Demands that no secret stands in the file at `place`, which is or is going to be `path`.
    fn demand_none(&self, path: &Path, place: &Path) -> Result<(), FileError> {
        let failed = |error: io::Error| FileError::from_io(path, &error);
        let secrets = self.secrets();
        let mut search = Search::default();
        let searched = each_piece(place, |piece| {
            search.take(secrets, piece);
            Ok(())
        });
        searched.map_err(failed)?;
        let found = |line, name: crate::secret::Name| {
            FileError::Secret(path.to_owned(), line, name.placeholder())
        };
        if let Some((line, name)) = search.finish(secrets) {
            return Err(found(line, name));
        }
        let Some(Page { before, data }) = Page::read(place).map_err(failed)? else {
            return Ok(());
        };
        match secrets.find(data.as_bytes()).into_iter().next() {
            // The lines of the data are not those of the file: it begins in this one.
            Some(sight) => Err(found(before + 1, sight.name)),
            None => Ok(()),
        }
    }

    /// A copy of a file, beside it, in which names stand for the secrets.
    fn copy_without(&self, path: &Path, permissions: Permissions) -> io::Result<NamedTempFile> {
        let folder = path.parent().unwrap_or(Path::new("."));
        let mut builder = tempfile::Builder::new();
        builder.prefix(".countersign-").suffix(".part");
        let mut out = BufWriter::new(builder.tempfile_in(folder)?);
        let mut redactor = Redactor::new(Arc::clone(self.secrets()));
        if let Some(Page { data, .. }) = Page::read(path)? {
            let page = html::page(Variant::File, &self.secrets().redact(&data));
            redactor.pass(page?.as_bytes(), &mut out)?;
        } else {
            each_piece(path, |piece| redactor.pass(piece, &mut out))?;
        }
        redactor.finish(&mut out)?;
        out.flush()?;
        let out = out.into_inner().map_err(io::IntoInnerError::into_error)?;
        out.as_file().set_permissions(permissions)?;
        Ok(out)
    }
}

/// A page for people that a report is packed in.
struct Page {
    /// How many lines stand before it.
    before: usize,
    /// The report.
    data: String,
}

impl Page {
    /// Reads one; none where the file is something else.
    fn read(place: &Path) -> io::Result<Option<Self>> {
        let mut start = [0; PAGE_START.len()];
        let is_long = open(place)?.read_exact(&mut start).is_ok();
        if !is_long || !start.eq_ignore_ascii_case(PAGE_START) {
            return Ok(None);
        }
        let text = load_text(place, PAGE_BYTES_MAX).map_err(io::Error::other)?;
        let data = html::document(&text, PAGE_BYTES_MAX);
        let data = data
            .map_err(|why| io::Error::other(format!("it cannot be searched for secrets: {why}")))?;
        let before = text.split("id=\"data\">").next().unwrap_or_default();
        Ok(Some(Self {
            before: before.matches('\n').count(),
            data,
        }))
    }
}

fn each_piece(place: &Path, mut act: impl FnMut(&[u8]) -> io::Result<()>) -> io::Result<()> {
    let mut file = open(place)?;
    let mut room = vec![0; PIECE_BYTES];
    loop {
        match file.read(&mut room)? {
            0 => return Ok(()),
            length => act(&room[..length])?,
        }
    }
}

#[cfg(test)]
mod tests;
