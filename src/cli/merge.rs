//! `merge`: joins the records of the shards of a run, and comes to what the whole run would have come to.

use super::Exit;
use super::arguments::MergeArguments;
use super::records::{self, Records};
use super::reports::Reports;
use super::settings::Settings;
use super::waivers;
use crate::record::{self, Record, WaiverUse};
use crate::report::escape_line;
use crate::shell::files::FileError;

pub(super) fn merge(settings: &Settings, arguments: &MergeArguments) -> Exit {
    let mut whole = match join(settings, arguments) {
        Ok(whole) => whole,
        Err(exit) => return exit,
    };
    let tally = waivers::tally(&whole);
    let of_cases = Exit::of_code(whole.end.exit);
    let has_stale = tally.uses().any(|(_, told)| told == WaiverUse::Stale);
    if has_stale && of_cases < Exit::NeedsReview {
        whole.end.exit = Exit::NeedsReview.code();
    }
    let mut reports = match Reports::begin(settings, &arguments.report) {
        Ok(reports) => reports,
        Err(exit) => return exit,
    };
    let mut exit = Exit::Ok;
    for case in &whole.cases {
        exit = exit.max(reports.recorded(case, arguments.times));
    }
    exit = exit.max(reports.end(&records::summary(settings, &whole)));
    if let Some(path) = &arguments.output {
        let written = settings.guard.create_private(path).and_then(|mut stream| {
            let written = record::write(&whole, &mut stream);
            written.map_err(|error| FileError::from_io(path, &error))?;
            stream.finish()
        });
        if let Err(error) = written {
            let text = format!("error: the record was not written: {error}\n");
            settings.console.tell(&text);
            exit = exit.max(Exit::Usage);
        }
    }
    records::tell(settings, &whole);
    waivers::tell(settings, &tally, true);
    exit.max(Exit::of_code(whole.end.exit))
}

fn join(settings: &Settings, arguments: &MergeArguments) -> Result<Record, Exit> {
    let records = Records::new(settings);
    let mut parts = Vec::new();
    let mut exit = Exit::Ok;
    // All that cannot be read is told, not the first one.
    for path in &arguments.records {
        match records.read(path) {
            Ok(record) => parts.push((path.display().to_string(), record)),
            Err(it) => exit = exit.max(it),
        }
    }
    if exit != Exit::Ok {
        return Err(exit);
    }
    let heavier = |one, other| Exit::of_code(one).max(Exit::of_code(other)).code();
    record::merge(parts, &heavier).map_err(|error| {
        let why = escape_line(&error.to_string()).into_owned();
        settings.console.tell(&format!(
            "error: the records are not joined: {why}\n\
             help: name one record of each shard of the same run, of the same files\n"
        ));
        Exit::Files
    })
}
