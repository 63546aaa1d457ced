//! Whether something documented can fall under each rule on values that change and on arrays without an
//! order, of `api.toml` and of scenarios; whether a rule hides what the contract fixes; whether the
//! contract says enough without it; and whether a law is asked where it is excepted.

mod excepting;
mod hiding;

use super::Rule;
use crate::contract::{Contract, Header, Miss, Operation, Spot, Types};
use crate::json::{Path, Segment, Selector};
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
    kept: Vec<&'r str>,
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
        let kept: Vec<&str> = kept.iter().map(String::as_str).collect();
        // A rule of a workflow or a document is for all steps in it, and need not fall on something in each.
        for rule in rules.volatile.iter() {
            add(
                &mut found,
                rule,
                (contract, operation),
                &kept,
                &step.location,
            );
        }
        for rule in rules.unordered.iter() {
            add(
                &mut arrays,
                rule,
                (contract, operation),
                &kept,
                &step.location,
            );
        }
    }
    problems.extend(found.iter().filter_map(volatile));
    problems.extend(arrays.iter().filter_map(unordered));
    problems.extend(excepting::problems(api));
    problems
}

/// Adds a rule of a step, or another step to a rule.
fn add<'r, R: PartialEq>(
    rules: &mut Vec<Ruled<'r, R>>,
    rule: R,
    (contract, operation): (&'r Contract, &'r Operation),
    kept: &[&'r str],
    location: &Location,
) {
    let is_same = |it: &&mut Ruled<'r, R>| it.rule == rule && std::ptr::eq(it.contract, contract);
    if let Some(same) = rules.iter_mut().find(is_same) {
        same.operations.push(operation);
        same.kept.extend(kept);
    } else {
        rules.push(Ruled {
            rule,
            contract,
            operations: vec![operation],
            kept: kept.to_vec(),
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
            kept: kept_anywhere(api),
            location: place.unwrap_or_else(|| node.clone()).location(),
            rule,
        })
    });
    rules.collect()
}

/// The headers that the settings or some step of a scenario keep: a rule of the settings is for all.
fn kept_anywhere(api: &Api) -> Vec<&str> {
    let steps = api.scenarios.iter().flat_map(|it| &it.steps);
    let own = steps.filter_map(|it| it.snapshot.headers.as_deref());
    let lists = own.chain([api.settings.snapshot.headers.as_slice()]);
    lists.flatten().map(String::as_str).collect()
}

fn volatile<R: std::borrow::Borrow<VolatileRule>>(ruled: &Ruled<'_, R>) -> Option<Problem> {
    let rule = ruled.rule.borrow();
    let found = match &rule.at {
        At::Header(name) => match of_header(ruled, name) {
            Ok(places) => places,
            Err(problem) => return Some(*problem),
        },
        At::Body(path) => match find(ruled.contract, &ruled.operations, path) {
            Found::Open => return None,
            Found::Places(places) => places,
            Found::Nothing(miss) => return Some(stale(ruled, path, miss.as_ref())),
        },
    };
    hiding::blind(ruled, &found).or_else(|| hiding::needless(ruled, &rule.name, &found))
}

fn unordered(ruled: &Ruled<'_, &UnorderedRule>) -> Option<Problem> {
    let path = &ruled.rule.at;
    match find(ruled.contract, &ruled.operations, path) {
        Found::Open => None,
        Found::Places(places) => {
            let spots: Vec<&Spot<'_>> = places.iter().map(|it| &it.spot).collect();
            let arrays = spots.iter().filter(|it| it.types().holds(Types::ARRAY));
            let arrays: Vec<&Spot<'_>> = arrays.copied().collect();
            if arrays.is_empty() {
                let message = format!("nothing can fall under the rule: `{path}` is no array");
                let help = "take the rule away, or mend its path";
                let problem = ruled.warning(ProblemCode::StaleRule, message);
                return Some(problem.with_help(help));
            }
            hiding::blind_order(ruled, &arrays).or_else(|| by_nothing(ruled, &arrays))
        }
        Found::Nothing(miss) => Some(stale(ruled, path, miss.as_ref())),
    }
}

/// That no element has the value by which elements are sorted.
fn by_nothing(ruled: &Ruled<'_, &UnorderedRule>, arrays: &[&Spot<'_>]) -> Option<Problem> {
    let by = ruled.rule.by.as_ref()?;
    let mut first = None;
    for array in arrays {
        // An array that holds nothing has no element to be sorted.
        let Ok(element) = array.child("0") else {
            continue;
        };
        match element.find(&by.segments()) {
            Ok(_) => return None,
            Err(miss) => drop(first.get_or_insert(miss)),
        }
    }
    let miss = first?;
    let message = format!("the rule sorts by nothing: no element has `{by}`");
    Some(missing(ruled, message, Some(&miss)))
}

impl<R> Ruled<'_, R> {
    fn warning(&self, code: ProblemCode, message: String) -> Problem {
        Problem::new(code, self.location.clone(), message).as_warning()
    }
}

/// That nothing can fall under a rule.
fn stale<R>(ruled: &Ruled<'_, R>, path: &Path, miss: Option<&Miss>) -> Problem {
    let message = format!("nothing can fall under the rule: no documented answer has `{path}`");
    missing(ruled, message, miss)
}

/// That a path leads nowhere, with where it ends.
fn missing<R>(ruled: &Ruled<'_, R>, message: String, miss: Option<&Miss>) -> Problem {
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

/// A place that a rule falls on.
struct Fallen<'c> {
    spot: Spot<'c>,
    /// Whether it says for which of several schemas the value around it is meant.
    tells_apart: bool,
}

/// What a path finds in the documented answers.
enum Found<'c> {
    /// There is an answer of which too little is known.
    Open,
    /// These places.
    Places(Vec<Fallen<'c>>),
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
        let root = schema.outline(contract).root();
        match root.find(&segments) {
            Ok(found) => {
                let tells_apart = tells_apart(contract, &root, &segments);
                spots.extend(found.into_iter().map(|spot| Fallen { spot, tells_apart }));
            }
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

/// Whether all that a path can find says for which of several schemas the value around it is meant.
fn tells_apart(contract: &Contract, root: &Spot<'_>, segments: &[Segment]) -> bool {
    let Some((last, before)) = segments.split_last() else {
        return false;
    };
    let [Selector::Name(name)] = last.selectors.as_slice() else {
        return false;
    };
    let Ok(around) = root.find(before) else {
        return false;
    };
    let mut holding = around.iter().filter(|it| it.child(name).is_ok()).peekable();
    !last.descends
        && holding.peek().is_some()
        && holding.all(|it| it.is_told_apart_by(name, contract))
}

/// The documented places of a header; none where one of them says too little, and where a snapshot keeps
/// what nobody documents.
fn of_header<'r, R>(ruled: &Ruled<'r, R>, name: &str) -> Result<Vec<Fallen<'r>>, Box<Problem>> {
    let is_it = |it: &str| it.eq_ignore_ascii_case(name);
    let answers = ruled.operations.iter().flat_map(|it| &it.responses);
    let headers = answers.flat_map(|it| &it.headers);
    let documented: Vec<&Header> = headers.filter(|it| is_it(&it.name)).collect();
    let is_kept = is_it("content-type") || ruled.kept.iter().any(|it| is_it(it));
    if documented.is_empty() && !is_kept {
        let message =
            format!("nothing can fall under the rule: no snapshot keeps the header `{name}`");
        let help = "take the rule away, or add the header to those that snapshots keep";
        let problem = ruled.warning(ProblemCode::StaleRule, message);
        return Err(Box::new(problem.with_help(help)));
    }
    if is_kept {
        // It may come with answers that do not document it.
        return Ok(Vec::new());
    }
    let places = documented.into_iter().map(|header| {
        // A header in JSON is a text, whatever the values in it are.
        let schema = header.schema.as_ref();
        let schema = schema.filter(|_| header.media_type.is_none())?;
        Some(Fallen {
            spot: schema.outline(ruled.contract).root(),
            tells_apart: false,
        })
    });
    Ok(places.collect::<Option<_>>().unwrap_or_default())
}
