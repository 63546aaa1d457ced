//! `doctor`: what a run needs, tried one thing after the other, each with its remedy. Nothing is sent
//! that may change something.

mod distant;
mod local;

use std::fmt::Write as _;

use serde::Serialize;
use tokio::runtime::Builder;

use crate::cli::arguments::{DoctorArguments, DoctorFormat};
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::plan::Selection;
use crate::report::escape_line;
use crate::suite::{Api, TargetSettings, check_url};
use crate::world::Site;

/// One thing that was tried.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Trial {
    /// The API that it is of; none where it is of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    api: Option<String>,
    /// What was tried.
    name: &'static str,
    state: State,
    /// What was found.
    found: String,
    /// What to do.
    #[serde(skip_serializing_if = "String::is_empty")]
    help: String,
    /// What a problem makes of the exit code.
    #[serde(skip)]
    exit: Exit,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warning,
    Problem,
}

impl Trial {
    fn ok(name: &'static str, found: impl Into<String>) -> Self {
        Self {
            api: None,
            name,
            state: State::Ok,
            found: found.into(),
            help: String::new(),
            exit: Exit::Ok,
        }
    }

    fn warning(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            state: State::Warning,
            help: help.into(),
            ..Self::ok(name, found)
        }
    }

    /// A problem of the user's files.
    fn of_files(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            state: State::Problem,
            exit: Exit::Files,
            ..Self::warning(name, found, help)
        }
    }

    /// A problem of the target, or of what it takes to reach it.
    fn of_target(name: &'static str, found: impl Into<String>, help: impl Into<String>) -> Self {
        Self {
            exit: Exit::Target,
            ..Self::of_files(name, found, help)
        }
    }

    /// The line for people, and one with what to do.
    fn write(&self, text: &mut String) {
        let state = match self.state {
            State::Ok => "ok",
            State::Warning => "warning",
            State::Problem => "problem",
        };
        let api = self.api.as_ref().map(|it| format!("{it}: "));
        let found = format!("{}{}", api.unwrap_or_default(), self.found);
        let found = escape_line(&found);
        let _ = writeln!(text, "{state:<8} {:<12} {found}", self.name);
        if !self.help.is_empty() {
            let _ = writeln!(text, "{:<8} help: {}", "", escape_line(&self.help));
        }
    }
}

/// All that was tried.
#[derive(Serialize)]
struct Document<'t> {
    exit: u8,
    trials: &'t [Trial],
}

pub(in crate::cli) fn doctor(settings: &Settings, arguments: &DoctorArguments) -> Exit {
    let mut trials = local::of_machine(settings);
    match arguments.remote.begin() {
        Err(problem) => trials.push(Trial::of_files("project", problem.message, problem.help)),
        Ok(remote) => match Project::load_selected(
            &settings.directory,
            &Selection::default(),
            remote.as_ref(),
        ) {
            Err(problems) => {
                settings.console.tell_problems(&problems);
                trials.push(local::unreadable(settings, &problems));
            }
            Ok(project) => {
                trials.extend(local::of_project(settings, &project));
                let distant = match (chosen(settings, arguments, &project), &arguments.target) {
                    (Err(exit), _) => return exit,
                    (Ok(_), None) => {
                        vec![Trial::ok("target", "none is named, and nothing was sent")]
                    }
                    (Ok(chosen), Some(_)) => {
                        let runtime = Builder::new_current_thread().enable_all().build();
                        match runtime {
                            Ok(runtime) => runtime.block_on(distant::of_all(
                                (settings, arguments),
                                &project,
                                &chosen,
                            )),
                            Err(error) => return settings.tell_io(&error),
                        }
                    }
                };
                trials.extend(distant);
            }
        },
    }
    let exit = trials.iter().map(|it| it.exit).max().unwrap_or(Exit::Ok);
    let mut text = String::new();
    match arguments.format {
        DoctorFormat::Human => trials.iter().for_each(|it| it.write(&mut text)),
        DoctorFormat::Json => {
            let document = Document {
                exit: exit.code(),
                trials: &trials,
            };
            text = serde_json::to_string_pretty(&document).unwrap_or_default();
            text.push('\n');
        }
    }
    settings.console.print(&text);
    exit
}

/// An API with where it is tried; nowhere without a target.
struct Chosen<'p> {
    api: &'p Api,
    site: Site,
    named: Option<&'p TargetSettings>,
}

/// The APIs to look at, each with its target.
///
/// # Errors
/// With the exit code, once it has been told what is wrong with the wish.
fn chosen<'p>(
    settings: &Settings,
    arguments: &DoctorArguments,
    project: &'p Project,
) -> Result<Vec<Chosen<'p>>, Exit> {
    let known: Vec<&str> = project
        .suite
        .apis
        .iter()
        .map(|it| it.name.as_str())
        .collect();
    if let Some(strange) = arguments
        .apis
        .iter()
        .find(|it| !known.contains(&it.as_str()))
    {
        return Err(settings.tell_unknown("API", strange, &known));
    }
    let apis = project.suite.apis.iter();
    let is_meant = |api: &&Api| arguments.apis.is_empty() || arguments.apis.contains(&api.name);
    let apis: Vec<&Api> = apis.filter(is_meant).collect();
    let Some(target) = &arguments.target else {
        return Ok(Vec::new());
    };
    if target.contains("://") {
        let api = match (check_url(target), apis.as_slice()) {
            (Ok(()), [api]) => *api,
            (Ok(()), _) => {
                settings.console.tell(
                    "error: a URL is one server, and several APIs are looked at\n\
                     help: name one: `countersign doctor API --target URL`\n",
                );
                return Err(Exit::Usage);
            }
            (Err(why), _) => {
                // The URL is not shown: it may hold a password.
                let help = "write a URL such as http://127.0.0.1:8080";
                let text = format!("error: the URL cannot be a target: {why}\nhelp: {help}\n");
                settings.console.tell(&text);
                return Err(Exit::Usage);
            }
        };
        let (site, named) = (Site::from(target.as_str()), None);
        return Ok(vec![Chosen { api, site, named }]);
    }
    let chosen = apis.iter().filter_map(|api| {
        let mut targets = api.settings.targets.iter();
        let named = targets.find(|it| it.name == *target)?;
        let site = named.site.clone();
        Some(Chosen {
            api,
            site,
            named: Some(named),
        })
    });
    let chosen: Vec<Chosen<'_>> = chosen.collect();
    if chosen.is_empty() {
        let targets = apis.iter().flat_map(|it| &it.settings.targets);
        let mut known: Vec<&str> = targets.map(|it| it.name.as_str()).collect();
        known.sort_unstable();
        known.dedup();
        return Err(settings.tell_unknown("target", target, &known));
    }
    Ok(chosen)
}
