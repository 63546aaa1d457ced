//! Whether something documented can fall under each rule of `api.toml` on values that change, and
//! whether a rule hides what the contract fixes.

use super::Rule;
use crate::contract::{Contract, Miss, Operation, Spot};
use crate::json::Path;
use crate::problem::{Node, Problem, ProblemCode};
use crate::scenario::{At, VolatileRule};
use crate::suite::{Api, settings};

pub(super) const RULE: Rule = Rule {
    id: "settled-rules",
    summary: "Whether rules on values that change fall on something, and on nothing that is fixed.",
    examine,
};

fn examine(api: &Api) -> Vec<Problem> {
    let Some(source) = &api.settings_source else {
        return Vec::new();
    };
    // What is wrong by itself has been told when the settings were read.
    let mut elsewhere = Vec::new();
    let nodes = Node::root(source).get_items("volatile", &mut elsewhere);
    let rules = nodes.iter().filter_map(|node| {
        let rule = settings::volatile(node, &mut elsewhere)?;
        of_rule(&api.contract, node, &rule)
    });
    rules.collect()
}

fn of_rule(contract: &Contract, node: &Node<'_>, rule: &VolatileRule) -> Option<Problem> {
    let all = contract.operations.iter();
    let operations: Vec<&Operation> = all
        .filter(|it| rule.operation.as_ref().is_none_or(|name| *name == it.id))
        .collect();
    let path = match &rule.at {
        At::Body(path) => path,
        At::Header(name) => return of_header(&operations, node, name),
    };
    let place = node.get("at").unwrap_or_else(|| node.clone());
    match find(contract, &operations, path) {
        Found::Open => None,
        Found::Places(spots) => {
            let fixed = spots.iter().find(|spot| spot.fixed().is_some())?;
            let all_fixed = spots.iter().all(|spot| spot.fixed().is_some());
            let values = fixed.fixed().unwrap_or_default();
            let listed: Vec<String> = values
                .iter()
                .take(VALUES_MAX)
                .map(ToString::to_string)
                .collect();
            let also = contract.location(&fixed.place()?);
            let problem = place
                .problem(
                    ProblemCode::BlindRule,
                    format!(
                        "the rule hides a value that the contract fixes: {}",
                        listed.join(", ")
                    ),
                )
                .with_also(also, "it is fixed here")
                .with_help("take the rule away, so that a change of the value is seen")
                .as_warning();
            all_fixed.then_some(problem)
        }
        Found::Nothing(miss) => {
            let message =
                format!("nothing can fall under the rule: no documented answer has `{path}`");
            let problem = place.problem(ProblemCode::StaleRule, message).as_warning();
            let near = miss.as_ref().and_then(|miss| {
                crate::diff::nearest(&miss.name, miss.declared.iter().map(String::as_str))
            });
            let help = match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => "take the rule away, or mend its path".to_owned(),
            };
            let problem = problem.with_help(help);
            Some(match &miss {
                Some(miss) => {
                    problem.with_also(contract.location(&miss.place), "the nearest schema")
                }
                None => problem,
            })
        }
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

fn of_header(operations: &[&Operation], node: &Node<'_>, name: &str) -> Option<Problem> {
    // A header that no answer documents is kept only by `[snapshot] headers`.
    let mut documented = operations
        .iter()
        .flat_map(|it| &it.responses)
        .flat_map(|it| &it.headers);
    let kept = Node::root(node.source())
        .get("snapshot")
        .and_then(|it| it.get("headers"));
    let kept = kept.and_then(|it| it.value().as_array());
    let is_kept = kept.into_iter().flatten().any(|it| {
        let text = it.as_str();
        text.is_some_and(|text| text.eq_ignore_ascii_case(name))
    });
    if is_kept
        || name.eq_ignore_ascii_case("content-type")
        || documented.any(|it| it.name.eq_ignore_ascii_case(name))
    {
        return None;
    }
    let place = node.get("header").unwrap_or_else(|| node.clone());
    let message = format!("nothing can fall under the rule: no snapshot keeps the header `{name}`");
    Some(
        place
            .problem(ProblemCode::StaleRule, message)
            .with_help("take the rule away, or add the header to `[snapshot] headers`")
            .as_warning(),
    )
}
