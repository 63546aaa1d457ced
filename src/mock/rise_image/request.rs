//! What rise-image reads from a request, and refuses.

use std::sync::Arc;

use axum::extract::{FromRequestParts, MatchedPath, Path};
use axum::http::HeaderMap;
use axum::http::request::Parts;
use serde_json::{Map, Value};

use super::resource::{Kind, RegistrySecret, Repository, Resource, is_of_platform};
use super::state::Platform;
use super::{API_VERSION, Refusal, names};
use crate::mock::{number, reply};

/// The namespace that stands for all of them.
const ALL_NAMESPACES: &str = "_all_";
/// How many items a page has when nothing is said.
const LIMIT_DEFAULT: u64 = 10;
/// The most tries of a synchronisation that can be asked for.
const RETRIES_MAX: u64 = 2_147_483_647;
const RETRIES_DEFAULT: u64 = 3;
const INTERVAL_DEFAULT: &str = "1h";
const TIMEOUT_DEFAULT: &str = "10m";
/// The member that is shown nowhere.
const PASSWORD: &str = "password";
const PROVIDERS: [&str; 4] = ["harbor", "dockerhub", "aliyun", "other"];

/// The rule that a fault suspends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Leniency {
    /// None: the mock keeps to its document.
    Strict,
    /// The `provider` of a registry secret may be missing.
    MissingInput,
    /// Any text is a name.
    AnyName,
    /// The namespace of a body may be another one than that of the path.
    AnyNamespace,
    /// What only the platform writes is taken from the client.
    ReadOnly,
}

/// A request for one resource, or for the namespace that one is to be created in: from somebody who
/// may make it.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) namespace: String,
    /// Empty where the path has none.
    pub(super) name: String,
}

/// A request for a list.
#[derive(Debug)]
pub(super) struct AskedList {
    /// None for all of them.
    pub(super) namespace: Option<String>,
    /// What the names have in them.
    pub(super) part: String,
    pub(super) page: u64,
    pub(super) limit: u64,
}

/// Who a new resource is.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) annotations: Map<String, Value>,
}

/// A registry secret to be created.
#[derive(Debug)]
pub(super) struct RegistrySecretOrder {
    pub(super) domain: String,
    pub(super) username: String,
    pub(super) password: String,
    pub(super) provider: String,
}

/// A repository to be created.
#[derive(Debug)]
pub(super) struct RepositoryOrder {
    pub(super) repository: String,
    pub(super) tag: String,
    pub(super) registry_namespace: String,
    pub(super) registry_name: String,
    pub(super) interval: String,
    pub(super) timeout: String,
    pub(super) retries: u64,
}

/// Credentials to be tried instead of the stored ones.
#[derive(Debug)]
pub(super) struct Credentials {
    pub(super) domain: String,
    pub(super) username: String,
    pub(super) password: String,
}

impl FromRequestParts<Arc<Platform>> for Asked {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<Asked, Refusal> {
        let (kind, parameters) = admitted(parts, platform).await?;
        let mut asked = Asked {
            namespace: String::new(),
            name: String::new(),
        };
        for (parameter, value) in parameters {
            let is_namespace = parameter == "namespace";
            let is_right = if is_namespace {
                names::is_namespace(&value) || (value == ALL_NAMESPACES && platform.takes_all())
            } else {
                names::is_name(&value)
            };
            if !is_right {
                let message = format!("路径参数 {parameter} 无效：{value:?}");
                return Err(Refusal::bad_request(message).about(kind, None));
            }
            if is_namespace {
                asked.namespace = value;
            } else {
                asked.name = value;
            }
        }
        Ok(asked)
    }
}

impl FromRequestParts<Arc<Platform>> for AskedList {
    type Rejection = Refusal;

    async fn from_request_parts(
        parts: &mut Parts,
        platform: &Arc<Platform>,
    ) -> Result<AskedList, Refusal> {
        let (kind, parameters) = admitted(parts, platform).await?;
        let query = parts.uri.query();
        let filter = match kind {
            Kind::RegistrySecret => "search",
            Kind::Repository => "name",
        };
        let namespace = parameters.into_iter().next().map(|(_, value)| value);
        let namespace = namespace.filter(|value| value != ALL_NAMESPACES);
        if let Some(wrong) = namespace.as_deref().filter(|it| !names::is_namespace(it)) {
            let message = format!("路径参数 namespace 无效：{wrong:?}");
            return Err(Refusal::bad_request(message).about(kind, None));
        }
        let number =
            |name, usual| positive(query, name, usual).map_err(|refusal| refusal.about(kind, None));
        Ok(AskedList {
            namespace,
            part: reply::query_value(query, filter).unwrap_or_default(),
            page: number("page", 1)?,
            limit: number("limit", LIMIT_DEFAULT)?,
        })
    }
}

/// The kind and the path parameters of a request, when who makes it may.
async fn admitted(
    parts: &mut Parts,
    platform: &Arc<Platform>,
) -> Result<(Kind, Vec<(String, String)>), Refusal> {
    let path = parts.extensions.get::<MatchedPath>();
    let is_repository = path.is_some_and(|path| path.as_str().contains("/repositories"));
    let kind = if is_repository {
        Repository::KIND
    } else {
        RegistrySecret::KIND
    };
    platform.admit(&parts.headers, &parts.method, kind)?;
    let Path(parameters) = Path::<Vec<(String, String)>>::from_request_parts(parts, platform)
        .await
        .map_err(|rejection| Refusal::from(rejection).about(kind, None))?;
    Ok((kind, parameters))
}

/// A query parameter that is a whole number from 1.
fn positive(query: Option<&str>, name: &str, usual: u64) -> Result<u64, Refusal> {
    let Some(text) = reply::query_value(query, name) else {
        return Ok(usual);
    };
    let is_plain = text.bytes().all(|byte| byte.is_ascii_digit());
    let number = text.parse().ok().filter(|number| is_plain && *number > 0);
    number.ok_or_else(|| Refusal::bad_request(format!("查询参数 {name} 无效：{text:?}")))
}

/// The registry secret to be created.
///
/// # Errors
/// When the body is not as the document says.
pub(super) fn registry_secret(
    headers: &HeaderMap,
    bytes: &[u8],
    asked: &Asked,
    leniency: Leniency,
) -> Result<(Head, RegistrySecretOrder), Refusal> {
    let body = Body::read(headers, bytes, RegistrySecret::KIND, leniency)?;
    body.about(|| {
        let head = body.head(asked)?;
        let provider = match body.text("spec.provider", is_provider)? {
            None if leniency == Leniency::MissingInput => PROVIDERS[0].to_owned(),
            None => return Err(missing("spec.provider")),
            Some(provider) => provider,
        };
        let order = RegistrySecretOrder {
            domain: body.required("spec.domain", names::is_domain)?,
            username: body.required("spec.username", is_something)?,
            password: body.required(&format!("spec.{PASSWORD}"), is_something)?,
            provider,
        };
        Ok((head, order))
    })
}

/// The repository to be created.
///
/// # Errors
/// When the body is not as the document says.
pub(super) fn repository(
    headers: &HeaderMap,
    bytes: &[u8],
    asked: &Asked,
    leniency: Leniency,
) -> Result<(Head, RepositoryOrder), Refusal> {
    let body = Body::read(headers, bytes, Repository::KIND, leniency)?;
    body.about(|| {
        let head = body.head(asked)?;
        let duration = |place, usual: &str| {
            let text = body.text(place, names::is_duration)?;
            Ok::<_, Refusal>(text.unwrap_or_else(|| usual.to_owned()))
        };
        let order = RepositoryOrder {
            repository: body.required("spec.repository", names::is_image)?,
            tag: body.required("spec.tag", names::is_tag)?,
            registry_name: body.required("spec.registryRef.name", names::is_name)?,
            registry_namespace: body.required("spec.registryRef.namespace", names::is_namespace)?,
            interval: duration("spec.syncInterval", INTERVAL_DEFAULT)?,
            timeout: duration("spec.syncTimeout", TIMEOUT_DEFAULT)?,
            retries: body.retries()?,
        };
        Ok((head, order))
    })
}

/// The credentials to be tried; none when the stored ones are.
///
/// # Errors
/// When the body is not as the document says, or has some of them and not all.
pub(super) fn credentials(
    headers: &HeaderMap,
    bytes: &[u8],
    asked: &Asked,
) -> Result<Option<Credentials>, Refusal> {
    let about = |refusal: Refusal| refusal.about(RegistrySecret::KIND, Some(&asked.name));
    let body = Body {
        value: object(headers, bytes).map_err(about)?,
        kind: RegistrySecret::KIND,
        leniency: Leniency::Strict,
    };
    let read = || {
        let domain = body.text("domain", names::is_domain)?;
        let username = body.text("username", is_something)?;
        let password = body.text(PASSWORD, is_something)?;
        match (domain, username, password) {
            (None, None, None) => Ok(None),
            (Some(domain), Some(username), Some(password)) => Ok(Some(Credentials {
                domain,
                username,
                password,
            })),
            _ => {
                let message = "domain、username、password 必须同时提供";
                Err(Refusal::invalid(message))
            }
        }
    };
    read().map_err(about)
}

fn is_something(text: &str) -> bool {
    !text.is_empty()
}

fn is_provider(text: &str) -> bool {
    PROVIDERS.contains(&text)
}

fn missing(place: &str) -> Refusal {
    Refusal::invalid(format!("{place} 为必填项"))
}

/// A JSON object.
fn object(headers: &HeaderMap, bytes: &[u8]) -> Result<Value, Refusal> {
    if !reply::is_of_type(headers, reply::JSON) {
        let message = "Content-Type 必须是 application/json";
        return Err(Refusal::bad_request(message));
    }
    match serde_json::from_slice(bytes) {
        Ok(value @ Value::Object(_)) => Ok(value),
        Ok(_) => Err(Refusal::bad_request("请求体必须是 JSON 对象")),
        Err(error) => Err(Refusal::bad_request(format!(
            "请求体不是有效的 JSON：{error}"
        ))),
    }
}

/// A body; its places are named as in `spec.registryRef.name`.
struct Body {
    value: Value,
    kind: Kind,
    leniency: Leniency,
}

impl Body {
    /// A body that says of itself that it is of this kind.
    fn read(
        headers: &HeaderMap,
        bytes: &[u8],
        kind: Kind,
        leniency: Leniency,
    ) -> Result<Body, Refusal> {
        let value = object(headers, bytes).map_err(|refusal| refusal.about(kind, None))?;
        let body = Body {
            value,
            kind,
            leniency,
        };
        body.about(|| {
            for (place, expected) in [("apiVersion", API_VERSION), ("kind", kind.name())] {
                let said = body.required(place, is_something)?;
                if said != expected {
                    let message = format!("{place} 必须是 {expected}，而不是 {said:?}");
                    return Err(Refusal::bad_request(message));
                }
            }
            Ok(())
        })?;
        Ok(body)
    }

    /// Reads something; a refusal is about this body's resource.
    fn about<T>(&self, read: impl FnOnce() -> Result<T, Refusal>) -> Result<T, Refusal> {
        let name = self.at("metadata.name").and_then(Value::as_str);
        read().map_err(|refusal| refusal.about(self.kind, name))
    }

    /// The value at a place; null is as good as none.
    fn at(&self, place: &str) -> Option<&Value> {
        place
            .split('.')
            .try_fold(&self.value, |value, name| value.get(name))
            .filter(|value| !value.is_null())
    }

    fn text(&self, place: &str, is_right: fn(&str) -> bool) -> Result<Option<String>, Refusal> {
        match self.at(place) {
            None => Ok(None),
            Some(Value::String(text)) if is_right(text) => Ok(Some(text.clone())),
            // A password comes out nowhere, even a wrong one.
            Some(_) if place.ends_with(PASSWORD) => {
                Err(Refusal::invalid(format!("{place} 的值无效")))
            }
            Some(wrong) => Err(Refusal::invalid(format!("{place} 的值无效：{wrong}"))),
        }
    }

    fn required(&self, place: &str, is_right: fn(&str) -> bool) -> Result<String, Refusal> {
        self.text(place, is_right)?.ok_or_else(|| missing(place))
    }

    fn retries(&self) -> Result<u64, Refusal> {
        let place = "spec.retryCount";
        match self.at(place) {
            None => Ok(RETRIES_DEFAULT),
            Some(value) => value
                .as_number()
                .and_then(number::whole)
                .and_then(|count| u64::try_from(count).ok())
                .filter(|count| *count <= RETRIES_MAX)
                .ok_or_else(|| Refusal::invalid(format!("{place} 的值无效：{value}"))),
        }
    }

    fn head(&self, asked: &Asked) -> Result<Head, Refusal> {
        let is_name = match self.leniency {
            Leniency::AnyName => |_: &str| true,
            _ => names::is_name,
        };
        let name = self.required("metadata.name", is_name)?;
        let namespace = self.required("metadata.namespace", is_something)?;
        if namespace != asked.namespace && self.leniency != Leniency::AnyNamespace {
            let message = format!(
                "metadata.namespace {namespace:?} 与路径中的命名空间 {:?} 不一致",
                asked.namespace
            );
            return Err(Refusal::bad_request(message));
        }
        Ok(Head {
            namespace: asked.namespace.clone(),
            name,
            annotations: self.annotations()?,
        })
    }

    /// The annotations that a client may write.
    fn annotations(&self) -> Result<Map<String, Value>, Refusal> {
        let place = "metadata.annotations";
        let Some(value) = self.at(place) else {
            return Ok(Map::new());
        };
        let wrong = || Refusal::invalid(format!("{place} 的值无效：必须是字符串的映射"));
        let sent = value.as_object().ok_or_else(wrong)?;
        if !sent.values().all(Value::is_string) {
            return Err(wrong());
        }
        let keeps_all = self.leniency == Leniency::ReadOnly;
        let kept = sent
            .iter()
            .filter(|(name, _)| keeps_all || !is_of_platform(self.kind, name))
            .map(|(name, value)| (name.clone(), value.clone()));
        Ok(kept.collect())
    }
}

#[cfg(test)]
mod tests;
