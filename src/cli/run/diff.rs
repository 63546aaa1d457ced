//! `diff`: what two runs, or two targets, answered otherwise.
//!
//! Symbols stand for what is made anew in every run, so that the flows of two runs can be compared. Where
//! the other side is played, each difference is judged by the contract, too.

use std::collections::{BTreeMap, BTreeSet};

use super::aside::{Aside, Texts};
use super::{lay_out, prepare};
use crate::change::FlowChange;
use crate::cli::arguments::DiffArguments;
use crate::cli::records::Records;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::report::human::{change_line, changed_lines, count};
use crate::report::{CaseReport, escape_line};
use crate::suite::Baseline;
use crate::verdict::Severity;

/// The word for the bundled mocks.
const MOCK: &str = "mock";

/// How many differences of one flow are shown with their lines.
const SHOWN_MAX: usize = 5;

/// What one side came to.
struct Side {
    /// How it is called.
    name: String,
    flows: BTreeMap<String, Flow>,
}

/// What is known of a flow.
struct Flow {
    api: String,
    snapshot: String,
    /// What it answered; or why that is not known.
    text: Result<String, String>,
    /// The names of what was found, of errors alone.
    found: BTreeSet<String>,
    /// In what that differs from the other side, judged; only where it was played after that.
    change: Option<FlowChange>,
}

/// Tells what differs.
pub(in crate::cli) fn diff(settings: &Settings, arguments: &DiffArguments) -> Exit {
    let one = match side(settings, arguments, &arguments.one, None) {
        Ok(side) => side,
        Err(exit) => return exit,
    };
    let other = match side(settings, arguments, &arguments.other, Some(&one)) {
        Ok(side) => side,
        Err(exit) => return exit,
    };
    compare(settings, &one, other)
}

/// What a word stands for: a target, which is played, or a run.
fn side(
    settings: &Settings,
    arguments: &DiffArguments,
    word: &str,
    first: Option<&Side>,
) -> Result<Side, Exit> {
    let target = match word {
        MOCK => Some(None),
        _ if word.contains("://") => Some(Some(word)),
        _ => {
            // Two records can be compared without their project.
            let project = Project::load(&settings.directory);
            let apis = project.map(|it| it.suite.apis).unwrap_or_default();
            let mut targets = apis.iter().flat_map(|it| &it.settings.targets);
            targets.any(|it| it.name == word).then_some(Some(word))
        }
    };
    match target {
        Some(target) => play(settings, arguments, (word, target), first),
        None => recorded(settings, arguments, word),
    }
}

fn play(
    settings: &Settings,
    arguments: &DiffArguments,
    (word, target): (&str, Option<&str>),
    first: Option<&Side>,
) -> Result<Side, Exit> {
    let run = arguments.as_run(target);
    let (project, targets) = prepare(settings, &run)?;
    let mut plan = lay_out(&project, &run, &targets);
    let mut texts = Texts::new();
    if let Some(first) = first {
        plan.cases.retain(|case| first.flows.contains_key(&case.id));
        for flow in first.flows.values() {
            if let Ok(body) = &flow.text {
                let (path, body) = (String::new(), body.clone());
                let api = texts.entry(flow.api.clone()).or_default();
                api.insert(flow.snapshot.clone(), Baseline { path, body });
            }
        }
    }
    let aside = Aside {
        settings,
        project: &project,
        targets: &targets,
    };
    let outcomes = aside.play(&run, plan, texts, Some("compared, never written"))?;
    let flows = outcomes.into_iter().map(|outcome| {
        let case = &outcome.report;
        let text = outcome.snapshot.clone();
        let flow = Flow {
            api: case.api.clone(),
            snapshot: case.snapshot.clone(),
            text: text.ok_or_else(|| "it did not come to its end".to_owned()),
            found: found(case),
            change: case.change.clone(),
        };
        (case.path.clone(), flow)
    });
    Ok(Side {
        name: word.to_owned(),
        flows: flows.collect(),
    })
}

fn recorded(settings: &Settings, arguments: &DiffArguments, word: &str) -> Result<Side, Exit> {
    let record = Records::new(settings).find(word)?;
    let takes = |path: &str| {
        let path = path.to_lowercase();
        let mut words = arguments.words.iter();
        arguments.words.is_empty() || words.any(|it| path.contains(&it.to_lowercase()))
    };
    let cases = record.cases.into_iter().filter(|it| takes(&it.report.path));
    let flows = cases.map(|case| {
        let flow = Flow {
            found: found(&case.report),
            api: case.report.api,
            snapshot: case.report.snapshot,
            text: case
                .snapshot
                .map(|it| it.to_string())
                .ok_or_else(|| "it did not come to its end".to_owned()),
            change: None,
        };
        (case.report.path, flow)
    });
    Ok(Side {
        name: word.to_owned(),
        flows: flows.collect(),
    })
}

fn compare(settings: &Settings, one: &Side, other: Side) -> Exit {
    let console = &settings.console;
    let (mut same, mut different, mut alone) = (0, 0, 0);
    for path in one.flows.keys().filter(|it| !other.flows.contains_key(*it)) {
        alone += 1;
        console.print(&only(path, &one.name));
    }
    for (path, flow) in other.flows {
        let Some(first) = one.flows.get(&path) else {
            alone += 1;
            console.print(&only(&path, &other.name));
            continue;
        };
        let (old, new) = match (&first.text, &flow.text) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(why), _) => {
                alone += 1;
                console.print(&unknown(&path, &one.name, why));
                continue;
            }
            (_, Err(why)) => {
                alone += 1;
                console.print(&unknown(&path, &other.name, why));
                continue;
            }
        };
        let change = flow.change.or_else(|| FlowChange::between(Some(old), new));
        let only_one = first.found.difference(&flow.found);
        let only_one = only_one.map(|it| found_in(it, &one.name));
        let only_other = flow.found.difference(&first.found);
        let only_other = only_other.map(|it| found_in(it, &other.name));
        let found: String = only_one.chain(only_other).collect();
        if change.is_none() && found.is_empty() {
            same += 1;
            continue;
        }
        different += 1;
        console.print(&format!("different: {}\n{found}", escape_line(&path)));
        if let Some(change) = change {
            console.print(&told(settings, &change));
        }
    }
    console.print(&format!(
        "{}: {same} the same, {different} different, {alone} not compared\n",
        count(same + different + alone, "flow")
    ));
    if different > 0 {
        Exit::Findings
    } else if same == 0 {
        console.tell("error: no flow could be compared\nhelp: name two runs of the same flows\n");
        Exit::NothingSelected
    } else {
        Exit::Ok
    }
}

fn only(path: &str, side: &str) -> String {
    format!("only in {}: {}\n", escape_line(side), escape_line(path))
}

fn unknown(path: &str, side: &str, why: &str) -> String {
    let (path, side, why) = (escape_line(path), escape_line(side), escape_line(why));
    format!("not compared: {path}, {why} in {side}\n")
}

fn found_in(name: &str, side: &str) -> String {
    let (name, side) = (escape_line(name), escape_line(side));
    format!("  found in {side} alone: {name}\n")
}

/// The names of the errors of a flow.
fn found(case: &CaseReport) -> BTreeSet<String> {
    let errors = case
        .findings
        .iter()
        .filter(|it| it.severity == Severity::Error);
    errors.map(|it| case.finding_id(it)).collect()
}

/// The differences of a flow, the first of them with their lines.
fn told(settings: &Settings, change: &FlowChange) -> String {
    let palette = settings.console.palette();
    let mut lines = Vec::new();
    let each = change.changes.iter().zip(change.lines_of_each());
    for (it, hunks) in each.take(SHOWN_MAX) {
        lines.push(format!("  {}", change_line(it, &palette)));
        for line in changed_lines(&hunks, &palette) {
            lines.push(format!("    {line}"));
        }
    }
    if change.changes.len() > SHOWN_MAX {
        let more = count(change.changes.len() - SHOWN_MAX, "more difference");
        lines.push(format!("  … {more} not shown"));
    }
    lines.push(String::new());
    lines.join("\n")
}
