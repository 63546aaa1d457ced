//! Rules about how a file is written.

use super::Breach;
use super::text::{File, line_of, places};

/// How many lines a file has at most; one that needs more is two ideas.
const LINES_MAX: usize = 500;

/// Words that say nothing of what a thing is or does.
const VAGUE: [&str; 10] = [
    "manager", "helper", "helpers", "util", "utils", "common", "handler", "data", "info", "misc",
];

/// What a name is declared by.
const DECLARATIONS: [&str; 8] = [
    "struct", "enum", "trait", "fn", "mod", "type", "const", "static",
];

/// The first line says what the file is.
pub(super) fn opening_words(file: &File, _: &[String]) -> Vec<Breach> {
    let first = file.text.lines().next().unwrap_or_default();
    let says = first.strip_prefix("//! ").is_some_and(|it| it.len() > 10);
    let breach = || {
        Breach(
            1,
            "the file does not begin with `//!` and what it is".to_owned(),
        )
    };
    if says { Vec::new() } else { vec![breach()] }
}

/// A file is one idea.
pub(super) fn length(file: &File, _: &[String]) -> Vec<Breach> {
    let lines = file.text.lines().count();
    let breach = || {
        Breach(
            LINES_MAX + 1,
            format!("{lines} lines, and {LINES_MAX} are enough"),
        )
    };
    if lines > LINES_MAX {
        vec![breach()]
    } else {
        Vec::new()
    }
}

/// `expect` goes stale loudly, `allow` silently.
pub(super) fn allow(file: &File, _: &[String]) -> Vec<Breach> {
    let attributes = ["#[allow", "#![allow"];
    let found = attributes.iter().flat_map(|it| file.code.match_indices(it));
    breaches(
        &file.code,
        found.map(|(at, _)| at),
        "write #[expect(.., reason = ..)]",
    )
}

/// What cannot fail says why it cannot.
pub(super) fn unwrap(file: &File, _: &[String]) -> Vec<Breach> {
    let found = file.production.match_indices(".unwrap()").map(|(at, _)| at);
    breaches(
        &file.production,
        found,
        "write expect(\"why it cannot fail\")",
    )
}

/// All output goes through the terminal; what tests print is caught by their harness.
pub(super) fn printing(file: &File, _: &[String]) -> Vec<Breach> {
    let macros = ["println", "eprintln", "print", "eprint", "dbg"];
    let found = calls(&file.production, &macros);
    breaches(
        &file.production,
        found.into_iter(),
        "write through shell::terminal",
    )
}

/// What is not finished does not stand in the sources.
pub(super) fn unfinished(file: &File, _: &[String]) -> Vec<Breach> {
    let words = [
        concat!("TO", "DO"),
        concat!("FIX", "ME"),
        concat!("XX", "X"),
        concat!("HA", "CK"),
    ];
    let found = words.iter().flat_map(|word| places(&file.comments, word));
    let mut all = breaches(
        &file.comments,
        found,
        "finish it, or say what is not supported",
    );
    let found = calls(&file.code, &["todo", "unimplemented"]);
    all.extend(breaches(&file.code, found.into_iter(), "finish it"));
    all
}

/// The places where one of these macros is called.
fn calls(code: &str, macros: &[&str]) -> Vec<usize> {
    let bangs = code.match_indices('!').map(|(at, _)| at);
    let name = |at: usize| {
        code[..at]
            .rsplit(|it: char| !it.is_alphanumeric() && it != '_')
            .next()
    };
    bangs
        .filter(|at| name(*at).is_some_and(|it| macros.contains(&it)))
        .collect()
}

/// A name says what the thing is.
pub(super) fn vague_names(file: &File, _: &[String]) -> Vec<Breach> {
    let mut all = Vec::new();
    for declaration in DECLARATIONS {
        for at in places(&file.code, declaration) {
            let rest = file.code[at + declaration.len()..].trim_start();
            let name: String = rest
                .chars()
                .take_while(|it| it.is_alphanumeric() || *it == '_')
                .collect();
            if words(&name)
                .iter()
                .any(|word| VAGUE.contains(&word.as_str()))
            {
                all.push(Breach(
                    line_of(&file.code, at),
                    format!("`{name}` says nothing"),
                ));
            }
        }
    }
    all
}

/// The words of a name, in lower case.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = '_';
    for character in name.chars() {
        if character == '_' || (character.is_uppercase() && before.is_lowercase()) {
            words.push(String::new());
        }
        if character != '_' {
            let last = words.last_mut().expect("there is always one");
            last.extend(character.to_lowercase());
        }
        before = character;
    }
    words
}

/// A file does not know the machine that it was written on.
pub(super) fn places_of_one_machine(file: &File, _: &[String]) -> Vec<Breach> {
    let folders = [
        concat!("/ho", "me/"),
        concat!("/ro", "ot/"),
        concat!("/wo", "rk/"),
        concat!("/Use", "rs/"),
    ];
    let found = folders.iter().flat_map(|it| file.text.match_indices(it));
    breaches(&file.text, found.map(|(at, _)| at), "a path of one machine")
}

fn breaches(text: &str, found: impl Iterator<Item = usize>, what: &str) -> Vec<Breach> {
    found
        .map(|at| Breach(line_of(text, at), what.to_owned()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(rule: fn(&File, &[String]) -> Vec<Breach>, text: &str) -> Vec<usize> {
        let breaches = rule(&File::new("src/a.rs", text), &[]);
        breaches.into_iter().map(|Breach(line, _)| line).collect()
    }

    #[test]
    fn a_file_that_does_not_say_what_it_is_is_seen() {
        assert!(lines(opening_words, "//! What it is and does.\n").is_empty());
        for text in [
            "",
            "use a;\n//! What it is and does.",
            "//!\n//! What it is and does.",
            "// What it is.",
        ] {
            assert_eq!(lines(opening_words, text), [1], "{text}");
        }
    }

    #[test]
    fn a_long_file_is_seen() {
        assert!(lines(length, &"\n".repeat(500)).is_empty());
        assert_eq!(lines(length, &"\n".repeat(501)), [501]);
    }

    #[test]
    fn what_hides_a_lint_or_a_failure_is_seen() {
        assert_eq!(lines(allow, "a\n#[allow(x)]\n#![allow(y)]"), [2, 3]);
        assert!(
            lines(
                allow,
                "#[expect(x, reason = \"#[allow(x)]\")] // #[allow(x)]"
            )
            .is_empty()
        );
        assert_eq!(lines(unwrap, "a\n.unwrap()"), [2]);
        assert!(
            lines(
                unwrap,
                "a.unwrap_or(b)\n#[cfg(test)]\nmod tests { fn a() { b.unwrap() } }"
            )
            .is_empty()
        );
    }

    #[test]
    fn printing_is_seen() {
        assert_eq!(lines(printing, "println!(\"a\");"), [1]);
        assert_eq!(lines(printing, "dbg!(a)"), [1]);
        assert_eq!(lines(printing, "std::eprintln!(a)"), [1]);
        assert!(lines(printing, "// println!()\nconsole.print(a) + my_print!(b)").is_empty());
        assert!(lines(printing, "#[cfg(test)]\nfn a() { println!(\"a\") }").is_empty());
    }

    #[test]
    fn what_is_left_open_is_seen() {
        assert_eq!(
            lines(
                unfinished,
                concat!("//! TO", "DO: more\nfn a() { todo", "!() }")
            ),
            [1, 2]
        );
        assert!(lines(unfinished, "let todo = 1; // METHODOLOGY").is_empty());
    }

    #[test]
    fn names_that_say_nothing_are_seen() {
        for text in [
            "struct DataManager;",
            "fn parse_helper() {}",
            "mod utils;",
            "type RequestInfo = A;",
        ] {
            assert_eq!(lines(vague_names, text), [1], "{text}");
        }
        for text in [
            "struct Metadata;",
            "fn uncommon() {}",
            "let data = 1;",
            "const INFORMATIONAL: u8 = 1;",
        ] {
            assert!(lines(vague_names, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn paths_of_a_machine_are_seen() {
        assert_eq!(
            lines(places_of_one_machine, concat!("a\n\"/ho", "me/a\"")),
            [2]
        );
        assert!(lines(places_of_one_machine, "/homes /tmp/x").is_empty());
    }
}
