//! What a flow said to a target that is right.

use std::sync::Arc;

use crate::contract::Contract;
use crate::http::Exchange;
use crate::scenario::Call;
use crate::transcript::StepRecord;

/// One flow as it was played.
#[derive(Debug, Clone, Default)]
pub struct Recording {
    /// The name of the flow.
    pub flow: String,
    /// How many steps it has.
    pub steps: usize,
    /// Every exchange in its order, those of the flows that it depends on first.
    pub exchanges: Vec<Recorded>,
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
        let mut exchanges = Vec::new();
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
            exchanges.extend(step.attempts.iter().map(|attempt| Recorded {
                operation: *operation,
                step: step.path(),
                exchange: attempt.exchange.clone(),
            }));
        }
        Self {
            flow: flow.to_owned(),
            steps: steps.len(),
            exchanges,
        }
    }

    /// The same, after what another flow said.
    #[must_use]
    pub fn after(mut self, earlier: &Self) -> Self {
        let mut exchanges = earlier.exchanges.clone();
        exchanges.append(&mut self.exchanges);
        Self {
            exchanges,
            steps: self.steps.saturating_add(earlier.steps),
            ..self
        }
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
