//! What a rule hides: what the contract fixes, and what needs no rule. A word is said only where it holds
//! for every place that the rule falls on.

use super::{Fallen, Ruled};
use crate::contract::{Spot, Types};
use crate::problem::{Problem, ProblemCode};
use crate::snapshot;

/// How many values a sentence names.
const VALUES_MAX: usize = 5;

/// That a rule hides what is fixed.
pub(super) fn blind<R>(ruled: &Ruled<'_, R>, found: &[Fallen<'_>]) -> Option<Problem> {
    let each: Option<Vec<(&Spot<'_>, String)>> = found
        .iter()
        .map(|it| Some((&it.spot, what_is_fixed(it)?)))
        .collect();
    let each = each?;
    let (spot, what) = each.first()?;
    Some(told(ruled, spot, format!("the rule hides {what}")))
}

/// That a rule hides an order that means something.
pub(super) fn blind_order<R>(ruled: &Ruled<'_, R>, arrays: &[&Spot<'_>]) -> Option<Problem> {
    let is_fixed = |it: &&Spot<'_>| it.is_tuple() || it.fixed().is_some();
    let first = arrays.first().filter(|_| arrays.iter().all(is_fixed))?;
    let message = "the rule hides an order that the contract fixes".to_owned();
    Some(told(ruled, first, message))
}

/// That the contract says enough without the rule.
pub(super) fn needless<R>(
    ruled: &Ruled<'_, R>,
    name: &str,
    found: &[Fallen<'_>],
) -> Option<Problem> {
    let texts = Types::STRING.or(Types::NULL);
    let first = found.first()?;
    let speaks = |it: &Fallen<'_>| {
        let formats = it.spot.formats()?;
        let is_text = it.spot.types().and(texts) == it.spot.types();
        let mut each = formats.iter();
        (is_text && each.all(|it| snapshot::speaks_for_itself(it, name))).then_some(())
    };
    found.iter().try_for_each(speaks)?;
    let formats = first.spot.formats().unwrap_or_default();
    let format = formats.first().copied().unwrap_or_default();
    let message = format!("the format `{format}` makes the value a symbol without the rule");
    let problem = ruled.warning(ProblemCode::NeedlessRule, message);
    let problem = match first.spot.place() {
        Some(place) => problem.with_also(ruled.contract.location(&place), "it has its format here"),
        None => problem,
    };
    let help = if snapshot::speaks_for_itself(format, "order") {
        "take the rule away"
    } else {
        "take the rule away, or give it a name that says whose the value is"
    };
    Some(problem.with_help(help))
}

/// What of a place the contract fixes.
fn what_is_fixed(fallen: &Fallen<'_>) -> Option<String> {
    let truth = Types::BOOLEAN.or(Types::NULL);
    let types = fallen.spot.types();
    if let Some(values) = fallen.spot.fixed() {
        let listed = values.iter().take(VALUES_MAX).map(ToString::to_string);
        let listed: Vec<String> = listed.collect();
        let more = if values.len() > VALUES_MAX {
            ", .."
        } else {
            ""
        };
        let listed = listed.join(", ");
        return Some(format!("a value that the contract fixes: {listed}{more}"));
    }
    if types.holds(Types::BOOLEAN) && types.and(truth) == types {
        return Some("a boolean, which nobody draws".to_owned());
    }
    let told = "the value by which a `discriminator` tells schemas apart";
    fallen.tells_apart.then(|| told.to_owned())
}

fn told<R>(ruled: &Ruled<'_, R>, spot: &Spot<'_>, message: String) -> Problem {
    let help = "take the rule away, so that a change of the value is seen";
    let problem = ruled.warning(ProblemCode::BlindRule, message);
    let problem = problem.with_help(help);
    match spot.place() {
        Some(place) => problem.with_also(ruled.contract.location(&place), "it is fixed here"),
        None => problem,
    }
}
