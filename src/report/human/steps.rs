//! The steps of a flow, a line each: for who wants to see what passed, too.

use std::fmt::Write as _;

use super::{Palette, paint, shorten};
use crate::report::{CaseReport, StepOutcome, escape_line};

/// The width that names of steps are filled up to, in characters.
const NAME_WIDTH: usize = 24;

/// The steps of a case in the order of its flow: a sign, the name, what was sent and answered.
pub fn steps(case: &CaseReport, palette: &Palette) -> String {
    let mut out = String::new();
    for step in &case.steps {
        let (sign, style, rest) = match &step.outcome {
            StepOutcome::Passed => ("✓", palette.good, step.line.clone()),
            StepOutcome::Failed => ("×", palette.bad, step.line.clone()),
            StepOutcome::NotRun(reason) => ("-", palette.notice, format!("not run: {reason}")),
        };
        let name = escape_line(&step.path);
        let rest = shorten(&rest);
        let line = format!("      {} {name:<NAME_WIDTH$}  {rest}", paint(style, sign));
        writeln!(out, "{}", line.trim_end()).expect("a String can always be written to");
        for note in &step.notes {
            let note = shorten(note);
            writeln!(out, "          {note}").expect("a String can always be written to");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    #[test]
    fn every_step_has_its_line() {
        let case = sample::failed();
        let text = steps(&case, &Palette::PLAIN);
        assert_eq!(text.lines().count(), case.steps.len());
        for (line, step) in text.lines().zip(&case.steps) {
            assert!(line.contains(&step.path), "{line}");
            let not_run = matches!(step.outcome, StepOutcome::NotRun(_));
            assert_eq!(line.contains("not run: "), not_run, "{line}");
        }
    }
}
