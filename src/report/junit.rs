//! The report as JUnit XML, for CI systems: a testsuite for each API, a testcase for each workflow.
//!
//! A case that needs review is a failure here, since JUnit has no word for it and a reader that saw
//! it as passed would be misled. No time stands in it, and no name of a machine. The text of a
//! failure is what the terminal shows. JUnit counts cases before it lists them, so all of it is
//! written at the end; only what is shown of a failure is held until then.
//!
//! Source: the JUnit XML that Jenkins reads, as `quick_junit` writes it.

use std::collections::BTreeMap;
use std::io::{self, Write};

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestRerun, TestSuite};

use super::human::{self, Invocation, Palette};
use super::{CaseReport, Format, FormatEntry, PROGRAM, Summary, causes, escape_line};
use crate::check::Finding;
use crate::verdict::{Severity, Verdict};

pub(super) const ENTRY: FormatEntry = FormatEntry {
    id: "junit",
    summary: "JUnit XML: a testsuite for each API, a testcase for each workflow.",
    wants_exchanges: false,
    create: || Box::new(JUnit::default()),
};

/// The writer of one document.
#[derive(Default)]
struct JUnit {
    /// The suites in the order in which their first case came.
    suites: Vec<TestSuite>,
    /// Each name that was used, with the number that was put behind it last. GitLab keeps only the first
    /// of two with the same name.
    names: BTreeMap<String, usize>,
}

impl Format for JUnit {
    fn begin(&mut self, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn case(&mut self, case: &CaseReport, _: &mut dyn Write) -> io::Result<()> {
        let (api, workflow) = case.path.split_once("::").unwrap_or(("", &case.path));
        let api = escape_line(api);
        let name = self.unique(&api, &escape_line(workflow));
        let mut entry = TestCase::new(name, status(case));
        entry.set_classname(api.as_ref());
        tell_waived(case, &mut entry);
        let place = self
            .suites
            .iter()
            .position(|suite| suite.name.as_str() == api);
        let place = place.unwrap_or_else(|| {
            self.suites.push(TestSuite::new(api.as_ref()));
            self.suites.len() - 1
        });
        self.suites[place].add_test_case(entry);
        Ok(())
    }

    fn end(&mut self, _: &Summary, out: &mut dyn Write) -> io::Result<()> {
        let mut report = Report::new(PROGRAM);
        report.add_test_suites(std::mem::take(&mut self.suites));
        report.serialize(out).map_err(io::Error::other)
    }
}

impl JUnit {
    /// The name, with a number behind it where another case has it: a round of `--repeat`, mostly.
    fn unique(&mut self, api: &str, workflow: &str) -> String {
        let key = |name: &str| format!("{api}::{name}");
        let mut name = workflow.to_owned();
        while self.names.contains_key(&key(&name)) {
            let used = self.names.entry(key(workflow)).or_insert(1);
            *used += 1;
            name = format!("{workflow} ({used})");
        }
        self.names.insert(key(&name), 1);
        name
    }
}

/// Puts to a case what of it is waived, as properties, and what is shown of it where it passed.
fn tell_waived(case: &CaseReport, entry: &mut TestCase) {
    let causes = causes(&case.findings);
    let waived = causes
        .iter()
        .filter(|it| it.first.severity == Severity::Waived);
    for waiver in waived.filter_map(|it| it.first.waiver.as_ref()) {
        let words = waiver.words();
        entry.add_property(("waived", escape_line(&words).as_ref()));
    }
    if case.verdict == Verdict::Passed && case.waived() > 0 {
        let shown = human::failure(case, &Invocation::default(), &Palette::PLAIN);
        entry.set_system_out(shown);
    }
}

/// How a case ended, with the tries before.
fn status(case: &CaseReport) -> TestCaseStatus {
    let mut status = last_status(case);
    // A case that was not played has none.
    if !matches!(status, TestCaseStatus::Skipped { .. }) {
        status.add_reruns(case.tries.earlier.iter().map(rerun));
    }
    status
}

/// A try before the last one.
fn rerun(case: &CaseReport) -> TestRerun {
    let (kind, ty, message) = match &case.verdict {
        Verdict::Broken(why) => (
            NonSuccessKind::Error,
            "broken",
            escape_line(why).into_owned(),
        ),
        _ => (
            NonSuccessKind::Failure,
            worst(case).map_or("failed", |finding| finding.check),
            failure_message(case),
        ),
    };
    let mut rerun = TestRerun::new(kind);
    rerun.set_type(ty).set_message(message);
    rerun.set_description(human::failure(
        case,
        &Invocation::default(),
        &Palette::PLAIN,
    ));
    rerun
}

fn last_status(case: &CaseReport) -> TestCaseStatus {
    let (mut status, kind, message) = match &case.verdict {
        Verdict::Passed => return TestCaseStatus::success(),
        Verdict::Skipped(reason) => {
            let mut status = TestCaseStatus::skipped();
            status.set_message(format!("not run: {}", escape_line(reason)));
            return status;
        }
        Verdict::Failed => (
            TestCaseStatus::non_success(NonSuccessKind::Failure),
            worst(case).map_or("failed", |finding| finding.check),
            failure_message(case),
        ),
        Verdict::NeedsReview => (
            TestCaseStatus::non_success(NonSuccessKind::Failure),
            "needs-review",
            "the snapshot is new or has changed within the contract".to_owned(),
        ),
        Verdict::Broken(why) => (
            TestCaseStatus::non_success(NonSuccessKind::Error),
            "broken",
            escape_line(why).into_owned(),
        ),
    };
    status.set_type(kind).set_message(message);
    status.set_description(human::failure(
        case,
        &Invocation::default(),
        &Palette::PLAIN,
    ));
    status
}

/// The first finding by which the case fails; a warning only where there is nothing heavier.
fn worst(case: &CaseReport) -> Option<&Finding> {
    let mut errors = case.findings.iter();
    let error = errors.find(|finding| finding.severity == Severity::Error);
    error.or(case.findings.first())
}

/// The worst finding in a sentence, and how many other causes there are.
fn failure_message(case: &CaseReport) -> String {
    let Some(worst) = worst(case) else {
        return "a step failed".to_owned();
    };
    let step = case.step(worst).map(|step| format!("{}: ", step.path));
    let message = format!(
        "{}{}: {}",
        step.unwrap_or_default(),
        worst.check,
        worst.message
    );
    let message = escape_line(&message);
    match causes(&case.findings).len().saturating_sub(1) {
        0 => message.into_owned(),
        more => format!("{message} (and {more} more)"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn written(cases: &[CaseReport]) -> String {
        let mut out = Vec::new();
        let mut format = (ENTRY.create)();
        format.begin(&mut out).expect("memory takes all");
        for case in cases {
            format.case(case, &mut out).expect("memory takes all");
        }
        format
            .end(&Summary::default(), &mut out)
            .expect("memory takes all");
        String::from_utf8(out).expect("it is declared as UTF-8")
    }

    fn read(cases: &[CaseReport]) -> Report {
        Report::deserialize_from_str(&written(cases)).expect("it is well-formed JUnit")
    }

    #[test]
    fn it_is_read_back_with_the_same_numbers() {
        let report = read(&sample::cases());
        assert_eq!(
            (report.tests, report.failures, report.errors, report.skipped),
            (5, 2, 1, 1)
        );
        let suites: Vec<_> = report
            .test_suites
            .iter()
            .map(|it| (it.name.as_str(), it.tests))
            .collect();
        assert_eq!(suites, [("widgets", 2), ("users", 3)]);
        assert_eq!(
            (report.uuid, report.timestamp, report.time),
            (None, None, None)
        );
    }

    #[test]
    fn a_failure_says_what_the_terminal_says() {
        let report = read(&[sample::failed()]);
        let TestCaseStatus::NonSuccess {
            kind,
            message,
            ty,
            description,
            ..
        } = &report.test_suites[0].test_cases[0].status
        else {
            panic!("it failed");
        };
        assert_eq!(*kind, NonSuccessKind::Failure);
        assert_eq!(ty.as_deref(), Some("response-schema"));
        assert_eq!(
            message.as_deref(),
            Some("list: response-schema: `total` must be integer (and 1 more)")
        );
        let shown = human::failure(&sample::failed(), &Invocation::default(), &Palette::PLAIN);
        assert_eq!(description.as_deref().map(str::trim), Some(shown.trim()));
    }

    #[test]
    fn a_warning_does_not_stand_for_the_failure() {
        let mut case = sample::failed();
        case.findings[0].severity = Severity::Warning;
        case.findings[0].check = "media-type";
        let xml = written(&[case]);
        assert!(xml.contains("type=\"response-schema\""), "{xml}");
        let mut case = sample::failed();
        case.findings.clear();
        assert!(written(&[case]).contains("message=\"a step failed\" type=\"failed\""));
    }

    #[test]
    fn what_was_not_played_and_what_broke_is_told_apart() {
        let xml = written(&sample::cases());
        assert!(
            xml.contains("<skipped message=\"not run: users::login has not passed\"/>"),
            "{xml}"
        );
        let error = "<error message=\"127.0.0.1:1: connection refused\" type=\"broken\">";
        assert!(xml.contains(error), "{xml}");
        assert!(
            xml.contains("<testcase name=\"lifecycle\" classname=\"widgets\"/>"),
            "{xml}"
        );
    }

    #[test]
    fn a_snapshot_to_review_does_not_pass() {
        let xml = written(&[sample::review()]);
        assert!(xml.contains("type=\"needs-review\""), "{xml}");
        assert!(xml.contains("failures=\"1\""), "{xml}");
    }

    #[test]
    fn the_same_name_twice_is_made_unique() {
        let named = |name: &str| {
            let mut case = sample::passed();
            case.path = format!("widgets::{name}");
            case
        };
        // One is called as another would be, and two differ in what is written out alone.
        let names = ["a", "a (2)", "a", "a", "b\n", "b\\n"];
        let report = read(&names.map(named));
        let names: Vec<_> = report.test_suites[0]
            .test_cases
            .iter()
            .map(|it| it.name.as_str())
            .collect();
        assert_eq!(names, ["a", "a (2)", "a (3)", "a (4)", "b\\n", "b\\n (2)"]);
    }

    #[test]
    fn tries_before_the_last_one_are_there() {
        let xml = written(&[sample::flaky()]);
        assert!(xml.contains("<flakyFailure"), "{xml}");
        assert!(xml.contains("failures=\"0\""), "{xml}");
        let mut case = sample::failed();
        case.tries.earlier = vec![sample::failed(), sample::broken()];
        let xml = written(&[case]);
        assert!(
            xml.contains("<rerunFailure") && xml.contains("<rerunError"),
            "{xml}"
        );
        assert!(!written(&sample::cases()).contains("rerun"));
    }

    #[test]
    fn what_is_waived_passes_and_says_why() {
        let xml = written(&[sample::waived()]);
        assert!(xml.contains("failures=\"0\""), "{xml}");
        let property = "<property name=\"waived\" value=\"waived until 2027-01-31: totals are";
        assert!(xml.contains(property), "{xml}");
        assert!(xml.contains("<system-out>"), "{xml}");
        let xml = written(&[sample::expired()]);
        assert!(xml.contains("failures=\"1\""), "{xml}");
        let words = "waiver expired on 2027-01-31, specs/widgets/api.toml:7";
        assert!(xml.contains(words) && !xml.contains("<property "), "{xml}");
    }

    #[test]
    fn hostile_text_stays_text() {
        let mut case = sample::failed();
        case.findings[0].message = "]]></failure><x a='\u{1b}[2J\0\u{ffff}&\u{202e}".to_owned();
        let report = read(&[case]);
        let TestCaseStatus::NonSuccess { message, .. } =
            &report.test_suites[0].test_cases[0].status
        else {
            panic!("it failed");
        };
        let message = message.as_deref().expect("it has one");
        assert!(
            message.contains(r"]]></failure><x a='\u{1b}[2J\u{0}\u{ffff}&\u{202e}"),
            "{message}"
        );
    }
}
