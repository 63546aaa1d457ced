//! The model of a scenario.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Map, Value};

use super::{Condition, Expression, Readers, SnapshotRules, Template};
use crate::contract::{Contract, Operation, ParameterPlace};
use crate::http::Caller;
use crate::json::{Path, Pointer};
use crate::schema::Schema;
use crate::source::Location;
use crate::xml::XPath;

/// One workflow, bound to its contract and checked.
#[derive(Debug)]
pub struct Scenario {
    /// The API that it plays against.
    pub api: String,
    /// Its name, unique in its API.
    pub id: String,
    /// What it shows, in a sentence.
    pub summary: String,
    /// Words to select it by.
    pub tags: Vec<String>,
    /// Its inputs that have a default, with it.
    pub defaults: Vec<(String, Value)>,
    /// What its inputs must be.
    pub inputs: Option<Schema>,
    /// Its inputs of the format `password`, whose values are told to nobody.
    pub secrets: Vec<String>,
    /// The input that holds the tag of the run, when one does.
    pub run_tag: Option<RunTag>,
    /// Its steps, in order.
    pub steps: Vec<Step>,
    /// What it hands on when it ends.
    pub outputs: Vec<(String, Expression)>,
    /// The workflows that must have passed before.
    pub depends_on: Vec<String>,
    /// What `$self` and `$sourceDescriptions.NAME.FIELD` are in its document.
    pub constants: Arc<BTreeMap<String, Value>>,
    /// The rows of its table: it is played once for each of them; once when there is none.
    pub rows: Vec<Row>,
    /// The lock that it holds while it is played: of those that name the same one, one is played at a
    /// time.
    pub exclusive: Option<String>,
    /// Where it stands.
    pub location: Location,
    /// Which steps read the outputs of which.
    pub readers: Readers,
}

/// The input that holds the tag of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunTag {
    /// Its name.
    pub input: String,
    /// What it holds in a run without a tag, and what snapshots show in any case.
    pub default: String,
}

/// A row of a scenario's table.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// Its name, unique in its scenario.
    pub name: String,
    /// Inputs of the scenario.
    pub inputs: Map<String, Value>,
}

/// One step of a scenario.
#[derive(Debug)]
pub struct Step {
    /// Its name, unique in its scenario.
    pub id: String,
    /// What it is for, in a sentence; may be empty.
    pub summary: String,
    /// What it calls.
    pub call: Call,
    /// The steps of this scenario that must have been played before, by their places.
    pub depends_on: Vec<usize>,
    /// What must hold for it to succeed; empty means a documented status of class 2xx or 3xx.
    pub criteria: Vec<Criterion>,
    /// What happens after success; the first action that applies; none means the next step.
    pub on_success: Arc<[Action]>,
    /// What happens after failure; the first action that applies; none means the end.
    pub on_failure: Arc<[Action]>,
    /// What it hands on.
    pub outputs: Vec<(String, Expression)>,
    /// As whom it comes; none when the operation asks nobody who it is.
    pub caller: Option<Arc<Caller>>,
    /// Whether the server must refuse the TLS handshake, so that there is no answer.
    pub refused_handshake: bool,
    /// Whether it sends on purpose what the contract forbids.
    pub invalid_request: bool,
    /// Whether it runs at the end whatever happened before.
    pub always: bool,
    /// What takes away again what it makes: a call of an operation, when that is said.
    pub undo: Option<Box<Call>>,
    /// How long one try may take, when that is said.
    pub timeout: Option<Duration>,
    /// How long after its first answer it may still be tried again, when that is said.
    pub within: Option<Duration>,
    /// Whether redirects are followed, when that is said.
    pub follows_redirects: Option<bool>,
    /// What of its response is kept in the snapshot, and how.
    pub snapshot: SnapshotRules,
    /// Where it stands.
    pub location: Location,
}

/// What a step calls.
#[derive(Debug)]
pub enum Call {
    /// An operation of a contract.
    Operation {
        /// The contract.
        contract: Arc<Contract>,
        /// The operation's place in its list.
        operation: usize,
        /// The values of its parameters.
        arguments: Vec<Argument>,
        /// The body.
        body: Option<Box<Body>>,
    },
    /// Another workflow of the same API, with its inputs.
    Workflow {
        /// Its name.
        workflow: String,
        /// The values of its inputs.
        inputs: Vec<(String, Payload)>,
    },
}

impl Call {
    /// The expressions that its arguments and its body, or its inputs, read.
    pub fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Operation {
                arguments, body, ..
            } => {
                let body = body.as_deref();
                let replaced = body.into_iter().flat_map(|it| &it.replacements);
                let payloads = body.into_iter().map(|it| &it.payload);
                let values = arguments.iter().map(|it| &it.value);
                let all = values.chain(payloads).chain(replaced.map(|it| &it.value));
                all.flat_map(Payload::expressions).collect()
            }
            Self::Workflow { inputs, .. } => {
                inputs.iter().flat_map(|(_, it)| it.expressions()).collect()
            }
        }
    }

    /// The operation, when it is one.
    pub fn operation(&self) -> Option<(&Arc<Contract>, &Operation)> {
        match self {
            Self::Operation {
                contract,
                operation,
                ..
            } => contract
                .operations
                .get(*operation)
                .map(|operation| (contract, operation)),
            Self::Workflow { .. } => None,
        }
    }
}

/// The value of a parameter.
#[derive(Debug)]
pub struct Argument {
    /// The parameter's name.
    pub name: String,
    /// Where it goes.
    pub place: ParameterPlace,
    /// Its value.
    pub value: Payload,
    /// Where the value stands.
    pub location: Location,
}

/// A value with parts that are read at run time.
#[derive(Debug, Clone, PartialEq)]
pub enum Payload {
    /// A value that is written out as a whole.
    Literal(Value),
    /// A value that is read at run time, with its type.
    Expression(Expression),
    /// A text with values in it.
    Template(Template),
    /// An object with such values.
    Object(Vec<(String, Payload)>),
    /// A list of such values.
    Array(Vec<Payload>),
    /// The bytes of a file.
    File(Attachment),
}

/// A file that is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Its name, without the folders.
    pub name: Arc<str>,
    /// What it holds.
    pub bytes: Arc<[u8]>,
}

/// The body of a request.
#[derive(Debug)]
pub struct Body {
    /// Its media type.
    pub content_type: String,
    /// Its value.
    pub payload: Payload,
    /// Whether a text is sent as it stands, whatever the media type.
    pub raw: bool,
    /// Places in the value that are replaced.
    pub replacements: Vec<Replacement>,
    /// Where it stands.
    pub location: Location,
}

/// A place in a body that is replaced.
#[derive(Debug)]
pub struct Replacement {
    /// The place, or the places.
    pub target: Target,
    /// The new value.
    pub value: Payload,
}

/// Where a replacement goes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One place, which is added where the object or the list that holds it is there.
    Pointer(Pointer),
    /// Every place that a query finds, of which there must be one.
    Path(Path),
    /// Every place of a document of XML that a query finds, of which there must be one.
    XPath(XPath),
}

impl Target {
    /// The target as it was written.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Pointer(pointer) => pointer.as_str(),
            Self::Path(path) => path.as_str(),
            Self::XPath(path) => path.as_str(),
        }
    }
}

/// Something that must hold.
#[derive(Debug, Clone)]
pub struct Criterion {
    /// What.
    pub kind: CriterionKind,
    /// The condition as it was written.
    pub text: String,
    /// Where it stands.
    pub location: Location,
}

/// The kinds of criteria (`Arazzo 1.0.1 §4.6.11`).
#[derive(Debug, Clone)]
pub enum CriterionKind {
    /// A simple condition.
    Simple(Condition),
    /// A regular expression that the context must match somewhere.
    Regex {
        /// The text.
        context: Expression,
        /// What it must match.
        pattern: Pattern<regex::Regex>,
    },
    /// A JSONPath that must find something in the context.
    JsonPath {
        /// The value.
        context: Expression,
        /// What it must hold.
        pattern: Pattern<Path>,
    },
    /// An XPath that must be true of the context, which is a document of XML.
    XPath {
        /// The document.
        context: Expression,
        /// What must be true of it.
        pattern: Pattern<XPath>,
    },
}

/// Something compiled, or a text with values in it that is compiled when they are known.
#[derive(Debug, Clone)]
pub enum Pattern<T> {
    /// Compiled once.
    Fixed(T),
    /// Compiled at each use.
    Template(Template),
}

/// What happens after a step.
#[derive(Debug, Clone)]
pub struct Action {
    /// Its name.
    pub name: String,
    /// When it applies; empty means always.
    pub criteria: Vec<Criterion>,
    /// What happens.
    pub kind: ActionKind,
    /// Where it stands.
    pub location: Location,
}

/// What an action brings about.
#[derive(Debug, Clone, PartialEq)]
pub enum ActionKind {
    /// The workflow ends.
    End,
    /// The flow goes on elsewhere.
    Goto(Destination),
    /// The step is played again.
    Retry {
        /// How long to wait, when the response does not say.
        after: Duration,
        /// How often, at most.
        limit: u32,
        /// What is played before.
        before: Option<Destination>,
    },
}

/// Where a flow goes on.
#[derive(Debug, Clone, PartialEq)]
pub enum Destination {
    /// A step of the same workflow, by its place.
    Step(usize),
    /// Another workflow.
    Workflow {
        /// Its name.
        workflow: String,
        /// The values of its inputs.
        inputs: Vec<(String, Payload)>,
    },
}

impl Action {
    /// Every expression in it.
    pub fn expressions(&self) -> Vec<&Expression> {
        let criteria = self.criteria.iter().flat_map(Criterion::expressions);
        let inputs = self.destination().map_or(&[][..], Destination::inputs);
        let inputs = inputs.iter().flat_map(|(_, value)| value.expressions());
        criteria.chain(inputs).collect()
    }

    /// Where it leads, if anywhere.
    pub fn destination(&self) -> Option<&Destination> {
        match &self.kind {
            ActionKind::End => None,
            ActionKind::Goto(destination) => Some(destination),
            ActionKind::Retry { before, .. } => before.as_ref(),
        }
    }
}

impl Destination {
    /// The values of the inputs of the workflow, when it is one.
    pub fn inputs(&self) -> &[(String, Payload)] {
        match self {
            Self::Step(_) => &[],
            Self::Workflow { inputs, .. } => inputs,
        }
    }
}

impl Criterion {
    /// Every expression in it.
    pub fn expressions(&self) -> Vec<&Expression> {
        match &self.kind {
            CriterionKind::Simple(condition) => condition.expressions(),
            CriterionKind::Regex {
                context,
                pattern: Pattern::Template(template),
            }
            | CriterionKind::JsonPath {
                context,
                pattern: Pattern::Template(template),
            }
            | CriterionKind::XPath {
                context,
                pattern: Pattern::Template(template),
            } => template.expressions().chain([context]).collect(),
            CriterionKind::Regex { context, .. }
            | CriterionKind::JsonPath { context, .. }
            | CriterionKind::XPath { context, .. } => vec![context],
        }
    }
}

impl Payload {
    /// Every expression in it.
    pub fn expressions(&self) -> Vec<&Expression> {
        match self {
            Self::Literal(_) | Self::File(_) => Vec::new(),
            Self::Expression(expression) => vec![expression],
            Self::Template(template) => template.expressions().collect(),
            Self::Object(fields) => fields.iter().flat_map(|(_, it)| it.expressions()).collect(),
            Self::Array(items) => items.iter().flat_map(Self::expressions).collect(),
        }
    }

    /// The value, when all of it is written out.
    pub fn literal(&self) -> Option<&Value> {
        match self {
            Self::Literal(value) => Some(value),
            _ => None,
        }
    }
}

impl Scenario {
    /// The name that selects it anywhere: `api::workflow`.
    pub fn path(&self) -> String {
        format!("{}::{}", self.api, self.id)
    }

    /// The names of its snapshots: one for each row of its table, else one.
    pub fn snapshots(&self) -> Vec<String> {
        if self.rows.is_empty() {
            return vec![self.id.clone()];
        }
        self.rows.iter().map(|row| self.snapshot_of(row)).collect()
    }

    /// The name of the snapshot of a row. No name of a workflow holds a dot.
    pub fn snapshot_of(&self, row: &Row) -> String {
        format!("{}.{}", self.id, row.name)
    }

    /// The place of the step of that name.
    pub fn step(&self, id: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.id == id)
    }
}
