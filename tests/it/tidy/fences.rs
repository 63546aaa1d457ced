//! Rules about who may name whom: modules of the library, and crates from outside.

use super::Breach;
use super::text::{File, line_of, places};

/// Crates, and parts of the standard library, that only the named places may name. A crate with a
/// strong opinion, or one that touches the world, is known in one place alone, so that it can be
/// exchanged there.
const OUTSIDE: &[(&str, &[&str])] = &[
    ("aho_corasick", &["src/secret"]),
    ("annotate_snippets", &["src/shell/excerpt.rs"]),
    ("anstream", &["src/shell/terminal.rs"]),
    (
        "axum",
        &[
            "src/mock",
            "src/shell/server.rs",
            "src/shell/server",
            "tests/it/tenfold",
            "src/shell/stand.rs",
        ],
    ),
    // Forms of secrets, credentials on their way out, bodies of records, and the data and the digests
    // of a page.
    (
        "base64",
        &[
            "src/secret",
            "src/shell/client",
            "src/shell/screen.rs",
            "src/report/exchange.rs",
            "src/report/html",
        ],
    ),
    ("clap", &["src/cli"]),
    ("clap_complete", &["src/cli"]),
    ("encoding_rs", &["src/transcript"]),
    ("form_urlencoded", &["src/http", "src/shell/client"]),
    ("h2", &["tests/it/wire"]),
    ("granit_parser", &["src/source"]),
    ("hyper", &["src/shell/client"]),
    ("hyper_rustls", &["src/shell/client"]),
    ("hyper_util", &["src/shell/client"]),
    ("indicatif", &["src/shell/terminal.rs"]),
    (
        "insta",
        &["src/snapshot/file/tests.rs", "tests/it/snapshots.rs"],
    ),
    ("jsonschema", &["src/schema", "tests/it/formats.rs"]),
    ("libtest_mimic", &["tests/conformance.rs"]),
    ("mimalloc", &["src/main.rs"]),
    ("mime", &["src/http"]),
    (
        "quick_junit",
        &["src/report/junit.rs", "tests/it/formats.rs"],
    ),
    ("rcgen", &["src/mock/authority.rs"]),
    ("reqwest", &["src/shell/client"]),
    ("roxmltree", &["src/xml.rs", "src/xml"]),
    (
        "rustls",
        &["src/shell/client", "src/shell/server", "tests/it/wire"],
    ),
    ("rustix", &["src/shell/command"]),
    ("serde_json_path", &["src/json"]),
    ("similar", &["src/diff.rs"]),
    ("snapbox", &["tests/it"]),
    ("tar", &["src/mock/archive.rs"]),
    ("tempfile", &["src/shell/files", "tests/it"]),
    (
        "tokio_rustls",
        &[
            "src/shell/server",
            "src/shell/client/certificate.rs",
            "tests/it/wire",
        ],
    ),
    ("toml", &["src/source"]),
    ("tower", &["src/mock", "src/shell/client"]),
    // How wide a text is, and what of it is shown; the screen of a review asks there.
    ("unicode_width", &["src/report/human"]),
    ("xpath_eval", &["src/xml"]),
    ("zip", &["src/mock/paas_backend/dockerfile.rs"]),
    ("std::env", &["src/cli/settings.rs", "src/main.rs", "tests"]),
    ("std::fs", &["src/shell/files", "tests"]),
    ("tokio::fs", &[]),
    ("tokio::net", &["src/shell", "tests"]),
    ("tokio::process", &["src/shell/command"]),
    ("tokio::time", &["src/shell", "tests"]),
];

/// Modules that may be named by these modules alone, besides themselves.
const NAMED_BY: &[(&str, &[&str])] = &[
    // They judge a transcript, whoever recorded it.
    ("run", &["suite", "cli"]),
    // The knowledge of versions ends there.
    ("openapi", &["suite", "cli"]),
    ("arazzo", &["suite", "cli"]),
];

/// Modules that may name these modules alone.
const NAMES_ONLY: &[(&str, &[&str])] = &[
    // An oracle that shared code with the judge would share its mistakes.
    ("mock", &["http", "json", "source", "world"]),
    // What is sent, and how, is no concern of what is made.
    (
        "vary",
        &["contract", "http", "json", "sample", "world", "xml"],
    ),
];

/// Commands that write without the guard: what the user wrote, what is generated from that, and what holds
/// only what was written before.
const UNGUARDED: &[&str] = &[
    "src/cli/coverage/ratchet.rs",
    "src/cli/generate.rs",
    "src/cli/generated.rs",
    // The papers of a mock are handed out in files.
    "src/cli/mock/hand_out.rs",
    "src/cli/review/journal.rs",
    "src/cli/review/rules.rs",
    "src/cli/waiting.rs",
];

/// What a command comes by goes to the disk through the guard, so that no secret gets there.
pub(super) fn past_the_guard(file: &File, _: &[String]) -> Vec<Breach> {
    let path = file.path.as_str();
    if !path.starts_with("src/cli") || UNGUARDED.contains(&path) {
        return Vec::new();
    }
    let code = &file.production;
    let mut breaches = Vec::new();
    for way in ["files::store", "Stream::create"] {
        let found = code.match_indices(way);
        breaches.extend(found.map(|(at, _)| {
            let what = format!("`{way}` writes past the guard of the settings");
            Breach(line_of(code, at), what)
        }));
    }
    breaches
}

/// A module names only modules that stand above it in the library's root.
pub(super) fn building_order(file: &File, order: &[String]) -> Vec<Breach> {
    let rank = |name: &str| order.iter().position(|it| it == name);
    let Some(own) = file.module() else {
        return Vec::new();
    };
    let Some(own_rank) = rank(own) else {
        return vec![Breach(1, format!("the library does not declare `{own}`"))];
    };
    let mut breaches = Vec::new();
    for (at, name) in named_modules(file) {
        if rank(&name).is_some_and(|it| it > own_rank) {
            let what = format!("`{own}` names `{name}`, which stands below it");
            breaches.push(Breach(line_of(&file.code, at), what));
        }
    }
    breaches
}

/// A few modules keep more distance than the order asks of them. Unit tests may make what they need
/// from the texts that people write, and so name the languages.
pub(super) fn neighbours(file: &File, _: &[String]) -> Vec<Breach> {
    let Some(own) = file.module() else {
        return Vec::new();
    };
    let mut breaches = Vec::new();
    for (at, name) in named_modules(file) {
        if file.production[at..].starts_with(' ') {
            continue;
        }
        let allowed = |table: &[(&str, &[&str])], key: &str, value: &str| {
            let entry = table.iter().find(|(it, _)| *it == key);
            entry.is_none_or(|(_, allowed)| allowed.contains(&value))
        };
        let is_other = name != own;
        if is_other && !(allowed(NAMED_BY, &name, own) && allowed(NAMES_ONLY, own, &name)) {
            let what = format!("`{own}` must not name `{name}`");
            breaches.push(Breach(line_of(&file.code, at), what));
        }
    }
    breaches
}

/// What comes from outside is named where it belongs. Unit tests may name what they need.
pub(super) fn outside_crates(file: &File, _: &[String]) -> Vec<Breach> {
    let is_integration_test = file.path.starts_with("tests/");
    let code = if is_integration_test {
        &file.code
    } else {
        &file.production
    };
    let mut breaches = Vec::new();
    for (name, allowed) in OUTSIDE {
        let is_home = |home: &&str| {
            let stem = home.strip_suffix(".rs").unwrap_or(home);
            let rest = file.path.strip_prefix(stem);
            rest.is_some_and(|rest| rest == ".rs" || (rest.starts_with('/') && stem == *home))
        };
        if allowed.iter().any(is_home) {
            continue;
        }
        let is_path = |at: &usize| {
            let (before, after) = (&code[..*at], &code[at + name.len()..]);
            after.starts_with("::") || name.contains("::") || before.ends_with("use ")
        };
        let found = places(code, name).into_iter().filter(is_path);
        breaches.extend(found.map(|at| {
            let what = format!("`{name}` belongs to {}", allowed.join(" and "));
            Breach(line_of(code, at), what)
        }));
    }
    breaches
}

/// The modules of the library that a file names, with the places.
fn named_modules(file: &File) -> Vec<(usize, String)> {
    let code = &file.code;
    let mut named = Vec::new();
    for root in places(code, "crate") {
        // `pub(in crate::x)` says who may name something, and names nothing.
        if code[..root].ends_with("(in ") {
            continue;
        }
        if let Some(rest) = code[root..].strip_prefix("crate::") {
            named.extend(heads(rest).into_iter().map(|name| (root, name)));
        }
    }
    let depth = file.path.matches('/').count();
    for (at, chain) in code.match_indices("super::") {
        if code[..at].ends_with("::") {
            continue;
        }
        // Inside `mod tests` one more leads to the same place.
        let is_nested = code.contains("mod tests {") && file.production[at..].starts_with(' ');
        let count = count_supers(&code[at..]);
        if count >= depth + usize::from(is_nested) {
            let rest = heads(&code[at + count * chain.len()..]);
            named.extend(rest.into_iter().map(|name| (at, name)));
        }
    }
    named
}

/// How many `super::` stand side by side.
fn count_supers(code: &str) -> usize {
    let mut rest = code;
    let mut count = 0;
    while let Some(next) = rest.strip_prefix("super::") {
        rest = next;
        count += 1;
    }
    count
}

/// The first names of what is imported: `a::b` is a, `{a::b, c}` is a and c.
fn heads(path: &str) -> Vec<String> {
    let name = |text: &str| {
        let is_part = |it: &char| it.is_alphanumeric() || *it == '_';
        text.trim_start()
            .chars()
            .take_while(is_part)
            .collect::<String>()
    };
    let Some(list) = path.strip_prefix('{') else {
        return vec![name(path)];
    };
    let mut depth = 0_usize;
    let mut heads = vec![name(list)];
    for (at, character) in list.char_indices() {
        match character {
            '{' => depth += 1,
            '}' if depth == 0 => break,
            '}' => depth -= 1,
            ',' if depth == 0 => heads.push(name(&list[at + 1..])),
            _ => {}
        }
    }
    heads.retain(|it| !it.is_empty());
    heads
}

/// The dependencies that no file names.
pub(super) fn unused_dependencies(manifest: &str, files: &[File]) -> Vec<String> {
    let mut inside = false;
    let mut unused = Vec::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            inside = matches!(line.trim(), "[dependencies]" | "[dev-dependencies]");
            continue;
        }
        let name = line.split(['=', ' ']).next().unwrap_or_default();
        if !inside || name.is_empty() || name.starts_with('#') {
            continue;
        }
        let name = name.replace('-', "_");
        if !files
            .iter()
            .any(|file| !places(&file.code, &name).is_empty())
        {
            unused.push(name);
        }
    }
    unused
}

#[cfg(test)]
mod tests {
    use super::*;

    fn order() -> Vec<String> {
        [
            "json", "http", "source", "world", "scenario", "openapi", "run", "check", "mock",
            "suite",
        ]
        .map(str::to_owned)
        .to_vec()
    }

    fn lines(rule: fn(&File, &[String]) -> Vec<Breach>, path: &str, text: &str) -> Vec<usize> {
        let breaches = rule(&File::new(path, text), &order());
        breaches.into_iter().map(|Breach(line, _)| line).collect()
    }

    #[test]
    fn naming_what_stands_below_is_seen() {
        for text in [
            "//!\nuse crate::check::A;",
            "//!\nuse crate::{json, check::A};",
            "//!\nfn a() { crate::check::b() }",
            "//!\nuse super::check::A;",
            "#[cfg(test)]\nuse crate::check;",
            "//!\nuse crate::{json::{a, b}, check};",
        ] {
            assert_eq!(lines(building_order, "src/run.rs", text), [2], "{text}");
        }
        let text = "use super::super::check::A;";
        assert_eq!(lines(building_order, "src/run/machine.rs", text), [1]);
        let text = "#[cfg(test)]\nmod tests {\nuse super::super::super::check::A;\n}";
        assert_eq!(lines(building_order, "src/run/machine.rs", text), [3]);
        assert_eq!(lines(building_order, "src/new.rs", ""), [1]);
    }

    #[test]
    fn naming_what_stands_above_is_fine() {
        for text in [
            "use crate::json::check;",
            "// use crate::check;",
            "const A: &str = \"crate::check\";",
            "use super::json;",
            "pub(in crate::run) fn a() {}",
            "use crate::{json::{check, run}};",
        ] {
            assert!(
                lines(building_order, "src/run.rs", text).is_empty(),
                "{text}"
            );
        }
        let text = "#[cfg(test)]\nmod tests {\nuse super::super::check::A;\n}";
        assert!(lines(building_order, "src/run/machine.rs", text).is_empty());
        assert!(lines(building_order, "src/lib.rs", "use crate::check;").is_empty());
    }

    #[test]
    fn fences_are_kept() {
        for (path, text) in [
            ("src/check.rs", "use crate::run::Machine;"),
            ("src/check/a.rs", "use crate::{json, run};"),
            ("src/scenario.rs", "use crate::openapi;"),
            ("src/mock/a.rs", "use crate::scenario::Scenario;"),
        ] {
            assert_eq!(lines(neighbours, path, text), [1], "{text}");
        }
        for (path, text) in [
            (
                "src/suite.rs",
                "use crate::run::Machine; use crate::openapi;",
            ),
            (
                "src/mock/a.rs",
                "use crate::{http, json, world}; use crate::mock::reply;",
            ),
            ("src/check.rs", "use crate::scenario;"),
            ("src/check.rs", "#[cfg(test)]\nuse crate::openapi;"),
        ] {
            assert!(lines(neighbours, path, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn writing_past_the_guard_is_seen() {
        let told = |path: &str, code: &str| past_the_guard(&File::new(path, code), &[]).len();
        let code = "fn f() {\n    files::store(p, b);\n    Stream::create_private(p);\n}\n";
        assert_eq!(told("src/cli/run/record.rs", code), 2);
        assert_eq!(told("src/cli/generated.rs", code), 0);
        assert_eq!(told("src/shell/runs.rs", code), 0);
        let guarded = "fn f() {\n    settings.guard.store(p, b);\n}\n";
        assert_eq!(told("src/cli/run/record.rs", guarded), 0);
    }

    #[test]
    fn crates_are_named_at_home() {
        for (path, text) in [
            ("src/check.rs", "use jsonschema::Validator;"),
            ("src/report/json.rs", "fn a() { quick_junit::b() }"),
            ("src/run.rs", "use std::fs;"),
            ("src/diff/more.rs", "use similar::Algorithm;"),
            ("src/clidata.rs", "use clap;"),
            ("tests/it/cli.rs", "use insta::Snapshot;"),
        ] {
            assert_eq!(lines(outside_crates, path, text), [1], "{text}");
        }
        for (path, text) in [
            ("src/schema/a.rs", "use jsonschema::Validator;"),
            ("src/diff.rs", "use similar::Algorithm;"),
            (
                "src/run.rs",
                "let mime = similar; a.mime(); // jsonschema::b",
            ),
            ("src/run.rs", "use crate::source::toml::a;"),
            ("src/run.rs", "#[cfg(test)]\nuse jsonschema::Validator;"),
        ] {
            assert!(lines(outside_crates, path, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_dependency_that_nobody_names_is_seen() {
        let manifest =
            "[package]\nname = \"x\"\n[dependencies]\na-b = \"1\"\nc = { }\n# d\n[lints]\ne = 1";
        let files = [File::new("src/lib.rs", "use a_b::c2; // c")];
        assert_eq!(unused_dependencies(manifest, &files), ["c"]);
    }
}
