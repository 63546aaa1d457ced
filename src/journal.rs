//! The journal of a run: what flows make at a target that others use, too, and how it is taken away
//! again. What it holds is enough to tidy up after a run that was killed.
//!
//! ```text
//!   Machine ─ Told ─► drive ─► Journal ─ lines ─► Keep (a file that is synced before anything is sent)
//!                                 │
//!                                 └─ open Entries ─ permit ─► requests that tidy up
//! ```
//!
//! - Before a step that makes something is sent, its entry is kept; afterwards what its undoing needs,
//!   and when it is gone.
//! - No credential stands in it: an undoing says as whom it comes, by name alone.
//! - What is read back is untrusted: [`permit()`] makes a request of it only where the contract and the
//!   scenarios have such an undoing, and only to the target itself.

mod book;
mod infer;
mod permit;
mod undo;

pub use book::{Book, Entry, Flaw, Record, Sites, VERSION};
pub use infer::{Making, located, making, named_below};
pub use permit::{Undoings, fits, may_give, permit};
pub use undo::Undo;

use std::sync::{Mutex, MutexGuard, PoisonError};

/// Something that keeps lines for good.
pub trait Keep: Send + Sync {
    /// Keeps one more line, so that it is there whatever happens next.
    ///
    /// # Errors
    /// With the reason why it cannot.
    fn keep(&self, line: &str) -> Result<(), String>;
}

/// What a flow tells of one thing that it makes; the number is the flow's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// It is about to be made.
    Begins {
        /// The number of the thing.
        thing: usize,
        /// The step that makes it.
        step: String,
        /// How it is taken away, when that is known already.
        undo: Option<Undo>,
    },
    /// It is known how it is taken away.
    Known(usize, Undo),
    /// It may be there, and nobody knows how it is taken away; the text says why.
    Unknown(usize, String),
    /// It was never made, or is gone.
    Done(usize),
}

/// The journal of one run, which all its flows share.
pub struct Journal {
    book: Mutex<Book>,
    keep: Box<dyn Keep>,
}

impl std::fmt::Debug for Journal {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.debug_struct("Journal").finish_non_exhaustive()
    }
}

/// The part of a journal that one flow writes.
#[derive(Debug)]
pub struct FlowJournal<'j> {
    journal: &'j Journal,
    api: &'j str,
    flow: &'j str,
    /// The entries of its things, by their numbers in the flow.
    entries: Vec<(usize, u64)>,
}

impl Journal {
    /// A journal that begins with what a book holds already.
    pub fn new(book: Book, keep: Box<dyn Keep>) -> Self {
        Self {
            book: Mutex::new(book),
            keep,
        }
    }

    /// The part of a flow.
    pub fn of_flow<'j>(&'j self, api: &'j str, flow: &'j str) -> FlowJournal<'j> {
        FlowJournal {
            journal: self,
            api,
            flow,
            entries: Vec::new(),
        }
    }

    /// What is open, the latest first.
    pub fn open(&self) -> Vec<Entry> {
        let book = self.book();
        book.open().rev().cloned().collect()
    }

    /// Whether an entry is open.
    pub fn is_open(&self, number: u64) -> bool {
        self.book().entry(number).is_some()
    }

    /// Marks an entry as gone, with all others that the same request would take away.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn done(&self, number: u64) -> Result<(), String> {
        let undo = self.book().entry(number).and_then(|it| it.undo.clone());
        let same: Vec<u64> = {
            let book = self.book();
            let alike = |it: &&Entry| it.number == number || undo.is_some() && it.undo == undo;
            book.open().filter(alike).map(|it| it.number).collect()
        };
        same.into_iter()
            .try_for_each(|entry| self.note(Record::Done { entry }))
    }

    /// Says why an entry is still open.
    pub fn blame(&self, number: u64, why: &str) {
        let why = why.to_owned();
        // What it adds is for people; the entry itself is kept already.
        let _ = self.note(Record::Unknown { entry: number, why });
    }

    fn note(&self, record: Record) -> Result<(), String> {
        self.keep.keep(&record.line())?;
        self.book().take(record).map_err(|flaw| flaw.to_string())
    }

    fn book(&self) -> MutexGuard<'_, Book> {
        self.book.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl FlowJournal<'_> {
    /// Keeps what a flow tells.
    ///
    /// # Errors
    /// When it cannot be kept.
    pub fn note(&mut self, told: Told) -> Result<(), String> {
        let entry_of = |thing: usize| {
            let mut entries = self.entries.iter();
            entries
                .find(|(it, _)| *it == thing)
                .map(|(_, entry)| *entry)
        };
        let record = match told {
            Told::Begins { thing, step, undo } => {
                let entry = self.journal.book().next_number();
                self.entries.push((thing, entry));
                Some(Record::Open(Entry {
                    number: entry,
                    api: self.api.to_owned(),
                    flow: self.flow.to_owned(),
                    step,
                    undo,
                    why: None,
                }))
            }
            Told::Known(thing, undo) => entry_of(thing).map(|entry| Record::Known { entry, undo }),
            Told::Unknown(thing, why) => {
                entry_of(thing).map(|entry| Record::Unknown { entry, why })
            }
            Told::Done(thing) => entry_of(thing).map(|entry| Record::Done { entry }),
        };
        record.map_or(Ok(()), |record| self.journal.note(record))
    }

    /// The entries of this flow that are open, the latest first.
    pub fn open(&self) -> Vec<Entry> {
        let mut open = self.journal.open();
        open.retain(|entry| self.entries.iter().any(|(_, own)| *own == entry.number));
        open
    }
}
