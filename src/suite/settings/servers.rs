//! `[targets.NAME.servers]`: what stands for the servers of the contract that the target's own URL does
//! not stand for.

use std::sync::Arc;

use crate::contract::{Contract, Server, names_server};
use crate::problem::{Node, Problem, ProblemCode};
use crate::source::Source;

/// Reads the servers of a target, each with the URL that stands for it.
pub(super) fn read(target: &Node<'_>, problems: &mut Vec<Problem>) -> Vec<(String, String)> {
    let mut servers: Vec<(String, String)> = Vec::new();
    for (name, field) in target.get_entries("servers", problems) {
        let Some(url) = super::target::url(&field, problems) else {
            continue;
        };
        let name = name.trim_end_matches('/');
        if servers.iter().any(|(known, _)| known == name) {
            let message = format!("there are two URLs for the server `{name}`");
            let problem = Problem::new(ProblemCode::DuplicateName, field.key_location(), message);
            problems.push(problem.with_help("keep one of the two"));
            continue;
        }
        servers.push((name.to_owned(), url.trim_end_matches('/').to_owned()));
    }
    servers
}

/// Complains of servers on which nothing runs.
pub(in crate::suite) fn check(
    source: &Source,
    contracts: &[Arc<Contract>],
    problems: &mut Vec<Problem>,
) {
    let further = contracts.iter().flat_map(|it| it.further_servers());
    let further: Vec<&Server> = further.collect();
    // What is of another type has been told when the settings were read.
    let mut elsewhere = Vec::new();
    for (_, target) in Node::root(source).get_entries("targets", &mut elsewhere) {
        for (name, field) in target.get_entries("servers", &mut elsewhere) {
            if further.iter().any(|server| names_server(name, server)) {
                continue;
            }
            let known = further.iter().map(|it| it.url.as_str());
            problems.push(Problem::unknown_reference(
                field.key_location(),
                "server of an operation",
                name,
                known,
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is read of the servers of a target, and what is said of them.
    fn servers(lines: &str) -> (Vec<(String, String)>, Vec<String>) {
        let text = format!("url = \"http://t\"\n[servers]\n{lines}");
        let source = Source::parse("specs/t/api.toml", text).expect("TOML");
        let mut problems = Vec::new();
        let servers = read(&Node::root(&source), &mut problems);
        let problems = problems.iter().map(|it| it.code.id().to_owned());
        (servers, problems.collect())
    }

    #[test]
    fn each_server_has_one_url() {
        let (read, problems) = servers("\"https://a.example/\" = \"http://t:1/x/\"");
        let expected = ("https://a.example".to_owned(), "http://t:1/x".to_owned());
        assert_eq!((read, problems.len()), (vec![expected], 0));
        for (lines, problem) in [
            ("\"https://a\" = \"t:1\"", "invalid-value"),
            ("\"https://a\" = \"http://t?q\"", "invalid-value"),
            ("\"https://a\" = \"http://u:p@t\"", "invalid-value"),
            ("\"https://a\" = 1", "wrong-type"),
            (
                "\"https://a\" = \"http://t\"\n\"https://a/\" = \"http://u\"",
                "duplicate-name",
            ),
        ] {
            assert_eq!(servers(lines).1, [problem], "{lines}");
        }
    }
}
