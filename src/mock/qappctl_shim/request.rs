//! What qappctl-shim reads from a request, and refuses.
//!
//! Bodies are strict: JSON by media type, one object, no unknown fields, right types. Of a field
//! that comes twice the last counts, as in the document's own example.

use axum::http::{HeaderMap, StatusCode};
use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::{Map, Value};

use super::{Refusal, names};
use crate::mock::reply;

/// The most instances of one deploy.
const REPLICAS_MAX: u64 = 1_000;
/// The smallest flavor: what a release has that asks for none.
const FLAVOR_DEFAULT: &str = "C1M1";

/// The rule that a fault suspends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leniency {
    /// None: the mock keeps to its document.
    Strict,
    /// Any media type will do.
    AnyMediaType,
    /// Unknown fields are ignored.
    UnknownFields,
    /// The `image` of a release may be missing.
    MissingInput,
    /// Of a field that comes twice the first counts.
    FirstOfDuplicates,
}

/// A release to be created.
#[derive(Debug)]
pub(super) struct ReleaseOrder {
    /// The name it is to have, if not a generated one.
    pub(super) name: Option<String>,
    /// The reference of its image, as asked for.
    pub(super) image: String,
    /// All fields as they will be listed, but `name`, `image` and `ctime`.
    pub(super) fields: Map<String, Value>,
}

/// A deploy to be created.
#[derive(Debug)]
pub(super) struct DeployOrder {
    pub(super) release: String,
    pub(super) region: String,
    pub(super) replicas: u64,
}

/// The image to be pushed.
///
/// # Errors
/// When the body is not as the document says.
pub(super) fn push_image(
    headers: &HeaderMap,
    body: &[u8],
    leniency: Leniency,
) -> Result<String, Refusal> {
    let mut fields = Fields::read(headers, body, &["image"], leniency)?;
    fields.required_text("image")
}

/// The release to be created.
///
/// # Errors
/// When the body is not as the document says.
pub(super) fn create_release(
    headers: &HeaderMap,
    body: &[u8],
    leniency: Leniency,
) -> Result<ReleaseOrder, Refusal> {
    let known = RELEASE_FIELDS.map(|(name, _)| name);
    let mut fields = Fields::read(headers, body, &known, leniency)?;
    for (name, shape) in RELEASE_FIELDS {
        fields.check(name, shape)?;
    }
    let name = fields.text("name")?;
    if let Some(name) = name.as_deref().filter(|name| !names::is_release_name(name)) {
        return Err(Refusal::bad_request(format!(
            "invalid release name {name:?}"
        )));
    }
    let image = match fields.text("image")? {
        None if leniency == Leniency::MissingInput => String::new(),
        Some(image) => image,
        None => return Err(missing("image")),
    };
    let mut given = fields.members;
    given
        .entry("flavor")
        .or_insert_with(|| Value::from(FLAVOR_DEFAULT));
    if given.get("port").and_then(Value::as_u64) == Some(0) {
        given.shift_remove("port");
    }
    let mut listed = Map::new();
    for (name, _) in RELEASE_FIELDS {
        if let Some(value) = given.shift_remove(name) {
            listed.insert(name.to_owned(), value);
        }
    }
    Ok(ReleaseOrder {
        name,
        image,
        fields: listed,
    })
}

/// The deploy to be created.
///
/// # Errors
/// When the body is not as the document says.
pub(super) fn create_deploy(
    headers: &HeaderMap,
    body: &[u8],
    leniency: Leniency,
) -> Result<DeployOrder, Refusal> {
    let mut fields = Fields::read(headers, body, &["release", "region", "replicas"], leniency)?;
    fields.check("replicas", Shape::Number(REPLICAS_MAX))?;
    let replicas = fields
        .members
        .remove("replicas")
        .and_then(|value| value.as_u64());
    Ok(DeployOrder {
        release: fields.required_text("release")?,
        region: fields.required_text("region")?,
        replicas: replicas.unwrap_or(1),
    })
}

/// The id and the region of the deploy to be deleted.
///
/// # Errors
/// When the body is not as the document says.
pub(super) fn delete_deploy(
    headers: &HeaderMap,
    body: &[u8],
    leniency: Leniency,
) -> Result<(String, String), Refusal> {
    let mut fields = Fields::read(headers, body, &["id", "region"], leniency)?;
    Ok((fields.required_text("id")?, fields.required_text("region")?))
}

/// The region that the query names.
///
/// # Errors
/// When it names none.
pub(super) fn region(query: Option<&str>) -> Result<String, Refusal> {
    reply::query_value(query, "region").ok_or_else(|| missing("region"))
}

fn missing(name: &str) -> Refusal {
    Refusal::bad_request(format!("{name} is required"))
}

/// What a field of a release must be.
#[derive(Debug, Clone, Copy)]
enum Shape {
    Text,
    /// A whole number from 0 up to this one.
    Number(u64),
    Texts,
    /// An object with these fields, and no others.
    Object(&'static [(&'static str, Shape)]),
    /// A list of such objects.
    Objects(&'static [(&'static str, Shape)]),
}

/// The fields of a release, in the order in which they are listed.
const RELEASE_FIELDS: [(&str, Shape); 11] = [
    ("name", Shape::Text),
    ("desc", Shape::Text),
    ("image", Shape::Text),
    ("flavor", Shape::Text),
    ("port", Shape::Number(65_535)),
    ("command", Shape::Texts),
    ("args", Shape::Texts),
    (
        "health_check",
        Shape::Object(&[("path", Shape::Text), ("timeout", Shape::Number(86_400))]),
    ),
    (
        "env",
        Shape::Objects(&[("key", Shape::Text), ("value", Shape::Text)]),
    ),
    ("log_file_paths", Shape::Texts),
    (
        "config",
        Shape::Object(&[
            ("name", Shape::Text),
            ("files", Shape::Objects(FILE_FIELDS)),
        ]),
    ),
];

const FILE_FIELDS: &[(&str, Shape)] = &[
    ("filename", Shape::Text),
    ("mount_path", Shape::Text),
    ("content", Shape::Text),
];

/// Whether `value` is of this shape. It recurses as deep as the shapes above are nested.
fn fits(value: &Value, shape: Shape) -> bool {
    let is_list_of = |shape: Shape| {
        value
            .as_array()
            .is_some_and(|items| items.iter().all(|item| fits(item, shape)))
    };
    match shape {
        Shape::Text => value.is_string(),
        Shape::Number(max) => value.as_u64().is_some_and(|number| number <= max),
        Shape::Texts => is_list_of(Shape::Text),
        Shape::Objects(members) => is_list_of(Shape::Object(members)),
        Shape::Object(members) => value.as_object().is_some_and(|object| {
            object.iter().all(|(name, value)| {
                members
                    .iter()
                    .any(|(known, shape)| known == name && fits(value, *shape))
            })
        }),
    }
}

/// The fields of a body; null ones are left out.
struct Fields {
    members: Map<String, Value>,
}

impl Fields {
    fn read(
        headers: &HeaderMap,
        body: &[u8],
        known: &[&str],
        leniency: Leniency,
    ) -> Result<Fields, Refusal> {
        if leniency != Leniency::AnyMediaType && !reply::is_of_type(headers, reply::JSON) {
            let message = "Content-Type must be application/json";
            return Err(Refusal::of(StatusCode::UNSUPPORTED_MEDIA_TYPE, message));
        }
        let Members(pairs) = serde_json::from_slice(body)
            .map_err(|error| Refusal::bad_request(format!("err decode body: {error}")))?;
        let mut members = Map::new();
        for (name, value) in pairs {
            if !known.contains(&name.as_str()) {
                if leniency == Leniency::UnknownFields {
                    continue;
                }
                let message = format!("err decode body: unknown field {name:?}");
                return Err(Refusal::bad_request(message));
            }
            let is_kept = leniency == Leniency::FirstOfDuplicates && members.contains_key(&name);
            if !is_kept && !value.is_null() {
                members.insert(name, value);
            }
        }
        Ok(Fields { members })
    }

    /// Refuses the field when it is there and not of this shape.
    fn check(&self, name: &str, shape: Shape) -> Result<(), Refusal> {
        match self.members.get(name) {
            Some(value) if !fits(value, shape) => Err(Refusal::bad_request(format!(
                "err decode body: invalid value of {name}"
            ))),
            _ => Ok(()),
        }
    }

    /// Takes out a text; an empty one is as good as none.
    fn text(&mut self, name: &str) -> Result<Option<String>, Refusal> {
        self.check(name, Shape::Text)?;
        match self.members.shift_remove(name) {
            Some(Value::String(text)) if !text.is_empty() => Ok(Some(text)),
            _ => Ok(None),
        }
    }

    fn required_text(&mut self, name: &str) -> Result<String, Refusal> {
        self.text(name)?.ok_or_else(|| missing(name))
    }
}

/// The members of a JSON object in the order of the text, repeated ones as well.
struct Members(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Members, D::Error> {
        struct Collect;

        impl<'de> Visitor<'de> for Collect {
            type Value = Members;

            fn expecting(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                formatter.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Members(pairs))
            }
        }

        deserializer.deserialize_map(Collect)
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::CONTENT_TYPE;

    use super::*;

    fn headers() -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static("application/json"))])
    }

    fn release(body: &str) -> Result<ReleaseOrder, Refusal> {
        create_release(&headers(), body.as_bytes(), Leniency::Strict)
    }

    fn message(body: &str) -> String {
        release(body).unwrap_err().message
    }

    #[test]
    fn the_last_of_two_images_counts() {
        let body = r#"{"image":"nginx:alpine","image":"pause:3.6","flavor":"C1M1","port":80}"#;
        let order = release(body).unwrap();
        assert_eq!(order.image, "pause:3.6");
        assert_eq!(
            Value::Object(order.fields).to_string(),
            r#"{"flavor":"C1M1","port":80}"#
        );
    }

    #[test]
    fn every_field_is_kept_as_sent() {
        let body = r#"{"name":"v1","image":"a","desc":"d","command":["c"],"args":[],
            "health_check":{"path":"/h","timeout":3},"env":[{"key":"K","value":""}],
            "log_file_paths":["/l"],
            "config":{"name":"n","files":[{"filename":"f","mount_path":"/m","content":"c"}]}}"#;
        let order = release(body).unwrap();
        assert_eq!(order.name.as_deref(), Some("v1"));
        let names: Vec<&str> = order.fields.keys().map(String::as_str).collect();
        let listed = [
            "desc",
            "flavor",
            "command",
            "args",
            "health_check",
            "env",
            "log_file_paths",
            "config",
        ];
        assert_eq!(names, listed);
    }

    #[test]
    fn null_and_port_zero_are_as_good_as_absent() {
        let order = release(r#"{"image":"a","desc":null,"port":0}"#).unwrap();
        assert_eq!(
            Value::Object(order.fields).to_string(),
            r#"{"flavor":"C1M1"}"#
        );
    }

    #[test]
    fn what_is_no_object_of_the_right_fields_is_refused() {
        for body in ["", "[]", "{", "null", r#"{"image":"a"} {}"#] {
            assert!(message(body).starts_with("err decode body"), "{body}");
        }
        assert!(message(r#"{"image":"a","volumes":[]}"#).contains(r#"unknown field "volumes""#));
        assert_eq!(message("{}"), "image is required");
        assert_eq!(message(r#"{"image":null}"#), "image is required");
        assert!(message(r#"{"image":"a","name":"a b"}"#).contains("invalid release name"));
    }

    #[test]
    fn values_of_the_wrong_type_are_refused() {
        for field in [
            r#""port":-1"#,
            r#""port":"80""#,
            r#""port":1.5"#,
            r#""port":65536"#,
            r#""flavor":1"#,
            r#""command":"c""#,
            r#""args":[1]"#,
            r#""health_check":{"other":1}"#,
            r#""env":[{"key":1}]"#,
            r#""config":{"files":[{"filename":[]}]}"#,
        ] {
            let body = format!(r#"{{"image":"a",{field}}}"#);
            assert!(message(&body).contains("invalid value of"), "{body}");
        }
    }

    #[test]
    fn replicas_default_to_one_and_are_bounded() {
        let order = |replicas: &str| {
            let body = format!(r#"{{"release":"v","region":"z0"{replicas}}}"#);
            create_deploy(&headers(), body.as_bytes(), Leniency::Strict).map(|order| order.replicas)
        };
        assert_eq!(order("").unwrap(), 1);
        assert_eq!(order(r#","replicas":0"#).unwrap(), 0);
        for replicas in ["1001", "-1", "\"1\"", "18446744073709551616"] {
            assert!(
                order(&format!(r#","replicas":{replicas}"#)).is_err(),
                "{replicas}"
            );
        }
    }

    #[test]
    fn another_media_type_is_refused_as_such() {
        let refusal = push_image(&HeaderMap::new(), b"{}", Leniency::Strict).unwrap_err();
        assert_eq!(refusal.status, StatusCode::UNSUPPORTED_MEDIA_TYPE);
    }

    #[test]
    fn leniency_suspends_one_rule_each() {
        let lenient = Leniency::FirstOfDuplicates;
        let body = br#"{"image":"a","image":"b"}"#;
        assert_eq!(push_image(&headers(), body, lenient).unwrap(), "a");
        let lenient = Leniency::UnknownFields;
        assert!(push_image(&headers(), br#"{"image":"a","x":1}"#, lenient).is_ok());
        let lenient = Leniency::MissingInput;
        assert!(create_release(&headers(), b"{}", lenient).is_ok());
        let lenient = Leniency::AnyMediaType;
        assert!(push_image(&HeaderMap::new(), br#"{"image":"a"}"#, lenient).is_ok());
    }
}
