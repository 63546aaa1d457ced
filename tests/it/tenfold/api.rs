//! An API of parcels with ten switches, each a fault. With none it keeps its contract
//! (`tests/projects/tenfold`) and RFC 9110.
//!
//! It is written from the words of the contract and knows nothing of the program that judges it.

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::{Path, RawQuery, State};
use axum::http::{HeaderMap, Response, header};
use axum::routing::get;
use countersign::shell::server::Serving;
use serde_json::{Map, Value, json};

/// A way in which the API is wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Switch {
    ServerError,
    WrongType,
    UndeclaredSuccess,
    IgnoredMaximum,
    IgnoredEnum,
    IgnoredRequired,
    BrokenLocation,
    DeleteKeeps,
    PutMerges,
    PutAdds,
}

/// All of them, each with its name and what it does.
pub(crate) const SWITCHES: &[(Switch, &str, &str)] = &[
    (
        Switch::ServerError,
        "server-error",
        "a list of one kind alone is answered with 500",
    ),
    (
        Switch::WrongType,
        "wrong-type",
        "the weight of a parcel that is read is a text",
    ),
    (
        Switch::UndeclaredSuccess,
        "undeclared-success",
        "handing out is answered with 202, which is not documented",
    ),
    (
        Switch::IgnoredMaximum,
        "ignored-maximum",
        "a parcel above the greatest weight is taken",
    ),
    (
        Switch::IgnoredEnum,
        "ignored-enum",
        "a parcel of an unknown kind is taken, as a box",
    ),
    (
        Switch::IgnoredRequired,
        "ignored-required",
        "a parcel without a weight is taken, as one of 1 kg",
    ),
    (
        Switch::BrokenLocation,
        "broken-location",
        "`Location` of a new parcel names a place where nothing is",
    ),
    (
        Switch::DeleteKeeps,
        "delete-keeps",
        "handing out is answered with 204, and the parcel stays",
    ),
    (
        Switch::PutMerges,
        "put-merges",
        "what a replacement leaves out stays",
    ),
    (
        Switch::PutAdds,
        "put-adds",
        "the same replacement once more makes the parcel heavier",
    ),
];

/// The greatest weight.
const WEIGHT_MAX: u64 = 100;
/// The longest label and note, in characters.
const LABEL_MAX: usize = 40;
const NOTE_MAX: usize = 200;
/// How many parcels a list has when nothing is said, and at most.
const LIMIT: usize = 20;
const LIMIT_MAX: usize = 50;
/// The kinds.
const KINDS: [&str; 3] = ["letter", "box", "tube"];

/// The parcels by their numbers.
#[derive(Default)]
struct Store {
    last: u64,
    parcels: BTreeMap<u64, Map<String, Value>>,
}

#[derive(Clone)]
struct Api {
    switch: Option<Switch>,
    /// Whether a new parcel is told by `Location` alone, without a body.
    is_terse: bool,
    store: Arc<Mutex<Store>>,
}

/// Serves it on a loopback port of its own.
pub(crate) async fn serve(switch: Option<Switch>) -> Serving {
    serve_as(switch, false).await
}

/// The same; where it is terse, a new parcel is told by `Location` alone.
pub(crate) async fn serve_as(switch: Option<Switch>, is_terse: bool) -> Serving {
    let api = Api {
        switch,
        is_terse,
        store: Arc::default(),
    };
    let router = Router::new()
        .route("/parcels", get(list).post(create))
        .route("/parcels/{id}", get(read).put(replace).delete(delete))
        .with_state(api);
    let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
    let serving = Serving::start(router, address).await;
    serving.expect("a loopback port is free")
}

type Answer = Response<Body>;

impl Api {
    fn is(&self, switch: Switch) -> bool {
        self.switch == Some(switch)
    }

    fn store(&self) -> MutexGuard<'_, Store> {
        self.store.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is sent as a parcel, when it is one.
    fn draft(&self, headers: &HeaderMap, body: &[u8]) -> Result<Map<String, Value>, Box<Answer>> {
        let said = headers.get(header::CONTENT_TYPE);
        let said = said.and_then(|it| it.to_str().ok()).unwrap_or_default();
        let essence = said.split(';').next().unwrap_or_default().trim();
        if !essence.eq_ignore_ascii_case("application/json") {
            return Err(Box::new(refusal(
                415,
                "a parcel is sent as application/json",
            )));
        }
        let sent: Result<Value, _> = serde_json::from_slice(body);
        let Ok(Value::Object(mut parcel)) = sent else {
            return Err(Box::new(refusal(400, "a parcel is an object of JSON")));
        };
        if self.is(Switch::IgnoredRequired) && !parcel.contains_key("weight") {
            parcel.insert("weight".to_owned(), json!(1));
        }
        let is_unknown = |it: &Value| it.as_str().is_some_and(|it| !KINDS.contains(&it));
        if self.is(Switch::IgnoredEnum) && parcel.get("kind").is_some_and(is_unknown) {
            parcel.insert("kind".to_owned(), json!("box"));
        }
        match self.fault_of(&parcel) {
            Some(fault) => Err(Box::new(refusal(400, fault))),
            None => Ok(parcel),
        }
    }

    /// What is wrong with a parcel.
    fn fault_of(&self, parcel: &Map<String, Value>) -> Option<&'static str> {
        let length = |name: &str| Some(parcel.get(name)?.as_str()?.chars().count());
        let known = ["label", "weight", "kind", "note"];
        if parcel.keys().any(|it| !known.contains(&it.as_str())) {
            return Some("a parcel has a label, a weight, a kind and a note");
        }
        if !length("label").is_some_and(|it| (1..=LABEL_MAX).contains(&it)) {
            return Some("a label is a text of 1 to 40 characters");
        }
        if parcel.contains_key("note") && length("note").is_none_or(|it| it > NOTE_MAX) {
            return Some("a note is a text of at most 200 characters");
        }
        let kind = parcel.get("kind").and_then(Value::as_str);
        if !kind.is_some_and(|it| KINDS.contains(&it)) {
            return Some("a kind is letter, box or tube");
        }
        let heaviest = if self.is(Switch::IgnoredMaximum) {
            u64::MAX
        } else {
            WEIGHT_MAX
        };
        let weight = parcel.get("weight").and_then(whole);
        if !weight.is_some_and(|it| (1..=heaviest).contains(&it)) {
            return Some("a weight is a whole number from 1 to 100");
        }
        None
    }
}

/// The whole number that a value is: `5.0` is one as well.
fn whole(value: &Value) -> Option<u64> {
    let text = value.as_number()?.to_string();
    let text = text.strip_suffix(".0").unwrap_or(&text);
    text.parse().ok()
}

async fn create(State(api): State<Api>, headers: HeaderMap, body: Bytes) -> Answer {
    let parcel = match api.draft(&headers, &body) {
        Ok(parcel) => parcel,
        Err(refused) => return *refused,
    };
    let mut store = api.store();
    store.last += 1;
    let id = store.last;
    store.parcels.insert(id, parcel.clone());
    let place = if api.is(Switch::BrokenLocation) {
        format!("/parcels/{id}000")
    } else {
        format!("/parcels/{id}")
    };
    let shown = shown(id, &parcel);
    let answer = Response::builder().header(header::LOCATION, place);
    if api.is_terse {
        let empty = answer.status(201).body(Body::empty());
        return empty.expect("an answer of constants");
    }
    json_answer(answer, 201, "application/json", &shown)
}

async fn list(State(api): State<Api>, RawQuery(query): RawQuery) -> Answer {
    let (mut limit, mut kind) = (LIMIT, None);
    for pair in query.iter().flat_map(|it| it.split('&')) {
        match pair.split_once('=') {
            Some(("limit", text)) => match text.parse() {
                Ok(number) if (1..=LIMIT_MAX).contains(&number) => limit = number,
                _ => return refusal(400, "a limit is a number from 1 to 50"),
            },
            Some(("kind", text)) if KINDS.contains(&text) => kind = Some(text.to_owned()),
            Some(("kind", _)) => return refusal(400, "a kind is letter, box or tube"),
            // What nobody declares says nothing.
            _ => {}
        }
    }
    if api.is(Switch::ServerError) && kind.is_some() {
        let broken = Response::builder().status(500).body(Body::empty());
        return broken.expect("an answer of constants");
    }
    let store = api.store();
    let is_asked = |(_, parcel): &(&u64, &Map<String, Value>)| {
        kind.is_none() || parcel.get("kind").and_then(Value::as_str) == kind.as_deref()
    };
    let asked: Vec<Value> = store
        .parcels
        .iter()
        .filter(is_asked)
        .map(|(id, parcel)| shown(*id, parcel))
        .rev()
        .collect();
    let total = asked.len();
    let first: Vec<Value> = asked.into_iter().take(limit).collect();
    answer(200, &json!({"parcels": first, "total": total}))
}

async fn read(State(api): State<Api>, Path(id): Path<String>) -> Answer {
    let store = api.store();
    let Some((id, parcel)) = found(&store, &id) else {
        return nothing();
    };
    let mut shown = shown(id, parcel);
    if api.is(Switch::WrongType) {
        let text = shown["weight"].to_string();
        shown["weight"] = text.into();
    }
    answer(200, &shown)
}

async fn replace(
    State(api): State<Api>,
    Path(id): Path<String>,
    headers: HeaderMap,
    body: Bytes,
) -> Answer {
    let mut store = api.store();
    let Some((id, before)) = found(&store, &id) else {
        return nothing();
    };
    let mut parcel = match api.draft(&headers, &body) {
        Ok(parcel) => parcel,
        Err(refused) => return *refused,
    };
    if api.is(Switch::PutMerges) {
        for (name, value) in before {
            parcel.entry(name.clone()).or_insert_with(|| value.clone());
        }
    }
    if api.is(Switch::PutAdds) && parcel == *before {
        let weight = parcel.get("weight").and_then(whole).unwrap_or_default();
        let other = if weight < WEIGHT_MAX { weight + 1 } else { 1 };
        parcel.insert("weight".to_owned(), json!(other));
    }
    store.parcels.insert(id, parcel.clone());
    answer(200, &shown(id, &parcel))
}

async fn delete(State(api): State<Api>, Path(id): Path<String>) -> Answer {
    let mut store = api.store();
    let Some((id, _)) = found(&store, &id) else {
        return nothing();
    };
    if !api.is(Switch::DeleteKeeps) {
        store.parcels.remove(&id);
    }
    let status = if api.is(Switch::UndeclaredSuccess) {
        202
    } else {
        204
    };
    let empty = Response::builder().status(status).body(Body::empty());
    empty.expect("an answer of constants")
}

fn found<'s>(store: &'s Store, id: &str) -> Option<(u64, &'s Map<String, Value>)> {
    let id = id.parse().ok()?;
    Some((id, store.parcels.get(&id)?))
}

/// A parcel as it is shown.
fn shown(id: u64, parcel: &Map<String, Value>) -> Value {
    let mut shown = Map::from_iter([("id".to_owned(), json!(id))]);
    shown.extend(parcel.clone());
    Value::Object(shown)
}

fn nothing() -> Answer {
    refusal(404, "there is no such parcel")
}

fn refusal(status: u16, detail: &str) -> Answer {
    let title = match status {
        404 => "Not Found",
        415 => "Unsupported Media Type",
        _ => "Bad Request",
    };
    let problem = json!({"status": status, "title": title, "detail": detail});
    let media_type = "application/problem+json";
    json_answer(Response::builder(), status, media_type, &problem)
}

fn answer(status: u16, value: &Value) -> Answer {
    json_answer(Response::builder(), status, "application/json", value)
}

fn json_answer(
    builder: axum::http::response::Builder,
    status: u16,
    media_type: &str,
    value: &Value,
) -> Answer {
    let typed = builder
        .status(status)
        .header(header::CONTENT_TYPE, media_type);
    let answer = typed.body(Body::from(value.to_string()));
    answer.expect("an answer of constants")
}
