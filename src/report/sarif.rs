//! The report as SARIF 2.1.0: what was found, at the lines of the contract, for code scanning services
//! and editors.
//!
//! A result is all findings with one fingerprint, by which services know it again in the next run. Flows
//! that wait for a review or were not played are no results; the other forms have them.

pub(super) mod log;

use std::io::{self, Write};

use super::group::{RunCause, RunCauses};
use super::human::count;
use super::{CaseReport, Format, FormatEntry, Summary};
use crate::check::CHECKS;
use crate::verdict::Severity;
use log::{
    Entry, Fingerprints, Invocation, Message, Notification, Place, Rule, Run, Suppression, level,
};

pub(super) const ENTRY: FormatEntry = FormatEntry {
    id: "sarif",
    summary: "SARIF 2.1.0 with what was found, for code scanning services and editors.",
    wants_exchanges: false,
    create: || {
        Box::new(Sarif {
            causes: RunCauses::by_fingerprint(),
        })
    },
};

/// The writer of one document.
struct Sarif {
    causes: RunCauses,
}

impl Format for Sarif {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn case(&mut self, case: &CaseReport, _: &mut dyn Write) -> io::Result<()> {
        self.causes.add(case);
        Ok(())
    }

    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        let mut rules: Vec<&'static str> = self.causes.all().map(|it| it.first.check).collect();
        rules.sort_unstable();
        rules.dedup();
        let results = self.causes.all().map(|it| entry(it, &rules)).collect();
        let run = Run::new(rules.into_iter().map(rule).collect(), results);
        let run = run.with_invocation(self.invocation(summary));
        out.write_all(log::render(run).as_bytes())
    }
}

impl Sarif {
    /// How the run did, and what of it is not among the results.
    fn invocation(&self, summary: &Summary) -> Invocation {
        let broken = count(summary.broken, "flow");
        let left_out = count(self.causes.left_out(), "finding");
        let notes = [
            (
                summary.broken,
                "error",
                format!("{broken} could not be played to the end"),
            ),
            (
                self.causes.left_out(),
                "warning",
                format!("{left_out} of further causes left out"),
            ),
        ];
        let notes = notes.into_iter().filter(|(number, ..)| *number > 0);
        Invocation {
            execution_successful: summary.broken == 0,
            tool_execution_notifications: notes
                .map(|(_, level, text)| Notification {
                    level,
                    message: Message::new(&text),
                })
                .collect(),
        }
    }
}

fn rule(id: &'static str) -> Rule {
    match CHECKS.iter().find(|check| check.id == id) {
        Some(check) => Rule::new(id, check.summary).with_help(check.explanation, check.severity),
        None => Rule::new(id, id),
    }
}

/// That a result is waived, and why; nothing where it is not.
fn suppressions(cause: &RunCause) -> Vec<Suppression> {
    let waived = cause.first.severity == Severity::Waived;
    let words = cause.waiver().filter(|_| waived);
    words.iter().map(|it| Suppression::external(it)).collect()
}

fn entry(cause: &RunCause, rules: &[&str]) -> Entry {
    let finding = &cause.first;
    let rule_index = rules.binary_search(&finding.check);
    let scenario = Place::of(&finding.scenario).related("the step that led there");
    let is_elsewhere = finding.contract.is_some();
    Entry {
        rule_id: finding.check,
        rule_index: rule_index.expect("every check of a cause is among the rules"),
        level: level(finding.severity),
        message: Message::new(&cause.text()),
        locations: vec![Place::of(
            finding.contract.as_ref().unwrap_or(&finding.scenario),
        )],
        related_locations: is_elsewhere.then_some(scenario).into_iter().collect(),
        partial_fingerprints: Some(Fingerprints::new(&cause.fingerprint)),
        suppressions: suppressions(cause),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::log::tests::{assert_standard, results};
    use super::*;
    use crate::report::sample;

    fn parsed(cases: &[CaseReport]) -> Value {
        let text = sample::written(&ENTRY, cases);
        assert!(!text.contains('\u{1b}'));
        let document = serde_json::from_str(&text).expect("it is JSON");
        assert_standard(&document);
        document
    }

    #[test]
    fn a_result_stands_at_the_contract_and_names_the_step() {
        let document = parsed(&sample::cases());
        let results = results(&document);
        let rules: Vec<_> = results.iter().map(|it| &it["ruleId"]).collect();
        // The third of the findings has an index of a list in its place, and is the same.
        assert_eq!(rules, ["response-schema", "response-headers", "media-type"]);
        let place = |it: &Value| {
            let it = &it["physicalLocation"];
            let line = it["region"]["startLine"].clone();
            (it["artifactLocation"]["uri"].clone(), line)
        };
        let first = &results[0];
        assert_eq!(
            place(&first["locations"][0]),
            (json!("specs/widgets/openapi.yaml"), json!(9))
        );
        assert_eq!(
            place(&first["relatedLocations"][0]),
            (json!("specs/widgets/flows.arazzo.yaml"), json!(5))
        );
        // Without a place in the contract there is one place.
        assert_eq!(
            place(&results[1]["locations"][0]).0,
            "specs/widgets/flows.arazzo.yaml"
        );
        assert_eq!(results[1].get("relatedLocations"), None);
        let invocation = &document["runs"][0]["invocations"][0];
        assert_eq!(invocation["executionSuccessful"], false);
    }

    #[test]
    fn rules_explain_themselves() {
        let mut case = sample::failed();
        case.findings.truncate(1);
        let document = parsed(&[case]);
        let rule = &document["runs"][0]["tool"]["driver"]["rules"][0];
        assert_eq!(rule["id"], "response-schema");
        assert_eq!(rule["defaultConfiguration"]["level"], "error");
        assert!(
            rule["help"]["markdown"]
                .as_str()
                .is_some_and(|it| it.len() > 100)
        );
    }

    #[test]
    fn fingerprints_are_those_of_the_findings_and_unique() {
        let mut other = sample::failed();
        other.steps[1].operation = "searchWidgets".to_owned();
        let first = sample::failed();
        let expected = crate::report::fingerprint(&first, &first.findings[0]);
        let document = parsed(&[first, other]);
        let mut all: Vec<_> = results(&document)
            .iter()
            .map(|it| it["partialFingerprints"]["countersign/v1"].as_str())
            .collect();
        assert_eq!(all[0], Some(expected.as_str()));
        let number = all.len();
        all.sort_unstable();
        all.dedup();
        assert_eq!((number, all.len()), (4, 4));
    }

    #[test]
    fn a_run_in_order_has_no_results() {
        let document = parsed(&[sample::review(), sample::skipped()]);
        assert!(results(&document).is_empty());
        let invocation = &document["runs"][0]["invocations"][0];
        assert_eq!(invocation, &json!({"executionSuccessful": true}));
    }

    #[test]
    fn what_is_waived_is_suppressed_until_its_last_day() {
        let document = parsed(&[sample::waived(), sample::failed()]);
        // The same mistake is no longer borne where no waiver is about it.
        let results = results(&document);
        let levels: Vec<_> = results.iter().map(|it| &it["level"]).collect();
        assert_eq!(levels, ["error", "error", "note"]);
        let suppression = &results[2]["suppressions"][0];
        assert_eq!(suppression["kind"], "external");
        assert_eq!(suppression["status"], "accepted");
        let why = suppression["justification"].as_str();
        assert!(why.is_some_and(|it| it.contains("(widgets team, W-12)")));
        assert_eq!(results[0].get("suppressions"), None);
        let document = parsed(&[sample::expired()]);
        let results = super::log::tests::results(&document);
        assert_eq!(results[0].get("suppressions"), None);
    }

    #[test]
    fn hostile_text_is_no_link_and_steers_nothing() {
        let mut case = sample::failed();
        case.findings[0].actual = "[x](http://evil)\u{1b}[2J".to_owned();
        let document = parsed(&[case]);
        let text = results(&document)[0]["message"]["text"].as_str();
        assert!(
            text.is_some_and(|it| it.contains("[x\\](http://evil)")),
            "{text:?}"
        );
    }
}
