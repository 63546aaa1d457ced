//! Mutants and what became of them, for programs.

use std::borrow::Cow;

use serde_json::{Number, Value, json};

use super::Api;
use crate::mutate::{Derived, Fate, Reach, Score};

/// The version of the document.
const VERSION: u32 = 1;

/// All of it, or what there is of it where somebody asked to stop.
pub(super) fn render(apis: &[Api<'_>], seed: u64, is_stopped: bool) -> String {
    // Without `--list` some were played, and with it none; who stopped it may have waited for the first.
    let is_played = is_stopped || apis.iter().any(|it| !it.fates.is_empty());
    let told: Vec<Value> = apis.iter().map(|it| of_api(it, is_played)).collect();
    let mut document = json!({"version": VERSION, "seed": seed, "apis": told});
    if is_stopped {
        document["stopped"] = Value::Bool(true);
    }
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

/// Where none is played, it is told of each whether flows show it; otherwise nothing of those that were not
/// played before the end.
fn of_api(api: &Api<'_>, is_played: bool) -> Value {
    let tally = api.tally();
    let mut fates = api.fates.iter();
    let mutants: Vec<Value> = api
        .derived
        .iter()
        .map(|it| {
            let fate = match (&it.reach, fates.next()) {
                (_, Some(fate)) => Some(Cow::Borrowed(fate)),
                (Reach::Nowhere(why), None) if !is_played => {
                    Some(Cow::Owned(Fate::Unreachable(why.clone())))
                }
                (Reach::Nowhere(_) | Reach::Flows(_), None) => None,
            };
            mutant(it, fate.as_deref(), api.rules.is_shared())
        })
        .collect();
    let is_unreachable = |it: &&Value| it["fate"] == "unreachable";
    let unreachable = mutants.iter().filter(is_unreachable).count();
    json!({
        "api": api.name,
        "score": score(tally.score),
        "killed": tally.score.killed,
        "killed_by_snapshot_only": tally.score.by_snapshot_only,
        "survived": tally.score.survived,
        "unreachable": unreachable,
        "by": tally.by,
        "mutants": mutants,
    })
}

/// The share in hundredths; null where flows show no mutant.
fn score(score: Score) -> Value {
    let share = score.per_mille().and_then(|it| u32::try_from(it).ok());
    let number = share.and_then(|it| Number::from_f64(f64::from(it) / 10.0));
    number.map_or(Value::Null, Value::Number)
}

/// A mutant; without what became of it where it was not played.
fn mutant(derived: &Derived, fate: Option<&Fate>, is_shared: bool) -> Value {
    let mutant = &derived.mutant;
    let mut told = json!({
        "id": mutant.id,
        "kind": mutant.kind.id(),
        "operation": mutant.operation_id,
        "status": mutant.status.map(|it| it.to_string()),
        "place": mutant.place.as_str(),
    });
    let Value::Object(fields) = &mut told else {
        return told;
    };
    let mut say = |name: &str, value: Value| fields.insert(name.to_owned(), value);
    if matches!(fate, Some(Fate::Killed { .. } | Fate::Survived(_))) {
        say("played", if is_shared { "memory" } else { "live" }.into());
    }
    if let Some(fate) = fate {
        say("fate", fate.word().into());
        match fate {
            Fate::Killed { by, flow } => {
                say("by", by.iter().cloned().collect());
                say("flow", flow.as_str().into());
            }
            Fate::Survived(advice) => drop(say("advice", advice.as_str().into())),
            Fate::Unreachable(why) => drop(say("reason", why.as_str().into())),
        }
    }
    told
}
