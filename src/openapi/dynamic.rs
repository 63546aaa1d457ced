//! Dynamic references: a `$dynamicRef` means the schema whose `$dynamicAnchor` the outermost schema
//! resource has that evaluation came through (`JSON Schema 2020-12 core §8.2.3.2`), and so another one
//! wherever it is used from.
//!
//! Which resources evaluation comes through is known of each schema that a value is judged by, so such
//! schemas are written out in the one tree of all documents, once for each meaning that they have, and
//! all references are plain ones. A schema that begins an evaluation stays where it stands; what has
//! another meaning elsewhere gets a copy below [`COPIES`]. Schemas that no dynamic reference can be
//! reached from stay as they are. Nobody who reads the tree learns of any of it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::reader::Reader;
use super::schema::{EXPANSIONS_MAX, Endless};
use crate::contract::export::{self, Holds};
use crate::json::Pointer;
use crate::problem::{Problem, ProblemCode};

/// The member of the one tree that holds the copies. OpenAPI has no field of that name.
const COPIES: &str = "$meanings";

/// How many copies are made for one API.
const COPIES_MAX: usize = 1_000;

/// Of how many values all copies of one API may consist.
const VALUES_MAX: usize = 1_000_000;

/// How deep schemas may nest; deeper ones were refused.
const DEPTH_MAX: usize = 200;

/// Where the schemas stand that dynamic references can mean.
#[derive(Debug, Default)]
pub(super) struct Scopes {
    /// The places of the schema resources, documents as a whole among them.
    pub(super) resources: BTreeSet<Pointer>,
    /// The places of all schemas with a dynamic anchor of a name that several have.
    pub(super) anchors: BTreeMap<String, Vec<Pointer>>,
}

/// Which schemas the names of dynamic anchors mean.
type Bindings = BTreeMap<String, Pointer>;

impl Scopes {
    /// The innermost resource that a place belongs to.
    fn home(&self, place: &Pointer) -> Pointer {
        let mut at = place.clone();
        while !self.resources.contains(&at) {
            match at.parent() {
                Some(parent) => at = parent,
                None => break,
            }
        }
        at
    }
}

/// Writes schemas out whose dynamic references mean several schemas, in the one tree; with the places
/// of copies, each beside that of which it is a copy.
pub(super) fn write_out(tree: &mut Value, reader: &mut Reader<'_>) -> Vec<(Pointer, Pointer)> {
    if reader.dynamic.is_empty() {
        return Vec::new();
    }
    let scopes = reader.scopes();
    let mut of_home: BTreeMap<Pointer, Bindings> = BTreeMap::new();
    for (name, places) in &scopes.anchors {
        for place in places {
            let bindings = of_home.entry(scopes.home(place)).or_default();
            bindings.insert(name.clone(), place.clone());
        }
    }
    let mut writer = Writer {
        tree,
        scopes: &scopes,
        of_home,
        dynamic: &reader.dynamic,
        needs: BTreeMap::new(),
        begun: BTreeMap::new(),
        copies: BTreeMap::new(),
        queue: Vec::new(),
        values: 0,
        overfull: None,
    };
    let written = writer.write(&reader.roots);
    let (queue, overfull) = (writer.queue, writer.overfull);
    let mut starts: Vec<Pointer> = Vec::new();
    for (place, value) in written {
        starts.push(place.clone());
        put(tree, &place, value);
    }
    let copies: Vec<(Pointer, Pointer)> =
        queue.into_iter().map(|it| (it.place, it.origin)).collect();
    let origin = |place: &Pointer| {
        let copy = copies
            .iter()
            .find_map(|(copy, origin)| Some(origin.append(&place.within(copy)?)));
        copy.unwrap_or_else(|| place.clone())
    };
    if let Some(place) = overfull {
        let message = format!(
            "dynamic references give the schemas here more than {COPIES_MAX} meanings, or make them too large"
        );
        let at = reader.location(&place);
        let problem = Problem::new(ProblemCode::Unsupported, at, message);
        let help = "write out for each use what is used most, and refer to it by `$ref`";
        reader.problems.push(problem.with_help(help));
    }
    let mut told = BTreeSet::new();
    for start in starts {
        let mut budget = EXPANSIONS_MAX;
        if let Err((places, why)) = expand(tree, &start, &mut Vec::new(), &mut budget) {
            // Told at one place, whoever comes into the circle.
            let place = places.iter().map(origin).min().unwrap_or_default();
            if told.insert(place.clone()) {
                reader.complain_of_endless(why, reader.location(&place));
            }
        }
    }
    copies
}

/// Puts a value at a place of the tree, where it is not there yet as a member of objects.
fn put(tree: &mut Value, place: &Pointer, value: Value) {
    let mut at = tree;
    for token in place.tokens() {
        at = match at {
            Value::Array(items) => match token.parse().ok().and_then(|it: usize| items.get_mut(it))
            {
                Some(item) => item,
                None => return,
            },
            Value::Object(map) => map
                .entry(token.into_owned())
                .or_insert_with(|| Value::Object(Map::new())),
            _ => return,
        };
    }
    *at = value;
}

/// A schema in one of its meanings, which is to be written.
#[derive(Clone)]
struct Copy {
    origin: Pointer,
    bindings: Bindings,
    place: Pointer,
}

struct Writer<'w> {
    tree: &'w Value,
    scopes: &'w Scopes,
    /// What each resource binds.
    of_home: BTreeMap<Pointer, Bindings>,
    /// The schemas that refer dynamically, with the names.
    dynamic: &'w BTreeMap<Pointer, String>,
    /// For each schema that is referred to or begins an evaluation: the names of which the meaning of
    /// something hangs that can be reached from it.
    needs: BTreeMap<Pointer, BTreeSet<String>>,
    /// What stands where it stood: the schemas that begin an evaluation.
    begun: BTreeMap<Pointer, Bindings>,
    copies: BTreeMap<(Pointer, Bindings), Pointer>,
    queue: Vec<Copy>,
    values: usize,
    /// Where there was no room for another copy.
    overfull: Option<Pointer>,
}

impl Writer<'_> {
    /// Everything that is written differently, with the places.
    fn write(&mut self, roots: &BTreeSet<Pointer>) -> Vec<(Pointer, Value)> {
        self.find_needs(roots);
        let begun = roots.iter().filter(|it| !self.needs[*it].is_empty());
        let nothing = Bindings::new();
        self.begun = begun
            .map(|it| (it.clone(), self.meaning(it, &nothing)))
            .collect();
        let mut written = Vec::new();
        for (place, bindings) in self.begun.clone() {
            let value = place.lookup(self.tree).unwrap_or(&Value::Null);
            let rewritten = self.rewrite(value, &place, &bindings, 0);
            written.push((place, rewritten));
        }
        let mut next = 0;
        while let Some(copy) = self.queue.get(next).cloned() {
            let value = copy.origin.lookup(self.tree).unwrap_or(&Value::Null);
            let rewritten = if self.values > VALUES_MAX {
                self.overfull.get_or_insert_with(|| copy.origin.clone());
                Value::Bool(true)
            } else {
                self.rewrite(value, &copy.origin, &copy.bindings, 0)
            };
            written.push((copy.place, rewritten));
            next += 1;
        }
        written
    }

    /// What a schema means that evaluation comes to with these bindings.
    fn meaning(&self, place: &Pointer, bindings: &Bindings) -> Bindings {
        let mut meaning = bindings.clone();
        self.enter(&self.scopes.home(place), &mut meaning);
        if let Some(needs) = self.needs.get(place) {
            meaning.retain(|name, _| needs.contains(name));
        }
        meaning
    }

    /// Binds what a resource has and no resource further out has bound.
    fn enter(&self, resource: &Pointer, bindings: &mut Bindings) {
        for (name, place) in self.of_home.get(resource).into_iter().flatten() {
            let bound = bindings.entry(name.clone());
            bound.or_insert_with(|| place.clone());
        }
    }

    fn rewrite(
        &mut self,
        schema: &Value,
        place: &Pointer,
        bindings: &Bindings,
        depth: usize,
    ) -> Value {
        let Value::Object(map) = schema else {
            return schema.clone();
        };
        if depth > DEPTH_MAX {
            return Value::Bool(true);
        }
        let mut bindings = bindings.clone();
        if self.scopes.resources.contains(place) {
            self.enter(place, &mut bindings);
        }
        let name = self.dynamic.get(place);
        let meant = name.and_then(|it| bindings.get(it)).cloned();
        let mut result = Map::new();
        for (keyword, value) in map {
            let at = place.join(keyword);
            let mut inner =
                |part: &Value, at: &Pointer| self.rewrite(part, at, &bindings, depth + 1);
            let written = match (export::holds(keyword), value) {
                (None, Value::String(text)) if keyword == "$ref" => {
                    let target = meant.clone().or_else(|| pointer(text));
                    let refer = |it| self.refer(it, &bindings);
                    Value::String(target.map_or_else(|| text.clone(), refer))
                }
                (Some(Holds::One), part) => inner(part, &at),
                (Some(Holds::List), Value::Array(parts)) => {
                    let parts = parts.iter().enumerate();
                    parts.map(|(i, part)| inner(part, &at.index(i))).collect()
                }
                (Some(Holds::Map), Value::Object(parts)) => {
                    let parts = parts.iter();
                    let parts = parts.map(|(name, it)| (name.clone(), inner(it, &at.join(name))));
                    Value::Object(parts.collect())
                }
                _ => {
                    self.values += size(value);
                    value.clone()
                }
            };
            self.values += 1;
            result.insert(keyword.clone(), written);
        }
        Value::Object(result)
    }

    /// The reference to a schema in the meaning that it has from here.
    fn refer(&mut self, target: Pointer, bindings: &Bindings) -> String {
        let plain = |place: &Pointer| format!("#{}", place.to_fragment());
        if self.needs.get(&target).is_none_or(BTreeSet::is_empty) {
            return plain(&target);
        }
        let meaning = self.meaning(&target, bindings);
        if self.begun.get(&target) == Some(&meaning) {
            return plain(&target);
        }
        let key = (target, meaning);
        if let Some(place) = self.copies.get(&key) {
            return plain(place);
        }
        if self.queue.len() >= COPIES_MAX {
            self.overfull.get_or_insert_with(|| key.0.clone());
            return plain(&key.0);
        }
        // It ends as before, so that a component is still known by its name.
        let place = Pointer::root().join(COPIES).index(self.queue.len());
        let place = place.append(&key.0);
        self.queue.push(Copy {
            origin: key.0.clone(),
            bindings: key.1.clone(),
            place: place.clone(),
        });
        self.copies.insert(key, place.clone());
        plain(&place)
    }

    /// Finds for every schema which names its meaning hangs on: its own, and those of all that it
    /// refers to.
    fn find_needs(&mut self, roots: &BTreeSet<Pointer>) {
        let mut referrers: BTreeMap<Pointer, BTreeSet<Pointer>> = BTreeMap::new();
        let mut open: Vec<Pointer> = roots.iter().cloned().collect();
        let mut named: Vec<(Pointer, String)> = Vec::new();
        // It ends, because no place is new twice.
        while let Some(unit) = open.pop() {
            if self.needs.contains_key(&unit) {
                continue;
            }
            self.needs.insert(unit.clone(), BTreeSet::new());
            let (targets, names) = self.scan(&unit);
            named.extend(names.into_iter().map(|name| (unit.clone(), name)));
            for target in targets {
                let from = referrers.entry(target.clone()).or_default();
                from.insert(unit.clone());
                open.push(target);
            }
        }
        while let Some((unit, name)) = named.pop() {
            if !self
                .needs
                .entry(unit.clone())
                .or_default()
                .insert(name.clone())
            {
                continue;
            }
            let from = referrers.get(&unit).into_iter().flatten();
            named.extend(from.map(|it| (it.clone(), name.clone())));
        }
    }

    /// What a schema refers to, and the names by which it does so dynamically.
    fn scan(&self, unit: &Pointer) -> (BTreeSet<Pointer>, BTreeSet<String>) {
        let mut targets = BTreeSet::new();
        let mut names = BTreeSet::new();
        let mut open: Vec<(Pointer, &Value)> = Vec::new();
        open.extend(unit.lookup(self.tree).map(|it| (unit.clone(), it)));
        while let Some((place, schema)) = open.pop() {
            let Value::Object(map) = schema else {
                continue;
            };
            if let Some(name) = self.dynamic.get(&place) {
                names.insert(name.clone());
                targets.extend(self.scopes.anchors.get(name).into_iter().flatten().cloned());
            }
            let reference = map.get("$ref").and_then(Value::as_str);
            targets.extend(reference.and_then(pointer));
            open.extend(parts(map, &place));
        }
        (targets, names)
    }
}

/// Counts the schemas that look at the same value as the one at a place; with those in a circle.
fn expand(
    tree: &Value,
    place: &Pointer,
    path: &mut Vec<Pointer>,
    budget: &mut usize,
) -> Result<(), (Vec<Pointer>, Endless)> {
    if let Some(start) = path.iter().position(|it| it == place) {
        return Err((path.split_off(start), Endless::Circle));
    }
    if *budget == 0 {
        path.truncate(1);
        return Err((std::mem::take(path), Endless::TooMany));
    }
    *budget -= 1;
    let Some(Value::Object(map)) = place.lookup(tree) else {
        return Ok(());
    };
    if path.len() > DEPTH_MAX {
        return Ok(());
    }
    path.push(place.clone());
    let referred = map.get("$ref").and_then(Value::as_str).and_then(pointer);
    let held = parts(map, place).into_iter().map(|(place, _)| place);
    let held = held.filter(|it| is_in_place(it, place));
    for part in referred.into_iter().chain(held) {
        expand(tree, &part, path, budget)?;
    }
    path.pop();
    Ok(())
}

/// Whether a part of a schema looks at the same value as the schema.
fn is_in_place(part: &Pointer, schema: &Pointer) -> bool {
    let inside = part.within(schema);
    let keyword = inside.as_ref().and_then(|it| it.tokens().next());
    keyword.is_some_and(|it| export::is_in_place(&it))
}

/// The schemas that a schema holds.
fn parts<'v>(map: &'v Map<String, Value>, place: &Pointer) -> Vec<(Pointer, &'v Value)> {
    let mut found = Vec::new();
    for (keyword, value) in map {
        let at = place.join(keyword);
        match (export::holds(keyword), value) {
            (Some(Holds::One), part) => found.push((at, part)),
            (Some(Holds::List), Value::Array(parts)) => {
                let parts = parts.iter().enumerate();
                found.extend(parts.map(|(index, part)| (at.index(index), part)));
            }
            (Some(Holds::Map), Value::Object(parts)) => {
                found.extend(parts.iter().map(|(name, part)| (at.join(name), part)));
            }
            _ => {}
        }
    }
    found
}

/// Of how many values a value consists.
fn size(value: &Value) -> usize {
    let mut count = 0;
    let mut open = vec![value];
    while let Some(value) = open.pop() {
        count += 1;
        match value {
            Value::Array(items) => open.extend(items),
            Value::Object(members) => open.extend(members.values()),
            _ => {}
        }
    }
    count
}

/// The place in the one tree that a reference names, which has become a pointer.
fn pointer(reference: &str) -> Option<Pointer> {
    Pointer::from_fragment(reference.strip_prefix('#')?).ok()
}
