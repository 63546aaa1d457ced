//! What a waiver of a change is about, so that every report shows it as it shows what is waived.

use super::Check;
use crate::verdict::Severity;

/// The check.
pub(super) const CHECK: Check = Check {
    id: "approved-snapshot",
    summary: "an answer is as its approved snapshot has it, where a waiver bears that it is not",
    explanation: "\
A change of a snapshot is shown as a change, and somebody decides on it. Where a waiver is about the \
change (`change = \"allowed-value\"` in `[[waivers]]`), it is a finding as well, of the weight `waived`: \
so each report says what is borne, why, and until when. After the last day the change needs a decision \
as ever, and the finding says which waiver has expired. Without a waiver this check finds nothing.",
    severity: Severity::Warning,
    // No single answer shows it: the snapshots of a flow are compared when it has ended.
    examine: |_| Vec::new(),
};
