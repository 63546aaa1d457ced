//! Plays each change on an answer of its own, and one on a real connection.

use axum::routing::get;
use axum::{Json, Router};
use serde_json::json;
use tower::ServiceExt;

use super::super::{Answer, Kind, layer};
use super::*;

const TEXT: &str = r#"{"a":{"text":"C1M1","big":9007199254740993,"b":[0.1,1.10]},"z":null}"#;
const THING: Answer = Answer {
    method: "GET",
    path: "/things/{id}",
    status: 200,
};

fn kind(change: Change) -> Kind {
    Kind::change("test-fault", "test-check", change, "Something is wrong")
}

fn router(place: Place, change: Change) -> Router {
    let value: Value = serde_json::from_str(TEXT).unwrap();
    let answer = move || async move { ([("x-kind", "thing")], Json(value)) };
    let missing = || async { (StatusCode::NOT_FOUND, Json(json!({ "a": {} }))) };
    let routes = Router::new()
        .route("/things/{id}", get(answer))
        .route("/other", get(missing));
    // A fault lives as long as the program; those of a test may.
    layer(routes, Box::leak(Box::new(kind(change).at(place))))
}

async fn ask(router: &Router, method: &str, path: &str) -> (StatusCode, Response, Bytes) {
    let request = Request::builder()
        .method(method)
        .uri(path)
        .body(Body::empty())
        .unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, usize::MAX).await.unwrap();
    (
        parts.status,
        Response::from_parts(parts, Body::empty()),
        bytes,
    )
}

async fn body_of(pointer: &'static str, change: Change) -> Vec<u8> {
    ask(&router(THING.body(pointer), change), "GET", "/things/1")
        .await
        .2
        .to_vec()
}

async fn text_of(pointer: &'static str, change: Change) -> String {
    String::from_utf8(body_of(pointer, change).await).unwrap()
}

#[tokio::test]
async fn values_are_changed_in_place() {
    for (pointer, change, from, to) in [
        ("/a/text", Change::Removed, r#""text":"C1M1","#, ""),
        ("/a/text", Change::Put("null"), r#""C1M1""#, "null"),
        ("/a/new", Change::Put("1"), "1.10]", r#"1.10],"new":1"#),
        ("/a/text", Change::Retyped, r#""C1M1""#, "false"),
        (
            "/a/big",
            Change::Retyped,
            "9007199254740993",
            r#""9007199254740993""#,
        ),
        ("/a/b", Change::Retyped, "[0.1,1.10]", "{}"),
        ("/a/text", Change::Altered, "C1M1", "C1M2"),
        ("/a/big", Change::Altered, "0993", "0994"),
        ("/a", Change::Rounded, "0993", "0992"),
        ("/a/b/1", Change::NotANumber, "1.10", "NaN"),
        (
            "",
            Change::DuplicateKey,
            "null}",
            r#"null,"a":{"text":"C1M1","big":9007199254740993,"b":[0.1,1.10]}}"#,
        ),
    ] {
        assert_eq!(
            text_of(pointer, change).await,
            TEXT.replace(from, to),
            "{pointer} {change:?}"
        );
    }
}

#[tokio::test]
async fn what_has_no_such_place_is_left_as_it_is() {
    for (pointer, change) in [
        ("/a/none", Change::Removed),
        ("/none/a", Change::Put("1")),
        ("", Change::Put("1")),
        ("/a/b", Change::DuplicateKey),
        ("/0/a", Change::NotANumber),
        ("/a/big", Change::InvalidUtf8),
        ("/z", Change::Retyped),
        ("/a", Change::Altered),
        ("/a/b", Change::Rounded),
    ] {
        assert_eq!(text_of(pointer, change).await, TEXT, "{pointer} {change:?}");
    }
}

#[tokio::test]
async fn bytes_are_changed() {
    assert_eq!(text_of("", Change::Emptied).await, "");
    assert_eq!(
        text_of("", Change::ByteOrderMark).await,
        format!("\u{FEFF}{TEXT}")
    );
    assert_eq!(
        text_of("", Change::TextAfterJson).await,
        format!("{TEXT}\n{{}}")
    );
    let wide = body_of("", Change::Utf16).await;
    assert_eq!(
        (wide.len(), &wide[..4]),
        (TEXT.len() * 2, b"{\0\"\0".as_slice())
    );
    let broken = body_of("/a/text", Change::InvalidUtf8).await;
    let place = broken.windows(6).position(|window| window == b"\"\xFFC1M1");
    assert!(place.is_some() && str::from_utf8(&broken).is_err());
}

#[tokio::test]
async fn heads_are_changed() {
    let (status, ..) = ask(
        &router(THING.status_code(), Change::Status(202)),
        "GET",
        "/things/1",
    )
    .await;
    assert_eq!(status, 202);
    let removed = router(THING.header("x-kind"), Change::HeaderRemoved);
    assert!(
        ask(&removed, "GET", "/things/1")
            .await
            .1
            .headers()
            .get("x-kind")
            .is_none()
    );
    let changed = router(THING.header("x-kind"), Change::Header("other"));
    assert_eq!(
        ask(&changed, "GET", "/things/1").await.1.headers()["x-kind"],
        "other"
    );
    let answered = Change::Answered {
        status: 500,
        media_type: "text/plain",
        body: "no",
    };
    let (status, response, bytes) =
        ask(&router(THING.status_code(), answered), "GET", "/things/1").await;
    assert_eq!((status.as_u16(), bytes.as_ref()), (500, b"no".as_slice()));
    assert_eq!(response.headers()["content-type"], "text/plain");
    assert_eq!(response.headers()["content-length"], "2");
}

#[tokio::test]
async fn other_answers_are_let_through() {
    let spoilt = router(THING.status_code(), Change::Status(202));
    assert_eq!(ask(&spoilt, "HEAD", "/things/1").await.0, 200);
    assert_eq!(ask(&spoilt, "GET", "/other").await.0, 404);
    assert_eq!(ask(&spoilt, "GET", "/nowhere").await.0, 404);
    let refusals = router(
        Answer {
            status: 400,
            ..THING
        }
        .status_code(),
        Change::Status(202),
    );
    assert_eq!(ask(&refusals, "GET", "/things/1").await.0, 200);
}

#[tokio::test]
async fn a_body_cut_short_ends_the_connection_before_its_length() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let server = router(THING.body(""), Change::CutShort);
    let server = tokio::spawn(async move { axum::serve(listener, server).await });
    let mut stream = tokio::net::TcpStream::connect(address).await.unwrap();
    stream
        .write_all(b"GET /things/1 HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .await
        .unwrap();
    let mut answer = Vec::new();
    // Without an end of the connection this would wait for ever: the request keeps it alive.
    stream.read_to_end(&mut answer).await.unwrap();
    server.abort();
    let answer = String::from_utf8(answer).unwrap();
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(
        head.contains(&format!("content-length: {}", TEXT.len())),
        "{head}"
    );
    assert_eq!(body, &TEXT[..TEXT.len() / 2]);
}

#[test]
fn only_numbers_that_a_double_cannot_hold_are_rounded() {
    for (exact, expected) in [
        ("9007199254740993", Some("9007199254740992")),
        ("12345678901234567890", Some("12345678901234567000")),
        ("0.1000000000000000055", Some("0.1")),
        ("9007199254740992", None),
        ("1.10", None),
        ("10", None),
        ("100.0", None),
        ("-0.5", None),
        ("1e3", None),
    ] {
        let number: Number = exact.parse().unwrap();
        assert_eq!(
            rounded(&number).map(|number| number.to_string()).as_deref(),
            expected,
            "{exact}"
        );
    }
}

#[test]
fn the_constants_of_every_fault_are_valid() {
    for fault in crate::mock::MOCKS.iter().flat_map(|mock| mock.faults) {
        match fault.change {
            Change::Put(text) => drop(serde_json::from_str::<Value>(text).expect(fault.id)),
            Change::Status(status) | Change::Answered { status, .. } => {
                assert!((200..600).contains(&status), "{}", fault.id);
            }
            Change::Header(_) | Change::HeaderRemoved => {
                let Part::Header(name) = fault.place.part else {
                    panic!("{}", fault.id)
                };
                assert_eq!(HeaderName::from_static(name).as_str(), name);
            }
            _ => {}
        }
    }
}
