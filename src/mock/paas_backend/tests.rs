//! Plays the whole of paas-backend, as its document says and with each fault.

mod cluster;

use serde_json::json;

use super::dockerfile::samples::zip;
use super::*;
use crate::mock::tour::{Answered, Tour, assert_shows};

const FORM: &str = "application/x-www-form-urlencoded";
const MULTIPART: &str = "multipart/form-data; boundary=parts";

const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx, namespace: test}
spec:
  replicas: 2
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx}}
    spec: {containers: [{name: nginx, image: 'nginx:1.25.0'}]}
";
const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: web, namespace: test}
spec: {type: NodePort, selector: {app: nginx}, ports: [{port: 80, nodePort: 30080}]}
";

fn archive() -> Vec<u8> {
    zip(&[("Dockerfile", "FROM nginx:1.25.0\n")])
}

fn fresh() -> Tour {
    Tour::of(&MOCK, None)
}

/// Posts a form of texts, written as a query is.
async fn post(tour: &mut Tour, path: &str, form: &str) -> Answered {
    tour.send(&format!("POST {path}"), FORM, form.to_owned())
        .await
}

/// Posts a form with texts, written as a query is, and a file.
async fn post_file(
    tour: &mut Tour,
    path: &str,
    form: &str,
    (name, content): (&str, &[u8]),
) -> Answered {
    let mut body = Vec::new();
    for (field, value) in url::form_urlencoded::parse(form.as_bytes()) {
        let part = format!(
            "--parts\r\ncontent-disposition: form-data; name=\"{field}\"\r\n\r\n{value}\r\n"
        );
        body.extend(part.into_bytes());
    }
    let head = format!(
        "--parts\r\ncontent-disposition: form-data; name=\"file\"; filename=\"{name}\"\r\n\r\n"
    );
    body.extend(head.into_bytes());
    body.extend(content);
    body.extend(b"\r\n--parts--\r\n");
    tour.send(&format!("POST {path}"), MULTIPART, body).await
}

/// A form in which all fields have the same value.
fn form_of<'f>(fields: impl Iterator<Item = &'f &'f str>, value: &str) -> String {
    let pairs: Vec<String> = fields.map(|name| format!("{name}={value}")).collect();
    pairs.join("&")
}

async fn upload(tour: &mut Tour, form: &str) -> Answered {
    post_file(tour, UPLOAD_IMAGE, form, ("app.zip", &archive())).await
}

async fn apply(tour: &mut Tour, path: &str, manifest: &str) -> Answered {
    let file = ("manifest.yaml", manifest.as_bytes());
    post_file(tour, path, "username=henry", file).await
}

/// A mock with the users henry and mary, and the namespace test of henry.
async fn settled(fault: Option<&'static crate::mock::Fault>) -> Tour {
    let mut tour = Tour::of(&MOCK, fault);
    post(&mut tour, REGISTER, "username=henry&password=a").await;
    post(&mut tour, REGISTER, "username=mary&password=b").await;
    post(&mut tour, CREATE_NAMESPACE, "username=henry&namespace=test").await;
    tour
}

fn assert_done(answered: &Answered) {
    assert_eq!(answered.code(), 200, "{answered:?}");
    assert_eq!(answered.header("content-type"), "application/json");
    let body = answered.json();
    let expected = json!(["200", "successful!"]);
    assert_eq!(json!([body["statusCode"], body["message"]]), expected);
}

fn assert_told(answered: &Answered, refusal: Refusal) {
    assert_eq!(answered.code(), 200, "{answered:?}");
    assert_eq!(answered.header("content-type"), "application/json");
    let Refusal::Told(message) = refusal else {
        panic!("{refusal:?} is a page");
    };
    let expected = json!({ "statusCode": "200", "message": message });
    assert_eq!(answered.json(), expected);
}

/// Everything once, and every refusal that shows a fault.
async fn play(fault: Option<&'static crate::mock::Fault>) -> Tour {
    let mut tour = settled(fault).await;
    post(&mut tour, REGISTER, "username=henry&password=c").await;
    post(&mut tour, REGISTER, "username=jane").await;
    post(&mut tour, LOGIN, "username=henry&password=c").await;
    play_images(&mut tour).await;
    tour.ask(&format!("GET {LIST_NODES}")).await;
    post(&mut tour, LIST_NAMESPACES, "username=henry").await;
    post(&mut tour, LIST_NAMESPACES, "username=mary").await;
    play_deployments(&mut tour).await;
    apply(&mut tour, CREATE_SERVICE, SERVICE).await;
    apply(&mut tour, UPDATE_SERVICE, SERVICE).await;
    let second = SERVICE.replace("name: web", "name: second");
    apply(&mut tour, CREATE_SERVICE, &second).await;
    post(&mut tour, CREATE_NAMESPACE, "username=mary&namespace=test").await;
    for user in ["mary", "henry"] {
        let service = format!("username={user}&namespace=test&service=web");
        post(&mut tour, DELETE_SERVICE, &service).await;
    }
    post(&mut tour, DELETE_NAMESPACE, "username=henry&namespace=test").await;
    post(&mut tour, LIST_NAMESPACES, "username=henry").await;
    post(&mut tour, CREATE_NAMESPACE, "username=henry&namespace=test").await;
    post(&mut tour, LIST_DEPLOYMENTS, "username=henry&namespace=test").await;
    tour
}

async fn play_images(tour: &mut Tour) {
    let henry = "username=henry&repo=web&tag=1";
    upload(tour, henry).await;
    upload(tour, henry).await;
    upload(tour, "username=henry&repo=web&tag=1:2").await;
    let bare = zip(&[("index.html", "")]);
    post_file(
        tour,
        UPLOAD_IMAGE,
        "username=henry&repo=web&tag=3",
        ("app.zip", &bare),
    )
    .await;
    let tags = "username=henry&oldrepo=web&oldtag=1&newrepo=web&newtag=2";
    post(tour, TAG_IMAGE, tags).await;
    post(tour, LIST_IMAGES, "username=henry&repo=web").await;
    post(tour, LIST_IMAGES, "username=mary&repo=web").await;
    post(tour, LIST_REPOS, "username=henry").await;
    post(tour, LIST_REPOS, "username=mary").await;
    post(tour, DELETE_IMAGE, henry).await;
    post(tour, DELETE_IMAGE, henry).await;
    post(tour, LIST_IMAGES, "username=henry&repo=web").await;
}

async fn play_deployments(tour: &mut Tour) {
    post(tour, CREATE_NAMESPACE, "username=henry&namespace=other").await;
    apply(tour, CREATE_DEPLOYMENT, DEPLOYMENT).await;
    apply(tour, CREATE_DEPLOYMENT, "a: [").await;
    apply(
        tour,
        CREATE_DEPLOYMENT,
        &DEPLOYMENT.replace(", namespace: test", ""),
    )
    .await;
    post(tour, LIST_DEPLOYMENTS, "username=henry&namespace=test").await;
    post(tour, LIST_DEPLOYMENTS, "username=henry&namespace=other").await;
    post(tour, LIST_PODS, "username=henry&namespace=test").await;
    apply(
        tour,
        UPDATE_DEPLOYMENT,
        &DEPLOYMENT.replace("1.25.0", "1.25.1"),
    )
    .await;
    post(tour, LIST_DEPLOYMENTS, "username=henry&namespace=test").await;
}

#[tokio::test]
async fn a_user_registers_once_and_logs_in() {
    let mut tour = fresh();
    let henry = "username=henry&password=%E6%89%8B%20%26";
    assert_told(&post(&mut tour, LOGIN, henry).await, refusal::LOGIN_FAILED);
    assert_done(&post(&mut tour, REGISTER, henry).await);
    assert_done(&post(&mut tour, LOGIN, "password=手 %26&username=henry").await);
    let other = "username=henry&password=other";
    assert_told(
        &post(&mut tour, REGISTER, other).await,
        refusal::USER_NAME_TAKEN,
    );
    assert_told(&post(&mut tour, LOGIN, other).await, refusal::LOGIN_FAILED);
    let answered = post(&mut tour, REGISTER, "username=Henry&password=a").await;
    assert_told(&answered, refusal::USER_NAME_INVALID);
}

#[tokio::test]
async fn every_route_asks_for_each_of_its_fields_and_for_a_user() {
    let mut tour = settled(None).await;
    let file = ("manifest.yaml", DEPLOYMENT.as_bytes());
    for (path, fields) in [
        (UPLOAD_IMAGE, &["username", "repo", "tag"][..]),
        (LIST_REPOS, &["username"]),
        (LIST_IMAGES, &["username", "repo"]),
        (
            TAG_IMAGE,
            &["username", "oldrepo", "oldtag", "newrepo", "newtag"],
        ),
        (DELETE_IMAGE, &["username", "repo", "tag"]),
        (CREATE_NAMESPACE, &["username", "namespace"]),
        (LIST_NAMESPACES, &["username"]),
        (DELETE_NAMESPACE, &["username", "namespace"]),
        (CREATE_DEPLOYMENT, &["username"]),
        (LIST_PODS, &["username", "namespace"]),
        (LIST_DEPLOYMENTS, &["username", "namespace"]),
        (UPDATE_DEPLOYMENT, &["username"]),
        (DELETE_DEPLOYMENT, &["username", "namespace", "deployment"]),
        (CREATE_SERVICE, &["username"]),
        (UPDATE_SERVICE, &["username"]),
        (DELETE_SERVICE, &["username", "namespace", "service"]),
    ] {
        for left_out in fields {
            let others = fields.iter().filter(|it| *it != left_out);
            let form = form_of(others, "a");
            assert_told(&post(&mut tour, path, &form).await, refusal::FIELD_EMPTY);
            let form = format!("{form}&{left_out}=");
            let answered = post_file(&mut tour, path, &form, file).await;
            assert_told(&answered, refusal::FIELD_EMPTY);
        }
        let form = form_of(fields.iter(), "nobody");
        let answered = post_file(&mut tour, path, &form, file).await;
        assert_told(&answered, refusal::USER_UNKNOWN);
    }
    for path in [REGISTER, LOGIN] {
        for form in ["username=a", "password=a", "username=a&password=", ""] {
            let answered = post(&mut tour, path, form).await;
            assert_told(&answered, refusal::CREDENTIALS_EMPTY);
        }
    }
}

#[tokio::test]
async fn images_are_built_listed_and_deleted() {
    let mut tour = settled(None).await;
    let first = upload(&mut tour, "username=henry&repo=web&tag=2").await;
    assert_done(&first);
    let id = first.json()["info"]["imageId"].as_u64().unwrap();
    assert!(id >= 10_000, "{id} could be taken for a place in a list");
    let info = json!({ "username": "henry", "imageId": id, "repo": "web", "imageTag": "2" });
    assert_eq!(first.json()["info"], info);
    assert_done(&upload(&mut tour, "username=henry&repo=web&tag=1").await);
    assert_done(&upload(&mut tour, "username=henry&repo=api&tag=1").await);
    let again = upload(&mut tour, "username=henry&repo=api&tag=1").await;
    assert_told(&again, refusal::TAG_TAKEN);
    let repos = post(&mut tour, LIST_REPOS, "username=henry").await;
    assert_eq!(repos.json()["images"], json!(["api", "web"]));
    let images = post(&mut tour, LIST_IMAGES, "username=henry&repo=web").await;
    let listed = json!([
        { "id": id, "image_repo": "web", "image_tag": "2", "user_name": "henry" },
        { "id": id + 1, "image_repo": "web", "image_tag": "1", "user_name": "henry" },
    ]);
    assert_eq!(images.json()["images"], listed);
    let others = post(&mut tour, LIST_REPOS, "username=mary").await;
    assert_eq!(others.json()["images"], json!([]));
    let api = "username=henry&repo=api&tag=1";
    assert_done(&post(&mut tour, DELETE_IMAGE, api).await);
    assert_told(
        &post(&mut tour, DELETE_IMAGE, api).await,
        refusal::IMAGE_UNKNOWN,
    );
    let repos = post(&mut tour, LIST_REPOS, "username=henry").await;
    assert_eq!(repos.json()["images"], json!(["web"]));
}

#[tokio::test]
async fn a_tag_is_copied() {
    let mut tour = settled(None).await;
    upload(&mut tour, "username=henry&repo=web&tag=1").await;
    let tag = |old: &str, repo: &str, new: &str| {
        format!("username=henry&oldrepo=web&oldtag={old}&newrepo={repo}&newtag={new}")
    };
    assert_done(&post(&mut tour, TAG_IMAGE, &tag("1", "web", "2")).await);
    assert_done(&post(&mut tour, TAG_IMAGE, &tag("2", "api", "1")).await);
    for (form, refusal) in [
        (tag("1", "web", "2"), refusal::TAG_TAKEN),
        (tag("1", "web", "1"), refusal::TAG_TAKEN),
        (tag("3", "web", "4"), refusal::IMAGE_UNKNOWN),
        (tag("1", "web", "a:b"), refusal::COLON_IN_NAME),
        (tag("1", "a:b", "4"), refusal::COLON_IN_NAME),
        (tag("1", "Web", "4"), refusal::IMAGE_NAME_INVALID),
    ] {
        assert_told(&post(&mut tour, TAG_IMAGE, &form).await, refusal);
    }
    let images = post(&mut tour, LIST_IMAGES, "username=henry&repo=web").await;
    let tags: Vec<Value> = images.json()["images"]
        .as_array()
        .unwrap()
        .iter()
        .map(|image| image["image_tag"].clone())
        .collect();
    assert_eq!(tags, ["1", "2"]);
}

#[tokio::test]
async fn what_cannot_be_built_is_refused() {
    let mut tour = settled(None).await;
    let form = "username=henry&repo=web&tag=1";
    let whole = archive();
    let bare = zip(&[("index.html", "")]);
    let baseless = zip(&[("Dockerfile", "RUN true")]);
    for (name, content, refusal) in [
        ("app.tar", &whole, refusal::NO_ZIP),
        ("app.zip", &b"no archive".to_vec(), refusal::NO_ZIP),
        ("app.zip", &bare, refusal::NO_DOCKERFILE),
        ("app.zip", &baseless, refusal::BUILD_FAILED),
    ] {
        let answered = post_file(&mut tour, UPLOAD_IMAGE, form, (name, content)).await;
        assert_told(&answered, refusal);
    }
    assert_told(&post(&mut tour, UPLOAD_IMAGE, form).await, refusal::NO_ZIP);
    let answered = upload(&mut tour, "username=henry&repo=a:b&tag=1").await;
    assert_told(&answered, refusal::COLON_IN_NAME);
    let answered = upload(&mut tour, "username=henry&repo=web&tag=-1").await;
    assert_told(&answered, refusal::IMAGE_NAME_INVALID);
}

#[tokio::test]
async fn namespaces_are_each_users_own() {
    let mut tour = settled(None).await;
    for (form, refusal) in [
        ("username=henry&namespace=test", refusal::NAMESPACE_EXISTS),
        ("username=henry&namespace=Test", refusal::NAMESPACE_INVALID),
    ] {
        let answered = post(&mut tour, CREATE_NAMESPACE, form).await;
        assert_told(&answered, refusal);
    }
    post(
        &mut tour,
        CREATE_NAMESPACE,
        "username=henry&namespace=alpha",
    )
    .await;
    let list = post(&mut tour, LIST_NAMESPACES, "username=henry").await;
    assert_eq!(list.json()["namespaces"], json!(["alpha", "test"]));
    let list = post(&mut tour, LIST_NAMESPACES, "username=mary").await;
    assert_eq!(list.json()["namespaces"], json!([]));
    let across = post(&mut tour, DELETE_NAMESPACE, "username=mary&namespace=test").await;
    assert_told(&across, refusal::NAMESPACE_UNKNOWN);
    let delete = "username=henry&namespace=test";
    assert_done(&post(&mut tour, DELETE_NAMESPACE, delete).await);
    let again = post(&mut tour, DELETE_NAMESPACE, delete).await;
    assert_told(&again, refusal::NAMESPACE_UNKNOWN);
}

#[tokio::test]
async fn every_fault_shows_where_it_says_and_nowhere_else() {
    let right = play(None).await;
    for fault in MOCK.faults {
        assert_shows(fault, &right, &play(Some(fault)).await);
    }
}

#[tokio::test]
async fn the_nodes_are_everybodys() {
    let answered = fresh().ask(&format!("GET {LIST_NODES}")).await;
    assert_done(&answered);
    let first = json!({
        "name": "node-1",
        "address": { "type": "InternalIP", "ip": "192.168.0.11" },
        "os_image": "Ubuntu 22.04.3 LTS",
    });
    assert_eq!(answered.json()["info"][0], first);
}

#[tokio::test]
async fn forms_are_read_as_flask_reads_them() {
    let mut tour = settled(None).await;
    let twice = "username=henry&password=a&username=mary&other=1";
    assert_done(&post(&mut tour, LOGIN, twice).await);
    let parts = "--parts\r\ncontent-disposition: form-data; name=\"username\"\r\n\r\nhenry\r\n\
        --parts\r\ncontent-disposition: form-data; name=\"password\"\r\n\r\na\r\n--parts--\r\n";
    let operation = format!("POST {LOGIN}");
    assert_done(&tour.send(&operation, MULTIPART, parts).await);
    for (media_type, body) in [
        (MULTIPART, &parts[..parts.len() / 2]),
        (MULTIPART, "no parts"),
        ("multipart/form-data", parts),
        ("application/json", r#"{"username":"henry","password":"a"}"#),
        ("", "username=henry&password=a"),
        (FORM, ""),
    ] {
        let answered = tour.send(&operation, media_type, body.to_owned()).await;
        assert_told(&answered, refusal::CREDENTIALS_EMPTY);
    }
}

#[tokio::test]
async fn what_is_too_large_or_not_there_is_a_page() {
    let mut tour = settled(None).await;
    let long = format!("username=henry&password={}", "a".repeat(FORM_BYTES_MAX));
    let manifest = vec![b'#'; FORM_BYTES_MAX + 1];
    let many = "--parts\r\ncontent-disposition: form-data; name=\"a\"\r\n\r\n\r\n".repeat(1_001);
    let answers = [
        (post(&mut tour, LOGIN, &long).await, 413),
        (
            post_file(
                &mut tour,
                CREATE_SERVICE,
                "username=henry",
                ("a.yaml", &manifest),
            )
            .await,
            413,
        ),
        (
            tour.send(
                &format!("POST {LOGIN}"),
                MULTIPART,
                format!("{many}--parts--"),
            )
            .await,
            413,
        ),
        (tour.ask(&format!("GET {LOGIN}")).await, 405),
        (tour.ask("GET /elsewhere").await, 404),
    ];
    for (answered, status) in answers {
        assert_eq!(answered.code(), status, "{answered:?}");
        assert!(answered.header("content-type").starts_with("text/html"));
        assert!(answered.text().contains(&status.to_string()));
    }
    let form = "username=henry&repo=web&tag=1";
    let padded = zip(&[("Dockerfile", "FROM a"), ("x", &"é".repeat(FORM_BYTES_MAX))]);
    let answered = post_file(&mut tour, UPLOAD_IMAGE, form, ("app.zip", &padded)).await;
    assert_done(&answered);
}

#[tokio::test]
async fn the_same_requests_get_the_same_answers() {
    assert_eq!(play(None).await.answers, play(None).await.answers);
}
