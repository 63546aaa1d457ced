//! A file that is written piece by piece and appears whole or not at all.

use std::fs::{self, Permissions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use tempfile::NamedTempFile;

use super::FileError;

/// A file being written under a temporary name. `finish` gives it its own; a drop without `finish`
/// removes it.
#[derive(Debug)]
#[must_use = "the file appears only with finish"]
pub struct Stream {
    path: PathBuf,
    file: BufWriter<NamedTempFile>,
}

impl Stream {
    /// Begins a file, with the folders that lead to it. What stands there stays until `finish`.
    ///
    /// # Errors
    /// When the path names a folder or no file at all, or the system refuses.
    pub fn create(path: &Path) -> Result<Self, FileError> {
        let failed = |error: io::Error| FileError::from_io(path, &error);
        if path.is_dir() || path.file_name().is_none() {
            return Err(FileError::WrongKind(path.to_owned(), "file"));
        }
        let parent = path
            .parent()
            .filter(|parent| !parent.as_os_str().is_empty());
        let folder = parent.unwrap_or(Path::new("."));
        fs::create_dir_all(folder).map_err(failed)?;
        let mut builder = tempfile::Builder::new();
        builder.prefix(".countersign-").suffix(".part");
        let present = fs::metadata(path).ok().map(|known| known.permissions());
        if let Some(permissions) = present.clone().or_else(usual_permissions) {
            builder.permissions(permissions);
        }
        let file = builder.tempfile_in(folder).map_err(failed)?;
        if let Some(permissions) = present {
            // The mode at creation is narrowed by the process's mask; the present file's is not.
            file.as_file()
                .set_permissions(permissions)
                .map_err(failed)?;
        }
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::new(file),
        })
    }

    /// Puts the file in its place.
    ///
    /// # Errors
    /// When the system refuses, such as on a full disk; then what stood there before still does.
    pub fn finish(self) -> Result<(), FileError> {
        let Self { path, file } = self;
        let file = file
            .into_inner()
            .map_err(|error| FileError::from_io(&path, error.error()))?;
        file.persist(&path)
            .map_err(|error| FileError::from_io(&path, &error.error))?;
        Ok(())
    }
}

impl Write for Stream {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
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
