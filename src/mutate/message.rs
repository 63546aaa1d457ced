//! One answer made wrong.

use serde_json::Value;

use super::Mutant;
use super::body::{Body, with_body};
use super::mutant::Change;
use crate::contract::{Contract, Header, Judge, Reading};
use crate::http::{BodyEnd, MediaType, Response};
use crate::json;

/// A media type that nobody documents.
const MEDIA_TYPE: &str = "application/x-countersign-mutant";

/// Values that a header field is given; whether one is wrong is for the judge to say.
const HEADER_VALUES: [&str; 5] = [
    "\u{ac} nothing of the sort",
    "-1",
    "mutant",
    "",
    "4294967296",
];

/// An answer of an operation, and the contract that it is held against.
#[derive(Debug)]
pub(super) struct Answered<'a> {
    contract: &'a Contract,
    response: &'a Response,
    body: Option<Body<'a>>,
    /// Whether members that nobody declares count as wrong.
    strict: bool,
}

impl<'a> Answered<'a> {
    pub(super) fn new(
        contract: &'a Contract,
        operation: usize,
        response: &'a Response,
        strict: bool,
    ) -> Self {
        let operation = &contract.operations[operation];
        Self {
            contract,
            response,
            body: Body::of_response(contract, operation, response),
            strict,
        }
    }

    /// The body, where it is one value.
    pub(super) fn body(&self) -> Option<&Body<'a>> {
        self.body.as_ref()
    }

    /// Whether the place of a mutant is in the answer.
    pub(super) fn shows(&self, mutant: &Mutant) -> bool {
        match &mutant.change {
            Change::Value(wrong) => self
                .body
                .as_ref()
                .is_some_and(|it| it.shows(&mutant.place, wrong)),
            Change::Header(name) | Change::NoHeader(name) => self.response.headers.contains(name),
            Change::MediaType | Change::NoMediaType | Change::Truncated => {
                !self.response.body.is_empty()
            }
            _ => true,
        }
    }

    /// The answer as the mutant gives it; none where that would not break the contract.
    pub(super) fn broken(&self, mutant: &Mutant) -> Option<Response> {
        let operation = mutant.operation(self.contract);
        let documented = operation.response(self.response.status)?;
        let mut broken = self.response.clone();
        match &mutant.change {
            Change::Value(wrong) => {
                let body = self.body.as_ref()?;
                let value = body.broken(&mutant.place, wrong, self.strict)?;
                return Some(with_body(self.response, body.bytes(&value)));
            }
            Change::Status(status) => {
                operation.response(*status).is_none().then_some(())?;
                broken.status = *status;
            }
            Change::MediaType => {
                let other = MediaType::parse(MEDIA_TYPE).ok()?;
                let has_content = !documented.content.is_empty() && !broken.body.is_empty();
                let is_documented = documented.content_for(&other).is_some();
                (has_content && !is_documented).then_some(())?;
                broken.headers.set("content-type", MEDIA_TYPE);
            }
            Change::NoMediaType => {
                let has_content = !documented.content.is_empty() && !broken.body.is_empty();
                (has_content && broken.headers.contains("content-type")).then_some(())?;
                broken.headers.remove("content-type");
            }
            Change::NoHeader(name) => broken.headers.remove(name),
            Change::Header(name) => {
                let mut headers = documented.headers.iter();
                let header = headers.find(|it| it.name.eq_ignore_ascii_case(name))?;
                let mut values = HEADER_VALUES.into_iter();
                let value = values.find(|it| is_wrong_header(self.contract, header, it))?;
                broken.headers.set(name, value);
            }
            Change::Truncated => return self.truncated(),
            _ => return None,
        }
        Some(broken)
    }

    /// Half of a body of JSON, as a server sends it that fails while it writes.
    fn truncated(&self) -> Option<Response> {
        let is_json = self.response.media_type().is_ok_and(|it| it.is_json());
        let half = self.response.body.len() / 2;
        let is_whole = self.response.end == BodyEnd::Complete;
        if !is_json || half == 0 || !is_whole || self.response.headers.contains("content-encoding")
        {
            return None;
        }
        let cut = with_body(self.response, self.response.body.slice(..half));
        json::decode(&cut.body).value.is_none().then_some(cut)
    }
}

/// Whether a header field may not have a value.
fn is_wrong_header(contract: &Contract, header: &Header, text: &str) -> bool {
    let Some(schema) = header
        .schema
        .as_ref()
        .filter(|_| header.media_type.is_none())
    else {
        return false;
    };
    let Ok(judge) = schema.judge(contract) else {
        return false;
    };
    let is_text_wrong = is_wrong(judge, &Value::String(text.to_owned()), Judge::examine_text);
    let read = Reading::new(contract).header(text, schema, header.explode);
    is_text_wrong && read.is_none_or(|it| is_wrong(judge, &it, Judge::examine))
}

fn is_wrong(
    judge: &Judge,
    value: &Value,
    examine: fn(&Judge, &Value) -> crate::contract::Judgement,
) -> bool {
    !examine(judge, value).violations.is_empty()
}
