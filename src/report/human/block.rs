//! The block that says why a case did not pass: for each cause what is wrong, where the contract says
//! so, where the answer breaks it and where the scenario led there; how to send the request again,
//! what to read, and what was not played because of it.

use super::change;
use super::pane::{Mark, Pane, Row, line_of};
use super::{Palette, count, paint, shorten};
use crate::check::{Finding, Place};
use crate::json::Pointer;
use crate::problem::Problem;
use crate::report::curl::quote;
use crate::report::{
    CaseReport, Cause, PROGRAM, ShownExchange, StepOutcome, StepReport, causes, escape_line,
};
use crate::snapshot::SnapshotChange;
use crate::source::Source;
use crate::verdict::{Severity, Verdict};

/// How many lines of a body are shown when no place in it can be.
const BODY_LINES_MAX: usize = 8;

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
pub fn failure(case: &CaseReport, palette: &Palette) -> String {
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
        sections.push(change_section(&case.path, change, palette));
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
        let here: Vec<_> = causes
            .iter()
            .filter(|cause| cause.first.record == record)
            .collect();
        if !here.is_empty() || step.outcome == StepOutcome::Failed {
            sections.push(step_section(Some(step), &here, palette));
        }
    }
    let astray: Vec<_> = causes
        .iter()
        .filter(|it| case.step(it.first).is_none())
        .collect();
    if !astray.is_empty() {
        sections.push(step_section(None, &astray, palette));
    }
    sections
}

fn step_section(step: Option<&StepReport>, causes: &[&Cause<'_>], palette: &Palette) -> Section {
    let is_light = !causes.is_empty()
        && causes
            .iter()
            .all(|cause| cause.first.severity == Severity::Warning);
    let sign = if is_light {
        paint(palette.notice, "!")
    } else {
        paint(palette.bad, "×")
    };
    let title = step.map_or_else(
        || "flow".to_owned(),
        |step| {
            let path = paint(palette.strong, escape_line(&step.path));
            format!("{path}  {}", escape_line(&step.line))
        },
    );
    let mut section = Section::new(&sign, &title);
    let answer = step
        .and_then(|step| step.shown.as_ref())
        .map(|shown| Answer::of(shown, causes));
    for (place, cause) in causes.iter().enumerate() {
        if place > 0 {
            section.lines.push(String::new());
        }
        section
            .lines
            .extend(cause_lines(cause, step, answer.as_ref(), palette));
    }
    if let Some(answer) = &answer {
        section
            .lines
            .push(format!("reproduce   {}", escape_line(&answer.shown.curl)));
    }
    let mut explained: Vec<&str> = Vec::new();
    for cause in causes {
        if !explained.contains(&cause.first.check) {
            explained.push(cause.first.check);
            section.lines.push(format!(
                "explain     {PROGRAM} explain {}",
                cause.first.check
            ));
        }
    }
    section
}

fn cause_lines(
    cause: &Cause<'_>,
    step: Option<&StepReport>,
    answer: Option<&Answer<'_>>,
    palette: &Palette,
) -> Vec<String> {
    let finding = cause.first;
    let check = match finding.severity {
        Severity::Error => paint(palette.bad, finding.check),
        Severity::Warning => paint(palette.notice, format_args!("warning: {}", finding.check)),
    };
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
    let (here, elsewhere) = (cause.here, cause.elsewhere);
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

fn request_pane(step: &StepReport, note: &str) -> Pane {
    let mark = Mark {
        before: 0,
        width: super::pane::width(&shorten(&step.line)).max(1),
        note: note.to_owned(),
    };
    let row = Row {
        number: None,
        text: shorten(&step.line),
        mark: Some(mark),
    };
    Pane {
        title: "request".to_owned(),
        rows: vec![row],
    }
}

/// The answer that is shown, with its body taken apart once for all findings of the step.
struct Answer<'s> {
    shown: &'s ShownExchange,
    /// The body with the place of everything; none when it is no JSON.
    body: Option<Source>,
}

impl<'s> Answer<'s> {
    /// The answer that findings point into; the body is read only where one of them does.
    fn of(shown: &'s ShownExchange, causes: &[&Cause<'_>]) -> Self {
        let in_body = |cause: &&Cause<'_>| matches!(cause.first.place, Place::Body(_));
        // The name tells the syntax; it is never shown.
        let parse = || Source::parse("body.json", shown.body.clone()).ok();
        let body = if causes.iter().any(in_body) {
            parse()
        } else {
            None
        };
        Self { shown, body }
    }

    /// The lines of the answer that a place points to.
    fn pane(&self, place: &Place, note: &str) -> Option<Pane> {
        match place {
            Place::Status => self.shown.head.first().map(|line| {
                let code = line.find(' ').unwrap_or(line.len());
                let row = Row::new(1, line, 0..code, note.to_owned());
                Pane {
                    title: "response status".to_owned(),
                    rows: vec![Row {
                        number: None,
                        ..row
                    }],
                }
            }),
            Place::Header(name) => Some(self.header_pane(name, note)),
            Place::Body(pointer) => Some(self.body_pane(pointer, note)),
            Place::Request | Place::Flow => None,
        }
    }

    fn header_pane(&self, name: &str, note: &str) -> Pane {
        let shown = escape_line(name);
        let mut fields = self.shown.head.iter().skip(1).filter_map(|line| {
            let (field, _) = line.split_once(':')?;
            field
                .eq_ignore_ascii_case(name)
                .then_some((line, field.len() + 1))
        });
        let Some((line, colon)) = fields.next() else {
            return Pane {
                title: format!("response header {shown} is absent"),
                rows: Vec::new(),
            };
        };
        let start = line.len() - line[colon..].trim_start().len();
        let row = Row::new(1, line, start..line.len(), note.to_owned());
        Pane {
            title: format!("response header {shown}"),
            rows: vec![Row {
                number: None,
                ..row
            }],
        }
    }

    fn body_pane(&self, pointer: &Pointer, note: &str) -> Pane {
        let Some(source) = &self.body else {
            return self.text_pane();
        };
        let location = source.location(pointer);
        let (line, span) = line_of(&location);
        let row = Row::new(location.line, line, span, note.to_owned());
        let place = match escape_line(pointer.as_str()).as_ref() {
            "" => String::new(),
            place if source.value(pointer).is_none() => format!(", {place} is missing"),
            place => format!(", {place}"),
        };
        Pane {
            title: format!("response body{place}  (line {})", location.line),
            rows: vec![row],
        }
    }

    /// The begin of a body that has no places.
    fn text_pane(&self) -> Pane {
        let body = &self.shown.body;
        if body.is_empty() {
            return Pane {
                title: "response body is empty".to_owned(),
                rows: Vec::new(),
            };
        }
        let rows = (1..).zip(body.lines().take(BODY_LINES_MAX));
        let rows = rows
            .map(|(number, line)| Row::plain(number, line))
            .collect();
        let shown: usize = body
            .split_inclusive('\n')
            .take(BODY_LINES_MAX)
            .map(str::len)
            .sum();
        let rest = match body.lines().count().saturating_sub(BODY_LINES_MAX) {
            0 => String::new(),
            lines => format!(
                "  ({} and {} more not shown)",
                count(lines, "line"),
                count(body.len() - shown, "byte")
            ),
        };
        Pane {
            title: format!("response body{rest}"),
            rows,
        }
    }
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

fn change_section(path: &str, change: &SnapshotChange, palette: &Palette) -> Section {
    let (title, lines) = match change {
        SnapshotChange::New => ("new: nobody has approved it yet".to_owned(), Vec::new()),
        SnapshotChange::Changed(hunks) => (
            format!("changed: {}", change::extent(hunks)),
            change::lines(hunks, palette),
        ),
    };
    let title = format!("{}  {title}", paint(palette.strong, "snapshot"));
    let mut section = Section::new(&paint(palette.notice, "~"), &title);
    section.lines = lines;
    section.lines.push(format!(
        "accept      {PROGRAM} run --update accept {}",
        quote(path)
    ));
    section
}

#[cfg(test)]
mod tests;
