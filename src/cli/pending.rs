//! `pending`: what waits for a decision, for people and for programs.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use serde_json::json;

use super::Exit;
use super::arguments::{PendingArguments, PendingFormat};
use super::settings::Settings;
use super::waiting::{Waiting, gather};
use crate::change::{Change, ChangeClass};
use crate::diff::{Hunk, LineKind};
use crate::report::curl::quote;
use crate::report::escape_line;
use crate::report::human::{Palette, change_line, changed_lines, count};
use crate::snapshot::SnapshotChange;

/// How many changes of one flow are listed for people.
const CHANGES_SHOWN_MAX: usize = 50;

/// Lists what waits.
pub(super) fn pending(settings: &Settings, arguments: &PendingArguments) -> Exit {
    let gathered = match gather(settings, &arguments.waiting) {
        Ok(gathered) => gathered,
        Err(exit) => return exit,
    };
    let (exit, waiting) = (gathered.exit(), gathered.waiting);
    if arguments.format == PendingFormat::Json {
        let lines = waiting.iter().map(|it| format!("{}\n", it.as_json()));
        settings.console.print(&lines.collect::<String>());
        return exit;
    }
    list(settings, &waiting, arguments.diff);
    exit
}

/// Tells what waits, and the commands that decide on it.
pub(super) fn list(settings: &Settings, waiting: &[Waiting], with_lines: bool) {
    let palette = settings.console.palette();
    let mut text = String::new();
    for it in waiting {
        it.write(with_lines, &palette, &mut text);
    }
    text.push_str(&groups(waiting));
    settings.console.print(&text);
    let open = waiting.iter().filter(|it| it.open().is_some()).count();
    let stale = waiting.iter().filter(|it| it.pending.is_stale).count();
    if stale > 0 {
        let stale = count(stale, "snapshot");
        settings.console.tell(&format!(
            "{stale} stale, another text was approved since\nhelp: play the flows again, or `{} reject` takes away\n",
            settings.program(),
        ));
    }
    let told = match open {
        0 if stale > 0 => return,
        0 => "nothing waits for a decision\n".to_owned(),
        open => format!(
            "{} to review\n\
             help: `{program} accept` approves, `{program} reject` takes away, `{program} review` decides one by \
             one; name flows to decide on some\n",
            count(open, "snapshot"),
            program = settings.program(),
        ),
    };
    settings.console.tell(&told);
    let mut targets = waiting.iter().filter_map(|it| it.target.as_deref());
    if let Some(target) = targets.next() {
        let target = quote(target);
        let program = settings.program();
        settings.console.tell(&format!(
            "help: `{program} accept --target {target}` approves for that target alone\n"
        ));
    }
}

/// The changes that are the same in several places, the gravest first.
fn groups(waiting: &[Waiting]) -> String {
    let mut groups: BTreeMap<(ChangeClass, String, String), usize> = BTreeMap::new();
    for change in waiting.iter().filter_map(Waiting::open) {
        for it in change.changes.iter().filter(|_| change.approved.is_some()) {
            let class = it.judgement.class;
            let key = (class, it.title.clone(), it.group());
            *groups.entry(key).or_default() += 1;
        }
    }
    groups.retain(|_, places| *places > 1);
    let mut text = String::new();
    for ((class, title, _), places) in groups {
        let title = escape_line(&title);
        writeln!(
            text,
            "group    {} {class}: {title}  in {places} places",
            class.sign()
        )
        .expect("a String takes all");
    }
    text
}

impl Waiting {
    /// What kind of change it is, in a word.
    fn kind(&self) -> &'static str {
        match &self.pending.change {
            _ if self.pending.is_stale => "stale",
            None => "settled",
            Some(change) if change.approved.is_none() => "new",
            Some(_) => "changed",
        }
    }

    /// The lines that differ; none where all are new.
    fn hunks(&self) -> &[Hunk] {
        match self.pending.change.as_ref().map(|it| &it.lines) {
            Some(SnapshotChange::Changed(hunks)) => hunks,
            _ => &[],
        }
    }

    /// The changes, where they are told apart.
    fn changes(&self) -> &[Change] {
        self.pending.change.as_ref().map_or(&[], |it| &it.changes)
    }

    /// How many lines were taken out and put in.
    fn extent(&self) -> (usize, usize) {
        let lines = self.hunks().iter().flat_map(|it| &it.lines);
        let (mut removed, mut added) = (0, 0);
        for line in lines {
            removed += usize::from(line.kind == LineKind::Removed);
            added += usize::from(line.kind == LineKind::Added);
        }
        match self.pending.change.as_ref().map(|it| &it.lines) {
            Some(SnapshotChange::New) => (0, self.pending.file.body.lines().count()),
            _ => (removed, added),
        }
    }

    fn as_json(&self) -> serde_json::Value {
        let (removed, added) = self.extent();
        let changes = self.changes().iter().map(|it| {
            json!({
                "id": it.id,
                "group": it.group(),
                "class": it.judgement.class,
                "title": it.title,
                "step": it.step,
                "place": it.place.to_string(),
                "contract": it.judgement.contract.as_ref().map(ToString::to_string),
                "why": it.judgement.why,
            })
        });
        json!({
            "flow": self.flow,
            "target": self.target,
            "kind": self.kind(),
            "path": self.shown,
            "removed": removed,
            "added": added,
            "changes": changes.collect::<Vec<_>>(),
        })
    }

    fn write(&self, with_lines: bool, palette: &Palette, text: &mut String) {
        let (removed, added) = self.extent();
        let name = self.name();
        let flow = escape_line(&name);
        let mut line = |line: String| writeln!(text, "{line}").expect("a String takes all");
        line(format!("{:<8} {flow}  -{removed} +{added}", self.kind()));
        if self.kind() == "changed" {
            let changes = self.changes();
            for it in changes.iter().take(CHANGES_SHOWN_MAX) {
                line(format!("    {}", change_line(it, palette)));
            }
            if changes.len() > CHANGES_SHOWN_MAX {
                let more = count(changes.len() - CHANGES_SHOWN_MAX, "more change");
                line(format!("    … {more} not listed"));
            }
        }
        if with_lines {
            for it in changed_lines(self.hunks(), palette) {
                line(format!("    {it}"));
            }
        }
    }
}
