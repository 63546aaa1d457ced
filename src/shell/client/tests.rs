//! The client against servers that misbehave, and against one that behaves.

mod login;
mod secure;
mod steering;
mod wire;

use std::time::Duration;

use bytes::Bytes;

use super::rogue::{Act, Rogue, answer};
use super::*;
use crate::http::Headers;

/// A limit that a test waits for on purpose.
const SHORT: Duration = Duration::from_millis(50);

fn client() -> Client {
    Client::new(Keyring::default(), Stop::new()).expect("a client")
}

fn get(url: &str) -> Request {
    let url = url.to_owned();
    Request {
        method: "GET".into(),
        url,
        headers: Headers::default(),
        body: Bytes::new(),
        caller: None,
    }
}

fn limits(time: Duration) -> Limits {
    Limits {
        time,
        ..Limits::default()
    }
}

/// What the client makes of a server that plays these acts.
async fn against(acts: Vec<Act>, limits: Limits) -> Result<Response, TargetError> {
    let rogue = Rogue::start(acts).await;
    let answered = client().send(&get(&rogue.url), limits).await;
    if let Err(error) = &answered {
        assert_eq!(format!("http://{}", error.address), rogue.url);
    }
    answered
}

async fn failure_of(acts: Vec<Act>) -> TargetErrorKind {
    against(acts, Limits::default())
        .await
        .expect_err("no answer")
        .kind
}

async fn response_to(bytes: impl AsRef<[u8]>) -> Response {
    against(answer(bytes), Limits::default())
        .await
        .expect("an answer")
}

#[tokio::test]
async fn an_answer_comes_as_it_was_sent() {
    let response = response_to(
        b"HTTP/1.1 207 Whatever\r\nx-b: 1\r\nx-a: \xff\xe9\r\nx-b: 2\r\ncontent-encoding: gzip\r\ncontent-length: 4\r\n\r\n\x1f\x8b\x00\xff",
    )
    .await;
    assert_eq!(response.status, 207);
    let fields: Vec<(&str, &[u8])> = response
        .headers
        .iter()
        .map(|field| (field.name.as_str(), field.value.as_slice()))
        .collect();
    let expected: [(&str, &[u8]); 5] = [
        ("x-b", b"1"),
        ("x-b", b"2"),
        ("x-a", b"\xff\xe9"),
        ("content-encoding", b"gzip"),
        ("content-length", b"4"),
    ];
    assert_eq!(fields, expected);
    assert_eq!(response.body.as_ref(), b"\x1f\x8b\x00\xff");
    assert_eq!(response.end, BodyEnd::Complete);
}

#[tokio::test]
async fn a_request_goes_out_as_it_is() {
    let rogue = Rogue::start(answer("HTTP/1.1 204 No Content\r\n\r\n")).await;
    let mut request = get(&format!("{}/a%2Fb?c=d%20e", rogue.url));
    request.method = "PATCH".into();
    for (name, value) in [
        ("X-B", "1"),
        ("X-A", "2"),
        ("X-B", "3"),
        ("Accept", "text/plain"),
    ] {
        request.headers.push(name, value);
    }
    request.body = Bytes::from("body");
    let response = client()
        .send(&request, Limits::default())
        .await
        .expect("an answer");
    assert_eq!((response.status, response.body.len()), (204, 0));
    let read = rogue.read().pop().expect("a request");
    let (head, body) = read.split_once("\r\n\r\n").expect("a head");
    let host = rogue.url.trim_start_matches("http://");
    let agent = concat!("user-agent: countersign/", env!("CARGO_PKG_VERSION"));
    let lines: Vec<&str> = head.lines().collect();
    assert_eq!(
        lines[..5],
        [
            "PATCH /a%2Fb?c=d%20e HTTP/1.1",
            "x-b: 1",
            "x-b: 3",
            "x-a: 2",
            "accept: text/plain"
        ]
    );
    let mut added = lines[5..].to_vec();
    added.sort_unstable();
    assert_eq!(
        added,
        ["content-length: 4", &format!("host: {host}"), agent]
    );
    assert_eq!(body, "body");
}

#[tokio::test]
async fn an_empty_request_says_only_who_asks_and_what_it_takes() {
    let rogue = Rogue::start(answer("HTTP/1.1 204 No Content\r\n\r\n")).await;
    client()
        .send(&get(&rogue.url), Limits::default())
        .await
        .expect("an answer");
    let read = rogue.read().pop().expect("a request");
    let mut lines: Vec<&str> = read.trim_end().lines().skip(1).collect();
    lines.sort_unstable();
    assert_eq!(lines[0], "accept: */*");
    assert!(lines[1].starts_with("host: 127.0.0.1:"));
    assert!(lines[2].starts_with("user-agent: countersign/"));
    assert_eq!(lines.len(), 3);
}

#[tokio::test]
async fn a_server_that_is_not_there_is_named_as_such() {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = listener.local_addr().expect("an address").to_string();
    drop(listener);
    let refused = client()
        .send(&get(&format!("http://{address}/a")), Limits::default())
        .await;
    let refused = refused.expect_err("nothing listens");
    assert_eq!(
        (refused.kind, refused.address),
        (TargetErrorKind::Refused, address)
    );
    assert!(refused.detail.contains("refused"), "{}", refused.detail);

    let unknown = client()
        .send(&get("http://nowhere.invalid/"), Limits::default())
        .await;
    let unknown = unknown.expect_err("no such name");
    assert_eq!(unknown.kind, TargetErrorKind::Unresolvable);
    assert_eq!(unknown.address, "nowhere.invalid:80");
    assert!(!unknown.detail.is_empty());
}

#[tokio::test]
async fn what_cannot_be_sent_is_not_sent() {
    let rogue = Rogue::start(answer("HTTP/1.1 204 No Content\r\n\r\n")).await;
    let mut request = get(&rogue.url);
    request.headers.push("x-a", "b\r\nx-c: d");
    let error = client()
        .send(&request, Limits::default())
        .await
        .expect_err("a control character");
    assert_eq!(error.kind, TargetErrorKind::Unsendable);
    let long = get(&format!("{}/{}", rogue.url, "a".repeat(70_000)));
    let error = client()
        .send(&long, Limits::default())
        .await
        .expect_err("too long");
    assert_eq!(error.kind, TargetErrorKind::Unsendable);
    assert_eq!(rogue.connections(), 0);
}

#[tokio::test]
async fn a_connection_that_ends_before_the_status_is_closed() {
    assert_eq!(failure_of(vec![Act::Read]).await, TargetErrorKind::Closed);
    assert_eq!(
        failure_of(vec![Act::Read, Act::Reset]).await,
        TargetErrorKind::Closed
    );
    assert_eq!(
        failure_of(answer("HTTP/1.1 200 OK\r\ncontent-le")).await,
        TargetErrorKind::Closed
    );
}

#[tokio::test]
async fn what_is_not_http_is_named_as_such() {
    for bytes in [
        &b"SSH-2.0-OpenSSH_9.9\r\n"[..],
        b"<html>no</html>",
        b"HTTP/1.1 2x0 OK\r\n\r\n",
        b"HTTP/9.9 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx y: z\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nx-a: \x01\x00\r\n\r\n",
        b"HTTP/1.1 200 OK\r\ncontent-length: 1\r\ncontent-length: 2\r\n\r\nab",
        b"\x15\x03\x01\x00\x02\x02\x16",
    ] {
        let shown = String::from_utf8_lossy(bytes);
        assert_eq!(
            failure_of(answer(bytes)).await,
            TargetErrorKind::NotHttp,
            "{shown}"
        );
    }
}

#[tokio::test]
async fn a_server_that_speaks_first_does_not_speak_http() {
    let acts = vec![Act::Write(b"SSH-2.0-OpenSSH_9.9\r\n".to_vec()), Act::Hang];
    for _ in 0..5 {
        let error = against(acts.clone(), Limits::default())
            .await
            .expect_err("no answer");
        assert_eq!(error.kind, TargetErrorKind::NotHttp, "{error:?}");
    }
}

#[tokio::test]
async fn plain_http_is_no_tls() {
    let plain = Act::Write(b"HTTP/1.1 400 Bad Request\r\n\r\n".to_vec());
    for acts in [vec![plain], vec![Act::Reset], vec![]] {
        let rogue = Rogue::start(acts).await;
        let request = get(&rogue.url.replace("http:", "https:"));
        let error = client()
            .send(&request, limits(Duration::from_secs(5)))
            .await;
        assert_eq!(error.expect_err("no session").kind, TargetErrorKind::Tls);
    }
}

#[tokio::test]
async fn silence_is_no_answer_in_time() {
    let error = against(vec![Act::Read, Act::Hang], limits(SHORT))
        .await
        .expect_err("no answer");
    assert_eq!(error.kind, TargetErrorKind::TimedOut);
    assert_eq!(error.detail, "the limit is 50 ms");
    let head = [answer("HTTP/1.1 200 OK\r\n"), vec![Act::Hang]].concat();
    let error = against(head, limits(SHORT))
        .await
        .expect_err("no whole head");
    assert_eq!(error.kind, TargetErrorKind::TimedOut);
}

#[tokio::test]
async fn a_body_that_stops_coming_is_kept_as_far_as_it_came() {
    let mut acts = answer("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc");
    acts.push(Act::Hang);
    let response = against(acts, limits(SHORT)).await.expect("an answer");
    assert_eq!(
        (response.body.as_ref(), response.end),
        (&b"abc"[..], BodyEnd::TimedOut(50))
    );
}

#[tokio::test]
async fn bytes_that_drip_without_end_run_into_the_time_limit() {
    let acts = vec![
        Act::Read,
        Act::Write(b"HTTP/1.1 200 OK\r\n\r\n".to_vec()),
        Act::WriteEndlessly(b"x".to_vec()),
    ];
    let generous = Limits {
        time: SHORT,
        body_bytes: usize::MAX,
        ..Limits::default()
    };
    let response = against(acts, generous).await.expect("an answer");
    assert_eq!(response.end, BodyEnd::TimedOut(50));
    assert!(response.body.iter().all(|&byte| byte == b'x') && !response.body.is_empty());
}

#[tokio::test]
async fn a_body_that_breaks_off_is_cut_short() {
    for (bytes, came) in [
        ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc", "abc"),
        ("HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n", ""),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\n",
            "abc",
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n3\r\nabc\r\nzz\r\n",
            "abc",
        ),
        (
            "HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\nffffffffffffffffff\r\nabc",
            "",
        ),
    ] {
        let response = response_to(bytes).await;
        let BodyEnd::CutShort(why) = response.end else {
            panic!("{bytes}: {:?}", response.end)
        };
        assert!(!why.is_empty());
        assert_eq!(response.body, came, "{bytes}");
    }
}

#[tokio::test]
async fn a_reset_in_the_body_keeps_the_answer() {
    let acts = vec![
        Act::Read,
        Act::Write(b"HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc".to_vec()),
        Act::Reset,
    ];
    // The system may throw the bytes before a reset away; then there was no status.
    match against(acts, Limits::default()).await {
        Ok(response) => assert!(matches!(response.end, BodyEnd::CutShort(_))),
        Err(error) => assert_eq!(error.kind, TargetErrorKind::Closed),
    }
}

#[tokio::test]
async fn a_body_that_is_ended_by_the_connection_is_complete() {
    let response = response_to("HTTP/1.1 200 OK\r\n\r\nabc").await;
    assert_eq!(
        (response.body.as_ref(), response.end),
        (&b"abc"[..], BodyEnd::Complete)
    );
}

#[tokio::test]
async fn bytes_beyond_the_promised_length_spoil_only_the_connection() {
    let acts = answer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nabcdef");
    let rogue = Rogue::start([acts.clone(), acts].concat()).await;
    let client = client();
    for _ in 0..5 {
        let response = client
            .send(&get(&rogue.url), Limits::default())
            .await
            .expect("an answer");
        assert_eq!(
            (response.body.as_ref(), response.end),
            (&b"ab"[..], BodyEnd::Complete)
        );
    }
    assert_eq!(rogue.connections(), 5);
}

#[tokio::test]
async fn an_endless_body_is_read_up_to_the_limit() {
    let promised = "HTTP/1.1 200 OK\r\ncontent-length: 1073741824\r\n\r\n";
    for head in [promised, "HTTP/1.1 200 OK\r\n\r\n"] {
        let mut acts = answer(head);
        acts.push(Act::WriteEndlessly(vec![b'x'; 65536]));
        let small = Limits {
            body_bytes: 100_000,
            ..limits(Duration::from_secs(20))
        };
        let response = against(acts, small).await.expect("an answer");
        assert_eq!(
            (response.body.len(), response.end),
            (100_000, BodyEnd::TooLarge(100_000))
        );
    }
}

#[tokio::test]
async fn a_body_of_just_the_limit_is_complete() {
    let exact = Limits {
        body_bytes: 3,
        ..Limits::default()
    };
    let bytes = "HTTP/1.1 200 OK\r\ncontent-length: 3\r\n\r\nabc";
    let response = against(answer(bytes), exact).await.expect("an answer");
    assert_eq!(
        (response.body.as_ref(), response.end),
        (&b"abc"[..], BodyEnd::Complete)
    );
}

/// How many fields one answer may have.
const HEADERS_MAX: usize = 100;

#[tokio::test]
async fn many_fields_are_kept_and_too_many_are_no_answer() {
    let repeated = |times: usize| {
        let fields: Vec<String> = (0..times)
            .map(|index| format!("x-tag: {index}\r\n"))
            .collect();
        let fields = fields.concat();
        format!("HTTP/1.1 204 No Content\r\n{fields}\r\n")
    };
    let response = response_to(repeated(HEADERS_MAX)).await;
    let tags: Vec<String> = response.headers.all("x-tag").map(Cow::into_owned).collect();
    assert_eq!(
        tags,
        (0..HEADERS_MAX)
            .map(|index| index.to_string())
            .collect::<Vec<_>>()
    );
    let error = against(answer(repeated(HEADERS_MAX + 1)), Limits::default()).await;
    assert_eq!(error.expect_err("too many").kind, TargetErrorKind::NotHttp);
}
