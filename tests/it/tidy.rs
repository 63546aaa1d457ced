//! The rules of the house that neither the compiler nor clippy knows, over every Rust file.
//!
//! Each rule is a function of one file, and each has a test with a text that breaks it, so that no rule
//! can go blind. Where a file may break a rule, [`EXCEPTIONS`] says so and why; an exception that is
//! needed no more is a failure too.

mod fences;
mod style;
mod text;

use std::path::Path;

use countersign::shell::files;

use text::File;

/// How long a source file may be, in bytes; they have at most 500 lines.
const FILE_BYTES_MAX: usize = 1024 * 1024;

/// How many folders deep sources may lie.
const FOLDERS_MAX: usize = 8;

/// A rule, by its name.
type Rule = (&'static str, fn(&File, &[String]) -> Vec<Breach>);

/// Every rule.
const RULES: &[Rule] = &[
    ("building-order", fences::building_order),
    ("neighbours", fences::neighbours),
    ("outside-crates", fences::outside_crates),
    ("past-the-guard", fences::past_the_guard),
    ("opening-words", style::opening_words),
    ("length", style::length),
    ("allow", style::allow),
    ("unwrap", style::unwrap),
    ("printing", style::printing),
    ("unfinished", style::unfinished),
    ("vague-names", style::vague_names),
    ("places-of-one-machine", style::places_of_one_machine),
];

/// Where a rule may be broken: the rule, the file, the reason.
const EXCEPTIONS: &[(&str, &str, &str)] = &[(
    "building-order",
    "src/contract/tests.rs",
    "a contract for tests is made most plainly from a document, as people write it",
)];

/// A place where a rule is broken: the line, from 1, and what is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Breach(usize, String);

#[test]
fn every_source_keeps_the_rules() {
    let files = load_all();
    let order = text::module_order(&files);
    let mut needed = vec![false; EXCEPTIONS.len()];
    let mut complaints = Vec::new();
    for (name, rule) in RULES {
        for file in &files {
            let breaches = rule(file, &order);
            let granted = EXCEPTIONS
                .iter()
                .position(|(rule, path, _)| rule == name && *path == file.path);
            match granted {
                Some(at) => needed[at] |= !breaches.is_empty(),
                None => complaints.extend(
                    breaches
                        .iter()
                        .map(|Breach(line, what)| format!("{}:{line}: {what} [{name}]", file.path)),
                ),
            }
        }
    }
    for ((rule, path, _), needed) in EXCEPTIONS.iter().zip(needed) {
        if !needed {
            complaints.push(format!(
                "{path}: the exception from {rule} is needed no more"
            ));
        }
    }
    assert!(complaints.is_empty(), "\n{}\n", complaints.join("\n"));
}

#[test]
fn every_source_belongs_to_the_program() {
    let files = load_all();
    let orphans = text::orphans(&files);
    assert!(
        orphans.is_empty(),
        "no file declares {orphans:?} with `mod`"
    );
}

#[test]
fn every_dependency_is_used() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let manifest = files::load_text(&root.join("Cargo.toml"), FILE_BYTES_MAX).expect("a manifest");
    let unused = fences::unused_dependencies(&manifest, &load_all());
    assert!(unused.is_empty(), "nothing names {unused:?}");
}

/// Every Rust file of the package.
fn load_all() -> Vec<File> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in ["src", "tests"] {
        let paths = files::list(&root.join(folder), FOLDERS_MAX).expect("the folder can be listed");
        for path in paths {
            if path.extension().is_some_and(|it| it == "rs") {
                let text = files::load_text(&path, FILE_BYTES_MAX).expect("the file can be read");
                let path = path
                    .strip_prefix(root)
                    .expect("it was found below the root");
                let path = path.to_str().expect("names of sources are text");
                files.push(File::new(&path.replace('\\', "/"), &text));
            }
        }
    }
    text::find_tests(&mut files);
    assert!(files.len() > 100, "only {} files were found", files.len());
    files
}
