//! The exit code: one match, decided in one place.

use std::process::ExitCode;

use super::arguments::{FailKind, RunArguments};
use super::settings::Settings;
use crate::report::CaseReport;
use crate::suite::Outcome;
use crate::verdict::{Severity, Verdict};

/// What every run fails by, whatever it is for.
const USUAL: [FailKind; 3] = [FailKind::Finding, FailKind::Target, FailKind::Review];

/// How the program ended, from light to heavy: where several things happened, the heaviest counts,
/// so that a proven finding beats what is inconclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Exit {
    /// All that was selected was done and is fine.
    Ok,
    /// A flow passed only when it was played again, and that counts.
    Flaky,
    /// The selection takes nothing, nothing of it could be played, or in CI a flow was skipped.
    NothingSelected,
    /// Snapshots are new or have changed within the contract.
    NeedsReview,
    /// The target gave no usable answer.
    Target,
    /// The target answered and something was found; or a check of files found something.
    Findings,
    /// The user's files are wrong.
    Files,
    /// The command line is wrong.
    Usage,
    /// A signal stopped the run; holds the exit code that the signal asks for.
    Signal(u8),
    /// A secret would have stood in a file, which was withdrawn.
    Secret,
    /// A bug in this program.
    Internal,
}

impl Exit {
    /// What one case asks for by the usual rules; a run ends with the heaviest of its cases.
    pub fn of_case(outcome: &Outcome) -> Self {
        let mut ending = Ending::usual(false);
        ending.add_case(outcome);
        ending.exit
    }

    /// The way of ending that has this code.
    pub(super) fn of_code(code: u8) -> Self {
        match code {
            0 => Self::Ok,
            1 => Self::Findings,
            2 => Self::Usage,
            3 => Self::Target,
            4 => Self::NothingSelected,
            5 => Self::NeedsReview,
            6 => Self::Files,
            7 => Self::Flaky,
            8 => Self::Secret,
            124 | 128.. => Self::Signal(code),
            _ => Self::Internal,
        }
    }

    /// The code.
    pub fn code(self) -> u8 {
        match self {
            Self::Ok => 0,
            Self::Findings => 1,
            Self::Usage => 2,
            Self::Target => 3,
            Self::NothingSelected => 4,
            Self::NeedsReview => 5,
            Self::Files => 6,
            Self::Flaky => 7,
            Self::Secret => 8,
            Self::Internal => 70,
            Self::Signal(code) => code,
        }
    }
}

impl FailKind {
    /// What it asks for, where a run fails by it.
    fn exit(self) -> Exit {
        match self {
            Self::Finding | Self::Warning => Exit::Findings,
            Self::Review => Exit::NeedsReview,
            Self::Target => Exit::Target,
            Self::Skipped => Exit::NothingSelected,
            Self::Flaky => Exit::Flaky,
        }
    }
}

/// How a run is going to end: what has come to pass so far, weighed by what it shall fail by.
#[derive(Debug, Clone)]
pub(super) struct Ending {
    /// What the run fails by.
    kinds: Vec<FailKind>,
    /// What it would fail by if nothing had been said.
    usual: Vec<FailKind>,
    /// Whether that was said.
    is_said: bool,
    exit_zero: bool,
    exit: Exit,
    /// How it would end by the usual rules.
    usual_exit: Exit,
}

impl Ending {
    /// The end of a run that has just begun.
    pub(super) fn new(settings: &Settings, arguments: &RunArguments) -> Self {
        let is_ci = settings.ci.is_some();
        let mut ending = Self::usual(is_ci && !arguments.allow_skipped);
        if arguments.tries.fails_flaky(is_ci) {
            ending.usual.push(FailKind::Flaky);
            ending.kinds.push(FailKind::Flaky);
        }
        let failing = &arguments.failing;
        ending.exit_zero = failing.exit_zero;
        if !failing.fail_on.is_empty() {
            ending.is_said = true;
            ending.kinds.clone_from(&failing.fail_on);
            // What was asked for by a flag of its own counts beside the list.
            if arguments.tries.must_not_be_flaky() {
                ending.kinds.push(FailKind::Flaky);
            }
        }
        ending
    }

    /// The end of a run of which nothing was said; a gate does not open because flows were skipped.
    fn usual(is_gate: bool) -> Self {
        let gate = is_gate.then_some(FailKind::Skipped);
        let usual: Vec<FailKind> = USUAL.into_iter().chain(gate).collect();
        Self {
            kinds: usual.clone(),
            usual,
            is_said: false,
            exit_zero: false,
            exit: Exit::Ok,
            usual_exit: Exit::Ok,
        }
    }

    /// The end of a run that the target ended before it began.
    pub(super) fn at_once(exit: Exit, settings: &Settings, arguments: &RunArguments) -> Exit {
        let mut ending = Self::new(settings, arguments);
        match exit {
            Exit::Target => {
                ending.fails_by(FailKind::Target);
            }
            other => ending.add(other),
        }
        ending.finish(settings)
    }

    /// How it would end now if nothing were let pass.
    pub(super) fn exit(&self) -> Exit {
        self.exit
    }

    /// Takes in what counts whatever was said.
    pub(super) fn add(&mut self, exit: Exit) {
        self.exit = self.exit.max(exit);
        self.usual_exit = self.usual_exit.max(exit);
    }

    /// Takes in what counts where the run fails by it; answers whether it does.
    pub(super) fn fails_by(&mut self, kind: FailKind) -> bool {
        if self.usual.contains(&kind) {
            self.usual_exit = self.usual_exit.max(kind.exit());
        }
        let counts = self.kinds.contains(&kind);
        if counts {
            self.exit = self.exit.max(kind.exit());
        }
        counts
    }

    /// Takes in what one case came to.
    pub(super) fn add_case(&mut self, outcome: &Outcome) {
        let case = &outcome.report;
        if !case.problems.is_empty() {
            self.add(Exit::Files);
        }
        let mut warnings = case.findings.iter();
        let kinds = [
            (
                case.verdict == Verdict::Failed || failed_before(case),
                FailKind::Finding,
            ),
            (
                warnings.any(|it| it.severity == Severity::Warning),
                FailKind::Warning,
            ),
            (outcome.lost, FailKind::Target),
            (case.verdict == Verdict::NeedsReview, FailKind::Review),
        ];
        for (_, kind) in kinds.into_iter().filter(|(has_it, _)| *has_it) {
            self.fails_by(kind);
        }
    }

    /// Why a run fails by flows that were skipped, and what to do.
    pub(super) fn why_skipped_fails(&self) -> (&'static str, &'static str) {
        if self.is_said {
            let help = "give them what they need, or leave `skipped` out of `--fail-on`";
            ("`--fail-on` names that", help)
        } else {
            let help = "give them what they need, or say `--allow-skipped`";
            ("this is CI", help)
        }
    }

    /// How the run ends; tells where it ends otherwise than usual.
    pub(super) fn finish(&self, settings: &Settings) -> Exit {
        let (exit, notes) = self.decide();
        settings.console.tell(&notes);
        exit
    }

    /// How the run ends, and what is to be told of that.
    fn decide(&self) -> (Exit, String) {
        let mut notes = String::new();
        if self.usual_exit > self.exit {
            let usual = self.usual_exit.code();
            notes = format!("note: without `--fail-on` the run would have ended with {usual}\n");
        }
        // What is heavier says nothing of the target: the call, the files, a signal, a bug.
        let is_told_only = self.exit_zero && self.exit <= Exit::Findings;
        if !is_told_only || self.exit == Exit::Ok {
            return (self.exit, notes);
        }
        let code = self.exit.code();
        let note = format!("note: without `--exit-zero` the run would have ended with {code}\n");
        notes.push_str(&note);
        (Exit::Ok, notes)
    }
}

/// Whether a case failed, and did not pass when it was played again: what was found then is proven.
fn failed_before(case: &CaseReport) -> bool {
    let mut earlier = case.tries.earlier.iter();
    case.verdict == Verdict::NeedsReview && earlier.any(|it| it.verdict == Verdict::Failed)
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit.code())
    }
}

/// Tells a wrong command line, the help or the version.
pub(super) fn for_usage(message: &clap::Error) -> ExitCode {
    // A stream that takes no more has nobody who could be told so.
    let _ = message.print();
    let exit = if message.exit_code() == 0 {
        Exit::Ok
    } else {
        Exit::Usage
    };
    exit.into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_one_counts() {
        let from_light_to_heavy = [0, 7, 4, 5, 3, 1, 6, 2, 130, 8, 70];
        let mut all = [
            Exit::Internal,
            Exit::Secret,
            Exit::Signal(130),
            Exit::Usage,
            Exit::Files,
            Exit::Findings,
            Exit::Target,
            Exit::NeedsReview,
            Exit::NothingSelected,
            Exit::Flaky,
            Exit::Ok,
        ];
        all.sort();
        assert_eq!(all.map(Exit::code), from_light_to_heavy);
        assert_eq!(from_light_to_heavy.map(Exit::of_code), all);
    }

    use FailKind::{Finding, Review, Skipped, Target, Warning};

    /// What was said: where, with which flags.
    struct Said {
        is_gate: bool,
        fail_on: &'static [FailKind],
        exit_zero: bool,
    }

    const NOTHING: Said = Said {
        is_gate: false,
        fail_on: &[],
        exit_zero: false,
    };

    /// How a run ends that came to this, and what is told of it.
    fn end(said: &Said, kinds: &[FailKind], other: Exit) -> (u8, String) {
        let mut ending = Ending::usual(said.is_gate);
        ending.exit_zero = said.exit_zero;
        if !said.fail_on.is_empty() {
            ending.is_said = true;
            ending.kinds = said.fail_on.to_vec();
        }
        for kind in kinds {
            ending.fails_by(*kind);
        }
        ending.add(other);
        let (exit, notes) = ending.decide();
        (exit.code(), notes)
    }

    #[test]
    fn what_is_named_counts_and_nothing_else() {
        const ALL: &[FailKind] = &[Finding, Warning, Review, Target, Skipped];
        type Row = (&'static [FailKind], [u8; 5]);
        // The columns are: finding, warning, review, target, skipped.
        let rows: [Row; 7] = [
            (&[], [1, 0, 5, 3, 0]),
            (&[Finding], [1, 0, 0, 0, 0]),
            (&[Warning], [0, 1, 0, 0, 0]),
            (&[Review], [0, 0, 5, 0, 0]),
            (&[Target], [0, 0, 0, 3, 0]),
            (&[Skipped], [0, 0, 0, 0, 4]),
            (ALL, [1, 1, 5, 3, 4]),
        ];
        for (fail_on, codes) in rows {
            let said = Said { fail_on, ..NOTHING };
            for (kind, code) in ALL.iter().zip(codes) {
                assert_eq!(
                    end(&said, &[*kind], Exit::Ok).0,
                    code,
                    "{fail_on:?} {kind:?}"
                );
            }
        }
        let gate = Said {
            is_gate: true,
            ..NOTHING
        };
        assert_eq!(end(&gate, &[Skipped], Exit::Ok), (4, String::new()));
        assert_eq!(end(&gate, &[Warning], Exit::Ok), (0, String::new()));
    }

    #[test]
    fn of_what_counts_the_heaviest_decides_and_what_would_have_is_told() {
        let said = Said {
            fail_on: &[Review, Skipped],
            ..NOTHING
        };
        let note = "note: without `--fail-on` the run would have ended with 1\n";
        let told = end(&said, &[Finding, Review, Skipped], Exit::Ok);
        assert_eq!(told, (5, note.to_owned()));
        assert_eq!(
            end(&said, &[Warning, Skipped], Exit::Ok),
            (4, String::new())
        );
        // What always counts is heavier than what was left out.
        assert_eq!(end(&said, &[Finding], Exit::Files), (6, String::new()));
        assert_eq!(end(&NOTHING, &[Target, Finding, Review], Exit::Ok).0, 1);
        assert_eq!(end(&NOTHING, &[Review, Target], Exit::Ok).0, 3);
    }

    #[test]
    fn with_exit_zero_what_the_run_came_to_is_told_and_nothing_else_is_forgiven() {
        let zero = Said {
            exit_zero: true,
            is_gate: true,
            ..NOTHING
        };
        for (kinds, other, code) in [
            (&[Finding][..], Exit::Ok, 1),
            (&[Review], Exit::Ok, 5),
            (&[Target, Review], Exit::Ok, 3),
            (&[Skipped], Exit::Ok, 4),
            (&[], Exit::NothingSelected, 4),
        ] {
            let note =
                format!("note: without `--exit-zero` the run would have ended with {code}\n");
            assert_eq!(end(&zero, kinds, other), (0, note));
        }
        assert_eq!(end(&zero, &[Warning], Exit::Ok), (0, String::new()));
        for heavier in [Exit::Files, Exit::Usage, Exit::Signal(130), Exit::Internal] {
            assert_eq!(
                end(&zero, &[Finding], heavier),
                (heavier.code(), String::new())
            );
        }
        let both = Said {
            fail_on: &[Warning],
            ..zero
        };
        let notes = end(&both, &[Finding, Warning], Exit::Ok).1;
        assert!(
            notes.ends_with("without `--exit-zero` the run would have ended with 1\n"),
            "{notes}"
        );
    }
}
