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

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use crate::coverage::Change;
    use crate::report::{FORMATS, Summary, sample};
    use crate::schema::Schema;

    const SCHEMA: &str = include_str!(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/docs/report.schema.json"
    ));

    fn document() -> Value {
        let mut coverage = sample::coverage();
        let lost = vec![("widgets".to_owned(), "listWidgets".to_owned())];
        let (gained, gone) = (1, 2);
        coverage.change = Some(Change { lost, gained, gone });
        let summary = Summary {
            coverage: Some(coverage),
            ..Summary::default()
        };
        let entry = FORMATS.iter().find(|it| it.id == "json");
        let mut format = (entry.expect("it is there").create)();
        let mut out = Vec::new();
        format.begin(&mut out).expect("memory takes all");
        format.end(&summary, &mut out).expect("memory takes all");
        serde_json::from_slice(&out).expect("JSON")
    }

    #[test]
    fn each_operation_stands_with_its_statuses() {
        let coverage = &document()["summary"]["coverage"];
        assert_eq!(
            coverage["apis"][0]["operations"],
            json!([
                {"operation": "createWidgets", "state": "seen", "statuses": [
                    {"status": "201", "state": "seen"}, {"status": "400", "state": "never"}
                ]},
                {"operation": "listWidgets", "state": "never", "statuses": [
                    {"status": "200", "state": "never"}, {"status": "default", "state": "exempt"}
                ]}
            ])
        );
        assert_eq!(
            coverage["counts"]["statuses"],
            json!({"covered": 1, "total": 3, "exempt": 1})
        );
        assert_eq!(
            coverage["change"],
            json!({"gained": 1, "gone": 2, "lost": [{"api": "widgets", "item": "listWidgets"}]})
        );
    }

    #[test]
    fn it_is_what_the_schema_says_and_nothing_else_is() {
        let schema = serde_json::from_str(SCHEMA).expect("the schema is JSON");
        let schema = Schema::compile(&schema).expect("the schema compiles");
        let good = document();
        assert_eq!(schema.violations(&good).list, []);
        for (place, value) in [
            ("/summary/coverage/counts/places", json!(1)),
            ("/summary/coverage/change/lost/0/item", json!(null)),
            (
                "/summary/coverage/apis/0/operations/0/state",
                json!("called"),
            ),
            ("/summary/coverage/extra", json!(1)),
        ] {
            let mut bad = good.clone();
            let pointer = sample::pointer(place);
            pointer.set(&mut bad, value).expect("the place exists");
            assert!(!schema.is_valid(&bad), "{place}");
        }
    }
}
