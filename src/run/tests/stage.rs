//! A stage for flows: a small contract, a target that answers from a script, and what it was asked.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;

use crate::arazzo::{self, Files, Surroundings};
use crate::http::{BodyEnd, Headers, Request, Response};
use crate::openapi;
use crate::plan::Case;
use crate::run::{Library, Machine, drive};
use crate::scenario::Scenario;
use crate::source::Source;
use crate::transcript::{Outcome, Transcript};
use crate::world::{
    Clock as _, Limits, NeverStopping, Pending, ScriptedTarget, Stopping, TargetError,
    TargetErrorKind, VirtualClock, World,
};

pub(super) const CONTRACT: &str = r#"
openapi: 3.2.0
info: {title: Things, version: "1"}
servers: [{url: "https://things.example/v1"}]
paths:
  /things:
    post:
      operationId: create
      requestBody:
        required: true
        content: {application/json: {schema: {type: object, required: [name], properties: {name: {type: string}}}}}
      responses: {"201": {description: made}, "503": {description: busy}}
  /forms:
    post:
      operationId: fill
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded: {schema: &form {type: object, required: [n], properties: {n: {type: integer}}}}
          multipart/form-data: {schema: *form}
      responses: {"201": {description: made}}
  /documents:
    post:
      operationId: file
      requestBody:
        required: true
        content:
          application/xml:
            schema: {type: object, xml: {name: doc}, required: [n], properties: {n: {type: integer}, id: {type: string, xml: {attribute: true}}, l: {type: array, xml: {wrapped: true}, items: {type: string, xml: {name: i}}}}}
          text/xml: {}
      responses: {"201": {description: made, content: {application/xml: {}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: read, responses: {"200": {description: there}, "404": {description: gone}}}
    put: {operationId: replace, responses: {"200": {description: there}, "201": {description: made}}}
    delete: {operationId: remove, responses: {"204": {description: done}}}
  /own/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    put: {operationId: keep, security: [{token: []}], responses: {"200": {description: there}, "201": {description: made}}}
    delete: {operationId: drop, security: [{token: []}], responses: {"204": {description: done}}}
  /own/{id}/parts/{part}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
      - {name: part, in: path, required: true, schema: {type: string}}
    put: {operationId: keepPart, responses: {"200": {description: there}, "201": {description: made}}}
    delete: {operationId: dropPart, responses: {"204": {description: done}}}
  /search:
    get:
      operationId: search
      parameters:
        - name: q
          in: querystring
          required: true
          content:
            application/x-www-form-urlencoded:
              schema: {type: object, required: [n], properties: {n: {type: integer}, tags: {type: array, items: {type: string}}}}
      responses: {"200": {description: found}}
  /select:
    get:
      operationId: select
      parameters: [{name: q, in: querystring, content: {application/json: {schema: {type: object, required: [n]}}}}]
      responses: {"200": {description: found}}
  /archive:
    servers: [{url: /old}]
    get: {operationId: archive, responses: {"200": {description: there}}}
  /find:
    get:
      operationId: find
      requestBody: {content: {application/json: {}}}
      responses: {"200": {description: found}}
  /look/{id}:
    post:
      operationId: look
      parameters:
        - {name: id, in: path, required: true, schema: {type: string}}
        - {name: q, in: query, schema: {type: string}}
        - {name: X-In, in: header, schema: {type: string}}
      requestBody: {content: {application/json: {}}}
      responses: {"200": {description: found}}
  /guarded:
    get: {operationId: guarded, security: [{token: []}, {key: []}], responses: {"200": {description: there}}}
components:
  securitySchemes: {token: {type: http, scheme: bearer}, key: {type: apiKey, in: header, name: Key}}
"#;

struct FewFiles;

impl Files for FewFiles {
    fn load(&self, path: &str) -> Result<Arc<[u8]>, String> {
        match path {
            "files/text.txt" => Ok(Arc::from(*b"text")),
            "files/no-text.bin" => Ok(Arc::from(*b"\xff\0")),
            _ => Err("no such file".to_owned()),
        }
    }
}

/// The scenarios of a document with these workflows.
pub(super) fn scenarios(workflows: &str) -> Vec<Arc<Scenario>> {
    scenarios_of("1.0.1", workflows)
}

pub(super) fn scenarios_of(version: &str, workflows: &str) -> Vec<Arc<Scenario>> {
    let source = Source::parse("specs/t/openapi.yaml", CONTRACT.to_owned()).expect("YAML");
    let (contract, problems) = openapi::lower("t", &Arc::new(source));
    assert_eq!(problems, []);
    let text = format!(
        "arazzo: {version}\ninfo: {{title: T, version: '1'}}\n\
         sourceDescriptions: [{{name: api, url: openapi.yaml, type: openapi}}]\n\
         workflows:\n{workflows}"
    );
    let source = Source::parse("specs/t/t.arazzo.yaml", text).expect("YAML");
    let contracts = [Arc::new(contract.expect("a contract"))];
    let surroundings = Surroundings {
        api: "t",
        contracts: &contracts,
        files: &FewFiles,
    };
    let (scenarios, problems) = arazzo::lower(&source, &surroundings);
    assert_eq!(problems, []);
    scenarios.into_iter().map(Arc::new).collect()
}

pub(super) fn answer(status: u16, body: &str) -> Result<Response, TargetError> {
    answer_of("application/json", status, body)
}

#[expect(
    clippy::unnecessary_wraps,
    reason = "it stands in one list with lost()"
)]
pub(super) fn answer_of(
    media_type: &str,
    status: u16,
    body: &str,
) -> Result<Response, TargetError> {
    let mut headers = Headers::default();
    headers.push("content-type", media_type);
    Ok(Response {
        status,
        headers,
        body: Bytes::copy_from_slice(body.as_bytes()),
        end: BodyEnd::Complete,
    })
}

pub(super) fn lost() -> Result<Response, TargetError> {
    let kind = TargetErrorKind::Refused;
    Err(TargetError {
        address: "127.0.0.1:1".to_owned(),
        kind,
        detail: String::new(),
    })
}

/// No answer in time.
pub(super) fn late() -> Result<Response, TargetError> {
    lost().map_err(|error| TargetError {
        kind: TargetErrorKind::TimedOut,
        ..error
    })
}

pub(super) struct Play {
    pub(super) transcript: Transcript,
    pub(super) asked: Vec<Request>,
    pub(super) slept: Duration,
}

impl Play {
    /// Each record as `path outcome`.
    pub(super) fn outcomes(&self) -> Vec<String> {
        let records = self.transcript.steps.iter();
        records
            .map(|record| {
                let word = match &record.outcome {
                    Outcome::Succeeded => "ok",
                    Outcome::Diverted => "diverted",
                    Outcome::Failed => "failed",
                    Outcome::NotRun(_) => "not run",
                };
                format!("{} {word}", record.path())
            })
            .collect()
    }

    /// What was asked, as `METHOD path`.
    pub(super) fn lines(&self) -> Vec<String> {
        self.asked
            .iter()
            .map(|it| format!("{} {}", it.method, it.target()))
            .collect()
    }
}

/// A target that gives its answers and then raises the wish to stop.
pub(super) struct StoppingTarget {
    pub(super) inner: ScriptedTarget,
    pub(super) after: usize,
    pub(super) flag: Arc<Flag>,
}

#[derive(Default)]
pub(super) struct Flag(AtomicBool);

impl Stopping for Flag {
    fn is_requested(&self) -> bool {
        self.0.load(Ordering::SeqCst)
    }

    fn requested(&self) -> Pending<'_, ()> {
        Box::pin(std::future::pending())
    }
}

impl crate::world::Target for StoppingTarget {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        let answer = self.inner.send(request, limits);
        if self.inner.asked().len() == self.after {
            self.flag.0.store(true, Ordering::SeqCst);
        }
        answer
    }
}

pub(super) fn case(scenario: &Arc<Scenario>) -> Case {
    Case {
        id: scenario.path(),
        snapshot: scenario.id.clone(),
        scenario: Arc::clone(scenario),
        inputs: scenario.defaults.iter().cloned().collect(),
        seed: 0,
        round: 0,
        number: 0,
    }
}

pub(super) fn library(scenarios: &[Arc<Scenario>]) -> Library {
    Library {
        scenarios: Arc::new(scenarios.to_vec()),
        played: BTreeMap::new(),
    }
}

pub(super) fn play_with(
    workflows: &str,
    library_of: impl Fn(&[Arc<Scenario>]) -> Library,
    answers: Vec<Result<Response, TargetError>>,
) -> Play {
    play_scenarios(&scenarios(workflows), library_of, answers)
}

/// Plays the first workflow of a document of that version.
pub(super) fn play_document(
    version: &str,
    workflows: &str,
    answers: Vec<Result<Response, TargetError>>,
) -> Play {
    play_scenarios(&scenarios_of(version, workflows), library, answers)
}

fn play_scenarios(
    scenarios: &[Arc<Scenario>],
    library_of: impl Fn(&[Arc<Scenario>]) -> Library,
    answers: Vec<Result<Response, TargetError>>,
) -> Play {
    let machine = Machine::new(
        &case(&scenarios[0]),
        library_of(scenarios),
        &"http://t".into(),
    );
    let target = ScriptedTarget::new(answers);
    let clock = VirtualClock::default();
    let world = World {
        target: &target,
        site: &"http://t".into(),
        clock: &clock,
        stopping: &NeverStopping,
        limits: Limits::default(),
    };
    let transcript = block_on(drive(machine, world));
    Play {
        transcript,
        asked: target.asked(),
        slept: clock.elapsed(),
    }
}

pub(super) fn play(workflows: &str, answers: Vec<Result<Response, TargetError>>) -> Play {
    play_with(workflows, library, answers)
}

pub(super) fn block_on<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    runtime.block_on(future)
}
