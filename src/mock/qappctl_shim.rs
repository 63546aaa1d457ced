//! The mock of qappctl-shim: images, releases, deploys and instances of a cloud platform.
//!
//! Source: the API's document. What it does not say is decided here:
//!
//! - Errors are worded in English: what failed, and why.
//! - An application whose name is not one has no paths: 404. One that is, exists from its first
//!   use; its lists are empty before.
//! - A release name or image that is malformed or unknown is 400; a release name that is taken is
//!   409; a deploy that is not there is 404.
//! - Without a flavor a release gets the smallest; port 0 is no port; null is as good as absent.
//! - A deploy without `replicas` has one; all its instances run at once, and every second one has
//!   a floating IP.
//! - Images are listed by name and tag, the rest in the order of creation.
//! - A body above the limit is 413, another method than those documented 405, both worded as all
//!   errors.
//!
//! It does not move images nor start anything.

mod faults;
mod names;
mod request;
mod state;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::header::X_CONTENT_TYPE_OPTIONS;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Mock, Setting, Transport, reply};
use state::Shim;

/// The mock of qappctl-shim.
pub(super) const MOCK: Mock = Mock {
    id: "qappctl-shim",
    summary: "Pushes images, and releases and deploys applications",
    faults: faults::FAULTS,
    identities: &[],
    transport: Transport::Plain,
    routes,
};

/// The largest body of a request, in bytes.
const JSON_BYTES_MAX: usize = 1024 * 1024;

const IMAGES: &str = "/images";
const RELEASES: &str = "/apps/{app}/releases";
const DEPLOYS: &str = "/apps/{app}/deploys";
const INSTANCES: &str = "/apps/{app}/deploys/{deploy-id}/instances";

fn routes(setting: Setting) -> Router {
    Router::new()
        .route(IMAGES, get(list_images).post(push_image))
        .route(RELEASES, get(list_releases).post(create_release))
        .route(
            DEPLOYS,
            get(list_deploys).post(create_deploy).delete(delete_deploy),
        )
        .route(INSTANCES, get(list_instances))
        .layer(DefaultBodyLimit::max(JSON_BYTES_MAX))
        .method_not_allowed_fallback(|| async {
            Refusal::of(StatusCode::METHOD_NOT_ALLOWED, "405 method not allowed")
        })
        .fallback(|| async { Refusal::page_not_found() })
        .with_state(Arc::new(Shim::new(setting)))
}

/// An error as this API words it: a line of plain text that is not to be sniffed at.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    message: String,
}

impl Refusal {
    fn of(status: StatusCode, message: impl Into<String>) -> Refusal {
        Refusal {
            status,
            message: message.into(),
        }
    }

    /// Something is wrong with the request: 400.
    fn bad_request(message: impl Into<String>) -> Refusal {
        Refusal::of(StatusCode::BAD_REQUEST, message)
    }

    /// There is nothing under the path: 404.
    fn page_not_found() -> Refusal {
        Refusal::of(StatusCode::NOT_FOUND, "404 page not found")
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let text = format!("{}\n", self.message);
        let mut response = reply::typed(self.status, "text/plain; charset=utf-8", text);
        let headers = response.headers_mut();
        headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
        response
    }
}

impl From<BytesRejection> for Refusal {
    fn from(rejection: BytesRejection) -> Refusal {
        let message = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => "err read body: request body too large",
            _ => "err read body",
        };
        Refusal::of(rejection.status(), message)
    }
}

impl From<PathRejection> for Refusal {
    /// A path parameter that is no text names nothing.
    fn from(_: PathRejection) -> Refusal {
        Refusal::page_not_found()
    }
}

/// The application that the path names.
fn app(path: Result<Path<String>, PathRejection>) -> Result<String, Refusal> {
    let Path(app) = path?;
    if names::is_app(&app) {
        Ok(app)
    } else {
        Err(Refusal::page_not_found())
    }
}

async fn list_images(State(shim): State<Arc<Shim>>) -> Json<Value> {
    Json(shim.images())
}

async fn push_image(
    State(shim): State<Arc<Shim>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let reference = request::push_image(&headers, &body?, shim.leniency())?;
    shim.push_image(&reference)?;
    Ok(reply::empty())
}

async fn list_releases(
    State(shim): State<Arc<Shim>>,
    path: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, Refusal> {
    Ok(Json(shim.releases(&app(path)?)))
}

async fn create_release(
    State(shim): State<Arc<Shim>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Refusal> {
    let app = app(path)?;
    let order = request::create_release(&headers, &body?, shim.leniency())?;
    let name = shim.create_release(app, order)?;
    Ok(Json(json!({ "name": name })))
}

async fn list_deploys(
    State(shim): State<Arc<Shim>>,
    path: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let app = app(path)?;
    let region = request::region(query.as_deref())?;
    let release = reply::query_value(query.as_deref(), "release");
    Ok(Json(shim.deploys(&app, &region, release.as_deref())))
}

async fn create_deploy(
    State(shim): State<Arc<Shim>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let app = app(path)?;
    let order = request::create_deploy(&headers, &body?, shim.leniency())?;
    shim.create_deploy(&app, order)?;
    Ok(reply::empty())
}

async fn delete_deploy(
    State(shim): State<Arc<Shim>>,
    path: Result<Path<String>, PathRejection>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Refusal> {
    let app = app(path)?;
    let (id, region) = request::delete_deploy(&headers, &body?, shim.leniency())?;
    shim.delete_deploy(&app, &id, &region)?;
    Ok(reply::empty())
}

async fn list_instances(
    State(shim): State<Arc<Shim>>,
    path: Result<Path<(String, String)>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let Path((name, id)) = path?;
    let app = app(Ok(Path(name)))?;
    let region = request::region(query.as_deref())?;
    Ok(Json(shim.instances(&app, &id, &region)?))
}

#[cfg(test)]
mod tests;
