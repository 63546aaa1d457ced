//! What the user says about snapshots: which values change from run to run, and which headers matter.
//!
//! Plain data, read from `api.toml` by somebody else. A rule is for what the contract cannot say; a
//! value with the format of a time or an identifier, a `readOnly` text and a step's output need none.

use crate::json::Path;

/// The settings of the snapshots of one API.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotSettings {
    /// The values that change from run to run. Where two rules name the same value, the first gives
    /// the name.
    pub volatile: Vec<VolatileRule>,
    /// Response headers that are kept beside `Content-Type` and those that the contract documents;
    /// in any case.
    pub headers: Vec<String>,
}

/// A value that changes from run to run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VolatileRule {
    /// The operation in whose responses it stands; none means every operation.
    pub operation: Option<String>,
    /// Where it stands.
    pub at: At,
    /// The name of its symbol.
    pub name: String,
    /// Why it may change; for the reader of the settings.
    pub why: String,
}

/// Where a value of a response stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum At {
    /// In the body: every place that the query finds. A place with an object or an array is one value.
    Body(Path),
    /// In the header of that name, in any case: its whole value.
    Header(String),
}

impl VolatileRule {
    /// Whether the rule is for responses of this operation.
    pub(super) fn is_for(&self, operation: Option<&str>) -> bool {
        self.operation.is_none() || self.operation.as_deref() == operation
    }
}
