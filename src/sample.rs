//! A value that satisfies a schema of a contract: from its examples, else made up. The same schema gives
//! the same value, and nothing is handed out that the contract's own judge does not let pass.
//!
//! Made up in several attempts: with examples and without, with what is required alone and with what is
//! optional, and along each of the alternatives. What only a negation or a count of properties forbids
//! may stay unmade; then there is no value, and whoever asked says so.

mod number;
mod pattern;
mod text;

use serde_json::{Map, Value};

use crate::contract::{Bundle, Contract, SchemaUse, Types, export};
use crate::json::Pointer;

/// How many attempts one value is worth.
const ATTEMPTS_MAX: usize = 32;
/// How deep values may nest.
const DEPTH_MAX: usize = 24;
/// How deep optional members are made up.
const OPTIONAL_DEPTH_MAX: usize = 2;
/// How many members or elements one value may get.
const PARTS_MAX: usize = 200;
/// How many parts all of one value may have.
const VALUES_MAX: usize = 5_000;

/// A value that satisfies the schema, when one could be made.
pub fn sample(contract: &Contract, schema: &SchemaUse) -> Option<Value> {
    sample_where(contract, schema, |_| true)
}

/// A value that satisfies the schema and a wish on top of it.
pub(crate) fn sample_where(
    contract: &Contract,
    schema: &SchemaUse,
    is_wanted: impl Fn(&Value) -> bool,
) -> Option<Value> {
    let judge = schema.judge(contract).ok()?;
    let bundle = export::bundle(contract, &schema.pointer, schema.direction, false);
    (0..ATTEMPTS_MAX).find_map(|attempt| {
        let mut maker = Maker {
            contract,
            bundle: &bundle,
            examples: attempt % 4 < 2,
            optional: attempt % 2 == 1,
            choice: attempt / 4,
            salt: 0,
            left: VALUES_MAX,
        };
        let parts = maker.parts(&Pointer::root(), &bundle.document, 0)?;
        let value = maker.value(&parts, "", 0)?;
        (is_wanted(&value) && judge.examine(&value).is_clean()).then_some(value)
    })
}

/// One attempt.
struct Maker<'m> {
    contract: &'m Contract,
    bundle: &'m Bundle,
    /// Whether values that the contract shows are taken.
    examples: bool,
    /// Whether members that are not required are made, too.
    optional: bool,
    /// Which of several alternatives is taken.
    choice: usize,
    /// What makes elements of one array differ.
    salt: usize,
    left: usize,
}

/// Schemas that hold together, with their places in the bundle.
type Parts<'m> = Vec<(Pointer, &'m Map<String, Value>)>;

impl<'m> Maker<'m> {
    /// All schemas that look at the value of one, along the alternatives of this attempt; none when
    /// nothing satisfies them.
    fn parts(&self, at: &Pointer, schema: &'m Value, depth: usize) -> Option<Parts<'m>> {
        let map = match schema {
            Value::Bool(false) => return None,
            Value::Object(map) => map,
            _ => return Some(Vec::new()),
        };
        if depth > DEPTH_MAX {
            return None;
        }
        let mut parts = vec![(at.clone(), map)];
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            let target = Pointer::from_fragment(reference.strip_prefix('#')?).ok()?;
            let schema = target.lookup(&self.bundle.document)?;
            parts.extend(self.parts(&target, schema, depth + 1)?);
        }
        let list = |name: &str| map.get(name).and_then(Value::as_array);
        for (index, part) in list("allOf").into_iter().flatten().enumerate() {
            parts.extend(self.parts(&at.join("allOf").index(index), part, depth + 1)?);
        }
        for name in ["anyOf", "oneOf"] {
            let branches = list(name).filter(|it| !it.is_empty());
            if let Some(branches) = branches {
                let index = self.choice % branches.len();
                let place = at.join(name).index(index);
                parts.extend(self.parts(&place, &branches[index], depth + 1)?);
            }
        }
        // Without what `if` asks for in the one attempt, with it in the next.
        let taken: &[&str] = match (map.contains_key("if"), self.choice % 2) {
            (false, _) => &[],
            (true, 0) => &["else"],
            (true, _) => &["if", "then"],
        };
        for name in taken {
            if let Some(part) = map.get(*name) {
                parts.extend(self.parts(&at.join(name), part, depth + 1)?);
            }
        }
        Some(parts)
    }

    fn value(&mut self, parts: &Parts<'m>, name: &str, depth: usize) -> Option<Value> {
        self.left = self.left.checked_sub(1)?;
        if depth > DEPTH_MAX {
            return None;
        }
        if let Some(value) = self.listed(parts) {
            return Some(value);
        }
        if let Some(value) = self.examples.then(|| self.shown(parts)).flatten() {
            return Some(value);
        }
        let types = parts.iter().fold(Types::ALL, |all, (_, map)| {
            all.and(map.get("type").map_or(Types::ALL, Types::named))
        });
        let maps: Vec<&Map<String, Value>> = parts.iter().map(|(_, map)| *map).collect();
        let says = |words: &[&str]| {
            maps.iter()
                .any(|map| words.iter().any(|it| map.contains_key(*it)))
        };
        if types.holds(Types::OBJECT) && (types != Types::ALL || says(&OBJECT_WORDS)) {
            return self.object(parts, depth);
        }
        if types.holds(Types::ARRAY) && (types != Types::ALL || says(&ARRAY_WORDS)) {
            return self.array(parts, name, depth);
        }
        if types.holds(Types::NUMBER) && (!types.holds(Types::STRING) || says(&NUMBER_WORDS)) {
            return number::make(&maps, types, self.salt);
        }
        if types.holds(Types::STRING) {
            return text::make(&maps, name, self.salt).map(Value::String);
        }
        if types.holds(Types::BOOLEAN) {
            return Some(Value::Bool(self.salt.is_multiple_of(2)));
        }
        types.holds(Types::NULL).then_some(Value::Null)
    }

    /// One of the values that the schemas list, which all of them list.
    fn listed(&self, parts: &Parts<'m>) -> Option<Value> {
        let lists: Vec<Vec<&Value>> = parts
            .iter()
            .filter_map(|(_, map)| match (map.get("const"), map.get("enum")) {
                (Some(value), _) => Some(vec![value]),
                (None, Some(Value::Array(values))) => Some(values.iter().collect()),
                _ => None,
            })
            .collect();
        let (first, others) = lists.split_first()?;
        let is_common = |value: &&&Value| others.iter().all(|it| it.contains(value));
        let common: Vec<&&Value> = first.iter().filter(is_common).collect();
        // Half as fast as the alternatives, so that both come with each other.
        let place = self.salt.wrapping_add(self.choice / 2);
        let value = common.get(place % common.len().max(1))?;
        Some((**value).clone())
    }

    /// A value that the contract shows for one of the schemas.
    fn shown(&self, parts: &Parts<'m>) -> Option<Value> {
        parts.iter().find_map(|(at, map)| {
            // OpenAPI's own `example` is in the contract, and not in the bundle.
            let origin = self.bundle.origin(at);
            let written = origin.lookup(self.contract.document());
            let example = written.and_then(|it| it.get("example"));
            let listed = map.get("examples").and_then(Value::as_array);
            let listed = listed.and_then(|it| it.get(self.salt % it.len().max(1)));
            example.or(listed).or(map.get("default")).cloned()
        })
    }

    fn object(&mut self, parts: &Parts<'m>, depth: usize) -> Option<Value> {
        let required: Vec<&str> = parts
            .iter()
            .filter_map(|(_, map)| map.get("required")?.as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let few = count(parts, "minProperties");
        let wants_optional = self.optional || (depth == 0 && required.is_empty());
        let declared = parts
            .iter()
            .filter_map(|(_, map)| map.get("properties")?.as_object())
            .flat_map(Map::keys);
        let mut names: Vec<&str> = Vec::new();
        for name in declared.map(String::as_str) {
            let is_wanted = required.contains(&name)
                || (wants_optional && depth < OPTIONAL_DEPTH_MAX)
                || names.len() < few;
            if is_wanted && !names.contains(&name) {
                names.push(name);
            }
        }
        names.extend(
            required
                .iter()
                .filter(|it| !names.contains(it))
                .collect::<Vec<_>>(),
        );
        let mut object = Map::new();
        for name in names.into_iter().take(PARTS_MAX) {
            let made = self.member(parts, name, depth);
            match made {
                Some(value) => drop(object.insert(name.to_owned(), value)),
                None if required.contains(&name) => return None,
                None => {}
            }
        }
        for index in 1..=PARTS_MAX {
            if object.len() >= few {
                break;
            }
            let name = format!("key{index}");
            if let Some(value) = self.member(parts, &name, depth) {
                object.insert(name, value);
            }
        }
        Some(Value::Object(object))
    }

    fn member(&mut self, parts: &Parts<'m>, name: &str, depth: usize) -> Option<Value> {
        let mut inner = Vec::new();
        for (at, map) in parts {
            let named = map.get("properties").and_then(|it| it.get(name));
            let place = at.join("properties").join(name);
            let held = named.map(|it| (place, it)).or_else(|| {
                let others = map.get("additionalProperties")?;
                Some((at.join("additionalProperties"), others))
            });
            if let Some((place, schema)) = held {
                inner.extend(self.parts(&place, schema, depth + 1)?);
            }
        }
        self.value(&inner, name, depth + 1)
    }

    fn array(&mut self, parts: &Parts<'m>, name: &str, depth: usize) -> Option<Value> {
        let contained: Option<(Pointer, &Value)> = parts
            .iter()
            .find_map(|(at, map)| Some((at.join("contains"), map.get("contains")?)));
        let leading = parts
            .iter()
            .filter_map(|(_, map)| Some(map.get("prefixItems")?.as_array()?.len()))
            .max();
        let most = parts
            .iter()
            .filter_map(|(_, map)| map.get("maxItems")?.as_u64())
            .min();
        let most = most.map_or(PARTS_MAX, |it| usize::try_from(it).unwrap_or(PARTS_MAX));
        let wanted = usize::from(contained.is_some())
            .max(count(parts, "minContains"))
            .max(usize::from(self.optional))
            .max(leading.unwrap_or_default());
        let length = count(parts, "minItems").max(wanted.min(most));
        if length > PARTS_MAX {
            return None;
        }
        let outer = self.salt;
        let mut items = Vec::new();
        for index in 0..length {
            self.salt = outer + index;
            let mut inner = Vec::new();
            for (at, map) in parts {
                let own = map.get("prefixItems").and_then(|it| it.get(index));
                let place = at.join("prefixItems").index(index);
                let held = own.map(|it| (place, it));
                let held = held.or_else(|| Some((at.join("items"), map.get("items")?)));
                if let Some((place, schema)) = held {
                    inner.extend(self.parts(&place, schema, depth + 1)?);
                }
            }
            if let Some((place, schema)) = &contained
                && index < count(parts, "minContains").max(1)
            {
                inner.extend(self.parts(place, schema, depth + 1)?);
            }
            items.push(self.value(&inner, name, depth + 1)?);
        }
        self.salt = outer;
        Some(Value::Array(items))
    }
}

/// The keywords that speak of objects.
const OBJECT_WORDS: [&str; 5] = [
    "properties",
    "required",
    "minProperties",
    "additionalProperties",
    "propertyNames",
];
/// The keywords that speak of arrays.
const ARRAY_WORDS: [&str; 4] = ["items", "prefixItems", "minItems", "contains"];
/// The keywords that speak of numbers.
const NUMBER_WORDS: [&str; 5] = [
    "minimum",
    "maximum",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "multipleOf",
];

/// The largest of the counts that the schemas demand.
fn count(parts: &Parts<'_>, keyword: &str) -> usize {
    let counts = parts
        .iter()
        .filter_map(|(_, map)| map.get(keyword)?.as_u64());
    counts
        .max()
        .map_or(0, |it| usize::try_from(it).unwrap_or(usize::MAX))
}

#[cfg(test)]
mod tests;
