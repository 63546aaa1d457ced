//! The model of a contract: operations with what they take and what they answer.

use std::sync::{Arc, OnceLock};

use serde_json::Value;

use super::export::Direction;
use super::reading::FormShape;
use super::shared::{JudgeCell, Shared};
use super::{Judge, Outline, PathTemplate, StatusPattern, TokenScheme};
use crate::http::{MediaRange, MediaType, SchemeSet, SecurityScheme};
use crate::json::Pointer;
use crate::schema::CompileError;
use crate::source::{Location, Source};

/// The keyword of our own rule against what is not declared.
const OWN_RULE: &str = "unevaluatedProperties";

/// What one API promises.
#[derive(Debug)]
pub struct Contract {
    /// The API's short name: the name of its folder.
    pub api: String,
    /// The title that the document gives it.
    pub title: String,
    /// The version that the document gives it.
    pub version: String,
    /// The document, with the place of everything.
    pub source: Arc<Source>,
    /// The other documents that belong to it: what stands in one of them is named by a pointer below
    /// the one that is given with it.
    pub documents: Vec<(Pointer, Arc<Source>)>,
    /// All documents as one, with all their schemas turned to JSON Schema 2020-12, where the one
    /// document is not that already; pointers into it name the same places in the sources.
    pub translated: Option<Value>,
    /// The places of schemas that are written out anew in what was translated, each with the place of
    /// that which it is a copy of.
    pub copies: Vec<(Pointer, Pointer)>,
    /// Where the API says that it runs.
    pub servers: Vec<Server>,
    /// The ways to show who asks, in the order of their names.
    pub security_schemes: Vec<Arc<SecurityScheme>>,
    /// How the tokens of those are come by that hand out tokens, in the order of their names.
    pub token_schemes: Vec<TokenScheme>,
    /// What it can be asked, in the document's order.
    pub operations: Vec<Operation>,
    /// The names of the shared schemas with their places, in the document's order.
    pub schemas: Vec<(String, Pointer)>,
    /// What is found out of it when somebody asks.
    pub(crate) shared: Shared,
}

/// A place where the API says that it runs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Server {
    /// The URL, with the defaults of its variables filled in.
    pub url: String,
}

/// One thing that the API can be asked.
#[derive(Debug)]
pub struct Operation {
    /// Its unique name.
    pub id: String,
    /// The method in upper case.
    pub method: String,
    /// The path below the server's URL.
    pub path: PathTemplate,
    /// A short sentence on what it is for.
    pub summary: String,
    /// What it takes besides the body, path item and operation merged.
    pub parameters: Vec<Parameter>,
    /// The body that it takes.
    pub request_body: Option<RequestBody>,
    /// What it answers, the most exact status first.
    pub responses: Vec<Response>,
    /// What it demands to be shown: one of these sets; nothing at all when there is none.
    pub security: Vec<SchemeSet>,
    /// Where it runs: as it says itself, else its path, else the API.
    pub servers: Vec<Server>,
    /// How references from outside name it: by its path and method in the entry document, also
    /// where it stands elsewhere.
    pub address: Pointer,
    /// Where it stands in the document.
    pub pointer: Pointer,
}

/// Where a parameter goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum ParameterPlace {
    /// A hole in the path.
    Path,
    /// The query of the URL.
    Query,
    /// The whole query of the URL as one value.
    QueryString,
    /// A header field.
    Header,
    /// A cookie.
    Cookie,
}

/// How a parameter's value is written (`OpenAPI 3.1 §4.8.12.1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Comma-separated, for path and header.
    Simple,
    /// `;name=value`, for path.
    Matrix,
    /// `.value`, for path.
    Label,
    /// `name=value`, for query and cookie.
    Form,
    /// Space-separated arrays and objects, for query.
    SpaceDelimited,
    /// Pipe-separated arrays and objects, for query.
    PipeDelimited,
    /// `name[key]=value`, for query.
    DeepObject,
    /// `name=value; name=value` without percent-encoding, for cookie.
    Cookie,
}

/// One parameter.
#[derive(Debug)]
pub struct Parameter {
    /// Its name; for a header, compared without regard to case.
    pub name: String,
    /// Where it goes.
    pub place: ParameterPlace,
    /// Whether a request without it is wrong.
    pub required: bool,
    /// How its value is written.
    pub style: Style,
    /// Whether each item of an array or field of an object is written by itself.
    pub explode: bool,
    /// Whether reserved characters stay as they are.
    pub allow_reserved: bool,
    /// What its value must be.
    pub schema: Option<SchemaUse>,
    /// The media type that its value is written in, where no style writes it.
    pub media_type: Option<MediaRange>,
    /// How the fields of a form are written, where its value is one and that is said.
    pub encodings: Vec<Encoding>,
    /// Where it stands in the document.
    pub pointer: Pointer,
}

/// The body that an operation takes.
#[derive(Debug)]
pub struct RequestBody {
    /// Whether a request without it is wrong.
    pub required: bool,
    /// The media types that it may have.
    pub content: Vec<MediaContent>,
    /// Where it stands in the document.
    pub pointer: Pointer,
}

/// One media type of a body with its schema.
#[derive(Debug)]
pub struct MediaContent {
    /// Which media types it is for.
    pub range: MediaRange,
    /// What the decoded body must be; none means anything.
    pub schema: Option<SchemaUse>,
    /// What each item of a body that is a sequence must be.
    pub item_schema: Option<SchemaUse>,
    /// How the fields of a form are written, where that is said.
    pub encodings: Vec<Encoding>,
    /// Where it stands in the document.
    pub pointer: Pointer,
}

/// How one field of a form is written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Encoding {
    /// The name of the field.
    pub field: String,
    /// Its media type, when one is said.
    pub media_type: Option<String>,
    /// Its style, when one is said; it is then written by it and has no media type.
    pub style: Option<FormStyle>,
}

/// The style of a field of a form.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FormStyle {
    /// How the value is written.
    pub style: Style,
    /// Whether each item of an array or field of an object is written by itself.
    pub explode: bool,
}

impl MediaContent {
    /// Every place where it uses a schema.
    pub fn schema_uses(&self) -> impl Iterator<Item = &SchemaUse> {
        self.schema.iter().chain(&self.item_schema)
    }

    /// How a field of a form is written, when that is said.
    pub fn encoding(&self, field: &str) -> Option<&Encoding> {
        self.encodings.iter().find(|it| it.field == field)
    }
}

/// One documented response.
#[derive(Debug)]
pub struct Response {
    /// Which statuses it is for.
    pub status: StatusPattern,
    /// The header fields that it promises.
    pub headers: Vec<Header>,
    /// The bodies that it may have; empty means that it has none.
    pub content: Vec<MediaContent>,
    /// Where it leads.
    pub links: Vec<Link>,
    /// Where it stands in the document.
    pub pointer: Pointer,
}

/// Where an answer leads (`OpenAPI 3.1 §4.8.20`): an operation of the same API and what it is asked for.
#[derive(Debug, Clone, PartialEq)]
pub struct Link {
    /// Its name.
    pub name: String,
    /// The operation, by its place in the contract.
    pub operation: usize,
    /// The parameters that it gives: the name of each, maybe with its place before it (`path.id`), and a
    /// value, or a runtime expression.
    pub parameters: Vec<(String, Value)>,
}

/// One promised header field.
#[derive(Debug)]
pub struct Header {
    /// Its name, compared without regard to case.
    pub name: String,
    /// Whether a response without it is wrong.
    pub required: bool,
    /// Whether each field of an object is written as `name=value`.
    pub explode: bool,
    /// What its value must be.
    pub schema: Option<SchemaUse>,
    /// The media type that its value is written in, where it is not written as a list.
    pub media_type: Option<MediaRange>,
    /// Where it stands in the document.
    pub pointer: Pointer,
}

/// A place where the contract says with a schema what a value must be.
///
/// What is behind it is found out when it is first needed, once for all clones.
#[derive(Debug, Clone)]
pub struct SchemaUse {
    /// Where the schema stands in the document.
    pub pointer: Pointer,
    /// Which way the value goes.
    pub direction: Direction,
    found: Arc<Found>,
}

/// What was found out of a schema.
#[derive(Debug, Default)]
struct Found {
    judge: OnceLock<Arc<JudgeCell>>,
    outline: OnceLock<Outline>,
    form: OnceLock<FormShape>,
}

impl SchemaUse {
    /// A use of the schema at that place.
    pub fn new(pointer: Pointer, direction: Direction) -> Self {
        Self {
            pointer,
            direction,
            found: Arc::default(),
        }
    }

    /// The judge for it, compiled at the first call.
    ///
    /// # Errors
    /// When the schema cannot be compiled; the same error at every call.
    pub fn judge(&self, contract: &Contract) -> Result<&Judge, &CompileError> {
        let cell = || contract.judge_cell(&self.pointer, self.direction);
        let judge = self.found.judge.get_or_init(cell);
        let compile = || Judge::compile(contract.judged_by(&self.pointer, self.direction));
        judge.get_or_init(compile).as_ref()
    }

    /// Whether the judge for it has been compiled, or has been found to be none.
    pub fn is_compiled(&self) -> bool {
        let judge = self.found.judge.get();
        judge.is_some_and(|it| it.get().is_some())
    }

    /// Which places its values have, read at the first call.
    pub fn outline(&self, contract: &Contract) -> &Outline {
        self.found
            .outline
            .get_or_init(|| Outline::new(contract, &self.pointer, self.direction))
    }

    /// Whether it says of some place that its values are secret. Mostly no schema of the contract does, and
    /// none of them needs to be looked into.
    pub fn has_secrets(&self, contract: &Contract) -> bool {
        contract.has_secrets() && self.outline(contract).has_secrets()
    }

    /// How forms are read by it, found out at the first call.
    pub(super) fn form_shape(&self, contract: &Contract) -> &FormShape {
        self.found
            .form
            .get_or_init(|| FormShape::of(contract, &self.pointer))
    }

    /// The place in the contract of an error that compiling it gave.
    pub fn origin_of(&self, contract: &Contract, error: &CompileError) -> Pointer {
        let schema = contract.judged_by(&self.pointer, self.direction);
        schema.origin(&error.keyword)
    }
}

impl Contract {
    /// The document, with all its schemas in JSON Schema 2020-12.
    pub fn document(&self) -> &Value {
        self.translated
            .as_ref()
            .unwrap_or_else(|| self.source.root())
    }

    /// The operation of that name.
    pub fn operation(&self, id: &str) -> Option<&Operation> {
        self.operations.iter().find(|operation| operation.id == id)
    }

    /// The place in the document that a pointer names.
    pub fn location(&self, pointer: &Pointer) -> Location {
        let (source, inside) = self.place(pointer);
        source.location(&inside)
    }

    /// Whether the contract has this place, or what is undeclared breaks our own rule there: that stands at
    /// a schema which says nothing of it.
    pub fn has(&self, pointer: &Pointer) -> bool {
        let stands = |it: &Pointer| {
            let (source, inside) = self.place(it);
            source.value(&inside).is_some() || it.lookup(self.document()).is_some()
        };
        let is_ours = pointer.last().is_some_and(|it| it == OWN_RULE);
        stands(pointer) || is_ours && pointer.parent().is_some_and(|it| stands(&it))
    }

    /// The document that a place stands in, and the place there.
    fn place(&self, pointer: &Pointer) -> (&Source, Pointer) {
        let mut copies = self.copies.iter();
        let origin = copies.find_map(|(copy, it)| Some(it.append(&pointer.within(copy)?)));
        let pointer = origin.as_ref().unwrap_or(pointer);
        for (mount, source) in &self.documents {
            if let Some(inside) = pointer.within(mount) {
                return (source, inside);
            }
        }
        (&self.source, pointer.clone())
    }
}

impl Operation {
    /// Whether whoever calls it is to show credentials.
    pub fn demands_credentials(&self) -> bool {
        !self.security.is_empty() && self.security.iter().all(|it| !it.is_empty())
    }

    /// The documented response for a status: the exact one, else its class, else the default.
    pub fn response(&self, status: u16) -> Option<&Response> {
        self.responses
            .iter()
            .find(|response| response.status.matches(status))
    }

    /// The parameter of that name and place.
    pub fn parameter(&self, name: &str, place: ParameterPlace) -> Option<&Parameter> {
        self.parameters
            .iter()
            .find(|parameter| parameter.is(name, place))
    }
}

impl Parameter {
    /// Whether it has this name and place; names of headers are compared without regard to case.
    pub fn is(&self, name: &str, place: ParameterPlace) -> bool {
        let same_name = match place {
            ParameterPlace::Header => self.name.eq_ignore_ascii_case(name),
            _ => self.name == name,
        };
        self.place == place && same_name
    }
}

impl ParameterPlace {
    /// Reads the value of `in`.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "path" => Some(Self::Path),
            "query" => Some(Self::Query),
            "querystring" => Some(Self::QueryString),
            "header" => Some(Self::Header),
            "cookie" => Some(Self::Cookie),
            _ => None,
        }
    }

    /// The value of `in`.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::QueryString => "querystring",
            Self::Header => "header",
            Self::Cookie => "cookie",
        }
    }
}

/// The entry of a content map that names a media type most exactly.
pub(super) fn most_specific<'c>(
    content: &'c [MediaContent],
    media_type: &MediaType,
) -> Option<&'c MediaContent> {
    content
        .iter()
        .filter_map(|entry| Some((entry.range.specificity(media_type)?, entry)))
        .max_by_key(|(specificity, _)| *specificity)
        .map(|(_, entry)| entry)
}

impl Response {
    /// Every place where it uses a schema.
    pub fn schema_uses(&self) -> impl Iterator<Item = &SchemaUse> {
        let headers = self.headers.iter().filter_map(|it| it.schema.as_ref());
        let content = self.content.iter().flat_map(MediaContent::schema_uses);
        content.chain(headers)
    }

    /// What the body must be when it has this media type.
    pub fn content_for(&self, media_type: &MediaType) -> Option<&MediaContent> {
        most_specific(&self.content, media_type)
    }
}

impl RequestBody {
    /// What the body must be when it has this media type.
    pub fn content_for(&self, media_type: &MediaType) -> Option<&MediaContent> {
        most_specific(&self.content, media_type)
    }
}

impl Operation {
    /// Every place where the operation uses a schema.
    pub fn schema_uses(&self) -> impl Iterator<Item = &SchemaUse> {
        let answers = self.responses.iter().flat_map(Response::schema_uses);
        self.request_schema_uses().chain(answers)
    }

    /// Every place where a request of the operation uses a schema.
    pub fn request_schema_uses(&self) -> impl Iterator<Item = &SchemaUse> {
        let parameters = self.parameters.iter().filter_map(|it| it.schema.as_ref());
        let bodies = self.request_body.iter().flat_map(|it| &it.content);
        parameters.chain(bodies.flat_map(MediaContent::schema_uses))
    }
}

impl Contract {
    /// Every place where the contract uses a schema.
    pub fn schema_uses(&self) -> impl Iterator<Item = &SchemaUse> {
        self.operations.iter().flat_map(Operation::schema_uses)
    }
}
