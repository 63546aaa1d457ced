//! Waivers in the text of settings: added at its end, and taken out of it. All else stays as it is.

use std::fmt::Write as _;
use std::ops::Range;

use super::rules::{quoted, readable};
use crate::check::waiver::{Deviation, Scope};
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::source::Source;

/// How a waiver begins where it is a table of its own.
const HEAD: &str = "[[waivers]]";

/// A waiver as it is written.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct WaiverText {
    /// What it is about.
    pub scope: Scope,
    /// Why it is borne.
    pub reason: String,
    /// Who answers for that.
    pub owner: String,
    /// Where it is followed up.
    pub ticket: Option<String>,
    /// The last day, as `2027-01-31`.
    pub expires: String,
}

/// The text of `api.toml` with waivers at its end.
///
/// # Errors
/// When the text with them is none that can be read, as where one is there already, or where `waivers` is
/// written in another way.
pub fn with_waivers(
    path: &str,
    text: &str,
    waivers: &[WaiverText],
) -> Result<String, Vec<Problem>> {
    let mut new = text.to_owned();
    if !new.is_empty() && !new.ends_with('\n') {
        new.push('\n');
    }
    for waiver in waivers {
        if !new.is_empty() {
            new.push('\n');
        }
        writeln!(new, "{HEAD}").expect("a String takes all");
        let mut field = |name: &str, value: Option<&str>| {
            if let Some(value) = value {
                writeln!(new, "{name} = {}", quoted(value)).expect("a String takes all");
            }
        };
        let scope = &waiver.scope;
        match &scope.deviation {
            Deviation::Finding {
                check,
                contract,
                message,
            } => {
                field("check", Some(check));
                field("contract", contract.as_ref().map(Pointer::as_str));
                field("message", Some(message));
            }
            Deviation::Change {
                class,
                contract,
                now,
            } => {
                field("change", Some(class));
                field("contract", Some(contract.as_str()));
                field("now", now.as_deref());
            }
        }
        field("operation", Some(&scope.operation));
        field("at", Some(scope.at.as_str()));
        field("target", scope.target.as_deref());
        field("reason", Some(&waiver.reason));
        field("owner", Some(&waiver.owner));
        field("ticket", waiver.ticket.as_deref());
        if let Some(status) = scope.status {
            writeln!(new, "status = {status}").expect("a String takes all");
        }
        writeln!(new, "expires = {}", waiver.expires).expect("a String takes all");
    }
    readable(
        path,
        new,
        "write every waiver as a table of its own, `[[waivers]]`",
    )
}

/// The text of `api.toml` without the waivers that begin in the given lines, each with the comment lines
/// directly above it.
///
/// # Errors
/// When one of them is no table of its own, or the text without them is none that can be read.
pub fn without_waivers(path: &str, text: &str, lines: &[u32]) -> Result<String, Vec<Problem>> {
    let Ok(source) = Source::parse(path, text.to_owned()) else {
        return readable(path, text.to_owned(), "mend it first");
    };
    let mut elsewhere = Vec::new();
    let (mut gone, mut problems): (Vec<Range<usize>>, Vec<Problem>) = (Vec::new(), Vec::new());
    for node in Node::root(&source).get_items("waivers", &mut elsewhere) {
        if !lines.contains(&node.location().line) {
            continue;
        }
        match extent(text, &node, &mut elsewhere) {
            Some(range) => gone.push(range),
            None => {
                let message = "a waiver that is no table of its own is not taken away";
                let problem = node.problem(ProblemCode::Unsupported, message);
                problems.push(problem.with_help("take it away by hand"));
            }
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut new = String::new();
    let mut from = 0;
    for range in gone {
        new.push_str(text.get(from..range.start).unwrap_or_default());
        from = range.end;
    }
    new.push_str(text.get(from..).unwrap_or_default());
    readable(path, new, "take the waivers away by hand")
}

/// The bytes of a waiver: from the comment lines above it, or the empty line above those, to the end of
/// its last line.
fn extent(text: &str, node: &Node<'_>, elsewhere: &mut Vec<Problem>) -> Option<Range<usize>> {
    let head = node.location().span.start;
    let line_start = |at: usize| text[..at].rfind('\n').map_or(0, |it| it + 1);
    let mut start = line_start(head);
    if !text[start..].trim_start().starts_with(HEAD) {
        return None;
    }
    let last = node
        .entries(elsewhere)
        .iter()
        .map(|(_, field)| field.location().span.end)
        .max()?;
    let end = text[last..]
        .find('\n')
        .map_or(text.len(), |it| last + it + 1);
    let above = |start: usize| {
        let from = line_start(start.checked_sub(1)?);
        Some((from, text[from..start].trim()))
    };
    while let Some((from, line)) = above(start)
        && line.starts_with('#')
    {
        start = from;
    }
    if let Some((from, "")) = above(start) {
        start = from;
    }
    Some(start..end)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::check::waiver::WaivedPlace;

    fn pointer(text: &str) -> Pointer {
        Pointer::parse(text).expect("the test's own pointer")
    }

    fn waiver(message: &str) -> WaiverText {
        WaiverText {
            scope: Scope {
                deviation: Deviation::Finding {
                    check: "response-schema",
                    contract: Some(pointer("/components/schemas/A~1b")),
                    message: message.to_owned(),
                },
                operation: "list".to_owned(),
                at: WaivedPlace::parse("/items/*/total").expect("a place"),
                status: Some(200),
                target: None,
            },
            reason: "it is \u{7f} \"known\"\n[[waivers]]".to_owned(),
            owner: "team".to_owned(),
            ticket: Some("X-1".to_owned()),
            expires: "2027-01-31".to_owned(),
        }
    }

    fn lines(text: &str) -> Vec<u32> {
        let source = Source::parse("api.toml", text.to_owned()).expect("TOML");
        let settings = super::super::read(&source, &mut Vec::new());
        settings.waivers.iter().map(|it| it.location.line).collect()
    }

    #[test]
    fn what_is_added_is_read_and_what_is_taken_away_leaves_the_rest() {
        for text in ["", "[checks]\nmedia-type = \"off\"", "# end\n"] {
            let one = with_waivers("api.toml", text, &[waiver("a `b`")]).expect("settings");
            let two = with_waivers("api.toml", &one, &[waiver("c")]).expect("settings");
            assert!(two.starts_with(&one) && one.starts_with(text), "{two}");
            let [first, second] = lines(&two)[..] else {
                panic!("two were expected");
            };
            let left = without_waivers("api.toml", &two, &[second]).expect("settings");
            assert_eq!(left, one);
            let none = without_waivers("api.toml", &two, &[first, second]).expect("settings");
            assert_eq!(none.trim_end(), text.trim_end());
            assert_eq!(
                without_waivers("api.toml", &two, &[1000]).expect("the same"),
                two
            );
        }
    }

    #[test]
    fn a_change_is_written_with_what_is_there_now() {
        for now in [None, Some("\"a\"\n‹id#1›".to_owned())] {
            let mut one = waiver("");
            one.scope.deviation = Deviation::Change {
                class: "allowed-value",
                contract: pointer("/components/schemas/A~1b"),
                now,
            };
            let scope = one.scope.clone();
            let text = with_waivers("api.toml", "", &[one]).expect("settings");
            let source = Source::parse("api.toml", text).expect("TOML");
            let settings = super::super::read(&source, &mut Vec::new());
            assert_eq!(settings.waivers[0].scope, scope);
        }
    }

    #[test]
    fn comments_directly_above_go_with_it_and_others_stay() {
        let own = "# stays\n\n# goes\n# goes, too\n";
        let added = with_waivers("api.toml", "", &[waiver("a")]).expect("settings");
        let text = format!("{own}{added}# stays below\n[checks]\nmedia-type = \"off\"\n");
        let left = without_waivers("api.toml", &text, &lines(&text)).expect("settings");
        assert_eq!(
            left,
            "# stays\n# stays below\n[checks]\nmedia-type = \"off\"\n"
        );
    }

    #[test]
    fn where_none_fits_nothing_is_made() {
        let told = |text: &str, one| with_waivers("api.toml", text, &[one]).expect_err("a problem");
        assert_eq!(told("waivers = []\n", waiver("a")).len(), 1);
        let twice = with_waivers("api.toml", "", &[waiver("a"), waiver("a")]);
        assert_eq!(twice.expect_err("it is there already").len(), 1);
        let inline = "waivers = [\n  {check = \"media-type\", operation = \"a\", at = \"status\", message = \"b\", \
            reason = \"c\", owner = \"d\", expires = 2027-01-31}\n]\n";
        let told = without_waivers("api.toml", inline, &lines(inline)).expect_err("a problem");
        assert_eq!(told[0].help, "take it away by hand");
    }
}
