//! The fields of a form, from the object that a scenario sends (`OpenAPI 3.1 §4.8.14.4`, `§4.8.15`).

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::request::{Unprepared, put};
use super::scope::{Filled, Scope, plain};
use crate::contract::{FormStyle, MediaContent, Style};
use crate::http::MediaType;
use crate::http::form::{self, Field, FieldValue};
use crate::scenario::{Attachment, Payload, Target};

/// What a file is where the contract does not say.
const BYTES: &str = "application/octet-stream";

/// The two kinds of forms.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum FormKind {
    UrlEncoded,
    Multipart,
}

impl FormKind {
    /// The kind of form that a media type names.
    pub(super) fn of(media_type: &MediaType) -> Option<Self> {
        match media_type.essence() {
            "application/x-www-form-urlencoded" => Some(Self::UrlEncoded),
            "multipart/form-data" => Some(Self::Multipart),
            _ => None,
        }
    }
}

/// A form whose values are filled in.
pub(super) struct Form<'b> {
    members: Vec<(Cow<'b, str>, Member<'b>)>,
}

enum Member<'b> {
    Value(Value),
    File(&'b Attachment),
}

impl<'b> Form<'b> {
    /// The form that a payload is; none when it is no object.
    pub(super) fn fill(
        payload: &'b Payload,
        scope: &Scope<'_>,
    ) -> Option<Result<Self, Unprepared>> {
        let members: Result<Vec<_>, _> = match payload {
            Payload::Literal(Value::Object(map)) => {
                let members = map.iter();
                Ok(members
                    .map(|(name, value)| (name.as_str().into(), Member::Value(value.clone())))
                    .collect())
            }
            Payload::Object(fields) => fields
                .iter()
                .map(|(name, payload)| Ok((name.as_str().into(), member(payload, scope)?)))
                .collect(),
            _ => return None,
        };
        Some(members.map(|members| Self { members }))
    }

    /// Replaces a value in it, or adds one; whether something is there that could hold it.
    pub(super) fn replace(&mut self, target: &Target, value: Value) -> bool {
        let members = self.members.iter().map(|(name, member)| match member {
            Member::Value(value) => (name.to_string(), value.clone()),
            Member::File(_) => (name.to_string(), Value::Null),
        });
        let mut whole = Value::Object(members.collect());
        if !put(&mut whole, target, value) {
            return false;
        }
        let Value::Object(whole) = whole else {
            return false;
        };
        for (name, value) in whole {
            match self.members.iter_mut().find(|(known, _)| *known == name) {
                // A file that was not replaced.
                Some((_, Member::File(_))) if value.is_null() => {}
                Some((_, member)) => *member = Member::Value(value),
                None => self.members.push((name.into(), Member::Value(value))),
            }
        }
        true
    }

    /// The object that the contract's schema judges; a file is its bytes as text.
    pub(super) fn value(&self) -> Value {
        let members = self.members.iter().map(|(name, member)| {
            let value = match member {
                Member::Value(value) => value.clone(),
                Member::File(file) => String::from_utf8_lossy(&file.bytes).into(),
            };
            (name.to_string(), value)
        });
        Value::Object(members.collect::<Map<_, _>>())
    }

    /// The media type with its parameters, and the bytes.
    pub(super) fn encode(
        &self,
        kind: FormKind,
        content_type: &str,
        documented: Option<&MediaContent>,
    ) -> (String, Vec<u8>) {
        let mut written: Vec<(Cow<'_, str>, FieldValue<'_>)> = Vec::new();
        for (name, member) in &self.members {
            let encoding = documented.and_then(|content| content.encoding(name));
            let said = encoding.and_then(|it| it.media_type.as_deref());
            match (member, encoding.and_then(|it| it.style)) {
                (Member::File(file), _) => {
                    let value = FieldValue::File {
                        name: &file.name,
                        media_type: said.unwrap_or(BYTES),
                        bytes: &file.bytes,
                    };
                    written.push((name.as_ref().into(), value));
                }
                (Member::Value(value), Some(style)) => {
                    let pairs = styled(name, value, style).into_iter();
                    written.extend(pairs.map(|(name, text)| (name, FieldValue::Text(text, None))));
                }
                // Each item is a field of the same name.
                (Member::Value(Value::Array(items)), None) => {
                    let items = items.iter();
                    written.extend(items.map(|item| (name.as_ref().into(), text(item, said))));
                }
                (Member::Value(value), None) => {
                    written.push((name.as_ref().into(), text(value, said)));
                }
            }
        }
        let fields = written.iter().map(|(name, value)| Field {
            name,
            value: value.clone(),
        });
        let fields: Vec<Field<'_>> = fields.collect();
        match kind {
            FormKind::UrlEncoded => {
                let body = form::encode_urlencoded(&fields).into_bytes();
                (content_type.to_owned(), body)
            }
            FormKind::Multipart => {
                let (boundary, body) = form::encode_multipart(&fields);
                (format!("{content_type}; boundary={boundary}"), body)
            }
        }
    }
}

fn member<'b>(payload: &'b Payload, scope: &Scope<'_>) -> Result<Member<'b>, Unprepared> {
    match scope.fill(payload) {
        Ok(Filled::File(file)) => Ok(Member::File(file)),
        Ok(Filled::Value(value)) => Ok(Member::Value(value.into_owned())),
        Err(expression) => Err(Unprepared::Missing(expression.clone())),
    }
}

/// A field that is no file. An object is JSON, and says so.
fn text<'f>(value: &Value, said: Option<&'f str>) -> FieldValue<'f> {
    let media_type = said.or(value.is_object().then_some("application/json"));
    FieldValue::Text(plain(value), media_type)
}

/// The fields that a value is by its style, as in a query (`OpenAPI 3.1 §4.8.15.1.2`).
fn styled<'f>(name: &'f str, value: &Value, written: FormStyle) -> Vec<(Cow<'f, str>, String)> {
    let separator = match written.style {
        Style::SpaceDelimited => " ",
        Style::PipeDelimited => "|",
        _ => ",",
    };
    match value {
        Value::Object(map) if written.style == Style::DeepObject => map
            .iter()
            .map(|(key, value)| (format!("{name}[{key}]").into(), plain(value)))
            .collect(),
        Value::Object(map) if written.explode => map
            .iter()
            .map(|(key, value)| (key.clone().into(), plain(value)))
            .collect(),
        Value::Object(map) => {
            let parts = map
                .iter()
                .flat_map(|(key, value)| [key.clone(), plain(value)]);
            vec![(name.into(), parts.collect::<Vec<_>>().join(separator))]
        }
        Value::Array(items) if written.explode => items
            .iter()
            .map(|item| (name.into(), plain(item)))
            .collect(),
        Value::Array(items) => {
            let parts: Vec<String> = items.iter().map(plain).collect();
            vec![(name.into(), parts.join(separator))]
        }
        _ => vec![(name.into(), plain(value))],
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// The fields that a value is, as `name=text`.
    fn fields(value: &Value, style: Style, explode: bool) -> Vec<String> {
        let fields = styled("f", value, FormStyle { style, explode });
        fields
            .into_iter()
            .map(|(name, text)| format!("{name}={text}"))
            .collect()
    }

    #[test]
    fn fields_with_a_style_are_written_as_in_a_query() {
        let array = json!(["a", 1]);
        let object = json!({"x": 1, "y": "b"});
        assert_eq!(fields(&array, Style::Form, true), ["f=a", "f=1"]);
        assert_eq!(fields(&array, Style::Form, false), ["f=a,1"]);
        assert_eq!(fields(&array, Style::SpaceDelimited, false), ["f=a 1"]);
        assert_eq!(fields(&array, Style::PipeDelimited, false), ["f=a|1"]);
        assert_eq!(fields(&object, Style::Form, true), ["x=1", "y=b"]);
        assert_eq!(fields(&object, Style::Form, false), ["f=x,1,y,b"]);
        assert_eq!(
            fields(&object, Style::DeepObject, true),
            ["f[x]=1", "f[y]=b"]
        );
        assert_eq!(fields(&json!("s"), Style::Form, true), ["f=s"]);
    }
}
