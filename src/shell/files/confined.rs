//! Reading inside one folder and nowhere else, whatever the paths say: they come from documents,
//! and a document must not reach the machine it is read on.

use std::fs;
use std::path::{Component, Path, PathBuf};
use std::sync::Arc;

use super::{FileError, into_text, load_bytes};

/// The largest file that a document may send, in bytes.
pub const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// A folder that reading is confined to.
#[derive(Debug, Clone)]
pub struct Confined {
    root: PathBuf,
}

impl Confined {
    /// Confines to a folder.
    ///
    /// # Errors
    /// When there is no such folder.
    pub fn new(root: &Path) -> Result<Self, FileError> {
        let real = fs::canonicalize(root).map_err(|error| FileError::from_io(root, &error))?;
        if real.is_dir() {
            Ok(Self { root: real })
        } else {
            Err(FileError::WrongKind(root.to_owned(), "folder"))
        }
    }

    /// The bytes of a plain file by its path relative to the folder.
    ///
    /// # Errors
    /// When the path is absolute, has `..`, or leads out of the folder by a link; when there is no
    /// such file, it is no plain file, or it is larger than the limit. The path is named as given.
    pub fn load_bytes(&self, relative: &str, bytes_max: usize) -> Result<Vec<u8>, FileError> {
        let given = Path::new(relative);
        let inside = |part: Component<'_>| matches!(part, Component::Normal(_) | Component::CurDir);
        if relative.is_empty() || !given.components().all(inside) {
            return Err(FileError::Outside(given.to_owned()));
        }
        let real = fs::canonicalize(self.root.join(given))
            .map_err(|error| FileError::from_io(given, &error))?;
        if !real.starts_with(&self.root) {
            return Err(FileError::Outside(given.to_owned()));
        }
        // Opening a pipe or a device could wait for ever.
        if !real.is_file() {
            return Err(FileError::WrongKind(given.to_owned(), "plain file"));
        }
        load_bytes(&real, bytes_max).map_err(|error| match error {
            FileError::TooLarge(_, limit) => FileError::TooLarge(given.to_owned(), limit),
            FileError::System(_, why) => FileError::System(given.to_owned(), why),
            _ => FileError::Missing(given.to_owned()),
        })
    }

    /// The text of a plain file by its path relative to the folder.
    ///
    /// # Errors
    /// As `load_bytes`, and when it is no UTF-8.
    pub fn load_text(&self, relative: &str, bytes_max: usize) -> Result<String, FileError> {
        into_text(Path::new(relative), self.load_bytes(relative, bytes_max)?)
    }

    /// The bytes of a file that a document sends, at most `FILE_BYTES_MAX`.
    ///
    /// # Errors
    /// As `load_bytes`, in words and without the path.
    pub fn load(&self, relative: &str) -> Result<Arc<[u8]>, String> {
        let loaded = self.load_bytes(relative, FILE_BYTES_MAX);
        loaded.map(Arc::from).map_err(|error| error.why())
    }
}
