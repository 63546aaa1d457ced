//! `runs`: lists the runs that were recorded.

use std::fmt::Write as _;

use serde_json::json;

use super::Exit;
use super::arguments::{RunsArguments, RunsFormat};
use super::records::Records;
use super::settings::Settings;
use crate::record::{Head, ends};
use crate::report::escape_line;
use crate::shell::files;

/// How much of a file's end is looked at, in bytes.
const TAIL_BYTES_MAX: usize = 4 * 1024;
/// How much of its begin: a command may be long.
const HEAD_BYTES_MAX: usize = 64 * 1024;

pub(super) fn runs(settings: &Settings, arguments: &RunsArguments) -> Exit {
    let runs = match Records::new(settings).list() {
        Ok(runs) => runs,
        Err(exit) => return exit,
    };
    let mut objects = Vec::new();
    let mut lines = String::new();
    for run in runs {
        let edges = files::edges(&run.path, HEAD_BYTES_MAX, TAIL_BYTES_MAX);
        let known = edges.ok().and_then(|(head, tail)| ends(&head, &tail));
        let Some((head, end)) = known else {
            let id = &run.id;
            let text = format!("warning: {id} is no record of this version\n");
            settings.console.tell(&text);
            continue;
        };
        let against = against(&head);
        let _ = writeln!(
            lines,
            "{}  {:<3}  {}  {}",
            run.id,
            end.exit,
            escape_line(&end.told),
            escape_line(&against)
        );
        objects.push(json!({
            "id": run.id,
            "began": head.began,
            "command": format!("{}{}", head.command, head.selection),
            "target": head.target,
            "shard": head.shard.map(|it| it.to_string()),
            "cases": end.cases,
            "exit": end.exit,
            "told": end.told,
            "bytes": run.bytes,
        }));
    }
    match arguments.format {
        RunsFormat::Json => {
            let text = serde_json::to_string_pretty(&objects).unwrap_or_default();
            settings.console.print(&format!("{text}\n"));
        }
        RunsFormat::Human if objects.is_empty() => {
            let program = settings.program();
            let text = format!("no run was recorded yet: `{program} run` records one\n");
            settings.console.tell(&text);
        }
        RunsFormat::Human => settings.console.print(&lines),
    }
    Exit::Ok
}

/// What was played against what, in a few words.
fn against(head: &Head) -> String {
    let mut text = head.target.clone().unwrap_or_else(|| "mocks".to_owned());
    if let Some(shard) = head.shard {
        let _ = write!(text, ", shard {shard}");
    }
    text + &head.selection
}
