//! How a target is connected to: `address`, `proxy`, `tls`, `http` and `timeout` of `[targets.NAME]`.

use std::net::IpAddr;
use std::time::Duration;

use super::proxy::{self, ProxyLogin};
use super::tls;
use crate::problem::{Node, Problem, ProblemCode};
use crate::world::{HttpVersion, Wire};

/// The fields of a target that are read here.
pub(super) const FIELDS: [&str; 5] = ["address", "proxy", "tls", "http", "timeout"];

/// The longest time that one request may be given, in seconds.
const SECONDS_MAX: u64 = 3600;

/// Reads how the target at a URL is connected to, and what a proxy on the way is told.
pub(super) fn read(
    node: &Node<'_>,
    url: &str,
    problems: &mut Vec<Problem>,
) -> (Wire, Option<ProxyLogin>) {
    let (proxy, login) = proxy::read(node, problems);
    let address = node
        .get("address")
        .and_then(|it| address(&it, url, problems));
    if let (Some(_), Some(field)) = (&proxy, node.get("address")) {
        let message = "`address` and `proxy` exclude each other: the proxy looks up the name";
        let problem = field.problem(ProblemCode::InvalidValue, message);
        problems.push(problem.with_help("keep one of the two"));
    }
    let server_name = tls::read(node, url, problems);
    if let (Some(_), Some(_), Some(field)) = (&proxy, &server_name, node.get("tls")) {
        let message = "`tls.server-name` and `proxy` exclude each other: the proxy is told the name of the URL";
        let problem = field.problem(ProblemCode::InvalidValue, message);
        problems.push(problem.with_help("keep one of the two"));
    }
    let wire = Wire {
        address,
        proxy,
        server_name,
        version: node.get("http").and_then(|it| version(&it, problems)),
    };
    (wire, login)
}

/// How long one request to the target may take.
pub(super) fn time(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Duration> {
    let field = node.get("timeout")?;
    let seconds = field.count(problems)?;
    if (1..=SECONDS_MAX).contains(&seconds) {
        return Some(Duration::from_secs(seconds));
    }
    let message = format!("a request is given 1 to {SECONDS_MAX} seconds");
    let problem = field.problem(ProblemCode::InvalidValue, message);
    problems.push(problem.with_help("write whole seconds, such as 10"));
    None
}

fn address(node: &Node<'_>, url: &str, problems: &mut Vec<Problem>) -> Option<(String, IpAddr)> {
    let text = node.text(problems)?;
    let host = url::Url::parse(url).ok();
    let host = host.as_ref().and_then(url::Url::domain);
    let (why, help) = match (text.parse(), host) {
        (Ok(address), Some(host)) => return Some((host.to_owned(), address)),
        (Ok(_), None) => (
            "the URL of the target has an address already, and no name",
            "write the name that the server has into `url`",
        ),
        (Err(_), _) => (
            "this is no IP address",
            "write an address such as `127.0.0.1`; the port stands in `url`",
        ),
    };
    problems.push(node.problem(ProblemCode::InvalidValue, why).with_help(help));
    None
}

fn version(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<HttpVersion> {
    match node.text(problems)? {
        "1.1" => Some(HttpVersion::Http11),
        "2" => Some(HttpVersion::Http2),
        other => {
            let known = ["1.1", "2"].into_iter();
            let place = node.location();
            problems.push(Problem::unknown_reference(
                place,
                "version of HTTP",
                other,
                known,
            ));
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::problems;

    #[test]
    fn a_way_to_a_target_is_whole_and_holds_no_secret() {
        let told = |url: &str, field: &str| {
            problems(&format!("[targets.staging]\nurl = \"{url}\"\n{field}"))
        };
        let url = "https://staging.example";
        for field in [
            "address = \"127.0.0.1\"",
            "address = \"::1\"",
            "proxy = \"http://proxy.example:3128\"",
            "http = \"1.1\"",
            "http = \"2\"\ntimeout = 10",
        ] {
            assert_eq!(told(url, field), [""; 0], "{field}");
        }
        for (field, expected) in [
            ("address = \"localhost\"", "this is no IP address"),
            ("address = \"127.0.0.1:80\"", "this is no IP address"),
            (
                "proxy = \"http://u:sesame@p\"",
                "the URL of a proxy holds no user and no password",
            ),
            (
                "proxy = \"socks5://p\"",
                "a proxy is reached by http or https",
            ),
            (
                "proxy = \"http://p/a\"",
                "the URL of a proxy has no path, no query and no fragment",
            ),
            (
                "proxy = \"http://p\"\naddress = \"::1\"",
                "`address` and `proxy` exclude each other: the proxy looks up the name",
            ),
            ("http = \"3\"", "there is no version `3` of HTTP"),
            ("timeout = 0", "a request is given 1 to 3600 seconds"),
            ("timeout = 3601", "a request is given 1 to 3600 seconds"),
        ] {
            assert_eq!(told(url, field), [expected], "{field}");
        }
        let bare = told("http://127.0.0.1", "address = \"::1\"");
        assert_eq!(
            bare,
            ["the URL of the target has an address already, and no name"]
        );
    }
}
