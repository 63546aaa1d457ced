//! Plays the whole of deploy-installer, as its document says and with each fault.

use serde_json::json;

use super::*;
use crate::mock::archive::samples::{gzip, tar};
use crate::mock::tour::{Answered, Tour, assert_every_fault_shows};

const BASE: &str = "/internal/api/deploy-installer/v1/agents";

fn image_archive() -> Vec<u8> {
    let index = json!({ "manifests": [
        { "annotations": { "io.containerd.image.name": "docker.io/library/nginx:1.25.0" } },
        { "annotations": { "org.opencontainers.image.ref.name": "quay.io/a/b:2" } },
    ] });
    tar(&[("oci-layout", "{}"), ("index.json", &index.to_string())])
}

fn chart_archive() -> Vec<u8> {
    let chart = "apiVersion: v2\nname: web\nversion: 1.0.0\nappVersion: \"1.25\"\n";
    gzip(&tar(&[
        ("web/Chart.yaml", chart),
        ("web/values.yaml", "replicas: 1\n"),
    ]))
}

fn order(values: &str) -> String {
    format!(r#"{{"name":"web","version":"1.0.0","values":{values}}}"#)
}

async fn install(tour: &mut Tour, query: &str, values: &str) -> Answered {
    tour.tell(&format!("POST {BASE}/release/web?{query}"), &order(values))
        .await
}

async fn delete(tour: &mut Tour, query: &str) -> Answered {
    tour.ask(&format!("DELETE {BASE}/release/web?{query}"))
        .await
}

async fn upload(tour: &mut Tour, what: &str, bytes: Vec<u8>) -> Answered {
    tour.send(
        &format!("PUT {BASE}/{what}"),
        "application/octet-stream",
        bytes,
    )
    .await
}

fn fresh() -> Tour {
    Tour::of(&MOCK, None)
}

fn assert_refused(answered: &Answered, status: u16, message: &str) {
    assert_eq!(answered.code(), status, "{answered:?}");
    assert_eq!(answered.header("content-type"), "application/json");
    let expected = json!({ "status": status, "code": status, "message": message });
    assert_eq!(answered.json(), expected);
}

/// Everything once, and every refusal that a flow would try.
async fn play(fault: Option<&'static crate::mock::Fault>) -> Tour {
    let mut tour = Tour::of(&MOCK, fault);
    upload(&mut tour, "image", image_archive()).await;
    upload(&mut tour, "image", Vec::new()).await;
    upload(&mut tour, "chart", chart_archive()).await;
    upload(&mut tour, "chart", b"no chart".to_vec()).await;
    let values = r#"{"replicas":9007199254740993,"image":{"tag":"1.25"}}"#;
    install(&mut tour, "namespace=a", values).await;
    install(&mut tour, "namespace=a", r#"{"other":true}"#).await;
    install(&mut tour, "namespace=a&set-registry=false", r#"{"last":1}"#).await;
    delete(&mut tour, "namespace=b").await;
    delete(&mut tour, "namespace=a").await;
    delete(&mut tour, "namespace=a").await;
    let incomplete = r#"{"name":"web","values":{}}"#;
    tour.tell(&format!("POST {BASE}/release/web?namespace=a"), incomplete)
        .await;
    delete(&mut tour, "").await;
    tour.ask("GET /health").await;
    tour
}

#[tokio::test]
async fn every_fault_shows_where_it_says_and_nowhere_else() {
    assert_every_fault_shows(&MOCK, play).await;
}

#[tokio::test]
async fn the_same_requests_get_the_same_answers() {
    assert_eq!(play(None).await.answers, play(None).await.answers);
}

#[tokio::test]
async fn an_image_is_listed_with_where_it_comes_from_and_lies() {
    let answered = upload(&mut fresh(), "image", gzip(&image_archive())).await;
    let expected = json!({ "images": [
        { "from": "docker.io/library/nginx:1.25.0", "to": "harbor.example.com/library/nginx:1.25.0" },
        { "from": "quay.io/a/b:2", "to": "harbor.example.com/a/b:2" },
    ] });
    assert_eq!((answered.code(), answered.json()), (200, expected));
}

#[tokio::test]
async fn a_chart_is_described_with_its_values() {
    let answered = upload(&mut fresh(), "chart", chart_archive()).await;
    let expected = json!({
        "chart": { "name": "web", "version": "1.0.0", "apiVersion": "v2", "appVersion": "1.25" },
        "values": { "replicas": 1 },
    });
    assert_eq!((answered.code(), answered.json()), (200, expected));
}

#[tokio::test]
async fn unreadable_uploads_are_refused() {
    let mut tour = fresh();
    let answered = upload(&mut tour, "image", Vec::new()).await;
    assert_refused(&answered, 400, "请求体为空: 请上传镜像文件");
    let answered = upload(&mut tour, "image", b"no image".to_vec()).await;
    assert_refused(&answered, 400, "无法解析镜像文件: 不是有效的 tar 归档");
    let answered = upload(&mut tour, "chart", Vec::new()).await;
    assert_refused(&answered, 400, "请求体为空: 请上传 Chart 文件");
    let answered = upload(&mut tour, "chart", b"no chart".to_vec()).await;
    assert_refused(&answered, 400, "无法解析 Chart 文件: 不是有效的 tgz 归档");
}

#[tokio::test]
async fn bodies_above_the_limit_are_refused() {
    let mut tour = fresh();
    let long = format!(r#"{{"x":"{}"}}"#, "x".repeat(JSON_BYTES_MAX));
    let answered = install(&mut tour, "namespace=a", &long).await;
    assert_refused(&answered, 413, "请求体过大");
    let answered = upload(&mut tour, "image", vec![0; JSON_BYTES_MAX + 1]).await;
    assert_eq!(answered.code(), 400, "an upload may be longer than JSON");
}

#[tokio::test]
async fn a_release_is_created_replaced_and_deleted() {
    let mut tour = fresh();
    let first = install(
        &mut tour,
        "namespace=a",
        r#"{"n":1.10,"image":{"tag":"1"}}"#,
    )
    .await;
    assert_eq!(
        first.text(),
        r#"{"values":{"n":1.10,"image":{"tag":"1","registry":"harbor.example.com"}}}"#
    );
    let second = install(&mut tour, "namespace=a&set-registry=false", r#"{"m":2}"#).await;
    assert_eq!(
        (second.code(), second.text()),
        (200, r#"{"values":{"m":2}}"#)
    );
    let deleted = delete(&mut tour, "namespace=a").await;
    assert_eq!(
        (deleted.code(), deleted.text()),
        (200, r#"{"values":{"m":2}}"#)
    );
    assert_refused(
        &delete(&mut tour, "namespace=a").await,
        400,
        "应用实例不存在: web",
    );
}

#[tokio::test]
async fn the_registry_is_created_or_overwritten_unless_told_otherwise() {
    let mut tour = fresh();
    let registry = |answered: &Answered| answered.json()["values"]["image"].clone();
    let set = json!({ "registry": "harbor.example.com" });
    assert_eq!(
        registry(&install(&mut tour, "namespace=a", "{}").await),
        set
    );
    let other = r#"{"image":{"registry":"docker.io"}}"#;
    assert_eq!(
        registry(&install(&mut tour, "namespace=a&set-registry=true", other).await),
        set
    );
    assert_eq!(
        registry(&install(&mut tour, "namespace=a", r#"{"image":null}"#).await),
        set
    );
    let kept = install(&mut tour, "namespace=a&set-registry=false", other).await;
    assert_eq!(registry(&kept), json!({ "registry": "docker.io" }));
    let text = install(&mut tour, "namespace=a", r#"{"image":"nginx"}"#).await;
    assert_refused(&text, 400, "字段 values.image 必须是对象");
}

#[tokio::test]
async fn namespaces_are_apart() {
    let mut tour = fresh();
    install(&mut tour, "namespace=a&set-registry=false", r#"{"in":"a"}"#).await;
    install(&mut tour, "namespace=b&set-registry=false", r#"{"in":"b"}"#).await;
    assert_eq!(
        delete(&mut tour, "namespace=a").await.json()["values"]["in"],
        "a"
    );
    assert_eq!(
        delete(&mut tour, "namespace=b").await.json()["values"]["in"],
        "b"
    );
}

#[tokio::test]
async fn incomplete_orders_are_refused_and_name_the_fields_in_order() {
    let mut tour = fresh();
    let operation = format!("POST {BASE}/release/web?namespace=a");
    for (body, message) in [
        ("{}", "缺少必填字段: name, version, values"),
        (
            r#"{"values":{},"version":null}"#,
            "缺少必填字段: name, version",
        ),
        (
            r#"{"name":"","version":"1","values":{}}"#,
            "字段 name 必须是非空字符串",
        ),
        (
            r#"{"name":"a","version":1,"values":{}}"#,
            "字段 version 必须是非空字符串",
        ),
        (
            r#"{"name":"a","version":"1","values":[]}"#,
            "字段 values 必须是对象",
        ),
        ("[]", "请求体必须是有效的 JSON 对象"),
        ("{", "请求体必须是有效的 JSON 对象"),
        ("", "请求体必须是有效的 JSON 对象"),
    ] {
        assert_refused(&tour.tell(&operation, body).await, 400, message);
    }
    let answered = tour.send(&operation, "text/plain", order("{}")).await;
    assert_refused(&answered, 400, "Content-Type 必须是 application/json");
    assert_refused(
        &delete(&mut tour, "namespace=a").await,
        400,
        "应用实例不存在: web",
    );
}

#[tokio::test]
async fn bad_parameters_are_refused() {
    let mut tour = fresh();
    for query in ["", "namespace=", "Namespace=a"] {
        assert_refused(
            &install(&mut tour, query, "{}").await,
            400,
            "缺少必填参数: namespace",
        );
        assert_refused(
            &delete(&mut tour, query).await,
            400,
            "缺少必填参数: namespace",
        );
    }
    let answered = install(&mut tour, "namespace=a&set-registry=yes", "{}").await;
    assert_refused(&answered, 400, "参数 set-registry 必须是 true 或 false");
    let answered = tour
        .ask(&format!("DELETE {BASE}/release/%FF?namespace=a"))
        .await;
    assert_refused(
        &answered,
        400,
        "路径参数 release-name 不是有效的 UTF-8 文本",
    );
}

#[tokio::test]
async fn health_and_what_is_not_there() {
    let mut tour = fresh();
    assert_eq!(tour.ask("GET /health").await.text(), r#"{"status":"ok"}"#);
    let unknown = tour.ask("GET /elsewhere").await;
    assert_eq!(
        (unknown.code(), unknown.text()),
        (404, "404 page not found\n")
    );
    assert!(unknown.header("content-type").starts_with("text/plain"));
    let answered = tour.ask("DELETE /health").await;
    assert_refused(&answered, 405, "不支持该请求方法");
    assert_eq!(answered.header("allow"), "GET,HEAD");
}
