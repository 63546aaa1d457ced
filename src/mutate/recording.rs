//! What a flow said to a target that is right.

use std::sync::Arc;

use crate::contract::Contract;
use crate::http::Exchange;
use crate::scenario::Call;
use crate::transcript::{Outcome, StepRecord};

/// One flow as it was played.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// The name of the flow.
    pub flow: String,
    /// How many steps it has.
    pub steps: usize,
    /// Every exchange in its order, those of the flows that it depends on first.
    pub exchanges: Vec<Recorded>,
    /// The calls that were refused at the handshake, as they should be, in their order.
    pub refused: Vec<Refused>,
}

/// A call that was refused at the handshake.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// The operation, by its place in the contract.
    pub operation: usize,
    /// The step, by its name from the point of view of the flow.
    pub step: String,
    /// How many exchanges came before.
    pub before: usize,
}

/// What came of one call of an operation.
#[derive(Debug, Clone, Copy)]
pub enum Called<'r> {
    /// It was answered; the place among the exchanges.
    Answered(usize, &'r Recorded),
    /// It was refused at the handshake; the place among those that were.
    Refused(usize),
}

/// One exchange of a flow.
#[derive(Debug, Clone)]
pub struct Recorded {
    /// The operation, by its place in the contract.
    pub operation: usize,
    /// The step, by its name from the point of view of the flow.
    pub step: String,
    /// What was sent and what came back.
    pub exchange: Exchange,
}

impl Recording {
    /// A flow of its name and what its steps said; other contracts than the API's own are left out.
    pub fn of(flow: &str, steps: &[StepRecord], contract: &Arc<Contract>) -> Self {
        let (mut exchanges, mut refused) = (Vec::new(), Vec::new());
        for step in steps {
            let Call::Operation {
                contract: own,
                operation,
                ..
            } = &step.definition().call
            else {
                continue;
            };
            if !Arc::ptr_eq(own, contract) {
                continue;
            }
            let awaits = step.definition().refused_handshake;
            if awaits && step.attempts.is_empty() && step.outcome == Outcome::Succeeded {
                refused.push(Refused {
                    operation: *operation,
                    step: step.path().into_owned(),
                    before: exchanges.len(),
                });
            }
            exchanges.extend(step.attempts.iter().map(|attempt| Recorded {
                operation: *operation,
                step: step.path().into_owned(),
                exchange: attempt.exchange.clone(),
            }));
        }
        Self {
            flow: flow.to_owned(),
            steps: steps.len(),
            exchanges,
            refused,
        }
    }

    /// The same, after what another flow said.
    #[must_use]
    pub fn after(mut self, earlier: &Self) -> Self {
        let mut exchanges = earlier.exchanges.clone();
        let before = exchanges.len();
        exchanges.append(&mut self.exchanges);
        let mut refused = earlier.refused.clone();
        refused.extend(self.refused.drain(..).map(|it| Refused {
            before: it.before + before,
            ..it
        }));
        Self {
            exchanges,
            refused,
            steps: self.steps.saturating_add(earlier.steps),
            ..self
        }
    }

    /// What came of the calls of one operation, in their order.
    pub fn calls(&self, operation: usize) -> Vec<Called<'_>> {
        let own = self.exchanges.iter().enumerate();
        let own = own.filter(|(_, it)| it.operation == operation);
        let answered = own.map(|(place, it)| (place, Called::Answered(place, it)));
        let mut calls: Vec<(usize, Called<'_>)> = answered.collect();
        for (number, refused) in self.refused.iter().enumerate() {
            if refused.operation == operation {
                let earlier = |it: &(usize, Called<'_>)| it.0 < refused.before;
                let at = calls.partition_point(earlier);
                // Those that were refused at the same place stay in their order.
                let same = calls[at..].iter();
                let same = same.take_while(|(place, it)| {
                    *place == refused.before && matches!(it, Called::Refused(_))
                });
                let at = at + same.count();
                calls.insert(at, (refused.before, Called::Refused(number)));
            }
        }
        calls.into_iter().map(|(_, it)| it).collect()
    }

    /// Its exchanges of one operation.
    pub fn of_operation(&self, operation: usize) -> impl Iterator<Item = &Recorded> {
        self.exchanges
            .iter()
            .filter(move |it| it.operation == operation)
    }
}

impl Recorded {
    /// The status that came back.
    pub fn status(&self) -> u16 {
        self.exchange.response.status
    }

    /// Whether it says that all went well.
    pub fn is_success(&self) -> bool {
        (200..300).contains(&self.status())
    }
}
