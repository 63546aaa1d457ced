//! Does a run log in by OAuth 2.0 and by programs that print secrets, tells nobody what it was given, and
//! sends nothing where that fails? And does `doctor` find what is wrong with a target? The servers
//! are of the test.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::{Ran, program, read, run, write};

const CONTRACT: &str = "openapi: 3.1.0
info: {title: Shop, version: '1'}
security: [{login: [read]}]
components:
  securitySchemes:
    login:
      type: oauth2
      flows: {clientCredentials: {tokenUrl: 'https://login.example/token', scopes: {read: r, write: w}}}
paths:
  /things:
    get:
      operationId: listThings
      responses:
        '200': {description: d, content: {application/json: {schema: {type: object}}}}
    post:
      operationId: addThing
      security: [{login: [write]}]
      responses: {'201': {description: d}}
";

const FLOW: &str = "arazzo: 1.0.1
info: {title: T, version: '1'}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
  - {workflowId: first, steps: [{stepId: list, operationId: listThings}]}
  - {workflowId: second, steps: [{stepId: list, operationId: listThings}]}
";

/// What a server was asked: the first lines, and what the token endpoint was sent.
type Asked = Arc<Mutex<Vec<String>>>;

/// A server of the API and of its tokens; it hands out one token for one secret.
fn serve(date: &'static str) -> (String, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("an address"));
    let asked = Asked::default();
    let own = Arc::clone(&asked);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            answer(stream, date, &own);
        }
    });
    (url, asked)
}

fn answer(stream: TcpStream, date: &str, asked: &Asked) {
    let mut reader = BufReader::new(stream.try_clone().expect("a second end"));
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).unwrap_or(0) == 0 {
            return;
        }
        if let Some(text) = line.strip_prefix("content-length: ") {
            length = text.trim().parse().expect("a length");
        }
        if line.trim().is_empty() {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a whole body");
    let body = String::from_utf8(body).expect("a text");
    let first = head.lines().next().expect("a request line");
    asked
        .lock()
        .expect("nobody panics")
        .push(format!("{first} {body}").trim_end().to_owned());
    let (status, text) = if first.starts_with("POST /token") {
        if body.contains("client_secret=open+sesame") {
            let text = r#"{"access_token":"very-secret-token","expires_in":60}"#;
            ("200 OK", text.to_owned())
        } else {
            let text = r#"{"error":"invalid_client"}"#;
            ("401 Unauthorized", text.to_owned())
        }
    } else if head.contains("authorization: Bearer very-secret-token") {
        ("200 OK", r#"{"you":"very-secret-token"}"#.to_owned())
    } else {
        ("401 Unauthorized", "{}".to_owned())
    };
    let mut stream = stream;
    let _ = write!(
        stream,
        "HTTP/1.1 {status}\r\n{date}content-type: application/json\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{text}",
        text.len()
    );
}

fn project(url: &str, settings: &str) -> TempDir {
    let folder = TempDir::new().expect("a folder");
    let shop = folder.path().join("specs/shop");
    write(&shop.join("openapi.yaml"), CONTRACT);
    write(&shop.join("shop.arazzo.yaml"), FLOW);
    write(&shop.join("api.toml"), &settings.replace("URL", url));
    folder
}

const SETTINGS: &str = "[targets.staging]
url = \"URL\"

[identities.default.login.oauth2]
grant = \"client-credentials\"
token-url = \"URL/token\"
client-id = \"shop\"
client-secret = { env = \"SHOP_SECRET\" }
auth = \"body\"
";

fn call(root: &Path, arguments: &[&str], secret: &str) -> Ran {
    let mut command = program();
    command
        .arg("-C")
        .arg(root)
        .args(arguments)
        .env("SHOP_SECRET", secret);
    Ran::of(command.output().expect("the program can be started"))
}

fn asked(asked: &Asked) -> Vec<String> {
    asked.lock().expect("nobody panics").clone()
}

const RUN: [&str; 6] = ["run", "--target", "staging", "--update", "new", "--jobs"];

#[test]
fn a_token_is_asked_for_once_and_stands_nowhere() {
    let (url, sent) = serve("");
    let folder = project(&url, SETTINGS);
    let root = folder.path();
    let (json, html) = (root.join("report.json"), root.join("report.html"));
    let json_flag = format!("json={}", json.display());
    let html_flag = format!("html={}", html.display());
    let report = ["2", "--report", &json_flag, "--report", &html_flag];
    let ran = call(root, &[&RUN[..], &report].concat(), "open sesame");
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    let form = "POST /token HTTP/1.1 grant_type=client_credentials&scope=read+write&\
                client_id=shop&client_secret=open+sesame";
    let list = "GET /things HTTP/1.1";
    assert_eq!(asked(&sent), [form, list, list]);
    let snapshot = read(&root.join("snapshots/shop/first.snap"));
    assert!(snapshot.contains("(credential:login)"), "{snapshot}");
    let report = read(&json);
    for text in [&snapshot, &report, &ran.out, &ran.err, &read(&html)] {
        assert!(
            !text.contains("very-secret-token") && !text.contains("sesame"),
            "{text}"
        );
    }
}

#[test]
fn a_wrong_secret_ends_the_run_before_anything_is_sent() {
    let (url, sent) = serve("");
    let folder = project(&url, SETTINGS);
    let ran = call(folder.path(), &[&RUN[..], &["2"]].concat(), "wrong-one");
    assert_eq!(ran.code, Some(3), "{}", ran.story());
    let told = "error: nobody can come as `default` of shop: ";
    assert!(ran.err.contains(told), "{}", ran.story());
    assert!(ran.err.contains("401: invalid_client") && !ran.story().contains("wrong-one"));
    let all = asked(&sent);
    assert!(
        all.len() == 1 && all[0].starts_with("POST /token"),
        "{all:?}"
    );
}

#[cfg(unix)]
#[test]
fn a_program_is_run_once_and_only_where_something_is_sent() {
    let (url, sent) = serve("");
    let command = "{ command = [\"sh\", \"-c\", \"echo x >> called; echo hidden-talk >&2; echo open sesame\"] }";
    let settings = SETTINGS.replace("{ env = \"SHOP_SECRET\" }", command);
    let folder = project(&url, &settings);
    let root = folder.path();
    for arguments in [&["check"][..], &["list"], &["doctor"]] {
        let ran = call(root, arguments, "");
        assert_eq!(ran.code, Some(0), "{}", ran.story());
    }
    assert!(!root.join("called").exists() && asked(&sent).is_empty());
    let ran = call(root, &[&RUN[..], &["2"]].concat(), "");
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert_eq!(read(&root.join("called")), "x\n");
    assert!(!ran.story().contains("hidden-talk"), "{}", ran.story());
}

#[cfg(unix)]
#[test]
fn a_program_that_fails_is_named_and_nothing_is_sent() {
    let (url, sent) = serve("");
    let command = "{ command = [\"sh\", \"-c\", \"echo open sesame; exit 7\"] }";
    let settings = SETTINGS.replace("{ env = \"SHOP_SECRET\" }", command);
    let folder = project(&url, &settings);
    let ran = run(folder.path(), &RUN[1..5]);
    assert_eq!(ran.code, Some(2), "{}", ran.story());
    let told = "note: the command `sh` ended with exit status 7";
    assert!(
        ran.err.contains(told) && !ran.err.contains("sesame"),
        "{}",
        ran.story()
    );
    assert!(asked(&sent).is_empty());
}

/// The states of what `doctor` tried with a target, by their names.
fn states(ran: &Ran) -> Vec<(String, String)> {
    let document: Value = serde_json::from_str(&ran.out).expect("JSON");
    let trials = document["trials"].as_array().expect("a list");
    let text = |trial: &Value, name: &str| trial[name].as_str().unwrap_or_default().to_owned();
    let trials = trials
        .iter()
        .map(|it| (text(it, "name"), text(it, "state")));
    let own = [
        "version", "terminal", "ci", "contract", "settings", "writing",
    ];
    trials
        .filter(|(name, _)| !own.contains(&name.as_str()))
        .collect()
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter()
        .map(|(name, state)| ((*name).to_owned(), (*state).to_owned()))
        .collect()
}

const DOCTOR: [&str; 5] = ["doctor", "--format", "json", "--target", "staging"];

#[test]
fn doctor_finds_a_target_in_order() {
    let (url, sent) = serve("");
    let folder = project(&url, SETTINGS);
    let ran = call(folder.path(), &DOCTOR, "open sesame");
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    let ok = [
        "credentials",
        "name",
        "tcp",
        "http",
        "clock",
        "token",
        "access",
    ];
    assert_eq!(states(&ran), pairs(&ok.map(|name| (name, "ok"))));
    assert!(!ran.story().contains("sesame") && !ran.story().contains("very-secret"));
    let all = asked(&sent);
    let safe = |it: &&String| it.starts_with("GET ") || it.starts_with("POST /token");
    assert_eq!(all.iter().filter(safe).count(), 3, "{all:?}");
    assert_eq!(all.len(), 3, "{all:?}");
}

#[test]
fn doctor_finds_what_is_wrong_with_a_target() {
    let (url, _) = serve("date: Mon, 01 Jan 2001 00:00:00 GMT\r\n");
    let folder = project(&url, SETTINGS);
    let ran = call(folder.path(), &DOCTOR, "wrong-one");
    assert_eq!(ran.code, Some(3), "{}", ran.story());
    let rest = [
        ("name", "ok"),
        ("tcp", "ok"),
        ("http", "ok"),
        ("clock", "warning"),
        ("token", "problem"),
    ];
    let all = [&[("credentials", "ok")], &rest[..]].concat();
    assert_eq!(states(&ran), pairs(&all));
    assert!(!ran.story().contains("wrong-one"), "{}", ran.story());
}

#[test]
fn doctor_tells_a_token_that_is_not_accepted() {
    let (url, _) = serve("");
    let settings = "[targets.staging]\nurl = \"URL\"\n[identities.default]\nlogin = { env = \"SHOP_SECRET\" }\n";
    let folder = project(&url, settings);
    let ran = call(folder.path(), &DOCTOR, "wrong-one");
    assert_eq!(ran.code, Some(3), "{}", ran.story());
    assert_eq!(states(&ran).last(), pairs(&[("access", "problem")]).last());
    assert!(!ran.story().contains("wrong-one"), "{}", ran.story());
}

#[test]
fn doctor_tells_that_nobody_listens_or_speaks_tls() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let folder = project(&format!("http://{address}"), SETTINGS);
    let ran = call(folder.path(), &DOCTOR, "open sesame");
    assert_eq!(ran.code, Some(3), "{}", ran.story());
    let expected = pairs(&[("credentials", "ok"), ("tcp", "problem")]);
    assert_eq!(states(&ran), expected);
    let (url, _) = serve("");
    let folder = project(&url.replace("http:", "https:"), SETTINGS);
    let ran = call(folder.path(), &DOCTOR, "open sesame");
    assert_eq!(ran.code, Some(3), "{}", ran.story());
    assert_eq!(states(&ran).last(), pairs(&[("tls", "problem")]).last());
}

#[cfg(unix)]
#[test]
fn doctor_runs_a_program_and_tells_what_becomes_of_it() {
    let command = |script: &str| {
        let command = format!("{{ command = [\"sh\", \"-c\", \"{script}\"] }}");
        SETTINGS.replace("{ env = \"SHOP_SECRET\" }", &command)
    };
    let (url, sent) = serve("");
    let folder = project(&url, &command("echo x >> called; echo open sesame"));
    let ran = call(folder.path(), &DOCTOR, "");
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    let states = states(&ran);
    for name in ["credentials", "token", "access"] {
        assert!(
            states.contains(&(name.to_owned(), "ok".to_owned())),
            "{states:?}"
        );
    }
    assert_eq!(read(&folder.path().join("called")), "x\n");
    assert!(!ran.story().contains("sesame"), "{}", ran.story());
    assert_eq!(asked(&sent).len(), 3);
    let folder = project(&url, &command("echo open sesame; exit 7"));
    let ran = call(folder.path(), &DOCTOR, "");
    assert_eq!(ran.code, Some(3), "{}", ran.story());
    let told = "the command `sh` ended with exit status 7";
    assert!(ran.out.contains(told), "{}", ran.story());
    assert!(!ran.story().contains("sesame"), "{}", ran.story());
}

#[test]
fn a_proxy_that_is_not_there_is_told_where_a_token_is_asked_for() {
    let (url, sent) = serve("");
    let through = "url = \"URL\"\nproxy = \"http://127.0.0.1:1\"\n";
    let settings = SETTINGS.replace("url = \"URL\"\n\n", &format!("{through}\n"));
    assert!(settings.contains(through), "{settings}");
    let folder = project(&url, &settings);
    let ran = call(folder.path(), &RUN[..5], "open sesame");
    let told = "error: nobody can come as `default` of shop: 127.0.0.1:1: the proxy gives no way to the target";
    ran.demand(3, &[told, "help: "]);
    assert!(!ran.story().contains("sesame"), "{}", ran.story());
    assert_eq!(asked(&sent), [""; 0]);
}
