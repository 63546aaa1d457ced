//! How the texts of a form are read: found out from its schema once, since forms are read often.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value};

use super::{Reading, held, spelt};
use crate::contract::{Contract, SchemaUse};
use crate::json::Pointer;

/// How the fields of a form are read.
#[derive(Debug)]
pub(in crate::contract) struct FormShape {
    fields: BTreeMap<String, Field>,
    /// Those that the schema does not name.
    others: Field,
}

/// How a field is read.
#[derive(Debug, Clone, Copy)]
struct Field {
    /// Whether it holds a list, to which each field of that name adds.
    is_list: bool,
    /// Whether what it holds may be a text; nothing else is then read out of it.
    is_text: bool,
}

impl FormShape {
    /// How a schema reads forms.
    pub(in crate::contract) fn of(contract: &Contract, schema: &Pointer) -> Self {
        let reading = Reading::new(contract);
        let schema = schema.lookup(reading.document);
        let all = reading.in_place(schema.unwrap_or(&Value::Bool(true)));
        let named = held(&all, &["properties"], None).into_iter();
        let names: BTreeSet<&String> = named
            .filter_map(Value::as_object)
            .flat_map(Map::keys)
            .collect();
        let fields = names.into_iter().map(|name| {
            let own = held(&all, &["properties"], Some(name));
            (name.clone(), Field::of(reading, &own))
        });
        let others = held(&all, &["additionalProperties"], None);
        Self {
            fields: fields.collect(),
            others: Field {
                is_list: false,
                is_text: reading.may_be_text(&others),
            },
        }
    }

    /// Each name with its text, or with a list of them where the schema wants one.
    fn read(&self, pairs: &[(String, String)]) -> Value {
        let mut fields: Map<String, Value> = Map::new();
        for (name, text) in pairs {
            let field = self.fields.get(name).unwrap_or(&self.others);
            let value = spelt(text, field.is_text);
            match fields.get_mut(name) {
                Some(Value::Array(list)) if field.is_list => list.push(value),
                // Sent more than once, and not wanted more than once: the schema will say so.
                Some(before) => *before = Value::Array(vec![before.take(), value]),
                None if field.is_list => {
                    fields.insert(name.clone(), Value::Array(vec![value]));
                }
                None => {
                    fields.insert(name.clone(), value);
                }
            }
        }
        Value::Object(fields)
    }
}

impl Field {
    /// One that all of these schemas look at.
    fn of<'c>(reading: Reading<'c>, schemas: &[&'c Value]) -> Self {
        let types = |it: &&'c Value| reading.types(it);
        let is_list = schemas.iter().any(|it| types(it).contains("array"));
        let is_text = if is_list {
            let parts = schemas.iter();
            let items = parts.flat_map(|it| reading.parts(it, &["items"], None));
            reading.may_be_text(&items.collect::<Vec<_>>())
        } else {
            reading.may_be_text(schemas)
        };
        Self { is_list, is_text }
    }
}

impl Reading<'_> {
    /// A form: each name with its text, or with a list of them where the schema wants one.
    pub fn form(self, pairs: &[(String, String)], schema: &SchemaUse) -> Value {
        schema.form_shape(self.contract).read(pairs)
    }
}
