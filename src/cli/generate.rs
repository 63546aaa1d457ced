//! `generate`: first scenarios for a contract, beside it. What is there already stays as it is.

use std::path::{Path, PathBuf};

use super::Exit;
use super::arguments::{GenerateArguments, RemoteArguments};
use super::check::{load_contract, unusable};
use super::settings::Settings;
use crate::contract::Contract;
use crate::generate::{self, Drafts};
use crate::report::escape_line;
use crate::report::human::count;
use crate::shell::files::{self, FileError};
use crate::suite::compile_contract;

pub(super) fn generate(settings: &Settings, arguments: &GenerateArguments) -> Exit {
    let path = &arguments.contract;
    let contract = match sound_contract(settings, path, arguments.remote) {
        Ok(contract) => contract,
        Err(exit) => return exit,
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let drafts = generate::generate(&contract, &name);
    let folder = path.parent().unwrap_or(Path::new("")).to_owned();
    let wanted = drafts.files.iter();
    let wanted = wanted.map(|it| (folder.join(&it.name), it.text.as_str()));
    let written = match store_new(settings, wanted) {
        Ok(written) => written,
        Err(error) => return settings.tell_io(&error),
    };
    tell_left_out(settings, &drafts);
    if drafts.files.is_empty() {
        settings
            .console
            .tell("nothing is written: the contract has no operation that could be called\n");
        return Exit::Ok;
    }
    let files = count(written, "file");
    settings.console.tell(&format!(
        "{files} written\nhelp: read them, look for what is guessed, then `countersign check{}`\n",
        arguments.remote.flag()
    ));
    Exit::Ok
}

/// A contract in which nothing is wrong.
///
/// # Errors
/// With the exit code, once it has been told what is wrong.
pub(super) fn sound_contract(
    settings: &Settings,
    path: &Path,
    remote: RemoteArguments,
) -> Result<Contract, Exit> {
    let remote = remote
        .begin()
        .map_err(|it| settings.tell_problems(&[*it]))?;
    match load_contract(&settings.directory, path, remote.as_ref()) {
        Ok((Some(contract), problems)) if problems.iter().all(|it| !it.is_error()) => {
            // For what is no schema no value can be made up, and a flow could not be judged.
            let problems = compile_contract(&contract);
            if problems.is_empty() {
                return Ok(contract);
            }
            Err(settings.tell_problems(&problems))
        }
        Ok((_, problems)) => Err(settings.tell_problems(&problems)),
        Err(error) => Err(settings.tell_problems(&[unusable(&error)])),
    }
}

/// Writes the files that are not there yet, and tells of each; answers how many it wrote.
///
/// # Errors
/// When the system refuses one; those before it are written.
pub(super) fn store_new<'f>(
    settings: &Settings,
    wanted: impl Iterator<Item = (PathBuf, &'f str)>,
) -> Result<usize, FileError> {
    let mut written = 0;
    for (path, text) in wanted {
        let is_new = files::store_new(&settings.directory.join(&path), text.as_bytes())?;
        written += usize::from(is_new);
        let word = if is_new { "written" } else { "kept as it is" };
        let shown = path.to_string_lossy().replace('\\', "/");
        settings
            .console
            .tell(&format!("{word}: {}\n", escape_line(&shown)));
    }
    Ok(written)
}

/// Tells what no flow calls.
pub(super) fn tell_left_out(settings: &Settings, drafts: &Drafts) {
    for why in &drafts.left_out {
        settings
            .console
            .tell(&format!("note: {}\n", escape_line(why)));
    }
}
