//! The resources of rise-image, as they are kept and as they are shown.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::API_VERSION;
use super::registry;
use super::request::{Head, RegistrySecretOrder, RepositoryOrder};
use crate::world::Entropy;

/// What the names of the platform's annotations begin with.
const PREFIX: &str = "theriseunion.io/";
/// The annotations of a registry secret that only the platform writes.
const OF_PLATFORM: [&str; 6] = [
    "domain",
    "username",
    "provider",
    "verify-status",
    "verify-message",
    "verify-timestamp",
];

/// The kinds of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    RegistrySecret,
    Repository,
}

impl Kind {
    /// As it stands in objects.
    pub(super) fn name(self) -> &'static str {
        match self {
            Kind::RegistrySecret => "RegistrySecret",
            Kind::Repository => "Repository",
        }
    }

    /// As it stands in the details of errors.
    pub(super) fn lower_case(self) -> &'static str {
        match self {
            Kind::RegistrySecret => "registrysecret",
            Kind::Repository => "repository",
        }
    }
}

/// What can be answered.
pub(super) trait Shown {
    /// As it is answered.
    fn shown(&self) -> Value;
}

/// What the platform keeps under a name in a namespace.
pub(super) trait Resource: Shown + Sized {
    const KIND: Kind;
    /// The resources of this kind in a namespace.
    fn shelf(namespace: &Namespace) -> &BTreeMap<String, Self>;
    /// The same, to be changed.
    fn shelf_mut(namespace: &mut Namespace) -> &mut BTreeMap<String, Self>;
}

/// All that is in one namespace.
#[derive(Debug, Default)]
pub(super) struct Namespace {
    registry_secrets: BTreeMap<String, RegistrySecret>,
    repositories: BTreeMap<String, Repository>,
    /// How many resources there have been; numbers the sources of their random parts, so that what
    /// other namespaces do at the same time does not change them.
    pub(super) created_ever: u64,
}

/// What every resource has.
#[derive(Debug)]
pub(super) struct Meta {
    name: String,
    namespace: String,
    annotations: Map<String, Value>,
    created: Timestamp,
    /// The source of its id and of its versions.
    entropy: Entropy,
    /// How often it has changed.
    changes: u64,
}

impl Meta {
    /// That of a new resource.
    pub(super) fn new(head: Head, created: Timestamp, entropy: Entropy) -> Meta {
        let Head {
            namespace,
            name,
            annotations,
        } = head;
        Meta {
            name,
            namespace,
            annotations,
            created,
            entropy,
            changes: 0,
        }
    }

    /// The resource is another one from now on: its version changes.
    pub(super) fn change(&mut self) {
        self.changes = self.changes.saturating_add(1);
    }

    fn shown(&self, annotations: Map<String, Value>) -> Value {
        let version = self.entropy.fork(&format!("version {}", self.changes));
        let mut shown = json!({
            "name": self.name,
            "namespace": self.namespace,
            "uid": uuid(self.entropy.fork("uid")),
            "resourceVersion": version.clone().next_u64().to_string(),
            "creationTimestamp": seconds(self.created),
        });
        if !annotations.is_empty() {
            shown["annotations"] = Value::Object(annotations);
        }
        shown
    }
}

/// The credentials of a registry.
#[derive(Debug)]
pub(super) struct RegistrySecret {
    pub(super) meta: Meta,
    order: RegistrySecretOrder,
    verification: Option<Verification>,
    /// Whether the password is shown, as a fault wants it.
    is_open: bool,
}

/// What the last verification of the stored credentials came to.
#[derive(Debug)]
pub(super) struct Verification {
    pub(super) outcome: Outcome,
    pub(super) at: Timestamp,
}

/// What an attempt came to, and what is said of it.
#[derive(Debug, Clone)]
pub(super) struct Outcome {
    pub(super) success: bool,
    pub(super) message: String,
}

impl Shown for Outcome {
    fn shown(&self) -> Value {
        json!({ "success": self.success, "message": self.message })
    }
}

impl RegistrySecret {
    /// One that has not been verified.
    pub(super) fn new(meta: Meta, order: RegistrySecretOrder, is_open: bool) -> RegistrySecret {
        RegistrySecret {
            meta,
            order,
            verification: None,
            is_open,
        }
    }

    /// The domain of its registry.
    pub(super) fn domain(&self) -> &str {
        &self.order.domain
    }

    /// Logs in with the stored credentials.
    pub(super) fn verify(&self) -> Outcome {
        self.log_in(
            &self.order.domain,
            &self.order.username,
            &self.order.password,
        )
    }

    /// Logs in with these credentials; the registry knows those that are stored.
    pub(super) fn log_in(&self, domain: &str, username: &str, password: &str) -> Outcome {
        let is_known = self.order.username == username && self.order.password == password;
        let (success, message) = if !registry::is_reachable(domain) {
            (false, format!("连接失败：无法访问 {domain}"))
        } else if is_known {
            (true, "连接成功".to_owned())
        } else {
            (false, "认证失败：用户名或密码错误".to_owned())
        };
        Outcome { success, message }
    }

    /// Notes what a verification of the stored credentials came to.
    pub(super) fn note(&mut self, verification: Verification) {
        self.verification = Some(verification);
        self.meta.change();
    }

    fn annotations(&self) -> Map<String, Value> {
        let order = &self.order;
        let mut all = self.meta.annotations.clone();
        let mut put = |name: &str, value: &str| {
            all.entry(format!("{PREFIX}{name}"))
                .or_insert_with(|| Value::from(value));
        };
        put("domain", &order.domain);
        put("username", &order.username);
        put("provider", &order.provider);
        match &self.verification {
            None => put("verify-status", "untested"),
            Some(Verification { outcome, at }) => {
                let status = if outcome.success { "success" } else { "failed" };
                put("verify-status", status);
                put("verify-message", &outcome.message);
                put("verify-timestamp", &at.as_millisecond().to_string());
            }
        }
        all
    }
}

impl Resource for RegistrySecret {
    const KIND: Kind = Kind::RegistrySecret;

    fn shelf(namespace: &Namespace) -> &BTreeMap<String, Self> {
        &namespace.registry_secrets
    }

    fn shelf_mut(namespace: &mut Namespace) -> &mut BTreeMap<String, Self> {
        &mut namespace.registry_secrets
    }
}

impl Shown for RegistrySecret {
    fn shown(&self) -> Value {
        let order = &self.order;
        let mut spec = json!({
            "domain": order.domain,
            "username": order.username,
            "provider": order.provider,
        });
        if self.is_open {
            spec["password"] = Value::from(order.password.as_str());
        }
        json!({
            "apiVersion": API_VERSION,
            "kind": Self::KIND.name(),
            "metadata": self.meta.shown(self.annotations()),
            "spec": spec,
        })
    }
}

/// An image that the platform synchronises.
#[derive(Debug)]
pub(super) struct Repository {
    pub(super) meta: Meta,
    order: RepositoryOrder,
    phase: Phase,
    domain: Option<String>,
    last_synced: Option<Timestamp>,
}

/// How a synchronisation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Phase {
    /// It has not begun.
    Waiting,
    Syncing,
    Success,
    Failed,
}

impl Phase {
    fn name(self) -> &'static str {
        match self {
            Phase::Waiting => "",
            Phase::Syncing => "Syncing",
            Phase::Success => "Success",
            Phase::Failed => "Failed",
        }
    }
}

impl Repository {
    /// One whose first synchronisation has not begun.
    pub(super) fn new(meta: Meta, order: RepositoryOrder) -> Repository {
        Repository {
            meta,
            order,
            phase: Phase::Waiting,
            domain: None,
            last_synced: None,
        }
    }

    /// The namespace and the name of its registry secret.
    pub(super) fn registry(&self) -> (&str, &str) {
        (&self.order.registry_namespace, &self.order.registry_name)
    }

    /// How its synchronisation stands.
    pub(super) fn phase(&self) -> Phase {
        self.phase
    }

    /// A synchronisation begins; `domain` is that of the registry secret, if there is one.
    pub(super) fn begin(&mut self, domain: Option<&str>) {
        self.phase = Phase::Syncing;
        if let Some(domain) = domain {
            self.domain = Some(domain.to_owned());
        }
    }

    /// The synchronisation ends at that moment.
    pub(super) fn end(&mut self, domain: Option<&str>, at: Timestamp) {
        if domain.is_some_and(registry::is_reachable) {
            self.phase = Phase::Success;
            self.last_synced = Some(at);
        } else {
            self.phase = Phase::Failed;
        }
    }
}

impl Resource for Repository {
    const KIND: Kind = Kind::Repository;

    fn shelf(namespace: &Namespace) -> &BTreeMap<String, Self> {
        &namespace.repositories
    }

    fn shelf_mut(namespace: &mut Namespace) -> &mut BTreeMap<String, Self> {
        &mut namespace.repositories
    }
}

impl Shown for Repository {
    fn shown(&self) -> Value {
        let order = &self.order;
        let mut status = Map::new();
        if let Some(domain) = &self.domain {
            status.insert("domain".to_owned(), Value::from(domain.as_str()));
        }
        status.insert("syncStatus".to_owned(), Value::from(self.phase.name()));
        if let Some(last_synced) = self.last_synced {
            let manifest = registry::manifest(&order.repository, &order.tag);
            status.insert("lastSynced".to_owned(), Value::from(seconds(last_synced)));
            status.insert("manifest".to_owned(), manifest);
        }
        json!({
            "apiVersion": API_VERSION,
            "kind": Self::KIND.name(),
            "metadata": self.meta.shown(self.meta.annotations.clone()),
            "spec": {
                "repository": order.repository,
                "tag": order.tag,
                "registryRef": {
                    "name": order.registry_name,
                    "namespace": order.registry_namespace,
                },
                "syncInterval": order.interval,
                "syncTimeout": order.timeout,
                "retryCount": order.retries,
            },
            "status": status,
        })
    }
}

/// Whether only the platform writes the annotation of this name on a resource of this kind.
pub(super) fn is_of_platform(kind: Kind, annotation: &str) -> bool {
    kind == Kind::RegistrySecret
        && annotation
            .strip_prefix(PREFIX)
            .is_some_and(|name| OF_PLATFORM.contains(&name))
}

/// A moment to the second: `2024-01-08T10:30:00Z`.
fn seconds(moment: Timestamp) -> String {
    moment.strftime("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// A random UUID (RFC 9562 §5.4).
fn uuid(mut entropy: Entropy) -> String {
    let random = (u128::from(entropy.next_u64()) << 64) | u128::from(entropy.next_u64());
    let version = random & !(0xF << 76) | (0x4 << 76);
    let hex = format!("{:032x}", version & !(0x3 << 62) | (0x2 << 62));
    let parts = [
        &hex[..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..],
    ];
    parts.join("-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_uuid_is_random_and_says_so() {
        let uid = uuid(Entropy::from_seed(1));
        let lengths: Vec<_> = uid.split('-').map(str::len).collect();
        assert_eq!(lengths, [8, 4, 4, 4, 12], "{uid}");
        assert_eq!(&uid[14..15], "4", "{uid}");
        assert!("89ab".contains(&uid[19..20]), "{uid}");
        assert_ne!(uid, uuid(Entropy::from_seed(2)));
    }

    #[test]
    fn the_annotations_of_the_platform_are_known() {
        for name in ["theriseunion.io/verify-status", "theriseunion.io/domain"] {
            assert!(is_of_platform(Kind::RegistrySecret, name), "{name}");
            assert!(!is_of_platform(Kind::Repository, name), "{name}");
        }
        for name in [
            "theriseunion.io/display-name",
            "theriseunion.io/description",
            "theriseunion.io/team",
            "example.com/domain",
            "domain",
        ] {
            assert!(!is_of_platform(Kind::RegistrySecret, name), "{name}");
        }
    }
}
