//! Scenarios: workflows that are bound to the contract and checked, ready to be played.
//!
//! Whatever language they were written in, here every name has been resolved: a step holds its
//! operation, an action its destination, an expression its parts. Nothing here acts.

mod condition;
mod expression;
mod manner;
mod model;
mod reads;
mod rules;
mod template;
mod wishes;

pub use condition::{Comparison, Condition, Operand};
pub use expression::{Expression, ExpressionError, Part, Query, Root};
pub use model::{
    Action, ActionKind, Argument, Attachment, Body, Call, Criterion, CriterionKind, Destination,
    Pattern, Payload, Replacement, Row, RunTag, Scenario, Step, Target,
};
pub use reads::Readers;
pub use rules::{At, SnapshotLevel, SnapshotRules, UnorderedRule, VolatileRule};
pub use template::{Template, TemplatePart};
pub use wishes::Wishes;
