//! What is proposed for what differed: a rule for a value, a line for an array, a word where neither helps.

use std::collections::BTreeMap;

use crate::change::{Change, ChangeClass, ChangeKind, ChangePlace, VolatileDraft};
use crate::snapshot;

/// Proposals for one API.
#[derive(Debug, Default)]
pub(super) struct Proposals {
    /// Rules, by the operation and the place that they are for.
    pub(super) rules: BTreeMap<(Option<String>, Place), Rule>,
    /// Arrays that came in another order.
    pub(super) orders: Vec<Order>,
    /// What no rule is proposed for.
    pub(super) rest: Vec<Rest>,
}

/// The place of a rule: a JSONPath, or the name of a header.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Place {
    Body(String),
    Header(String),
}

/// A rule, with what was seen.
#[derive(Debug)]
pub(super) struct Rule {
    pub(super) draft: VolatileDraft,
    /// The first flow in which it was seen.
    pub(super) flow: String,
    /// What stood there, the first and the second time.
    pub(super) values: (String, String),
}

/// An array that came in another order.
#[derive(Debug)]
pub(super) struct Order {
    pub(super) flow: String,
    pub(super) step: String,
    /// Where it stands, as a JSONPath.
    pub(super) at: String,
}

/// What no rule is proposed for.
#[derive(Debug)]
pub(super) struct Rest {
    pub(super) flow: String,
    pub(super) step: String,
    /// What has changed.
    pub(super) title: String,
    /// Why there is no rule.
    pub(super) why: &'static str,
}

/// One place that differed, with what is known of it.
#[derive(Debug)]
pub(super) struct Seen<'s> {
    pub(super) flow: &'s str,
    pub(super) change: &'s Change,
    /// The operation that the step calls.
    pub(super) operation: Option<String>,
    /// Whether the contract lists the values of the place.
    pub(super) is_fixed: bool,
}

impl Proposals {
    /// Takes in what differed in one place.
    pub(super) fn add(&mut self, seen: Seen<'_>) {
        let change = seen.change;
        if let (ChangeKind::Reordered, Some(at)) = (&change.kind, change.place.query()) {
            self.orders.push(Order {
                flow: seen.flow.to_owned(),
                step: change.step.clone(),
                at,
            });
            return;
        }
        match draft(&seen) {
            Ok((draft, values)) => {
                let place = match (&draft.at, &draft.header) {
                    (Some(at), _) => Place::Body(at.clone()),
                    (None, header) => Place::Header(header.clone().unwrap_or_default()),
                };
                let rule = self.rules.entry((seen.operation, place));
                rule.or_insert_with(|| Rule {
                    draft,
                    flow: seen.flow.to_owned(),
                    values,
                });
            }
            Err(why) => self.rest.push(Rest {
                flow: seen.flow.to_owned(),
                step: change.step.clone(),
                title: change.title.clone(),
                why,
            }),
        }
    }

    /// Whether nothing differed.
    pub(super) fn is_empty(&self) -> bool {
        self.rules.is_empty() && self.orders.is_empty() && self.rest.is_empty()
    }

    /// Whether there is more than what rules settle.
    pub(super) fn has_rest(&self) -> bool {
        !(self.orders.is_empty() && self.rest.is_empty())
    }
}

/// The rule for what differed, with what stood there; or why there is none.
fn draft(seen: &Seen<'_>) -> Result<(VolatileDraft, (String, String)), &'static str> {
    let change = seen.change;
    let is_other = |place: &ChangePlace| {
        matches!(
            place,
            ChangePlace::Step | ChangePlace::Request | ChangePlace::Status
        )
    };
    if is_other(&change.place) || change.kind != ChangeKind::Changed {
        return Err("a rule is for values, and this is none");
    }
    if change.judgement.class == ChangeClass::Identity {
        return Err("the value is that of something else");
    }
    if seen.is_fixed {
        return Err("the contract lists its values");
    }
    let (Some(old), Some(new)) = (&change.old, &change.new) else {
        return Err("a rule is for values, and this is none");
    };
    if !matches!(change.place, ChangePlace::Header { .. }) {
        match (kind(old), kind(new)) {
            (Some(old), Some(new)) if old == new => {}
            _ => return Err("only texts and numbers become symbols"),
        }
    }
    let mut offered = VolatileDraft::offered(change).into_iter();
    let Some(mut draft) = offered.next() else {
        return Err("no rule can name the place");
    };
    let guess = |text: &str| snapshot::made_anew(text.trim_matches('"'));
    draft.why = match (guess(old), guess(new)) {
        (Some(old), Some(new)) if old == new => format!("differed in 2 runs, looks like {new}"),
        _ => "differed in 2 runs".to_owned(),
    };
    Ok((draft, (old.clone(), new.clone())))
}

/// The kind of a value that may become a symbol, by the sign that it begins with.
fn kind(shown: &str) -> Option<char> {
    match shown.chars().next()? {
        '"' => Some('"'),
        '-' | '0'..='9' => Some('0'),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::change::FlowChange;

    /// What is proposed where these bodies of one step differ.
    fn proposed(old: &str, new: &str, is_fixed: bool) -> Proposals {
        let flow = |body: &str| format!("# list\nGET /\n\n200\n\n{body}");
        of(&flow(old), &flow(new), is_fixed)
    }

    fn of(old: &str, new: &str, is_fixed: bool) -> Proposals {
        let change = FlowChange::between(Some(old), new).expect("a change");
        let mut proposals = Proposals::default();
        for change in &change.changes {
            proposals.add(Seen {
                flow: "a::b",
                change,
                operation: Some("list".to_owned()),
                is_fixed,
            });
        }
        proposals
    }

    fn member(value: &str) -> String {
        format!("{{\n  \"a\": {value}\n}}")
    }

    #[test]
    fn a_value_that_differs_has_one_rule_that_says_what_was_seen() {
        let list = |one: &str, other: &str| {
            let item = |value: &str| format!("  {{\n    \"id\": {value}\n  }}");
            format!("[\n{},\n{}\n]", item(one), item(other))
        };
        let found = proposed(&list("1", "2"), &list("3", "4"), false);
        let rules: Vec<_> = found.rules.iter().collect();
        let [((operation, place), rule)] = rules.as_slice() else {
            panic!("one rule was expected: {found:?}");
        };
        assert_eq!(operation.as_deref(), Some("list"));
        assert_eq!(*place, Place::Body("$[*].id".to_owned()));
        assert_eq!(rule.draft.why, "differed in 2 runs");
        assert_eq!(rule.values, ("1".to_owned(), "3".to_owned()));
        assert!(!found.has_rest() && !found.is_empty());
        let time = |second: u8| member(&format!("\"2024-05-01T10:00:0{second}Z\""));
        let found = proposed(&time(1), &time(2), false);
        let why = found.rules.into_values().next().map(|it| it.draft.why);
        assert_eq!(
            why.as_deref(),
            Some("differed in 2 runs, looks like an instant")
        );
    }

    #[test]
    fn a_header_has_a_rule_and_an_order_has_a_line() {
        let flow = |etag: &str| format!("# a\nGET /\n\n200\netag: {etag}\n\n1");
        let found = of(&flow("x"), &flow("y"), false);
        let header = Place::Header("etag".to_owned());
        assert!(found.rules.contains_key(&(Some("list".to_owned()), header)));
        let found = proposed("[\n  1,\n  2\n]", "[\n  2,\n  1\n]", false);
        assert_eq!(found.orders.len(), 1);
        assert_eq!(found.orders[0].at, "$");
        assert!(found.has_rest() && found.rules.is_empty());
    }

    #[test]
    fn where_no_rule_helps_the_reason_is_told() {
        for (old, new, is_fixed, why) in [
            ("\"up\"", "\"down\"", true, "the contract lists its values"),
            (
                "true",
                "false",
                false,
                "only texts and numbers become symbols",
            ),
            (
                "null",
                "\"x\"",
                false,
                "only texts and numbers become symbols",
            ),
            ("1", "\"1\"", false, "only texts and numbers become symbols"),
            (
                "\"x\"",
                "[]",
                false,
                "only texts and numbers become symbols",
            ),
        ] {
            let found = proposed(&member(old), &member(new), is_fixed);
            assert!(found.rules.is_empty(), "{old} {new}");
            assert_eq!(found.rest[0].why, why, "{old} {new}");
        }
        let none = "a rule is for values, and this is none";
        let flow = "# a\nGET /\n\n200\n\n1";
        for other in [
            "# a\nGET /\n\n201\n\n1",
            "# a\nGET /other\n\n200\n\n1",
            "# a\nGET /\n\n200\n\n1\n\n# b\nGET /\n\n200\n\n1",
        ] {
            assert_eq!(of(flow, other, false).rest[0].why, none, "{other}");
        }
        let found = proposed("{}", &member("1"), false);
        assert_eq!(found.rest[0].why, none);
        let whole = proposed("\"x\"", "\"y\"", false);
        assert_eq!(whole.rest[0].why, "no rule can name the place");
    }
}
