//! What the contract says of the places of a response: their formats, which of them only the server
//! writes, and the values that it lists.
//!
//! A schema becomes a graph once; then a body is walked beside it without looking at the schema
//! again. Read are `$ref` within the document, the keywords that apply to the same value, and those
//! for members and elements. All branches of a choice count at once: a format that one of them gives
//! is a format that the value may have. Patterns of member names are not matched; their schemas count
//! for all members that have none of their own (`JSON Schema 2020-12 core §10`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::kind::Kind;
use super::symbols::Symbols;
use crate::json::Pointer;

/// How many nodes one graph may have. What lies beyond has no formats, and is shown as it is.
const NODES_MAX: usize = 10_000;
/// How many schemas may apply to one value.
const SCHEMAS_MAX: usize = 1_000;

/// The places of the values that one schema describes.
#[derive(Debug)]
pub(super) struct Places {
    nodes: Vec<Place>,
}

/// What is said of one place.
#[derive(Debug, Default)]
pub(super) struct Place {
    /// The formats that its text may have, of those that are checked.
    pub(super) kinds: Vec<Kind>,
    /// Whether only the server writes it.
    pub(super) read_only: bool,
    /// Whether its text is a URL, whole or relative.
    pub(super) address: bool,
    /// The values that the contract lists for it.
    fixed: Vec<Value>,
    members: BTreeMap<String, usize>,
    other_members: Option<usize>,
    leading: Vec<usize>,
    elements: Option<usize>,
    /// Whether this place or one within it has something to tell.
    telling: bool,
}

impl Place {
    /// Whether the contract lists this text among the values of the place.
    pub(super) fn lists(&self, text: &str) -> bool {
        self.fixed.iter().any(|value| value.as_str() == Some(text))
    }

    /// The kind of a text at this place: the first of its formats that the text has. `Err` when the
    /// place has formats and the text has none of them.
    pub(super) fn kind_of(&self, text: &str) -> Result<Option<Kind>, ()> {
        match self.kinds.iter().find(|kind| kind.accepts(text)) {
            Some(kind) => Ok(Some(*kind)),
            None if self.kinds.is_empty() => Ok(None),
            None => Err(()),
        }
    }
}

impl Places {
    /// Reads the schema at a place of a contract's document.
    pub(super) fn of(document: &Value, pointer: &Pointer) -> Self {
        let mut builder = Builder {
            document,
            known: BTreeMap::new(),
            open: Vec::new(),
        };
        builder.node(pointer.lookup(document).into_iter().collect());
        let mut nodes = Vec::new();
        while let Some(schemas) = builder.open.get(nodes.len()).cloned() {
            nodes.push(builder.place(&schemas));
        }
        let mut places = Self { nodes };
        places.spread();
        places
    }

    /// Tells every place whether something within it is of interest.
    fn spread(&mut self) {
        let mut parents = vec![Vec::new(); self.nodes.len()];
        for (index, node) in self.nodes.iter().enumerate() {
            for child in node.children() {
                parents[child].push(index);
            }
        }
        let tells = |node: &Place| !node.kinds.is_empty() || node.read_only;
        let mut open: Vec<usize> = (0..self.nodes.len())
            .filter(|&it| tells(&self.nodes[it]))
            .collect();
        while let Some(index) = open.pop() {
            if !std::mem::replace(&mut self.nodes[index].telling, true) {
                open.extend(&parents[index]);
            }
        }
    }

    /// The place that a pointer into a value names; none where the schema says nothing of it.
    pub(super) fn at(&self, pointer: &Pointer) -> Option<&Place> {
        pointer
            .tokens()
            .try_fold(self.nodes.first()?, |place, token| {
                // A schema describes arrays or objects, seldom both; so the token decides.
                let element = token.parse().ok().and_then(|index| place.element(index));
                self.nodes.get(place.member(&token).or(element)?)
            })
    }

    /// Shows every text that has something told of it, in the order in which the snapshot shows them,
    /// with its place and the name of the member that holds it.
    pub(super) fn walk<'v>(
        &'v self,
        value: &'v Value,
        symbols: &Symbols,
    ) -> Vec<(&'v Place, &'v str, &'v str)> {
        let mut found = Vec::new();
        if !self.nodes.is_empty() {
            self.walk_at(
                0,
                value,
                "",
                &mut Walk {
                    symbols,
                    found: &mut found,
                },
            );
        }
        found
    }

    fn walk_at<'v>(
        &'v self,
        node: usize,
        value: &'v Value,
        name: &'v str,
        walk: &mut Walk<'_, 'v>,
    ) {
        let place = &self.nodes[node];
        if !place.telling || walk.found.len() >= FOUND_MAX {
            return;
        }
        // As deep as the value, which the decoder bounds.
        match value {
            Value::String(text) if !place.kinds.is_empty() || place.read_only => {
                walk.found.push((place, name, text));
            }
            Value::Array(elements) => {
                for (index, element) in elements.iter().enumerate() {
                    if let Some(child) = place.element(index) {
                        self.walk_at(child, element, name, walk);
                    }
                }
            }
            Value::Object(members) => {
                let told = self.told_members(place, members).into_iter();
                let mut sorted: Vec<_> = told
                    .map(|(key, value, child)| (walk.symbols.substituted(key), key, value, child))
                    .collect();
                sorted.sort_unstable_by(|left, right| shown(left).cmp(shown(right)));
                for (_, key, value, child) in sorted {
                    self.walk_at(child, value, key, walk);
                }
            }
            _ => {}
        }
    }
}

impl Places {
    /// The members of an object of which something is told, each with its place.
    fn told_members<'v>(
        &self,
        place: &Place,
        members: &'v Map<String, Value>,
    ) -> Vec<(&'v String, &'v Value, usize)> {
        let tells = |child: usize| self.nodes[child].telling;
        if place.other_members.is_some_and(tells) {
            let all = members.iter();
            let told = all.filter_map(|(key, value)| Some((key, value, place.member(key)?)));
            return told.filter(|(.., child)| tells(*child)).collect();
        }
        // Of few of those that have a name something is told.
        let named = place.members.iter().filter(|(_, child)| tells(**child));
        let found = named.filter_map(|(name, child)| {
            let (key, value) = members.get_key_value(name)?;
            Some((key, value, *child))
        });
        found.collect()
    }
}

/// How many texts one walk finds: more than there can be symbols.
const FOUND_MAX: usize = 4 * super::symbols::SYMBOLS_MAX;

struct Walk<'w, 'v> {
    symbols: &'w Symbols,
    found: &'w mut Vec<(&'v Place, &'v str, &'v str)>,
}

fn shown<'m>(member: &'m (Option<String>, &String, &Value, usize)) -> &'m str {
    member.0.as_deref().unwrap_or(member.1)
}

impl Place {
    fn member(&self, name: &str) -> Option<usize> {
        self.members.get(name).copied().or(self.other_members)
    }

    fn element(&self, index: usize) -> Option<usize> {
        self.leading.get(index).copied().or(self.elements)
    }

    fn children(&self) -> impl Iterator<Item = usize> + '_ {
        let lists = self.members.values().chain(&self.leading);
        lists
            .copied()
            .chain(self.other_members)
            .chain(self.elements)
    }
}

struct Builder<'d> {
    document: &'d Value,
    /// The nodes by the schemas that apply to them, told apart by where they lie in memory.
    known: BTreeMap<Vec<usize>, usize>,
    /// The schemas of each node, in the order of the nodes.
    open: Vec<Vec<&'d Value>>,
}

/// The formats of URLs (`JSON Schema 2020-12 validation §7.3.5`).
const ADDRESS_FORMATS: [&str; 4] = ["uri", "uri-reference", "iri", "iri-reference"];

/// The keywords whose value is a schema, or several, for the same value.
const IN_PLACE: [&str; 5] = ["allOf", "anyOf", "oneOf", "then", "else"];

impl<'d> Builder<'d> {
    /// The node of a value to which these schemas apply; none when nothing does, or at the limit.
    fn node(&mut self, schemas: Vec<&'d Value>) -> Option<usize> {
        let all = self.applying(schemas);
        let mut key: Vec<usize> = all
            .iter()
            .map(|it| std::ptr::from_ref(*it) as usize)
            .collect();
        key.sort_unstable();
        if all.is_empty() {
            return None;
        }
        if let Some(&node) = self.known.get(&key) {
            return Some(node);
        }
        if self.open.len() >= NODES_MAX {
            return None;
        }
        self.known.insert(key, self.open.len());
        self.open.push(all);
        Some(self.open.len() - 1)
    }

    /// The schemas with all that they refer to for the same value.
    fn applying(&self, schemas: Vec<&'d Value>) -> Vec<&'d Value> {
        let mut all: Vec<&'d Value> = Vec::new();
        let mut open = schemas;
        while let Some(schema) = open.pop() {
            if all.len() >= SCHEMAS_MAX || all.iter().any(|it| std::ptr::eq(*it, schema)) {
                continue;
            }
            let Value::Object(keywords) = schema else {
                continue;
            };
            all.push(schema);
            if let Some(target) = keywords.get("$ref").and_then(Value::as_str) {
                let inside = target
                    .strip_prefix('#')
                    .and_then(|it| Pointer::from_fragment(it).ok());
                open.extend(inside.and_then(|pointer| pointer.lookup(self.document)));
            }
            for keyword in IN_PLACE {
                match keywords.get(keyword) {
                    Some(Value::Array(branches)) => open.extend(branches),
                    Some(branch) => open.push(branch),
                    None => {}
                }
            }
        }
        all
    }

    fn place(&mut self, schemas: &[&'d Value]) -> Place {
        let mut place = Place::default();
        let mut members: BTreeMap<&'d str, Vec<&'d Value>> = BTreeMap::new();
        let mut leading: Vec<Vec<&'d Value>> = Vec::new();
        let (mut others, mut elements) = (Vec::new(), Vec::new());
        for schema in schemas {
            if let Some(kind) = schema["format"].as_str().and_then(Kind::of_format) {
                place.kinds.push(kind);
            }
            let format = schema["format"].as_str();
            place.address |= format.is_some_and(|it| ADDRESS_FORMATS.contains(&it));
            place.read_only |= schema["readOnly"] == true;
            place
                .fixed
                .extend(schema["enum"].as_array().into_iter().flatten().cloned());
            place.fixed.extend(schema.get("const").cloned());
            for (name, member) in schema["properties"].as_object().into_iter().flatten() {
                members.entry(name).or_default().push(member);
            }
            for keyword in ["additionalProperties", "unevaluatedProperties"] {
                others.extend(schema.get(keyword));
            }
            let patterns = schema["patternProperties"]
                .as_object()
                .into_iter()
                .flatten();
            others.extend(patterns.map(|(_, member)| member));
            for (index, element) in schema["prefixItems"]
                .as_array()
                .into_iter()
                .flatten()
                .enumerate()
            {
                if leading.len() <= index {
                    leading.push(Vec::new());
                }
                leading[index].push(element);
            }
            elements.extend(schema.get("items"));
        }
        place.kinds.sort_unstable();
        place.kinds.dedup();
        for (name, schemas) in members {
            place
                .members
                .extend(self.node(schemas).map(|node| (name.to_owned(), node)));
        }
        for schemas in leading {
            // An element that nothing is said of still takes its place.
            let Some(node) = self.node(schemas) else {
                break;
            };
            place.leading.push(node);
        }
        place.other_members = self.node(others);
        place.elements = self.node(elements);
        place
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn document() -> Value {
        json!({
            "Node": {
                "type": "object",
                "properties": {
                    "made": {"$ref": "#/Time"},
                    "id": {"readOnly": true, "type": "string"},
                    "next": {"$ref": "#/Node"},
                    "state": {"readOnly": true, "enum": ["up", "down"]},
                    "address": {"anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
                    "note": {"type": "string"},
                    "pair": {"prefixItems": [{"format": "uuid"}], "items": {"format": "date"}}
                },
                "additionalProperties": {"format": "time"}
            },
            "Time": {"type": "string", "format": "date-time"},
            "List": {"allOf": [{"type": "array"}, {"items": {"$ref": "#/Node"}}]},
            "Loop": {"$ref": "#/Loop"},
            "Plain": {"type": "object", "properties": {"a": {"type": "string"}}}
        })
    }

    fn found(name: &str, value: &Value) -> Vec<String> {
        let document = document();
        let places = Places::of(&document, &Pointer::root().join(name));
        let symbols = Symbols::new(&"".into());
        let walked = places.walk(value, &symbols);
        walked
            .iter()
            .map(|(_, name, text)| format!("{name}={text}"))
            .collect()
    }

    #[test]
    fn what_is_told_of_is_found_in_the_order_of_the_snapshot() {
        let value = json!([{
            "next": {"made": "t2", "id": "i2"},
            "note": "n", "made": "t1", "free": "f", "pair": ["u", "d", 3], "id": 7,
        }]);
        assert_eq!(
            found("List", &value),
            ["free=f", "made=t1", "id=i2", "made=t2", "pair=u", "pair=d"]
        );
    }

    #[test]
    fn a_schema_without_anything_to_tell_finds_nothing() {
        for name in ["Plain", "Loop", "Missing"] {
            assert_eq!(
                found(name, &json!({"a": "2024-05-01"})),
                Vec::<String>::new(),
                "{name}"
            );
        }
        assert_eq!(
            found("Node", &json!("a text where an object belongs")),
            Vec::<String>::new()
        );
    }

    #[test]
    fn a_place_knows_its_kinds_and_its_listed_values() {
        let document = document();
        let places = Places::of(&document, &Pointer::root().join("List"));
        let at = |text: &str| places.at(&Pointer::parse(text).expect("a pointer"));
        let address = at("/0/address").expect("a place");
        assert_eq!(address.kind_of("127.0.0.1"), Ok(Some(Kind::Ipv4)));
        assert_eq!(address.kind_of("::1"), Ok(Some(Kind::Ipv6)));
        assert_eq!(address.kind_of("nowhere"), Err(()));
        assert!(at("/0/next/next/state").expect("a place").lists("up"));
        assert_eq!(
            at("/0/note").expect("a place").kind_of("anything"),
            Ok(None)
        );
        assert!(at("/a/note").is_none());
    }
}
