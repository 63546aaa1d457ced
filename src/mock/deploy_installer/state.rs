//! What deploy-installer keeps: the values of each installed release.
//!
//! Images and charts are answered from the upload alone; the document has no way to ask for them
//! again, so nothing of them is kept.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use axum::http::StatusCode;
use serde_json::{Map, Value, json};

use super::Refusal;
use super::chart::Chart;
use super::faults;
use super::request::{Order, ReleasePlace};
use crate::mock::{Setting, fault};

/// The registry that images are moved to.
const REGISTRY: &str = "harbor.example.com";

/// The most releases that are installed at one time.
const RELEASES_MAX: usize = 10_000;

/// The fields that a release must have, in the order in which an error names them.
const REQUIRED: &[&str] = &["name", "version", "values"];

/// The state of one deploy-installer.
#[derive(Debug)]
pub(super) struct Installer {
    setting: Setting,
    releases: Mutex<BTreeMap<ReleasePlace, Map<String, Value>>>,
}

impl Installer {
    /// An installer that has installed nothing yet.
    pub(super) fn new(setting: Setting) -> Installer {
        Installer {
            setting,
            releases: Mutex::default(),
        }
    }

    /// The fields that a release must have.
    pub(super) fn required_fields(&self) -> &'static [&'static str] {
        let lenient = self.setting.plays(&fault::MISSING_INPUT_ACCEPTED);
        if lenient {
            &["name", "values"]
        } else {
            REQUIRED
        }
    }

    /// The answer to an upload of these images: from where each comes, and where it lies now.
    pub(super) fn relocate(&self, mut images: Vec<String>) -> Value {
        if self.setting.plays(&fault::LIST_CUT_SHORT) {
            images.pop();
        }
        let is_moved = !self.setting.plays(&faults::IMAGE_NOT_MOVED);
        let entries: Vec<Value> = images
            .into_iter()
            .map(|from| {
                let to = if is_moved {
                    relocated(&from)
                } else {
                    from.clone()
                };
                json!({ "from": from, "to": to })
            })
            .collect();
        json!({ "images": entries })
    }

    /// The answer to an upload of this chart.
    pub(super) fn describe(&self, chart: Chart) -> Value {
        let values = if self.setting.plays(&faults::DEFAULT_VALUES_LOST) {
            Map::new()
        } else {
            chart.values
        };
        json!({ "chart": chart.metadata, "values": values })
    }

    /// Installs a release, or replaces it whole; answers its final values.
    ///
    /// # Errors
    /// When the registry cannot be set in the values, and when no more releases fit.
    pub(super) fn install(
        &self,
        place: ReleasePlace,
        order: Order,
        set_registry: bool,
    ) -> Result<Map<String, Value>, Refusal> {
        let mut values = order.values;
        let is_heeded = !self.setting.plays(&faults::SET_REGISTRY_IGNORED);
        if set_registry || !is_heeded {
            self.put_registry(&mut values)?;
        }
        let place = self.storage_place(place);
        let mut releases = self.releases.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(stored) = releases.get_mut(&place) {
            if self.setting.plays(&faults::VALUES_MERGED) {
                stored.append(&mut values);
                return Ok(stored.clone());
            }
            if !self.setting.plays(&fault::UPDATE_NOT_STORED) {
                stored.clone_from(&values);
            }
            return Ok(values);
        }
        if releases.len() >= RELEASES_MAX {
            let message = format!("应用实例数量已达上限 {RELEASES_MAX}");
            return Err(Refusal::of(StatusCode::INTERNAL_SERVER_ERROR, message));
        }
        if !self.setting.plays(&fault::CREATE_NOT_STORED) {
            releases.insert(place, values.clone());
        }
        Ok(values)
    }

    /// Deletes a release; answers the values it was installed with.
    ///
    /// # Errors
    /// When there is no such release.
    pub(super) fn delete(&self, place: ReleasePlace) -> Result<Map<String, Value>, Refusal> {
        let place = self.storage_place(place);
        let mut releases = self.releases.lock().unwrap_or_else(PoisonError::into_inner);
        let values = if self.setting.plays(&fault::DELETE_DELETES_NOTHING) {
            releases.get(&place).cloned()
        } else {
            releases.remove(&place)
        };
        values.ok_or_else(|| Refusal::bad_request(format!("应用实例不存在: {}", place.name)))
    }

    fn storage_place(&self, mut place: ReleasePlace) -> ReleasePlace {
        if self.setting.plays(&fault::SCOPE_IGNORED) {
            place.namespace.clear();
        }
        place
    }

    /// Sets `image.registry`; what else `image` holds stays.
    fn put_registry(&self, values: &mut Map<String, Value>) -> Result<(), Refusal> {
        if self.setting.plays(&faults::REGISTRY_NOT_SET) {
            return Ok(());
        }
        let image = values.entry("image").or_insert(Value::Null);
        if image.is_null() || self.setting.plays(&faults::IMAGE_VALUES_LOST) {
            *image = Value::Object(Map::new());
        }
        let Some(image) = image.as_object_mut() else {
            return Err(Refusal::bad_request("字段 values.image 必须是对象"));
        };
        image.insert("registry".to_owned(), Value::from(REGISTRY));
        Ok(())
    }
}

/// The reference with its registry replaced by the installer's. The first segment is a registry
/// when it can be a host: it has a dot or a port, or is `localhost`; else there is none.
fn relocated(reference: &str) -> String {
    let path = match reference.split_once('/') {
        Some((host, path)) if host.contains(['.', ':']) || host == "localhost" => path,
        _ => reference,
    };
    format!("{REGISTRY}/{path}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_registry_of_a_reference_is_replaced() {
        for (from, to) in [
            (
                "docker.io/library/nginx:1.25.0",
                "harbor.example.com/library/nginx:1.25.0",
            ),
            (
                "localhost:5000/a/b@sha256:00",
                "harbor.example.com/a/b@sha256:00",
            ),
            ("localhost/a", "harbor.example.com/a"),
            ("harbor.example.com/a:1", "harbor.example.com/a:1"),
        ] {
            assert_eq!(relocated(from), to);
        }
    }

    #[test]
    fn a_reference_without_a_registry_gets_one() {
        assert_eq!(relocated("nginx:1.25.0"), "harbor.example.com/nginx:1.25.0");
        assert_eq!(
            relocated("library/nginx"),
            "harbor.example.com/library/nginx"
        );
    }
}
