//! Sets of the types of JSON values (`JSON Schema 2020-12 validation §6.1.1`).

use std::fmt;

use serde_json::Value;

use crate::json::number;

/// A set of types. A whole number is a number as well, whatever way it is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Types(u8);

/// The names of the types, in the order of their bits; a number that is no whole one has the last.
const NAMES: [(&str, Types); 7] = [
    ("null", Types::NULL),
    ("boolean", Types::BOOLEAN),
    ("string", Types::STRING),
    ("array", Types::ARRAY),
    ("object", Types::OBJECT),
    ("integer", Types::INTEGER),
    ("number", Types::NUMBER),
];

impl Types {
    /// No type at all.
    pub const NONE: Self = Self(0);
    /// Every type.
    pub const ALL: Self = Self(127);
    /// `null` alone.
    pub const NULL: Self = Self(1);
    /// Texts.
    pub const STRING: Self = Self(4);
    /// Arrays.
    pub const ARRAY: Self = Self(8);
    /// Objects.
    pub const OBJECT: Self = Self(16);
    /// `true` and `false`.
    pub const BOOLEAN: Self = Self(2);
    /// Whole numbers.
    pub const INTEGER: Self = Self(32);
    /// Numbers that are no whole ones.
    pub const FRACTION: Self = Self(64);
    /// Numbers.
    pub const NUMBER: Self = Self(96);

    /// The types that a keyword `type` names; all of them when it names none that is known.
    pub fn named(keyword: &Value) -> Self {
        let of = |name: &str| NAMES.iter().find(|(it, _)| *it == name).map(|(_, it)| *it);
        match keyword {
            Value::String(name) => of(name).unwrap_or(Self::ALL),
            Value::Array(names) => {
                let known = names.iter().filter_map(|it| of(it.as_str()?));
                known.fold(Self::NONE, Self::or)
            }
            _ => Self::ALL,
        }
    }

    /// The type of a value.
    pub fn of(value: &Value) -> Self {
        match value {
            Value::Null => Self::NULL,
            Value::Bool(_) => Self::BOOLEAN,
            Value::String(_) => Self::STRING,
            Value::Array(_) => Self::ARRAY,
            Value::Object(_) => Self::OBJECT,
            Value::Number(number) if number::is_integer(number) => Self::INTEGER,
            Value::Number(_) => Self::FRACTION,
        }
    }

    /// The types of either.
    #[must_use]
    pub fn or(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The types of both.
    #[must_use]
    pub fn and(self, other: Self) -> Self {
        Self(self.0 & other.0)
    }

    /// The types without those.
    #[must_use]
    pub fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether one of those is among them.
    pub fn holds(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

impl fmt::Display for Types {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if *self == Self::ALL {
            return formatter.write_str("any type");
        }
        let mut rest = *self;
        let mut names = Vec::new();
        // The widest first: a number is no whole number and something else.
        for (name, types) in NAMES.iter().rev() {
            if rest.and(*types) == *types || (*name == "number" && rest.holds(Self::FRACTION)) {
                names.push(*name);
                rest = rest.without(*types);
            }
        }
        names.reverse();
        match names.as_slice() {
            [] => formatter.write_str("no type"),
            names => formatter.write_str(&names.join(" or ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn whole_numbers_are_numbers() {
        let number = Types::named(&json!("number"));
        for (value, is_integer) in [(json!(1), true), (json!(1.0), true), (json!(1.5), false)] {
            assert!(number.holds(Types::of(&value)), "{value}");
            assert_eq!(
                Types::INTEGER.holds(Types::of(&value)),
                is_integer,
                "{value}"
            );
        }
        assert!(!number.holds(Types::STRING));
    }

    #[test]
    fn sets_are_told_in_words() {
        let named = |keyword: Value| Types::named(&keyword).to_string();
        assert_eq!(named(json!(["string", "null"])), "null or string");
        assert_eq!(named(json!("integer")), "integer");
        assert_eq!(named(json!(["integer", "number"])), "number");
        assert_eq!(named(json!("text")), "any type");
        assert_eq!(Types::NONE.to_string(), "no type");
        assert_eq!(Types::of(&json!(0.5)).to_string(), "number");
    }
}
