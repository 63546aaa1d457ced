//! The values of a request, read back from its bytes: parameters from the URL and the header fields
//! (`OpenAPI 3.1 §4.8.12.4`), the fields of a form from the body.

use serde_json::Value;

use super::Reading;
use crate::contract::{Operation, Parameter, ParameterPlace, PathTemplate, SchemaUse, Style};
use crate::http::form::{FormKind, decode_multipart, decode_urlencoded};
use crate::http::{MediaType, Request};
use crate::json;

/// A parameter that was read.
type Argument = (String, ParameterPlace, Value);

impl Reading<'_> {
    /// The value that the bytes of a form are; none where they are no form. A file is an empty text.
    pub fn sent_form(
        self,
        media_type: &MediaType,
        bytes: &[u8],
        schema: &SchemaUse,
    ) -> Option<Value> {
        match FormKind::of(media_type)? {
            FormKind::UrlEncoded => Some(self.form(&decode_urlencoded(bytes), schema)),
            FormKind::Multipart => self.multipart((media_type, bytes), schema),
        }
    }

    /// The parts of a form: JSON as its value, all else as the schema reads a text.
    fn multipart(
        self,
        (media_type, bytes): (&MediaType, &[u8]),
        schema: &SchemaUse,
    ) -> Option<Value> {
        let mut pairs: Vec<(String, String)> = Vec::new();
        let mut values: Vec<(String, Value)> = Vec::new();
        for part in decode_multipart(media_type.boundary()?, bytes)? {
            let media_type = part.media_type.and_then(|it| MediaType::parse(it).ok());
            let is_json = media_type.is_some_and(|it| it.is_json());
            match is_json.then(|| json::decode(part.bytes).value).flatten() {
                Some(value) => values.push((part.name, value)),
                // Archives may be large, and no schema looks into them.
                None if part.file.is_some() => pairs.push((part.name, String::new())),
                None => pairs.push((part.name, String::from_utf8_lossy(part.bytes).into_owned())),
            }
        }
        let mut form = self.form(&pairs, schema);
        for (name, value) in values {
            form.as_object_mut()?.insert(name, value);
        }
        Some(form)
    }

    /// The parameters that a request has, but for those in the path that share a segment with others.
    pub fn arguments(self, operation: &Operation, request: &Request) -> Vec<Argument> {
        let pairs = query_pairs(&request.url);
        let path = path_texts(&operation.path, &request.url);
        let cookies = cookie_pairs(request);
        let first = |pairs: &[(String, String)], name: &str| {
            let found = pairs.iter().find(|(it, _)| it == name);
            found.map(|(_, text)| plain(text))
        };
        let read = operation.parameters.iter().filter_map(|parameter| {
            let name = parameter.name.as_str();
            let value = match parameter.place {
                ParameterPlace::Path => {
                    let text = first(&path, name)?;
                    let prefix = match parameter.style {
                        Style::Label => ".".to_owned(),
                        Style::Matrix => format!(";{name}="),
                        _ => String::new(),
                    };
                    self.simple(parameter, text.strip_prefix(&prefix).unwrap_or(&text))
                }
                ParameterPlace::Query => self.of_query(operation, parameter, &pairs)?,
                ParameterPlace::QueryString => request.url.split_once('?')?.1.into(),
                ParameterPlace::Header => {
                    let texts: Vec<_> = request.headers.all(name).collect();
                    let text = (!texts.is_empty()).then(|| texts.join(","))?;
                    self.simple(parameter, &text)
                }
                ParameterPlace::Cookie => self.one(parameter, &first(&cookies, name)?),
            };
            Some((parameter.name.clone(), parameter.place, value))
        });
        read.collect()
    }

    /// The value of one text.
    fn one(self, parameter: &Parameter, text: &str) -> Value {
        if parameter.media_type.is_some() {
            let read = serde_json::from_str(text);
            return read.unwrap_or_else(|_| text.into());
        }
        let schema = parameter.schema.as_ref();
        let schema = schema.and_then(|it| it.pointer.lookup(self.document));
        self.scalar(text, &[schema.unwrap_or(&Value::Bool(true))])
    }

    /// The value of a text of the style `simple`.
    fn simple(self, parameter: &Parameter, text: &str) -> Value {
        let schema = parameter.schema.as_ref();
        let schema = schema.filter(|_| parameter.media_type.is_none());
        schema
            .and_then(|it| self.header(text, it, parameter.explode))
            .unwrap_or_else(|| self.one(parameter, text))
    }

    /// The value of a parameter of the query.
    fn of_query(
        self,
        operation: &Operation,
        parameter: &Parameter,
        pairs: &[(String, String)],
    ) -> Option<Value> {
        let mut own = pairs.iter().filter(|(it, _)| *it == parameter.name);
        let schema = parameter.schema.as_ref();
        let Some(schema) = schema.filter(|_| parameter.media_type.is_none()) else {
            return Some(self.one(parameter, &plain(&own.next()?.1)));
        };
        let described = schema.pointer.lookup(self.document)?;
        let types = self.types(described);
        if types.contains("object") {
            return self.object(operation, (parameter, schema), pairs);
        }
        if !types.contains("array") {
            return Some(self.one(parameter, &plain(&own.next()?.1)));
        }
        let items = self.parts(described, &["items"], None);
        let item = |text: &str| self.scalar(&plain(text), &items);
        if parameter.explode {
            let values: Vec<Value> = own.map(|(_, text)| item(text)).collect();
            return (!values.is_empty()).then_some(Value::Array(values));
        }
        let text = own.next()?.1.as_str();
        let separators: &[&str] = match parameter.style {
            Style::SpaceDelimited => &["%20", "+"],
            Style::PipeDelimited => &["%7C", "%7c", "|"],
            _ => &[","],
        };
        let separators = separators.iter();
        let split = separators.fold(text.to_owned(), |text, it| text.replace(it, "\u{0}"));
        Some(split.split('\u{0}').map(item).collect())
    }

    /// The object that the query holds: its members between brackets, or by themselves.
    fn object(
        self,
        operation: &Operation,
        (parameter, schema): (&Parameter, &SchemaUse),
        pairs: &[(String, String)],
    ) -> Option<Value> {
        let is_deep = parameter.style == Style::DeepObject;
        if !is_deep && !parameter.explode {
            let mut own = pairs.iter().filter(|(it, _)| *it == parameter.name);
            return self.header(&plain(&own.next()?.1), schema, false);
        }
        let member = |name: &str| -> Option<String> {
            if is_deep {
                let inner = name.strip_prefix(&parameter.name)?;
                return Some(inner.strip_prefix('[')?.strip_suffix(']')?.to_owned());
            }
            let is_other = operation.parameter(name, ParameterPlace::Query).is_some();
            (!is_other).then(|| name.to_owned())
        };
        let members = pairs.iter();
        let members = members.filter_map(|(name, text)| Some((member(name)?, plain(text))));
        let members: Vec<(String, String)> = members.collect();
        (!members.is_empty()).then(|| self.form(&members, schema))
    }
}

/// A text without its percent-encoding.
fn plain(text: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(text);
    decoded.decode_utf8_lossy().into_owned()
}

/// The pairs of a query, their names decoded and their values as they stand.
fn query_pairs(url: &str) -> Vec<(String, String)> {
    let query = url.split_once('?').map_or("", |(_, it)| it);
    let pairs = query.split('&').filter(|it| !it.is_empty());
    let pairs = pairs.map(|it| it.split_once('=').unwrap_or((it, "")));
    pairs
        .map(|(name, text)| (plain(name), text.to_owned()))
        .collect()
}

/// The cookies of a request, their values as they stand.
fn cookie_pairs(request: &Request) -> Vec<(String, String)> {
    let texts = request.headers.all("cookie");
    let mut pairs = Vec::new();
    for text in texts {
        let cookies = text.split(';').filter_map(|it| it.trim().split_once('='));
        pairs.extend(cookies.map(|(name, text)| (name.to_owned(), text.to_owned())));
    }
    pairs
}

/// What stands in the holes of a path that fill a segment each, encoded as it is.
fn path_texts(template: &PathTemplate, url: &str) -> Vec<(String, String)> {
    let path = url.split('?').next().unwrap_or_default();
    let wanted: Vec<&str> = template.as_str().split('/').skip(1).collect();
    let given: Vec<&str> = path.split('/').collect();
    // Where the API stands is not known here; its operations are at the end.
    let start = given.len().saturating_sub(wanted.len());
    let pairs = wanted.iter().zip(given.iter().skip(start));
    let holes = pairs.filter_map(|(wanted, given)| {
        let name = wanted.strip_prefix('{')?.strip_suffix('}')?;
        Some((name.to_owned(), (*given).to_owned()))
    });
    holes.collect()
}
