//! Markdown that says what is wrong first, is never too large, and in which no text of a target means
//! anything.

use proptest::prelude::*;

use super::*;
use crate::report::{is_hidden, sample};

fn written(cases: &[CaseReport]) -> String {
    sample::written(&ENTRY, cases)
}

#[test]
fn what_is_wrong_comes_first() {
    let text = written(&sample::cases());
    let begin = "\
## ✗ countersign: Failed

1 flow failed; 1 flow waits for a review; 1 flow could not be played to the end; 1 flow was not played.

| passed | failed | to review | broken | not played | selected |
| ---: | ---: | ---: | ---: | ---: | ---: |
| 1 | 1 | 1 | 1 | 1 | 5 |

### What is wrong (2)

1. **response-schema** `` `total` must be integer ``
   - contract: `specs/widgets/openapi.yaml:9:16`
   - scenario: `specs/widgets/flows.arazzo.yaml:5:17`
   - seen at: `GET /widgets -> 200`, `body /items/0/total`
   - expected: `integer`
   - actual: `string \"3\"`
   - 3 places; 1 flow has it: `widgets::listing`
   - to read on: `countersign explain response-schema`
2. **response-headers** ``header `x-total` is missing``
";
    assert!(text.starts_with(begin), "{text}");
    let titles: Vec<&str> = text
        .lines()
        .filter(|line| line.starts_with("###"))
        .collect();
    let expected = [
        "### What is wrong (2)",
        "### Failed otherwise (2)",
        "### Warnings (1)",
        "### To review (1)",
        "### Not played (1)",
    ];
    assert_eq!(titles, expected);
    for entry in [
        "- broken: `users::login`, `127.0.0.1:1: connection refused`\n",
        "- error of a file, `specs/widgets/flows.arazzo.yaml:5:17`: `` `list` sends nothing ``\n",
        "- `users::profile`, snapshot changed: 1 allowed value\n",
        "- `users::logout`, `users::login has not passed`\n",
    ] {
        assert!(text.contains(entry), "{entry}{text}");
    }
}

#[test]
fn a_run_in_order_is_short() {
    let mut case = sample::passed();
    case.findings.clear();
    let text = written(&[case]);
    assert!(
        text.starts_with("## ✓ countersign: Passed\n\nThe one flow passed.\n"),
        "{text}"
    );
    assert!(!text.contains("###"), "{text}");
}

#[test]
fn a_flow_that_failed_without_a_finding_is_there() {
    let mut case = sample::failed();
    case.findings.clear();
    let mut changed = sample::review();
    changed.verdict = Verdict::Failed;
    let text = written(&[case, changed]);
    assert!(
        text.contains("- failed: `widgets::listing`, a step failed\n"),
        "{text}"
    );
    let line = "- failed: `users::profile`, snapshot changed: 1 allowed value\n";
    assert!(text.contains(line), "{text}");
}

#[test]
fn what_is_too_much_is_cut_and_counted_and_failures_stay() {
    let mut case = sample::failed();
    let finding = case.findings[0].clone();
    case.findings = (0..900)
        .map(|number| {
            let mut one = finding.clone();
            one.message = format!("{number} {}", "x".repeat(400));
            (one.expected, one.actual) = ("y".repeat(400), "`".repeat(150));
            one
        })
        .collect();
    let skipped = (0..ENTRIES_MAX + 9).map(|_| sample::skipped());
    let cases: Vec<CaseReport> = skipped.chain([sample::review(), case]).collect();
    let text = written(&cases);
    assert!(
        text.len() > BYTES_MAX - 2 * RESERVED_BYTES,
        "{}",
        text.len()
    );
    assert!(text.len() <= BYTES_MAX, "{}", text.len());
    assert!(text.contains("### What is wrong (900)\n"));
    let shown = text.matches("**response-schema**").count();
    assert!(text.contains(&format!("_Not shown here: {} of 900._\n", 900 - shown)));
    let skipped = text.matches("- `users::logout`").count();
    assert!(shown > 700 && skipped < 40, "{shown} {skipped}");
    assert!(text.ends_with(&format!("_Not shown here: {} of 2009._\n", 2009 - skipped)));
}

#[test]
fn causes_that_are_not_held_are_counted() {
    let mut case = sample::failed();
    let finding = case.findings[0].clone();
    case.findings = (0..crate::report::group::CAUSES_MAX + 3)
        .map(|number| {
            let mut one = finding.clone();
            one.message = format!("{number}");
            one
        })
        .collect();
    let text = written(&[case]);
    assert!(text.contains("_Not shown here: 3 findings of further causes._\n"));
}

#[test]
fn no_text_means_anything() {
    for (text, expected) in [
        ("<img src=x>", "`<img src=x>`"),
        ("@everyone #1 https://evil", "`@everyone #1 https://evil`"),
        ("a\n/close\n# b", r"`a\n/close\n# b`"),
        ("a`b", "``a`b``"),
        ("``", "``` `` ```"),
        (" a ", "`  a  `"),
        ("", "(nothing)"),
        ("\u{202e}\u{1b}[2J", r"`\u{202e}\u{1b}[2J`"),
    ] {
        assert_eq!(code(text), expected);
    }
}

/// A span of code as a reader of CommonMark reads it: the text, and what stands behind the span.
fn read_span(text: &str) -> Option<(&str, &str)> {
    let length = text.len() - text.trim_start_matches('`').len();
    let inside = &text[length..];
    let mut at = 0;
    while at < inside.len() {
        let rest = &inside[at..];
        let run = rest.len() - rest.trim_start_matches('`').len();
        if run == length && run > 0 {
            return Some((&inside[..at], &rest[run..]));
        }
        at += run.max(rest.chars().next().map_or(1, char::len_utf8));
    }
    None
}

proptest! {
    #[test]
    fn any_text_is_one_span(text in "[`@<\\[\\]()|\\\\ a\n\u{1b}\u{202e}*_]{1,40}|.{1,300}") {
        let span = code(&text);
        prop_assert!(!span.chars().any(is_hidden));
        let (inside, behind) = read_span(&span).expect("a span");
        prop_assert_eq!(behind, "");
        let shown = shorten(&text);
        prop_assert_eq!(inside.trim(), shown.trim());
    }
}

#[test]
fn what_is_waived_has_a_part_of_its_own() {
    let text = sample::written(&ENTRY, &[sample::waived()]);
    assert!(text.starts_with("## ✓ countersign: Passed\n"), "{text}");
    assert!(text.contains("\n### Waived (1)\n"), "{text}");
    assert!(
        text.contains("   - `waived until 2027-01-31: totals"),
        "{text}"
    );
    let text = sample::written(&ENTRY, &[sample::expired()]);
    assert!(!text.contains("### Waived"), "{text}");
    assert!(
        text.contains("   - `waiver expired on 2027-01-31, specs"),
        "{text}"
    );
}
