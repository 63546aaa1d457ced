//! Messages of proto3 as JSON, as far as this API has them: how they are read and how they are
//! written (ProtoJSON, "JSON Mapping").
//!
//! In proto3 a member of an empty value and one that was not sent are the same. So a message that
//! was read holds no empty values, and one that is written has all of them.

use serde_json::{Map, Number, Value};

use crate::mock::number;

/// The members of a message, in the order in which they are written.
pub(super) type Fields = &'static [(&'static str, Shape)];

/// What a member of a message is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    /// `string`
    Text,
    /// `int32`
    Int32,
    /// `int64`
    Int64,
    /// `repeated string`
    Texts,
    /// `map<string, string>`
    TextMap,
    /// Another message.
    Message(Fields),
    /// `repeated` of another message.
    Messages(Fields),
}

/// How answers are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Dialect {
    /// As proto3 has it, with all members.
    Proto3,
    /// Numbers of 64 bits are numbers.
    LongNumbers,
    /// Members of empty values are left out.
    ZerosLeftOut,
    /// A message that was not set is an empty object.
    ObjectsForNull,
}

/// A body that is no such message: the name of the member that is wrong, the outermost as `body`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Misfit(pub(super) &'static str);

/// A message without its empty members; members that are not known are left out, too. It recurses
/// as deep as the fields are nested.
///
/// # Errors
/// When the value is no object, or a member is of another type than the fields say.
pub(super) fn read(value: Value, fields: Fields) -> Result<Map<String, Value>, Misfit> {
    read_named(value, "body", fields)
}

fn read_named(
    value: Value,
    name: &'static str,
    fields: Fields,
) -> Result<Map<String, Value>, Misfit> {
    let Value::Object(mut given) = value else {
        return Err(Misfit(name));
    };
    let mut message = Map::new();
    for (name, shape) in fields {
        let value = given.remove(*name).unwrap_or_default();
        if let Some(value) = read_value(value, name, *shape)? {
            message.insert((*name).to_owned(), value);
        }
    }
    Ok(message)
}

/// The value of a member; none when it is empty.
fn read_value(value: Value, name: &'static str, shape: Shape) -> Result<Option<Value>, Misfit> {
    let misfit = || Misfit(name);
    if value.is_null() {
        return Ok(None);
    }
    let read = match shape {
        Shape::Text => Value::from(text(value).ok_or_else(misfit)?),
        Shape::Int32 => {
            let number = whole_number(&value).ok_or_else(misfit)?;
            Value::from(i32::try_from(number).map_err(|_| misfit())?)
        }
        Shape::Int64 => Value::from(whole_number(&value).ok_or_else(misfit)?),
        Shape::Message(fields) => {
            return read_named(value, name, fields).map(Value::from).map(Some);
        }
        Shape::Texts => {
            let texts = items(value).ok_or_else(misfit)?.into_iter().map(text);
            Value::from(texts.collect::<Option<Vec<_>>>().ok_or_else(misfit)?)
        }
        Shape::Messages(fields) => {
            let items = items(value).ok_or_else(misfit)?.into_iter();
            let messages = items.map(|item| read_named(item, name, fields).map(Value::from));
            Value::from(messages.collect::<Result<Vec<_>, _>>()?)
        }
        Shape::TextMap => match value {
            Value::Object(map) if map.values().all(Value::is_string) => Value::Object(map),
            _ => return Err(misfit()),
        },
    };
    Ok((!is_empty(&read)).then_some(read))
}

/// The name of a member that the fields do not know, wherever it stands. It recurses as deep as
/// the fields are nested.
pub(super) fn unknown(value: &Value, fields: Fields) -> Option<&str> {
    let members = value.as_object()?;
    members.iter().find_map(|(name, value)| {
        let known = fields.iter().find(|(known, _)| known == name);
        match known.map(|(_, shape)| *shape) {
            None => Some(name.as_str()),
            Some(Shape::Message(fields)) => unknown(value, fields),
            Some(Shape::Messages(fields)) => {
                let items = value.as_array()?;
                items.iter().find_map(|item| unknown(item, fields))
            }
            Some(_) => None,
        }
    })
}

fn text(value: Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text),
        _ => None,
    }
}

fn items(value: Value) -> Option<Vec<Value>> {
    match value {
        Value::Array(items) => Some(items),
        _ => None,
    }
}

fn is_empty(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Bool(truth) => !truth,
        Value::Number(number) => number.as_i64() == Some(0),
        Value::String(text) => text.is_empty(),
        Value::Array(items) => items.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

/// The whole number that a number or a text is, however it is written: `20`, `"20"`, `2e1`, `20.0`.
fn whole_number(value: &Value) -> Option<i64> {
    let number: Number = match value {
        Value::Number(number) => number.clone(),
        Value::String(text) => text.parse().ok()?,
        _ => return None,
    };
    number::whole(&number)
}

/// A message with all its members. It recurses as deep as the fields are nested.
pub(super) fn written(message: &Map<String, Value>, fields: Fields, dialect: Dialect) -> Value {
    let mut members = Map::new();
    for (name, shape) in fields {
        let value = message.get(*name);
        if value.is_none() && dialect == Dialect::ZerosLeftOut {
            continue;
        }
        members.insert((*name).to_owned(), written_value(value, *shape, dialect));
    }
    Value::Object(members)
}

/// A member of a message; when it is none, the empty value of its type.
fn written_value(value: Option<&Value>, shape: Shape, dialect: Dialect) -> Value {
    let message = |item: &Value, fields| {
        let members = item.as_object().cloned().unwrap_or_default();
        written(&members, fields, dialect)
    };
    match (shape, value) {
        (Shape::Int64, number) => {
            let number = number.and_then(Value::as_i64).unwrap_or_default();
            if dialect == Dialect::LongNumbers {
                Value::from(number)
            } else {
                Value::from(number.to_string())
            }
        }
        (Shape::Message(fields), Some(value)) => message(value, fields),
        (Shape::Messages(fields), Some(Value::Array(items))) => {
            items.iter().map(|item| message(item, fields)).collect()
        }
        (_, Some(value)) => value.clone(),
        (Shape::Text, None) => Value::from(""),
        (Shape::Int32, None) => Value::from(0),
        (Shape::Texts | Shape::Messages(_), None) => Value::Array(Vec::new()),
        (Shape::TextMap, None) => Value::Object(Map::new()),
        (Shape::Message(_), None) if dialect == Dialect::ObjectsForNull => {
            Value::Object(Map::new())
        }
        (Shape::Message(_), None) => Value::Null,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const INNER: Fields = &[("text", Shape::Text)];
    const OUTER: Fields = &[
        ("text", Shape::Text),
        ("short", Shape::Int32),
        ("long", Shape::Int64),
        ("texts", Shape::Texts),
        ("map", Shape::TextMap),
        ("message", Shape::Message(INNER)),
        ("messages", Shape::Messages(INNER)),
    ];

    fn reread(value: Value) -> Value {
        Value::Object(read(value, OUTER).unwrap())
    }

    #[test]
    fn what_is_empty_is_not_there_and_a_message_that_says_nothing_is() {
        let empty = json!({ "text": "", "short": 0, "long": "0", "texts": [], "map": {},
            "message": null, "messages": [], "other": 1 });
        assert_eq!(reread(empty), json!({}));
        let inner = json!({ "message": { "text": "" }, "messages": [{}], "texts": [""] });
        let expected = json!({ "texts": [""], "message": {}, "messages": [{}] });
        assert_eq!(reread(inner), expected);
    }

    #[test]
    fn every_member_is_written() {
        let empty = read(json!({}), OUTER).unwrap();
        let text =
            r#"{"text":"","short":0,"long":"0","texts":[],"map":{},"message":null,"messages":[]}"#;
        assert_eq!(written(&empty, OUTER, Dialect::Proto3).to_string(), text);
        let full = json!({ "text": "a", "short": 1, "long": "2", "texts": ["b"], "map": { "c": "d" },
            "message": { "text": "" }, "messages": [{ "text": "e" }] });
        let read = read(full.clone(), OUTER).unwrap();
        assert_eq!(written(&read, OUTER, Dialect::Proto3), full);
    }

    #[test]
    fn a_member_that_is_not_known_is_found_at_every_depth() {
        let known = json!({ "map": { "a": "b" }, "message": { "text": 1 }, "messages": [{}] });
        assert_eq!(unknown(&known, OUTER), None);
        assert_eq!(unknown(&json!({ "a": 1 }), OUTER), Some("a"));
        assert_eq!(unknown(&json!({ "message": { "b": 1 } }), OUTER), Some("b"));
        assert_eq!(
            unknown(&json!({ "messages": [{}, { "c": 1 }] }), OUTER),
            Some("c")
        );
    }

    #[test]
    fn each_dialect_is_wrong_in_one_way() {
        let message = read(json!({ "long": 5 }), OUTER).unwrap();
        let written = |dialect| written(&message, OUTER, dialect);
        assert_eq!(written(Dialect::LongNumbers)["long"], json!(5));
        assert_eq!(written(Dialect::ZerosLeftOut), json!({ "long": "5" }));
        assert_eq!(written(Dialect::ObjectsForNull)["message"], json!({}));
    }

    #[test]
    fn a_whole_number_may_be_a_text() {
        for (text, number) in [("20", 20), ("-20", -20), ("20.0", 20), ("2e1", 20)] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(whole_number(&value), Some(number), "{text}");
            assert_eq!(whole_number(&json!(text)), Some(number), "{text:?}");
        }
    }

    #[test]
    fn what_is_no_whole_number_of_64_bits_is_refused() {
        for text in ["1.5", "1e-1", "9223372036854775808"] {
            let value: Value = serde_json::from_str(text).unwrap();
            assert_eq!(whole_number(&value), None, "{text}");
            assert_eq!(whole_number(&json!(text)), None, "{text:?}");
        }
        for text in ["", " 1", "1 ", "+1", "007", "0x1", "many", "NaN"] {
            assert_eq!(whole_number(&json!(text)), None, "{text:?}");
        }
        assert_eq!(whole_number(&json!(true)), None);
    }

    #[test]
    fn what_is_of_another_type_is_named() {
        for (value, name) in [
            (json!([]), "body"),
            (json!({ "text": 1 }), "text"),
            (json!({ "short": 2_147_483_648_u64 }), "short"),
            (json!({ "long": 1.5 }), "long"),
            (json!({ "texts": "a" }), "texts"),
            (json!({ "texts": [null] }), "texts"),
            (json!({ "map": { "a": null } }), "map"),
            (json!({ "map": [] }), "map"),
            (json!({ "message": [] }), "message"),
            (json!({ "message": { "text": [] } }), "text"),
            (json!({ "messages": {} }), "messages"),
            (json!({ "messages": [null] }), "messages"),
        ] {
            assert_eq!(read(value.clone(), OUTER), Err(Misfit(name)), "{value}");
        }
    }
}
