//! An uploaded zip archive, and whether the Dockerfile in it can be built.
//!
//! Only the Dockerfile is unpacked, within limits and into memory. Of it only the beginning is looked
//! at. Source: Docker, "Dockerfile reference", format and `FROM`.

use std::io::{Cursor, Read};

use zip::ZipArchive;
use zip::result::ZipError;

use super::refusal::{self, Refusal};

/// The most entries of one archive.
const ENTRIES_MAX: usize = 10_000;
/// The largest Dockerfile, in bytes: what an archive unpacks to may be a thousand times its size.
const DOCKERFILE_BYTES_MAX: u64 = 1024 * 1024;

/// Looks whether an archive can be built. With `is_optional` it may be without a Dockerfile.
///
/// # Errors
/// When the bytes are no zip archive, there is no Dockerfile at its top, or it begins wrongly, and when
/// the archive is too large to be looked through.
pub(super) fn check(bytes: &[u8], is_optional: bool) -> Result<(), Refusal> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| refusal::NO_ZIP)?;
    if archive.len() > ENTRIES_MAX {
        return Err(refusal::FULL);
    }
    let file = match archive.by_name("Dockerfile") {
        Ok(file) => file,
        Err(ZipError::FileNotFound) if is_optional => return Ok(()),
        Err(ZipError::FileNotFound) => return Err(refusal::NO_DOCKERFILE),
        Err(_) => return Err(refusal::NO_ZIP),
    };
    let mut content = Vec::new();
    file.take(DOCKERFILE_BYTES_MAX + 1)
        .read_to_end(&mut content)
        .map_err(|_| refusal::NO_ZIP)?;
    let is_whole = u64::try_from(content.len()).is_ok_and(|length| length <= DOCKERFILE_BYTES_MAX);
    if !is_whole {
        return Err(refusal::FULL);
    }
    if begins_with_from(&String::from_utf8_lossy(&content)) {
        Ok(())
    } else {
        Err(refusal::BUILD_FAILED)
    }
}

/// Whether the first instruction is `FROM` with an image, and nothing but `ARG` stands before it.
fn begins_with_from(text: &str) -> bool {
    let lines = text.lines().map(str::trim);
    let mut instructions = lines
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(|line| line.split_once(char::is_whitespace).unwrap_or((line, "")))
        .skip_while(|(word, _)| word.eq_ignore_ascii_case("ARG"));
    instructions
        .next()
        .is_some_and(|(word, image)| word.eq_ignore_ascii_case("FROM") && !image.is_empty())
}

/// Writes archives for tests.
#[cfg(test)]
pub(super) mod samples {
    use std::io::{Cursor, Write};

    use zip::ZipWriter;
    use zip::write::SimpleFileOptions;

    /// A zip archive of files, in this order.
    pub(in crate::mock::paas_backend) fn zip(files: &[(&str, &str)]) -> Vec<u8> {
        let mut writer = ZipWriter::new(Cursor::new(Vec::new()));
        for (path, content) in files {
            writer
                .start_file(*path, SimpleFileOptions::default())
                .unwrap();
            writer.write_all(content.as_bytes()).unwrap();
        }
        writer.finish().unwrap().into_inner()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::samples::zip;
    use super::*;

    #[test]
    fn an_archive_with_a_dockerfile_is_built() {
        for dockerfile in [
            "FROM nginx:1.25.0\nCOPY . /\n",
            "# syntax=docker/dockerfile:1\n\nARG VERSION=1.25.0\n  from nginx:${VERSION}",
        ] {
            let archive = zip(&[("index.html", "<p>"), ("Dockerfile", dockerfile)]);
            assert_eq!(check(&archive, false), Ok(()), "{dockerfile}");
        }
    }

    #[test]
    fn a_dockerfile_that_begins_otherwise_fails() {
        for dockerfile in ["", "# FROM a", "RUN true\nFROM a", "FROM", "FROMAGE a"] {
            let archive = zip(&[("Dockerfile", dockerfile)]);
            let failed = Err(refusal::BUILD_FAILED);
            assert_eq!(check(&archive, false), failed, "{dockerfile}");
        }
        let long = "#".repeat(usize::try_from(DOCKERFILE_BYTES_MAX).unwrap());
        let archive = zip(&[("Dockerfile", &format!("FROM a\n{long}"))]);
        assert_eq!(check(&archive, false), Err(refusal::FULL));
    }

    #[test]
    fn the_dockerfile_stands_at_the_top() {
        for files in [
            &[][..],
            &[("app/Dockerfile", "FROM a")],
            &[("dockerfile", "FROM a")],
        ] {
            assert_eq!(check(&zip(files), false), Err(refusal::NO_DOCKERFILE));
            assert_eq!(check(&zip(files), true), Ok(()));
        }
    }

    #[test]
    fn what_is_no_archive_is_refused() {
        let whole = zip(&[("Dockerfile", "FROM nginx:1.25.0\n")]);
        for bytes in [&b""[..], b"no archive", &whole[..whole.len() / 2]] {
            assert_eq!(check(bytes, true), Err(refusal::NO_ZIP), "{bytes:?}");
        }
    }

    proptest! {
        #[test]
        fn no_bytes_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
            let _ = check(&bytes, false);
        }

        #[test]
        fn no_damage_panics(at: prop::sample::Index, byte: u8) {
            let mut bytes = zip(&[("Dockerfile", "FROM nginx:1.25.0\n"), ("b", "2")]);
            let at = at.index(bytes.len());
            bytes[at] = byte;
            let _ = check(&bytes, false);
        }
    }
}
