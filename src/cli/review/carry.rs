//! Decisions are carried out: each for itself, and each is told.

use super::rules;
use crate::change::{ChangeClass, Choice, Decisions, FlowDecisions, RuleDecision};
use crate::cli::Exit;
use crate::cli::settings::Settings;
use crate::cli::waiting::Waiting;
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
            Ok(()) => {
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

/// Carries out a document of decisions: what does not fit any more is refused, one by one.
pub(super) fn apply(
    settings: &Settings,
    mut waiting: Vec<Waiting>,
    decisions: &Decisions,
    insists: bool,
) -> Done {
    let mut refused = Done {
        exit: Exit::Ok,
        told: String::new(),
    };
    let mut unusable = Vec::new();
    for it in &decisions.flows {
        let is_there = waiting.iter().any(|waiting| fits(waiting, it));
        if !is_there {
            match Waiting::brought(settings, it) {
                Ok(Some(brought)) => waiting.push(brought),
                Ok(None) => {}
                Err(told) => {
                    refused.exit = refused.exit.max(told);
                    unusable.push(&it.flow);
                }
            }
        }
    }
    let mut decided = Vec::new();
    for it in decisions
        .flows
        .iter()
        .filter(|it| !unusable.contains(&&it.flow))
    {
        let found = waiting.iter().find(|waiting| fits(waiting, it));
        let found = found.or_else(|| waiting.iter().find(|waiting| waiting.flow == it.flow));
        let (told, help) = match found.map(|found| (found, choose(found, it, insists))) {
            Some((found, Ok(choices))) => {
                decided.push(Decided {
                    waiting: found,
                    choices,
                    rules: it.rules.clone(),
                });
                continue;
            }
            Some((_, Err(why))) => why,
            None => again("nothing of it waits here, and the decisions bring no text"),
        };
        let flow = escape_line(&it.flow);
        let help = match help {
            Help::PlayAgain => {
                format!("play it again: `{} run {flow} --exact`", settings.program())
            }
            Help::Insist => {
                "mend the server or the contract, or insist with `--accept-violations`".to_owned()
            }
        };
        let told = format!("refused: {flow}, {told}\nhelp: {help}\n");
        refused.add(Exit::NeedsReview, &told);
    }
    let done = carry_out(settings, &decided);
    refused.add(done.exit, &done.told);
    refused
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
}

fn again(why: &str) -> (String, Help) {
    (why.to_owned(), Help::PlayAgain)
}

/// What is chosen for each change; or why the decisions are refused.
fn choose(
    waiting: &Waiting,
    decisions: &FlowDecisions,
    insists: bool,
) -> Result<Vec<Option<Choice>>, (String, Help)> {
    let change = waiting.pending.change.as_ref();
    let change = change.ok_or_else(|| again("it has been approved already"))?;
    let choices = decisions.choices(change).map_err(|why| again(&why))?;
    if waiting.pending.is_stale {
        return Err(again("another text was approved since"));
    }
    let mut pairs = change.changes.iter().zip(&choices);
    let breaking = pairs.find(|(change, choice)| {
        **choice == Some(Choice::Accept) && change.judgement.class == ChangeClass::Breaking
    });
    match breaking {
        Some((change, _)) if !insists => {
            let why = format!("{} breaks the contract", escape_line(&change.title));
            Err((why, Help::Insist))
        }
        _ => Ok(choices),
    }
}
