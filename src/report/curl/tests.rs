//! Tests of the shell commands: golden lines, and a shell that says what it understood.

mod sites;

use std::process::Command;
use std::sync::Arc;

use bytes::Bytes;
use proptest::prelude::*;

use super::*;
use crate::http::form::{Field, FieldValue, encode_multipart};
use crate::http::{Caller, CredentialPlace, Headers, SecurityScheme};

fn request(method: &str, url: &str, headers: &[(&str, &str)], body: &[u8]) -> Request {
    let mut fields = Headers::default();
    for (name, value) in headers {
        fields.push(*name, *value);
    }
    Request {
        method: method.into(),
        url: url.into(),
        headers: fields,
        body: Bytes::copy_from_slice(body),
        caller: None,
    }
}

/// The arguments that a shell hands to `curl` when it is given this command.
fn arguments(shell: &str, command: &str, environment: &[(&str, &str)]) -> Vec<Vec<u8>> {
    let script = format!("curl() {{ printf '%s\\0' \"$@\"; }}\n{command}\n");
    let output = Command::new(shell)
        .args(["-c", &script])
        .envs(environment.iter().copied())
        .output()
        .expect("the shell starts");
    assert!(
        output.status.success(),
        "{command}: {}",
        String::from_utf8_lossy(&output.stderr)
    );
    let mut arguments: Vec<_> = output
        .stdout
        .split(|byte| *byte == 0)
        .map(<[u8]>::to_vec)
        .collect();
    assert_eq!(arguments.pop(), Some(Vec::new()), "{command}");
    arguments
}

fn understood(command: &str, environment: &[(&str, &str)]) -> Vec<String> {
    let arguments = arguments("sh", command, environment);
    arguments
        .into_iter()
        .map(|it| String::from_utf8(it).expect("text was given"))
        .collect()
}

#[test]
fn a_plain_get_is_short() {
    let asked = request(
        "GET",
        "http://127.0.0.1:8080/widgets?limit=2",
        &[("Accept", "*/*")],
        b"",
    );
    assert_eq!(
        render(&asked),
        "curl 'http://127.0.0.1:8080/widgets?limit=2'"
    );
}

#[test]
fn the_shell_understands_what_was_meant() {
    let body = br#"{"name": "it's $HOME `x` \"y\" !", "path": "a\\b"}"#;
    let headers = [
        ("Content-Type", "application/json"),
        ("Host", "h"),
        ("Content-Length", "9"),
        ("X-Tag", "a'b"),
        ("x-tag", "second"),
        ("X-Empty", ""),
    ];
    let command = render(&request("PUT", "http://h/a?q='x'&r=$(id)", &headers, body));
    let body = std::str::from_utf8(body).expect("it is ASCII");
    let expected = [
        "-X",
        "PUT",
        "http://h/a?q='x'&r=$(id)",
        "-H",
        "Content-Type: application/json",
        "-H",
        "X-Tag: a'b",
        "-H",
        "x-tag: second",
        "-H",
        "X-Empty;",
        "--data-binary",
        body,
    ];
    assert_eq!(understood(&command, &[]), expected);
}

#[test]
fn no_secret_is_printed_and_the_shell_puts_it_back() {
    let headers = [
        ("Authorization", "Bearer s3cret"),
        ("Cookie", "sid=s3cret"),
        ("cookie", "other=s3cret"),
        ("X-Api-Key", "s3cret"),
        ("X-Request-Id", "r1"),
    ];
    let url = "https://me:s3cret@h:1/x?a=1&access_token=s3cret&pageToken=p2#end";
    let command = render(&request("GET", url, &headers, b""));
    assert!(!command.contains("s3cret"), "{command}");
    assert_eq!(
        command,
        "curl 'https://'\"$USERINFO\"'@h:1/x?a=1&access_token='\"$STEP_ACCESS_TOKEN\"'&pageToken=p2#end' \
         -H 'Authorization: '\"$STEP_AUTHORIZATION\" -H 'Cookie: '\"$STEP_COOKIE\" -H 'cookie: '\"$STEP_COOKIE_2\" \
         -H 'X-Api-Key: '\"$STEP_X_API_KEY\" -H 'X-Request-Id: r1'"
    );
    let environment = [
        ("USERINFO", "me:s3cret"),
        ("STEP_ACCESS_TOKEN", "s3cret"),
        ("STEP_AUTHORIZATION", "Bearer s3cret"),
        ("STEP_COOKIE", "sid=s3cret"),
        ("STEP_COOKIE_2", "other=s3cret"),
        ("STEP_X_API_KEY", "s3cret"),
    ];
    let got = understood(&command, &environment);
    assert_eq!(got[0], url);
    assert_eq!(got[2], "Authorization: Bearer s3cret");
    assert_eq!(got[6], "cookie: other=s3cret");
}

#[test]
fn names_that_only_look_secret_stay() {
    for name in [
        "author",
        "page_token",
        "nextToken",
        "x-request-id",
        "monkey",
        "idempotency-key",
    ] {
        assert!(!is_secret_name(name), "{name}");
    }
    for name in [
        "AUTHORIZATION",
        "Proxy-Authorization",
        "x-csrf-token",
        "Set-Cookie",
        "client_secret",
    ] {
        assert!(is_secret_name(name), "{name}");
    }
}

#[test]
fn the_method_is_named_only_where_curl_would_take_another() {
    let start = |method: &str, body: &[u8]| {
        let command = render(&request(
            method,
            "http://h/",
            &[("content-type", "a/b")],
            body,
        ));
        command.split(" 'http").next().expect("a part").to_owned()
    };
    assert_eq!(start("GET", b""), "curl");
    assert_eq!(start("POST", b"x"), "curl");
    assert_eq!(start("POST", b""), "curl -X POST");
    assert_eq!(start("GET", b"x"), "curl -X GET");
    assert_eq!(start("HEAD", b""), "curl --head");
    assert_eq!(start("WEIRD;METHOD", b""), "curl -X 'WEIRD;METHOD'");
}

#[test]
fn curl_does_not_change_the_url() {
    let command = render(&request("GET", "http://h/a/../b?filter[x]={1}", &[], b""));
    assert_eq!(
        command,
        "curl --globoff --path-as-is 'http://h/a/../b?filter[x]={1}'"
    );
    assert!(!render(&request("GET", "http://h/a..b?x=/../", &[], b"")).contains("--path"));
}

#[test]
fn a_body_that_looks_like_a_file_is_no_file_and_no_form() {
    let command = render(&request("POST", "http://h/", &[], b"@/etc/passwd"));
    assert_eq!(
        command,
        "curl 'http://h/' -H 'content-type:' --data-raw '@/etc/passwd'"
    );
}

#[test]
fn a_long_or_binary_body_is_named_by_size_and_digest() {
    let long = vec![b'a'; INLINE_BYTES_MAX + 1];
    let command = render(&request(
        "POST",
        "http://h/",
        &[("content-type", "text/plain")],
        &long,
    ));
    assert_eq!(
        command,
        "curl 'http://h/' -H 'content-type: text/plain' --data-binary @FILE \
         # 4097 bytes of body: 4e369b561864"
    );
    let words = understood(&command, &[]);
    assert_eq!(words.last().map(String::as_str), Some("@FILE"));
    for body in [&b"a\0b"[..], &b"\xff\xfe"[..]] {
        let command = render(&request("POST", "http://h/", &[], body));
        assert!(command.contains("--data-binary @FILE # "), "{command}");
    }
    let just = vec![b'a'; INLINE_BYTES_MAX];
    assert!(!render(&request("POST", "http://h/", &[], &just)).contains('#'));
}

#[test]
fn what_steers_a_terminal_is_written_out() {
    let headers = [("x-a", "a\u{1b}[2Jb\t'\\"), ("content-type", "text/plain")];
    let command = render(&request(
        "POST",
        "http://h/",
        &headers,
        "l1\nl2\u{202e}".as_bytes(),
    ));
    assert_eq!(
        command,
        r"curl 'http://h/' -H $'x-a: a\033[2Jb\t\'\\' -H 'content-type: text/plain' --data-binary $'l1\nl2\342\200\256'"
    );
}

#[test]
fn header_bytes_that_are_no_text_are_kept() {
    let mut asked = request("GET", "http://h/", &[], b"");
    asked.headers.push("x-raw", vec![0xff, b'a', 0xe2, 0x82]);
    assert_eq!(
        render(&asked),
        r"curl 'http://h/' -H $'x-raw: \377a\342\202'"
    );
}

#[test]
fn a_word_is_quoted_only_where_it_must_be() {
    assert_eq!(quote("widgets::listing/list"), "widgets::listing/list");
    assert_eq!(quote(""), "''");
    assert_eq!(quote("a b"), "'a b'");
    assert_eq!(quote("$(id)"), "'$(id)'");
    assert_eq!(quote("a::b/c#d"), "a::b/c#d");
    assert_eq!(quote("#b"), "'#b'");
    assert_eq!(quote("~"), "'~'");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    /// `bash` knows `$'…'` everywhere; `sh` only where it is recent.
    #[test]
    fn any_text_is_one_word(text in "[^\0]{0,40}") {
        let mut word = String::new();
        write_quoted(text.as_bytes(), &mut word);
        prop_assert!(!word.chars().any(is_hidden));
        let got = arguments("bash", &format!("curl {word}"), &[]);
        prop_assert_eq!(got, [text.into_bytes()]);
    }

    #[test]
    fn any_request_is_one_line(url in any::<String>(), value in any::<Vec<u8>>(), body in any::<Vec<u8>>()) {
        let mut asked = request("POST", &url, &[], &body);
        asked.headers.push("x-any", value);
        prop_assert!(!render(&asked).chars().any(is_hidden));
    }
}

fn scheme(name: &str, place: CredentialPlace) -> Arc<SecurityScheme> {
    let name = name.to_owned();
    Arc::new(SecurityScheme { name, place })
}

fn shown_by(identity: &str, asked: &mut Request, schemes: Vec<Arc<SecurityScheme>>) -> String {
    asked.caller = Some(Arc::new(Caller {
        identity: identity.into(),
        alternatives: vec![schemes],
    }));
    render(asked)
}

fn of_every_place() -> Vec<Arc<SecurityScheme>> {
    vec![
        scheme("mutual-tls", CredentialPlace::Certificate),
        scheme("token", CredentialPlace::Header("Token".into())),
        scheme("bearer", CredentialPlace::Bearer),
        scheme("user", CredentialPlace::Basic),
        scheme("key", CredentialPlace::Query("k".into())),
        scheme("sid", CredentialPlace::Cookie("sid".into())),
    ]
}

#[test]
fn what_a_caller_shows_becomes_variables() {
    let mut asked = request("GET", "https://h/", &[], b"");
    assert_eq!(
        shown_by("default", &mut asked, of_every_place()),
        r#"curl 'https://h/' --cert "$MUTUAL_TLS_CERT" --key "$MUTUAL_TLS_KEY" --cacert "$CACERT" -H 'Token: '"$TOKEN" -H 'authorization: Bearer '"$BEARER" --user "$USER_2" --url-query 'k='"$KEY" -b 'sid='"$SID_PERCENT_ENCODED""#
    );
    let bearer = vec![scheme("bearerAuth", CredentialPlace::Bearer)];
    assert_eq!(
        shown_by("viewer", &mut asked, bearer),
        r#"curl 'https://h/' -H 'authorization: Bearer '"$BEARERAUTH_VIEWER""#
    );
}

#[test]
fn what_a_step_says_itself_wins() {
    let headers = [
        ("Authorization", "Bearer wrong"),
        ("token", "wrong"),
        ("Cookie", "a=b; sid=wrong"),
    ];
    let mut asked = request("GET", "https://h/?%6b=mine", &headers, b"");
    assert_eq!(
        shown_by("default", &mut asked, of_every_place()),
        r#"curl 'https://h/?%6b=mine' -H 'Authorization: '"$STEP_AUTHORIZATION" -H 'token: '"$STEP_TOKEN" -H 'Cookie: '"$STEP_COOKIE" --cert "$MUTUAL_TLS_CERT" --key "$MUTUAL_TLS_KEY" --cacert "$CACERT""#
    );
    // curl sends no cookies beside a field of the same name.
    let mut asked = request("GET", "https://h/", &[("cookie", "a=b")], b"");
    let cookie = vec![scheme("sid", CredentialPlace::Cookie("sid".into()))];
    assert_eq!(
        shown_by("default", &mut asked, cookie),
        r#"curl 'https://h/' -H 'cookie: '"$STEP_COOKIE"'; sid='"$SID_PERCENT_ENCODED""#
    );
}

#[test]
fn no_two_secrets_have_one_variable() {
    let schemes = vec![
        scheme("a-b", CredentialPlace::Header("x-a".into())),
        scheme("a_b", CredentialPlace::Header("x-b".into())),
        scheme("step_token", CredentialPlace::Header("x-c".into())),
        scheme("path", CredentialPlace::Header("x-d".into())),
    ];
    let mut asked = request("GET", "https://h/", &[("Token", "own")], b"");
    let told = shown_by("default", &mut asked, schemes);
    assert_eq!(
        told,
        r#"curl 'https://h/' -H 'Token: '"$STEP_TOKEN" -H 'x-a: '"$A_B" -H 'x-b: '"$A_B_2" -H 'x-c: '"$STEP_TOKEN_2" -H 'x-d: '"$PATH_2""#
    );
}

fn form(fields: &[(&str, FieldValue<'_>)]) -> Request {
    let fields: Vec<Field<'_>> = fields
        .iter()
        .map(|(name, value)| Field {
            name,
            value: value.clone(),
        })
        .collect();
    let (boundary, body) = encode_multipart(&fields);
    let content_type = format!("multipart/form-data; boundary={boundary}");
    request(
        "POST",
        "http://h/",
        &[("content-type", &content_type)],
        &body,
    )
}

fn file(name: &str) -> FieldValue<'_> {
    FieldValue::File {
        name,
        media_type: "application/zip",
        bytes: b"PK\xff\0",
    }
}

#[test]
fn a_multipart_form_is_written_field_by_field() {
    let text = |text: &str, media_type| FieldValue::Text(text.to_owned(), media_type);
    let asked = form(&[
        ("user", text("zoë's", None)),
        ("at", text("@x; y", None)),
        ("meta", text(r#"{"a":"b\\"}"#, Some("application/json"))),
        ("file", file("app.zip")),
        ("file", file("a;b.zip")),
    ]);
    let command = render(&asked);
    let expected = [
        "http://h/",
        "-F",
        "user=zoë's",
        "--form-string",
        "at=@x; y",
        "-F",
        r#"meta="{\"a\":\"b\\\\\"}";type=application/json"#,
        "-F",
        "file=@app.zip;type=application/zip",
        "-F",
        r#"file=@"a;b.zip";type=application/zip"#,
    ];
    assert_eq!(understood(&command, &[]), expected);
}

#[test]
fn a_form_that_curl_cannot_write_is_a_body() {
    let long = FieldValue::Text("a".repeat(INLINE_BYTES_MAX + 1), None);
    for asked in [
        form(&[]),
        form(&[("a=b", file("a.zip"))]),
        form(&[("a", file("a/b.zip"))]),
        form(&[("a", long)]),
    ] {
        let command = render(&asked);
        assert!(
            command.contains("--data-binary") && !command.contains(" -F "),
            "{command}"
        );
    }
}

#[test]
fn what_was_taken_out_is_a_variable_again() {
    let json = &[
        ("content-type", "application/json"),
        ("x-a", "v (secret:x.a)"),
    ];
    let body = br#"{"user":"ada","password":"(secret:password)","again":"(secret:password)"}"#;
    let url = "http://h.example/a/(secret:id)?key=(credential:apiKey)&b=(c)";
    let command = render(&request("POST", url, json, body));
    assert_eq!(
        command,
        "curl 'http://h.example/a/'\"$STEP_ID\"'?key='\"$APIKEY\"'&b=(c)' \
         -H 'content-type: application/json' -H 'x-a: v '\"$STEP_X_A\" \
         --data-binary '{\"user\":\"ada\",\"password\":\"'\"$STEP_PASSWORD\"'\",\"again\":\"'\"$STEP_PASSWORD\"'\"}'"
    );
    let variables = [
        ("STEP_ID", "7"),
        ("APIKEY", "k"),
        ("STEP_X_A", "it's"),
        ("STEP_PASSWORD", "open sesame"),
    ];
    let told = understood(&command, &variables);
    assert_eq!(told[0], "http://h.example/a/7?key=k&b=(c)");
    assert_eq!(told[4], "x-a: v it's");
    let body = r#"{"user":"ada","password":"open sesame","again":"open sesame"}"#;
    assert_eq!(told[6], body);
}
