//! `noise`: plays flows twice and proposes rules for the values that differ.
//!
//! Both times the flows are played as `run` plays them, the second time with another seed, and against
//! mocks that have been started anew. What the second time answers is compared with the first: whatever
//! differs is made anew in every run, or hangs on chance. Nothing that was approved is looked at, and
//! nothing is written unless that is asked for.

mod leftover;
mod proposals;
mod told;

use std::collections::{BTreeMap, BTreeSet};

use super::aside::{Aside, Texts};
use super::gather::invocation;
use super::{Targets, lay_out, prepare};
use crate::change::{Change, ChangePlace, VolatileDraft};
use crate::cli::arguments::{NoiseArguments, RunArguments};
use crate::cli::settings::Settings;
use crate::cli::{Exit, Project, review};
use crate::report::escape_line;
use crate::report::human::count;
use crate::suite::{Api, Baseline, Outcome};
use crate::verdict::{Severity, Verdict};

use proposals::{Proposals, Seen};

/// Plays flows twice, and tells what differs.
pub(in crate::cli) fn noise(settings: &Settings, arguments: &NoiseArguments) -> Exit {
    let times = [arguments.as_run(0), arguments.as_run(1)];
    let (project, targets) = match prepare(settings, &times[0]) {
        Ok(prepared) => prepared,
        Err(exit) => return exit,
    };
    let left_out = untidy(&project, &times[0], &targets);
    for (flow, step) in &left_out {
        let flow = escape_line(flow);
        settings.console.tell(&format!(
            "left out: {flow}, `{step}` may leave something behind, and no step tidies up\n"
        ));
    }
    let mut session = Noise {
        settings,
        project: &project,
        targets: &targets,
        command: invocation(settings, "run", &times[0]).command,
        left_out: left_out.into_keys().collect(),
        exit: Exit::Ok,
    };
    let (first, second) = match session.twice(&times) {
        Ok(played) => played,
        Err(exit) => return exit,
    };
    let found = session.compare(&first, second);
    session.tell(&found, arguments, &times[0])
}

/// The flows that are not played twice at a server that others use, each with the step that may leave
/// something behind. A mock is started anew, and forgets.
fn untidy(
    project: &Project,
    arguments: &RunArguments,
    targets: &Targets,
) -> BTreeMap<String, String> {
    if arguments.target.is_none() {
        return BTreeMap::new();
    }
    let scenarios = project.suite.scenarios();
    let cases = lay_out(project, arguments, targets).cases.into_iter();
    let untidy = cases.filter_map(|case| {
        let step = leftover::leaving_step(&scenarios, &case.scenario)?;
        Some((case.id, step))
    });
    untidy.collect()
}

struct Noise<'n> {
    settings: &'n Settings,
    project: &'n Project,
    targets: &'n Targets,
    /// The call that plays a flow where this one plays it.
    command: String,
    /// The flows that are not played.
    left_out: BTreeSet<String>,
    exit: Exit,
}

impl Noise<'_> {
    /// Plays everything two times; with what the flows answered the first time, and what the second
    /// time came to.
    fn twice(&mut self, times: &[RunArguments; 2]) -> Result<(Texts, Vec<Outcome>), Exit> {
        let outcomes = self.play(&times[0], Texts::new(), true)?;
        let mut texts = Texts::new();
        for outcome in outcomes {
            self.exit = self.exit.max(exit_of(&outcome));
            let case = &outcome.report;
            match (why_not(&outcome), outcome.snapshot.clone()) {
                (None, Some(body)) => {
                    let own = texts.entry(case.api.clone()).or_default();
                    let path = String::new();
                    own.insert(case.snapshot.clone(), Baseline { path, body });
                }
                (why, _) => self.tell_left_out(&outcome, why.as_deref()),
            }
        }
        if texts.is_empty() {
            self.settings
                .console
                .tell("error: no flow can be compared with itself\nhelp: see above why not\n");
            return Err(self.exit.max(Exit::NothingSelected));
        }
        let second = self.play(&times[1], texts.clone(), false)?;
        Ok((texts, second))
    }

    /// Plays everything that is not left out, once; in the order of the plan.
    fn play(
        &self,
        arguments: &RunArguments,
        texts: Texts,
        is_first: bool,
    ) -> Result<Vec<Outcome>, Exit> {
        let mut plan = lay_out(self.project, arguments, self.targets);
        plan.cases.retain(|case| {
            let api = texts.get(&case.scenario.api);
            let is_known = is_first || api.is_some_and(|it| it.contains_key(&case.snapshot));
            is_known && !self.left_out.contains(&case.id)
        });
        if plan.is_empty() {
            self.settings
                .console
                .tell("error: no flow is left to be played\nhelp: see above why not\n");
            return Err(Exit::NothingSelected);
        }
        let words = is_first.then_some("played twice and compared, never written");
        let aside = Aside {
            settings: self.settings,
            project: self.project,
            targets: self.targets,
        };
        aside.play(arguments, plan, texts, words)
    }

    /// What differs, by API.
    fn compare(&mut self, first: &Texts, second: Vec<Outcome>) -> BTreeMap<String, Proposals> {
        let mut found: BTreeMap<String, Proposals> = BTreeMap::new();
        for api in first.keys() {
            found.entry(api.clone()).or_default();
        }
        for outcome in second {
            self.exit = self.exit.max(exit_of(&outcome));
            if let Some(why) = why_not(&outcome) {
                self.tell_left_out(&outcome, Some(&why));
                continue;
            }
            let case = &outcome.report;
            let proposals = found.entry(case.api.clone()).or_default();
            for change in case.change.iter().flat_map(|it| &it.changes) {
                let operation = review::operation(self.project, &case.path, &change.step);
                let api = self.project.suite.api(&case.api);
                let is_fixed = api.is_some_and(|api| is_fixed(api, operation.as_deref(), change));
                proposals.add(Seen {
                    flow: &case.path,
                    change,
                    operation,
                    is_fixed,
                });
            }
        }
        found
    }

    fn tell_left_out(&self, outcome: &Outcome, why: Option<&str>) {
        let flow = escape_line(&outcome.report.path);
        let why = escape_line(why.unwrap_or("it did not come to its end"));
        let command = &self.command;
        self.settings.console.tell(&format!(
            "left out: {flow}, {why}\nhelp: `{command} {flow} --exact` says more\n"
        ));
    }

    /// Tells what was found, and writes it where that was asked for.
    fn tell(
        &self,
        found: &BTreeMap<String, Proposals>,
        arguments: &NoiseArguments,
        run: &RunArguments,
    ) -> Exit {
        let console = &self.settings.console;
        let some = found.iter().filter(|(_, it)| !it.is_empty());
        for (api, proposals) in some {
            console.print(&told::text(api, proposals));
        }
        if found.values().all(Proposals::is_empty) {
            console.tell("nothing differs from run to run\n");
            return self.exit;
        }
        let mut exit = self.exit;
        if found.values().any(Proposals::has_rest) {
            exit = exit.max(Exit::NeedsReview);
        }
        let rules: usize = found.values().map(|it| it.rules.len()).sum();
        if rules == 0 {
            return exit;
        }
        if !arguments.write {
            let invocation = invocation(self.settings, "noise", run);
            let (command, selection) = (&invocation.command, &invocation.selection);
            console.tell(&format!(
                "{} proposed\n\
                 help: a `format` or `readOnly` in the contract is better; `{command}{selection} --write` writes the rules \
                 into api.toml\n",
                count(rules, "rule"),
            ));
            return exit.max(Exit::NeedsReview);
        }
        for (api, proposals) in found.iter().filter(|(_, it)| !it.rules.is_empty()) {
            let rules = proposals.rules.iter();
            let rules: BTreeSet<(Option<String>, VolatileDraft)> = rules
                .map(|((operation, _), rule)| (operation.clone(), rule.draft.clone()))
                .collect();
            let (one, told) = review::append(self.settings, self.project, api, &rules);
            exit = exit.max(one);
            self.settings.console.tell(&told);
        }
        exit
    }
}

/// What a flow that was played makes of the exit code. That it differs is told otherwise.
fn exit_of(outcome: &Outcome) -> Exit {
    match Exit::of_case(outcome) {
        Exit::NeedsReview => Exit::Ok,
        // A flow that fails by what a project makes of changes alone has nothing that was found.
        Exit::Findings if why_not(outcome).is_none() => Exit::Ok,
        other => other,
    }
}

/// Why a flow cannot be compared with itself.
fn why_not(outcome: &Outcome) -> Option<String> {
    let case = &outcome.report;
    let has_error = case
        .findings
        .iter()
        .any(|it| it.severity == Severity::Error);
    match &case.verdict {
        Verdict::Broken(why) | Verdict::Skipped(why) => Some(why.clone()),
        _ if has_error || outcome.snapshot.is_none() => Some("it failed".to_owned()),
        Verdict::Passed | Verdict::NeedsReview | Verdict::Failed => None,
    }
}

/// Whether the contract lists the values of a place, in some answer of the operation: a rule would hide
/// a change that somebody should see.
fn is_fixed(api: &Api, operation: Option<&str>, change: &Change) -> bool {
    let ChangePlace::Body { pointer, .. } = &change.place else {
        return false;
    };
    let operation = operation.and_then(|it| api.contract.operation(it));
    let contents = operation.into_iter().flat_map(|it| &it.responses);
    let mut schemas = contents
        .flat_map(|it| &it.content)
        .filter_map(|it| it.schema.as_ref());
    schemas.any(|schema| {
        let spot = schema.outline(&api.contract).root().at(pointer);
        spot.is_ok_and(|it| it.fixed().is_some())
    })
}
