//! The name of a finding that stays: the same from run to run, whatever the values are, in whichever
//! place of a list they stand, and wherever the lines of the files move to.
//!
//! Services compare the findings of two runs by it, and what is said of a finding can be kept under it.

use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::CaseReport;
use crate::check::waiver::is_value;
use crate::check::{Finding, Place};
use crate::json::Pointer;

/// How many bytes of the digest are written: enough that no two findings of a project meet.
const BYTES: usize = 16;

/// What a place of a list, or a value, becomes.
const ANY: &str = "*";

/// The keywords of a contract whose values are lists: their indexes move when somebody adds an entry.
const LISTS: &[&str] = &[
    "allOf",
    "anyOf",
    "enum",
    "oneOf",
    "parameters",
    "prefixItems",
    "required",
    "security",
    "tags",
];

/// The fingerprint of a finding, in hexadecimal digits.
///
/// It is made from the check, the sentence, the kind of place, and what was promised: the operation with
/// the place in the contract; or, where the contract has no such place, the step of the flow with what
/// was expected there. Files, lines, indexes, values and weights are not in it.
pub fn fingerprint(case: &CaseReport, finding: &Finding) -> String {
    let step = case.step(finding);
    let operation = step.map_or("", |step| &step.operation);
    let mut parts = vec![
        finding.check.to_owned(),
        finding.sentence().to_owned(),
        place_name(&finding.place),
        operation.to_owned(),
    ];
    match &finding.promise {
        Some(promise) => parts.extend([case.api.clone(), promise_name(promise)]),
        None => parts.extend([
            case.path.clone(),
            step.map_or("", |step| &step.path).to_owned(),
            finding.expected.clone(),
        ]),
    }
    digest(&parts)
}

/// A digest in which no part can run into the next.
pub(super) fn digest(parts: &[String]) -> String {
    let mut sha = Sha256::new();
    for part in parts {
        sha.update(part.len().to_string());
        sha.update(":");
        sha.update(part);
    }
    let bytes = sha.finalize();
    bytes
        .iter()
        .take(BYTES)
        .fold(String::new(), |mut out, byte| {
            write!(out, "{byte:02x}").expect("a String takes all");
            out
        })
}

/// A place in an answer, without what changes from one answer to the next.
fn place_name(place: &Place) -> String {
    match place {
        Place::Status => "status".to_owned(),
        Place::Header(name) => format!("header {}", name.to_ascii_lowercase()),
        Place::Body(pointer) => tokens(pointer, |_, token| is_value(token)).join("/"),
        Place::Request => "request".to_owned(),
        Place::Flow => "flow".to_owned(),
    }
}

/// A place in a contract, without the indexes of its lists. A status is a number, too, and stays.
fn promise_name(pointer: &Pointer) -> String {
    let is_index = |before: &str, token: &str| LISTS.contains(&before) && is_number(token);
    tokens(pointer, is_index).join("/")
}

/// The tokens of a pointer; what is masked by its own text and that of the one before it is any.
fn tokens(pointer: &Pointer, is_masked: impl Fn(&str, &str) -> bool) -> Vec<String> {
    let mut before = String::new();
    let mut out = vec!["body".to_owned()];
    for token in pointer.tokens() {
        out.push(if is_masked(&before, &token) {
            ANY.to_owned()
        } else {
            token.replace('/', "~1")
        });
        before = token.into_owned();
    }
    out
}

fn is_number(token: &str) -> bool {
    !token.is_empty() && token.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;
    use crate::source::{Location, Source};
    use crate::verdict::Severity;

    /// The fingerprint of the first finding of a case that was changed.
    fn after(change: impl Fn(&mut CaseReport)) -> String {
        let mut case = sample::failed();
        change(&mut case);
        fingerprint(&case, &case.findings[0])
    }

    /// The same for a finding that no place of the contract stands behind.
    fn of_a_criterion(change: impl Fn(&mut CaseReport)) -> String {
        after(|case| {
            let finding = &mut case.findings[0];
            finding.check = "success-criteria";
            finding.message = "a success criterion does not hold".to_owned();
            finding.expected = "$statusCode == 200".to_owned();
            (finding.contract, finding.promise) = (None, None);
            finding.place = Place::Request;
            change(case);
        })
    }

    fn moved() -> Location {
        let text = "#\n#\n#\n#\n#\nopenapi: 3.1.0\n".to_owned();
        let source =
            Source::parse("elsewhere/openapi.yaml", text).expect("the test's own document");
        source.location(&sample::pointer("/openapi"))
    }

    #[test]
    fn it_is_written_as_thirty_two_digits_and_stays_over_versions() {
        assert_eq!(after(|_| ()), "3c64b89d6be9b81cf10e3fda4ae84306");
        assert_eq!(of_a_criterion(|_| ()), "4ea587cda649e351b963bbd76d62341c");
    }

    #[test]
    fn values_indexes_and_lines_do_not_change_it() {
        let same = after(|_| ());
        let changes: [fn(&mut CaseReport); 7] = [
            |case| case.findings[0].actual = "another".to_owned(),
            |case| case.findings[0].place = Place::Body(sample::pointer("/items/17/total")),
            |case| case.findings[0].contract = Some(moved()),
            |case| case.findings[0].scenario = moved(),
            |case| case.findings[0].attempt = 3,
            |case| case.findings[0].severity = Severity::Warning,
            |case| case.path = "widgets::other".to_owned(),
        ];
        for (number, change) in changes.into_iter().enumerate() {
            assert_eq!(after(change), same, "{number}");
        }
        let by_value = |value: &str| {
            let (message, actual) = (format!("expected 1, got {value}"), value.to_owned());
            after(move |case| {
                (case.findings[0].message, case.findings[0].actual) =
                    (message.clone(), actual.clone());
            })
        };
        assert_eq!(by_value("integer 2"), by_value("string \"x\""));
        let by_identifier = |id: &str| {
            let place = sample::pointer(&format!("/items/{id}/total"));
            after(move |case| case.findings[0].place = Place::Body(place.clone()))
        };
        assert_eq!(by_identifier("5f0c31a2-77"), by_identifier("2026-11-26"));
        let branch = |number: usize| {
            let place = sample::pointer(&format!("/components/schemas/A/allOf/{number}/type"));
            after(move |case| case.findings[0].promise = Some(place.clone()))
        };
        assert_eq!(branch(0), branch(3));
    }

    #[test]
    fn another_operation_place_check_or_sentence_is_another_one() {
        let changes: [fn(&mut CaseReport); 11] = [
            |_| (),
            |case| case.steps[1].operation = "other".to_owned(),
            |case| case.api = "other".to_owned(),
            |case| case.findings[0].check = "undeclared-field",
            |case| case.findings[0].message = "otherwise".to_owned(),
            |case| case.findings[0].message = "expected 2, got string \"3\"".to_owned(),
            |case| case.findings[0].message = "expected 1, got string \"3\"".to_owned(),
            |case| case.findings[0].place = Place::Body(sample::pointer("/items/0/other")),
            |case| case.findings[0].place = Place::Header("items".to_owned()),
            |case| case.findings[0].promise = Some(sample::pointer("/paths/~1a/get/responses/200")),
            |case| case.findings[0].promise = Some(sample::pointer("/paths/~1a/get/responses/404")),
        ];
        let mut all: Vec<String> = changes.into_iter().map(after).collect();
        let number = all.len();
        all.sort();
        all.dedup();
        assert_eq!(all.len(), number);
    }

    #[test]
    fn without_a_place_in_the_contract_the_step_and_what_was_expected_tell() {
        let same = of_a_criterion(|_| ());
        assert_eq!(
            of_a_criterion(|case| case.findings[0].actual = "3".to_owned()),
            same
        );
        assert_eq!(
            of_a_criterion(|case| case.findings[0].scenario = moved()),
            same
        );
        let changes: [fn(&mut CaseReport); 4] = [
            |case| case.path = "widgets::other".to_owned(),
            |case| case.steps[1].path = "other".to_owned(),
            |case| case.findings[0].expected = "$statusCode == 201".to_owned(),
            |case| case.findings[0].record = 99,
        ];
        for (number, change) in changes.into_iter().enumerate() {
            assert_ne!(of_a_criterion(change), same, "{number}");
        }
    }

    #[test]
    fn no_part_runs_into_the_next() {
        let of = |parts: [&str; 2]| digest(&parts.map(str::to_owned));
        assert_ne!(of(["ab", "c"]), of(["a", "bc"]));
        assert_ne!(of(["1:a", ""]), of(["", "1:a"]));
    }
}
