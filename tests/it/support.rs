//! What several tests need: the bundled project, mocks on loopback ports, the program as a child.
//!
//! It asserts nothing of the product; the tests do.

mod playground;

use std::io::{self, BufRead as _, BufReader, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Output, Stdio};
use std::sync::{Arc, Mutex};

use countersign::cli::Project;
use countersign::mock::{Fault, Mock, Setting};
use countersign::plan::{self, Selection};
use countersign::shell::client::Client;
use countersign::shell::clock::SystemClock;
use countersign::shell::files;
use countersign::shell::signals::Stop;
use countersign::shell::stand::Stand;
use countersign::suite::{Outcome, Session};
use countersign::world::{Entropy, Limits, Site, VirtualClock, World};
use futures_util::{StreamExt as _, stream};
use serde_json::Map;

pub(crate) use playground::Playground;

/// The largest file that a test reads, in bytes.
const FILE_BYTES_MAX: usize = 64 * 1024 * 1024;

/// How many folders deep the files lie that a test copies.
const FOLDERS_MAX: usize = 8;

/// The folder that holds the bundled `specs/` and `snapshots/`.
pub(crate) fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Copies a file, or all files of a folder.
pub(crate) fn copy(from: &Path, to: &Path) {
    let paths = if from.is_dir() {
        files::list(from, FOLDERS_MAX).expect("the folder can be listed")
    } else {
        vec![from.to_owned()]
    };
    for path in paths {
        let bytes = files::load_bytes(&path, FILE_BYTES_MAX).expect("the file can be read");
        let rest = path.strip_prefix(from).expect("it was found there");
        let target = if rest.as_os_str().is_empty() {
            to.to_owned()
        } else {
            to.join(rest)
        };
        files::store(&target, &bytes).expect("there is room for a copy");
    }
}

/// Reads a project that is known to be right.
pub(crate) fn load(root: &Path) -> Project {
    Project::load(root).expect("the project has no mistake")
}

/// Serves a mock on a loopback port of its own.
pub(crate) async fn serve(mock: &Mock, fault: Option<&'static Fault>) -> Stand {
    let setting = Setting {
        calendar: Arc::new(SystemClock::new()),
        entropy: Entropy::from_seed(0),
        fault,
    };
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let stand = Stand::start(mock, setting, address).await;
    stand.expect("a loopback port is free")
}

/// Plays every flow of an API, so many at once; the outcomes are in the order of the files. Waiting
/// between two tries takes no time, since a mock never changes by itself.
pub(crate) async fn play_api(
    project: &Project,
    api: &str,
    stand: &Stand,
    jobs: usize,
) -> Vec<Outcome> {
    let site = &Site::from(stand.serving.url().as_str());
    let selection = Selection {
        words: vec![format!("{api}::")],
        ..Selection::default()
    };
    let scenarios = project.suite.scenarios();
    let plan = plan::lay_out(&scenarios, &selection, 0, &|_| Map::new());
    let session = Session::new(&project.suite, &plan, project.baselines.clone());
    let stop = Stop::new();
    let client = Client::new(stand.keyring.clone(), stop.clone()).expect("the keys are sound");
    let clocks: Vec<VirtualClock> = plan.cases.iter().map(|_| VirtualClock::default()).collect();
    let playing: Vec<_> = plan
        .cases
        .iter()
        .zip(&clocks)
        .map(|(case, clock)| {
            let world = World {
                target: &client,
                site,
                clock,
                stopping: &stop,
                limits: Limits::default(),
            };
            session.play(case, world)
        })
        .collect();
    stream::iter(playing).buffered(jobs).collect().await
}

/// The program, in an environment that has nothing but `CI`: it writes no snapshots and no colours.
pub(crate) fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.env_clear().env("CI", "1");
    command
}

/// What a run of the program came to.
pub(crate) struct Ran {
    /// The exit code; none when a signal ended it.
    pub(crate) code: Option<i32>,
    /// All of its standard output.
    pub(crate) out: String,
    /// All of its error output.
    pub(crate) err: String,
}

impl Ran {
    /// Takes what a process has left; the program writes nothing but UTF-8.
    pub(crate) fn of(output: Output) -> Self {
        Self {
            code: output.status.code(),
            out: String::from_utf8(output.stdout).expect("UTF-8"),
            err: String::from_utf8(output.stderr).expect("UTF-8"),
        }
    }

    /// Demands that it ended so, and told these words.
    #[track_caller]
    pub(crate) fn demand(&self, code: i32, told: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.story());
        for words in told {
            let is_told = self.out.contains(words) || self.err.contains(words);
            assert!(is_told, "{words}: {}", self.story());
        }
    }

    /// All that was told, for a failing test to show.
    pub(crate) fn story(&self) -> String {
        format!("exit {:?}\n{}\n{}", self.code, self.out, self.err)
    }
}

/// Runs the program over the project in `root` to its end.
pub(crate) fn run(root: &Path, arguments: &[&str]) -> Ran {
    let mut command = program();
    command.arg("-C").arg(root).arg("run").args(arguments);
    Ran::of(command.output().expect("the program can be started"))
}

/// Reads what the program has written.
pub(crate) fn read(path: &Path) -> String {
    files::load_text(path, FILE_BYTES_MAX).expect("the program wrote it")
}

/// Writes a file of a project that a test makes up; its folders are made, too.
pub(crate) fn write(path: &Path, text: &str) {
    let folder = path.parent().expect("a file stands in a folder");
    std::fs::create_dir_all(folder).expect("a folder of the test's own");
    files::store(path, text.as_bytes()).expect("a folder of the test's own");
}

/// `countersign mock` as a process of its own, until it is dropped.
pub(crate) struct MockProgram {
    process: Child,
    /// Where it listens, as it told itself.
    pub(crate) url: String,
}

impl MockProgram {
    /// Starts it on a free loopback port.
    pub(crate) fn start(api: &str, fault: Option<&str>) -> Self {
        let mut command = program();
        command.args(["mock", api, "--listen", "127.0.0.1:0"]);
        command.args(fault.iter().flat_map(|fault| ["--fault", fault]));
        command.stdout(Stdio::piped()).stderr(Stdio::null());
        let mut process = command.spawn().expect("the program can be started");
        let mut url = String::new();
        let out = process.stdout.take().expect("it was asked for");
        BufReader::new(out)
            .read_line(&mut url)
            .expect("a line of UTF-8");
        Self {
            process,
            url: url.trim_end().to_owned(),
        }
    }
}

impl Drop for MockProgram {
    fn drop(&mut self) {
        // Nothing can be done about a process that is gone already.
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

/// Told past the harness, which would keep it to itself: a test that did nothing should not look as if
/// it had. Each line is told once.
pub(crate) fn tell_once(line: &str) {
    static TOLD: Mutex<Vec<String>> = Mutex::new(Vec::new());
    let mut told = TOLD.lock().expect("nobody panics while it is held");
    if !told.iter().any(|it| it == line) {
        told.push(line.to_owned());
        // Without an error output there is nobody to tell.
        let _ = io::stderr().write_all(line.as_bytes());
    }
}
