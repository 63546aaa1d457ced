//! Where a secret is: `{ env = .. }`, `{ file = .. }` or `{ command = [..] }`. It never stands in
//! `api.toml` itself.

use std::path::{Component, Path};

use crate::problem::{Node, Problem, ProblemCode};

/// How many words a command may have.
const WORDS_MAX: usize = 64;

/// Where a secret is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SecretSource {
    /// In a variable of the environment.
    Variable(String),
    /// In a file, without a line break at its end; relative to the project's folder.
    File(String),
    /// In what a program prints, without a line break at its end: the program and its arguments.
    Command(Vec<String>),
}

/// A text that is no secret, or where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlainSource {
    /// The text itself.
    Text(String),
    /// It is elsewhere.
    Elsewhere(SecretSource),
}

/// What may be written for a secret.
pub(super) const SECRETS: &str =
    "write `{ env = \"NAME\" }`, `{ file = \"PATH\" }` or `{ command = [\"PROGRAM\", ..] }`";

/// The fields of a secret's source.
pub(super) const FIELDS: [&str; 3] = ["env", "file", "command"];

/// Reads where a secret is; `what` says what it is, for the complaint that it stands here.
pub(super) fn read(
    node: &Node<'_>,
    what: &str,
    problems: &mut Vec<Problem>,
) -> Option<SecretSource> {
    if node.value().is_string() {
        let message = format!("{what} does not stand in this file");
        let problem = node.problem(ProblemCode::InvalidValue, message);
        problems.push(problem.with_help(SECRETS));
        return None;
    }
    node.exactly(&FIELDS, problems);
    let before = problems.len();
    let given = (
        name(node, problems),
        path(node, "file", problems),
        command(node, problems),
    );
    match given {
        (Some(name), None, None) => Some(SecretSource::Variable(name)),
        (None, Some(path), None) => Some(SecretSource::File(path)),
        (None, None, Some(words)) => Some(SecretSource::Command(words)),
        // What is there and wrong has been told.
        (None, None, None) if problems.len() > before => None,
        _ => {
            let message = format!("{what} has one source");
            let problem = node.problem(ProblemCode::InvalidValue, message);
            problems.push(problem.with_help(SECRETS));
            None
        }
    }
}

/// Reads a text that may stand here, or where it is.
pub(super) fn plain(
    field: &Node<'_>,
    what: &str,
    problems: &mut Vec<Problem>,
) -> Option<PlainSource> {
    match field.value().as_str() {
        Some(text) => Some(PlainSource::Text(text.to_owned())),
        None => read(field, what, problems).map(PlainSource::Elsewhere),
    }
}

fn name(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let field = node.get("env")?;
    let text = field.text(problems)?;
    let is_name = !text.is_empty() && !text.contains(['=', '\0']);
    complain(is_name, &field, "the name of a variable", problems);
    Some(text.to_owned())
}

/// A path inside the project. Whether a file is there shows when it is needed; that it leads out of
/// the project shows now.
pub(super) fn path(node: &Node<'_>, name: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let field = node.get(name)?;
    let text = field.text(problems)?;
    let mut parts = Path::new(text).components();
    let is_inside = |part| matches!(part, Component::Normal(_) | Component::CurDir);
    let is_path = !text.is_empty() && parts.all(is_inside);
    let wanted = "a path inside the project, relative to its folder";
    complain(is_path, &field, wanted, problems);
    Some(text.to_owned())
}

fn command(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Vec<String>> {
    let field = node.get("command")?;
    let items = field.items(problems);
    if !field.value().is_array() {
        return None;
    }
    let words = items.iter().map(|it| it.text(problems).map(str::to_owned));
    let words: Vec<String> = words.collect::<Option<_>>()?;
    let is_usable = words.len() <= WORDS_MAX
        && words.first().is_some_and(|it| !it.is_empty())
        && words.iter().all(|it| !it.contains('\0'));
    let wanted = "a program and its arguments, each a text of its own";
    complain(is_usable, &field, wanted, problems);
    is_usable.then_some(words)
}

fn complain(is_usable: bool, field: &Node<'_>, wanted: &str, problems: &mut Vec<Problem>) {
    if !is_usable {
        let message = format!("this is not {wanted}");
        let problem = field.problem(ProblemCode::InvalidValue, message);
        problems.push(problem.with_help(format!("write {wanted}")));
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::problems;

    #[test]
    fn a_command_is_a_list_of_texts() {
        let told = |source: &str| problems(&format!("[identities.default]\nkey = {source}"));
        assert_eq!(told("{ command = [\"vault\", \"read\"] }"), [""; 0]);
        let wanted = "this is not a program and its arguments, each a text of its own";
        assert_eq!(told("{ command = [] }"), [wanted]);
        assert_eq!(told("{ command = [\"\"] }"), [wanted]);
        assert_eq!(told("{ command = [\"a\", \"\\u0000\"] }"), [wanted]);
        assert_eq!(
            told("{ command = \"vault read x\" }"),
            ["this must be an array, and it is string"]
        );
        assert_eq!(
            told("{ command = [\"vault\", 1] }"),
            ["this must be a string, and it is integer"]
        );
        assert_eq!(
            told("{ command = [\"a\"], env = \"B\" }"),
            ["the credential for `key` has one source"]
        );
    }
}
