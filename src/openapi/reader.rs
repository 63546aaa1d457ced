//! What is carried along while documents are lowered: where references lead, what was seen
//! already, what has to be written differently, and everything that is wrong.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Map, Value};

use super::dynamic::Scopes;
use super::library::{Astray, Document, Library, Spot, Unusable, is_remote};
use super::schema::Endless;
use super::version::Version;
use crate::contract::{Direction, REFERENCE_CHAIN_MAX, SchemaUse, TokenScheme};
use crate::http::{SecurityScheme, hide_credentials};
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::source::{Location, Source};

/// The fields of an object, by the version that brought them.
pub(super) type Fields = [(Version, &'static [&'static str])];

/// How many Problems are told of one API; what is wrong a thousand times is made by a program.
const PROBLEMS_MAX: usize = 1_000;

/// Reads the documents of a library.
pub(super) struct Reader<'a> {
    library: &'a Library,
    pub(super) problems: Vec<Problem>,
    /// The places that were looked at and need not be again.
    seen: BTreeSet<Pointer>,
    /// What is written differently in JSON Schema 2020-12: by schema and keyword, the new value, or
    /// none where the keyword goes away.
    edits: BTreeMap<Pointer, BTreeMap<String, Option<Value>>>,
    /// Links, which are checked when all operations are known.
    pub(super) links: Vec<Node<'a>>,
    /// Which answers have them: the place of the answer, the name, the place of the link.
    pub(super) leads: Vec<(Pointer, String, Pointer)>,
    /// The security schemes that were found by their URIs, by their places; none for what is no scheme.
    pub(super) schemes: BTreeMap<Pointer, Option<Arc<SecurityScheme>>>,
    /// How tokens are come by, by the name of the security scheme.
    pub(super) tokens: BTreeMap<String, TokenScheme>,
    /// The places of the schemas that values are judged by.
    pub(super) roots: BTreeSet<Pointer>,
    /// The places of the schemas whose `$ref` is a dynamic reference that can mean several schemas,
    /// with the name of the anchor.
    pub(super) dynamic: BTreeMap<Pointer, String>,
    /// Whether so many schemas look at one value that nobody can hold a value against them.
    is_crowded: bool,
    /// The uses of schemas so far, by their places and directions.
    uses: BTreeMap<(Pointer, Direction), SchemaUse>,
}

impl<'a> Reader<'a> {
    pub(super) fn new(library: &'a Library) -> Self {
        let mut reader = Self {
            library,
            problems: Vec::new(),
            seen: BTreeSet::new(),
            edits: BTreeMap::new(),
            links: Vec::new(),
            leads: Vec::new(),
            schemes: BTreeMap::new(),
            tokens: BTreeMap::new(),
            roots: BTreeSet::new(),
            dynamic: BTreeMap::new(),
            is_crowded: false,
            uses: BTreeMap::new(),
        };
        for (second, first) in &library.twins {
            if let (Some(second), Some(first)) = (reader.node(second), reader.node(first)) {
                let message = "two schemas have the same `$id` or anchor";
                let problem = second.problem(ProblemCode::DuplicateName, message);
                let problem = problem.with_also(first.location(), "the other one");
                reader
                    .problems
                    .push(problem.with_help("give each of them a name of its own"));
            }
        }
        reader
    }

    /// A use of the schema at a place; what several operations share is compiled for all of them together.
    pub(super) fn schema_use(&mut self, place: Pointer, direction: Direction) -> SchemaUse {
        let used = self.uses.entry((place, direction));
        let (place, direction) = used.key().clone();
        let fresh = || SchemaUse::new(place, direction);
        used.or_insert_with(fresh).clone()
    }

    /// Whether so much is wrong that reading on tells nobody anything.
    pub(super) fn is_full(&self) -> bool {
        self.problems.len() >= PROBLEMS_MAX
    }

    /// Complains of a schema that is not looked through to its end. Of crowds the first one is told: those
    /// that refer to one are as crowded.
    pub(super) fn complain_of_endless(&mut self, why: Endless, at: Location) {
        if why == Endless::Circle || !self.is_crowded {
            self.problems.push(why.told(at));
        }
        self.is_crowded |= why == Endless::TooMany;
    }

    pub(super) fn is_crowded(&self) -> bool {
        self.is_crowded
    }

    /// Everything that is wrong, each thing once; what is shared is read wherever it is used.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        let was_full = self.is_full();
        let root = self.root();
        let mut problems = self.problems;
        let mut told = BTreeSet::new();
        problems.retain(|it| told.insert((it.location.clone(), it.code, it.message.clone())));
        if was_full {
            let message =
                format!("more than {PROBLEMS_MAX} things are wrong; the rest was not looked at");
            let problem = Problem::new(ProblemCode::Unsupported, root.location(), message);
            problems.push(problem.with_help("mend what made the document, then look again"));
        }
        problems
    }

    /// The root of the entry document.
    pub(super) fn root(&self) -> Node<'a> {
        Node::root(&self.library.documents[0].source)
    }

    /// The version of the document that something stands in.
    pub(super) fn version(&self, node: &Node<'_>) -> Version {
        self.library.documents[self.library.index(node.source())].version
    }

    /// The place of something in the one tree of all documents.
    pub(super) fn place(&self, node: &Node<'_>) -> Pointer {
        let index = self.library.index(node.source());
        self.library.documents[index].mount.append(node.pointer())
    }

    /// Whether this is the first time that this place is looked at for this purpose.
    pub(super) fn is_new(&mut self, node: &Node<'_>) -> bool {
        let place = self.place(node);
        self.seen.insert(place)
    }

    /// The documents besides the entry document, with their places in the one tree.
    pub(super) fn mounted(&self) -> Vec<(Pointer, Arc<Source>)> {
        let others = self.library.documents.iter().skip(1);
        others
            .map(|it| (it.mount.clone(), Arc::clone(&it.source)))
            .collect()
    }

    /// The entry document.
    pub(super) fn entry(&self) -> Arc<Source> {
        Arc::clone(&self.library.documents[0].source)
    }

    /// Where a place in the one tree stands, as a line and a column.
    pub(super) fn location(&self, place: &Pointer) -> Location {
        let others = self.library.documents.iter().skip(1);
        for document in others {
            if let Some(inside) = place.within(&document.mount) {
                return document.source.location(&inside);
            }
        }
        self.library.documents[0].source.location(place)
    }

    fn node(&self, spot: &Spot) -> Option<Node<'a>> {
        let library: &'a Library = self.library;
        Node::at(&library.documents[spot.document].source, &spot.pointer)
    }

    /// How often a dynamic anchor of that name is given.
    pub(super) fn dynamic_anchors(&self, name: &str) -> usize {
        self.library.dynamic_anchors(name).len()
    }

    /// Where the schemas stand that the dynamic references mean which were noted.
    pub(super) fn scopes(&self) -> Scopes {
        let documents = &self.library.documents;
        let resources = documents.iter().flat_map(Document::resources);
        let names: BTreeSet<&String> = self.dynamic.values().collect();
        let anchors = names.into_iter().map(|name| {
            let spots = self.library.dynamic_anchors(name).iter();
            let places = spots.map(|it| documents[it.document].mount.append(&it.pointer));
            (name.clone(), places.collect())
        });
        Scopes {
            resources: resources.collect(),
            anchors: anchors.collect(),
        }
    }

    /// Complains about fields that an object of this version does not have.
    pub(super) fn only(&mut self, node: &Node<'a>, fields: &Fields) {
        let version = self.version(node);
        let all: Vec<&str> = fields
            .iter()
            .flat_map(|(_, names)| *names)
            .copied()
            .collect();
        node.only(&all, &mut self.problems);
        for (since, names) in fields.iter().filter(|(since, _)| *since > version) {
            for field in names.iter().filter_map(|name| node.get(name)) {
                let name = field.pointer().last().unwrap_or_default().into_owned();
                let (since, own) = (since.as_str(), version.as_str());
                let message =
                    format!("`{name}` is of OpenAPI {since}, and this document is of {own}");
                let problem =
                    Problem::new(ProblemCode::UnknownField, field.key_location(), message);
                let help = format!("take it away, or write the document in OpenAPI {since}");
                self.problems.push(problem.with_help(help));
            }
        }
    }

    /// Follows the `$ref` of an object that is no schema, to the object itself.
    pub(super) fn resolve(&mut self, node: Node<'a>, what: &str) -> Option<Node<'a>> {
        let mut node = node;
        let mut passed: Vec<Node<'a>> = Vec::new();
        while passed.len() < REFERENCE_CHAIN_MAX {
            let Some(reference) = node.get("$ref") else {
                return Some(node);
            };
            let text = reference.text(&mut self.problems)?;
            let next = self.follow(&reference, text, what)?;
            passed.push(std::mem::replace(&mut node, next));
            let again = |it: &Node<'_>| std::ptr::eq(it.value(), node.value());
            if let Some(start) = passed.iter().position(again) {
                // Told at one place, whoever comes into the circle.
                let first = passed.drain(start..).min_by_key(Node::location)?;
                let message = format!("this {what} refers to itself");
                let problem = first.problem(ProblemCode::ImpossibleOrder, message);
                let help = "let one of the references in the circle hold the object itself";
                self.problems.push(problem.with_help(help));
                return None;
            }
        }
        let message = format!("more than {REFERENCE_CHAIN_MAX} references in a row");
        let problem = node.problem(ProblemCode::Unsupported, message);
        self.problems
            .push(problem.with_help("refer to the object itself"));
        None
    }

    /// The object that a reference names, in whichever document.
    pub(super) fn follow(
        &mut self,
        reference: &Node<'a>,
        target: &str,
        what: &str,
    ) -> Option<Node<'a>> {
        match self.find(reference, target) {
            Ok(found) => Some(found),
            Err(problems) => {
                let told = problems
                    .into_iter()
                    .map(|it| it.named(reference, target, what, self));
                let told: Vec<Problem> = told.collect();
                self.problems.extend(told);
                None
            }
        }
    }

    /// The object that a reference names, without a word when there is none.
    pub(super) fn peek(&self, reference: &Node<'a>, target: &str) -> Option<Node<'a>> {
        self.find(reference, target).ok()
    }

    fn find(&self, reference: &Node<'a>, target: &str) -> Result<Node<'a>, Vec<Lost<'a>>> {
        let library: &'a Library = self.library;
        let from = Spot {
            document: library.index(reference.source()),
            pointer: reference.pointer().clone(),
        };
        match library.resolve(&from, target) {
            Ok(spot) => self
                .node(&spot)
                .ok_or_else(|| vec![Lost::Astray(Astray::Nowhere(spot))]),
            Err(Astray::Unusable(_, Unusable::Syntax(faults))) => {
                let faults = faults.iter().cloned().map(Problem::from);
                Err(faults.map(Lost::Told).collect())
            }
            Err(astray) => Err(vec![Lost::Astray(astray)]),
        }
    }

    /// Notes that a keyword of a schema is written differently, or goes away.
    pub(super) fn edit(&mut self, schema: &Node<'a>, keyword: &str, value: Option<Value>) {
        let place = self.place(schema);
        let edits = self.edits.entry(place).or_default();
        edits.insert(keyword.to_owned(), value);
    }

    /// The one tree of all documents, with all schemas in JSON Schema 2020-12; none when that is
    /// the entry document as it stands.
    pub(super) fn translated(&self) -> Option<Value> {
        let documents = &self.library.documents;
        if self.edits.is_empty() && documents.len() == 1 {
            return None;
        }
        let mut tree = documents[0].source.root().clone();
        for document in &documents[1..] {
            if let (Some(parent), Some(name)) = (document.mount.parent(), document.mount.last()) {
                let member = parent.last().unwrap_or_default().into_owned();
                if let Value::Object(root) = &mut tree {
                    let others = root
                        .entry(member)
                        .or_insert_with(|| Value::Object(Map::new()));
                    if let Value::Object(others) = others {
                        others.insert(name.into_owned(), document.source.root().clone());
                    }
                }
            }
        }
        for (place, edits) in &self.edits {
            let Some(Value::Object(schema)) = tree.pointer_mut(place.as_str()) else {
                continue;
            };
            for (keyword, value) in edits {
                match value {
                    Some(value) => schema.insert(keyword.clone(), value.clone()),
                    None => schema.shift_remove(keyword),
                };
            }
        }
        Some(tree)
    }
}

/// Why nothing is found.
enum Lost<'l> {
    Astray(Astray<'l>),
    Told(Problem),
}

impl Lost<'_> {
    /// It in words, without the credentials that a URL may hold.
    fn named(self, reference: &Node<'_>, target: &str, what: &str, reader: &Reader<'_>) -> Problem {
        let shown = hide_credentials(target);
        let mut problem = self.told(reference, &shown, what, reader);
        if shown != target {
            problem.location = problem.location.map(Location::without_text);
        }
        problem
    }

    fn told(self, reference: &Node<'_>, target: &str, what: &str, reader: &Reader<'_>) -> Problem {
        let astray = match self {
            Self::Told(problem) => return problem,
            Self::Astray(astray) => astray,
        };
        match astray {
            Astray::Malformed => reference
                .problem(
                    ProblemCode::UnknownReference,
                    format!("`{target}` is no reference"),
                )
                .with_help("write it as `#/components/..`, or as a file with `#/..` behind it"),
            Astray::Outside(uri) => {
                let message = format!(
                    "`{target}` leads out of the API's folder, and no document is called that"
                );
                let name = uri
                    .path_segments()
                    .and_then(|mut it| it.next_back())
                    .unwrap_or_default();
                let help = if is_remote(&uri) {
                    format!(
                        "let it be fetched with `--allow-remote`, or keep a copy such as `{name}` in the folder"
                    )
                } else {
                    format!("keep a copy such as `{name}` in the folder, and refer to that")
                };
                reference
                    .problem(ProblemCode::Unsupported, message)
                    .with_help(help)
            }
            Astray::Unusable(path, Unusable::File(why)) => reference
                .problem(
                    ProblemCode::UnusableFile,
                    format!("`{path}` cannot be used: {why}"),
                )
                .with_help("paths are relative to the document that refers to them"),
            Astray::Unusable(path, Unusable::Unshared) => {
                let folder = path.rsplit_once('/').map_or(".", |(folder, _)| folder);
                let message = format!("`{path}` lies outside of the API's folder");
                let help = format!("let api.toml allow it: `shared = [\"{folder}\"]`");
                reference
                    .problem(ProblemCode::Unsupported, message)
                    .with_help(help)
            }
            Astray::Unusable(url, Unusable::Remote(why)) => reference
                .problem(
                    ProblemCode::UnusableFile,
                    format!("`{}` could not be fetched: {why}", hide_credentials(&url)),
                )
                .with_help("mend the reference, or keep a copy in the API's folder"),
            Astray::Unusable(path, Unusable::Syntax(_)) => reference
                .problem(
                    ProblemCode::UnusableFile,
                    format!("`{path}` is no YAML or JSON"),
                )
                .with_help("mend that file"),
            Astray::Nowhere(spot) => unknown(reference, &spot, what, reader),
            Astray::NoAnchor(name) => {
                let names = reader.library.anchor_names();
                Problem::unknown_reference(reference.location(), "anchor", &name, names)
            }
        }
    }
}

fn unknown(reference: &Node<'_>, spot: &Spot, what: &str, reader: &Reader<'_>) -> Problem {
    let root = reader.library.documents[spot.document].source.root();
    let siblings = spot.pointer.parent().and_then(|it| it.lookup(root));
    let siblings = siblings.and_then(Value::as_object);
    let names: Vec<&str> =
        siblings.map_or_else(Vec::new, |map| map.keys().map(String::as_str).collect());
    let name = spot.pointer.last().unwrap_or_default();
    Problem::unknown_reference(reference.location(), what, &name, names.into_iter())
}
