//! The target: notes in memory, as `project/specs/notes/openapi.yaml` describes them.
//!
//! It checks nothing that the benchmark's flow does not ask, so that it costs as little as a server
//! can; it is a process of its own, so that what it costs is nobody's.

use std::collections::BTreeMap;
use std::io::{self, Read as _, Write as _};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum::Router;
use axum::extract::{Json, Path, Query, State};
use axum::http::StatusCode;
use axum::http::header::{CONTENT_TYPE, LOCATION};
use axum::response::{IntoResponse as _, Response};
use axum::routing::{get, post};
use countersign::shell::server::Serving;
use serde_json::{Map, Value, json};

/// Serves on a free port, tells the URL on the first line of the output, and ends with the input.
pub(super) fn serve() -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let serving = Serving::start(router(), address).await?;
        writeln!(io::stdout(), "{}", serving.url())?;
        tokio::task::spawn_blocking(|| io::stdin().read_to_end(&mut Vec::new())).await??;
        serving.stop().await;
        Ok(())
    })
}

#[derive(Default)]
struct Notes {
    kept: BTreeMap<String, Value>,
    made: u64,
}

type Shared = State<Arc<Mutex<Notes>>>;

fn router() -> Router {
    let one = get(read).put(replace).delete(delete);
    Router::new()
        .route("/notes", post(create).get(list))
        .route("/notes/{id}", one)
        .with_state(Arc::default())
}

fn lock(notes: &Mutex<Notes>) -> MutexGuard<'_, Notes> {
    notes.lock().unwrap_or_else(PoisonError::into_inner)
}

fn missing() -> Response {
    let body = json!({"title": "there is no such note", "status": 404}).to_string();
    let kind = [(CONTENT_TYPE, "application/problem+json")];
    (StatusCode::NOT_FOUND, kind, body).into_response()
}

async fn create(State(notes): Shared, Json(mut note): Json<Map<String, Value>>) -> Response {
    let mut notes = lock(&notes);
    notes.made += 1;
    let (minute, second) = (notes.made / 60 % 60, notes.made % 60);
    let id = format!("5a1f0c3e-0000-4000-8000-{:012x}", notes.made);
    note.insert("id".to_owned(), json!(id));
    note.insert("revision".to_owned(), json!(1));
    let created = format!("2029-01-01T12:{minute:02}:{second:02}Z");
    note.insert("created".to_owned(), json!(created));
    note.insert("state".to_owned(), json!("open"));
    let place = [(LOCATION, format!("/notes/{id}"))];
    notes.kept.insert(id, Value::Object(note.clone()));
    (StatusCode::CREATED, place, Json(note)).into_response()
}

async fn read(State(notes): Shared, Path(id): Path<String>) -> Response {
    match lock(&notes).kept.get(&id) {
        Some(note) => Json(note).into_response(),
        None => missing(),
    }
}

async fn replace(
    State(notes): Shared,
    Path(id): Path<String>,
    Json(draft): Json<Map<String, Value>>,
) -> Response {
    let mut notes = lock(&notes);
    let Some(Value::Object(note)) = notes.kept.get_mut(&id) else {
        return missing();
    };
    let revision = note.get("revision").and_then(Value::as_u64).unwrap_or(0);
    note.extend(draft);
    note.insert("revision".to_owned(), json!(revision + 1));
    Json(&*note).into_response()
}

async fn list(State(notes): Shared, Query(wanted): Query<BTreeMap<String, String>>) -> Response {
    let notes = lock(&notes);
    let found: Vec<&Value> = wanted
        .get("id")
        .and_then(|id| notes.kept.get(id))
        .into_iter()
        .collect();
    Json(json!({"total": found.len(), "items": found})).into_response()
}

async fn delete(State(notes): Shared, Path(id): Path<String>) -> Response {
    match lock(&notes).kept.remove(&id) {
        Some(_) => StatusCode::NO_CONTENT.into_response(),
        None => missing(),
    }
}
