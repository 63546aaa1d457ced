//! Tar archives, gzipped or not, read within limits and never unpacked to a disk.
//!
//! Only the files that are asked for are kept. Links, devices and what their names would do to a
//! file system do not matter here.

use std::collections::BTreeMap;
use std::io::{self, Read};

use flate2::read::MultiGzDecoder;

/// The most entries of one archive.
const ENTRIES_MAX: usize = 10_000;
/// The largest file that is kept, in bytes.
const FILE_BYTES_MAX: u64 = 4 * 1024 * 1024;
/// The most bytes that are read out of one archive, after decompression: a small upload can
/// unpack to a thousand times its size.
const UNPACKED_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// The first bytes of a gzip member, RFC 1952 §2.3.1.
const GZIP_MAGIC: &[u8] = &[0x1F, 0x8B];

/// Why an archive cannot be read. Each API words it in its own language.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ArchiveError {
    /// The bytes are no archive, or it is damaged.
    Unreadable,
    /// It is larger than a limit of this module.
    TooLarge,
}

/// Whether the bytes are compressed with gzip.
pub(super) fn is_gzipped(bytes: &[u8]) -> bool {
    bytes.starts_with(GZIP_MAGIC)
}

/// The files of the archive whose paths are `wanted`, by path without a leading `./`. Of two
/// files with one path the later counts, as it does for tar.
///
/// # Errors
/// When the bytes are not a whole tar archive with at least one entry, or exceed a limit.
pub(super) fn read_files(
    bytes: &[u8],
    wanted: fn(&str) -> bool,
) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    if is_gzipped(bytes) {
        read_entries(MultiGzDecoder::new(bytes), wanted)
    } else {
        read_entries(bytes, wanted)
    }
}

fn read_entries(
    reader: impl Read,
    wanted: fn(&str) -> bool,
) -> Result<BTreeMap<String, Vec<u8>>, ArchiveError> {
    let mut archive = tar::Archive::new(Bounded {
        reader,
        left: UNPACKED_BYTES_MAX,
    });
    let mut files = BTreeMap::new();
    let mut count = 0;
    for entry in archive.entries().map_err(|error| cause(&error))? {
        let mut entry = entry.map_err(|error| cause(&error))?;
        count += 1;
        if count > ENTRIES_MAX {
            return Err(ArchiveError::TooLarge);
        }
        let path = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let path = path.strip_prefix("./").unwrap_or(&path);
        if !entry.header().entry_type().is_file() || !wanted(path) {
            continue;
        }
        if entry.size() > FILE_BYTES_MAX {
            return Err(ArchiveError::TooLarge);
        }
        let mut content = Vec::new();
        entry
            .read_to_end(&mut content)
            .map_err(|error| cause(&error))?;
        if u64::try_from(content.len()).ok() != Some(entry.size()) {
            return Err(ArchiveError::Unreadable);
        }
        files.insert(path.to_owned(), content);
    }
    if count == 0 {
        Err(ArchiveError::Unreadable)
    } else {
        Ok(files)
    }
}

/// Reads up to a number of bytes, and then fails, where [`Read::take`] would feign an end.
struct Bounded<R> {
    reader: R,
    left: u64,
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.reader.read(buffer)?;
        let read = u64::try_from(count).unwrap_or(u64::MAX);
        self.left = self
            .left
            .checked_sub(read)
            .ok_or(io::ErrorKind::FileTooLarge)?;
        Ok(count)
    }
}

fn cause(error: &io::Error) -> ArchiveError {
    // The tar reader wraps errors of its source, and keeps their kind.
    match error.kind() {
        io::ErrorKind::FileTooLarge => ArchiveError::TooLarge,
        _ => ArchiveError::Unreadable,
    }
}

/// Writes archives for tests.
#[cfg(test)]
pub(super) mod samples {
    use std::io::Write;

    /// A tar archive of files, in this order.
    pub(in crate::mock) fn tar(files: &[(&str, &str)]) -> Vec<u8> {
        let mut builder = tar::Builder::new(Vec::new());
        for (path, content) in files {
            let mut header = tar::Header::new_gnu();
            header.set_size(content.len() as u64);
            header.set_mode(0o644);
            header.set_cksum();
            builder
                .append_data(&mut header, path, content.as_bytes())
                .unwrap();
        }
        builder.into_inner().unwrap()
    }

    /// The bytes, compressed.
    pub(in crate::mock) fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::fast());
        encoder.write_all(bytes).unwrap();
        encoder.finish().unwrap()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::samples::{gzip, tar};
    use super::*;

    fn all(_: &str) -> bool {
        true
    }

    #[test]
    fn plain_and_compressed_archives_read_alike() {
        let plain = tar(&[("a", "1"), ("d/b", "2")]);
        let files = read_files(&plain, all).unwrap();
        assert_eq!(files.get("d/b").map(Vec::as_slice), Some(b"2".as_slice()));
        assert_eq!(read_files(&gzip(&plain), all).unwrap(), files);
    }

    #[test]
    fn a_leading_dot_is_no_part_of_the_path() {
        let files = read_files(&tar(&[("./a", "1")]), |path| path == "a").unwrap();
        assert_eq!(files.len(), 1);
    }

    #[test]
    fn only_wanted_files_are_kept_and_the_later_wins() {
        let files = read_files(&tar(&[("a", "1"), ("b", "2"), ("a", "3")]), |path| {
            path == "a"
        })
        .unwrap();
        assert_eq!(
            files.into_iter().collect::<Vec<_>>(),
            [("a".to_owned(), b"3".to_vec())]
        );
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        for bytes in [
            b"".as_slice(),
            b"not an archive",
            &[0; 1024],
            b"\x1F\x8Bnot gzip",
        ] {
            assert_eq!(
                read_files(bytes, all),
                Err(ArchiveError::Unreadable),
                "{bytes:?}"
            );
        }
    }

    #[test]
    fn a_cut_archive_is_refused() {
        let whole = tar(&[("a", "some content")]);
        assert_eq!(
            read_files(&whole[..516], all),
            Err(ArchiveError::Unreadable)
        );
        let compressed = gzip(&whole);
        assert_eq!(
            read_files(&compressed[..compressed.len() / 2], all),
            Err(ArchiveError::Unreadable)
        );
    }

    #[test]
    fn a_file_above_the_limit_is_refused() {
        let content = "x".repeat(usize::try_from(FILE_BYTES_MAX).unwrap() + 1);
        let archive = gzip(&tar(&[("a", &content)]));
        assert_eq!(read_files(&archive, all), Err(ArchiveError::TooLarge));
        assert_eq!(read_files(&archive, |_| false).unwrap().len(), 0);
    }

    #[test]
    fn an_archive_that_unpacks_to_more_than_the_limit_is_refused() {
        let bomb = io::repeat(0).take(1024);
        let mut bounded = Bounded {
            reader: bomb,
            left: 1000,
        };
        let error = io::copy(&mut bounded, &mut io::sink()).unwrap_err();
        assert_eq!(cause(&error), ArchiveError::TooLarge);
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let _ = read_files(&bytes, all);
        }

        #[test]
        fn no_damage_panics(at in 0_usize..2048, byte: u8) {
            let mut bytes = tar(&[("a", "1"), ("b", "2")]);
            bytes[at] = byte;
            let _ = read_files(&bytes, all);
        }
    }
}
