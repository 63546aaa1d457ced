//! What the platform keeps: its app images, by their names.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Map, Value};

use super::fields::APP_IMAGE;
use super::message::{self, Dialect};
use super::request::{Leniency, Order};
use super::{CREATE_FAILED, MISSING, QUERY_FAILED, Refusal, TAKEN, faults};
use crate::mock::{Setting, fault};

/// The most app images.
const APP_IMAGES_MAX: usize = 10_000;

/// The members of an app image that are not empty.
type AppImage = Map<String, Value>;

/// The state of one platform.
#[derive(Debug)]
pub(super) struct Platform {
    setting: Setting,
    app_images: Mutex<BTreeMap<String, AppImage>>,
}

impl Platform {
    /// A platform without app images.
    pub(super) fn new(setting: Setting) -> Platform {
        Platform {
            setting,
            app_images: Mutex::default(),
        }
    }

    /// Whether the fault `kind` is to be played.
    pub(super) fn plays(&self, kind: &fault::Kind) -> bool {
        self.setting.plays(kind)
    }

    /// Which rule on requests the fault changes.
    pub(super) fn leniency(&self) -> Leniency {
        let known = [
            (&fault::MEDIA_TYPE_IGNORED, Leniency::AnyMediaType),
            (&fault::MISSING_INPUT_ACCEPTED, Leniency::MissingInput),
            (&fault::BAD_NAME_ACCEPTED, Leniency::AnyName),
            (&faults::DEFAULT_NOT_SET, Leniency::NoDefault),
            (&faults::UNKNOWN_FIELD_REFUSED, Leniency::NothingUnknown),
        ];
        let played = known.into_iter().find(|(kind, _)| self.plays(kind));
        played.map_or(Leniency::Strict, |(_, leniency)| leniency)
    }

    /// Registers an app image.
    ///
    /// # Errors
    /// When the name is taken, and when no more fit.
    pub(super) fn create(&self, order: Order) -> Result<(), Refusal> {
        let Order { name, mut members } = order;
        let mut app_images = self.app_images();
        if app_images.contains_key(&name) && !self.plays(&fault::NAME_TAKEN_ACCEPTED) {
            let message = format!("app image {name:?} exists already");
            return Err(Refusal::of(TAKEN, message));
        }
        if app_images.len() >= APP_IMAGES_MAX {
            let message = format!("there are {APP_IMAGES_MAX} app images, and no more fit");
            return Err(Refusal::of(CREATE_FAILED, message));
        }
        if self.plays(&faults::MAP_KEYS_LOST)
            && let Some(Value::Object(templates)) = members.get_mut("config_templates")
        {
            *templates = std::mem::take(templates).into_iter().take(1).collect();
        }
        if !self.plays(&fault::CREATE_NOT_STORED) {
            app_images.insert(name, members);
        }
        Ok(())
    }

    /// Changes an app image: what was sent takes the place of what was there.
    ///
    /// # Errors
    /// When there is none of this name.
    pub(super) fn update(&self, order: Order) -> Result<(), Refusal> {
        let mut app_images = self.app_images();
        if self.plays(&faults::UPDATE_CREATES) {
            app_images.entry(order.name.clone()).or_default();
        }
        let Some(app_image) = app_images.get_mut(&order.name) else {
            return Err(missing(&order.name));
        };
        if self.plays(&fault::UPDATE_NOT_STORED) {
            return Ok(());
        }
        if self.plays(&faults::UPDATE_CLOBBERS) {
            app_image.clear();
        }
        for (name, value) in order.members {
            match (app_image.get_mut(&name), value) {
                (Some(Value::Array(old)), Value::Array(new))
                    if self.plays(&faults::TEMPLATES_MERGED) =>
                {
                    old.extend(new);
                }
                (Some(old), new) => *old = new,
                (None, new) => {
                    app_image.insert(name, new);
                }
            }
        }
        Ok(())
    }

    /// Deletes an app image.
    ///
    /// # Errors
    /// When there is none of this name.
    pub(super) fn delete(&self, name: &str) -> Result<(), Refusal> {
        let mut app_images = self.app_images();
        if !app_images.contains_key(name) && !self.plays(&faults::MISSING_DELETED) {
            return Err(missing(name));
        }
        if !self.plays(&fault::DELETE_DELETES_NOTHING) {
            app_images.remove(name);
        }
        Ok(())
    }

    /// An app image as it is answered.
    ///
    /// # Errors
    /// When there is none of this name.
    pub(super) fn query(&self, name: &str) -> Result<Value, Refusal> {
        let found = self.found(&self.app_images(), name);
        found.map_err(|refusal| {
            if self.plays(&faults::WRONG_ERROR_CODE) {
                Refusal::of(QUERY_FAILED, refusal.message)
            } else {
                refusal
            }
        })
    }

    /// Several app images as they are answered, in the order of their names.
    ///
    /// # Errors
    /// When there is none of one of these names.
    pub(super) fn batch_query(&self, mut names: Vec<String>) -> Result<Vec<Value>, Refusal> {
        let app_images = self.app_images();
        if self.plays(&faults::MISSING_LEFT_OUT) {
            names.retain(|name| app_images.contains_key(name));
        }
        if self.plays(&faults::ORDER_LOST) {
            names.sort_unstable();
        }
        if self.plays(&fault::LIST_CUT_SHORT) {
            names.pop();
        }
        let names = names.iter();
        names.map(|name| self.found(&app_images, name)).collect()
    }

    fn found(&self, app_images: &BTreeMap<String, AppImage>, name: &str) -> Result<Value, Refusal> {
        let app_image = app_images.get(name).ok_or_else(|| missing(name))?;
        Ok(message::written(app_image, APP_IMAGE, self.dialect()))
    }

    /// How answers are written.
    fn dialect(&self) -> Dialect {
        let known = [
            (&faults::LONG_NUMBER_AS_NUMBER, Dialect::LongNumbers),
            (&faults::EMPTY_FIELDS_LEFT_OUT, Dialect::ZerosLeftOut),
            (&faults::OBJECT_FOR_NULL, Dialect::ObjectsForNull),
        ];
        let played = known.into_iter().find(|(kind, _)| self.plays(kind));
        played.map_or(Dialect::Proto3, |(_, dialect)| dialect)
    }

    fn app_images(&self) -> MutexGuard<'_, BTreeMap<String, AppImage>> {
        let locked = self.app_images.lock();
        locked.unwrap_or_else(PoisonError::into_inner)
    }
}

fn missing(name: &str) -> Refusal {
    Refusal::of(MISSING, format!("app image {name:?} does not exist"))
}
