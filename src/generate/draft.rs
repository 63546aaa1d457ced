//! A scenario that is being drafted, and how it is written as Arazzo.

use serde_json::Value;

use super::yaml::Page;
use crate::contract::{Operation, ParameterPlace};

/// One workflow.
#[derive(Debug, Default)]
pub(super) struct Flow {
    pub(super) id: String,
    pub(super) summary: String,
    /// What stands above it.
    pub(super) notes: Vec<String>,
    pub(super) inputs: Vec<Input>,
    pub(super) steps: Vec<Step>,
}

/// A value that a person may want to change.
#[derive(Debug)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) value: Value,
    pub(super) description: String,
}

/// One step.
#[derive(Debug, Default)]
pub(super) struct Step {
    pub(super) id: String,
    pub(super) description: String,
    /// What stands above it.
    pub(super) notes: Vec<String>,
    pub(super) target: Target,
    pub(super) parameters: Vec<(String, ParameterPlace, Value)>,
    pub(super) body: Option<(String, Value)>,
    pub(super) criteria: Vec<Criterion>,
    pub(super) outputs: Vec<(String, String)>,
    /// The operation and the variable of its path that `Location` of the answer gives the output `id`.
    pub(super) located: Option<(Target, String)>,
    pub(super) always: bool,
}

/// How an operation is called by name.
#[derive(Debug, Default)]
pub(super) enum Target {
    /// By its own name.
    #[default]
    Nothing,
    Id(String),
    Path(String),
}

/// What must hold, with what stands above it.
#[derive(Debug)]
pub(super) enum Criterion {
    Simple(String),
    Query { note: String, query: String },
}

/// The name that the contract has among the sources of a drafted document.
const SOURCE: &str = "api";

impl Target {
    /// The way to name an operation; those without a name of their own are named by their place.
    pub(super) fn of(operation: &Operation, has_id: bool) -> Self {
        if has_id {
            return Self::Id(operation.id.clone());
        }
        let fragment = operation.pointer.to_fragment();
        Self::Path(format!("{{$sourceDescriptions.{SOURCE}.url}}#{fragment}"))
    }
}

/// What a document begins with.
pub(super) struct Head<'h> {
    pub(super) title: &'h str,
    /// The contract, relative to the document.
    pub(super) contract: &'h str,
    pub(super) notes: &'h [String],
}

/// Writes a document.
pub(super) fn write(head: &Head<'_>, flows: &[Flow]) -> String {
    let mut page = Page::default();
    page.comment(
        "Written by `countersign generate`, to go on with: it is yours now and is never overwritten. What is \
         marked as guessed is not said by the contract.",
    );
    for note in head.notes {
        page.comment(note);
    }
    page.field("arazzo", &version(flows).into());
    page.open("info", |page| {
        page.field("title", &head.title.into());
        page.field("version", &"1.0.0".into());
    });
    page.open("sourceDescriptions", |page| {
        page.element(|page| {
            page.field("name", &SOURCE.into());
            page.field("url", &format!("./{}", head.contract).into());
            page.field("type", &"openapi".into());
        });
    });
    page.open("workflows", |page| {
        for (place, flow) in flows.iter().enumerate() {
            if place > 0 {
                page.gap();
            }
            for note in &flow.notes {
                page.comment(note);
            }
            page.element(|page| write_flow(page, flow));
        }
    });
    page.into_text()
}

/// The version of Arazzo that the flows need: a whole query string came with 1.1.
fn version(flows: &[Flow]) -> &'static str {
    let steps = flows.iter().flat_map(|it| &it.steps);
    let mut parameters = steps.flat_map(|it| &it.parameters);
    if parameters.any(|(_, place, _)| *place == ParameterPlace::QueryString) {
        "1.1.0"
    } else {
        "1.0.1"
    }
}

/// Writes a step alone.
pub(super) fn write_one(step: &Step) -> String {
    let mut page = Page::default();
    for note in &step.notes {
        page.comment(note);
    }
    page.element(|page| write_step(page, step));
    page.into_text()
}

fn write_flow(page: &mut Page, flow: &Flow) {
    page.field("workflowId", &flow.id.as_str().into());
    page.field("summary", &flow.summary.as_str().into());
    if !flow.inputs.is_empty() {
        page.open("inputs", |page| {
            page.field("type", &"object".into());
            page.open("properties", |page| {
                for input in &flow.inputs {
                    page.open(&input.name, |page| {
                        page.field("default", &input.value);
                        page.field("description", &input.description.as_str().into());
                    });
                }
            });
        });
    }
    page.open("steps", |page| {
        for step in &flow.steps {
            for note in &step.notes {
                page.comment(note);
            }
            page.element(|page| write_step(page, step));
        }
    });
}

fn write_step(page: &mut Page, step: &Step) {
    page.field("stepId", &step.id.as_str().into());
    if !step.description.is_empty() {
        page.field("description", &step.description.as_str().into());
    }
    write_target(page, &step.target);
    if !step.parameters.is_empty() {
        page.open("parameters", |page| {
            for (name, place, value) in &step.parameters {
                page.element(|page| {
                    page.field("name", &name.as_str().into());
                    page.field("in", &place.as_str().into());
                    page.field("value", value);
                });
            }
        });
    }
    if let Some((content_type, payload)) = &step.body {
        page.open("requestBody", |page| {
            page.field("contentType", &content_type.as_str().into());
            page.field("payload", payload);
        });
    }
    if !step.criteria.is_empty() {
        page.open("successCriteria", |page| {
            for criterion in &step.criteria {
                write_criterion(page, criterion);
            }
        });
    }
    if !step.outputs.is_empty() {
        page.open("outputs", |page| {
            for (name, expression) in &step.outputs {
                page.field(name, &expression.as_str().into());
            }
        });
    }
    if step.always || step.located.is_some() {
        page.open("x-countersign", |page| write_extension(page, step));
    }
}

fn write_target(page: &mut Page, target: &Target) {
    match target {
        Target::Nothing => {}
        Target::Id(id) => page.field("operationId", &id.as_str().into()),
        Target::Path(path) => page.field("operationPath", &path.as_str().into()),
    }
}

fn write_extension(page: &mut Page, step: &Step) {
    if let Some((target, variable)) = &step.located {
        page.open("location", |page| {
            write_target(page, target);
            page.open("outputs", |page| {
                page.field("id", &variable.as_str().into());
            });
        });
    }
    if step.always {
        page.field("always", &true.into());
    }
}

fn write_criterion(page: &mut Page, criterion: &Criterion) {
    match criterion {
        Criterion::Simple(condition) => {
            page.element(|page| page.field("condition", &condition.as_str().into()));
        }
        Criterion::Query { note, query } => {
            page.comment(note);
            page.element(|page| {
                page.field("context", &"$response.body".into());
                page.field("type", &"jsonpath".into());
                page.field("condition", &query.as_str().into());
            });
        }
    }
}
