//! What runtime expressions read: values that are there, borrowed where they can be.

use std::borrow::Cow;
use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::frame::Frame;
use super::machine::Played;
use crate::http::Exchange;
use crate::json::{Pointer, plain};
use crate::scenario::{Attachment, Expression, Part, Payload, Root, Template, TemplatePart};
use crate::transcript::{Content, Received};

/// What expressions may read at one moment of a flow.
pub(super) struct Scope<'s> {
    /// The workflow with its inputs and what its steps have handed on so far.
    pub(super) frame: &'s Frame,
    /// The workflows that have been played before.
    pub(super) workflows: &'s BTreeMap<String, Played>,
    /// What the workflow that the step called handed on.
    pub(super) called: Option<&'s Map<String, Value>>,
    /// The exchange of the step, once there is one.
    pub(super) exchange: Option<(&'s Exchange, &'s Received)>,
    /// The values of the path's parameters, for `$request.path.NAME`.
    pub(super) path: &'s [(String, String)],
}

impl<'s> Scope<'s> {
    /// The value of an expression; nothing when there is none.
    pub(super) fn read(&self, expression: &Expression) -> Option<Cow<'s, Value>> {
        let value = self.read_root(expression)?;
        match &expression.query {
            Some(query) => query.find(&value).map(Cow::Owned),
            None => Some(value),
        }
    }

    fn read_root(&self, expression: &Expression) -> Option<Cow<'s, Value>> {
        let pointer = &expression.pointer;
        match &expression.root {
            Root::Url => Some(text(self.exchange?.0.request.url.clone())),
            Root::Method => Some(text(self.exchange?.0.request.method.clone())),
            Root::StatusCode => Some(Cow::Owned(Value::from(self.exchange?.0.response.status))),
            Root::Request(part) => self.read_request(part, pointer),
            Root::Response(part) => self.read_response(part, pointer),
            Root::Input(name) => named(&self.frame.inputs, name, pointer),
            Root::Output(name) => named(self.called?, name, pointer),
            Root::StepOutput { step, name } => named(self.frame.outputs_of(step)?, name, pointer),
            Root::WorkflowInput { workflow, name } => {
                named(&self.workflows.get(workflow)?.inputs, name, pointer)
            }
            Root::WorkflowOutput { workflow, name } => {
                named(&self.workflows.get(workflow)?.outputs, name, pointer)
            }
            Root::Itself | Root::SourceDescription { .. } => {
                let constants = &self.frame.scenario.constants;
                constants.get(expression.as_str()).map(Cow::Borrowed)
            }
            // Refused when the scenario was bound.
            Root::Message(_) | Root::Component { .. } => None,
        }
    }

    fn read_request(&self, part: &Part, pointer: &Pointer) -> Option<Cow<'s, Value>> {
        let request = &self.exchange?.0.request;
        match part {
            Part::Header(name) => request.headers.first(name).map(|it| text(it.into_owned())),
            Part::Query(name) => {
                let (_, query) = request.url.split_once('?')?;
                let mut pairs = url::form_urlencoded::parse(query.as_bytes());
                pairs
                    .find(|(key, _)| key == name)
                    .map(|(_, value)| text(value.into_owned()))
            }
            Part::Path(name) => self
                .path
                .iter()
                .find(|(key, _)| key == name)
                .map(|(_, it)| text(it.clone())),
            Part::Body => {
                let value = serde_json::from_slice(&request.body).unwrap_or_else(|_| {
                    Value::String(String::from_utf8_lossy(&request.body).into_owned())
                });
                pointer.lookup(&value).cloned().map(Cow::Owned)
            }
            Part::Payload => None,
        }
    }

    fn read_response(&self, part: &Part, pointer: &Pointer) -> Option<Cow<'s, Value>> {
        let (exchange, received) = self.exchange?;
        match part {
            Part::Header(name) => exchange
                .response
                .headers
                .first(name)
                .map(|it| text(it.into_owned())),
            Part::Query(_) | Part::Path(_) | Part::Payload => None,
            Part::Body => match &received.content {
                Content::Json(value) => pointer.lookup(value).map(Cow::Borrowed),
                Content::Text(body) if pointer.is_root() => Some(text(body.clone())),
                Content::Empty if pointer.is_root() => Some(text(String::new())),
                Content::Text(_) | Content::Empty | Content::Binary => None,
            },
        }
    }

    /// The value of a payload.
    ///
    /// # Errors
    /// With the expression that has no value.
    pub(super) fn fill<'p>(&self, payload: &'p Payload) -> Result<Filled<'p>, &'p Expression> {
        match payload {
            Payload::File(file) => Ok(Filled::File(file)),
            Payload::Literal(value) => Ok(Filled::Value(Cow::Borrowed(value))),
            other => self
                .value(other)
                .map(|value| Filled::Value(Cow::Owned(value))),
        }
    }

    fn value<'p>(&self, payload: &'p Payload) -> Result<Value, &'p Expression> {
        match payload {
            Payload::Literal(value) => Ok(value.clone()),
            Payload::Expression(expression) => {
                self.read(expression).map(Cow::into_owned).ok_or(expression)
            }
            Payload::Template(template) => self.text(template, |text, _| text).map(Value::String),
            Payload::Object(fields) => {
                let mut members = Map::with_capacity(fields.len());
                for (name, value) in fields {
                    members.insert(name.clone(), self.value(value)?);
                }
                Ok(Value::Object(members))
            }
            Payload::Array(items) => items
                .iter()
                .map(|it| self.value(it))
                .collect::<Result<Vec<_>, _>>()
                .map(Value::Array),
            Payload::File(file) => Ok(Filled::File(file).into_value()),
        }
    }

    /// The text of a template; `quote` makes each value fit for where it goes, and sees what stands
    /// before it.
    ///
    /// # Errors
    /// With the expression that has no value.
    pub(super) fn text<'p>(
        &self,
        template: &'p Template,
        quote: impl Fn(String, &str) -> String,
    ) -> Result<String, &'p Expression> {
        let mut result = String::new();
        for part in template.parts() {
            match part {
                TemplatePart::Literal(literal) => result.push_str(literal),
                TemplatePart::Expression(expression) => {
                    let value = self.read(expression).ok_or(expression)?;
                    let quoted = quote(plain(&value), &result);
                    result.push_str(&quoted);
                }
            }
        }
        Ok(result)
    }
}

/// A payload with its values filled in.
#[derive(Clone)]
pub(super) enum Filled<'p> {
    /// A value.
    Value(Cow<'p, Value>),
    /// A file.
    File(&'p Attachment),
}

impl Filled<'_> {
    /// It as a part of a larger value, where a file is its text: one that is none has been refused when
    /// the scenario was bound.
    pub(super) fn into_value(self) -> Value {
        match self {
            Self::Value(value) => value.into_owned(),
            Self::File(file) => Value::String(String::from_utf8_lossy(&file.bytes).into_owned()),
        }
    }
}

fn text<'v>(text: String) -> Cow<'v, Value> {
    Cow::Owned(Value::String(text))
}

/// A named value, or a place inside of one: with `a.b`, what is called so, else `b` of `a`.
fn named<'v>(map: &'v Map<String, Value>, name: &str, pointer: &Pointer) -> Option<Cow<'v, Value>> {
    if let Some(value) = map.get(name) {
        return pointer.lookup(value).map(Cow::Borrowed);
    }
    let (first, rest) = name.split_once('.')?;
    let mut value = map.get(first)?;
    for token in rest.split('.') {
        value = value.get(token)?;
    }
    pointer.lookup(value).map(Cow::Borrowed)
}
