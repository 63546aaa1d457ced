//! The grammar of runtime expressions, rule by rule as the specification's ABNF has it.
//!
//! It is the grammar of Arazzo 1.1, with what 1.0 allows besides and documents in use rely on:
//! - names of steps may hold dots, and names may hold letters of any script;
//! - a JSON Pointer may hold braces where the expression is the whole text;
//! - `.name` and `[0]` after a body, and `[0]` after an input or an output, are the operators of
//!   conditions; they become a JSON Pointer.

use super::{Part, Root};
use crate::http::is_token;
use crate::json::Pointer;

type Parsed<T> = Result<T, String>;

/// Reads a whole text as an expression.
pub(super) fn parse(text: &str) -> Parsed<(Root, Pointer)> {
    let whole = |root| Ok((root, Pointer::root()));
    match text {
        "$url" => return whole(Root::Url),
        "$method" => return whole(Root::Method),
        "$statusCode" => return whole(Root::StatusCode),
        "$self" => return whole(Root::Itself),
        _ => {}
    }
    let Some((word, rest)) = text.split_once('.') else {
        return Err("it has no part after the first word".to_owned());
    };
    match word {
        "$request" => source(rest, "request").map(|(part, at)| (Root::Request(part), at)),
        "$response" => match source(rest, "response")? {
            (Part::Query(_) | Part::Path(_), _) => {
                Err("a response has neither query nor path".to_owned())
            }
            (part, at) => Ok((Root::Response(part), at)),
        },
        "$message" => message(rest).map(|(part, at)| (Root::Message(part), at)),
        "$inputs" => named(rest).map(|(name, at)| (Root::Input(name), at)),
        "$outputs" => named(rest).map(|(name, at)| (Root::Output(name), at)),
        "$steps" => {
            let (step, rest) = rest
                .split_once(".outputs.")
                .ok_or("write it as `$steps.STEP.outputs.NAME`")?;
            let step = identifier(step)?;
            let (name, at) = named(rest)?;
            Ok((Root::StepOutput { step, name }, at))
        }
        "$workflows" => workflows(rest),
        "$sourceDescriptions" => {
            let (source, reference) = rest
                .split_once('.')
                .ok_or("write it as `$sourceDescriptions.NAME.REFERENCE`")?;
            let (source, reference) = (identifier(source)?, characters(reference)?);
            if reference.is_empty() {
                return Err("it names nothing of the source".to_owned());
            }
            whole(Root::SourceDescription { source, reference })
        }
        "$components" => {
            let (kind, name) = rest
                .split_once('.')
                .ok_or("write it as `$components.KIND.NAME`")?;
            let kinds = ["inputs", "parameters", "successActions", "failureActions"];
            if !kinds.contains(&kind) {
                return Err(format!("components have no `{kind}`"));
            }
            let (kind, name) = (kind.to_owned(), identifier(name)?);
            whole(Root::Component { kind, name })
        }
        _ => Err(format!("`{word}` is no first word of an expression")),
    }
}

/// `workflows-reference`: the field that comes first parts the workflow from the name.
fn workflows(rest: &str) -> Parsed<(Root, Pointer)> {
    let fields = [".inputs.", ".outputs."];
    let first = fields
        .iter()
        .filter_map(|field| Some((rest.find(field)?, *field)))
        .min();
    let Some((at, field)) = first else {
        return Err("write it as `$workflows.ID.outputs.NAME`".to_owned());
    };
    let workflow = identifier(&rest[..at])?;
    let (name, pointer) = named(&rest[at + field.len()..])?;
    let root = if field == ".inputs." {
        Root::WorkflowInput { workflow, name }
    } else {
        Root::WorkflowOutput { workflow, name }
    };
    Ok((root, pointer))
}

/// `source`: a part of an HTTP message.
fn source(rest: &str, of: &str) -> Parsed<(Part, Pointer)> {
    let whole = |part| Ok((part, Pointer::root()));
    if let Some(token) = rest.strip_prefix("header.") {
        return whole(Part::Header(header(token)?));
    }
    if let Some(name) = rest.strip_prefix("query.") {
        return whole(Part::Query(characters(name)?));
    }
    if let Some(name) = rest.strip_prefix("path.") {
        return whole(Part::Path(characters(name)?));
    }
    if let Some(tail) = after_word(rest, "body") {
        return Ok((Part::Body, inside(tail)?));
    }
    if after_word(rest, "payload").is_some() {
        return Err(format!("an HTTP {of} has a body, and no payload"));
    }
    Err(format!("`{rest}` is neither header, query, path nor body"))
}

/// A part of a message of an AsyncAPI document.
fn message(rest: &str) -> Parsed<(Part, Pointer)> {
    if let Some(token) = rest.strip_prefix("header.") {
        return Ok((Part::Header(header(token)?), Pointer::root()));
    }
    match after_word(rest, "payload") {
        Some(tail) => Ok((Part::Payload, inside(tail)?)),
        None => Err(format!("`{rest}` is neither header nor payload")),
    }
}

/// What stands behind a word that ends there.
fn after_word<'t>(text: &'t str, word: &str) -> Option<&'t str> {
    let tail = text.strip_prefix(word)?;
    (tail.is_empty() || tail.starts_with(['#', '.', '['])).then_some(tail)
}

/// `identifier [ "#" json-pointer ]`.
fn named(text: &str) -> Parsed<(String, Pointer)> {
    let end = text.find(['#', '[']).unwrap_or(text.len());
    Ok((identifier(&text[..end])?, inside(&text[end..])?))
}

/// A place inside of a value: nothing, `#` with a JSON Pointer, or the operators of conditions.
fn inside(tail: &str) -> Parsed<Pointer> {
    if let Some(fragment) = tail.strip_prefix('#') {
        let wrong = |_| format!("`{fragment}` is no JSON Pointer");
        return Pointer::parse(fragment).map_err(wrong);
    }
    navigation(tail)
}

/// `identifier`, with letters of any script.
fn identifier(text: &str) -> Parsed<String> {
    let belongs = |c: char| c.is_alphanumeric() || ".-_".contains(c);
    if text.is_empty() || !text.chars().all(belongs) {
        return Err(format!(
            "`{text}` is no name: use letters, digits, `.`, `-` and `_`"
        ));
    }
    Ok(text.to_owned())
}

/// `token`: the name of a header field (`RFC 9110 §5.6.2`).
fn header(text: &str) -> Parsed<String> {
    if !is_token(text) {
        return Err(format!("`{text}` is no name of a header"));
    }
    Ok(text.to_owned())
}

/// `*( CHAR )`: the characters of a JSON string without braces, escapes and all.
fn characters(text: &str) -> Parsed<String> {
    let plain = |c: char| c >= ' ' && !"{}\"".contains(c);
    let mut escaped = false;
    for c in text.chars() {
        let allowed = if escaped { c >= ' ' } else { plain(c) };
        if !allowed {
            return Err(format!("`{}` cannot stand in a name", c.escape_default()));
        }
        escaped = !escaped && c == '\\';
    }
    if !text.contains('\\') {
        return Ok(text.to_owned());
    }
    serde_json::from_str(&format!("\"{text}\""))
        .map_err(|_| format!("`{text}` holds an escape that is none"))
}

/// Turns `.items[0].id` into `/items/0/id`.
fn navigation(path: &str) -> Parsed<Pointer> {
    let mut pointer = Pointer::root();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[', '#']).unwrap_or(after.len());
            pointer.push(&member(&after[..end])?);
            rest = &after[end..];
        } else if let Some(after) = rest.strip_prefix('[') {
            let (token, tail) = index(after)?;
            pointer.push(token);
            rest = tail;
        } else if rest.starts_with('#') {
            return Err("`.` and `#` cannot be mixed".to_owned());
        } else {
            return Err(format!("`{rest}` follows a `]`"));
        }
    }
    Ok(pointer)
}

/// What stands in brackets, and what follows them.
fn index(after: &str) -> Parsed<(&str, &str)> {
    if let Some(quoted) = after.strip_prefix('\'') {
        return quoted
            .split_once("']")
            .ok_or_else(|| "a `['` is never closed".to_owned());
    }
    let (inside, tail) = after.split_once(']').ok_or("a `[` is never closed")?;
    if inside.is_empty() || !inside.bytes().all(|b| b.is_ascii_digit()) {
        return Err(format!(
            "`[{inside}]` holds neither an index nor a quoted name"
        ));
    }
    Ok((inside, tail))
}

/// The name of a member after a `.`.
fn member(text: &str) -> Parsed<String> {
    if text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("a name is empty or holds white space".to_owned());
    }
    Ok(text.to_owned())
}
