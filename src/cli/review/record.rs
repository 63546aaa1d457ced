//! What another run found, by its report: in the format json, or in a page that holds it.

use std::fmt::Display;
use std::path::Path;

use serde::Deserialize;

use crate::change::{ChangeClass, ContractLine, Judgement, Note};
use crate::cli::Exit;
use crate::cli::arguments::WaitingArguments;
use crate::cli::settings::Settings;
use crate::cli::waiting::{Waiting, selected};
use crate::report::html::document;
use crate::shell::files;

/// The largest report that is read, in bytes, packed or not.
const REPORT_BYTES_MAX: usize = 128 * 1024 * 1024;

/// What of a report a review needs.
#[derive(Deserialize)]
#[serde(expecting = "a report of a run")]
struct Record {
    countersign: Header,
    cases: Vec<Case>,
}

#[derive(Deserialize)]
struct Header {
    version: u32,
}

#[derive(Deserialize)]
struct Case {
    path: String,
    findings: Vec<Finding>,
    snapshot: Option<Snapshot>,
    steps: Vec<Step>,
}

#[derive(Deserialize)]
struct Finding {
    severity: String,
    message: String,
    contract: Option<ContractLine>,
}

#[derive(Deserialize)]
struct Step {
    path: String,
    exchange: Option<Exchange>,
}

#[derive(Deserialize)]
struct Exchange {
    curl: String,
}

#[derive(Deserialize)]
struct Snapshot {
    approved: Option<String>,
    layer: Option<String>,
    text: String,
    source: Option<String>,
    about: Option<String>,
    changes: Vec<Judged>,
}

#[derive(Deserialize)]
struct Judged {
    id: String,
    class: ChangeClass,
    contract: Option<ContractLine>,
    why: String,
}

/// Tells that a file is no report.
fn refusal(settings: &Settings, path: &Path, why: &dyn Display) -> Exit {
    let path = path.display();
    settings.console.tell(&format!(
        "error: {path} is no report that can be reviewed: {why}\n\
         help: write one with `countersign run --report json=FILE` or `--report html=FILE`\n"
    ));
    Exit::Files
}

/// The document of a report, as the format json writes it.
///
/// # Errors
/// With the exit code, when the file cannot be read or is a page without data; told already.
pub(super) fn load(settings: &Settings, path: &Path) -> Result<String, Exit> {
    let text = files::load_text(path, REPORT_BYTES_MAX).map_err(|error| {
        settings.console.tell(&format!("error: {error}\n"));
        Exit::Files
    })?;
    if text.trim_start().starts_with('<') {
        return document(&text, REPORT_BYTES_MAX).map_err(|why| refusal(settings, path, &why));
    }
    Ok(text)
}

/// What the flows of a report answered otherwise than approved, beside what is approved here.
pub(super) fn read(
    settings: &Settings,
    path: &Path,
    arguments: &WaitingArguments,
) -> Result<Vec<Waiting>, Exit> {
    let told = |why: &dyn Display| refusal(settings, path, why);
    let text = load(settings, path)?;
    let record: Record = serde_json::from_str(&text).map_err(|error| told(&error))?;
    let version = crate::report::JSON_VERSION;
    if record.countersign.version != version {
        let other = record.countersign.version;
        return Err(told(&format!(
            "it is of version {other}, and this is for {version}"
        )));
    }
    let mut waiting = Vec::new();
    for case in record.cases {
        let Some(snapshot) = &case.snapshot else {
            continue;
        };
        let brought = crate::cli::waiting::Brought {
            flow: case.path.clone(),
            text: snapshot.text.clone(),
            beside: snapshot.approved.clone(),
            layer: snapshot.layer.clone(),
            source: snapshot.source.clone(),
            about: snapshot.about.clone(),
            notes: notes(&case, snapshot),
        };
        waiting.push(brought.read(settings)?);
    }
    selected(settings, waiting, arguments)
}

/// What was said of the changes, as a pending file has it.
fn notes(case: &Case, snapshot: &Snapshot) -> Vec<String> {
    let errors = case.findings.iter().filter(|it| it.severity == "error");
    let breaches = errors.map(|it| {
        Note::Breaks(Judgement {
            class: ChangeClass::Breaking,
            contract: it.contract.clone(),
            promise: None,
            why: it.message.clone(),
        })
    });
    let judged = snapshot.changes.iter().map(|it| Note::Judged {
        change: it.id.clone(),
        judgement: Judgement {
            class: it.class,
            contract: it.contract.clone(),
            promise: None,
            why: it.why.clone(),
        },
    });
    let asked = case.steps.iter().filter_map(|it| {
        Some(Note::Asked {
            step: it.path.clone(),
            curl: it.exchange.as_ref()?.curl.clone(),
        })
    });
    let notes = breaches.chain(judged).chain(asked);
    notes.map(|it| it.text()).collect()
}
