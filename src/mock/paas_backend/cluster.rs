//! The cluster of paas-backend: its nodes, its addresses, and the namespaces of each user.

use std::collections::BTreeMap;
use std::net::Ipv4Addr;

use serde_json::{Map, Value, json};

use super::deployments::Deployment;
use super::refusal::{self, Refusal};
use super::services::Service;
use super::state::{Platform, check_room};
use super::{Extra, extra, faults, names};
use crate::mock::fault;

/// The most namespaces of one user.
const NAMESPACES_MAX: usize = 1_000;
/// The most deployments, and the most services, of one namespace.
pub(super) const OBJECTS_MAX: usize = 1_000;

/// The machines of the cluster: name, address, system.
const NODES: &[(&str, &str, &str)] = &[
    ("node-1", "192.168.0.11", "Ubuntu 22.04.3 LTS"),
    ("node-2", "192.168.0.12", "Ubuntu 22.04.3 LTS"),
];
/// The network of the pods, 10.128.0.0/9, and how many addresses it has.
const POD_NETWORK: (Ipv4Addr, u32) = (Ipv4Addr::new(10, 128, 0, 0), 1 << 23);
/// The network of the services, 10.96.0.0/12.
const SERVICE_NETWORK: (Ipv4Addr, u32) = (Ipv4Addr::new(10, 96, 0, 0), 1 << 20);
/// The addresses of that network that a cluster keeps for itself.
const SERVICES_OF_THE_CLUSTER: u32 = 16;

/// All that runs.
#[derive(Debug, Default)]
pub(super) struct Cluster {
    /// By user and name.
    namespaces: BTreeMap<(String, String), Namespace>,
    /// What was deleted, for the fault that brings it back.
    deleted: BTreeMap<(String, String), Namespace>,
    pods_ever: u32,
    services_ever: u32,
}

/// What runs in one namespace.
#[derive(Debug, Default)]
pub(super) struct Namespace {
    pub(super) deployments: BTreeMap<String, Deployment>,
    pub(super) services: BTreeMap<String, Service>,
    /// How many deployments there have been; numbers the sources of their random parts, so that what
    /// others do at the same time does not change them.
    pub(super) deployments_ever: u64,
}

impl Cluster {
    /// # Errors
    /// When the user has no such namespace.
    pub(super) fn namespace(&mut self, user: &str, name: &str) -> Result<&mut Namespace, Refusal> {
        let key = (user.to_owned(), name.to_owned());
        self.namespaces
            .get_mut(&key)
            .ok_or(refusal::NAMESPACE_UNKNOWN)
    }

    /// Makes a namespace, if it is not there.
    pub(super) fn make_namespace(&mut self, user: &str, name: &str) {
        let key = (user.to_owned(), name.to_owned());
        let before = self.deleted.remove(&key).unwrap_or_default();
        self.namespaces.entry(key).or_insert(before);
    }

    /// The namespaces of a name, whoever has them.
    pub(super) fn namespaces_named(&mut self, name: &str) -> impl Iterator<Item = &mut Namespace> {
        let all = self.namespaces.iter_mut();
        all.filter(move |((_, it), _)| it == name)
            .map(|(_, namespace)| namespace)
    }

    /// All namespaces of all users.
    pub(super) fn namespaces(&self) -> impl Iterator<Item = &Namespace> {
        self.namespaces.values()
    }

    /// The namespaces of a user, with their names.
    pub(super) fn namespaces_of<'c>(
        &'c self,
        user: &'c str,
    ) -> impl Iterator<Item = (&'c str, &'c Namespace)> {
        let all = self.namespaces.iter();
        all.filter(move |((owner, _), _)| owner == user)
            .map(|((_, name), namespace)| (&**name, namespace))
    }

    /// The address of the next pod.
    pub(super) fn pod_address(&mut self) -> Ipv4Addr {
        self.pods_ever = self.pods_ever.wrapping_add(1);
        nth_address(POD_NETWORK, self.pods_ever)
    }

    /// The address of the next service.
    pub(super) fn service_address(&mut self) -> Ipv4Addr {
        self.services_ever = self.services_ever.wrapping_add(1);
        let number = SERVICES_OF_THE_CLUSTER.wrapping_add(self.services_ever);
        nth_address(SERVICE_NETWORK, number)
    }
}

impl Platform {
    /// Makes a namespace.
    ///
    /// # Errors
    /// When there is no such user, the name is against the rules or taken, and when no more fit.
    pub(super) fn create_namespace(&self, user: &str, name: &str) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        if !names::is_namespace(user, name) {
            return Err(refusal::NAMESPACE_INVALID);
        }
        let cluster = &mut self.state().cluster;
        if cluster.namespace(user, name).is_ok() {
            return Err(refusal::NAMESPACE_EXISTS);
        }
        check_room(cluster.namespaces_of(user).count(), NAMESPACES_MAX)?;
        cluster.make_namespace(user, name);
        Ok(Extra::new())
    }

    /// The names of a user's namespaces.
    ///
    /// # Errors
    /// When there is no such user.
    pub(super) fn namespaces(&self, user: &str) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        let state = self.state();
        let is_shown =
            |owner: &str| owner == user || self.plays(&faults::NAMESPACES_OF_OTHERS_LISTED);
        let keys = state.cluster.namespaces.keys();
        let keys = keys.filter(|(owner, _)| is_shown(owner));
        let mut shown: Vec<String> = if self.plays(&faults::PREFIX_KEPT) {
            keys.map(|(owner, name)| format!("{owner}-{name}"))
                .collect()
        } else {
            keys.map(|(_, name)| name.clone()).collect()
        };
        shown.sort_unstable();
        shown.dedup();
        if self.plays(&fault::LIST_CUT_SHORT) {
            shown.pop();
        }
        Ok(extra("namespaces", json!(shown)))
    }

    /// Deletes a namespace with all that is in it.
    ///
    /// # Errors
    /// When there is no such user or namespace.
    pub(super) fn delete_namespace(&self, user: &str, name: &str) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        let cluster = &mut self.state().cluster;
        cluster.namespace(user, name)?;
        if self.plays(&fault::DELETE_DELETES_NOTHING) {
            return Ok(Extra::new());
        }
        let key = (user.to_owned(), name.to_owned());
        let namespace = cluster.namespaces.remove(&key);
        if self.plays(&faults::DEPLOYMENTS_OUTLIVE_NAMESPACE)
            && let Some(namespace) = namespace
        {
            cluster.deleted.insert(key, namespace);
        }
        Ok(Extra::new())
    }
}

/// The nodes of the cluster.
pub(super) fn nodes() -> Extra {
    let nodes = NODES.iter().map(|(name, ip, system)| {
        let address = json!({ "type": "InternalIP", "ip": ip });
        json!({ "name": name, "address": address, "os_image": system })
    });
    extra("info", nodes.collect())
}

/// What is answered of an object that selects pods.
pub(super) fn selection(selector: &Map<String, Value>) -> Extra {
    extra("info", json!({ "selector": selector }))
}

/// An address of a network, beginning anew behind its last.
fn nth_address((network, size): (Ipv4Addr, u32), number: u32) -> Ipv4Addr {
    Ipv4Addr::from(u32::from(network) | (number % size))
}
