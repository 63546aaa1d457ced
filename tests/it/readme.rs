//! Is what the documents show true? Every command line of a block `console` is run, and what it says
//! must be what the page shows; every block with the name of a file becomes that file first.
//!
//! A block says where it is played: `console` in a copy of this project, `console FOLDER` in a folder
//! beside it that holds the files of this page. `[..]` stands for a part of a line, `...` for some
//! lines. Beside the program itself a page may use `cat FILE` and `echo $?`; a mock that is started
//! with `&` listens at another port than the page says, and is stopped at the end.
//!
//! To look at a failure: `cargo test --test it readme` shows the page's text beside what came.

use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

use countersign::shell::files;
use snapbox::IntoData as _;

use crate::support::root;

/// How large a file of this project may be, in bytes.
const FILE_BYTES_MAX: usize = 1024 * 1024;

/// How many folders deep the files of an API may lie.
const FOLDERS_MAX: usize = 4;

/// The pages whose commands are run.
const PAGES: &[&str] = &[
    "README.md",
    "CONTRIBUTING.md",
    "docs/api-toml.md",
    "docs/reports.md",
    "docs/snapshots.md",
    "docs/targets.md",
];

/// A block of code of a page.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Block {
    /// The line of its first line of text, from 1.
    line: usize,
    /// What stands behind the backticks.
    label: String,
    /// Its text.
    text: String,
}

/// A command line with what the page says that it answers.
#[derive(Debug, PartialEq, Eq)]
struct Call {
    line: usize,
    command: String,
    answer: String,
}

/// The place where the commands of a page are played.
struct Room {
    folder: tempfile::TempDir,
    /// The files of the page: where each stands, and its text.
    files: Vec<(PathBuf, String)>,
    /// The mocks that run: the address on the page, the real one, the process.
    mocks: Vec<(String, String, Child)>,
    /// The exit code of the last command.
    code: i32,
}

impl Drop for Room {
    fn drop(&mut self) {
        for (_, _, mock) in &mut self.mocks {
            // One that has gone already needs no end.
            let _ = mock.kill();
            let _ = mock.wait();
        }
    }
}

#[test]
fn every_command_answers_as_the_pages_say() {
    let mut complaints = Vec::new();
    for page in PAGES {
        let path = root().join(page);
        let text = files::load_text(&path, FILE_BYTES_MAX).expect("the page is there");
        complaints.extend(complaints_about(page, &text));
    }
    assert!(complaints.is_empty(), "{}", complaints.join("\n\n"));
}

#[test]
fn a_page_that_is_wrong_is_seen() {
    for (page, complaint) in [
        (
            "```console\n$ countersign explain no-such\nall is well\n```\n",
            "all is well",
        ),
        (
            "```console\n$ countersign list --exact nothing\n...\n$ echo $?\n0\n```\n",
            "echo $?",
        ),
        ("```console\n$ rm -r specs\n```\n", "no page may say this"),
        (
            "```console elsewhere\n$ countersign check\n```\n",
            "has no files",
        ),
        (
            "```console\nall is well\n```\n",
            "does not begin with a command",
        ),
    ] {
        let found = complaints_about("page.md", page);
        assert!(
            found.len() == 1 && found[0].contains(complaint),
            "{page}: {found:?}"
        );
    }
    let right =
        "```console\n$ countersign list --exact nothing\nerror: [..]\n...\n$ echo $?\n4\n```\n";
    assert_eq!(complaints_about("page.md", right), [""; 0]);
}

#[test]
fn the_table_of_checks_is_the_programs_own() {
    let page = files::load_text(&root().join("README.md"), FILE_BYTES_MAX).expect("it is there");
    // What probes ask stands in docs/laws.md.
    let is_law = |it: &&&countersign::check::Check| countersign::check::law::is_law(it);
    for check in countersign::check::CHECKS.iter().filter(|it| !is_law(it)) {
        let row = format!(
            "| `{}` | {} | {} |\n",
            check.id, check.severity, check.summary
        );
        assert!(page.contains(&row), "README.md lacks the row\n{row}");
    }
}

#[test]
fn every_format_is_told() {
    for (page, begin) in [("README.md", "`"), ("docs/reports.md", "| `")] {
        let text = files::load_text(&root().join(page), FILE_BYTES_MAX).expect("it is there");
        for format in countersign::report::FORMATS {
            let told = format!("{begin}{}`", format.id);
            assert!(text.contains(&told), "{page} lacks {told}");
        }
    }
}

#[test]
fn every_link_leads_somewhere() {
    let mut pages = files::list(&root().join("docs"), FOLDERS_MAX).expect("it can be read");
    pages.extend(files::list(&root(), 0).expect("it can be read"));
    pages.retain(|path| path.extension().is_some_and(|it| it == "md"));
    let mut seen = 0;
    let mut dead = Vec::new();
    for page in &pages {
        let text = files::load_text(page, FILE_BYTES_MAX).expect("it can be read");
        for link in links(&text) {
            seen += 1;
            let file = link.split('#').next().unwrap_or_default();
            let folder = page.parent().expect("a file is in a folder");
            if !file.is_empty() && !folder.join(file).exists() {
                dead.push(format!("{}: {link}", page.display()));
            }
        }
    }
    assert!(dead.is_empty(), "\n{}", dead.join("\n"));
    assert!(seen > 10, "only {seen} links were found");
}

#[test]
fn every_test_that_is_named_exists() {
    let page = files::load_text(&root().join("ARCHITECTURE.md"), FILE_BYTES_MAX).expect("a page");
    let mut sources = String::new();
    for folder in ["src", "tests/it"] {
        for path in files::list(&root().join(folder), FOLDERS_MAX).expect("it can be read") {
            sources += &files::load_text(&path, FILE_BYTES_MAX).expect("sources are text");
        }
    }
    let names: Vec<&str> = named_tests(&page).collect();
    let missing: Vec<&str> = names
        .iter()
        .filter(|name| !sources.contains(&format!("fn {name}(")))
        .copied()
        .collect();
    assert!(missing.is_empty(), "no test has these names: {missing:?}");
    assert!(names.len() > 20, "only {} names were found", names.len());
}

/// The names of tests in the last column of the tables of a page: a sentence is a name of a test,
/// a single word is that of a module.
fn named_tests(page: &str) -> impl Iterator<Item = &str> {
    let rows = page.lines().filter(|line| line.starts_with('|'));
    let cells = rows.filter_map(|row| row.trim_end_matches('|').rsplit('|').next());
    let names = cells.flat_map(|cell| cell.split('`').skip(1).step_by(2));
    let last = names.filter_map(|name| name.rsplit("::").next());
    last.filter(|name| name.matches('_').count() >= 3)
}

/// The links of a page that lead to files of this project.
fn links(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split("](").skip(1);
    let links = parts.filter_map(|part| part.split_once(')').map(|(link, _)| link));
    links.filter(|link| !link.contains("://"))
}

/// What is not as the page says.
fn complaints_about(page: &str, text: &str) -> Vec<String> {
    let blocks = blocks_of(text);
    // The project that the first page makes is there for the others, too.
    let first = files::load_text(&root().join(PAGES[0]), FILE_BYTES_MAX).expect("it is there");
    let mut shelf = blocks_of(&first);
    shelf.extend(blocks.iter().cloned());
    let mut room = Room::furnish(&shelf);
    let mut complaints = Vec::new();
    for block in &blocks {
        let Some(rest) = block.label.strip_prefix("console") else {
            continue;
        };
        let place = match rest.trim() {
            "" => room.folder.path().join("here"),
            name => room.folder.path().join(name),
        };
        let at = format!("{page}:{}", block.line);
        if !place.is_dir() {
            complaints.push(format!("{at}: `{}` has no files", place.display()));
            continue;
        }
        match calls(block) {
            Ok(calls) => complaints.extend(
                calls
                    .iter()
                    .filter_map(|call| room.check(&place, call).err())
                    .map(|why| format!("{at}: {why}")),
            ),
            Err(why) => complaints.push(format!("{at}: {why}")),
        }
    }
    complaints
}

/// The blocks of code of a page.
fn blocks_of(text: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let mut open: Option<Block> = None;
    for (index, line) in text.lines().enumerate() {
        let label = line.strip_prefix("```");
        match (&mut open, label) {
            (None, Some(label)) => {
                open = Some(Block {
                    line: index + 2,
                    label: label.to_owned(),
                    text: String::new(),
                });
            }
            (Some(_), Some("")) => blocks.extend(open.take()),
            (Some(block), _) => {
                block.text.push_str(line);
                block.text.push('\n');
            }
            (None, None) => {}
        }
    }
    blocks
}

/// The commands of a block.
fn calls(block: &Block) -> Result<Vec<Call>, String> {
    let mut calls: Vec<Call> = Vec::new();
    for (index, line) in block.text.lines().enumerate() {
        if let Some(command) = line.strip_prefix("$ ") {
            calls.push(Call {
                line: block.line + index,
                command: command.to_owned(),
                answer: String::new(),
            });
        } else {
            let call = calls.last_mut();
            let call = call.ok_or("the block does not begin with a command")?;
            call.answer.push_str(line);
            call.answer.push('\n');
        }
    }
    Ok(calls)
}

impl Room {
    /// A copy of this project, and beside it the files of the page.
    fn furnish(blocks: &[Block]) -> Self {
        let folder = tempfile::tempdir().expect("there is a place for temporary files");
        for part in ["specs", "schemas", "snapshots"] {
            let from = root().join(part);
            for path in files::list(&from, FOLDERS_MAX).expect("the folder can be read") {
                let name = path.strip_prefix(root()).expect("it was found below");
                let bytes = files::load_bytes(&path, FILE_BYTES_MAX).expect("it can be read");
                files::store(&folder.path().join("here").join(name), &bytes).expect("it fits");
            }
        }
        let named = blocks
            .iter()
            .filter(|it| !it.label.starts_with("console"))
            .filter_map(|it| {
                Some((
                    folder.path().join(it.label.split_once(' ')?.1),
                    it.text.clone(),
                ))
            });
        let files: Vec<(PathBuf, String)> = named.collect();
        for (path, text) in &files {
            files::store(path, text.as_bytes()).expect("it fits");
        }
        Self {
            folder,
            files,
            mocks: Vec::new(),
            code: 0,
        }
    }

    /// Runs a command; with what is not as it should be.
    fn check(&mut self, place: &Path, call: &Call) -> Result<(), String> {
        let Call {
            line,
            command,
            answer,
        } = call;
        let words: Vec<&str> = command.split_whitespace().collect();
        let came = match words.as_slice() {
            ["countersign", "mock", rest @ .., "&"] => {
                self.start(rest)?;
                String::new()
            }
            ["countersign", rest @ ..] | ["cargo", "run", "--", rest @ ..] => self.run(place, rest),
            ["cat", file] => files::load_text(&place.join(file), FILE_BYTES_MAX)
                .map(|text| self.shown(&text))
                .map_err(|error| format!("`{command}`: {error}"))?,
            ["echo", "$?"] => format!("{}\n", self.code),
            _ => return Err(format!("`{command}`: no page may say this")),
        };
        snapbox::Assert::new()
            .normalize_paths(false)
            .try_eq(
                Some(&format!("line {line}: $ {command}")),
                came.into_data(),
                answer.as_str().into_data(),
            )
            .map_err(|error| format!("`{command}`\n{error}"))
    }

    /// Both streams of the program, in the order in which it writes to them.
    fn run(&mut self, place: &Path, words: &[&str]) -> String {
        let words = words.iter().map(|word| self.real(word));
        let (mut reader, writer) = std::io::pipe().expect("the system has pipes");
        let second = writer.try_clone().expect("a pipe can be shared");
        let mut command = program();
        command
            .args(words)
            .current_dir(place)
            .stdout(writer)
            .stderr(second);
        let mut child = command.spawn().expect("the program was built");
        // It holds the writing ends, and reading would wait for them.
        drop(command);
        let mut text = String::new();
        reader.read_to_string(&mut text).expect("it writes UTF-8");
        let status = child.wait().expect("it was started");
        self.code = status.code().unwrap_or(-1);
        self.shown(&text)
    }

    /// Starts a mock at a port that is free.
    fn start(&mut self, words: &[&str]) -> Result<(), String> {
        let at = words.iter().position(|word| *word == "--listen");
        let shown = at
            .and_then(|at| words.get(at + 1))
            .ok_or("a mock on a page says where it listens")?;
        let real = words.iter().map(|word| match word {
            word if word == shown => "127.0.0.1:0",
            word => word,
        });
        let mut mock = program()
            .arg("mock")
            .args(real)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("the program was built");
        let mut url = String::new();
        let stdout = mock.stdout.take().expect("it is piped");
        let read = BufReader::new(stdout).read_line(&mut url);
        let real = url.trim().trim_start_matches("http://").to_owned();
        if real.is_empty() {
            let _ = mock.kill();
            let _ = mock.wait();
            return Err(format!("the mock did not start: {read:?}"));
        }
        self.mocks.push(((*shown).to_owned(), real, mock));
        for (path, text) in &self.files {
            let text = self.real(text);
            files::store(path, text.as_bytes()).expect("it fits");
        }
        Ok(())
    }

    /// A text with the addresses at which the mocks really listen.
    fn real(&self, text: &str) -> String {
        let mocks = self.mocks.iter();
        mocks.fold(text.to_owned(), |text, (shown, real, _)| {
            text.replace(shown, real)
        })
    }

    /// A text with the addresses that the page shows.
    fn shown(&self, text: &str) -> String {
        let mocks = self.mocks.iter();
        mocks.fold(text.to_owned(), |text, (shown, real, _)| {
            text.replace(real, shown)
        })
    }
}

/// The program, in an environment that says nothing: neither that this is CI nor that colours are
/// wanted.
fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
    command.env_clear().stdin(Stdio::null());
    command
}
