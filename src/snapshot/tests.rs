//! Tests of whole flows.

mod bodies;
mod fixture;
mod moments;
mod places;
mod rules;

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::json::Path;
use crate::scenario::{At, VolatileRule};
use crate::transcript::Outcome;
use fixture::{BASE, attempt, lines, record, shown, shown_body, shown_by, talk, transcript};

#[test]
fn a_flow_keeps_the_identity_of_what_the_server_made() {
    let mut create = talk(
        "create",
        "/orders",
        201,
        &json!({"id": "ord-77aa", "number": 471_100, "made": "2024-05-01T10:00:00Z", "note": "hello"}),
    );
    create.sent = r#"{"note":"hello"}"#.to_owned();
    create.headers.extend([
        ("Location", format!("{BASE}/orders/ord-77aa").into_bytes()),
        (
            "X-Request-Id",
            b"6f9619ff-8b86-4011-b42d-00cf4fc964ff".to_vec(),
        ),
        ("Last-Modified", b"Wed, 01 May 2024 10:00:00 GMT".to_vec()),
        ("X-Empty", Vec::new()),
        ("Server", b"secret/1".to_vec()),
    ]);
    let read = talk(
        "read",
        "/orders/ord-77aa?from=%2Forders%2Ford-77aa",
        200,
        &json!({
            "id": "ord-77aa", "number": 471_100, "note": "see ord-77aa, hello",
            "made": "2024-05-01T12:00:00+02:00", "changed": "2024-05-01T10:00:01Z",
        }),
    );
    let expected = lines(&[
        "# create",
        "GET /orders",
        "content-type: application/json",
        "",
        "201",
        "content-type: application/json",
        "last-modified: ‹time http-date›",
        "location: ‹base›/orders/‹order#1›",
        "x-empty:",
        "x-request-id: ‹uuid#1›",
        "",
        "{",
        r#"  "id": "‹order#1›","#,
        r#"  "made": "‹time date-time›","#,
        r#"  "note": "hello","#,
        r#"  "number": ‹number#1 integer›"#,
        "}",
        "",
        "# read",
        "GET /orders/‹order#1›?from=%2Forders%2F‹order#1›",
        "",
        "200",
        "content-type: application/json",
        "",
        "{",
        r#"  "changed": "‹time date-time›","#,
        r#"  "id": "‹order#1›","#,
        r#"  "made": "‹time date-time›","#,
        r#"  "note": "see ‹order#1›, hello","#,
        r#"  "number": ‹number#1 integer›"#,
        "}",
    ]);
    assert_eq!(shown(vec![create, read]), expected);
}

#[test]
fn flows_of_one_renderer_know_nothing_of_each_other() {
    let flow = |id: &str| {
        let body = json!({"id": id, "note": format!("ord-77aa, ord-88bb, {BASE}/a")});
        let create = record(
            "create",
            vec![attempt(talk("create", "/orders", 201, &body))],
        );
        transcript(vec![create])
    };
    let alone = |id: &str, base: &str| {
        let renderer = Renderer::new(SnapshotSettings::default());
        renderer.render(&flow(id), &base.into())
    };
    let renderer = Renderer::new(SnapshotSettings::default());
    for (id, base) in [
        ("ord-77aa", BASE),
        ("ord-88bb", BASE),
        ("ord-77aa", "http://elsewhere.example"),
        ("ord-88bb", BASE),
    ] {
        let text = renderer.render(&flow(id), &base.into());
        assert_eq!(text, alone(id, base), "{id} {base}");
        assert!(text.contains("‹order#1›"), "{text}");
    }
    assert_ne!(
        alone("ord-77aa", BASE),
        alone("ord-77aa", "http://elsewhere.example")
    );
}

#[test]
fn a_wrong_but_valid_identifier_shows() {
    let flow = |read_id: &str| {
        shown(vec![
            talk(
                "create",
                "/orders",
                201,
                &json!({"id": "ord-77aa", "token": "tok-1"}),
            ),
            talk(
                "read",
                "/orders/ord-77aa",
                200,
                &json!({"id": read_id, "token": "tok-2"}),
            ),
        ])
    };
    assert_ne!(flow("ord-77aa"), flow("ord-77ab"));
    assert!(flow("ord-77aa").contains(r#""token": "‹token#2›""#));
}

#[test]
fn what_the_client_sent_stays_as_it_is() {
    let mut create = talk(
        "create",
        "/orders/client-id-1",
        201,
        &json!({"id": "client-id-1", "number": 55_555, "made": "2024-05-01T10:00:00Z"}),
    );
    create.sent = json!({"made": "2024-05-01T10:00:00Z", "n": 55_555}).to_string();
    let text = shown(vec![create]);
    assert!(text.contains(r#""id": "client-id-1""#), "{text}");
    assert!(text.contains(r#""made": "2024-05-01T10:00:00Z""#), "{text}");
    assert!(text.contains(r#""number": 55555"#), "{text}");
}

#[test]
fn a_value_that_is_not_of_its_kind_is_shown() {
    assert_eq!(
        shown_body(&json!({"made": "2024-05-01 10:00", "changed": 5, "token": "", "state": null})),
        "{\n  \"changed\": 5,\n  \"made\": \"2024-05-01 10:00\",\n  \"state\": null,\n  \"token\": \"\"\n}"
    );
}

#[test]
fn what_nothing_marks_and_what_is_listed_are_no_symbols() {
    let text = shown(vec![talk(
        "create",
        "/orders",
        201,
        &json!({"phase": "step1", "note": "IN_PROGRESS", "free": "RUNNING", "count": 70_000}),
    )]);
    assert!(!text.contains('‹'), "{text}");
    // Sent back in a later request, a word is an identifier all the same.
    let text = shown(vec![talk(
        "create",
        "/orders",
        201,
        &json!({"id": "brave-otter"}),
    )]);
    assert!(text.contains(r#""id": "‹order#1›""#), "{text}");
}

#[test]
fn nothing_in_an_answer_fakes_a_symbol() {
    let mut create = talk(
        "create",
        "/orders",
        201,
        &json!({"a": "‹order#1›", "‹base›": 1}),
    );
    create
        .headers
        .push(("X-Empty", "‹base›/x".as_bytes().to_vec()));
    let text = shown(vec![create]);
    assert!(!text.contains('‹'), "{text}");
    assert!(text.contains(r#""a": "\u2039order#1›""#), "{text}");
}

#[test]
fn hostile_texts_stay_inside_their_line() {
    let body = b"a\n\n# read\nGET /x\n\x1b[2J\xe2\x80\xae\r\n--- \n".to_vec();
    let mut list = talk("list", "/orders", 200, &Value::Null);
    list.headers = vec![("Content-Type", b"text/plain".to_vec())];
    list.body = body;
    let text = shown(vec![list]);
    let inside: Vec<&str> = text.lines().filter(|line| line.starts_with('|')).collect();
    assert_eq!(
        inside,
        [
            "| a",
            "|",
            "| # read",
            "| GET /x",
            r"| \u{1b}[2J\u{202e}\r",
            r"| ---\u{20}\n"
        ]
    );
}

#[test]
fn every_level_shows_what_it_says() {
    let answer = json!([{"id": "ord-1111", "number": 1}, {"number": 2, "id": "ord-2222"}, "x"]);
    let text = shown(
        ["shape", "contract", "off"]
            .map(|it| talk(it, "/orders", 200, &answer))
            .into(),
    );
    let head = "GET /orders\n\n200\ncontent-type: application/json\n\n";
    let shape = "[\n  string,\n  {\n    \"id\": string,\n    \"number\": integer\n  }\n]\n";
    assert_eq!(
        text,
        format!("# shape\n{head}{shape}\n# contract\n{head}(body left to the contract)\n\n# off\n")
    );
}

#[test]
fn bodies_that_are_no_json_are_shown_by_what_they_are() {
    let of = |media_type: &str, body: &[u8]| {
        let mut list = talk("list", "/orders", 200, &Value::Null);
        list.headers = vec![("Content-Type", media_type.as_bytes().to_vec())];
        list.body = body.to_vec();
        let text = shown(vec![list]);
        // A blank line before the answer, and one before its body.
        let body = text.split("\n\n").last().unwrap_or_default();
        body.lines().next().unwrap_or_default().to_owned()
    };
    assert_eq!(of("text/plain", b""), "(no body)");
    assert_eq!(of("text/plain", b"two  "), r"| two \u{20}");
    assert_eq!(of("application/json", b"{broken"), "| {broken");
    let digest = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    assert_eq!(
        of("application/octet-stream", b"abc"),
        format!("binary application/octet-stream 3 bytes sha256:{digest}")
    );
    assert_eq!(
        of("nonsense", b"\xff\xfe").split(" 2").next(),
        Some("binary of unknown type")
    );
}

#[test]
fn a_header_of_the_settings_is_shown_and_bytes_stay_visible() {
    let settings = SnapshotSettings {
        headers: vec!["X-Raw".into(), "X-Absent".into()],
        ..Default::default()
    };
    let mut list = talk("list", "/orders", 200, &json!([]));
    list.headers
        .extend([("x-raw", b"a\xff".to_vec()), ("X-RAW", b"b".to_vec())]);
    let text = shown_by(settings, vec![list]);
    assert!(text.contains("\nx-raw: a\\xff\nx-raw: b\n"), "{text}");
    assert!(!text.contains("x-absent"), "{text}");
}

fn rule(at: At, operation: Option<&str>) -> SnapshotSettings {
    let operation = operation.map(str::to_owned);
    let rule = VolatileRule {
        operation,
        at,
        name: "made-up".into(),
        why: "a test".into(),
    };
    SnapshotSettings {
        volatile: vec![rule],
        headers: vec!["X-Run".into()],
    }
}

#[test]
fn a_rule_names_values_of_any_kind() {
    let settings = rule(At::Body(Path::parse("$.a[*]").expect("a path")), None);
    let answer =
        json!({"a": ["val-2", "val-1", "x", 7, true, null, {"b": 1}, 70_000], "b": 7, "c": "x"});
    let text = shown_by(settings, vec![talk("list", "/orders", 200, &answer)]);
    let expected = lines(&[
        "{",
        r#"  "a": ["#,
        r#"    "‹made-up#1›","#,
        r#"    "‹made-up#2›","#,
        r#"    "‹made-up#3›","#,
        "    ‹made-up#4 integer›,",
        "    ‹made-up boolean›,",
        "    null,",
        "    ‹made-up object›,",
        "    ‹made-up#5 integer›",
        "  ],",
        r#"  "b": 7,"#,
        r#"  "c": "x""#,
        "}",
    ]);
    assert!(text.ends_with(&expected), "{text}");
}

#[test]
fn a_rule_is_for_its_operation_and_its_header() {
    let flow = |operation, value: &str| {
        let mut list = talk("list", "/orders", 200, &json!([]));
        list.headers.push(("X-Run", value.as_bytes().to_vec()));
        shown_by(rule(At::Header("x-run".into()), operation), vec![list])
    };
    assert!(flow(None, "run-4711").contains("x-run: ‹made-up#1›\n"));
    assert!(flow(Some("listOrders"), "7").contains("x-run: ‹made-up#1›\n"));
    assert!(flow(Some("readOrder"), "run-4711").contains("x-run: run-4711\n"));
    assert!(flow(None, "").contains("x-run:\n"));
}

#[test]
fn only_the_last_try_is_shown() {
    let tries = |answers: &[&str]| {
        let attempts = answers
            .iter()
            .map(|made| attempt(talk("read", "/orders/x", 200, &json!({"made": made}))))
            .collect();
        render(
            &transcript(vec![record("read", attempts)]),
            &SnapshotSettings::default(),
            &BASE.into(),
        )
    };
    let once = tries(&["2024-05-01T10:00:00Z"]);
    assert_eq!(
        tries(&["2024-05-01T10:00:00Z", "2024-05-01T10:00:05Z"]),
        once
    );
    assert!(once.contains("‹time date-time›"));
}

#[test]
fn steps_that_were_not_played_say_why() {
    let mut skipped = record("read", Vec::new());
    skipped.outcome = Outcome::NotRun("an earlier step\nfailed".into());
    skipped.callers = vec!["outer".into()];
    let flow = transcript(vec![skipped, record("list", Vec::new())]);
    assert_eq!(
        render(&flow, &SnapshotSettings::default(), &BASE.into()),
        "# outer/read\nnot run: an earlier step\\nfailed\n\n# list\nno answer\n"
    );
    assert_eq!(
        render(
            &transcript(Vec::new()),
            &SnapshotSettings::default(),
            &BASE.into()
        ),
        ""
    );
}

#[test]
fn a_long_body_is_a_digest_that_does_not_depend_on_the_run() {
    let flow = |seed: u32| {
        let order = |it: u32| json!({"token": format!("tok-{seed}-{it}"), "note": "n".repeat(40)});
        let list: Vec<Value> = (0..1_000).map(order).collect();
        shown(vec![talk("list", "/orders", 200, &json!(list))])
    };
    let text = flow(1);
    assert!(
        text.contains("\njson ") && text.contains(" bytes sha256:"),
        "{text}"
    );
    assert_eq!(text, flow(2));
}

#[test]
fn more_values_than_symbols_are_told() {
    let list: Vec<Value> = (0..5_000)
        .map(|it| json!({"token": format!("tok-{it}")}))
        .collect();
    let text = shown(vec![talk("list", "/orders", 200, &json!(list))]);
    assert!(
        text.ends_with("(after 4096 symbols, values are shown as they are)\n"),
        "{text}"
    );
}

/// One run of a flow: an identifier, a token, a number, and two times in seconds.
fn run(id: &str, token: &str, number: u32, (second, later): (i64, i64)) -> String {
    let time = |plus: i64| {
        jiff::Timestamp::from_second(second + plus)
            .expect("a time of this century")
            .to_string()
    };
    let order =
        json!({"id": id, "token": token, "number": number, "made": time(0), "note": "hello"});
    let mut changed = order.clone();
    changed["changed"] = json!(time(later));
    changed["note"] = json!(format!("order {id} was made at {}", time(0)));
    let mut create = talk("create", "/orders", 201, &order);
    create
        .headers
        .push(("Location", format!("/orders/{id}").into_bytes()));
    shown(vec![
        create,
        talk("read", &format!("/orders/{id}"), 200, &changed),
        talk(
            "list",
            &format!("/orders?after={id}"),
            200,
            &json!([changed, order]),
        ),
    ])
}

proptest! {
    #[test]
    fn two_runs_give_the_same_text(
        ids in ["[a-z]{3}-[0-9]{2}[a-z0-9]{3,8}", "[a-z]{3}-[0-9]{2}[a-z0-9]{3,8}"],
        tokens in ["[A-Z]{4}[0-9]{2}[+/=\"é]{0,3}[A-Z0-9]{4}", "[A-Z]{4}[0-9]{2}[+/=\"é]{0,3}[A-Z0-9]{4}"],
        numbers in [10_000_u32..900_000, 10_000_u32..900_000],
        // In some runs both times are the same.
        times in [(1_600_000_000_i64..1_900_000_000, 0_i64..2), (1_600_000_000_i64..1_900_000_000, 0_i64..2)],
    ) {
        let first = run(&ids[0], &tokens[0], numbers[0], times[0]);
        let second = run(&ids[1], &tokens[1], numbers[1], times[1]);
        prop_assert_eq!(&first, &second);
        prop_assert!(first.contains("\"note\": \"order ‹order#1› was made at ‹time date-time›\""));
    }

    #[test]
    fn any_answer_is_shown(bytes in proptest::collection::vec(any::<u8>(), 0..64), text in ".*") {
        for media_type in ["application/json", "text/plain", "text/plain; charset=utf-16", ""] {
            let mut list = talk("list", "/orders", 200, &Value::Null);
            list.headers = vec![("Content-Type", media_type.as_bytes().to_vec())];
            list.body = if text.is_empty() { bytes.clone() } else { text.clone().into_bytes() };
            let rendered = shown(vec![list]);
            prop_assert!(rendered.starts_with("# list\nGET /orders\n\n200\n"));
            prop_assert!(rendered.chars().all(|it| it == '\n' || !it.is_control()));
        }
    }
}
