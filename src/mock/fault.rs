//! Faults: one small thing each that a server does wrong, so that a judge can be proven.
//!
//! A fault is a [`Kind`] at a [`Place`]. Most kinds change one answer on its way out, and are
//! played by [`layer`] without the mock's knowing; the others are behaviour, which the mock asks
//! for. A fault is only played where it makes something wrong: an answer without the place (an
//! empty list has no first item) goes out as it is.

mod spoil;

use std::fmt;

use axum::Router;
use axum::middleware::from_fn_with_state;

use spoil::Change;

/// One thing that a mock can do wrong.
#[derive(Debug, Clone, Copy)]
pub struct Fault {
    /// Its name, kebab-case; the same in every mock.
    pub id: &'static str,
    /// What is wrong, in one line.
    pub summary: &'static str,
    /// Where it shows.
    pub place: Place,
    /// The id of the check that must find it.
    pub check: &'static str,
    change: Change,
}

#[cfg(test)]
impl Fault {
    /// Whether the mock itself plays it, so that it can show in more than one place.
    pub(super) fn is_behaviour(&self) -> bool {
        matches!(self.change, Change::Nothing)
    }
}

/// Where a fault shows: a part of one answer of one operation.
#[derive(Debug, Clone, Copy)]
pub struct Place {
    /// The method of the operation, in capitals.
    pub method: &'static str,
    /// The path of the operation, with its parameters in braces.
    pub path: &'static str,
    /// The status that the answer has without the fault.
    pub status: u16,
    /// Which part of that answer.
    pub part: Part,
}

/// A part of an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The TLS handshake, which is due to fail, so that there is no status.
    Handshake,
    /// The status code.
    Status,
    /// The header of this name, in lower case.
    Header(&'static str),
    /// The value at this JSON Pointer (RFC 6901); the whole body when it is empty.
    Body(&'static str),
}

impl fmt::Display for Place {
    /// Such as `GET /images 200 body /0/ctime`.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} {} ", self.method, self.path)?;
        if self.part != Part::Handshake {
            write!(formatter, "{} ", self.status)?;
        }
        match self.part {
            Part::Handshake => formatter.write_str("handshake"),
            Part::Status => formatter.write_str("status"),
            Part::Header(name) => write!(formatter, "header {name}"),
            Part::Body("") => formatter.write_str("body"),
            Part::Body(pointer) => write!(formatter, "body {pointer}"),
        }
    }
}

/// One answer of one operation: what all the places in it share.
#[derive(Debug, Clone, Copy)]
pub(super) struct Answer {
    pub(super) method: &'static str,
    pub(super) path: &'static str,
    pub(super) status: u16,
}

impl Answer {
    /// The handshake before this answer.
    pub(super) const fn handshake(self) -> Place {
        self.part(Part::Handshake)
    }

    /// The status of this answer.
    pub(super) const fn status_code(self) -> Place {
        self.part(Part::Status)
    }

    /// A header of this answer.
    pub(super) const fn header(self, name: &'static str) -> Place {
        self.part(Part::Header(name))
    }

    /// The value at `pointer` in the body of this answer.
    pub(super) const fn body(self, pointer: &'static str) -> Place {
        self.part(Part::Body(pointer))
    }

    const fn part(self, part: Part) -> Place {
        Place {
            method: self.method,
            path: self.path,
            status: self.status,
            part,
        }
    }
}

/// What can go wrong, wherever it does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Kind {
    pub(super) id: &'static str,
    summary: &'static str,
    check: &'static str,
    change: Change,
}

impl Kind {
    /// A fault that the mock plays itself: it asks whether it is to.
    pub(super) const fn behaviour(
        id: &'static str,
        check: &'static str,
        summary: &'static str,
    ) -> Kind {
        Kind::change(id, check, Change::Nothing, summary)
    }

    const fn change(
        id: &'static str,
        check: &'static str,
        change: Change,
        summary: &'static str,
    ) -> Kind {
        Kind {
            id,
            summary,
            check,
            change,
        }
    }

    /// The fault of this kind at `place`.
    pub(super) const fn at(self, place: Place) -> Fault {
        Fault {
            id: self.id,
            summary: self.summary,
            place,
            check: self.check,
            change: self.change,
        }
    }
}

/// Wraps `routes` so that `fault` is played, unless it is behaviour.
pub(super) fn layer(routes: Router, fault: &'static Fault) -> Router {
    match fault.change {
        Change::Nothing => routes,
        _ => routes.layer(from_fn_with_state(fault, spoil::spoil)),
    }
}

// The kinds that more than one mock plays. Each mock's list says where.

/// The text is right, but its encoding is not the one that is declared or taken for granted.
pub(super) const WRONG_CHARSET: Kind = Kind::change(
    "wrong-charset",
    "body-decoding",
    Change::Utf16,
    "The body is UTF-16 although it is declared to be UTF-8",
);
/// A byte order mark, which RFC 8259 §8.1 forbids.
pub(super) const BYTE_ORDER_MARK: Kind = Kind::change(
    "byte-order-mark",
    "body-decoding",
    Change::ByteOrderMark,
    "The JSON text begins with a byte order mark",
);
/// A byte that no UTF-8 text has.
pub(super) const INVALID_UTF8: Kind = Kind::change(
    "invalid-utf8",
    "body-decoding",
    Change::InvalidUtf8,
    "A string has a byte that is not UTF-8",
);
/// The same name twice, which RFC 8259 §4 leaves undefined.
pub(super) const DUPLICATE_KEY: Kind = Kind::change(
    "duplicate-key",
    "body-decoding",
    Change::DuplicateKey,
    "An object has the same name twice",
);
/// A literal that JSON does not have.
pub(super) const NOT_A_NUMBER: Kind = Kind::change(
    "not-a-number",
    "body-decoding",
    Change::NotANumber,
    "A value is the literal NaN, which JSON does not have",
);
/// Something after the end of the JSON text.
pub(super) const TEXT_AFTER_JSON: Kind = Kind::change(
    "text-after-json",
    "body-decoding",
    Change::TextAfterJson,
    "More text follows the JSON value",
);
/// Fewer bytes than Content-Length declares, then the connection closes.
pub(super) const BODY_TOO_SHORT: Kind = Kind::change(
    "body-too-short",
    "body-decoding",
    Change::CutShort,
    "The body ends before the length that was declared",
);
/// Nothing at all where JSON is due.
pub(super) const BODY_MISSING: Kind = Kind::change(
    "body-missing",
    "response-schema",
    Change::Emptied,
    "The body is empty although it is declared to be JSON",
);
/// A body in an answer that has none.
pub(super) const UNEXPECTED_BODY: Kind = Kind::change(
    "unexpected-body",
    "unexpected-body",
    Change::Filled("{}"),
    "An answer that has no content has a body",
);
/// Success under a status that the document does not know.
pub(super) const UNDOCUMENTED_STATUS: Kind = Kind::change(
    "undocumented-status",
    "documented-status",
    Change::Status(202),
    "The status is 202, which the document does not know",
);
/// JSON under another name.
pub(super) const WRONG_MEDIA_TYPE: Kind = Kind::change(
    "wrong-media-type",
    "media-type",
    Change::Header("text/html; charset=utf-8"),
    "The body is declared to be text/html",
);
/// A body of no declared type.
pub(super) const MISSING_MEDIA_TYPE: Kind = Kind::change(
    "missing-media-type",
    "media-type",
    Change::HeaderRemoved,
    "The body has no Content-Type",
);
/// A documented header that is not there.
pub(super) const MISSING_HEADER: Kind = Kind::change(
    "missing-header",
    "response-headers",
    Change::HeaderRemoved,
    "A header that the document promises is missing",
);
/// A required member that is not there.
pub(super) const MISSING_FIELD: Kind = Kind::change(
    "missing-field",
    "response-schema",
    Change::Removed,
    "A required field is missing",
);
/// A value of another JSON type.
pub(super) const WRONG_TYPE: Kind = Kind::change(
    "wrong-type",
    "response-schema",
    Change::Retyped,
    "A value has the wrong type",
);
/// `null`, where a value is due or nothing at all.
pub(super) const UNEXPECTED_NULL: Kind = Kind::change(
    "unexpected-null",
    "response-schema",
    Change::Put("null"),
    "A field is null instead of having a value or being absent",
);
/// A member that no document speaks of.
pub(super) const UNDECLARED_FIELD: Kind = Kind::change(
    "undeclared-field",
    "undeclared-field",
    Change::Put("\"undeclared\""),
    "A field is there that the document does not declare",
);
/// Another value that the document allows as well.
pub(super) const VALUE_CHANGED: Kind = Kind::change(
    "value-changed",
    "success-criteria",
    Change::Altered,
    "A value is not what it was, but still what the document allows",
);
/// What was created is acknowledged and forgotten.
pub(super) const CREATE_NOT_STORED: Kind = Kind::behaviour(
    "create-not-stored",
    "success-criteria",
    "A creation is acknowledged, but nothing is stored",
);
/// The new values are answered, the old ones kept.
pub(super) const UPDATE_NOT_STORED: Kind = Kind::behaviour(
    "update-not-stored",
    "success-criteria",
    "An update is acknowledged, but the old state is kept",
);
/// What was deleted is still there.
pub(super) const DELETE_DELETES_NOTHING: Kind = Kind::behaviour(
    "delete-deletes-nothing",
    "success-criteria",
    "A deletion is acknowledged, but nothing is deleted",
);
/// Bad input passes.
pub(super) const MISSING_INPUT_ACCEPTED: Kind = Kind::behaviour(
    "missing-input-accepted",
    "success-criteria",
    "A request without a required field is accepted",
);
/// Anybody may come.
pub(super) const TOKEN_NOT_CHECKED: Kind = Kind::behaviour(
    "token-not-checked",
    "success-criteria",
    "A request without a token, or with a wrong one, is accepted",
);
/// The second takes the place of the first.
pub(super) const NAME_TAKEN_ACCEPTED: Kind = Kind::behaviour(
    "name-taken-accepted",
    "success-criteria",
    "A creation under a name that is taken overwrites what has it",
);
/// Names of any form.
pub(super) const BAD_NAME_ACCEPTED: Kind = Kind::behaviour(
    "bad-name-accepted",
    "success-criteria",
    "A name that cannot be one is accepted",
);
/// Any text is taken for JSON.
pub(super) const MEDIA_TYPE_IGNORED: Kind = Kind::behaviour(
    "media-type-ignored",
    "success-criteria",
    "A request of a wrong media type is accepted",
);
/// Things that live apart in the document share one place.
pub(super) const SCOPE_IGNORED: Kind = Kind::behaviour(
    "scope-ignored",
    "success-criteria",
    "What belongs to one namespace, app or region shows in another",
);
/// Not everything is listed.
pub(super) const LIST_CUT_SHORT: Kind = Kind::behaviour(
    "list-cut-short",
    "success-criteria",
    "The last item of a list is left out",
);

/// A value outside its enumeration; `value` is JSON text.
pub(super) const fn enum_violated(value: &'static str) -> Kind {
    let summary = "A value is none of those that the document lists";
    Kind::change(
        "enum-violated",
        "response-schema",
        Change::Put(value),
        summary,
    )
}

/// A string not in its format; `value` is JSON text.
pub(super) const fn format_violated(value: &'static str) -> Kind {
    let summary = "A string is not in its format";
    Kind::change(
        "format-violated",
        "response-schema",
        Change::Put(value),
        summary,
    )
}

/// A header with another value.
pub(super) const fn wrong_header(value: &'static str) -> Kind {
    let summary = "A header has a value that the document does not allow";
    Kind::change(
        "wrong-header",
        "response-headers",
        Change::Header(value),
        summary,
    )
}

/// An answer of status 500 in place of success, worded as the API words its errors.
pub(super) const fn server_error(media_type: &'static str, body: &'static str) -> Kind {
    let summary = "The server answers 500, in the documented shape, where it should succeed";
    let change = Change::Answered {
        status: 500,
        media_type,
        body,
    };
    Kind::change("server-error", "success-criteria", change, summary)
}

/// An error whose status the document does not know.
pub(super) const fn undocumented_refusal(status: u16) -> Kind {
    let summary = "A refusal has a status that the document does not know";
    Kind::change(
        "undocumented-refusal",
        "documented-status",
        Change::Status(status),
        summary,
    )
}

/// An error of another media type, as a framework or proxy would word it.
pub(super) const fn foreign_error(media_type: &'static str, body: &'static str) -> Kind {
    let summary = "An error is worded by some framework, not as the API words its errors";
    let change = Change::Reworded { media_type, body };
    Kind::change("foreign-error", "media-type", change, summary)
}

/// An error of the right media type and another shape.
pub(super) const fn wrong_error_shape(media_type: &'static str, body: &'static str) -> Kind {
    let summary = "The body of an error has not the documented shape";
    let change = Change::Reworded { media_type, body };
    Kind::change("wrong-error-shape", "response-schema", change, summary)
}

/// Numbers that went through a binary64 on their way.
pub(super) const NUMBER_ROUNDED: Kind = Kind::change(
    "number-rounded",
    "success-criteria",
    Change::Rounded,
    "Numbers are rounded to what a double can hold",
);
