//! What a document refers to and what it names, found by one walk over all of it.
//!
//! The walk does not know where schemas stand. It leaves out values that only show something
//! (`example`, `default`, `const` ..), and takes the rest for what it looks like: too much is found
//! sooner than too little.

use serde_json::{Map, Value};
use url::Url;

use super::version::Version;
use crate::json::Pointer;

/// What one walk found.
#[derive(Debug, Default)]
pub(super) struct Stock {
    /// The URIs that are referred to, without fragments; those of the document itself left out.
    pub(super) references: Vec<Reference>,
    /// Schemas with an identity: where, and the absolute URI.
    pub(super) identities: Vec<(Pointer, Url)>,
    /// Anchors: where, their URI with the name as fragment, and whether they are dynamic.
    pub(super) anchors: Vec<(Pointer, Url, bool)>,
}

/// A URI that is referred to.
#[derive(Debug)]
pub(super) struct Reference {
    pub(super) uri: Url,
    /// Whether it may just as well be the name of a component, as in the mapping of a discriminator.
    pub(super) is_name: bool,
}

/// The fields whose members are named by the author, so that their names are no keywords.
const MAPS: [&str; 21] = [
    "properties",
    "patternProperties",
    "dependentSchemas",
    "$defs",
    "definitions",
    "schemas",
    "responses",
    "parameters",
    "examples",
    "requestBodies",
    "headers",
    "securitySchemes",
    "links",
    "callbacks",
    "pathItems",
    "mediaTypes",
    "content",
    "paths",
    "webhooks",
    "encoding",
    "additionalOperations",
];

/// The fields whose values only show something.
const SHOWN: [&str; 6] = ["example", "default", "const", "enum", "value", "dataValue"];

/// Looks through a document.
pub(super) fn look_through(root: &Value, base: &Url, version: Version) -> Stock {
    let mut walk = Walk {
        path: Vec::new(),
        has_identities: version >= Version::V3_1,
        has_uris: version >= Version::V3_2,
        stock: Stock::default(),
    };
    walk.visit(root, base, false);
    walk.stock
}

struct Walk<'v> {
    path: Vec<Step<'v>>,
    has_identities: bool,
    /// Whether security schemes may be named by URIs.
    has_uris: bool,
    stock: Stock,
}

enum Step<'v> {
    Name(&'v str),
    Index(usize),
}

impl<'v> Walk<'v> {
    fn place(&self) -> Pointer {
        self.path
            .iter()
            .fold(Pointer::root(), |place, step| match step {
                Step::Name(name) => place.join(name),
                Step::Index(index) => place.index(*index),
            })
    }

    /// Recursion is as deep as the document, whose depth its parser limits.
    fn visit(&mut self, value: &'v Value, base: &Url, are_names: bool) {
        match value {
            Value::Object(map) if are_names => {
                for (name, part) in map {
                    self.path.push(Step::Name(name));
                    self.visit(part, base, false);
                    self.path.pop();
                }
            }
            Value::Object(map) => self.visit_object(map, base),
            Value::Array(items) => {
                for (index, part) in items.iter().enumerate() {
                    self.path.push(Step::Index(index));
                    self.visit(part, base, false);
                    self.path.pop();
                }
            }
            _ => {}
        }
    }

    fn visit_object(&mut self, map: &'v Map<String, Value>, base: &Url) {
        let mut own = None;
        if self.has_identities {
            own = self.identity(map, base);
            self.anchors(map, own.as_ref().unwrap_or(base));
        }
        let base = own.as_ref().unwrap_or(base);
        for (name, part) in map {
            match (name.as_str(), part) {
                ("$ref" | "$dynamicRef" | "operationRef", Value::String(target)) => {
                    self.refer(target, base, false);
                }
                ("mapping", Value::Object(targets)) => {
                    let targets = targets.values().filter_map(Value::as_str);
                    targets.for_each(|target| self.refer(target, base, is_name(target)));
                }
                ("defaultMapping", Value::String(target)) => {
                    self.refer(target, base, is_name(target));
                }
                ("security", Value::Array(requirements)) if self.has_uris => {
                    let named = requirements.iter().filter_map(Value::as_object);
                    let named = named.flat_map(Map::keys);
                    named.for_each(|target| self.refer(target, base, is_name(target)));
                }
                (name, Value::Object(_) | Value::Array(_))
                    if !SHOWN.contains(&name) && !name.starts_with("x-") =>
                {
                    self.path.push(Step::Name(name));
                    self.visit(part, base, MAPS.contains(&name));
                    self.path.pop();
                }
                _ => {}
            }
        }
    }

    fn identity(&mut self, map: &Map<String, Value>, base: &Url) -> Option<Url> {
        let text = map.get("$id")?.as_str()?;
        let mut uri = base.join(text).ok()?;
        uri.set_fragment(None);
        self.stock.identities.push((self.place(), uri.clone()));
        Some(uri)
    }

    fn anchors(&mut self, map: &Map<String, Value>, base: &Url) {
        for (keyword, dynamic) in [("$anchor", false), ("$dynamicAnchor", true)] {
            if let Some(name) = map.get(keyword).and_then(Value::as_str) {
                let mut uri = base.clone();
                uri.set_fragment(Some(name));
                self.stock.anchors.push((self.place(), uri, dynamic));
            }
        }
    }

    fn refer(&mut self, target: &str, base: &Url, is_name: bool) {
        if target.starts_with('#') {
            return;
        }
        if let Ok(mut uri) = base.join(target) {
            uri.set_fragment(None);
            self.stock.references.push(Reference { uri, is_name });
        }
    }
}

/// Whether a text of a mapping or of a security requirement looks like the name of a component.
pub(super) fn is_name(text: &str) -> bool {
    !text.contains(['/', '#', ':'])
}
