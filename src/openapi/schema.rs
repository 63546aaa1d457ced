//! Schemas stay what they are, JSON Schema 2020-12; here their references are looked after, and what
//! a document writes in another way is noted, to be rewritten (`Reader::translated`).
//!
//! References become pointers into the one tree of all documents; `$id` and anchors have then done
//! their work and go away. A `$dynamicRef` is a `$ref` wherever its name is given only once.

use serde_json::{Value, json};

use super::reader::Reader;
use super::version::Version;
use super::{discriminator, draft};
use crate::contract::export::{self, Holds};
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::source::Location;

/// How deep schemas may nest.
const DEPTH_MAX: usize = 128;

/// How many schemas may look at one value, counted with every repetition. A schema that refers to
/// another one twice, which does so again, doubles with every level.
pub(super) const EXPANSIONS_MAX: usize = 10_000;

/// What `$schema` and `jsonSchemaDialect` may say: 2020-12, and what OpenAPI adds to it, in any edition.
const DIALECTS: [&str; 3] = [
    crate::schema::DIALECT,
    "https://spec.openapis.org/oas/3.1/dialect/",
    "https://spec.openapis.org/oas/3.2/dialect/",
];

/// Looks through a schema and all that it refers to, for references that lead nowhere and for what
/// would change the meaning of the rest. Each schema is looked through once, whoever refers to it.
pub(super) fn check<'a>(node: &Node<'a>, reader: &mut Reader<'a>) {
    let mut open = vec![node.clone()];
    reader.roots.insert(reader.place(node));
    // It ends, because no place is new twice.
    while let Some(node) = open.pop() {
        if !reader.is_new(&node) {
            continue;
        }
        let before = reader.problems.len();
        let mut values = vec![node.clone()];
        let mut walk = Walk {
            open: &mut open,
            values: &mut values,
        };
        walk.visit(&node, 0, reader);
        if reader.problems.len() == before {
            for value in values {
                let mut budget = EXPANSIONS_MAX;
                if let Err((at, why)) = expand(&value, &mut Vec::new(), &mut budget, reader) {
                    reader.complain_of_endless(why, at);
                }
            }
        }
    }
}

/// Complains about a dialect that is not read.
pub(super) fn check_dialect<'a>(field: &Node<'a>, reader: &mut Reader<'a>) {
    let Some(text) = field.text(&mut reader.problems) else {
        return;
    };
    let text = text.trim_end_matches('#');
    let known = DIALECTS.iter().any(|it| match it.strip_suffix('/') {
        Some(_) => text.starts_with(it),
        None => text == *it,
    });
    if !known {
        let message = format!("the dialect `{text}` is not supported");
        let problem = field.problem(ProblemCode::Unsupported, message);
        let help = format!("write the schemas in \"{}\"", crate::schema::DIALECT);
        reader.problems.push(problem.with_help(help));
    }
}

struct Walk<'w, 'a> {
    /// What is referred to and is still to be looked at.
    open: &'w mut Vec<Node<'a>>,
    /// The schemas of values of their own: those of members and elements.
    values: &'w mut Vec<Node<'a>>,
}

impl<'a> Walk<'_, 'a> {
    fn visit(&mut self, node: &Node<'a>, depth: usize, reader: &mut Reader<'a>) {
        if depth > DEPTH_MAX {
            reader.problems.push(
                node.problem(
                    ProblemCode::Unsupported,
                    format!("schemas nest deeper than {DEPTH_MAX}"),
                )
                .with_help("give the inner schemas names under components.schemas"),
            );
            return;
        }
        let version = reader.version(node);
        let map = match node.value() {
            Value::Object(map) => map,
            Value::Bool(_) if version >= Version::V3_1 => return,
            _ => {
                // Says what is wrong with the type.
                node.entries(&mut reader.problems);
                return;
            }
        };
        let refers = version == Version::V3_0 && map.contains_key("$ref");
        if version == Version::V3_0 {
            draft::rewrite(node, reader);
        }
        for name in map.keys() {
            // What stands beside a reference is ignored in 3.0, and was taken away.
            if refers && name != "$ref" {
                continue;
            }
            self.keyword(node, name, depth, reader);
        }
    }

    fn keyword(&mut self, node: &Node<'a>, name: &str, depth: usize, reader: &mut Reader<'a>) {
        let holds = export::holds(name);
        if holds.is_none() && !name.starts_with('$') && !TOLD.contains(&name) {
            return;
        }
        let Some(field) = node.get(name) else {
            return;
        };
        match (name, field.value()) {
            ("$ref", Value::String(target)) => {
                match reader.follow(&field, target, "schema") {
                    Some(found) => self.refer(node, target, found, reader),
                    // It is told; that the schema cannot be compiled for it would be the same twice.
                    None => reader.edit(node, name, None),
                }
            }
            ("$dynamicRef", Value::String(target)) => self.dynamic(node, target, reader),
            ("$id" | "$anchor" | "$dynamicAnchor", Value::String(_)) => {
                reader.edit(node, name, None);
            }
            ("$schema", _) => {
                check_dialect(&field, reader);
                reader.edit(node, name, None);
            }
            ("discriminator", _) => {
                self.open.extend(discriminator::check(&field, reader));
            }
            ("nullable", Value::Bool(_)) => of_3_0(
                &field,
                "write the type as a list, such as `type: [string, 'null']`",
                reader,
            ),
            ("exclusiveMinimum" | "exclusiveMaximum", Value::Bool(_)) => {
                let help = format!("write the bound itself, such as `{name}: 0`");
                of_3_0(&field, &help, reader);
            }
            _ => {
                for part in parts(&field, holds) {
                    let is_own = !export::is_in_place(name);
                    self.values.extend(is_own.then(|| part.clone()));
                    self.visit(&part, depth + 1, reader);
                }
            }
        }
    }

    /// Notes a reference: what it leads to is looked at later, and it is written as a pointer into the
    /// one tree, unless it is one already.
    fn refer(&mut self, node: &Node<'a>, target: &str, found: Node<'a>, reader: &mut Reader<'a>) {
        let place = reader.place(&found);
        let pointer = target
            .strip_prefix('#')
            .and_then(|it| Pointer::from_fragment(it).ok());
        if pointer.as_ref() != Some(&place) {
            let written = format!("#{}", place.to_fragment());
            reader.edit(node, "$ref", Some(Value::String(written)));
        }
        self.open.push(found);
    }

    /// A dynamic reference is written as a plain one, beside which it is noted when several schemas
    /// can be meant.
    fn dynamic(&mut self, node: &Node<'a>, target: &str, reader: &mut Reader<'a>) {
        let Some(field) = node.get("$dynamicRef") else {
            return;
        };
        let found = reader.follow(&field, target, "schema");
        reader.edit(node, "$dynamicRef", None);
        let Some(found) = found else {
            return;
        };
        let mut place = reader.place(node);
        let written = format!("#{}", reader.place(&found).to_fragment());
        if node.get("$ref").is_some() {
            // Both hold, so one of them moves in.
            let all = node.value().get("allOf").and_then(Value::as_array);
            let mut all = all.cloned().unwrap_or_default();
            place = place.join("allOf").index(all.len());
            all.push(json!({"$ref": written}));
            reader.edit(node, "allOf", Some(Value::Array(all)));
        } else {
            reader.edit(node, "$ref", Some(Value::String(written)));
        }
        if let Some(name) = dynamic_name(&found, target, reader) {
            reader.dynamic.insert(place, name);
        }
        self.open.push(found);
    }
}

/// The name of a dynamic reference to a schema, where several schemas have it.
fn dynamic_name(found: &Node<'_>, target: &str, reader: &Reader<'_>) -> Option<String> {
    let anchor = found.value().get("$dynamicAnchor")?.as_str()?;
    let (_, fragment) = target.split_once('#')?;
    let is_dynamic = anchor == fragment && reader.dynamic_anchors(anchor) > 1;
    is_dynamic.then(|| anchor.to_owned())
}

/// Why a schema is not looked through to its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Endless {
    /// It holds for the same value again.
    Circle,
    /// Too many schemas hold for the same value.
    TooMany,
}

impl Endless {
    /// It in words.
    pub(super) fn told(self, at: Location) -> Problem {
        match self {
            Self::Circle => {
                let message = "this schema refers to itself for the same value, so it says nothing";
                Problem::new(ProblemCode::ImpossibleOrder, at, message)
                    .with_help("take the reference out of the circle")
            }
            Self::TooMany => {
                let message = format!("more than {EXPANSIONS_MAX} schemas look at one value here");
                Problem::new(ProblemCode::Unsupported, at, message)
                    .with_help("refer to fewer schemas by `allOf`, `anyOf` and `oneOf`, here and in what is referred to")
            }
        }
    }
}

/// Keywords that hold no schema and about which something may have to be said.
const TOLD: [&str; 4] = [
    "nullable",
    "exclusiveMinimum",
    "exclusiveMaximum",
    "discriminator",
];

fn of_3_0<'a>(field: &Node<'a>, help: &str, reader: &mut Reader<'a>) {
    if reader.version(field) == Version::V3_0 {
        return;
    }
    let name = field.pointer().last().unwrap_or_default();
    let message = format!("`{name}` as a boolean is of OpenAPI 3.0 and says nothing here");
    let problem = field.problem(ProblemCode::InvalidValue, message);
    reader.problems.push(problem.with_help(help));
}

/// The schemas that a keyword holds.
fn parts<'a>(field: &Node<'a>, holds: Option<Holds>) -> Vec<Node<'a>> {
    // What is of another type is told when the schema is compiled.
    let mut elsewhere = Vec::new();
    match holds {
        Some(Holds::One) => vec![field.clone()],
        Some(Holds::List) => field.items(&mut elsewhere),
        Some(Holds::Map) => {
            let entries = field.entries(&mut elsewhere);
            entries.into_iter().map(|(_, part)| part).collect()
        }
        None => Vec::new(),
    }
}

/// Counts the schemas that look at the same value as this one. It ends at a circle, which never says
/// anything, and where there are too many; with the place that is to be told.
fn expand<'a>(
    node: &Node<'a>,
    path: &mut Vec<Node<'a>>,
    budget: &mut usize,
    reader: &Reader<'a>,
) -> Result<(), (Location, Endless)> {
    if path.iter().any(|it| std::ptr::eq(it.value(), node.value())) {
        return Err((node.location(), Endless::Circle));
    }
    if *budget == 0 {
        let start = path.first().unwrap_or(node);
        return Err((start.location(), Endless::TooMany));
    }
    *budget -= 1;
    if path.len() > DEPTH_MAX {
        return Ok(());
    }
    let Value::Object(map) = node.value() else {
        return Ok(());
    };
    path.push(node.clone());
    let in_place = |name: &String| name == "$dynamicRef" || export::is_in_place(name);
    for keyword in map.keys().filter(|name| in_place(name)) {
        let Some(field) = node.get(keyword) else {
            continue;
        };
        let is_reference = ["$ref", "$dynamicRef"].contains(&keyword.as_str());
        let referred = field.value().as_str().filter(|_| is_reference);
        let target = referred.and_then(|it| Some((it, reader.peek(&field, it)?)));
        // What means several schemas is looked at where it is known which (`dynamic`).
        let is_plain = |(text, found): &(&str, Node<'a>)| {
            keyword == "$ref" || dynamic_name(found, text, reader).is_none()
        };
        let target = target.filter(is_plain).map(|(_, found)| found);
        for part in target
            .into_iter()
            .chain(parts(&field, export::holds(keyword)))
        {
            expand(&part, path, budget, reader)?;
        }
    }
    path.pop();
    Ok(())
}
