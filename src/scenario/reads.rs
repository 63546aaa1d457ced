//! Who reads the outputs of whom.

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
        // An output may be read into: `$steps.a.outputs.b.c`.
        let first = name.split('.').next();
        from == step && (name == output || first == Some(output))
    }
}

impl Scenario {
    /// The steps that read an output of another one, in their order.
    pub fn readers(&self, step: &str, output: &str) -> impl Iterator<Item = &Step> {
        let others = self.steps.iter().filter(move |it| it.id != step);
        others.filter(move |other| {
            let mut read = other.expressions().into_iter();
            read.any(|it| it.reads_output(step, output))
        })
    }

    /// Whether it hands on an output of a step when it ends.
    pub fn hands_on(&self, step: &str, output: &str) -> bool {
        let mut outputs = self.outputs.iter();
        outputs.any(|(_, it)| it.reads_output(step, output))
    }
}
