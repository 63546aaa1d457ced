//! Security schemes, and which of them an operation demands.

use super::{documents, problems, read};
use crate::http::{CredentialPlace, SchemeSet};

/// A document around these lines, which begin at line 5; the operation demands what `security` says.
fn with(security: &str, schemes: &str) -> String {
    format!(
        "openapi: 3.1.1\ninfo: {{title: T, version: '1'}}\nsecurity: [{{token: []}}]\n\
         components: {{securitySchemes: {{\n{schemes}\n}}}}\n\
         paths: {{/a: {{get: {{operationId: get{security}, responses: {{'200': {{description: d}}}}}}}}}}\n"
    )
}

const SCHEMES: &str = "token: {type: http, scheme: Bearer}, user: {type: http, scheme: basic},
  key: {type: apiKey, in: header, name: X-Key}, seal: {type: mutualTLS},
  flow: {type: oauth2, flows: {}}, id: {type: openIdConnect, openIdConnectUrl: https://a.example}";

fn names(sets: &[SchemeSet]) -> Vec<Vec<&str>> {
    sets.iter()
        .map(|set| set.iter().map(|scheme| scheme.name.as_str()).collect())
        .collect()
}

#[test]
fn an_operation_demands_what_it_says_or_what_the_document_says() {
    for (own, demanded) in [
        ("", vec![vec!["token"]]),
        (", security: []", vec![]),
        (
            ", security: [{seal: [], key: []}, {}]",
            vec![vec!["seal", "key"], vec![]],
        ),
    ] {
        let (contract, problems) = read(&with(own, SCHEMES));
        assert_eq!(problems, []);
        let contract = contract.expect("a contract");
        assert_eq!(names(&contract.operations[0].security), demanded, "{own}");
    }
}

#[test]
fn every_type_has_its_place() {
    let (contract, problems) = read(&with("", SCHEMES));
    assert_eq!(problems, []);
    let schemes = contract.expect("a contract").security_schemes;
    let places: Vec<_> = schemes
        .iter()
        .map(|scheme| (scheme.name.as_str(), scheme.place.clone()))
        .collect();
    let expected = [
        ("flow", CredentialPlace::Bearer),
        ("id", CredentialPlace::Bearer),
        ("key", CredentialPlace::Header("X-Key".into())),
        ("seal", CredentialPlace::Certificate),
        ("token", CredentialPlace::Bearer),
        ("user", CredentialPlace::Basic),
    ];
    assert_eq!(places, expected);
}

#[test]
fn what_is_wrong_is_told_at_its_line() {
    let told = |own: &str, schemes: &str| problems(&with(own, schemes));
    assert_eq!(
        told("", "tokn: {type: http, scheme: bearer}"),
        ["3 unknown-reference"]
    );
    let usual = "token: {type: http, scheme: bearer},\n";
    for (wrong, expected) in [
        ("a: {type: http, scheme: digest}", "6 unsupported"),
        ("a: {type: http}", "6 missing-field"),
        ("a: {type: apikey}", "6 unknown-reference"),
        (
            "a: {type: apiKey, in: body, name: b}",
            "6 unknown-reference",
        ),
        ("a: {type: apiKey, in: query}", "6 missing-field"),
        ("a: {type: apiKey, in: query, name: ''}", "6 invalid-value"),
        (
            "a: {type: apiKey, in: header, name: 'X Key'}",
            "6 invalid-value",
        ),
        (
            "a: {type: apiKey, in: header, name: Host}",
            "6 invalid-value",
        ),
        (
            "a: {type: apiKey, in: cookie, name: 'a;b'}",
            "6 invalid-value",
        ),
    ] {
        assert_eq!(told("", &format!("{usual}{wrong}")), [expected], "{wrong}");
    }
    assert_eq!(
        told(", security: [{nobody: []}]", &usual[..usual.len() - 2]),
        ["7 unknown-reference"]
    );
}

#[test]
fn a_flow_of_oauth_says_where_tokens_are() {
    let flows = |flows: &str| {
        problems(&with(
            "",
            &format!(
                "a: {{type: oauth2, flows: {{{flows}}}}},\ntoken: {{type: http, scheme: bearer}}"
            ),
        ))
    };
    let url = "https://a.example";
    for right in [
        format!("implicit: {{authorizationUrl: '{url}', scopes: {{}}}}"),
        format!("password: {{tokenUrl: '{url}', refreshUrl: '{url}', scopes: {{a: what it is}}}}"),
        format!("clientCredentials: {{tokenUrl: '{url}', scopes: {{}}}}"),
        format!(
            "authorizationCode: {{tokenUrl: '{url}', authorizationUrl: '{url}', scopes: {{}}}}"
        ),
        "x-own: 1".to_owned(),
    ] {
        assert_eq!(flows(&right), [] as [&str; 0], "{right}");
    }
    for (wrong, expected) in [
        (
            format!("implicit: {{tokenUrl: '{url}', scopes: {{}}}}"),
            "5 missing-field",
        ),
        (
            format!("password: {{tokenUrl: '{url}'}}"),
            "5 missing-field",
        ),
        (
            format!("authorizationCode: {{tokenUrl: '{url}', scopes: {{}}}}"),
            "5 missing-field",
        ),
        (
            format!("clientCredentials: {{tokenUrl: '{url}', scopes: [a]}}"),
            "5 wrong-type",
        ),
        (
            format!("credentials: {{tokenUrl: '{url}'}}"),
            "5 unknown-field",
        ),
        (
            format!(
                "deviceAuthorization: {{deviceAuthorizationUrl: '{url}', tokenUrl: '{url}', scopes: {{}}}}"
            ),
            "5 unknown-field",
        ),
    ] {
        let told = flows(&wrong);
        assert_eq!(
            told.first().map(String::as_str),
            Some(expected),
            "{wrong}: {told:?}"
        );
    }
}

#[test]
fn a_scheme_may_be_named_by_its_uri_since_3_2() {
    let demanded = |version: &str, name: &str| {
        let text = format!(
            "openapi: {version}\ninfo: {{title: T, version: '1'}}\nsecurity: [{{\"{name}\": []}}]\n\
             components: {{securitySchemes: {{a: {{type: http, scheme: basic}}}}}}\n\
             paths: {{/a: {{get: {{operationId: get, responses: {{'200': {{description: d}}}}}}}}}}\n"
        );
        let (contract, problems) = read(&text);
        let problems: Vec<String> = problems.into_iter().map(|it| it.message).collect();
        let contract = contract.filter(|_| problems.is_empty()).ok_or(problems)?;
        let sets = names(&contract.operations[0].security).concat().join(" ");
        Ok::<String, Vec<String>>(sets)
    };
    for uri in [
        "a",
        "#/components/securitySchemes/a",
        "openapi.yaml#/components/securitySchemes/a",
    ] {
        assert_eq!(demanded("3.2.0", uri), Ok("a".to_owned()), "{uri}");
    }
    for (version, uri, missing) in [
        (
            "3.1.1",
            "#/components/securitySchemes/a",
            "#/components/securitySchemes/a",
        ),
        ("3.2.0", "#/components/securitySchemes/b", "b"),
        ("3.2.0", "#/info", "#/info"),
        ("3.2.0", "b", "b"),
    ] {
        let told = demanded(version, uri).expect_err("no scheme");
        assert_eq!(
            told,
            [format!("there is no security scheme `{missing}`")],
            "{version}"
        );
    }
}

/// A document that demands what these requirements say, at line 3; with a scheme `token` of its own.
fn demanding(version: &str, requirements: &str) -> String {
    format!(
        "openapi: {version}\ninfo: {{title: T, version: '1'}}\nsecurity: [{requirements}]\n\
         components: {{securitySchemes: {{token: {{type: http, scheme: bearer}}}}}}\n\
         paths: {{/a: {{get: {{operationId: get, responses: {{'200': {{description: d}}}}}}}}}}\n"
    )
}

const SHARED: &str = "components:\n  securitySchemes:\n    key: {type: apiKey, in: header, name: X-Key}\n    \
                      token: {type: http, scheme: basic}\n    again: {$ref: '#/components/securitySchemes/key'}\n    \
                      wrong: {type: http}\n";

#[test]
fn a_scheme_of_another_document_is_found_by_its_uri() {
    let files = [
        ("auth.yaml", SHARED),
        ("basic.yaml", "type: http\nscheme: basic\n"),
    ];
    let of = "auth.yaml#/components/securitySchemes";
    let text = demanding(
        "3.2.0",
        &format!(
            "{{'{of}/key': [], './basic.yaml': []}}, {{'{of}/token': []}}, {{'./{of}/key': [], token: []}}, {{'{of}/again': []}}"
        ),
    );
    let (contract, problems) = documents::read(&text, &files);
    assert_eq!(problems, []);
    let other = format!("{of}/token");
    let sets = names(&contract.operations[0].security);
    let demanded: [&[&str]; 4] = [
        &["key", "./basic.yaml"],
        &[&other],
        &["key", "token"],
        &["again"],
    ];
    assert_eq!(sets, demanded);
    let schemes = contract.security_schemes.iter();
    let places: Vec<_> = schemes.map(|it| (it.name.as_str(), &it.place)).collect();
    let key = CredentialPlace::Header("X-Key".into());
    assert_eq!(
        places,
        [
            ("./basic.yaml", &CredentialPlace::Basic),
            ("again", &key),
            (other.as_str(), &CredentialPlace::Basic),
            ("key", &key),
            ("token", &CredentialPlace::Bearer),
        ]
    );
}

#[test]
fn a_uri_that_names_no_scheme_is_told_where_it_stands() {
    let of = "auth.yaml#/components/securitySchemes";
    for (version, uri, expected) in [
        (
            "3.2.0",
            format!("{of}/keys"),
            "openapi.yaml:3:13 unknown-reference",
        ),
        (
            "3.2.0",
            format!("{of}/wrong"),
            "auth.yaml:6:5 missing-field",
        ),
        (
            "3.2.0",
            "auth.yaml".to_owned(),
            "openapi.yaml:3:13 unknown-reference",
        ),
        (
            "3.2.0",
            "gone.yaml#/a".to_owned(),
            "openapi.yaml:3:13 unusable-file",
        ),
        (
            "3.2.0",
            "https://a.example/auth.yaml".to_owned(),
            "openapi.yaml:3:13 unsupported",
        ),
        // Before 3.2 it is a name like any other.
        (
            "3.1.1",
            format!("{of}/key"),
            "openapi.yaml:3:13 unknown-reference",
        ),
    ] {
        let text = demanding(version, &format!("{{'{uri}': []}}"));
        let (_, problems) = documents::read(&text, &[("auth.yaml", SHARED)]);
        let told: Vec<String> = problems
            .iter()
            .map(|it| {
                let at = it.location.as_ref().expect("a place");
                let path = at.path.trim_start_matches("specs/t/");
                format!("{path}:{}:{} {}", at.line, at.column, it.code.id())
            })
            .collect();
        assert_eq!(told, [expected], "{uri}");
    }
}
