//! Tests of the block: golden texts, plain and coloured, and hostile answers.

use super::*;
use crate::report::sample;
use crate::verdict::Verdict;

fn plain(case: &CaseReport) -> String {
    failure(case, &Invocation::default(), &Palette::PLAIN)
}

/// The sample's failing case with one finding.
fn with(change: impl FnOnce(&mut Finding)) -> CaseReport {
    let mut case = sample::failed();
    case.findings.truncate(1);
    change(&mut case.findings[0]);
    case
}

fn with_body(body: &str) -> CaseReport {
    let mut case = with(|_| ());
    case.steps[1]
        .shown
        .as_mut()
        .expect("the sample shows it")
        .body = body.to_owned();
    case
}

#[test]
fn a_failure_shows_all_three_places() {
    assert_eq!(
        plain(&sample::failed()),
        "      × list  GET /widgets -> 200
      │ response-schema: `total` must be integer
      │   ┌ specs/widgets/openapi.yaml:9:16
      │ 9 │ total: {type: integer}
      │   │        ^^^^^^^^^^^^^^^
      │   ┌ response body, /items/0/total  (line 5)
      │ 5 │       \"total\": \"3\"
      │   │                ^^^ expected integer, actual string \"3\"
      │   ┌ specs/widgets/flows.arazzo.yaml:5:17
      │ 5 │ - stepId: list
      │ also at 2 other places (same cause)
      │
      │ response-headers: header `x-total` is missing
      │   ┌ response header x-total is absent
      │   ┌ specs/widgets/flows.arazzo.yaml:5:17
      │ 5 │ - stepId: list
      │ expected integer, actual nothing
      │ reproduce   curl 'http://127.0.0.1:1/widgets'
      │ explain     countersign explain response-schema
      │ explain     countersign explain response-headers
      └ read, delete   not run: needs `id` from create
"
    );
}

#[test]
fn the_head_says_as_whom_a_step_came() {
    let mut case = with(|_| ());
    case.steps[1].manner = "as viewer without token".to_owned();
    let text = plain(&case);
    assert!(
        text.starts_with("      × list  GET /widgets -> 200  as viewer without token\n"),
        "{text}"
    );
}

#[test]
fn a_change_is_shown_as_a_difference() {
    assert_eq!(
        plain(&sample::review()),
        "      ~ snapshot  changed: 1 line removed, 1 added
      │ · allowed value       show  `total`: 3 -> 4  specs/users/openapi.yaml:21:11
      │  5  5 │
      │  6  6 │   {
      │  7  7 │     \"name\": \"Ann\",
      │  8    │ -   \"total\": 3
      │     8 │ +   \"total\": 4
      │  9  9 │   }
      └ accept      countersign run --update accept users::profile
"
    );
    let mut case = sample::review();
    case.change = FlowChange::between(None, "# show\nGET /");
    assert_eq!(
        plain(&case),
        "      ~ snapshot  new: nobody has approved it yet
      └ accept      countersign run --update accept users::profile
"
    );
}

#[test]
fn what_stopped_a_case_is_shown_with_its_problems() {
    assert_eq!(
        plain(&sample::broken()),
        "      ! stopped  127.0.0.1:1: connection refused
      └ login   not run: the target gave no answer
      ! error[invalid-value]: `list` sends nothing
      │   ┌ specs/widgets/flows.arazzo.yaml:5:17
      │ 5 │ - stepId: list
      │   │           ^^^^
      │   ┌ specs/widgets/flows.arazzo.yaml:5:17
      │ 5 │ - stepId: list
      │   │           ^^^^ the step
      └ help        name an operation
"
    );
}

#[test]
fn a_warning_is_no_failure() {
    assert_eq!(
        plain(&sample::passed()),
        "      ! create  POST /widgets -> 201
      │ warning: media-type: the charset is not needed
      │   ┌ specs/widgets/flows.arazzo.yaml:5:17
      │ 5 │ - stepId: list
      └ explain     countersign explain media-type
"
    );
}

#[test]
fn nothing_to_say_is_nothing() {
    assert_eq!(plain(&sample::skipped()), "");
    let mut case = sample::passed();
    case.findings.clear();
    assert_eq!(plain(&case), "");
}

#[test]
fn a_failed_step_without_a_finding_is_shown() {
    let mut case = sample::failed();
    case.findings.clear();
    assert!(plain(&case).starts_with("      × list  GET /widgets -> 200\n      │ answer      "));
}

#[test]
fn colour_only_comes_on_top() {
    for case in sample::cases() {
        let coloured = failure(&case, &Invocation::default(), &Palette::COLOURED);
        assert_eq!(
            anstream::adapter::strip_str(&coloured).to_string(),
            plain(&case)
        );
    }
    let mut case = with(|finding| finding.contract = None);
    case.steps.truncate(2);
    case.steps[1].shown = None;
    assert_eq!(
        failure(&case, &Invocation::default(), &Palette::COLOURED),
        "      \u{1b}[1m\u{1b}[31m×\u{1b}[0m \u{1b}[1mlist\u{1b}[0m  GET /widgets -> 200
      \u{1b}[2m│\u{1b}[0m \u{1b}[1m\u{1b}[31mresponse-schema\u{1b}[0m: `total` must be integer
      \u{1b}[2m│\u{1b}[0m   \u{1b}[2m┌\u{1b}[0m \u{1b}[36mspecs/widgets/flows.arazzo.yaml:5:17\u{1b}[0m
      \u{1b}[2m│\u{1b}[0m \u{1b}[2m5 │\u{1b}[0m - stepId: list
      \u{1b}[2m│\u{1b}[0m body /items/0/total: expected integer, actual string \"3\"
      \u{1b}[2m└\u{1b}[0m explain     countersign explain response-schema
"
    );
}

#[test]
fn status_and_header_are_shown_in_the_answer() {
    let text = plain(&with(|it| it.place = Place::Status));
    let status = "      │   ┌ response status
      │   │ 200 OK
      │   │ ^^^ expected integer, actual string \"3\"\n";
    assert!(text.contains(status), "{text}");
    let text = plain(&with(|it| it.place = Place::Header("Content-Type".into())));
    let header = "      │   ┌ response header Content-Type
      │   │ content-type: application/json
      │   │               ^^^^^^^^^^^^^^^^ expected integer, actual string \"3\"\n";
    assert!(text.contains(header), "{text}");
    let text = plain(&with(|it| it.place = Place::Request));
    assert!(
        text.contains("┌ request\n      │   │ GET /widgets -> 200\n      │   │ ^^^"),
        "{text}"
    );
}

#[test]
fn a_place_that_is_missing_is_shown_where_it_should_be() {
    let text = plain(&with(|it| {
        it.place = Place::Body(sample::pointer("/items/0/id"));
    }));
    assert!(
        text.contains("response body, /items/0/id is missing  (line 3)\n"),
        "{text}"
    );
    assert!(
        text.contains("│ 3 │     {\n      │   │     ^ expected integer"),
        "{text}"
    );
    let text = plain(&with(|it| it.place = Place::Body(sample::pointer(""))));
    assert!(
        text.contains("┌ response body  (line 1)\n      │ 1 │ {\n"),
        "{text}"
    );
}

#[test]
fn a_body_that_is_no_json_is_cut_and_says_so() {
    let text = plain(&with_body(&"<p>\u{1b}[2Jno</p>\n".repeat(20)));
    assert!(
        text.contains("┌ response body  (12 lines and 168 bytes more not shown)\n"),
        "{text}"
    );
    assert_eq!(text.matches(r"│ <p>\u{1b}[2Jno</p>").count(), 8, "{text}");
    assert!(
        text.contains("      │ expected integer, actual string \"3\"\n"),
        "{text}"
    );
    assert!(plain(&with_body("")).contains("┌ response body is empty\n"));
}

#[test]
fn a_huge_line_is_cut_around_its_place() {
    let body = format!(
        "{{\"pad\": \"{}\", \"items\": [{{\"total\": \"3\"}}]}}",
        "x".repeat(100_000)
    );
    let text = plain(&with_body(&body));
    assert!(text.len() < 3_000, "{}", text.len());
    assert!(text.contains("characters before) … "), "{text}");
    assert!(text.contains("^^^ expected integer"), "{text}");
}

#[test]
fn another_try_is_told_and_not_pointed_into() {
    let mut case = with(|finding| finding.attempt = 0);
    case.steps[1]
        .shown
        .as_mut()
        .expect("the sample shows it")
        .attempt = 2;
    let text = plain(&case);
    assert!(!text.contains("response body"), "{text}");
    assert!(
        text.contains("│ body /items/0/total: expected integer"),
        "{text}"
    );
    case.findings[0].attempt = 1;
    assert!(plain(&case).contains("│ try 2, body /items/0/total: expected integer"));
}

#[test]
fn the_same_cause_in_other_steps_is_counted() {
    let mut case = sample::failed();
    case.findings[1].record = 2;
    assert!(plain(&case).contains("also at 1 other place and 1 in other steps (same cause)\n"));
    case.findings[2].record = 2;
    assert!(plain(&case).contains("also at 2 places in other steps (same cause)\n"));
}

#[test]
fn a_step_whose_cause_was_told_says_where() {
    let mut case = sample::failed();
    case.findings.truncate(2);
    case.findings[1].record = 2;
    let text = plain(&case);
    let line = "      × read\n      │ response-schema: the same cause as in list\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn many_causes_are_counted() {
    let mut case = with(|_| ());
    for place in 0..CAUSES_MAX + 3 {
        let mut finding = case.findings[0].clone();
        finding.message = format!("cause {place}");
        case.findings.push(finding);
    }
    let text = plain(&case);
    assert!(
        text.contains("│ … 4 more causes in this step not shown\n"),
        "{text}"
    );
    assert!(!text.contains("cause 19"), "{text}");
}

#[test]
fn many_steps_that_were_not_played_are_counted() {
    let mut case = with(|_| ());
    for place in 0..10 {
        let why = StepOutcome::NotRun("needs `id` from create".to_owned());
        case.steps.push(sample::step(&format!("s{place}"), "", why));
    }
    let text = plain(&case);
    assert!(
        text.ends_with(
            "└ read, delete, s0, s1, s2, s3 and 6 more   not run: needs `id` from create\n"
        ),
        "{text}"
    );
    for place in 0..20 {
        let why = StepOutcome::NotRun(format!("reason {place}"));
        case.steps.push(sample::step("t", "", why));
    }
    assert!(plain(&case).ends_with("└ … 13 more steps not run, for other reasons\n"));
}

#[test]
fn a_finding_of_no_step_is_shown() {
    let case = with(|finding| {
        finding.record = 99;
        finding.place = Place::Flow;
    });
    let text = plain(&case);
    assert!(
        text.contains("      × flow\n      │ response-schema: "),
        "{text}"
    );
}

#[test]
fn no_text_of_a_target_reaches_the_terminal_raw() {
    let hostile = "\u{1b}]0;pwned\u{7}\n        PASS\u{202e}";
    let mut case = sample::failed();
    for finding in &mut case.findings {
        finding.message = hostile.to_owned();
        finding.expected = hostile.to_owned();
        finding.actual = hostile.to_owned();
    }
    case.findings[1].place = Place::Header(hostile.to_owned());
    for step in &mut case.steps {
        step.path = hostile.to_owned();
        step.line = hostile.to_owned();
    }
    let shown = case.steps[1].shown.as_mut().expect("the sample shows it");
    shown.curl = hostile.to_owned();
    shown.head = vec![hostile.to_owned()];
    shown.body = hostile.to_owned();
    case.verdict = Verdict::Broken(hostile.to_owned());
    case.change = FlowChange::between(Some(""), hostile);
    let text = plain(&case);
    assert!(!text.contains(['\u{1b}', '\u{7}', '\u{202e}']), "{text}");
    assert!(
        !text.lines().any(|line| line.starts_with("        PASS")),
        "{text}"
    );
}
