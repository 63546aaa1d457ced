//! What a target wants to see in every request is in every request, whoever sends it and why, goes nowhere
//! else, and is told to nobody where it is secret. The servers are of the test.

use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign::shell::files;

use crate::stand_in::{Heard, Reply, Server};
use crate::support::{Playground, Ran, read, write};

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

const FLOWS: &str = "  - {workflowId: life, steps: [{stepId: make, operationId: make}]}
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

/// A server behind a gate. It refuses to remove anything so often.
fn serve(refusals: usize) -> Server {
    let refusals = AtomicUsize::new(refusals);
    Server::start(move |heard, _| answer(heard, &refusals))
}

fn answer(heard: &Heard, refusals: &AtomicUsize) -> Reply {
    let gate = heard.field("x-gate");
    let refuses = || {
        let fewer = |left: usize| left.checked_sub(1);
        let (done, seen) = (Ordering::Relaxed, Ordering::Relaxed);
        refusals.fetch_update(done, seen, fewer).is_ok()
    };
    match heard.line.as_str() {
        "POST /token" => Reply::json(r#"{"access_token":"a-token-of-the-shop"}"#),
        _ if gate != GATE => Reply::empty(403),
        "POST /things" => Reply {
            status: 201,
            ..Reply::json(r#"{"id":"1"}"#)
        },
        "DELETE /things/1" if refuses() => Reply::empty(409),
        "DELETE /things/1" => Reply::empty(204),
        // It says back what it must not, and where a number belongs.
        "GET /things" => Reply::json(format!(r#"{{"gate":"{gate}"}}"#)),
        _ => Reply::empty(404),
    }
}

/// What a server was asked: the method, the path, the tenant and what opens the gate.
fn asked(server: &Server) -> Vec<String> {
    let said = |heard: &Heard, name: &str| match heard.field(name) {
        "" => "-".to_owned(),
        value => value.to_owned(),
    };
    let heard = server.heard();
    let lines = heard.iter().map(|it| {
        format!(
            "{} {} {}",
            it.line,
            said(it, "x-tenant"),
            said(it, "x-gate")
        )
    });
    lines.collect()
}

/// A project with a server behind a gate, and another one that hands out tokens.
struct Project {
    folder: Playground,
    server: Server,
    login: Server,
}

impl Project {
    fn of(flows: &[&str], refusals: usize) -> Self {
        let (server, login) = (serve(refusals), serve(0));
        let settings = SETTINGS.replace("URL", &server.url);
        let settings = settings.replace("LOGIN", &login.url);
        let folder = Playground::new("shop", CONTRACT, &flows.concat(), &settings);
        Self {
            folder,
            server,
            login,
        }
    }

    fn root(&self) -> &Path {
        self.folder.root()
    }

    /// Calls the program with what opens the gate, and demands that it tells nobody.
    fn call(&self, arguments: &[&str]) -> Ran {
        let mut command = self.folder.command(arguments);
        command.env("GATE", GATE).env("SHOP_SECRET", "open sesame");
        let ran = Ran::of(command.output().expect("the program can be started"));
        assert!(!ran.story().contains(GATE), "{}", ran.story());
        ran
    }

    /// Demands that every request said who sends it, and gives how many there were of these.
    fn demand_all_said(&self, what: &str, request: &str) -> usize {
        let all = asked(&self.server);
        assert!(!all.is_empty(), "{what}");
        let said = format!(" blue {GATE}");
        let silent = all.iter().filter(|it| !it.ends_with(&said));
        let silent: Vec<&String> = silent.collect();
        assert_eq!(silent, [""; 0], "{what}");
        all.iter().filter(|it| it.starts_with(request)).count()
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
    let login = asked(&project.login);
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
    let heard = asked(&project.server);
    assert_eq!(heard[0], format!("POST /things red {GATE}"));
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
        let mut command = project.folder.command(&["run", "--target", "staging"]);
        command.env("SHOP_SECRET", "open sesame").env_remove("GATE");
        command.envs(value.map(|it| ("GATE", it)));
        let ran = Ran::of(command.output().expect("the program can be started"));
        assert_eq!(ran.code, Some(2), "{}", ran.story());
        let expected = format!(
            "error: {why}\nhelp: set it, or mend `targets.staging.headers.X-Gate` in api.toml\n"
        );
        assert!(ran.err.contains(&expected), "{}", ran.story());
    }
    assert_eq!(asked(&project.server), [""; 0]);
    assert_eq!(asked(&project.login), [""; 0]);
}

#[test]
fn what_a_credential_sends_is_not_said_twice() {
    let project = Project::of(&[FLOWS], 0);
    let path = project.folder.file("api.toml");
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
    let path = project.folder.file("api.toml");
    let text = read(&path);
    let (targets, _) = text.split_once("[identities").expect("both");
    let own = targets.replace("X-Tenant = \"blue\"", "Authorization = { env = \"GATE\" }");
    write(&path, &own);
    let run = ["run", "--target", "staging", "--credential"];
    for command in ["run", "doctor"] {
        let ran = project.call(&[&[command], &run[1..], &["login=env:SHOP_SECRET"]].concat());
        assert_ne!(ran.code, Some(0), "{}", ran.story());
        let told = format!("{}{}", ran.out, ran.err);
        for said in [
            "the credential for `login` goes into `Authorization`, which the target has of its own",
            "leave out `--credential login`, or take `targets.staging.headers.Authorization` out of api.toml",
        ] {
            assert!(told.contains(said), "{}", ran.story());
        }
    }
    assert_eq!(asked(&project.server), [""; 0]);
    // Beside a field of another name it is sent.
    write(&path, &own.replace("Authorization", "X-Route"));
    let ran = project.call(&[&run[..], &["login=env:SHOP_SECRET"]].concat());
    assert!(!ran.err.contains("error: "), "{}", ran.story());
    assert!(!asked(&project.server).is_empty());
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
