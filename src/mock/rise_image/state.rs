//! What rise-image keeps: in each namespace its registry secrets and repositories.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::{HeaderMap, Method, StatusCode};
use jiff::Timestamp;
use serde_json::{Value, json};

use super::access::{self, Rights};
use super::request::{
    Asked, AskedList, Credentials, Head, Leniency, RegistrySecretOrder, RepositoryOrder,
};
use super::resource::{
    Kind, Meta, Namespace, Outcome, Phase, RegistrySecret, Repository, Resource, Shown,
    Verification,
};
use super::{API_VERSION, Refusal, faults};
use crate::mock::{Setting, fault};

/// The most namespaces.
const NAMESPACES_MAX: usize = 10_000;
/// The most resources of one kind in one namespace.
const RESOURCES_MAX: usize = 10_000;

/// The state of one platform.
#[derive(Debug)]
pub(super) struct Platform {
    setting: Setting,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    namespaces: BTreeMap<String, Namespace>,
}

impl Platform {
    /// A platform without namespaces.
    pub(super) fn new(setting: Setting) -> Platform {
        Platform {
            setting,
            state: Mutex::default(),
        }
    }

    /// Which rule on requests the fault suspends.
    pub(super) fn leniency(&self) -> Leniency {
        let suspended = [
            (&fault::MISSING_INPUT_ACCEPTED, Leniency::MissingInput),
            (&fault::BAD_NAME_ACCEPTED, Leniency::AnyName),
            (&faults::NAMESPACE_MISMATCH_ACCEPTED, Leniency::AnyNamespace),
            (&faults::READ_ONLY_ACCEPTED, Leniency::ReadOnly),
        ];
        self.setting.by_fault(&suspended, Leniency::Strict)
    }

    /// Whether `_all_` is taken for a namespace where one must be named, as a fault wants it.
    pub(super) fn takes_all(&self) -> bool {
        self.setting.plays(&faults::ALL_TAKEN_FOR_ONE)
    }

    /// Lets a request in, if who makes it may.
    ///
    /// # Errors
    /// When the token is missing or wrong, or does not suffice.
    pub(super) fn admit(
        &self,
        headers: &HeaderMap,
        method: &Method,
        kind: Kind,
    ) -> Result<(), Refusal> {
        let rights = match access::rights(headers) {
            Err(_) if self.setting.plays(&fault::TOKEN_NOT_CHECKED) => Rights::All,
            rights => rights?,
        };
        match access::demand(rights, method) {
            Err(_) if self.setting.plays(&faults::PERMISSION_NOT_CHECKED) => Ok(()),
            demanded => demanded.map_err(|refusal| refusal.about(kind, None)),
        }
    }

    /// A page of a list.
    pub(super) fn list<R: Resource>(&self, asked: &AskedList) -> Value {
        let is_for_all = asked.namespace.is_none() || self.setting.plays(&fault::SCOPE_IGNORED);
        let is_searched = !self.setting.plays(&faults::SEARCH_IGNORED);
        let part = if is_searched { &asked.part } else { "" };
        let is_mixed =
            asked.namespace.is_none() && self.setting.plays(&faults::FOREIGN_KIND_LISTED);
        let state = self.state();
        let mut shelves = Vec::new();
        for (name, namespace) in &state.namespaces {
            if !is_for_all && asked.namespace.as_ref() != Some(name) {
                continue;
            }
            let mut found = found::<R>(namespace, part);
            if is_mixed {
                found.extend(match R::KIND {
                    Kind::RegistrySecret => self::found::<Repository>(namespace, part),
                    Kind::Repository => self::found::<RegistrySecret>(namespace, part),
                });
            }
            shelves.extend((!found.is_empty()).then_some(found));
        }
        if asked.namespace.is_none() && self.setting.plays(&faults::NAMESPACE_LEFT_OUT) {
            shelves.pop();
        }
        self.page(R::KIND, asked, &shelves.concat())
    }

    /// What of all that was found is on the page that is asked for.
    fn page(&self, kind: Kind, asked: &AskedList, found: &[&dyn Shown]) -> Value {
        let before = (asked.page - 1).saturating_mul(asked.limit);
        let overlap = u64::from(asked.page > 1 && self.setting.plays(&faults::PAGES_OVERLAP));
        let count = |number: u64| usize::try_from(number).unwrap_or(usize::MAX);
        let on_page = found
            .iter()
            .skip(count(before - overlap))
            .take(count(asked.limit));
        let mut items: Vec<Value> = on_page.map(|resource| resource.shown()).collect();
        if self.setting.plays(&fault::LIST_CUT_SHORT) {
            items.pop();
        }
        let total = if self.setting.plays(&faults::TOTAL_OF_PAGE) {
            items.len()
        } else {
            found.len()
        };
        json!({
            "apiVersion": API_VERSION,
            "kind": format!("{}List", kind.name()),
            "items": items,
            "totalItems": total,
        })
    }

    /// Creates a registry secret; answers what is stored.
    ///
    /// # Errors
    /// When the name is taken, and when no more fit.
    pub(super) fn create_registry_secret(
        &self,
        (head, order): (Head, RegistrySecretOrder),
    ) -> Result<Value, Refusal> {
        let is_open = self.setting.plays(&faults::PASSWORD_RETURNED);
        self.create(head, |meta| RegistrySecret::new(meta, order, is_open))
    }

    /// Creates a repository; answers what is stored.
    ///
    /// # Errors
    /// When the name is taken, and when no more fit.
    pub(super) fn create_repository(
        &self,
        (head, order): (Head, RepositoryOrder),
    ) -> Result<Value, Refusal> {
        self.create(head, |meta| Repository::new(meta, order))
    }

    fn create<R: Resource>(
        &self,
        head: Head,
        make: impl FnOnce(Meta) -> R,
    ) -> Result<Value, Refusal> {
        let created = self.setting.calendar.now();
        let mut state = self.state();
        let is_known = state.namespaces.contains_key(&head.namespace);
        if !is_known && state.namespaces.len() >= NAMESPACES_MAX {
            return Err(Refusal::internal("命名空间数量已达上限"));
        }
        let namespace = state.namespaces.entry(head.namespace.clone()).or_default();
        let shelf = R::shelf(namespace);
        if shelf.contains_key(&head.name) && !self.setting.plays(&fault::NAME_TAKEN_ACCEPTED) {
            let message = format!("资源已存在：{} {:?}", R::KIND.lower_case(), head.name);
            let refusal = Refusal::of(StatusCode::CONFLICT, "AlreadyExists", message);
            return Err(refusal.about(R::KIND, Some(&head.name)));
        }
        if shelf.len() >= RESOURCES_MAX {
            return Err(Refusal::internal("资源数量已达上限"));
        }
        namespace.created_ever += 1;
        let label = format!("{} {}", head.namespace, namespace.created_ever);
        let name = head.name.clone();
        let entropy = self.setting.entropy.fork(&label);
        let resource = make(Meta::new(head, created, entropy));
        let shown = resource.shown();
        if !self.setting.plays(&fault::CREATE_NOT_STORED) {
            R::shelf_mut(namespace).insert(name, resource);
        }
        Ok(shown)
    }

    /// Shows a registry secret.
    ///
    /// # Errors
    /// When it is not there.
    pub(super) fn show_registry_secret(&self, asked: &Asked) -> Result<Value, Refusal> {
        let mut state = self.state();
        Ok(state.find::<RegistrySecret>(asked)?.shown())
    }

    /// Shows a repository. Then its synchronisation goes on by one step.
    ///
    /// # Errors
    /// When it is not there.
    pub(super) fn show_repository(&self, asked: &Asked) -> Result<Value, Refusal> {
        let now = self.setting.calendar.now();
        let mut state = self.state();
        let domain = state.domain_for(asked)?;
        let repository = state.find::<Repository>(asked)?;
        let shown = repository.shown();
        match repository.phase() {
            Phase::Waiting => self.begin(repository, domain.as_deref(), now),
            Phase::Syncing if !self.setting.plays(&faults::SYNC_NEVER_ENDS) => {
                repository.end(domain.as_deref(), now);
            }
            Phase::Syncing | Phase::Success | Phase::Failed => return Ok(shown),
        }
        self.mark_changed(repository);
        Ok(shown)
    }

    /// Starts a synchronisation; one that is under way goes on.
    ///
    /// # Errors
    /// When the repository is not there.
    pub(super) fn sync(&self, asked: &Asked) -> Result<Value, Refusal> {
        let now = self.setting.calendar.now();
        let mut state = self.state();
        let domain = state.domain_for(asked)?;
        let repository = state.find::<Repository>(asked)?;
        let is_over = matches!(repository.phase(), Phase::Success | Phase::Failed);
        if is_over && !self.setting.plays(&faults::SYNC_NOT_STARTED) {
            self.begin(repository, domain.as_deref(), now);
            self.mark_changed(repository);
        }
        let outcome = Outcome {
            success: true,
            message: "同步任务已提交".to_owned(),
        };
        Ok(outcome.shown())
    }

    /// Tries to log in, with the credentials that are given or with those that are stored.
    ///
    /// # Errors
    /// When the registry secret is not there.
    pub(super) fn verify(
        &self,
        asked: &Asked,
        given: Option<&Credentials>,
    ) -> Result<Value, Refusal> {
        let at = self.setting.calendar.now();
        let mut state = self.state();
        let secret = state.find::<RegistrySecret>(asked)?;
        let mut outcome = match given {
            Some(given) => secret.log_in(&given.domain, &given.username, &given.password),
            None => secret.verify(),
        };
        if self.setting.plays(&faults::WRONG_CREDENTIALS_ACCEPTED) {
            outcome.success = true;
        }
        let shown = outcome.shown();
        if given.is_none() && !self.setting.plays(&faults::VERIFICATION_NOT_NOTED) {
            secret.note(Verification { outcome, at });
        }
        Ok(shown)
    }

    /// Deletes a resource.
    ///
    /// # Errors
    /// When it is not there.
    pub(super) fn delete<R: Resource>(&self, asked: &Asked) -> Result<(), Refusal> {
        let mut state = self.state();
        state.find::<R>(asked)?;
        if !self.setting.plays(&fault::DELETE_DELETES_NOTHING) {
            let namespace = state.namespaces.get_mut(&asked.namespace);
            namespace.and_then(|namespace| R::shelf_mut(namespace).remove(&asked.name));
        }
        Ok(())
    }

    fn begin(&self, repository: &mut Repository, domain: Option<&str>, now: Timestamp) {
        repository.begin(domain);
        if self.setting.plays(&faults::SYNCING_SKIPPED) {
            repository.end(domain, now);
        }
    }

    fn mark_changed(&self, repository: &mut Repository) {
        if !self.setting.plays(&faults::VERSION_KEPT) {
            repository.meta.change();
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    /// The resource of that name.
    fn find<R: Resource>(&mut self, asked: &Asked) -> Result<&mut R, Refusal> {
        let namespace = self.namespaces.get_mut(&asked.namespace);
        let found = namespace.and_then(|namespace| R::shelf_mut(namespace).get_mut(&asked.name));
        found.ok_or_else(|| Refusal::not_found(R::KIND, &asked.name))
    }

    /// The domain of the registry that the repository of that name refers to; none when there is no
    /// such registry secret.
    fn domain_for(&mut self, asked: &Asked) -> Result<Option<String>, Refusal> {
        let (namespace, name) = self.find::<Repository>(asked)?.registry();
        let (namespace, name) = (namespace.to_owned(), name.to_owned());
        let namespace = self.namespaces.get(&namespace);
        let secret = namespace.and_then(|namespace| RegistrySecret::shelf(namespace).get(&name));
        Ok(secret.map(|secret| secret.domain().to_owned()))
    }
}

/// The resources of a namespace whose names have this part, in the order of their names.
fn found<'n, R: Resource + 'n>(namespace: &'n Namespace, part: &str) -> Vec<&'n dyn Shown> {
    let shelf = R::shelf(namespace).iter();
    shelf
        .filter(|(name, _)| name.contains(part))
        .map(|(_, resource)| resource as &dyn Shown)
        .collect()
}
