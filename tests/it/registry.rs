//! The lists that the program knows by name: checks, kinds of Problems, formats, mocks, faults.
//!
//! Names are what people write into settings, pipelines and searches: each is kebab-case, stands once,
//! and is documented, in the program and in `docs/checks.md`.

use std::collections::BTreeSet;
use std::path::Path;

use countersign::check::{CHECKS, law};
use countersign::mock::MOCKS;
use countersign::problem::ProblemCode;
use countersign::report::FORMATS;
use countersign::shell::files;

/// The largest page of documentation, in bytes.
const PAGE_BYTES_MAX: usize = 1024 * 1024;

/// What is wrong with a list of names and summaries.
fn complaints<'n>(list: &str, entries: impl Iterator<Item = (&'n str, &'n str)>) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut complaints = Vec::new();
    for (id, summary) in entries {
        if !is_kebab_case(id) {
            complaints.push(format!("{list}: `{id}` is not kebab-case"));
        }
        if !seen.insert(id) {
            complaints.push(format!("{list}: `{id}` stands twice"));
        }
        if summary.trim().split(' ').count() < 3 {
            complaints.push(format!("{list}: `{id}` has no summary"));
        }
    }
    if seen.is_empty() {
        complaints.push(format!("{list}: the list is empty"));
    }
    complaints
}

fn is_kebab_case(id: &str) -> bool {
    let is_word = |word: &str| {
        let is_plain = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        !word.is_empty() && word.bytes().all(is_plain)
    };
    id.starts_with(|first: char| first.is_ascii_lowercase()) && id.split('-').all(is_word)
}

#[test]
fn names_are_unique_plain_and_explained() {
    let mut all = complaints("checks", CHECKS.iter().map(|it| (it.id, it.summary)));
    let codes = ProblemCode::ALL.iter().map(|it| (it.id(), it.summary()));
    all.extend(complaints("problems", codes));
    all.extend(complaints(
        "formats",
        FORMATS.iter().map(|it| (it.id, it.summary)),
    ));
    all.extend(complaints(
        "mocks",
        MOCKS.iter().map(|it| (it.id, it.summary)),
    ));
    for mock in MOCKS {
        let faults = mock.faults.iter().map(|it| (it.id, it.summary));
        all.extend(complaints(&format!("faults of {}", mock.id), faults));
    }
    assert!(all.is_empty(), "\n{}\n", all.join("\n"));
}

#[test]
fn a_list_that_is_wrong_is_seen() {
    let complaints_of = |entries: &[(&'static str, &'static str)]| {
        complaints("list", entries.iter().copied()).len()
    };
    assert_eq!(complaints_of(&[("a-b2", "What it is.")]), 0);
    for wrong in [
        &[("aB", "What it is.")][..],
        &[("a--b", "What it is.")],
        &[("2a", "What it is.")],
        &[("", "What it is.")],
        &[("a", "What it is."), ("a", "What it is.")],
        &[("a", "")],
        &[],
    ] {
        assert_eq!(complaints_of(wrong), 1, "{wrong:?}");
    }
}

#[test]
fn one_name_explains_one_thing() {
    for check in CHECKS {
        let code = ProblemCode::find(check.id);
        assert_eq!(code, None, "`explain {}` has two answers", check.id);
    }
}

#[test]
fn every_check_explains_itself() {
    for check in CHECKS {
        let words = check.explanation.split_whitespace().count();
        assert!(words >= 20, "{}: {words} words explain nothing", check.id);
    }
}

#[test]
fn every_check_is_provoked_by_a_fault_or_says_why_not() {
    // What a scenario sends is checked before a mock sees it: no fault of a mock can provoke it.
    // What a waiver bears is no fault.
    let by_no_fault = BTreeSet::from(["approved-snapshot", "request-conformance"]);
    let provoked: BTreeSet<&str> = MOCKS
        .iter()
        .flat_map(|mock| mock.faults)
        .map(|fault| fault.check)
        .collect();
    let never: BTreeSet<&str> = CHECKS
        .iter()
        // Laws are broken by the servers of `suite::probing::tests`.
        .filter(|check| !law::is_law(check))
        .map(|check| check.id)
        .filter(|id| !provoked.contains(id))
        .collect();
    assert_eq!(never, by_no_fault);
}

#[test]
fn every_fault_names_what_finds_it() {
    for fault in MOCKS.iter().flat_map(|mock| mock.faults) {
        let is_known = CHECKS.iter().any(|check| check.id == fault.check);
        assert!(
            is_known || fault.check == "snapshot",
            "{} names `{}`",
            fault.id,
            fault.check
        );
    }
}

#[test]
fn every_mock_has_its_folder_of_specifications() {
    for mock in MOCKS {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("specs")
            .join(mock.id);
        assert!(folder.is_dir(), "{} is missing", folder.display());
    }
}

#[test]
fn the_page_of_checks_names_each() {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/checks.md");
    let page = files::load_text(&path, PAGE_BYTES_MAX).expect("docs/checks.md is there");
    for check in CHECKS {
        let id = check.id;
        assert!(
            page.contains(&format!("`{id}`")),
            "docs/checks.md does not name `{id}`"
        );
        assert!(
            page.contains(check.summary),
            "docs/checks.md does not summarise `{id}`"
        );
    }
}
