//! Deployments of paas-backend, and their pods.
//!
//! A pod is named after its deployment, its template and chance, as Kubernetes names them.

use std::net::Ipv4Addr;

use serde_json::{Map, Value, json};

use super::cluster::{Cluster, OBJECTS_MAX, selection};
use super::manifest::{self, DeploymentSpec, Manifest};
use super::refusal::{self, Refusal};
use super::request::Upload;
use super::state::{Platform, check_room};
use super::{Extra, extra, faults};
use crate::mock::fault;
use crate::world::Entropy;

/// What the random parts of names are made of: no vowels, so that no words come of it.
const LETTERS: &[u8] = b"bcdfghjklmnpqrstvwxz2456789";
/// The most pods of one deployment.
const PODS_MAX: usize = 1_000;
/// How much of a name is kept before the random part at its end.
const NAME_BASE_MAX: usize = 58;

/// A deployment.
#[derive(Debug)]
pub(super) struct Deployment {
    spec: DeploymentSpec,
    pods: Vec<Pod>,
    entropy: Entropy,
}

#[derive(Debug)]
struct Pod {
    name: String,
    address: Ipv4Addr,
}

impl Deployment {
    /// Makes it what `spec` says. Pods of another template go; then as many come or go as are missing
    /// or too many.
    fn change(&mut self, name: &str, spec: DeploymentSpec, count: usize, cluster: &mut Cluster) {
        if self.spec.template != spec.template {
            self.pods.clear();
        }
        self.spec = spec;
        self.pods.truncate(count);
        let mut of_template = self.entropy.fork(&self.spec.template);
        let mut base = format!("{name}-{}-", letters(&mut of_template, 10));
        base.truncate(NAME_BASE_MAX);
        while self.pods.len() < count {
            let name = format!("{base}{}", letters(&mut self.entropy, 5));
            let is_taken = self.pods.iter().any(|pod| pod.name == name);
            if !is_taken {
                let address = cluster.pod_address();
                self.pods.push(Pod { name, address });
            }
        }
    }
}

impl Platform {
    /// Makes a deployment and its pods; answers its selector.
    ///
    /// # Errors
    /// When there is no such user or namespace, no manifest of a deployment, the deployment is there
    /// already, and when no more fit.
    pub(super) fn create_deployment(
        &self,
        user: &str,
        file: Option<&Upload>,
    ) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        let Manifest {
            namespace,
            name,
            spec,
        } = match manifest::deployment(file) {
            Err(refusal::MANIFEST_INVALID) if self.plays(&faults::MANIFEST_NOT_PARSED) => {
                return Ok(selection(&Map::new()));
            }
            read => read?,
        };
        let cluster = &mut self.state().cluster;
        if self.plays(&faults::DEFAULT_NAMESPACE_NOT_DEMANDED) && namespace == "default" {
            cluster.make_namespace(user, &namespace);
        }
        let home = cluster.namespace(user, &namespace)?;
        if home.deployments.contains_key(&name) {
            return Err(refusal::DEPLOYMENT_EXISTS);
        }
        check_room(home.deployments.len(), OBJECTS_MAX)?;
        let count = self.pod_count(&spec)?;
        home.deployments_ever += 1;
        let source = format!("{user}/{namespace}/{name}/{}", home.deployments_ever);
        let answer = selection(&spec.selector);
        let mut deployment = Deployment {
            spec: spec.clone(),
            pods: Vec::new(),
            entropy: self.setting.entropy.fork(&source),
        };
        deployment.change(&name, spec, count, cluster);
        if !self.plays(&fault::CREATE_NOT_STORED) {
            let home = cluster.namespace(user, &namespace)?;
            home.deployments.insert(name, deployment);
        }
        Ok(answer)
    }

    /// Makes a deployment another one of the same name and selector; answers the selector.
    ///
    /// # Errors
    /// When there is no such user, namespace or deployment, no manifest of a deployment, or another
    /// selector in it, and when no more pods fit.
    pub(super) fn update_deployment(
        &self,
        user: &str,
        file: Option<&Upload>,
    ) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        let Manifest {
            namespace,
            name,
            spec,
        } = manifest::deployment(file)?;
        let cluster = &mut self.state().cluster;
        let deployments = &mut cluster.namespace(user, &namespace)?.deployments;
        let stored = deployments.get(&name).ok_or(refusal::DEPLOYMENT_UNKNOWN)?;
        if stored.spec.selector != spec.selector {
            return Err(refusal::SELECTOR_CHANGED);
        }
        let count = self.pod_count(&spec)?;
        let answer = selection(&spec.selector);
        if self.plays(&fault::UPDATE_NOT_STORED) {
            return Ok(answer);
        }
        if let Some(mut deployment) = deployments.remove(&name) {
            deployment.change(&name, spec, count, cluster);
            let home = cluster.namespace(user, &namespace)?;
            home.deployments.insert(name, deployment);
        }
        Ok(answer)
    }

    /// The deployments in a namespace.
    ///
    /// # Errors
    /// When there is no such user or namespace.
    pub(super) fn deployments(&self, user: &str, name: &str) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        let cluster = &mut self.state().cluster;
        cluster.namespace(user, name)?;
        let is_shown = |it: &str| it == name || self.plays(&fault::SCOPE_IGNORED);
        let shown = cluster.namespaces_of(user).filter(|(it, _)| is_shown(it));
        let deployments = shown.flat_map(|(_, namespace)| &namespace.deployments);
        let deployments = deployments.map(|(name, deployment)| {
            let spec = &deployment.spec;
            json!({
                "name": name,
                "image": spec.image,
                "selector": spec.selector,
                "replica": spec.replicas,
            })
        });
        let list: Value = deployments.collect();
        Ok(extra(
            "info",
            json!({ "namespace": name, "deployments": list }),
        ))
    }

    /// The pods in a namespace.
    ///
    /// # Errors
    /// When there is no such user or namespace.
    pub(super) fn pods(&self, user: &str, name: &str) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        let cluster = &mut self.state().cluster;
        let namespace = cluster.namespace(user, name)?;
        let mut pods: Vec<&Pod> = namespace
            .deployments
            .values()
            .flat_map(|it| &it.pods)
            .collect();
        pods.sort_unstable_by_key(|pod| &pod.name);
        let pods = pods
            .into_iter()
            .map(|pod| json!({ "name": pod.name, "ip": pod.address.to_string() }));
        let list: Value = pods.collect();
        Ok(extra("info", json!({ "namespace": name, "pods": list })))
    }

    /// Deletes a deployment with its pods.
    ///
    /// # Errors
    /// When there is no such user, namespace or deployment.
    pub(super) fn delete_deployment(
        &self,
        user: &str,
        namespace: &str,
        name: &str,
    ) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        let cluster = &mut self.state().cluster;
        let removed = cluster.namespace(user, namespace)?.deployments.remove(name);
        removed
            .map(|_| Extra::new())
            .ok_or(refusal::DEPLOYMENT_UNKNOWN)
    }

    fn pod_count(&self, spec: &DeploymentSpec) -> Result<usize, Refusal> {
        if self.plays(&faults::REPLICAS_IGNORED) {
            return Ok(1);
        }
        match usize::try_from(spec.replicas) {
            Ok(count) if count <= PODS_MAX => Ok(count),
            _ => Err(refusal::FULL),
        }
    }
}

fn letters(entropy: &mut Entropy, count: usize) -> String {
    let letters = (0..count).filter_map(|_| entropy.pick(LETTERS).copied());
    letters.map(char::from).collect()
}
