//! The command line: one function from arguments and the environment to an exit code.
//!
//! ```text
//! argv ─ arguments (values only) ─ settings (environment, files, defaults) ─ a command ─ exit
//! ```
//!
//! Parsing opens nothing; only `settings` reads the environment; only the commands act, through
//! `shell`.

mod arguments;
mod check;
mod config;
mod console;
mod coverage;
mod decide;
mod docs;
mod exit;
mod explain;
mod generate;
mod generated;
mod init;
mod list;
mod merge;
mod mock;
mod pending;
mod project;
mod records;
mod remote;
mod report;
mod reports;
mod review;
mod run;
mod runs;
mod schemas;
mod secrets;
mod settings;
mod waiting;
mod waivers;

pub use arguments::Arguments;
pub use exit::Exit;
pub use project::Project;

use std::ffi::OsString;

use clap::{CommandFactory as _, Parser as _};

use arguments::Command;
use settings::Settings;

/// Runs the program.
pub fn main(argv: impl Iterator<Item = OsString>) -> std::process::ExitCode {
    let arguments = match Arguments::try_parse_from(argv) {
        Ok(arguments) => arguments,
        Err(message) => return exit::for_usage(&message),
    };
    let settings = Settings::read(&arguments);
    let exit = match arguments.command {
        Command::Run(arguments) => run::run(&settings, &arguments),
        Command::Review(arguments) => review::review(&settings, &arguments),
        Command::Pending(arguments) => pending::pending(&settings, &arguments),
        Command::Accept(arguments) => decide::accept(&settings, &arguments),
        Command::Reject(arguments) => decide::reject(&settings, &arguments),
        Command::List(arguments) => list::list(&settings, &arguments),
        Command::Check(arguments) => check::check(&settings, &arguments),
        Command::Generate(arguments) => generate::generate(&settings, &arguments),
        Command::Init(arguments) => init::init(&settings, &arguments),
        Command::Schemas(arguments) => schemas::schemas(&settings, &arguments),
        Command::Docs(arguments) => docs::docs(&settings, &arguments),
        Command::Noise(arguments) => run::noise(&settings, &arguments),
        Command::Mutate(arguments) => run::mutate(&settings, &arguments),
        Command::Runs(arguments) => runs::runs(&settings, &arguments),
        Command::Report(arguments) => report::report(&settings, &arguments),
        Command::Coverage(arguments) => coverage::coverage(&settings, &arguments),
        Command::Merge(arguments) => merge::merge(&settings, &arguments),
        Command::Replay(arguments) => run::replay(&settings, &arguments),
        Command::Diff(arguments) => run::diff(&settings, &arguments),
        Command::Cleanup(arguments) => run::cleanup(&settings, &arguments),
        Command::Config(arguments) => config::config(&settings, &arguments),
        Command::Doctor(arguments) => run::doctor(&settings, &arguments),
        Command::Waivers(arguments) => waivers::waivers(&settings, &arguments),
        Command::Mock(arguments) => mock::mock(&settings, &arguments),
        Command::Explain(arguments) => explain::explain(&settings, &arguments),
        Command::Completions { shell } => {
            let mut script = Vec::new();
            let mut command = Arguments::command();
            clap_complete::generate(shell, &mut command, "countersign", &mut script);
            settings.console.print(&String::from_utf8_lossy(&script));
            Exit::Ok
        }
    };
    settings.settle(exit).into()
}
