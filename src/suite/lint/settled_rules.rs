//! Whether something documented can fall under each rule on values that change and on arrays without an
//! order, of `api.toml` and of scenarios; and whether a rule hides what the contract fixes.

use super::Rule;
use crate::contract::{Contract, Miss, Operation, Spot, Types};
use crate::json::Path;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{At, UnorderedRule, VolatileRule};
use crate::source::Location;
use crate::suite::{Api, settings};

pub(super) const RULE: Rule = Rule {
    id: "settled-rules",
    summary: "Whether rules on values that change fall on something, and on nothing that is fixed.",
    examine,
};

/// A rule with what it is for.
struct Ruled<'r, R> {
    rule: R,
    contract: &'r Contract,
    /// The operations whose answers it is for.
    operations: Vec<&'r Operation>,
    /// The headers that snapshots keep there besides the documented ones.
    kept: &'r [String],
    location: Location,
}

fn examine(api: &Api) -> Vec<Problem> {
    let mut problems: Vec<Problem> = of_settings(api).iter().filter_map(volatile).collect();
    let mut found: Vec<Ruled<'_, &VolatileRule>> = Vec::new();
    let mut arrays: Vec<Ruled<'_, &UnorderedRule>> = Vec::new();
    for step in api.scenarios.iter().flat_map(|it| &it.steps) {
        let Some((contract, operation)) = step.call.operation() else {
            continue;
        };
        let rules = &step.snapshot;
        let kept = rules.headers.as_deref();
        let kept = kept.unwrap_or(&api.settings.snapshot.headers);
        // A rule of a workflow or a document is for all steps in it, and need not fall on something in each.
        for rule in rules.volatile.iter() {
            add(
                &mut found,
                rule,
                (contract, operation),
                kept,
                &step.location,
            );
        }
        for rule in rules.unordered.iter() {
            add(
                &mut arrays,
                rule,
                (contract, operation),
                kept,
                &step.location,
            );
        }
    }
    problems.extend(found.iter().filter_map(volatile));
    problems.extend(arrays.iter().filter_map(unordered));
    problems
}

/// Adds a rule of a step, or another step to a rule.
fn add<'r, R: PartialEq>(
    rules: &mut Vec<Ruled<'r, R>>,
    rule: R,
    (contract, operation): (&'r Contract, &'r Operation),
    kept: &'r [String],
    location: &Location,
) {
    let is_same = |it: &&mut Ruled<'r, R>| it.rule == rule && std::ptr::eq(it.contract, contract);
    if let Some(same) = rules.iter_mut().find(is_same) {
        same.operations.push(operation);
    } else {
        rules.push(Ruled {
            rule,
            contract,
            operations: vec![operation],
            kept,
            location: location.clone(),
        });
    }
}

/// The rules of `api.toml`.
fn of_settings(api: &Api) -> Vec<Ruled<'_, VolatileRule>> {
    let Some(source) = &api.settings_source else {
        return Vec::new();
    };
    // What is wrong by itself has been told when the settings were read.
    let mut elsewhere = Vec::new();
    let nodes = Node::root(source).get_items("volatile", &mut elsewhere);
    let rules = nodes.iter().filter_map(|node| {
        let rule = settings::volatile(node, &mut elsewhere)?;
        let place = node.get("at").or_else(|| node.get("header"));
        let is_meant = |it: &&Operation| rule.operation.as_ref().is_none_or(|name| *name == it.id);
        Some(Ruled {
            contract: &api.contract,
            operations: api.contract.operations.iter().filter(is_meant).collect(),
            kept: &api.settings.snapshot.headers,
            location: place.unwrap_or_else(|| node.clone()).location(),
            rule,
        })
    });
    rules.collect()
}

fn volatile<R: std::borrow::Borrow<VolatileRule>>(ruled: &Ruled<'_, R>) -> Option<Problem> {
    match &ruled.rule.borrow().at {
        At::Header(name) => of_header(ruled, name),
        At::Body(path) => match find(ruled.contract, &ruled.operations, path) {
            Found::Open => None,
            Found::Places(spots) => blind(ruled, &spots),
            Found::Nothing(miss) => Some(stale(ruled, path, miss.as_ref())),
        },
    }
}

fn unordered(ruled: &Ruled<'_, &UnorderedRule>) -> Option<Problem> {
    let path = &ruled.rule.at;
    match find(ruled.contract, &ruled.operations, path) {
        Found::Open => None,
        Found::Places(spots) => {
            let is_array = |spot: &Spot<'_>| spot.types().holds(Types::ARRAY);
            (!spots.iter().any(is_array)).then(|| {
                let message = format!("nothing can fall under the rule: `{path}` is no array");
                let help = "take the rule away, or mend its path";
                ruled
                    .warning(ProblemCode::StaleRule, message)
                    .with_help(help)
            })
        }
        Found::Nothing(miss) => Some(stale(ruled, path, miss.as_ref())),
    }
}

impl<R> Ruled<'_, R> {
    fn warning(&self, code: ProblemCode, message: String) -> Problem {
        Problem::new(code, self.location.clone(), message).as_warning()
    }
}

/// That a rule hides what is fixed, when all that it falls on is.
fn blind<R>(ruled: &Ruled<'_, R>, spots: &[Spot<'_>]) -> Option<Problem> {
    let fixed = spots.iter().find(|spot| spot.fixed().is_some())?;
    let all_fixed = spots.iter().all(|spot| spot.fixed().is_some());
    let values = fixed.fixed().unwrap_or_default();
    let listed = values.iter().take(VALUES_MAX).map(ToString::to_string);
    let listed: Vec<String> = listed.collect();
    let message = format!(
        "the rule hides a value that the contract fixes: {}",
        listed.join(", ")
    );
    let also = ruled.contract.location(&fixed.place()?);
    let problem = ruled
        .warning(ProblemCode::BlindRule, message)
        .with_also(also, "it is fixed here")
        .with_help("take the rule away, so that a change of the value is seen");
    all_fixed.then_some(problem)
}

/// That nothing can fall under a rule.
fn stale<R>(ruled: &Ruled<'_, R>, path: &Path, miss: Option<&Miss>) -> Problem {
    let message = format!("nothing can fall under the rule: no documented answer has `{path}`");
    let near = miss.and_then(|miss| {
        crate::diff::nearest(&miss.name, miss.declared.iter().map(String::as_str))
    });
    let help = match near {
        Some(near) => format!("did you mean `{near}`?"),
        None => "take the rule away, or mend its path".to_owned(),
    };
    let problem = ruled
        .warning(ProblemCode::StaleRule, message)
        .with_help(help);
    match miss {
        Some(miss) => problem.with_also(ruled.contract.location(&miss.place), "the nearest schema"),
        None => problem,
    }
}

/// How many values a sentence names.
const VALUES_MAX: usize = 5;

/// What a path finds in the documented answers.
enum Found<'c> {
    /// There is an answer of which too little is known.
    Open,
    /// These places.
    Places(Vec<Spot<'c>>),
    /// Nothing; with what is missing in the first answer that has a schema.
    Nothing(Option<Miss>),
}

fn find<'c>(contract: &'c Contract, operations: &[&'c Operation], path: &Path) -> Found<'c> {
    let segments = path.segments();
    let (mut spots, mut first) = (Vec::new(), None);
    let responses = operations.iter().flat_map(|it| &it.responses);
    for content in responses.flat_map(|it| &it.content) {
        let media_type = content.range.as_media_type();
        if media_type.is_some_and(|it| !it.is_json()) {
            continue;
        }
        let Some(schema) = &content.schema else {
            return Found::Open;
        };
        match schema.outline(contract).root().find(&segments) {
            Ok(found) => spots.extend(found),
            Err(miss) => {
                // The answer that declares most is the one that was meant.
                let is_nearer = |held: &Miss| held.declared.len() < miss.declared.len();
                if first.as_ref().is_none_or(is_nearer) {
                    first = Some(miss);
                }
            }
        }
    }
    if spots.is_empty() {
        Found::Nothing(first)
    } else {
        Found::Places(spots)
    }
}

fn of_header<R>(ruled: &Ruled<'_, R>, name: &str) -> Option<Problem> {
    let answers = ruled.operations.iter().flat_map(|it| &it.responses);
    let mut documented = answers
        .flat_map(|it| &it.headers)
        .map(|it| it.name.as_str());
    let mut kept = ruled.kept.iter().map(String::as_str);
    let is_it = |it: &str| it.eq_ignore_ascii_case(name);
    if is_it("content-type") || kept.any(is_it) || documented.any(is_it) {
        return None;
    }
    let message = format!("nothing can fall under the rule: no snapshot keeps the header `{name}`");
    let help = "take the rule away, or add the header to those that snapshots keep";
    Some(
        ruled
            .warning(ProblemCode::StaleRule, message)
            .with_help(help),
    )
}
