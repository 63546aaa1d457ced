//! Does `docs/x-countersign.schema.json` say of the extension key what the program does? Both are asked
//! about the same objects, and about those of the bundled scenarios.

use std::path::Path;
use std::sync::Arc;

use countersign::arazzo::Files;
use countersign::json::Pointer;
use countersign::schema::Schema;
use countersign::shell::files;
use countersign::source::Source;
use countersign::suite::{self, Folder, SourceText};
use serde_json::{Value, json};

use crate::support::root;

/// How large a scenario may be, in bytes.
const FILE_BYTES_MAX: usize = 1024 * 1024;

const CONTRACT: &str = r#"
openapi: 3.1.1
info: {title: Things, version: "1"}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
paths:
  /things:
    post:
      operationId: create
      security: [{token: []}]
      requestBody: {required: true, content: {application/json: {}, text/plain: {}}}
      responses: {"201": {description: made}}
  /things/{thing}:
    get:
      operationId: read
      parameters: [{name: thing, in: path, required: true, schema: {type: string}}]
      responses: {"200": {description: shown}}
"#;

struct NoFiles;

impl Files for NoFiles {
    fn load(&self, path: &str) -> Result<Arc<[u8]>, String> {
        match path {
            "rows.csv" => Ok(Arc::from(*b"name\none\n")),
            _ => Err(format!("there is no `{path}`")),
        }
    }
}

/// The part of the schema that is for one place.
fn schema(place: &str) -> Schema {
    let path = root().join("docs/x-countersign.schema.json");
    let text = files::load_text(&path, FILE_BYTES_MAX).expect("the schema is there");
    let mut document: Value = serde_json::from_str(&text).expect("it is JSON");
    document["$ref"] = format!("#/$defs/{place}").into();
    Schema::compile(&document).expect("it is a schema")
}

/// What the program says of a document that has the object at that place.
fn complaints(place: &str, object: &Value) -> Vec<String> {
    let at = |here: &str| {
        if here == place {
            json!({"x-countersign": object})
        } else {
            json!({})
        }
    };
    let merged = |mut value: Value, here: &str| {
        let own = at(here);
        for (name, member) in own.as_object().into_iter().flatten() {
            value[name.as_str()] = member.clone();
        }
        value
    };
    let payload = match object.get("raw") {
        Some(_) => json!("a text"),
        None => json!({"name": "a"}),
    };
    let body = json!({"contentType": "application/json", "payload": payload});
    let step = json!({
        "stepId": "make", "operationId": "create", "requestBody": merged(body, "requestBody"),
    });
    let input = merged(json!({"type": "string", "default": "dev"}), "input");
    let workflow = json!({
        "workflowId": "one", "steps": [merged(step, "step")],
        "inputs": {"type": "object", "properties": {"tag": input}},
    });
    let document = merged(
        json!({
            "arazzo": "1.0.1",
            "info": {"title": "T", "version": "1"},
            "sourceDescriptions": [{"name": "api", "url": "./openapi.yaml", "type": "openapi"}],
            "workflows": [merged(workflow, "workflow")],
        }),
        "document",
    );
    let text = |path: &str, text: String| SourceText {
        path: path.to_owned(),
        text,
    };
    let (_, problems) = suite::load(vec![Folder {
        api: "t".to_owned(),
        contract: text("specs/t/openapi.yaml", CONTRACT.to_owned()),
        scenarios: vec![text("specs/t/t.arazzo.json", document.to_string())],
        settings: None,
        others: Vec::new(),
        files: Box::new(NoFiles),
    }]);
    problems.into_iter().map(|it| it.message).collect()
}

fn volatile(rule: &Value) -> Value {
    json!({"snapshot": {"volatile": [rule]}})
}

/// Asks both about an object at a place.
fn agree(place: &str, object: &Value, right: bool) {
    let complaints = complaints(place, object);
    assert_eq!(
        (schema(place).is_valid(object), complaints.is_empty()),
        (right, right),
        "{place}: {object}: {complaints:?}"
    );
}

#[test]
fn they_agree_on_what_location_tells() {
    for (place, object, right) in [
        (
            "step",
            json!({"location": {"operationId": "read", "outputs": {"id": "thing"}}}),
            true,
        ),
        ("step", json!({"location": {"operationId": "read"}}), false),
        (
            "step",
            json!({"location": {"outputs": {"id": "thing"}}}),
            false,
        ),
        (
            "step",
            json!({"location": {"operationId": "read", "outputs": {"id": 1}}}),
            false,
        ),
        ("step", json!({"location": "read"}), false),
    ] {
        agree(place, &object, right);
    }
}

#[test]
fn the_schema_and_the_program_agree() {
    for (place, object, right) in [
        ("document", json!({}), true),
        ("document", json!({"tags": ["slow"]}), false),
        (
            "workflow",
            json!({"tags": ["slow"], "snapshot": {"body": "off"}}),
            true,
        ),
        ("workflow", json!({"as": "viewer"}), true),
        ("workflow", json!({"as": 1}), false),
        ("workflow", json!({"exclusive": "disk"}), true),
        ("workflow", json!({"exclusive": "a disk"}), false),
        (
            "workflow",
            json!({"cases": [{"name": "a", "inputs": {}}]}),
            true,
        ),
        ("workflow", json!({"cases": {"file": "rows.csv"}}), true),
        ("workflow", json!({"cases": []}), false),
        ("workflow", json!({"cases": [{"inputs": {}}]}), false),
        ("workflow", json!({"cases": [{"name": "a.b"}]}), false),
        (
            "workflow",
            json!({"cases": [{"name": "a", "seed": 1}]}),
            false,
        ),
        ("workflow", json!({"cases": {"path": "rows.csv"}}), false),
        ("step", json!({"redirect": "follow"}), true),
        ("step", json!({"redirect": "manual"}), true),
        ("step", json!({"redirect": "never"}), false),
        ("workflow", json!({"tags": "slow"}), false),
        ("workflow", json!({"tags": [1]}), false),
        ("workflow", json!({"always": true}), false),
        ("step", json!({"request": "invalid", "always": true}), true),
        ("step", json!({"as": "viewer", "without": ["token"]}), true),
        ("step", json!({"handshake": "refused"}), true),
        ("step", json!({"handshake": "done"}), false),
        ("step", json!({"within": 30}), false),
        ("step", json!({"without": "token"}), false),
        ("step", json!({"request": "valid"}), false),
        ("step", json!({"always": "yes"}), false),
        ("step", json!({"snapshot": "off"}), false),
        (
            "step",
            json!({"undo": {"operationId": "create", "requestBody": {"contentType": "application/json", "payload": {}}}}),
            true,
        ),
        ("step", json!({"undo": {}}), false),
        ("step", json!({"undo": "create"}), false),
        (
            "step",
            json!({"undo": {"operationId": "create", "always": true}}),
            false,
        ),
        ("input", json!({"runTag": true}), true),
        ("input", json!({}), true),
        ("input", json!({"runTag": "yes"}), false),
        ("input", json!({"tag": true}), false),
        ("requestBody", json!({"raw": true}), true),
        ("requestBody", json!({"literal": ["/name"]}), true),
        ("requestBody", json!({"raw": "yes"}), false),
        ("requestBody", json!({"literal": ["name"]}), false),
        ("requestBody", json!({"literal": "/name"}), false),
        ("requestBody", json!({"request": "invalid"}), false),
    ] {
        agree(place, &object, right);
    }
}

#[test]
fn they_agree_on_snapshots() {
    for (place, object, right) in [
        ("document", json!({"snapshot": {"body": "shape"}}), true),
        ("step", json!({"snapshot": {"body": "contract"}}), true),
        ("step", json!({"snapshot": {}}), true),
        ("step", json!({"snapshot": {"body": "all"}}), false),
        ("step", json!({"snapshot": {"header": []}}), false),
        ("step", json!({"snapshot": {"headers": ["X-Run"]}}), true),
        ("document", json!({"snapshot": {"headers": []}}), true),
        ("step", json!({"snapshot": {"headers": ["X Run"]}}), false),
        (
            "step",
            json!({"snapshot": {"headers": vec!["a"; 101]}}),
            false,
        ),
        (
            "workflow",
            volatile(&json!({"at": "$.a", "as": "a", "why": "w"})),
            true,
        ),
        (
            "step",
            volatile(&json!({"header": "A", "as": "a", "why": "w"})),
            true,
        ),
        ("step", volatile(&json!({"at": "$.a", "as": "a"})), false),
        (
            "step",
            volatile(&json!({"at": "$.a", "as": "a", "why": " "})),
            false,
        ),
        (
            "step",
            volatile(&json!({"at": "a", "as": "a", "why": "w"})),
            false,
        ),
        ("step", volatile(&json!({"as": "a", "why": "w"})), false),
        (
            "step",
            volatile(&json!({"at": "$.a", "header": "A", "as": "a", "why": "w"})),
            false,
        ),
        (
            "step",
            volatile(&json!({"at": "$.a", "as": "a", "why": "w", "operation": "o"})),
            false,
        ),
        (
            "document",
            json!({"snapshot": {"unordered": [{"at": "$"}]}}),
            true,
        ),
        (
            "step",
            json!({"snapshot": {"unordered": [{"at": "$.a", "by": "$.n"}]}}),
            true,
        ),
        (
            "step",
            json!({"snapshot": {"unordered": [{"by": "$.n"}]}}),
            false,
        ),
        (
            "step",
            json!({"snapshot": {"unordered": [{"at": "$", "by": "n"}]}}),
            false,
        ),
        ("step", json!({"snapshot": {"unordered": ["$"]}}), false),
    ] {
        agree(place, &object, right);
    }
}

#[test]
fn the_bundled_scenarios_satisfy_the_schema() {
    let specs = root().join("specs");
    let paths = files::list(&specs, 1).expect("it can be read");
    let mut found = 0;
    for path in paths
        .iter()
        .filter(|it| it.to_string_lossy().ends_with(".arazzo.yaml"))
    {
        found += check_file(path);
    }
    assert!(found > 50, "only {found} of the objects were found");
}

/// Checks every object of one file; how many there are.
fn check_file(path: &Path) -> usize {
    let text = files::load_text(path, FILE_BYTES_MAX).expect("it can be read");
    let source = Source::parse(&path.to_string_lossy(), text).expect("it is YAML");
    let document = source.value(&Pointer::root()).expect("it has a root");
    let mut found = check_object(document, "document");
    for workflow in items(document, "workflows") {
        found += check_object(workflow, "workflow");
        for step in items(workflow, "steps") {
            found += check_object(step, "step");
            found += step
                .get("requestBody")
                .map_or(0, |body| check_object(body, "requestBody"));
        }
    }
    found
}

fn items<'v>(value: &'v Value, name: &str) -> impl Iterator<Item = &'v Value> {
    value
        .get(name)
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
}

/// Checks the key of one object; 1 when it has the key.
fn check_object(value: &Value, place: &str) -> usize {
    let Some(object) = value.get("x-countersign") else {
        return 0;
    };
    assert!(schema(place).is_valid(object), "{place}: {object}");
    1
}
