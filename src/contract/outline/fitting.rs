//! A place narrowed to the choices that a value has taken.

use super::{Choice, Spot};
use crate::json::Pointer;

impl Spot<'_> {
    /// The same place with those choices alone that fit, by the places of their schemas in the contract; with
    /// all of them where none does. What all choices have in common tells none from another, and is not
    /// asked about.
    #[must_use]
    pub fn fitting(&self, fits: &mut dyn FnMut(&Pointer) -> bool) -> Self {
        let all = self.choices.as_deref().unwrap_or_default();
        if all.len() < 2 {
            return self.clone();
        }
        let has = |choice: &Choice<'_>, at: &Pointer| choice.iter().any(|(it, _)| it == at);
        let mut fitting = Vec::new();
        for choice in all {
            let mut own = choice.iter().map(|(at, _)| at);
            let is_common = |at: &Pointer| all.iter().all(|it| has(it, at));
            if own.all(|at| is_common(at) || fits(&self.outline.bundle.origin(at))) {
                fitting.push(choice.clone());
            }
        }
        if fitting.is_empty() {
            return self.clone();
        }
        self.outline.spot(Some(fitting))
    }
}
