//! What a project has around its contract and scenarios: the settings, and a job for a CI service.

use std::fmt::Write as _;

use serde_json::Value;

use super::kebab_case;
use crate::contract::Contract;
use crate::http::{CredentialPlace, DEFAULT_IDENTITY, SecurityScheme};
use crate::world::Site;

/// Why writing cannot fail.
const TAKES_ALL: &str = "a String takes all";

/// The settings of an API. `is_url` says whether a text can be the URL of a target.
pub fn settings(contract: &Contract, api: &str, is_url: impl Fn(&str) -> bool) -> String {
    let mut text =
        format!("# How to play the scenarios of {api}: `countersign run {api} --target NAME`.\n");
    let mut names: Vec<String> = Vec::new();
    for server in contract.servers.iter().filter(|it| is_url(&it.url)) {
        let host = server.url.split("://").nth(1).unwrap_or_default();
        let host = host.split(['/', ':']).next().unwrap_or_default();
        let own = match host {
            "localhost" | "127.0.0.1" => "local".to_owned(),
            host => kebab_case(host.split('.').next().unwrap_or(host)),
        };
        let own = if own.is_empty() {
            "server".to_owned()
        } else {
            own
        };
        let name = super::flow::free(&own, |name| names.iter().any(|it| it == name));
        let url = Value::from(server.url.as_str());
        write!(text, "\n[targets.{name}]\nurl = {url}\n").expect(TAKES_ALL);
        names.push(name);
    }
    if names.is_empty() {
        text.push_str(
            "\n# The contract names no server that can be reached as it stands.\n\
             # [targets.local]\n# url = \"http://127.0.0.1:8080\"\n",
        );
    }
    text.push_str(&further_servers(contract));
    text.push_str(&identities(contract, api));
    text
}

/// A place for the servers that only some operations are on, where no target stands for them. Which of
/// them belongs to which target nobody says: uploads of a test must not go to a server that is none.
fn further_servers(contract: &Contract) -> String {
    let root = contract.servers.first();
    let site = Site::from(root.map_or("", |it| it.url.as_str()));
    let mut servers: Vec<String> = Vec::new();
    for operation in &contract.operations {
        if let Err(why) = contract.base(operation, &site)
            && !servers.iter().any(|it| it == why.server())
        {
            servers.push(why.server().to_owned());
        }
    }
    if servers.is_empty() {
        return String::new();
    }
    let mut text =
        "\n# Servers that only some operations are on: say where they are for each target.\n\
                    # [targets.NAME.servers]\n"
            .to_owned();
    for server in servers {
        let name = Value::from(server);
        writeln!(text, "# {name} = \"http://127.0.0.1:8080\"").expect(TAKES_ALL);
    }
    text
}

/// Where the credentials are, for every scheme that some operation demands.
fn identities(contract: &Contract, api: &str) -> String {
    let operations = contract.operations.iter();
    let demanded: Vec<&SecurityScheme> = operations
        .flat_map(|it| it.security.iter().flatten())
        .map(AsRef::as_ref)
        .collect();
    let schemes = contract.security_schemes.iter();
    let schemes = schemes.filter(|it| demanded.iter().any(|other| other.name == it.name));
    let mut text = String::new();
    for scheme in schemes {
        if text.is_empty() {
            write!(
                text,
                "\n# As whom scenarios come. The credentials stand elsewhere: in the variables and files that are named \
                 here.\n[identities.{DEFAULT_IDENTITY}]\n"
            )
            .expect(TAKES_ALL);
        }
        let name = Value::from(scheme.name.as_str());
        let source = if scheme.place == CredentialPlace::Certificate {
            "{ cert = \"secrets/client.crt\", key = \"secrets/client.key\" }".to_owned()
        } else {
            let variable = kebab_case(&format!("{api} {}", scheme.name));
            let variable = variable.replace('-', "_").to_ascii_uppercase();
            format!("{{ env = \"{variable}\" }}")
        };
        writeln!(text, "{name} = {source}").expect(TAKES_ALL);
    }
    text
}

/// A job of GitHub Actions, which calls the program with this flag, or with none.
pub fn github_job(api: &str, flag: &str) -> String {
    format!(
        "\
# Plays the flows of {api} against a server, for every change. Approved answers are compared, never written.
name: contract of {api}
on: [push, pull_request]
permissions: {{contents: read}}
jobs:
  contract:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      # Put `countersign` on the PATH here, and start the server or say where it runs.
      - run: countersign check --format github{flag}
      - run: countersign run {api} --target \"$TARGET\" --report junit=contract.xml{flag}
        env:
          TARGET: ${{{{ vars.TARGET }}}}
"
    )
}

/// A job of GitLab CI/CD, which calls the program with this flag, or with none.
pub fn gitlab_job(api: &str, flag: &str) -> String {
    format!(
        "\
# Plays the flows of {api} against a server, for every change. Approved answers are compared, never written.
# Name it in .gitlab-ci.yml: include: [{{local: /ci/{api}.gitlab-ci.yml}}]
contract of {api}:
  stage: test
  script:
    # Put `countersign` on the PATH here, and start the server or say where it runs.
    - countersign check{flag}
    - countersign run {api} --target \"$TARGET\" --report junit=contract.xml{flag}
  artifacts:
    when: always
    reports:
      junit: contract.xml
"
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::arazzo::NoFiles;
    use crate::source::Source;
    use crate::suite::{SourceText, check_url, load_contract};

    #[test]
    fn jobs_are_yaml_and_call_the_program() {
        for (name, text) in [
            ("a.yml", github_job("pets", " --allow-remote")),
            ("b.yml", gitlab_job("pets", " --allow-remote")),
        ] {
            let source = Source::parse(name, text.clone()).expect("it is YAML");
            assert!(source.root().is_object());
            assert!(
                text.contains("countersign check")
                    && text.contains("countersign run pets --target \"$TARGET\"")
                    && text.matches(" --allow-remote").count() == 2
            );
        }
    }

    fn contract(text: &str) -> Contract {
        let text = SourceText {
            path: "c.yaml".to_owned(),
            text: text.to_owned(),
        };
        let (contract, problems) = load_contract("t", text, &NoFiles);
        assert_eq!(problems, []);
        contract.expect("a contract")
    }

    #[test]
    fn settings_leave_a_place_for_servers_that_only_some_operations_are_on() {
        let text = "openapi: 3.1.1
info: {title: T, version: '1'}
servers: [{url: 'https://a.example/v1'}]
paths:
  /a: {servers: [{url: 'https://b.example'}], get: {responses: {'200': {description: d}}}, put: {responses: {'200': {description: d}}}}
  /c: {servers: [{url: /v2}], get: {responses: {'200': {description: d}}}}
";
        let contract = contract(text);
        let written = settings(&contract, "my-api", |url| check_url(url).is_ok());
        let expected = "# [targets.NAME.servers]\n# \"https://b.example\" = ";
        assert!(written.contains(expected), "{written}");
        assert_eq!(written.matches("example\" =").count(), 1, "{written}");
    }

    #[test]
    fn settings_name_servers_and_credentials_that_are_needed() {
        let text = "openapi: 3.1.1
info: {title: T, version: '1'}
servers: [{url: 'http://127.0.0.1:80'}, {url: 'http://localhost'}, {url: /here}, {url: 'https://x\"y.example'}]
paths:
  /a: {get: {operationId: a, security: [{cert: []}, {to.ken: []}], responses: {'200': {description: d}}}}
components:
  securitySchemes:
    cert: {type: mutualTLS}
    to.ken: {type: http, scheme: bearer}
    unused: {type: http, scheme: basic}
";
        let contract = contract(text);
        let written = settings(&contract, "my-api", |url| check_url(url).is_ok());
        let read = Source::parse("api.toml", written.clone()).expect("it is TOML");
        assert_eq!(read.root()["targets"]["local2"]["url"], "http://localhost");
        assert_eq!(
            read.root()["identities"]["default"]["to.ken"]["env"],
            "MY_API_TO_KEN"
        );
        assert!(
            read.root()["identities"]["default"]["unused"].is_null(),
            "{written}"
        );
        assert_eq!(
            read.root()["targets"].as_object().map(serde_json::Map::len),
            Some(3),
            "{written}"
        );
        assert!(!written.contains("servers]"), "{written}");
        let none = settings(&contract, "my-api", |_| false);
        assert!(none.contains("# [targets.local]"));
    }
}
