//! What the platform reads from a request, and refuses.
//!
//! First the body is read as a message; what is none cannot be parsed. Then the message is looked
//! at; what it must not say is invalid.

use axum::http::HeaderMap;
use serde_json::{Map, Value};

use super::fields::{NAMED, ORDER, SEVERAL};
use super::message::{self, Fields, Misfit};
use super::{INVALID, Refusal, UNREADABLE};
use crate::mock::reply;

/// The longest name, in bytes (RFC 1123 §2.1, RFC 1035 §2.3.4).
const NAME_BYTES_MAX: usize = 63;
/// How many instances there are of a template that does not say.
const REPLICAS_DEFAULT: i32 = 1;

/// The rule that a fault suspends, or makes stricter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leniency {
    /// None: the mock keeps to its document.
    Strict,
    /// Any media type will do.
    AnyMediaType,
    /// An image needs no name.
    MissingInput,
    /// A name may be any text.
    AnyName,
    /// A template that does not say has no replicas.
    NoDefault,
    /// A member that is not known is refused.
    NothingUnknown,
}

/// What is to be created, or changed.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) name: String,
    /// The members of an app image that were sent.
    pub(super) members: Map<String, Value>,
}

/// The app image to be created.
///
/// # Errors
/// When the body is not as the document says.
pub(super) fn create(
    headers: &HeaderMap,
    body: &[u8],
    leniency: Leniency,
) -> Result<Order, Refusal> {
    let order = update(headers, body, leniency)?;
    if order.members.contains_key("deploy_templates") {
        Ok(order)
    } else {
        Err(missing("deploy_templates"))
    }
}

/// The app image to be changed, and what of it.
///
/// # Errors
/// When the body is not as the document says.
pub(super) fn update(
    headers: &HeaderMap,
    body: &[u8],
    leniency: Leniency,
) -> Result<Order, Refusal> {
    let mut members = read(headers, body, ORDER, leniency)?;
    members.shift_remove("header");
    let name = name_in(&members)?;
    if !is_label(&name) && leniency != Leniency::AnyName {
        let message = format!("the name {name:?} is no label of RFC 1123");
        return Err(Refusal::of(INVALID, message));
    }
    let image = members.get("image").ok_or_else(|| missing("image"))?;
    if image.get("name").is_none() && leniency != Leniency::MissingInput {
        return Err(missing("image.name"));
    }
    for template in messages_mut(&mut members, "deploy_templates") {
        complete_template(template, leniency)?;
    }
    Ok(Order { name, members })
}

/// The name of the app image to be asked for, or deleted.
///
/// # Errors
/// When the body is not as the document says.
pub(super) fn name(
    headers: &HeaderMap,
    body: &[u8],
    leniency: Leniency,
) -> Result<String, Refusal> {
    name_in(&read(headers, body, NAMED, leniency)?)
}

/// The names of the app images to be asked for.
///
/// # Errors
/// When the body is not as the document says.
pub(super) fn names(
    headers: &HeaderMap,
    body: &[u8],
    leniency: Leniency,
) -> Result<Vec<String>, Refusal> {
    let message = read(headers, body, SEVERAL, leniency)?;
    let names = message.get("names").and_then(Value::as_array);
    let names: Vec<String> = names
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_str().map(str::to_owned))
        .collect();
    if names.is_empty() || names.iter().any(String::is_empty) {
        return Err(missing("names"));
    }
    Ok(names)
}

fn read(
    headers: &HeaderMap,
    body: &[u8],
    fields: Fields,
    leniency: Leniency,
) -> Result<Map<String, Value>, Refusal> {
    let unreadable = |what: String| Refusal::of(UNREADABLE, format!("cannot parse body: {what}"));
    if leniency != Leniency::AnyMediaType && !reply::is_of_type(headers, reply::JSON) {
        return Err(unreadable(
            "its media type is not application/json".to_owned(),
        ));
    }
    let value: Value =
        serde_json::from_slice(body).map_err(|error| unreadable(error.to_string()))?;
    if leniency == Leniency::NothingUnknown
        && let Some(name) = message::unknown(&value, fields)
    {
        return Err(unreadable(format!("unknown member {name:?}")));
    }
    message::read(value, fields).map_err(|Misfit(name)| unreadable(format!("invalid {name}")))
}

fn missing(name: &str) -> Refusal {
    Refusal::of(INVALID, format!("{name} must not be empty"))
}

fn name_in(message: &Map<String, Value>) -> Result<String, Refusal> {
    let name = message.get("name").and_then(Value::as_str);
    name.map(str::to_owned).ok_or_else(|| missing("name"))
}

/// Whether `name` is a label: `[a-z0-9]([-a-z0-9]*[a-z0-9])?`, and not too long.
fn is_label(name: &str) -> bool {
    let is_end = |byte: Option<&u8>| byte.is_some_and(|byte| *byte != b'-');
    let bytes = name.as_bytes();
    let is_known = |byte: &u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    bytes.len() <= NAME_BYTES_MAX
        && bytes.iter().all(is_known)
        && is_end(bytes.first())
        && is_end(bytes.last())
}

/// The messages of a list, to be changed; none when there is no such list.
fn messages_mut<'m>(
    message: &'m mut Map<String, Value>,
    name: &str,
) -> impl Iterator<Item = &'m mut Map<String, Value>> {
    let items = message.get_mut(name).and_then(Value::as_array_mut);
    items.into_iter().flatten().filter_map(Value::as_object_mut)
}

/// Sees that a template is right, and gives it the replicas that it does not name.
fn complete_template(template: &mut Map<String, Value>, leniency: Leniency) -> Result<(), Refusal> {
    if !template.contains_key("name") {
        return Err(missing("deploy_templates.name"));
    }
    if !template.contains_key("containers") {
        return Err(missing("deploy_templates.containers"));
    }
    if leniency != Leniency::NoDefault {
        let entry = template.entry("replicas");
        entry.or_insert_with(|| Value::from(REPLICAS_DEFAULT));
    }
    let replicas = template.get("replicas").and_then(Value::as_i64);
    if replicas.is_some_and(|replicas| replicas < 0) {
        let message = "deploy_templates.replicas must not be negative";
        return Err(Refusal::of(INVALID, message));
    }
    one_of(
        template,
        "restart_policy",
        &["Always", "Never", "OnFailure"],
    )?;
    for container in messages_mut(template, "containers") {
        check_container(container)?;
    }
    Ok(())
}

fn check_container(container: &mut Map<String, Value>) -> Result<(), Refusal> {
    if !container.contains_key("name") {
        return Err(missing("containers.name"));
    }
    for port in messages_mut(container, "ports") {
        one_of(port, "protocol", &["HTTP", "GRPC"])?;
        one_of(port, "scope", &["Cluster", "Domain", "Local"])?;
    }
    let resources = container.get("resources").and_then(Value::as_object);
    for (what, amounts) in resources.into_iter().flatten() {
        for (name, amount) in amounts.as_object().into_iter().flatten() {
            if !amount.as_str().is_some_and(is_quantity) {
                let message = format!("{what}.{name} must be a quantity, and is {amount}");
                return Err(Refusal::of(INVALID, message));
            }
        }
    }
    Ok(())
}

/// Refuses a member that is there and none of the texts.
fn one_of(message: &Map<String, Value>, name: &str, texts: &[&str]) -> Result<(), Refusal> {
    match message.get(name).and_then(Value::as_str) {
        Some(text) if !texts.contains(&text) => Err(Refusal::of(
            INVALID,
            format!("{name} must be one of {texts:?}, and is {text:?}"),
        )),
        _ => Ok(()),
    }
}

/// Whether `text` is a quantity of Kubernetes that is not negative: a number, then a unit or a
/// power of ten.
fn is_quantity(text: &str) -> bool {
    let end = text.find(|it: char| !it.is_ascii_digit() && it != '.');
    let (number, suffix) = text.split_at(end.unwrap_or(text.len()));
    let is_number =
        number.matches('.').count() <= 1 && number.bytes().any(|byte| byte.is_ascii_digit());
    let power = suffix.strip_prefix(['e', 'E']).map(|power| {
        let digits = power.strip_prefix(['+', '-']).unwrap_or(power);
        !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let is_unit = match suffix.strip_suffix('i') {
        Some(unit) => matches!(unit, "K" | "M" | "G" | "T" | "P" | "E"),
        None => matches!(
            suffix,
            "" | "n" | "u" | "m" | "k" | "M" | "G" | "T" | "P" | "E"
        ),
    };
    is_number && (is_unit || power == Some(true))
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;
    use axum::http::header::CONTENT_TYPE;
    use serde_json::json;

    use super::*;

    fn headers() -> HeaderMap {
        HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(reply::JSON))])
    }

    fn least() -> Value {
        json!({ "name": "app", "image": { "name": "app-image" },
            "deploy_templates": [{ "name": "app", "containers": [{ "name": "app" }] }] })
    }

    fn created(body: &Value, leniency: Leniency) -> Result<Order, Refusal> {
        create(&headers(), body.to_string().as_bytes(), leniency)
    }

    /// The code and the message of the refusal of an order that is right but for one place.
    fn refused(pointer: &str, value: Value) -> (i32, String) {
        let mut body = least();
        let (parent, name) = pointer.rsplit_once('/').unwrap();
        body.pointer_mut(parent).unwrap()[name] = value;
        let refusal = created(&body, Leniency::Strict).unwrap_err();
        (refusal.code, refusal.message)
    }

    #[test]
    fn the_least_order_is_taken_with_its_default() {
        let order = created(&least(), Leniency::Strict).unwrap();
        assert_eq!(order.name, "app");
        assert_eq!(order.members["deploy_templates"][0]["replicas"], 1);
        let order = created(&least(), Leniency::NoDefault).unwrap();
        assert_eq!(order.members["deploy_templates"][0].get("replicas"), None);
    }

    #[test]
    fn labels_have_1_to_63_characters_of_a_few() {
        let longest = "a".repeat(NAME_BYTES_MAX);
        for name in ["a", "0", "a-b", "a--b", "0123", longest.as_str()] {
            assert!(is_label(name), "{name}");
        }
        let too_long = "a".repeat(NAME_BYTES_MAX + 1);
        for name in [
            "",
            "-",
            "-a",
            "a-",
            "A",
            "a_b",
            "a.b",
            "a b",
            "é",
            "a\n",
            too_long.as_str(),
        ] {
            assert!(!is_label(name), "{name:?}");
        }
    }

    #[test]
    fn quantities_are_those_of_kubernetes() {
        for text in [
            "0", "100m", "100Mi", "1.5", "1.", ".5", "1e3", "1E-3", "1E", "2Ei", "12e+06",
        ] {
            assert!(is_quantity(text), "{text}");
        }
        for text in [
            "", ".", "m", "-1", "+1", "1.2.3", "100MB", "100mi", "1 ", "1e", "1e+", "much", "1ki",
            "i",
        ] {
            assert!(!is_quantity(text), "{text:?}");
        }
    }

    #[test]
    fn what_must_not_be_empty_is_named() {
        for (pointer, value, name) in [
            ("/name", json!(""), "name"),
            ("/image", json!(null), "image"),
            ("/image/name", json!(""), "image.name"),
            ("/deploy_templates", json!([]), "deploy_templates"),
            (
                "/deploy_templates/0/name",
                json!(""),
                "deploy_templates.name",
            ),
            (
                "/deploy_templates/0/containers",
                json!([]),
                "deploy_templates.containers",
            ),
            (
                "/deploy_templates/0/containers/0/name",
                json!(null),
                "containers.name",
            ),
        ] {
            let message = format!("{name} must not be empty");
            assert_eq!(refused(pointer, value), (INVALID, message), "{pointer}");
        }
    }

    #[test]
    fn what_cannot_be_is_invalid_and_what_is_of_another_type_cannot_be_parsed() {
        let container = "/deploy_templates/0/containers/0";
        for (pointer, value, code) in [
            ("/deploy_templates/0/replicas", json!(-1), INVALID),
            ("/deploy_templates/0/replicas", json!("-1"), INVALID),
            ("/deploy_templates/0/replicas", json!("many"), UNREADABLE),
            (
                "/deploy_templates/0/restart_policy",
                json!("never"),
                INVALID,
            ),
            ("/config_templates", json!({ "a": 1 }), UNREADABLE),
            ("/header", json!({ "custom_headers": [] }), UNREADABLE),
        ] {
            assert_eq!(refused(pointer, value).0, code, "{pointer}");
        }
        for (name, value) in [
            ("ports", json!([{ "protocol": "TCP" }])),
            ("ports", json!([{ "scope": "World" }])),
            ("resources", json!({ "limits": { "cpu": "much" } })),
        ] {
            assert_eq!(
                refused(&format!("{container}/{name}"), value).0,
                INVALID,
                "{name}"
            );
        }
    }

    #[test]
    fn an_update_needs_no_templates_but_right_ones() {
        let updated =
            |body: Value| update(&headers(), body.to_string().as_bytes(), Leniency::Strict);
        let order =
            updated(json!({ "name": "a", "image": { "name": "b" }, "deploy_templates": [] }));
        assert_eq!(order.unwrap().members.get("deploy_templates"), None);
        let order = json!({ "name": "a", "image": { "name": "b" }, "deploy_templates": [{}] });
        assert_eq!(updated(order).unwrap_err().code, INVALID);
    }

    #[test]
    fn names_are_not_empty() {
        let asked = |body: &str| names(&headers(), body.as_bytes(), Leniency::Strict);
        assert_eq!(
            asked(r#"{"names":["b","a","b"]}"#).unwrap(),
            ["b", "a", "b"]
        );
        for body in ["{}", r#"{"names":[]}"#, r#"{"names":["a",""]}"#] {
            assert_eq!(asked(body).unwrap_err().code, INVALID, "{body}");
        }
        assert_eq!(asked("[]").unwrap_err().code, UNREADABLE);
    }

    #[test]
    fn leniency_changes_one_rule_each() {
        let mut order = least();
        order["image"] = json!({ "tag": "v1" });
        assert!(created(&order, Leniency::MissingInput).is_ok());
        order = least();
        order["name"] = json!("App_Image");
        assert!(created(&order, Leniency::AnyName).is_ok());
        let body = least().to_string();
        assert!(create(&HeaderMap::new(), body.as_bytes(), Leniency::AnyMediaType).is_ok());
        assert!(create(&HeaderMap::new(), body.as_bytes(), Leniency::Strict).is_err());
        order = least();
        order["deploy_templates"][0]["other"] = json!(1);
        assert!(created(&order, Leniency::Strict).is_ok());
        let refusal = created(&order, Leniency::NothingUnknown).unwrap_err();
        assert_eq!(
            refusal.message,
            r#"cannot parse body: unknown member "other""#
        );
    }
}
