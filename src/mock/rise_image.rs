//! The mock of rise-image: registry secrets and repositories of a platform, each in a namespace.
//!
//! Source: the API's document. What it does not say is decided here:
//!
//! - A token is looked at first, then the rights of its owner, then the path, the body, and what is
//!   there. A path parameter that cannot be a name is 400, and so is `_all_` where no list is asked
//!   for.
//! - A namespace exists from its first use. Lists are in the order of namespaces and names; what is
//!   searched for is a part of the name.
//! - The media type of a body must be `application/json`, or it is refused with 400. A member that
//!   is null counts as missing; members that are not known are ignored, and so is what only the
//!   server writes. Annotations that are not known are kept.
//! - A registry whose domain ends in `.invalid` (RFC 2606) cannot be reached; every other one can.
//!   Its credentials are those of the registry secret, and no others.
//! - A synchronisation goes on by being asked for: each answer that shows a single repository is
//!   followed by one step, from empty to `Syncing` and from there to its end; a list moves nothing
//!   on. It ends as `Failed` when the registry secret is not there or its registry cannot be reached.
//! - What is known of an image follows from its path and tag.
//! - A body above the limit is 413, another method than those documented 405, an unknown path 404,
//!   all in the shape of all errors.
//!
//! It does not connect to registries.

mod access;
mod faults;
mod names;
mod registry;
mod request;
mod resource;
mod state;

use std::sync::Arc;

use axum::body::Bytes;
use axum::extract::rejection::{BytesRejection, PathRejection};
use axum::extract::{DefaultBodyLimit, State};
use axum::http::header::WWW_AUTHENTICATE;
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use axum::routing::{get, post};
use axum::{Json, Router};
use serde_json::{Map, Value, json};

use super::{Mock, Setting, Transport, reply};
use request::{Asked, AskedList};
use resource::{Kind, RegistrySecret, Repository};
use state::Platform;

/// The mock of rise-image.
pub(super) const MOCK: Mock = Mock {
    id: "rise-image",
    summary: "Keeps credentials of registries, and synchronises images from them",
    faults: faults::FAULTS,
    identities: access::IDENTITIES,
    transport: Transport::Plain,
    routes,
};

/// The largest body of a request, in bytes.
const JSON_BYTES_MAX: usize = 1024 * 1024;

/// The group and version of the API, which every object names.
const API_VERSION: &str = "image.theriseunion.io/v1alpha1";

const REGISTRY_SECRETS: &str =
    "/oapis/image.theriseunion.io/v1alpha1/namespaces/{namespace}/registry-secrets";
const REGISTRY_SECRET: &str =
    "/oapis/image.theriseunion.io/v1alpha1/namespaces/{namespace}/registry-secrets/{name}";
const VERIFY: &str =
    "/oapis/image.theriseunion.io/v1alpha1/namespaces/{namespace}/registry-secrets/{name}/verify";
const REPOSITORIES: &str =
    "/oapis/image.theriseunion.io/v1alpha1/namespaces/{namespace}/repositories";
const REPOSITORY: &str =
    "/oapis/image.theriseunion.io/v1alpha1/namespaces/{namespace}/repositories/{name}";
const SYNC: &str =
    "/oapis/image.theriseunion.io/v1alpha1/namespaces/{namespace}/repositories/{name}/sync";

fn routes(setting: Setting) -> Router {
    Router::new()
        .route(
            REGISTRY_SECRETS,
            get(list_registry_secrets).post(create_registry_secret),
        )
        .route(
            REGISTRY_SECRET,
            get(show_registry_secret).delete(delete_registry_secret),
        )
        .route(VERIFY, post(verify))
        .route(REPOSITORIES, get(list_repositories).post(create_repository))
        .route(REPOSITORY, get(show_repository).delete(delete_repository))
        .route(SYNC, post(sync))
        .layer(DefaultBodyLimit::max(JSON_BYTES_MAX))
        .method_not_allowed_fallback(|| async {
            Refusal::of(
                StatusCode::METHOD_NOT_ALLOWED,
                "MethodNotAllowed",
                "不支持该请求方法",
            )
        })
        .fallback(|| async { Refusal::of(StatusCode::NOT_FOUND, "NotFound", "路径不存在") })
        .with_state(Arc::new(Platform::new(setting)))
}

/// An error as this API words it: a `Status` object, the message in Chinese.
#[derive(Debug)]
struct Refusal {
    status: StatusCode,
    reason: &'static str,
    message: String,
    /// What it is about: the kind, and the name if there is one.
    about: Option<(Kind, Option<String>)>,
}

impl Refusal {
    fn of(status: StatusCode, reason: &'static str, message: impl Into<String>) -> Refusal {
        Refusal {
            status,
            reason,
            message: message.into(),
            about: None,
        }
    }

    /// The request cannot be read: 400.
    fn bad_request(message: impl Into<String>) -> Refusal {
        Refusal::of(StatusCode::BAD_REQUEST, "BadRequest", message)
    }

    /// A value is read, and not allowed: 400.
    fn invalid(message: impl Into<String>) -> Refusal {
        Refusal::of(StatusCode::BAD_REQUEST, "Invalid", message)
    }

    /// There is no such resource: 404.
    fn not_found(kind: Kind, name: &str) -> Refusal {
        let message = format!("资源不存在：{} {name:?}", kind.lower_case());
        Refusal::of(StatusCode::NOT_FOUND, "NotFound", message).about(kind, Some(name))
    }

    /// The platform cannot: 500.
    fn internal(message: impl Into<String>) -> Refusal {
        Refusal::of(StatusCode::INTERNAL_SERVER_ERROR, "InternalError", message)
    }

    /// The same, about that resource.
    fn about(mut self, kind: Kind, name: Option<&str>) -> Refusal {
        self.about = Some((kind, name.map(str::to_owned)));
        self
    }
}

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        let mut body = json!({
            "apiVersion": API_VERSION,
            "kind": "Status",
            "metadata": {},
            "status": "Failure",
            "message": self.message,
            "reason": self.reason,
        });
        if let Some((kind, name)) = self.about {
            let mut details = Map::new();
            details.extend(name.map(|name| ("name".to_owned(), Value::from(name))));
            details.insert("kind".to_owned(), Value::from(kind.lower_case()));
            body["details"] = Value::Object(details);
        }
        body["code"] = Value::from(self.status.as_u16());
        let mut response = reply::json(self.status, &body);
        if self.status == StatusCode::UNAUTHORIZED {
            // RFC 9110 §15.5.2 demands it.
            let scheme = HeaderValue::from_static("Bearer");
            response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
        }
        response
    }
}

impl From<BytesRejection> for Refusal {
    fn from(rejection: BytesRejection) -> Refusal {
        match rejection.status() {
            StatusCode::PAYLOAD_TOO_LARGE => Refusal::of(
                StatusCode::PAYLOAD_TOO_LARGE,
                "RequestEntityTooLarge",
                "请求体过大",
            ),
            _ => Refusal::bad_request("读取请求体失败"),
        }
    }
}

impl From<PathRejection> for Refusal {
    fn from(_: PathRejection) -> Refusal {
        Refusal::bad_request("路径参数不是有效的 UTF-8 文本")
    }
}

/// A body, unless it is too large or breaks off.
type Received = Result<Bytes, BytesRejection>;

/// An object, or why there is none.
type Answer = Result<Json<Value>, Refusal>;

async fn list_registry_secrets(
    State(platform): State<Arc<Platform>>,
    asked: AskedList,
) -> Json<Value> {
    Json(platform.list::<RegistrySecret>(&asked))
}

async fn create_registry_secret(
    State(platform): State<Arc<Platform>>,
    asked: Asked,
    headers: HeaderMap,
    body: Received,
) -> Result<Response, Refusal> {
    let order = request::registry_secret(&headers, &body?, &asked, platform.leniency())?;
    let created = platform.create_registry_secret(order)?;
    Ok(reply::json(StatusCode::CREATED, &created))
}

async fn show_registry_secret(State(platform): State<Arc<Platform>>, asked: Asked) -> Answer {
    Ok(Json(platform.show_registry_secret(&asked)?))
}

async fn delete_registry_secret(
    State(platform): State<Arc<Platform>>,
    asked: Asked,
) -> Result<StatusCode, Refusal> {
    platform.delete::<RegistrySecret>(&asked)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn verify(
    State(platform): State<Arc<Platform>>,
    asked: Asked,
    headers: HeaderMap,
    body: Received,
) -> Answer {
    let given = request::credentials(&headers, &body?, &asked)?;
    Ok(Json(platform.verify(&asked, given.as_ref())?))
}

async fn list_repositories(State(platform): State<Arc<Platform>>, asked: AskedList) -> Json<Value> {
    Json(platform.list::<Repository>(&asked))
}

async fn create_repository(
    State(platform): State<Arc<Platform>>,
    asked: Asked,
    headers: HeaderMap,
    body: Received,
) -> Result<Response, Refusal> {
    let order = request::repository(&headers, &body?, &asked, platform.leniency())?;
    let created = platform.create_repository(order)?;
    Ok(reply::json(StatusCode::CREATED, &created))
}

async fn show_repository(State(platform): State<Arc<Platform>>, asked: Asked) -> Answer {
    Ok(Json(platform.show_repository(&asked)?))
}

async fn delete_repository(
    State(platform): State<Arc<Platform>>,
    asked: Asked,
) -> Result<StatusCode, Refusal> {
    platform.delete::<Repository>(&asked)?;
    Ok(StatusCode::NO_CONTENT)
}

async fn sync(State(platform): State<Arc<Platform>>, asked: Asked) -> Answer {
    Ok(Json(platform.sync(&asked)?))
}

#[cfg(test)]
mod tests;
