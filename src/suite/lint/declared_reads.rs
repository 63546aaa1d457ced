//! Whether the contract declares what expressions and queries read of an answer.

use super::Rule;
use super::awaited;
use super::reading::{Missing, Reader, Reading};
use crate::contract::{Contract, Miss, Response};
use crate::diff::nearest;
use crate::json::Path;
use crate::problem::{Problem, ProblemCode};
use crate::scenario::{
    Condition, Criterion, CriterionKind, Expression, Operand, Pattern, Step, Template, TemplatePart,
};
use crate::source::Location;
use crate::suite::Api;

pub(super) const RULE: Rule = Rule {
    id: "declared-reads",
    summary: "Whether the contract declares what expressions and queries read of an answer.",
    examine,
};

/// How many names a help line lists.
const LISTED_MAX: usize = 8;

fn examine(api: &Api) -> Vec<Problem> {
    let mut problems = Vec::new();
    for scenario in &api.scenarios {
        let reader = Reader { api, scenario };
        for step in &scenario.steps {
            of_step(&reader, step, &mut problems);
        }
        for (_, expression) in &scenario.outputs {
            let found = reader.read(expression);
            complain(
                &found,
                (expression, &scenario.location),
                &api.contract,
                &mut problems,
            );
        }
    }
    problems
}

fn of_step(reader: &Reader<'_>, step: &Step, problems: &mut Vec<Problem>) {
    let contract = &reader.api.contract;
    for (expression, place) in super::sent(step) {
        // An output that reads nothing is told where it is declared.
        if !expression.pointer.is_root() {
            complain(
                &reader.read(expression),
                (expression, place),
                contract,
                problems,
            );
        }
    }
    let Some((contract, operation)) = step.call.operation() else {
        return;
    };
    let answers = awaited::responses(step, operation);
    let mut read = |expression: &Expression, place: &Location, answers: &[&Response]| {
        // Without a documented answer the status is what is wrong.
        if !answers.is_empty() {
            let found = reader.read_answer(expression, (contract, answers));
            complain(&found, (expression, place), contract, problems);
        }
    };
    for (_, expression) in &step.outputs {
        read(expression, &step.location, &answers);
    }
    let all: Vec<&Response> = operation.responses.iter().collect();
    let on_success = step.on_success.iter().flat_map(|it| &it.criteria);
    let on_failure = step.on_failure.iter().flat_map(|it| &it.criteria);
    let met = step.criteria.iter().chain(on_success);
    let judged = met
        .map(|it| (it, &answers))
        .chain(on_failure.map(|it| (it, &all)));
    let mut queries = Vec::new();
    for (criterion, answers) in judged {
        for expression in demanded(criterion) {
            read(expression, &criterion.location, answers);
        }
        queries.push((criterion, answers));
    }
    for (criterion, answers) in queries {
        let found = query(reader, criterion, (contract, answers));
        problems
            .extend(found.map(|miss| told(&criterion.text, &criterion.location, contract, &miss)));
    }
}

/// The expressions of a criterion that are to have a value: what is compared with null need not.
fn demanded(criterion: &Criterion) -> Vec<&Expression> {
    fn of(condition: &Condition) -> Vec<&Expression> {
        let is_null = |it: &Operand| matches!(it, Operand::Literal(serde_json::Value::Null));
        match condition {
            Condition::Any(list) | Condition::All(list) => list.iter().flat_map(of).collect(),
            Condition::Not(inner) => of(inner),
            Condition::Compare(left, _, right) if is_null(left) || is_null(right) => Vec::new(),
            _ => condition.expressions(),
        }
    }
    match &criterion.kind {
        CriterionKind::Simple(condition) => of(condition),
        _ => criterion.expressions(),
    }
}

/// The first name that a query asks for and no answer has.
fn query(
    reader: &Reader<'_>,
    criterion: &Criterion,
    answers: (&Contract, &[&Response]),
) -> Option<Miss> {
    let CriterionKind::JsonPath { context, pattern } = &criterion.kind else {
        return None;
    };
    let segments = match pattern {
        Pattern::Fixed(path) => path.segments(),
        // Values go into quotes or stand for a number; which ones changes no segment.
        Pattern::Template(template) => Path::parse(&filled(template)).ok()?.segments(),
    };
    let Reading::Places(spots) = reader_answer(reader, context, answers) else {
        return None;
    };
    let mut first = None;
    for spot in &spots {
        // A filter at the root is also tried on the value as the only item of a list.
        let rest = segments
            .get(1..)
            .filter(|_| criterion.text.trim_start().starts_with("$[?"));
        let found = spot.find(&segments);
        let Err(miss) = found else { return None };
        if rest.is_some_and(|rest| spot.find(rest).is_ok()) {
            return None;
        }
        first.get_or_insert(miss);
    }
    first
}

fn reader_answer<'r>(
    reader: &Reader<'r>,
    context: &Expression,
    (contract, answers): (&'r Contract, &[&'r Response]),
) -> Reading<'r> {
    reader.read_answer(context, (contract, answers))
}

/// A text with a number in the place of every expression.
fn filled(template: &Template) -> String {
    let part = |part: &TemplatePart| match part {
        TemplatePart::Literal(text) => text.clone(),
        TemplatePart::Expression(_) => "0".to_owned(),
    };
    template.parts().iter().map(part).collect()
}

fn complain(
    reading: &Reading<'_>,
    (expression, place): (&Expression, &Location),
    contract: &Contract,
    problems: &mut Vec<Problem>,
) {
    let Reading::Missing(missing) = reading else {
        return;
    };
    let text = expression.as_str();
    let at = place.of(text).unwrap_or_else(|| place.clone());
    let problem = |what: &str| {
        let message = format!("`{text}` reads {what}");
        Problem::new(ProblemCode::UndeclaredRead, at.clone(), message)
    };
    problems.push(match missing {
        Missing::Place(miss) => told(text, &at, contract, miss),
        Missing::Body(answer) => problem("a body, and the documented answer has none")
            .with_also(contract.location(answer), "this answer")
            .with_help("read something else, or document the body in the contract"),
        Missing::Header(answer) => problem("a header field that the answer does not document")
            .with_also(contract.location(answer), "this answer")
            .with_help("document the header field in the contract")
            .as_warning(),
    });
}

fn told(text: &str, at: &Location, contract: &Contract, miss: &Miss) -> Problem {
    let name = &miss.name;
    let message = match &miss.held_by {
        Some(types) => format!("`{text}` looks for `{name}` in a value of the type {types}"),
        None => format!("`{text}` reads `{name}`, which the contract does not declare"),
    };
    let known = miss.declared.iter().map(String::as_str);
    let help = match nearest(name, known) {
        Some(near) => format!("did you mean `{near}`?"),
        None if miss.declared.is_empty() => "read something else, or mend the contract".to_owned(),
        None => {
            let listed = miss.declared.iter().take(LISTED_MAX);
            let listed: Vec<String> = listed.map(|it| format!("`{it}`")).collect();
            format!("it declares {}", listed.join(", "))
        }
    };
    let at = at.of(text).unwrap_or_else(|| at.clone());
    Problem::new(ProblemCode::UndeclaredRead, at, message)
        .with_also(contract.location(&miss.place), "the schema of the answer")
        .with_help(help)
}
