//! A stream of bytes as gzip in base64, piece by piece.

use std::io::{self, Read as _, Write};

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

/// How many packed bytes make a line; four letters stand for three of them.
const LINE_BYTES: usize = 90;

/// Takes bytes in, and gives letters out in lines.
///
/// The head of the gzip stream holds no time and no name, so that the same bytes give the same letters.
pub(super) struct Packing {
    encoder: GzEncoder<Vec<u8>>,
}

impl Default for Packing {
    fn default() -> Self {
        Self {
            encoder: GzEncoder::new(Vec::new(), Compression::best()),
        }
    }
}

impl Packing {
    /// Writes the whole lines that there are by now.
    pub(super) fn pour(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let packed = self.encoder.get_mut();
        let whole = packed.len() - packed.len() % LINE_BYTES;
        write_lines(&packed[..whole], out)?;
        packed.drain(..whole);
        Ok(())
    }

    /// Writes all that is left.
    pub(super) fn finish(self, out: &mut dyn Write) -> io::Result<()> {
        write_lines(&self.encoder.finish()?, out)
    }
}

impl Write for Packing {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.encoder.write(bytes)
    }

    /// Does nothing: what was flushed between two cases would be packed worse.
    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// The bytes of such letters, of at most so many, as a text.
pub(super) fn unpack(letters: &str, bytes_max: usize) -> Result<String, String> {
    let letters: String = letters.split_ascii_whitespace().collect();
    let packed = STANDARD
        .decode(letters)
        .map_err(|_| "its data is not whole")?;
    let limit = u64::try_from(bytes_max).unwrap_or(u64::MAX);
    let mut reader = GzDecoder::new(packed.as_slice()).take(limit.saturating_add(1));
    let mut text = String::new();
    let read = reader.read_to_string(&mut text);
    read.map_err(|_| "its data is not whole")?;
    if text.len() > bytes_max {
        return Err(format!("its data is longer than {bytes_max} bytes"));
    }
    Ok(text)
}

fn write_lines(packed: &[u8], out: &mut dyn Write) -> io::Result<()> {
    let mut letters = String::new();
    for line in packed.chunks(LINE_BYTES) {
        STANDARD.encode_string(line, &mut letters);
        letters.push('\n');
    }
    out.write_all(letters.as_bytes())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use flate2::read::GzDecoder;
    use proptest::prelude::*;

    use super::*;

    fn unpack(letters: &str) -> Vec<u8> {
        let joined: String = letters.lines().collect();
        let packed = STANDARD.decode(joined).expect("base64");
        let mut bytes = Vec::new();
        let mut decoder = GzDecoder::new(&packed[..]);
        decoder.read_to_end(&mut bytes).expect("gzip");
        bytes
    }

    fn pack(pieces: &[Vec<u8>]) -> String {
        let mut packing = Packing::default();
        let mut out = Vec::new();
        for piece in pieces {
            packing.write_all(piece).expect("memory takes all");
            packing.pour(&mut out).expect("memory takes all");
        }
        packing.finish(&mut out).expect("memory takes all");
        String::from_utf8(out).expect("letters")
    }

    proptest! {
        #[test]
        fn what_is_packed_is_unpacked_as_it_was(pieces in any::<Vec<Vec<u8>>>()) {
            let letters = pack(&pieces);
            prop_assert_eq!(unpack(&letters), pieces.concat());
            prop_assert_eq!(pack(&[pieces.concat()]), letters, "pieces change nothing");
        }
    }

    #[test]
    fn the_head_holds_no_time() {
        let packed = STANDARD.decode(pack(&[]).trim()).expect("base64");
        assert_eq!(packed[..4], [0x1f, 0x8b, 8, 0], "gzip without a name");
        assert_eq!(packed[4..8], [0; 4], "the time");
        assert_eq!(packed[9], 255, "the system");
    }

    #[test]
    fn little_is_held_back() {
        let mut packing = Packing::default();
        let mut out = Vec::new();
        let mut state = 1_u32;
        for _ in 0..200 {
            let piece: Vec<u8> = std::iter::repeat_with(|| {
                state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                state.to_be_bytes()[0]
            })
            .take(4096)
            .collect();
            packing.write_all(&piece).expect("memory takes all");
            packing.pour(&mut out).expect("memory takes all");
            assert!(packing.encoder.get_ref().len() < LINE_BYTES);
        }
        assert!(out.len() > 700_000, "{}", out.len());
    }
}
