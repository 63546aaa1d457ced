//! What only shows when the scenarios of a document stand side by side: whether each expression
//! reads something that exists by then, and whether the workflows go round in a circle.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{Action, ActionKind, Call, Expression, Root, Scenario, Step};
use crate::source::Location;

/// Checks all scenarios of a document.
pub(super) fn check(scenarios: &[(Scenario, Node<'_>)], problems: &mut Vec<Problem>) {
    for (scenario, node) in scenarios {
        for (place, step) in scenario.steps.iter().enumerate() {
            let Some(step_node) = node.get("steps").and_then(|it| it.get_step(&step.id)) else {
                continue;
            };
            let binder = Binder {
                scenario,
                place,
                node: &step_node,
                owner: node,
            };
            binder.check_step(step, scenarios, problems);
        }
        let everything = Binder {
            scenario,
            place: scenario.steps.len(),
            node,
            owner: node,
        };
        for (_, expression) in &scenario.outputs {
            everything.check(expression, Moment::End, problems);
        }
        check_circles(scenario, node, scenarios, problems);
    }
}

/// When an expression is read.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Moment {
    /// While the request is made.
    Before,
    /// When the response is there.
    After,
    /// When the workflow ends.
    End,
}

struct Binder<'b> {
    scenario: &'b Scenario,
    place: usize,
    node: &'b Node<'b>,
    owner: &'b Node<'b>,
}

impl Binder<'_> {
    fn check_step(
        &self,
        step: &Step,
        scenarios: &[(Scenario, Node<'_>)],
        problems: &mut Vec<Problem>,
    ) {
        match &step.call {
            Call::Operation {
                arguments, body, ..
            } => {
                for expression in arguments.iter().flat_map(|it| it.value.expressions()) {
                    self.check(expression, Moment::Before, problems);
                }
                let replaced = body.iter().flat_map(|it| &it.replacements);
                let values = body
                    .iter()
                    .map(|it| &it.payload)
                    .chain(replaced.map(|it| &it.value));
                for expression in values.flat_map(|it| it.expressions()) {
                    self.check(expression, Moment::Before, problems);
                }
            }
            Call::Workflow { workflow, inputs } => {
                for expression in inputs.iter().flat_map(|(_, it)| it.expressions()) {
                    self.check(expression, Moment::Before, problems);
                }
                self.check_inputs(
                    workflow,
                    inputs.iter().map(|(name, _)| name.as_str()),
                    scenarios,
                    problems,
                );
            }
        }
        for expression in step.criteria.iter().flat_map(|it| it.expressions()) {
            self.check(expression, Moment::After, problems);
        }
        for Action { criteria, .. } in step.on_success.iter().chain(step.on_failure.iter()) {
            for expression in criteria.iter().flat_map(|it| it.expressions()) {
                self.check(expression, Moment::After, problems);
            }
        }
        for (_, expression) in &step.outputs {
            self.check(expression, Moment::After, problems);
        }
    }

    fn check(&self, expression: &Expression, moment: Moment, problems: &mut Vec<Problem>) {
        let text = expression.as_str();
        match &expression.root {
            Root::Url | Root::Method | Root::Request(_) | Root::Response(_) | Root::StatusCode => {
                if moment != Moment::After {
                    let message = format!("`{text}` is read before there is a response");
                    problems.push(
                        self.problem(expression, ProblemCode::ImpossibleOrder, message)
                            .with_help("read it in `outputs`, and the output in a later step"),
                    );
                }
            }
            Root::Input(name) => self.check_input(expression, name, problems),
            Root::StepOutput { step, name } => {
                self.check_output(expression, (step, name), moment, problems);
            }
            Root::WorkflowInput { workflow, .. } | Root::WorkflowOutput { workflow, .. } => {
                self.check_workflow(expression, workflow, problems);
            }
            Root::Output(_) => {
                let calls = self.scenario.steps.get(self.place).map(|step| &step.call);
                if moment != Moment::After || !matches!(calls, Some(Call::Workflow { .. })) {
                    let message = format!("`{text}` is read where no workflow was called");
                    problems.push(
                        self.problem(expression, ProblemCode::ImpossibleOrder, message)
                            .with_help("write `$steps.STEP.outputs.NAME`"),
                    );
                }
            }
            Root::SourceDescription { .. } | Root::Component { .. } => problems.push(
                self.problem(
                    expression,
                    ProblemCode::Unsupported,
                    format!("`{text}` is not supported as a value"),
                )
                .with_help("write the value itself"),
            ),
        }
    }

    fn check_input(&self, expression: &Expression, name: &str, problems: &mut Vec<Problem>) {
        let names = self.owner.input_names();
        // An input may be an object that is read into: `$inputs.user.name`.
        let first = name.split('.').next().unwrap_or(name);
        if !names.iter().any(|it| it == name || it == first) {
            problems.push(Problem::unknown_reference(
                self.place_of(expression),
                "input",
                name,
                names.iter().map(String::as_str),
            ));
        }
    }

    fn check_output(
        &self,
        expression: &Expression,
        (step, name): (&str, &str),
        moment: Moment,
        problems: &mut Vec<Problem>,
    ) {
        let Some(place) = self.scenario.step(step) else {
            let known = self.scenario.steps.iter().map(|it| it.id.as_str());
            problems.push(Problem::unknown_reference(
                self.place_of(expression),
                "step",
                step,
                known,
            ));
            return;
        };
        // Within its own step an output can be read once the response is there.
        let reachable = place < self.place || (place == self.place && moment == Moment::After);
        if !reachable {
            let message = format!("`{name}` of the step `{step}` is read before that step");
            problems.push(
                self.problem(expression, ProblemCode::ImpossibleOrder, message)
                    .with_also(
                        self.scenario.steps[place].location.clone(),
                        "the step comes here",
                    )
                    .with_help("move the step that reads behind the step that writes"),
            );
            return;
        }
        let target = &self.scenario.steps[place];
        let declared = target.outputs.iter().map(|(name, _)| name.as_str());
        let open_ended = matches!(target.call, Call::Workflow { .. });
        let first = name.split('.').next().unwrap_or(name);
        if !open_ended && !declared.clone().any(|it| it == name || it == first) {
            problems.push(Problem::unknown_reference(
                self.place_of(expression),
                &format!("output of the step `{step}`"),
                name,
                declared,
            ));
        }
    }

    fn check_workflow(&self, expression: &Expression, workflow: &str, problems: &mut Vec<Problem>) {
        let called = self
            .scenario
            .steps
            .iter()
            .take(self.place + 1)
            .filter_map(|it| match &it.call {
                Call::Workflow { workflow, .. } => Some(workflow.as_str()),
                Call::Operation { .. } => None,
            });
        let mut known = self
            .scenario
            .depends_on
            .iter()
            .map(String::as_str)
            .chain(called);
        if !known.any(|it| it == workflow) {
            let message = format!("the workflow `{workflow}` has not been played by then");
            problems.push(
                self.problem(expression, ProblemCode::ImpossibleOrder, message)
                    .with_help(format!("add `dependsOn: [{workflow}]`")),
            );
        }
    }

    /// A called workflow takes the inputs that it is given.
    fn check_inputs<'n>(
        &self,
        workflow: &str,
        given: impl Iterator<Item = &'n str>,
        scenarios: &[(Scenario, Node<'_>)],
        problems: &mut Vec<Problem>,
    ) {
        let Some((_, node)) = scenarios.iter().find(|(it, _)| it.id == workflow) else {
            return;
        };
        let names = node.input_names();
        for name in given {
            if !names.iter().any(|it| it == name) {
                problems.push(Problem::unknown_reference(
                    self.node.location(),
                    &format!("input of the workflow `{workflow}`"),
                    name,
                    names.iter().map(String::as_str),
                ));
            }
        }
    }

    fn problem(&self, expression: &Expression, code: ProblemCode, message: String) -> Problem {
        Problem::new(code, self.place_of(expression), message)
    }

    /// Where an expression is written: the text that holds it, or the step when that stands in a
    /// component.
    fn place_of(&self, expression: &Expression) -> Location {
        let found = find_text(
            self.node.value(),
            expression.as_str(),
            self.node.pointer(),
            0,
        );
        let pointer = found.unwrap_or_else(|| self.node.pointer().clone());
        self.node.source().location(&pointer)
    }
}

/// How deep a text is looked for.
const DEPTH_MAX: usize = 128;

/// The place of the first text that holds an expression.
fn find_text(value: &Value, expression: &str, at: &Pointer, depth: usize) -> Option<Pointer> {
    if depth > DEPTH_MAX {
        return None;
    }
    let mut parts: Box<dyn Iterator<Item = (Pointer, &Value)>> = match value {
        Value::String(text) => return text.contains(expression).then(|| at.clone()),
        Value::Array(items) => Box::new(
            items
                .iter()
                .enumerate()
                .map(|(index, item)| (at.index(index), item)),
        ),
        Value::Object(fields) => {
            Box::new(fields.iter().map(|(name, field)| (at.join(name), field)))
        }
        _ => return None,
    };
    parts.find_map(|(place, part)| find_text(part, expression, &place, depth + 1))
}

impl<'a> Node<'a> {
    fn get_step(&self, id: &str) -> Option<Node<'a>> {
        let place = self
            .value()
            .as_array()?
            .iter()
            .position(|it| it["stepId"] == *id)?;
        Node::at(self.source(), &self.pointer().index(place))
    }

    fn input_names(&self) -> Vec<String> {
        let Some(mut inputs) = self.get("inputs") else {
            return Vec::new();
        };
        if let Some(reference) = inputs.get("$ref").and_then(|it| it.value().as_str()) {
            let pointer = reference.strip_prefix('#').unwrap_or_default();
            let target = Pointer::from_fragment(pointer).ok();
            match target.and_then(|pointer| Node::at(self.source(), &pointer)) {
                Some(target) => inputs = target,
                None => return Vec::new(),
            }
        }
        let properties = inputs
            .get("properties")
            .and_then(|it| it.value().as_object());
        properties.map_or_else(Vec::new, |it| it.keys().cloned().collect())
    }
}

/// No workflow waits for itself, and none calls itself.
fn check_circles(
    scenario: &Scenario,
    node: &Node<'_>,
    scenarios: &[(Scenario, Node<'_>)],
    problems: &mut Vec<Problem>,
) {
    let mut seen = BTreeSet::new();
    let mut open: Vec<&str> = needed(scenario);
    while let Some(id) = open.pop() {
        if id == scenario.id {
            let message = format!("the workflow `{id}` needs itself");
            problems.push(
                node.problem(ProblemCode::ImpossibleOrder, message)
                    .with_help("take one of the `dependsOn` or calls of the circle away"),
            );
            return;
        }
        if seen.insert(id)
            && let Some((next, _)) = scenarios.iter().find(|(it, _)| it.id == id)
        {
            open.extend(needed(next));
        }
    }
}

/// The workflows that one needs: those before it and those that it calls.
fn needed(scenario: &Scenario) -> Vec<&str> {
    let calls = scenario.steps.iter().filter_map(|step| match &step.call {
        Call::Workflow { workflow, .. } => Some(workflow.as_str()),
        Call::Operation { .. } => None,
    });
    let before = scenario
        .steps
        .iter()
        .flat_map(|it| it.on_failure.iter())
        .filter_map(|it| match &it.kind {
            ActionKind::Retry {
                before: Some(id), ..
            } => Some(id.as_str()),
            _ => None,
        });
    scenario
        .depends_on
        .iter()
        .map(String::as_str)
        .chain(calls)
        .chain(before)
        .collect()
}
