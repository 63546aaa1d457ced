//! A file that is written piece by piece and appears whole or not at all.

use std::fs::{self, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use tempfile::NamedTempFile;

use super::{FileError, Guard};
use crate::secret::Redactor;

/// How many links may lead to a file; Linux follows as many.
const LINKS_MAX: usize = 40;

/// How much is held back until it is written, in bytes: nobody sees the file before it is whole.
const HELD_BYTES: usize = 64 * 1024;

/// A file being written under a temporary name. `finish` gives it its own; a drop without `finish`
/// removes it.
#[derive(Debug)]
#[must_use = "the file appears only with finish"]
pub struct Stream {
    /// The path as it was given.
    path: PathBuf,
    /// Where the file is put: behind all links.
    target: PathBuf,
    file: BufWriter<NamedTempFile>,
    watch: Option<Watch>,
}

/// What keeps secrets out of a file.
#[derive(Debug)]
struct Watch {
    guard: Guard,
    /// How many secrets were known when the file was begun.
    known: usize,
    redactor: Redactor,
}

impl Stream {
    /// Begins a file, with the folders that lead to it. What stands there stays until `finish`. Where a
    /// link stands, the file that it leads to is written, and the link stays.
    ///
    /// # Errors
    /// When the path names a folder, a device, a pipe or no file at all, or the system refuses.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let present = fs::metadata(path).ok().map(|known| known.permissions());
        let target = behind_links(path)?;
        Self::begin(path, &target, present)
    }

    /// As `create`, for what is its owner's alone to read, whatever stood there before. A link is not
    /// followed.
    ///
    /// # Errors
    /// As `create`, and when a link stands there.
    pub fn create_private(path: &Path) -> Result<Self, FileError> {
        let is_link = fs::symlink_metadata(path).is_ok_and(|known| known.is_symlink());
        let target = behind_links(path)?;
        if is_link {
            return Err(FileError::WrongKind(path.to_owned(), "regular file"));
        }
        Self::begin(path, &target, private_permissions())
    }

    /// Begins a file with these permissions, or the usual ones.
    fn begin(path: &Path, target: &Path, wanted: Option<Permissions>) -> Result<Self, FileError> {
        let failed = |error: io::Error| FileError::from_io(path, &error);
        let name = target
            .file_name()
            .ok_or_else(|| FileError::WrongKind(path.to_owned(), "file"))?;
        let parent = target
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let folder = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(failed)?;
        let folder = fs::canonicalize(folder).map_err(failed)?;
        let target = folder.join(name);
        let mut builder = tempfile::Builder::new();
        builder.prefix(".countersign-").suffix(".part");
        if let Some(permissions) = wanted.clone().or_else(usual_permissions) {
            builder.permissions(permissions);
        }
        let file = builder.tempfile_in(&folder).map_err(failed)?;
        if let Some(permissions) = wanted {
            // The mode at creation is narrowed by the process's mask; the one that is wanted is not.
            file.as_file()
                .set_permissions(permissions)
                .map_err(failed)?;
        }
        Ok(Self {
            path: path.to_owned(),
            target,
            file: BufWriter::with_capacity(HELD_BYTES, file),
            watch: None,
        })
    }

    /// The same, with a guard that lets no secret through.
    pub(super) fn guarded(mut self, guard: &Guard) -> Self {
        self.watch = Some(Watch {
            guard: guard.clone(),
            known: guard.secrets().generation(),
            redactor: Redactor::new(Arc::clone(guard.secrets())),
        });
        self
    }

    /// The same, with bytes in it that the guard has not seen.
    #[cfg(test)]
    pub(super) fn past_the_guard(mut self, bytes: &[u8]) -> Self {
        self.file.write_all(bytes).expect("room");
        self
    }

    /// Where the file is put: two streams with one target write one file.
    pub fn target(&self) -> &Path {
        &self.target
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// When the system refuses, such as on a full disk, or a secret stands in it; then what stood there
    /// before still does.
    pub fn finish(self) -> Result<(), FileError> {
        let Self {
            path,
            target,
            mut file,
            mut watch,
        } = self;
        let failed = |error: &io::Error| FileError::from_io(&path, error);
        if let Some(watch) = &mut watch {
            let rest = watch.redactor.finish(&mut file);
            rest.map_err(|error| failed(&error))?;
        }
        let file = file.into_inner();
        let mut file = file.map_err(|error| failed(error.error()))?;
        if let Some(Watch { guard, known, .. }) = &watch {
            file = guard.admit(&path, file, *known)?;
        }
        let put = file.persist(&target);
        put.map_err(|error| failed(&error.error))?;
        if let Some(watch) = watch {
            watch.guard.note(&target);
        }
        Ok(())
    }
}

/// The path that links lead to, which need not exist. What stands there must be a regular file: a
/// rename would put one in the place of a device or a pipe, and take that away from everybody.
///
/// # Errors
/// When something else stands there, or links lead on and on.
pub(super) fn behind_links(path: &Path) -> Result<PathBuf, FileError> {
    match fs::metadata(path) {
        Ok(known) if known.is_dir() => {
            return Err(FileError::WrongKind(path.to_owned(), "file"));
        }
        Ok(known) if !known.is_file() => {
            return Err(FileError::WrongKind(path.to_owned(), "regular file"));
        }
        // What is missing is made, and what else is wrong shows when it is.
        Ok(_) | Err(_) => {}
    }
    let mut target = path.to_owned();
    for _ in 0..LINKS_MAX {
        match fs::read_link(&target) {
            Ok(next) => target = target.parent().unwrap_or(Path::new("")).join(next),
            Err(_) => return Ok(target),
        }
    }
    let why = format!("more than {LINKS_MAX} links lead to it");
    Err(FileError::System(path.to_owned(), why))
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match &mut self.watch {
            Some(watch) => {
                watch.redactor.pass(bytes, &mut self.file)?;
                Ok(bytes.len())
            }
            None => self.file.write(bytes),
        }
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

/// What a file gets that is its owner's alone.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such thing")]
fn private_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o600))
}

#[cfg(not(unix))]
fn private_permissions() -> Option<Permissions> {
    None
}

/// What a new file usually gets, where a temporary one would be for its owner alone.
#[cfg(unix)]
#[expect(clippy::unnecessary_wraps, reason = "other systems have no such thing")]
fn usual_permissions() -> Option<Permissions> {
    use std::os::unix::fs::PermissionsExt;
    Some(Permissions::from_mode(0o666))
}

#[cfg(not(unix))]
fn usual_permissions() -> Option<Permissions> {
    None
}
