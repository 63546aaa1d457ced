//! `mock`: serves a bundled mock, healthy or with one fault.

use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::Exit;
use super::arguments::MockArguments;
use super::settings::Settings;
use crate::diff;
use crate::mock::{self, Fault, MOCKS, Mock, Papers, Setting};
use crate::problem;
use crate::shell::clock::SystemClock;
use crate::shell::files::{self, FileError};
use crate::shell::signals::Stop;
use crate::shell::stand::Stand;
use crate::world::Entropy;

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
    let papers = mock.papers();
    let folder = match &papers {
        Some(papers) => match hand_out(mock, papers, arguments.tls_dir.as_deref()) {
            Ok(folder) => Some(folder),
            Err(error) => return settings.tell_io(&error),
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
    // The URL alone goes to stdout, so that a script can read it.
    settings.console.print(&format!("{}\n", serving.url()));
    let plays = fault.map_or(String::new(), |fault| {
        format!(" with the fault {}", fault.id)
    });
    settings
        .console
        .tell(&format!("{} listens{plays}; Ctrl-C stops it\n", mock.id));
    if let Some(folder) = &folder {
        let folder = folder.display();
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

/// Writes certificates, keys and credentials for whoever wants to come; answers where they are.
///
/// There are `ca.crt`, and for each identity `NAME.crt` and `NAME.key`, and `NAME.SCHEME` for each of its
/// other credentials.
fn hand_out(mock: &Mock, papers: &Papers, folder: Option<&Path>) -> Result<PathBuf, FileError> {
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => files::temporary_folder(&format!("countersign-{}-", mock.id))?,
    };
    files::store(&folder.join("ca.crt"), papers.authority.as_bytes())?;
    for identity in mock.identities {
        let path = |ending: &str| folder.join(format!("{}.{ending}", identity.name));
        if let Some(signer) = identity.certificate {
            let pair = papers.client(signer);
            files::store(&path("crt"), pair.certificate.as_bytes())?;
            files::store(&path("key"), pair.key.as_bytes())?;
        }
        for (scheme, credential) in identity.credentials {
            files::store(&path(scheme), credential.as_bytes())?;
        }
    }
    Ok(folder)
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
