//! The resources of a contract: what is made at one path, and read, changed and taken away at another that
//! ends in its name.
//!
//! By what name the server knows a new one is looked for, in this order: in the links of the answer, in the
//! answer's body, in its `Location`, in what was sent.

use serde_json::Value;

use super::request::{DraftBody, json_schema, success};
use crate::contract::{
    Contract, Lifecycle, Operation, ParameterPlace, Response, Spot, Types, names_of_identifier,
};
use crate::json::Pointer;
use crate::scenario::{Expression, Part, Root};

/// How many names are looked at for an identifier.
const NAMES_MAX: usize = 500;

/// Something that can be made.
#[derive(Debug)]
pub(super) struct Resource<'c> {
    /// What it is called in names of steps, such as `pet`.
    pub(super) name: String,
    /// The path of one of them, such as `/pets/{petId}`.
    pub(super) item: String,
    /// The name of the path's last variable.
    pub(super) variable: String,
    /// What makes one.
    pub(super) create: &'c Operation,
    /// What lists them.
    pub(super) list: Option<&'c Operation>,
    /// What reads one.
    pub(super) read: Option<&'c Operation>,
    /// What changes one.
    pub(super) update: Option<&'c Operation>,
    /// What takes one away.
    pub(super) delete: Option<&'c Operation>,
    /// By what the new one is known.
    pub(super) identity: Identity,
}

/// Where the name of a new resource is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Identity {
    /// An expression over the exchange that made it; whether the contract says so itself.
    Answer(String, bool),
    /// It is sent, at this place of the body.
    Sent(Pointer),
    /// It is sent, in the path.
    Path,
    /// `Location` of the answer ends in it (`RFC 9110 §10.2.2`); with the place at which reading the new one
    /// shows it, where the contract declares one.
    Location(Option<Pointer>),
}

/// The resources of a contract; with what cannot be made a flow of, and why.
pub(super) fn resources(contract: &Contract) -> (Vec<Resource<'_>>, Vec<String>) {
    let (mut found, mut notes): (Vec<Resource<'_>>, Vec<String>) = (Vec::new(), Vec::new());
    for life in contract.lifecycles() {
        let Lifecycle {
            item,
            collection,
            variable,
            create,
            ..
        } = life;
        let identity = if life.is_named_by_client {
            Some(Identity::Path)
        } else {
            identity(contract, create, variable, life.read)
        };
        let Some(identity) = identity else {
            notes.push(format!(
                "{} {collection} makes something that {item} names, and neither what is sent nor what is \
                 answered says by which `{variable}`.",
                create.method,
            ));
            continue;
        };
        found.push(Resource {
            name: String::new(),
            item: item.to_owned(),
            variable: variable.to_owned(),
            create,
            list: life.list,
            read: life.read,
            update: life.patch.or(life.replace),
            delete: life.delete,
            identity,
        });
    }
    found.retain(|it| it.read.is_some() || it.delete.is_some() || it.update.is_some());
    let names = names(&found);
    for (resource, name) in found.iter_mut().zip(names) {
        resource.name = name;
    }
    (found, notes)
}

/// A name for each: the last word of its path, with the words before where one is not enough.
fn names(resources: &[Resource<'_>]) -> Vec<String> {
    let words = |resource: &Resource<'_>| {
        let segments = resource.item.split('/');
        let plain = segments.filter(|it| !it.is_empty() && !it.contains('{'));
        plain.map(str::to_owned).collect::<Vec<_>>()
    };
    let all: Vec<Vec<String>> = resources.iter().map(words).collect();
    let mut names: Vec<String> = Vec::new();
    for own in &all {
        let lengths = 1..=own.len();
        let candidates = lengths.map(|length| {
            let mut taken = own[own.len() - length..].to_vec();
            if let Some(last) = taken.last_mut() {
                *last = singular(last);
            }
            camel_case(&taken.join("-"))
        });
        let is_free = |name: &String| !name.is_empty() && !names.contains(name);
        let name = candidates.into_iter().find(is_free);
        names.push(name.unwrap_or_else(|| format!("thing{}", names.len() + 1)));
    }
    names
}

/// A word for one of several.
fn singular(word: &str) -> String {
    match word {
        it if it.ends_with("ies") && it.len() > 4 => format!("{}y", &it[..it.len() - 3]),
        it if ["ses", "xes", "zes", "ches", "shes"]
            .iter()
            .any(|end| it.ends_with(end)) =>
        {
            it[..it.len() - 2].to_owned()
        }
        it if it.ends_with('s') && !it.ends_with("ss") && it.len() > 2 => {
            it[..it.len() - 1].to_owned()
        }
        it => it.to_owned(),
    }
}

/// A name of letters and digits that begins with a small letter.
pub(super) fn camel_case(text: &str) -> String {
    let mut name = String::new();
    let mut raise = false;
    for letter in text.chars() {
        if !letter.is_ascii_alphanumeric() {
            raise = !name.is_empty();
        } else if raise {
            name.push(letter.to_ascii_uppercase());
            raise = false;
        } else if name.is_empty() {
            name.push(letter.to_ascii_lowercase());
        } else {
            name.push(letter);
        }
    }
    if name.starts_with(|it: char| it.is_ascii_digit()) {
        name.insert(0, 'n');
    }
    name
}

/// By what the server knows what an operation makes.
fn identity(
    contract: &Contract,
    create: &Operation,
    variable: &str,
    read: Option<&Operation>,
) -> Option<Identity> {
    let (answer, _) = success(create)?;
    let linked = read.and_then(|read| linked(contract, answer, read, variable));
    if let Some(text) = linked {
        return Some(Identity::Answer(text, true));
    }
    let wanted = parameter_types(contract, read.unwrap_or(create), variable);
    let names = names_of_identifier(variable);
    if let Some(schema) = json_schema(answer) {
        let root = schema.outline(contract).root();
        if let Some(pointer) = named_place(&root, &names, wanted) {
            return Some(Identity::Answer(format!("$response.body#{pointer}"), false));
        }
    }
    if tells_location(create) {
        let shown = read.and_then(|read| json_schema(success(read)?.0));
        let place = shown.and_then(|schema| {
            let root = schema.outline(contract).root();
            named_place(&root, &names, Types::STRING)
        });
        return Some(Identity::Location(place));
    }
    let body = super::request::body(contract, create).ok()??;
    sent_place(&body, &names).map(Identity::Sent)
}

/// Whether the answer says in a header where the new one is (`RFC 9110 §10.2.2`).
fn tells_location(create: &Operation) -> bool {
    let answer = success(create).map(|(answer, _)| answer);
    let headers = answer.into_iter().flat_map(|it| &it.headers);
    headers
        .into_iter()
        .any(|it| it.name.eq_ignore_ascii_case("location"))
}

/// What the contract itself says: a link from the answer to the operation that reads the new one.
fn linked(
    contract: &Contract,
    answer: &Response,
    read: &Operation,
    variable: &str,
) -> Option<String> {
    let answer = answer.pointer.lookup(contract.document())?;
    let links = answer.get("links")?.as_object()?;
    links.values().find_map(|link| {
        let id = link.get("operationId").and_then(Value::as_str);
        let reference = link.get("operationRef").and_then(Value::as_str);
        let place = reference.and_then(|it| Pointer::from_fragment(it.strip_prefix('#')?).ok());
        if id != Some(&read.id) && place.as_ref() != Some(&read.pointer) {
            return None;
        }
        let parameters = link.get("parameters")?;
        let qualified = format!("path.{variable}");
        let text = parameters
            .get(variable)
            .or_else(|| parameters.get(&qualified));
        let expression = Expression::parse(text?.as_str()?).ok()?;
        let is_read = matches!(
            expression.root,
            Root::Response(_) | Root::Request(Part::Body | Part::Path(_) | Part::Query(_))
        );
        is_read.then(|| expression.as_str().to_owned())
    })
}

/// The types that a path parameter takes.
fn parameter_types(contract: &Contract, operation: &Operation, variable: &str) -> Types {
    let parameter = operation.parameter(variable, ParameterPlace::Path);
    let schema = parameter.and_then(|it| it.schema.as_ref());
    schema.map_or(Types::ALL, |it| it.outline(contract).root().types())
}

/// The place of an identifier in an answer: at its top, or one object below.
fn named_place(root: &Spot<'_>, names: &[String], wanted: Types) -> Option<Pointer> {
    let structured = Types::ARRAY.or(Types::OBJECT);
    let declared = root.names();
    let below = declared.iter().take(NAMES_MAX).filter_map(|name| {
        let place = Pointer::root().join(name);
        let is_object = root.at(&place).is_ok_and(|it| it.types() == Types::OBJECT);
        is_object.then_some(place)
    });
    let places: Vec<Pointer> = [Pointer::root()].into_iter().chain(below).collect();
    let pairs = places
        .iter()
        .flat_map(|place| names.iter().map(move |name| place.join(name)));
    let mut found = pairs.filter(|pointer| {
        let parent = pointer.parent().unwrap_or_default();
        let is_declared = root.at(&parent).is_ok_and(|it| {
            let last = pointer.last().unwrap_or_default();
            it.names().iter().any(|name| *name == last)
        });
        let types = root.at(pointer).map_or(Types::NONE, |it| it.types());
        let plain = types.without(structured).without(Types::NULL);
        // A number in a body is a text in a path.
        let agrees = plain.holds(wanted) || wanted.holds(Types::STRING);
        is_declared && plain != Types::NONE && agrees
    });
    found.next()
}

/// The place of an identifier in what is sent.
fn sent_place(body: &DraftBody, names: &[String]) -> Option<Pointer> {
    let members = body.payload.as_object()?;
    let below = members.iter().filter(|(_, it)| it.is_object());
    let below = below.map(|(name, _)| Pointer::root().join(name));
    let places: Vec<Pointer> = [Pointer::root()].into_iter().chain(below).collect();
    let mut pairs = places
        .iter()
        .flat_map(|place| names.iter().map(move |name| place.join(name)));
    pairs.find(|pointer| {
        let value = pointer.lookup(&body.payload);
        value.is_some_and(|it| (it.is_string() && *it != "") || it.is_number())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_those_of_one_thing() {
        for (text, expected) in [
            ("pets", "pet"),
            ("policies", "policy"),
            ("boxes", "box"),
            ("status", "statu"),
            ("class", "class"),
            ("as", "as"),
        ] {
            assert_eq!(singular(text), expected);
        }
        for (text, expected) in [
            ("order-items", "orderItems"),
            ("API keys", "aPIKeys"),
            ("2fa", "n2fa"),
            ("--", ""),
            ("über", "ber"),
        ] {
            assert_eq!(camel_case(text), expected);
        }
    }
}
