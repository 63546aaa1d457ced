//! Services of paas-backend.
//!
//! An address is the next one; a port of the nodes that nobody asked for by number is taken from above
//! those that Kubernetes keeps for that (KEP-3668).

use std::collections::BTreeSet;
use std::net::Ipv4Addr;

use serde_json::json;

use super::cluster::{Cluster, OBJECTS_MAX, selection};
use super::manifest::{self, Manifest, Port, ServiceSpec};
use super::refusal::{self, Refusal};
use super::request::Upload;
use super::state::{Platform, check_room};
use super::{Extra, extra, faults};

/// The ports of the nodes that are given to those who do not ask for one by number.
const FREE_NODE_PORTS: std::ops::RangeInclusive<u16> = 30_086..=32_767;

/// A service.
#[derive(Debug)]
pub(super) struct Service {
    /// None for one without an address.
    address: Option<Ipv4Addr>,
    /// With the ports of the nodes that it was given.
    ports: Vec<Port>,
}

impl Cluster {
    /// Gives each port that needs one a port of the nodes.
    fn open_ports(&self, own: &[Port], spec: &ServiceSpec) -> Result<Vec<Port>, Refusal> {
        let services = self.namespaces().flat_map(|it| it.services.values());
        let node_ports = |ports: &[Port]| -> Vec<u16> {
            ports.iter().filter_map(|port| port.on_nodes).collect()
        };
        let mut taken: BTreeSet<u16> = services.flat_map(|it| node_ports(&it.ports)).collect();
        for port in node_ports(own) {
            taken.remove(&port);
        }
        // One service may ask for a number once for each protocol.
        let mut asked = BTreeSet::new();
        for (port, on_nodes) in spec.ports.iter().filter_map(|it| Some((it, it.on_nodes?))) {
            if taken.contains(&on_nodes) || !asked.insert((on_nodes, port.protocol)) {
                return Err(refusal::NODE_PORT_TAKEN);
            }
        }
        taken.extend(asked.into_iter().map(|(on_nodes, _)| on_nodes));
        let mut ports = spec.ports.clone();
        if spec.opens_node_ports() {
            for port in ports.iter_mut().filter(|port| port.on_nodes.is_none()) {
                let free = FREE_NODE_PORTS.clone().find(|it| !taken.contains(it));
                let free = free.ok_or(refusal::FULL)?;
                taken.insert(free);
                port.on_nodes = Some(free);
            }
        }
        Ok(ports)
    }
}

impl Platform {
    /// Makes a service; answers how it is reached.
    ///
    /// # Errors
    /// When there is no such user or namespace, no manifest of a service, the service is there already
    /// or a port of it taken, and when no more fit.
    pub(super) fn create_service(
        &self,
        user: &str,
        file: Option<&Upload>,
    ) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        let Manifest {
            namespace,
            name,
            spec,
        } = manifest::service(file)?;
        let cluster = &mut self.state().cluster;
        let home = cluster.namespace(user, &namespace)?;
        if home.services.contains_key(&name) {
            return Err(refusal::SERVICE_EXISTS);
        }
        check_room(home.services.len(), OBJECTS_MAX)?;
        let ports = match cluster.open_ports(&[], &spec) {
            Err(refusal::NODE_PORT_TAKEN) if self.plays(&faults::TAKEN_NODE_PORT_ACCEPTED) => {
                spec.ports.clone()
            }
            opened => opened?,
        };
        let address = (!spec.is_headless).then(|| cluster.service_address());
        let answer = json!({
            "name": name,
            "type": spec.kind,
            "cluster-ip": address.map_or_else(|| "None".to_owned(), |it| it.to_string()),
            "port": ports.iter().map(shown_port).collect::<Vec<_>>().join(","),
        });
        let home = cluster.namespace(user, &namespace)?;
        home.services.insert(name, Service { address, ports });
        Ok(extra("info", answer))
    }

    /// Makes a service another one of the same name and address; answers its selector.
    ///
    /// # Errors
    /// When there is no such user, namespace or service, no manifest of a service, or a port of it is
    /// taken.
    pub(super) fn update_service(
        &self,
        user: &str,
        file: Option<&Upload>,
    ) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        let Manifest {
            namespace,
            name,
            spec,
        } = manifest::service(file)?;
        let cluster = &mut self.state().cluster;
        let services = &cluster.namespace(user, &namespace)?.services;
        let stored = services.get(&name).ok_or(refusal::SERVICE_UNKNOWN)?;
        let (address, own) = (stored.address, stored.ports.clone());
        let ports = cluster.open_ports(&own, &spec)?;
        let home = cluster.namespace(user, &namespace)?;
        home.services.insert(name, Service { address, ports });
        Ok(selection(&spec.selector))
    }

    /// Deletes a service.
    ///
    /// # Errors
    /// When there is no such user, namespace or service.
    pub(super) fn delete_service(
        &self,
        user: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        let cluster = &mut self.state().cluster;
        let mut removed = cluster.namespace(user, namespace)?.services.remove(name);
        if removed.is_none() && self.plays(&faults::SERVICE_OF_OTHERS_DELETED) {
            let mut others = cluster.namespaces_named(namespace);
            removed = others.find_map(|other| other.services.remove(name));
        }
        removed
            .map(|_| Extra::new())
            .ok_or(refusal::SERVICE_UNKNOWN)
    }
}

/// As kubectl shows it: `80:30080/TCP`.
fn shown_port(port: &Port) -> String {
    match port.on_nodes {
        Some(on_nodes) => format!("{}:{on_nodes}/{}", port.number, port.protocol),
        None => format!("{}/{}", port.number, port.protocol),
    }
}
