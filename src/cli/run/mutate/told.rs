//! What is told of mutants.

use std::fmt::Write as _;

use super::Api;
use super::ground::Ground;
use crate::mutate::{Fate, Reach, Score, Tally};
use crate::plan::Plan;
use crate::report::escape_line;
use crate::report::human::count;

/// How many mutants of one fate are told of one API.
const TOLD_MAX: usize = 200;

impl Api<'_> {
    /// How many were noticed, and by what.
    pub(super) fn tally(&self) -> Tally {
        let mut tally = Tally::default();
        for fate in &self.fates {
            tally.add(fate);
        }
        tally
    }
}

/// What is said before anything is played.
pub(super) fn heading(plan: &Plan, ground: &Ground) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let flows = count(plan.cases.len(), "flow");
    let mut text = format!("countersign {version}: {flows}, played once and then with mutants\n");
    let places = ground.stage.iter().flat_map(|it| &it.places);
    for (api, place) in places {
        let _ = writeln!(
            text,
            "  {:<20} {}{}",
            escape_line(api),
            place.site.url,
            place.remark
        );
    }
    text
}

/// The mutants, and where they show.
pub(super) fn list(apis: &[Api<'_>]) -> String {
    let mut text = String::new();
    for api in apis {
        for derived in &api.derived {
            let (name, id) = (escape_line(&api.name), escape_line(&derived.mutant.id));
            let where_to = match &derived.reach {
                Reach::Flows(_) => String::new(),
                Reach::Nowhere(why) => format!("  (unreachable: {})", escape_line(why)),
            };
            let _ = writeln!(text, "{name}: {id}{where_to}");
        }
    }
    text
}

/// What became of the mutants of each API.
pub(super) fn scores(apis: &[Api<'_>]) -> String {
    let mut text = String::new();
    for api in apis {
        text.push_str(&of_api(api));
    }
    if apis.len() > 1 {
        let mut all = Tally::default();
        for fate in apis.iter().flat_map(|it| &it.fates) {
            all.add(fate);
        }
        let _ = writeln!(text, "all\n{}", numbers(all.score));
    }
    text
}

fn of_api(api: &Api<'_>) -> String {
    let tally = api.tally();
    let mut text = format!("{}\n", escape_line(&api.name));
    let fates = || api.derived.iter().map(|it| &it.mutant).zip(&api.fates);
    let survivors = fates().filter_map(|(mutant, fate)| match fate {
        Fate::Survived(advice) => Some((mutant, advice)),
        _ => None,
    });
    for (mutant, advice) in survivors.take(TOLD_MAX) {
        let (id, advice) = (escape_line(&mutant.id), escape_line(advice));
        let _ = writeln!(text, "    SURVIVED {id}\n      · {}", mutant.summary());
        let _ = writeln!(text, "      └ {advice}");
    }
    let more = tally.score.survived.saturating_sub(TOLD_MAX);
    if more > 0 {
        let _ = writeln!(text, "             … {more} more");
    }
    let _ = writeln!(text, "{}", numbers(tally.score));
    for (by, number) in &tally.by {
        let _ = writeln!(text, "  {number:>6} by {}", escape_line(by));
    }
    if tally.score.by_snapshot_only > 0 {
        let only = tally.score.by_snapshot_only;
        let _ = writeln!(text, "  {only:>6} killed by snapshot only");
    }
    for (why, number) in unreachable(api) {
        let _ = writeln!(text, "  {number:>6} unreachable: {}", escape_line(&why));
    }
    text
}

/// Why mutants show nowhere, the most frequent reason first.
fn unreachable(api: &Api<'_>) -> Vec<(String, usize)> {
    let mut reasons: Vec<(String, usize)> = Vec::new();
    for fate in &api.fates {
        if let Fate::Unreachable(why) = fate {
            match reasons.iter_mut().find(|(it, _)| it == why) {
                Some((_, number)) => *number += 1,
                None => reasons.push((why.clone(), 1)),
            }
        }
    }
    reasons.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    reasons
}

fn numbers(score: Score) -> String {
    format!(
        "  {}: {} killed, {} survived, {} unreachable; score {}",
        count(score.mutants(), "mutant"),
        score.killed,
        score.survived,
        score.unreachable,
        percent(score)
    )
}

/// The share of those that were noticed, with a digit behind the point, rounded down.
pub(super) fn percent(score: Score) -> String {
    match score.per_mille() {
        Some(share) => format!("{}.{}%", share / 10, share % 10),
        None => "none".to_owned(),
    }
}
