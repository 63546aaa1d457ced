//! The places of a body as its schema has them, made once: what there is to see at each of them.
//!
//! A schema is followed through references, `allOf`, `anyOf` and `oneOf`, members and elements. One that
//! stands within itself is followed once, and there is a limit to the places of one body. Negations,
//! conditions (`if`) and members that are named by a pattern are not looked at.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde_json::{Map, Value};

use super::Kind;
use super::exempt::place_name;
use super::members::Members;
use super::spot::{self, Spot};
use super::universe::{Items, Side, What};
use crate::contract::export::{self, Direction};
use crate::contract::{Contract, SchemaUse, Types};
use crate::json::{Pointer, render_canonical};

/// How many items the places of one body may give.
pub const PLACES_MAX: usize = 2_000;
/// How many schemas are followed for one body.
const PARTS_MAX: usize = 8_000;
/// How deep schemas may stand within one another.
const DEPTH_MAX: usize = 60;
/// How many listed values of one place are items.
const VALUES_MAX: usize = 100;
/// How much of a listed value stands in an item's name, in characters.
const VALUE_CHARS_MAX: usize = 40;
/// What stands in a place for any key of a map and any element of a list.
const ANY: &str = "*";

/// What is to be seen at a place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Aspect {
    /// Something is there; at `*`, an element or a member of a map.
    Present,
    /// The optional member is left out.
    Absent,
    /// It is null.
    Null,
    /// It is one of the listed values: the value, and how it is written in the name.
    Listed(Value, String),
    /// One of several schemas was taken: by which keyword, which one, and where it stands.
    Branch(&'static str, String, Pointer),
}

impl fmt::Display for Aspect {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Present => Ok(()),
            Self::Absent => out.write_str("absent"),
            Self::Null => out.write_str("null"),
            Self::Listed(_, text) => write!(out, "= {text}"),
            Self::Branch(keyword, label, _) => write!(out, "{keyword} {label}"),
        }
    }
}

/// All places of one body.
#[derive(Debug)]
pub(super) struct Tree {
    /// The schema of the whole body comes first.
    pub(super) parts: Vec<Part>,
}

/// One schema at one place. Numbers of items are places in the list of the universe.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// The types that it names; none when it names none.
    pub(super) types: Option<Types>,
    /// The values that it lists, each with its item where it has one.
    pub(super) listed: Vec<(Value, Option<usize>)>,
    pub(super) null: Option<usize>,
    pub(super) required: BTreeSet<String>,
    pub(super) members: Members<Member>,
    /// Members that are not named: the item and their schema.
    pub(super) others: Option<(usize, usize)>,
    /// Whether members that are not named are forbidden.
    pub(super) is_closed: bool,
    /// The first elements, each with its item and schema.
    pub(super) leading: Vec<(usize, usize)>,
    /// All other elements.
    pub(super) elements: Option<(usize, usize)>,
    /// Schemas that hold as well.
    pub(super) also: Vec<usize>,
    /// Schemas of which some hold.
    pub(super) choices: Vec<Vec<Branch>>,
    /// Whether nothing satisfies it.
    pub(super) is_never: bool,
}

/// A member that is named.
#[derive(Debug)]
pub(super) struct Member {
    pub(super) present: usize,
    /// None for one that is required.
    pub(super) absent: Option<usize>,
    pub(super) part: usize,
}

/// One of several schemas.
#[derive(Debug)]
pub(super) struct Branch {
    /// None where there is nothing to choose but null.
    pub(super) item: Option<usize>,
    pub(super) part: usize,
    pub(super) schema: SchemaUse,
}

/// Whose body it is.
#[derive(Debug, Clone)]
pub(super) struct Owner {
    pub(super) operation: usize,
    pub(super) side: Side,
    /// What the names of its items begin with.
    pub(super) prefix: String,
}

/// Makes one tree.
pub(super) struct Builder<'b> {
    contract: &'b Contract,
    direction: Direction,
    owner: Owner,
    items: &'b mut Items,
    /// How many items it may still give.
    left: usize,
    /// The references that are being followed.
    stack: Vec<Pointer>,
    parts: Vec<Part>,
}

/// A schema at a place of a body.
struct At<'a, 'b> {
    schema: Spot<'b>,
    place: &'a Pointer,
    /// The members that schemas which hold for the same value require.
    required: &'a BTreeSet<&'b str>,
    depth: usize,
}

impl<'b> Builder<'b> {
    pub(super) fn new(
        contract: &'b Contract,
        direction: Direction,
        owner: Owner,
        items: &'b mut Items,
    ) -> Self {
        Self {
            contract,
            direction,
            owner,
            items,
            left: PLACES_MAX,
            stack: Vec::new(),
            parts: Vec::new(),
        }
    }

    /// The places of a body of this schema.
    pub(super) fn build(mut self, schema: &Pointer) -> Tree {
        let schema = Spot::find(schema.clone(), self.contract.document());
        self.value(schema, &Pointer::root(), 0);
        Tree { parts: self.parts }
    }

    /// The item of a place; none where there would be too many.
    fn item(&mut self, place: &Pointer, aspect: Aspect) -> Option<usize> {
        let name = place_name(place.as_str(), &aspect);
        let gap = if name.is_empty() { "" } else { " " };
        let id = format!("{}{gap}{name}", self.owner.prefix);
        if let Some(known) = self.items.find(&id) {
            return Some(known);
        }
        if self.left == 0 {
            self.items.is_cut = true;
            return None;
        }
        self.left -= 1;
        let what = What::Place(self.owner.side, place.clone(), aspect);
        self.items.add(id, Kind::Places, self.owner.operation, what)
    }

    /// The schema of a value of its own: what is required is asked of all schemas that hold for it.
    fn value(&mut self, schema: Spot<'b>, place: &Pointer, depth: usize) -> usize {
        let mut required = BTreeSet::new();
        self.require(&schema, &mut BTreeSet::new(), &mut required);
        self.part(&At {
            schema,
            place,
            required: &required,
            depth,
        })
    }

    /// Adds every name that a schema, or one that holds with it, requires.
    fn require(
        &self,
        schema: &Spot<'b>,
        seen: &mut BTreeSet<Pointer>,
        names: &mut BTreeSet<&'b str>,
    ) {
        names.extend(schema.keywords().into_iter().flat_map(spot::required));
        for part in self.further(schema, seen) {
            self.require(&part, seen, names);
        }
    }

    /// The schemas that hold together with one, the first time that it is come by.
    fn further(&self, schema: &Spot<'b>, seen: &mut BTreeSet<Pointer>) -> Vec<Spot<'b>> {
        let mut together = schema.together(self.contract.document());
        // Most schemas stand alone, and need not be remembered.
        let is_new =
            together.is_empty() || seen.len() < DEPTH_MAX && seen.insert(schema.pointer.clone());
        if !is_new {
            together.clear();
        }
        together
    }

    /// Whether a member must not go this way.
    fn is_forbidden(&self, schema: &Spot<'b>, seen: &mut BTreeSet<Pointer>) -> bool {
        let mark = match self.direction {
            Direction::Request => "readOnly",
            Direction::Response => "writeOnly",
            Direction::Neutral => return false,
        };
        match schema.schema {
            Some(Value::Bool(false)) => true,
            Some(Value::Object(map)) => {
                map.get(mark) == Some(&Value::Bool(true))
                    || self
                        .further(schema, seen)
                        .iter()
                        .any(|it| self.is_forbidden(it, seen))
            }
            _ => false,
        }
    }

    fn part(&mut self, at: &At<'_, 'b>) -> usize {
        let number = self.parts.len();
        self.parts.push(Part::default());
        let map = match at.schema.schema {
            Some(Value::Object(map)) => map,
            Some(Value::Bool(false)) => {
                self.parts[number].is_never = true;
                return number;
            }
            _ => return number,
        };
        let mut part = Part {
            types: map.get("type").map(Types::named),
            required: spot::required(map).map(str::to_owned).collect(),
            is_closed: map.get("additionalProperties") == Some(&Value::Bool(false))
                && !map.contains_key("patternProperties"),
            ..Part::default()
        };
        if number >= PARTS_MAX || at.depth >= DEPTH_MAX {
            self.items.is_cut = true;
            self.parts[number] = part;
            return number;
        }
        self.values(map, at, &mut part);
        self.members(map, at, &mut part);
        self.elements(map, at, &mut part);
        for schema in at.schema.together(self.contract.document()) {
            part.also.extend(self.followed(map, schema, at));
        }
        for keyword in ["anyOf", "oneOf"] {
            self.choices(map, keyword, at, &mut part);
        }
        self.parts[number] = part;
        number
    }

    /// A schema that holds for the same value; none where it is being followed already.
    fn followed(
        &mut self,
        map: &'b Map<String, Value>,
        schema: Spot<'b>,
        at: &At<'_, 'b>,
    ) -> Option<usize> {
        let is_reference = export::reference(map).as_ref() == Some(&schema.pointer);
        if is_reference && self.stack.contains(&schema.pointer) {
            return None;
        }
        let depth = self.stack.len();
        self.stack
            .extend(is_reference.then(|| schema.pointer.clone()));
        let part = self.part(&At {
            schema,
            depth: at.depth + 1,
            ..*at
        });
        self.stack.truncate(depth);
        Some(part)
    }

    /// What is listed, and null.
    fn values(&mut self, map: &'b Map<String, Value>, at: &At<'_, 'b>, part: &mut Part) {
        let names_null = |it: &Value| match it {
            Value::Array(names) => names.iter().any(|it| it == "null"),
            _ => false,
        };
        let listed = match (map.get("const"), map.get("enum")) {
            (Some(value), _) => std::slice::from_ref(value),
            (None, Some(Value::Array(values))) => values,
            _ => &[],
        };
        let others = listed.iter().filter(|it| !it.is_null()).count();
        let is_nullable =
            map.get("type").is_some_and(names_null) && (listed.is_empty() || listed.len() > others);
        if is_nullable || (listed.len() > others && others > 0) {
            part.null = self.item(at.place, Aspect::Null);
        }
        for (place, value) in listed.iter().enumerate() {
            let is_item = others > 1 && !value.is_null();
            let item = if is_item && place < VALUES_MAX {
                let aspect = Aspect::Listed(value.clone(), written(value, place));
                self.item(at.place, aspect)
            } else {
                self.items.is_cut |= is_item;
                None
            };
            part.listed.push((value.clone(), item));
        }
    }

    fn members(&mut self, map: &'b Map<String, Value>, at: &At<'_, 'b>, part: &mut Part) {
        let named = map.get("properties").and_then(Value::as_object);
        let properties = at.schema.join("properties");
        for name in named.into_iter().flat_map(Map::keys) {
            let schema = properties.join(name);
            if self.is_forbidden(&schema, &mut BTreeSet::new()) {
                continue;
            }
            let place = at.place.join(name);
            let Some(present) = self.item(&place, Aspect::Present) else {
                part.is_closed = false;
                continue;
            };
            let is_required = at.required.contains(name.as_str()) || part.required.contains(name);
            let absent = if is_required {
                None
            } else {
                self.item(&place, Aspect::Absent)
            };
            let below = self.value(schema, &place, at.depth + 1);
            let member = Member {
                present,
                absent,
                part: below,
            };
            part.members.insert(name.clone(), member);
        }
        if map
            .get("additionalProperties")
            .is_some_and(Value::is_object)
        {
            let schema = at.schema.join("additionalProperties");
            part.others = self.any(schema, &at.place.join(ANY), at.depth);
        }
    }

    fn elements(&mut self, map: &'b Map<String, Value>, at: &At<'_, 'b>, part: &mut Part) {
        let leading = map.get("prefixItems").and_then(Value::as_array);
        for index in 0..leading.map_or(0, Vec::len) {
            let schema = at.schema.join("prefixItems").index(index);
            let place = at.place.index(index);
            part.leading.extend(self.any(schema, &place, at.depth));
        }
        if map.get("items").is_some_and(Value::is_object) {
            let schema = at.schema.join("items");
            part.elements = self.any(schema, &at.place.join(ANY), at.depth);
        }
    }

    fn any(&mut self, schema: Spot<'b>, place: &Pointer, depth: usize) -> Option<(usize, usize)> {
        let item = self.item(place, Aspect::Present)?;
        Some((item, self.value(schema, place, depth + 1)))
    }

    fn choices(
        &mut self,
        map: &'b Map<String, Value>,
        keyword: &'static str,
        at: &At<'_, 'b>,
        part: &mut Part,
    ) {
        let Some(Value::Array(list)) = map.get(keyword) else {
            return;
        };
        let is_null = |it: &&Value| it.get("type").is_some_and(|it| it == "null");
        let nulls = list.iter().filter(is_null).count();
        if nulls > 0 {
            part.null = self.item(at.place, Aspect::Null);
        }
        let mut branches = Vec::new();
        for (index, schema) in list.iter().enumerate() {
            let spot = at.schema.join(keyword).index(index);
            let item = if is_null(&schema) || list.len() - nulls < 2 {
                None
            } else {
                let target = spot.keywords().and_then(export::reference);
                let label = label(schema, target.as_ref(), index);
                let pointer = spot.pointer.clone();
                self.item(at.place, Aspect::Branch(keyword, label, pointer))
            };
            let mut required = at.required.clone();
            self.require(&spot, &mut BTreeSet::new(), &mut required);
            branches.push(Branch {
                item,
                schema: SchemaUse::new(spot.pointer.clone(), self.direction),
                part: self.part(&At {
                    schema: spot,
                    place: at.place,
                    required: &required,
                    depth: at.depth + 1,
                }),
            });
        }
        part.choices.push(branches);
    }
}

/// What one of several schemas is called: as what it refers to, by its title, else by its number.
fn label(schema: &Value, target: Option<&Pointer>, index: usize) -> String {
    let title = schema.get("title").and_then(Value::as_str);
    let name = target.and_then(|it| it.last().map(Cow::into_owned));
    let name = name.or_else(|| title.map(str::to_owned));
    name.unwrap_or_else(|| (index + 1).to_string())
}

/// A listed value as names have it.
fn written(value: &Value, place: usize) -> String {
    // Without the line breaks of the canonical form, which only arrays and objects have.
    let text = render_canonical(value);
    let text = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match text.char_indices().nth(VALUE_CHARS_MAX) {
        Some((end, _)) => format!("{}… #{}", &text[..end], place + 1),
        None => text,
    }
}
