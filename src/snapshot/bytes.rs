//! A body of bytes: how long it is and its digest, and so much of it that the first difference shows.
//!
//! ```text
//! binary image/png 33 bytes sha256:…
//! 00000000  89 50 4e 47 0d 0a 1a 0a  00 00 00 0d 49 48 44 52  |.PNG........IHDR|
//! 00000010  00 00 00 01 00 00 00 01  08 06 00 00 00 1f 15 c4  |................|
//! 00000020  89                                                |.|
//! ```
//!
//! Of what is longer than [`DUMPED_BYTES_MAX`] the first lines are dumped, and each block has a digest.

use std::fmt::Write as _;

use super::page::{PARTS_MAX, fingerprint, part_size, short_digest};

/// The longest body that is dumped as a whole, in bytes.
const DUMPED_BYTES_MAX: usize = 1024;
/// How many bytes stand on a line.
const LINE_BYTES: usize = 16;
/// How many lines of a longer body are dumped.
const HEAD_LINES: usize = 16;

/// Adds bytes, from their length on.
pub(super) fn write_bytes(bytes: &[u8], out: &mut String) {
    out.push_str(&fingerprint(bytes));
    out.push('\n');
    if bytes.len() <= DUMPED_BYTES_MAX {
        return dump(bytes, out);
    }
    dump(&bytes[..HEAD_LINES * LINE_BYTES], out);
    let size = part_size(bytes.len(), PARTS_MAX);
    writeln!(out, "…\nblocks of {size} bytes:").expect("a String can always be written to");
    for (index, block) in bytes.chunks(size).enumerate() {
        let digest = short_digest(block);
        writeln!(out, "{:08x}  {digest}", index * size).expect("a String can always be written to");
    }
}

/// Adds bytes as numbers and, where they are printable ASCII, as characters.
fn dump(bytes: &[u8], out: &mut String) {
    for (index, line) in bytes.chunks(LINE_BYTES).enumerate() {
        write!(out, "{:08x} ", index * LINE_BYTES).expect("a String can always be written to");
        for place in 0..LINE_BYTES {
            // A gap in the middle helps the eye.
            if place % (LINE_BYTES / 2) == 0 {
                out.push(' ');
            }
            match line.get(place) {
                Some(byte) => write!(out, "{byte:02x} ").expect("a String takes all"),
                None => out.push_str("   "),
            }
        }
        let is_printable = |byte: u8| matches!(byte, b' '..=b'~');
        let character = |byte: &u8| char::from(if is_printable(*byte) { *byte } else { b'.' });
        out.push_str(" |");
        out.extend(line.iter().map(character));
        out.push_str("|\n");
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::snapshot::text::Part;
    use proptest::prelude::*;

    fn shown(bytes: &[u8]) -> String {
        let mut out = "binary image/png ".to_owned();
        write_bytes(bytes, &mut out);
        out
    }

    /// The lines of one that are not those of the other.
    fn differing(one: &[u8], other: &[u8]) -> Vec<String> {
        let (one, other) = (shown(one), shown(other));
        let lines = one.lines().zip(other.lines());
        let differing = lines.filter(|(one, other)| one != other);
        differing.map(|(one, _)| one.to_owned()).collect()
    }

    #[test]
    fn a_short_body_is_dumped_as_a_whole() {
        let text = shown(b"\x89PNG\r\n| \x00abcdefg");
        let lines: Vec<&str> = text.lines().collect();
        assert!(lines[0].starts_with("binary image/png 16 bytes sha256:"));
        assert_eq!(
            lines[1],
            "00000000  89 50 4e 47 0d 0a 7c 20  00 61 62 63 64 65 66 67  |.PNG..| .abcdefg|"
        );
        assert_eq!(lines.len(), 2);
        let text = shown(&[b'x'; 17]);
        let rest = "00000010  78                                                |x|";
        assert_eq!(text.lines().nth(2), Some(rest));
        assert_eq!(shown(&[0; 1024]).lines().count(), 1 + 64);
    }

    #[test]
    fn of_a_long_body_each_block_has_a_digest() {
        let mut bytes = vec![0; 100_000];
        let before = bytes.clone();
        bytes[50_000] = 1;
        let differing = differing(&before, &bytes);
        assert_eq!(differing.len(), 2, "{differing:?}");
        // 50_000 is in the block that begins at 49_152.
        assert!(differing[1].starts_with("0000c000  "), "{differing:?}");
        let text = shown(&bytes);
        assert!(text.contains("\n…\nblocks of 2048 bytes:\n00000000  "));
        assert_eq!(text.lines().count(), 1 + 16 + 2 + 49);
    }

    #[test]
    fn what_is_very_long_has_no_more_lines() {
        for length in [1_025, 65_536, 65_537, 16 * 1024 * 1024] {
            let count = shown(&vec![7; length]).lines().count();
            assert!(count <= 1 + HEAD_LINES + 2 + PARTS_MAX, "{length}: {count}");
        }
    }

    #[test]
    fn what_is_longer_by_little_differs_at_its_end_alone() {
        let differing = differing(&[5; 5_000], &[5; 5_001]);
        assert_eq!(differing.len(), 2, "the length, the last block");
    }

    proptest! {
        #[test]
        fn any_bytes_are_shown_and_taken_apart(bytes in proptest::collection::vec(any::<u8>(), 0..1_200)) {
            let flow = format!("# a\nGET /\n\n200\n\n{}\n# b", shown(&bytes));
            let part = Part::of_flow(&flow).expect("a flow");
            prop_assert_eq!(part.flow_text(), flow);
            prop_assert!(shown(&bytes).chars().all(|it| it == '\n' || !it.is_control()));
        }

        #[test]
        fn different_bytes_look_different(left in "[ .|a]{0,3}", right in "[ .|a]{0,3}") {
            let (left, right) = (left.as_bytes(), right.as_bytes());
            prop_assert_eq!(left == right, shown(left) == shown(right));
        }
    }
}
