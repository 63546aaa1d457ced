//! The kinds of mutants.

use std::fmt;

/// A way in which a server can be wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// A required member is left out.
    Required,
    /// A value is of another type.
    Type,
    /// A value is null where null is not allowed.
    Null,
    /// A value is none of those that are listed.
    Enum,
    /// A value is not in its format.
    Format,
    /// A text does not match its pattern.
    Pattern,
    /// A value, a text or a list is below or above its bound.
    Bound,
    /// A member is there that is not declared.
    Undeclared,
    /// The status is none that is documented.
    Status,
    /// The media type is none that is documented.
    MediaType,
    /// The media type is not told.
    NoMediaType,
    /// A required header field is left out.
    NoHeader,
    /// A header field has a value that its schema forbids.
    Header,
    /// The body ends in the middle.
    Truncated,
    /// No answer comes in time.
    TimedOut,
    /// An earlier answer is given again after a change.
    StaleRead,
    /// What is to be made is acknowledged and not made.
    CreateSwallowed,
    /// A change is acknowledged and not made.
    UpdateSwallowed,
    /// What is to be taken away is acknowledged and stays.
    DeleteSwallowed,
    /// A field of what is sent is acknowledged and not kept.
    FieldNotStored,
    /// The last item of a list is left out.
    ItemMissing,
    /// The last item of a list comes twice.
    ItemDoubled,
    /// A page begins with the last item of the page before.
    PageOverlap,
    /// Who may not is let through.
    AuthNotDemanded,
    /// The identifier of something else comes back.
    WrongId,
    /// A fault that a bundled mock can play.
    Fault,
}

/// Every kind with its name and what it does, in the order in which they are told.
pub const KINDS: &[(Kind, &str, &str)] = &[
    (Kind::Required, "required", "a required member is left out"),
    (Kind::Type, "type", "a value is of another type"),
    (
        Kind::Null,
        "null",
        "a value is null where null is not allowed",
    ),
    (
        Kind::Enum,
        "enum",
        "a value is none of those that are listed",
    ),
    (Kind::Format, "format", "a value is not in its format"),
    (
        Kind::Pattern,
        "pattern",
        "a text does not match its pattern",
    ),
    (
        Kind::Bound,
        "bound",
        "a value, a text or a list is below or above its bound",
    ),
    (
        Kind::Undeclared,
        "undeclared",
        "a member is there that is not declared",
    ),
    (
        Kind::Status,
        "status",
        "the status is none that is documented",
    ),
    (
        Kind::MediaType,
        "media-type",
        "the media type is none that is documented",
    ),
    (
        Kind::NoMediaType,
        "no-media-type",
        "the media type is not told",
    ),
    (
        Kind::NoHeader,
        "no-header",
        "a required header field is left out",
    ),
    (
        Kind::Header,
        "header",
        "a header field has a value that its schema forbids",
    ),
    (Kind::Truncated, "truncated", "the body ends in the middle"),
    (Kind::TimedOut, "timed-out", "no answer comes in time"),
    (
        Kind::StaleRead,
        "stale-read",
        "an earlier answer is given again after a change",
    ),
    (
        Kind::CreateSwallowed,
        "create-swallowed",
        "what is to be made is acknowledged and not made",
    ),
    (
        Kind::UpdateSwallowed,
        "update-swallowed",
        "a change is acknowledged and not made",
    ),
    (
        Kind::DeleteSwallowed,
        "delete-swallowed",
        "what is to be taken away is acknowledged and stays",
    ),
    (
        Kind::FieldNotStored,
        "field-not-stored",
        "a field of what is sent is acknowledged and not kept",
    ),
    (
        Kind::ItemMissing,
        "item-missing",
        "the last item of a list is left out",
    ),
    (
        Kind::ItemDoubled,
        "item-doubled",
        "the last item of a list comes twice",
    ),
    (
        Kind::PageOverlap,
        "page-overlap",
        "a page begins with the last item of the page before",
    ),
    (
        Kind::AuthNotDemanded,
        "auth-not-demanded",
        "who may not is let through",
    ),
    (
        Kind::WrongId,
        "wrong-id",
        "the identifier of something else comes back",
    ),
    (
        Kind::Fault,
        "fault",
        "a fault that the bundled mock can play",
    ),
];

impl Kind {
    /// The kind of that name.
    pub fn find(id: &str) -> Option<Self> {
        let found = KINDS.iter().find(|(_, name, _)| *name == id);
        found.map(|(kind, _, _)| *kind)
    }

    /// Its name.
    pub fn id(self) -> &'static str {
        self.entry().1
    }

    /// What it does, in a few words.
    pub fn summary(self) -> &'static str {
        self.entry().2
    }

    fn entry(self) -> &'static (Self, &'static str, &'static str) {
        let found = KINDS.iter().find(|(kind, _, _)| *kind == self);
        found.expect("every kind stands in the list; a test looks at all of them")
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.id())
    }
}
