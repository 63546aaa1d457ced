//! The coverage that is not to be lost again: a file under version control, and what differs from it.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::{Covered, KindCovered};

/// The version of the file's form.
const VERSION: u32 = 1;

/// What was covered once, and is to stay so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Baseline {
    version: u32,
    /// The names of the covered items, by API.
    apis: BTreeMap<String, BTreeSet<String>>,
}

/// Why a text is no baseline.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BaselineError {
    /// It is not of its form.
    #[error("it is no baseline of coverage: {0}")]
    Form(String),
    /// It is of another version.
    #[error("it is a baseline of version {0}, and this program reads version {VERSION}")]
    Version(u32),
}

/// What differs from a baseline, of the APIs that were played.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Change {
    /// What was covered and is not any more, by API.
    pub lost: Vec<(String, String)>,
    /// How many items are covered that were not.
    pub gained: usize,
    /// How many items of the baseline are not to be covered any more: the contract has them no longer, or
    /// they are exempt.
    pub gone: usize,
}

impl Baseline {
    /// Reads a file.
    ///
    /// # Errors
    /// When it is none, or of another version.
    pub fn read(text: &str) -> Result<Self, BaselineError> {
        let read: Self =
            serde_json::from_str(text).map_err(|error| BaselineError::Form(error.to_string()))?;
        if read.version == VERSION {
            Ok(read)
        } else {
            Err(BaselineError::Version(read.version))
        }
    }

    /// What is covered now; APIs that were not played stay as they were.
    #[must_use]
    pub fn updated(before: Option<Self>, covered: &Covered) -> Self {
        let mut apis = before.map(|it| it.apis).unwrap_or_default();
        for (name, api) in &covered.apis {
            let items = api.kinds.values().flat_map(|it| &it.covered);
            apis.insert(name.clone(), items.cloned().collect());
        }
        Self {
            version: VERSION,
            apis,
        }
    }

    /// The text of the file; the same coverage has the same one.
    pub fn text(&self) -> String {
        let text = serde_json::to_string_pretty(self).expect("texts can be written");
        text + "\n"
    }

    /// What differs.
    pub fn compare(&self, covered: &Covered) -> Change {
        let mut change = Change::default();
        let none = BTreeSet::new();
        for (name, api) in &covered.apis {
            let before = self.apis.get(name).unwrap_or(&none);
            let is_in = |item: &String, of: fn(&KindCovered) -> &BTreeSet<String>| {
                api.kinds.values().any(|it| of(it).contains(item))
            };
            for item in before {
                if is_in(item, |it| &it.missing) {
                    change.lost.push((name.clone(), item.clone()));
                } else if !is_in(item, |it| &it.covered) {
                    change.gone += 1;
                }
            }
            let now = api.kinds.values().flat_map(|it| &it.covered);
            change.gained += now.filter(|it| !before.contains(*it)).count();
        }
        change
    }
}

impl Change {
    /// Whether nothing differs.
    pub fn is_none(&self) -> bool {
        *self == Self::default()
    }
}
