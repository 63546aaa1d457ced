//! A record for tests.

use std::collections::BTreeMap;
use std::time::Duration;

use super::{
    End, Head, Record, RecordedApi, RecordedBody, RecordedCase, RecordedExchange, RecordedField,
    RecordedStep, Shard, VERSION,
};
use crate::report::{self, Tries};

pub(super) fn exchange() -> RecordedExchange {
    RecordedExchange {
        identity: Some("viewer".to_owned()),
        method: "POST".to_owned(),
        url: "http://h/widgets?a=b".to_owned(),
        headers: vec![RecordedField("X-A".to_owned(), Some("1".to_owned()))],
        body: RecordedBody::Text("{}".to_owned()),
        status: 201,
        answer_headers: vec![RecordedField("Set-Cookie".to_owned(), None)],
        answer_body: RecordedBody::Base64("/wA=".to_owned()),
        cut: None,
    }
}

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
            report,
            steps: vec![RecordedStep {
                path: "create".to_owned(),
                operation: "createWidgets".to_owned(),
                tries: vec![exchange()],
            }],
            snapshot: (place == 1).then(|| "text\n".to_owned()),
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
        };
        (format!("part {index}"), record)
    };
    (1..=of).map(part).collect()
}
