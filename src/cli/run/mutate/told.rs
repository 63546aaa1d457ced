//! What is told of mutants.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use super::Api;
use super::ground::Ground;
use crate::mutate::{Fate, Reach, Score, Tally};
use crate::plan::Plan;
use crate::report::escape_line;
use crate::report::human::count;

/// How many mutants of one fate are told of one API.
const TOLD_MAX: usize = 200;
/// How many reasons are told for which mutants of one API show nowhere.
const REASONS_MAX: usize = 4;
/// How a reason begins that is a status which never came.
const STATUS: &str = "no flow sees the status ";

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

/// What is said of numbers that are not those of all mutants; nothing where they are.
fn in_part(apis: &[Api<'_>]) -> String {
    let all: usize = apis.iter().map(|it| it.derived.len()).sum();
    let played: usize = apis.iter().map(|it| it.fates.len()).sum();
    if played == all {
        return String::new();
    }
    format!("stopped: what follows is of {played} of {all} mutants alone\n")
}

/// What became of the mutants of each API.
pub(super) fn scores(apis: &[Api<'_>]) -> String {
    let mut text = in_part(apis);
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
    if api.rules.is_shared() {
        text.push_str(
            "  played from memory: with what the target said before; no mutant sent anything\n",
        );
    }
    for (by, number) in &tally.by {
        let _ = writeln!(text, "  {number:>6} by {}", escape_line(by));
    }
    if tally.score.by_snapshot_only > 0 {
        let only = tally.score.by_snapshot_only;
        let _ = writeln!(text, "  {only:>6} killed by snapshot only");
    }
    text.push_str(&unreachable(api));
    text
}

/// Why mutants show nowhere, the most frequent reasons first; statuses that never came are one reason.
fn unreachable(api: &Api<'_>) -> String {
    let mut reasons: Vec<(String, usize)> = Vec::new();
    let whys = || {
        api.fates.iter().filter_map(|it| match it {
            Fate::Unreachable(why) => Some(why.as_str()),
            _ => None,
        })
    };
    let statuses: BTreeSet<&str> = whys().filter_map(|it| it.strip_prefix(STATUS)).collect();
    let statuses: Vec<&str> = statuses.into_iter().collect();
    let of_statuses = format!("{STATUS}{}", statuses.join(", "));
    for why in whys() {
        let why = match why.strip_prefix(STATUS) {
            Some(_) => of_statuses.as_str(),
            None => why,
        };
        match reasons.iter_mut().find(|(it, _)| it == why) {
            Some((_, number)) => *number += 1,
            None => reasons.push((why.to_owned(), 1)),
        }
    }
    reasons.sort_by(|one, other| other.1.cmp(&one.1).then_with(|| one.0.cmp(&other.0)));
    let mut text = String::new();
    for (why, number) in reasons.iter().take(REASONS_MAX) {
        let _ = writeln!(text, "  {number:>6} unreachable: {}", escape_line(why));
    }
    let rest: usize = reasons.iter().skip(REASONS_MAX).map(|(_, it)| it).sum();
    if rest > 0 {
        let _ = writeln!(text, "  {rest:>6} unreachable for other reasons");
    }
    if !reasons.is_empty() {
        text.push_str("         each with its reason: `--list`, or `--json`\n");
    }
    text
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

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::super::baseline::Flows;
    use super::super::json;
    use super::*;
    use crate::mutate::{Rules, derive};
    use crate::openapi;
    use crate::source::Source;

    const CONTRACT: &str = "
openapi: 3.1.1
info: {title: T, version: '1'}
paths:
  /t:
    get:
      operationId: readT
      responses: {'200': {description: it, content: {application/json: {schema: {type: string}}}}}
";

    /// An API with as many mutants as the contract has, of which these were played.
    fn api(fates: Vec<Fate>) -> Api<'static> {
        let source = Source::parse("specs/t/openapi.yaml", CONTRACT.to_owned()).expect("YAML");
        let (contract, problems) = openapi::lower("t", &Arc::new(source));
        assert_eq!(problems, []);
        let rules = Rules::new(&Arc::new(contract.expect("a contract")), true);
        Api {
            name: "t".to_owned(),
            derived: derive(&rules, &[]),
            rules,
            flows: Flows {
                recordings: Vec::new(),
                cases: Vec::new(),
            },
            fates,
        }
    }

    fn unreachable(why: &str) -> Fate {
        Fate::Unreachable(why.to_owned())
    }

    #[test]
    fn what_was_stopped_is_told_as_a_part() {
        let cut = api(vec![unreachable("no flow calls the operation")]);
        let all = cut.derived.len();
        assert!(all > 3);
        let text = scores(&[cut]);
        let mark = format!("stopped: what follows is of 1 of {all} mutants alone\nt\n");
        assert!(text.starts_with(&mark), "{text}");
        let whole = api((0..all).map(|_| unreachable("x")).collect());
        assert!(scores(&[whole]).starts_with("t\n"));
    }

    #[test]
    fn what_is_counted_is_what_the_list_for_programs_says() {
        let all = api(Vec::new()).derived.len();
        for played in [0, 1, all] {
            let api = api((0..played).map(|_| unreachable("x")).collect());
            let text = json::render(&[api], 0, false);
            let told: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            let told = &told["apis"][0];
            let listed = told["mutants"].as_array().expect("a list").iter();
            let listed = listed.filter(|it| it["fate"] == "unreachable").count();
            assert_eq!(told["unreachable"], listed, "{played} played");
            // With none played it is the list of all, and no flow shows any.
            let expected = if played == 0 { all } else { played };
            assert_eq!(listed, expected, "{played} played");
        }
    }

    #[test]
    fn of_what_was_stopped_programs_are_told_so() {
        for (apis, mutants) in [(Vec::new(), 0), (vec![api(Vec::new())], 1)] {
            let text = json::render(&apis, 0, true);
            let told: serde_json::Value = serde_json::from_str(&text).expect("JSON");
            assert_eq!(told["stopped"], true);
            let all = told["apis"].as_array().expect("a list");
            assert_eq!(all.len(), mutants);
            let fate = all.iter().find_map(|it| it["mutants"][0].get("fate"));
            assert_eq!(fate, None, "nothing was played");
        }
    }

    #[test]
    fn reasons_are_grouped_and_few() {
        let mut fates = vec![unreachable("no flow sees the status 500"); 2];
        fates.push(unreachable("no flow sees the status 404"));
        fates.extend(["a", "b", "c", "d", "e"].map(unreachable));
        let text = scores(&[api(fates)]);
        assert!(
            text.contains("       3 unreachable: no flow sees the status 404, 500\n"),
            "{text}"
        );
        assert!(
            text.contains("       2 unreachable for other reasons\n"),
            "{text}"
        );
        assert!(text.contains("`--list`, or `--json`"), "{text}");
    }
}
