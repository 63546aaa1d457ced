//! The environment and the defaults: read once, here and nowhere else.

use std::path::PathBuf;
use std::sync::Arc;

use super::arguments::{Arguments, ColorWhen};
use super::console::Console;
use crate::report::curl::quote;
use crate::secret::Secrets;
use crate::shell::files::Guard;
use crate::shell::terminal::{ColorHints, ColorWish};

/// What holds for every command.
#[derive(Debug)]
pub(super) struct Settings {
    /// The folder that holds `specs/`, `schemas/` and `snapshots/`.
    pub(super) directory: PathBuf,
    /// Where things are told.
    pub(super) console: Console,
    /// What stands between the command and the disk, with the secrets that the command knows.
    pub(super) guard: Guard,
    /// The variable that says that this is CI, when one does.
    pub(super) ci: Option<&'static str>,
    /// What decides on colour.
    pub(super) color_origin: &'static str,
}

/// The variables by which CI services make themselves known.
const CI_VARIABLES: [&str; 7] = [
    "GITHUB_ACTIONS",
    "GITLAB_CI",
    "JENKINS_URL",
    "TF_BUILD",
    "CIRCLECI",
    "BUILDKITE",
    "CI",
];

impl Settings {
    /// A variable that the user's files or arguments name; none when it is not set, or no text.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub(super) fn variable(name: &str) -> Option<String> {
        std::env::var(name).ok()
    }

    /// The program with the folder that it works in, for commands that are printed to be pasted.
    pub(super) fn program(&self) -> String {
        let directory = self.directory.to_string_lossy();
        if directory == "." {
            return "countersign".to_owned();
        }
        format!("countersign -C {}", quote(&directory))
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that reads the environment"
    )]
    pub(super) fn read(arguments: &Arguments) -> Self {
        let variable = |name: &str| std::env::var(name).ok().filter(|value| !value.is_empty());
        let is_set = |name: &str| variable(name).is_some_and(|it| it != "0" && it != "false");
        let wish = match arguments.color {
            ColorWhen::Always => ColorWish::Always,
            ColorWhen::Never => ColorWish::Never,
            ColorWhen::Auto => ColorWish::Auto,
        };
        let asks = is_set("CLICOLOR_FORCE") || is_set("FORCE_COLOR");
        let hints = ColorHints {
            no_color: variable("NO_COLOR").is_some()
                || variable("CLICOLOR").as_deref() == Some("0"),
            // The logs of these services are no terminal and show colours all the same.
            forced: asks || is_set("GITHUB_ACTIONS") || is_set("GITLAB_CI"),
            dumb: variable("TERM").as_deref() == Some("dumb"),
        };
        let ci = CI_VARIABLES.into_iter().find(|name| is_set(name));
        let secrets = Arc::new(Secrets::default());
        let mut console = Console::new((wish, hints), ci.is_none(), &secrets);
        if arguments.command.gives_away_stdout() {
            console = console.beside_a_report((wish, hints), &secrets);
        }
        let decides = [
            (arguments.color != ColorWhen::Auto, "flag --color"),
            (variable("NO_COLOR").is_some(), "environment NO_COLOR"),
            (hints.no_color, "environment CLICOLOR"),
            (is_set("CLICOLOR_FORCE"), "environment CLICOLOR_FORCE"),
            (is_set("FORCE_COLOR"), "environment FORCE_COLOR"),
            (is_set("GITHUB_ACTIONS"), "environment GITHUB_ACTIONS"),
            (is_set("GITLAB_CI"), "environment GITLAB_CI"),
            (hints.dumb, "environment TERM"),
        ];
        let decides = decides.into_iter().find(|(is_so, _)| *is_so);
        Self {
            color_origin: decides.map_or("default", |(_, origin)| origin),
            directory: arguments.directory.clone(),
            console,
            guard: Guard::new(secrets),
            ci,
        }
    }
}
