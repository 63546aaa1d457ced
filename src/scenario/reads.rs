//! Who reads the outputs of whom.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use super::{Action, Call, Criterion, Expression, Root, Scenario, Step};

impl Step {
    /// Every expression that it reads: what it sends or hands on, what it asks of the answer, where it goes
    /// on.
    pub fn expressions(&self) -> Vec<&Expression> {
        let undo = self.undo.iter().flat_map(|it| Call::expressions(it));
        let criteria = self.criteria.iter().flat_map(Criterion::expressions);
        let outputs = self.outputs.iter().map(|(_, it)| it);
        let actions = self.on_success.iter().chain(self.on_failure.iter());
        let mut all = self.call.expressions();
        all.extend(criteria.chain(outputs).chain(undo));
        all.extend(actions.flat_map(Action::expressions));
        all
    }
}

impl Expression {
    /// Whether it reads an output of a step, or a part of it.
    pub fn reads_output(&self, step: &str, output: &str) -> bool {
        let Root::StepOutput { step: from, name } = &self.root else {
            return false;
        };
        from == step && outputs_of(name).any(|it| it == output)
    }
}

/// The outputs that a name may mean: an output may be read into (`$steps.a.outputs.b.c`).
fn outputs_of(name: &str) -> impl Iterator<Item = &str> {
    let whole = name.contains('.').then_some(name);
    name.split('.').next().into_iter().chain(whole)
}

/// For each step whose outputs others read: who reads which, by their places. Made when it is first asked
/// for, because every flow that is played asks for each output.
#[derive(Debug, Default)]
pub struct Readers(OnceLock<BTreeMap<String, BTreeMap<String, Vec<usize>>>>);

impl Scenario {
    /// The steps that read an output of another one, in their order.
    pub fn readers(&self, step: &str, output: &str) -> impl Iterator<Item = &Step> {
        let all = self.readers.0.get_or_init(|| self.all_readers());
        let places = all.get(step).and_then(|it| it.get(output));
        places.into_iter().flatten().map(|&it| &self.steps[it])
    }

    fn all_readers(&self) -> BTreeMap<String, BTreeMap<String, Vec<usize>>> {
        let mut all: BTreeMap<String, BTreeMap<String, Vec<usize>>> = BTreeMap::new();
        for (place, reader) in self.steps.iter().enumerate() {
            for expression in reader.expressions() {
                let Root::StepOutput { step, name } = &expression.root else {
                    continue;
                };
                if *step == reader.id {
                    continue;
                }
                let of_step = all.entry(step.clone()).or_default();
                for output in outputs_of(name) {
                    let places = of_step.entry(output.to_owned()).or_default();
                    if places.last() != Some(&place) {
                        places.push(place);
                    }
                }
            }
        }
        all
    }

    /// Whether it hands on an output of a step when it ends.
    pub fn hands_on(&self, step: &str, output: &str) -> bool {
        let mut outputs = self.outputs.iter();
        outputs.any(|(_, it)| it.reads_output(step, output))
    }
}
