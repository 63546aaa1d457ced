//! Where runs are recorded: `.countersign/runs` in the project's folder, a file for each.
//!
//! The newest ones are kept, within limits of number, age and size. Several runs may be under way in one
//! folder: a file appears whole when its run ends, and whoever takes old ones away finds some gone
//! already.

use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use jiff::tz::TimeZone;

use super::files::{self, FileError, Guard, Stream};
use crate::digest::Digest;

/// How many runs are kept.
const KEPT_MAX: usize = 50;
/// How long a run is kept.
const KEPT_AGE_MAX: Duration = Duration::from_hours(30 * 24);
/// How much room the runs may take together, in bytes.
const KEPT_BYTES_MAX: u64 = 500 * 1024 * 1024;

/// The ending of their names.
const ENDING: &str = ".jsonl";

/// The folder of the runs of a project.
#[derive(Debug, Clone)]
pub struct Runs {
    root: PathBuf,
}

/// The file of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunFile {
    /// The name that the run is called by; later ones are greater.
    pub id: String,
    /// Where it is.
    pub path: PathBuf,
    /// Its size, in bytes.
    pub bytes: u64,
    /// How old it is.
    pub age: Duration,
}

impl Runs {
    /// Those of the project in this folder.
    pub fn of(root: &Path) -> Self {
        Self {
            root: root.to_owned(),
        }
    }

    /// Begins the file of a run, with the name that it will have.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn begin(&self, now: Timestamp, guard: &Guard) -> Result<(String, Stream), FileError> {
        let folder = files::own_folder(&self.root)?.join("runs");
        let id = id(now);
        let stream = guard.create_private(&folder.join(format!("{id}{ENDING}")))?;
        Ok((id, stream))
    }

    /// All of them, the newest first. None where nothing was recorded yet.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn list(&self, now: Timestamp) -> Result<Vec<RunFile>, FileError> {
        let folder = self.root.join(files::OWN_FOLDER).join("runs");
        let paths = match files::list(&folder, 0) {
            Ok(paths) => paths,
            Err(FileError::Missing(_)) => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut runs: Vec<RunFile> = paths
            .into_iter()
            .filter_map(|path| run_file(path, now))
            .collect();
        runs.sort_unstable_by(|one, two| two.id.cmp(&one.id));
        Ok(runs)
    }

    /// Takes away what is beyond the limits, but not the run of that name.
    ///
    /// # Errors
    /// When the system refuses.
    pub fn prune(&self, now: Timestamp, kept: &str) -> Result<(), FileError> {
        let mut bytes = 0_u64;
        for (place, run) in self.list(now)?.into_iter().enumerate() {
            bytes = bytes.saturating_add(run.bytes);
            let is_beyond = place >= KEPT_MAX || run.age > KEPT_AGE_MAX || bytes > KEPT_BYTES_MAX;
            if is_beyond && run.id != kept {
                files::remove(&run.path)?;
            }
        }
        Ok(())
    }
}

/// A name that sorts by time, and that no other run has.
fn id(now: Timestamp) -> String {
    let time = now.to_zoned(TimeZone::UTC).strftime("%Y%m%d-%H%M%S-%3f");
    let mut own = Digest::default();
    own.add(&now.as_nanosecond().to_le_bytes());
    own.add(&std::process::id().to_le_bytes());
    format!("{time}-{}", &own.short()[..6])
}

/// What is known of a file, when it is called as one of a run.
fn run_file(path: PathBuf, now: Timestamp) -> Option<RunFile> {
    let id = path.file_name()?.to_str()?.strip_suffix(ENDING)?.to_owned();
    let (bytes, written) = files::size_and_time(&path)?;
    let age = Duration::try_from(now.duration_since(written)).unwrap_or_default();
    Some(RunFile {
        id,
        path,
        bytes,
        age,
    })
}

#[cfg(test)]
mod tests {
    use std::io::Write as _;

    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + second).expect("a time")
    }

    fn record(runs: &Runs, second: i64) -> String {
        let (id, mut stream) = runs.begin(at(second), &Guard::default()).expect("a folder");
        stream.write_all(b"{}\n").expect("room");
        stream.finish().expect("a file");
        id
    }

    #[test]
    fn the_newest_is_the_first_and_another_name_is_none() {
        let folder = files::temporary_folder("runs").expect("a folder");
        let runs = Runs::of(folder.path());
        assert_eq!(
            runs.list(Timestamp::now()).expect("no folder is no run"),
            []
        );
        let ids = [record(&runs, 5), record(&runs, 70), record(&runs, 6)];
        let stray = folder.path().join(files::OWN_FOLDER).join("runs/notes.txt");
        files::store(&stray, b"x").expect("a file");
        let listed: Vec<String> = runs
            .list(Timestamp::now())
            .expect("runs")
            .into_iter()
            .map(|it| it.id)
            .collect();
        assert_eq!(listed, [ids[1].clone(), ids[2].clone(), ids[0].clone()]);
        assert!(ids[0].starts_with("20270115-080005-000-"), "{}", ids[0]);
        let ignore = folder.path().join(files::OWN_FOLDER).join(".gitignore");
        assert_eq!(files::load_text(&ignore, 99).as_deref(), Ok("*\n"));
    }

    #[test]
    fn a_run_that_does_not_end_leaves_nothing() {
        let folder = files::temporary_folder("runs").expect("a folder");
        let runs = Runs::of(folder.path());
        drop(runs.begin(at(0), &Guard::default()).expect("a folder"));
        assert_eq!(runs.list(Timestamp::now()).expect("runs"), []);
    }

    #[test]
    fn so_many_are_kept_and_the_own_one_always() {
        let folder = files::temporary_folder("runs").expect("a folder");
        let runs = Runs::of(folder.path());
        let first = record(&runs, 0);
        for second in 1..=i64::try_from(KEPT_MAX).expect("small") {
            record(&runs, second);
        }
        runs.prune(Timestamp::now(), &first).expect("room");
        assert_eq!(
            runs.list(Timestamp::now()).expect("runs").len(),
            KEPT_MAX + 1
        );
        runs.prune(Timestamp::now(), "another").expect("room");
        let left = runs.list(Timestamp::now()).expect("runs");
        assert_eq!(left.len(), KEPT_MAX);
        assert!(left.iter().all(|it| it.id != first));
    }
}
