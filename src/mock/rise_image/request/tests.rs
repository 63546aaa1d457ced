//! Bodies that are read, and bodies that are refused.

use axum::http::HeaderValue;
use axum::http::header::CONTENT_TYPE;
use serde_json::json;

use super::*;

fn headers() -> HeaderMap {
    HeaderMap::from_iter([(CONTENT_TYPE, HeaderValue::from_static(reply::JSON))])
}

fn asked() -> Asked {
    Asked {
        namespace: "default".to_owned(),
        name: String::new(),
    }
}

fn secret() -> Value {
    json!({
        "apiVersion": API_VERSION,
        "kind": "RegistrySecret",
        "metadata": { "name": "harbor-prod", "namespace": "default" },
        "spec": { "domain": "a", "username": "b", "password": "c", "provider": "aliyun" },
    })
}

fn image() -> Value {
    json!({
        "apiVersion": API_VERSION,
        "kind": "Repository",
        "metadata": { "name": "nginx", "namespace": "default", "annotations": { "a": "b" } },
        "spec": {
            "repository": "library/nginx",
            "tag": "latest",
            "registryRef": { "name": "harbor-prod", "namespace": "other" },
        },
    })
}

/// The same object with another value at a place; null is as good as none.
fn with(object: Value, place: &str, value: Value) -> Value {
    let (parent, name) = place.rsplit_once('/').unwrap();
    let mut object = object;
    object.pointer_mut(parent).unwrap()[name] = value;
    object
}

fn read_secret(body: &Value, leniency: Leniency) -> Result<(Head, RegistrySecretOrder), Refusal> {
    registry_secret(&headers(), body.to_string().as_bytes(), &asked(), leniency)
}

fn read_image(body: &Value) -> Result<(Head, RepositoryOrder), Refusal> {
    let text = body.to_string();
    repository(&headers(), text.as_bytes(), &asked(), Leniency::Strict)
}

#[test]
fn a_registry_secret_is_read() {
    let (head, order) = read_secret(&secret(), Leniency::Strict).unwrap();
    assert_eq!(
        (head.namespace.as_str(), head.name.as_str()),
        ("default", "harbor-prod")
    );
    assert!(head.annotations.is_empty());
    let told = [order.domain, order.username, order.password, order.provider];
    assert_eq!(told, ["a", "b", "c", "aliyun"]);
}

#[test]
fn a_repository_is_read_with_its_defaults() {
    let (head, order) = read_image(&image()).unwrap();
    assert_eq!(head.annotations["a"], "b");
    let told = [
        &order.repository,
        &order.tag,
        &order.registry_namespace,
        &order.registry_name,
    ];
    assert_eq!(told, ["library/nginx", "latest", "other", "harbor-prod"]);
    assert_eq!(
        (
            order.interval.as_str(),
            order.timeout.as_str(),
            order.retries
        ),
        ("1h", "10m", 3)
    );
    let full = with(image(), "/spec/syncInterval", json!("2h"));
    let full = with(full, "/spec/syncTimeout", json!("5s"));
    let (_, order) = read_image(&with(full, "/spec/retryCount", json!(0))).unwrap();
    assert_eq!(
        (
            order.interval.as_str(),
            order.timeout.as_str(),
            order.retries
        ),
        ("2h", "5s", 0)
    );
}

#[test]
fn what_is_required_must_be_there_and_right() {
    for (place, wrong) in [
        ("/apiVersion", json!("v1")),
        ("/kind", json!("Repository")),
        ("/metadata", json!([])),
        ("/metadata/name", json!("Bad")),
        ("/metadata/namespace", json!("other")),
        ("/spec", json!("text")),
        ("/spec/domain", json!("https://a")),
        ("/spec/username", json!("")),
        ("/spec/password", json!(1)),
        ("/spec/provider", json!("quay")),
    ] {
        for value in [Value::Null, wrong] {
            let body = with(secret(), place, value);
            let refusal = read_secret(&body, Leniency::Strict).unwrap_err();
            assert_eq!(refusal.status, 400, "{body}");
            assert_eq!(refusal.about.unwrap().0, Kind::RegistrySecret, "{body}");
        }
    }
    for (place, wrong) in [
        ("/spec/repository", json!("a:1")),
        ("/spec/tag", json!("a:1")),
        ("/spec/registryRef", json!("harbor-prod")),
        ("/spec/registryRef/name", json!("Bad")),
        ("/spec/registryRef/namespace", json!("a.b")),
    ] {
        for value in [Value::Null, wrong] {
            let body = with(image(), place, value);
            assert!(read_image(&body).is_err(), "{body}");
        }
    }
}

#[test]
fn what_may_be_left_out_must_be_right_when_it_is_there() {
    for (place, wrong) in [
        ("/metadata/annotations", json!([])),
        ("/metadata/annotations/a", json!(1)),
        ("/spec/syncInterval", json!("1")),
        ("/spec/syncInterval", json!(3600)),
        ("/spec/syncTimeout", json!("")),
        ("/spec/retryCount", json!(-1)),
        ("/spec/retryCount", json!("3")),
        ("/spec/retryCount", json!(1.5)),
        ("/spec/retryCount", json!(RETRIES_MAX + 1)),
    ] {
        let body = with(image(), place, wrong);
        assert_eq!(read_image(&body).unwrap_err().reason, "Invalid", "{body}");
    }
    assert!(read_image(&with(image(), "/metadata/annotations", Value::Null)).is_ok());
    assert!(read_image(&with(image(), "/spec/retryCount", json!(RETRIES_MAX))).is_ok());
    let (_, order) = read_image(&with(image(), "/spec/retryCount", json!(2.0))).unwrap();
    assert_eq!(order.retries, 2);
}

#[test]
fn a_refusal_names_the_resource_when_it_can() {
    let refusal = read_secret(
        &with(secret(), "/spec/domain", Value::Null),
        Leniency::Strict,
    );
    let about = refusal.unwrap_err().about.unwrap();
    assert_eq!(
        about,
        (Kind::RegistrySecret, Some("harbor-prod".to_owned()))
    );
    let refusal = read_image(&with(image(), "/metadata/name", json!(1))).unwrap_err();
    assert_eq!(refusal.about.unwrap(), (Kind::Repository, None));
}

#[test]
fn a_password_is_not_told_even_when_it_is_refused() {
    let body = with(secret(), "/spec/password", json!(12345));
    let refusal = read_secret(&body, Leniency::Strict).unwrap_err();
    assert!(refusal.message.contains("spec.password"), "{refusal:?}");
    let body = br#"{"domain":"a","username":"b","password":12345}"#;
    let other = credentials(&headers(), body, &asked()).unwrap_err();
    for told in [refusal.message, other.message] {
        assert!(!told.contains("12345"), "{told}");
    }
}

#[test]
fn what_is_no_json_object_is_refused() {
    for body in ["", "[]", "null", "\"text\"", "{", "{} {}"] {
        let refusal = credentials(&headers(), body.as_bytes(), &asked()).unwrap_err();
        assert_eq!(refusal.reason, "BadRequest", "{body}");
    }
    let refusal = credentials(&HeaderMap::new(), b"{}", &asked()).unwrap_err();
    assert_eq!(refusal.status, 400);
}

#[test]
fn credentials_are_all_or_none() {
    let read = |body: &str| credentials(&headers(), body.as_bytes(), &asked());
    assert!(read("{}").unwrap().is_none());
    assert!(read(r#"{"domain":null,"other":1}"#).unwrap().is_none());
    let all = read(r#"{"domain":"a","username":"b","password":"c"}"#)
        .unwrap()
        .unwrap();
    assert_eq!([all.domain, all.username, all.password], ["a", "b", "c"]);
    for body in [
        r#"{"domain":"a"}"#,
        r#"{"domain":"a","username":"b"}"#,
        r#"{"username":"b","password":"c"}"#,
        r#"{"domain":"a/b","username":"b","password":"c"}"#,
        r#"{"domain":"a","username":"","password":"c"}"#,
    ] {
        assert_eq!(read(body).unwrap_err().reason, "Invalid", "{body}");
    }
}

#[test]
fn the_annotations_of_the_platform_are_dropped() {
    let sent = json!({ "theriseunion.io/domain": "x", "theriseunion.io/description": "d",
        "theriseunion.io/team": "t" });
    let body = with(secret(), "/metadata/annotations", sent.clone());
    let (head, _) = read_secret(&body, Leniency::Strict).unwrap();
    let kept = json!({ "theriseunion.io/description": "d", "theriseunion.io/team": "t" });
    assert_eq!(Value::Object(head.annotations), kept);
    let body = with(image(), "/metadata/annotations", sent.clone());
    let (head, _) = read_image(&body).unwrap();
    assert_eq!(Value::Object(head.annotations), sent);
}

#[test]
fn leniency_suspends_one_rule_each() {
    let body = with(secret(), "/spec/provider", Value::Null);
    assert!(read_secret(&body, Leniency::MissingInput).is_ok());
    assert!(
        read_secret(
            &with(secret(), "/metadata/name", json!("Bad")),
            Leniency::AnyName
        )
        .is_ok()
    );
    let body = with(secret(), "/metadata/namespace", json!("other"));
    let (head, _) = read_secret(&body, Leniency::AnyNamespace).unwrap();
    assert_eq!(head.namespace, "default");
    let sent = json!({ "theriseunion.io/domain": "x" });
    let body = with(secret(), "/metadata/annotations", sent);
    let (head, _) = read_secret(&body, Leniency::ReadOnly).unwrap();
    assert_eq!(head.annotations.len(), 1);
}
