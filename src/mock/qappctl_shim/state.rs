//! What qappctl-shim keeps: images for all, and for each application its releases and deploys.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use jiff::Timestamp;
use serde_json::{Map, Value, json};

use super::request::{DeployOrder, Leniency, ReleaseOrder};
use super::{Refusal, faults, names};
use crate::mock::{Setting, fault};
use crate::world::Entropy;

/// The most images.
const IMAGES_MAX: usize = 10_000;
/// The most applications.
const APPS_MAX: usize = 10_000;
/// The most releases of one application.
const RELEASES_MAX: usize = 1_000;
/// The most deploys of one application at one time.
const DEPLOYS_MAX: usize = 1_000;

/// The state of one qappctl-shim.
#[derive(Debug)]
pub(super) struct Shim {
    setting: Setting,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    /// In the order of name and tag.
    images: Vec<Image>,
    apps: BTreeMap<String, App>,
    /// The moment that the last generated name of a release was made of.
    last_generated: Option<Timestamp>,
}

#[derive(Debug)]
struct Image {
    name: String,
    tag: String,
    created: Timestamp,
}

#[derive(Debug, Default)]
struct App {
    releases: Vec<Release>,
    deploys: Vec<Deploy>,
    /// What `deploys` was before its last change, for the fault that lists it.
    deploys_before: Vec<Deploy>,
    /// How many deploys there have been; numbers the sources of their random parts, so that what
    /// other applications do at the same time does not change them.
    deploys_ever: u64,
}

#[derive(Debug)]
struct Release {
    name: String,
    image: String,
    fields: Map<String, Value>,
    created: Timestamp,
}

#[derive(Debug, Clone)]
struct Deploy {
    id: String,
    release: String,
    region: String,
    replicas: u64,
    created: Timestamp,
    /// The source of all that is random in its instances.
    entropy: Entropy,
}

impl Shim {
    /// A platform without images and applications.
    pub(super) fn new(setting: Setting) -> Shim {
        Shim {
            setting,
            state: Mutex::default(),
        }
    }

    /// Which rule on requests the fault suspends.
    pub(super) fn leniency(&self) -> Leniency {
        let suspended = [
            (&fault::MEDIA_TYPE_IGNORED, Leniency::AnyMediaType),
            (&faults::UNKNOWN_FIELD_ACCEPTED, Leniency::UnknownFields),
            (&fault::MISSING_INPUT_ACCEPTED, Leniency::MissingInput),
            (&faults::FIRST_DUPLICATE_COUNTS, Leniency::FirstOfDuplicates),
        ];
        self.setting.by_fault(&suspended, Leniency::Strict)
    }

    /// The list of images.
    pub(super) fn images(&self) -> Value {
        let state = self.state();
        let images = state.images.iter().map(|image| {
            let created = names::date_with_milliseconds(image.created);
            json!({ "name": image.name, "tag": image.tag, "ctime": created })
        });
        images.collect()
    }

    /// Pushes an image, under its short name; nothing happens when it is there already.
    ///
    /// # Errors
    /// When the reference is malformed, and when no more images fit.
    pub(super) fn push_image(&self, reference: &str) -> Result<(), Refusal> {
        let (name, tag) = names::split_reference(reference)?;
        let is_full = self.setting.plays(&faults::IMAGE_NAME_NOT_SHORTENED);
        let name = if is_full {
            name
        } else {
            names::shortened(name)
        };
        let created = self.setting.calendar.now();
        let mut state = self.state();
        let place = state
            .images
            .binary_search_by(|image| (image.name.as_str(), image.tag.as_str()).cmp(&(name, tag)));
        let place = match place {
            Ok(place) if self.setting.plays(&faults::PUSH_REPEATED) => place,
            Ok(_) => return Ok(()),
            Err(place) => place,
        };
        check_room(state.images.len(), IMAGES_MAX, "images")?;
        state.images.insert(
            place,
            Image {
                name: name.to_owned(),
                tag: tag.to_owned(),
                created,
            },
        );
        Ok(())
    }

    /// The list of an application's releases.
    pub(super) fn releases(&self, app: &str) -> Value {
        let state = self.state();
        let releases = state
            .apps
            .get(app)
            .into_iter()
            .flat_map(|app| &app.releases);
        releases.map(listed_release).collect()
    }

    /// Creates a release; answers its name.
    ///
    /// # Errors
    /// When its image is not there, when its name is taken, and when no more releases fit.
    pub(super) fn create_release(
        &self,
        app: String,
        order: ReleaseOrder,
    ) -> Result<String, Refusal> {
        let created = self.setting.calendar.now();
        let mut state = self.state();
        self.check_image(&state, &order.image)?;
        let last = state.last_generated;
        let app = app_entry(&mut state, app)?;
        check_room(app.releases.len(), RELEASES_MAX, "releases")?;
        let is_free = |name: &str| app.releases.iter().all(|release| release.name != name);
        let mut generated = None;
        let name = match order.name {
            Some(name) if is_free(&name) => name,
            Some(name) => {
                let message = format!("err create release: release {name:?} exists already");
                return Err(Refusal::of(StatusCode::CONFLICT, message));
            }
            None => {
                // No two names are made of the same second, whatever their applications.
                let first = last.map_or(created, |last| created.max(names::second_after(last)));
                let moments =
                    std::iter::successors(Some(first), |it| Some(names::second_after(*it)));
                let (moment, name) = moments
                    .map(|moment| (moment, names::release_name(moment)))
                    .take(RELEASES_MAX + 1)
                    .find(|(_, name)| is_free(name))
                    .expect("one of more names than there are releases is free");
                generated = Some(moment);
                name
            }
        };
        app.releases.push(Release {
            name: name.clone(),
            image: order.image,
            fields: order.fields,
            created,
        });
        state.last_generated = generated.or(last);
        Ok(name)
    }

    /// The list of an application's deploys in a region, of one release or of all.
    pub(super) fn deploys(&self, app: &str, region: &str, release: Option<&str>) -> Value {
        let any_region = self.setting.plays(&fault::SCOPE_IGNORED);
        let any_release = self.setting.plays(&faults::RELEASE_FILTER_IGNORED);
        let is_stale = self.setting.plays(&faults::STALE_LIST);
        let state = self.state();
        let app = state.apps.get(app);
        let deploys = app.map(|app| {
            if is_stale {
                &app.deploys_before
            } else {
                &app.deploys
            }
        });
        deploys
            .into_iter()
            .flatten()
            .filter(|deploy| any_region || deploy.region == region)
            .filter(|deploy| any_release || release.is_none_or(|release| deploy.release == release))
            .map(listed_deploy)
            .collect()
    }

    /// Creates a deploy of a release.
    ///
    /// # Errors
    /// When the application has no such release, and when no more deploys fit.
    pub(super) fn create_deploy(&self, app: &str, order: DeployOrder) -> Result<(), Refusal> {
        let created = self.setting.calendar.now();
        let mut state = self.state();
        let known = state.apps.get_mut(app);
        let known =
            known.filter(|app| app.releases.iter().any(|known| known.name == order.release));
        let Some(known) = known else {
            let message = format!("err create deploy: release {:?} not found", order.release);
            return Err(Refusal::bad_request(message));
        };
        check_room(known.deploys.len(), DEPLOYS_MAX, "deploys")?;
        known.deploys_ever += 1;
        let label = format!("{app} deploy {}", known.deploys_ever);
        let mut entropy = self.setting.entropy.fork(&label);
        let id = (0..=DEPLOYS_MAX)
            .map(|_| names::deploy_id(created, &mut entropy))
            .find(|id| known.deploys.iter().all(|deploy| deploy.id != *id))
            .ok_or_else(|| internal_error("err create deploy: no id is free"))?;
        let DeployOrder {
            release,
            region,
            replicas,
        } = order;
        known.deploys_before.clone_from(&known.deploys);
        if !self.setting.plays(&fault::CREATE_NOT_STORED) {
            known.deploys.push(Deploy {
                id,
                release,
                region,
                replicas,
                created,
                entropy,
            });
        }
        Ok(())
    }

    /// Deletes a deploy.
    ///
    /// # Errors
    /// When the application has no such deploy in that region.
    pub(super) fn delete_deploy(&self, app: &str, id: &str, region: &str) -> Result<(), Refusal> {
        let mut state = self.state();
        let app = state.apps.get_mut(app);
        let place = app.and_then(|app| {
            let is_meant = |deploy: &Deploy| deploy.id == id && deploy.region == region;
            Some((app.deploys.iter().position(is_meant)?, app))
        });
        let Some((index, app)) = place else {
            return Err(deploy_not_found("err delete deploy", id, region));
        };
        app.deploys_before.clone_from(&app.deploys);
        if !self.setting.plays(&fault::DELETE_DELETES_NOTHING) {
            app.deploys.remove(index);
        }
        Ok(())
    }

    /// The list of a deploy's instances.
    ///
    /// # Errors
    /// When the application has no such deploy in that region.
    pub(super) fn instances(&self, app: &str, id: &str, region: &str) -> Result<Value, Refusal> {
        let state = self.state();
        let deploys = state.apps.get(app).into_iter().flat_map(|app| &app.deploys);
        let deploy = deploys
            .into_iter()
            .find(|deploy| deploy.id == id && deploy.region == region)
            .ok_or_else(|| deploy_not_found("err list instances", id, region))?;
        let mut instances = listed_instances(deploy);
        if self.setting.plays(&fault::LIST_CUT_SHORT) {
            instances.pop();
        }
        Ok(Value::Array(instances))
    }

    fn check_image(&self, state: &State, reference: &str) -> Result<(), Refusal> {
        let is_missing = reference.is_empty();
        if self.setting.plays(&faults::UNKNOWN_IMAGE_ACCEPTED)
            || (is_missing && self.setting.plays(&fault::MISSING_INPUT_ACCEPTED))
        {
            return Ok(());
        }
        let (name, tag) = names::split_reference(reference)?;
        if state
            .images
            .iter()
            .any(|image| image.name == name && image.tag == tag)
        {
            return Ok(());
        }
        let message = format!("err create release: image {reference:?} not found");
        Err(Refusal::bad_request(message))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn app_entry(state: &mut State, app: String) -> Result<&mut App, Refusal> {
    if !state.apps.contains_key(&app) {
        check_room(state.apps.len(), APPS_MAX, "apps")?;
    }
    Ok(state.apps.entry(app).or_default())
}

fn check_room(count: usize, count_max: usize, what: &str) -> Result<(), Refusal> {
    if count < count_max {
        return Ok(());
    }
    Err(internal_error(format!(
        "err create: there are {count_max} {what} already, and no more fit"
    )))
}

fn internal_error(message: impl Into<String>) -> Refusal {
    Refusal::of(StatusCode::INTERNAL_SERVER_ERROR, message)
}

fn deploy_not_found(what: &str, id: &str, region: &str) -> Refusal {
    let message = format!("{what}: deploy {id:?} not found in region {region:?}");
    Refusal::of(StatusCode::NOT_FOUND, message)
}

fn listed_release(release: &Release) -> Value {
    let mut listed = Map::new();
    listed.insert("name".to_owned(), Value::from(release.name.as_str()));
    listed.insert("image".to_owned(), Value::from(release.image.as_str()));
    listed.extend(release.fields.clone());
    let created = names::date_with_milliseconds(release.created);
    listed.insert("ctime".to_owned(), Value::from(created));
    Value::Object(listed)
}

fn listed_deploy(deploy: &Deploy) -> Value {
    json!({
        "id": deploy.id,
        "release": deploy.release,
        "region": deploy.region,
        "replicas": deploy.replicas,
        "ctime": names::date_with_seconds(deploy.created),
    })
}

/// The same instances each time: their random parts are drawn anew from the deploy's own source.
fn listed_instances(deploy: &Deploy) -> Vec<Value> {
    let mut entropy = deploy.entropy.fork("instances");
    let group = names::instance_group(&mut entropy);
    let created = names::date_with_seconds(deploy.created);
    let instance = |number: u64| {
        let suffix = names::instance_suffix(&mut entropy);
        let id = format!("{}-{group}-{suffix}", deploy.id);
        let mut listed = json!({ "ctime": created, "id": id, "status": "RUNNING" });
        if number.is_multiple_of(2) {
            listed["ips"] = Value::from(names::floating_ip(&mut entropy));
        }
        listed
    };
    (1..=deploy.replicas).map(instance).collect()
}
