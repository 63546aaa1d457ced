//! `accept`, `reject`: decisions about snapshots that wait for one, without playing anything and without
//! a terminal.
//!
//! What is stale, because another text was approved since it was written, is never approved. What breaks
//! the contract is approved only when somebody insists.

use std::fmt::Write as _;

use super::Exit;
use super::arguments::{AcceptArguments, RejectArguments};
use super::settings::Settings;
use super::waiting::{Carried, Waiting, gather};
use crate::change::{ChangeClass, Choice, FlowChange, Judgement};
use crate::report::curl::quote;
use crate::report::escape_line;
use crate::report::human::count;
use crate::shell::files::{self, FileError};

/// Approves what waits.
pub(super) fn accept(settings: &Settings, arguments: &AcceptArguments) -> Exit {
    if arguments.unreferenced {
        return remove_unreferenced(settings, arguments);
    }
    let gathered = match gather(settings, &arguments.waiting) {
        Ok(gathered) => gathered,
        Err(exit) => return exit,
    };
    let exit = gathered.exit();
    let mut waiting = match &arguments.target {
        Some(target) => match of_target(settings, gathered.waiting, target) {
            Ok(waiting) => waiting,
            Err(exit) => return exit,
        },
        None => gathered.waiting,
    };
    waiting.retain(|it| {
        let change = it.pending.change.as_ref();
        !arguments.new_only || change.is_some_and(|it| it.approved.is_none())
    });
    let decided = decide(settings, &waiting, |it| {
        if it.pending.is_stale {
            return Ok(Decided::Stale);
        }
        let Some(change) = &it.pending.change else {
            return Ok(Decided::done(it.take_away()?, "approved"));
        };
        if arguments.allowed_only {
            return accept_allowed(it, change);
        }
        let choices = change.all_accepted();
        if change.approved_breach(&choices).is_some() && !arguments.accept_violations {
            return Ok(Decided::Refused(breaches(change)));
        }
        Ok(Decided::done(it.carry_out(&choices)?, "approved"))
    });
    exit.max(decided)
}

/// What a target answered, to be decided on for it alone.
fn of_target(
    settings: &Settings,
    waiting: Vec<Waiting>,
    target: &str,
) -> Result<Vec<Waiting>, Exit> {
    let own = waiting.into_iter();
    let own = own.filter(|it| it.target.as_deref() == Some(target));
    let own: Vec<Waiting> = own.map(Waiting::for_target_alone).collect();
    if own.is_empty() {
        settings.console.tell(&format!(
            "error: nothing that waits was answered by the target `{}`\nhelp: play the flows there: `{} run --target {}`\n",
            escape_line(target),
            settings.program(),
            quote(target),
        ));
        return Err(Exit::NothingSelected);
    }
    Ok(own)
}

/// Approves the changes that the contract allows; the others wait on.
fn accept_allowed(waiting: &Waiting, change: &FlowChange) -> Result<Decided, FileError> {
    let choice = |class: ChangeClass| class.is_allowed().then_some(Choice::Accept);
    let changes = change.changes.iter();
    let choices: Vec<_> = changes.map(|it| choice(it.judgement.class)).collect();
    let taken = choices.iter().flatten().count();
    if taken == 0 {
        return Ok(Decided::Left);
    }
    if change.approved_breach(&choices).is_some() {
        return Ok(Decided::Refused(breaches(change)));
    }
    Ok(
        match (waiting.carry_out(&choices)?, choices.len() - taken) {
            (Carried::Done, left) if left > 0 => Decided::Partly(taken, left),
            (carried, _) => Decided::done(carried, "approved"),
        },
    )
}

/// What of a flow's answers breaks the contract, a line each.
fn breaches(change: &FlowChange) -> Vec<String> {
    let breaking = change.changes.iter().map(|it| &it.judgement);
    let breaking = breaking.filter(|it| it.class == ChangeClass::Breaking);
    let mut told: Vec<&Judgement> = Vec::new();
    for judgement in change.breaches.iter().chain(breaking) {
        if !told.contains(&judgement) {
            told.push(judgement);
        }
    }
    let line = |it: &Judgement| match &it.contract {
        Some(place) => format!("{place}: {}", it.why),
        None => it.why.clone(),
    };
    told.into_iter().map(line).collect()
}

/// Takes away what waits, also what is no snapshot.
pub(super) fn reject(settings: &Settings, arguments: &RejectArguments) -> Exit {
    let gathered = match gather(settings, &arguments.waiting) {
        Ok(gathered) => gathered,
        Err(exit) => return exit,
    };
    let mut exit = decide(settings, &gathered.waiting, |it| {
        Ok(Decided::done(it.take_away()?, "rejected"))
    });
    for path in &gathered.broken {
        let name = path
            .file_name()
            .and_then(|it| it.to_str())
            .unwrap_or_default();
        let name = name.trim_end_matches(".snap.new");
        let words = &arguments.waiting.words;
        if !words
            .iter()
            .any(|it| it.ends_with(name) && !name.is_empty())
            && !words.is_empty()
        {
            exit = exit.max(Exit::Files);
            continue;
        }
        match files::remove(path) {
            Ok(_) => {
                let name = escape_line(&path.display().to_string()).into_owned();
                settings.console.tell(&format!("removed: {name}\n"));
            }
            Err(error) => {
                exit = exit.max(Exit::Files);
                settings.console.tell(&format!("error: {error}\n"));
            }
        }
    }
    exit
}

/// What became of a decision.
enum Decided {
    /// It was made; the word for it.
    Done(&'static str),
    /// It was made on so many changes, and not on so many.
    Partly(usize, usize),
    /// There was nothing to decide on.
    Left,
    /// It was not made: what waits is stale.
    Stale,
    /// It was not made: a file has changed in the meantime.
    Overtaken,
    /// It was not made: the answers break the contract.
    Refused(Vec<String>),
}

impl Decided {
    /// What a decision came to on the disk; the word for it.
    fn done(carried: Carried, word: &'static str) -> Self {
        match carried {
            Carried::Done => Self::Done(word),
            Carried::Overtaken => Self::Overtaken,
        }
    }
}

/// Decides on each snapshot that waits, and tells of each.
fn decide(
    settings: &Settings,
    waiting: &[Waiting],
    decide: impl Fn(&Waiting) -> Result<Decided, FileError>,
) -> Exit {
    let (mut decided, mut exit) = (0, Exit::Ok);
    for it in waiting {
        let (text, told) = match decide(it) {
            Ok(done) => {
                decided += usize::from(matches!(done, Decided::Done(_) | Decided::Partly(..)));
                tell(settings, it, &done)
            }
            Err(error) => (format!("error: {error}\n"), Exit::Files),
        };
        exit = exit.max(told);
        settings.console.tell(&text);
    }
    let decided = match decided {
        0 => "nothing was decided".to_owned(),
        some => format!("{} decided", count(some, "snapshot")),
    };
    settings.console.tell(&format!("{decided}\n"));
    exit
}

/// What is told of a decision, and the exit code that it asks for.
fn tell(settings: &Settings, waiting: &Waiting, decided: &Decided) -> (String, Exit) {
    let program = settings.program();
    let name = waiting.name();
    let (name, flow) = (escape_line(&name), escape_line(&waiting.flow));
    match decided {
        Decided::Done(word) => (format!("{word}: {name}\n"), Exit::Ok),
        Decided::Partly(taken, left) => {
            let taken = count(*taken, "change");
            let text = format!("approved: {name}, {taken}; {left} to review\n");
            (text, Exit::NeedsReview)
        }
        Decided::Left => {
            let text = format!("left: {name}, the contract allows none of its changes\n");
            (text, Exit::NeedsReview)
        }
        Decided::Stale => {
            let target = waiting.target.as_ref();
            let target = target.map(|it| format!(" --target {}", quote(it)));
            let target = target.unwrap_or_default();
            let text = format!(
                "stale: {name}, another text was approved since\n\
                 help: play it again: `{program} run {flow} --exact{target}`, or `{program} reject {flow} --exact`\n"
            );
            (text, Exit::NeedsReview)
        }
        Decided::Overtaken => {
            let text = format!(
                "left: {flow}, its files have changed in the meantime\nhelp: look at it again: `{program} pending --diff`\n"
            );
            (text, Exit::NeedsReview)
        }
        Decided::Refused(breaches) => {
            let mut text = format!("refused: {name}, its answers break the contract\n");
            for breach in breaches {
                writeln!(text, "  {}", escape_line(breach)).expect("a String takes all");
            }
            text.push_str(
                "help: mend the server or the contract and play it again, or insist with `--accept-violations`\n",
            );
            (text, Exit::Findings)
        }
    }
}

/// Removes the approved snapshots that no flow has any more, and those of layers that say nothing of
/// their own.
fn remove_unreferenced(settings: &Settings, arguments: &AcceptArguments) -> Exit {
    let project = match settings.load_project(arguments.remote) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let mut names = project.unreferenced();
    names.extend(project.needless());
    names.sort_unstable();
    names.dedup();
    let mut exit = Exit::Ok;
    for name in &names {
        let path = project.root.join("snapshots").join(format!("{name}.snap"));
        let told = match files::remove(&path) {
            Ok(_) => format!("removed: snapshots/{}.snap\n", escape_line(name)),
            Err(error) => {
                exit = Exit::Files;
                format!("error: {error}\n")
            }
        };
        settings.console.tell(&told);
    }
    if names.is_empty() {
        let text = "nothing was removed: every approved snapshot has a flow\n";
        settings.console.tell(text);
    }
    exit
}
