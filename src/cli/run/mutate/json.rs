//! Mutants and what became of them, for programs.

use serde_json::{Number, Value, json};

use super::Api;
use crate::mutate::{Derived, Fate, Reach, Score};

/// The version of the document.
const VERSION: u32 = 1;

/// All of it.
pub(super) fn render(apis: &[Api<'_>], seed: u64) -> String {
    let told: Vec<Value> = apis.iter().map(of_api).collect();
    let mut document = json!({"version": VERSION, "seed": seed, "apis": told});
    // Without `--list` some were played, and with it none.
    let is_cut = |it: &Api<'_>| it.fates.len() < it.derived.len();
    let is_played = apis.iter().any(|it| !it.fates.is_empty());
    if is_played && apis.iter().any(is_cut) {
        document["stopped"] = Value::Bool(true);
    }
    serde_json::to_string_pretty(&document).unwrap_or_default() + "\n"
}

fn of_api(api: &Api<'_>) -> Value {
    let tally = api.tally();
    let mut fates = api.fates.iter();
    let mutants: Vec<Value> = api
        .derived
        .iter()
        .map(|it| mutant(it, fates.next(), api.rules.is_shared()))
        .collect();
    json!({
        "api": api.name,
        "score": score(tally.score),
        "killed": tally.score.killed,
        "killed_by_snapshot_only": tally.score.by_snapshot_only,
        "survived": tally.score.survived,
        "unreachable": tally.score.unreachable,
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
    match (fate, &derived.reach) {
        (Some(fate), _) => {
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
        (None, Reach::Nowhere(why)) => {
            say("fate", "unreachable".into());
            say("reason", why.as_str().into());
        }
        (None, Reach::Flows(_)) => {}
    }
    told
}
