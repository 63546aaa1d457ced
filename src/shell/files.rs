//! The disk. Files are read within a limit, and written whole or not at all: to a temporary name in
//! the same folder, then renamed. A crash of the machine in between is not provided for (nothing is
//! synced); a crash of the program is.

mod confined;
mod guard;
mod journal;
mod stream;

pub use confined::{Confined, FILE_BYTES_MAX};
pub use guard::Guard;
pub use journal::JournalFile;
pub use stream::Stream;

use std::fs::{self, File};
use std::io::{ErrorKind, Read as _, Seek as _, SeekFrom};
use std::path::{Path, PathBuf};

/// How many entries one listing may meet.
pub const ENTRIES_MAX: usize = 100_000;

/// Why a file cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileError {
    /// There is nothing of that name.
    #[error("{}: there is no such file or folder", .0.display())]
    Missing(PathBuf),
    /// It is a folder where a file is wanted, or the other way round.
    #[error("{}: it is no {}", .0.display(), .1)]
    WrongKind(PathBuf, &'static str),
    /// It is larger than the limit, in bytes.
    #[error("{}: it is larger than {} bytes", .0.display(), .1)]
    TooLarge(PathBuf, usize),
    /// It is no UTF-8 text; the offset of the first wrong byte.
    #[error("{}: it is no UTF-8 text (byte {})", .0.display(), .1)]
    NotText(PathBuf, usize),
    /// The folder holds more entries than the limit.
    #[error("{}: it holds more than {} entries", .0.display(), .1)]
    TooMany(PathBuf, usize),
    /// The path leads out of the folder that it is confined to.
    #[error("{}: it lies outside its folder", .0.display())]
    Outside(PathBuf),
    /// A secret would stand in it, so it was withdrawn: in which line, and what it is called.
    #[error("{}: {} would stand in line {}", .0.display(), .2, .1)]
    Secret(PathBuf, usize, String),
    /// The system refused; in its own words.
    #[error("{}: {}", .0.display(), .1)]
    System(PathBuf, String),
}

impl FileError {
    /// Which file or folder it is about.
    pub fn path(&self) -> &Path {
        match self {
            Self::Missing(path)
            | Self::WrongKind(path, _)
            | Self::TooLarge(path, _)
            | Self::NotText(path, _)
            | Self::TooMany(path, _)
            | Self::Outside(path)
            | Self::Secret(path, ..)
            | Self::System(path, _) => path,
        }
    }

    /// What is wrong, for a message that names the path itself.
    pub fn why(&self) -> String {
        let text = self.to_string();
        let path = format!("{}: ", self.path().display());
        text.strip_prefix(&path).unwrap_or(&text).to_owned()
    }

    pub(crate) fn from_io(path: &Path, error: &std::io::Error) -> Self {
        match error.kind() {
            ErrorKind::NotFound => Self::Missing(path.to_owned()),
            _ => Self::System(path.to_owned(), error.to_string()),
        }
    }
}

/// The bytes of a file of at most so many bytes.
///
/// # Errors
/// When there is no such file, it is a folder, it is larger, or the system refuses.
pub fn load_bytes(path: &Path, bytes_max: usize) -> Result<Vec<u8>, FileError> {
    let failed = |error: std::io::Error| FileError::from_io(path, &error);
    let file = open(path).map_err(failed)?;
    let known = file.metadata().map_err(failed)?;
    if known.is_dir() {
        return Err(FileError::WrongKind(path.to_owned(), "file"));
    }
    let promised = usize::try_from(known.len()).unwrap_or(usize::MAX);
    if promised > bytes_max {
        return Err(FileError::TooLarge(path.to_owned(), bytes_max));
    }
    let mut bytes = Vec::with_capacity(promised);
    // What is no plain file promises nothing, and a plain one may grow meanwhile.
    let limit = u64::try_from(bytes_max)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    file.take(limit).read_to_end(&mut bytes).map_err(failed)?;
    if bytes.len() > bytes_max {
        return Err(FileError::TooLarge(path.to_owned(), bytes_max));
    }
    Ok(bytes)
}

/// The text of a file of at most so many bytes. A byte order mark stays where it is.
///
/// # Errors
/// As `load_bytes`, and when it is no UTF-8.
pub fn load_text(path: &Path, bytes_max: usize) -> Result<String, FileError> {
    into_text(path, load_bytes(path, bytes_max)?)
}

/// The begin and the end of a text file, of at most so many bytes each; both cut at line breaks only by
/// whoever reads them.
///
/// # Errors
/// When the system refuses, or what is cut off is no UTF-8.
pub fn edges(path: &Path, head_max: usize, tail_max: usize) -> Result<(String, String), FileError> {
    let failed = |error: std::io::Error| FileError::from_io(path, &error);
    let mut file = open(path).map_err(failed)?;
    let size = file.metadata().map_err(failed)?.len();
    let limit = |bytes: usize| u64::try_from(bytes).unwrap_or(u64::MAX);
    let mut read = |begin: u64, most: usize| -> Result<String, FileError> {
        let mut bytes = Vec::new();
        file.seek(SeekFrom::Start(begin)).map_err(failed)?;
        let part = file.by_ref().take(limit(most));
        { part }.read_to_end(&mut bytes).map_err(failed)?;
        Ok(String::from_utf8_lossy(&bytes).into_owned())
    };
    let head = read(0, head_max)?;
    let tail = read(size.saturating_sub(limit(tail_max)), tail_max)?;
    Ok((head, tail))
}

/// The text of the standard input, of at most so many bytes.
///
/// # Errors
/// As `load_text`.
pub fn load_stdin(bytes_max: usize) -> Result<String, FileError> {
    let path = Path::new("-");
    let limit = u64::try_from(bytes_max)
        .unwrap_or(u64::MAX)
        .saturating_add(1);
    let mut bytes = Vec::new();
    let read = std::io::stdin().lock().take(limit).read_to_end(&mut bytes);
    read.map_err(|error| FileError::from_io(path, &error))?;
    if bytes.len() > bytes_max {
        return Err(FileError::TooLarge(path.to_owned(), bytes_max));
    }
    into_text(path, bytes)
}

fn into_text(path: &Path, bytes: Vec<u8>) -> Result<String, FileError> {
    String::from_utf8(bytes)
        .map_err(|error| FileError::NotText(path.to_owned(), error.utf8_error().valid_up_to()))
}

/// Writes a file whole, with the folders that lead to it. An existing one keeps its permissions, and
/// through a link the file that it leads to is written.
///
/// # Errors
/// When something else than a regular file stands there, or the system refuses; then what stood there before still does.
pub fn store(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut stream = Stream::create(path)?;
    std::io::Write::write_all(&mut stream, bytes)
        .map_err(|error| FileError::from_io(path, &error))?;
    stream.finish()
}

/// The same for what is its owner's alone to read, where the system knows owners. What stands there is
/// replaced, and no link is followed.
///
/// # Errors
/// As `store`, and when a link stands there.
pub fn store_private(path: &Path, bytes: &[u8]) -> Result<(), FileError> {
    let mut stream = Stream::create_private(path)?;
    std::io::Write::write_all(&mut stream, bytes)
        .map_err(|error| FileError::from_io(path, &error))?;
    stream.finish()
}

/// A new folder among the temporary ones, for nobody else to read. It goes when this is dropped.
///
/// # Errors
/// When the system refuses.
pub fn temporary_folder(prefix: &str) -> Result<TemporaryFolder, FileError> {
    let mut builder = tempfile::Builder::new();
    builder.prefix(prefix);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        builder.permissions(std::fs::Permissions::from_mode(0o700));
    }
    let made = builder.tempdir();
    made.map(TemporaryFolder)
        .map_err(|error| FileError::from_io(Path::new(prefix), &error))
}

/// A folder that goes when this is dropped.
#[derive(Debug)]
pub struct TemporaryFolder(tempfile::TempDir);

impl TemporaryFolder {
    /// Where it is.
    pub fn path(&self) -> &Path {
        self.0.path()
    }
}

/// Writes a file whole unless it has these bytes already; answers whether it was written.
///
/// # Errors
/// As `store`.
pub fn store_if_changed(path: &Path, bytes: &[u8]) -> Result<bool, FileError> {
    // Before it is read: to read a pipe waits until somebody writes.
    stream::behind_links(path)?;
    match load_bytes(path, bytes.len()) {
        Ok(present) if present == bytes => return Ok(false),
        Ok(_) | Err(FileError::Missing(_) | FileError::TooLarge(..)) => {}
        Err(error) => return Err(error),
    }
    store(path, bytes).map(|()| true)
}

/// Writes a file whole unless something of that name is there, whatever it is; answers whether it was
/// written.
///
/// # Errors
/// As `store`.
pub fn store_new(path: &Path, bytes: &[u8]) -> Result<bool, FileError> {
    // A link that leads nowhere is there, too.
    match path.symlink_metadata() {
        Ok(_) => return Ok(false),
        Err(error) if error.kind() == ErrorKind::NotFound => {}
        Err(error) => return Err(FileError::from_io(path, &error)),
    }
    store(path, bytes).map(|()| true)
}

/// What this program keeps for itself in a project's folder.
pub const OWN_FOLDER: &str = ".countersign";

/// The folder for what this program keeps for itself in a project. It tells git to leave it out.
///
/// # Errors
/// When the system refuses.
pub fn own_folder(root: &Path) -> Result<PathBuf, FileError> {
    let folder = root.join(OWN_FOLDER);
    store_new(&folder.join(".gitignore"), b"*\n")?;
    Ok(folder)
}

/// The size of a file, in bytes, and when it was last written; none when it is gone.
pub fn size_and_time(path: &Path) -> Option<(u64, jiff::Timestamp)> {
    let known = fs::metadata(path).ok()?;
    let written = jiff::Timestamp::try_from(known.modified().ok()?).ok()?;
    Some((known.len(), written))
}

/// Tries whether files can be made in a folder; nothing of it stays.
///
/// # Errors
/// When they cannot.
pub fn try_to_write(folder: &Path) -> Result<(), FileError> {
    let made = tempfile::tempfile_in(folder);
    made.map(|_| ())
        .map_err(|error| FileError::from_io(folder, &error))
}

/// Removes a file; answers whether there was one.
///
/// # Errors
/// When the system refuses, such as for a folder.
pub fn remove(path: &Path) -> Result<bool, FileError> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(FileError::from_io(path, &error)),
    }
}

/// The files in a folder and, down to that depth, in its folders (depth 0: in itself only), sorted.
/// Hidden entries are left out. Links to folders are not followed; links to files are listed, and
/// `Confined` decides whether they may be read.
///
/// # Errors
/// When there is no such folder, it holds too many entries, or the system refuses.
pub fn list(folder: &Path, depth: usize) -> Result<Vec<PathBuf>, FileError> {
    let mut files = Vec::new();
    let mut waiting = vec![(folder.to_owned(), depth)];
    let mut met = 0;
    while let Some((current, depth)) = waiting.pop() {
        let failed = |error: std::io::Error| match error.kind() {
            ErrorKind::NotADirectory => FileError::WrongKind(current.clone(), "folder"),
            _ => FileError::from_io(&current, &error),
        };
        for entry in fs::read_dir(&current).map_err(failed)? {
            let entry = entry.map_err(failed)?;
            met += 1;
            if met > ENTRIES_MAX {
                return Err(FileError::TooMany(folder.to_owned(), ENTRIES_MAX));
            }
            if entry.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            let (path, kind) = (entry.path(), entry.file_type().map_err(failed)?);
            if kind.is_dir() {
                if depth > 0 {
                    waiting.push((path, depth - 1));
                }
            } else if kind.is_file() || !path.is_dir() {
                files.push(path);
            }
        }
    }
    files.sort_unstable();
    Ok(files)
}

#[expect(
    clippy::disallowed_methods,
    reason = "this is where the disk is read, within a limit"
)]
fn open(path: &Path) -> std::io::Result<File> {
    File::open(path)
}

#[cfg(test)]
mod tests;
