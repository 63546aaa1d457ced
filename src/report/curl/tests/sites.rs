//! Commands that send requests to sites which want something of everybody, or are reached otherwise.

use super::*;
use crate::world::Wire;

#[test]
fn what_a_site_wants_to_see_is_written_unless_something_else_says_it() {
    let field = |name: &str, value: Option<&str>| SiteField {
        name: name.to_owned(),
        value: value.map(str::to_owned),
    };
    let fields = [field("X-Tenant", Some("it's")), field("X-Gate", None)];
    let plain = request("GET", "http://h/", &[], b"");
    assert_eq!(
        render_to(&plain, &site(&fields)),
        r#"curl 'http://h/' -H 'X-Tenant: it'\''s' -H 'X-Gate: '"$X_GATE""#
    );
    let said = request("GET", "http://h/", &[("x-tenant", "red")], b"");
    assert_eq!(
        render_to(&said, &site(&fields)),
        r#"curl 'http://h/' -H 'x-tenant: red' -H 'X-Gate: '"$X_GATE""#
    );
    let scheme = SecurityScheme {
        name: "gate".to_owned(),
        place: CredentialPlace::Header("x-gate".to_owned()),
    };
    let mut signed = plain;
    signed.caller = Some(Arc::new(Caller {
        identity: "default".into(),
        alternatives: vec![vec![Arc::new(scheme)]],
    }));
    assert_eq!(
        render_to(&signed, &site(&fields[1..])),
        r#"curl 'http://h/' -H 'x-gate: '"$GATE""#
    );
}

/// A site that wants to see these fields.
fn site(fields: &[SiteField]) -> Site {
    Site {
        fields: fields.to_vec(),
        ..Site::default()
    }
}

fn way(address: Option<&str>, proxy: Option<&str>) -> Site {
    let address = address.map(|it| it.parse().expect("an address"));
    let wire = Wire {
        address: address.map(|it| ("h.example".to_owned(), it)),
        proxy: proxy.map(str::to_owned),
        ..Wire::default()
    };
    let mut site = Site::default();
    site.way.wire = wire;
    site
}

#[test]
fn a_site_is_reached_as_it_was() {
    let asked = request("GET", "https://h.example/a", &[], b"");
    let plain = request("GET", "http://h.example/a", &[], b"");
    let mut trusting = way(None, None);
    trusting.way.authority = Some("certs/it's.pem".to_owned());
    let mut logged_in = way(None, Some("https://proxy:3128"));
    logged_in.way.has_login = true;
    logged_in.way.authority = Some("ca.pem".to_owned());
    for (request, site, options) in [
        (&asked, way(None, None), ""),
        (&asked, trusting.clone(), r" --cacert 'certs/it'\''s.pem'"),
        // Nobody shows a certificate there.
        (&plain, trusting, ""),
        (
            &asked,
            way(Some("192.0.2.7"), None),
            " --connect-to h.example::192.0.2.7:",
        ),
        (
            &asked,
            way(Some("2001:db8::7"), None),
            " --connect-to 'h.example::[2001:db8::7]:'",
        ),
        (
            &plain,
            way(None, Some("http://proxy:3128")),
            " -x http://proxy:3128",
        ),
        (
            &plain,
            logged_in,
            r#" -x https://proxy:3128 --proxy-cacert ca.pem --proxy-user "$PROXY_USERINFO""#,
        ),
    ] {
        let command = render_to(request, &site);
        assert_eq!(command, format!("curl '{}'{options}", request.url));
    }
}

#[test]
fn whom_to_trust_is_said_once() {
    let scheme = SecurityScheme {
        name: "tls".to_owned(),
        place: CredentialPlace::Certificate,
    };
    let mut asked = request("GET", "https://h/", &[], b"");
    asked.caller = Some(Arc::new(Caller {
        identity: "default".into(),
        alternatives: vec![vec![Arc::new(scheme)]],
    }));
    let mut trusting = way(None, None);
    trusting.way.authority = Some("ca.pem".to_owned());
    let shown = r#"curl 'https://h/' --cert "$TLS_CERT" --key "$TLS_KEY" --cacert"#;
    assert_eq!(render_to(&asked, &trusting), format!("{shown} ca.pem"));
    assert_eq!(render(&asked), format!(r#"{shown} "$CACERT""#));
}
