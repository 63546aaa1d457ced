//! What the schemas of a value say of its form in XML.

use std::collections::BTreeSet;

use serde_json::Value;

use crate::contract::{Contract, Reading, SchemaUse};
use crate::json::Pointer;
use crate::xml::{Element, Name};

/// How many references are followed from one schema.
const REFERENCES_MAX: usize = 64;

/// The schemas that describe one value; none leaves everything open.
pub(super) type Shape<'c> = Vec<&'c Value>;

/// What a value is in a document (`OpenAPI 3.2 §4.26.1`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Node {
    Element,
    Attribute,
    Text,
    CData,
    /// Nothing by itself: what is in it stands in the element around.
    None,
}

/// The names that an element or an attribute may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Names {
    /// The first one is written; none means that nobody says.
    pub(super) list: Vec<String>,
    pub(super) namespace: Option<String>,
    pub(super) prefix: Option<String>,
}

impl Names {
    /// Whether an element has one of the names. Where no namespace is said it is in none, or in that of
    /// the element around, which a default one makes of it.
    pub(super) fn fit(&self, name: &Name, around: Option<&Element>) -> bool {
        let known = self.list.is_empty() || self.list.contains(&name.local);
        let inherited = around.and_then(|it| it.name.namespace.as_ref());
        known
            && match (&self.namespace, &name.namespace) {
                (Some(wanted), Some(namespace)) => wanted == namespace,
                (Some(_), None) => false,
                (None, None) => true,
                (None, Some(_)) if self.prefix.is_some() => true,
                (None, namespace) => inherited == namespace.as_ref(),
            }
    }
}

/// Reads the forms of schemas.
#[derive(Debug, Clone, Copy)]
pub(super) struct Shapes<'c> {
    reading: Reading<'c>,
}

impl<'c> Shapes<'c> {
    pub(super) fn new(contract: &'c Contract) -> Self {
        Self {
            reading: Reading::new(contract),
        }
    }

    /// The shape of a whole document.
    pub(super) fn of(self, schema: &SchemaUse) -> Shape<'c> {
        let found = schema.pointer.lookup(self.reading.document);
        found.into_iter().collect()
    }

    /// All that look at the same value.
    fn in_place(self, shape: &Shape<'c>) -> Vec<&'c Value> {
        let all = shape.iter().flat_map(|it| self.reading.in_place(it));
        all.collect()
    }

    pub(super) fn types(self, shape: &Shape<'c>) -> BTreeSet<&'c str> {
        shape.iter().flat_map(|it| self.reading.types(it)).collect()
    }

    /// Whether some value of the shape is an object.
    pub(super) fn is_object(self, shape: &Shape<'c>) -> bool {
        let types = self.types(shape);
        let words = ["properties", "additionalProperties", "required"];
        types.contains("object") || types.is_empty() && self.says_one_of(shape, &words)
    }

    /// Whether some value of the shape is a list.
    pub(super) fn is_list(self, shape: &Shape<'c>) -> bool {
        let types = self.types(shape);
        types.contains("array")
            || types.is_empty() && self.says_one_of(shape, &["items", "prefixItems"])
    }

    fn says_one_of(self, shape: &Shape<'c>, words: &[&str]) -> bool {
        let schemas = self.in_place(shape);
        schemas
            .iter()
            .any(|schema| words.iter().any(|word| schema.get(word).is_some()))
    }

    /// The declared properties, with their shapes.
    pub(super) fn properties(self, shape: &Shape<'c>) -> Vec<(&'c str, Shape<'c>)> {
        let mut found: Vec<(&str, Shape<'c>)> = Vec::new();
        for schema in self.in_place(shape) {
            let properties = schema.get("properties").and_then(Value::as_object);
            for (name, property) in properties.into_iter().flatten() {
                match found.iter_mut().find(|(known, _)| known == name) {
                    Some((_, shape)) => shape.push(property),
                    None => found.push((name, vec![property])),
                }
            }
        }
        found
    }

    /// The shape of the members that are not declared by name.
    pub(super) fn others(self, shape: &Shape<'c>) -> Shape<'c> {
        let mut found = Shape::new();
        for schema in self.in_place(shape) {
            found.extend(schema.get("additionalProperties"));
            let patterns = schema.get("patternProperties").and_then(Value::as_object);
            found.extend(patterns.into_iter().flat_map(|it| it.values()));
        }
        found
    }

    pub(super) fn requires(self, shape: &Shape<'c>, name: &str) -> bool {
        let schemas = self.in_place(shape);
        let mut lists = schemas
            .iter()
            .filter_map(|it| it.get("required")?.as_array());
        lists.any(|list| list.iter().any(|it| it == name))
    }

    /// The shape of the item at an index.
    pub(super) fn item(self, shape: &Shape<'c>, index: usize) -> Shape<'c> {
        let mut found = Shape::new();
        for schema in self.in_place(shape) {
            let first = schema.get("prefixItems").and_then(|it| it.get(index));
            found.extend(first.or_else(|| schema.get("items")));
        }
        found
    }

    /// The values that are listed, where no type is named.
    pub(super) fn listed(self, shape: &Shape<'c>) -> Vec<&'c Value> {
        let schemas = self.in_place(shape).into_iter();
        let values = schemas.flat_map(|it| {
            let list = it.get("enum").and_then(Value::as_array);
            list.into_iter().flatten().chain(it.get("const"))
        });
        values.collect()
    }

    pub(super) fn node(self, shape: &Shape<'c>) -> Node {
        let says = |key: &str| self.mark(shape, key);
        match says("nodeType").and_then(Value::as_str) {
            Some("attribute") => return Node::Attribute,
            Some("text") => return Node::Text,
            Some("cdata") => return Node::CData,
            Some("none") => return Node::None,
            Some(_) => return Node::Element,
            None => {}
        }
        let holds = |key: &str| says(key) == Some(&Value::Bool(true));
        if holds("attribute") {
            Node::Attribute
        } else if self.is_list(shape) && !holds("wrapped") {
            Node::None
        } else {
            Node::Element
        }
    }

    /// The names that a value may have; `inferred` is that of its property, or of the list around.
    pub(super) fn names(self, shape: &Shape<'c>, inferred: Option<&str>) -> Names {
        let text = |key: &str| {
            let found = self.mark(shape, key).and_then(Value::as_str);
            found.map(str::to_owned)
        };
        let mut list: Vec<String> = Vec::new();
        match text("name") {
            Some(name) => list.push(name),
            None => {
                list.extend(inferred.map(str::to_owned));
                let named = shape.iter().flat_map(|it| self.inherited_names(it));
                for name in named {
                    if !list.contains(&name) {
                        list.push(name);
                    }
                }
            }
        }
        Names {
            list,
            namespace: text("namespace"),
            prefix: text("prefix"),
        }
    }

    /// The names of the components that a schema refers to, or of its alternatives.
    fn inherited_names(self, schema: &'c Value) -> Vec<String> {
        let chain = self.chain(schema);
        let component = chain.iter().find_map(|(_, component)| component.clone());
        if component.is_some() {
            return component.into_iter().collect();
        }
        let Some((last, _)) = chain.last() else {
            return Vec::new();
        };
        let lists = ["oneOf", "anyOf"].into_iter();
        let alternatives = lists.filter_map(|it| last.get(it)?.as_array()).flatten();
        let named = alternatives.filter_map(|it| {
            let said = self.mark(&vec![it], "name").and_then(Value::as_str);
            let mut chain = self.chain(it).into_iter();
            let component = chain.find_map(|(_, component)| component);
            said.map(str::to_owned).or(component)
        });
        named.collect()
    }

    /// What the `xml` objects say under a key: the outermost one counts.
    fn mark(self, shape: &Shape<'c>, key: &str) -> Option<&'c Value> {
        let chain = shape.iter().flat_map(|it| self.chain(it));
        let mut marks = chain.filter_map(|(schema, _)| schema.get("xml")?.get(key));
        marks.next()
    }

    /// A schema and what it is by reference, or by an `allOf` of one, with the component that each is.
    fn chain(self, schema: &'c Value) -> Vec<(&'c Value, Option<String>)> {
        let mut chain = vec![(schema, None)];
        let mut current = schema;
        while chain.len() < REFERENCES_MAX {
            let reference = current.get("$ref").and_then(Value::as_str);
            let target = reference
                .and_then(|it| it.strip_prefix('#'))
                .and_then(|it| Pointer::from_fragment(it).ok());
            let next = match target {
                Some(pointer) => {
                    let found = pointer.lookup(self.reading.document);
                    found.map(|it| (it, component(&pointer)))
                }
                None => match current.get("allOf").and_then(Value::as_array) {
                    Some(all) if all.len() == 1 => Some((&all[0], None)),
                    _ => None,
                },
            };
            let Some((schema, name)) = next else { break };
            chain.push((schema, name));
            current = schema;
        }
        chain
    }
}

/// The name of the shared schema that stands at a place.
fn component(pointer: &Pointer) -> Option<String> {
    let tokens: Vec<_> = pointer.tokens().collect();
    match tokens.as_slice() {
        [.., components, schemas, name] if components == "components" && schemas == "schemas" => {
            Some(name.clone().into_owned())
        }
        _ => None,
    }
}
