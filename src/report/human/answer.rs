//! The places of an answer: its status, a header field, a part of its body, each with a mark under
//! what is wrong and beside it what should have been there.

use super::pane::{Mark, Pane, Row, line_of};
use super::window::width;
use super::{count, shorten};
use crate::check::Place;
use crate::json::Pointer;
use crate::report::{Cause, ShownExchange, StepReport, escape_line};
use crate::source::Source;

/// How many lines of a body are shown when no place in it can be.
const BODY_LINES_MAX: usize = 8;

/// The largest body whose places are shown, in bytes: a person waits for the answer.
const PLACED_BYTES_MAX: usize = 1024 * 1024;

/// What was asked, for a finding about the request.
pub(super) fn request_pane(step: &StepReport, note: &str) -> Pane {
    let text = shorten(&step.line);
    let mark = Mark {
        before: 0,
        width: width(&text).max(1),
        note: note.to_owned(),
    };
    let row = Row {
        number: None,
        text,
        mark: Some(mark),
    };
    Pane {
        title: "request".to_owned(),
        rows: vec![row],
    }
}

/// The answer that is shown, with its body taken apart once for all findings of the step.
pub(super) struct Answer<'s> {
    /// The answer as it is shown.
    pub shown: &'s ShownExchange,
    /// The body with the place of everything; none when it is no JSON, or too large.
    body: Option<Source>,
}

impl<'s> Answer<'s> {
    /// The answer that findings point into; the body is read only where one of them does.
    pub(super) fn of(shown: &'s ShownExchange, causes: &[&Cause<'_>]) -> Self {
        let in_body = |cause: &&Cause<'_>| matches!(cause.first.place, Place::Body(_));
        // The name tells the syntax; it is never shown.
        let parse = || Source::parse("body.json", shown.body.clone()).ok();
        let is_small = shown.body.len() <= PLACED_BYTES_MAX;
        let body = if is_small && causes.iter().any(in_body) {
            parse()
        } else {
            None
        };
        Self { shown, body }
    }

    /// The lines of the answer that a place points to.
    pub(super) fn pane(&self, place: &Place, note: &str) -> Option<Pane> {
        match place {
            Place::Status => self.shown.head.first().map(|line| {
                let code = line.find(' ').unwrap_or(line.len());
                let row = Row::new(1, line, 0..code, note.to_owned());
                Pane {
                    title: "response status".to_owned(),
                    rows: vec![Row {
                        number: None,
                        ..row
                    }],
                }
            }),
            Place::Header(name) => Some(self.header_pane(name, note)),
            Place::Body(pointer) => Some(self.body_pane(pointer, note)),
            Place::Request | Place::Flow => None,
        }
    }

    fn header_pane(&self, name: &str, note: &str) -> Pane {
        let shown = escape_line(name);
        let mut fields = self.shown.head.iter().skip(1).filter_map(|line| {
            let (field, _) = line.split_once(':')?;
            field
                .eq_ignore_ascii_case(name)
                .then_some((line, field.len() + 1))
        });
        let Some((line, colon)) = fields.next() else {
            return Pane {
                title: format!("response header {shown} is absent"),
                rows: Vec::new(),
            };
        };
        let start = line.len() - line[colon..].trim_start().len();
        let row = Row::new(1, line, start..line.len(), note.to_owned());
        Pane {
            title: format!("response header {shown}"),
            rows: vec![Row {
                number: None,
                ..row
            }],
        }
    }

    fn body_pane(&self, pointer: &Pointer, note: &str) -> Pane {
        let Some(source) = &self.body else {
            return self.text_pane();
        };
        let location = source.location(pointer);
        let (line, span) = line_of(&location);
        let row = Row::new(location.line, line, span, note.to_owned());
        let place = match escape_line(pointer.as_str()).as_ref() {
            "" => String::new(),
            place if source.value(pointer).is_none() => format!(", {place} is missing"),
            place => format!(", {place}"),
        };
        Pane {
            title: format!("response body{place}  (line {})", location.line),
            rows: vec![row],
        }
    }

    /// The begin of a body that has no places.
    fn text_pane(&self) -> Pane {
        let body = &self.shown.body;
        if body.is_empty() {
            return Pane {
                title: "response body is empty".to_owned(),
                rows: Vec::new(),
            };
        }
        let rows = (1..).zip(body.lines().take(BODY_LINES_MAX));
        let rows = rows
            .map(|(number, line)| Row::plain(number, line))
            .collect();
        let shown: usize = body
            .split_inclusive('\n')
            .take(BODY_LINES_MAX)
            .map(str::len)
            .sum();
        let rest = match body.lines().count().saturating_sub(BODY_LINES_MAX) {
            0 => String::new(),
            lines => format!(
                "  ({} and {} more not shown)",
                count(lines, "line"),
                count(body.len() - shown, "byte")
            ),
        };
        Pane {
            title: format!("response body{rest}"),
            rows,
        }
    }
}
