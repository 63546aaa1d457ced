//! What paas-backend keeps of users and their images; what they run is kept in `cluster`,
//! `deployments` and `services`.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use axum::http::StatusCode;
use axum::response::Response;
use serde_json::{Value, json};

use super::cluster::Cluster;
use super::refusal::{self, Refusal, SUCCESSFUL};
use super::request::Upload;
use super::{CREATE_NAMESPACE, DELETE_IMAGE, Extra, dockerfile, extra, faults, names};
use crate::mock::{Setting, fault, reply};

/// The most users.
const USERS_MAX: usize = 10_000;
/// The most images of one user.
const IMAGES_MAX: usize = 1_000;
/// Below this number no image is counted: a client that takes ids for places in a list is wrong.
const IMAGE_ID_MIN: u64 = 10_000;
/// How many numbers the first image may have.
const IMAGE_ID_FIRSTS: u64 = 80_000;

/// A repo and a tag in it.
pub(super) type ImageName<'n> = (&'n str, &'n str);

/// The state of one paas-backend.
#[derive(Debug)]
pub(super) struct Platform {
    pub(super) setting: Setting,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
pub(super) struct State {
    users: BTreeMap<String, User>,
    /// How many images there have been.
    images_ever: u64,
    pub(super) cluster: Cluster,
}

#[derive(Debug, Default)]
struct User {
    password: String,
    /// In the order of their ids.
    images: Vec<Image>,
    /// What was deleted, for the fault that lists it.
    deleted_images: Vec<Image>,
}

#[derive(Debug, Clone)]
struct Image {
    id: u64,
    repo: String,
    tag: String,
}

impl Image {
    fn is(&self, (repo, tag): ImageName<'_>) -> bool {
        self.repo == repo && self.tag == tag
    }
}

impl State {
    fn user(&mut self, name: &str) -> Result<&mut User, Refusal> {
        self.users.get_mut(name).ok_or(refusal::USER_UNKNOWN)
    }
}

impl Platform {
    /// A backend that nobody is registered with.
    pub(super) fn new(setting: Setting) -> Platform {
        Platform {
            setting,
            state: Mutex::default(),
        }
    }

    /// Whether a fault lets a missing password pass.
    pub(super) fn is_lenient(&self) -> bool {
        self.setting.plays(&fault::MISSING_INPUT_ACCEPTED)
    }

    /// The answer of a route.
    pub(super) fn answer(&self, path: &str, outcome: Result<Extra, Refusal>) -> Response {
        let hides_failure = path == DELETE_IMAGE && self.plays(&faults::FAILURE_TOLD_AS_SUCCESS);
        let more = match outcome {
            Ok(more) => more,
            Err(Refusal::Told(_)) if hides_failure => Extra::new(),
            Err(refusal) => return axum::response::IntoResponse::into_response(refusal),
        };
        let is_number = path == CREATE_NAMESPACE && self.plays(&faults::STATUS_CODE_AS_NUMBER);
        let code = if is_number {
            Value::from(200)
        } else {
            Value::from("200")
        };
        let mut body = Extra::new();
        body.insert("statusCode".to_owned(), code);
        body.insert("message".to_owned(), Value::from(SUCCESSFUL));
        body.extend(more);
        reply::json(StatusCode::OK, &Value::Object(body))
    }

    /// Registers a user.
    ///
    /// # Errors
    /// When the name is against the rules or taken, and when no more users fit.
    pub(super) fn register(&self, name: &str, password: &str) -> Result<Extra, Refusal> {
        if !names::is_user(name) {
            return Err(refusal::USER_NAME_INVALID);
        }
        let mut state = self.state();
        let is_taken = state.users.contains_key(name);
        if is_taken && !self.plays(&fault::NAME_TAKEN_ACCEPTED) {
            return Err(refusal::USER_NAME_TAKEN);
        }
        check_room(state.users.len(), USERS_MAX)?;
        let user = state.users.entry(name.to_owned()).or_default();
        password.clone_into(&mut user.password);
        Ok(Extra::new())
    }

    /// Compares a password.
    ///
    /// # Errors
    /// When there is no such user, or the password is another one.
    pub(super) fn log_in(&self, name: &str, password: &str) -> Result<Extra, Refusal> {
        let state = self.state();
        let user = state.users.get(name).ok_or(refusal::LOGIN_FAILED)?;
        let is_right = user.password == password || self.plays(&faults::WRONG_PASSWORD_ACCEPTED);
        is_right.then(Extra::new).ok_or(refusal::LOGIN_FAILED)
    }

    /// Builds an image.
    ///
    /// # Errors
    /// When there is no such user, no archive that can be built, when the name is against the rules or
    /// taken, and when no more images fit.
    pub(super) fn upload_image(
        &self,
        user: &str,
        (repo, tag): ImageName<'_>,
        file: Option<&Upload>,
    ) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        let file = file
            .filter(|file| file.is_named(&["zip"]))
            .ok_or(refusal::NO_ZIP)?;
        self.check_image_name(user, (repo, tag))?;
        let is_optional = self.plays(&faults::ZIP_WITHOUT_DOCKERFILE_ACCEPTED);
        dockerfile::check(&file.content, is_optional)?;
        let id = self.add_image(&mut self.state(), user, (repo, tag))?;
        let image = json!({ "username": user, "imageId": id, "repo": repo, "imageTag": tag });
        Ok(extra("info", image))
    }

    /// The names of a user's repos, each once.
    ///
    /// # Errors
    /// When there is no such user.
    pub(super) fn repos(&self, user: &str) -> Result<Extra, Refusal> {
        let mut state = self.state();
        state.user(user)?;
        let is_shown = |name: &str| name == user || self.plays(&faults::REPOS_OF_OTHERS_LISTED);
        let users = state.users.iter().filter(|(name, _)| is_shown(name));
        let images = users.flat_map(|(_, user)| &user.images);
        let mut repos: Vec<&str> = images.map(|image| &*image.repo).collect();
        repos.sort_unstable();
        repos.dedup();
        Ok(extra("images", json!(repos)))
    }

    /// The images in a repo of a user.
    ///
    /// # Errors
    /// When there is no such user.
    pub(super) fn images(&self, user: &str, repo: &str) -> Result<Extra, Refusal> {
        let mut state = self.state();
        state.user(user)?;
        let is_shown = |name: &str| name == user || self.plays(&faults::IMAGES_OF_OTHERS_LISTED);
        let mut images = Vec::new();
        for (name, user) in state.users.iter().filter(|(name, _)| is_shown(name)) {
            images.extend(user.images.iter().map(|image| (name, image)));
            if self.plays(&faults::DELETED_IMAGE_LISTED) {
                images.extend(user.deleted_images.iter().map(|image| (name, image)));
            }
        }
        images.retain(|(_, image)| image.repo == repo);
        images.sort_unstable_by_key(|(_, image)| image.id);
        let images = images.into_iter().map(|(name, image)| {
            json!({
                "id": image.id,
                "image_repo": image.repo,
                "image_tag": image.tag,
                "user_name": name,
            })
        });
        Ok(extra("images", images.collect()))
    }

    /// Gives an image another name beside its own.
    ///
    /// # Errors
    /// When there is no such user or image, when the new name is against the rules or taken, and when
    /// no more images fit.
    pub(super) fn tag_image(
        &self,
        user: &str,
        old: ImageName<'_>,
        new: ImageName<'_>,
    ) -> Result<Extra, Refusal> {
        self.check_user(user)?;
        self.check_image_name(user, new)?;
        let mut state = self.state();
        let images = &state.user(user)?.images;
        if !images.iter().any(|image| image.is(old)) {
            return Err(refusal::IMAGE_UNKNOWN);
        }
        self.add_image(&mut state, user, new)?;
        if self.plays(&faults::TAG_MOVED) {
            state.user(user)?.images.retain(|image| !image.is(old));
        }
        Ok(Extra::new())
    }

    /// Deletes an image.
    ///
    /// # Errors
    /// When there is no such user or image.
    pub(super) fn delete_image(&self, user: &str, name: ImageName<'_>) -> Result<Extra, Refusal> {
        let mut state = self.state();
        let user = state.user(user)?;
        let place = user.images.iter().position(|image| image.is(name));
        let image = user.images.remove(place.ok_or(refusal::IMAGE_UNKNOWN)?);
        if self.plays(&faults::DELETED_IMAGE_LISTED) {
            user.deleted_images.push(image);
        }
        Ok(Extra::new())
    }

    fn add_image(
        &self,
        state: &mut State,
        user: &str,
        (repo, tag): ImageName<'_>,
    ) -> Result<u64, Refusal> {
        let images = &state.user(user)?.images;
        let is_taken = images.iter().any(|image| image.is((repo, tag)));
        if is_taken && !self.plays(&faults::TAKEN_TAG_ACCEPTED) {
            return Err(refusal::TAG_TAKEN);
        }
        check_room(images.len(), IMAGES_MAX)?;
        let mut entropy = self.setting.entropy.fork("images");
        let id = IMAGE_ID_MIN + entropy.below(IMAGE_ID_FIRSTS) + state.images_ever;
        state.images_ever += 1;
        state.user(user)?.images.push(Image {
            id,
            repo: repo.to_owned(),
            tag: tag.to_owned(),
        });
        Ok(id)
    }

    fn check_image_name(&self, user: &str, (repo, tag): ImageName<'_>) -> Result<(), Refusal> {
        if (repo.contains(':') || tag.contains(':')) && !self.plays(&faults::COLON_ACCEPTED) {
            return Err(refusal::COLON_IN_NAME);
        }
        let (repo, tag) = (repo.replace(':', "."), tag.replace(':', "."));
        if names::is_repo(user, &repo) && names::is_tag(&tag) {
            Ok(())
        } else {
            Err(refusal::IMAGE_NAME_INVALID)
        }
    }

    /// # Errors
    /// When there is no such user.
    pub(super) fn check_user(&self, name: &str) -> Result<(), Refusal> {
        self.state().user(name).map(|_| ())
    }

    /// Whether the mock is to play this fault.
    pub(super) fn plays(&self, kind: &fault::Kind) -> bool {
        self.setting.plays(kind)
    }

    /// The state, for as long as nothing is awaited.
    pub(super) fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// # Errors
/// When no more fits.
pub(super) fn check_room(count: usize, max: usize) -> Result<(), Refusal> {
    if count < max {
        Ok(())
    } else {
        Err(refusal::FULL)
    }
}
