//! The schemas of a contract as files, for use outside: one for each request body, response body and
//! shared schema.

use serde_json::{Map, Value};

use super::export::{self, Direction};
use super::{Contract, MediaContent, Operation, SchemaUse};
use crate::json::Pointer;

/// One exported schema.
#[derive(Debug, Clone, PartialEq)]
pub struct SchemaFile {
    /// Its path below the folder of all schemas, such as `qappctl-shim/listImages.200.response.json`.
    pub path: String,
    /// The schema.
    pub document: Value,
}

/// The dialect that all exported schemas are written in.
const DIALECT: &str = "https://json-schema.org/draft/2020-12/schema";

/// The base of every `$id`. The name is reserved for examples (`RFC 2606 §2`), so that it can never
/// come to name something else; nothing is ever fetched from it.
const BASE: &str = "https://countersign.example/schemas/";

/// The schemas of a contract, ordered by path.
pub fn files(contract: &Contract) -> Vec<SchemaFile> {
    let mut files = Vec::new();
    for operation in &contract.operations {
        if let Some(body) = &operation.request_body {
            export_content(contract, operation, "request", &body.content, &mut files);
        }
        for response in &operation.responses {
            let kind = format!("{}.response", response.status);
            export_content(contract, operation, &kind, &response.content, &mut files);
        }
    }
    for (name, pointer) in &contract.schemas {
        let title = format!("{name} of {}", contract.title);
        let path = format!("{}/components/{}.json", contract.api, file_name(name));
        files.push(file(
            contract,
            &(pointer.clone(), Direction::Neutral),
            path,
            &title,
        ));
    }
    files.sort_by(|left, right| left.path.cmp(&right.path));
    files
}

fn export_content(
    contract: &Contract,
    operation: &Operation,
    kind: &str,
    content: &[MediaContent],
    files: &mut Vec<SchemaFile>,
) {
    let described: Vec<(&MediaContent, &SchemaUse)> = content
        .iter()
        .filter_map(|it| Some((it, it.schema.as_ref()?)))
        .collect();
    let several = described.len() > 1;
    for (entry, schema) in described {
        let media = if several {
            format!(".{}", file_name(&entry.range.to_string()))
        } else {
            String::new()
        };
        let name = file_name(&operation.id);
        let path = format!("{}/{name}.{kind}{media}.json", contract.api);
        let title = format!("{kind} of {} ({})", operation.id, entry.range);
        let place = (schema.pointer.clone(), schema.direction);
        files.push(file(contract, &place, path, &title));
    }
}

fn file(
    contract: &Contract,
    (pointer, direction): &(Pointer, Direction),
    path: String,
    title: &str,
) -> SchemaFile {
    let bundle = export::bundle(contract, pointer, *direction, false);
    let mut document = Map::new();
    document.insert("$schema".to_owned(), Value::from(DIALECT));
    document.insert("$id".to_owned(), Value::from(format!("{BASE}{path}")));
    match bundle.document {
        Value::Object(schema) => {
            if !schema.contains_key("title") {
                document.insert("title".to_owned(), Value::from(title));
            }
            document.extend(schema);
        }
        // `false` is the one schema that is no object and still forbids something.
        Value::Bool(false) => {
            document.insert("not".to_owned(), Value::Object(Map::new()));
        }
        _ => {}
    }
    SchemaFile {
        path,
        document: Value::Object(document),
    }
}

/// A name that is a file's name everywhere.
fn file_name(name: &str) -> String {
    let plain = |c: char| {
        if c.is_ascii_alphanumeric() || "-_.".contains(c) {
            c
        } else {
            '-'
        }
    };
    name.chars().map(plain).collect()
}
