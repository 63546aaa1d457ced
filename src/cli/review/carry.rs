//! Decisions are carried out: each for itself, and each is told.

use super::rules;
use crate::change::{ChangeClass, Choice, Decisions, FlowDecisions, RuleDecision, VolatileDraft};
use crate::cli::Exit;
use crate::cli::arguments::RemoteArguments;
use crate::cli::settings::Settings;
use crate::cli::waiting::{Carried, Waiting};
use crate::plan;
use crate::report::escape_line;
use crate::report::human::count;

/// What was decided on one flow.
pub(super) struct Decided<'d> {
    pub(super) waiting: &'d Waiting,
    pub(super) choices: Vec<Option<Choice>>,
    pub(super) rules: Vec<RuleDecision>,
}

/// What carrying out came to.
pub(super) struct Done {
    pub(super) exit: Exit,
    /// What is told of it, line by line.
    pub(super) told: String,
    /// How many flows were refused.
    pub(super) refused: usize,
}

impl Done {
    fn add(&mut self, exit: Exit, told: &str) {
        self.exit = self.exit.max(exit);
        self.told.push_str(told);
    }
}

/// Carries out what was decided on flows.
pub(super) fn carry_out(settings: &Settings, decided: &[Decided<'_>]) -> Done {
    let mut done = Done {
        exit: Exit::Ok,
        told: String::new(),
        refused: 0,
    };
    let mut all = 0;
    for it in decided {
        let of = |choice| it.choices.iter().filter(|it| **it == Some(choice)).count();
        let (accepted, rejected) = (of(Choice::Accept), of(Choice::Reject));
        if accepted + rejected == 0 {
            continue;
        }
        let left = it.choices.len() - accepted - rejected;
        let flow = escape_line(&it.waiting.flow);
        match it.waiting.carry_out(&it.choices) {
            Ok(Carried::Overtaken) => {
                let program = settings.program();
                done.refused += 1;
                done.add(
                    Exit::NeedsReview,
                    &format!(
                        "refused: {flow}, its files have changed in the meantime\nhelp: look at it again: `{program} review {flow} --exact`\n"
                    ),
                );
            }
            Ok(Carried::Done) => {
                all += accepted + rejected;
                let exit = if left > 0 {
                    Exit::NeedsReview
                } else {
                    Exit::Ok
                };
                done.add(
                    exit,
                    &format!("decided: {flow}, {accepted} accepted, {rejected} rejected, {left} to review\n"),
                );
            }
            Err(error) => done.add(Exit::Files, &format!("error: {error}\n")),
        }
    }
    let rules = decided.iter().any(|it| !it.rules.is_empty());
    if rules {
        // A flow with a new rule has to be played again.
        done.exit = done.exit.max(Exit::NeedsReview);
        let (exit, told) = rules::write(settings, decided);
        done.add(exit, &told);
    }
    if all > 0 {
        done.add(Exit::Ok, &format!("{} decided on\n", count(all, "change")));
    } else if !rules {
        done.add(Exit::Ok, "nothing was decided\n");
    }
    done
}

/// Who answers for what breaks the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Insistence {
    /// Nobody: what breaks it is refused.
    None,
    /// Somebody has been asked about every change that breaks it.
    Asked,
    /// Somebody who wants it whatever it is.
    Whatever,
}

/// Carries out a document of decisions: what does not fit any more is refused, one by one.
pub(super) fn apply(
    settings: &Settings,
    mut waiting: Vec<Waiting>,
    decisions: &Decisions,
    insistence: Insistence,
) -> Done {
    let mut refused = Done {
        exit: Exit::Ok,
        told: String::new(),
        refused: 0,
    };
    bring(settings, decisions, &mut waiting, &mut refused);
    let mut decided: Vec<Decided<'_>> = Vec::new();
    for it in &decisions.flows {
        let found = waiting.iter().find(|waiting| fits(waiting, it));
        let found = found.or_else(|| waiting.iter().find(|waiting| waiting.flow == it.flow));
        let is_twice =
            found.is_some_and(|found| decided.iter().any(|it| std::ptr::eq(it.waiting, found)));
        let (told, help) = match found.map(|found| (found, choose(found, it, insistence))) {
            Some(_) if is_twice => again("it is decided on twice"),
            Some((found, Ok(choices))) => {
                decided.push(Decided {
                    waiting: found,
                    choices,
                    rules: it.rules.clone(),
                });
                continue;
            }
            Some((_, Err(why))) => why,
            None => again(
                "nothing of it waits here, and the decisions bring no text of a flow that is here",
            ),
        };
        let flow = escape_line(&it.flow);
        let help = match help {
            Help::PlayAgain => {
                let program = settings.program();
                format!("play it again: `{program} run {flow} --exact`")
            }
            Help::Insist => {
                "mend the server or the contract, or insist with `--accept-violations`".to_owned()
            }
            Help::Bring => {
                "bring the report of the run: `--from REPORT`, or insist with `--accept-violations`"
                    .to_owned()
            }
        };
        refused.refused += 1;
        let told = format!("refused: {flow}, {told}\nhelp: {help}\n");
        refused.add(Exit::NeedsReview, &told);
    }
    let done = carry_out(settings, &decided);
    refused.refused += done.refused;
    refused.add(done.exit, &done.told);
    refused
}

/// Lays the texts that decisions bring along beside what is approved here: those of flows that the
/// project has.
fn bring(settings: &Settings, decisions: &Decisions, waiting: &mut Vec<Waiting>, told: &mut Done) {
    let is_missing = |it: &&FlowDecisions| !waiting.iter().any(|own| own.flow == it.flow);
    let missing: Vec<&FlowDecisions> = decisions.flows.iter().filter(is_missing).collect();
    if missing.iter().all(|it| it.text.is_none()) {
        return;
    }
    let project = match settings.load_project(RemoteArguments::NONE) {
        Ok(project) => project,
        Err(exit) => {
            told.exit = told.exit.max(exit);
            return;
        }
    };
    let scenarios = project.suite.scenarios();
    for it in missing {
        if plan::scenario_of(&scenarios, &it.flow).is_none() {
            continue;
        }
        match Waiting::brought(settings, it) {
            Ok(brought) => waiting.extend(brought),
            Err(exit) => told.exit = told.exit.max(exit),
        }
    }
}

/// Whether the decisions were made on that very text.
fn fits(waiting: &Waiting, decisions: &FlowDecisions) -> bool {
    let change = waiting.pending.change.as_ref();
    waiting.flow == decisions.flow && change.is_some_and(|it| decisions.choices(it).is_ok())
}

/// What to do about decisions that are refused.
enum Help {
    /// Have the flow answer once more.
    PlayAgain,
    /// Say that it is meant.
    Insist,
    /// Bring what was said of the changes.
    Bring,
}

fn again(why: &str) -> (String, Help) {
    (why.to_owned(), Help::PlayAgain)
}

/// What is chosen for each change; or why the decisions are refused.
fn choose(
    waiting: &Waiting,
    decisions: &FlowDecisions,
    insistence: Insistence,
) -> Result<Vec<Option<Choice>>, (String, Help)> {
    let change = waiting.pending.change.as_ref();
    let change = change.ok_or_else(|| again("it has been approved already"))?;
    let choices = decisions.choices(change).map_err(|why| again(&why))?;
    if waiting.pending.is_stale {
        return Err(again("another text was approved since"));
    }
    for rule in &decisions.rules {
        let found = change.changes.iter().find(|it| it.id == rule.change);
        let offered = found.map_or_else(Vec::new, VolatileDraft::offered);
        let is_offered =
            |it: &VolatileDraft| it.at == rule.rule.at && it.header == rule.rule.header;
        if !offered.iter().any(is_offered) {
            return Err(again(
                "one of its rules is for another place than that of its change",
            ));
        }
    }
    let breach = change.approved_breach(&choices);
    match (breach, insistence) {
        (_, Insistence::Whatever) => Ok(choices),
        (Some(_), Insistence::Asked) if change.breach_elsewhere().is_none() => Ok(choices),
        (Some(breach), _) => {
            let place = breach.contract.as_ref();
            let place = place.map_or_else(String::new, |it| format!("{it}: "));
            let why = format!("its answers break the contract: {place}{}", breach.why);
            Err((escape_line(&why).into_owned(), Help::Insist))
        }
        (None, Insistence::None)
            if decisions
                .accepted()
                .any(|it| it == Some(ChangeClass::Breaking)) =>
        {
            let why = "its answers break the contract, as the decisions say themselves";
            Err((why.to_owned(), Help::Insist))
        }
        (None, Insistence::None)
            if !waiting.is_judged() && decisions.accepted().any(|it| it.is_none()) =>
        {
            let why = "nobody has said what the contract says of it";
            Err((why.to_owned(), Help::Bring))
        }
        (None, _) => Ok(choices),
    }
}
