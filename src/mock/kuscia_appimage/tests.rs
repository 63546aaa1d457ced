//! Plays the whole of kuscia-appimage, as its document says and with each fault.

use serde_json::json;

use super::*;
use crate::mock::Fault;
use crate::mock::tour::{Answered, Tour, assert_every_fault_shows};

fn fresh() -> Tour {
    Tour::of(&MOCK, None).carrying("token", TOKEN)
}

async fn post(tour: &mut Tour, path: &str, body: &Value) -> Answered {
    tour.tell(&format!("POST {path}"), &body.to_string()).await
}

/// The least that can be created under a name, with a tag to tell it by.
fn tagged(name: &str, tag: &str) -> Value {
    json!({ "name": name, "image": { "name": "app-image", "tag": tag },
        "deploy_templates": [{ "name": "app", "containers": [{ "name": "app" }] }] })
}

fn named(name: &str) -> Value {
    json!({ "name": name })
}

fn success() -> Value {
    json!({ "status": { "code": 0, "message": "success", "details": [] } })
}

fn code(answered: &Answered) -> i64 {
    assert_eq!(answered.code(), 200);
    answered.json()["status"]["code"].as_i64().unwrap()
}

/// Everything once, and every refusal that a flow would try.
async fn play(fault: Option<&'static Fault>) -> Tour {
    let mut tour = Tour::of(&MOCK, fault).carrying("token", TOKEN);
    let full = json!({ "name": "app", "image": { "name": "app-image", "tag": "v1" }, "other": 1,
        "config_templates": { "a": "1", "b": "2" },
        "deploy_templates": [{ "name": "app", "restart_policy": "Never", "containers": [{
            "name": "app", "liveness_probe": { "termination_grace_period_seconds": 5 } }] }] });
    for body in [
        &full,
        &tagged("b", "b"),
        &tagged("a", "a"),
        &tagged("b", "again"),
    ] {
        post(&mut tour, CREATE, body).await;
    }
    for name in ["app", "b", "none"] {
        post(&mut tour, QUERY, &named(name)).await;
    }
    for names in [json!(["b", "a"]), json!(["b", "none"])] {
        post(&mut tour, BATCH_QUERY, &json!({ "names": names })).await;
    }
    let templates = json!([{ "name": "new", "containers": [{ "name": "app" }] }]);
    let image = json!({ "name": "app-image", "tag": "v2" });
    for body in [
        json!({ "name": "app", "image": image, "deploy_templates": templates }),
        json!({ "name": "none", "image": image }),
    ] {
        post(&mut tour, UPDATE, &body).await;
    }
    post(&mut tour, QUERY, &named("app")).await;
    for _ in 0..2 {
        post(&mut tour, DELETE, &named("app")).await;
    }
    post(&mut tour, QUERY, &named("app")).await;
    let mut nameless = tagged("nameless", "");
    nameless["image"] = json!({ "tag": "v1" });
    post(&mut tour, CREATE, &nameless).await;
    post(&mut tour, CREATE, &tagged("App_Image", "")).await;
    let undeclared = tagged("text", "").to_string();
    tour.send(&format!("POST {CREATE}"), "text/plain", undeclared)
        .await;
    let mut tour = tour.carrying("token", "wrong");
    post(&mut tour, QUERY, &named("b")).await;
    tour
}

#[tokio::test]
async fn every_fault_shows_where_it_says_and_nowhere_else() {
    assert_every_fault_shows(&MOCK, play).await;
}

#[tokio::test]
async fn without_the_token_nothing_is_done_and_nothing_said() {
    let mut right = fresh();
    post(&mut right, CREATE, &tagged("app", "v1")).await;
    let capital = "Mock-token-of-32-characters-long";
    for token in ["", "wrong", capital, &TOKEN[1..]] {
        let mut wrong = right.beside().carrying("token", token);
        for path in [CREATE, UPDATE, DELETE, QUERY, BATCH_QUERY] {
            let answered = post(&mut wrong, path, &named("app")).await;
            assert_eq!((answered.code(), answered.text()), (401, ""), "{token:?}");
            assert_eq!(answered.header("content-type"), "");
        }
    }
    let mut none = Tour::of(&MOCK, None);
    assert_eq!(post(&mut none, QUERY, &named("app")).await.code(), 401);
    let found = post(&mut right, QUERY, &named("app")).await;
    assert_eq!(found.json()["data"]["image"]["tag"], "v1");
}

#[test]
fn the_token_has_32_characters() {
    assert_eq!(TOKEN.len(), 32);
    assert!(TOKEN.bytes().all(|byte| byte.is_ascii_graphic()));
}

#[tokio::test]
async fn an_app_image_is_created_queried_updated_and_deleted() {
    let mut tour = fresh();
    let created = post(&mut tour, CREATE, &tagged("app", "v1")).await;
    assert_eq!((created.code(), created.json()), (200, success()));
    assert_eq!(created.header("content-type"), "application/json");
    let container = json!({ "name": "app", "command": [], "args": [], "working_dir": "",
        "config_volume_mounts": [], "ports": [], "env_from": [], "env": [], "resources": null,
        "liveness_probe": null, "readiness_probe": null, "startup_probe": null,
        "image_pull_policy": "" });
    let mut data = json!({ "name": "app",
        "image": { "name": "app-image", "tag": "v1", "id": "", "sign": "" },
        "config_templates": {},
        "deploy_templates": [{ "name": "app", "role": "", "replicas": 1, "restart_policy": "",
            "containers": [container] }] });
    let mut expected = success();
    expected["data"] = data.clone();
    let queried = post(&mut tour, QUERY, &named("app")).await;
    assert_eq!(
        queried.text(),
        expected.to_string(),
        "the order counts, too"
    );
    let update =
        json!({ "name": "app", "image": { "name": "other" }, "config_templates": { "a": "b" } });
    assert_eq!(post(&mut tour, UPDATE, &update).await.json(), success());
    data["image"] = json!({ "name": "other", "tag": "", "id": "", "sign": "" });
    data["config_templates"] = json!({ "a": "b" });
    expected["data"] = json!([data]);
    let batch = post(&mut tour, BATCH_QUERY, &json!({ "names": ["app"] })).await;
    assert_eq!(batch.json(), expected);
    assert_eq!(
        post(&mut tour, DELETE, &named("app")).await.json(),
        success()
    );
    let gone = post(&mut tour, QUERY, &named("app")).await.json();
    let message = r#"app image "app" does not exist"#;
    let status = json!({ "code": 13105, "message": message, "details": [] });
    assert_eq!(gone, json!({ "status": status, "data": null }));
}

#[tokio::test]
async fn every_member_comes_back_as_it_was_sent() {
    let probe = |handler: &str, action: Value| {
        let mut probe = json!({ "exec": null, "http_get": null, "tcp_socket": null, "grpc": null,
            "initial_delay_seconds": 1, "timeout_seconds": 2, "period_seconds": 3,
            "success_threshold": 4, "failure_threshold": 5,
            "termination_grace_period_seconds": "9223372036854775807" });
        probe[handler] = action;
        probe
    };
    let http = json!({ "path": "/healthz", "port": "80", "host": "h", "scheme": "HTTPS",
        "http_headers": [{ "name": "a", "value": "b" }] });
    let container = json!({ "name": "app", "command": ["sh"], "args": ["-c", ""],
        "working_dir": "/work", "config_volume_mounts": [{ "mount_path": "/etc", "sub_path": "a" }],
        "ports": [{ "name": "global", "protocol": "GRPC", "scope": "Local" }],
        "env_from": [{ "prefix": "p", "config_map_ref": { "name": "c" }, "secret_ref": null }],
        "env": [{ "name": "n", "value": "" }],
        "resources": { "limits": { "cpu": "1", "memory": "" }, "requests": null },
        "liveness_probe": probe("http_get", http),
        "readiness_probe": probe("tcp_socket", json!({ "port": "80", "host": "" })),
        "startup_probe": probe("grpc", json!({ "port": "80", "service": "s" })),
        "image_pull_policy": "Always" });
    let mut sent = json!({ "name": "app",
        "image": { "name": "n", "tag": "t", "id": "i", "sign": "s" },
        "config_templates": { "": "empty", "é": "\u{1F600}\u{0}" },
        "deploy_templates": [{ "name": "app", "role": "r", "replicas": 3,
            "restart_policy": "OnFailure", "containers": [container] }] });
    let mut tour = fresh();
    assert_eq!(post(&mut tour, CREATE, &sent).await.json(), success());
    let queried = post(&mut tour, QUERY, &named("app")).await;
    assert_eq!(queried.json()["data"], sent);
    sent["name"] = json!("App");
    assert_eq!(code(&post(&mut tour, CREATE, &sent).await), 11100);
}

#[tokio::test]
async fn what_is_taken_or_not_there_is_refused() {
    let mut tour = fresh();
    post(&mut tour, CREATE, &tagged("app", "v1")).await;
    assert_eq!(
        code(&post(&mut tour, CREATE, &tagged("app", "v2")).await),
        13106
    );
    assert_eq!(
        code(&post(&mut tour, UPDATE, &tagged("none", "v1")).await),
        13105
    );
    assert_eq!(code(&post(&mut tour, DELETE, &named("none")).await), 13105);
    assert_eq!(
        code(&post(&mut tour, QUERY, &named("Not_A_Name")).await),
        13105
    );
    let several = json!({ "names": ["app", "none"] });
    let batch = post(&mut tour, BATCH_QUERY, &several).await;
    assert_eq!((code(&batch), &batch.json()["data"]), (13105, &json!([])));
    let found = post(&mut tour, QUERY, &named("app")).await.json();
    assert_eq!(found["data"]["image"]["tag"], "v1");
}

#[tokio::test]
async fn a_batch_keeps_its_order_and_its_repetitions() {
    let mut tour = fresh();
    for name in ["a", "b", "c"] {
        post(&mut tour, CREATE, &tagged(name, name)).await;
    }
    let names = json!({ "names": ["c", "a", "c", "b"] });
    let batch = post(&mut tour, BATCH_QUERY, &names).await.json();
    let items = batch["data"].as_array().unwrap().iter();
    let tags: Vec<_> = items.map(|item| item["image"]["tag"].clone()).collect();
    assert_eq!(tags, ["c", "a", "c", "b"]);
}

#[tokio::test]
async fn what_an_update_does_not_send_stays() {
    let mut tour = fresh();
    let mut first = tagged("app", "v1");
    first["config_templates"] = json!({ "a": "b" });
    post(&mut tour, CREATE, &first).await;
    let update = json!({ "name": "app", "image": { "name": "app-image", "tag": "v2" },
        "config_templates": {}, "deploy_templates": [] });
    post(&mut tour, UPDATE, &update).await;
    let found = post(&mut tour, QUERY, &named("app")).await.json();
    assert_eq!(found["data"]["image"]["tag"], "v2");
    assert_eq!(found["data"]["config_templates"], json!({ "a": "b" }));
    assert_eq!(found["data"]["deploy_templates"][0]["name"], "app");
    let update = json!({ "name": "app", "config_templates": { "c": "d" } });
    assert_eq!(code(&post(&mut tour, UPDATE, &update).await), 11100);
}

#[tokio::test]
async fn bodies_that_are_none_cannot_be_parsed() {
    let mut tour = fresh();
    for path in [CREATE, UPDATE, DELETE, QUERY, BATCH_QUERY] {
        let operation = format!("POST {path}");
        for body in ["", "{", "[]", "text", r#"{"name":1,"names":1}"#] {
            let answered = tour.tell(&operation, body).await;
            assert_eq!(code(&answered), 11101, "{path} {body}");
        }
        let answered = tour
            .send(&operation, reply::JSON, &b"{\"\xFF\":1}"[..])
            .await;
        assert_eq!(code(&answered), 11101, "{path}");
        let answered = tour.send(&operation, "", r#"{"name":"a"}"#).await;
        assert_eq!(code(&answered), 11101, "{path}");
        let large = " ".repeat(JSON_BYTES_MAX + 1);
        let answered = tour.send(&operation, reply::JSON, large).await;
        assert_eq!(code(&answered), 11101, "{path}");
    }
}

#[tokio::test]
async fn there_are_no_other_paths_and_methods() {
    let mut tour = fresh();
    assert_eq!(
        tour.ask("POST /api/v1/appimage/batchQuery").await.code(),
        404
    );
    let answered = tour.ask(&format!("GET {QUERY}")).await;
    assert_eq!((answered.code(), answered.header("allow")), (405, "POST"));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_creations_at_once_one_wins_and_of_updates_none_mixes() {
    let mut tour = fresh();
    let flows: Vec<_> = (0..32)
        .map(|number| {
            let mut flow = tour.beside();
            tokio::spawn(async move {
                let tag = number.to_string();
                let created = post(&mut flow, CREATE, &tagged("app", &tag)).await;
                let update = json!({ "name": "app", "image": { "name": tag, "tag": tag },
                    "config_templates": { "tag": tag } });
                post(&mut flow, UPDATE, &update).await;
                let found = post(&mut flow, QUERY, &named("app")).await.json();
                let image = &found["data"]["image"];
                assert_eq!(image["name"], image["tag"]);
                assert_eq!(image["tag"], found["data"]["config_templates"]["tag"]);
                code(&created)
            })
        })
        .collect();
    let mut codes = Vec::new();
    for flow in flows {
        codes.push(flow.await.unwrap());
    }
    codes.sort_unstable();
    assert_eq!(codes[0], 0);
    assert!(codes[1..].iter().all(|code| *code == 13106), "{codes:?}");
    assert_eq!(code(&post(&mut tour, DELETE, &named("app")).await), 0);
}

#[tokio::test]
async fn the_same_requests_get_the_same_answers() {
    assert_eq!(play(None).await.answers, play(None).await.answers);
}
