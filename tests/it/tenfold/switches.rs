//! Each switch does what it says and nothing is wrong without it: shown by requests of its own, without
//! the judge.

use std::net::SocketAddr;

use serde_json::{Value, json};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::api::{self, SWITCHES, Switch};

/// What came back.
struct Came {
    status: u16,
    location: Option<String>,
    body: Value,
}

/// Asks over a connection of its own.
async fn ask(address: SocketAddr, method: &str, target: &str, body: Option<&Value>) -> Came {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let body = body.map(Value::to_string).unwrap_or_default();
    let length = body.len();
    let text = format!(
        "{method} {target} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\
         content-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}"
    );
    stream.write_all(text.as_bytes()).await.expect("written");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.expect("an answer");
    let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
    let status = head.split(' ').nth(1).and_then(|it| it.parse().ok());
    let fields = head.lines().filter_map(|it| it.split_once(": "));
    let mut located = fields.filter(|(name, _)| name.eq_ignore_ascii_case("location"));
    Came {
        status: status.expect("a status"),
        location: located.next().map(|(_, it)| it.to_owned()),
        body: serde_json::from_str(body).unwrap_or_default(),
    }
}

fn parcel(weight: u64) -> Value {
    json!({"label": "glass", "weight": weight, "kind": "box", "note": "up"})
}

/// Whether the fault shows on a server that has just been started.
async fn shows(switch: Switch, at: SocketAddr) -> bool {
    let made = ask(at, "POST", "/parcels", Some(&parcel(5))).await;
    assert_eq!(made.status, 201);
    let place = format!("/parcels/{}", made.body["id"]);
    let plain = json!({"label": "glass", "weight": 7, "kind": "box"});
    let sent = async |change: Value| {
        let mut body = parcel(5);
        for (name, value) in change.as_object().into_iter().flatten() {
            body[name] = value.clone();
        }
        ask(at, "POST", "/parcels", Some(&body)).await.status == 201
    };
    match switch {
        Switch::ServerError => ask(at, "GET", "/parcels?kind=box", None).await.status == 500,
        Switch::WrongType => ask(at, "GET", &place, None).await.body["weight"] == "5",
        Switch::UndeclaredSuccess => ask(at, "DELETE", &place, None).await.status == 202,
        Switch::IgnoredMaximum => sent(json!({"weight": 101})).await,
        Switch::IgnoredEnum => sent(json!({"kind": "barrel"})).await,
        Switch::IgnoredRequired => {
            let body = json!({"label": "glass", "kind": "box"});
            ask(at, "POST", "/parcels", Some(&body)).await.status == 201
        }
        Switch::BrokenLocation => {
            let named = made.location.expect("a new parcel has a place");
            ask(at, "GET", &named, None).await.status == 404
        }
        Switch::DeleteKeeps => {
            let answered = ask(at, "DELETE", &place, None).await.status;
            assert_eq!(answered / 100, 2);
            ask(at, "GET", &place, None).await.status == 200
        }
        Switch::PutMerges => {
            ask(at, "PUT", &place, Some(&plain)).await;
            ask(at, "GET", &place, None).await.body["note"] == "up"
        }
        Switch::PutAdds => {
            ask(at, "PUT", &place, Some(&plain)).await;
            let once = ask(at, "GET", &place, None).await.body;
            ask(at, "PUT", &place, Some(&plain)).await;
            ask(at, "GET", &place, None).await.body != once
        }
    }
}

#[tokio::test]
async fn each_switch_does_what_it_says_and_nothing_does_without_it() {
    for (switch, name, _) in SWITCHES {
        for (turned, expected) in [(Some(*switch), true), (None, false)] {
            let serving = api::serve(turned).await;
            let shown = shows(*switch, serving.address()).await;
            assert_eq!(shown, expected, "{name} with {turned:?}");
            serving.stop().await;
        }
    }
}

#[tokio::test]
async fn a_switch_changes_nothing_but_its_own_fault() {
    for (switch, name, _) in SWITCHES {
        let serving = api::serve(Some(*switch)).await;
        for (other, other_name, _) in SWITCHES.iter().filter(|(it, ..)| it != switch) {
            let shown = shows(*other, serving.address()).await;
            // A parcel that stays is neither gone nor there to be replaced by another.
            assert!(!shown, "{other_name} with {name}");
        }
        serving.stop().await;
    }
}

#[tokio::test]
async fn without_a_switch_it_refuses_what_its_contract_forbids() {
    let serving = api::serve(None).await;
    let at = serving.address();
    assert_eq!(
        ask(at, "POST", "/parcels", Some(&parcel(1))).await.status,
        201
    );
    for (method, target, body, expected) in [
        ("POST", "/parcels", Some(json!({"label": ""})), 400),
        ("POST", "/parcels", Some(json!([])), 400),
        ("POST", "/parcels", None, 400),
        ("GET", "/parcels?limit=0", None, 400),
        ("GET", "/parcels?limit=51", None, 400),
        ("GET", "/parcels?kind=x", None, 400),
        ("GET", "/parcels/2", None, 404),
        ("GET", "/parcels/x", None, 404),
        ("PUT", "/parcels/2", Some(parcel(1)), 404),
        (
            "PUT",
            "/parcels/1",
            Some(json!({"label": "a", "kind": "box", "weight": 0.5})),
            400,
        ),
        ("DELETE", "/parcels/2", None, 404),
        ("PATCH", "/parcels/1", None, 405),
        ("GET", "/else", None, 404),
        (
            "PUT",
            "/parcels/1",
            Some(json!({"label": "a", "kind": "box", "weight": 5.0})),
            200,
        ),
        ("GET", "/parcels?limit=1&kind=tube&more=1", None, 200),
    ] {
        let came = ask(at, method, target, body.as_ref()).await;
        assert_eq!(came.status, expected, "{method} {target} {body:?}");
    }
    serving.stop().await;
}
