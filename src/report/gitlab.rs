//! The report as Code Quality of GitLab, which shows findings in a merge request beside the lines.
//!
//! GitLab tells findings of two runs apart by their fingerprints, and drops all but one that share one: so
//! all findings with one fingerprint are one entry.
//!
//! Source: GitLab Docs, "Code Quality report format".

use std::io::{self, Write};

use serde::Serialize;

use super::escape::to_json;
use super::group::{RunCause, RunCauses};
use super::human::count;
use super::{CaseReport, Format, FormatEntry, PROGRAM, Summary, escape, fingerprint};
use crate::source::Location;
use crate::verdict::Severity;

pub(super) const ENTRY: FormatEntry = FormatEntry {
    id: "gitlab",
    summary: "Code Quality of GitLab with what was found, for the page of a merge request.",
    wants_exchanges: false,
    create: || {
        Box::new(GitLab {
            causes: RunCauses::by_fingerprint(),
        })
    },
};

/// The writer of one document.
struct GitLab {
    causes: RunCauses,
}

#[derive(Serialize)]
struct Entry<'c> {
    description: String,
    check_name: &'c str,
    fingerprint: String,
    severity: &'static str,
    location: Place<'c>,
}

#[derive(Serialize)]
struct Place<'c> {
    path: &'c str,
    lines: Lines,
}

#[derive(Serialize)]
struct Lines {
    begin: u32,
}

impl Format for GitLab {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn case(&mut self, case: &CaseReport, _: &mut dyn Write) -> io::Result<()> {
        self.causes.add(case);
        Ok(())
    }

    fn end(&mut self, _: &Summary, out: &mut dyn Write) -> io::Result<()> {
        let mut entries: Vec<Entry<'_>> = self.causes.all().map(Entry::of).collect();
        if let Some(last) = self
            .causes
            .all()
            .last()
            .filter(|_| self.causes.left_out() > 0)
        {
            let left_out = count(self.causes.left_out(), "finding");
            entries.push(Entry {
                description: format!("{left_out} of further causes left out of this report"),
                check_name: PROGRAM,
                fingerprint: fingerprint::digest(&["left out".to_owned()]),
                severity: "info",
                location: Place::of(&last.first.scenario),
            });
        }
        out.write_all(to_json(&entries).as_bytes())
    }
}

impl<'c> Entry<'c> {
    fn of(cause: &'c RunCause) -> Self {
        let finding = &cause.first;
        Self {
            description: escape(&cause.text()).into_owned(),
            check_name: finding.check,
            fingerprint: cause.fingerprint.clone(),
            severity: match finding.severity {
                Severity::Error => "major",
                Severity::Warning => "minor",
                Severity::Waived => "info",
            },
            location: Place::of(finding.contract.as_ref().unwrap_or(&finding.scenario)),
        }
    }
}

impl<'c> Place<'c> {
    fn of(location: &'c Location) -> Self {
        Self {
            path: &location.path,
            lines: Lines {
                begin: location.line,
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::group::CAUSES_MAX;
    use crate::report::sample;

    fn parsed(cases: &[CaseReport]) -> Vec<Value> {
        let text = sample::written(&ENTRY, cases);
        serde_json::from_str(&text).expect("it is a list")
    }

    #[test]
    fn what_is_waived_is_of_the_lightest_weight() {
        let entries = parsed(&[sample::waived()]);
        assert_eq!(entries[0]["severity"], "info");
        let text = entries[0]["description"].as_str();
        assert!(text.is_some_and(|it| it.contains("waived until 2027-01-31")));
    }

    #[test]
    fn an_entry_stands_at_the_line_of_the_contract() {
        let case = sample::failed();
        let entries = parsed(&sample::cases());
        assert_eq!(entries.len(), 3);
        let expected = json!({
            "description": "`total` must be integer (expected integer, actual string \"3\") \
                            in GET /widgets -> 200, widgets::listing/list#response-schema; 3 places, 1 flow",
            "check_name": "response-schema",
            "fingerprint": fingerprint(&case, &case.findings[0]),
            "severity": "major",
            "location": {"path": "specs/widgets/openapi.yaml", "lines": {"begin": 9}},
        });
        assert_eq!(entries[0], expected);
        assert_eq!(entries[2]["severity"], "minor");
        assert_eq!(
            entries[1]["location"]["path"],
            "specs/widgets/flows.arazzo.yaml"
        );
    }

    #[test]
    fn no_two_entries_have_one_fingerprint() {
        let entries = parsed(&[sample::failed(), sample::failed(), sample::passed()]);
        let mut all: Vec<_> = entries
            .iter()
            .map(|it| it["fingerprint"].as_str())
            .collect();
        all.sort_unstable();
        all.dedup();
        assert_eq!(all.len(), entries.len());
    }

    #[test]
    fn nothing_found_is_an_empty_list_and_what_is_left_out_is_told() {
        assert!(parsed(&[sample::review()]).is_empty());
        let mut case = sample::failed();
        let finding = case.findings[0].clone();
        case.findings = (0..CAUSES_MAX + 2)
            .map(|number| {
                let mut one = finding.clone();
                one.message = format!("{number}");
                one
            })
            .collect();
        let entries = parsed(&[case]);
        assert_eq!(entries.len(), CAUSES_MAX + 1);
        let last = &entries[CAUSES_MAX]["description"];
        assert_eq!(last, "2 findings of further causes left out of this report");
    }

    #[test]
    fn hostile_text_steers_nothing() {
        let mut case = sample::failed();
        case.findings[0].message = "\u{1b}[2J\n\"}]".to_owned();
        let entries = parsed(&[case]);
        let text = entries[0]["description"].as_str();
        assert!(
            text.is_some_and(|it| it.starts_with(r#"\u{1b}[2J\n"}]"#)),
            "{text:?}"
        );
    }
}
