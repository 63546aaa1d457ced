//! Credentials on their way out, and where an answer says them back.

use std::sync::Arc;

use super::*;

fn keyring(credentials: &[(&str, &str)]) -> Keyring {
    let credentials = credentials.iter().map(|(scheme, text)| {
        let credential = Credential::Text(Secret::new(*text));
        ((*scheme).to_owned(), credential)
    });
    Keyring {
        identities: BTreeMap::from([("default".to_owned(), credentials.collect())]),
        ..Keyring::default()
    }
}

fn caller(place: CredentialPlace) -> Caller {
    let name = "key".to_owned();
    Caller {
        identity: "default".into(),
        alternatives: vec![vec![Arc::new(SecurityScheme { name, place })]],
    }
}

fn request(url: &str) -> Outgoing {
    let mut request = Outgoing::default();
    *request.uri_mut() = url.parse().expect("a URL");
    request
}

fn signed(place: CredentialPlace, secret: &str, mut request: Outgoing) -> Outgoing {
    let keyring = keyring(&[("key", secret)]);
    keyring
        .sign(&caller(place), &Shown::new(), &mut request)
        .expect("signed");
    request
}

#[test]
fn every_credential_goes_to_its_place() {
    let field = |place, name: &str| {
        let signed = signed(place, "user:pa ss", request("http://h/"));
        let value = signed.headers().get(name).expect("a field").clone();
        assert!(value.is_sensitive());
        value.to_str().expect("a text").to_owned()
    };
    assert_eq!(
        field(CredentialPlace::Bearer, "authorization"),
        "Bearer user:pa ss"
    );
    // The coding of RFC 7617 §2.
    assert_eq!(
        field(CredentialPlace::Basic, "authorization"),
        "Basic dXNlcjpwYSBzcw=="
    );
    let named = CredentialPlace::Header("X-Key".into());
    assert_eq!(field(named, "x-key"), "user:pa ss");
    assert_eq!(
        field(CredentialPlace::Cookie("sid".into()), "cookie"),
        "sid=user%3Apa%20ss"
    );
    let query = CredentialPlace::Query("key".into());
    let asked = signed(query, "a&b", request("http://h/p?x=y"));
    assert_eq!(asked.uri(), "http://h/p?x=y&key=a%26b");
}

#[test]
fn what_a_step_says_itself_wins() {
    let mut wrong = request("http://h/?key=mine");
    wrong
        .headers_mut()
        .insert(AUTHORIZATION, HeaderValue::from_static("Bearer wrong"));
    wrong
        .headers_mut()
        .insert(COOKIE, HeaderValue::from_static("a=b; sid=mine"));
    for place in [
        CredentialPlace::Bearer,
        CredentialPlace::Query("key".into()),
        CredentialPlace::Cookie("sid".into()),
    ] {
        wrong = signed(place, "right", wrong);
    }
    assert_eq!(wrong.headers()[AUTHORIZATION], "Bearer wrong");
    assert_eq!(wrong.headers()[COOKIE], "a=b; sid=mine");
    assert_eq!(wrong.uri(), "http://h/?key=mine");
    let beside = signed(CredentialPlace::Cookie("id".into()), "1", wrong);
    assert_eq!(beside.headers()[COOKIE], "a=b; sid=mine; id=1");
}

#[test]
fn what_cannot_be_shown_is_not_sent() {
    let bearer = caller(CredentialPlace::Bearer);
    let why = keyring(&[("other", "x")]).sign(&bearer, &Shown::new(), &mut request("http://h/"));
    assert_eq!(
        why.expect_err("it is missing"),
        "there are no credentials of the identity `default` for key"
    );
    let why =
        keyring(&[("key", "a\r\nb: c")]).sign(&bearer, &Shown::new(), &mut request("http://h/"));
    let why = why.expect_err("it would be another field");
    assert!(why.contains("`key`") && !why.contains("b: c"), "{why}");
}

#[test]
fn a_credential_of_the_wrong_kind_is_none() {
    let certificate = caller(CredentialPlace::Certificate);
    let text = keyring(&[("key", "sesame")]);
    assert_eq!(text.choose(&certificate), None);
    assert_eq!(text.shown_certificate(&certificate), None);
    let mut sealed = keyring(&[]);
    let seal = Credential::Certificate(Secret::new("PEM"));
    let identity = Identity::from([("key".to_owned(), seal)]);
    sealed.identities.insert("default".to_owned(), identity);
    assert_eq!(sealed.choose(&caller(CredentialPlace::Bearer)), None);
    let shown = sealed.shown_certificate(&certificate);
    assert_eq!(shown, Some(("default".to_owned(), "key".to_owned())));
}

#[test]
fn texts_that_cannot_be_sent_are_refused_when_they_are_read() {
    for text in ["", "a\nb", "a\r", "\u{feff}a", "\0"] {
        assert!(Credential::from_text(text).is_err(), "{text:?}");
    }
    assert!(Credential::from_text("user:pa ss").is_ok());
}

#[test]
fn what_a_server_says_back_is_hidden() {
    for (place, sent) in [
        (CredentialPlace::Bearer, "open sesame"),
        (CredentialPlace::Basic, "b3BlbiBzZXNhbWU="),
        (CredentialPlace::Query("q".into()), "open+sesame"),
        (CredentialPlace::Cookie("c".into()), "open%20sesame"),
    ] {
        let mut headers = Headers::default();
        headers.push("x-echo", format!("<{sent}>").into_bytes());
        headers.push("x-other", "as it was");
        let mut response = Response {
            status: 200,
            headers,
            body: format!("{sent}, open sesame and {sent}").into(),
            end: crate::http::BodyEnd::Complete,
        };
        let keyring = keyring(&[("key", "open sesame")]);
        keyring.hide(&caller(place.clone()), &Shown::new(), &mut response);
        let name = "(credential:key)";
        assert_eq!(
            response.body,
            format!("{name}, {name} and {name}"),
            "{place:?}"
        );
        let echo = response.headers.first("x-echo");
        assert_eq!(echo.as_deref(), Some("<(credential:key)>"));
        assert_eq!(
            response.headers.first("x-other").as_deref(),
            Some("as it was")
        );
    }
}

#[test]
fn nothing_secret_is_shown() {
    let shown = format!("{:?}", keyring(&[("key", "sesame")]));
    assert!(
        shown.contains("[hidden]") && !shown.contains("sesame"),
        "{shown}"
    );
}
