//! Runtime expressions (`Arazzo 1.0.1 §4.7`): one grammar, read once, never evaluated as code.
//!
//! After `$request.body` and `$response.body` both `#/json/pointer` and the operator form
//! `.items[0].id` of conditions are read; the second becomes the first.

use std::fmt;

use crate::json::Pointer;

/// A runtime expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Expression {
    text: String,
    /// What it reads.
    pub root: Root,
    /// Where inside of it; the root pointer for all of it.
    pub pointer: Pointer,
}

/// What an expression reads.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Root {
    /// The URL of the request.
    Url,
    /// The method of the request.
    Method,
    /// The status of the response.
    StatusCode,
    /// A part of the request.
    Request(Part),
    /// A part of the response.
    Response(Part),
    /// An input of this workflow.
    Input(String),
    /// An output of this workflow.
    Output(String),
    /// An output of a step.
    StepOutput {
        /// The step.
        step: String,
        /// The output.
        name: String,
    },
    /// An input of another workflow.
    WorkflowInput {
        /// The workflow.
        workflow: String,
        /// The input.
        name: String,
    },
    /// An output of another workflow.
    WorkflowOutput {
        /// The workflow.
        workflow: String,
        /// The output.
        name: String,
    },
    /// Something of a source description.
    SourceDescription {
        /// The source description.
        source: String,
        /// An operation, a workflow or a field of it.
        reference: String,
    },
    /// A reusable object, such as `$components.parameters.page`.
    Component {
        /// `inputs`, `parameters`, `successActions` or `failureActions`.
        kind: String,
        /// The object.
        name: String,
    },
}

/// A part of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Part {
    /// A header field.
    Header(String),
    /// A parameter of the query.
    Query(String),
    /// A parameter of the path.
    Path(String),
    /// The decoded body.
    Body,
}

/// Why a text is no expression.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no runtime expression: {why}")]
pub struct ExpressionError {
    /// The text.
    pub text: String,
    /// What is wrong with it.
    pub why: String,
    /// What may have been meant.
    pub nearest: Option<&'static str>,
}

/// The first words that expressions have.
const ROOTS: [&str; 11] = [
    "$url",
    "$method",
    "$statusCode",
    "$request",
    "$response",
    "$inputs",
    "$outputs",
    "$steps",
    "$workflows",
    "$sourceDescriptions",
    "$components",
];

/// How long an expression may be, in bytes.
const LENGTH_MAX: usize = 4096;

impl Expression {
    /// Reads an expression.
    ///
    /// # Errors
    /// When the text does not follow the grammar as a whole.
    pub fn parse(text: &str) -> Result<Self, ExpressionError> {
        let fail = |why: String| ExpressionError {
            text: text.to_owned(),
            why,
            nearest: None,
        };
        if text.len() > LENGTH_MAX {
            return Err(ExpressionError {
                text: text.chars().take(40).collect(),
                why: format!("it is longer than {LENGTH_MAX} bytes"),
                nearest: None,
            });
        }
        let (head, fragment) = match text.split_once('#') {
            Some((head, fragment)) => (head, Some(fragment)),
            None => (text, None),
        };
        let pointer = match fragment {
            Some(fragment) => Pointer::parse(fragment)
                .map_err(|_| fail(format!("`{fragment}` is no JSON Pointer")))?,
            None => Pointer::root(),
        };
        let (root, navigated) = parse_root(head).map_err(|why| ExpressionError {
            text: text.to_owned(),
            why,
            nearest: nearest_root(head),
        })?;
        if fragment.is_some() && !takes_pointer(&root) {
            return Err(fail(
                "only a body, an input or an output can be followed by `#`".to_owned(),
            ));
        }
        let pointer = match (navigated, fragment) {
            (Some(_), Some(_)) => return Err(fail("`.` and `#` cannot be mixed".to_owned())),
            (Some(navigated), None) => navigated,
            (None, _) => pointer,
        };
        Ok(Self {
            text: text.to_owned(),
            root,
            pointer,
        })
    }

    /// Whether a text means to be an expression: it begins with a first word that expressions have,
    /// or with one that comes close. Everything else that begins with `$` is plain text.
    pub fn is_meant(text: &str) -> bool {
        if !text.starts_with('$') {
            return false;
        }
        let word = first_word(text);
        let simple = ["$url", "$method", "$statusCode"];
        if simple.contains(&word) {
            return text == word;
        }
        let rest = &text[word.len()..];
        rest.starts_with('.') && (ROOTS.contains(&word) || nearest_root(text).is_some())
    }

    /// The expression as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it reads the response of the step that it stands in.
    pub fn reads_response(&self) -> bool {
        matches!(self.root, Root::Response(_) | Root::StatusCode)
    }
}

fn takes_pointer(root: &Root) -> bool {
    matches!(
        root,
        Root::Request(Part::Body)
            | Root::Response(Part::Body)
            | Root::Input(_)
            | Root::Output(_)
            | Root::StepOutput { .. }
            | Root::WorkflowInput { .. }
            | Root::WorkflowOutput { .. }
    )
}

fn first_word(text: &str) -> &str {
    let end = text[1..]
        .find(|c: char| !c.is_ascii_alphanumeric())
        .map_or(text.len(), |at| at + 1);
    &text[..end]
}

fn nearest_root(text: &str) -> Option<&'static str> {
    let word = first_word(text);
    if ROOTS.contains(&word) {
        None
    } else {
        crate::diff::nearest(word, ROOTS.into_iter())
    }
}

fn parse_root(head: &str) -> Result<(Root, Option<Pointer>), String> {
    let plain = |root| Ok((root, None));
    match head {
        "$url" => return plain(Root::Url),
        "$method" => return plain(Root::Method),
        "$statusCode" => return plain(Root::StatusCode),
        _ => {}
    }
    let Some((word, rest)) = head.split_once('.') else {
        return Err("it has no part after the first word".to_owned());
    };
    match word {
        "$request" => part(rest).map(|(part, pointer)| (Root::Request(part), pointer)),
        "$response" => match part(rest)? {
            (Part::Query(_) | Part::Path(_), _) => {
                Err("a response has neither query nor path".to_owned())
            }
            (part, pointer) => Ok((Root::Response(part), pointer)),
        },
        "$inputs" => plain(Root::Input(name(rest)?)),
        "$outputs" => plain(Root::Output(name(rest)?)),
        "$steps" => {
            let (step, output) = split(rest, ".outputs.", "`$steps.STEP.outputs.NAME`")?;
            plain(Root::StepOutput { step, name: output })
        }
        "$workflows" => {
            if rest.contains(".inputs.") {
                let (workflow, name) = split(rest, ".inputs.", "`$workflows.ID.inputs.NAME`")?;
                return plain(Root::WorkflowInput { workflow, name });
            }
            let (workflow, name) = split(rest, ".outputs.", "`$workflows.ID.outputs.NAME`")?;
            plain(Root::WorkflowOutput { workflow, name })
        }
        "$sourceDescriptions" => {
            let (source, reference) = split(rest, ".", "`$sourceDescriptions.NAME.REFERENCE`")?;
            plain(Root::SourceDescription { source, reference })
        }
        "$components" => {
            let (kind, name) = split(rest, ".", "`$components.KIND.NAME`")?;
            plain(Root::Component { kind, name })
        }
        _ => Err(format!("`{word}` is no first word of an expression")),
    }
}

fn name(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(|c| c.is_whitespace() || c.is_control()) {
        return Err("a name is empty or holds white space".to_owned());
    }
    Ok(text.to_owned())
}

fn split(text: &str, separator: &str, form: &str) -> Result<(String, String), String> {
    let (left, right) = text
        .split_once(separator)
        .ok_or_else(|| format!("write it as {form}"))?;
    Ok((name(left)?, name(right)?))
}

fn part(text: &str) -> Result<(Part, Option<Pointer>), String> {
    if text == "body" {
        return Ok((Part::Body, None));
    }
    if let Some(path) = text
        .strip_prefix("body")
        .filter(|path| path.starts_with(['.', '[']))
    {
        return Ok((Part::Body, Some(navigation(path)?)));
    }
    let Some((word, rest)) = text.split_once('.') else {
        return Err(format!("`{text}` is neither header, query, path nor body"));
    };
    let part = match word {
        "header" => {
            if rest.is_empty() || !rest.bytes().all(is_token) {
                return Err(format!("`{rest}` is no name of a header"));
            }
            Part::Header(rest.to_owned())
        }
        "query" => Part::Query(name(rest)?),
        "path" => Part::Path(name(rest)?),
        _ => return Err(format!("`{word}` is neither header, query, path nor body")),
    };
    Ok((part, None))
}

/// A character of a header's name (`RFC 9110 §5.6.2`).
fn is_token(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)
}

/// Turns `.items[0].id` into `/items/0/id`.
fn navigation(path: &str) -> Result<Pointer, String> {
    let mut pointer = Pointer::root();
    let mut rest = path;
    while !rest.is_empty() {
        if let Some(after) = rest.strip_prefix('.') {
            let end = after.find(['.', '[']).unwrap_or(after.len());
            pointer.push(&name(&after[..end])?);
            rest = &after[end..];
        } else if let Some(after) = rest.strip_prefix('[') {
            let (inside, tail) = after.split_once(']').ok_or("a `[` is never closed")?;
            let quoted = inside
                .strip_prefix('\'')
                .and_then(|it| it.strip_suffix('\''));
            match quoted {
                Some(key) => pointer.push(key),
                None if !inside.is_empty() && inside.bytes().all(|b| b.is_ascii_digit()) => {
                    pointer.push(inside);
                }
                None => {
                    return Err(format!(
                        "`[{inside}]` holds neither an index nor a quoted name"
                    ));
                }
            }
            rest = tail;
        } else {
            return Err(format!("`{rest}` follows a `]`"));
        }
    }
    Ok(pointer)
}

impl fmt::Display for Expression {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_form_is_read() {
        for text in [
            "$url",
            "$method",
            "$statusCode",
            "$request.header.Accept",
            "$request.query.a.b",
            "$request.path.id",
            "$request.body",
            "$request.body#/a/0",
            "$response.header.X-Tag",
            "$response.body#/a~1b",
            "$response.body.items[0].id",
            "$response.body['a b']",
            "$inputs.name",
            "$inputs.name#/a",
            "$outputs.x",
            "$steps.make-it.outputs.id",
            "$workflows.other.outputs.id#/0",
            "$workflows.other.inputs.id",
            "$sourceDescriptions.api.url",
            "$components.parameters.page",
        ] {
            let expression = Expression::parse(text);
            assert!(expression.is_ok(), "{text}: {expression:?}");
            assert!(Expression::is_meant(text), "{text}");
        }
    }

    #[test]
    fn navigation_is_a_pointer() {
        let dotted = Expression::parse("$response.body.items[0]['x/y']").expect("an expression");
        let pointed = Expression::parse("$response.body#/items/0/x~1y").expect("an expression");
        assert_eq!(dotted.pointer, pointed.pointer);
    }

    #[test]
    fn what_breaks_the_grammar_is_refused() {
        for text in [
            "",
            "$",
            "$response",
            "$response.",
            "$response.bodies",
            "$response.query.a",
            "$response.path.a",
            "$response.header.",
            "$response.header.a b",
            "$steps.a.output.b",
            "$steps.a",
            "$inputs.",
            "$statusCode#/a",
            "$response.body#a",
            "$response.body[",
            "$response.body[x]",
            "$response.body[0]x",
            "$step.a.outputs.b",
            "$response.body.a#/b",
        ] {
            assert!(Expression::parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn a_near_miss_is_meant_and_told_its_neighbour() {
        let error = Expression::parse("$step.a.outputs.b").expect_err("no such word");
        assert_eq!(error.nearest, Some("$steps"));
        assert!(Expression::is_meant("$step.a.outputs.b"));
    }

    #[test]
    fn prices_and_variables_are_plain_text() {
        for text in ["$", "$5.00", "$HOME", "$urls", "costs $inputs.x", "$schema"] {
            assert!(!Expression::is_meant(text), "{text}");
        }
    }
}
