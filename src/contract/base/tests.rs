//! Which URL requests begin with, by the servers of a contract and what a site says of them.

use std::sync::Arc;

use super::*;
use crate::contract::PathTemplate;
use crate::json::Pointer;
use crate::source::Source;

fn operation(id: &str, servers: &[Server]) -> Operation {
    Operation {
        id: id.to_owned(),
        method: "GET".to_owned(),
        path: PathTemplate::default(),
        summary: String::new(),
        parameters: Vec::new(),
        request_body: None,
        responses: Vec::new(),
        security: Vec::new(),
        servers: servers.to_vec(),
        address: Pointer::root(),
        pointer: Pointer::root(),
    }
}

/// A contract with these servers, and an operation with its own.
fn contract(roots: &[&str], own: &[&str]) -> Contract {
    let servers = |urls: &[&str]| -> Vec<Server> {
        let urls = urls.iter().map(|url| (*url).to_owned());
        urls.map(|url| Server { url }).collect()
    };
    let source = Source::parse("c.json", "{}".to_owned()).expect("it is JSON");
    let (servers, own) = (servers(roots), servers(own));
    Contract {
        api: String::new(),
        title: String::new(),
        version: String::new(),
        source: Arc::new(source),
        documents: Vec::new(),
        translated: None,
        copies: Vec::new(),
        security_schemes: Vec::new(),
        token_schemes: Vec::new(),
        operations: vec![operation("usual", &servers), operation("own", &own)],
        schemas: Vec::new(),
        shared: crate::contract::Shared::default(),
        servers,
    }
}

/// What the requests of an operation begin with, and how that is shown; or why nobody knows.
fn base(contract: &Contract, operation: &str, site: &Site) -> Result<(String, String), String> {
    let operation = contract.operation(operation).expect("it is there");
    let base = contract.base(operation, site);
    base.map(|it| (it.url, it.shown))
        .map_err(|it| it.to_string())
}

/// The same for an operation with its own server, at a site of one server.
fn own(root: &str, own: &str, site: &str) -> Result<(String, String), String> {
    let contract = contract(&[root], &[own]);
    let usual = base(&contract, "usual", &site.into());
    let here = site.trim_end_matches('/').to_owned();
    assert_eq!(
        usual,
        Ok((here, String::new())),
        "the site is the root server"
    );
    base(&contract, "own", &site.into())
}

#[test]
fn a_server_of_the_same_origin_is_told_by_its_path() {
    for (root, server, site, url, shown) in [
        (
            "https://a.example/v1",
            "/v2",
            "http://t:1/v1",
            "http://t:1/v2",
            "/v2",
        ),
        (
            "https://a.example/v1",
            "https://a.example/v2",
            "http://t:1/v1",
            "http://t:1/v2",
            "/v2",
        ),
        (
            "https://a.example/v1",
            "https://A.example:443/v2/",
            "http://t:1/v1/",
            "http://t:1/v2",
            "/v2",
        ),
        (
            "https://a.example/v1/",
            "/v2/",
            "http://t:1/proxy/v1",
            "http://t:1/proxy/v2",
            "/v2",
        ),
        (
            "https://a.example",
            "/upload",
            "http://t:1",
            "http://t:1/upload",
            "/upload",
        ),
        (
            "https://a.example/",
            "upload",
            "http://t:1/proxy/",
            "http://t:1/proxy/upload",
            "/upload",
        ),
        (
            "https://a.example/v1",
            "https://a.example",
            "http://t:1/v1",
            "http://t:1",
            "",
        ),
        ("/v1", "/v2", "http://t:1/v1", "http://t:1/v2", "/v2"),
        ("v1", "./v2", "http://t:1/v1", "http://t:1/v2", "/v2"),
    ] {
        let expected = Ok((url.to_owned(), shown.to_owned()));
        assert_eq!(own(root, server, site), expected, "{root} {server} {site}");
    }
}

#[test]
fn the_root_server_is_the_site_however_it_is_written() {
    for (root, server) in [
        ("https://a.example/v1", "https://a.example/v1/"),
        ("https://a.example/v1", "https://a.example:443/v1"),
        ("https://a.example/v1", "/v1"),
        ("/v1", "v1"),
        ("/", "."),
    ] {
        let site = "http://t:1/elsewhere";
        let expected = Ok((site.to_owned(), String::new()));
        assert_eq!(own(root, server, site), expected, "{root} {server}");
    }
}

#[test]
fn a_server_elsewhere_is_not_guessed() {
    for (root, server) in [
        ("https://a.example", "https://b.example"),
        ("https://a.example", "http://a.example"),
        ("https://a.example", "https://a.example:8443"),
        ("https://a.example", "//b.example/v1"),
        ("https://a.example", "https://a.example/?q=1"),
        ("https://a.example", "https://u:p@a.example/"),
        ("https://a.example", "mailto:a@b.example"),
        ("/v1", "https://a.example/v1"),
    ] {
        let told = own(root, server, "http://t:1").expect_err("nobody knows");
        let expected = format!(
            "`own` runs on the server `{server}`, and the target does not say where that is"
        );
        assert_eq!(told, expected, "{root}");
    }
}

#[test]
fn a_site_without_the_path_of_the_root_server_tells_no_other() {
    for site in [
        "http://t:1",
        "http://v1",
        "http://t:1/v1/more",
        "http://t:1/xv1",
    ] {
        let told = own("https://a.example/v1", "/v2", site).expect_err("nobody knows");
        assert!(
            told.contains("beside `https://a.example/v1`"),
            "{site}: {told}"
        );
    }
}

#[test]
fn a_site_may_say_where_a_server_is() {
    let contract = contract(&["https://a.example/v1"], &["https://up.example/v2/files/"]);
    let with = |servers: &[(&str, &str)]| {
        let servers = servers.iter();
        let servers = servers.map(|(name, url)| ((*name).to_owned(), (*url).to_owned()));
        let site = Site {
            url: "http://t:1".to_owned(),
            servers: servers.collect(),
            ..Site::default()
        };
        base(&contract, "own", &site)
    };
    let shown = "https://up.example/v2/files".to_owned();
    for (servers, url) in [
        (
            &[("https://up.example", "http://u:2")][..],
            "http://u:2/v2/files",
        ),
        (
            &[("https://up.example:443/", "http://u:2/")],
            "http://u:2/v2/files",
        ),
        (
            &[("https://up.example/v2", "http://u:2/x")],
            "http://u:2/x/files",
        ),
        (
            &[
                ("https://up.example", "http://u:2"),
                ("https://up.example/v2/files", "http://u:3"),
            ],
            "http://u:3",
        ),
    ] {
        assert_eq!(
            with(servers),
            Ok((url.to_owned(), shown.clone())),
            "{servers:?}"
        );
    }
    for name in [
        "http://up.example",
        "https://up.example/v",
        "/v2",
        "https://up.example/v2/files/x",
        "no url:",
    ] {
        assert!(with(&[(name, "http://u:2")]).is_err(), "{name}");
    }
}

#[test]
fn what_a_site_says_counts_before_the_origin_and_for_paths_too() {
    let contract = contract(&["https://a.example/v1"], &["/v2"]);
    let site = Site {
        url: "http://t:1".to_owned(),
        servers: vec![("/v2".to_owned(), "http://u:2".to_owned())],
        ..Site::default()
    };
    let expected = Ok(("http://u:2".to_owned(), "/v2".to_owned()));
    assert_eq!(base(&contract, "own", &site), expected);
}

#[test]
fn of_several_servers_the_first_that_is_known_counts() {
    let roots = &["https://a.example/v1", "https://b.example"];
    for (own, url) in [
        (
            &["https://c.example", "https://b.example/"][..],
            "http://t:1/v1",
        ),
        (
            &["https://c.example", "https://a.example/v2"],
            "http://t:1/v2",
        ),
        // The site ends as the one, and the other has no path that it could lack.
        (&["https://b.example/v2"], "http://t:1/v1/v2"),
        (&["/v2"], "http://t:1/v2"),
    ] {
        let contract = contract(roots, own);
        let base = base(&contract, "own", &"http://t:1/v1".into());
        assert_eq!(base.map(|it| it.0).as_deref(), Ok(url), "{own:?}");
    }
    let site = Site {
        url: "http://t:1/v1".to_owned(),
        servers: vec![("https://c.example".to_owned(), "http://u:2".to_owned())],
        ..Site::default()
    };
    for (own, url) in [
        (["https://c.example", "https://b.example"], "http://u:2"),
        (["https://b.example", "https://c.example"], "http://t:1/v1"),
    ] {
        let base = base(&contract(roots, &own), "own", &site);
        assert_eq!(base.map(|it| it.0).as_deref(), Ok(url), "{own:?}");
    }
}

#[test]
fn a_server_that_nothing_can_be_appended_to_is_named_by_all_of_it() {
    let server = "https://a.example/v2?key=1";
    let contract = contract(&["https://a.example/v1"], &[server]);
    let with = |name: &str| {
        let site = Site {
            url: "http://t:1/v1".to_owned(),
            servers: vec![(name.to_owned(), "http://u:2".to_owned())],
            ..Site::default()
        };
        base(&contract, "own", &site)
    };
    let expected = Ok(("http://u:2".to_owned(), server.to_owned()));
    assert_eq!(with(server), expected);
    assert!(names_server(server, contract.further_servers()[0]));
    for name in [
        "https://a.example",
        "https://a.example/v2",
        "https://a.example/v2?key",
    ] {
        assert!(with(name).is_err(), "{name}");
        assert!(!names_server(name, contract.further_servers()[0]), "{name}");
    }
}

#[test]
fn a_contract_without_servers_is_on_that_of_its_document() {
    let site: Site = "http://t:1/base".into();
    let known = contract(&[], &["/v2"]);
    let expected = Ok(("http://t:1/base/v2".to_owned(), "/v2".to_owned()));
    assert_eq!(base(&known, "own", &site), expected);
    let unknown = contract(&[], &["https://a.example/v2"]);
    assert!(base(&unknown, "own", &site).is_err());
    let none = contract(&[], &[]);
    let expected = Ok(("http://t:1/base".to_owned(), String::new()));
    assert_eq!(base(&none, "own", &site), expected);
}

#[test]
fn servers_are_named_by_the_begin_of_their_urls() {
    let contract = contract(
        &["https://a.example"],
        &["https://b.example/v2", "https://a.example/"],
    );
    let further = contract.further_servers();
    assert_eq!(further.len(), 1, "the other one is a root server");
    assert!(names_server("https://b.example", further[0]));
    assert!(!names_server("https://b.example/v", further[0]));
    assert!(!names_server("https://a.example", further[0]));
}
