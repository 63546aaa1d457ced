//! The places of all parts of a JSON text that is known to be flawless.

use crate::json::scan::{Part, Scan};

use super::mark::{Mark, Span};

struct Open {
    key: Span,
    start: usize,
    parts: Vec<Mark>,
}

/// Walks over `text` from byte `start`. No member may stand twice, or the marks would not match.
pub(super) fn walk(text: &str, start: usize) -> Mark {
    let mut open: Vec<Open> = Vec::new();
    let mut key = Span::default();
    // The walk cannot fail on a text that has been parsed; were it to, places would be missing and
    // nothing else would be wrong.
    for part in Scan::new(text, start).map_while(Result::ok) {
        let complete = match part {
            Part::Key(range) => {
                key = Span::new(range);
                continue;
            }
            Part::OpenArray(start) | Part::OpenObject(start) => {
                open.push(Open {
                    key: std::mem::take(&mut key),
                    start,
                    parts: Vec::new(),
                });
                continue;
            }
            Part::Scalar(range) | Part::NotANumber(range) => Mark {
                key: std::mem::take(&mut key),
                value: Span::new(range),
                parts: Box::default(),
            },
            Part::Close(end) => {
                let Some(closed) = open.pop() else { break };
                Mark {
                    key: closed.key,
                    value: Span::new(closed.start..end),
                    parts: closed.parts.into_boxed_slice(),
                }
            }
        };
        match open.last_mut() {
            Some(parent) => parent.parts.push(complete),
            None => return complete,
        }
    }
    Mark::default()
}
