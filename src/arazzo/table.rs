//! Tables of cases: a workflow that is played once for each row, with the inputs of the row.
//!
//! The rows stand in the document (`cases: [{name, inputs}]`), or in a file of the API's folder: YAML or
//! JSON with the same list, or CSV with a column `name` and one for each input.

mod csv;

use serde_json::{Map, Value};

use super::document::Document;
use super::extension;
use super::outline::{find_schema, input_names};
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::Row;
use crate::source::{Location, Source};

/// How many rows a table may have.
const ROWS_MAX: usize = 1_000;

/// Reads the rows of a workflow's table.
pub(super) fn lower(
    field: &Node<'_>,
    workflow: &Node<'_>,
    document: &Document<'_>,
    problems: &mut Vec<Problem>,
) -> Vec<Row> {
    if !field.value().is_object() {
        return listed(field, workflow, problems);
    }
    field.exactly(&["file"], problems);
    let Some(named) = field.require("file", problems) else {
        return Vec::new();
    };
    let Some(path) = named.text(problems) else {
        return Vec::new();
    };
    let loaded = document.surroundings.files.load(path);
    let text = loaded.and_then(|bytes| {
        let text = String::from_utf8(bytes.to_vec());
        text.map_err(|_| "it is no text in UTF-8".to_owned())
    });
    let text = match text {
        Ok(text) => text,
        Err(why) => {
            problems.push(
                named
                    .problem(ProblemCode::UnusableFile, format!("`{path}`: {why}"))
                    .with_help("paths are relative to the folder of the API"),
            );
            return Vec::new();
        }
    };
    let folder = field.source().path().rsplit_once('/');
    let shown = folder.map_or_else(|| path.to_owned(), |(folder, _)| format!("{folder}/{path}"));
    match path.rsplit_once('.').map(|(_, ending)| ending) {
        Some("csv") => from_csv(&shown, &text, workflow, problems),
        Some("json" | "yaml" | "yml") => match Source::parse(&shown, text) {
            Ok(source) => listed(&Node::root(&source), workflow, problems),
            Err(faults) => {
                problems.extend(faults.into_iter().map(Problem::from));
                Vec::new()
            }
        },
        _ => {
            problems.push(
                named
                    .problem(ProblemCode::UnusableFile, format!("`{path}` is no table"))
                    .with_help("name a file that ends with .csv, .json or .yaml"),
            );
            Vec::new()
        }
    }
}

/// The rows of a list of `{name, inputs}`.
fn listed(list: &Node<'_>, workflow: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<Row> {
    let known = input_names(workflow);
    let mut rows: Vec<Row> = Vec::new();
    let items = list.items(problems);
    if list.value().is_array() {
        check_count(items.len(), &list.location(), problems);
    }
    for item in items.iter().take(ROWS_MAX) {
        item.exactly(&["name", "inputs"], problems);
        let name = item.require("name", problems);
        let name = name.and_then(|it| extension::name(&it, problems));
        let mut inputs = Map::new();
        for (input, value) in item.get_entries("inputs", problems) {
            if !known.iter().any(|it| it == input) {
                let known = known.iter().map(String::as_str);
                let place = value.key_location();
                problems.push(Problem::unknown_reference(place, "input", input, known));
            }
            inputs.insert(input.to_owned(), value.value().clone());
        }
        if let Some(name) = name {
            push(Row { name, inputs }, &item.location(), &mut rows, problems);
        }
    }
    rows
}

/// The rows of a text with a column `name` and one for each input that it gives.
fn from_csv(path: &str, text: &str, workflow: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<Row> {
    let at = |line: usize| Location::at_line(path, text.to_owned(), line);
    let (header, records) =
        match csv::read(text) {
            Ok(read) => read,
            Err((line, why)) => {
                problems.push(Problem::new(ProblemCode::Syntax, at(line), why).with_help(
                    "write it as RFC 4180 says: commas, and quotes around what holds any",
                ));
                return Vec::new();
            }
        };
    let known = input_names(workflow);
    for column in header.iter().filter(|it| *it != "name") {
        if !known.contains(column) {
            let known = known.iter().map(String::as_str);
            problems.push(Problem::unknown_reference(at(1), "input", column, known));
        }
    }
    let Some(name_column) = header.iter().position(|it| it == "name") else {
        problems.push(
            Problem::new(
                ProblemCode::MissingField,
                at(1),
                "there is no column `name`",
            )
            .with_help("give each row a name of its own"),
        );
        return Vec::new();
    };
    check_count(records.len(), &at(1), problems);
    let mut rows: Vec<Row> = Vec::new();
    for (line, record) in records.into_iter().take(ROWS_MAX) {
        let name = record[name_column].clone();
        if !extension::is_name(&name) {
            problems.push(
                Problem::new(
                    ProblemCode::InvalidValue,
                    at(line),
                    format!("`{name}` is no name"),
                )
                .with_help("use letters, digits, `-` and `_`"),
            );
            continue;
        }
        let mut inputs = Map::new();
        let cells = header.iter().zip(record);
        // An empty cell leaves the input to its default.
        for (column, cell) in cells.filter(|(column, cell)| *column != "name" && !cell.is_empty()) {
            inputs.insert(column.clone(), typed(cell, column, workflow));
        }
        push(Row { name, inputs }, &at(line), &mut rows, problems);
    }
    rows
}

/// A cell as the schema of its input wants it: a text, unless it wants something else that the cell is.
fn typed(cell: String, input: &str, workflow: &Node<'_>) -> Value {
    let schema = workflow.get("inputs");
    let reference = schema.as_ref().and_then(|it| it.get("$ref"));
    let reference = reference.and_then(|it| it.value().as_str());
    let schema = match reference {
        Some(reference) => find_schema(workflow.source(), reference),
        None => schema,
    };
    let property = schema.and_then(|it| it.get("properties")?.get(input));
    let wanted = property.and_then(|it| it.get("type"));
    let wants_text = wanted.is_none_or(|it| {
        let list = it.value().as_array();
        it.value() == "string" || list.is_some_and(|list| list.contains(&"string".into()))
    });
    match serde_json::from_str(&cell) {
        Ok(value) if !wants_text => value,
        _ => Value::String(cell),
    }
}

fn check_count(count: usize, place: &Location, problems: &mut Vec<Problem>) {
    let message = match count {
        0 => "a table has at least one row".to_owned(),
        _ if count > ROWS_MAX => {
            format!("a table has at most {ROWS_MAX} rows, and this has {count}")
        }
        _ => return,
    };
    problems.push(
        Problem::new(ProblemCode::InvalidValue, place.clone(), message)
            .with_help("each row is a case of its own"),
    );
}

/// Adds a row, whose name no other one has.
fn push(row: Row, place: &Location, rows: &mut Vec<Row>, problems: &mut Vec<Problem>) {
    // Names that differ by case alone are one file on some disks.
    let twin = rows
        .iter()
        .any(|it| it.name.eq_ignore_ascii_case(&row.name));
    if twin {
        let message = format!("there are two cases `{}`", row.name);
        problems.push(
            Problem::new(ProblemCode::DuplicateName, place.clone(), message)
                .with_help("give each case of a workflow its own name"),
        );
    } else {
        rows.push(row);
    }
}
