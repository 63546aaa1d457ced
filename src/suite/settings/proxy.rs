//! `proxy` of `[targets.NAME]`: through what everything goes, and who is told to be there.

use super::source::{self, PlainSource, SecretSource};
use crate::problem::{Node, Problem, ProblemCode, hide_lines};

/// What a proxy is told that asks who is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProxyLogin {
    /// The user.
    pub user: PlainSource,
    /// The password.
    pub password: SecretSource,
}

const FIELDS: [&str; 3] = ["url", "username", "password"];

/// Reads the URL of a proxy and what it is told: the URL alone, or a table.
///
/// What is wrong is told without the lines of the file: a password may stand there by mistake.
pub(super) fn read(
    target: &Node<'_>,
    problems: &mut Vec<Problem>,
) -> (Option<String>, Option<ProxyLogin>) {
    let Some(node) = target.get("proxy") else {
        return (None, None);
    };
    let before = problems.len();
    let read = if node.value().is_object() {
        node.exactly(&FIELDS, problems);
        let field = node.require("url", problems);
        let url = field.and_then(|it| url(&it, problems));
        (url, login(&node, problems))
    } else {
        (url(&node, problems), None)
    };
    hide_lines(&mut problems[before..]);
    read
}

fn login(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<ProxyLogin> {
    let user = node.require("username", problems);
    let password = node.require("password", problems);
    let user = user.and_then(|it| source::plain(&it, "`username`", problems));
    let password = password.and_then(|it| source::read(&it, "`password`", problems));
    let (user, password) = user.zip(password)?;
    if let PlainSource::Text(text) = &user
        && let Err(why) = check_user(text)
    {
        let place = node.get("username").map(|it| it.location());
        let message = format!("`username` {why}");
        let problem = Problem::new(ProblemCode::InvalidValue, place?, message);
        problems.push(problem.with_help("write the name by which the proxy knows you"));
        return None;
    }
    Some(ProxyLogin { user, password })
}

/// Whether a text can be the name of a user (`RFC 7617 §2`).
///
/// # Errors
/// With what is wrong with it, in words that go after what it is; they do not hold it.
pub fn check_user(text: &str) -> Result<(), &'static str> {
    if text.is_empty() {
        return Err("is empty");
    }
    if text.contains(':') {
        return Err("holds a colon, which ends the name of a user");
    }
    if text.contains(|it: char| it.is_control()) {
        return Err("holds a line break or another control character");
    }
    Ok(())
}

/// The URL of a proxy.
fn url(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<String> {
    let text = node.text(problems)?;
    let (why, help) = match url::Url::parse(text) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => (
            "the URL of a proxy holds no user and no password",
            "write `proxy = { url = \"http://proxy.example:3128\", username = \"NAME\", password = { env = \"NAME\" } }`",
        ),
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            let is_bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
            if is_bare {
                return Some(text.to_owned());
            }
            (
                "the URL of a proxy has no path, no query and no fragment",
                URL,
            )
        }
        _ => ("a proxy is reached by http or https", URL),
    };
    problems.push(node.problem(ProblemCode::InvalidValue, why).with_help(help));
    None
}

/// What to write.
const URL: &str = "write a URL such as `http://proxy.example:3128`";

#[cfg(test)]
mod tests {
    use super::super::tests::problems;

    #[test]
    fn a_proxy_is_told_who_is_there_from_elsewhere() {
        let told = |proxy: &str| {
            problems(&format!(
                "[targets.staging]\nurl = \"https://t\"\nproxy = {proxy}"
            ))
        };
        for proxy in [
            "\"http://p:3128\"",
            "{ url = \"http://p\", username = \"ci\", password = { env = \"P\" } }",
            "{ url = \"https://p\", username = { env = \"U\" }, password = { command = [\"a\"] } }",
        ] {
            assert_eq!(told(proxy), [""; 0], "{proxy}");
        }
        for (proxy, expected) in [
            (
                "\"http://u:sesame@p\"",
                "the URL of a proxy holds no user and no password",
            ),
            (
                "{ url = \"http://u@p\", username = \"u\", password = { env = \"P\" } }",
                "the URL of a proxy holds no user and no password",
            ),
            (
                "{ url = \"http://p\", username = \"u\", password = \"sesame\" }",
                "`password` does not stand in this file",
            ),
            (
                "{ url = \"http://p\", username = \"u:v\", password = { env = \"P\" } }",
                "`username` holds a colon, which ends the name of a user",
            ),
            ("1", "this must be a string, and it is integer"),
        ] {
            assert_eq!(told(proxy), [expected], "{proxy}");
        }
        for (proxy, count) in [
            ("{ url = \"http://p\", username = \"u\" }", 1),
            ("{ url = \"http://p\" }", 2),
            ("{ username = \"u\", password = { env = \"P\" } }", 1),
            (
                "{ url = \"http://p\", username = \"u\", password = { env = \"P\" }, x = 1 }",
                1,
            ),
        ] {
            assert_eq!(told(proxy).len(), count, "{proxy}");
        }
    }
}
