//! What a schema says of the places of the values that satisfy it: which places there are, of which types
//! their values may be, and which values are fixed.
//!
//! A schema is read as the choices that it leaves, each a list of schemas that hold together. What it
//! leaves open stays open: of a place that nobody describes everything is possible, and a claim that
//! something is not there is made only when no choice has it. Negations and counts are not looked at.
//! Sources: JSON Schema 2020-12 core §10, validation §6.1.

mod fitting;
pub(super) mod marks;
mod said;
mod types;

pub use types::Types;

use serde_json::{Map, Value};

use super::export::{self, Direction};
use super::{Bundle, Contract};
use crate::json::{Pointer, Segment, Selector};

/// How many choices are told apart; of a schema that leaves more nothing is claimed.
const CHOICES_MAX: usize = 200;
/// How deep schemas for one value may stand within one another.
const DEPTH_MAX: usize = 60;
/// How many places a query may look at on its way down.
const PLACES_MAX: usize = 2_000;

/// What one schema of a contract says of places.
#[derive(Debug)]
pub struct Outline {
    bundle: Bundle,
    /// Whether it says of some place that its values are secret.
    has_secrets: bool,
}

/// A place in the values that satisfy a schema.
#[derive(Debug, Clone)]
pub struct Spot<'o> {
    outline: &'o Outline,
    /// The choices; none when nothing is known of the place.
    choices: Option<Vec<Choice<'o>>>,
}

/// Schemas that hold together; an empty list leaves everything open.
type Choice<'o> = Vec<(Pointer, &'o Map<String, Value>)>;

/// Why a place is not there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Miss {
    /// What was looked for below it.
    pub name: String,
    /// The names that are declared where it was looked for.
    pub declared: Vec<String>,
    /// The types of the value that was looked into, when it can hold nothing.
    pub held_by: Option<Types>,
    /// The place in the contract of the schema that has it not.
    pub place: Pointer,
}

impl Outline {
    /// Reads the schema at a place of a contract.
    pub fn new(contract: &Contract, pointer: &Pointer, direction: Direction) -> Self {
        let bundle = export::bundle(contract, pointer, direction, false);
        Self {
            has_secrets: marks::has_secrets(&bundle.document),
            bundle,
        }
    }

    /// Whether the contract says of some place that its values are secret.
    pub(super) fn has_secrets(&self) -> bool {
        self.has_secrets
    }

    /// The whole value.
    pub fn root(&self) -> Spot<'_> {
        self.spot(self.expand(&Pointer::root(), &self.bundle.document, 0))
    }

    fn spot<'o>(&'o self, choices: Option<Vec<Choice<'o>>>) -> Spot<'o> {
        Spot {
            outline: self,
            choices,
        }
    }

    /// The choices that a schema leaves; nothing when there are too many.
    fn expand<'o>(
        &'o self,
        at: &Pointer,
        schema: &'o Value,
        depth: usize,
    ) -> Option<Vec<Choice<'o>>> {
        let map = match schema {
            Value::Bool(false) => return Some(Vec::new()),
            Value::Object(map) => map,
            _ => return Some(vec![Vec::new()]),
        };
        if depth > DEPTH_MAX {
            return None;
        }
        let mut choices: Vec<Choice<'o>> = vec![vec![(at.clone(), map)]];
        if let Some(reference) = map.get("$ref").and_then(Value::as_str) {
            let target = Pointer::from_fragment(reference.strip_prefix('#')?).ok()?;
            let schema = target.lookup(&self.bundle.document)?;
            choices = both(&choices, &self.expand(&target, schema, depth + 1)?)?;
        }
        for (index, part) in list(map, "allOf").iter().enumerate() {
            let place = at.join("allOf").index(index);
            choices = both(&choices, &self.expand(&place, part, depth + 1)?)?;
        }
        for keyword in ["anyOf", "oneOf"] {
            if !map.contains_key(keyword) {
                continue;
            }
            let mut branches = Vec::new();
            for (index, part) in list(map, keyword).iter().enumerate() {
                let place = at.join(keyword).index(index);
                branches.extend(self.expand(&place, part, depth + 1)?);
            }
            choices = both(&choices, &branches)?;
        }
        let mut sometimes: Vec<(Pointer, &Value)> = Vec::new();
        for keyword in ["then", "else"] {
            sometimes.extend(map.get(keyword).map(|it| (at.join(keyword), it)));
        }
        if let Some(Value::Object(parts)) = map.get("dependentSchemas") {
            let place = at.join("dependentSchemas");
            sometimes.extend(parts.iter().map(|(name, it)| (place.join(name), it)));
        }
        for (place, part) in sometimes {
            let mut branches = self.expand(&place, part, depth + 1)?;
            branches.push(Vec::new());
            choices = both(&choices, &branches)?;
        }
        Some(choices)
    }

    /// The choices that several schemas leave together.
    fn together<'o>(&'o self, parts: &[(Pointer, &'o Value)]) -> Option<Vec<Choice<'o>>> {
        let mut choices = vec![Vec::new()];
        for (place, schema) in parts {
            choices = both(&choices, &self.expand(place, schema, 0)?)?;
        }
        Some(choices)
    }
}

fn list<'m>(map: &'m Map<String, Value>, keyword: &str) -> &'m [Value] {
    map.get(keyword)
        .and_then(Value::as_array)
        .map_or(&[], Vec::as_slice)
}

/// Every choice of the one with every choice of the other.
fn both<'o>(left: &[Choice<'o>], right: &[Choice<'o>]) -> Option<Vec<Choice<'o>>> {
    if left.len().saturating_mul(right.len()) > CHOICES_MAX {
        return None;
    }
    let pairs = left
        .iter()
        .flat_map(|it| right.iter().map(move |other| (it, other)));
    Some(
        pairs
            .map(|(it, other)| [it.as_slice(), other].concat())
            .collect(),
    )
}

/// What is below a place, as one choice has it.
enum Below<'o> {
    /// Nobody says.
    Open,
    /// These schemas together.
    Held(Vec<(Pointer, &'o Value)>),
    /// It is not there.
    Nothing,
}

impl<'o> Spot<'o> {
    /// The types that a value here may be of.
    pub fn types(&self) -> Types {
        let Some(choices) = &self.choices else {
            return Types::ALL;
        };
        choices
            .iter()
            .fold(Types::NONE, |all, choice| all.or(types_of(choice)))
    }

    /// The values that the contract lists for this place, when it lists them in every choice.
    pub fn fixed(&self) -> Option<Vec<&'o Value>> {
        let mut values = Vec::new();
        for choice in self.choices.as_ref()? {
            let mut lists = choice.iter().filter_map(|(_, map)| listed(map));
            values.extend(lists.next()?);
        }
        (!values.is_empty()).then_some(values)
    }

    /// The place in the contract of the schema that describes this place.
    pub fn place(&self) -> Option<Pointer> {
        let (pointer, _) = self.choices.as_ref()?.iter().flatten().last()?;
        Some(self.outline.bundle.origin(pointer))
    }

    /// Whether some schema speaks of this place in every choice.
    pub fn is_described(&self) -> bool {
        let choices = self.choices.as_deref().unwrap_or_default();
        !choices.is_empty() && choices.iter().all(|it| !it.is_empty())
    }

    /// The names of the members that are declared here, in some choice, in the order of the alphabet.
    pub fn names(&self) -> Vec<String> {
        let maps = self.choices.iter().flatten().flatten();
        let named = maps.filter_map(|(_, map)| map.get("properties")?.as_object());
        let mut names: Vec<String> = named.flat_map(Map::keys).cloned().collect();
        names.sort_unstable();
        names.dedup();
        names
    }

    /// The place below that a pointer names.
    ///
    /// # Errors
    /// When the contract has it not.
    pub fn at(&self, pointer: &Pointer) -> Result<Self, Miss> {
        let mut spot = self.clone();
        for token in pointer.tokens() {
            spot = spot.child(&token)?;
        }
        Ok(spot)
    }

    /// The member or element of that name.
    ///
    /// # Errors
    /// When the contract has it not.
    pub fn child(&self, token: &str) -> Result<Self, Miss> {
        let Some(choices) = &self.choices else {
            return Ok(self.clone());
        };
        let mut found = Vec::new();
        for choice in choices {
            match below(choice, token) {
                Below::Open => return Ok(self.outline.spot(None)),
                Below::Held(parts) => match self.outline.together(&parts) {
                    Some(more) if found.len() + more.len() <= CHOICES_MAX => found.extend(more),
                    _ => return Ok(self.outline.spot(None)),
                },
                Below::Nothing => {}
            }
        }
        if found.is_empty() {
            return Err(self.miss(token));
        }
        Ok(self.outline.spot(Some(found)))
    }

    /// All places that a query could find.
    ///
    /// # Errors
    /// When the contract has none of them; with the first that is missing.
    pub fn find(&self, segments: &[Segment]) -> Result<Vec<Self>, Miss> {
        let mut spots = vec![self.clone()];
        for segment in segments {
            if segment.descends {
                spots = spots.iter().flat_map(Self::with_all_below).collect();
            }
            let (mut found, mut first_miss) = (Vec::new(), None);
            for (spot, selector) in spots
                .iter()
                .flat_map(|spot| segment.selectors.iter().map(move |it| (spot, it)))
            {
                match spot.select(selector) {
                    Ok(more) => found.extend(more),
                    Err(miss) => drop(first_miss.get_or_insert(miss)),
                }
            }
            if found.len() > PLACES_MAX {
                return Ok(vec![self.outline.spot(None)]);
            }
            if let (true, Some(miss)) = (found.is_empty(), first_miss) {
                return Err(miss);
            }
            spots = found;
        }
        Ok(spots)
    }

    fn select(&self, selector: &Selector) -> Result<Vec<Self>, Miss> {
        match selector {
            Selector::Name(name) => {
                if self.types().holds(Types::OBJECT) {
                    self.child(name).map(|it| vec![it])
                } else {
                    Err(self.miss(name))
                }
            }
            // Which element comes from the end hangs on the value.
            Selector::Index(index) if *index >= 0 && self.types().holds(Types::ARRAY) => {
                self.child(&index.to_string()).map(|it| vec![it])
            }
            Selector::Index(_) | Selector::Any => {
                let children = self.children();
                if children.is_empty() {
                    return Err(self.miss("*"));
                }
                Ok(children)
            }
            Selector::Filter(queries) => {
                let children = self.select(&Selector::Any)?;
                for query in queries {
                    let found = children.iter().map(|it| it.find(query));
                    let misses: Option<Vec<Miss>> = found.map(Result::err).collect();
                    // What no child has, the filter cannot find in any.
                    if let Some(miss) = misses.and_then(|it| it.into_iter().next()) {
                        return Err(miss);
                    }
                }
                Ok(children)
            }
        }
    }

    /// Every place right below that is described, and one for all that is left open.
    fn children(&self) -> Vec<Self> {
        let Some(choices) = &self.choices else {
            return vec![self.clone()];
        };
        let names = self.names();
        let mut found: Vec<Self> = names.iter().filter_map(|it| self.child(it).ok()).collect();
        let types = self.types();
        // A name that nobody gives stands for all others, an element behind the last for all of them.
        if types.holds(Types::OBJECT) {
            found.extend(self.child("\u{0}").ok());
        }
        if types.holds(Types::ARRAY) {
            let leading = choices.iter().flatten();
            let count = leading.map(|(_, map)| list(map, "prefixItems").len()).max();
            let places = 0..=count.unwrap_or_default();
            found.extend(places.filter_map(|it| self.child(&it.to_string()).ok()));
        }
        found
    }

    /// This place and every one below, each schema once.
    fn with_all_below(&self) -> Vec<Self> {
        let mut seen = std::collections::BTreeSet::new();
        let (mut open, mut all) = (vec![self.clone()], Vec::new());
        while let Some(spot) = open.pop() {
            let known = spot.choices.iter().flatten().flatten();
            let known: Vec<Pointer> = known.map(|(pointer, _)| pointer.clone()).collect();
            if !seen.insert(known) || all.len() > PLACES_MAX {
                continue;
            }
            if spot.choices.is_some() {
                open.extend(spot.children());
            }
            all.push(spot);
        }
        all
    }

    fn miss(&self, token: &str) -> Miss {
        let mut declared = Vec::new();
        let mut place = None;
        for (pointer, map) in self.choices.iter().flatten().flatten() {
            if let Some(Value::Object(named)) = map.get("properties") {
                place.get_or_insert(pointer);
                let named = named.iter().filter(|(_, it)| **it != Value::Bool(false));
                declared.extend(named.map(|(name, _)| name.clone()));
            }
        }
        let first = self.choices.iter().flatten().flatten().next();
        let place = place.or(first.map(|(pointer, _)| pointer));
        let types = self.types();
        let holds = types.holds(Types::OBJECT) || types.holds(Types::ARRAY);
        Miss {
            name: token.to_owned(),
            declared,
            held_by: (!holds).then_some(types),
            place: self
                .outline
                .bundle
                .origin(place.unwrap_or(&Pointer::root())),
        }
    }
}

/// The values that a schema lists.
fn listed(map: &Map<String, Value>) -> Option<Vec<&Value>> {
    match (map.get("const"), map.get("enum")) {
        (Some(value), _) => Some(vec![value]),
        (None, Some(Value::Array(values))) => Some(values.iter().collect()),
        _ => None,
    }
}

fn types_of(choice: &Choice<'_>) -> Types {
    choice.iter().fold(Types::ALL, |all, (_, map)| {
        let said = map.get("type").map_or(Types::ALL, Types::named);
        let listed = listed(map).map_or(Types::ALL, |values| {
            let each = values.into_iter().map(Types::of);
            each.fold(Types::NONE, Types::or)
        });
        all.and(said).and(listed)
    })
}

fn below<'o>(choice: &Choice<'o>, token: &str) -> Below<'o> {
    let types = types_of(choice);
    let index: Option<usize> = token.parse().ok();
    let member = if types.holds(Types::OBJECT) {
        member_of(choice, token)
    } else {
        Below::Nothing
    };
    match (member, index) {
        (Below::Nothing, Some(index)) if types.holds(Types::ARRAY) => element_of(choice, index),
        (member, _) => member,
    }
}

fn member_of<'o>(choice: &Choice<'o>, name: &str) -> Below<'o> {
    let (mut parts, mut is_open, mut is_closed, mut declares) = (Vec::new(), false, false, false);
    for (at, map) in choice {
        let mut own = false;
        if let Some(Value::Object(named)) = map.get("properties") {
            declares |= !named.is_empty();
            if let Some(schema) = named.get(name) {
                parts.push((at.join("properties").join(name), schema));
                own = true;
            }
        }
        if let Some(Value::Object(patterns)) = map.get("patternProperties") {
            for (pattern, schema) in patterns {
                match regex::Regex::new(pattern).map(|it| it.is_match(name)) {
                    Ok(false) => declares = true,
                    Ok(true) => {
                        parts.push((at.join("patternProperties").join(pattern), schema));
                        own = true;
                    }
                    Err(_) => is_open = true,
                }
            }
        }
        for keyword in ["additionalProperties", "unevaluatedProperties"] {
            match map.get(keyword) {
                None => {}
                Some(_) if own && keyword == "additionalProperties" => {}
                Some(Value::Bool(false)) if keyword == "additionalProperties" => is_closed = true,
                Some(Value::Bool(false)) => declares = true,
                Some(Value::Bool(true)) => is_open = true,
                // What others evaluate hangs on them; as a description it holds for what is left.
                Some(schema) => parts.push((at.join(keyword), schema)),
            }
        }
    }
    if is_closed {
        Below::Nothing
    } else if !parts.is_empty() {
        Below::Held(parts)
    } else if is_open || !declares {
        Below::Open
    } else {
        Below::Nothing
    }
}

fn element_of<'o>(choice: &Choice<'o>, index: usize) -> Below<'o> {
    let mut parts = Vec::new();
    for (at, map) in choice {
        let most = map.get("maxItems").and_then(Value::as_u64);
        if most.is_some_and(|most| u64::try_from(index).is_ok_and(|index| index >= most)) {
            return Below::Nothing;
        }
        let leading = list(map, "prefixItems");
        if let Some(schema) = leading.get(index) {
            parts.push((at.join("prefixItems").index(index), schema));
        } else if let Some(schema) = map.get("items") {
            parts.push((at.join("items"), schema));
        }
    }
    if parts.is_empty() {
        Below::Open
    } else {
        Below::Held(parts)
    }
}

#[cfg(test)]
mod tests;
