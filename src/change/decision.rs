//! Decisions on changes, and the document in which they are carried from one place to another.
//!
//! A decision names texts and changes by what is in them, and not by when or where they were written: so
//! it fits the very change that somebody saw, or none.

use serde::{Deserialize, Serialize};

use super::{ChangeClass, FlowChange};
use crate::snapshot::{approved_name, text_name};

/// The version of the document; it grows when a reader of the old form would be misled.
const VERSION: u32 = 1;

/// What somebody decided on a change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Choice {
    /// It is what should be answered.
    Accept,
    /// It is not.
    Reject,
}

/// Decisions on the changes of many flows.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decisions {
    countersign: Header,
    /// Those of each flow.
    pub flows: Vec<FlowDecisions>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Header {
    decisions: u32,
}

/// Decisions on the changes of one flow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FlowDecisions {
    /// The name of the flow: `api::workflow`.
    pub flow: String,
    /// The name of the text that was approved; none where there was none.
    pub approved: Option<String>,
    /// The target in whose layer that stands; none where it is approved for all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub layer: Option<String>,
    /// The name of the text that the flow gave.
    pub now: String,
    /// That text, so that the decisions can be carried out where the run is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The file that the flow is written in, for the head of its first snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// What the flow shows, for the same.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub about: Option<String>,
    /// The decisions. What is not named has not been decided.
    pub decisions: Vec<Decision>,
    /// The values that change from run to run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<RuleDecision>,
}

/// A decision that the value of a change is made anew in every run, so that a rule is to be made of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct RuleDecision {
    /// The change, by its name.
    pub change: String,
    /// The rule.
    pub rule: VolatileDraft,
}

/// A rule for a value that changes from run to run, as it is written in settings. Exactly one of `at` and
/// `header` is there.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct VolatileDraft {
    /// The place in the body, as a JSONPath.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// The header.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub header: Option<String>,
    /// The name of the symbol.
    #[serde(rename = "as")]
    pub name: String,
    /// The reason.
    pub why: String,
}

/// A decision on one change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Decision {
    /// The change, by its name.
    pub change: String,
    /// What was decided.
    pub decision: Choice,
    /// What somebody saw that the contract says of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<ChangeClass>,
}

/// What a flow's snapshot becomes by decisions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settlement {
    /// The text that is approved from now on; none where it stays as it is.
    pub approve: Option<String>,
    /// Whether something is left to decide on.
    pub waits: bool,
}

impl Decisions {
    /// A document of decisions.
    pub fn new(flows: Vec<FlowDecisions>) -> Self {
        let countersign = Header { decisions: VERSION };
        Self { countersign, flows }
    }

    /// Reads a document.
    ///
    /// # Errors
    /// When it is none, or is of another version; with the reason.
    pub fn parse(text: &str) -> Result<Self, String> {
        let read: Self = serde_json::from_str(text).map_err(|error| error.to_string())?;
        match read.countersign.decisions {
            VERSION => Ok(read),
            other => Err(format!(
                "it is of version {other}, and this is for {VERSION}"
            )),
        }
    }
}

impl FlowDecisions {
    /// The classes of the changes that are accepted, as far as somebody saw what they are.
    pub fn accepted(&self) -> impl Iterator<Item = Option<ChangeClass>> {
        let accepted = self.decisions.iter();
        let accepted = accepted.filter(|it| it.decision == Choice::Accept);
        accepted.map(|it| it.class.filter(|class| *class != ChangeClass::Unjudged))
    }

    /// What was decided on each change of a flow, in their order.
    ///
    /// # Errors
    /// When the decisions were made on other texts, or name a change that is not there; with the reason.
    pub fn choices(&self, flow: &FlowChange) -> Result<Vec<Option<Choice>>, String> {
        let approved = flow.approved.as_deref();
        if self.now != text_name(&flow.now) {
            return Err("the flow has answered otherwise since".to_owned());
        }
        if self.approved != approved.map(text_name) {
            return Err("another text was approved since".to_owned());
        }
        if self.layer != flow.layer {
            return Err("it is kept in another layer".to_owned());
        }
        let mut choices = vec![None; flow.changes.len()];
        for decision in &self.decisions {
            let place = flow.changes.iter().position(|it| it.id == decision.change);
            let Some(place) = place else {
                return Err(format!("there is no change `{}`", decision.change));
            };
            if choices[place].is_some() {
                return Err(format!(
                    "the change `{}` is decided on twice",
                    decision.change
                ));
            }
            choices[place] = Some(decision.decision);
        }
        Ok(choices)
    }
}

impl FlowChange {
    /// What becomes of the snapshot by the decisions on its changes, in their order.
    pub fn settle(&self, choices: &[Option<Choice>]) -> Settlement {
        let choice = |place: usize| choices.get(place).copied().flatten();
        let is_taken = |place: usize| choice(place) == Some(Choice::Accept);
        let mut all = 0..self.changes.len();
        let text = all.clone().any(is_taken).then(|| self.merge(&is_taken));
        Settlement {
            approve: text,
            waits: all.any(|place| choice(place).is_none()),
        }
    }

    /// The decisions on its changes as they are carried elsewhere; without rules.
    pub fn decisions(&self, flow: &str, choices: &[Option<Choice>]) -> FlowDecisions {
        let pairs = self.changes.iter().zip(choices);
        let decisions: Vec<Decision> = pairs
            .filter_map(|(change, choice)| {
                Some(Decision {
                    change: change.id.clone(),
                    decision: (*choice)?,
                    class: Some(change.judgement.class),
                })
            })
            .collect();
        FlowDecisions {
            flow: flow.to_owned(),
            approved: self.approved.as_deref().map(|it| approved_name(Some(it))),
            layer: self.layer.clone(),
            now: text_name(&self.now),
            text: Some(self.now.clone()),
            source: None,
            about: None,
            decisions,
            rules: Vec::new(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn flow(status: u16, body: &str) -> String {
        format!("# a\nGET /\n\n{status}\n\n{body}")
    }

    fn change() -> FlowChange {
        FlowChange::between(Some(&flow(200, "1")), &flow(201, "2")).expect("a change")
    }

    #[test]
    fn decisions_are_read_again_and_fit() {
        let change = change();
        let choices = [Some(Choice::Accept), None];
        let decided = change.decisions("a::b", &choices);
        let text = serde_json::to_string(&Decisions::new(vec![decided])).expect("JSON");
        let read = Decisions::parse(&text).expect("decisions");
        assert_eq!(read.flows[0].choices(&change), Ok(choices.to_vec()));
        assert_eq!(change.decisions("a::b", &[None, None]).decisions, []);
    }

    #[test]
    fn decisions_on_something_else_are_refused() {
        let choices = [Some(Choice::Accept), Some(Choice::Reject)];
        let decided = change().decisions("a::b", &choices);
        let told = |approved: &str, now: &str| {
            let other = FlowChange::between(Some(approved), now).expect("a change");
            decided.choices(&other).expect_err("it does not fit")
        };
        let answered = told(&flow(200, "1"), &flow(201, "3"));
        assert_eq!(answered, "the flow has answered otherwise since");
        let approved = told(&flow(202, "1"), &flow(201, "2"));
        assert_eq!(approved, "another text was approved since");
        let mut unknown = decided.clone();
        unknown.decisions[0].change = "0000".to_owned();
        let told = unknown.choices(&change()).expect_err("it does not fit");
        assert_eq!(told, "there is no change `0000`");
    }

    #[test]
    fn what_is_no_document_of_decisions_is_refused() {
        for text in [
            "",
            "[]",
            r#"{"flows": []}"#,
            r#"{"countersign": {"decisions": 1}, "flows": [{"flow": "a"}]}"#,
            r#"{"countersign": {"decisions": 1}, "flows": [], "more": 1}"#,
        ] {
            assert!(Decisions::parse(text).is_err(), "{text}");
        }
        let text = r#"{"countersign": {"decisions": 2}, "flows": []}"#;
        let told = Decisions::parse(text).expect_err("another version");
        assert_eq!(told, "it is of version 2, and this is for 1");
    }

    #[test]
    fn what_is_decided_becomes_a_text_and_the_rest_waits() {
        let (accept, reject) = (Some(Choice::Accept), Some(Choice::Reject));
        for (choices, approve, waits) in [
            ([accept, accept], Some(flow(201, "2")), false),
            ([accept, reject], Some(flow(201, "1")), false),
            ([None, accept], Some(flow(200, "2")), true),
            ([reject, None], None, true),
            ([reject, reject], None, false),
        ] {
            let settlement = change().settle(&choices);
            assert_eq!(settlement, Settlement { approve, waits });
        }
    }
}
