//! How paas-backend says no: with status 200 and a message, all of which stand here.

use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::json;

use crate::mock::reply;

/// Why a request does not get what it asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Refusal {
    /// The API says so, with status 200.
    Told(&'static str),
    /// The framework says so, with a page of this status.
    Page(StatusCode),
}

/// What the API calls success.
pub(super) const SUCCESSFUL: &str = "successful!";

pub(super) const CREDENTIALS_EMPTY: Refusal = Refusal::Told("用户名或密码不能为空");
pub(super) const USER_NAME_INVALID: Refusal = Refusal::Told("用户名不符合规范");
pub(super) const USER_NAME_TAKEN: Refusal = Refusal::Told("用户名已存在");
pub(super) const LOGIN_FAILED: Refusal = Refusal::Told("用户名不存在或密码错误");
pub(super) const FIELD_EMPTY: Refusal = Refusal::Told("参数不能为空");
pub(super) const USER_UNKNOWN: Refusal = Refusal::Told("用户不存在");
pub(super) const NO_ZIP: Refusal = Refusal::Told("请上传zip文件");
pub(super) const COLON_IN_NAME: Refusal = Refusal::Told("repo和tag不能包含冒号");
pub(super) const IMAGE_NAME_INVALID: Refusal = Refusal::Told("repo或tag不符合规范");
pub(super) const NO_DOCKERFILE: Refusal = Refusal::Told("zip文件中没有Dockerfile");
pub(super) const BUILD_FAILED: Refusal = Refusal::Told("镜像构建失败");
pub(super) const TAG_TAKEN: Refusal = Refusal::Told("tag已存在");
pub(super) const IMAGE_UNKNOWN: Refusal = Refusal::Told("镜像不存在");
pub(super) const NAMESPACE_INVALID: Refusal = Refusal::Told("namespace名称不符合规范");
pub(super) const NAMESPACE_EXISTS: Refusal = Refusal::Told("namespace已存在");
pub(super) const NAMESPACE_UNKNOWN: Refusal = Refusal::Told("namespace不存在");
pub(super) const NO_MANIFEST: Refusal = Refusal::Told("请上传yaml文件");
pub(super) const MANIFEST_INVALID: Refusal = Refusal::Told("yaml文件内容不正确");
pub(super) const DEPLOYMENT_EXISTS: Refusal = Refusal::Told("deployment已存在");
pub(super) const DEPLOYMENT_UNKNOWN: Refusal = Refusal::Told("deployment不存在");
pub(super) const SELECTOR_CHANGED: Refusal = Refusal::Told("deployment的selector不能修改");
pub(super) const SERVICE_EXISTS: Refusal = Refusal::Told("service已存在");
pub(super) const SERVICE_UNKNOWN: Refusal = Refusal::Told("service不存在");
pub(super) const NODE_PORT_TAKEN: Refusal = Refusal::Told("nodePort已被占用");

/// No more fits into the mock.
pub(super) const FULL: Refusal = Refusal::Page(StatusCode::INTERNAL_SERVER_ERROR);

impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        match self {
            Refusal::Told(message) => {
                let body = json!({ "statusCode": "200", "message": message });
                reply::json(StatusCode::OK, &body)
            }
            Refusal::Page(status) => {
                let reason = status.canonical_reason().unwrap_or_default();
                let page = format!(
                    "<!doctype html>\n<html lang=en>\n<title>{} {reason}</title>\n<h1>{reason}</h1>\n",
                    status.as_u16()
                );
                reply::typed(status, "text/html; charset=utf-8", page)
            }
        }
    }
}
