//! The mock of the AppImage part of the Kuscia API: templates of applications on a platform for
//! joint computing.
//!
//! Source: the API's document. What it does not say is decided here:
//!
//! - Errors are worded in English: what is wrong, and where.
//! - Members that are not known are ignored: the document's own example sends one. Names in camel
//!   case are not known; of a name that comes twice the last counts.
//! - A body that is not declared to be JSON, or is above the limit, cannot be parsed: 11101.
//! - Every template and container needs a name, and every template a container. Restart policies,
//!   protocols, scopes and quantities must be known ones, or empty.
//! - An update needs an image, as the document's table says, and an image a name.
//! - Names are checked where they are given, by creations and updates. Elsewhere one that is
//!   malformed is the name of nothing.
//! - Templates and containers of one name are kept as they are, and so are negative numbers of probes.
//! - 0 replicas are as good as none said, and so are 1.
//! - Only `batch_query` is the path of the batch query.
//! - Another method than those documented is 405, an unknown path 404, both without a body.
//!
//! It does not pull images nor start anything.

mod faults;
mod fields;
mod message;
mod request;
mod state;

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::Response;
use axum::routing::post;
use serde_json::{Value, json};

use super::{Identity, Mock, Setting, Signer, Transport, fault, reply};
use request::Leniency;
use state::Platform;

/// The mock of the AppImage part of the Kuscia API.
pub(super) const MOCK: Mock = Mock {
    id: "kuscia-appimage",
    summary: "Registers templates of applications, and updates, deletes and queries them",
    faults: faults::FAULTS,
    identities: &[
        Identity {
            name: "default",
            credentials: &[("token", TOKEN)],
            certificate: Some(Signer::Own),
        },
        Identity {
            name: "stranger",
            credentials: &[("token", TOKEN)],
            certificate: Some(Signer::Foreign),
        },
    ],
    transport: Transport::MutualTls {
        scheme: "mutualTLS",
    },
    routes,
};

/// The largest body of a request, in bytes.
const JSON_BYTES_MAX: usize = 1024 * 1024;

/// The token that every request must bring.
const TOKEN: &str = "mock-token-of-32-characters-long";

const CREATE: &str = "/api/v1/appimage/create";
const UPDATE: &str = "/api/v1/appimage/update";
const DELETE: &str = "/api/v1/appimage/delete";
const QUERY: &str = "/api/v1/appimage/query";
const BATCH_QUERY: &str = "/api/v1/appimage/batch_query";

// The codes of outcomes, as far as a request can cause them.

/// The request is not valid.
const INVALID: i32 = 11_100;
/// The body cannot be parsed.
const UNREADABLE: i32 = 11_101;
/// The platform failed to create.
const CREATE_FAILED: i32 = 13_100;
/// The platform failed to query.
const QUERY_FAILED: i32 = 13_101;
/// There is no such app image.
const MISSING: i32 = 13_105;
/// There is such an app image already.
const TAKEN: i32 = 13_106;

fn routes(setting: Setting) -> Router {
    let platform = Arc::new(Platform::new(setting));
    let guard = from_fn_with_state(Arc::clone(&platform), check_token);
    Router::new()
        .route(CREATE, post(create))
        .route(UPDATE, post(update))
        .route(DELETE, post(delete))
        .route(QUERY, post(query))
        .route(BATCH_QUERY, post(batch_query))
        .layer(DefaultBodyLimit::max(JSON_BYTES_MAX))
        .route_layer(guard)
        .with_state(platform)
}

/// A failure as this API words it: a code and a message, in an answer whose status is 200.
#[derive(Debug)]
struct Refusal {
    code: i32,
    message: String,
}

impl Refusal {
    fn of(code: i32, message: impl Into<String>) -> Refusal {
        Refusal {
            code,
            message: message.into(),
        }
    }
}

impl From<BytesRejection> for Refusal {
    fn from(rejection: BytesRejection) -> Refusal {
        let why = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => "it is too large",
            _ => "it cannot be read",
        };
        Refusal::of(UNREADABLE, format!("cannot parse body: {why}"))
    }
}

/// Lets a request through that brings the token, and answers others with 401 and nothing.
async fn check_token(
    State(platform): State<Arc<Platform>>,
    request: Request,
    next: Next,
) -> Response {
    let given = request.headers().get("token");
    if given.is_some_and(|token| token == TOKEN) || platform.plays(&fault::TOKEN_NOT_CHECKED) {
        return next.run(request).await;
    }
    let mut response = Response::new(Body::empty());
    *response.status_mut() = StatusCode::UNAUTHORIZED;
    response
}

/// The answer of an operation that tells how it went and no more.
fn acknowledged(platform: &Platform, outcome: Result<(), Refusal>) -> Response {
    let (http, status) = status(platform, outcome.err());
    reply::json(http, &json!({ "status": status }))
}

/// The answer of an operation that finds something; `nothing` stands in for it when it failed.
fn answered(platform: &Platform, outcome: Result<Value, Refusal>, nothing: Value) -> Response {
    let (data, refusal) = match outcome {
        Ok(data) => (data, None),
        Err(refusal) => (nothing, Some(refusal)),
    };
    let (http, status) = status(platform, refusal);
    reply::json(http, &json!({ "status": status, "data": data }))
}

fn status(platform: &Platform, refusal: Option<Refusal>) -> (StatusCode, Value) {
    let http = match &refusal {
        Some(_) if platform.plays(&faults::ERROR_AS_500) => StatusCode::INTERNAL_SERVER_ERROR,
        _ => StatusCode::OK,
    };
    let refusal = refusal.unwrap_or_else(|| Refusal::of(0, "success"));
    let status = json!({ "code": refusal.code, "message": refusal.message, "details": [] });
    (http, status)
}

/// The body of a request, or why there is none.
type Given = Result<Bytes, BytesRejection>;

/// What a request says.
fn understood<T>(
    platform: &Platform,
    headers: &HeaderMap,
    body: Given,
    read: fn(&HeaderMap, &[u8], Leniency) -> Result<T, Refusal>,
) -> Result<T, Refusal> {
    read(headers, &body?, platform.leniency())
}

async fn create(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    body: Given,
) -> Response {
    let order = understood(&platform, &headers, body, request::create);
    acknowledged(&platform, order.and_then(|order| platform.create(order)))
}

async fn update(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    body: Given,
) -> Response {
    let order = understood(&platform, &headers, body, request::update);
    acknowledged(&platform, order.and_then(|order| platform.update(order)))
}

async fn delete(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    body: Given,
) -> Response {
    let name = understood(&platform, &headers, body, request::name);
    acknowledged(&platform, name.and_then(|name| platform.delete(&name)))
}

async fn query(State(platform): State<Arc<Platform>>, headers: HeaderMap, body: Given) -> Response {
    let name = understood(&platform, &headers, body, request::name);
    let found = name.and_then(|name| platform.query(&name));
    answered(&platform, found, Value::Null)
}

async fn batch_query(
    State(platform): State<Arc<Platform>>,
    headers: HeaderMap,
    body: Given,
) -> Response {
    let names = understood(&platform, &headers, body, request::names);
    let found = names.and_then(|names| platform.batch_query(names));
    answered(&platform, found.map(Value::Array), json!([]))
}

#[cfg(test)]
mod tests;
