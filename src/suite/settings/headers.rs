//! `[targets.NAME.headers]`: header fields that go out with every request to a target, such as those by
//! which a gateway knows where to send it.

use super::source::{self, PlainSource};
use crate::contract::Contract;
use crate::http::{check_field_value, is_secret_name, is_token};
use crate::problem::{Node, Problem, ProblemCode, hide_lines};
use crate::world::SiteField;

/// A header field of a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HeaderSettings {
    /// Its name.
    pub name: String,
    /// Its value; what is elsewhere is secret.
    pub value: PlainSource,
}

/// Fields that the client writes itself, as the connection needs them.
const OF_THE_CLIENT: [&str; 12] = [
    "connection",
    "expect",
    "host",
    "http2-settings",
    "keep-alive",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
    "content-length",
];

/// What may be written for a value.
const VALUES: &str = "write a text such as `\"blue\"`, or where it is: `{ env = \"NAME\" }`, `{ file = \"PATH\" }` or \
    `{ command = [\"PROGRAM\", ..] }`";

/// What the names of fields begin with that tell of a body.
const OF_A_BODY: &str = "content-";

impl HeaderSettings {
    /// The field, for whoever shows how a request is sent.
    pub(super) fn shown(&self) -> SiteField {
        let value = match &self.value {
            PlainSource::Text(text) => Some(text.clone()),
            PlainSource::Elsewhere(_) => None,
        };
        let name = self.name.clone();
        SiteField { name, value }
    }
}

/// Reads the header fields of a target.
///
/// What is wrong is told without the lines of the file: what stands there by mistake may be a secret.
pub(super) fn read(target: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<HeaderSettings> {
    let before = problems.len();
    let mut headers: Vec<HeaderSettings> = Vec::new();
    for (name, field) in target.get_entries("headers", problems) {
        if let Some((why, help)) = misfit(name, &headers) {
            let code = ProblemCode::InvalidValue;
            let problem = Problem::new(code, field.key_location(), why);
            problems.push(problem.with_help(help));
            continue;
        }
        if let Some(value) = value(name, &field, problems) {
            let name = name.to_owned();
            headers.push(HeaderSettings { name, value });
        }
    }
    hide_lines(&mut problems[before..]);
    headers
}

/// Why no field of that name is sent, and what to do; none where one is.
fn misfit(name: &str, others: &[HeaderSettings]) -> Option<(String, String)> {
    let plain = name.to_ascii_lowercase();
    if !is_token(name) {
        let help = "write a name of letters, digits and hyphens, such as `X-Tenant`";
        return Some(("this is no name of a header field".into(), help.into()));
    }
    if plain == "host" {
        let help = "write the host into `url`, and where it is into `address`";
        return Some((format!("`{name}` is what `url` says"), help.into()));
    }
    if OF_THE_CLIENT.contains(&plain.as_str()) {
        let help = "take it away: the connection needs it as it is";
        return Some((format!("`{name}` is written by the client"), help.into()));
    }
    if plain.starts_with(OF_A_BODY) {
        let help = "take it away, or let the step say it that sends the body";
        return Some((format!("`{name}` tells of one body"), help.into()));
    }
    let mut others = others.iter();
    let twin = others.find(|it| it.name.eq_ignore_ascii_case(name))?;
    let (twin, help) = (&twin.name, "keep one of the two");
    let why = format!("`{name}` is the same field as `{twin}`");
    Some((why, help.into()))
}

fn value(name: &str, field: &Node<'_>, problems: &mut Vec<Problem>) -> Option<PlainSource> {
    let what = format!("the value of `{name}`");
    // A text of such a name is a credential, which stands in no file.
    let is_secret = is_secret_name(name);
    if !field.value().is_string() && !field.value().is_object() {
        let message = format!("{what} is neither a text nor a place where it is");
        let help = if is_secret { source::SECRETS } else { VALUES };
        let problem = field.problem(ProblemCode::WrongType, message);
        problems.push(problem.with_help(help));
        return None;
    }
    if is_secret {
        return source::read(field, &what, problems).map(PlainSource::Elsewhere);
    }
    let value = source::plain(field, &what, problems)?;
    let PlainSource::Text(text) = &value else {
        return Some(value);
    };
    let Err(why) = check_field_value(text) else {
        return Some(value);
    };
    let problem = field.problem(ProblemCode::InvalidValue, format!("{what} {why}"));
    problems.push(problem.with_help(VALUES));
    None
}

/// Complains of fields that a credential goes into which comes to the target, too.
pub(super) fn check(
    (root, target): (&Node<'_>, &Node<'_>),
    contract: &Contract,
    problems: &mut Vec<Problem>,
) {
    let before = problems.len();
    // What is of another type has been told when the settings were read.
    let mut elsewhere = Vec::new();
    let headers = target.get_entries("headers", &mut elsewhere);
    let mut schemes: Vec<&str> = Vec::new();
    for owner in [root, target] {
        for (_, identity) in owner.get_entries("identities", &mut elsewhere) {
            let entries = identity.entries(&mut elsewhere).into_iter();
            schemes.extend(entries.map(|(scheme, _)| scheme));
        }
    }
    for (name, field) in headers {
        let mut known = contract.security_schemes.iter();
        let taken = known.find(|scheme| {
            let own = scheme.place.field();
            let is_it = own.is_some_and(|it| it.eq_ignore_ascii_case(name));
            is_it && schemes.contains(&scheme.name.as_str())
        });
        let Some(scheme) = taken else {
            continue;
        };
        let message = format!(
            "the credential for `{}` goes into `{name}` already",
            scheme.name
        );
        let code = ProblemCode::InvalidValue;
        let problem = Problem::new(code, field.key_location(), message);
        problems.push(problem.with_help("keep one of the two"));
    }
    hide_lines(&mut problems[before..]);
}

#[cfg(test)]
mod tests {
    use super::super::tests::problems;

    fn told(lines: &str) -> Vec<String> {
        problems(&format!(
            "[targets.t]\nurl = \"http://t\"\n[targets.t.headers]\n{lines}"
        ))
    }

    #[test]
    fn a_value_stands_here_or_elsewhere() {
        for lines in [
            "X-Tenant = \"blue\"",
            "X-Tenant = { env = \"TENANT\" }\nX-Route = { file = \"route\" }",
            "Authorization = { command = [\"vault\", \"read\"] }",
            "User-Agent = \"gate check\"",
        ] {
            assert_eq!(told(lines), [""; 0], "{lines}");
        }
        for (lines, expected) in [
            (
                "X-Tenant = 1",
                "the value of `X-Tenant` is neither a text nor a place where it is",
            ),
            (
                "X-Api-Key = [1]",
                "the value of `X-Api-Key` is neither a text nor a place where it is",
            ),
            ("X-Tenant = \"\"", "the value of `X-Tenant` is empty"),
            (
                "X-Tenant = \" a\"",
                "the value of `X-Tenant` begins or ends with a space, which is taken away on its way",
            ),
            (
                "X-Tenant = { env = \"A\", file = \"b\" }",
                "the value of `X-Tenant` has one source",
            ),
            (
                "X-Tenant = { file = \"../b\" }",
                "this is not a path inside the project, relative to its folder",
            ),
            (
                "X-Api-Key = \"sesame\"",
                "the value of `X-Api-Key` does not stand in this file",
            ),
        ] {
            assert_eq!(told(lines), [expected], "{lines}");
        }
        for breaking in ["\\r\\nX-A: b", "\\n", "\\u0000", "\\u007f"] {
            let lines = format!("X-Tenant = \"a{breaking}\"");
            let expected =
                "the value of `X-Tenant` holds a line break or another control character";
            assert_eq!(told(&lines), [expected], "{lines}");
        }
    }

    #[test]
    fn names_are_those_that_nobody_else_writes() {
        for (lines, expected) in [
            ("\"X Tenant\" = \"a\"", "this is no name of a header field"),
            ("\"\" = \"a\"", "this is no name of a header field"),
            ("\"X:\" = \"a\"", "this is no name of a header field"),
            ("HOST = \"a\"", "`HOST` is what `url` says"),
            (
                "Content-Length = \"1\"",
                "`Content-Length` is written by the client",
            ),
            (
                "transfer-encoding = \"chunked\"",
                "`transfer-encoding` is written by the client",
            ),
            (
                "Connection = \"close\"",
                "`Connection` is written by the client",
            ),
            ("Content-Type = \"a/b\"", "`Content-Type` tells of one body"),
            (
                "X-Tenant = \"a\"\nx-tenant = \"b\"",
                "`x-tenant` is the same field as `X-Tenant`",
            ),
        ] {
            assert_eq!(told(lines), [expected], "{lines}");
        }
    }
}
