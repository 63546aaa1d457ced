//! Which places of one step's requests and answers are secret: by the contract, by the security schemes,
//! by the names of the settings.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Telling;
use crate::contract::{
    Contract, MediaContent, Operation, Outline, ParameterPlace, SchemaUse, Spot,
};
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
    /// Whether anything names a secret at all: what nothing names need not be looked at.
    pub(super) names_any: bool,
}

impl<'g> Guide<'g> {
    /// That for a step.
    pub(super) fn of(telling: &'g Telling, record: &'g StepRecord) -> Self {
        let called = record.definition().call.operation();
        let contract = called.map_or(&*telling.contract, |(contract, _)| contract);
        Self {
            telling,
            contract,
            operation: called.map(|(_, operation)| operation),
            names_any: !telling.names.is_empty()
                || !contract.security_schemes.is_empty()
                || contract.has_secrets(),
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

    /// Whether the whole value is secret that a schema is about.
    pub(super) fn is_secret(&self, schema: &SchemaUse) -> bool {
        schema.has_secrets(self.contract) && schema.outline(self.contract).root().is_secret()
    }

    /// The scalars of a body that are secret: what leads to each, and what it is called.
    pub(super) fn scalars(
        &self,
        schema: Option<&SchemaUse>,
        value: &Value,
    ) -> BTreeMap<String, String> {
        let outline = self.secrets_of(schema);
        let mut found = BTreeMap::new();
        if self.looks_into(schema) {
            let spot = outline.map(|it| it.root());
            let is_secret = spot.as_ref().is_some_and(Spot::is_secret);
            let here = Here {
                spot,
                key: WHOLE,
                name: is_secret.then_some(WHOLE),
            };
            self.look(value, &here, (String::new(), &mut found));
        }
        found
    }

    /// Whether something may be secret in a body of one of these contents, whichever it is of.
    pub(super) fn looks_into_any(&self, contents: &[MediaContent]) -> bool {
        let schemas = contents.iter().flat_map(|it| [&it.schema, &it.item_schema]);
        let mut schemas = schemas.flatten();
        !self.telling.names.is_empty() || schemas.any(|it| it.has_secrets(self.contract))
    }

    /// Whether something in a body may be secret: what cannot be need not be read.
    pub(super) fn looks_into(&self, schema: Option<&SchemaUse>) -> bool {
        self.secrets_of(schema).is_some() || !self.telling.names.is_empty()
    }

    /// What the contract says of a body, where it says of something in it that it is secret.
    fn secrets_of<'s>(&self, schema: Option<&'s SchemaUse>) -> Option<&'s Outline> {
        let schema = schema.filter(|it| it.has_secrets(self.contract));
        schema.map(|it| it.outline(self.contract))
    }

    /// Looks at a value and at all below it.
    fn look(
        &self,
        value: &Value,
        here: &Here<'_>,
        (way, found): (String, &mut BTreeMap<String, String>),
    ) {
        let mut below = |token: &str, key: &str, value: &Value| {
            let spot = here.spot.as_ref().and_then(|it| it.child(token).ok());
            let spot = spot.filter(Spot::is_described);
            let is_secret = spot.as_ref().is_some_and(Spot::is_secret);
            let is_own = is_secret || value_is_named(self.telling, token, key);
            let next = Here {
                spot,
                key,
                name: here.name.or(is_own.then_some(key)),
            };
            self.look(value, &next, (step(&way, token), &mut *found));
        };
        match value {
            Value::Object(members) => {
                let members = members.iter();
                members.for_each(|(key, value)| below(key, key, value));
            }
            Value::Array(items) => {
                for (index, value) in items.iter().enumerate() {
                    below(&index.to_string(), here.key, value);
                }
            }
            _ => found.extend(here.name.map(|name| (way, name.to_owned()))),
        }
    }
}

/// Whether the settings name a member; an element has no name of its own.
fn value_is_named(telling: &Telling, token: &str, key: &str) -> bool {
    token == key && telling.is_named(key)
}

/// What a body as a whole is called.
pub(super) const WHOLE: &str = "body";

/// A value on the way down.
struct Here<'h> {
    /// What the contract says of it, where it does.
    spot: Option<Spot<'h>>,
    /// The name of the last member that leads to it.
    key: &'h str,
    /// What it is called, where it is secret.
    name: Option<&'h str>,
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
