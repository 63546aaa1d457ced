//! What is found of each switch, by what; the table of docs/proof.md is written from it.
//!
//! The flows are those that `countersign generate` writes for the contract; nobody adds a line. A way to
//! look for faults is a row of `WAYS`; another one is a row more.
//!
//! `SNAPSHOTS=overwrite cargo test --test it tenfold::` writes the table anew.

use std::fmt::Write as _;
use std::path::Path;

use countersign::shell::files;
use serde_json::Value;
use tempfile::TempDir;

use super::api::{SWITCHES, Switch};
use super::flows::{assert_whole, play, project};
use crate::support::{self, Ran};

/// A way to look for faults.
struct Way {
    /// What it is called in the table.
    name: &'static str,
    /// What `run` is called with, besides the target.
    arguments: &'static [&'static str],
    /// Whether the snapshots of a server without a fault are approved before.
    is_approved: bool,
}

const WAYS: &[Way] = &[
    Way {
        name: "`run`",
        arguments: &[],
        is_approved: false,
    },
    Way {
        name: "`run`, snapshots approved",
        arguments: &[],
        is_approved: true,
    },
    Way {
        name: "`run --laws`",
        arguments: &["--laws"],
        is_approved: false,
    },
    Way {
        name: "`run --laws --variations`",
        arguments: &["--laws", "--variations"],
        is_approved: false,
    },
];

/// How many seeds nothing may be found with on a server without a fault.
const SEEDS: u64 = 20;

/// The page, and what stands around the table.
const PAGE: &str = "docs/proof.md";
const BEGIN: &str = "<!-- the table is written by tests/it/tenfold/found.rs -->\n";
const END: &str = "<!-- end of the table -->\n";

/// The largest page, in bytes.
const PAGE_BYTES_MAX: usize = 1024 * 1024;

/// What a way finds of a switch: the checks, and `snapshot` where only that differs; nothing where it
/// finds nothing.
async fn found(root: &Path, switch: Option<Switch>, way: &Way) -> Vec<String> {
    let report = root.join("report.json");
    let wish = format!("--report=json={}", report.display());
    let arguments: Vec<&str> = way
        .arguments
        .iter()
        .copied()
        .chain([wish.as_str()])
        .collect();
    let ran = play(root, switch, &arguments).await;
    let report: Value = serde_json::from_str(&support::read(&report)).expect("JSON");
    let cases = report["cases"].as_array().expect("cases").iter();
    let findings = cases.flat_map(|it| it["findings"].as_array().expect("findings"));
    let mut checks: Vec<String> = findings
        .map(|it| it["check"].as_str().expect("a name").to_owned())
        .collect();
    checks.sort_unstable();
    checks.dedup();
    let expected: &[i32] = match (checks.is_empty(), way.is_approved) {
        (false, _) => &[1],
        (true, true) => &[0, 5],
        // What is new waits for somebody, and is no sign of a fault.
        (true, false) => &[5],
    };
    let code = ran.code.expect("it was not killed");
    assert!(expected.contains(&code), "{}", ran.story());
    if way.is_approved && code == 5 {
        checks.push("snapshot".to_owned());
    }
    checks
}

/// The table: a row for each switch, a column for each way, and how many each way finds.
async fn table(root: &Path, bare: &Path) -> String {
    let mut rows = vec![
        String::from("| fault | what it does |"),
        String::from("|---|---|"),
    ];
    for way in WAYS {
        write!(rows[0], " {} |", way.name).expect("a String takes all");
        rows[1].push_str("---|");
    }
    let mut counts = vec![0; WAYS.len()];
    for (switch, name, told) in SWITCHES {
        let mut row = format!("| `{name}` | {told} |");
        for (way, count) in WAYS.iter().zip(&mut counts) {
            let folder = if way.is_approved { root } else { bare };
            let checks = found(folder, Some(*switch), way).await;
            *count += usize::from(!checks.is_empty());
            let cell = match checks.as_slice() {
                [] => "-".to_owned(),
                checks => format!("`{}`", checks.join("`, `")),
            };
            write!(row, " {cell} |").expect("a String takes all");
        }
        rows.push(row);
    }
    let mut last = String::from("| **found** | |");
    for count in counts {
        write!(last, " {count} of {} |", SWITCHES.len()).expect("a String takes all");
    }
    rows.push(last);
    rows.join("\n") + "\n"
}

/// Two projects with the generated flows: one in which the snapshots of a server without a fault are
/// approved, and one in which nothing is.
async fn projects() -> (TempDir, TempDir) {
    let (approved, bare) = (project(), project());
    let ran = play(approved.path(), None, &["--update", "new"]).await;
    assert_eq!(ran.code, Some(0), "{}", ran.story());
    (approved, bare)
}

#[tokio::test]
async fn what_is_generated_is_green_without_a_fault_and_reaches_everything() {
    let (approved, bare) = projects().await;
    assert_whole(&play(approved.path(), None, &["-v"]).await);
    for way in WAYS {
        let folder = if way.is_approved { &approved } else { &bare };
        let checks = found(folder.path(), None, way).await;
        assert_eq!(checks, [] as [&str; 0], "{}", way.name);
    }
    let mut command = support::program();
    command.arg("-C").arg(approved.path()).arg("check");
    let ran = Ran::of(command.output().expect("the program can be started"));
    assert_eq!(ran.code, Some(0), "{}", ran.story());
}

#[tokio::test]
async fn no_seed_accuses_a_server_without_a_fault() {
    let bare = project();
    for seed in 0..SEEDS {
        let seed = seed.to_string();
        let arguments = ["--laws", "--variations", "--seed", seed.as_str()];
        let ran = play(bare.path(), None, &arguments).await;
        // What is new waits for somebody.
        assert_eq!(ran.code, Some(5), "{}", ran.story());
    }
}

#[tokio::test]
async fn the_page_says_what_is_found_of_each_fault() {
    let (approved, bare) = projects().await;
    let table = table(approved.path(), bare.path()).await;
    let path = support::root().join(PAGE);
    let page = files::load_text(&path, PAGE_BYTES_MAX).expect("the page is there");
    let (before, rest) = page.split_once(BEGIN).expect("the table begins");
    let (_, after) = rest.split_once(END).expect("the table ends");
    let actual = format!("{before}{BEGIN}{table}{END}{after}");
    snapbox::Assert::new()
        .action_env("SNAPSHOTS")
        .eq(actual, snapbox::Data::read_from(&path, None).raw());
}
