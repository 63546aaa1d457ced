//! What the contract says of a change, in one word, and what a project makes of it.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// What kind of change it is, the gravest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum ChangeClass {
    /// The answer breaks the contract there.
    Breaking,
    /// Another symbol stands there: the value is that of something else.
    Identity,
    /// The step came to another class of status, as from a success to an error; with all that changed in
    /// its answer by that.
    Outcome,
    /// The contract says nothing of it.
    Undocumented,
    /// A step is played no longer.
    StepGone,
    /// A step was not played before.
    StepNew,
    /// Both values look as if they were made anew in every run.
    Volatile,
    /// Another value, which the contract allows.
    AllowedValue,
    /// Something new, which the contract knows.
    AllowedAddition,
    /// Something is gone that the contract does not demand.
    AllowedRemoval,
    /// The same elements in another order.
    OrderOnly,
    /// A waiver covers it: that the answer breaks the contract there, or the change itself.
    Waived,
    /// It was not judged, as by a tool that knows no contract.
    Unjudged,
}

/// Every class, the gravest first.
pub const CLASSES: [ChangeClass; 13] = [
    ChangeClass::Breaking,
    ChangeClass::Identity,
    ChangeClass::Outcome,
    ChangeClass::Undocumented,
    ChangeClass::StepGone,
    ChangeClass::StepNew,
    ChangeClass::Volatile,
    ChangeClass::AllowedValue,
    ChangeClass::AllowedAddition,
    ChangeClass::AllowedRemoval,
    ChangeClass::OrderOnly,
    ChangeClass::Waived,
    ChangeClass::Unjudged,
];

impl ChangeClass {
    /// Its name in settings and documents.
    pub fn id(self) -> &'static str {
        match self {
            Self::Breaking => "breaking",
            Self::Identity => "identity",
            Self::Outcome => "outcome",
            Self::Undocumented => "undocumented",
            Self::StepGone => "step-gone",
            Self::StepNew => "step-new",
            Self::Volatile => "volatile",
            Self::AllowedValue => "allowed-value",
            Self::AllowedAddition => "allowed-addition",
            Self::AllowedRemoval => "allowed-removal",
            Self::OrderOnly => "order-only",
            Self::Waived => "waived",
            Self::Unjudged => "unjudged",
        }
    }

    /// What it is called in front of people.
    pub fn words(self) -> &'static str {
        match self {
            Self::Breaking => "breaks the contract",
            Self::Identity => "another one's value",
            Self::Outcome => "other outcome",
            Self::Undocumented => "undocumented",
            Self::StepGone => "step gone",
            Self::StepNew => "step new",
            Self::Volatile => "volatile?",
            Self::AllowedValue => "allowed value",
            Self::AllowedAddition => "allowed addition",
            Self::AllowedRemoval => "allowed removal",
            Self::OrderOnly => "order only",
            Self::Waived => "waived",
            Self::Unjudged => "not judged",
        }
    }

    /// A sign that tells it from others where there is no colour.
    pub fn sign(self) -> char {
        match self {
            Self::Breaking => '✗',
            Self::Identity => '≠',
            Self::Outcome => '!',
            Self::Undocumented | Self::Unjudged => '?',
            Self::StepGone | Self::AllowedRemoval => '−',
            Self::StepNew | Self::AllowedAddition => '+',
            Self::Volatile => '~',
            Self::AllowedValue => '·',
            Self::OrderOnly => '±',
            Self::Waived => '×',
        }
    }

    /// Whether the contract permits it: nothing else than that has to be thought of.
    pub fn is_allowed(self) -> bool {
        matches!(
            self,
            Self::AllowedValue | Self::AllowedAddition | Self::AllowedRemoval | Self::OrderOnly
        )
    }

    /// Whether a waiver can be about it: a place of an answer that was judged, and breaks no contract.
    pub fn can_be_waived(self) -> bool {
        !matches!(
            self,
            Self::Breaking | Self::StepGone | Self::StepNew | Self::Waived | Self::Unjudged
        )
    }

    /// The class of that name.
    pub fn find(id: &str) -> Option<Self> {
        CLASSES.into_iter().find(|it| it.id() == id)
    }
}

impl fmt::Display for ChangeClass {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.words())
    }
}

/// What a change makes of its flow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Consequence {
    /// Nothing: it is told, and that is all.
    Pass,
    /// Somebody has to decide.
    Review,
    /// The flow has failed.
    Fail,
}

impl Consequence {
    /// Its name in settings.
    pub fn id(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Review => "review",
            Self::Fail => "fail",
        }
    }

    /// The one of that name.
    pub fn find(id: &str) -> Option<Self> {
        let all = [Self::Pass, Self::Review, Self::Fail];
        all.into_iter().find(|it| it.id() == id)
    }
}

/// What a project makes of the changes of each class.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ChangePolicy(BTreeMap<ChangeClass, Consequence>);

impl ChangePolicy {
    /// Says what becomes of the changes of a class.
    pub fn set(&mut self, class: ChangeClass, consequence: Consequence) {
        self.0.insert(class, consequence);
    }

    /// What becomes of the changes of a class. Where nothing is said, what breaks the contract fails,
    /// what is waived passes, and everything else needs review.
    pub fn of(&self, class: ChangeClass) -> Consequence {
        let usual = match class {
            ChangeClass::Breaking => Consequence::Fail,
            ChangeClass::Waived => Consequence::Pass,
            _ => Consequence::Review,
        };
        self.0.get(&class).copied().unwrap_or(usual)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_class_has_a_name_that_finds_it_and_is_its_own() {
        for class in CLASSES {
            assert_eq!(ChangeClass::find(class.id()), Some(class));
            let written = serde_json::to_value(class).expect("a name");
            assert_eq!(written, class.id());
        }
        assert!(CLASSES.is_sorted());
        assert_eq!(ChangeClass::find("allowed"), None);
    }

    #[test]
    fn what_breaks_fails_and_the_rest_needs_review_unless_it_is_said() {
        let mut policy = ChangePolicy::default();
        assert_eq!(policy.of(ChangeClass::Breaking), Consequence::Fail);
        assert_eq!(policy.of(ChangeClass::OrderOnly), Consequence::Review);
        policy.set(ChangeClass::OrderOnly, Consequence::Pass);
        assert_eq!(policy.of(ChangeClass::OrderOnly), Consequence::Pass);
        assert_eq!(Consequence::find("fail"), Some(Consequence::Fail));
        assert_eq!(Consequence::find("warn"), None);
    }
}
