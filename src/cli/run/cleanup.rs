//! `cleanup`: takes away what runs have left at a target that were killed, by their journals.

use std::path::{Path, PathBuf};

use tokio::runtime::Builder;

use super::journal::{folder, line};
use super::stage::{self, Stage};
use super::{Targets, lay_out};
use crate::cli::arguments::{CleanupArguments, RunArguments};
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::journal::{Book, Entry, Flaw, Journal, Undo};
use crate::problem::{Problem, ProblemCode};
use crate::report::curl::quote;
use crate::report::escape_line;
use crate::report::human::count;
use crate::shell::files::{self, FileError, JournalFile};
use crate::shell::signals::Cause;
use crate::source::Location;
use crate::suite::{Tidier, Undone};

/// A journal that was left behind, and is ours while we hold it.
struct Found {
    /// The name of its run.
    run: String,
    path: PathBuf,
    book: Book,
    file: JournalFile,
    flaws: Vec<Problem>,
}

/// Takes away what is left.
pub(in crate::cli) fn cleanup(settings: &Settings, arguments: &CleanupArguments) -> Exit {
    let (found, mut exit) = match find(settings, arguments) {
        Ok(found) => found,
        Err(exit) => return exit,
    };
    if found.is_empty() {
        if exit == Exit::Ok {
            settings.console.print("nothing to clean up\n");
        }
        return exit;
    }
    let Some(target) = &arguments.target else {
        let (first, program) = (&found[0], settings.program());
        let target = escape_line(&first.book.target);
        settings.console.tell(&format!(
            "error: the run {} was played against {target}, and no target is named\n\
             help: `{program} cleanup {} --target {}`\n",
            first.run,
            first.run,
            quote(&first.book.target),
        ));
        return Exit::Usage;
    };
    let project = match settings.load_project(arguments.remote) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    let mut apis: Vec<String> = found
        .iter()
        .flat_map(|it| it.book.sites.keys().cloned())
        .collect();
    apis.sort();
    apis.dedup();
    apis.retain(|api| project.suite.api(api).is_some());
    let wished = arguments.as_run(&apis);
    let plan = lay_out(&project, &wished, &Targets::new());
    let targets = match stage::targets(settings, &wished, &project, &plan) {
        Ok(targets) => targets,
        Err(exit) => return exit,
    };
    let is_protected = targets.values().any(|it| it.is_protected);
    if is_protected && !arguments.allow_writes && !arguments.dry_run {
        settings.console.tell(&format!(
            "error: the target {} is protected\nhelp: clean up there all the same with `--allow-writes`\n",
            quote(target)
        ));
        return Exit::Usage;
    }
    let runtime = match Builder::new_current_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return settings.tell_io(&error),
    };
    runtime.block_on(async {
        let stage = match Stage::set((settings, &wished), &project, &plan, &targets).await {
            Ok(stage) => stage,
            Err(exit) => return exit,
        };
        let cleaning = Cleaning {
            settings,
            arguments,
            wished: &wished,
            project: &project,
            stage: &stage,
        };
        for one in found {
            exit = exit.max(cleaning.clean(one).await);
        }
        let signal = stage.stop.cause().and_then(Cause::exit_code);
        exit.max(signal.map_or(Exit::Ok, Exit::Signal))
    })
}

/// The journals that are meant, with the exit code that those ask for which cannot be read.
fn find(settings: &Settings, arguments: &CleanupArguments) -> Result<(Vec<Found>, Exit), Exit> {
    let folder = folder(settings);
    let paths = match files::list(&folder, 0) {
        Ok(paths) => paths,
        Err(FileError::Missing(_)) => Vec::new(),
        Err(error) => {
            let text = format!("error: the journals cannot be listed: {error}\n");
            settings.console.tell(&text);
            return Err(Exit::Files);
        }
    };
    let named = paths.iter().filter_map(|path| {
        let run = path.file_name()?.to_str()?.strip_suffix(".jsonl")?;
        Some((run.to_owned(), path))
    });
    let named: Vec<(String, &PathBuf)> = named.collect();
    let known: Vec<&str> = named.iter().map(|(run, _)| run.as_str()).collect();
    if let Some(run) = arguments.run.as_deref().filter(|run| !known.contains(run)) {
        return Err(settings.tell_unknown("journal of a run", run, &known));
    }
    let (mut found, mut exit) = (Vec::new(), Exit::Ok);
    for (run, path) in named {
        if arguments.run.as_ref().is_some_and(|wanted| *wanted != run) {
            continue;
        }
        match JournalFile::open(path) {
            Ok(Some((file, text))) => found.push(read(run, path, file, &text)),
            Ok(None) => settings.console.tell(&format!(
                "left alone: the run {} is still under way\n",
                escape_line(&run)
            )),
            Err(error) => {
                let problem = Problem::without_place(ProblemCode::UnusableFile, error.to_string());
                let help = "make the file readable, or take it away";
                exit = exit.max(settings.tell_problems(&[problem.with_help(help)]));
            }
        }
    }
    Ok((found, exit))
}

fn read(run: String, path: &Path, file: JournalFile, text: &str) -> Found {
    let (book, flaws) = Book::read(text);
    let shown = format!(".countersign/journal/{run}.jsonl");
    let problem = |(line, flaw): &(usize, Flaw)| {
        let place = Location::at_line(&shown, text.to_owned(), *line);
        Problem::new(ProblemCode::InvalidValue, place, flaw.to_string()).with_help(
            "look at the target for what the line may have named, then `countersign cleanup --forget`",
        )
    };
    Found {
        flaws: flaws.iter().map(problem).collect(),
        path: path.to_owned(),
        run,
        book,
        file,
    }
}

struct Cleaning<'c> {
    settings: &'c Settings,
    arguments: &'c CleanupArguments,
    wished: &'c RunArguments,
    project: &'c Project,
    stage: &'c Stage,
}

impl Cleaning<'_> {
    /// Cleans up by one journal.
    async fn clean(&self, found: Found) -> Exit {
        let mut exit = Exit::Ok;
        if !found.flaws.is_empty() {
            let told = self.settings.tell_problems(&found.flaws);
            exit = if self.arguments.forget { exit } else { told };
        }
        if let Err(exit) = self.check_target(&found) {
            return exit;
        }
        let file = found.file.guarded(&self.settings.guard);
        let journal = Journal::new(found.book, Box::new(file));
        for entry in journal.open() {
            if journal.is_open(entry.number) {
                exit = exit.max(self.undo(&entry, &journal).await);
            }
        }
        let left = journal.open().len();
        let run = escape_line(&found.run);
        let console = &self.settings.console;
        if self.arguments.dry_run {
            console.print(&format!(
                "{run}: {} may be left, nothing was sent\n",
                count(left, "thing")
            ));
            return exit;
        }
        let is_whole = found.flaws.is_empty() || self.arguments.forget;
        if left > 0 || !is_whole {
            console.tell(&format!(
                "{run}: {left} not taken away; the journal stays\n\
                 help: look at the target, then `{} cleanup {run} --forget` takes it for gone\n",
                self.settings.program()
            ));
            return exit;
        }
        match JournalFile::remove(&found.path) {
            Ok(_) => console.print(&format!("{run}: nothing is left\n")),
            Err(error) => exit = exit.max(self.settings.tell_io(&error)),
        }
        exit
    }

    /// A journal says where its run was played, and is of no use anywhere else.
    fn check_target(&self, found: &Found) -> Result<(), Exit> {
        for (api, url) in &found.book.sites {
            let place = self.stage.places.get(api);
            if place.is_none_or(|it| it.site.url == *url) {
                continue;
            }
            let named = self.wished.target.as_deref().unwrap_or_default();
            self.settings.console.tell(&format!(
                "error: the run {} was played against {}, which is not {}\nhelp: name that target with `--target`\n",
                escape_line(&found.run),
                escape_line(url),
                quote(named),
            ));
            return Err(Exit::Usage);
        }
        if found.book.sites.is_empty() && found.book.open().next().is_some() {
            self.settings.console.tell(&format!(
                "error: the journal of {} does not say against what it was played\n\
                 help: look at the target, then take the journal away\n",
                escape_line(&found.run),
            ));
            return Err(Exit::Files);
        }
        Ok(())
    }

    async fn undo(&self, entry: &Entry, journal: &Journal) -> Exit {
        let console = &self.settings.console;
        let api = self.project.suite.api(&entry.api);
        let api = api.filter(|_| self.stage.places.contains_key(&entry.api));
        let undone = match api {
            None => Undone::Left(format!("the project has no flows of `{}`", entry.api)),
            Some(api) if self.arguments.dry_run => {
                let foreseen = Tidier::new(api).foresee(entry, self.stage.world(&entry.api));
                let (word, what) = match foreseen {
                    Ok(what) => ("WOULD SEND", what),
                    Err(why) => ("LEFT", why),
                };
                console.print(&line(word, entry, &what));
                return Exit::Ok;
            }
            Some(api) => {
                let world = self.stage.world(&entry.api);
                Tidier::new(api).undo(entry, journal, world).await
            }
        };
        let (word, what, exit) = match undone {
            Undone::Gone(status) => {
                let asked = entry.undo.as_ref().map(Undo::line).unwrap_or_default();
                ("GONE", format!("{asked} -> {status}"), Exit::Ok)
            }
            Undone::Left(why) => ("LEFT", why, Exit::Findings),
            Undone::Lost(why) => ("LEFT", why, Exit::Target),
        };
        if exit != Exit::Ok && self.arguments.forget && journal.done(entry.number).is_ok() {
            console.print(&line("FORGOTTEN", entry, &what));
            return Exit::Ok;
        }
        console.print(&line(word, entry, &what));
        exit
    }
}
