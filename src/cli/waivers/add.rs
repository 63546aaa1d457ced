//! `waivers add`: from a finding or a change of a recorded run to waivers in `api.toml`.

use std::collections::BTreeSet;

use jiff::ToSpan as _;
use jiff::civil::Date;

use crate::change::Change;
use crate::check::waiver::{Deviation, Scope, WaivedPlace};
use crate::check::{self, APPROVED_SNAPSHOT, Finding};
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

/// The longest value that a waiver of a change names, in bytes.
const NOW_BYTES_MAX: usize = 1_000;

const CONTRACT_CHANGED: &str = "the contract has changed since that run";

const SECRET: &str = "a secret is a part of it, and a file holds none";

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
    for (case, told) in found {
        match text(&record, (case, told), api, (arguments, expires)) {
            Ok(text) => drop(texts.insert(text)),
            Err(why) => {
                let help = "mend the scenario or the contract, and play the flow again";
                return Err(refuse(&format!("`{name}` is not waived: {why}"), help));
            }
        }
    }
    let texts: Vec<WaiverText> = texts.into_iter().collect();
    let waivers = &api.settings.waivers;
    if let Some(own) = waivers
        .iter()
        .find(|own| texts.iter().any(|it| it.scope == own.scope))
    {
        let (place, until) = (escape_line(&own.place()).into_owned(), own.expires);
        let what = format!("`{name}` is waived already, at {place}, until {until}");
        return Err(refuse(
            &what,
            "give that one a later `expires`, or take it away",
        ));
    }
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

/// Something of a run that can be waived.
#[derive(Debug, Clone, Copy)]
enum Told<'r> {
    Finding(&'r Finding),
    Change(&'r Change),
}

impl Told<'_> {
    /// The name by which reports call it.
    fn name(&self, case: &RecordedCase) -> String {
        match self {
            Self::Finding(finding) => case.report.finding_id(finding),
            Self::Change(change) => {
                let class = change.judgement.class.id();
                format!("{}/{}#{class}", case.report.path, change.step)
            }
        }
    }
}

/// What of a case can be waived and is not.
fn told(case: &RecordedCase) -> impl Iterator<Item = Told<'_>> {
    let findings = case.report.findings.iter();
    let findings = findings.filter(|it| it.severity != Severity::Waived);
    // What an expired waiver is about is told as the change that it is.
    let findings = findings.filter(|it| it.check != APPROVED_SNAPSHOT);
    let changes = case.report.change.iter().flat_map(|it| &it.changes);
    let changes = changes.filter(|it| it.waived_place().is_some());
    findings.map(Told::Finding).chain(changes.map(Told::Change))
}

/// What has that name and is covered by no waiver.
fn found<'r>(record: &'r Record, name: &str) -> Vec<(&'r RecordedCase, Told<'r>)> {
    let cases = record.cases.iter();
    let pairs = cases.flat_map(|case| told(case).map(move |it| (case, it)));
    pairs.filter(|(case, it)| it.name(case) == name).collect()
}

/// Whether a text held a secret, which a record has the name of.
fn has_secret(text: &str) -> bool {
    let mut pieces = secret::pieces(text.as_bytes()).into_iter();
    pieces.any(|it| matches!(it, Piece::Placeholder(..)))
}

/// The name of something in the run that is like the one that is named.
fn nearest(record: &Record, name: &str) -> Option<String> {
    let cases = record.cases.iter();
    let names = cases.flat_map(|case| told(case).map(|it| it.name(case)));
    let names: Vec<String> = names.collect();
    let known = names.iter().map(String::as_str);
    diff::nearest(name, known).map(str::to_owned)
}

/// The waiver of what was told; an error says why there can be none.
fn text(
    record: &Record,
    (case, told): (&RecordedCase, Told<'_>),
    api: &Api,
    (arguments, expires): (&WaiversAdd, Date),
) -> Result<WaiverText, &'static str> {
    let (step, place) = match told {
        Told::Finding(finding) => (Some(finding.record), Some(finding.place.clone())),
        Told::Change(change) => (change.record, change.waived_place()),
    };
    let deviation = match told {
        Told::Finding(finding) => of_finding(finding, api)?,
        Told::Change(change) => of_change(change, api)?,
    };
    let report = step.and_then(|it| case.report.steps.get(it));
    let operation = report.map(|it| it.operation.clone()).unwrap_or_default();
    if api.contract.operation(&operation).is_none() {
        return Err("it is about no operation of the contract");
    }
    let at = place.as_ref().and_then(|it| match told {
        Told::Finding(_) => WaivedPlace::of(it),
        // The snapshot says which element it is: that another one changes is another change.
        Told::Change(_) => WaivedPlace::exactly(it),
    });
    let at = at.ok_or("it is at no place of an answer")?;
    if has_secret(at.as_str()) {
        return Err(SECRET);
    }
    let tries = step.and_then(|it| case.steps.get(it)).map(|it| &it.tries);
    let exchange = tries.and_then(|it| match told {
        Told::Finding(finding) => it.get(finding.attempt),
        Told::Change(_) => it.last(),
    });
    let mut targets = api.settings.targets.iter();
    let named = targets.find(|it| Some(&it.name) == record.head.target.as_ref());
    Ok(WaiverText {
        scope: Scope {
            deviation,
            operation,
            at,
            status: exchange.map(|it| it.status),
            target: named.map(|it| it.name.clone()),
        },
        reason: arguments.reason.clone(),
        owner: arguments.owner.clone(),
        ticket: arguments.ticket.clone(),
        expires: expires.to_string(),
    })
}

fn of_finding(finding: &Finding, api: &Api) -> Result<Deviation, &'static str> {
    if check::find(finding.check).is_none_or(check::Check::decides_the_flow) {
        return Err("the flow ended there");
    }
    if has_secret(finding.sentence()) {
        return Err(SECRET);
    }
    let promise = finding.promise.as_ref();
    if promise.is_some_and(|it| !api.contract.has(it)) {
        return Err(CONTRACT_CHANGED);
    }
    Ok(Deviation::Finding {
        check: finding.check,
        contract: promise.cloned(),
        message: finding.sentence().to_owned(),
    })
}

fn of_change(change: &Change, api: &Api) -> Result<Deviation, &'static str> {
    let promise = change.judgement.promise.as_ref();
    let promise = promise.ok_or("the record does not say where in the contract")?;
    if !api.contract.has(promise) {
        return Err(CONTRACT_CHANGED);
    }
    let now = change.new.clone();
    let length = now.as_deref().map_or(0, str::len);
    if length > NOW_BYTES_MAX {
        return Err("what is there now is too long to be named; approve it for the target alone");
    }
    if now.as_deref().is_some_and(has_secret) {
        return Err(SECRET);
    }
    Ok(Deviation::Change {
        class: change.judgement.class.id(),
        contract: promise.clone(),
        now,
    })
}
