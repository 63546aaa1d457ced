//! Copies of folders; shared by the benchmarks.

use std::io;
use std::path::Path;

use countersign::shell::files;

/// How many folders deep the files may lie, and how large one may be, in bytes.
const FOLDERS_MAX: usize = 8;
const FILE_BYTES_MAX: usize = 16 * 1024 * 1024;

/// Copies what a folder holds.
pub(super) fn copy(from: &Path, to: &Path) -> io::Result<()> {
    for path in files::list(from, FOLDERS_MAX).map_err(io::Error::other)? {
        let bytes = files::load_bytes(&path, FILE_BYTES_MAX).map_err(io::Error::other)?;
        let below = path.strip_prefix(from).map_err(io::Error::other)?;
        files::store(&to.join(below), &bytes).map_err(io::Error::other)?;
    }
    Ok(())
}
