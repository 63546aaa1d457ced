//! `config show`: every setting that holds, with where it comes from. Of a secret it is told where it
//! is and whether it is there; nothing of it is read but that.

use std::fmt::Write as _;

use clap::Args as _;
use serde::Serialize;
use serde_json::Value;

use super::arguments::{ConfigArguments, ConfigCommand, RunArguments, ShowArguments, ShowFormat};
use super::settings::Settings;
use super::{Exit, Project};
use crate::change::CLASSES;
use crate::check::CHECKS;
use crate::http::is_secret_name;
use crate::problem::Node;
use crate::report::escape_line;
use crate::report::human::Palette;
use crate::suite::Api;

/// How deep a setting may lie in `api.toml`.
const DEPTH_MAX: usize = 16;

/// One setting.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Setting {
    /// The API that it is of; none where it is of all.
    #[serde(skip_serializing_if = "Option::is_none")]
    api: Option<String>,
    name: String,
    value: String,
    /// Where it comes from.
    origin: String,
}

impl Setting {
    fn new(name: impl Into<String>, value: impl Into<String>, origin: impl Into<String>) -> Self {
        Self {
            api: None,
            name: name.into(),
            value: value.into(),
            origin: origin.into(),
        }
    }
}

#[derive(Serialize)]
struct Document<'s> {
    settings: &'s [Setting],
}

pub(super) fn config(settings: &Settings, arguments: &ConfigArguments) -> Exit {
    let ConfigCommand::Show(arguments) = &arguments.command;
    let project = match settings.load_project(arguments.remote) {
        Ok(project) => project,
        Err(exit) => return exit,
    };
    match all(settings, arguments, &project) {
        Ok(shown) => {
            settings.console.print(&told(&shown, arguments.format));
            Exit::Ok
        }
        Err(exit) => exit,
    }
}

fn told(shown: &[Setting], format: ShowFormat) -> String {
    let mut text = String::new();
    match format {
        ShowFormat::Json => {
            let document = Document { settings: shown };
            text = serde_json::to_string_pretty(&document).unwrap_or_default();
            text.push('\n');
        }
        ShowFormat::Human => {
            let mut last = None;
            for setting in shown {
                if last != Some(&setting.api) {
                    let title = setting.api.as_deref().unwrap_or("all");
                    let gap = if last.is_some() { "\n" } else { "" };
                    let _ = writeln!(text, "{gap}{}", escape_line(title));
                }
                last = Some(&setting.api);
                let line = format!("{} = {}", setting.name, setting.value);
                let _ = writeln!(text, "  {:<52} {}", escape_line(&line), setting.origin);
            }
        }
    }
    text
}

/// Every setting, in the order in which it is told.
///
/// # Errors
/// With the exit code, once it has been told that an API is not known.
fn all(
    settings: &Settings,
    arguments: &ShowArguments,
    project: &Project,
) -> Result<Vec<Setting>, Exit> {
    let apis = &project.suite.apis;
    let known: Vec<&str> = apis.iter().map(|it| it.name.as_str()).collect();
    let mut named = arguments.apis.iter();
    if let Some(strange) = named.find(|it| !known.contains(&it.as_str())) {
        return Err(settings.tell_unknown("API", strange, &known));
    }
    let mut shown = of_all(settings);
    let is_meant = |api: &&Api| arguments.apis.is_empty() || arguments.apis.contains(&api.name);
    for api in apis.iter().filter(is_meant) {
        let own = of_api(settings, api).into_iter();
        shown.extend(own.map(|setting| Setting {
            api: Some(api.name.clone()),
            ..setting
        }));
    }
    Ok(shown)
}

/// What holds for every API: the surroundings, and what a run does where no flag says otherwise.
fn of_all(settings: &Settings) -> Vec<Setting> {
    let directory = settings.directory.to_string_lossy();
    let origin = if directory == "." {
        "default"
    } else {
        "flag --directory"
    };
    let color = settings.console.palette() == Palette::COLOURED;
    let color = Setting::new("color", color.to_string(), settings.color_origin);
    let ci = match settings.ci {
        Some(name) => Setting::new("ci", "true", format!("environment {name}")),
        None => Setting::new("ci", "false", "default"),
    };
    let mut shown = vec![Setting::new("directory", directory, origin), color, ci];
    let run = RunArguments::augment_args(clap::Command::new("run"));
    for flag in run.get_arguments() {
        let usual: Vec<_> = flag
            .get_default_values()
            .iter()
            .map(|it| it.to_string_lossy())
            .collect();
        let name = flag.get_long().filter(|_| flag.get_action().takes_values());
        if let (Some(name), false) = (name, usual.is_empty()) {
            shown.push(Setting::new(
                format!("run --{name}"),
                usual.join(","),
                "default",
            ));
        }
    }
    shown
}

/// What `api.toml` says, in its order, and what holds where it is silent.
fn of_api(settings: &Settings, api: &Api) -> Vec<Setting> {
    let mut shown = Vec::new();
    let root = api.settings_source.as_ref().map(|it| Node::root(it));
    if let Some(root) = &root {
        walk(settings, root, "", &mut shown);
    }
    let says = |table: &str, id: &str| {
        let table = root.as_ref().and_then(|it| it.get(table));
        table.is_some_and(|it| it.get(id).is_some())
    };
    for check in CHECKS.iter().filter(|it| !says("checks", it.id)) {
        let (name, value) = (format!("checks.{}", check.id), check.severity.to_string());
        shown.push(Setting::new(name, quoted(&value), "default"));
    }
    for class in CLASSES.iter().filter(|it| !says("changes", it.id())) {
        let value = api.settings.changes.of(*class).id();
        shown.push(Setting::new(
            format!("changes.{}", class.id()),
            quoted(value),
            "default",
        ));
    }
    if !says("snapshot", "headers") {
        shown.push(Setting::new("snapshot.headers", "[]", "default"));
    }
    shown
}

fn quoted(text: &str) -> String {
    Value::from(text).to_string()
}

fn walk(settings: &Settings, node: &Node<'_>, name: &str, shown: &mut Vec<Setting>) {
    let is_of = |table: &str| name.starts_with("targets.") && name.contains(table);
    let may_be_elsewhere = name.starts_with("identities.")
        || is_of(".identities.")
        || is_of(".headers.")
        || is_of(".proxy.");
    if may_be_elsewhere && let Some(value) = source(settings, node) {
        shown.push(Setting::new(name, value, origin(node)));
        return;
    }
    let (mut ignored, depth) = (Vec::new(), node.pointer().tokens().count());
    match node.value() {
        Value::Object(fields) if !fields.is_empty() && depth < DEPTH_MAX => {
            for (key, field) in node.entries(&mut ignored) {
                let dot = if name.is_empty() { "" } else { "." };
                walk(settings, &field, &format!("{name}{dot}{key}"), shown);
            }
        }
        Value::Array(items) if items.iter().any(Value::is_object) && depth < DEPTH_MAX => {
            for (index, item) in node.items(&mut ignored).iter().enumerate() {
                walk(settings, item, &format!("{name}[{index}]"), shown);
            }
        }
        value => {
            let key = node.pointer().last().unwrap_or_default();
            let value = if is_secret_name(&key) {
                "[hidden]".to_owned()
            } else {
                value.to_string()
            };
            shown.push(Setting::new(name, value, origin(node)));
        }
    }
}

fn origin(node: &Node<'_>) -> String {
    format!("api.toml:{}", node.location().line)
}

/// Where a secret is, and whether it is there; none where the node says nothing of that.
fn source(settings: &Settings, node: &Node<'_>) -> Option<String> {
    let text = |name: &str| node.get(name)?.value().as_str();
    if let Some(name) = text("env") {
        let is_set = Settings::variable(name).is_some();
        let state = if is_set { "set" } else { "not set" };
        return Some(format!("from env {name} ({state})"));
    }
    let file = |path: &str| {
        let is_there = settings.directory.join(path).is_file();
        let state = if is_there { "there" } else { "not there" };
        format!("{path} ({state})")
    };
    if let Some(path) = text("file") {
        return Some(format!("from file {}", file(path)));
    }
    if let (Some(certificate), Some(key)) = (text("cert"), text("key")) {
        return Some(format!(
            "from files {} and {}",
            file(certificate),
            file(key)
        ));
    }
    // Its arguments may hold what is not for everybody.
    let words = node.get("command")?;
    let program = words.value().get(0)?.as_str()?;
    Some(format!("from command {program} (not run)"))
}
