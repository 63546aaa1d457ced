//! What a run covered of the contracts, as the JSON report has it: numbers, and each operation with its
//! documented statuses.

use serde::Serialize;

use crate::coverage::{ApiCovered, Count, Covered, Kind, StatusState};
use crate::report::CoverageSummary;

#[derive(Serialize)]
pub(super) struct CoverageObject {
    counts: CountsObject,
    change: Option<ChangeObject>,
    apis: Vec<ApiObject>,
}

#[derive(Serialize)]
struct CountsObject {
    operations: CountObject,
    statuses: CountObject,
    media_types: CountObject,
    parameters: CountObject,
    places: CountObject,
}

#[derive(Serialize)]
struct CountObject {
    covered: usize,
    total: usize,
    exempt: usize,
}

#[derive(Serialize)]
struct ChangeObject {
    gained: usize,
    gone: usize,
    lost: Vec<ItemObject>,
}

#[derive(Serialize)]
struct ItemObject {
    api: String,
    item: String,
}

#[derive(Serialize)]
struct ApiObject {
    api: String,
    counts: CountsObject,
    operations: Vec<OperationObject>,
}

#[derive(Serialize)]
struct OperationObject {
    operation: String,
    state: &'static str,
    statuses: Vec<StatusObject>,
}

#[derive(Serialize)]
struct StatusObject {
    status: String,
    state: &'static str,
}

impl CoverageObject {
    pub(super) fn of(summary: &CoverageSummary) -> Self {
        let CoverageSummary { covered, change } = summary;
        let apis = covered.apis.iter();
        Self {
            counts: CountsObject::of(|kind| Covered::count(covered, kind)),
            change: change.as_ref().map(|it| ChangeObject {
                gained: it.gained,
                gone: it.gone,
                lost: it.lost.iter().cloned().map(ItemObject::of).collect(),
            }),
            apis: apis.map(|(name, it)| ApiObject::of(name, it)).collect(),
        }
    }
}

impl CountsObject {
    fn of(count: impl Fn(Kind) -> Count) -> Self {
        let count = |kind| {
            let Count {
                covered,
                total,
                exempt,
            } = count(kind);
            CountObject {
                covered,
                total,
                exempt,
            }
        };
        Self {
            operations: count(Kind::Operations),
            statuses: count(Kind::Statuses),
            media_types: count(Kind::MediaTypes),
            parameters: count(Kind::Parameters),
            places: count(Kind::Places),
        }
    }
}

impl ItemObject {
    fn of((api, item): (String, String)) -> Self {
        Self { api, item }
    }
}

impl ApiObject {
    fn of(name: &str, api: &ApiCovered) -> Self {
        let operations = api.rows().into_iter().map(|row| OperationObject {
            operation: row.operation.to_owned(),
            state: word(row.state),
            statuses: row
                .statuses
                .into_iter()
                .map(|(status, state)| StatusObject {
                    status: status.to_owned(),
                    state: word(state),
                })
                .collect(),
        });
        Self {
            api: name.to_owned(),
            counts: CountsObject::of(|kind| api.count(kind)),
            operations: operations.collect(),
        }
    }
}

fn word(state: StatusState) -> &'static str {
    match state {
        StatusState::Seen => "seen",
        StatusState::Never => "never",
        StatusState::Exempt => "exempt",
    }
}
