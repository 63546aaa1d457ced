//! Uploaded manifests: one Kubernetes object each, with what a cluster demands of it.
//!
//! Sources: Kubernetes API reference, `apps/v1` Deployment and `v1` Service. Of a manifest only what
//! the API answers, and what a cluster would refuse it for, is looked at.

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::names;
use super::refusal::{self, Refusal};
use super::request::Upload;
use crate::mock::number;
use crate::source::Source;

/// The namespace of a manifest that names none.
const NAMESPACE_DEFAULT: &str = "default";
/// The most pods that a manifest can ask for: replicas have 32 bits.
const REPLICAS_MAX: u64 = 2_147_483_647;
/// The ports of nodes that a manifest may ask for.
const NODE_PORTS: std::ops::RangeInclusive<u64> = 30_000..=32_767;

/// What a manifest is of, and where it belongs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Manifest<S> {
    /// Without the user's name before it.
    pub(super) namespace: String,
    pub(super) name: String,
    pub(super) spec: S,
}

/// What a deployment is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct DeploymentSpec {
    pub(super) replicas: u64,
    pub(super) selector: Map<String, Value>,
    /// The image of its first container.
    pub(super) image: String,
    /// The template of its pods, as text: pods of another template are other pods.
    pub(super) template: String,
}

/// What a service is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ServiceSpec {
    /// `ClusterIP`, `NodePort` or `LoadBalancer`.
    pub(super) kind: &'static str,
    /// Whether it has no address in the cluster.
    pub(super) is_headless: bool,
    pub(super) selector: Map<String, Value>,
    pub(super) ports: Vec<Port>,
}

/// A port of a service.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Port {
    pub(super) number: u16,
    /// The port of the nodes, where it has one of its own choice.
    pub(super) on_nodes: Option<u16>,
    pub(super) protocol: &'static str,
}

impl ServiceSpec {
    /// Whether its ports are ports of the nodes, too.
    pub(super) fn opens_node_ports(&self) -> bool {
        self.kind != "ClusterIP"
    }
}

/// The manifest of a deployment.
///
/// # Errors
/// When there is no file, or none of this kind in it.
pub(super) fn deployment(file: Option<&Upload>) -> Result<Manifest<DeploymentSpec>, Refusal> {
    let root = root(file)?;
    manifest(
        &root,
        ("apps/v1", "Deployment"),
        names::is_deployment,
        deployment_spec,
    )
    .ok_or(refusal::MANIFEST_INVALID)
}

/// The manifest of a service.
///
/// # Errors
/// When there is no file, or none of this kind in it.
pub(super) fn service(file: Option<&Upload>) -> Result<Manifest<ServiceSpec>, Refusal> {
    let root = root(file)?;
    manifest(&root, ("v1", "Service"), names::is_service, service_spec)
        .ok_or(refusal::MANIFEST_INVALID)
}

/// The value of the one YAML document in a file.
fn root(file: Option<&Upload>) -> Result<Value, Refusal> {
    let file = file
        .filter(|file| file.is_named(&["yaml", "yml"]))
        .ok_or(refusal::NO_MANIFEST)?;
    let text = str::from_utf8(&file.content).map_err(|_| refusal::MANIFEST_INVALID)?;
    let source = Source::parse("manifest.yaml", text.to_owned());
    let source = source.map_err(|_| refusal::MANIFEST_INVALID)?;
    Ok(source.root().clone())
}

fn manifest<S>(
    root: &Value,
    (version, kind): (&str, &str),
    is_name: fn(&str) -> bool,
    spec: fn(&Value) -> Option<S>,
) -> Option<Manifest<S>> {
    let is_right = root.get("apiVersion")? == version && root.get("kind")? == kind;
    let metadata = root.get("metadata")?;
    let name = metadata
        .get("name")?
        .as_str()
        .filter(|name| is_name(name))?;
    let namespace = match given(metadata, "namespace") {
        Some(namespace) => namespace.as_str()?,
        None => NAMESPACE_DEFAULT,
    };
    is_right.then_some(Manifest {
        namespace: namespace.to_owned(),
        name: name.to_owned(),
        spec: spec(root.get("spec")?)?,
    })
}

fn deployment_spec(spec: &Value) -> Option<DeploymentSpec> {
    let replicas = match present(spec, "replicas") {
        Some(count) => whole(count).filter(|count| *count <= REPLICAS_MAX)?,
        None => 1,
    };
    let selector = spec.get("selector")?;
    let has_conditions = given(selector, "matchExpressions").is_some();
    let selector = labels(selector.get("matchLabels")?)?;
    let template = spec.get("template")?;
    let own = labels(template.pointer("/metadata/labels")?)?;
    let is_selected = selector
        .iter()
        .all(|(key, value)| own.get(key) == Some(value));
    let containers = template.pointer("/spec/containers")?.as_array()?;
    let is_whole = |container: &Value| {
        text(container, "name").is_some_and(names::is_label) && text(container, "image").is_some()
    };
    let distinct: BTreeSet<_> = containers.iter().map(|it| text(it, "name")).collect();
    let is_told_apart = distinct.len() == containers.len();
    let is_labelled = !selector.is_empty() && is_selected && !has_conditions;
    if !is_labelled || !is_told_apart || !containers.iter().all(is_whole) {
        return None;
    }
    Some(DeploymentSpec {
        replicas,
        image: text(containers.first()?, "image")?.to_owned(),
        selector,
        template: template.to_string(),
    })
}

fn service_spec(spec: &Value) -> Option<ServiceSpec> {
    let kind = match given(spec, "type") {
        Some(kind) => one_of(kind.as_str()?, &["ClusterIP", "NodePort", "LoadBalancer"])?,
        None => "ClusterIP",
    };
    let address = given(spec, "clusterIP");
    let is_headless = address.is_some_and(|it| it == "None") && kind == "ClusterIP";
    if address.is_some() && !is_headless {
        return None;
    }
    let selector = match present(spec, "selector") {
        Some(selector) => labels(selector)?,
        None => Map::new(),
    };
    let listed = spec.get("ports")?.as_array()?;
    let ports: Option<Vec<Port>> = listed.iter().map(|it| port(it, kind)).collect();
    let ports = ports.filter(|ports| !ports.is_empty())?;
    let distinct: BTreeSet<_> = ports.iter().map(|it| (it.number, it.protocol)).collect();
    let named: BTreeSet<_> = listed.iter().filter_map(|it| text(it, "name")).collect();
    let is_told_apart = ports.len() == 1 || named.len() == ports.len();
    let is_whole = distinct.len() == ports.len() && is_told_apart;
    is_whole.then_some(ServiceSpec {
        kind,
        is_headless,
        selector,
        ports,
    })
}

fn port(port: &Value, kind: &str) -> Option<Port> {
    let number = whole(port.get("port")?).filter(|number| *number > 0)?;
    if given(port, "name").is_some_and(|name| !name.as_str().is_some_and(names::is_label)) {
        return None;
    }
    let protocol = match given(port, "protocol") {
        Some(protocol) => one_of(protocol.as_str()?, &["TCP", "UDP", "SCTP"])?,
        None => "TCP",
    };
    let on_nodes = match present(port, "nodePort") {
        Some(number) if whole(number) == Some(0) => None,
        Some(number) => {
            let number = whole(number).filter(|it| NODE_PORTS.contains(it))?;
            Some(u16::try_from(number).ok().filter(|_| kind != "ClusterIP")?)
        }
        None => None,
    };
    Some(Port {
        number: u16::try_from(number).ok()?,
        on_nodes,
        protocol,
    })
}

/// A member that is there and not null.
fn present<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    object.get(name).filter(|value| !value.is_null())
}

/// A member that is there and not empty: to Kubernetes an empty text or list is none.
fn given<'v>(object: &'v Value, name: &str) -> Option<&'v Value> {
    let is_empty = |value: &Value| {
        value.as_str().is_some_and(str::is_empty) || value.as_array().is_some_and(Vec::is_empty)
    };
    present(object, name).filter(|value| !is_empty(value))
}

/// A number that is whole and not negative.
fn whole(value: &Value) -> Option<u64> {
    u64::try_from(number::whole(value.as_number()?)?).ok()
}

/// A member that is a text and not empty.
fn text<'v>(object: &'v Value, name: &str) -> Option<&'v str> {
    object.get(name)?.as_str().filter(|text| !text.is_empty())
}

/// The same text, out of those that are known.
fn one_of(text: &str, known: &[&'static str]) -> Option<&'static str> {
    known.iter().copied().find(|it| *it == text)
}

/// Labels with right keys and values.
fn labels(value: &Value) -> Option<Map<String, Value>> {
    let labels = value.as_object()?;
    let is_right = |(key, value): (&String, &Value)| {
        names::is_label_key(key) && value.as_str().is_some_and(names::is_label_value)
    };
    labels.iter().all(is_right).then(|| labels.clone())
}

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use proptest::prelude::*;

    use super::*;

    const DEPLOYMENT: &str = "\
apiVersion: apps/v1
kind: Deployment
metadata: {name: nginx, namespace: test}
spec:
  replicas: 2
  selector: {matchLabels: {app: nginx}}
  template:
    metadata: {labels: {app: nginx, tier: web}}
    spec: {containers: [{name: nginx, image: 'nginx:1.25.0'}, {name: log, image: busybox}]}
";
    const SERVICE: &str = "\
apiVersion: v1
kind: Service
metadata: {name: nginx-test-service}
spec:
  type: NodePort
  selector: {app: nginx}
  ports: [{port: 80, nodePort: 30080}]
";

    fn upload(name: &str, text: &str) -> Upload {
        Upload {
            name: name.to_owned(),
            content: Bytes::copy_from_slice(text.as_bytes()),
        }
    }

    fn read_deployment(text: &str) -> Result<Manifest<DeploymentSpec>, Refusal> {
        deployment(Some(&upload("nginx.yaml", text)))
    }

    fn read_service(text: &str) -> Result<Manifest<ServiceSpec>, Refusal> {
        service(Some(&upload("service.YML", text)))
    }

    #[test]
    fn a_deployment_is_read() {
        let manifest = read_deployment(DEPLOYMENT).unwrap();
        assert_eq!((&*manifest.namespace, &*manifest.name), ("test", "nginx"));
        let spec = manifest.spec;
        assert_eq!((spec.replicas, &*spec.image), (2, "nginx:1.25.0"));
        assert_eq!(
            Value::Object(spec.selector).to_string(),
            r#"{"app":"nginx"}"#
        );
    }

    #[test]
    fn what_a_manifest_leaves_out_has_a_default() {
        let text = DEPLOYMENT
            .replace(", namespace: test", "")
            .replace("replicas: 2", "replicas: null");
        let manifest = read_deployment(&text).unwrap();
        assert_eq!(
            (&*manifest.namespace, manifest.spec.replicas),
            ("default", 1)
        );
        let text = SERVICE
            .replace("  type: NodePort\n  selector: {app: nginx}\n", "")
            .replace(", nodePort: 30080", "");
        let spec = read_service(&text).unwrap().spec;
        assert_eq!((spec.kind, spec.is_headless), ("ClusterIP", false));
        assert!(spec.selector.is_empty() && !spec.opens_node_ports());
        assert_eq!(spec.ports[0].protocol, "TCP");
    }

    #[test]
    fn what_is_empty_is_left_out() {
        let text = DEPLOYMENT
            .replace("namespace: test", "namespace: ''")
            .replace("replicas: 2", "replicas: 2.0")
            .replacen("app: nginx}}", "app: nginx}, matchExpressions: []}", 1);
        let manifest = read_deployment(&text).unwrap();
        let told = (&*manifest.namespace, manifest.spec.replicas);
        assert_eq!(told, ("default", 2));
        let text = SERVICE
            .replace("type: NodePort", "type: ''\n  clusterIP: ''")
            .replace("nodePort: 30080", "nodePort: 0, protocol: '', name: ''");
        let spec = read_service(&text).unwrap().spec;
        assert_eq!((spec.kind, spec.is_headless), ("ClusterIP", false));
        let port = &spec.ports[0];
        assert_eq!((port.on_nodes, port.protocol), (None, "TCP"));
    }

    #[test]
    fn what_kubernetes_refuses_of_a_deployment_is_refused() {
        for (right, wrong) in [
            ("apps/v1", "v1"),
            ("kind: Deployment", "kind: Pod"),
            ("name: nginx,", "name: Nginx,"),
            ("namespace: test", "namespace: 7"),
            ("replicas: 2", "replicas: -1"),
            ("replicas: 2", "replicas: '2'"),
            ("replicas: 2", "replicas: 1.5"),
            ("replicas: 2", "replicas: 2147483648"),
            ("matchLabels: {app: nginx}", "matchLabels: {}"),
            ("matchLabels: {app: nginx}", "matchLabels: {app: other}"),
            ("matchLabels: {app: nginx}", "matchLabels: {app: 7}"),
            (
                "app: nginx}}\n",
                "app: nginx}, matchExpressions: [{key: app, operator: Exists}]}\n",
            ),
            ("image: 'nginx:1.25.0'", "image: ''"),
            ("name: log", "name: Log"),
            ("name: log", "name: nginx"),
            ("containers: [", "initContainers: ["),
            ("spec:\n  replicas", "other:\n  replicas"),
        ] {
            let text = DEPLOYMENT.replacen(right, wrong, 1);
            assert_ne!(text, DEPLOYMENT, "{right}");
            let invalid = Err(refusal::MANIFEST_INVALID);
            assert_eq!(read_deployment(&text), invalid, "{wrong}");
        }
        let empty = DEPLOYMENT.replace(
            "[{name: nginx, image: 'nginx:1.25.0'}, {name: log, image: busybox}]",
            "[]",
        );
        assert_eq!(read_deployment(&empty), Err(refusal::MANIFEST_INVALID));
    }

    #[test]
    fn what_kubernetes_refuses_of_a_service_is_refused() {
        assert!(read_service(SERVICE).is_ok());
        for (right, wrong) in [
            ("kind: Service", "kind: Deployment"),
            ("name: nginx-test", "name: 1-nginx-test"),
            ("type: NodePort", "type: ExternalName"),
            ("type: NodePort", "type: ClusterIP"),
            ("type: NodePort", "type: NodePort\n  clusterIP: None"),
            ("type: NodePort", "clusterIP: 10.96.0.9"),
            ("port: 80", "port: 0"),
            ("port: 80", "port: 65536"),
            ("nodePort: 30080", "nodePort: 80"),
            ("nodePort: 30080", "protocol: HTTP"),
            ("{port: 80, nodePort: 30080}", ""),
            ("nodePort: 30080}", "name: a}, {port: 80, name: b}"),
            ("nodePort: 30080}", "name: a}, {port: 81}"),
            ("nodePort: 30080}", "name: a}, {port: 81, name: a}"),
            ("nodePort: 30080}", "name: A}"),
        ] {
            let text = SERVICE.replacen(right, wrong, 1);
            assert_ne!(text, SERVICE, "{right}");
            let invalid = Err(refusal::MANIFEST_INVALID);
            assert_eq!(read_service(&text), invalid, "{wrong}");
        }
    }

    #[test]
    fn a_service_may_have_no_address_and_several_ports() {
        let text = SERVICE
            .replace("type: NodePort", "clusterIP: None")
            .replace(
                "nodePort: 30080}",
                "name: a}, {port: 80, protocol: UDP, name: b}",
            );
        let spec = read_service(&text).unwrap().spec;
        assert!(spec.is_headless);
        let ports: Vec<_> = spec
            .ports
            .iter()
            .map(|it| (it.number, it.protocol))
            .collect();
        assert_eq!(ports, [(80, "TCP"), (80, "UDP")]);
    }

    #[test]
    fn a_manifest_is_one_yaml_document_in_a_file_of_that_name() {
        assert_eq!(deployment(None), Err(refusal::NO_MANIFEST));
        for name in ["nginx.txt", "nginx", "nginx.yaml.zip", ""] {
            let refused = deployment(Some(&upload(name, DEPLOYMENT)));
            assert_eq!(refused, Err(refusal::NO_MANIFEST), "{name}");
        }
        let two = format!("{DEPLOYMENT}---\n{DEPLOYMENT}");
        for text in ["", "# nothing", "a: [", "- a", "text", &two] {
            assert_eq!(
                read_deployment(text),
                Err(refusal::MANIFEST_INVALID),
                "{text}"
            );
        }
        let file = Upload {
            name: "nginx.yaml".to_owned(),
            content: Bytes::from_static(b"a: \xFF"),
        };
        assert_eq!(deployment(Some(&file)), Err(refusal::MANIFEST_INVALID));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[a-z:{}\\[\\] \n&*-]{0,200}") {
            let _ = read_deployment(&text);
            let _ = read_service(&text);
        }
    }
}
