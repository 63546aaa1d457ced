//! Secrets in what is kept for later: a journal of what was made, and a waiver that is written of a finding.

use std::fs;
use std::path::Path;

use serde_json::json;
use tempfile::TempDir;

use super::planted::{ADMIN, CREDENTIAL, PASSWORD, TOKEN};
use super::{call, demand_none, demand_none_in_files, demand_none_of, project};
use crate::stand_in::{self, Reply};
use crate::support::{Playground, read, write};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Shop, version: '1'}
security: [{bearerAuth: []}]
components:
  securitySchemes: {bearerAuth: {type: http, scheme: bearer}}
paths:
  /things:
    post:
      operationId: make
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {note: {type: string}}}
      responses:
        '201':
          description: d
          content:
            application/json:
              schema: {type: object, properties: {id: {type: string, format: password}}}
  /things/{id}:
    delete:
      operationId: remove
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'204': {description: d}, '404': {description: d}}
  /forget:
    post:
      operationId: forget
      requestBody:
        content:
          application/json:
            schema: {type: object, properties: {note: {type: string}}}
      responses: {'204': {description: d}}
";

const FLOWS: &str = "  - workflowId: hoard
    steps:
      - stepId: make
        operationId: make
        requestBody: {contentType: application/json, payload: {note: a}}
        outputs: {thing: $response.body#/id}
      - stepId: again
        operationId: make
        requestBody: {contentType: application/json, payload: {note: b}}
        x-countersign:
          undo:
            operationId: forget
            requestBody: {contentType: application/json, payload: {note: $steps.make.outputs.thing}}
";

/// The journals below a folder, as they stand there now.
fn journals(root: &Path) -> String {
    let folder = root.join(".countersign/journal");
    let Ok(entries) = fs::read_dir(folder) else {
        return String::new();
    };
    let paths = entries.map(|it| it.expect("an entry").path());
    paths.fold(String::new(), |all, path| all + &read(&path))
}

#[test]
fn a_secret_of_a_made_thing_is_in_no_journal() {
    // One is known before anything is sent, another by the contract once it is handed out.
    for planted in [CREDENTIAL, TOKEN] {
        let folder = TempDir::new().expect("a folder");
        let (root, seen) = (folder.path().to_owned(), folder.path().join("seen"));
        let (place, spied) = (root.join("project"), seen.clone());
        let id = planted.raw;
        let url = stand_in::start(Box::new(move |asked, _| {
            let now = journals(&place);
            if !now.is_empty() {
                write(&spied, &now);
            }
            if asked == "POST /things" {
                let mut made = Reply::json(json!({"id": id}).to_string());
                made.status = 201;
                return made;
            }
            // It takes nothing away, so that the journal stays.
            let mut refused = Reply::json("{}");
            refused.status = 500;
            refused
        }));
        let shop = project(&url, FLOWS);
        write(&shop.file("openapi.yaml"), CONTRACT);
        let root = root.join("project");
        fs::rename(shop.root(), &root).expect("a folder of the test's own");
        let ran = call(
            &root,
            &[
                "run",
                "--target",
                "staging",
                "--update",
                "new",
                "--no-record",
            ],
        );
        assert!(ran.out.contains("possible leftovers"), "{}", ran.story());
        let kept = journals(&root);
        assert!(kept.matches("\"undo\":{").count() > 1, "{kept}");
        for (what, text) in [
            ("the journal while the flow is played", read(&seen)),
            ("the journal", kept),
        ] {
            demand_none_of(&[CREDENTIAL, TOKEN], what, &text);
            assert!(
                text.contains("(credential:bearerAuth)") || text.contains("(secret:id)"),
                "{what}: {text}"
            );
        }
        demand_none("what is told", &ran.story());
        let ran = call(&root, &["cleanup", "--target", "staging"]);
        demand_none_of(
            &[CREDENTIAL, PASSWORD, ADMIN, TOKEN],
            "cleanup",
            &ran.story(),
        );
        demand_none_in_files(&root);
    }
}

/// A run that finds fields which are not declared, of these names.
fn found(names: &[&str]) -> Playground {
    let mut body = json!({"count": 1});
    for name in names {
        body[name] = 1.into();
    }
    let body = body.to_string();
    let url = stand_in::start(Box::new(move |_, _| Reply::json(body.clone())));
    let shop = project(&url, super::ECHO);
    let ran = call(
        shop.root(),
        &["run", "--target", "staging", "--update", "new"],
    );
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    shop
}

const ADD: [&str; 7] = [
    "waivers",
    "add",
    "shop::echo/echo#undeclared-field",
    "--reason",
    "it is known",
    "--owner",
    "shop team",
];

#[test]
fn a_secret_is_in_no_waiver() {
    for secret in [CREDENTIAL.raw, "x cr3d/of+shop&co\"x1 y"] {
        let shop = found(&[secret]);
        let settings = shop.file("api.toml");
        let before = read(&settings);
        let ran = call(shop.root(), &ADD);
        assert_eq!(ran.code, Some(2), "{}", ran.story());
        assert!(
            ran.err.contains("a secret is a part of it"),
            "{}",
            ran.story()
        );
        demand_none("what is told", &ran.story());
        assert_eq!(read(&settings), before);
        // A place is written with `~1` for a slash, and so would the secret be.
        let report = format!("json={}", shop.root().join("report.json").display());
        let record = call(shop.root(), &["report", "latest", "--report", &report]);
        assert_eq!(record.code, Some(0), "{}", record.story());
        for name in demand_none_in_files(shop.root()) {
            assert!(!read(Path::new(&name)).contains("cr3d~1of"), "{name}");
        }
    }
}

#[test]
fn a_waiver_without_a_secret_is_written_beside_one() {
    let shop = found(&["colour"]);
    let ran = call(shop.root(), &ADD);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    let settings = read(&shop.file("api.toml"));
    assert!(settings.contains("at = \"/colour\""), "{settings}");
    demand_none("api.toml", &settings);
    let ran = call(shop.root(), &["check"]);
    assert!(
        !ran.err.contains("the contract has no place"),
        "{}",
        ran.story()
    );
    let ran = call(shop.root(), &["run", "--target", "staging"]);
    assert!(ran.out.contains("1 waived"), "{}", ran.story());
}
