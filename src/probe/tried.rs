//! What came of varying one operation: how much was sent, and why no more.

/// Nothing of the request can be varied.
pub(super) const NOTHING: &str = "nothing of its request can be varied";
/// What keeps the contract was not sent.
pub(super) const NO_UNDO: &str = "nobody knows how what the contract allows is undone";
/// What was to be sent apart was not: the flow, played again, did not come to its step.
pub(super) const NOT_AGAIN: &str = "the flow did not come to its step again";
/// The budget.
pub(super) const BUDGET: &str = "the budget was used up";
/// The target is silent.
pub(super) const LOST: &str = "the target gave no answer";
/// Somebody asked the run to stop.
pub(super) const STOPPED: &str = "the run was stopped";
/// Its checks are off.
pub(super) const OFF: &str = "its checks are turned off";
/// The step did not come, or not to its end.
pub const ENDED: &str = "the flow ended early";

/// What came of varying one operation.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tried {
    /// How many variations were sent.
    pub sent: usize,
    /// Why there were none, or no more.
    pub left: Option<&'static str>,
}

impl Tried {
    /// Notes why something was not sent; the first reason counts.
    pub(super) fn leave(&mut self, why: &'static str) {
        self.left.get_or_insert(why);
    }
}
