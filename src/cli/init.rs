//! `init`: a project around a contract, with all that a first run needs. What is there already stays as it
//! is.

use std::path::{Path, PathBuf};

use serde_json::Value;

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
    let contract = match sound_contract(settings, &arguments.contract) {
        Ok(contract) => contract,
        Err(exit) => return exit,
    };
    if let Some(other) = elsewhere(contract.source.root(), 0) {
        settings.console.tell(&format!(
            "error: the contract refers to another file, `{other}`, which is not copied\n\
             help: put the files into specs/<api>/ yourself, then `countersign generate specs/<api>/openapi.yaml`\n"
        ));
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
    write(settings, arguments, &contract, (&api, &text))
}

fn write(
    settings: &Settings,
    arguments: &InitArguments,
    contract: &Contract,
    (api, text): (&str, &str),
) -> Exit {
    let folder = Path::new("specs").join(api);
    let is_json = arguments
        .contract
        .extension()
        .is_some_and(|it| it == "json");
    let name = if is_json {
        "openapi.json"
    } else {
        "openapi.yaml"
    };
    let drafts = generate::generate(contract, name);
    let toml = generate::settings(contract, api, |url| check_url(url).is_ok());
    let job = match arguments.ci {
        CiService::Github => {
            let path = format!(".github/workflows/contract-{api}.yml");
            Some((PathBuf::from(path), generate::github_job(api)))
        }
        CiService::Gitlab => {
            let path = format!("ci/{api}.gitlab-ci.yml");
            Some((PathBuf::from(path), generate::gitlab_job(api)))
        }
        CiService::None => None,
    };
    let mut wanted = vec![
        (folder.join(name), text),
        (folder.join("api.toml"), toml.as_str()),
    ];
    let files = drafts.files.iter();
    wanted.extend(files.map(|it| (folder.join(&it.name), it.text.as_str())));
    wanted.extend(job.iter().map(|(path, text)| (path.clone(), text.as_str())));
    if let Err(error) = store_new(settings, wanted.into_iter()) {
        return settings.tell_io(&error);
    }
    tell_left_out(settings, &drafts);
    settings.console.tell(&format!(
        "help: look for what is guessed in specs/{api}, then `countersign check`, then \
         `countersign run {api} --target URL`\n"
    ));
    Exit::Ok
}

/// The name that is wished for, else one from the title.
fn api_name(contract: &Contract, arguments: &InitArguments) -> Option<String> {
    let name = arguments.name.clone();
    let name = name.unwrap_or_else(|| kebab_case(&contract.title));
    (!name.is_empty()).then_some(name)
}

/// How deep references are looked for.
const DEPTH_MAX: usize = 256;

/// The first file that a document refers to.
fn elsewhere(value: &Value, depth: usize) -> Option<&str> {
    match value {
        Value::Object(map) => map.iter().find_map(|(name, value)| match value {
            Value::String(text) if name == "$ref" && !text.starts_with('#') => Some(text.as_str()),
            value if depth < DEPTH_MAX => elsewhere(value, depth + 1),
            _ => None,
        }),
        Value::Array(items) if depth < DEPTH_MAX => {
            items.iter().find_map(|it| elsewhere(it, depth + 1))
        }
        _ => None,
    }
}
