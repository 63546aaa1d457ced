//! What the page is made of: its frame, its style and its script, and the policy that names them.

use std::io::{self, Write};
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use sha2::{Digest, Sha256};

use super::Variant;

const FRAME: &str = include_str!("page.html");

const STYLES: &[&str] = &[include_str!("page.css"), include_str!("views.css")];

/// In the order in which they stand in the page.
const SCRIPTS: &[&str] = &[
    include_str!("dom.js"),
    include_str!("data.js"),
    include_str!("address.js"),
    include_str!("list.js"),
    include_str!("body.js"),
    include_str!("causes.js"),
    include_str!("failures.js"),
    include_str!("changes.js"),
    include_str!("decisions.js"),
    include_str!("review.js"),
    include_str!("captured.js"),
    include_str!("flows.js"),
    include_str!("timeline.js"),
    include_str!("coverage.js"),
    include_str!("about.js"),
    include_str!("keys.js"),
    include_str!("main.js"),
];

/// What is the same in every page, made once.
static ASSETS: LazyLock<Assets> = LazyLock::new(|| Assets {
    style: joined(STYLES),
    script: joined(SCRIPTS),
});

struct Assets {
    style: String,
    script: String,
}

/// Browsers read every line end as a line feed, and take the digest of that.
fn joined(parts: &[&str]) -> String {
    parts.concat().replace('\r', "")
}

/// What may be run and loaded: the style and the script of the page, by their digests. Text cannot be
/// made markup even by the script itself.
fn policy(variant: Variant) -> String {
    let digest = |text: &str| STANDARD.encode(Sha256::digest(text));
    let style = digest(&ASSETS.style);
    let script = digest(&ASSETS.script);
    let connect = match variant {
        Variant::File => "",
        Variant::Served => "; connect-src 'self'",
    };
    format!(
        "default-src 'none'; script-src 'sha256-{script}'; style-src 'sha256-{style}'{connect}; base-uri 'none'; \
         form-action 'none'; require-trusted-types-for 'script'; trusted-types 'none'"
    )
}

/// Writes what stands before the data.
pub(super) fn begin(variant: Variant, out: &mut dyn Write) -> io::Result<()> {
    let values = [
        ("variant", variant.word()),
        ("policy", &policy(variant)),
        ("style", &ASSETS.style),
    ];
    fill(frame().0, &values, out)
}

/// Writes what stands behind the data; both texts are markup.
pub(super) fn end(verdict: &str, told: &str, out: &mut dyn Write) -> io::Result<()> {
    let values = [
        ("verdict", verdict),
        ("told", told),
        ("script", &ASSETS.script),
    ];
    fill(frame().1, &values, out)
}

fn frame() -> (&'static str, &'static str) {
    let halves = FRAME.split_once("{{data}}");
    halves.expect("the frame has a place for the data")
}

/// Writes a part of the frame with values in their places, which come in that order. What stands in a
/// value is not looked at, so that it cannot name a place.
fn fill(part: &str, values: &[(&str, &str)], out: &mut dyn Write) -> io::Result<()> {
    let mut rest = part;
    for (name, value) in values {
        let place = rest.split_once(&format!("{{{{{name}}}}}"));
        let (before, after) = place.expect("the frame names every value");
        out.write_all(before.as_bytes())?;
        out.write_all(value.as_bytes())?;
        rest = after;
    }
    out.write_all(rest.as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// How many lines a file of the page has at most.
    const LINES_MAX: usize = 500;

    #[test]
    fn every_part_says_what_it_is_and_is_short() {
        for part in STYLES.iter().chain(SCRIPTS) {
            let says = part.trim_start_matches("\"use strict\";\n");
            assert!(says.starts_with("// ") || says.starts_with("/* "), "{says}");
            assert!(part.lines().count() <= LINES_MAX, "{says}");
            assert!(part.ends_with('\n'), "{says}");
        }
        assert!(SCRIPTS[0].starts_with("\"use strict\";\n"));
    }

    #[test]
    fn no_part_ends_where_it_stands_or_loads_anything() {
        for part in STYLES.iter().chain(SCRIPTS).chain([&FRAME]) {
            for word in ["innerHTML", "http:", "https:", "url(", "@import", "eval("] {
                assert!(!part.contains(word), "{word}");
            }
        }
        for part in STYLES.iter().chain(SCRIPTS) {
            for word in ["</", "<!--", "<script"] {
                assert!(!part.contains(word), "{word}");
            }
        }
    }

    #[test]
    fn what_stands_in_a_value_is_no_place() {
        let mut out = Vec::new();
        let values = [("a", "{{b}}"), ("b", "2")];
        fill("<{{a}}|{{b}}>", &values, &mut out).expect("memory takes all");
        assert_eq!(out, b"<{{b}}|2>");
    }
}
