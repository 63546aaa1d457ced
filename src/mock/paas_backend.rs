//! The mock of paas-backend: users, their images, and what they run in a Kubernetes cluster.
//!
//! Source: the API's document. It does not describe the answers; that every outcome is a 200 whose `message` says
//! how it went is known from the API itself. What neither says is decided here:
//!
//! - Success is `successful!` on every route; how each failure is worded stands in `refusal`.
//! - A field that is empty is a missing one; of a field that comes twice the first counts; what is no
//!   form is a form without fields.
//! - Of several things that are wrong the first of these is reported: fields, user, file, names, content,
//!   what is there or not there.
//! - Only what is registered may do something, though without its password.
//! - A tag is copied, as `docker tag` does it, and never taken from another image.
//! - A zip archive has its `Dockerfile` at the top, and that begins with `FROM`, but for `ARG`.
//! - A manifest is one YAML document with what Kubernetes demands of a deployment or a service. What
//!   could not be answered is refused, too: a selector of more than labels, a service without ports.
//! - Images are listed by id, everything else by name.
//! - A body above the limit is 413, another method than those documented 405, an unknown path 404,
//!   and more than the mock can hold, or look through, 500, each a page as the framework has it.
//!
//! It builds no images and runs no pods.

mod cluster;
mod deployments;
mod dockerfile;
mod faults;
mod manifest;
mod names;
mod refusal;
mod request;
mod services;
mod state;

use std::sync::Arc;

use axum::Router;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::StatusCode;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Map, Value};

use super::{Mock, Setting, Transport};
use refusal::Refusal;
use request::Form;
use state::Platform;

/// The mock of paas-backend.
pub(super) const MOCK: Mock = Mock {
    id: "paas-backend",
    summary: "Builds images of users, and runs deployments and services in their namespaces",
    faults: faults::FAULTS,
    identities: &[],
    transport: Transport::Plain,
    routes,
};

/// The largest form with an archive, in bytes.
const UPLOAD_BYTES_MAX: usize = 64 * 1024 * 1024;
/// The largest other form, in bytes.
const FORM_BYTES_MAX: usize = 1024 * 1024;

const REGISTER: &str = "/user/register";
const LOGIN: &str = "/user/login";
const UPLOAD_IMAGE: &str = "/image/upload_image";
const LIST_REPOS: &str = "/image/list_all_my_repo";
const LIST_IMAGES: &str = "/image/list_all_my_images";
const TAG_IMAGE: &str = "/images/tag_image";
const DELETE_IMAGE: &str = "/images/delete_image";
const LIST_NODES: &str = "/deploy/list_all_nodes";
const CREATE_NAMESPACE: &str = "/deploy/create_namespace";
const LIST_NAMESPACES: &str = "/deploy/list_all_my_namespace";
const DELETE_NAMESPACE: &str = "/deploy/delete_namespace";
const CREATE_DEPLOYMENT: &str = "/deploy/create_deployment";
const LIST_PODS: &str = "/deploy/list_all_pods";
const LIST_DEPLOYMENTS: &str = "/deploy/list_all_developments";
const UPDATE_DEPLOYMENT: &str = "/deploy/update_deployment";
const DELETE_DEPLOYMENT: &str = "/deploy/delete_deployment";
const CREATE_SERVICE: &str = "/deploy/create_service";
const UPDATE_SERVICE: &str = "/deploy/update_service";
const DELETE_SERVICE: &str = "/deploy/delete_service";

/// What an answer has beside its status code and message.
type Extra = Map<String, Value>;
/// What a route does with a form.
type Action = fn(&Platform, &Form) -> Result<Extra, Refusal>;

/// The routes that take a form.
const ACTIONS: &[(&str, Action)] = &[
    (REGISTER, |platform, form| {
        let [user, password] = form.credentials(platform.is_lenient())?;
        platform.register(user, password)
    }),
    (LOGIN, |platform, form| {
        let [user, password] = form.credentials(false)?;
        platform.log_in(user, password)
    }),
    (UPLOAD_IMAGE, |platform, form| {
        let [user, repo, tag] = form.fields(["username", "repo", "tag"])?;
        platform.upload_image(user, (repo, tag), form.file())
    }),
    (LIST_REPOS, |platform, form| {
        let [user] = form.fields(["username"])?;
        platform.repos(user)
    }),
    (LIST_IMAGES, |platform, form| {
        let [user, repo] = form.fields(["username", "repo"])?;
        platform.images(user, repo)
    }),
    (TAG_IMAGE, |platform, form| {
        let [user, old_repo, old_tag, new_repo, new_tag] =
            form.fields(["username", "oldrepo", "oldtag", "newrepo", "newtag"])?;
        platform.tag_image(user, (old_repo, old_tag), (new_repo, new_tag))
    }),
    (DELETE_IMAGE, |platform, form| {
        let [user, repo, tag] = form.fields(["username", "repo", "tag"])?;
        platform.delete_image(user, (repo, tag))
    }),
    (CREATE_NAMESPACE, |platform, form| {
        let [user, namespace] = form.fields(["username", "namespace"])?;
        platform.create_namespace(user, namespace)
    }),
    (LIST_NAMESPACES, |platform, form| {
        let [user] = form.fields(["username"])?;
        platform.namespaces(user)
    }),
    (DELETE_NAMESPACE, |platform, form| {
        let [user, namespace] = form.fields(["username", "namespace"])?;
        platform.delete_namespace(user, namespace)
    }),
    (CREATE_DEPLOYMENT, |platform, form| {
        let [user] = form.fields(["username"])?;
        platform.create_deployment(user, form.file())
    }),
    (LIST_PODS, |platform, form| {
        let [user, namespace] = form.fields(["username", "namespace"])?;
        platform.pods(user, namespace)
    }),
    (LIST_DEPLOYMENTS, |platform, form| {
        let [user, namespace] = form.fields(["username", "namespace"])?;
        platform.deployments(user, namespace)
    }),
    (UPDATE_DEPLOYMENT, |platform, form| {
        let [user] = form.fields(["username"])?;
        platform.update_deployment(user, form.file())
    }),
    (DELETE_DEPLOYMENT, |platform, form| {
        let [user, namespace, name] = form.fields(["username", "namespace", "deployment"])?;
        platform.delete_deployment(user, namespace, name)
    }),
    (CREATE_SERVICE, |platform, form| {
        let [user] = form.fields(["username"])?;
        platform.create_service(user, form.file())
    }),
    (UPDATE_SERVICE, |platform, form| {
        let [user] = form.fields(["username"])?;
        platform.update_service(user, form.file())
    }),
    (DELETE_SERVICE, |platform, form| {
        let [user, namespace, name] = form.fields(["username", "namespace", "service"])?;
        platform.delete_service(user, namespace, name)
    }),
];

fn routes(setting: Setting) -> Router {
    let mut router = Router::new().route(LIST_NODES, get(list_nodes));
    for &(path, action) in ACTIONS {
        let answer = move |State(platform): State<Arc<Platform>>, form: Form| async move {
            let outcome = action(&platform, &form);
            platform.answer(path, outcome)
        };
        let bytes_max = if path == UPLOAD_IMAGE {
            UPLOAD_BYTES_MAX
        } else {
            FORM_BYTES_MAX
        };
        router = router.route(path, post(answer).layer(DefaultBodyLimit::max(bytes_max)));
    }
    router
        .method_not_allowed_fallback(|| async { Refusal::Page(StatusCode::METHOD_NOT_ALLOWED) })
        .fallback(|| async { Refusal::Page(StatusCode::NOT_FOUND) })
        .with_state(Arc::new(Platform::new(setting)))
}

async fn list_nodes(State(platform): State<Arc<Platform>>) -> Response {
    platform.answer(LIST_NODES, Ok(cluster::nodes()))
}

/// An extra of one member.
fn extra(name: &str, value: Value) -> Extra {
    Extra::from_iter([(name.to_owned(), value)])
}

#[cfg(test)]
mod tests;
