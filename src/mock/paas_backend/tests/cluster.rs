//! What runs in the cluster: deployments with their pods, and services.

use super::*;

/// The names of the pods of henry in the namespace test.
async fn pods(tour: &mut Tour) -> Vec<String> {
    let answered = post(tour, LIST_PODS, "username=henry&namespace=test").await;
    let pods = answered.json()["info"]["pods"].clone();
    let name = |pod: &Value| pod["name"].as_str().unwrap().to_owned();
    pods.as_array().unwrap().iter().map(name).collect()
}

#[tokio::test]
async fn a_deployment_has_the_pods_that_it_asks_for() {
    let mut tour = settled(None).await;
    let created = apply(&mut tour, CREATE_DEPLOYMENT, DEPLOYMENT).await;
    assert_done(&created);
    assert_eq!(
        created.json()["info"],
        json!({ "selector": { "app": "nginx" } })
    );
    let two = pods(&mut tour).await;
    assert_eq!(two.len(), 2);
    assert!(two.iter().all(|name| name.starts_with("nginx-")), "{two:?}");
    let three = DEPLOYMENT.replace("replicas: 2", "replicas: 3");
    assert_done(&apply(&mut tour, UPDATE_DEPLOYMENT, &three).await);
    let scaled = pods(&mut tour).await;
    assert_eq!(scaled.len(), 3);
    assert!(two.iter().all(|name| scaled.contains(name)), "{scaled:?}");
    let other = DEPLOYMENT.replace("1.25.0", "1.25.1");
    assert_done(&apply(&mut tour, UPDATE_DEPLOYMENT, &other).await);
    let replaced = pods(&mut tour).await;
    assert_eq!(replaced.len(), 2);
    assert!(
        !replaced.iter().any(|name| scaled.contains(name)),
        "{replaced:?}"
    );
    let list = post(&mut tour, LIST_DEPLOYMENTS, "username=henry&namespace=test").await;
    let deployment = json!({
        "name": "nginx",
        "image": "nginx:1.25.1",
        "selector": { "app": "nginx" },
        "replica": 2,
    });
    let info = json!({ "namespace": "test", "deployments": [deployment] });
    assert_eq!(list.json()["info"], info);
}

#[tokio::test]
async fn a_deployment_that_cannot_be_made_or_changed_is_refused() {
    let mut tour = settled(None).await;
    assert_told(
        &apply(&mut tour, UPDATE_DEPLOYMENT, DEPLOYMENT).await,
        refusal::DEPLOYMENT_UNKNOWN,
    );
    apply(&mut tour, CREATE_DEPLOYMENT, DEPLOYMENT).await;
    let elsewhere = DEPLOYMENT.replace(", namespace: test", "");
    for (path, manifest, refusal) in [
        (CREATE_DEPLOYMENT, DEPLOYMENT, refusal::DEPLOYMENT_EXISTS),
        (CREATE_DEPLOYMENT, &elsewhere, refusal::NAMESPACE_UNKNOWN),
        (UPDATE_DEPLOYMENT, &elsewhere, refusal::NAMESPACE_UNKNOWN),
        (CREATE_DEPLOYMENT, SERVICE, refusal::MANIFEST_INVALID),
        (
            UPDATE_DEPLOYMENT,
            &DEPLOYMENT.replace("app: nginx", "app: other"),
            refusal::SELECTOR_CHANGED,
        ),
    ] {
        assert_told(&apply(&mut tour, path, manifest).await, refusal);
    }
    let file = ("nginx.txt", DEPLOYMENT.as_bytes());
    let answered = post_file(&mut tour, CREATE_DEPLOYMENT, "username=henry", file).await;
    assert_told(&answered, refusal::NO_MANIFEST);
    let delete = "username=henry&namespace=test&deployment=nginx";
    assert_done(&post(&mut tour, DELETE_DEPLOYMENT, delete).await);
    assert_told(
        &post(&mut tour, DELETE_DEPLOYMENT, delete).await,
        refusal::DEPLOYMENT_UNKNOWN,
    );
    assert!(pods(&mut tour).await.is_empty());
}

#[tokio::test]
async fn more_pods_than_fit_are_no_mistake_of_the_manifest() {
    let mut tour = settled(None).await;
    let many = DEPLOYMENT.replace("replicas: 2", "replicas: 1001");
    assert_eq!(apply(&mut tour, CREATE_DEPLOYMENT, &many).await.code(), 500);
    assert_done(&apply(&mut tour, CREATE_DEPLOYMENT, DEPLOYMENT).await);
    assert_eq!(apply(&mut tour, UPDATE_DEPLOYMENT, &many).await.code(), 500);
    assert_eq!(pods(&mut tour).await.len(), 2);
}

#[tokio::test]
async fn what_one_user_does_changes_no_pods_of_another() {
    let mut quiet = settled(None).await;
    apply(&mut quiet, CREATE_DEPLOYMENT, DEPLOYMENT).await;
    let mut busy = settled(None).await;
    post(&mut busy, CREATE_NAMESPACE, "username=mary&namespace=test").await;
    let file = ("manifest.yaml", DEPLOYMENT.as_bytes());
    post_file(&mut busy, CREATE_DEPLOYMENT, "username=mary", file).await;
    apply(&mut busy, CREATE_DEPLOYMENT, DEPLOYMENT).await;
    assert_eq!(pods(&mut busy).await, pods(&mut quiet).await);
}

#[tokio::test]
async fn a_long_name_is_cut_before_the_random_part_of_a_pod() {
    let mut tour = settled(None).await;
    let name = "a".repeat(253);
    let manifest = DEPLOYMENT.replacen("name: nginx,", &format!("name: {name},"), 1);
    assert_done(&apply(&mut tour, CREATE_DEPLOYMENT, &manifest).await);
    assert!(pods(&mut tour).await.iter().all(|name| name.len() == 63));
}

#[tokio::test]
async fn a_namespace_takes_what_is_in_it() {
    let mut tour = settled(None).await;
    apply(&mut tour, CREATE_DEPLOYMENT, DEPLOYMENT).await;
    apply(&mut tour, CREATE_SERVICE, SERVICE).await;
    let namespace = "username=henry&namespace=test";
    post(&mut tour, DELETE_NAMESPACE, namespace).await;
    let gone = post(&mut tour, LIST_PODS, namespace).await;
    assert_told(&gone, refusal::NAMESPACE_UNKNOWN);
    post(&mut tour, CREATE_NAMESPACE, namespace).await;
    assert!(pods(&mut tour).await.is_empty());
    assert_done(&apply(&mut tour, CREATE_SERVICE, SERVICE).await);
}

#[tokio::test]
async fn a_service_tells_how_it_is_reached() {
    let mut tour = settled(None).await;
    let variant = |from: &str, to: &str, name: &str| {
        SERVICE
            .replace(from, to)
            .replace("name: web", &format!("name: {name}"))
    };
    let created = apply(&mut tour, CREATE_SERVICE, SERVICE).await;
    let info = json!({ "name": "web", "type": "NodePort", "cluster-ip": "10.96.0.17", "port": "80:30080/TCP" });
    assert_eq!(created.json()["info"], info);
    let plain = variant("type: NodePort, ", "", "plain").replace(", nodePort: 30080", "");
    let created = apply(&mut tour, CREATE_SERVICE, &plain).await;
    let info = json!({ "name": "plain", "type": "ClusterIP", "cluster-ip": "10.96.0.18", "port": "80/TCP" });
    assert_eq!(created.json()["info"], info);
    let headless = plain
        .replace("name: plain", "name: none")
        .replace("spec: {", "spec: {clusterIP: None, ");
    let created = apply(&mut tour, CREATE_SERVICE, &headless).await;
    assert_eq!(created.json()["info"]["cluster-ip"], "None");
    let any = variant(", nodePort: 30080", "", "any");
    let created = apply(&mut tour, CREATE_SERVICE, &any).await;
    assert_eq!(created.json()["info"]["port"], "80:30086/TCP");
    let both = "nodePort: 30081, name: a}, {port: 80, nodePort: 30081, protocol: UDP, name: b}";
    let both = variant("nodePort: 30080}", both, "both");
    let created = apply(&mut tour, CREATE_SERVICE, &both).await;
    let expected = "80:30081/TCP,80:30081/UDP";
    assert_eq!(created.json()["info"]["port"], expected);
}

#[tokio::test]
async fn a_service_that_cannot_be_made_or_changed_is_refused() {
    let mut tour = settled(None).await;
    let unknown = apply(&mut tour, UPDATE_SERVICE, SERVICE).await;
    assert_told(&unknown, refusal::SERVICE_UNKNOWN);
    apply(&mut tour, CREATE_SERVICE, SERVICE).await;
    let second = SERVICE.replace("name: web", "name: second");
    let elsewhere = SERVICE.replace("namespace: test", "namespace: other");
    for (path, manifest, refusal) in [
        (CREATE_SERVICE, SERVICE, refusal::SERVICE_EXISTS),
        (CREATE_SERVICE, &second, refusal::NODE_PORT_TAKEN),
        (CREATE_SERVICE, &elsewhere, refusal::NAMESPACE_UNKNOWN),
        (UPDATE_SERVICE, DEPLOYMENT, refusal::MANIFEST_INVALID),
    ] {
        assert_told(&apply(&mut tour, path, manifest).await, refusal);
    }
    let updated = apply(
        &mut tour,
        UPDATE_SERVICE,
        &SERVICE.replace("app: nginx", "app: next"),
    )
    .await;
    assert_eq!(
        updated.json()["info"],
        json!({ "selector": { "app": "next" } })
    );
    let delete = "username=henry&namespace=test&service=web";
    assert_done(&post(&mut tour, DELETE_SERVICE, delete).await);
    assert_told(
        &post(&mut tour, DELETE_SERVICE, delete).await,
        refusal::SERVICE_UNKNOWN,
    );
    assert_done(&apply(&mut tour, CREATE_SERVICE, &second).await);
}
