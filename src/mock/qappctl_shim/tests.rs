//! Plays the whole of qappctl-shim, as its document says and with each fault.

use serde_json::json;

use super::*;
use crate::mock::Fault;
use crate::mock::tour::{Answered, Tour, assert_shows};

fn fresh() -> Tour {
    Tour::of(&MOCK, None)
}

async fn push(tour: &mut Tour, image: &str) -> Answered {
    tour.tell("POST /images", &json!({ "image": image }).to_string())
        .await
}

async fn release(tour: &mut Tour, app: &str, body: &str) -> Answered {
    tour.tell(&format!("POST /apps/{app}/releases"), body).await
}

async fn deploy(tour: &mut Tour, release: &str, region: &str, replicas: u64) -> Answered {
    let body = json!({ "release": release, "region": region, "replicas": replicas });
    tour.tell("POST /apps/zenx/deploys", &body.to_string())
        .await
}

async fn delete(tour: &mut Tour, id: &str, region: &str) -> Answered {
    let body = json!({ "id": id, "region": region });
    tour.tell("DELETE /apps/zenx/deploys", &body.to_string())
        .await
}

fn assert_refused(answered: &Answered, status: u16, message: &str) {
    assert_eq!(
        (answered.code(), answered.text()),
        (status, format!("{message}\n").as_str())
    );
    assert_eq!(answered.header("content-type"), "text/plain; charset=utf-8");
    assert_eq!(answered.header("x-content-type-options"), "nosniff");
}

fn assert_empty(answered: &Answered) {
    assert_eq!((answered.code(), answered.text()), (200, ""));
    assert_eq!(answered.header("content-type"), "");
}

/// Everything once, and every refusal that a flow would try, on the deploy that is `id`.
async fn play(fault: Option<&'static Fault>, id: &str) -> Tour {
    let mut tour = Tour::of(&MOCK, fault);
    push(&mut tour, "k8s.gcr.io/ctr/pause:3.6").await;
    push(&mut tour, "k8s.gcr.io/ctr/pause:3.6").await;
    push(&mut tour, "nginx:alpine").await;
    tour.tell("POST /images", r#"{"image":"a","other":1}"#)
        .await;
    tour.send("POST /images", "text/plain", r#"{"image":"a"}"#)
        .await;
    tour.ask("GET /images").await;
    let twice = r#"{"name":"v1","image":"never:pushed","image":"pause:3.6","flavor":"C1M1"}"#;
    release(&mut tour, "zenx", twice).await;
    release(&mut tour, "zenx", r#"{"name":"v2","image":"nginx:alpine"}"#).await;
    tour.ask("GET /apps/zenx/releases").await;
    deploy(&mut tour, "v1", "z0", 2).await;
    deploy(&mut tour, "v2", "z0", 1).await;
    deploy(&mut tour, "v1", "z1", 1).await;
    tour.ask("GET /apps/zenx/deploys?region=z0").await;
    tour.ask("GET /apps/zenx/deploys?region=z0&release=v1")
        .await;
    tour.ask(&format!("GET /apps/zenx/deploys/{id}/instances?region=z0"))
        .await;
    delete(&mut tour, id, "z0").await;
    tour.ask("GET /apps/zenx/deploys?region=z0").await;
    delete(&mut tour, id, "z0").await;
    tour.ask("GET /apps/zenx/deploys").await;
    release(&mut tour, "zenx", r#"{"image":"never:pushed"}"#).await;
    let last_pushed = r#"{"image":"never:pushed","image":"pause:3.6"}"#;
    release(&mut tour, "zenx", last_pushed).await;
    release(&mut tour, "zenx", "{}").await;
    tour
}

/// The answers of a mock without faults, and the id of its first deploy.
async fn right() -> (Tour, String) {
    let first = play(None, "none").await;
    let asked = "GET /apps/zenx/deploys?region=z0";
    let (_, listed) = first
        .answers
        .iter()
        .find(|(operation, _)| operation == asked)
        .unwrap();
    let id = listed.json()[0]["id"].as_str().unwrap().to_owned();
    (play(None, &id).await, id)
}

#[tokio::test]
async fn every_fault_shows_where_it_says_and_nowhere_else() {
    let (right, id) = right().await;
    for fault in MOCK.faults {
        assert_shows(fault, &right, &play(Some(fault), &id).await);
    }
}

#[tokio::test]
async fn the_same_requests_get_the_same_answers() {
    assert_eq!(right().await.0.answers, right().await.0.answers);
}

#[tokio::test]
async fn images_are_pushed_under_their_short_names_and_once() {
    let mut tour = fresh();
    assert_eq!(tour.ask("GET /images").await.text(), "[]");
    assert_empty(&push(&mut tour, "k8s.gcr.io/pause:3.6").await);
    assert_empty(&push(&mut tour, "nginx").await);
    assert_empty(&push(&mut tour, "k8s.gcr.io/ctr/pause:3.6").await);
    let expected = json!([
        { "name": "nginx", "tag": "latest", "ctime": "2022-12-01T18:54:40.644+08:00" },
        { "name": "pause", "tag": "3.6", "ctime": "2022-12-01T18:54:40.394+08:00" },
    ]);
    assert_eq!(tour.ask("GET /images").await.json(), expected);
}

#[tokio::test]
async fn bad_pushes_are_refused() {
    let mut tour = fresh();
    let answered = push(&mut tour, "a@sha256:00").await;
    assert_refused(&answered, 400, r#"invalid image reference "a@sha256:00""#);
    let answered = tour.tell("POST /images", "{}").await;
    assert_refused(&answered, 400, "image is required");
    let answered = tour
        .tell("POST /images", r#"{"image":"a","tag":"b"}"#)
        .await;
    assert_refused(&answered, 400, r#"err decode body: unknown field "tag""#);
    for media_type in ["", "text/plain", "application/x-www-form-urlencoded"] {
        let answered = tour
            .send("POST /images", media_type, r#"{"image":"a"}"#)
            .await;
        assert_refused(&answered, 415, "Content-Type must be application/json");
    }
    let answered = tour
        .send("POST /images", reply::JSON, " ".repeat(JSON_BYTES_MAX + 1))
        .await;
    assert_refused(&answered, 413, "err read body: request body too large");
    assert_eq!(tour.ask("GET /images").await.text(), "[]");
}

#[tokio::test]
async fn a_release_is_listed_as_it_was_created() {
    let mut tour = fresh();
    assert_eq!(tour.ask("GET /apps/zenx/releases").await.text(), "[]");
    push(&mut tour, "pause:3.6").await;
    let body = r#"{"image":"nginx:alpine","image":"pause:3.6","flavor":"C1M1","port":80}"#;
    let created = release(&mut tour, "zenx", body).await;
    assert_eq!(
        (created.code(), created.text()),
        (200, r#"{"name":"v221201-185440"}"#)
    );
    let listed = tour.ask("GET /apps/zenx/releases").await;
    assert_eq!(
        listed.text(),
        r#"[{"name":"v221201-185440","image":"pause:3.6","flavor":"C1M1","port":80,"ctime":"2022-12-01T18:54:40.644+08:00"}]"#
    );
    assert_eq!(tour.ask("GET /apps/other/releases").await.text(), "[]");
}

#[tokio::test]
async fn releases_of_the_same_second_get_different_names() {
    let mut tour = fresh();
    push(&mut tour, "pause:3.6").await;
    let mut names = Vec::new();
    for _ in 0..3 {
        let created = release(&mut tour, "zenx", r#"{"image":"pause:3.6"}"#).await;
        names.push(created.json()["name"].as_str().unwrap().to_owned());
    }
    assert_eq!(
        names,
        ["v221201-185440", "v221201-185441", "v221201-185442"]
    );
    let other = release(&mut tour, "other", r#"{"image":"pause:3.6"}"#).await;
    assert_eq!(
        other.json()["name"],
        "v221201-185443",
        "also in another application"
    );
}

#[tokio::test]
async fn bad_releases_are_refused() {
    let mut tour = fresh();
    let answered = release(&mut tour, "zenx", r#"{"image":"pause:3.6"}"#).await;
    assert_refused(
        &answered,
        400,
        r#"err create release: image "pause:3.6" not found"#,
    );
    push(&mut tour, "pause:3.6").await;
    let named = r#"{"name":"mine","image":"pause:3.6"}"#;
    assert_eq!(
        release(&mut tour, "zenx", named).await.text(),
        r#"{"name":"mine"}"#
    );
    let answered = release(&mut tour, "zenx", named).await;
    assert_refused(
        &answered,
        409,
        r#"err create release: release "mine" exists already"#,
    );
    for app in ["Zenx", "zenx-", "1zenx", "%FF"] {
        assert_refused(
            &release(&mut tour, app, named).await,
            404,
            "404 page not found",
        );
    }
}

#[tokio::test]
async fn a_deploy_is_created_listed_and_deleted() {
    let mut tour = fresh();
    push(&mut tour, "pause:3.6").await;
    for name in ["v1", "v2"] {
        let body = json!({ "name": name, "image": "pause:3.6" }).to_string();
        release(&mut tour, "zenx", &body).await;
    }
    assert_empty(&deploy(&mut tour, "v1", "z0", 1).await);
    assert_empty(&deploy(&mut tour, "v2", "z0", 0).await);
    assert_empty(&deploy(&mut tour, "v1", "z1", 1).await);
    let listed = tour.ask("GET /apps/zenx/deploys?region=z0").await.json();
    let id = listed[0]["id"].as_str().unwrap();
    assert!(id.starts_with("g221201-1854-41144-"), "{id}");
    let expected = json!({ "id": id, "release": "v1", "region": "z0", "replicas": 1,
        "ctime": "2022-12-01T18:54:41+08:00" });
    assert_eq!(listed[0], expected);
    assert_eq!(listed.as_array().unwrap().len(), 2);
    let filtered = tour
        .ask("GET /apps/zenx/deploys?region=z0&release=v1")
        .await
        .json();
    assert_eq!(filtered, json!([expected]));
    let elsewhere = delete(&mut tour, id, "z1").await;
    let message = format!("err delete deploy: deploy {id:?} not found in region \"z1\"");
    assert_refused(&elsewhere, 404, &message);
    assert_empty(&delete(&mut tour, id, "z0").await);
    let gone = tour
        .ask("GET /apps/zenx/deploys?region=z0&release=v1")
        .await;
    assert_eq!(gone.text(), "[]");
    assert_eq!(delete(&mut tour, id, "z0").await.code(), 404);
    let instances = format!("GET /apps/zenx/deploys/{id}/instances?region=z0");
    assert_eq!(tour.ask(&instances).await.code(), 404);
}

#[tokio::test]
async fn bad_deploys_are_refused() {
    let mut tour = fresh();
    let answered = deploy(&mut tour, "v1", "z0", 1).await;
    assert_refused(
        &answered,
        400,
        r#"err create deploy: release "v1" not found"#,
    );
    for (body, message) in [
        (r#"{"region":"z0"}"#, "release is required"),
        (r#"{"release":"v1","region":""}"#, "region is required"),
    ] {
        assert_refused(
            &tour.tell("POST /apps/zenx/deploys", body).await,
            400,
            message,
        );
    }
    let answered = tour
        .tell("DELETE /apps/zenx/deploys", r#"{"region":"z0"}"#)
        .await;
    assert_refused(&answered, 400, "id is required");
    let answered = tour.ask("DELETE /apps/zenx/deploys").await;
    assert_refused(&answered, 415, "Content-Type must be application/json");
    assert_refused(
        &tour.ask("GET /apps/zenx/deploys").await,
        400,
        "region is required",
    );
    let answered = tour.ask("GET /apps/zenx/deploys/g/instances").await;
    assert_refused(&answered, 400, "region is required");
}

#[tokio::test]
async fn a_deploy_has_as_many_instances_as_replicas_and_the_same_each_time() {
    let mut tour = fresh();
    push(&mut tour, "pause:3.6").await;
    release(&mut tour, "zenx", r#"{"name":"v1","image":"pause:3.6"}"#).await;
    deploy(&mut tour, "v1", "z0", 3).await;
    let deploys = tour.ask("GET /apps/zenx/deploys?region=z0").await.json();
    let id = deploys[0]["id"].as_str().unwrap();
    let operation = format!("GET /apps/zenx/deploys/{id}/instances?region=z0");
    let listed = tour.ask(&operation).await;
    let instances = listed.json();
    let instances = instances.as_array().unwrap();
    assert_eq!(instances.len(), 3);
    for (index, instance) in instances.iter().enumerate() {
        assert_eq!(instance["status"], "RUNNING");
        assert_eq!(instance["ctime"], deploys[0]["ctime"]);
        let suffix = instance["id"].as_str().unwrap().strip_prefix(id).unwrap();
        assert_eq!(
            suffix.split('-').map(str::len).collect::<Vec<_>>(),
            [0, 10, 5]
        );
        assert_eq!(instance.get("ips").is_some(), index == 1);
    }
    assert_ne!(instances[0]["id"], instances[1]["id"]);
    assert_eq!(tour.ask(&operation).await, listed);
}

#[tokio::test]
async fn what_one_app_does_changes_no_ids_of_another() {
    let mut ids = Vec::new();
    for others in [0, 2] {
        let mut tour = fresh();
        push(&mut tour, "pause:3.6").await;
        for app in ["zenx", "other"] {
            release(&mut tour, app, r#"{"name":"v1","image":"pause:3.6"}"#).await;
        }
        for _ in 0..others {
            let body = r#"{"release":"v1","region":"z0"}"#;
            tour.tell("POST /apps/other/deploys", body).await;
        }
        deploy(&mut tour, "v1", "z0", 1).await;
        let deploys = tour.ask("GET /apps/zenx/deploys?region=z0").await.json();
        let id = deploys[0]["id"].as_str().unwrap();
        ids.push(id.rsplit('-').next().unwrap().to_owned());
    }
    assert_eq!(ids[0], ids[1]);
}

#[tokio::test]
async fn what_is_not_there_is_refused_in_the_same_words() {
    let mut tour = fresh();
    assert_refused(&tour.ask("GET /elsewhere").await, 404, "404 page not found");
    let answered = tour.ask("PUT /images").await;
    assert_refused(&answered, 405, "405 method not allowed");
    assert_eq!(answered.header("allow"), "GET,HEAD,POST");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn flows_that_run_at_once_lose_nothing() {
    let mut tour = fresh();
    push(&mut tour, "pause:3.6").await;
    let flows: Vec<_> = (0..32)
        .map(|_| {
            let mut flow = tour.beside();
            tokio::spawn(async move {
                let created = release(&mut flow, "zenx", r#"{"image":"pause:3.6"}"#).await;
                created.json()["name"].as_str().unwrap().to_owned()
            })
        })
        .collect();
    let mut created = Vec::new();
    for flow in flows {
        created.push(flow.await.unwrap());
    }
    let releases = tour.ask("GET /apps/zenx/releases").await.json();
    let releases = releases.as_array().unwrap().iter();
    let mut listed: Vec<_> = releases
        .map(|release| release["name"].as_str().unwrap())
        .collect();
    created.sort_unstable();
    listed.sort_unstable();
    assert_eq!(created, listed);
    created.dedup();
    assert_eq!(created.len(), 32);
}
