//! The mock of deploy-installer: images, charts and releases of an agent that installs software.
//!
//! Source: the API's document. What it does not say is decided here:
//!
//! - An archive that holds no image reference is refused with 400, as is a chart that Helm itself
//!   would not load.
//! - The media type of an upload is not looked at; that of a release must be `application/json`,
//!   or it is refused with 400.
//! - `set-registry` is `true` or `false`; anything else is refused with 400.
//! - A field that is null counts as missing; fields that are not known are ignored.
//! - `values.image` that is neither an object nor null is refused with 400 when the registry is to
//!   be set in it.
//! - An upload above the limit is 413, another method than those documented 405, both in the shape
//!   of all errors; an unknown path is a plain 404.
//!
//! It does not push images anywhere nor install anything.

mod chart;
mod faults;
mod image;
mod request;
mod state;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, Path, RawQuery, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post, put};
use axum::{Json, Router};
use serde_json::{Value, json};

use super::{Mock, Setting, Transport, reply};
use state::Installer;

/// The mock of deploy-installer.
pub(super) const MOCK: Mock = Mock {
    id: "deploy-installer",
    summary: "Uploads images and charts, installs and deletes releases",
    faults: faults::FAULTS,
    identities: &[],
    transport: Transport::Plain,
    routes,
};

/// The largest upload, in bytes.
const UPLOAD_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The largest JSON body of a request, in bytes.
const JSON_BYTES_MAX: usize = 1024 * 1024;

const IMAGE: &str = "/internal/api/deploy-installer/v1/agents/image";
const CHART: &str = "/internal/api/deploy-installer/v1/agents/chart";
const RELEASE: &str = "/internal/api/deploy-installer/v1/agents/release/{release-name}";
const HEALTH: &str = "/health";

fn routes(setting: Setting) -> Router {
    Router::new()
        .route(
            IMAGE,
            put(upload_image).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX)),
        )
        .route(
            CHART,
            put(upload_chart).layer(DefaultBodyLimit::max(UPLOAD_BYTES_MAX)),
        )
        .route(RELEASE, post(install_release).delete(delete_release))
        .route(HEALTH, get(health))
        .layer(DefaultBodyLimit::max(JSON_BYTES_MAX))
        .method_not_allowed_fallback(|| async {
            Refusal::of(StatusCode::METHOD_NOT_ALLOWED, "不支持该请求方法")
        })
        .fallback(|| async { (StatusCode::NOT_FOUND, "404 page not found\n") })
        .with_state(Arc::new(Installer::new(setting)))
}

/// An error as this API words it: `{"status", "code", "message"}`, the message in Chinese.
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
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let code = self.status.as_u16();
        let body = json!({ "status": code, "code": code, "message": self.message });
        reply::json(self.status, &body)
    }
}

impl From<BytesRejection> for Refusal {
    fn from(rejection: BytesRejection) -> Refusal {
        let message = match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => "请求体过大",
            _ => "读取请求体失败",
        };
        Refusal::of(rejection.status(), message)
    }
}

impl From<PathRejection> for Refusal {
    fn from(_: PathRejection) -> Refusal {
        Refusal::bad_request("路径参数 release-name 不是有效的 UTF-8 文本")
    }
}

async fn upload_image(
    State(installer): State<Arc<Installer>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Refusal> {
    let body = body?;
    request::is_raw(&headers, &body)?;
    let images = image::references(&body)?;
    Ok(Json(installer.relocate(images)))
}

async fn upload_chart(
    State(installer): State<Arc<Installer>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Refusal> {
    let body = body?;
    request::is_raw(&headers, &body)?;
    let chart = chart::parse(&body)?;
    Ok(Json(installer.describe(chart)))
}

async fn install_release(
    State(installer): State<Arc<Installer>>,
    path: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Json<Value>, Refusal> {
    let Path(name) = path?;
    let place = request::place(name, query.as_deref())?;
    let set_registry = request::set_registry(query.as_deref())?;
    let order = request::order(&headers, &body?, installer.required_fields())?;
    let values = installer.install(place, order, set_registry)?;
    Ok(Json(json!({ "values": values })))
}

async fn delete_release(
    State(installer): State<Arc<Installer>>,
    path: Result<Path<String>, PathRejection>,
    RawQuery(query): RawQuery,
) -> Result<Json<Value>, Refusal> {
    let Path(name) = path?;
    let values = installer.delete(request::place(name, query.as_deref())?)?;
    Ok(Json(json!({ "values": values })))
}

async fn health() -> Json<Value> {
    Json(json!({ "status": "ok" }))
}

#[cfg(test)]
mod tests;
