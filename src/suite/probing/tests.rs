//! Every law beside a server that breaks it, and beside one that is honest.

mod apart;
mod door;
mod servers;
mod shelf;
mod shop;

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Map;

use super::*;
use crate::arazzo::NoFiles;
use crate::check::law::LAWS;
use crate::plan::{self, Selection};
use crate::probe::may_be_asked;
use crate::report::CaseReport;
use crate::suite::{Folder, SourceText, Suite, load};
use crate::world::{Limits, NeverStopping, Site, Target, VirtualClock};
use shelf::Shelf;

/// Another server that a contract may name.
const ELSEWHERE: &str = "https://elsewhere.example";

/// What a server is that breaks a law, and the laws that say so.
const FAULTS: &[(&str, &[&str])] = &[
    ("stock-not-stored", &["created-reads-back"]),
    ("put-merges", &["update-replaces"]),
    ("put-adds", &["update-repeats", "update-replaces"]),
    ("patch-replaces", &["patch-keeps-rest"]),
    ("delete-swallowed", &["deleted-is-gone"]),
    (
        "second-delete-breaks",
        &["delete-repeats", "documented-status"],
    ),
    (
        "read-changes",
        &[
            "conditions-count",
            "created-reads-back",
            "credentials-are-demanded",
            "get-is-safe",
            "head-agrees",
            "patch-keeps-rest",
            "update-repeats",
            "update-replaces",
        ],
    ),
    ("head-differs", &["head-agrees"]),
    ("wrong-id", &["asked-is-answered", "links-lead"]),
    ("list-forgets", &["list-holds-created"]),
    ("list-is-stale", &["list-forgets-deleted"]),
    ("no-limit", &["limit-limits", "pages-part-the-list"]),
    ("pages-overlap", &["pages-part-the-list"]),
    ("no-filter", &["filter-filters"]),
    ("small-total", &["total-agrees"]),
    ("broken-location", &["links-lead"]),
    ("link-leads-nowhere", &["links-lead"]),
    ("link-field-leads-nowhere", &["links-lead"]),
    ("made-tomorrow", &["times-are-plausible", "times-go-on"]),
    ("made-never", &["times-are-plausible"]),
    ("refused-is-made", &["refusal-leaves-no-trace"]),
    ("no-conditions", &["conditions-count"]),
    ("if-match-ignored", &["conditions-count"]),
    ("time-runs-back", &["times-go-on"]),
    ("change-is-not-dated", &["times-go-on"]),
    ("any-path", &["unknown-path-is-refused"]),
    ("no-credentials", &["credentials-are-demanded"]),
];

/// What a server is that checks too little or too much, and what variations say of it.
const LAX: &[(&str, &[&str])] = &[
    ("checks-nothing", &["invalid-is-refused"]),
    ("breaks-on-wrong", &["invalid-is-refused"]),
    ("ascii-only", &["valid-is-accepted"]),
    ("garbles", &["text-comes-back"]),
    ("garbles-changes", &["text-comes-back"]),
];

/// Other ways to be honest.
const HONEST: &[&str] = &["none", "soft-delete", "put-conflicts", "copies-keep-times"];

fn suite() -> Suite {
    suite_of(shelf::CONTRACT, shelf::WORKFLOWS, None)
}

fn suite_of(contract: &str, workflows: &str, settings: Option<&str>) -> Suite {
    let text = |path: &str, text: &str| SourceText {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let folder = Folder {
        api: "books".to_owned(),
        contract: text("specs/books/openapi.yaml", contract),
        scenarios: vec![text("specs/books/life.arazzo.yaml", workflows)],
        settings: settings.map(|it| text("specs/books/api.toml", it)),
        others: Vec::new(),
        files: Box::new(NoFiles),
    };
    let (suite, problems) = load(vec![folder]);
    assert_eq!(problems, []);
    suite
}

/// Plays the flow against a server with that fault, probed as said.
fn play_with(fault: &'static str, aims: Aims, limits: Limits) -> CaseReport {
    play_at(&Shelf::with(fault), aims, limits)
}

fn play_at(target: &dyn Target, aims: Aims, limits: Limits) -> CaseReport {
    play_suite(&suite(), target, aims, limits)
}

fn play_suite(suite: &Suite, target: &dyn Target, aims: Aims, limits: Limits) -> CaseReport {
    let selection = Selection::default();
    let plan = plan::lay_out(&suite.scenarios(), &selection, 0, &|_| Map::new());
    let session = Session::new(suite, &plan, BTreeMap::new()).probing(aims, &plan);
    let clock = VirtualClock::default();
    let world = World {
        target,
        site: &Site {
            servers: [
                (ELSEWHERE, "http://elsewhere".to_owned()),
                (
                    "https://again.example",
                    format!("http://books{}", door::AGAIN),
                ),
            ]
            .map(|(server, url)| (server.to_owned(), url))
            .into(),
            ..Site::from("http://books")
        },
        clock: &clock,
        stopping: &NeverStopping,
        limits,
    };
    let runtime = tokio::runtime::Builder::new_current_thread()
        .build()
        .expect("a runtime");
    let outcome = runtime.block_on(session.play(&plan.cases[0], world));
    Arc::unwrap_or_clone(outcome.report)
}

fn laws() -> Aims {
    Aims {
        laws: true,
        budget: 1_000,
        ..Aims::default()
    }
}

fn play(fault: &'static str) -> CaseReport {
    play_with(fault, laws(), Limits::default())
}

fn found(report: &CaseReport) -> BTreeSet<&'static str> {
    report.findings.iter().map(|it| it.check).collect()
}

#[test]
fn an_honest_server_breaks_no_law() {
    let report = play("none");
    let told: Vec<String> = report
        .findings
        .iter()
        .map(|it| {
            format!(
                "{}: {} ({} / {})",
                report.finding_id(it),
                it.message,
                it.expected,
                it.actual
            )
        })
        .collect();
    assert_eq!(told, Vec::<String>::new());
    let probes = report.probes.expect("it was probed");
    assert_eq!(probes.ended_early, None);
    assert!(probes.sent > 40, "{probes:?}");
}

#[test]
fn what_others_do_between_two_pages_accuses_nobody() {
    assert_eq!(found(&play("others-meanwhile")), BTreeSet::new());
}

#[test]
fn what_others_make_accuses_no_refusal() {
    let aims = Aims {
        variations: true,
        ..laws()
    };
    let report = play_with("others-come", aims, Limits::default());
    assert!(!found(&report).contains("refusal-leaves-no-trace"));
}

#[test]
fn what_is_found_after_a_variation_says_of_which_one() {
    let aims = Aims {
        variations: true,
        ..laws()
    };
    for (fault, check) in [
        ("garbles", "text-comes-back"),
        ("garbles-changes", "text-comes-back"),
    ] {
        let report = play_with(fault, aims, Limits::default());
        let ids: Vec<String> = report
            .findings
            .iter()
            .map(|it| report.finding_id(it))
            .collect();
        let different: BTreeSet<&String> = ids.iter().collect();
        assert_eq!(different.len(), ids.len(), "{ids:?}");
        let is_named =
            |it: &String| it.contains(&format!("/{check}/text-")) && it.contains(":body/title");
        assert!(!ids.is_empty() && ids.iter().all(is_named), "{ids:?}");
    }
}

#[test]
fn there_are_several_ways_to_be_honest() {
    for way in HONEST {
        let aims = Aims {
            variations: true,
            ..laws()
        };
        let report = play_with(way, aims, Limits::default());
        let told: Vec<String> = report
            .findings
            .iter()
            .map(|it| report.finding_id(it))
            .collect();
        assert_eq!(told, Vec::<String>::new(), "{way}");
    }
}

/// That the contract lets know that each law which was broken is asked beside its step.
fn demand_reach(report: &CaseReport) {
    let suite = suite();
    let contract = &suite.apis[0].contract;
    for finding in report
        .findings
        .iter()
        .filter(|it| LAWS.iter().any(|law| law.id == it.check))
    {
        let path = &report.steps[finding.record].path;
        let step = path.split('/').next().unwrap_or_default();
        let own = report.steps.iter().find(|it| it.path == step);
        let operation = own.map(|it| it.operation.as_str()).unwrap_or_default();
        let operation = contract.operation(operation).expect("the step calls it");
        let may_be_asked = may_be_asked(finding.check, contract, operation);
        assert!(may_be_asked, "{} beside {}", finding.check, operation.id);
    }
}

#[test]
fn every_fault_is_found_by_its_laws_and_by_no_other() {
    let mut wrong = Vec::new();
    for (fault, expected) in FAULTS {
        let report = play(fault);
        demand_reach(&report);
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        let found = found(&report);
        if found != expected {
            let verdict = &report.verdict;
            wrong.push(format!(
                "{fault}: {found:?} instead of {expected:?}, {verdict:?}"
            ));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

fn varied(fault: &'static str) -> CaseReport {
    let aims = Aims {
        laws: false,
        variations: true,
        ..laws()
    };
    play_with(fault, aims, Limits::default())
}

#[test]
fn variations_find_what_is_checked_too_little_or_too_much() {
    let mut wrong = Vec::new();
    let honest: (&str, &[&str]) = ("none", &[]);
    for (fault, expected) in LAX.iter().chain([&honest]) {
        let report = varied(fault);
        let expected: BTreeSet<&str> = expected.iter().copied().collect();
        if found(&report) != expected {
            let told: Vec<String> = report
                .findings
                .iter()
                .map(|it| report.finding_id(it))
                .collect();
            wrong.push(format!("{fault}: {told:?} instead of {expected:?}"));
        }
    }
    assert!(wrong.is_empty(), "\n{}\n", wrong.join("\n"));
}

#[test]
fn what_variations_make_is_taken_away() {
    let report = varied("none");
    assert_eq!(
        report.probes.as_ref().map(|it| &it.ended_early),
        Some(&None)
    );
    assert!(report.probes.is_some_and(|it| it.sent > 60));
}

#[test]
fn what_was_not_varied_is_told_with_its_reason() {
    let told = |report: CaseReport| -> BTreeMap<String, (bool, Option<String>)> {
        let probes = report.probes.expect("it was probed");
        let varied = probes.varied.into_iter();
        varied
            .map(|it| (it.operation, (it.sent > 0, it.left)))
            .collect()
    };
    let all = told(varied("none"));
    let names: Vec<&str> = all.keys().map(String::as_str).collect();
    let operations = [
        "addBook",
        "changeBook",
        "listBooks",
        "readBook",
        "removeBook",
        "replaceBook",
    ];
    assert_eq!(names, operations);
    assert_eq!(all["addBook"], (true, None));
    assert_eq!(all["changeBook"], (true, None));
    let nothing = Some("nothing of its request can be varied".to_owned());
    assert_eq!(all["removeBook"], (false, nothing));
    let aims = Aims {
        variations: true,
        laws: false,
        budget: 3,
        ..Aims::default()
    };
    let few = told(play_with("none", aims, Limits::default()));
    let over = Some("the budget was used up".to_owned());
    assert_eq!(few["addBook"], (true, over.clone()));
    assert_eq!(few["listBooks"], (false, over));
    // Without variations there is nothing to tell.
    assert_eq!(told(play("none")), BTreeMap::new());
}

#[test]
fn every_law_is_broken_by_some_fault() {
    let all = FAULTS.iter().chain(LAX);
    let broken: BTreeSet<&str> = all.flat_map(|(_, laws)| *laws).copied().collect();
    for law in LAWS {
        assert!(broken.contains(law.id), "{} is never seen broken", law.id);
    }
}

#[test]
fn nothing_is_asked_where_nobody_asked_for_it() {
    let report = play_with("put-merges", Aims::default(), Limits::default());
    assert_eq!(
        (report.verdict, report.probes),
        (Verdict::NeedsReview, None)
    );
}

#[test]
fn a_protected_target_is_not_probed() {
    let limits = Limits {
        safe_only: true,
        ..Limits::default()
    };
    let report = play_with("put-merges", laws(), limits);
    assert!(
        matches!(report.verdict, Verdict::Skipped(_)),
        "{:?}",
        report.verdict
    );
}

#[test]
fn a_budget_bounds_the_probes() {
    let aims = Aims {
        budget: 3,
        ..laws()
    };
    let report = play_with("none", aims, Limits::default());
    assert_eq!(report.probes.map(|it| it.sent), Some(3));
}
