//! How parameter values are written (`OpenAPI 3.1 §4.8.12.4`, `RFC 6570`).

use std::borrow::Cow;

use percent_encoding::{AsciiSet, utf8_percent_encode};
use serde_json::Value;

use super::{Parameter, ParameterPlace, Style};
use crate::http::form::{Field, FieldValue, encode_urlencoded};
use crate::http::{PATH, UNRESERVED};
use crate::json::plain;

/// Everything but the unreserved and the reserved characters (`RFC 3986 §2.2`), for
/// `allowReserved`. `#` stays encoded, because it would end the query.
const RESERVED: &AsciiSet = &PATH.remove(b'/').remove(b'?').remove(b'[').remove(b']');

/// A text percent-encoded; reserved characters may stay as they are.
pub fn encode(text: &str, reserved: bool) -> String {
    // Most texts need no encoding, and then are copied as a whole.
    Cow::from(utf8_percent_encode(
        text,
        if reserved { RESERVED } else { UNRESERVED },
    ))
    .into_owned()
}

/// A value in the media type that the contract gives a parameter; none where it has a style.
fn written(parameter: &Parameter, value: &Value) -> Option<String> {
    let media_type = parameter.media_type.as_ref()?.as_media_type();
    Some(match (media_type, value) {
        (Some(it), _) if it.is_json() => value.to_string(),
        (Some(it), Value::Object(map)) if it.is_form() => {
            let texts: Vec<(&str, String)> = map
                .iter()
                .map(|(name, it)| (name.as_str(), plain(it)))
                .collect();
            let fields = texts.iter().map(|(name, text)| Field {
                name,
                value: FieldValue::Text(text.clone(), None),
            });
            encode_urlencoded(&fields.collect::<Vec<_>>()).expect("texts are texts")
        }
        _ => plain(value),
    })
}

/// A value in a path.
pub fn path(parameter: &Parameter, value: &Value) -> String {
    if let Some(text) = written(parameter, value) {
        return encode(&text, false);
    }
    let text = |value: &Value| encode(&plain(value), false);
    match (parameter.style, value) {
        (Style::Label, Value::Array(items)) => {
            let separator = if parameter.explode { "." } else { "," };
            format!(".{}", join(items.iter().map(text), separator))
        }
        (Style::Label, Value::Object(_)) => {
            let separator = if parameter.explode { "." } else { "," };
            format!(".{}", pairs(value, parameter.explode, separator))
        }
        (Style::Label, _) => format!(".{}", text(value)),
        (Style::Matrix, _) => matrix(parameter, value),
        (_, Value::Array(items)) => join(items.iter().map(text), ","),
        (_, Value::Object(_)) => pairs(value, parameter.explode, ","),
        _ => text(value),
    }
}

/// A value in a path of the style `matrix`, with its name.
fn matrix(parameter: &Parameter, value: &Value) -> String {
    let name = encode(&parameter.name, false);
    let text = |value: &Value| encode(&plain(value), false);
    match value {
        Value::Array(items) if parameter.explode => join(
            items.iter().map(|item| format!(";{name}={}", text(item))),
            "",
        ),
        Value::Array(items) => {
            format!(";{name}={}", join(items.iter().map(text), ","))
        }
        Value::Object(_) if parameter.explode => {
            format!(";{}", pairs(value, true, ";"))
        }
        Value::Object(_) => format!(";{name}={}", pairs(value, false, ",")),
        _ => format!(";{name}={}", text(value)),
    }
}

/// The pairs of a cookie: `name=value` (`OpenAPI 3.2 §4.12.2.4`).
pub fn cookie(parameter: &Parameter, value: &Value) -> Vec<String> {
    let name = &parameter.name;
    if let Some(text) = written(parameter, value) {
        return vec![format!("{name}={}", encode(&text, false))];
    }
    if parameter.style != Style::Cookie {
        let pairs = query(parameter, value);
        return (!pairs.is_empty())
            .then(|| pairs.join("&"))
            .into_iter()
            .collect();
    }
    match value {
        Value::Array(items) if parameter.explode => {
            let items = items.iter();
            items.map(|it| format!("{name}={}", plain(it))).collect()
        }
        Value::Object(map) if parameter.explode => {
            let fields = map.iter();
            fields
                .map(|(key, it)| format!("{key}={}", plain(it)))
                .collect()
        }
        _ => vec![format!("{name}={}", header(None, value))],
    }
}

/// A value in a header: as it is, without percent-encoding.
pub fn header(parameter: Option<&Parameter>, value: &Value) -> String {
    if let Some(text) = parameter.and_then(|it| written(it, value)) {
        return text;
    }
    let explode = parameter.is_some_and(|it| it.explode);
    match value {
        Value::Array(items) => join(items.iter().map(plain), ","),
        Value::Object(map) => {
            let sign = if explode { "=" } else { "," };
            join(
                map.iter()
                    .map(|(name, value)| format!("{name}{sign}{}", plain(value))),
                ",",
            )
        }
        value => plain(value),
    }
}

/// A value in a query: `name=value` pairs, already encoded.
pub fn query(parameter: &Parameter, value: &Value) -> Vec<String> {
    let name = encode(&parameter.name, false);
    if let Some(text) = written(parameter, value) {
        return vec![format!("{name}={}", encode(&text, false))];
    }
    let text = |value: &Value| encode(&plain(value), parameter.allow_reserved);
    match (parameter.style, value) {
        (Style::DeepObject, Value::Object(map)) => map
            .iter()
            .map(|(key, value)| format!("{name}%5B{}%5D={}", encode(key, false), text(value)))
            .collect(),
        (_, Value::Array(items)) if items.is_empty() => Vec::new(),
        (_, Value::Array(items)) if parameter.explode => items
            .iter()
            .map(|item| format!("{name}={}", text(item)))
            .collect(),
        (style, Value::Array(items)) => {
            let separator = match style {
                Style::SpaceDelimited => "%20",
                Style::PipeDelimited => "%7C",
                _ => ",",
            };
            vec![format!(
                "{name}={}",
                join(items.iter().map(text), separator)
            )]
        }
        (_, Value::Object(map)) if parameter.explode => map
            .iter()
            .map(|(key, value)| format!("{}={}", encode(key, false), text(value)))
            .collect(),
        (_, Value::Object(_)) => vec![format!("{name}={}", pairs(value, false, ","))],
        _ => vec![format!("{name}={}", text(value))],
    }
}

fn join(parts: impl Iterator<Item = String>, separator: &str) -> String {
    parts.collect::<Vec<_>>().join(separator)
}

fn pairs(value: &Value, explode: bool, separator: &str) -> String {
    let Value::Object(map) = value else {
        return encode(&plain(value), false);
    };
    let sign = if explode { "=" } else { "," };
    join(
        map.iter().map(|(name, value)| {
            format!(
                "{}{sign}{}",
                encode(name, false),
                encode(&plain(value), false)
            )
        }),
        separator,
    )
}

/// Whether values of a place go into the URL.
pub fn is_in_url(place: ParameterPlace) -> bool {
    matches!(
        place,
        ParameterPlace::Path | ParameterPlace::Query | ParameterPlace::QueryString
    )
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::http::MediaRange;
    use crate::json::Pointer;

    fn parameter(place: ParameterPlace, style: Style, explode: bool) -> Parameter {
        Parameter {
            name: "color".into(),
            place,
            required: false,
            style,
            explode,
            allow_reserved: false,
            schema: None,
            media_type: None,
            encodings: Vec::new(),
            pointer: Pointer::root(),
        }
    }

    /// The table of the specification (`OpenAPI 3.1 §4.8.12.5`), for an array and an object.
    #[test]
    fn p2_styles_follow_the_table() {
        use ParameterPlace::{Path, Query};
        let array = json!(["blue", "black"]);
        let object = json!({"R": 100, "G": 200});
        for (style, explode, of_array, of_object) in [
            (Style::Simple, false, "blue,black", "R,100,G,200"),
            (Style::Simple, true, "blue,black", "R=100,G=200"),
            (Style::Label, false, ".blue,black", ".R,100,G,200"),
            (Style::Label, true, ".blue.black", ".R=100.G=200"),
            (
                Style::Matrix,
                false,
                ";color=blue,black",
                ";color=R,100,G,200",
            ),
            (
                Style::Matrix,
                true,
                ";color=blue;color=black",
                ";R=100;G=200",
            ),
        ] {
            let parameter = parameter(Path, style, explode);
            assert_eq!(path(&parameter, &array), of_array, "{style:?} {explode}");
            assert_eq!(path(&parameter, &object), of_object, "{style:?} {explode}");
        }
        for (style, explode, of_array, of_object) in [
            (Style::Form, false, "color=blue,black", "color=R,100,G,200"),
            (Style::Form, true, "color=blue&color=black", "R=100&G=200"),
            (
                Style::SpaceDelimited,
                false,
                "color=blue%20black",
                "color=R,100,G,200",
            ),
            (
                Style::PipeDelimited,
                false,
                "color=blue%7Cblack",
                "color=R,100,G,200",
            ),
        ] {
            let parameter = parameter(Query, style, explode);
            assert_eq!(
                query(&parameter, &array).join("&"),
                of_array,
                "{style:?} {explode}"
            );
            assert_eq!(
                query(&parameter, &object).join("&"),
                of_object,
                "{style:?} {explode}"
            );
        }
        let deep = parameter(Query, Style::DeepObject, true);
        assert_eq!(
            query(&deep, &object).join("&"),
            "color%5BR%5D=100&color%5BG%5D=200"
        );
    }

    fn written(place: ParameterPlace, media_type: &str) -> Parameter {
        Parameter {
            media_type: Some(MediaRange::parse(media_type).expect("a media type")),
            ..parameter(place, Style::Form, true)
        }
    }

    #[test]
    fn a_media_type_writes_what_a_style_does_not() {
        let value = json!({"a": [1, "x"]});
        let encoded = "%7B%22a%22%3A%5B1%2C%22x%22%5D%7D";
        let in_query = written(ParameterPlace::Query, "application/json");
        assert_eq!(query(&in_query, &value), [format!("color={encoded}")]);
        assert_eq!(
            query(&in_query, &json!("x")),
            ["color=%22x%22"],
            "a text has its quotes"
        );
        let in_path = written(ParameterPlace::Path, "application/json");
        assert_eq!(path(&in_path, &value), encoded);
        let in_header = written(ParameterPlace::Header, "application/json");
        assert_eq!(header(Some(&in_header), &value), "{\"a\":[1,\"x\"]}");
        let in_cookie = written(ParameterPlace::Cookie, "application/json");
        assert_eq!(cookie(&in_cookie, &value), [format!("color={encoded}")]);
        let plain = written(ParameterPlace::Query, "text/plain");
        assert_eq!(query(&plain, &json!("a b")), ["color=a%20b"]);
    }

    #[test]
    fn cookies_follow_their_style() {
        let array = json!(["blue", "a b"]);
        let object = json!({"R": 100, "G": 200});
        let own = parameter(ParameterPlace::Cookie, Style::Cookie, true);
        assert_eq!(cookie(&own, &array), ["color=blue", "color=a b"]);
        assert_eq!(cookie(&own, &object), ["R=100", "G=200"]);
        let joined = parameter(ParameterPlace::Cookie, Style::Cookie, false);
        assert_eq!(cookie(&joined, &array), ["color=blue,a b"]);
        let form = parameter(ParameterPlace::Cookie, Style::Form, true);
        assert_eq!(cookie(&form, &json!("a b")), ["color=a%20b"]);
        assert_eq!(cookie(&form, &array), ["color=blue&color=a%20b"]);
        assert_eq!(cookie(&form, &json!([])), [] as [&str; 0]);
    }

    #[test]
    fn a_value_cannot_leave_its_place() {
        let in_path = parameter(ParameterPlace::Path, Style::Simple, false);
        assert_eq!(
            path(&in_path, &json!("../a b?c#d%")),
            "..%2Fa%20b%3Fc%23d%25"
        );
        let in_query = parameter(ParameterPlace::Query, Style::Form, true);
        assert_eq!(
            query(&in_query, &json!("a&b=c é")).join("&"),
            "color=a%26b%3Dc%20%C3%A9"
        );
        assert_eq!(query(&in_query, &json!("")).join("&"), "color=");
    }
}
