//! What recorded runs say of the waivers of a project: of each, the newest run that can tell.

use std::collections::{BTreeMap, BTreeSet};

use crate::check::waiver::Waiver;
use crate::cli::records::Records;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::record::{Record, WaiverUse, ends};
use crate::shell::files;

/// How much of a record's end is looked at, in bytes.
const TAIL_BYTES_MAX: usize = 4 * 1024;
/// How much of its begin: it names the waivers.
const HEAD_BYTES_MAX: usize = 1024 * 1024;

/// What is known of a waiver.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Known {
    /// Something was found that it is about.
    Needed,
    /// Nothing was.
    Stale,
    /// Nothing was, but the files of its API have changed since.
    StaleOnce,
}

/// What is known of waivers, by where they are declared.
#[derive(Debug, Default)]
pub(super) struct KnownWaivers(BTreeMap<String, Known>);

impl KnownWaivers {
    /// What one run says.
    pub(super) fn by(project: &Project, record: &Record) -> Self {
        let mut known = Self::default();
        known.add(project, record);
        known
    }

    /// What the runs of the project say, the newest first. A shard alone can tell nothing.
    ///
    /// # Errors
    /// With the exit code, when one cannot be read; told already.
    pub(super) fn newest(settings: &Settings, project: &Project) -> Result<Self, Exit> {
        let apis = project.suite.apis.iter();
        let all: BTreeSet<String> = apis
            .flat_map(|it| &it.settings.waivers)
            .map(Waiver::place)
            .collect();
        let mut known = Self::default();
        let records = Records::new(settings);
        if all.is_empty() {
            return Ok(known);
        }
        for run in records.list()? {
            let edges = files::edges(&run.path, HEAD_BYTES_MAX, TAIL_BYTES_MAX);
            let head = edges.ok().and_then(|(head, tail)| ends(&head, &tail));
            let can_tell = head.is_some_and(|(head, _)| {
                let is_open = |at: &String| all.contains(at) && !known.0.contains_key(at);
                head.shard.is_none() && head.waivers.iter().any(|it| is_open(&it.at))
            });
            if can_tell {
                known.add(project, &records.read(&run.path)?);
            }
            if known.0.len() == all.len() {
                break;
            }
        }
        Ok(known)
    }

    /// What is known of a waiver; nothing where no run can tell.
    pub(super) fn of(&self, waiver: &Waiver) -> Option<Known> {
        self.0.get(&waiver.place()).copied()
    }

    /// Adds what a run says of the waivers of which nothing is known yet.
    fn add(&mut self, project: &Project, record: &Record) {
        let is_whole = record.cases.len() >= record.head.cases;
        for (waiver, told) in super::tally(record).uses() {
            let Some(api) = project.suite.api(&waiver.api) else {
                continue;
            };
            let then = record.head.apis.get(&waiver.api).map(|it| &it.digest);
            let known = match (told, then == Some(&api.digest)) {
                (WaiverUse::Needed, _) => Known::Needed,
                (WaiverUse::Stale, true) if is_whole => Known::Stale,
                (WaiverUse::Stale, false) if is_whole => Known::StaleOnce,
                (WaiverUse::Stale | WaiverUse::Unknown, _) => continue,
            };
            self.0.entry(waiver.at.clone()).or_insert(known);
        }
    }
}
