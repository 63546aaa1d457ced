//! The places of all parts of a value: a tree of the same shape as the value.
//!
//! A mark takes 32 bytes, so a file of a million values costs 32 MB beside its value.

use std::ops::Range;

use serde_json::Value;

use crate::json::{Pointer, array_index};

/// A byte range. Texts are far smaller than `u32::MAX` (see `TEXT_MAX`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Span {
    start: u32,
    end: u32,
}

impl Span {
    pub(super) fn new(range: Range<usize>) -> Self {
        let narrow = |offset| u32::try_from(offset).unwrap_or(u32::MAX);
        Self {
            start: narrow(range.start),
            end: narrow(range.end),
        }
    }

    pub(super) fn range(self) -> Range<usize> {
        self.start as usize..self.end as usize
    }

    pub(super) fn is_empty(self) -> bool {
        self.start == self.end
    }
}

/// Where a value stands, and where its parts stand, in the order they have in the value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(super) struct Mark {
    /// The name, for a member of an object; else empty.
    pub(super) key: Span,
    pub(super) value: Span,
    pub(super) parts: Box<[Mark]>,
}

impl Mark {
    /// The mark of the value a pointer names within `root`, whose mark this is, and true; or the
    /// mark of its nearest existing ancestor, and false.
    pub(super) fn find(&self, root: &Value, pointer: &Pointer) -> (&Self, bool) {
        let (mut mark, mut value) = (self, root);
        for token in pointer.tokens() {
            let part = match value {
                Value::Object(members) => members
                    .iter()
                    .enumerate()
                    .find(|(_, (key, _))| **key == *token)
                    .map(|(index, (_, value))| (index, value)),
                Value::Array(elements) => {
                    array_index(&token).and_then(|index| Some((index, elements.get(index)?)))
                }
                _ => None,
            };
            let part = part.and_then(|(index, value)| Some((mark.parts.get(index)?, value)));
            match part {
                Some(part) => (mark, value) = part,
                None => return (mark, false),
            }
        }
        (mark, true)
    }
}
