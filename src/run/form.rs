//! The fields of a form, from the object that a scenario sends (`OpenAPI 3.1 §4.8.14.4`, `§4.8.15`).

use std::borrow::Cow;

use serde_json::{Map, Value};

use super::request::Unprepared;
use super::scope::{Filled, Scope};
use crate::contract::{Encoding, FormStyle, Style};
use crate::http::form::{self, Field, FieldValue, FormKind};
use crate::json::{self, Pointer, array_index, plain};
use crate::scenario::{Attachment, Payload, Target};

/// What a file is where the contract does not say.
const BYTES: &str = "application/octet-stream";

/// A form whose values are filled in.
pub(super) struct Form<'b> {
    members: Vec<(Cow<'b, str>, Member<'b>)>,
}

/// What a payload is, where a form is to be sent.
pub(super) enum Filling<'b> {
    /// An object, which is a form.
    Form(Form<'b>),
    /// A text, which somebody wrote as a form.
    Text,
    /// Bytes of a file, or nothing at all: they are sent as they are.
    Bytes,
    /// Something of another type, which is no form.
    Other(&'static str),
}

/// What stands under a name.
enum Member<'b> {
    /// One field.
    One(Part<'b>),
    /// A field of the same name for each.
    Many(Vec<Part<'b>>),
}

enum Part<'b> {
    Value(Value),
    File(&'b Attachment),
}

impl<'b> Part<'b> {
    fn of(filled: Filled<'b>) -> Self {
        match filled {
            Filled::File(file) => Self::File(file),
            Filled::Value(value) => Self::Value(value.into_owned()),
        }
    }

    /// The value that the contract judges; a file is its bytes as text.
    fn value(&self) -> Value {
        match self {
            Self::Value(value) => value.clone(),
            Self::File(file) => Filled::File(file).into_value(),
        }
    }

    /// What a field holds that is it. An object is JSON, and says so.
    fn field<'f>(&'f self, said: Option<&'f str>) -> FieldValue<'f> {
        match self {
            Self::File(file) => FieldValue::File {
                name: &file.name,
                media_type: said.unwrap_or(BYTES),
                bytes: &file.bytes,
            },
            Self::Value(value) => {
                let media_type = said.or(value.is_object().then_some("application/json"));
                FieldValue::Text(plain(value), media_type)
            }
        }
    }

    /// Puts something at a place of it; whether there is such a place.
    fn replace(&mut self, place: &[Cow<'_, str>], new: Filled<'b>) -> bool {
        if place.is_empty() {
            *self = Self::of(new);
            return true;
        }
        let Self::Value(value) = self else {
            return false;
        };
        // Inside of a text there is no place for bytes.
        if matches!(&new, Filled::File(file) if std::str::from_utf8(&file.bytes).is_err()) {
            return false;
        }
        let mut pointer = Pointer::root();
        for token in place {
            pointer.push(token);
        }
        pointer.set(value, new.into_value()).is_ok()
    }
}

impl<'b> Member<'b> {
    fn of(filled: Filled<'b>) -> Self {
        match filled {
            Filled::Value(Cow::Owned(Value::Array(items))) => {
                Self::Many(items.into_iter().map(Part::Value).collect())
            }
            Filled::Value(Cow::Borrowed(Value::Array(items))) => {
                Self::Many(items.iter().cloned().map(Part::Value).collect())
            }
            other => Self::One(Part::of(other)),
        }
    }

    fn parts(&self) -> &[Part<'b>] {
        match self {
            Self::One(part) => std::slice::from_ref(part),
            Self::Many(parts) => parts,
        }
    }

    fn value(&self) -> Value {
        match self {
            Self::One(part) => part.value(),
            Self::Many(parts) => parts.iter().map(Part::value).collect(),
        }
    }

    /// The fields of this name; the contract may say that values are written by a style.
    fn fields<'f>(
        &'f self,
        name: &'f str,
        encoding: Option<&'f Encoding>,
    ) -> Vec<(Cow<'f, str>, FieldValue<'f>)> {
        let parts = self.parts().iter();
        let has_file = parts.clone().any(|it| matches!(it, Part::File(_)));
        let style = encoding.and_then(|it| it.style);
        if let Some(style) = style.filter(|_| !has_file && !self.parts().is_empty()) {
            let pairs = styled(name, &self.value(), style).into_iter();
            return pairs
                .map(|(name, text)| (name, FieldValue::Text(text, None)))
                .collect();
        }
        let said = encoding.and_then(|it| it.media_type.as_deref());
        parts.map(|it| (name.into(), it.field(said))).collect()
    }

    /// Puts something at a place of it; whether there is such a place.
    fn replace(&mut self, place: &[Cow<'_, str>], new: Filled<'b>) -> bool {
        match (self, place) {
            (member, []) => *member = Self::of(new),
            (Self::One(part), place) => return part.replace(place, new),
            (Self::Many(parts), [last]) if last == "-" => parts.push(Part::of(new)),
            (Self::Many(parts), [token, place @ ..]) => {
                let part = array_index(token).and_then(|index| parts.get_mut(index));
                return part.is_some_and(|part| part.replace(place, new));
            }
        }
        true
    }
}

impl<'b> Form<'b> {
    /// What a payload is as a form.
    ///
    /// # Errors
    /// With the expression that has no value.
    pub(super) fn fill(payload: &'b Payload, scope: &Scope<'_>) -> Result<Filling<'b>, Unprepared> {
        let value = match payload {
            Payload::File(_) | Payload::Literal(Value::Null) => return Ok(Filling::Bytes),
            Payload::Template(_) => return Ok(Filling::Text),
            Payload::Object(fields) => {
                let fields = fields.iter();
                let members =
                    fields.map(|(name, payload)| Ok((name.into(), member(payload, scope)?)));
                let members = members.collect::<Result<_, Unprepared>>()?;
                return Ok(Filling::Form(Self { members }));
            }
            Payload::Array(_) => return Ok(Filling::Other("array")),
            Payload::Literal(value) => Cow::Borrowed(value),
            Payload::Expression(expression) => {
                let read = scope.read(expression);
                let read = read.ok_or_else(|| Unprepared::Missing(expression.clone()))?;
                Cow::Owned(read.into_owned())
            }
        };
        Ok(match value.into_owned() {
            Value::Object(map) => Filling::Form(Self::of(map)),
            Value::String(_) => Filling::Text,
            other => Filling::Other(json::kind(&other)),
        })
    }

    /// A form of values.
    pub(super) fn of(map: Map<String, Value>) -> Self {
        let members = map.into_iter();
        let members = members.map(|(name, value)| {
            let member = Member::of(Filled::Value(Cow::Owned(value)));
            (name.into(), member)
        });
        Self {
            members: members.collect(),
        }
    }

    /// Puts something where a replacement goes, or adds a field; whether there is such a place.
    pub(super) fn replace(&mut self, target: &Target, new: &Filled<'b>) -> bool {
        match target {
            Target::Pointer(place) => self.replace_at(place, new.clone()),
            Target::Path(path) => {
                let places = path.locate(&self.whole());
                let mut put = places.iter().map(|it| self.replace_at(it, new.clone()));
                // An iterator of nothing would hold as well.
                !places.is_empty() && put.all(|done| done)
            }
            Target::XPath(_) => false,
        }
    }

    /// Puts something at one place, or adds a field; whether there is such a place.
    fn replace_at(&mut self, target: &Pointer, new: Filled<'b>) -> bool {
        let tokens: Vec<Cow<'_, str>> = target.tokens().collect();
        let Some((name, place)) = tokens.split_first() else {
            return match new {
                Filled::Value(value) => match value.into_owned() {
                    Value::Object(map) => {
                        *self = Self::of(map);
                        true
                    }
                    _ => false,
                },
                Filled::File(_) => false,
            };
        };
        let mut members = self.members.iter_mut();
        match members.find(|(known, _)| known == name) {
            Some((_, member)) => member.replace(place, new),
            None if place.is_empty() => {
                let name = name.clone().into_owned();
                self.members.push((name.into(), Member::of(new)));
                true
            }
            None => false,
        }
    }

    /// The first field that is null, which no form can say.
    pub(super) fn null(&self) -> Option<&str> {
        let is_null = |part: &Part<'_>| matches!(part, Part::Value(Value::Null));
        let mut members = self.members.iter();
        members
            .find(|(_, member)| member.parts().iter().any(is_null))
            .map(|(name, _)| name.as_ref())
    }

    /// The object that the contract's schema judges: what there is on the wire. Of an empty list there
    /// is nothing.
    pub(super) fn value(&self) -> Value {
        let members = self.members.iter();
        let sent = members.filter(|(_, member)| !member.parts().is_empty());
        sent.map(|(name, member)| (name.to_string(), member.value()))
            .collect()
    }

    /// All that it holds, as it was written.
    fn whole(&self) -> Value {
        let members = self.members.iter();
        members
            .map(|(name, member)| (name.to_string(), member.value()))
            .collect()
    }

    /// The media type with its parameters, and the bytes.
    ///
    /// # Errors
    /// With the name of a field that this kind of form cannot hold: a file that is no text.
    pub(super) fn encode(
        &self,
        kind: FormKind,
        content_type: &str,
        encodings: &[Encoding],
    ) -> Result<(String, Vec<u8>), String> {
        let written: Vec<_> = self
            .members
            .iter()
            .flat_map(|(name, member)| {
                let encoding = encodings.iter().find(|it| it.field == *name);
                member.fields(name, encoding)
            })
            .collect();
        let fields = written.iter().map(|(name, value)| Field {
            name,
            value: value.clone(),
        });
        let fields: Vec<Field<'_>> = fields.collect();
        match kind {
            FormKind::UrlEncoded => {
                let body = form::encode_urlencoded(&fields).map_err(str::to_owned)?;
                Ok((content_type.to_owned(), body.into_bytes()))
            }
            FormKind::Multipart => {
                let (boundary, body) = form::encode_multipart(&fields);
                Ok((format!("{content_type}; boundary={boundary}"), body))
            }
        }
    }
}

fn member<'b>(payload: &'b Payload, scope: &Scope<'_>) -> Result<Member<'b>, Unprepared> {
    let fill = |payload: &'b Payload| {
        let filled = scope.fill(payload);
        filled.map_err(|expression| Unprepared::Missing(expression.clone()))
    };
    let Payload::Array(items) = payload else {
        return fill(payload).map(Member::of);
    };
    let parts = items.iter().map(|item| fill(item).map(Part::of));
    parts.collect::<Result<_, _>>().map(Member::Many)
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
