//! Runtime expressions in the keys of callbacks and in links (`OpenAPI 3.1 §4.8.20.4`). They are never
//! evaluated; that they follow the grammar is checked.
//!
//! The grammar is a small one of its own: it has no inputs, steps or workflows, and lets braces stand in
//! names. That of scenarios would take what OpenAPI does not have.

use super::reader::Reader;
use crate::diff::nearest;
use crate::http::is_token;
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};
use crate::source::Location;

/// The first words that expressions have; the last two have parts.
const WORDS: [&str; 5] = ["$url", "$method", "$statusCode", "$request", "$response"];

/// Why a text is no expression.
#[derive(Debug, PartialEq, Eq)]
struct Malformed {
    why: String,
    help: String,
}

/// Checks the key of a callback: an expression, or a URL with expressions in braces.
pub(super) fn check_key<'a>(key: &str, item: &Node<'a>, reader: &mut Reader<'a>) {
    let at = item.key_location();
    if key.starts_with('$') {
        reader.problems.extend(problem(key, &at));
        return;
    }
    let mut rest = key;
    while let Some((_, after)) = rest.split_once('{') {
        let Some((inside, behind)) = after.split_once('}') else {
            let message = format!("`{key}` has a `{{` that is never closed");
            let problem = Problem::new(ProblemCode::InvalidExpression, at, message);
            let help = "close it behind the expression, as in `{$request.body#/url}`";
            reader.problems.push(problem.with_help(help));
            return;
        };
        let told = problem(inside, &at);
        let is_law = inside.starts_with('$');
        // A hole as in a path is none of OpenAPI's, and does no harm.
        let told = told.map(|it| if is_law { it } else { it.as_warning() });
        reader.problems.extend(told);
        rest = behind;
    }
}

/// Checks a value of a link: a text that means to be an expression, or that holds some in braces; all
/// else stands for itself.
pub(super) fn check_value<'a>(value: &Node<'a>, reader: &mut Reader<'a>) {
    let Some(text) = value.value().as_str() else {
        return;
    };
    let at = value.location();
    if is_meant(text) {
        reader.problems.extend(problem(text, &at));
        return;
    }
    let mut rest = text;
    while let Some(open) = rest.find("{$") {
        let Some((inside, behind)) = rest[open + 1..].split_once('}') else {
            return;
        };
        if is_meant(inside) {
            reader.problems.extend(problem(inside, &at));
        }
        rest = behind;
    }
}

/// What is wrong with a text that is to be an expression.
fn problem(text: &str, at: &Location) -> Option<Problem> {
    let Malformed { why, help } = read(text).err()?;
    let message = format!("`{text}` is no runtime expression: {why}");
    let at = at.of(text).unwrap_or_else(|| at.clone());
    Some(Problem::new(ProblemCode::InvalidExpression, at, message).with_help(help))
}

/// Whether a text means to be an expression, and is not one that merely begins with `$`.
fn is_meant(text: &str) -> bool {
    if !text.starts_with('$') {
        return false;
    }
    let word = first_word(text);
    let is_whole = WORDS[..3].contains(&word);
    if is_whole || text.len() == word.len() {
        return WORDS.contains(&text);
    }
    let is_near = || nearest(word, WORDS.into_iter()).is_some();
    text[word.len()..].starts_with('.') && (WORDS.contains(&word) || is_near())
}

/// The letters at the beginning, with the `$` before them.
fn first_word(text: &str) -> &str {
    let end = text.find(|it: char| !it.is_ascii_alphabetic() && it != '$');
    &text[..end.unwrap_or(text.len())]
}

fn read(text: &str) -> Result<(), Malformed> {
    if WORDS[..3].contains(&text) {
        return Ok(());
    }
    let word = first_word(text);
    let malformed = |why: String, help: &str| Malformed {
        why,
        help: help.to_owned(),
    };
    if !WORDS[3..].contains(&word) {
        let help = match nearest(word, WORDS.into_iter()) {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("expressions begin with one of {}", WORDS.join(", ")),
        };
        let why = if WORDS.contains(&word) {
            format!("nothing follows `{word}`")
        } else {
            format!("`{word}` is no first word of one")
        };
        return Err(Malformed { why, help });
    }
    let parts = "write `header.NAME`, `query.NAME`, `path.NAME`, `body` or `body#/PLACE` behind it";
    let Some(source) = text[word.len()..].strip_prefix('.') else {
        return Err(malformed(format!("`{word}` names no part"), parts));
    };
    if let Some(name) = source.strip_prefix("header.") {
        let wrong = || {
            let why = format!("`{name}` is no name of a header");
            malformed(why, "write a name such as `X-Url`")
        };
        return is_token(name).then_some(()).ok_or_else(wrong);
    }
    let named = source.strip_prefix("query.");
    if let Some(name) = named.or_else(|| source.strip_prefix("path.")) {
        let wrong = || {
            let why = format!("`{name}` holds what a JSON string does not");
            malformed(why, "escape quotes and control characters as JSON does")
        };
        return is_characters(name).then_some(()).ok_or_else(wrong);
    }
    match source.strip_prefix("body") {
        Some("") => Ok(()),
        Some(inside) => match inside.strip_prefix('#') {
            Some(pointer) if Pointer::parse(pointer).is_ok() => Ok(()),
            Some(pointer) => Err(malformed(
                format!("`{pointer}` is no JSON Pointer"),
                "begin it with `/`, and write `~0` for `~` and `~1` for `/` in names",
            )),
            None => Err(malformed(
                format!("`{inside}` cannot follow `body`"),
                "name a place in it by a JSON Pointer, as in `body#/items/0/id`",
            )),
        },
        None => Err(malformed(
            format!("`{source}` is neither header, query, path nor body"),
            parts,
        )),
    }
}

/// `*( CHAR )`: the characters of a JSON string, escapes and all.
fn is_characters(text: &str) -> bool {
    serde_json::from_str::<String>(&format!("\"{text}\"")).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_of_the_grammar_is_read() {
        for text in [
            "$url",
            "$method",
            "$statusCode",
            "$request.header.accept",
            "$request.path.id",
            "$request.query.queryUrl",
            "$request.query.",
            "$request.query.a{b}",
            "$request.query.a\\u00e4",
            "$request.body",
            "$request.body#",
            "$request.body#/user/uuid",
            "$request.body#/a~1b/c~0d",
            "$response.body#/status",
            "$response.header.Server",
        ] {
            assert_eq!(read(text), Ok(()), "{text}");
            assert!(is_meant(text), "{text}");
        }
    }

    #[test]
    fn what_breaks_the_grammar_is_refused_with_help() {
        for (text, why, help) in [
            ("$url#/a", "nothing follows `$url`", "begin with"),
            ("$request", "names no part", "`body#/PLACE`"),
            ("$reqest.body", "`$reqest` is no first word", "`$request`"),
            ("$inputs.a", "`$inputs` is no first word", "$response"),
            ("request.body", "is no first word", "`$request`"),
            ("id", "is no first word", "begin with"),
            ("$request.header.a b", "no name of a header", "X-Url"),
            ("$request.header.", "no name of a header", "X-Url"),
            ("$request.path.a\"b", "a JSON string", "escape"),
            ("$request.query.a\\q", "a JSON string", "escape"),
            ("$response.body.id", "`.id` cannot follow", "body#/"),
            ("$response.bodyy", "`y` cannot follow", "body#/"),
            ("$response.body#id", "`id` is no JSON Pointer", "begin it"),
            ("$response.body#/a~2", "no JSON Pointer", "~1"),
            ("$response.status", "`status` is neither", "`header.NAME`"),
        ] {
            let told = read(text).expect_err(text);
            assert!(told.why.contains(why), "{text}: {told:?}");
            assert!(told.help.contains(help), "{text}: {told:?}");
        }
    }

    #[test]
    fn texts_that_begin_with_a_dollar_need_not_mean_an_expression() {
        for text in [
            "$5",
            "$",
            "$urls",
            "price",
            "$HOME/x",
            "$total.sum",
            "$url.x",
        ] {
            assert!(!is_meant(text), "{text}");
        }
        for text in [
            "$response",
            "$response.bodyy",
            "$reqest.body",
            "$request.body#x",
        ] {
            assert!(is_meant(text), "{text}");
        }
    }
}
