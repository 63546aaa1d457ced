//! The whole query string of a request as one value (`OpenAPI 3.2 §4.12.2`, `Arazzo 1.1.0 Parameter
//! Object`).

use serde_json::{Map, Value};

use super::form::Form;
use crate::contract::Parameter;
use crate::contract::serialize::encode;
use crate::http::form::FormKind;
use crate::http::{MediaRange, foreign_to_query};
use crate::json;

/// Why a value is no query string, and what to do.
pub(super) struct NoQuery {
    pub(super) message: String,
    pub(super) help: String,
}

/// The query string that a value is. A text is one as it stands; anything else is written in the media
/// type that the contract gives the parameter.
pub(super) fn whole(parameter: &Parameter, value: &Value) -> Result<String, NoQuery> {
    let media_type = parameter.media_type.as_ref();
    let media_type = media_type.and_then(MediaRange::as_media_type);
    match (value, media_type) {
        (Value::String(text), _) => as_it_stands(text),
        (Value::Object(map), Some(it)) if it.is_form() => form(parameter, map.clone()),
        (value, Some(it)) if it.is_json() => Ok(encode(&value.to_string(), false)),
        (value, _) => {
            let written = parameter.media_type.as_ref().map(ToString::to_string);
            let written = written.unwrap_or_else(|| "no media type".to_owned());
            let kind = json::kind(value);
            Err(NoQuery {
                message: format!(
                    "{} is of the type {kind}, and no `{written}`",
                    told(parameter)
                ),
                help: "give an object for a form, or the text of the query as it is to be sent"
                    .to_owned(),
            })
        }
    }
}

fn as_it_stands(text: &str) -> Result<String, NoQuery> {
    let Some(letter) = foreign_to_query(text) else {
        return Ok(text.to_owned());
    };
    let encoded = encode(letter.encode_utf8(&mut [0; 4]), false);
    Err(NoQuery {
        message: format!("a query cannot hold {letter:?}, and a text is sent as it stands"),
        help: format!("write it as `{encoded}`, or give an object, which is encoded"),
    })
}

fn form(parameter: &Parameter, map: Map<String, Value>) -> Result<String, NoQuery> {
    let form = Form::of(map);
    if let Some(name) = form.null() {
        return Err(NoQuery {
            message: format!(
                "the field `{name}` of {} is null, and a form has no word for that",
                told(parameter)
            ),
            help: "leave it out, or write '' for an empty one".to_owned(),
        });
    }
    let (_, bytes) = form
        .encode(FormKind::UrlEncoded, "", &parameter.encodings)
        .expect("values are texts");
    Ok(String::from_utf8(bytes).expect("what is encoded is ASCII"))
}

fn told(parameter: &Parameter) -> String {
    format!("the whole query `{}`", parameter.name)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::contract::{Encoding, FormStyle, ParameterPlace, Style};
    use crate::json::Pointer;

    fn parameter(media_type: &str) -> Parameter {
        Parameter {
            name: "q".into(),
            place: ParameterPlace::QueryString,
            required: false,
            style: Style::Form,
            explode: true,
            allow_reserved: false,
            schema: None,
            media_type: Some(MediaRange::parse(media_type).expect("a media type")),
            encodings: Vec::new(),
            pointer: Pointer::root(),
        }
    }

    fn written(parameter: &Parameter, value: &Value) -> Result<String, String> {
        whole(parameter, value).map_err(|it| it.message)
    }

    #[test]
    fn a_form_is_encoded_as_a_form() {
        let mut form = parameter("application/x-www-form-urlencoded");
        for (value, expected) in [
            (json!({"a": "1 &", "b": 2}), "a=1+%26&b=2"),
            (json!({"a": ["x", "y"]}), "a=x&a=y"),
            (json!({"a": {"b": 1}}), "a=%7B%22b%22%3A1%7D"),
            (json!({"é": "\r\n#"}), "%C3%A9=%0D%0A%23"),
            (json!({}), ""),
        ] {
            assert_eq!(written(&form, &value).as_deref(), Ok(expected), "{value}");
        }
        let style = Some(FormStyle {
            style: Style::DeepObject,
            explode: true,
        });
        let (field, media_type) = ("a".to_owned(), None);
        form.encodings.push(Encoding {
            field,
            media_type,
            style,
        });
        let deep = written(&form, &json!({"a": {"b": 1}}));
        assert_eq!(deep.as_deref(), Ok("a%5Bb%5D=1"));
        for wrong in [
            json!({"a": null}),
            json!({"a": [1, null]}),
            json!([1]),
            json!(1),
            json!(null),
        ] {
            assert!(written(&form, &wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn json_is_percent_encoded() {
        let whole = parameter("application/json");
        let encoded = written(&whole, &json!({"a": 1}));
        assert_eq!(encoded.as_deref(), Ok("%7B%22a%22%3A1%7D"));
        assert_eq!(written(&whole, &json!([true])).as_deref(), Ok("%5Btrue%5D"));
        for other in ["text/plain", "application/*"] {
            let told = written(&parameter(other), &json!({"a": 1})).expect_err("no object");
            assert!(told.contains(other), "{told}");
        }
    }

    #[test]
    fn a_text_is_sent_as_it_stands_or_not_at_all() {
        for media_type in [
            "application/x-www-form-urlencoded",
            "application/json",
            "text/plain",
        ] {
            let parameter = parameter(media_type);
            assert_eq!(
                written(&parameter, &json!("a=%20+&b")).as_deref(),
                Ok("a=%20+&b")
            );
            for wrong in ["a b", "a#b", "{}", "50%", "a\nb"] {
                let told = written(&parameter, &json!(wrong)).expect_err("no query");
                assert!(told.contains("cannot hold"), "{told}");
            }
        }
    }
}
