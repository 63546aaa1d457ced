//! The kinds of variations.

use std::fmt;

/// What a server that keeps its contract does with a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Expect {
    /// It refuses it: with a status of the class 4.
    Refused,
    /// It takes it.
    Accepted,
}

/// In what a variation differs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Kind {
    name: &'static str,
    told: &'static str,
    expect: Expect,
}

/// All kinds, those that break the contract first.
pub const KINDS: &[Kind] = &[
    Kind::REQUIRED_MISSING,
    Kind::WRONG_TYPE,
    Kind::NULL,
    Kind::BELOW_MINIMUM,
    Kind::ABOVE_MAXIMUM,
    Kind::AT_EXCLUSIVE_MINIMUM,
    Kind::AT_EXCLUSIVE_MAXIMUM,
    Kind::NO_MULTIPLE,
    Kind::TOO_SHORT,
    Kind::TOO_LONG,
    Kind::TOO_FEW_ITEMS,
    Kind::TOO_MANY_ITEMS,
    Kind::REPEATED_ITEM,
    Kind::NOT_LISTED,
    Kind::PATTERN_LEFT,
    Kind::FORMAT_BROKEN,
    Kind::UNKNOWN_FIELD,
    Kind::WRONG_MEDIA_TYPE,
    Kind::MALFORMED_JSON,
    Kind::OPTIONAL_ABSENT,
    Kind::AT_MINIMUM,
    Kind::AT_MAXIMUM,
    Kind::SHORTEST_TEXT,
    Kind::LONGEST_TEXT,
    Kind::FEWEST_ITEMS,
    Kind::MOST_ITEMS,
    Kind::LISTED,
    Kind::TEXT_FOREIGN,
    Kind::TEXT_ASTRAL,
    Kind::TEXT_COMBINING,
];

impl Kind {
    /// What is required is left out.
    pub const REQUIRED_MISSING: Self = Self::new(
        "required-missing",
        "what is required is left out",
        Expect::Refused,
    );
    /// A value is of another type.
    pub const WRONG_TYPE: Self =
        Self::new("wrong-type", "a value is of another type", Expect::Refused);
    /// A value is null.
    pub const NULL: Self = Self::new("null-not-allowed", "a value is null", Expect::Refused);
    /// A number is one less than the least.
    pub const BELOW_MINIMUM: Self = Self::new(
        "below-minimum",
        "a number is one less than the least",
        Expect::Refused,
    );
    /// A number is one more than the most.
    pub const ABOVE_MAXIMUM: Self = Self::new(
        "above-maximum",
        "a number is one more than the most",
        Expect::Refused,
    );
    /// A number is the bound that it must be above.
    pub const AT_EXCLUSIVE_MINIMUM: Self = Self::new(
        "at-exclusive-minimum",
        "a number is the bound that it must be above",
        Expect::Refused,
    );
    /// A number is the bound that it must be below.
    pub const AT_EXCLUSIVE_MAXIMUM: Self = Self::new(
        "at-exclusive-maximum",
        "a number is the bound that it must be below",
        Expect::Refused,
    );
    /// A number is not on the grid.
    pub const NO_MULTIPLE: Self = Self::new(
        "no-multiple",
        "a number is not on the grid",
        Expect::Refused,
    );
    /// A text is one character shorter than the shortest.
    pub const TOO_SHORT: Self = Self::new(
        "too-short",
        "a text is one character shorter than the shortest",
        Expect::Refused,
    );
    /// A text is one character longer than the longest.
    pub const TOO_LONG: Self = Self::new(
        "too-long",
        "a text is one character longer than the longest",
        Expect::Refused,
    );
    /// A list has one item less than the least.
    pub const TOO_FEW_ITEMS: Self = Self::new(
        "too-few-items",
        "a list has one item less than the least",
        Expect::Refused,
    );
    /// A list has one item more than the most.
    pub const TOO_MANY_ITEMS: Self = Self::new(
        "too-many-items",
        "a list has one item more than the most",
        Expect::Refused,
    );
    /// An item is there twice.
    pub const REPEATED_ITEM: Self =
        Self::new("repeated-item", "an item is there twice", Expect::Refused);
    /// A value is none of those that are listed.
    pub const NOT_LISTED: Self = Self::new(
        "not-listed",
        "a value is none of those that are listed",
        Expect::Refused,
    );
    /// A text does not match its pattern.
    pub const PATTERN_LEFT: Self = Self::new(
        "pattern-left",
        "a text does not match its pattern",
        Expect::Refused,
    );
    /// A value is not of its format.
    pub const FORMAT_BROKEN: Self = Self::new(
        "format-broken",
        "a value is not of its format",
        Expect::Refused,
    );
    /// An object has a field that none declares.
    pub const UNKNOWN_FIELD: Self = Self::new(
        "unknown-field",
        "an object has a field that none declares",
        Expect::Refused,
    );
    /// The body says that it is of another media type.
    pub const WRONG_MEDIA_TYPE: Self = Self::new(
        "wrong-media-type",
        "the body says that it is of another media type",
        Expect::Refused,
    );
    /// The body breaks off.
    pub const MALFORMED_JSON: Self =
        Self::new("malformed-json", "the body breaks off", Expect::Refused);
    /// What is optional is left out.
    pub const OPTIONAL_ABSENT: Self = Self::new(
        "optional-absent",
        "what is optional is left out",
        Expect::Accepted,
    );
    /// A number is the least itself.
    pub const AT_MINIMUM: Self = Self::new(
        "at-minimum",
        "a number is the least itself",
        Expect::Accepted,
    );
    /// A number is the most itself.
    pub const AT_MAXIMUM: Self = Self::new(
        "at-maximum",
        "a number is the most itself",
        Expect::Accepted,
    );
    /// A text is as short as it may be.
    pub const SHORTEST_TEXT: Self = Self::new(
        "shortest-text",
        "a text is as short as it may be",
        Expect::Accepted,
    );
    /// A text is as long as it may be.
    pub const LONGEST_TEXT: Self = Self::new(
        "longest-text",
        "a text is as long as it may be",
        Expect::Accepted,
    );
    /// A list has as few items as it may have.
    pub const FEWEST_ITEMS: Self = Self::new(
        "fewest-items",
        "a list has as few items as it may have",
        Expect::Accepted,
    );
    /// A list has as many items as it may have.
    pub const MOST_ITEMS: Self = Self::new(
        "most-items",
        "a list has as many items as it may have",
        Expect::Accepted,
    );
    /// A value is another one of those that are listed.
    pub const LISTED: Self = Self::new(
        "listed",
        "a value is another one of those that are listed",
        Expect::Accepted,
    );
    /// A text has letters that are not ASCII.
    pub const TEXT_FOREIGN: Self = Self::new(
        "text-foreign",
        "a text has letters that are not ASCII",
        Expect::Accepted,
    );
    /// A text has characters beyond the basic plane.
    pub const TEXT_ASTRAL: Self = Self::new(
        "text-astral",
        "a text has characters beyond the basic plane",
        Expect::Accepted,
    );
    /// A text has combining marks.
    pub const TEXT_COMBINING: Self = Self::new(
        "text-combining",
        "a text has combining marks",
        Expect::Accepted,
    );

    const fn new(name: &'static str, told: &'static str, expect: Expect) -> Self {
        Self { name, told, expect }
    }

    /// Its name in kebab-case.
    pub const fn as_str(self) -> &'static str {
        self.name
    }

    /// What it is, in a sentence without a full stop.
    pub const fn told(self) -> &'static str {
        self.told
    }

    /// What a server that keeps its contract does with such a request.
    pub const fn expect(self) -> Expect {
        self.expect
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name)
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn names_are_unique_and_kebab_case_and_each_is_told() {
        let names: BTreeSet<&str> = KINDS.iter().map(|it| it.as_str()).collect();
        assert_eq!(names.len(), KINDS.len());
        for kind in KINDS {
            let name = kind.as_str();
            assert!(
                name.bytes().all(|it| it.is_ascii_lowercase() || it == b'-'),
                "{name}"
            );
            assert!(
                !kind.told().is_empty() && !kind.told().ends_with('.'),
                "{name}"
            );
        }
        for expect in [Expect::Refused, Expect::Accepted] {
            assert!(KINDS.iter().any(|it| it.expect() == expect), "{expect:?}");
        }
    }
}
