//! Steps that would exercise what no flow does: drafts for a person to put into a flow.
//!
//! What a request lacks is made up by its schema, so that one step closes as many holes as one request
//! can; how to come to an answer is not in the contract, and stands as a note.

use std::collections::BTreeSet;

use serde_json::Value;

use super::draft::{self, Criterion, Step, Target};
use super::request;
use super::resource::camel_case;
use crate::contract::export::Direction;
use crate::contract::{Contract, MediaContent, Operation, SchemaUse, StatusPattern};
use crate::coverage::{Aspect, Item, Side, What};
use crate::json::{self, Pointer};
use crate::sample::sample_where;

/// How many steps are drafted for one operation.
const STEPS_MAX: usize = 100;

/// A step, and what it would exercise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skeleton {
    /// The names of the items.
    pub closes: Vec<String>,
    /// The step as a scenario has it.
    pub text: String,
}

/// The steps that would exercise items of one operation.
pub fn skeletons(contract: &Contract, operation: &Operation, holes: &[&Item]) -> Vec<Skeleton> {
    let mut drafter = Drafter {
        contract,
        operation,
        drafted: Vec::new(),
        closed: BTreeSet::new(),
    };
    drafter.answers(holes);
    drafter.parameters(holes);
    drafter.bodies(holes);
    drafter.drafted
}

struct Drafter<'d> {
    contract: &'d Contract,
    operation: &'d Operation,
    drafted: Vec<Skeleton>,
    /// The parameters that the steps so far send, or leave out.
    closed: BTreeSet<String>,
}

/// What a step sends besides what it must.
struct Sent<'s> {
    /// Whether optional parameters are sent.
    is_full: bool,
    /// The body: its media type and its value.
    body: Option<(String, Value)>,
    notes: Vec<String>,
    /// What tells the step from others of the operation.
    name: &'s str,
}

impl Drafter<'_> {
    /// Steps for operations, statuses, and what stands in answers: one for each status.
    fn answers(&mut self, holes: &[&Item]) {
        let usual = request::success(self.operation).map(|(it, _)| it.status);
        let status = |item: &Item| match &item.what {
            What::Operation => Some(usual.unwrap_or(StatusPattern::Default)),
            What::Status(status)
            | What::MediaType(Side::Response(status))
            | What::Place(Side::Response(status), ..) => Some(*status),
            _ => None,
        };
        let statuses: BTreeSet<StatusPattern> = holes.iter().filter_map(|it| status(it)).collect();
        for wanted in statuses {
            let own = holes.iter().filter(|it| status(it) == Some(wanted));
            let mut closes: Vec<String> = own.clone().map(|it| it.id.clone()).collect();
            closes.extend(self.usual_parameters(holes));
            let mut notes = Vec::new();
            if own.clone().any(|it| matches!(it.what, What::Place(..))) {
                notes.push("What the answer holds is not said here: make it so before.".to_owned());
            }
            if Some(wanted) != usual {
                let note = format!("How to come to {wanted} is not in the contract: make it so.");
                notes.insert(0, note);
            }
            let name = wanted.to_string();
            let sent = Sent {
                is_full: false,
                body: self.usual_body(&mut notes),
                notes,
                name: &name,
            };
            self.step(closes, sent, wanted);
        }
    }

    /// The parameters that any step sends, or leaves out, where none did so far.
    fn usual_parameters(&mut self, holes: &[&Item]) -> Vec<String> {
        let is_usual = |it: &&&Item| match it.what {
            What::Parameter { index, is_sent } => {
                let parameter = self.operation.parameters.get(index);
                parameter.is_some_and(|it| it.required == is_sent)
            }
            _ => false,
        };
        let usual = holes.iter().filter(is_usual).map(|it| it.id.clone());
        let fresh: Vec<String> = usual.filter(|it| !self.closed.contains(it)).collect();
        self.closed.extend(fresh.iter().cloned());
        fresh
    }

    /// One step that sends every parameter, and one that sends what it must.
    fn parameters(&mut self, holes: &[&Item]) {
        for is_full in [true, false] {
            let is_meant = |it: &&&Item| match it.what {
                What::Parameter { is_sent, .. } => is_sent == is_full,
                _ => false,
            };
            let meant = holes.iter().filter(is_meant).map(|it| it.id.clone());
            let closes: Vec<String> = meant.filter(|it| !self.closed.contains(it)).collect();
            if closes.is_empty() {
                continue;
            }
            let mut notes = Vec::new();
            let sent = Sent {
                is_full,
                body: self.usual_body(&mut notes),
                notes,
                name: if is_full { "Full" } else { "Least" },
            };
            self.usual_step(closes, sent);
        }
    }

    /// Steps for bodies of requests: each takes as many holes as one value closes.
    fn bodies(&mut self, holes: &[&Item]) {
        let no_body = holes.iter().filter(|it| it.what == What::NoBody);
        let closes: Vec<String> = no_body.map(|it| it.id.clone()).collect();
        if !closes.is_empty() {
            let sent = Sent {
                is_full: false,
                body: None,
                notes: Vec::new(),
                name: "WithoutBody",
            };
            self.usual_step(closes, sent);
        }
        let body = self.operation.request_body.iter();
        for content in body.flat_map(|it| &it.content) {
            let prefix = format!("{} request {}", self.operation.id, content.range);
            let is_own = |it: &&&Item| {
                let rest = it.id.strip_prefix(&prefix);
                rest.is_some_and(|it| it.is_empty() || it.starts_with(' '))
            };
            let own = holes.iter().copied().filter(|it| is_own(&it));
            self.content(content, own.collect());
        }
    }

    fn content(&mut self, content: &MediaContent, mut open: Vec<&Item>) {
        let media_type = request::media_type(content);
        let mut number = 0;
        while let Some(first) = open.first().copied() {
            number += 1;
            let made = self.value(content, first);
            let is_made = made.is_some();
            let mut notes = Vec::new();
            if made.is_none() {
                let what = match &first.what {
                    What::Place(_, place, aspect) => named(place, aspect),
                    _ => "a body of this media type".to_owned(),
                };
                notes.push(format!(
                    "Nothing could be made up: the body is to hold {what}"
                ));
            }
            let value = made.or_else(|| {
                let schema = content.schema.as_ref()?;
                sample_where(self.contract, schema, request::is_plain)
            });
            let value = value.unwrap_or(Value::Null);
            let is_closed = |it: &Item| it.id == first.id || is_made && self.has(it, &value);
            let (closed, rest) = open.into_iter().partition(|it| is_closed(it));
            let closed: Vec<&Item> = closed;
            open = if number < STEPS_MAX { rest } else { Vec::new() };
            let sent = Sent {
                is_full: false,
                body: Some((media_type.clone(), value)),
                notes,
                name: &format!("Body{number}"),
            };
            self.usual_step(closed.iter().map(|it| it.id.clone()).collect(), sent);
        }
    }

    /// A body that has what an item is.
    fn value(&self, content: &MediaContent, item: &Item) -> Option<Value> {
        let Some(schema) = &content.schema else {
            return Some(Value::from("text"));
        };
        let made = sample_where(self.contract, schema, |value| {
            request::is_plain(value) && self.has(item, value)
        });
        made.or_else(|| {
            let What::Place(_, place, _) = &item.what else {
                return None;
            };
            let tokens = tokens(&place.parent()?);
            let holds = |it: &Value| request::is_plain(it) && !at(it, &tokens).is_empty();
            let usual = sample_where(self.contract, schema, holds)?;
            let changed = changed(usual, item)?;
            let judge = schema.judge(self.contract).ok()?;
            (judge.examine(&changed).is_clean() && self.has(item, &changed)).then_some(changed)
        })
    }

    /// Whether a body of a request has what an item is.
    fn has(&self, item: &Item, value: &Value) -> bool {
        let What::Place(Side::Request, place, aspect) = &item.what else {
            return matches!(item.what, What::MediaType(Side::Request));
        };
        let tokens = tokens(place);
        let found = at(value, &tokens);
        match aspect {
            Aspect::Present => !found.is_empty(),
            Aspect::Absent => tokens.split_last().is_some_and(|(name, above)| {
                let above = at(value, above);
                above
                    .iter()
                    .any(|it| it.as_object().is_some_and(|it| !it.contains_key(name)))
            }),
            Aspect::Null => found.iter().any(|it| it.is_null()),
            Aspect::Listed(listed, _) => found.iter().any(|it| json::equal(it, listed)),
            Aspect::Branch(_, _, schema) => {
                let schema = SchemaUse::new(schema.clone(), Direction::Request);
                let judge = schema.judge(self.contract);
                judge.is_ok_and(|judge| found.iter().any(|it| judge.is_valid(it)))
            }
        }
    }

    /// The body that an operation is usually called with.
    fn usual_body(&self, notes: &mut Vec<String>) -> Option<(String, Value)> {
        match request::body(self.contract, self.operation) {
            Ok(body) => body.map(|it| (it.content_type, it.payload)),
            Err(why) => {
                notes.push(format!("The body is missing: {why}."));
                None
            }
        }
    }

    /// A step that goes well.
    fn usual_step(&mut self, closes: Vec<String>, sent: Sent<'_>) {
        let usual = request::success(self.operation).map(|(it, _)| it.status);
        self.step(closes, sent, usual.unwrap_or(StatusPattern::Default));
    }

    fn step(&mut self, closes: Vec<String>, sent: Sent<'_>, status: StatusPattern) {
        let mut notes = sent.notes;
        let mut parameters = Vec::new();
        for parameter in &self.operation.parameters {
            if !(parameter.required || sent.is_full) {
                continue;
            }
            let value = request::parameter(self.contract, parameter);
            if value.is_none() {
                notes.push(format!(
                    "No value of `{}` could be made up.",
                    parameter.name
                ));
            }
            let value = value.unwrap_or(Value::Null);
            parameters.push((parameter.name.clone(), parameter.place, value));
        }
        let condition = match status {
            StatusPattern::Exact(status) => Some(format!("$statusCode == {status}")),
            StatusPattern::Class(digit) => Some(format!(
                "$statusCode >= {digit}00 && $statusCode < {}00",
                digit + 1
            )),
            StatusPattern::Default => None,
        };
        let is_named = request::has_id(self.contract, self.operation);
        let step = Step {
            id: format!("{}{}", camel_case(&self.operation.id), sent.name),
            notes,
            target: Target::of(self.operation, is_named),
            parameters,
            body: sent.body,
            criteria: condition.into_iter().map(Criterion::Simple).collect(),
            ..Step::default()
        };
        let text = draft::write_one(&step);
        self.drafted.push(Skeleton { closes, text });
    }
}

/// A place with what is seen there, in a few words.
fn named(place: &Pointer, aspect: &Aspect) -> String {
    format!("{place} {aspect}").trim().to_owned()
}

/// The parts of a place.
fn tokens(place: &Pointer) -> Vec<String> {
    place.tokens().map(std::borrow::Cow::into_owned).collect()
}

/// The values at a place, of which each part may be any.
fn at<'v>(value: &'v Value, tokens: &[String]) -> Vec<&'v Value> {
    let mut found = vec![value];
    for token in tokens {
        found = found
            .into_iter()
            .flat_map(|it| -> Vec<&Value> {
                match it {
                    Value::Object(members) => match members.get(token) {
                        Some(member) => vec![member],
                        None if token == "*" => members.values().collect(),
                        None => Vec::new(),
                    },
                    Value::Array(elements) if token == "*" => elements.iter().collect(),
                    Value::Array(elements) => {
                        let index = token.parse().ok();
                        index
                            .and_then(|it: usize| elements.get(it))
                            .into_iter()
                            .collect()
                    }
                    _ => Vec::new(),
                }
            })
            .collect();
    }
    found
}

/// The value with what an item is at its place; of several such places at the first.
fn changed(mut value: Value, item: &Item) -> Option<Value> {
    let What::Place(_, place, aspect) = &item.what else {
        return None;
    };
    let mut above = &mut value;
    for token in tokens(&place.parent()?) {
        let name = match &*above {
            Value::Array(_) if token == "*" => "0".to_owned(),
            Value::Object(members) if token == "*" => members.keys().next()?.clone(),
            _ => token,
        };
        above = above.pointer_mut(Pointer::root().join(&name).as_str())?;
    }
    let last = place.last()?;
    let last = if last == "*" { "0" } else { last.as_ref() };
    let last = Pointer::root().join(last);
    match aspect {
        Aspect::Null => last.set(above, Value::Null).ok()?,
        Aspect::Listed(listed, _) => last.set(above, listed.clone()).ok()?,
        Aspect::Absent => drop(above.as_object_mut()?.shift_remove(last.last()?.as_ref())?),
        Aspect::Present | Aspect::Branch(..) => return None,
    }
    Some(value)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::coverage::Universe;
    use crate::openapi;
    use crate::source::Source;

    const CONTRACT: &str = r#"
openapi: 3.1.1
info: {title: T, version: "1"}
paths:
  /things:
    post:
      operationId: make
      parameters: [{name: dry, in: query, schema: {type: boolean}}]
      requestBody:
        required: true
        content:
          application/json:
            schema:
              type: object
              required: [name]
              properties:
                name: {type: string, minLength: 1}
                size: {enum: [s, m]}
                owner: {type: [string, "null"]}
                never: false
                odd: {type: string, not: {type: string}}
      responses:
        "201": {description: made}
        4XX: {description: refused}
"#;

    /// For every item: the steps that would exercise it.
    fn drafted() -> Vec<Skeleton> {
        let source = Source::parse("c.yaml", CONTRACT.to_owned()).expect("YAML");
        let (contract, problems) = openapi::lower("t", &Arc::new(source));
        assert_eq!(problems, []);
        let contract = Arc::new(contract.expect("a contract"));
        let universe = Universe::new(&contract, &[]);
        let items: Vec<&Item> = universe.items().iter().collect();
        let drafted = skeletons(&contract, &contract.operations[0], &items);
        // Nothing is forgotten, and nothing is closed twice.
        let mut closed: Vec<&String> = drafted.iter().flat_map(|it| &it.closes).collect();
        let mut all: Vec<&String> = items.iter().map(|it| &it.id).collect();
        closed.sort_unstable();
        all.sort_unstable();
        assert_eq!(closed, all);
        drafted
    }

    fn closing<'d>(drafted: &'d [Skeleton], item: &str) -> &'d str {
        let found = drafted
            .iter()
            .find(|it| it.closes.iter().any(|it| it == item));
        &found.expect("there is a step").text
    }

    #[test]
    fn every_hole_has_a_step_that_would_close_it() {
        let drafted = drafted();
        let text = |item: &str| closing(&drafted, item);
        assert!(text("make").contains("condition: $statusCode == 201"));
        let refused = text("make 4XX");
        assert!(refused.starts_with("# How to come to 4XX"), "{refused}");
        assert!(refused.contains("$statusCode >= 400 && $statusCode < 500"));
        assert!(text("make query dry").contains("name: dry"));
        assert!(!text("make query dry absent").contains("name: dry"));
        let body = |end: &str| text(&format!("make request application/json {end}"));
        assert!(body("/size = \"m\"").contains("size: m"));
        assert!(body("/owner null").contains("owner: null"));
        assert!(!body("/size absent").contains("size"));
    }

    #[test]
    fn what_cannot_be_made_up_is_said_to_be_missing() {
        let drafted = drafted();
        let text = closing(&drafted, "make request application/json /odd");
        assert!(
            text.starts_with("# Nothing could be made up: the body is to hold /odd"),
            "{text}"
        );
    }
}
