//! What flows make at a target is gone afterwards, however the run ended; and a journal can make the
//! program do nothing else.
//!
//! The server holds back what a test says, so that nothing here depends on how fast anything is.

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{self, Receiver, Sender};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use crate::support::{self, Ran};

const CONTRACT: &str = "
openapi: 3.1.0
info: {title: Things, version: 1.0.0}
paths:
  /things:
    post:
      operationId: make
      responses:
        '201':
          description: Made.
          content:
            application/json:
              schema: {type: object, properties: {id: {type: string}}}
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: look, responses: {'204': {description: There.}}}
    put: {operationId: change, responses: {'204': {description: Changed.}}}
    delete: {operationId: remove, responses: {'204': {description: Gone.}, '404': {description: Never there.}}}
";

const HEAD: &str = "
arazzo: 1.0.1
info: {title: Flows, version: 1.0.0}
sourceDescriptions: [{name: api, url: ./openapi.yaml, type: openapi}]
workflows:
  - workflowId: life
    steps:
      - {stepId: make, operationId: make, outputs: {id: $response.body#/id}}
      - {stepId: again, operationId: make}
";

const LOOK: &str = "
      - {stepId: look, operationId: look, parameters: [{name: id, in: path, value: $steps.make.outputs.id}]}
";

const REMOVE: &str = "
      - {stepId: remove, operationId: remove, parameters: [{name: id, in: path, value: $steps.make.outputs.id}]}
";

/// What a server that takes nothing away is told to hold back.
const REFUSED: &str = "nothing, and takes nothing away";

/// A server that makes things, looks at none of them for ever where that is said, and takes them away.
struct Server {
    url: String,
    things: Arc<Mutex<BTreeSet<String>>>,
    asked: Arc<Mutex<Vec<String>>>,
    /// One message for each request that is held back.
    held: Receiver<()>,
}

impl Server {
    fn start(holds_back: &'static str) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (things, asked) = (Arc::default(), Arc::default());
        let (tell, held) = mpsc::channel();
        let (their_things, their_asked) = (Arc::clone(&things), Arc::clone(&asked));
        thread::spawn(move || {
            for stream in listener.incoming().filter_map(Result::ok) {
                let (things, asked) = (Arc::clone(&their_things), Arc::clone(&their_asked));
                let tell = tell.clone();
                // A client that is killed goes away.
                thread::spawn(move || drop(serve(stream, &things, &asked, (holds_back, &tell))));
            }
        });
        Self {
            url,
            things,
            asked,
            held,
        }
    }

    fn things(&self) -> usize {
        self.things
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .len()
    }

    fn asked(&self, method: &str) -> usize {
        let asked = self.asked.lock().unwrap_or_else(PoisonError::into_inner);
        asked.iter().filter(|it| it.starts_with(method)).count()
    }
}

fn serve(
    mut stream: TcpStream,
    things: &Mutex<BTreeSet<String>>,
    asked: &Mutex<Vec<String>>,
    (holds_back, tell): (&str, &Sender<()>),
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?);
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let mut field = String::from("x");
    while !field.trim().is_empty() {
        field.clear();
        reader.read_line(&mut field)?;
    }
    let method = line.split(' ').next().unwrap_or_default().to_owned();
    let id = line
        .split(' ')
        .nth(1)
        .and_then(|it| it.strip_prefix("/things/"))
        .map(str::to_owned);
    let mut known = asked.lock().unwrap_or_else(PoisonError::into_inner);
    known.push(line.clone());
    let number = known.len();
    drop(known);
    if method == holds_back {
        let _ = tell.send(());
        // Until the client goes away.
        reader.read_to_end(&mut Vec::new())?;
        return Ok(());
    }
    let mut things = things.lock().unwrap_or_else(PoisonError::into_inner);
    let (status, body) = match method.as_str() {
        "POST" => {
            things.insert(number.to_string());
            (201, format!("{{\"id\":\"{number}\"}}"))
        }
        "DELETE" if holds_back == REFUSED => (409, String::new()),
        "DELETE" if !id.is_some_and(|id| things.remove(&id)) => (404, String::new()),
        _ => (204, String::new()),
    };
    let of_body = match body.len() {
        0 => String::new(),
        length => format!("content-type: application/json\r\ncontent-length: {length}\r\n"),
    };
    write!(
        stream,
        "HTTP/1.1 {status} X\r\n{of_body}connection: close\r\n\r\n{body}"
    )
}

struct Place {
    folder: tempfile::TempDir,
}

impl Place {
    fn new(steps: &str) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let specs = folder.path().join("specs/things");
        support::write(&specs.join("openapi.yaml"), CONTRACT);
        support::write(&specs.join("flows.arazzo.yaml"), &format!("{HEAD}{steps}"));
        Self { folder }
    }

    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = support::program();
        command.arg("-C").arg(self.folder.path()).args(arguments);
        command
    }

    fn ran(&self, arguments: &[&str]) -> Ran {
        Ran::of(self.command(arguments).output().expect("it can be started"))
    }

    fn begin(&self, url: &str) -> Child {
        let mut command = self.command(&["run", "--target", url]);
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("it can be started")
    }

    fn journals(&self) -> Vec<PathBuf> {
        let folder = self.folder.path().join(".countersign/journal");
        let entries = std::fs::read_dir(folder).into_iter().flatten();
        entries.filter_map(|it| Some(it.ok()?.path())).collect()
    }

    /// A run that is killed while it looks; with its journal.
    fn killed(&self, server: &Server) -> PathBuf {
        let mut run = self.begin(&server.url);
        server.held.recv().expect("the server runs");
        run.kill().expect("it can be killed");
        run.wait().expect("it has ended");
        assert_eq!(server.things(), 2);
        let [journal] = self.journals().try_into().expect("one journal");
        journal
    }
}

fn edit(journal: &Path, change: impl FnOnce(String) -> String) {
    support::write(journal, &change(support::read(journal)));
}

#[test]
fn what_a_killed_run_left_is_cleaned_up() {
    let (server, place) = (Server::start("GET"), Place::new(LOOK));
    let journal = place.killed(&server);
    let missing = place.ran(&["cleanup"]);
    assert_eq!(missing.code, Some(2), "{}", missing.story());
    assert!(
        missing.err.contains("--target http://"),
        "{}",
        missing.story()
    );
    let dry = place.ran(&["cleanup", "--target", &server.url, "--dry-run"]);
    assert_eq!((dry.code, server.things()), (Some(0), 2), "{}", dry.story());
    assert!(
        dry.out
            .contains("WOULD SEND things::life/make  DELETE http://"),
        "{}",
        dry.story()
    );
    let ran = place.ran(&["cleanup", "--target", &server.url]);
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    assert_eq!(server.things(), 0, "{}", ran.story());
    assert!(!journal.exists());
    let again = place.ran(&["cleanup"]);
    assert_eq!(
        (again.code, again.out.as_str()),
        (Some(0), "nothing to clean up\n")
    );
}

#[test]
fn a_signal_lets_a_run_clean_up_by_itself() {
    let (server, place) = (Server::start("GET"), Place::new(LOOK));
    let run = place.begin(&server.url);
    server.held.recv().expect("the server runs");
    let sent = Command::new("sh")
        .args(["-c", &format!("kill -INT {}", run.id())])
        .status();
    assert!(sent.expect("there is a shell").success());
    let ran = Ran::of(run.wait_with_output().expect("it has ended"));
    assert_eq!(ran.code, Some(130), "{}", ran.story());
    assert_eq!(
        (server.things(), place.journals().len()),
        (0, 0),
        "{}",
        ran.story()
    );
}

#[test]
fn what_a_flow_takes_away_itself_is_not_taken_away_twice() {
    let (server, place) = (Server::start(""), Place::new(REMOVE));
    let ran = place.ran(&["run", "--target", &server.url]);
    assert_eq!(
        (server.things(), server.asked("DELETE")),
        (0, 2),
        "{}",
        ran.story()
    );
    assert_eq!(place.journals().len(), 0, "{}", ran.story());
    let kept = place.ran(&["run", "--target", &server.url, "--no-journal"]);
    assert_eq!(server.things(), 1, "{}", kept.story());
}

#[test]
fn a_damaged_line_is_told_and_the_rest_is_cleaned_up() {
    let (server, place) = (Server::start("GET"), Place::new(LOOK));
    let journal = place.killed(&server);
    edit(&journal, |text| format!("{text}{{\"open\": nonsense\n"));
    let ran = place.ran(&["cleanup", "--target", &server.url]);
    assert_eq!((ran.code, server.things()), (Some(6), 0), "{}", ran.story());
    assert!(
        ran.err.contains("it is no line of a journal"),
        "{}",
        ran.story()
    );
    assert!(journal.exists());
    let ran = place.ran(&["cleanup", "--target", &server.url, "--forget"]);
    assert_eq!(
        (ran.code, journal.exists()),
        (Some(0), false),
        "{}",
        ran.story()
    );
}

#[test]
fn a_journal_asks_for_nothing_but_undoings_at_its_own_target() {
    for (from, to, why) in [
        (
            "\"method\":\"DELETE\"",
            "\"method\":\"POST\"",
            "is no request of `remove`",
        ),
        (
            "\"operation\":\"remove\",\"method\":\"DELETE\"",
            "\"operation\":\"change\",\"method\":\"PUT\"",
            "takes nothing away",
        ),
        (
            "\"operation\":\"remove\"",
            "\"operation\":\"gone\"",
            "the contract has no operation `gone`",
        ),
        (
            "\"target\":\"/things/",
            "\"target\":\"@evil.example/things/",
            "is no request of `remove`",
        ),
        (
            "\"target\":\"/things/",
            "\"target\":\"/things/../",
            "is no request of `remove`",
        ),
        (
            "\"target\":\"/things/",
            "\"target\":\"/things/%2e%2e/",
            "is no request of `remove`",
        ),
    ] {
        let (server, place) = (Server::start("GET"), Place::new(LOOK));
        let journal = place.killed(&server);
        edit(&journal, |text| text.replace(from, to));
        let before = server.asked("");
        let ran = place.ran(&["cleanup", "--target", &server.url]);
        assert_eq!(ran.code, Some(1), "{to}\n{}", ran.story());
        assert_eq!(server.asked(""), before, "{to}\n{}", ran.story());
        assert!(ran.out.contains(why), "{to}\n{}", ran.story());
    }
}

#[test]
fn what_is_left_is_told_at_the_end() {
    let (server, place) = (Server::start(REFUSED), Place::new(LOOK));
    let ran = place.ran(&["run", "--target", &server.url]);
    assert_eq!(
        (server.things(), place.journals().len()),
        (2, 1),
        "{}",
        ran.story()
    );
    assert!(
        ran.out.contains("2 possible leftovers at the target"),
        "{}",
        ran.story()
    );
    assert!(
        ran.out
            .contains("LEFT things::life/make  DELETE /things/1 -> 409"),
        "{}",
        ran.story()
    );
    let ran = place.ran(&["cleanup", "--target", &server.url]);
    assert_eq!(
        (ran.code, place.journals().len()),
        (Some(1), 1),
        "{}",
        ran.story()
    );
    let ran = place.ran(&["cleanup", "--target", &server.url, "--forget"]);
    assert_eq!(
        (ran.code, place.journals().len()),
        (Some(0), 0),
        "{}",
        ran.story()
    );
    assert!(
        ran.out.contains("FORGOTTEN things::life/make"),
        "{}",
        ran.story()
    );
}

#[test]
fn another_target_is_refused() {
    let (server, other, place) = (Server::start("GET"), Server::start(""), Place::new(LOOK));
    let journal = place.killed(&server);
    let ran = place.ran(&["cleanup", "--target", &other.url]);
    assert_eq!((ran.code, other.asked("")), (Some(2), 0), "{}", ran.story());
    edit(&journal, |text| {
        text.replace(&server.url, "http://127.0.0.1:9")
    });
    let ran = place.ran(&["cleanup", "--target", "http://127.0.0.1:9"]);
    assert_eq!(ran.code, Some(3), "{}", ran.story());
    assert!(journal.exists());
}

#[test]
fn a_protected_target_is_cleaned_up_on_demand_alone() {
    let (server, place) = (Server::start("GET"), Place::new(LOOK));
    place.killed(&server);
    let settings = format!(
        "[targets.prod]\nurl = \"{}\"\nprotected = true\n",
        server.url
    );
    support::write(
        &place.folder.path().join("specs/things/api.toml"),
        &settings,
    );
    let ran = place.ran(&["cleanup", "--target", "prod"]);
    assert_eq!((ran.code, server.things()), (Some(2), 2), "{}", ran.story());
    let ran = place.ran(&["cleanup", "--target", "prod", "--allow-writes"]);
    assert_eq!((ran.code, server.things()), (Some(0), 0), "{}", ran.story());
}

#[test]
fn a_run_under_way_is_left_alone() {
    let (server, place) = (Server::start("GET"), Place::new(LOOK));
    let mut run = place.begin(&server.url);
    server.held.recv().expect("the server runs");
    let ran = place.ran(&["cleanup", "--target", &server.url]);
    assert_eq!((ran.code, server.things()), (Some(0), 2), "{}", ran.story());
    assert!(ran.err.contains("is still under way"), "{}", ran.story());
    run.kill().expect("it can be killed");
    run.wait().expect("it has ended");
}
