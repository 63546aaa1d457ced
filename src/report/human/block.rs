//! The block that says why a case did not pass: for each cause what is wrong, where the contract says
//! so, where the answer breaks it and where the scenario led there; how to send the request again,
//! what to read, and what was not played because of it.

use super::answer::{Answer, request_pane};
use super::pane::Pane;
use super::{Invocation, Palette, change, count, paint, shorten};
use crate::change::FlowChange;
use crate::check::{Finding, Place};
use crate::problem::Problem;
use crate::report::curl::quote;
use crate::report::{CaseReport, Cause, PROGRAM, StepOutcome, StepReport, causes, escape_line};
use crate::snapshot::SnapshotChange;
use crate::verdict::{Severity, Verdict};

/// How many causes are told of one step.
const CAUSES_MAX: usize = 20;

/// How many steps that were not played are named in one line.
const NOT_RUN_NAMES_MAX: usize = 6;

/// How many reasons for not playing steps are given.
const NOT_RUN_REASONS_MAX: usize = 8;

/// A part of the block under one sign.
struct Section {
    /// The sign and the title, painted.
    head: String,
    /// The lines below it, painted, without a frame.
    lines: Vec<String>,
}

impl Section {
    fn new(sign: &str, title: &str) -> Self {
        Self {
            head: format!("{sign} {title}"),
            lines: Vec::new(),
        }
    }

    fn write(&self, palette: &Palette, out: &mut String) {
        out.push_str("      ");
        out.push_str(self.head.trim_end());
        out.push('\n');
        for (place, line) in self.lines.iter().enumerate() {
            let frame = if place + 1 == self.lines.len() {
                "└"
            } else {
                "│"
            };
            let framed = format!("      {} {line}", paint(palette.faint, frame));
            out.push_str(framed.trim_end());
            out.push('\n');
        }
    }
}

/// All there is to say about a case beyond its status line, each line ended by a line feed; empty
/// for a case that has nothing more to tell.
pub fn failure(case: &CaseReport, invocation: &Invocation, palette: &Palette) -> String {
    let mut sections = step_sections(case, palette);
    if let Verdict::Broken(why) = &case.verdict {
        let title = format!("stopped  {}", shorten(why));
        sections.push(Section::new(&paint(palette.bad, "!"), &title));
    }
    if matches!(case.verdict, Verdict::Failed | Verdict::Broken(_)) {
        add_not_run(case, &mut sections, palette);
    }
    sections.extend(
        case.problems
            .iter()
            .map(|problem| problem_section(problem, palette)),
    );
    if let Some(change) = &case.change {
        sections.push(change_section(case, change, invocation, palette));
    }
    let mut out = String::new();
    for section in &sections {
        section.write(palette, &mut out);
    }
    out
}

/// A section for each step that failed or has findings, and one for findings without a step.
fn step_sections(case: &CaseReport, palette: &Palette) -> Vec<Section> {
    let causes = causes(&case.findings);
    let mut sections = Vec::new();
    for (record, step) in case.steps.iter().enumerate() {
        let begin_here = |cause: &&Cause<'_>| cause.first.record == record;
        let here: Vec<_> = causes.iter().filter(begin_here).collect();
        let told: Vec<_> = causes
            .iter()
            .filter(|cause| !begin_here(cause) && cause.others_in(record) > 0)
            .collect();
        let has_failed = step.outcome == StepOutcome::Failed;
        if here.is_empty() && told.is_empty() && !has_failed {
            continue;
        }
        let is_bad = has_failed || here.iter().chain(&told).any(|cause| is_error(cause));
        let mut section = step_section(Some(step), &here, is_bad, palette);
        for cause in told {
            let first = case.step(cause.first).map_or("flow", |step| &step.path);
            let check = check(cause.first, palette);
            let line = format!("{check}: the same cause as in {}", escape_line(first));
            section.lines.insert(0, line);
        }
        sections.push(section);
    }
    let astray: Vec<_> = causes
        .iter()
        .filter(|it| case.step(it.first).is_none())
        .collect();
    if !astray.is_empty() {
        let is_bad = astray.iter().any(|cause| is_error(cause));
        sections.push(step_section(None, &astray, is_bad, palette));
    }
    sections
}

fn is_error(cause: &Cause<'_>) -> bool {
    cause.first.severity == Severity::Error
}

fn step_section(
    step: Option<&StepReport>,
    causes: &[&Cause<'_>],
    is_bad: bool,
    palette: &Palette,
) -> Section {
    let sign = if is_bad {
        paint(palette.bad, "×")
    } else {
        paint(palette.notice, "!")
    };
    let title = step.map_or_else(
        || "flow".to_owned(),
        |step| {
            let path = paint(palette.strong, escape_line(&step.path));
            format!(
                "{path}  {}  {}",
                escape_line(&step.line),
                escape_line(&step.manner)
            )
        },
    );
    let mut section = Section::new(&sign, &title);
    let shown = &causes[..causes.len().min(CAUSES_MAX)];
    let answer = step.and_then(|step| step.shown.as_ref());
    let answer = answer.map(|answer| Answer::of(answer, shown));
    for (place, cause) in shown.iter().enumerate() {
        if place > 0 {
            section.lines.push(String::new());
        }
        let lines = cause_lines(cause, step, answer.as_ref(), palette);
        section.lines.extend(lines);
    }
    if causes.len() > shown.len() {
        let more = count(causes.len() - shown.len(), "more cause");
        section
            .lines
            .push(format!("… {more} in this step not shown"));
    }
    // A place in the body shows the body; without one the answer says what the server thought.
    let in_body = shown
        .iter()
        .any(|cause| matches!(cause.first.place, Place::Body(_)));
    if let Some(answer) = answer
        .as_ref()
        .filter(|it| !in_body && !it.shown.body.is_empty())
    {
        let body = shorten(answer.shown.body.trim_end());
        section.lines.push(format!("answer      {body}"));
    }
    if let Some(answer) = &answer {
        let line = format!("reproduce   {}", escape_line(&answer.shown.curl));
        section.lines.push(line);
    }
    let mut explained: Vec<&str> = Vec::new();
    for check in shown.iter().map(|cause| cause.first.check) {
        if !explained.contains(&check) {
            explained.push(check);
            let line = format!("explain     {PROGRAM} explain {check}");
            section.lines.push(line);
        }
    }
    section
}

/// The name of the check, with its weight when that is light.
fn check(finding: &Finding, palette: &Palette) -> String {
    match finding.severity {
        Severity::Error => paint(palette.bad, finding.check),
        Severity::Warning => paint(palette.notice, format_args!("warning: {}", finding.check)),
        Severity::Waived => paint(palette.notice, format_args!("waived: {}", finding.check)),
    }
}

fn cause_lines(
    cause: &Cause<'_>,
    step: Option<&StepReport>,
    answer: Option<&Answer<'_>>,
    palette: &Palette,
) -> Vec<String> {
    let finding = cause.first;
    let check = check(finding, palette);
    let mut lines = vec![format!("{check}: {}", shorten(&finding.message))];
    let note = note(finding);
    let answer = answer.filter(|answer| answer.shown.attempt == finding.attempt);
    let seen = match &finding.place {
        Place::Request => step.map(|step| request_pane(step, &note)),
        place => answer.and_then(|answer| answer.pane(place, &note)),
    };
    let is_noted = seen
        .as_ref()
        .is_some_and(|pane| pane.rows.iter().any(|row| row.mark.is_some()));
    let contract = finding
        .contract
        .as_ref()
        .map(|it| Pane::of_location(it, true));
    let scenario = Pane::of_location(&finding.scenario, false);
    let has_seen = seen.is_some();
    let panes: Vec<Pane> = contract.into_iter().chain(seen).chain([scenario]).collect();
    let number_width = panes.iter().map(Pane::number_width).max().unwrap_or(0);
    lines.extend(
        panes
            .iter()
            .flat_map(|pane| pane.lines(number_width, palette)),
    );
    if !is_noted && !note.is_empty() {
        let place = if has_seen {
            String::new()
        } else {
            place_words(finding)
        };
        lines.push(format!("{place}{note}"));
    }
    lines.extend(also_line(cause));
    let waiver = finding.waiver.as_ref();
    lines.extend(waiver.map(|it| shorten(&it.words())));
    lines
}

/// The place in words, where it cannot be shown.
fn place_words(finding: &Finding) -> String {
    let place = match &finding.place {
        Place::Flow => String::new(),
        place => format!("{}: ", escape_line(&place.to_string())),
    };
    match finding.attempt {
        0 => place,
        attempt => format!("try {}, {place}", attempt + 1),
    }
}

/// What should have been there and what was.
fn note(finding: &Finding) -> String {
    let (expected, actual) = (shorten(&finding.expected), shorten(&finding.actual));
    match (expected.is_empty(), actual.is_empty()) {
        (true, true) => String::new(),
        (true, false) => format!("actual {actual}"),
        (false, true) => format!("expected {expected}"),
        (false, false) => format!("expected {expected}, actual {actual}"),
    }
}

fn also_line(cause: &Cause<'_>) -> Option<String> {
    let place = |number| if number == 1 { "place" } else { "places" };
    let here = cause.others_in(cause.first.record);
    let elsewhere = cause.others.len() - here;
    let words = match (here, elsewhere) {
        (0, 0) => return None,
        (_, 0) => format!("{here} other {}", place(here)),
        (0, _) => format!("{elsewhere} {} in other steps", place(elsewhere)),
        _ => format!(
            "{here} other {} and {elsewhere} in other steps",
            place(here)
        ),
    };
    Some(format!("also at {words} (same cause)"))
}

/// Adds what was not played to the last section, for it is why.
fn add_not_run(case: &CaseReport, sections: &mut Vec<Section>, palette: &Palette) {
    let mut reasons: Vec<(&str, Vec<&str>)> = Vec::new();
    for step in &case.steps {
        if let StepOutcome::NotRun(reason) = &step.outcome {
            match reasons.last_mut() {
                Some((last, names)) if *last == reason => names.push(&step.path),
                _ => reasons.push((reason, vec![&step.path])),
            }
        }
    }
    let mut lines = Vec::new();
    for (reason, names) in reasons.iter().take(NOT_RUN_REASONS_MAX) {
        let shown: Vec<_> = names
            .iter()
            .take(NOT_RUN_NAMES_MAX)
            .map(|name| escape_line(name))
            .collect();
        let more = match names.len() - shown.len() {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let names = paint(palette.strong, shown.join(", "));
        lines.push(format!("{names}{more}   not run: {}", shorten(reason)));
    }
    let rest: usize = reasons
        .iter()
        .skip(NOT_RUN_REASONS_MAX)
        .map(|(_, names)| names.len())
        .sum();
    if rest > 0 {
        lines.push(format!(
            "… {} not run, for other reasons",
            count(rest, "more step")
        ));
    }
    if lines.is_empty() {
        return;
    }
    if sections.is_empty() {
        sections.push(Section::new(
            &paint(palette.bad, "×"),
            "not played to the end",
        ));
    }
    if let Some(section) = sections.last_mut() {
        section.lines.extend(lines);
    }
}

fn problem_section(problem: &Problem, palette: &Palette) -> Section {
    let style = if problem.severity == Severity::Error {
        palette.bad
    } else {
        palette.notice
    };
    let code = paint(
        style,
        format_args!("{}[{}]", problem.severity, problem.code.id()),
    );
    let title = format!("{code}: {}", shorten(&problem.message));
    let mut section = Section::new(&paint(style, "!"), &title);
    let mut panes: Vec<Pane> = Vec::new();
    panes.extend(
        problem
            .location
            .as_ref()
            .map(|location| Pane::of_location(location, true)),
    );
    panes.extend(problem.also.as_ref().map(|(location, why)| {
        let mut pane = Pane::of_location(location, true);
        for mark in pane.rows.iter_mut().filter_map(|row| row.mark.as_mut()) {
            mark.note = shorten(why);
        }
        pane
    }));
    let number_width = panes.iter().map(Pane::number_width).max().unwrap_or(0);
    section.lines.extend(
        panes
            .iter()
            .flat_map(|pane| pane.lines(number_width, palette)),
    );
    if !problem.help.is_empty() {
        section
            .lines
            .push(format!("help        {}", shorten(&problem.help)));
    }
    section
}

fn change_section(
    case: &CaseReport,
    change: &FlowChange,
    invocation: &Invocation,
    palette: &Palette,
) -> Section {
    let (title, lines) = match &change.lines {
        SnapshotChange::New => ("new: nobody has approved it yet".to_owned(), Vec::new()),
        SnapshotChange::Changed(hunks) => (
            format!("changed: {}", change::extent(hunks)),
            change::lines(hunks, palette),
        ),
    };
    let title = format!("{}  {title}", paint(palette.strong, "snapshot"));
    let mut section = Section::new(&paint(palette.notice, "~"), &title);
    section.lines = change::summary(change, palette);
    section.lines.extend(lines);
    match case.verdict {
        Verdict::NeedsReview => {
            let (command, path) = (&invocation.command, quote(&case.path));
            let accept = format!("accept      {command} --update accept {path}");
            section.lines.push(accept);
        }
        Verdict::Failed if change.breaks() => {
            let why = "not to be accepted: mend the findings above first";
            section.lines.push(why.to_owned());
        }
        _ => {}
    }
    section
}

#[cfg(test)]
mod tests;
