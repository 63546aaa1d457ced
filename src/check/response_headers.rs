//! `response-headers`: the header fields that the contract promises are there, and right.

use serde_json::Value;

use super::{Check, Fact, Place, Subject};
use crate::verdict::Severity;

/// See the module.
pub(super) const CHECK: Check = Check {
    id: "response-headers",
    summary: "the documented header fields are there and valid",
    explanation: "\
A header field that the contract requires for this response is missing, or its value breaks the \
field's schema. A value is judged as text, and as the number or boolean that the text spells; fields \
that come several times are judged as one list joined by `, ` (`RFC 9110 §5.2`).",
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
        let judge = header
            .schema
            .as_ref()
            .and_then(|it| it.judge(subject.contract).ok());
        let Some(judge) = judge else { continue };
        let values: Vec<_> = headers.all(&header.name).collect();
        let judgement = judge.examine_text(&Value::String(values.join(", ")));
        facts.extend(
            judgement
                .violations
                .into_iter()
                .map(|it| Fact::from_judged(it, place())),
        );
    }
    facts
}
