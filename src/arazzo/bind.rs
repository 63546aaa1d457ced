//! What only shows when the scenarios of a document stand side by side: whether each expression
//! reads something that exists by then, and whether the workflows go round in a circle.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use super::document::Document;
use super::outline::input_names;
use crate::contract::ParameterPlace;
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{
    Action, ActionKind, Argument, Call, Destination, Expression, Part, Root, Scenario, Step,
};
use crate::source::Location;

/// Checks all scenarios of a document.
pub(super) fn check(
    scenarios: &[(Scenario, Node<'_>)],
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) {
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
                document,
            };
            binder.check_step(step, problems);
        }
        let everything = Binder {
            scenario,
            place: scenario.steps.len(),
            node,
            owner: node,
            document,
        };
        for (_, expression) in &scenario.outputs {
            everything.check(expression, Moment::End, problems);
        }
    }
}

/// Header fields that a request has although no operation declares them.
const USUAL_HEADERS: [&str; 5] = ["accept", "authorization", "content-type", "cookie", "host"];

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
    document: &'b Document<'b>,
}

impl Binder<'_> {
    fn check_step(&self, step: &Step, problems: &mut Vec<Problem>) {
        for expression in step.call.expressions() {
            self.check(expression, Moment::Before, problems);
        }
        for expression in step.undo.iter().flat_map(|it| it.expressions()) {
            self.check(expression, Moment::After, problems);
        }
        for expression in step.criteria.iter().flat_map(|it| it.expressions()) {
            self.check(expression, Moment::After, problems);
        }
        let actions = step.on_success.iter().chain(step.on_failure.iter());
        for expression in actions.flat_map(Action::expressions) {
            self.check(expression, Moment::After, problems);
        }
        for (_, expression) in &step.outputs {
            self.check(expression, Moment::After, problems);
        }
    }

    fn check(&self, expression: &Expression, moment: Moment, problems: &mut Vec<Problem>) {
        let text = expression.as_str();
        match &expression.root {
            Root::Url | Root::Method | Root::Request(_) | Root::Response(_) | Root::StatusCode => {
                self.check_request_part(expression, problems);
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
            Root::Itself | Root::SourceDescription { .. } => {
                let known = self.document.constants.keys();
                if !self.document.constants.contains_key(text) {
                    let known = known.map(String::as_str);
                    let place = self.place_of(expression);
                    let what = "value of the document itself";
                    problems.push(Problem::unknown_reference(place, what, text, known));
                }
            }
            Root::Message(_) | Root::Component { .. } => problems.push(
                self.problem(
                    expression,
                    ProblemCode::Unsupported,
                    format!("`{text}` is not supported as a value"),
                )
                .with_help("write the value itself"),
            ),
        }
    }

    /// What an expression reads of the request is a parameter of the operation, or a header that every
    /// request has or the step gives.
    fn check_request_part(&self, expression: &Expression, problems: &mut Vec<Problem>) {
        let (place, name) = match &expression.root {
            Root::Request(Part::Query(name)) => (ParameterPlace::Query, name),
            Root::Request(Part::Path(name)) => (ParameterPlace::Path, name),
            Root::Request(Part::Header(name)) => (ParameterPlace::Header, name),
            _ => return,
        };
        let step = self.scenario.steps.get(self.place);
        let Some(Call::Operation { arguments, .. }) = step.map(|it| &it.call) else {
            return;
        };
        let Some((_, operation)) = step.and_then(|it| it.call.operation()) else {
            return;
        };
        let is_header = place == ParameterPlace::Header;
        let given = arguments.iter().any(|it| {
            it.place == place
                && (it.name == *name || it.name.eq_ignore_ascii_case(name) && is_header)
        });
        let usual = is_header && USUAL_HEADERS.iter().any(|it| it.eq_ignore_ascii_case(name));
        // A whole query string says only when it is made what is in it.
        let whole = |it: &Argument| it.place == ParameterPlace::QueryString;
        let inside = place == ParameterPlace::Query && arguments.iter().any(whole);
        if operation.parameter(name, place).is_none() && !given && !usual && !inside {
            let known = operation.parameters.iter().filter(|it| it.place == place);
            problems.push(Problem::unknown_reference(
                self.place_of(expression),
                &format!("{} parameter of `{}`", place.as_str(), operation.id),
                name,
                known.map(|it| it.name.as_str()),
            ));
        }
    }

    fn check_input(&self, expression: &Expression, name: &str, problems: &mut Vec<Problem>) {
        let names = input_names(self.owner);
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
}

/// No workflow waits for itself, and none calls itself.
pub(super) fn check_circles(scenarios: &[Scenario], problems: &mut Vec<Problem>) {
    let by_id: BTreeMap<&str, &Scenario> =
        scenarios.iter().map(|it| (it.id.as_str(), it)).collect();
    for scenario in scenarios {
        let mut seen = BTreeSet::new();
        let mut open: Vec<&str> = needed(scenario);
        while let Some(id) = open.pop() {
            if id == scenario.id {
                let message = format!("the workflow `{id}` needs itself");
                let place = scenario.location.clone();
                problems.push(
                    Problem::new(ProblemCode::ImpossibleOrder, place, message)
                        .with_help("take one of the `dependsOn` or calls of the circle away"),
                );
                break;
            }
            if seen.insert(id) {
                open.extend(by_id.get(id).map(|it| needed(it)).unwrap_or_default());
            }
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
                before: Some(Destination::Workflow { workflow, .. }),
                ..
            } => Some(workflow.as_str()),
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
