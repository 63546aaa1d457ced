//! Probes around the flows of a suite: a flow that has passed is played once more, with a prober beside its
//! steps.
//!
//! The second play is judged by its probes alone: what its own steps answer was judged in the first, and is
//! no snapshot any more, since a probe may have sent a request twice.

mod apart;
mod choice;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::outcome;
use super::play::{Outcome, Session, Shared};
use crate::http::Exchange;
use crate::journal::FlowJournal;
use crate::plan::{Case, Plan};
use crate::probe::{Aims, Declared, ENDED, Origin, Probed, Prober, Tried};
use crate::report::{Probes, Varied};
use crate::run::{Upcoming, Watch};
use crate::transcript::{End, Outcome as PlayedAs, Received, StepRecord, Transcript};
use crate::verdict::{Severity, Verdict};
use crate::world::{Pending, Site, Spares, World};
use choice::{Varies, who_varies};

/// What is probed of the flows of a plan.
#[derive(Debug, Default)]
pub(super) struct Probing {
    aims: Aims,
    /// Which case varies the requests of which operation.
    varies: Varies,
    /// How many flows there are of each API.
    flows: BTreeMap<String, usize>,
}

/// A prober that looks on.
struct Beside<'p>(Prober<'p>);

impl Watch for Beside<'_> {
    fn before<'a>(
        &'a mut self,
        upcoming: Upcoming<'a>,
        journal: Option<&'a mut FlowJournal<'_>>,
    ) -> Pending<'a, ()> {
        Box::pin(async move {
            let origin = Origin::new(upcoming.scenario, upcoming.step, upcoming.callers);
            let undo = |made: &Exchange, received: &Received| upcoming.undo(made, received);
            let about = (upcoming.request, &undo as Declared<'_>);
            self.0.before(origin, about, journal).await;
        })
    }

    fn after<'a>(
        &'a mut self,
        record: &'a StepRecord,
        journal: Option<&'a mut FlowJournal<'_>>,
    ) -> Pending<'a, ()> {
        Box::pin(self.0.after(record, journal))
    }
}

impl Session {
    /// The same, which plays flows that pass once more with probes beside their steps.
    #[must_use]
    pub fn probing(mut self, aims: Aims, plan: &Plan) -> Self {
        let mut flows = BTreeMap::new();
        for case in &plan.cases {
            *flows.entry(case.scenario.api.clone()).or_default() += 1;
        }
        let varies = if aims.variations {
            let ways = |case: &Case| &self.judging(case).ways;
            who_varies(plan, |case| self.is_awaited(case), ways)
        } else {
            Varies::new()
        };
        self.probing = Probing {
            aims,
            varies,
            flows,
        };
        self
    }

    /// The same, with servers for what is not to be sent where others see it.
    #[must_use]
    pub fn with_spares(mut self, spares: Arc<dyn Spares>) -> Self {
        self.spares = Some(spares);
        self
    }

    /// The steps of a case whose requests the plan leaves to it to vary, with their operations.
    fn left_to(&self, case: &Case) -> impl Iterator<Item = (&str, usize)> {
        let first = case.id.split('#').next().unwrap_or_default();
        let own = self.probing.varies.iter();
        let own = own.filter(move |(_, (id, _))| id == first);
        own.map(|((_, operation), (_, place))| (operation.as_str(), *place))
    }

    /// The steps of a case whose requests are varied: those that the plan leaves to it, and that succeeded.
    fn varied_by(&self, case: &Case, outcome: &Outcome) -> BTreeSet<usize> {
        let has_succeeded = |place: &usize| {
            outcome.steps.iter().any(|it| {
                let is_it = it.callers.is_empty() && it.step == *place;
                let ways = &self.judging(case).ways;
                let is_success = it.last().is_some_and(|it| {
                    let status = it.exchange.response.status;
                    status / 100 == 2 && !ways.says_no(status, it.received.json())
                });
                is_it && is_success && it.outcome == PlayedAs::Succeeded
            })
        };
        let places = self.left_to(case).map(|(_, place)| place);
        places.filter(has_succeeded).collect()
    }

    /// What came of varying the operations that the plan leaves to a case.
    fn told_of(&self, case: &Case, tried: &BTreeMap<String, Tried>, why: &str) -> Vec<Varied> {
        let all = self.left_to(case).map(|(operation, _)| {
            let known = tried.get(operation);
            let left = known.map_or(Some(why), |it| it.left);
            Varied {
                operation: operation.to_owned(),
                sent: known.map_or(0, |it| it.sent),
                left: left.map(str::to_owned),
            }
        });
        all.collect()
    }

    /// An outcome that is not probed; with why not, where its operations were to be varied.
    fn unprobed(&self, case: &Case, mut outcome: Outcome) -> Outcome {
        let why = match &outcome.report.verdict {
            Verdict::Passed | Verdict::NeedsReview => "the run was stopped",
            Verdict::Skipped(_) => "the flow was not played",
            Verdict::Failed | Verdict::Broken(_) => "the flow did not pass",
        };
        let varied = self.told_of(case, &BTreeMap::new(), why);
        if !varied.is_empty() {
            Arc::make_mut(&mut outcome.report).probes = Some(Probes {
                varied,
                ..Probes::default()
            });
        }
        outcome
    }

    /// Plays a case once more, with probes, when it has passed; with what it came to and what they show.
    pub(super) async fn probe(
        &self,
        case: &Case,
        (shared, world): (&Shared, World<'_>),
        outcome: Outcome,
    ) -> Outcome {
        let has_passed = matches!(
            outcome.report.verdict,
            Verdict::Passed | Verdict::NeedsReview
        );
        let Probing { aims, flows, .. } = &self.probing;
        if aims.is_nothing() || !has_passed || world.stopping.is_requested() {
            return self.unprobed(case, outcome);
        }
        if world.limits.safe_only {
            let why = "the target is protected (`--allow-writes`)";
            let varied = self.told_of(case, &BTreeMap::new(), "the target is protected");
            let probes = (Probed::default(), varied);
            return with_probes((outcome, world.site), probes, Some(why.to_owned()));
        }
        if self.is_awaited(case) {
            let why = "other flows depend on what it leaves behind";
            let probes = (Probed::default(), Vec::new());
            return with_probes((outcome, world.site), probes, Some(why.to_owned()));
        }
        let judging = self.judging(case);
        let varied = self.varied_by(case, &outcome);
        // One flow has the API for itself.
        let is_only = flows.get(&case.scenario.api) == Some(&1);
        let aims = Aims {
            is_alone: aims.is_alone || is_only,
            rest: self.rest(&case.scenario.api),
            ..*aims
        };
        let mut beside = Beside(Prober::new(
            aims,
            world,
            (&judging.severities, &judging.ways),
            varied,
        ));
        let played = self
            .record_alone(case, (shared, world), Some(&mut beside))
            .await;
        self.vary_apart(case, &mut beside.0).await;
        let mut probed = beside.0.finish();
        let ended_early = match &played {
            Ok(transcript) => ended_early(transcript),
            Err(why) => Some(why.clone()),
        };
        if let Ok(transcript) = played {
            let mut probes = Transcript {
                steps: std::mem::take(&mut probed.records),
                ..transcript
            };
            let findings = &mut probed.findings;
            if let Some(today) = self.today {
                outcome::waive(findings, &probes, &judging.waivers, today);
            }
            // From here on nobody sees a secret but by its name.
            judging.telling.clean(&mut probes, findings);
            probed.records = probes.steps;
        }
        let why = match &ended_early {
            Some(_) => ENDED,
            None => "its step had no success to begin from",
        };
        let varied = self.told_of(case, &probed.tried, why);
        with_probes((outcome, world.site), (probed, varied), ended_early)
    }
}

/// Why a flow that had passed did not come to its end while it was probed.
fn ended_early(transcript: &Transcript) -> Option<String> {
    match &transcript.end {
        End::Completed => None,
        End::Failed(place) => {
            let step = transcript.steps.get(*place).map(StepRecord::path);
            let step = step.unwrap_or_default();
            Some(format!("`{step}` does not end among probes as without"))
        }
        End::Lost(error) => Some(error.to_string()),
        End::Refused(_) => Some("a request was not sent".to_owned()),
        End::Stopped(why) => Some(why.clone()),
        End::Interrupted => Some("the run was stopped".to_owned()),
    }
}

/// An outcome with what probes show.
fn with_probes(
    (mut outcome, site): (Outcome, &Site),
    (probed, varied): (Probed, Vec<Varied>),
    ended_early: Option<String>,
) -> Outcome {
    let first = outcome.steps.len();
    let report = Arc::make_mut(&mut outcome.report);
    let shown = outcome::beside((&probed.records, site), &probed.findings);
    report.steps.splice(first..first, shown);
    report
        .findings
        .extend(probed.findings.into_iter().map(|mut it| {
            it.record += first;
            it
        }));
    if report
        .findings
        .iter()
        .any(|it| it.severity == Severity::Error)
    {
        report.verdict = Verdict::Failed;
    }
    report.probes = Some(Probes {
        sent: probed.sent,
        ended_early,
        varied,
    });
    if !probed.records.is_empty() {
        let steps = outcome.steps.iter().cloned().chain(probed.records);
        outcome.steps = steps.collect();
    }
    outcome
}

#[cfg(test)]
mod tests;
