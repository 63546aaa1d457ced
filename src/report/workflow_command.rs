//! Workflow commands, by which a step of GitHub Actions puts a note beside a line of a file.
//!
//! Source: GitHub Docs, "Workflow commands": `%`, CR and LF are percent-encoded in a message, `:` and
//! `,` in a property as well.

use super::escape;
use crate::source::Location;
use crate::verdict::Severity;

/// A note beside a line.
#[derive(Debug, Clone, Copy)]
pub(super) struct Annotation<'a> {
    /// `error`, `warning` or `notice`.
    pub(super) level: &'a str,
    /// Where; none for a note on the whole.
    pub(super) location: Option<&'a Location>,
    /// What stands above it.
    pub(super) title: &'a str,
    /// What it says; may have several lines.
    pub(super) text: &'a str,
}

impl Annotation<'_> {
    /// The command, ending with a line end.
    pub(super) fn command(&self) -> String {
        let mut place = String::new();
        if let Some(location) = self.location {
            let (end_line, end_column) = location.end();
            let (file, line) = (property(&location.path), location.line);
            place = format!("file={file},line={line},endLine={end_line},");
            // A column is only understood of an annotation within one line.
            if end_line == line {
                let column = location.column;
                place = format!("{place}col={column},endColumn={end_column},");
            }
        }
        let (title, text) = (property(self.title), message(self.text));
        format!("::{} {place}title={title}::{text}\n", self.level)
    }
}

/// The word for a weight.
pub(super) fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Waived => "notice",
    }
}

fn message(text: &str) -> String {
    // Percent signs first: the others bring new ones.
    let text = text.replace('%', "%25").replace('\r', "%0D");
    escape(&text.replace('\n', "%0A")).into_owned()
}

fn property(text: &str) -> String {
    message(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn a_note_is_one_line_and_breaks_out_of_none() {
        let hostile = "100%, a:b\r\n::error::x\u{1b}[2J";
        let note = Annotation {
            level: "warning",
            location: None,
            title: hostile,
            text: hostile,
        };
        let expected = "::warning title=100%25%2C a%3Ab%0D%0A%3A%3Aerror%3A%3Ax\\u{1b}[2J::\
                        100%25, a:b%0D%0A::error::x\\u{1b}[2J\n";
        assert_eq!(note.command(), expected);
    }

    #[test]
    fn columns_stand_for_one_line_only() {
        let note = |place| {
            let location = sample::contract_place(place);
            let note = Annotation {
                level: level(Severity::Error),
                location: Some(&location),
                title: "t",
                text: "x",
            };
            note.command()
        };
        let file = "::error file=specs/widgets/openapi.yaml";
        assert_eq!(
            note("/info/title"),
            format!("{file},line=2,endLine=2,col=15,endColumn=22,title=t::x\n")
        );
        assert!(!note("/components/schemas/Widget").contains(",col="));
    }
}
