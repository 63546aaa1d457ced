//! What the user says about the snapshots of an API: which values change from run to run, and which
//! headers matter.
//!
//! Plain data, read from `api.toml` by somebody else. What a scenario says of its own steps counts first.

use crate::scenario::VolatileRule;

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

/// Whether a rule is for responses of this operation.
pub(super) fn is_for(rule: &VolatileRule, operation: Option<&str>) -> bool {
    rule.operation.is_none() || rule.operation.as_deref() == operation
}
