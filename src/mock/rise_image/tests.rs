//! Plays the whole of rise-image, as its document says and with each fault.

mod lists;

use serde_json::json;

use super::*;
use crate::mock::Fault;
use crate::mock::tour::{Answered, Tour, assert_every_fault_shows};

const BASE: &str = "/oapis/image.theriseunion.io/v1alpha1/namespaces";

fn fresh() -> Tour {
    tour(None)
}

fn tour(fault: Option<&'static Fault>) -> Tour {
    coming_as(Tour::of(&MOCK, fault), access::TOKEN_OF_ALL)
}

fn coming_as(tour: Tour, token: &str) -> Tour {
    tour.carrying("authorization", &format!("Bearer {token}"))
}

fn secret(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": API_VERSION,
        "kind": "RegistrySecret",
        "metadata": { "name": name, "namespace": namespace },
        "spec": {
            "domain": "harbor.example.com",
            "username": "admin",
            "password": "Harbor12345",
            "provider": "harbor",
        },
    })
}

fn repository(namespace: &str, name: &str) -> Value {
    json!({
        "apiVersion": API_VERSION,
        "kind": "Repository",
        "metadata": { "name": name, "namespace": namespace },
        "spec": {
            "repository": "library/nginx",
            "tag": "latest",
            "registryRef": { "name": "harbor-prod", "namespace": "default" },
        },
    })
}

/// The same object with another value at a place.
fn with(mut object: Value, place: &str, value: Value) -> Value {
    *object.pointer_mut(place).unwrap() = value;
    object
}

async fn create(tour: &mut Tour, namespace: &str, object: &Value) -> Answered {
    let plural = match object["kind"].as_str() {
        Some("Repository") => "repositories",
        _ => "registry-secrets",
    };
    let operation = format!("POST {BASE}/{namespace}/{plural}");
    tour.tell(&operation, &object.to_string()).await
}

async fn ask(tour: &mut Tour, method: &str, path: &str) -> Answered {
    tour.ask(&format!("{method} {BASE}/{path}")).await
}

async fn verify(tour: &mut Tour, name: &str, body: &str) -> Answered {
    let operation = format!("POST {BASE}/default/registry-secrets/{name}/verify");
    tour.tell(&operation, body).await
}

fn assert_refused(answered: &Answered, status: u16, reason: &str) {
    let body = answered.json();
    assert_eq!(answered.code(), status, "{body}");
    assert_eq!(answered.header("content-type"), "application/json");
    assert_eq!(
        (&body["kind"], &body["status"], &body["code"]),
        (&json!("Status"), &json!("Failure"), &json!(status))
    );
    assert_eq!(body["reason"], reason, "{body}");
    assert!(!body["message"].as_str().unwrap().is_empty());
}

/// The names that a list has, and its total.
fn listed(answered: &Answered) -> (Vec<String>, u64) {
    let body = answered.json();
    let items = body["items"].as_array().unwrap().iter();
    let names = items.map(|item| {
        let meta = &item["metadata"];
        format!("{}/{}", meta["namespace"], meta["name"]).replace('"', "")
    });
    (names.collect(), body["totalItems"].as_u64().unwrap())
}

/// What follows `status.syncStatus` over so many answers.
async fn watch(tour: &mut Tour, path: &str, count: usize) -> Vec<String> {
    let mut seen = Vec::new();
    for _ in 0..count {
        let shown = ask(tour, "GET", path).await.json();
        seen.push(shown["status"]["syncStatus"].as_str().unwrap().to_owned());
    }
    seen
}

/// Everything once, and every refusal that a flow would try.
async fn play(fault: Option<&'static Fault>) -> Tour {
    let mut tour = tour(fault);
    let t = &mut tour;
    let mut claimed = secret("default", "harbor-prod");
    claimed["metadata"]["annotations"] = json!({ "theriseunion.io/verify-status": "success" });
    create(t, "default", &claimed).await;
    create(t, "default", &secret("default", "harbor-prod")).await;
    create(t, "_all_", &secret("_all_", "harbor-all")).await;
    create(t, "default", &secret("other", "harbor-other")).await;
    create(t, "default", &secret("default", "Bad_Name")).await;
    let without = with(secret("default", "less"), "/spec/provider", Value::Null);
    create(t, "default", &without).await;
    create(t, "other", &secret("other", "harbor-prod")).await;
    create(t, "other", &secret("other", "harbor-test")).await;
    ask(t, "GET", "default/registry-secrets/harbor-prod").await;
    verify(
        t,
        "harbor-prod",
        r#"{"domain":"a","username":"b","password":"c"}"#,
    )
    .await;
    verify(t, "harbor-prod", "{}").await;
    ask(t, "GET", "default/registry-secrets/harbor-prod").await;
    for list in ["default", "other", "_all_"] {
        ask(t, "GET", &format!("{list}/registry-secrets?search=prod")).await;
    }
    for name in ["nginx-1", "nginx-2", "nginx-3"] {
        create(t, "default", &repository("default", name)).await;
    }
    let untagged = with(repository("default", "no-tag"), "/spec/tag", Value::Null);
    create(t, "default", &untagged).await;
    for page in 1..=3 {
        let path = format!("default/repositories?limit=2&page={page}");
        ask(t, "GET", &path).await;
    }
    ask(t, "GET", "_all_/repositories").await;
    for method in ["GET", "GET", "GET", "POST", "GET", "GET"] {
        let end = if method == "POST" { "/sync" } else { "" };
        ask(t, method, &format!("default/repositories/nginx-1{end}")).await;
    }
    for path in [
        "default/repositories/nginx-1",
        "default/registry-secrets/harbor-prod",
    ] {
        ask(t, "DELETE", path).await;
        ask(t, "GET", path).await;
    }
    tour = tour.carrying("authorization", "Bearer nobody");
    ask(&mut tour, "GET", "default/registry-secrets").await;
    tour = coming_as(tour, access::TOKEN_OF_VIEWER);
    create(&mut tour, "default", &secret("default", "by-viewer")).await;
    tour
}

#[tokio::test]
async fn every_fault_shows_where_it_says_and_nowhere_else() {
    assert_every_fault_shows(&MOCK, play).await;
}

#[tokio::test]
async fn a_registry_secret_is_kept_without_its_password() {
    let mut tour = fresh();
    let mut sent = secret("default", "harbor-prod");
    sent["metadata"]["annotations"] = json!({
        "theriseunion.io/display-name": "生产环境 Harbor",
        "theriseunion.io/domain": "elsewhere.example.com",
        "example.com/own": "kept",
    });
    sent["other"] = json!("dropped");
    let created = create(&mut tour, "default", &sent).await;
    assert_eq!(created.code(), 201);
    let object = created.json();
    let meta = &object["metadata"];
    let expected = json!({
        "apiVersion": API_VERSION,
        "kind": "RegistrySecret",
        "metadata": {
            "name": "harbor-prod",
            "namespace": "default",
            "uid": meta["uid"],
            "resourceVersion": meta["resourceVersion"],
            "creationTimestamp": "2022-12-01T10:54:40Z",
            "annotations": {
                "theriseunion.io/display-name": "生产环境 Harbor",
                "theriseunion.io/domain": "harbor.example.com",
                "theriseunion.io/username": "admin",
                "theriseunion.io/provider": "harbor",
                "theriseunion.io/verify-status": "untested",
                "example.com/own": "kept",
            },
        },
        "spec": { "domain": "harbor.example.com", "username": "admin", "provider": "harbor" },
    });
    assert_eq!(object, expected);
    let shown = ask(&mut tour, "GET", "default/registry-secrets/harbor-prod").await;
    assert_eq!((shown.code(), shown.json()), (200, expected));
}

#[tokio::test]
async fn a_verification_tells_of_the_credentials_and_notes_those_that_are_stored() {
    let mut tour = fresh();
    let created = create(&mut tour, "default", &secret("default", "a"))
        .await
        .json();
    let with =
        |domain, password| json!({ "domain": domain, "username": "admin", "password": password });
    for (body, success, message) in [
        (with("harbor.example.com", "Harbor12345"), true, "连接成功"),
        (
            with("harbor.example.com", "wrong"),
            false,
            "认证失败：用户名或密码错误",
        ),
        (
            with("a.invalid", "Harbor12345"),
            false,
            "连接失败：无法访问 a.invalid",
        ),
    ] {
        let verified = verify(&mut tour, "a", &body.to_string()).await;
        let expected = json!({ "success": success, "message": message });
        assert_eq!((verified.code(), verified.json()), (200, expected));
    }
    let path = "default/registry-secrets/a";
    assert_eq!(ask(&mut tour, "GET", path).await.json(), created);
    verify(&mut tour, "a", "{}").await;
    let shown = ask(&mut tour, "GET", path).await.json();
    let annotation =
        |name: &str| &shown["metadata"]["annotations"][format!("theriseunion.io/{name}")];
    assert_eq!(annotation("verify-status"), "success");
    assert_eq!(annotation("verify-message"), "连接成功");
    assert_eq!(annotation("verify-timestamp"), "1669892081394");
    let version = "/metadata/resourceVersion";
    assert_ne!(shown.pointer(version), created.pointer(version));
}

#[tokio::test]
async fn bad_verifications_are_refused() {
    let mut tour = fresh();
    create(&mut tour, "default", &secret("default", "a")).await;
    for (body, reason) in [
        ("", "BadRequest"),
        ("[]", "BadRequest"),
        (r#"{"domain":"a"}"#, "Invalid"),
        (r#"{"username":"a","password":"b"}"#, "Invalid"),
        (
            r#"{"domain":"https://a","username":"b","password":"c"}"#,
            "Invalid",
        ),
        (r#"{"domain":"a","username":1,"password":"c"}"#, "Invalid"),
    ] {
        assert_refused(&verify(&mut tour, "a", body).await, 400, reason);
    }
    assert_refused(&verify(&mut tour, "b", "{}").await, 404, "NotFound");
}

#[tokio::test]
async fn a_repository_is_synchronised_by_being_asked_for() {
    let mut tour = fresh();
    create(&mut tour, "default", &secret("default", "harbor-prod")).await;
    let created = create(&mut tour, "default", &repository("default", "a"))
        .await
        .json();
    assert_eq!(created["status"], json!({ "syncStatus": "" }));
    let defaults = json!(["1h", "10m", 3]);
    let spec = &created["spec"];
    assert_eq!(
        json!([
            spec["syncInterval"],
            spec["syncTimeout"],
            spec["retryCount"]
        ]),
        defaults
    );
    let path = "default/repositories/a";
    let seen = watch(&mut tour, path, 4).await;
    assert_eq!(seen, ["", "Syncing", "Success", "Success"]);
    let first = ask(&mut tour, "GET", path).await.json();
    let status = &first["status"];
    assert_eq!(status["domain"], "harbor.example.com");
    assert!(status["lastSynced"].is_string() && status["manifest"].is_object());
    let started = ask(&mut tour, "POST", "default/repositories/a/sync").await;
    let expected = json!({ "success": true, "message": "同步任务已提交" });
    assert_eq!((started.code(), started.json()), (200, expected));
    assert_eq!(
        watch(&mut tour, path, 3).await,
        ["Syncing", "Success", "Success"]
    );
    let second = ask(&mut tour, "GET", path).await.json();
    assert_ne!(
        second["metadata"]["resourceVersion"],
        first["metadata"]["resourceVersion"]
    );
    assert_eq!(second["status"]["manifest"], status["manifest"]);
    assert_eq!(second["metadata"]["uid"], created["metadata"]["uid"]);
}

#[tokio::test]
async fn a_synchronisation_without_a_registry_fails() {
    let mut tour = fresh();
    create(&mut tour, "default", &repository("default", "a")).await;
    let path = "default/repositories/a";
    assert_eq!(watch(&mut tour, path, 3).await, ["", "Syncing", "Failed"]);
    let nowhere = with(
        secret("default", "harbor-prod"),
        "/spec/domain",
        json!("a.invalid"),
    );
    create(&mut tour, "default", &nowhere).await;
    let sync = "default/repositories/a/sync";
    ask(&mut tour, "POST", sync).await;
    assert_eq!(watch(&mut tour, path, 2).await, ["Syncing", "Failed"]);
    let failed = ask(&mut tour, "GET", path).await.json();
    assert_eq!(
        failed["status"],
        json!({ "domain": "a.invalid", "syncStatus": "Failed" })
    );
    ask(&mut tour, "DELETE", "default/registry-secrets/harbor-prod").await;
    create(&mut tour, "default", &secret("default", "harbor-prod")).await;
    ask(&mut tour, "POST", sync).await;
    ask(&mut tour, "POST", sync).await;
    assert_eq!(watch(&mut tour, path, 2).await, ["Syncing", "Success"]);
}

#[tokio::test]
async fn a_name_is_taken_once_in_its_kind_and_namespace() {
    let mut tour = fresh();
    let first = create(&mut tour, "default", &secret("default", "a")).await;
    let again = create(&mut tour, "default", &secret("default", "a")).await;
    assert_refused(&again, 409, "AlreadyExists");
    assert_eq!(
        again.json()["details"],
        json!({ "name": "a", "kind": "registrysecret" })
    );
    assert_eq!(
        create(&mut tour, "other", &secret("other", "a"))
            .await
            .code(),
        201
    );
    assert_eq!(
        create(&mut tour, "default", &repository("default", "a"))
            .await
            .code(),
        201
    );
    let path = "default/registry-secrets/a";
    let deleted = ask(&mut tour, "DELETE", path).await;
    assert_eq!((deleted.code(), deleted.text()), (204, ""));
    assert_refused(&ask(&mut tour, "DELETE", path).await, 404, "NotFound");
    let second = create(&mut tour, "default", &secret("default", "a")).await;
    assert_ne!(
        second.json()["metadata"]["uid"],
        first.json()["metadata"]["uid"]
    );
    assert_eq!(
        ask(&mut tour, "GET", "other/registry-secrets/a")
            .await
            .code(),
        200
    );
    assert_eq!(
        ask(&mut tour, "GET", "default/repositories/a").await.code(),
        200
    );
}

#[tokio::test]
async fn a_path_that_cannot_be_is_refused() {
    let mut tour = fresh();
    for (method, path) in [
        ("GET", "_all_/registry-secrets/a"),
        ("DELETE", "_all_/repositories/a"),
        ("POST", "_all_/repositories/a/sync"),
        ("GET", "Default/repositories"),
        ("GET", "a.b/registry-secrets"),
        ("GET", "default/registry-secrets/Bad_Name"),
        ("DELETE", "default/repositories/%FF"),
    ] {
        assert_refused(&ask(&mut tour, method, path).await, 400, "BadRequest");
    }
    assert_refused(&tour.ask("GET /elsewhere").await, 404, "NotFound");
    let answered = ask(&mut tour, "PUT", "default/repositories/a").await;
    assert_refused(&answered, 405, "MethodNotAllowed");
    let large = " ".repeat(JSON_BYTES_MAX + 1);
    let operation = format!("POST {BASE}/default/repositories");
    let answered = tour.tell(&operation, &large).await;
    assert_refused(&answered, 413, "RequestEntityTooLarge");
}

#[tokio::test]
async fn nobody_does_what_he_may_not() {
    let mut tour = fresh();
    create(&mut tour, "default", &secret("default", "a")).await;
    let operations = [
        ("GET", "default/registry-secrets"),
        ("GET", "default/registry-secrets/a"),
        ("POST", "default/registry-secrets"),
        ("POST", "default/registry-secrets/a/verify"),
        ("DELETE", "default/registry-secrets/a"),
        ("GET", "default/repositories"),
        ("POST", "default/repositories/a/sync"),
    ];
    let mut stranger = tour.beside().carrying("authorization", "Basic YTpi");
    let mut outsider = coming_as(tour.beside(), access::TOKEN_OF_OUTSIDER);
    let mut viewer = coming_as(tour.beside(), access::TOKEN_OF_VIEWER);
    for (method, path) in operations {
        let answered = ask(&mut stranger, method, path).await;
        assert_refused(&answered, 401, "Unauthorized");
        assert_eq!(answered.header("www-authenticate"), "Bearer");
        assert_refused(&ask(&mut outsider, method, path).await, 403, "Forbidden");
        let answered = ask(&mut viewer, method, path).await;
        match method {
            "GET" => assert_eq!(answered.code(), 200, "{path}"),
            _ => assert_refused(&answered, 403, "Forbidden"),
        }
    }
    let (names, _) = listed(&ask(&mut tour, "GET", "default/registry-secrets").await);
    assert_eq!(names, ["default/a"]);
}

#[tokio::test]
async fn the_same_requests_get_the_same_answers() {
    assert_eq!(play(None).await.answers, play(None).await.answers);
}

#[tokio::test]
async fn what_one_namespace_does_changes_no_ids_of_another() {
    let mut ids = Vec::new();
    for others in [0, 3] {
        let mut tour = fresh();
        for number in 0..others {
            create(&mut tour, "other", &secret("other", &format!("a-{number}"))).await;
        }
        let created = create(&mut tour, "default", &secret("default", "a"))
            .await
            .json();
        let meta = &created["metadata"];
        ids.push((meta["uid"].clone(), meta["resourceVersion"].clone()));
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn flows_that_run_at_once_lose_nothing_and_one_name_has_one_winner() {
    let mut tour = fresh();
    let flows: Vec<_> = (0..32)
        .map(|number| {
            let mut flow = tour.beside();
            tokio::spawn(async move {
                let name = format!("a-{:02}", number / 2);
                create(&mut flow, "default", &repository("default", &name))
                    .await
                    .code()
            })
        })
        .collect();
    let mut statuses = Vec::new();
    for flow in flows {
        statuses.push(flow.await.unwrap());
    }
    statuses.sort_unstable();
    assert_eq!(statuses, [[201; 16], [409; 16]].concat());
    let (names, total) = listed(&ask(&mut tour, "GET", "default/repositories?limit=100").await);
    assert_eq!((names.len(), total), (16, 16));
}
