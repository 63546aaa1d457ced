//! `init`: a project around a contract, with all that a first run needs. What is there already stays as it
//! is.

use std::path::{Path, PathBuf};

use super::Exit;
use super::arguments::{CiService, InitArguments};
use super::generate::{sound_contract, store_new, tell_left_out};
use super::project::TEXT_BYTES_MAX;
use super::settings::Settings;
use crate::contract::Contract;
use crate::generate::{self, kebab_case};
use crate::shell::files;
use crate::suite::check_url;

pub(super) fn init(settings: &Settings, arguments: &InitArguments) -> Exit {
    let contract = match sound_contract(settings, &arguments.contract, arguments.remote) {
        Ok(contract) => contract,
        Err(exit) => return exit,
    };
    let others = others(&contract);
    if let Some(told) = misnamed(&arguments.contract, &others) {
        settings.console.tell(&told);
        return Exit::Files;
    }
    let Some(api) = api_name(&contract, arguments) else {
        settings.console.tell(
            "error: the contract's title gives no name for a folder\nhelp: say one: `--name my-api`\n",
        );
        return Exit::Usage;
    };
    let path = settings.directory.join(&arguments.contract);
    let text = match files::load_text(&path, TEXT_BYTES_MAX) {
        Ok(text) => text,
        Err(error) => return settings.tell_io(&error),
    };
    write(settings, arguments, (&contract, &others), (&api, &text))
}

fn write(
    settings: &Settings,
    arguments: &InitArguments,
    (contract, others): (&Contract, &[(String, &str)]),
    (api, text): (&str, &str),
) -> Exit {
    let folder = Path::new("specs").join(api);
    let name = own_name(&arguments.contract);
    let drafts = generate::generate(contract, name);
    let toml = generate::settings(contract, api, |url| check_url(url).is_ok());
    let flag = arguments.remote.flag();
    let job = match arguments.ci {
        CiService::Github => {
            let path = format!(".github/workflows/contract-{api}.yml");
            Some((PathBuf::from(path), generate::github_job(api, flag)))
        }
        CiService::Gitlab => {
            let path = format!("ci/{api}.gitlab-ci.yml");
            Some((PathBuf::from(path), generate::gitlab_job(api, flag)))
        }
        CiService::None => None,
    };
    let mut wanted = vec![
        (folder.join(name), text),
        (folder.join("api.toml"), toml.as_str()),
    ];
    let others = others.iter();
    wanted.extend(others.map(|(path, text)| (folder.join(path), *text)));
    let files = drafts.files.iter();
    wanted.extend(files.map(|it| (folder.join(&it.name), it.text.as_str())));
    wanted.extend(job.iter().map(|(path, text)| (path.clone(), text.as_str())));
    if let Err(error) = store_new(settings, wanted.into_iter()) {
        return settings.tell_io(&error);
    }
    tell_left_out(settings, &drafts);
    settings.console.tell(&format!(
        "help: look for what is guessed in specs/{api}, then `countersign check{flag}`, then \
         `countersign run {api} --target URL{flag}`\n"
    ));
    Exit::Ok
}

/// The name of a contract in a project.
fn own_name(contract: &Path) -> &'static str {
    match contract.extension() {
        Some(extension) if extension == "json" => "openapi.json",
        _ => "openapi.yaml",
    }
}

/// What is told where the contract gets another name in the project, and its other documents may refer
/// to it by the one that it has.
fn misnamed(contract: &Path, others: &[(String, &str)]) -> Option<String> {
    let (name, wanted) = (contract.file_name()?.to_str()?, own_name(contract));
    let (path, _) = others
        .iter()
        .find(|(_, text)| name != wanted && text.contains(name))?;
    Some(format!(
        "error: `{path}` speaks of `{name}`, which is called `{wanted}` in a project\n\
         help: rename `{name}` to `{wanted}`, there and in what refers to it\n"
    ))
}

/// The name that is wished for, else one from the title.
fn api_name(contract: &Contract, arguments: &InitArguments) -> Option<String> {
    let name = arguments.name.clone();
    let name = name.unwrap_or_else(|| kebab_case(&contract.title));
    (!name.is_empty()).then_some(name)
}

/// The other documents of a contract, by their paths below its folder.
fn others(contract: &Contract) -> Vec<(String, &str)> {
    let entry = contract.source.path();
    let folder = entry
        .rsplit_once('/')
        .map(|(folder, _)| format!("{folder}/"));
    let folder = folder.unwrap_or_default();
    let others = contract.documents.iter().map(|(_, source)| source);
    // What was fetched is fetched again.
    let others = others.filter(|it| !it.path().contains("://"));
    let below = others.filter_map(|it| Some((it.path().strip_prefix(&folder)?, it.text())));
    below.map(|(path, text)| (path.to_owned(), text)).collect()
}
