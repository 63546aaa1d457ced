//! What the Arazzo Specification asks of a runner, as a list of items, each of which some test is named
//! after: `t8_a_step_that_takes_too_long_fails` is about item T8, `k1_k2_..` about two.
//!
//! The letters: V versions and formats, R references, O the root, S sources, W workflows, T steps,
//! P parameters, A actions, C components, K criteria, E types of expressions, L selectors, B bodies,
//! X expressions, Z extensions and hostile documents.

use std::collections::BTreeSet;

use countersign::shell::files;

use crate::support::{read, root};

/// How many folders deep the sources lie.
const FOLDERS_MAX: usize = 8;

/// Each letter with the number of its last item; the first is 1.
const ITEMS: [(char, u32); 15] = [
    ('v', 5),
    ('r', 5),
    ('o', 1),
    ('s', 3),
    ('w', 7),
    ('t', 10),
    ('p', 5),
    ('a', 6),
    ('c', 3),
    ('k', 8),
    ('e', 1),
    ('l', 1),
    ('b', 4),
    ('x', 9),
    ('z', 3),
];

/// The items that the name of a test begins with: `k1_k2_name` with two.
fn items_of(name: &str) -> impl Iterator<Item = &str> {
    name.split('_').take_while(|word| {
        let (letter, number) = word.split_at_checked(1).unwrap_or_default();
        letter.bytes().all(|it| it.is_ascii_lowercase())
            && !number.is_empty()
            && number.bytes().all(|it| it.is_ascii_digit())
    })
}

/// The names of the tests in a source: of the function that follows `#[test]` or one like it.
fn tests_of(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    let mut is_test = false;
    for line in text.lines().map(str::trim_start) {
        if line.starts_with("#[") {
            is_test |= line.starts_with("#[test]") || line.starts_with("#[tokio::test");
            continue;
        }
        let function = line.trim_start_matches("async ").strip_prefix("fn ");
        names.extend(
            function
                .and_then(|it| it.split('(').next())
                .filter(|_| is_test),
        );
        is_test = false;
    }
    names
}

#[test]
fn every_item_of_the_specification_is_named_by_a_test() {
    let paths = ["src", "tests/it"].map(|it| root().join(it));
    let paths = paths.iter().flat_map(|it| files::list(it, FOLDERS_MAX));
    let is_source = |it: &std::path::PathBuf| it.extension().is_some_and(|it| it == "rs");
    let texts: Vec<String> = paths
        .flatten()
        .filter(is_source)
        .map(|it| read(&it))
        .collect();
    let names = texts.iter().flat_map(|text| tests_of(text));
    let named: BTreeSet<&str> = names.flat_map(items_of).collect();
    let items = ITEMS
        .iter()
        .flat_map(|(letter, last)| (1..=*last).map(move |number| format!("{letter}{number}")));
    let missing: Vec<String> = items.filter(|it| !named.contains(it.as_str())).collect();
    assert!(
        missing.is_empty(),
        "no test is named after {}",
        missing.join(", ")
    );
}

#[test]
fn items_are_read_from_the_names_of_tests_alone() {
    let text = "#[test]\nfn k1_k2_a() {}\n#[test]\n#[expect(x)]\n    fn t10_b() {}\nfn v1_c() {}\n\
                #[tokio::test]\nasync fn z1_d() {}\n#[test]\nfn a_b1_e() {}\n";
    let names = tests_of(text);
    assert_eq!(names, ["k1_k2_a", "t10_b", "z1_d", "a_b1_e"]);
    let items: Vec<&str> = names.into_iter().flat_map(items_of).collect();
    assert_eq!(items, ["k1", "k2", "t10", "z1"]);
}
