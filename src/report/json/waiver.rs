//! What the document says of the waiver of a finding.

use serde::Serialize;

use crate::check::waiver::Waived;

/// A waiver that is about a finding.
#[derive(Serialize)]
pub(super) struct WaiverObject<'w> {
    at: &'w str,
    reason: &'w str,
    owner: &'w str,
    #[serde(skip_serializing_if = "Option::is_none")]
    ticket: Option<&'w str>,
    expires: &'w str,
    has_expired: bool,
    severity: &'w str,
}

impl<'w> WaiverObject<'w> {
    pub(super) fn of(waived: &'w Waived) -> Self {
        Self {
            at: &waived.at,
            reason: &waived.reason,
            owner: &waived.owner,
            ticket: waived.ticket.as_deref(),
            expires: &waived.expires,
            has_expired: waived.has_expired,
            severity: &waived.severity,
        }
    }
}
