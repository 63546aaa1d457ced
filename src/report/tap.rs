//! The report as TAP version 14, the Test Anything Protocol: a test point for each flow, as it is its
//! turn in the order of the plan, and the plan at the end.
//!
//! A flow that waits for a review is `not ok`, without the directive for what is still to be done: harnesses
//! count that as passed, and nobody has approved it yet. Why a flow did not pass stands in a YAML block. Its texts are quoted as JSON, which
//! YAML 1.2 reads.
//!
//! Source: TAP 14 specification, "Test Points", "YAML Diagnostics", "Escaping".

use std::fmt::Write as _;
use std::io::{self, Write};

use super::human::{count, review_words, shorten};
use super::{CaseReport, Cause, Format, FormatEntry, Summary, causes, escape_line, verdict_words};
use crate::verdict::Verdict;

pub(super) const ENTRY: FormatEntry = FormatEntry {
    id: "tap",
    summary: "TAP version 14: a test point for each flow, with a YAML block that says why it failed.",
    wants_exchanges: false,
    create: || Box::new(Tap { points: 0 }),
};

/// How many causes are told of one flow.
const CAUSES_MAX: usize = 20;

/// The writer of one stream.
struct Tap {
    /// How many test points were written.
    points: usize,
}

impl Format for Tap {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        out.write_all(b"TAP version 14\n")
    }

    fn case(&mut self, case: &CaseReport, out: &mut dyn Write) -> io::Result<()> {
        self.points += 1;
        let is_ok = matches!(case.verdict, Verdict::Passed | Verdict::Skipped(_));
        let word = if is_ok { "ok" } else { "not ok" };
        let mut text = format!("{word} {} - {}", self.points, escaped(&case.path));
        if let Verdict::Skipped(reason) = &case.verdict {
            write!(text, " # SKIP {}", escaped(reason)).expect("a String takes all");
        }
        text.push('\n');
        text.push_str(&block(case));
        out.write_all(text.as_bytes())?;
        out.flush()
    }

    fn end(&mut self, _: &Summary, out: &mut dyn Write) -> io::Result<()> {
        match self.points {
            0 => out.write_all(b"1..0 # SKIP no flow was selected\n"),
            points => writeln!(out, "1..{points}"),
        }
    }
}

/// A text in a line of the protocol: what would begin a directive stands for itself.
fn escaped(text: &str) -> String {
    let text = shorten(text).replace('\\', "\\\\").replace('#', "\\#");
    // Where it is empty, what follows would be read as the description.
    if text.is_empty() {
        "(nothing)".to_owned()
    } else {
        text
    }
}

/// Why a flow did not pass, and what was found in one that did; empty where there is nothing to say.
fn block(case: &CaseReport) -> String {
    let is_told = !matches!(case.verdict, Verdict::Passed | Verdict::Skipped(_));
    if !is_told && case.findings.is_empty() {
        return String::new();
    }
    let (verdict, reason) = verdict_words(&case.verdict);
    let mut lines = vec!["---".to_owned(), pair("verdict", verdict)];
    lines.extend(reason.map(|it| pair("reason", it)));
    if case.change.is_some() {
        lines.push(pair("snapshot", &review_words(case.change.as_ref())));
    }
    let causes = causes(&case.findings);
    if !causes.is_empty() {
        lines.push("causes:".to_owned());
    }
    for cause in causes.iter().take(CAUSES_MAX) {
        let pairs = cause_pairs(case, cause);
        let marks = ["  - "].into_iter().chain(std::iter::repeat("    "));
        lines.extend(marks.zip(pairs).map(|(mark, pair)| format!("{mark}{pair}")));
    }
    if causes.len() > CAUSES_MAX {
        let more = count(causes.len() - CAUSES_MAX, "cause");
        lines.push(pair("left_out", &more));
    }
    if !case.problems.is_empty() {
        lines.push("problems:".to_owned());
    }
    lines.extend(case.problems.iter().take(CAUSES_MAX).map(|problem| {
        let place = problem.location.as_ref().map(|it| format!("{it}: "));
        let text = format!("{}{}", place.unwrap_or_default(), problem.message);
        format!("  - {}", quoted(&text))
    }));
    lines.push("...".to_owned());
    lines
        .iter()
        .fold(String::new(), |text, line| text + "  " + line + "\n")
}

fn cause_pairs(case: &CaseReport, cause: &Cause<'_>) -> Vec<String> {
    let finding = cause.first;
    let mut pairs = vec![
        pair("check", finding.check),
        pair("severity", &finding.severity.to_string()),
        pair("message", &finding.message),
        pair("id", &case.finding_id(finding)),
    ];
    let line = case.step(finding).map(|step| step.line.as_str());
    let contract = finding.contract.as_ref().map(ToString::to_string);
    let texts = [
        ("request", line),
        ("expected", Some(finding.expected.as_str())),
        ("actual", Some(finding.actual.as_str())),
        ("contract", contract.as_deref()),
    ];
    let told = texts.iter().filter_map(|(key, text)| Some((key, (*text)?)));
    let told = told.filter(|(_, text)| !text.is_empty());
    pairs.extend(told.map(|(key, text)| pair(key, text)));
    pairs.push(pair("place", &finding.place.to_string()));
    pairs.push(pair("scenario", &finding.scenario.to_string()));
    let waiver = finding.waiver.as_ref();
    pairs.extend(waiver.map(|it| pair("waiver", &it.words())));
    pairs.push(format!("places: {}", cause.count()));
    pairs
}

fn pair(key: &str, text: &str) -> String {
    format!("{key}: {}", quoted(text))
}

/// A text as JSON, with what is hidden written out before: YAML reads other escapes than JSON has.
fn quoted(text: &str) -> String {
    serde_json::Value::from(escape_line(&shorten(text)).as_ref()).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::source::Source;

    fn written(cases: &[CaseReport]) -> String {
        sample::written(&ENTRY, cases)
    }

    /// A place of the first YAML block, as another reader reads it.
    fn in_block(text: &str, place: &str) -> Option<String> {
        let (_, from) = text.split_once("  ---\n")?;
        let (block, _) = from.split_once("\n  ...\n")?;
        let source = Source::parse("block.yaml", block.to_owned()).expect("it is YAML");
        let value = source.value(&sample::pointer(place))?;
        value.as_str().map(str::to_owned)
    }

    #[test]
    fn a_point_for_each_flow_and_the_plan_at_the_end() {
        let text = written(&sample::cases());
        let lines = text.lines().filter(|line| !line.starts_with(' '));
        let expected = [
            "TAP version 14",
            "ok 1 - widgets::lifecycle",
            "not ok 2 - widgets::listing",
            "not ok 3 - users::profile",
            "not ok 4 - users::login",
            "ok 5 - users::logout # SKIP users::login has not passed",
            "1..5",
        ];
        assert_eq!(lines.collect::<Vec<_>>(), expected);
        assert_eq!(
            written(&[]),
            "TAP version 14\n1..0 # SKIP no flow was selected\n"
        );
    }

    #[test]
    fn the_block_says_why() {
        let text = written(&[sample::failed()]);
        let block = "  ---
  verdict: \"failed\"
  causes:
    - check: \"response-schema\"
      severity: \"error\"
      message: \"`total` must be integer\"
      id: \"widgets::listing/list#response-schema\"
      request: \"GET /widgets -> 200\"
      expected: \"integer\"
      actual: \"string \\\"3\\\"\"
      contract: \"specs/widgets/openapi.yaml:9:16\"
      place: \"body /items/0/total\"
      scenario: \"specs/widgets/flows.arazzo.yaml:5:17\"
      places: 3
    - check: \"response-headers\"
";
        assert!(text.contains(block), "{text}");
        let review = written(&[sample::review()]);
        assert!(
            review.contains("  snapshot: \"snapshot changed: 1 allowed value\"\n"),
            "{review}"
        );
        let broken = written(&[sample::broken()]);
        assert!(
            broken.contains("  reason: \"127.0.0.1:1: connection refused\"\n"),
            "{broken}"
        );
        assert!(
            broken.contains("  - \"specs/widgets/flows.arazzo.yaml:5:17: `list` sends nothing\"\n")
        );
    }

    #[test]
    fn what_is_waived_is_ok_and_says_why() {
        let text = written(&[sample::waived()]);
        assert!(text.contains("\nok 1 - widgets::counting\n"), "{text}");
        assert_eq!(
            in_block(&text, "/causes/0/severity").as_deref(),
            Some("waived")
        );
        let words = in_block(&text, "/causes/0/waiver").expect("it is there");
        assert!(
            words.starts_with("waived until 2027-01-31: totals"),
            "{words}"
        );
    }

    #[test]
    fn hostile_text_begins_no_directive_and_ends_no_block() {
        let mut case = sample::failed();
        let hostile = "a\\ # TODO \u{1b}[2J\n...\nok 9 - fine: \"\u{e0041}\u{2028}'{}";
        case.path = format!("widgets::{hostile}");
        case.findings[0].message = hostile.to_owned();
        let mut skipped = sample::skipped();
        skipped.verdict = Verdict::Skipped("# TODO\nnot ok".to_owned());
        let text = written(&[case, skipped]);
        let points: Vec<&str> = text.lines().filter(|it| !it.starts_with("  ")).collect();
        assert_eq!(points.len(), 4, "{text}");
        let expected = r#"not ok 1 - widgets::a\\ \# TODO \\u{1b}[2J\\n...\\nok 9 - fine: ""#;
        assert!(points[1].starts_with(expected), "{}", points[1]);
        assert_eq!(points[2], r"ok 2 - users::logout # SKIP \# TODO\\nnot ok");
        let message = in_block(&text, "/causes/0/message").expect("it is there");
        assert!(
            message.starts_with(r"a\ # TODO \u{1b}[2J\n...\nok 9 - fine: "),
            "{message}"
        );
    }

    #[test]
    fn many_causes_are_cut_and_counted() {
        let mut case = sample::failed();
        let finding = case.findings[0].clone();
        for number in 0..CAUSES_MAX {
            let mut one = finding.clone();
            one.message = format!("{number}");
            case.findings.push(one);
        }
        let text = written(&[case]);
        assert_eq!(text.matches("- check:").count(), CAUSES_MAX);
        assert_eq!(in_block(&text, "/left_out").as_deref(), Some("2 causes"));
    }
}
