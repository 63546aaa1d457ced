//! What an expression can give: the places of documented answers that it reads, through the outputs of
//! steps and workflows.

use super::awaited;
use crate::contract::{Contract, Miss, Response, Spot, Types};
use crate::json::Pointer;
use crate::scenario::{Call, Expression, Part, Root, Scenario, Step};
use crate::suite::Api;

/// How many outputs are followed from one to the next.
const OUTPUTS_MAX: usize = 32;

/// What an expression can give.
#[derive(Debug)]
pub(super) enum Reading<'a> {
    /// Nothing is known of it.
    Open,
    /// A value of one of these types.
    Typed(Types),
    /// A value at one of these places.
    Places(Vec<Spot<'a>>),
    /// Nothing: no documented answer has the place. With the one that comes nearest.
    Missing(Missing),
}

/// Why an expression gives nothing.
#[derive(Debug)]
pub(super) enum Missing {
    /// The schema of the answer does not have the place.
    Place(Miss),
    /// The answer has no body.
    Body(Pointer),
    /// The answer has no such header field.
    Header(Pointer),
}

impl Reading<'_> {
    /// The types that the value may be of.
    pub(super) fn types(&self) -> Types {
        match self {
            Self::Open | Self::Missing(_) => Types::ALL,
            Self::Typed(types) => *types,
            Self::Places(spots) => {
                let each = spots.iter().map(Spot::types);
                each.fold(Types::NONE, Types::or)
            }
        }
    }
}

/// Reads the expressions of one scenario.
pub(super) struct Reader<'a> {
    pub(super) api: &'a Api,
    pub(super) scenario: &'a Scenario,
}

impl<'a> Reader<'a> {
    /// What an expression gives in a request, or at the end: outputs and inputs.
    pub(super) fn read(&self, expression: &Expression) -> Reading<'a> {
        self.read_at(expression, &expression.pointer, None, OUTPUTS_MAX)
    }

    /// What an expression gives when a step's answer is one of these.
    pub(super) fn read_answer(
        &self,
        expression: &Expression,
        answers: (&'a Contract, &[&'a Response]),
    ) -> Reading<'a> {
        self.read_at(expression, &expression.pointer, Some(answers), OUTPUTS_MAX)
    }

    fn read_at(
        &self,
        expression: &Expression,
        pointer: &Pointer,
        answers: Option<(&'a Contract, &[&'a Response])>,
        left: usize,
    ) -> Reading<'a> {
        match &expression.root {
            Root::Url | Root::Method => Reading::Typed(Types::STRING),
            Root::StatusCode => Reading::Typed(Types::INTEGER),
            Root::Response(Part::Body) => answers.map_or(Reading::Open, |it| body(it, pointer)),
            // A part of a text spells a number as well as a word.
            Root::Response(Part::Header(_)) if expression.query.is_some() => Reading::Open,
            Root::Response(Part::Header(name)) => {
                answers.map_or(Reading::Open, |(_, it)| header(it, name))
            }
            Root::StepOutput { step, name } => {
                let target = self.scenario.step(step).map(|it| &self.scenario.steps[it]);
                let read = target.map(|it| self.output_of(it, name, pointer, left));
                read.unwrap_or(Reading::Open)
            }
            Root::WorkflowOutput { workflow, name } => {
                self.handed_on(workflow, name, pointer, left)
            }
            Root::Input(name) if pointer.is_root() => self.input(name),
            _ => Reading::Open,
        }
    }

    fn output_of(&self, step: &'a Step, name: &str, pointer: &Pointer, left: usize) -> Reading<'a> {
        if left == 0 {
            return Reading::Open;
        }
        match &step.call {
            Call::Workflow { workflow, .. } => self.handed_on(workflow, name, pointer, left - 1),
            Call::Operation { .. } => {
                let output = step.outputs.iter().find(|(it, _)| it == name);
                let Some(((_, output), (contract, operation))) = output.zip(step.call.operation())
                else {
                    return Reading::Open;
                };
                let whole = output.pointer.append(pointer);
                let answers = awaited::responses(step, operation);
                self.read_at(output, &whole, Some((contract, &answers)), left - 1)
            }
        }
    }

    /// What another workflow hands on.
    fn handed_on(&self, workflow: &str, name: &str, pointer: &Pointer, left: usize) -> Reading<'a> {
        let mut scenarios = self.api.scenarios.iter();
        let target = scenarios.find(|it| it.id == workflow);
        let output = target.and_then(|it| it.outputs.iter().find(|(it, _)| it == name));
        let Some((scenario, (_, output))) = target.zip(output).filter(|_| left > 0) else {
            return Reading::Open;
        };
        let inner = Self {
            api: self.api,
            scenario,
        };
        inner.read_at(output, &output.pointer.append(pointer), None, left - 1)
    }

    /// What an input is, as far as its default says: whoever calls the workflow may give another one.
    fn input(&self, name: &str) -> Reading<'a> {
        let default = self.scenario.defaults.iter().find(|(it, _)| it == name);
        let is_called = is_called(self.api, self.scenario);
        match default {
            Some((_, value)) if !is_called => Reading::Typed(Types::of(value)),
            _ => Reading::Open,
        }
    }
}

/// Whether another workflow calls this one, with inputs of its own.
pub(super) fn is_called(api: &Api, scenario: &Scenario) -> bool {
    let steps = api.scenarios.iter().flat_map(|it| &it.steps);
    let mut calls = steps.map(|it| &it.call);
    calls.any(|it| matches!(it, Call::Workflow { workflow, .. } if *workflow == scenario.id))
}

fn body<'a>(
    (contract, responses): (&'a Contract, &[&'a Response]),
    pointer: &Pointer,
) -> Reading<'a> {
    let (mut spots, mut missing) = (Vec::new(), None);
    for response in responses {
        if response.content.is_empty() && pointer.is_root() {
            // An answer without a body is read as an empty text.
            return Reading::Open;
        }
        if response.content.is_empty() {
            missing.get_or_insert(Missing::Body(response.pointer.clone()));
        }
        for content in &response.content {
            let media_type = content.range.as_media_type();
            let is_json = media_type.is_some_and(|it| it.is_json());
            let Some(schema) = content.schema.as_ref().filter(|_| is_json) else {
                return Reading::Open;
            };
            match schema.outline(contract).root().at(pointer) {
                Ok(spot) => spots.push(spot),
                // A place that a schema has not says more than an answer without a body.
                Err(miss) => match missing {
                    Some(Missing::Place(_)) => {}
                    _ => missing = Some(Missing::Place(miss)),
                },
            }
        }
    }
    match missing {
        _ if !spots.is_empty() => Reading::Places(spots),
        Some(missing) => Reading::Missing(missing),
        None => Reading::Open,
    }
}

/// Header fields that every answer may have, whatever it documents (`RFC 9110 §6.6.1, §8`).
const USUAL_HEADERS: [&str; 3] = ["content-type", "content-length", "date"];

/// A header field is a text, which may be a number's as well.
fn header<'a>(responses: &[&'a Response], name: &str) -> Reading<'a> {
    let mut documented = responses.iter().flat_map(|it| &it.headers);
    let is_usual = USUAL_HEADERS.iter().any(|it| it.eq_ignore_ascii_case(name));
    if is_usual || documented.any(|it| it.name.eq_ignore_ascii_case(name)) {
        return Reading::Open;
    }
    match responses.first() {
        Some(response) => Reading::Missing(Missing::Header(response.pointer.clone())),
        None => Reading::Open,
    }
}
