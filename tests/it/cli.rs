//! The program as its users see it: every folder `tests/cases/<command>/<case>/` is one call.
//!
//! A case has these files; only `args` must be there:
//!
//! - `args`: the arguments, one a line;
//! - `env`: variables as `NAME=value`, one a line; there are no others;
//! - `base`: what is copied into an empty folder first, `FROM TO` a line, from the root of the package;
//! - `in/`: what is copied over it;
//! - `stdout`, `stderr`, `exit`: what the call answers; nothing and 0 where they are not there. `[..]`
//!   stands for any characters of a line, `[TIME]`, `[PORT]`, `[VERSION]` and `[FOLDER]` for what they say;
//! - `changes`: the files that the call adds, changes or removes; none where it is not there;
//! - `out/`: what stands in those that it adds or changes.
//!
//! A case that fails shows what differs. `SNAPSHOTS=overwrite cargo test --test it cli::` writes what
//! the program answers now into the files; read the difference before you commit it.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use countersign::shell::files;
use regex::Regex;
use snapbox::data::DataFormat;
use snapbox::{Assert, Data, IntoData as _};
use tempfile::TempDir;

use crate::support;

/// The largest file of a case, in bytes.
const FILE_BYTES_MAX: usize = 4 * 1024 * 1024;

/// How many folders deep the files of a case may lie.
const FOLDERS_MAX: usize = 8;

/// The commands that have cases, and a test for each; a folder without one would never be looked at.
macro_rules! commands {
    ($($name:ident)*) => {
        const COMMANDS: &[&str] = &[$(stringify!($name)),*];

        $(#[test]
        fn $name() {
            play_all(stringify!($name));
        })*
    };
}

commands! {
    accept check cleanup completions config coverage diff docs doctor
    explain generate init list merge mock mutate noise pending
    program reject replay report review run runs schemas waivers
}

#[test]
fn every_case_is_played() {
    let folder = cases();
    let paths = files::list(&folder, FOLDERS_MAX).expect("the cases can be listed");
    for path in paths {
        let path = path.strip_prefix(&folder).expect("it was found there");
        let command = path.iter().next().and_then(|it| it.to_str());
        let case: PathBuf = path.iter().take(2).collect();
        let is_known = command.is_some_and(|it| COMMANDS.contains(&it));
        assert!(
            is_known && folder.join(case).join("args").is_file(),
            "{} belongs to no case",
            path.display()
        );
    }
}

/// Plays every case of a command.
fn play_all(command: &str) {
    let folder = cases().join(command);
    let paths = files::list(&folder, 1).expect("the command has cases");
    let arguments = paths.iter().filter(|path| path.ends_with("args"));
    let cases: Vec<Case> = arguments
        .map(|path| Case::new(path.parent().expect("a file lies in a folder")).updating())
        .collect();
    assert!(
        !cases.is_empty(),
        "there is no case in {}",
        folder.display()
    );
    let failures: Vec<String> = cases.iter().flat_map(Case::play).collect();
    assert!(failures.is_empty(), "\n{}", failures.join("\n"));
}

fn cases() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/cases")
}

/// A call and what it should answer.
struct Case {
    folder: PathBuf,
    assert: Assert,
}

impl Case {
    /// The case of a folder; it only compares.
    fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            // A backslash of the program's is no separator of paths.
            assert: Assert::new().normalize_paths(false),
        }
    }

    /// The same, but it writes what it is told to write by a variable.
    fn updating(self) -> Self {
        Self {
            assert: self.assert.action_env("SNAPSHOTS"),
            ..self
        }
    }

    /// Makes the call; answers with all that is not as it should be.
    fn play(&self) -> Vec<String> {
        let place = tempfile::tempdir().expect("there is room for a folder");
        self.lay_out(place.path());
        let before = contents(place.path());
        let output = self.call(place.path());
        let after = contents(place.path());
        let mut failures = Vec::new();
        let code = output
            .status
            .code()
            .map_or("killed".to_owned(), |it| it.to_string());
        let mut compare = |name: &str, actual: String| failures.extend(self.compare(name, actual));
        compare("stdout", settle(&output.stdout, place.path()));
        compare("stderr", settle(&output.stderr, place.path()));
        compare(
            "exit",
            if code == "0" {
                String::new()
            } else {
                format!("{code}\n")
            },
        );
        compare("changes", changes(&before, &after));
        for (path, bytes) in &after {
            if before.get(path) != Some(bytes) {
                compare(&format!("out/{path}"), settle(bytes, place.path()));
            }
        }
        failures.extend(self.left_over(&before, &after));
        failures
    }

    /// What `out` holds of files that the call leaves as they are.
    fn left_over(&self, before: &Files, after: &Files) -> Vec<String> {
        let out = self.folder.join("out");
        let expected = if out.is_dir() {
            contents(&out)
        } else {
            Files::new()
        };
        let is_as_before = |path: &&String| after.get(*path) == before.get(*path);
        let left_over = expected.keys().filter(is_as_before);
        left_over
            .map(|path| format!("{}: nothing writes out/{path}\n", self.folder.display()))
            .collect()
    }

    /// Copies what the call finds in its folder.
    fn lay_out(&self, place: &Path) {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        for line in self.lines("base") {
            let (from, to) = line.split_once(' ').expect("a line of `base` is FROM TO");
            support::copy(&root.join(from), &place.join(to));
        }
        if self.folder.join("in").is_dir() {
            support::copy(&self.folder.join("in"), place);
        }
    }

    fn call(&self, place: &Path) -> Output {
        let variables = self.lines("env");
        let variables = variables
            .iter()
            .map(|line| line.split_once('=').expect("NAME=value"));
        program_in(place)
            .args(self.lines("args"))
            .envs(variables)
            .output()
            .expect("the program can be started")
    }

    /// The lines of a file of the case; none where it is not there.
    fn lines(&self, name: &str) -> Vec<String> {
        let path = self.folder.join(name);
        if !path.exists() {
            return Vec::new();
        }
        let text = files::load_text(&path, FILE_BYTES_MAX).expect("a file of a case is text");
        text.lines().map(str::to_owned).collect()
    }

    /// Compares an answer with the file that holds what it should be.
    fn compare(&self, name: &str, actual: String) -> Option<String> {
        let path = self.folder.join(name);
        if actual.is_empty() && !path.exists() {
            return None;
        }
        let expected = Data::read_from(&path, Some(DataFormat::Text));
        let title = format!("{}: {name}", self.folder.display());
        let compared = self
            .assert
            .try_eq(Some(&title), actual.into_data(), expected);
        compared.err().map(|error| error.to_string())
    }
}

/// The program, in a folder and without an environment.
pub(super) fn program_in(place: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.current_dir(place).env_clear();
    command
}

/// The bytes of files, by their paths.
type Files = BTreeMap<String, Vec<u8>>;

/// Every file of a folder.
fn contents(place: &Path) -> Files {
    let paths = files::list(place, FOLDERS_MAX).expect("the folder can be listed");
    let read = |path: PathBuf| {
        let name = path.strip_prefix(place).expect("it was found there");
        let name = name
            .to_str()
            .expect("names in cases are text")
            .replace('\\', "/");
        (
            name,
            files::load_bytes(&path, FILE_BYTES_MAX).expect("the file can be read"),
        )
    };
    paths.into_iter().map(read).collect()
}

/// What became of the files, one a line.
fn changes(before: &Files, after: &Files) -> String {
    let mut paths: Vec<&String> = before.keys().chain(after.keys()).collect();
    paths.sort();
    paths.dedup();
    let line = |path: &String| match (before.get(path), after.get(path)) {
        (None, _) => format!("added {path}\n"),
        (_, None) => format!("removed {path}\n"),
        (old, new) if old != new => format!("changed {path}\n"),
        _ => String::new(),
    };
    paths.into_iter().map(line).collect()
}

/// A text with words in the place of what differs from run to run and from machine to machine.
fn settle(bytes: &[u8], place: &Path) -> String {
    let mut text = String::from_utf8_lossy(bytes).replace("\r\n", "\n");
    let folder = place
        .to_str()
        .expect("the path of a temporary folder is text");
    text = text.replace(folder, "[FOLDER]");
    for (pattern, word) in [
        (r"\[ *\d+\.\d{3}s\]", "[TIME]"),
        (r"\bin \d+(\.\d+)? ?m?s\b", "in [TIME]"),
        (r"127\.0\.0\.1:\d{5}\b", "127.0.0.1:[PORT]"),
        (
            concat!(r"\b", "countersign ", r"\d+\.\d+\.\d+"),
            "countersign [VERSION]",
        ),
    ] {
        let pattern = Regex::new(pattern).expect("the pattern is written here");
        text = pattern.replace_all(&text, word).into_owned();
    }
    text
}

/// A folder with the files of some folders of the package, as in `base`.
pub(super) fn project(parts: &[(&str, &str)]) -> TempDir {
    let place = tempfile::tempdir().expect("there is room for a folder");
    for (from, to) in parts {
        let from = Path::new(env!("CARGO_MANIFEST_DIR")).join(from);
        support::copy(&from, &place.path().join(to));
    }
    place
}

#[test]
fn a_port_that_is_taken_is_told() {
    let taken = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    let address = taken.local_addr().expect("it has an address").to_string();
    let place = project(&[]);
    let output = program_in(place.path())
        .args(["mock", "qappctl-shim", "--listen", &address])
        .output()
        .expect("the program can be started");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{told}");
    assert!(
        told.starts_with(&format!("error: cannot listen on {address}: ")),
        "{told}"
    );
    assert!(output.stdout.is_empty());
}

#[cfg(unix)]
#[test]
fn a_report_takes_no_pipe_away_and_nothing_is_sent() {
    use std::os::unix::fs::FileTypeExt as _;
    let target = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    target
        .set_nonblocking(true)
        .expect("the system can wait for nobody");
    let url = format!("http://{}", target.local_addr().expect("it has an address"));
    let place = project(&[("tests/projects/widgets", "")]);
    let pipe = place.path().join("pipe");
    let made = Command::new("mkfifo").arg(&pipe).status();
    assert!(made.expect("mkfifo can be called").success());
    let output = program_in(place.path())
        .args(["run", "widgets", "--target", &url, "--report", "json=pipe"])
        .output()
        .expect("the program can be started");
    let told = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{told}");
    assert!(told.contains("pipe: it is no regular file"), "{told}");
    let kind = pipe.symlink_metadata().expect("it is there").file_type();
    assert!(kind.is_fifo(), "{kind:?}");
    let nobody = target.accept().expect_err("nobody has called");
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
}

#[test]
fn nothing_is_sent_while_a_file_is_wrong() {
    let target = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a port");
    target
        .set_nonblocking(true)
        .expect("the system can wait for nobody");
    let url = format!("http://{}", target.local_addr().expect("it has an address"));
    let place = project(&[("tests/projects/widgets", "")]);
    let run = || {
        let arguments = ["run", "widgets", "--timeout", "1", "--target", &url];
        let output = program_in(place.path()).args(arguments).output();
        output.expect("the program can be started").status.code()
    };
    let broken = place.path().join("specs/widgets/broken.arazzo.yaml");
    files::store(&broken, b"arazzo: [").expect("there is room for a file");
    assert_eq!(run(), Some(6));
    let nobody = target.accept().expect_err("nobody has called");
    assert_eq!(nobody.kind(), std::io::ErrorKind::WouldBlock);
    // The same run without the broken file does call, so the silence above means something.
    files::remove(&broken).expect("the file can be removed");
    assert_eq!(run(), Some(3));
    target.accept().expect("somebody has called");
}

#[test]
fn what_differs_from_run_to_run_is_settled() {
    let place = Path::new("/somewhere");
    let text =
        "countersign 1.20.3: [   0.014s] at http://127.0.0.1:41234/a in 1.20 s, /somewhere/b\r\n";
    let settled =
        "countersign [VERSION]: [TIME] at http://127.0.0.1:[PORT]/a in [TIME], [FOLDER]/b\n";
    assert_eq!(settle(text.as_bytes(), place), settled);
}

#[test]
fn a_case_that_answers_otherwise_fails() {
    let place = tempfile::tempdir().expect("there is room for a folder");
    let write = |name: &str, text: &str| {
        files::store(&place.path().join(name), text.as_bytes()).expect("there is room for a file");
    };
    write("args", "--version\n");
    write("stdout", "countersign [VERSION]\n");
    let case = Case::new(place.path());
    assert_eq!(case.play(), [] as [String; 0]);
    write("stdout", "something else\n");
    write("exit", "1\n");
    assert_eq!(case.play().len(), 2);
    write("out/file", "nobody writes it\n");
    assert_eq!(case.play().len(), 3);
}

#[test]
fn changes_of_files_are_told() {
    let files = |pairs: &[(&str, &str)]| -> Files {
        let own = |(path, text): &(&str, &str)| ((*path).to_owned(), text.as_bytes().to_vec());
        pairs.iter().map(own).collect()
    };
    let before = files(&[("a", "1"), ("b", "1"), ("c", "1")]);
    let after = files(&[("a", "1"), ("b", "2"), ("d", "1")]);
    assert_eq!(changes(&before, &after), "changed b\nremoved c\nadded d\n");
}
