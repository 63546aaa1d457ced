//! Which places of one step's requests and answers are secret: by the contract, by the security schemes,
//! by the names of the settings.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Telling;
use crate::contract::{Contract, Operation, ParameterPlace, SchemaUse, Spot};
use crate::http::{CredentialPlace, SecurityScheme};
use crate::transcript::StepRecord;

/// Whether it is asked or answered.
#[derive(Debug, Clone, Copy)]
pub(super) enum Side {
    /// A request.
    Asked,
    /// The answer, with its status.
    Answered(u16),
}

/// What is known of the places of one step.
pub(super) struct Guide<'g> {
    telling: &'g Telling,
    pub(super) contract: &'g Contract,
    pub(super) operation: Option<&'g Operation>,
}

impl<'g> Guide<'g> {
    /// That for a step.
    pub(super) fn of(telling: &'g Telling, record: &'g StepRecord) -> Self {
        let called = record.definition().call.operation();
        Self {
            telling,
            contract: called.map_or(&*telling.contract, |(contract, _)| contract),
            operation: called.map(|(_, operation)| operation),
        }
    }

    /// Whether the settings name it, or a parameter of that name and place is secret.
    pub(super) fn is_secret_field(&self, name: &str, place: ParameterPlace) -> bool {
        let is_same = |it: &String| match place {
            ParameterPlace::Header => it.eq_ignore_ascii_case(name),
            _ => it == name,
        };
        self.telling.names.iter().any(is_same) || {
            let parameter = self.operation.and_then(|it| it.parameter(name, place));
            let schema = parameter.and_then(|it| it.schema.as_ref());
            schema.is_some_and(|it| self.is_secret(it))
        }
    }

    /// Whether the whole value of a header field of a request or an answer is secret.
    pub(super) fn is_secret_header(&self, name: &str, side: Side) -> bool {
        if self.is_secret_field(name, ParameterPlace::Header) {
            return true;
        }
        let Side::Answered(status) = side else {
            return false;
        };
        let response = self.operation.and_then(|it| it.response(status));
        let mut headers = response.into_iter().flat_map(|it| &it.headers);
        let header = headers.find(|it| it.name.eq_ignore_ascii_case(name));
        let schema = header.and_then(|it| it.schema.as_ref());
        schema.is_some_and(|it| self.is_secret(it))
    }

    /// The security scheme whose credential goes to some place.
    pub(super) fn scheme(
        &self,
        is_it: impl Fn(&CredentialPlace) -> bool,
    ) -> Option<&'g SecurityScheme> {
        let mut schemes = self.contract.security_schemes.iter();
        schemes.find(|it| is_it(&it.place)).map(|it| &**it)
    }

    fn is_secret(&self, schema: &SchemaUse) -> bool {
        let outline = schema.outline(self.contract);
        outline.has_secrets() && outline.root().is_secret()
    }

    /// The scalars of a body that are secret: what leads to each, and what it is called.
    pub(super) fn scalars(
        &self,
        schema: Option<&SchemaUse>,
        value: &Value,
    ) -> BTreeMap<String, String> {
        let outline = schema.map(|it| it.outline(self.contract));
        let outline = outline.filter(|it| it.has_secrets());
        let mut found = BTreeMap::new();
        if outline.is_some() || !self.telling.names.is_empty() {
            let spot = outline.map(|it| it.root());
            self.look(value, (spot, None), (String::new(), &mut found));
        }
        found
    }

    /// Looks at a value and at all below it: what the contract says of it, and its name where it is secret.
    fn look(
        &self,
        value: &Value,
        (spot, name): (Option<Spot<'_>>, Option<&str>),
        (way, found): (String, &mut BTreeMap<String, String>),
    ) {
        let mut below = |token: &str, value: &Value, named: Option<&str>| {
            let child = spot.as_ref().and_then(|it| it.child(token).ok());
            let child = child.filter(Spot::is_described);
            let own = named.or_else(|| child.as_ref().filter(|it| it.is_secret()).map(|_| token));
            let next = (child, name.or(own));
            self.look(value, next, (step(&way, token), &mut *found));
        };
        match value {
            Value::Object(members) => {
                for (key, value) in members {
                    let is_named = self.telling.is_named(key);
                    below(key, value, is_named.then_some(key));
                }
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    below(&index.to_string(), value, None);
                }
            }
            _ => {
                let is_secret = || spot.as_ref().is_some_and(Spot::is_secret);
                let name = name.or_else(|| is_secret().then_some("value"));
                found.extend(name.map(|name| (way, name.to_owned())));
            }
        }
    }
}

/// What leads to a member or an element, as a text.
pub(super) fn step(way: &str, token: &str) -> String {
    format!("{way}/{}", token.replace('~', "~0").replace('/', "~1"))
}

/// All scalars of a value that say something, as texts.
pub(super) fn scalars(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) if text.is_empty() => {}
        Value::String(text) => found.push(text.clone()),
        Value::Number(number) => found.push(number.to_string()),
        Value::Bool(is_so) => found.push(is_so.to_string()),
        Value::Array(items) => items.iter().for_each(|it| scalars(it, found)),
        Value::Object(members) => members.values().for_each(|it| scalars(it, found)),
        Value::Null => {}
    }
}
