//! `waivers add`: from a finding of a recorded run to waivers in `api.toml`.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::check::waiver::WaivedPlace;
use crate::check::{self, Finding};
use crate::cli::arguments::WaiversAdd;
use crate::cli::records::Records;
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project};
use crate::diff;
use crate::record::{Record, RecordedCase};
use crate::report::escape_line;
use crate::report::human::count;
use crate::secret::{self, Piece};
use crate::suite::{Api, WaiverText, with_waivers};
use crate::verdict::Severity;

/// How many days a waiver holds when nothing is said.
const DAYS_USUAL: i32 = 30;

/// How many days a waiver may hold that is added: whoever needs it longer says so again.
const DAYS_MAX: i32 = 365;

pub(super) fn add(settings: &Settings, project: &Project, arguments: &WaiversAdd) -> Exit {
    match added(settings, project, arguments) {
        Ok(told) => {
            settings.console.tell(&told);
            Exit::Ok
        }
        Err(exit) => exit,
    }
}

fn added(settings: &Settings, project: &Project, arguments: &WaiversAdd) -> Result<String, Exit> {
    let expires = expires(settings, arguments, super::today())?;
    let record = Records::new(settings).find(&arguments.from)?;
    let name = escape_line(&arguments.finding).into_owned();
    let refuse = |what: &str, help: &str| {
        settings
            .console
            .tell(&format!("error: {what}\nhelp: {help}\n"));
        Exit::Usage
    };
    let found = found(&record, &arguments.finding);
    let Some((first, _)) = found.first() else {
        let program = settings.program();
        let help = match nearest(&record, &arguments.finding) {
            Some(near) => format!("did you mean `{}`?", escape_line(&near)),
            None => format!("`{program} report` tells what the latest run found"),
        };
        return Err(refuse(&format!("the run has no finding `{name}`"), &help));
    };
    let Some(api) = project.suite.api(&first.report.api) else {
        let api = escape_line(&first.report.api);
        return Err(refuse(
            &format!("there is no API `{api}`"),
            "name the run of this project",
        ));
    };
    let mut texts = BTreeSet::new();
    for (case, finding) in found {
        match text(&record, (case, finding), api, (arguments, expires)) {
            Ok(text) => drop(texts.insert(text)),
            Err(why) => {
                let help = "mend the scenario or the contract, and play the flow again";
                return Err(refuse(&format!("`{name}` is not waived: {why}"), help));
            }
        }
    }
    let texts: Vec<WaiverText> = texts.into_iter().collect();
    let (shown, old) = super::load(settings, project, &api.name)?;
    let new = with_waivers(&shown, &old, &texts);
    let new = new.map_err(|problems| settings.tell_problems(&problems))?;
    super::store(settings, project, &shown, &new)?;
    let waivers = count(texts.len(), "waiver");
    Ok(format!(
        "{waivers} until {expires} written to {}\n",
        escape_line(&shown)
    ))
}

/// The last day, of those that may be named.
fn expires(settings: &Settings, arguments: &WaiversAdd, today: Date) -> Result<Date, Exit> {
    let after = |days: i32| today.saturating_add(days.days());
    let expires = arguments.expires.unwrap_or_else(|| after(DAYS_USUAL));
    if (today..=after(DAYS_MAX)).contains(&expires) {
        return Ok(expires);
    }
    settings.console.tell(&format!(
        "error: a waiver cannot hold until {expires}\n\
         help: name a day from today on, {DAYS_MAX} days ahead at most\n"
    ));
    Err(Exit::Usage)
}

/// The findings of that name which no waiver covers.
fn found<'r>(record: &'r Record, name: &str) -> Vec<(&'r RecordedCase, &'r Finding)> {
    let pairs = record.cases.iter().flat_map(|case| {
        let findings = case.report.findings.iter();
        findings.map(move |finding| (case, finding))
    });
    pairs
        .filter(|(case, finding)| {
            finding.severity != Severity::Waived && case.report.finding_id(finding) == name
        })
        .collect()
}

/// Whether a text held a secret, which a record has the name of.
fn has_secret(text: &str) -> bool {
    let mut pieces = secret::pieces(text.as_bytes()).into_iter();
    pieces.any(|it| matches!(it, Piece::Placeholder(..)))
}

/// The name of a finding of the run that is like the one that is named.
fn nearest(record: &Record, name: &str) -> Option<String> {
    let cases = record.cases.iter();
    let names = cases.flat_map(|case| {
        let findings = case.report.findings.iter();
        findings.map(|it| case.report.finding_id(it))
    });
    let names: Vec<String> = names.collect();
    let known = names.iter().map(String::as_str);
    diff::nearest(name, known).map(str::to_owned)
}

/// The waiver of a finding; an error says why there can be none.
fn text(
    record: &Record,
    (case, finding): (&RecordedCase, &Finding),
    api: &Api,
    (arguments, expires): (&WaiversAdd, Date),
) -> Result<WaiverText, &'static str> {
    if check::find(finding.check).is_none_or(check::Check::decides_the_flow) {
        return Err("the flow ended there");
    }
    let step = case.report.step(finding);
    let operation = step.map(|it| it.operation.clone()).unwrap_or_default();
    if api.contract.operation(&operation).is_none() {
        return Err("it is about no operation of the contract");
    }
    let at = WaivedPlace::of(&finding.place).ok_or("it is at no place of an answer")?;
    if has_secret(finding.sentence()) || has_secret(at.as_str()) {
        return Err("a secret is a part of it, and a file holds none");
    }
    let promise = finding.promise.as_ref();
    if promise.is_some_and(|it| !api.contract.has(it)) {
        return Err("the contract has changed since that run");
    }
    let tries = case.steps.get(finding.record).map(|it| &it.tries);
    let exchange = tries.and_then(|it| it.get(finding.attempt));
    let mut targets = api.settings.targets.iter();
    let named = targets.find(|it| Some(&it.name) == record.head.target.as_ref());
    Ok(WaiverText {
        check: finding.check.to_owned(),
        operation,
        contract: promise.map(|it| it.as_str().to_owned()),
        at: at.as_str().to_owned(),
        message: finding.sentence().to_owned(),
        status: exchange.map(|it| it.status),
        target: named.map(|it| it.name.clone()),
        reason: arguments.reason.clone(),
        owner: arguments.owner.clone(),
        ticket: arguments.ticket.clone(),
        expires: expires.to_string(),
    })
}
