//! `[[waivers]]`: deviations of a target that are known and borne until a day.

use jiff::civil::Date;

use super::target::TargetSettings;
use crate::change::{CLASSES, ChangeClass};
use crate::check::waiver::{Deviation, Scope, WaivedPlace, Waiver};
use crate::check::{self, APPROVED_SNAPSHOT, CHECKS};
use crate::contract::Contract;
use crate::json::Pointer;
use crate::problem::{Node, Problem, ProblemCode};

const FIELDS: [&str; 13] = [
    "check",
    "change",
    "now",
    "operation",
    "contract",
    "at",
    "message",
    "status",
    "target",
    "reason",
    "owner",
    "ticket",
    "expires",
];

const CONTRACT: &str = "contract";

/// Reads all of them.
pub(super) fn read(
    root: &Node<'_>,
    targets: &[TargetSettings],
    problems: &mut Vec<Problem>,
) -> Vec<Waiver> {
    let mut waivers: Vec<Waiver> = Vec::new();
    for node in root.get_items("waivers", problems) {
        let Some(waiver) = waiver(&node, targets, problems) else {
            continue;
        };
        if let Some(first) = waivers.iter().find(|it| it.scope == waiver.scope) {
            let problem = node.problem(ProblemCode::DuplicateName, "this is waived twice");
            let problem = problem.with_also(first.location.clone(), "the first waiver of it");
            problems.push(problem.with_help("take one of them away"));
            continue;
        }
        waivers.push(waiver);
    }
    waivers
}

fn waiver(
    node: &Node<'_>,
    targets: &[TargetSettings],
    problems: &mut Vec<Problem>,
) -> Option<Waiver> {
    node.exactly(&FIELDS, problems);
    let deviation = deviation(node, problems);
    let operation = filled(node, "operation", problems);
    let at = place(node, problems);
    let reason = filled(node, "reason", problems);
    let owner = filled(node, "owner", problems);
    let ticket = node.get_text("ticket", problems).map(str::to_owned);
    let expires = expires(node, problems);
    let status = status(node, problems);
    let target = node.get_text("target", problems);
    if let (Some(name), Some(field)) = (target, node.get("target"))
        && !targets.iter().any(|it| it.name == name)
    {
        let known = targets.iter().map(|it| it.name.as_str());
        problems.push(Problem::unknown_reference(
            field.location(),
            "target",
            name,
            known,
        ));
    }
    Some(Waiver {
        scope: Scope {
            deviation: deviation?,
            operation: operation?,
            at: at?,
            status: status?,
            target: target.map(str::to_owned),
        },
        reason: reason?,
        owner: owner?,
        ticket,
        expires: expires?,
        location: node.location(),
    })
}

/// A text that is there and says something.
fn filled(node: &Node<'_>, name: &str, problems: &mut Vec<Problem>) -> Option<String> {
    let text = node.require_text(name, problems)?;
    if text.trim().is_empty() {
        let field = node.get(name)?;
        let problem = field.problem(ProblemCode::InvalidValue, format!("`{name}` is empty"));
        let help = "say what is borne, why, and who answers for it";
        problems.push(problem.with_help(help));
        return None;
    }
    Some(text.to_owned())
}

/// The finding or the change that a waiver is about.
fn deviation(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Deviation> {
    let contract = contract(node, problems);
    let Some(field) = node.get("change") else {
        refuse(node, &["now"], "change", problems);
        let check = waived_check(node, problems);
        let message = filled(node, "message", problems);
        return Some(Deviation::Finding {
            check: check?,
            contract: contract?,
            message: message?,
        });
    };
    refuse(node, &["check", "message"], "check", problems);
    let now = node.get_text("now", problems).map(str::to_owned);
    if node.get(CONTRACT).is_none() {
        let message = format!("the waiver of a change names no place in the `{CONTRACT}`");
        let problem = node.problem(ProblemCode::MissingField, message);
        problems.push(problem.with_help(
            "take it away, and add it anew with `countersign waivers add FLOW/STEP#CLASS`; or write what that would, \
             `contract = \"/components/schemas/..\"`",
        ));
    }
    let class = class(&field, problems);
    Some(Deviation::Change {
        class: class?.id(),
        contract: contract??,
        now,
    })
}

/// The class of a change that can be waived.
fn class(field: &Node<'_>, problems: &mut Vec<Problem>) -> Option<ChangeClass> {
    let id = field.text(problems)?;
    let waived = CLASSES.iter().filter(|it| it.can_be_waived());
    let Some(class) = waived.clone().find(|it| it.id() == id) else {
        let known = waived.map(|it| it.id());
        let problem = Problem::unknown_reference(field.location(), "change", id, known);
        problems.push(match ChangeClass::find(id) {
            Some(_) => problem.with_help(
                "what breaks the contract is a finding: name its `check`; a step that is new or gone is approved",
            ),
            None => problem,
        });
        return None;
    };
    Some(*class)
}

/// Complains of fields that go with another one than is there.
fn refuse(node: &Node<'_>, fields: &[&str], with: &str, problems: &mut Vec<Problem>) {
    for name in fields {
        if let Some(field) = node.get(name) {
            let message = if *name == with {
                "a waiver is about a `check` or a `change`".to_owned()
            } else {
                format!("`{name}` goes with `{with}`")
            };
            let problem = field.problem(ProblemCode::InvalidValue, message);
            problems.push(problem.with_help(
                "a waiver is about what a `check` finds, by its `message`; or about a `change`, by what is there `now`",
            ));
        }
    }
}

fn waived_check(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<&'static str> {
    let id = node.require_text("check", problems)?;
    let field = node.get("check")?;
    let Some(check) = check::find(id) else {
        let known = CHECKS.iter().map(|check| check.id);
        problems.push(Problem::unknown_reference(
            field.location(),
            "check",
            id,
            known,
        ));
        return None;
    };
    if check.id == APPROVED_SNAPSHOT {
        let message = format!("what `{id}` finds is waived by the class of the change");
        let problem = field.problem(ProblemCode::InvalidValue, message);
        problems.push(problem.with_help("write `change = \"CLASS\"` in place of it"));
        return None;
    }
    if check.decides_the_flow() {
        let message = format!("what `{id}` finds cannot be waived");
        let problem = field.problem(ProblemCode::InvalidValue, message);
        problems.push(problem.with_help(
            "a flow ends where it finds something; say in the step's `onFailure` how it goes on",
        ));
        return None;
    }
    Some(check.id)
}

fn place(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<WaivedPlace> {
    let text = node.require_text("at", problems)?;
    let place = WaivedPlace::parse(text);
    if place.is_none() {
        let message = format!("`{text}` is no place in an answer");
        let field = node.get("at")?;
        let problem = field.problem(ProblemCode::InvalidValue, message);
        problems.push(problem.with_help(
            "write `status`, `header NAME`, `body`, `request`, or a JSON Pointer into the body with `*` for any index, \
             as in `/items/*/total`",
        ));
    }
    place
}

fn expires(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Date> {
    let text = node.require_text("expires", problems)?;
    let is_date = text.len() == "2027-01-31".len();
    let date = text.parse().ok().filter(|_| is_date);
    if date.is_none() {
        let field = node.get("expires")?;
        let message = format!("`{text}` is no date");
        let problem = field.problem(ProblemCode::InvalidValue, message);
        problems.push(problem.with_help("write the last day, as in `expires = 2027-01-31`"));
    }
    date
}

/// The status that is named; none for a wrong one.
#[expect(clippy::option_option, reason = "what is wrong is not what is missing")]
fn status(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Option<u16>> {
    let Some(field) = node.get("status") else {
        return Some(None);
    };
    let number = field.count(problems)?;
    let status = u16::try_from(number)
        .ok()
        .filter(|it| (100..600).contains(it));
    if status.is_none() {
        let message = format!("{number} is no status");
        let problem = field.problem(ProblemCode::InvalidValue, message);
        problems.push(problem.with_help("write a number from 100 to 599"));
        return None;
    }
    Some(status)
}

/// The place in the contract that is named; none for a wrong one.
#[expect(clippy::option_option, reason = "what is wrong is not what is missing")]
fn contract(node: &Node<'_>, problems: &mut Vec<Problem>) -> Option<Option<Pointer>> {
    let Some(field) = node.get(CONTRACT) else {
        return Some(None);
    };
    let text = field.text(problems)?;
    match Pointer::parse(text) {
        Ok(pointer) => Some(Some(pointer)),
        Err(error) => {
            let message = format!("`{text}` is no JSON Pointer: {error}");
            let problem = field.problem(ProblemCode::InvalidValue, message);
            let help = "write it as `countersign waivers add` does";
            problems.push(problem.with_help(help));
            None
        }
    }
}

/// Complains of places that the contract does not have.
pub(super) fn check(root: &Node<'_>, contract: &Contract, problems: &mut Vec<Problem>) {
    // What is of another type has been told when the settings were read.
    let mut elsewhere = Vec::new();
    for node in root.get_items("waivers", &mut elsewhere) {
        let Some(field) = node.get(CONTRACT) else {
            continue;
        };
        let text = field.text(&mut elsewhere).unwrap_or_default();
        let pointer = Pointer::parse(text);
        if pointer.is_ok_and(|it| !contract.has(&it)) {
            let message = format!("the contract has no place `{text}`");
            let problem = field.problem(ProblemCode::UnknownReference, message);
            problems.push(problem.with_help(
                "a waiver is about one place: take it away, and add it anew from a run",
            ));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::problems;

    const WHOLE: &str = "[targets.staging]\nurl = \"http://a\"\n\n[[waivers]]\ncheck = \"response-schema\"\n\
        operation = \"list\"\ncontract = \"/components\"\nat = \"/items/*/total\"\nmessage = \"expected integer\"\n\
        status = 200\ntarget = \"staging\"\nreason = \"it is known\"\nowner = \"team\"\nticket = \"X-1\"\n\
        expires = 2027-01-31\n";

    fn with(old: &str, new: &str) -> Vec<String> {
        assert!(WHOLE.contains(old), "{old}");
        problems(&WHOLE.replace(old, new))
    }

    #[test]
    fn what_is_whole_is_read() {
        assert_eq!(problems(WHOLE), [""; 0]);
        for line in [
            "contract = \"/components\"\n",
            "status = 200\n",
            "ticket = \"X-1\"\n",
        ] {
            assert_eq!(with(line, ""), [""; 0], "{line}");
        }
        assert_eq!(with("target = \"staging\"\n", ""), [""; 0]);
        assert_eq!(with("2027-01-31", "\"2027-01-31\""), [""; 0]);
    }

    #[test]
    fn what_is_wrong_is_told() {
        for (old, new, told) in [
            (
                "response-schema",
                "response-schemas",
                "no check `response-schemas`",
            ),
            (
                "response-schema",
                "success-criteria",
                "what `success-criteria` finds cannot be waived",
            ),
            (
                "/components",
                "components",
                "`components` is no JSON Pointer",
            ),
            (
                "/items/*/total",
                "$.items",
                "`$.items` is no place in an answer",
            ),
            ("status = 200", "status = 99", "99 is no status"),
            ("status = 200", "status = \"200\"", ""),
            ("target = \"staging\"", "target = \"stagin\"", "`stagin`"),
            ("it is known", " ", "`reason` is empty"),
            ("expected integer", "", "`message` is empty"),
            (
                "expires = 2027-01-31",
                "expires = \"soon\"",
                "`soon` is no date",
            ),
            (
                "expires = 2027-01-31",
                "expires = 2027-01-31T10:00:00Z",
                "is no date",
            ),
            ("ticket = \"X-1\"", "tickets = \"X-1\"", "`tickets`"),
        ] {
            let problems = with(old, new);
            assert!(
                problems.len() == 1 && problems[0].contains(told),
                "{new}: {problems:?}"
            );
        }
        for line in [
            "reason = \"it is known\"\n",
            "owner = \"team\"\n",
            "expires = 2027-01-31\n",
        ] {
            assert_eq!(with(line, "").len(), 1, "{line}");
        }
    }

    const CHANGE: &str = "[[waivers]]\nchange = \"allowed-value\"\ncontract = \"/components\"\nnow = \"\\\"b\\\"\"\noperation = \"list\"\n\
        at = \"/name\"\nreason = \"it is known\"\nowner = \"team\"\nexpires = 2027-01-31\n";

    #[test]
    fn a_change_is_waived_by_its_class_and_what_is_there() {
        assert_eq!(problems(CHANGE), [""; 0]);
        assert_eq!(
            problems(&CHANGE.replace("now = \"\\\"b\\\"\"\n", "")),
            [""; 0]
        );
        let other = CHANGE.replace("\\\"b\\\"", "c");
        assert_eq!(problems(&format!("{CHANGE}{other}")), [""; 0]);
        assert_eq!(
            problems(&format!("{CHANGE}{CHANGE}")),
            ["this is waived twice"]
        );
        for (more, told) in [
            ("check = \"media-type\"\n", "a `check` or a `change`"),
            ("message = \"a\"\n", "`message` goes with `check`"),
        ] {
            let problems = problems(&format!("{CHANGE}{more}"));
            assert!(
                problems.len() == 1 && problems[0].contains(told),
                "{problems:?}"
            );
        }
        let (line, place) = ("contract = \"/components\"\n", "/components");
        let elsewhere = CHANGE.replace(place, "/paths");
        assert_eq!(problems(&format!("{CHANGE}{elsewhere}")), [""; 0]);
        for (contract, told) in [
            ("", "names no place in the `contract`"),
            (
                "contract = \"components\"\n",
                "`components` is no JSON Pointer",
            ),
        ] {
            let problems = problems(&CHANGE.replace(line, contract));
            assert!(
                problems.len() == 1 && problems[0].contains(told),
                "{problems:?}"
            );
        }
        for class in [
            "allowed-values",
            "breaking",
            "step-new",
            "waived",
            "unjudged",
        ] {
            let problems = problems(&CHANGE.replace("allowed-value", class));
            assert!(
                problems.len() == 1 && problems[0].contains(class),
                "{problems:?}"
            );
        }
        let finding = with("expected integer", "a\"\nnow = \"b");
        assert!(finding.len() == 1 && finding[0].contains("`now` goes with `change`"));
        let finding = with("response-schema", "approved-snapshot");
        assert!(finding.len() == 1 && finding[0].contains("class of the change"));
    }

    #[test]
    fn the_same_is_waived_once() {
        let (_, one) = WHOLE.split_once("\n\n").expect("an empty line");
        assert_eq!(
            problems(&format!("{WHOLE}\n{one}")),
            ["this is waived twice"]
        );
        let other = one.replace("expected integer", "expected null");
        assert_eq!(problems(&format!("{WHOLE}\n{other}")), [""; 0]);
    }
}
