//! The ways of an API that no contract can say, and probes have to know.

use serde_json::Value;

use crate::json::{Pointer, equal};

/// What an API's settings say for probes.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Ways {
    /// How it says that it has done what it was asked, where the status does not say so.
    pub success: Option<Success>,
    /// What is not varied.
    pub exceptions: Vec<Exception>,
}

/// An answer of class 2 is a success only where it has one of these values in this place of its body.
#[derive(Debug, Clone, PartialEq)]
pub struct Success {
    /// The place.
    pub place: Pointer,
    /// The values.
    pub values: Vec<Value>,
}

/// What does not hold of one operation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exception {
    /// The operation.
    pub operation: String,
    /// What it is that does not hold.
    pub of: Excepted,
    /// The reason, for the next reader.
    pub why: String,
}

/// What does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Excepted {
    /// Variations of this place that the contract allows may be refused; as names of variations have it:
    /// `body/spec/name`, `query/limit`.
    Place(String),
    /// The law of this name is not asked beside the operation.
    Law(String),
}

impl Ways {
    /// Whether an answer with a status of class 2 says in its body that nothing was done.
    pub fn says_no(&self, status: u16, body: Option<&Value>) -> bool {
        let Some(success) = self.success.as_ref().filter(|_| status / 100 == 2) else {
            return false;
        };
        let said = body.and_then(|it| success.place.lookup(it));
        !said.is_some_and(|it| success.values.iter().any(|value| equal(it, value)))
    }

    /// Whether what the contract allows in a place may be refused all the same.
    pub(super) fn excepts(&self, operation: &str, place: &str) -> bool {
        self.has(operation, &Excepted::Place(place.to_owned()))
    }

    /// Whether a law is not asked beside an operation.
    pub(super) fn excepts_law(&self, operation: &str, law: &str) -> bool {
        self.has(operation, &Excepted::Law(law.to_owned()))
    }

    fn has(&self, operation: &str, of: &Excepted) -> bool {
        let mut all = self.exceptions.iter();
        all.any(|it| it.operation == operation && it.of == *of)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_an_answer_says_counts_where_the_settings_say_so() {
        let plain = Ways::default();
        assert!(!plain.says_no(200, Some(&json!({"code": 7}))));
        let ways = Ways {
            success: Some(Success {
                place: Pointer::parse("/code").expect("a pointer"),
                values: vec![json!(0)],
            }),
            exceptions: Vec::new(),
        };
        assert!(!ways.says_no(200, Some(&json!({"code": 0.0}))));
        assert!(ways.says_no(200, Some(&json!({"code": 7}))));
        assert!(ways.says_no(200, Some(&json!({}))));
        assert!(ways.says_no(200, None));
        // What the status says is said.
        assert!(!ways.says_no(404, Some(&json!({"code": 7}))));
    }

    #[test]
    fn an_exception_is_of_one_operation_and_one_thing() {
        let exception = |of: Excepted| Exception {
            operation: "make".to_owned(),
            of,
            why: "so it is".to_owned(),
        };
        let ways = Ways {
            success: None,
            exceptions: vec![
                exception(Excepted::Place("body/a".to_owned())),
                exception(Excepted::Law("links-lead".to_owned())),
            ],
        };
        assert!(ways.excepts("make", "body/a") && ways.excepts_law("make", "links-lead"));
        assert!(!ways.excepts("make", "links-lead") && !ways.excepts_law("make", "body/a"));
        assert!(!ways.excepts_law("read", "links-lead"));
    }
}
