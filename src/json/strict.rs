//! Reading a value with `serde_json` while watching for repeated members.
//!
//! One pass makes the value exactly as `serde_json` would (the last of two members of one name
//! stays) and tells whether any member was repeated; where, the walk in `scan` finds out. Unlike
//! `serde_json`'s own reader, it does not take an object of the text for a number when the object
//! has the name `serde_json` uses inside.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

/// What `serde_json` calls the one member of the map it hands over for a number. It is told from a
/// member with that name in the text by its content, which only for a number is an owned string.
pub(super) const NUMBER_KEY: &str = "$serde_json::private::Number";

/// How many members an object has room for from the start.
const FEW_MEMBERS: usize = 4;

/// Reads one value; true when some member of some object stood twice.
///
/// # Errors
/// When the text is not JSON, as `serde_json` says it.
pub(super) fn read_value<'de, D: serde::Deserializer<'de>>(
    deserializer: D,
) -> Result<(Value, bool), D::Error> {
    let repeated = Cell::new(false);
    let value = Strict {
        repeated: &repeated,
    }
    .deserialize(deserializer)?;
    Ok((value, repeated.get()))
}

/// Builds a `Value` as serde_json's own does, and notes whether a member stood twice.
#[derive(Clone, Copy)]
struct Strict<'c> {
    repeated: &'c Cell<bool>,
}

impl<'de> DeserializeSeed<'de> for Strict<'_> {
    type Value = Value;

    fn deserialize<D: serde::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Strict<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    // Integers of 64 bits come as such; all other numbers as a map with `NUMBER_KEY`.
    fn visit_u64<E>(self, value: u64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Value, E> {
        Ok(Value::from(value))
    }

    fn visit_str<E>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Value, A::Error> {
        let mut list = Vec::new();
        while let Some(element) = elements.next_element_seed(self)? {
            list.push(element);
        }
        Ok(Value::Array(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<Value, A::Error> {
        let Some(first) = members.next_key::<String>()? else {
            return Ok(Value::Object(Map::new()));
        };
        let value = if first == NUMBER_KEY {
            match members.next_value_seed(NumberOr(self))? {
                NumberOrValue::Number(text) => {
                    return text.parse().map(Value::Number).map_err(A::Error::custom);
                }
                NumberOrValue::Value(value) => value,
            }
        } else {
            members.next_value_seed(self)?
        };
        // Mostly there are some more; to have room for them costs little.
        let mut map = Map::with_capacity(FEW_MEMBERS);
        map.insert(first, value);
        while let Some(key) = members.next_key::<String>()? {
            if map.insert(key, members.next_value_seed(self)?).is_some() {
                self.repeated.set(true);
            }
        }
        Ok(Value::Object(map))
    }
}

/// What stands under [`NUMBER_KEY`]: the text of a number, or a value of the body.
enum NumberOrValue {
    Number(String),
    Value(Value),
}

struct NumberOr<'c>(Strict<'c>);

impl<'de> DeserializeSeed<'de> for NumberOr<'_> {
    type Value = NumberOrValue;

    fn deserialize<D: serde::Deserializer<'de>>(
        self,
        deserializer: D,
    ) -> Result<NumberOrValue, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for NumberOr<'_> {
    type Value = NumberOrValue;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.expecting(f)
    }

    fn visit_unit<E>(self) -> Result<NumberOrValue, E> {
        Ok(NumberOrValue::Value(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<NumberOrValue, E> {
        Ok(NumberOrValue::Value(Value::Bool(value)))
    }

    fn visit_u64<E>(self, value: u64) -> Result<NumberOrValue, E> {
        Ok(NumberOrValue::Value(Value::from(value)))
    }

    fn visit_i64<E>(self, value: i64) -> Result<NumberOrValue, E> {
        Ok(NumberOrValue::Value(Value::from(value)))
    }

    fn visit_str<E>(self, value: &str) -> Result<NumberOrValue, E> {
        Ok(NumberOrValue::Value(Value::String(value.to_owned())))
    }

    fn visit_string<E>(self, text: String) -> Result<NumberOrValue, E> {
        Ok(NumberOrValue::Number(text))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, elements: A) -> Result<NumberOrValue, A::Error> {
        self.0.visit_seq(elements).map(NumberOrValue::Value)
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<NumberOrValue, A::Error> {
        self.0.visit_map(members).map(NumberOrValue::Value)
    }
}
