//! The report as JSON lines, for programs that read along: `run`, a `case` for each flow, `summary`.
//!
//! A line is the object of the `json` form with its `type` before it, and is written as soon as it is its
//! turn in the order of the plan. So a reader who sees no `summary` knows that the run did not end.

use std::io::{self, Write};

use serde::Serialize;

use super::json::{CaseObject, SummaryObject, VERSION, write};
use super::{CaseReport, Format, FormatEntry, Summary};

pub(super) const ENTRY: FormatEntry = FormatEntry {
    id: "jsonl",
    summary: "JSON lines for programs that read along: one for each flow, and one before and after them.",
    create: || Box::new(JsonLines),
};

/// The writer of the lines.
struct JsonLines;

#[derive(Serialize)]
#[serde(tag = "type", rename_all = "lowercase")]
enum Line<'c> {
    Run { countersign: Form },
    Case(CaseObject<'c>),
    Summary(SummaryObject),
}

#[derive(Serialize)]
struct Form {
    version: u32,
}

impl Format for JsonLines {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let countersign = Form { version: VERSION };
        put(&Line::Run { countersign }, out)
    }

    fn case(&mut self, case: &CaseReport, out: &mut dyn Write) -> io::Result<()> {
        put(&Line::Case(CaseObject::of(case)), out)
    }

    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        put(&Line::Summary(SummaryObject::of(summary)), out)
    }
}

/// Writes a line, which is there from then on.
fn put(line: &Line<'_>, out: &mut dyn Write) -> io::Result<()> {
    write(line, out)?;
    out.write_all(b"\n")?;
    out.flush()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::report::{json, sample};

    fn lines(cases: &[CaseReport]) -> Vec<Value> {
        let text = sample::written(&ENTRY, cases);
        assert!(text.ends_with('\n'));
        let lines = text.lines().map(serde_json::from_str);
        lines.collect::<Result<_, _>>().expect("every line is JSON")
    }

    #[test]
    fn it_is_the_json_report_line_by_line() {
        let mut lines = lines(&sample::cases());
        let kinds: Vec<Value> = lines
            .iter_mut()
            .filter_map(|line| line.as_object_mut()?.remove("type"))
            .collect();
        let expected = ["run", "case", "case", "case", "case", "case", "summary"];
        assert_eq!(kinds, expected);
        let whole = sample::written(&json::ENTRY, &sample::cases());
        let whole: Value = serde_json::from_str(&whole).expect("one document");
        let last = lines.len() - 1;
        let together = json!({
            "countersign": lines[0]["countersign"],
            "cases": lines[1..last],
            "summary": lines[last],
        });
        assert_eq!(together, whole);
    }

    #[test]
    fn the_type_comes_first() {
        let text = sample::written(&ENTRY, &[sample::skipped()]);
        for (line, kind) in text.lines().zip(["run", "case", "summary"]) {
            assert!(
                line.starts_with(&format!("{{\"type\":\"{kind}\",")),
                "{line}"
            );
        }
    }

    #[test]
    fn no_text_breaks_a_line() {
        let mut case = sample::failed();
        case.findings[0].actual = "\n{\"type\":\"summary\"}\r\n\u{2028}\u{1b}[2J".to_owned();
        let lines = lines(&[case]);
        assert_eq!(lines.len(), 3);
        let actual = &lines[1]["findings"][0]["actual"];
        assert_eq!(actual, "\n{\"type\":\"summary\"}\r\n\u{2028}\u{1b}[2J");
    }
}
