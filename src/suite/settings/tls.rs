//! `tls` of `[targets.NAME]`: by which name a server is known to TLS.

use crate::problem::{Node, Problem, ProblemCode};

/// Reads the host of a target at a URL that has another name for TLS, with that name.
pub(super) fn read(
    target: &Node<'_>,
    url: &str,
    problems: &mut Vec<Problem>,
) -> Option<(String, String)> {
    let node = target.get("tls")?;
    node.exactly(&["server-name"], problems);
    let field = node.get("server-name")?;
    let name = field.text(problems)?;
    let parsed = url::Url::parse(url).ok()?;
    let (why, help) = match (parsed.scheme(), url::Host::parse(name)) {
        ("https", Ok(url::Host::Domain(plain))) if plain == name.to_ascii_lowercase() => {
            return Some((parsed.host_str()?.to_owned(), plain));
        }
        ("https", _) => (
            "this is no name of a host",
            "write the name for which the server has a certificate, such as `api.example`",
        ),
        _ => (
            "`server-name` is for a target that is reached by https",
            "take it away, or write a URL of https",
        ),
    };
    problems.push(
        field
            .problem(ProblemCode::InvalidValue, why)
            .with_help(help),
    );
    None
}

#[cfg(test)]
mod tests {
    use super::super::tests::problems;

    #[test]
    fn a_name_for_tls_is_a_name_and_of_a_server_that_speaks_it() {
        let told = |url: &str, field: &str| {
            problems(&format!("[targets.staging]\nurl = \"{url}\"\ntls.{field}"))
        };
        let url = "https://127.0.0.1:6443";
        assert_eq!(told(url, "server-name = \"Api.example\""), [""; 0]);
        let proxied = "server-name = \"a.example\"\nproxy = \"http://p\"";
        for (url, field, expected) in [
            (
                "http://t",
                "server-name = \"a.example\"",
                "`server-name` is for a target that is reached by https",
            ),
            (url, "server-name = \"\"", "this is no name of a host"),
            (url, "server-name = \"::1\"", "this is no name of a host"),
            (
                url,
                "server-name = \"10.0.0.1\"",
                "this is no name of a host",
            ),
            (
                url,
                "server-name = \"a.example:443\"",
                "this is no name of a host",
            ),
            (
                url,
                "server-name = \"https://a\"",
                "this is no name of a host",
            ),
            (
                url,
                "server-name = 1",
                "this must be a string, and it is integer",
            ),
            (
                url,
                proxied,
                "`tls.server-name` and `proxy` exclude each other: the proxy is told the name of the URL",
            ),
        ] {
            assert_eq!(told(url, field), [expected], "{field}");
        }
        assert_eq!(told(url, "name = \"a\"").len(), 1, "an unknown field");
    }
}
