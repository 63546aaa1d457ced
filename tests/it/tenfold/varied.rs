//! Variations of requests against the API: it answers each as its contract says when no switch is turned,
//! and otherwise where the fault is.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::SocketAddr;
use std::sync::Arc;

use bytes::Bytes;
use countersign::cli::Project;
use countersign::contract::Contract;
use countersign::http::{Headers, Request};
use countersign::vary::{Expect, Variation, shrink, variations};
use countersign::world::Entropy;
use serde_json::json;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

use super::api::{self, Switch};
use crate::support;

/// How many requests one fault may take to become as small as it can be.
const ROUNDS_MAX: usize = 50;

fn project() -> Project {
    support::load(&support::root().join("tests/projects/tenfold"))
}

fn contract(project: &Project) -> Arc<Contract> {
    let api = project.suite.apis.first().expect("there is one API");
    Arc::clone(&api.contract)
}

/// A valid request for each operation, on a server that has one parcel.
fn requests(url: &str) -> Vec<(&'static str, Request)> {
    let parcel = json!({"label": "glass", "weight": 5, "kind": "box", "note": "up"});
    let request = |method: &str, target: &str, has_body: bool| {
        let mut headers = Headers::default();
        if has_body {
            headers.push("content-type", "application/json");
        }
        let body = has_body.then(|| parcel.to_string().into());
        Request {
            method: method.to_owned(),
            url: format!("{url}{target}"),
            headers,
            body: body.unwrap_or_else(Bytes::new),
            caller: None,
        }
    };
    vec![
        ("createParcel", request("POST", "/parcels", true)),
        ("listParcels", request("GET", "/parcels", false)),
        ("readParcel", request("GET", "/parcels/1", false)),
        ("replaceParcel", request("PUT", "/parcels/1", true)),
    ]
}

/// The status that a request is answered with.
async fn send(address: SocketAddr, request: &Request) -> u16 {
    let mut stream = TcpStream::connect(address).await.expect("it listens");
    let mut fields = String::new();
    for field in &request.headers {
        write!(fields, "{}: {}\r\n", field.name, field.text()).expect("a String takes all");
    }
    let head = format!(
        "{} {} HTTP/1.1\r\nhost: a\r\nconnection: close\r\n{fields}content-length: {}\r\n\r\n",
        request.method,
        request.target(),
        request.body.len()
    );
    stream.write_all(head.as_bytes()).await.expect("written");
    stream.write_all(&request.body).await.expect("written");
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).await.expect("an answer");
    let answer = String::from_utf8_lossy(&answer).into_owned();
    let status = answer.split(' ').nth(1).and_then(|it| it.parse().ok());
    status.expect("a status")
}

/// Whether an answer is none that the contract asks for.
fn is_wrong(variation: &Variation, status: u16) -> bool {
    let class = status / 100;
    match variation.expect() {
        Expect::Refused => class != 4,
        Expect::Accepted => class != 2,
    }
}

/// The variations that are answered wrong, with their operations; and how many were sent.
async fn wrong(switch: Option<Switch>) -> (Vec<(&'static str, Variation)>, usize) {
    let project = project();
    let contract = contract(&project);
    let serving = api::serve(switch).await;
    let address = serving.address();
    let (mut wrong, mut sent) = (Vec::new(), 0);
    for (id, request) in requests(&serving.url()) {
        let operation = contract.operation(id).expect("it is documented");
        let first = send(address, &request).await;
        assert_eq!(first / 100, 2, "{id}");
        let varied = variations(&contract, operation, &request, &Entropy::from_seed(0));
        let varied = varied.expect("the contract allows it");
        assert!(!varied.is_cut);
        for variation in varied.list {
            sent += 1;
            let status = send(address, &variation.request).await;
            if is_wrong(&variation, status) {
                wrong.push((id, variation));
            }
        }
    }
    serving.stop().await;
    (wrong, sent)
}

#[tokio::test]
async fn without_a_switch_each_variation_is_answered_as_the_contract_says() {
    let (wrong, sent) = wrong(None).await;
    assert_eq!(wrong, []);
    assert!(sent > 50, "{sent} were sent");
}

#[tokio::test]
async fn a_switch_is_seen_by_the_variations_that_it_concerns_and_by_no_others() {
    for (switch, expected) in [
        (
            Switch::ServerError,
            &[
                "listed:query/kind",
                "listed:query/kind#2",
                "listed:query/kind#3",
            ][..],
        ),
        (Switch::IgnoredMaximum, &["above-maximum:body/weight"]),
        (Switch::IgnoredEnum, &["not-listed:body/kind"]),
        (Switch::IgnoredRequired, &["required-missing:body/weight"]),
        // What shows in one answer beside another is not seen here.
        (Switch::PutMerges, &[]),
        (Switch::BrokenLocation, &[]),
    ] {
        let (wrong, _) = wrong(Some(switch)).await;
        let names: BTreeSet<&str> = wrong.iter().map(|(_, it)| it.name.as_str()).collect();
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        assert_eq!(names, expected, "{switch:?}");
    }
}

#[tokio::test]
async fn a_failing_request_becomes_as_small_as_it_can_be() {
    let project = project();
    let contract = contract(&project);
    let (found, _) = wrong(Some(Switch::IgnoredMaximum)).await;
    let (id, mut smallest) = found.into_iter().next().expect("it is found");
    let operation = contract.operation(id).expect("it is documented");
    let serving = api::serve(Some(Switch::IgnoredMaximum)).await;
    for _ in 0..ROUNDS_MAX {
        let mut smaller = None;
        for candidate in shrink(&contract, operation, &smallest) {
            if is_wrong(
                &candidate,
                send(serving.address(), &candidate.request).await,
            ) {
                smaller = Some(candidate);
                break;
            }
        }
        let Some(next) = smaller else {
            break;
        };
        smallest = next;
    }
    serving.stop().await;
    let body = String::from_utf8_lossy(&smallest.request.body).into_owned();
    assert_eq!(body, r#"{"label":"g","weight":101,"kind":"box"}"#);
}
