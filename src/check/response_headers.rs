//! `response-headers`: the header fields that the contract promises are there, and right.

use serde_json::Value;

use super::{Check, Fact, Place, Subject};
use crate::contract::{Contract, Header, Judgement, Reading};
use crate::http::MediaRange;
use crate::verdict::Severity;

/// See the module.
pub(super) const CHECK: Check = Check {
    id: "response-headers",
    summary: "the documented header fields are there and valid",
    explanation: "\
A header field that the contract requires for this response is missing, or its value breaks the \
field's schema. A value is judged as text, and as the number or boolean that the text spells; where \
the schema wants an array or an object, as the list between commas that it is; where the contract \
gives it a media type, as that. Fields that come several times are judged as one list joined by `, ` \
(`RFC 9110 §5.2`).",
    severity: Severity::Error,
    examine,
};

fn examine(subject: &Subject<'_>) -> Vec<Fact> {
    let Some(documented) = subject.documented else {
        return Vec::new();
    };
    let mut facts = Vec::new();
    for header in &documented.headers {
        let place = || Place::Header(header.name.to_ascii_lowercase());
        let headers = &subject.attempt.exchange.response.headers;
        if !headers.contains(&header.name) {
            if header.required {
                facts.push(Fact {
                    message: format!("the required header `{}` is missing", header.name),
                    place: place(),
                    expected: format!("a header `{}`", header.name),
                    actual: "no such header".to_owned(),
                    contract: Some(header.pointer.clone()),
                    scenario: None,
                });
            }
            continue;
        }
        let schema = header.schema.as_ref();
        let unusable = schema.and_then(|it| Fact::of_unusable(it, subject.contract, place()));
        facts.extend(unusable);
        let values: Vec<_> = headers.all(&header.name).collect();
        match judgement(header, &values.join(", "), subject.contract) {
            Ok(judgement) => facts.extend(
                judgement
                    .violations
                    .into_iter()
                    .map(|it| Fact::from_judged(it, place())),
            ),
            Err(why) => facts.push(Fact {
                message: format!("the header `{}` is not of its media type", header.name),
                place: place(),
                expected: why,
                actual: "something else".to_owned(),
                contract: Some(header.pointer.clone()),
                scenario: None,
            }),
        }
    }
    facts
}

/// What the contract says of a header's value.
///
/// # Errors
/// With what it should be, when it is not of the media type that the contract gives it.
fn judgement(header: &Header, text: &str, contract: &Contract) -> Result<Judgement, String> {
    let Some(schema) = &header.schema else {
        return Ok(Judgement::default());
    };
    let Ok(judge) = schema.judge(contract) else {
        return Ok(Judgement::default());
    };
    let media_type = header.media_type.as_ref();
    if let Some(media_type) = media_type.and_then(MediaRange::as_media_type) {
        if !media_type.is_json() {
            return Ok(judge.examine_text(&Value::String(text.to_owned())));
        }
        let read = serde_json::from_str(text).map_err(|_| format!("JSON ({media_type})"))?;
        return Ok(judge.examine(&read));
    }
    let as_text = judge.examine_text(&Value::String(text.to_owned()));
    if as_text.violations.is_empty() {
        return Ok(as_text);
    }
    let read = Reading::new(contract).header(text, schema, header.explode);
    Ok(read.map_or(as_text, |it| judge.examine(&it)))
}
