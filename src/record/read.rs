//! Reading a record. It may come from anywhere: what makes no sense is refused, with the line.

use super::line::Line;
use super::snapshots::Snapshots;
use super::sources::Sources;
use super::{End, Head, Record, RecordedCase, VERSION};

/// How many cases a record may have.
const CASES_MAX: usize = 1_000_000;

/// Why a text is no record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {why}")]
pub struct RecordError {
    /// The line, from 1.
    pub line: usize,
    /// What is wrong with it.
    pub why: String,
}

impl Record {
    /// Reads a record.
    ///
    /// # Errors
    /// When a line is none of a record, the record was written by a version that this one does not
    /// know, or its end is missing.
    pub fn read(text: &str) -> Result<Self, RecordError> {
        let mut head = None;
        let mut cases: Vec<RecordedCase> = Vec::new();
        let mut coverage = None;
        let mut end = None;
        let (mut sources, mut snapshots) = (Sources::default(), Snapshots::default());
        let mut last = 0;
        for (at, text) in text.lines().enumerate() {
            let failed = |why: String| RecordError { line: at + 1, why };
            last = at + 1;
            // Another version's lines may be of another form, and that is what is to be told.
            if at == 0 {
                check_version(text).map_err(failed)?;
            }
            let line: Line<'_> =
                serde_json::from_str(text).map_err(|error| failed(error.to_string()))?;
            match line {
                _ if end.is_some() => return Err(failed("something follows the end".to_owned())),
                Line::Run(run) if at == 0 => head = Some(*run),
                Line::Run(_) => return Err(failed("a second run begins".to_owned())),
                Line::Source(source) => sources.add(&source),
                Line::Snapshot(text) => snapshots.add(text),
                Line::Case(case) => {
                    if cases.len() == CASES_MAX {
                        return Err(failed(format!("there are more than {CASES_MAX} cases")));
                    }
                    cases.push(case.read(&sources, &snapshots).map_err(failed)?);
                }
                Line::Coverage(_) if coverage.is_some() => {
                    return Err(failed("the coverage stands twice".to_owned()));
                }
                Line::Coverage(it) => {
                    it.check().map_err(|error| failed(error.to_string()))?;
                    coverage = Some(*it);
                }
                Line::End(it) => end = Some(it),
            }
        }
        let failed = |why: &str| RecordError {
            line: last.max(1),
            why: why.to_owned(),
        };
        let head = head.ok_or_else(|| failed("it does not begin as a record"))?;
        let end = end.ok_or_else(|| failed("the end of the record is missing"))?;
        if end.cases != cases.len() {
            return Err(failed("cases of the record are missing"));
        }
        cases.sort_by_key(|it| it.place);
        let twins = cases.windows(2).any(|it| it[0].place == it[1].place);
        if twins || cases.last().is_some_and(|it| it.place >= head.cases) {
            return Err(failed(
                "a case has the place of another one, or none of the plan",
            ));
        }
        Ok(Self {
            head,
            cases,
            coverage,
            end,
        })
    }
}

/// What a record says of its run, from the begin and the end of its text alone; none where they are not
/// those of a record.
pub fn ends(begin: &str, end: &str) -> Option<(Head, End)> {
    let first = begin.lines().next()?;
    check_version(first).ok()?;
    let last = end.lines().last()?;
    match (
        serde_json::from_str(first).ok()?,
        serde_json::from_str(last).ok()?,
    ) {
        (Line::Run(head), Line::End(end)) => Some((*head, end)),
        _ => None,
    }
}

/// Complains of a record of another version, or of what is none at all.
fn check_version(line: &str) -> Result<(), String> {
    let value: serde_json::Value =
        serde_json::from_str(line).map_err(|_| "it does not begin as a record".to_owned())?;
    let version = value
        .pointer("/run/version")
        .and_then(serde_json::Value::as_u64);
    match version {
        Some(version) if version == u64::from(VERSION) => Ok(()),
        Some(version) => Err(format!(
            "it is a record of version {version}, and this program reads version {VERSION}"
        )),
        None => Err("it does not begin as a record".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::record::{sample, write};

    fn text() -> String {
        let mut out = Vec::new();
        write(&sample::record(), &mut out).expect("memory takes all");
        String::from_utf8(out).expect("JSON is UTF-8")
    }

    #[test]
    fn what_is_written_is_read_again() {
        let (whole, read) = (sample::record(), Record::read(&text()).expect("a record"));
        assert_eq!(read.head, whole.head);
        assert_eq!(read.end, whole.end);
        assert_eq!(read.coverage, whole.coverage);
        assert_eq!(read.cases.len(), whole.cases.len());
        for (read, case) in read.cases.iter().zip(&whole.cases) {
            assert_eq!(format!("{read:?}"), format!("{case:?}"));
        }
        let mut again = Vec::new();
        write(&read, &mut again).expect("memory takes all");
        assert_eq!(String::from_utf8(again).expect("JSON"), text());
    }

    #[test]
    fn cases_are_read_in_the_order_of_the_plan() {
        let text = text();
        let mut lines: Vec<&str> = text.lines().collect();
        let cases: Vec<usize> = (0..lines.len())
            .filter(|at| lines[*at].starts_with("{\"case\""))
            .collect();
        // The texts that they point into stand before the first of them.
        let (second, last) = (cases[cases.len() - 2], cases[cases.len() - 1]);
        lines.swap(second, last);
        let read = Record::read(&lines.join("\n")).expect("a record");
        let places: Vec<usize> = read.cases.iter().map(|it| it.place).collect();
        assert_eq!(places, [0, 1, 2, 3, 4]);
    }

    #[test]
    fn a_record_without_coverage_is_read_and_says_nothing_of_it() {
        let text = text();
        let lines = text.lines().filter(|it| !it.starts_with("{\"coverage\""));
        let older = lines.collect::<Vec<_>>().join("\n");
        assert_ne!(older, text);
        assert_eq!(Record::read(&older).expect("a record").coverage, None);
    }

    fn told(change: impl Fn(&str) -> String) -> String {
        let error = Record::read(&change(&text())).expect_err("no record");
        error.to_string()
    }

    #[test]
    fn what_is_no_record_is_refused_with_its_line() {
        let without = |text: &str, begin: &str| -> String {
            let lines = text.lines().filter(|it| !it.starts_with(begin));
            lines.collect::<Vec<_>>().join("\n") + "\n"
        };
        let begins = "line 1: it does not begin as a record";
        assert_eq!(told(|_| String::new()), begins);
        assert_eq!(told(|_| "<html>".to_owned()), begins);
        assert_eq!(told(|text| without(text, "{\"run\"")), begins);
        assert!(
            told(|text| without(text, "{\"end\"")).ends_with("the end of the record is missing")
        );
        assert!(told(|text| without(text, "{\"source\"")).contains("is in no text of the record"));
        assert!(told(|text| without(text, "{\"snapshot\"")).contains("no text of the record"));
        assert!(told(|text| text.to_owned() + text).contains("something follows the end"));
        let other = told(|text| text.replacen("\"version\":2", "\"version\":9", 1));
        assert!(other.contains("version 9"), "{other}");
        let check = told(|text| text.replace("\"media-type\"", "\"no-such\""));
        assert!(check.contains("there is no check `no-such`"), "{check}");
        let twice = told(|text| {
            let line = text.lines().find(|it| it.starts_with("{\"coverage\""));
            text.replacen(
                "{\"end\"",
                &format!("{}\n{{\"end\"", line.expect("it is there")),
                1,
            )
        });
        assert!(twice.ends_with("the coverage stands twice"), "{twice}");
        let both = told(|text| text.replace("\"createWidgets 500\"", "\"createWidgets 200\""));
        assert!(both.contains("`createWidgets 200` stands twice"), "{both}");
        let twins = told(|text| text.replace("{\"place\":1,", "{\"place\":0,"));
        assert!(twins.contains("the place of another one"), "{twins}");
        let fewer = told(|text| {
            let second = text.find("{\"case\":{\"place\":4").expect("a case");
            let end = second + text[second..].find('\n').expect("a line");
            text[..second].to_owned() + &text[end + 1..]
        });
        assert!(fewer.contains("cases of the record are missing"), "{fewer}");
    }

    proptest! {
        #[test]
        fn no_text_panics(cut in 0_usize..4000, with in "[ -~]{0,9}") {
            let text = text();
            let at = cut.min(text.len());
            if text.is_char_boundary(at) {
                let _ = Record::read(&format!("{}{with}{}", &text[..at], &text[at..]));
                let _ = Record::read(&text[..at]);
            }
        }
    }
}
