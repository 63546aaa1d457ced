//! `mock`: serves a bundled mock, healthy or with one fault.

mod hand_out;

use std::fmt::Write as _;
use std::sync::Arc;

use super::Exit;
use super::arguments::MockArguments;
use super::settings::Settings;
use crate::diff;
use crate::mock::{self, Fault, MOCKS, Mock, Setting};
use crate::problem;
use crate::shell::clock::SystemClock;
use crate::shell::signals::Stop;
use crate::shell::stand::Stand;
use crate::world::Entropy;
use hand_out::{Folder, HandOutError};

pub(super) fn mock(settings: &Settings, arguments: &MockArguments) -> Exit {
    let mock = match &arguments.api {
        Some(id) => match find(settings, id) {
            Ok(mock) => Some(mock),
            Err(exit) => return exit,
        },
        None => None,
    };
    if arguments.list_faults {
        settings.console.print(&list_faults(mock));
        return Exit::Ok;
    }
    let mock = mock.expect("the arguments demand a mock where none is to be listed");
    let fault = match find_fault(settings, mock, arguments.fault.as_deref()) {
        Ok(fault) => fault,
        Err(exit) => return exit,
    };
    let runtime = match tokio::runtime::Runtime::new() {
        Ok(runtime) => runtime,
        Err(error) => return settings.tell_io(&error),
    };
    runtime.block_on(serve(settings, mock, fault, arguments))
}

async fn serve(
    settings: &Settings,
    mock: &Mock,
    fault: Option<&'static Fault>,
    arguments: &MockArguments,
) -> Exit {
    let stop = match Stop::on_signals() {
        Ok(stop) => stop,
        Err(error) => return settings.tell_io(&error),
    };
    let papers = mock.papers(arguments.listen.ip());
    let folder = match &papers {
        Some(_) => match Folder::choose(mock, arguments.tls_dir.as_deref()) {
            Ok(folder) => Some(folder),
            Err(error) => return tell_folder(settings, &error),
        },
        None if arguments.tls_dir.is_some() => {
            let (id, help) = (mock.id, "leave out `--tls-dir`");
            let text = format!("error: {id} is reached without certificates\nhelp: {help}\n");
            settings.console.tell(&text);
            return Exit::Usage;
        }
        None => None,
    };
    let setting = setting(arguments.seed, fault);
    let started = Stand::start_with(mock, papers.as_ref(), setting, arguments.listen).await;
    let serving = match started {
        Ok(stand) => stand.serving,
        Err(error) => {
            let address = arguments.listen;
            settings
                .console
                .tell(&format!("error: cannot listen on {address}: {error}\n"));
            return Exit::Target;
        }
    };
    // Before the URL is told: whoever reads it finds the papers.
    if let Some((papers, folder)) = papers.as_ref().zip(folder.as_ref())
        && let Err(error) = folder.fill(mock, papers)
    {
        return tell_folder(settings, &error);
    }
    // The URL alone goes to stdout, so that a script can read it.
    settings.console.print(&format!("{}\n", serving.url()));
    let plays = fault.map_or(String::new(), |fault| {
        format!(" with the fault {}", fault.id)
    });
    settings
        .console
        .tell(&format!("{} listens{plays}; Ctrl-C stops it\n", mock.id));
    if let Some(folder) = &folder {
        let folder = folder.path().display();
        settings
            .console
            .tell(&format!("certificates and credentials are in {folder}\n"));
    }
    settings.console.tell(&credentials(mock));
    stop.wait().await;
    serving.stop().await;
    Exit::Ok
}

/// The credentials that open a mock, a line each.
fn credentials(mock: &Mock) -> String {
    let mut text = String::new();
    for identity in mock.identities {
        for (scheme, credential) in identity.credentials {
            let _ = writeln!(text, "as {}: {scheme} is {credential}", identity.name);
        }
    }
    text
}

/// Tells that a folder cannot be used.
fn tell_folder(settings: &Settings, error: &HandOutError) -> Exit {
    let help = "name a new folder with --tls-dir";
    settings
        .console
        .tell(&format!("error: {error}\nhelp: {help}\n"));
    Exit::Usage
}

/// What a bundled mock is given.
pub(super) fn setting(seed: u64, fault: Option<&'static Fault>) -> Setting {
    Setting {
        calendar: Arc::new(SystemClock::new()),
        entropy: Entropy::from_seed(seed),
        fault,
    }
}

fn find(settings: &Settings, id: &str) -> Result<&'static Mock, Exit> {
    mock::find(id).ok_or_else(|| {
        let names: Vec<&str> = MOCKS.iter().map(|mock| mock.id).collect();
        settings.tell_unknown("mock", id, &names)
    })
}

/// The fault of that name, of a mock that has it.
pub(super) fn find_fault(
    settings: &Settings,
    mock: &Mock,
    id: Option<&str>,
) -> Result<Option<&'static Fault>, Exit> {
    let Some(id) = id else { return Ok(None) };
    match mock.fault(id) {
        Some(fault) => Ok(Some(fault)),
        None => {
            let names: Vec<&str> = mock.faults.iter().map(|fault| fault.id).collect();
            Err(settings.tell_unknown(&format!("fault of {}", mock.id), id, &names))
        }
    }
}

fn list_faults(only: Option<&Mock>) -> String {
    let mut text = String::new();
    for mock in MOCKS
        .iter()
        .filter(|mock| only.is_none_or(|only| only.id == mock.id))
    {
        let _ = writeln!(text, "{}", mock.id);
        for fault in mock.faults {
            let _ = writeln!(text, "  {:<26} {}", fault.id, fault.summary);
            let _ = writeln!(
                text,
                "  {:<26} at {}, found by {}",
                "", fault.place, fault.check
            );
        }
    }
    text
}

impl Settings {
    /// Tells that a name is none of those that exist.
    pub(super) fn tell_unknown(&self, what: &str, name: &str, known: &[&str]) -> Exit {
        let help = match diff::nearest(name, known.iter().copied()) {
            Some(near) => format!("did you mean `{near}`?"),
            None if known.is_empty() => format!("there is no {what} at all"),
            None => format!("there is {}", known.join(", ")),
        };
        let named = problem::named(what, name);
        self.console
            .tell(&format!("error: there is no {named}\nhelp: {help}\n"));
        Exit::Usage
    }
}
