//! Tidying up: what flows have made and not taken away is taken away by what stands in the journal.

use std::sync::Arc;

use super::Api;
use crate::contract::Contract;
use crate::http::hide_secrets;
use crate::journal::{Entry, Journal, Undoings, permit};
use crate::world::{Limits, World};

/// How it went with one entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Undone {
    /// It was taken away, or was not there any more; with the status of the answer.
    Gone(u16),
    /// It is still there, or may be; the text says why.
    Left(String),
    /// There was no answer; the text says why.
    Lost(String),
}

/// What is needed to tidy up at one API.
#[derive(Debug)]
pub struct Tidier {
    contract: Arc<Contract>,
    undoings: Undoings,
}

impl Tidier {
    /// Tidies up at this API.
    pub fn new(api: &Api) -> Self {
        Self {
            contract: Arc::clone(&api.contract),
            undoings: Undoings::of(&api.scenarios),
        }
    }

    /// What would be sent for an entry.
    ///
    /// # Errors
    /// With the reason why nothing is.
    pub fn foresee(&self, entry: &Entry, world: World<'_>) -> Result<String, String> {
        let undo = entry
            .undo
            .as_ref()
            .ok_or_else(|| entry.reason().to_owned())?;
        let request = permit(undo, &self.contract, &self.undoings, world.site)?;
        Ok(format!("{} {}", request.method, hide_secrets(&request.url)))
    }

    /// Takes away what an entry stands for, and keeps in the journal that it is gone.
    pub async fn undo(&self, entry: &Entry, journal: &Journal, world: World<'_>) -> Undone {
        let Some(undo) = &entry.undo else {
            return Undone::Left(entry.reason().to_owned());
        };
        let request = match permit(undo, &self.contract, &self.undoings, world.site) {
            Ok(request) => request,
            Err(why) => return Undone::Left(why),
        };
        let stranger = request.caller.as_ref().filter(|it| !world.target.knows(it));
        if let Some(caller) = stranger {
            let why = format!("there are no credentials of `{}`", caller.identity);
            return Undone::Left(why);
        }
        let limits = Limits {
            redirects: 0,
            ..world.limits
        };
        let undone = match world.target.send(&request, limits).await {
            Ok(answer) if answer.status / 100 == 2 || matches!(answer.status, 404 | 410) => {
                return match journal.done(entry.number) {
                    Ok(()) => Undone::Gone(answer.status),
                    Err(why) => Undone::Left(format!("the journal cannot be written: {why}")),
                };
            }
            Ok(answer) => Undone::Left(format!("{} -> {}", undo.line(), answer.status)),
            Err(error) => Undone::Lost(format!("{}: {error}", undo.line())),
        };
        if let Undone::Left(why) | Undone::Lost(why) = &undone {
            journal.blame(entry.number, why);
        }
        undone
    }
}
