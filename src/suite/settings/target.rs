//! `[targets.NAME]`: a server that has a name.

use std::time::Duration;

use serde_json::{Map, Value};

use super::{HeaderSettings, IdentitySettings, ProxyLogin, headers, identity, rate, servers, wire};
use crate::problem::{Node, Problem, ProblemCode, hide_lines};
use crate::suite::layers::is_target_name;
use crate::world::{Site, Way, Wire};

/// A target that has a name.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetSettings {
    /// The name.
    pub name: String,
    /// Where it is reached.
    pub site: Site,
    /// Inputs of scenarios that this target needs otherwise than by their defaults.
    pub inputs: Map<String, Value>,
    /// The PEM file of the certificate authority to trust, relative to the project's folder; none means
    /// those of the system.
    pub authority: Option<String>,
    /// As whom scenarios come here; what they do not say is said for all targets.
    pub identities: Vec<IdentitySettings>,
    /// What goes out with every request to it.
    pub headers: Vec<HeaderSettings>,
    /// Whether nothing may be changed there, unless somebody says so.
    pub is_protected: bool,
    /// How many requests per second it is asked at most, when that is said.
    pub rate: Option<f64>,
    /// How it is connected to.
    pub wire: Wire,
    /// What the proxy on the way is told, when it asks who is there.
    pub proxy: Option<ProxyLogin>,
    /// How long one request may take there, unless a flag says otherwise.
    pub time: Option<Duration>,
}

/// Reads one target.
pub(super) fn read(
    name: &str,
    node: &Node<'_>,
    problems: &mut Vec<Problem>,
) -> Option<TargetSettings> {
    if !is_target_name(name) {
        let message = format!("a target cannot be called `{}`", name.escape_debug());
        let problem = Problem::new(ProblemCode::InvalidValue, node.key_location(), message);
        problems.push(problem.with_help("write a name such as `staging`: a folder is called so"));
        return None;
    }
    let fields = [
        "url",
        "inputs",
        "cacert",
        "identities",
        "servers",
        "headers",
        "protected",
        "rate",
    ];
    node.exactly(&[&fields[..], &wire::FIELDS].concat(), problems);
    let field = node.require("url", problems)?;
    let servers = servers::read(node, problems);
    let headers = headers::read(node, problems);
    let url = url(&field, problems)?.trim_end_matches('/').to_owned();
    let inputs = node.get("inputs").map(|field| {
        let entries = field.entries(problems).into_iter();
        entries
            .map(|(name, value)| (name.to_owned(), value.value().clone()))
            .collect()
    });
    let (wire, proxy) = wire::read(node, &url, problems);
    let authority = node.get_text("cacert", problems).map(str::to_owned);
    let way = Way {
        authority: authority.clone(),
        wire: wire.clone(),
        has_login: proxy.is_some(),
    };
    Some(TargetSettings {
        name: name.to_owned(),
        time: wire::time(node, problems),
        site: Site {
            url,
            servers,
            fields: headers.iter().map(HeaderSettings::shown).collect(),
            way,
        },
        wire,
        proxy,
        headers,
        inputs: inputs.unwrap_or_default(),
        authority,
        identities: identity::read(node, problems),
        is_protected: node
            .get("protected")
            .and_then(|it| it.boolean(problems))
            .unwrap_or_default(),
        rate: rate::read(node, problems),
    })
}

/// The URL of a target.
pub(super) fn url<'n>(field: &Node<'n>, problems: &mut Vec<Problem>) -> Option<&'n str> {
    let url = field.text(problems)?;
    let Err(why) = check_url(url) else {
        return Some(url);
    };
    // What stands before the host may be a password.
    let problem = if url.contains('@') {
        let mut problem = field.problem(ProblemCode::InvalidValue, why);
        hide_lines(std::slice::from_mut(&mut problem));
        problem
    } else {
        field.problem(ProblemCode::InvalidValue, format!("`{url}`: {why}"))
    };
    problems.push(problem.with_help("write a URL such as `http://127.0.0.1:8080`"));
    None
}

/// Whether a text is the URL of a target.
///
/// # Errors
/// When it is no absolute URL of http or https, or carries what does not belong there; the text says
/// which.
pub fn check_url(text: &str) -> Result<(), String> {
    let url = url::Url::parse(text).map_err(|error| error.to_string())?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err("a target is reached by http or https".to_owned());
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("a URL of a target holds no user and no password".to_owned());
    }
    if url.query().is_some() || url.fragment().is_some() {
        return Err("a URL of a target has neither query nor fragment".to_owned());
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::tests::problems;

    #[test]
    fn a_target_is_called_as_a_folder_may_be() {
        let told = |name: &str| problems(&format!("[targets.\"{name}\"]\nurl = \"http://t\""));
        assert_eq!(told("staging"), [""; 0]);
        assert_eq!(told("../up"), ["a target cannot be called `../up`"]);
        assert_eq!(told(".x"), ["a target cannot be called `.x`"]);
    }
}
