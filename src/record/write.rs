//! Writing a record, line by line as cases end.

use std::borrow::Cow;
use std::io::{self, Write};

use super::case::CaseLine;
use super::head::{End, Head};
use super::line::Line;
use super::snapshots::SnapshotTable;
use super::sources::{SourceLine, SourceTable};
use super::{Record, RecordedCase};
use crate::coverage::Covered;
use crate::report::{CaseReport, RecordedStep};
use crate::transcript::{Period, StepRecord};

/// Writes one record. `begin` comes once, then `case` for each case in any order, then `coverage` when it is known, then `end` once.
#[derive(Debug, Default)]
pub struct Writer {
    sources: SourceTable,
    snapshots: SnapshotTable,
    cases: usize,
    /// Where a line is made, again and again.
    line: Vec<u8>,
}

impl Writer {
    /// Writes what stands before the cases.
    ///
    /// # Errors
    /// When the output takes no more.
    pub fn begin(&mut self, head: &Head, out: &mut dyn Write) -> io::Result<()> {
        self.put(&Line::Run(Box::new(head.clone())), out)
    }

    /// Writes a case that was played, or left out: its place in the plan with when it was played, what is
    /// told of it, what was asked and answered, and the text of its snapshot.
    ///
    /// # Errors
    /// When the output takes no more.
    pub fn case(
        &mut self,
        (place, period): (usize, Option<Period>),
        case: &CaseReport,
        (steps, snapshot): (&[StepRecord], Option<&str>),
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let steps: Vec<_> = steps.iter().map(RecordedStep::of).collect();
        let snapshot = self.snapshot(snapshot, out)?;
        let when = (place, period.map(Period::began), period.map(Period::took));
        let line = CaseLine::of(when, case, Cow::Owned(steps), snapshot, &mut self.sources);
        self.put_case(line, out)
    }

    /// Writes a case of another record.
    fn copy(&mut self, case: &RecordedCase, out: &mut dyn Write) -> io::Result<()> {
        let snapshot = self.snapshot(case.snapshot.as_deref(), out)?;
        let line = CaseLine::of(
            (case.place, case.began, case.took),
            &case.report,
            Cow::Borrowed(&case.steps),
            snapshot,
            &mut self.sources,
        );
        self.put_case(line, out)
    }

    /// The number of a text, which stands in the record after that.
    fn snapshot(&mut self, text: Option<&str>, out: &mut dyn Write) -> io::Result<Option<usize>> {
        let Some((number, line)) = text.map(|it| self.snapshots.number(it)) else {
            return Ok(None);
        };
        if let Some(line) = line {
            self.put(&Line::Snapshot(line), out)?;
        }
        Ok(Some(number))
    }

    fn put_case(&mut self, line: CaseLine<'_>, out: &mut dyn Write) -> io::Result<()> {
        for (path, text) in self.sources.take_fresh() {
            self.put(&Line::Source(SourceLine::new(&path, &text)), out)?;
        }
        self.cases += 1;
        self.put(&Line::Case(Box::new(line)), out)
    }

    /// Writes what the cases covered of the contracts.
    ///
    /// # Errors
    /// When the output takes no more.
    pub fn coverage(&mut self, covered: Covered, out: &mut dyn Write) -> io::Result<()> {
        self.put(&Line::Coverage(Box::new(covered)), out)
    }

    /// Writes what stands after the cases.
    ///
    /// # Errors
    /// When the output takes no more.
    pub fn end(&mut self, (exit, told): (u8, String), out: &mut dyn Write) -> io::Result<()> {
        let cases = self.cases;
        self.put(&Line::End(End { cases, exit, told }), out)
    }

    fn put(&mut self, line: &Line<'_>, out: &mut dyn Write) -> io::Result<()> {
        // Made whole first: a stream takes one piece faster than hundreds.
        self.line.clear();
        serde_json::to_writer(&mut self.line, line)?;
        self.line.push(b'\n');
        out.write_all(&self.line)
    }
}

/// Writes a record that was read, or joined from others.
///
/// # Errors
/// When the output takes no more.
pub fn write(record: &Record, out: &mut dyn Write) -> io::Result<()> {
    let mut writer = Writer::default();
    writer.begin(&record.head, out)?;
    for case in &record.cases {
        writer.copy(case, out)?;
    }
    if let Some(covered) = &record.coverage {
        writer.coverage(covered.clone(), out)?;
    }
    writer.end((record.end.exit, record.end.told.clone()), out)
}
