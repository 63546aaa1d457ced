//! Is a target reached by the version of HTTP, the name and the proxy that `api.toml` says? The server speaks
//! HTTP/2 and HTTP/1.1 over TLS, and its certificate is for `localhost`.

mod dead_proxy;
mod http2;
mod names;
mod proxy;
mod server;

use std::path::Path;

use crate::support::{self, Playground, Ran, write};
use countersign::http::{Headers, Request, Response};
use countersign::shell::client::{Client, Keyring};
use countersign::shell::clock::SystemClock;
use countersign::shell::signals::Stop;
use countersign::world::{Limits, Target as _, TargetError, Wire};
use server::AUTHORITY;

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Things, version: '1'}
paths:
  /things:
    post:
      operationId: make
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses:
        '201': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: look
      responses:
        '200': {description: d, content: {application/json: {schema: {$ref: '#/components/schemas/Thing'}}}}
        '404': {description: d}
    delete: {operationId: remove, responses: {'204': {description: d}}}
components:
  schemas:
    Thing: {type: object, required: [id, name], properties: {id: {type: string}, name: {type: string}}}
";

const FLOW: &str = "  - workflowId: life
    steps:
      - stepId: make
        operationId: make
        requestBody: {contentType: application/json, payload: {name: a}}
        outputs: {id: $response.body#/id}
      - stepId: look
        operationId: look
        parameters: [{name: id, in: path, value: $steps.make.outputs.id}]
        successCriteria: [{condition: $statusCode == 200}]
      - stepId: remove
        operationId: remove
        parameters: [{name: id, in: path, value: $steps.make.outputs.id}]
      - stepId: gone
        operationId: look
        parameters: [{name: id, in: path, value: $steps.make.outputs.id}]
        successCriteria: [{condition: $statusCode == 404}]
";

/// What the lifecycle asks.
const LIFE: [&str; 4] = [
    "POST /things",
    "GET /things/1",
    "DELETE /things/1",
    "GET /things/1",
];

/// A project whose target has this URL and these lines.
fn project(url: &str, lines: &str) -> Playground {
    let settings = format!("[targets.staging]\nurl = \"{url}\"\ncacert = \"ca.pem\"\n{lines}\n");
    let folder = Playground::new("things", CONTRACT, FLOW, &settings);
    write(
        &folder.root().join("ca.pem"),
        &support::read(Path::new(AUTHORITY)),
    );
    folder
}

/// Calls the program with what the proxy of the tests wants to hear.
fn call(folder: &Playground, words: &[&str], password: &str) -> Ran {
    let mut command = folder.command(words);
    command.args(["--target", "staging"]);
    command.env("PROXY_PASSWORD", password);
    Ran::of(command.output().expect("the program can be started"))
}

/// A client that trusts the server of the tests, and is connected to it by this wire.
fn client(wire: Wire) -> Client {
    let authority = support::read(Path::new(AUTHORITY)).into_bytes();
    let keyring = Keyring {
        authorities: vec![authority],
        ..Keyring::default()
    };
    let clock = std::sync::Arc::new(SystemClock::new());
    Client::by((keyring, wire), Stop::new(), clock).expect("a client")
}

async fn ask(
    client: &Client,
    method: &str,
    url: &str,
    body: &[u8],
) -> Result<Response, TargetError> {
    let request = Request {
        method: method.to_owned(),
        url: url.to_owned(),
        headers: Headers::default(),
        body: body.to_vec().into(),
        caller: None,
    };
    client.send(&request, Limits::default()).await
}
