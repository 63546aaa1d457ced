//! The file of a snapshot, in insta's format: a header between two lines of `---`, then the text.
//!
//! The header holds where the flow is written (`source`), its name (`expression`) and what it shows
//! (`description`); nothing in it changes from run to run. Files are written as insta writes them, so
//! that accepting one with either tool gives the same bytes. What insta may add is read over. This
//! module reads no disk, and does not read snapshots of bytes.

use std::fmt::Write as _;

/// A snapshot file, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotFile {
    /// The file that the flow is written in.
    pub source: Option<String>,
    /// The name of the flow.
    pub expression: Option<String>,
    /// What the flow shows.
    pub description: Option<String>,
    /// The text, with line feeds alone and without white space at its end.
    pub body: String,
}

/// Why a text is no snapshot file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// The first line is not `---`.
    #[error("the file does not begin with a line `---`, as a snapshot does")]
    NoHeader,
    /// No second `---` follows.
    #[error("the header is not closed with a line `---`")]
    OpenHeader,
    /// A line of the header is no `name: value`.
    #[error("line {line}: the header has a line that is no `name: value`")]
    BadHeader {
        /// The line, from 1.
        line: usize,
    },
    /// A merge left its markers behind.
    #[error("line {line}: a merge conflict was not resolved")]
    Conflict {
        /// The line of the first marker, from 1.
        line: usize,
    },
    /// It is the snapshot of bytes, which lie in another file.
    #[error("the file says that it is a snapshot of bytes; flows have snapshots of text")]
    Binary,
}

impl FileFault {
    /// The line that is wrong, from 1.
    pub fn line(&self) -> usize {
        match self {
            Self::BadHeader { line } | Self::Conflict { line } => *line,
            Self::NoHeader | Self::OpenHeader | Self::Binary => 1,
        }
    }
}

/// What a merge writes at the beginning of a line. None of it can begin a line of a snapshot.
const CONFLICT_MARKERS: [&str; 4] = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];

impl SnapshotFile {
    /// The text of the file. A pending one (`.snap.new`) says a line in its source, by which tools that
    /// review it tell that it is pending; accepting it takes the line away.
    pub fn render(&self, pending: bool) -> String {
        let mut out = String::from("---\n");
        let mut field = |name: &str, value: &str| {
            writeln!(out, "{name}: {value}").expect("a String can always be written to");
        };
        if let Some(source) = &self.source {
            field("source", &scalar(source));
        }
        if pending {
            field("assertion_line", "1");
        }
        if let Some(description) = self.description.as_ref().filter(|it| !it.trim().is_empty()) {
            field("description", &scalar(description));
        }
        if let Some(expression) = &self.expression {
            field("expression", &scalar(expression));
        }
        out.push_str("---\n");
        out.push_str(self.body.trim_end());
        out.push('\n');
        out
    }

    /// Reads the text of a file.
    ///
    /// # Errors
    /// When it has no header, holds the markers of a merge, or is a snapshot of bytes.
    pub fn parse(text: &str) -> Result<Self, FileFault> {
        let text = text
            .strip_prefix('\u{feff}')
            .unwrap_or(text)
            .replace("\r\n", "\n");
        let is_marker = |line: &str| CONFLICT_MARKERS.iter().any(|it| line.starts_with(it));
        if let Some(index) = text.lines().position(is_marker) {
            return Err(FileFault::Conflict { line: index + 1 });
        }
        let mut file = Self::default();
        let mut rest = text.strip_prefix("---\n").ok_or(FileFault::NoHeader)?;
        let mut number = 1;
        loop {
            number += 1;
            let (line, after) = match rest.split_once('\n') {
                Some(parts) => parts,
                None if rest.trim_end() == "---" => ("---", ""),
                None => return Err(FileFault::OpenHeader),
            };
            rest = after;
            if line.trim_end() == "---" {
                break;
            }
            file.read_field(line)
                .ok_or(FileFault::BadHeader { line: number })??;
        }
        rest.trim_end().clone_into(&mut file.body);
        Ok(file)
    }

    /// Reads one line of the header; none when it is no field. Fields that are not known are read over,
    /// with what is indented below them.
    fn read_field(&mut self, line: &str) -> Option<Result<(), FileFault>> {
        if line.starts_with([' ', '-', '#']) || line.trim().is_empty() {
            return Some(Ok(()));
        }
        let (name, value) = line.split_once(':')?;
        let slot = match name {
            "source" => &mut self.source,
            "expression" => &mut self.expression,
            "description" => &mut self.description,
            "snapshot_kind" if value.trim() == "binary" => return Some(Err(FileFault::Binary)),
            _ => return Some(Ok(())),
        };
        *slot = Some(read_scalar(value.trim())?);
        Some(Ok(()))
    }
}

/// A text as a YAML scalar on one line; plain where that reads back as the same text.
fn scalar(text: &str) -> String {
    let text = text
        .split(char::is_whitespace)
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    // YAML 1.1, which insta reads, has these words and forms for other things than text.
    const WORDS: [&str; 9] = ["yes", "no", "true", "false", "on", "off", "null", "~", ""];
    let is_word = WORDS.iter().any(|word| text.eq_ignore_ascii_case(word));
    let is_number = text.parse::<f64>().is_ok() || text.starts_with("0x") || text.starts_with('.');
    let has_sign = text.contains([':', '{', '}', '[', ']', ',', '#', '`', '"', '\'', '\\'])
        || text.starts_with(['&', '*', '?', '|', '-', '<', '>', '=', '!', '%', '@'])
        || text.contains(char::is_control);
    if is_word || is_number || has_sign {
        return serde_json::Value::from(text).to_string();
    }
    text
}

fn read_scalar(text: &str) -> Option<String> {
    match text.as_bytes().first() {
        Some(b'"') => serde_json::from_str(text).ok(),
        Some(b'\'') => {
            let inside = text.strip_prefix('\'')?.strip_suffix('\'')?;
            Some(inside.replace("''", "'"))
        }
        _ => Some(text.to_owned()),
    }
}

#[cfg(test)]
#[path = "file_tests.rs"]
mod tests;
