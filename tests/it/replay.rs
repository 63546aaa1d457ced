//! Is a recorded request sent as the run sent it: in the same time, with as many redirects, to the server of its
//! step and with what that is shown; and nowhere else, whatever a record says?

use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, Sender, channel};

use crate::stand_in::{Heard, Reply, Server};
use crate::support::{Playground, Ran, read, write};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Shop, version: '1'}
servers: [{url: 'https://shop.example'}]
components:
  securitySchemes: {login: {type: http, scheme: bearer}}
paths:
  /stock:
    get:
      operationId: stock
      responses: {'200': {description: d}, '302': {description: d}}
  /files/{id}:
    servers: [{url: 'https://files.example/v1'}]
    put:
      operationId: upload
      security: [{login: []}]
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: d}}
    get:
      operationId: fetch
      parameters: [{name: id, in: path, required: true, schema: {type: string}}]
      responses: {'200': {description: d}}
";

/// What opens the gate.
const GATE: &str = "very-secret-gate";

/// Who comes.
const LOGIN: &str = "very-secret-login";

const FILES: &str = "  - workflowId: files
    steps:
      - {stepId: look, operationId: stock}
      - {stepId: upload, operationId: upload, parameters: [{name: id, in: path, value: a}]}
      - {stepId: fetch, operationId: fetch, parameters: [{name: id, in: path, value: a}]}
";

const SETTINGS: &str = "[targets.staging]
url = \"ROOT\"

[targets.staging.servers]
\"https://files.example\" = \"FILES\"

[targets.staging.headers]
X-Tenant = \"blue\"
X-Gate = { env = \"GATE\" }

[identities.default]
login = { env = \"LOGIN\" }
";

/// A project whose target has two servers, and the record of a run there.
struct Played {
    shop: Playground,
    root: Server,
    files: Server,
    /// What the second server was asked in the run, a request a step.
    heard: Vec<Heard>,
}

impl Played {
    fn new() -> Self {
        let (root, files) = (well(), well());
        let settings = SETTINGS.replace("ROOT", &root.url);
        let settings = settings.replace("FILES", &files.url);
        let shop = Playground::new("shop", CONTRACT, FILES, &settings);
        call(&shop, &run("staging")).demand(0, &[]);
        let heard = files.heard();
        assert_eq!(heard.len(), 2, "{heard:?}");
        root.heard();
        Self {
            shop,
            root,
            files,
            heard,
        }
    }

    fn replay(&self, step: &str, more: &[&str]) -> Ran {
        let exchange = format!("{}:shop::files/{step}", self.record().display());
        call(&self.shop, &[&["replay", &exchange], more].concat())
    }

    fn record(&self) -> PathBuf {
        self.shop.root().join(RECORD)
    }
}

/// Writes another text for one in a file of a project.
fn change(path: &Path, from: &str, to: &str) {
    let text = read(path);
    assert!(text.contains(from), "{from}: {text}");
    write(path, &text.replace(from, to));
}

/// Where the run is recorded, in the folder of the project.
const RECORD: &str = "red.jsonl";

fn run(target: &str) -> [&str; 7] {
    let record = ["--record", RECORD];
    [
        "run", "--target", target, "--update", "new", record[0], record[1],
    ]
}

fn call(shop: &Playground, words: &[&str]) -> Ran {
    let mut command = shop.command(words);
    command.current_dir(shop.root());
    command.env("GATE", GATE).env("LOGIN", LOGIN);
    let ran = Ran::of(command.output().expect("the program can be started"));
    for secret in [GATE, LOGIN] {
        assert!(!ran.story().contains(secret), "{}", ran.story());
    }
    ran
}

/// A server where all is well.
fn well() -> Server {
    Server::start(|_, _| Reply::empty(200))
}

#[test]
fn a_step_goes_to_its_own_server_with_what_the_run_showed_there() {
    let played = Played::new();
    for (step, heard) in ["upload", "fetch"].into_iter().zip(&played.heard) {
        played
            .replay(step, &[])
            .demand(0, &["the same as was recorded"]);
        // Who comes is said where the operation asks for it, and the gate is opened everywhere.
        assert_eq!(&played.files.heard(), std::slice::from_ref(heard), "{step}");
        assert_eq!(heard.field("authorization").is_empty(), step == "fetch");
        assert_eq!(heard.field("x-gate"), GATE);
    }
    assert_eq!(played.root.heard(), []);
    played.replay("look", &[]).demand(0, &[]);
    assert_eq!(
        (played.root.heard().len(), played.files.heard().len()),
        (1, 0)
    );
}

#[test]
fn another_target_has_its_own_servers() {
    let played = Played::new();
    let (root, files) = (well(), well());
    let other = SETTINGS
        .replace("staging", "other")
        .replace("ROOT", &root.url);
    let other = other.replace("FILES", &files.url);
    let (targets, _) = other.split_once("[identities").expect("both");
    let settings = played.shop.file("api.toml");
    let text = read(&settings);
    write(&settings, &(text + targets));
    let to_other = ["--target", "other"];
    played.replay("upload", &to_other).demand(0, &[]);
    assert_eq!(files.heard()[0].line, "PUT /v1/files/a");
    assert_eq!((root.heard(), played.files.heard()), (vec![], vec![]));
    // A URL is one server, and says nothing of others.
    let url = ["--target", &root.url];
    played.replay("upload", &url).demand(2, &[ELSEWHERE, HELP]);
    assert_eq!((root.heard(), files.heard()), (vec![], vec![]));
}

const ELSEWHERE: &str =
    "`upload` runs on the server `https://files.example/v1`, and the target does not say where";

const HELP: &str =
    "help: add `\"https://files.example/v1\" = \"URL\"` to [targets.NAME.servers] in api.toml";

#[test]
fn a_server_that_the_target_no_longer_names_is_not_guessed() {
    let played = Played::new();
    let settings = played.shop.file("api.toml");
    let line = format!("\"https://files.example\" = \"{}\"\n", played.files.url);
    change(&settings, &line, "");
    played.replay("upload", &[]).demand(2, &[ELSEWHERE, HELP]);
    played.replay("look", &[]).demand(0, &[]);
    assert_eq!(played.files.heard(), []);
}

#[test]
fn a_record_leads_to_no_other_server_and_to_no_other_request() {
    let (played, evil) = (Played::new(), well());
    let recorded = read(&played.record());
    let files = &played.files.url;
    let here = format!("\"url\":\"{files}/v1/files/a\"");
    for (there, told) in [
        (format!("{}/v1/files/a", evil.url), "another server"),
        (format!("{}/v1/files/a", played.root.url), "another server"),
        (format!("{files}/v2/files/a"), "another server"),
        (format!("{files}/v1.evil.example/files/a"), "another server"),
        (
            format!("{files}@{}/v1/files/a", &evil.url[7..]),
            "another server",
        ),
        (
            format!("{files}/v1/stock"),
            "no request of the step's operation",
        ),
        (
            format!("{files}/v1/files/../stock"),
            "no request of the step's operation",
        ),
    ] {
        write(&played.record(), &recorded);
        change(&played.record(), &here, &format!("\"url\":\"{there}\""));
        let ran = played.replay("upload", &[]);
        ran.demand(2, &[told]);
        assert!(
            ran.err.contains("help: ") || !told.contains("server"),
            "{}",
            ran.err
        );
    }
    // Where the run was is no more than what its paths are told apart from.
    let moved = recorded.replace(&played.root.url, &evil.url);
    write(&played.record(), &moved);
    played.replay("look", &[]).demand(0, &[]);
    assert_eq!(played.root.heard().len(), 1);
    assert_eq!((played.files.heard(), evil.heard()), (vec![], vec![]));
}

#[test]
fn the_command_holds_what_the_target_wants_to_see_at_each_of_its_servers() {
    let played = Played::new();
    let added = "-H 'X-Tenant: blue' -H 'X-Gate: '\"$X_GATE\"";
    let upload = played.replay("upload", &["--curl"]);
    let files = &played.files.url;
    assert_eq!(
        upload.out,
        format!("curl -X PUT '{files}/v1/files/a' {added}\n")
    );
    let look = played.replay("look", &["--curl"]);
    assert_eq!(
        look.out,
        format!("curl '{}/stock' {added}\n", played.root.url)
    );
    let evil = well();
    change(&played.record(), files, &evil.url);
    let elsewhere = played.replay("upload", &["--curl"]);
    assert_eq!(
        elsewhere.out,
        format!("curl -X PUT '{}/v1/files/a'\n", evil.url)
    );
}

/// A project of one server whose flow is one step with these lines.
fn one(server: &Server, lines: &str) -> Playground {
    let step =
        "  - workflowId: one\n    steps:\n      - stepId: look\n        operationId: stock\n";
    let settings = format!("[targets.staging]\nurl = \"{}\"\n", server.url);
    let shop = Playground::new(
        "shop",
        CONTRACT,
        &format!("{step}        {lines}\n"),
        &settings,
    );
    call(&shop, &run("staging")).demand(0, &[]);
    shop
}

const EXCHANGE: &str = "./red.jsonl:shop::one/look";

/// A server that answers once at once, and from then on when somebody lets go.
fn gated() -> (Server, Sender<()>) {
    let (let_go, gate): (Sender<()>, Receiver<()>) = channel();
    let server = Server::start(move |_, before| {
        if before > 0 {
            // Nobody lets go any more once the test is over.
            let _ = gate.recv();
        }
        Reply::empty(200)
    });
    (server, let_go)
}

#[test]
fn a_step_has_its_own_time() {
    let (server, let_go) = gated();
    let shop = one(&server, "timeout: 1500");
    let late = call(&shop, &["replay", EXCHANGE]);
    let told = [
        "error success-criteria: the step was not done in its time",
        "no answer within 1500 ms",
    ];
    late.demand(1, &told);
    let_go.send(()).expect("the server waits");
    let_go.send(()).expect("the server waits");
    call(&shop, &["replay", EXCHANGE]).demand(0, &["the same as was recorded"]);
    assert_eq!(server.heard().len(), 3);
}

#[test]
fn as_many_redirects_are_followed_as_the_run_follows() {
    for (lines, paths) in [
        (
            "x-countersign: {redirect: follow}",
            &["GET /stock", "GET /there"][..],
        ),
        ("x-countersign: {redirect: manual}", &["GET /stock"]),
        ("description: as usual", &["GET /stock"]),
    ] {
        let server = Server::start(|heard, _| match heard.line.as_str() {
            "GET /stock" => sent_on("/there"),
            _ => Reply::empty(200),
        });
        let shop = one(&server, lines);
        let played = server.heard();
        let lines: Vec<&str> = played.iter().map(|it| it.line.as_str()).collect();
        assert_eq!(lines, paths);
        call(&shop, &["replay", EXCHANGE]).demand(0, &["the same as was recorded"]);
        assert_eq!(server.heard(), played);
    }
}

#[test]
fn who_is_sent_in_a_circle_gives_up_where_the_run_does() {
    let server = Server::start(|_, _| sent_on("/stock"));
    let shop = one(&server, "x-countersign: {redirect: follow}");
    let played = server.heard();
    assert_eq!(played.len(), 11);
    call(&shop, &["replay", EXCHANGE]).demand(0, &["the same as was recorded"]);
    assert_eq!(server.heard(), played);
}

fn sent_on(path: &str) -> Reply {
    Reply {
        headers: format!("location: {path}\r\n"),
        ..Reply::empty(302)
    }
}
