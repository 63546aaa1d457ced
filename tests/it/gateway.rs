//! What a target wants to see in every request is in every request, whoever sends it and why, goes nowhere
//! else, and is told to nobody where it is secret. The servers are of the test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use countersign::shell::files;
use tempfile::TempDir;

use crate::support::{Ran, program, read, write};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Shop, version: '1'}
security: [{login: [read]}]
components:
  securitySchemes:
    login:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: 'https://login.example/token', scopes: {read: r}}}
    key: {type: apiKey, in: header, name: X-Key}
paths:
  /things:
    post:
      operationId: make
      responses:
        '201': {description: d, content: {application/json: {schema: {type: object, properties: {id: {type: string}}}}}}
    get:
      operationId: list
      responses:
        '200': {description: d, content: {application/json: {schema: {type: object, properties: {gate: {type: integer}}}}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    delete: {operationId: remove, responses: {'204': {description: d}}}
";

const FLOWS: &str = "arazzo: 1.0.1
info: {title: T, version: '1'}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
  - {workflowId: life, steps: [{stepId: make, operationId: make}]}
";

const LIST: &str = "  - {workflowId: looking, steps: [{stepId: look, operationId: list}]}
";

const OWN: &str = "  - workflowId: own
    steps:
      - {stepId: look, operationId: make, parameters: [{name: x-tenant, in: header, value: red}]}
";

const SETTINGS: &str = "[targets.staging]
url = \"URL\"

[targets.staging.headers]
X-Tenant = \"blue\"
X-Gate = { env = \"GATE\" }

[identities.default.login.oauth2]
grant = \"client-credentials\"
token-url = \"LOGIN/token\"
client-id = \"shop\"
client-secret = { env = \"SHOP_SECRET\" }
";

/// The largest file that the program writes here, in bytes.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// What opens the gate.
const GATE: &str = "very-secret-gate";

/// What a server was asked: the method, the path, the tenant and what opens the gate.
type Asked = Arc<Mutex<Vec<String>>>;

/// A server behind a gate. It refuses to remove anything so often.
struct Server {
    url: String,
    asked: Asked,
}

impl Server {
    fn start(refusals: usize) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let asked = Asked::default();
        let own = Arc::clone(&asked);
        std::thread::spawn(move || {
            let mut refusals = refusals;
            for stream in listener.incoming().flatten() {
                answer(stream, &own, &mut refusals);
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> Vec<String> {
        std::mem::take(&mut self.asked.lock().expect("nobody panics"))
    }
}

fn answer(mut stream: TcpStream, asked: &Asked, refusals: &mut usize) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second end"));
    let (mut first, mut length) = (String::new(), 0);
    let (mut tenant, mut gate) = (String::from("-"), String::from("-"));
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if let Some((name, value)) = line.trim().split_once(": ") {
            match name {
                "content-length" => length = value.parse().expect("a length"),
                "x-tenant" => value.clone_into(&mut tenant),
                "x-gate" => value.clone_into(&mut gate),
                _ => {}
            }
        }
        if line.trim().is_empty() {
            break;
        }
        if first.is_empty() {
            line.trim_end_matches("HTTP/1.1\r\n")
                .trim()
                .clone_into(&mut first);
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a whole body");
    asked
        .lock()
        .expect("nobody panics")
        .push(format!("{first} {tenant} {gate}"));
    let (status, text) = match first.as_str() {
        "POST /token" => (
            "200 OK",
            r#"{"access_token":"a-token-of-the-shop"}"#.to_owned(),
        ),
        _ if gate != GATE => ("403 Forbidden", String::new()),
        "POST /things" => ("201 Created", r#"{"id":"1"}"#.to_owned()),
        "DELETE /things/1" if *refusals > 0 => {
            *refusals -= 1;
            ("409 Conflict", String::new())
        }
        "DELETE /things/1" => ("204 No Content", String::new()),
        // It says back what it must not, and where a number belongs.
        "GET /things" => ("200 OK", format!(r#"{{"gate":"{gate}"}}"#)),
        _ => ("404 Not Found", String::new()),
    };
    let length = match status {
        "204 No Content" => String::new(),
        _ => format!("content-length: {}\r\n", text.len()),
    };
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\n{length}connection: close\r\n\r\n{text}"
    );
}

/// A project with a server behind a gate, and another one that hands out tokens.
struct Project {
    folder: TempDir,
    server: Server,
    login: Server,
}

impl Project {
    fn of(flows: &[&str], refusals: usize) -> Self {
        let folder = TempDir::new().expect("a folder");
        let (server, login) = (Server::start(refusals), Server::start(0));
        let shop = folder.path().join("specs/shop");
        write(&shop.join("openapi.yaml"), CONTRACT);
        write(&shop.join("shop.arazzo.yaml"), &flows.concat());
        let settings = SETTINGS.replace("URL", &server.url);
        let settings = settings.replace("LOGIN", &login.url);
        write(&shop.join("api.toml"), &settings);
        Self {
            folder,
            server,
            login,
        }
    }

    fn root(&self) -> &Path {
        self.folder.path()
    }

    /// Calls the program with what opens the gate, and demands that it tells nobody.
    fn call(&self, arguments: &[&str]) -> Ran {
        let mut command = program();
        command.arg("-C").arg(self.root()).args(arguments);
        command.env("GATE", GATE).env("SHOP_SECRET", "open sesame");
        let ran = Ran::of(command.output().expect("the program can be started"));
        assert!(!ran.story().contains(GATE), "{}", ran.story());
        ran
    }

    /// Demands that every request said who sends it, and gives how many there were of these.
    fn demand_all_said(&self, what: &str, request: &str) -> usize {
        let asked = self.server.asked();
        assert!(!asked.is_empty(), "{what}");
        let said = format!(" blue {GATE}");
        let silent = asked.iter().filter(|it| !it.ends_with(&said));
        let silent: Vec<&String> = silent.collect();
        assert_eq!(silent, [""; 0], "{what}");
        asked.iter().filter(|it| it.starts_with(request)).count()
    }
}

/// Every file below a folder.
fn texts(folder: &Path, texts: &mut Vec<(String, String)>) {
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let path = entry.path();
        if path.is_dir() {
            self::texts(&path, texts);
        } else {
            let text = files::load_bytes(&path, FILE_BYTES_MAX).expect("a file");
            let text = String::from_utf8_lossy(&text).into_owned();
            texts.push((path.display().to_string(), text));
        }
    }
}

#[test]
fn every_request_says_it_and_no_file_does() {
    let project = Project::of(&[FLOWS, LIST], 2);
    let report = project.root().join("report.json");
    let flag = format!("json={}", report.display());
    let target = ["--target", "staging"];
    let call = |words: &[&str]| project.call(&[words, &target].concat());
    let ran = call(&["run", "--wait", "5", "--update", "new", "--report", &flag]);
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    // The thing could not be taken away, neither after the flow nor after the run.
    assert_eq!(project.demand_all_said("run", "DELETE /things/1"), 2);
    let cleaned = call(&["cleanup"]);
    assert_eq!(cleaned.code, Some(0), "{}", cleaned.story());
    assert_eq!(project.demand_all_said("cleanup", "DELETE"), 1);
    let checked = call(&["doctor"]);
    assert_eq!(checked.code, Some(0), "{}", checked.story());
    // The first answer, and the question whether it lets anybody in.
    assert_eq!(project.demand_all_said("doctor", "GET"), 2);
    let again = call(&["replay", "latest:shop::looking/look"]);
    assert_eq!(again.code, Some(1), "{}", again.story());
    assert_eq!(project.demand_all_said("replay", "GET /things"), 1);
    call(&["noise"]);
    project.demand_all_said("noise", "GET /things");
    project.call(&["diff", "staging", "staging"]);
    assert_eq!(project.demand_all_said("diff", "GET /things"), 2);
    call(&["mutate"]);
    project.demand_all_said("mutate", "GET /things");
    call(&["run", "--laws", "--variations"]);
    assert!(project.demand_all_said("probes", "POST /things") > 1);
    // Who hands out tokens is another server.
    let login = project.login.asked();
    assert!(!login.is_empty());
    assert!(login.iter().all(|it| it == "POST /token - -"), "{login:?}");
    let mut all = Vec::new();
    texts(project.root(), &mut all);
    for (path, text) in &all {
        assert!(!text.contains(GATE), "{path}");
    }
    let snapshot = read(&project.root().join("snapshots/shop/life.snap"));
    assert!(!snapshot.contains("tenant"), "{snapshot}");
}

#[test]
fn a_request_can_be_sent_again_by_hand() {
    let project = Project::of(&[FLOWS, LIST], 0);
    let ran = project.call(&["run", "looking", "--target", "staging"]);
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    let line = "-H 'X-Tenant: blue' -H 'X-Gate: '\"$X_GATE\" -H 'authorization: Bearer '\"$LOGIN\"";
    assert!(ran.out.contains(line), "{}", ran.story());
    assert!(ran.out.contains("(credential:X-Gate)"), "{}", ran.story());
    let again = project.call(&["replay", "latest:shop::looking/look", "--curl"]);
    let line = "-H 'X-Tenant: blue' -H 'X-Gate: '\"$X_GATE\"\n";
    assert!(again.out.ends_with(line), "{}", again.story());
}

#[test]
fn what_a_step_says_itself_counts() {
    let project = Project::of(&[FLOWS, OWN], 0);
    project.call(&["run", "own", "--target", "staging"]);
    let asked = project.server.asked();
    assert_eq!(asked[0], format!("POST /things red {GATE}"));
}

#[test]
fn where_it_is_missing_nothing_is_sent() {
    let project = Project::of(&[FLOWS], 0);
    for (value, why) in [
        (None, "the variable GATE is not set"),
        (Some(""), "the variable GATE is empty"),
        (
            Some("a\r\nX-B: c"),
            "the variable GATE holds a line break or another control character",
        ),
    ] {
        let mut command = program();
        command.arg("-C").arg(project.root());
        command.args(["run", "--target", "staging"]);
        command.env("SHOP_SECRET", "open sesame").env_remove("GATE");
        command.envs(value.map(|it| ("GATE", it)));
        let ran = Ran::of(command.output().expect("the program can be started"));
        assert_eq!(ran.code, Some(2), "{}", ran.story());
        let expected = format!(
            "error: {why}\nhelp: set it, or mend `targets.staging.headers.X-Gate` in api.toml\n"
        );
        assert!(ran.err.contains(&expected), "{}", ran.story());
    }
    assert_eq!(project.server.asked(), [""; 0]);
    assert_eq!(project.login.asked(), [""; 0]);
}

#[test]
fn what_a_credential_sends_is_not_said_twice() {
    let project = Project::of(&[FLOWS], 0);
    let path = project.root().join("specs/shop/api.toml");
    let text = read(&path);
    let twice = text.replace(
        "X-Tenant = \"blue\"",
        "Authorization = { env = \"GATE\" }\nx-key = { env = \"KEY\" }",
    );
    write(&path, &twice);
    let ran = project.call(&["check"]);
    assert_eq!(ran.code, Some(6), "{}", ran.story());
    let said = "the credential for `login` goes into `Authorization` already";
    assert!(ran.err.contains(said), "{}", ran.story());
    assert!(ran.err.contains("api.toml:5:1"), "{}", ran.story());
    // Nobody shows the other scheme.
    assert!(!ran.err.contains("x-key"), "{}", ran.story());
    let keyed = twice + "\n[targets.staging.identities.default]\nkey = { env = \"KEY\" }\n";
    write(&path, &keyed);
    let ran = project.call(&["check"]);
    let said = "the credential for `key` goes into `x-key` already";
    assert!(ran.err.contains(said), "{}", ran.story());
}

#[test]
fn what_a_credential_of_the_command_line_sends_is_not_said_twice() {
    let project = Project::of(&[FLOWS], 0);
    let path = project.root().join("specs/shop/api.toml");
    let text = read(&path);
    let (targets, _) = text.split_once("[identities").expect("both");
    let own = targets.replace("X-Tenant = \"blue\"", "Authorization = { env = \"GATE\" }");
    write(&path, &own);
    let run = ["run", "--target", "staging", "--credential"];
    for command in ["run", "doctor"] {
        let ran = project.call(&[&[command], &run[1..], &["login=env:SHOP_SECRET"]].concat());
        assert_ne!(ran.code, Some(0), "{}", ran.story());
        let said = "error: the credential for `login` goes into `Authorization`, which the target has of its own\n\
            help: leave out `--credential login`, or take `targets.staging.headers.Authorization` out of api.toml\n";
        assert!(ran.err.contains(said), "{}", ran.story());
    }
    assert_eq!(project.server.asked(), [""; 0]);
    // Beside a field of another name it is sent.
    write(&path, &own.replace("Authorization", "X-Route"));
    let ran = project.call(&[&run[..], &["login=env:SHOP_SECRET"]].concat());
    assert!(!ran.err.contains("error: "), "{}", ran.story());
    assert!(!project.server.asked().is_empty());
}

#[test]
fn it_is_shown_with_where_it_comes_from() {
    let project = Project::of(&[FLOWS], 0);
    let shown = project.call(&["config", "show"]);
    for (line, place) in [
        ("targets.staging.headers.X-Tenant = \"blue\"", "api.toml:5"),
        (
            "targets.staging.headers.X-Gate = from env GATE (set)",
            "api.toml:6",
        ),
    ] {
        let mut lines = shown.out.lines();
        let found = lines.find(|it| it.contains(line));
        let found = found.unwrap_or_else(|| panic!("{line}: {}", shown.out));
        assert!(found.ends_with(place), "{found}");
    }
}
