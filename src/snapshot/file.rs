//! The file of a snapshot, in insta's format: a header between two lines of `---`, then the text.
//!
//! The header holds where the flow is written (`source`), its name (`expression`) and what it shows
//! (`description`); nothing in it changes from run to run. Files are written as insta writes them, so
//! that accepting one with either tool gives the same bytes. What insta may add is read over. This
//! module reads no disk, and does not read snapshots of bytes.

use std::fmt::Write as _;

use super::page::{fingerprint, short_digest};

/// Whether a snapshot was approved.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileState<'a> {
    /// It was.
    Approved,
    /// It waits for that.
    Pending {
        /// The approved text that it was compared with, when there is one.
        approved: Option<&'a str>,
        /// What else is to be known of it, each on a line of its own.
        notes: &'a [String],
    },
}

/// A snapshot file, read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotFile {
    /// The file that the flow is written in.
    pub source: Option<String>,
    /// The name of the flow.
    pub expression: Option<String>,
    /// What the flow shows.
    pub description: Option<String>,
    /// Of a pending one, what was approved when it was written: `nothing`, or a digest.
    pub beside: Option<String>,
    /// Of a pending one, what else was written down: the other comments of its head.
    pub notes: Vec<String>,
    /// The text, with line feeds alone and without white space at its end.
    pub body: String,
}

/// Why a text is no snapshot file.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct FileFault {
    /// Which kind of thing.
    pub kind: FileFaultKind,
    /// The line, from 1.
    pub line: u32,
    /// What is wrong, in a sentence.
    pub message: String,
}

/// The kinds of things that can be wrong with a snapshot file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FileFaultKind {
    /// There is no header, it is not closed, or a line of it is no field.
    Header,
    /// A merge left its markers behind.
    Conflict,
    /// It is the snapshot of bytes, which lie in another file.
    Binary,
}

/// The comment of a pending file that says what was approved when it was written.
const BESIDE: &str = "# approved";

/// What a pending snapshot calls the approved text that it was compared with: texts that differ in more
/// than white space at their ends and their line breaks have different names.
pub fn approved_name(approved: Option<&str>) -> String {
    let Some(approved) = approved else {
        return "nothing".to_owned();
    };
    text_name(approved)
}

/// What a text of a flow is called: as [`approved_name`] calls it.
pub fn text_name(text: &str) -> String {
    fingerprint(text.replace("\r\n", "\n").trim_end().as_bytes())
}

/// A short name for a text: the first 16 digits of its SHA-256.
pub fn digest(text: &str) -> String {
    short_digest(text.as_bytes())
}

/// What a merge writes at the beginning of a line. None of it can begin a line of a snapshot.
const CONFLICT_MARKERS: [&str; 4] = ["<<<<<<<", "=======", ">>>>>>>", "|||||||"];

/// The text of a snapshot file.
///
/// A pending one (`.snap.new`) has a line of its source in its header, by which tools that review it
/// tell that it is pending, and a comment that says what it was compared with; accepting it takes both
/// away.
pub fn render_file(
    source: &str,
    expression: &str,
    description: &str,
    body: &str,
    state: FileState<'_>,
) -> String {
    let mut out = String::from("---\n");
    let mut field = |name: &str, value: &str| {
        writeln!(out, "{name}: {value}").expect("a String can always be written to");
    };
    field("source", &scalar(source));
    if let FileState::Pending { approved, notes } = state {
        field("assertion_line", "1");
        field(BESIDE, &approved_name(approved));
        for note in notes {
            out.push_str("# ");
            // A comment ends with its line.
            out.push_str(&note.replace(char::is_control, " "));
            out.push('\n');
        }
    }
    let mut field = |name: &str, value: &str| {
        writeln!(out, "{name}: {value}").expect("a String can always be written to");
    };
    if !description.trim().is_empty() {
        field("description", &scalar(description));
    }
    field("expression", &scalar(expression));
    out.push_str("---\n");
    out.push_str(body.trim_end());
    out.push('\n');
    out
}

/// Reads the text of a snapshot file.
///
/// # Errors
/// When it has no header, holds the markers of a merge, or is a snapshot of bytes.
pub fn parse_file(text: &str) -> Result<SnapshotFile, FileFault> {
    let text = text
        .strip_prefix('\u{feff}')
        .unwrap_or(text)
        .replace("\r\n", "\n");
    let is_marker = |line: &str| CONFLICT_MARKERS.iter().any(|it| line.starts_with(it));
    if let Some(index) = text.lines().position(is_marker) {
        return Err(fault(
            FileFaultKind::Conflict,
            index,
            "a merge conflict was not resolved",
        ));
    }
    let mut file = SnapshotFile::default();
    let mut lines = text.split_inclusive('\n');
    let mut header_length = lines.next().unwrap_or_default().len();
    if text[..header_length].trim_end() != "---" {
        let message = "the file does not begin with a line `---`, as a snapshot does";
        return Err(fault(FileFaultKind::Header, 0, message));
    }
    for (index, line) in lines.enumerate() {
        header_length += line.len();
        if line.trim_end() == "---" {
            text[header_length..].trim_end().clone_into(&mut file.body);
            return Ok(file);
        }
        file.read_field(line.trim_end(), index + 1)?;
    }
    Err(fault(
        FileFaultKind::Header,
        0,
        "the header is not closed with a line `---`",
    ))
}

/// A fault, at a line that is counted from 0.
fn fault(kind: FileFaultKind, index: usize, message: &str) -> FileFault {
    let line = u32::try_from(index + 1).unwrap_or(u32::MAX);
    FileFault {
        kind,
        line,
        message: message.to_owned(),
    }
}

impl SnapshotFile {
    /// Reads one line of the header. Fields that are not known are read over, with what is indented
    /// below them.
    fn read_field(&mut self, line: &str, index: usize) -> Result<(), FileFault> {
        let comment = line.strip_prefix(BESIDE);
        if let Some(beside) = comment.and_then(|it| it.strip_prefix(": ")) {
            self.beside = Some(beside.to_owned());
        } else if let Some(note) = line.strip_prefix("# ") {
            self.notes.push(note.to_owned());
        }
        if line.is_empty() || line.starts_with([' ', '-', '#']) {
            return Ok(());
        }
        let no_field = || {
            fault(
                FileFaultKind::Header,
                index,
                "the header has a line that is no `name: value`",
            )
        };
        let (name, value) = line.split_once(':').ok_or_else(no_field)?;
        let slot = match name {
            "source" => &mut self.source,
            "expression" => &mut self.expression,
            "description" => &mut self.description,
            "snapshot_kind" if value.trim() == "binary" => {
                let message = "this is a snapshot of bytes, and flows have snapshots of text";
                return Err(fault(FileFaultKind::Binary, index, message));
            }
            _ => return Ok(()),
        };
        *slot = Some(read_scalar(value.trim()).ok_or_else(no_field)?);
        Ok(())
    }
}

/// The words that YAML 1.1, which insta reads, has for other things than text: in small letters, in
/// capitals, and with a capital at the begin.
const NOT_TEXT: [&str; 9] = ["yes", "no", "true", "false", "on", "off", "null", "~", ""];

/// A text as a YAML scalar on one line; plain where that reads back as the same text.
fn scalar(text: &str) -> String {
    let text = text
        .split(char::is_whitespace)
        .filter(|it| !it.is_empty())
        .collect::<Vec<_>>()
        .join(" ");
    let is_word = NOT_TEXT.iter().any(|word| {
        let (first, rest) = word.split_at(word.len().min(1));
        let capitalized = first.to_ascii_uppercase() + rest;
        text == *word || text == word.to_ascii_uppercase() || text == capitalized
    });
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
mod tests;
