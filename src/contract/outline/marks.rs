//! What else a schema says of a place: formats, lists whose elements have places of their own, and which
//! member tells several schemas apart.

use serde_json::{Map, Value};

use super::{Spot, list};
use crate::contract::Contract;
use crate::json::Pointer;

/// Whether a schema says of itself that its values are secret: a password, or something that is sent and
/// never said back.
fn is_secret(schema: &Map<String, Value>) -> bool {
    let is_password = schema.get("format").is_some_and(|it| it == "password");
    is_password || schema.get("writeOnly") == Some(&Value::Bool(true))
}

/// Whether some schema in a document does.
pub(in crate::contract) fn has_secrets(document: &Value) -> bool {
    match document {
        Value::Object(map) => is_secret(map) || map.values().any(has_secrets),
        Value::Array(items) => items.iter().any(has_secrets),
        _ => false,
    }
}

impl<'o> Spot<'o> {
    /// Every schema that looks at this place, in some choice, with its place in the contract; each once.
    pub fn schemas(&self) -> Vec<(Pointer, &'o Map<String, Value>)> {
        let mut found: Vec<(&Pointer, &'o Map<String, Value>)> = Vec::new();
        for (place, map) in self.choices.iter().flatten().flatten() {
            if !found.iter().any(|(known, _)| *known == place) {
                found.push((place, map));
            }
        }
        let bundle = &self.outline.bundle;
        found
            .into_iter()
            .map(|(place, map)| (bundle.origin(place), map))
            .collect()
    }

    /// Whether the contract says in some choice that a value here is secret.
    pub fn is_secret(&self) -> bool {
        let mut schemas = self.choices.iter().flatten().flatten();
        schemas.any(|(_, map)| is_secret(map))
    }

    /// The formats that the contract gives to this place, when it gives one in every choice.
    pub fn formats(&self) -> Option<Vec<&'o str>> {
        let format = |map: &'o Map<String, Value>| map.get("format")?.as_str();
        let choices = self.choices.as_ref()?.iter();
        let formats = choices.map(|choice| choice.iter().find_map(|(_, map)| format(map)));
        let formats: Vec<&str> = formats.collect::<Option<_>>()?;
        (!formats.is_empty()).then_some(formats)
    }

    /// Whether only the server writes what is here, whatever the choice (`readOnly`).
    pub fn is_read_only(&self) -> bool {
        let says = |map: &Map<String, Value>| map.get("readOnly") == Some(&Value::Bool(true));
        let choices = self.choices.as_deref().unwrap_or_default();
        let mut each = choices.iter().map(|it| it.iter().any(|(_, map)| says(map)));
        !choices.is_empty() && each.all(|it| it)
    }

    /// Whether the contract says in every choice what stands at which place of an array.
    pub fn is_tuple(&self) -> bool {
        let is_one = |map: &Map<String, Value>| list(map, "prefixItems").len() > 1;
        let choices = self.choices.as_deref().unwrap_or_default();
        let mut each = choices
            .iter()
            .map(|choice| choice.iter().any(|(_, map)| is_one(map)));
        !choices.is_empty() && each.all(|it| it)
    }

    /// Whether the member of that name says in every choice for which of several schemas a value here is
    /// meant (`OpenAPI 3.1 §4.8.25`).
    pub fn is_told_apart_by(&self, name: &str, contract: &Contract) -> bool {
        let tells = |place: &Pointer| {
            let place = self.outline.bundle.origin(place);
            let schema = place.lookup(contract.document());
            let discriminator = schema.and_then(|it| it.get("discriminator"));
            let member = discriminator.and_then(|it| it.get("propertyName"));
            member.and_then(Value::as_str) == Some(name)
        };
        let choices = self.choices.as_deref().unwrap_or_default();
        let mut each = choices
            .iter()
            .map(|choice| choice.iter().any(|(place, _)| tells(place)));
        !choices.is_empty() && each.all(|it| it)
    }
}
