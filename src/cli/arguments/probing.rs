//! What is asked beside the steps of flows.

use std::time::Duration;

use clap::Args;

use crate::probe::{Aims, Rest};

/// How many probes a flow sends when nothing is said.
const PROBES_USUAL: usize = 2_000;
/// How many it may be allowed.
const PROBES_MAX: usize = 1_000_000;
/// For how long probes may be sent, in seconds.
const SECONDS_MAX: u64 = 86_400;

// What is asked beside the steps of flows.
#[derive(Debug, Clone, Copy, Default, Args)]
pub(in crate::cli) struct ProbingArguments {
    /// Play each flow that passes once more, and ask beside its steps for what holds at every honest server:
    /// what was created can be read, the same PUT twice is one PUT, what was deleted is gone.
    #[arg(long)]
    pub(in crate::cli) laws: bool,
    /// Play each flow that passes once more, and vary the requests of its steps against the contract: what
    /// breaks it must be refused and leave no trace, what keeps it must be accepted.
    #[arg(long)]
    pub(in crate::cli) variations: bool,
    /// How many probes a flow may send, or how long in all probes are sent, such as `300` or `60s`
    /// [default: 2000].
    #[arg(long, value_name = "N|TIME", value_parser = parse_budget)]
    pub(in crate::cli) budget: Option<Budget>,
}

/// What probes may cost.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::cli) enum Budget {
    /// So many in each flow.
    Count(usize),
    /// None after that time.
    Time(Duration),
}

fn parse_budget(text: &str) -> Result<Budget, String> {
    let number = |digits: &str, unit: u64| digits.parse::<u64>().ok()?.checked_mul(unit);
    let units = [("s", 1), ("m", 60), ("h", 3_600)];
    let time = units
        .iter()
        .find_map(|(end, unit)| number(text.strip_suffix(end)?, *unit));
    match (time, text.parse::<usize>()) {
        (Some(seconds @ 1..=SECONDS_MAX), _) => Ok(Budget::Time(Duration::from_secs(seconds))),
        (None, Ok(count @ 1..=PROBES_MAX)) => Ok(Budget::Count(count)),
        _ => Err(format!(
            "write a number of probes up to {PROBES_MAX}, or a time up to a day such as `60s` or `5m`"
        )),
    }
}

impl ProbingArguments {
    /// The flags that send the same probes again, each with a space before it.
    pub(in crate::cli) fn flags(self, seed: u64) -> String {
        let laws = self.laws.then_some(" --laws".to_owned());
        let variations = self.variations.then_some(" --variations".to_owned());
        let seed = (self.variations && seed != 0).then(|| format!(" --seed {seed}"));
        [laws, variations, seed].into_iter().flatten().collect()
    }

    /// Whether nothing is left out that probes could ask.
    pub(in crate::cli) fn asks_everything(self) -> bool {
        self.laws && self.variations && self.budget.is_none()
    }

    /// What is probed.
    pub(in crate::cli) fn aims(self, seed: u64) -> Aims {
        let (budget, time) = match self.budget {
            None => (PROBES_USUAL, None),
            Some(Budget::Count(count)) => (count, None),
            Some(Budget::Time(time)) => (PROBES_MAX, Some(time)),
        };
        Aims {
            laws: self.laws,
            variations: self.variations,
            budget,
            time,
            rest: Rest::default(),
            is_alone: false,
            seed,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_a_number_or_a_time() {
        assert_eq!(parse_budget("300"), Ok(Budget::Count(300)));
        assert_eq!(parse_budget("2m"), Ok(Budget::Time(Duration::from_mins(2))));
        for wrong in [
            "",
            "0",
            "0s",
            "-1",
            "1d",
            "s",
            "1.5",
            "99999999999",
            "100000s",
        ] {
            assert!(parse_budget(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn the_same_probes_are_asked_for_again() {
        let flags = |laws, variations, seed| {
            let asked = ProbingArguments {
                laws,
                variations,
                budget: None,
            };
            asked.flags(seed)
        };
        assert_eq!(flags(false, false, 7), "");
        assert_eq!(flags(true, false, 7), " --laws");
        assert_eq!(flags(true, true, 7), " --laws --variations --seed 7");
        assert_eq!(flags(false, true, 0), " --variations");
    }
}
