//! The coverage that is kept in a file, so that nothing of it is lost unnoticed.

use std::path::{Path, PathBuf};

use crate::cli::Exit;
use crate::cli::settings::Settings;
use crate::coverage::{Baseline, Change, Covered};
use crate::report::escape_line;
use crate::report::human::count;
use crate::shell::files;

/// The name of the file in the folder of the project.
const FILE: &str = "coverage.json";

/// The largest one, in bytes.
const BASELINE_BYTES_MAX: usize = 64 * 1024 * 1024;

fn usual(settings: &Settings) -> PathBuf {
    match settings.directory.join(FILE).strip_prefix(".") {
        Ok(inside) => inside.to_owned(),
        Err(_) => settings.directory.join(FILE),
    }
}

/// What differs from the file of the project; none when there is no file, or none that can be read, which
/// `coverage --ratchet` tells.
pub(in crate::cli) fn change(settings: &Settings, covered: &Covered) -> Option<Change> {
    let text = files::load_text(&usual(settings), BASELINE_BYTES_MAX).ok()?;
    Some(Baseline::read(&text).ok()?.compare(covered))
}

/// Complains of what is not covered any more, or writes the file anew.
///
/// # Errors
/// With the exit code, when the file is none; told already.
pub(super) fn hold(
    settings: &Settings,
    (path, is_update): (Option<&Path>, bool),
    covered: &Covered,
) -> Result<Exit, Exit> {
    let usual = usual(settings);
    let path = path.unwrap_or(&usual);
    let shown = escape_line(&path.display().to_string()).into_owned();
    let fail = |what: String, help: &str| {
        settings
            .console
            .tell(&format!("error: {what}\nhelp: {help}\n"));
        Exit::Files
    };
    let before = match files::load_text(path, BASELINE_BYTES_MAX) {
        Ok(text) => {
            let read = Baseline::read(&text);
            let read = read.map_err(|why| {
                let why = escape_line(&why.to_string()).into_owned();
                fail(
                    format!("{shown}: {why}"),
                    "take it from the version control, or away",
                )
            });
            Some(read?)
        }
        Err(_) if is_update && !path.exists() => None,
        Err(error) => {
            let what = format!("the coverage that is kept cannot be read: {error}");
            return Err(fail(what, "`--update` writes the file"));
        }
    };
    let change = before.as_ref().map(|it| it.compare(covered));
    if is_update {
        let text = Baseline::updated(before, covered).text();
        return match files::store_if_changed(path, text.as_bytes()) {
            Ok(true) => {
                settings.console.tell(&format!("written: {shown}\n"));
                Ok(Exit::Ok)
            }
            Ok(false) => Ok(Exit::Ok),
            Err(error) => Err(fail(
                format!("{shown} was not written: {error}"),
                "name another path",
            )),
        };
    }
    Ok(tell(settings, &change.unwrap_or_default()))
}

fn tell(settings: &Settings, change: &Change) -> Exit {
    let console = &settings.console;
    for (api, item) in &change.lost {
        let (api, item) = (escape_line(api), escape_line(item));
        console.tell(&format!("lost: {api}: {item}\n"));
    }
    let update = "`--update` keeps what is covered now";
    if !change.lost.is_empty() {
        let lost = count(change.lost.len(), "item");
        console.tell(&format!(
            "error: {lost} covered once and not any more\nhelp: mend the flows; {update}\n"
        ));
        return Exit::Findings;
    }
    if !change.is_none() {
        let (gained, gone) = (count(change.gained, "item"), change.gone);
        console.tell(&format!(
            "note: {gained} more than is kept, {gone} not to be covered any more: {update}\n"
        ));
    }
    Exit::Ok
}
