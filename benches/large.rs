//! What a large contract costs until the first request is sent, and until its answer can be judged,
//! beside a bare parse of the same file.
//!
//! ```text
//! cargo bench --bench large               1, 4 and 13 MB
//! cargo bench --bench large -- 13         as many MB as said
//! ```
//!
//! The contract is made here: operations that answer with schemas which refer to each other, in circles
//! too, so that what one operation needs is nearly everything. It is written as JSON and as YAML. Each
//! reading is a process of its own, whose greatest memory is told where Linux tells it. "Ready to send"
//! is the program as its users start it, from its start until it connects to a server that is here. What
//! is printed is the best of some turns; nothing fails because of a time.
#![expect(clippy::disallowed_methods, reason = "a benchmark reads the clock")]

use std::fmt::Write as _;
use std::io::{self, Write as _};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use countersign::openapi;
use countersign::shell::files;
use countersign::source::Source;
use serde_json::{Value, json};

type Failure = Box<dyn std::error::Error>;

/// How often each file is read.
const TURNS: usize = 5;

/// The largest file that is read, in bytes.
const BYTES_MAX: usize = 64 * 1024 * 1024;

/// How many operations and schemas a contract of 13 MB has.
const OPERATIONS: usize = 1_200;
const SCHEMAS: usize = 1_000;

/// The size, in MB, that these numbers belong to.
const USUAL_SIZE: usize = 13;

/// What a reading is, by the word that the child process is started with.
const KINDS: [(&str, &str, &str); 5] = [
    ("bare", "json", "serde_json alone"),
    ("lowered", "json", "lowered to a contract"),
    ("sent", "json", "one scenario ready to send"),
    ("sent", "yaml", "the same, written as YAML"),
    ("judged", "json", "one operation compiled"),
];

/// How long the program may take until it connects.
const CONNECT_TIME_MAX: Duration = Duration::from_mins(1);

/// The program that is measured.
const PROGRAM: &str = env!("CARGO_BIN_EXE_countersign");

/// One flow of one step.
const SCENARIO: &str = "arazzo: 1.0.1
info: {title: One, version: '1'}
sourceDescriptions: [{name: large, url: openapi.EXTENSION, type: openapi}]
workflows:
  - workflowId: one
    steps:
      - stepId: read
        operationId: get7
        parameters: [{name: id, in: path, value: a}]
        successCriteria: [{condition: $statusCode == 200}]
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args()
        .skip(1)
        .filter(|it| it != "--bench")
        .collect();
    let done = match arguments.as_slice() {
        [kind, path] if kind == "sent" => send_once(Path::new(path)),
        [kind, path] if KINDS.iter().any(|(it, ..)| it == kind) => read_once(kind, Path::new(path)),
        sizes => compare(sizes),
    };
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            writeln!(io::stderr(), "error: {failure}").ok();
            ExitCode::FAILURE
        }
    }
}

fn compare(sizes: &[String]) -> Result<(), Failure> {
    let sizes: Result<Vec<usize>, _> = sizes.iter().map(|it| it.parse()).collect();
    let sizes = Some(sizes?).filter(|it| !it.is_empty());
    let folder = std::env::temp_dir().join(format!("countersign-large-{}", std::process::id()));
    for size in sizes.unwrap_or_else(|| vec![1, 4, USUAL_SIZE]) {
        let contract = made(size);
        let texts = [("json", contract.to_string()), ("yaml", as_yaml(&contract))];
        for (extension, text) in &texts {
            let api = folder.join(extension).join("specs/large");
            let scenario = SCENARIO.replace("EXTENSION", extension);
            files::store(
                &api.join("openapi").with_extension(extension),
                text.as_bytes(),
            )?;
            files::store(&api.join("one.arazzo.yaml"), scenario.as_bytes())?;
        }
        writeln!(io::stdout(), "{size} MB")?;
        for (kind, extension, what) in KINDS {
            let mut path = folder.join(extension);
            if kind != "sent" {
                path = path.join("specs/large/openapi").with_extension(extension);
            }
            let line = best(kind, &path)?;
            writeln!(io::stdout(), "  {what:<28} {line}")?;
        }
    }
    std::fs::remove_dir_all(&folder)?;
    Ok(())
}

/// The best of some readings: milliseconds, then what the memory was.
fn best(kind: &str, path: &Path) -> Result<String, Failure> {
    let mut lines = Vec::new();
    for _ in 0..TURNS {
        let child = Command::new(std::env::current_exe()?)
            .arg(kind)
            .arg(path)
            .output()?;
        if !child.status.success() {
            return Err(String::from_utf8_lossy(&child.stderr).into());
        }
        lines.push(String::from_utf8(child.stdout)?.trim_end().to_owned());
    }
    // The number stands right-aligned, so that texts compare as numbers do.
    lines
        .into_iter()
        .min()
        .ok_or_else(|| "nothing was read".into())
}

fn read_once(kind: &str, path: &Path) -> Result<(), Failure> {
    let text = files::load_text(path, BYTES_MAX).map_err(|it| it.why())?;
    let begun = Instant::now();
    if kind == "bare" {
        let value: Value = serde_json::from_str(&text)?;
        std::hint::black_box(&value);
        return report(begun, "self");
    }
    let name = path.to_string_lossy();
    let source = Source::parse(&name, text).map_err(|faults| faults[0].message.clone())?;
    let (contract, problems) = openapi::lower("large", &Arc::new(source));
    if let Some(problem) = problems.first() {
        return Err(problem.to_string().into());
    }
    let contract = contract.ok_or("no contract")?;
    if kind == "judged" {
        let operation = contract.operation("get7").ok_or("no operation")?;
        for schema in operation.schema_uses() {
            schema.judge(&contract).map_err(ToString::to_string)?;
        }
    }
    report(begun, "self")
}

/// Starts the program on a project and waits until it connects.
fn send_once(project: &Path) -> Result<(), Failure> {
    let server = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
    let url = format!("http://{}", server.local_addr()?);
    let begun = Instant::now();
    let mut program = Command::new(PROGRAM)
        .arg("-C")
        .arg(project)
        .args(["run", "--target", &url])
        .env("CI", "true")
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()?;
    let (tell, told) = mpsc::channel();
    std::thread::spawn(move || tell.send(server.accept()));
    let connected = told.recv_timeout(CONNECT_TIME_MAX);
    let reported = match &connected {
        Ok(Ok(_)) => report(begun, &program.id().to_string()),
        _ => Err("the program sends nothing".into()),
    };
    program.kill()?;
    program.wait()?;
    reported
}

fn report(begun: Instant, process: &str) -> Result<(), Failure> {
    let millis = begun.elapsed().as_millis();
    let status = files::load_text(&Path::new("/proc").join(process).join("status"), BYTES_MAX);
    let peak = status.ok().and_then(|it| {
        let line = it.lines().find(|it| it.starts_with("VmHWM:"))?.to_owned();
        line.split_whitespace().nth(1)?.parse::<usize>().ok()
    });
    let peak = peak.map_or_else(String::new, |it| format!("{:6} MB", it / 1024));
    writeln!(io::stdout(), "{millis:7} ms {peak}")?;
    Ok(())
}

/// A contract of about so many MB.
fn made(size: usize) -> Value {
    let operations = (OPERATIONS * size / USUAL_SIZE).max(16);
    let schemas = (SCHEMAS * size / USUAL_SIZE).max(16);
    let mut paths = serde_json::Map::new();
    for place in 0..operations / 2 {
        let item = json!({"get": operation("get", place, schemas), "put": operation("put", place, schemas)});
        paths.insert(format!("/things{place}/{{id}}"), item);
    }
    let shared = (0..schemas).map(|place| (format!("S{place}"), schema(place, schemas)));
    json!({
        "openapi": "3.1.1",
        "info": {"title": "Large", "version": "1"},
        "paths": paths,
        "components": {"schemas": shared.collect::<serde_json::Map<_, _>>()},
    })
}

fn reference(place: usize, schemas: usize) -> Value {
    json!({"$ref": format!("#/components/schemas/S{}", place % schemas)})
}

fn operation(method: &str, place: usize, schemas: usize) -> Value {
    let responses = [200, 400, 404, 500].map(|status| {
        let schema = reference(place * 3 + status, schemas);
        let response = json!({
            "description": "What is answered in this case.",
            "content": {"application/json": {"schema": schema}},
        });
        (status.to_string(), response)
    });
    json!({
        "operationId": format!("{method}{place}"),
        "summary": "Does what its name says to one thing of its kind.",
        "parameters": [
            {"name": "id", "in": "path", "required": true, "schema": {"type": "string"}},
            {"name": "limit", "in": "query", "schema": {"type": "integer", "format": "int32"}},
        ],
        "responses": responses.into_iter().collect::<serde_json::Map<_, _>>(),
    })
}

fn schema(place: usize, schemas: usize) -> Value {
    let mut properties = serde_json::Map::new();
    for number in 0..80 {
        let property = match number % 5 {
            0 => {
                json!({"type": "string", "maxLength": 100, "description": "A text that says at some length what this member is for, and what it is not. ".repeat(3)})
            }
            1 => json!({"type": "integer", "format": "int32", "minimum": 0}),
            2 => reference(place * 7 + number, schemas),
            3 => json!({"type": "array", "items": reference(place + number + 1, schemas)}),
            _ => {
                json!({"type": "object", "properties": {"at": {"type": "string", "format": "date-time"}}})
            }
        };
        properties.insert(format!("member{number}"), property);
    }
    json!({"type": "object", "required": ["member0"], "properties": properties})
}

/// The same in block style, as people write it.
fn as_yaml(value: &Value) -> String {
    let mut out = String::new();
    write_yaml(value, 0, &mut out);
    out
}

fn write_yaml(value: &Value, depth: usize, out: &mut String) {
    let mut line = |key: &str, value: &Value| {
        let indent = "  ".repeat(depth);
        let nests = value.as_object().is_some_and(|it| !it.is_empty())
            || value.as_array().is_some_and(|it| !it.is_empty());
        if nests {
            writeln!(out, "{indent}{key}").expect("a String takes all");
            write_yaml(value, depth + 1, out);
        } else {
            writeln!(out, "{indent}{key} {value}").expect("a String takes all");
        }
    };
    match value {
        Value::Object(map) => map
            .iter()
            .for_each(|(name, value)| line(&format!("{}:", Value::from(name.as_str())), value)),
        Value::Array(items) => items.iter().for_each(|item| line("-", item)),
        other => writeln!(out, "{other}").expect("a String takes all"),
    }
}
