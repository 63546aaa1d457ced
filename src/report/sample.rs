//! One case of each verdict, for the tests of all forms. Built by hand, so that a form is tested
//! without a run.

use super::{
    Captured, CaseReport, FormatEntry, RecordedBody, RecordedExchange, RecordedField, RecordedStep,
    ShownExchange, StepOutcome, StepReport, Summary, Tries,
};
use crate::change::{ChangeClass, ContractLine, FlowChange, Judgement};
use crate::check::waiver::Waived;
use crate::check::{Finding, Place};
use crate::coverage::{ApiCovered, Covered, Kind, KindCovered};
use crate::json::Pointer;
use crate::problem::{Problem, ProblemCode};
use crate::source::{Location, Source};
use crate::verdict::{Severity, Verdict};

const CONTRACT: &str = "\
openapi: 3.1.0
info: {title: widgets, version: '1'}
components:
  schemas:
    Widget:
      type: object
      properties:
        name: {type: string}
        total: {type: integer}
        tag:
          type: string
";

const SCENARIO: &str = "\
arazzo: 1.0.1
workflows:
  - workflowId: listing
    steps:
      - stepId: list
        operationId: listWidgets
";

const BODY: &str = r#"{
  "items": [
    {
      "name": "a",
      "total": "3"
    },
    {
      "name": "b",
      "total": "4"
    },
    {
      "name": "c",
      "total": "5"
    }
  ]
}"#;

pub(super) fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).expect("the test's own pointer")
}

fn place_in(path: &str, text: &str, place: &str) -> Location {
    let source = Source::parse(path, text.to_owned()).expect("the test's own document");
    source.location(&pointer(place))
}

pub(super) fn contract_place(place: &str) -> Location {
    place_in("specs/widgets/openapi.yaml", CONTRACT, place)
}

pub(super) fn scenario_place() -> Location {
    place_in(
        "specs/widgets/flows.arazzo.yaml",
        SCENARIO,
        "/workflows/0/steps/0/stepId",
    )
}

fn case(api: &str, id: &str, verdict: Verdict) -> CaseReport {
    CaseReport {
        path: format!("{api}::{id}"),
        api: api.to_owned(),
        about: String::new(),
        location: scenario_place(),
        verdict,
        steps: Vec::new(),
        findings: Vec::new(),
        change: None,
        problems: Vec::new(),
        snapshot: id.to_owned(),
        tries: Tries::default(),
        probes: None,
        times: None,
    }
}

pub(super) fn step(path: &str, line: &str, outcome: StepOutcome) -> StepReport {
    StepReport {
        path: path.to_owned(),
        operation: format!("{path}Widgets"),
        outcome,
        shown: None,
        line: line.to_owned(),
        manner: String::new(),
        notes: Vec::new(),
        captured: Vec::new(),
    }
}

pub(super) fn finding(record: usize, item: usize) -> Finding {
    Finding {
        check: "response-schema",
        severity: Severity::Error,
        record,
        attempt: 0,
        message: "`total` must be integer".to_owned(),
        place: Place::Body(pointer(&format!("/items/{item}/total"))),
        expected: "integer".to_owned(),
        actual: format!("string \"{}\"", item + 3),
        contract: Some(contract_place(
            "/components/schemas/Widget/properties/total",
        )),
        promise: Some(pointer("/components/schemas/Widget/properties/total")),
        scenario: scenario_place(),
        waiver: None,
    }
}

/// A case with nothing to say but a warning.
pub(crate) fn passed() -> CaseReport {
    let mut case = case("widgets", "lifecycle", Verdict::Passed);
    case.steps = vec![step("create", "POST /widgets -> 201", StepOutcome::Passed)];
    case.findings = vec![Finding {
        check: "media-type",
        severity: Severity::Warning,
        message: "the charset is not needed".to_owned(),
        place: Place::Status,
        expected: String::new(),
        actual: String::new(),
        contract: None,
        promise: None,
        ..finding(0, 0)
    }];
    case
}

/// A case with four findings of two causes, and two steps that were not played.
pub(crate) fn failed() -> CaseReport {
    let mut case = case("widgets", "listing", Verdict::Failed);
    let why = || StepOutcome::NotRun("needs `id` from create".to_owned());
    let mut list = step("list", "GET /widgets -> 200", StepOutcome::Failed);
    list.shown = Some(ShownExchange {
        attempt: 0,
        curl: "curl 'http://127.0.0.1:1/widgets'".to_owned(),
        head: vec![
            "200 OK".to_owned(),
            "content-type: application/json".to_owned(),
        ],
        body: BODY.to_owned(),
    });
    let mut create = step("create", "POST /widgets -> 201", StepOutcome::Passed);
    let readers = vec!["read".to_owned(), "delete".to_owned()];
    create.captured = vec![Captured::of("id", Some(&"w-1".into()), readers)];
    case.steps = vec![
        create,
        list,
        step("read", "", why()),
        step("delete", "", why()),
    ];
    let header = Finding {
        check: "response-headers",
        message: "header `x-total` is missing".to_owned(),
        place: Place::Header("x-total".to_owned()),
        expected: "integer".to_owned(),
        actual: "nothing".to_owned(),
        contract: None,
        promise: None,
        ..finding(1, 0)
    };
    case.findings = vec![finding(1, 0), finding(1, 1), finding(1, 2), header];
    case
}

/// A case that passed, for what was found in it is waived.
pub(crate) fn waived() -> CaseReport {
    let mut case = case("widgets", "counting", Verdict::Passed);
    let mut list = step("list", "GET /widgets -> 200", StepOutcome::Passed);
    list.shown = failed().steps[1].shown.clone();
    case.steps = vec![list];
    let waiver = Waived {
        at: "specs/widgets/api.toml:7".to_owned(),
        reason: "totals are texts until the next version".to_owned(),
        owner: "widgets team".to_owned(),
        ticket: Some("W-12".to_owned()),
        expires: "2027-01-31".to_owned(),
        has_expired: false,
        severity: "error".to_owned(),
    };
    let waived = |item| Finding {
        severity: Severity::Waived,
        waiver: Some(waiver.clone()),
        ..finding(0, item)
    };
    case.findings = vec![waived(0), waived(1)];
    case
}

/// The same after the last day of the waiver.
pub(super) fn expired() -> CaseReport {
    let mut case = waived();
    case.verdict = Verdict::Failed;
    for finding in &mut case.findings {
        finding.severity = Severity::Error;
        let waiver = finding.waiver.iter_mut();
        waiver.for_each(|it| it.has_expired = true);
    }
    case
}

/// A case whose snapshot has changed.
pub(super) fn review() -> CaseReport {
    let mut case = case("users", "profile", Verdict::NeedsReview);
    case.steps = vec![step("show", "GET /users/1 -> 200", StepOutcome::Passed)];
    let text = |total| {
        format!(
            "# show\nGET /users/1\n\n200\n\n{{\n  \"name\": \"Ann\",\n  \"total\": {total}\n}}\n"
        )
    };
    let mut change = FlowChange::between(Some(&text(3)), &text(4));
    for it in change.iter_mut().flat_map(|it| &mut it.changes) {
        it.judgement = Judgement {
            class: ChangeClass::AllowedValue,
            contract: Some(ContractLine {
                file: "specs/users/openapi.yaml".to_owned(),
                line: 21,
                column: 11,
            }),
            promise: Some(pointer("/components/schemas/User/properties/name")),
            why: "the contract allows it".to_owned(),
        };
    }
    case.change = change;
    case
}

/// A case that the network stopped, with a problem in its scenario.
pub(super) fn broken() -> CaseReport {
    let why = "127.0.0.1:1: connection refused".to_owned();
    let mut case = case("users", "login", Verdict::Broken(why));
    case.steps = vec![step(
        "login",
        "",
        StepOutcome::NotRun("the target gave no answer".to_owned()),
    )];
    let problem = Problem::new(
        ProblemCode::InvalidValue,
        scenario_place(),
        "`list` sends nothing",
    );
    case.problems = vec![
        problem
            .with_help("name an operation")
            .with_also(scenario_place(), "the step"),
    ];
    case
}

/// A case that was not played.
pub(super) fn skipped() -> CaseReport {
    case(
        "users",
        "logout",
        Verdict::Skipped("users::login has not passed".to_owned()),
    )
}

/// A case that passed at its second try.
pub(super) fn flaky() -> CaseReport {
    let mut case = passed();
    case.findings.clear();
    case.tries = Tries {
        earlier: vec![failed()],
        max: 3,
    };
    case
}

/// What was asked and answered in one try.
pub(crate) fn exchange() -> RecordedExchange<'static> {
    RecordedExchange {
        identity: Some("viewer".into()),
        method: "POST".into(),
        url: "http://h/widgets?a=b".into(),
        headers: vec![RecordedField("X-A".into(), Some("1".into()))],
        body: RecordedBody::Text("{}".into()),
        status: 201,
        answer_headers: vec![RecordedField("Set-Cookie".into(), None)],
        answer_body: RecordedBody::Base64("/wA=".into()),
        cut: None,
    }
}

fn step_of(exchange: RecordedExchange<'_>) -> RecordedStep<'_> {
    RecordedStep {
        path: "create".into(),
        operation: "createWidgets".into(),
        tries: vec![exchange],
        period: None,
    }
}

/// One of each.
pub(crate) fn cases() -> Vec<CaseReport> {
    vec![passed(), failed(), review(), broken(), skipped()]
}

/// Cases in one form.
pub(super) fn written(entry: &FormatEntry, cases: &[CaseReport]) -> String {
    let mut summary = Summary::default();
    let mut out = Vec::new();
    let mut format = (entry.create)();
    format.begin(&mut out).expect("memory takes all");
    for case in cases {
        summary.add(case);
        format.case(case, &mut out).expect("memory takes all");
        let steps = [step_of(exchange())];
        let told = format.exchanges(case, &steps, &mut out);
        told.expect("memory takes all");
    }
    format.end(&summary, &mut out).expect("memory takes all");
    String::from_utf8(out).expect("all forms are UTF-8")
}

/// What was covered of a contract.
pub(crate) fn coverage() -> super::CoverageSummary {
    let kind = |covered: &[&str], missing: &[&str], exempt: &[&str]| {
        let set = |items: &[&str]| items.iter().map(|it| (*it).to_owned()).collect();
        KindCovered {
            covered: set(covered),
            missing: set(missing),
            exempt: set(exempt),
        }
    };
    let statuses = kind(
        &["createWidgets 201"],
        &["createWidgets 400", "listWidgets 200"],
        &["listWidgets default"],
    );
    let operations = kind(&["createWidgets"], &["listWidgets"], &[]);
    let kinds = [(Kind::Operations, operations), (Kind::Statuses, statuses)];
    let api = ApiCovered {
        digest: "c1".to_owned(),
        whole: true,
        cut: false,
        kinds: kinds.into(),
    };
    super::CoverageSummary {
        covered: Covered {
            apis: [("widgets".to_owned(), api)].into(),
        },
        change: None,
    }
}
