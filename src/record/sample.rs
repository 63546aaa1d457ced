//! A record for tests.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{End, Head, Record, RecordedApi, RecordedCase, Shard, VERSION};
use crate::coverage::{ApiCovered, Covered, Kind, KindCovered};
use crate::report::sample::exchange;
use crate::report::{self, RecordedStep, Tries};
use crate::transcript::Period;

fn head(cases: usize) -> Head {
    let api = RecordedApi {
        digest: "d1".to_owned(),
        url: "http://h".to_owned(),
    };
    Head {
        version: VERSION,
        program: "0.1.0".to_owned(),
        began: "2026-01-01T00:00:00Z".to_owned(),
        command: "countersign run".to_owned(),
        selection: String::new(),
        target: None,
        seed: 7,
        apis: BTreeMap::from([("widgets".to_owned(), api)]),
        cases,
        plan: "p1".to_owned(),
        shard: None,
        waivers: Vec::new(),
    }
}

/// What is covered of a contract, where only the statuses at these places were answered.
fn coverage(is_answered: impl Fn(usize) -> bool) -> Covered {
    let mut statuses = KindCovered::default();
    for (at, status) in ["200", "201", "400", "404", "409"].into_iter().enumerate() {
        let list = if is_answered(at) {
            &mut statuses.covered
        } else {
            &mut statuses.missing
        };
        list.insert(format!("createWidgets {status}"));
    }
    statuses.exempt.insert("createWidgets 500".to_owned());
    let api = ApiCovered {
        digest: "c1".to_owned(),
        whole: true,
        cut: false,
        kinds: BTreeMap::from([(Kind::Statuses, statuses)]),
    };
    Covered {
        apis: BTreeMap::from([("widgets".to_owned(), api)]),
    }
}

/// A whole run.
pub(super) fn record() -> Record {
    let mut reports = report::sample::cases();
    reports[0].tries = Tries {
        earlier: vec![reports[1].clone()],
        max: 3,
    };
    let waived = report::sample::waived().findings;
    reports[0].findings.extend(waived);
    reports[1].steps[0].notes = vec!["asked again".to_owned()];
    let cases: Vec<RecordedCase> = reports
        .into_iter()
        .enumerate()
        .map(|(place, report)| RecordedCase {
            place,
            took: (place > 0).then(|| Duration::from_micros(1_500)),
            began: (place > 1).then(|| Duration::from_micros(40)),
            report,
            steps: vec![RecordedStep {
                path: "create".into(),
                operation: "createWidgets".into(),
                tries: vec![exchange()],
                period: (place != 2).then_some(Period::from((7, 1_200))),
            }],
            snapshot: (place == 1).then(|| "text\n".into()),
        })
        .collect();
    Record {
        head: head(cases.len()),
        end: End {
            cases: cases.len(),
            exit: 1,
            told: "5 flows".to_owned(),
        },
        cases,
        coverage: Some(coverage(|_| true)),
    }
}

/// The same run in so many parts, each with a name.
pub(super) fn shards(of: usize) -> Vec<(String, Record)> {
    let whole = record();
    let part = |index: usize| {
        let cases = whole.cases.iter().filter(|it| it.place % of == index - 1);
        let cases: Vec<RecordedCase> = cases.cloned().collect();
        let shard = Some(Shard { index, of });
        let record = Record {
            head: Head {
                shard,
                ..whole.head.clone()
            },
            end: End {
                cases: cases.len(),
                ..whole.end.clone()
            },
            cases,
            coverage: Some(coverage(|at| at % of == index - 1)),
        };
        (format!("part {index}"), record)
    };
    (1..=of).map(part).collect()
}
