//! The lines of a journal, and what they come to: the entries that are open.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::Undo;

/// The version of the journal's form.
pub const VERSION: u32 = 1;

/// How many entries a journal may hold.
const ENTRIES_MAX: usize = 100_000;

/// The URL that each API was reached at.
pub type Sites = BTreeMap<String, String>;

/// One line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Record {
    /// The first line: what the run was played against.
    Run {
        /// The version of the form.
        version: u32,
        /// The target, as it was named.
        target: String,
        /// Where it was.
        sites: Sites,
    },
    /// Something is about to be made.
    Open(Entry),
    /// It is known how it is taken away.
    Known {
        /// The number of the entry.
        entry: u64,
        /// How.
        undo: Undo,
    },
    /// It is still there, or may be.
    Unknown {
        /// The number of the entry.
        entry: u64,
        /// Why.
        why: String,
    },
    /// It was never made, or is gone.
    Done {
        /// The number of the entry.
        entry: u64,
    },
}

/// Something that was made, or may have been.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// Its number, unique in its journal.
    #[serde(rename = "entry")]
    pub number: u64,
    /// The API that it was made by.
    pub api: String,
    /// The flow that made it.
    pub flow: String,
    /// The step of the flow.
    pub step: String,
    /// How it is taken away; none while nobody knows.
    pub undo: Option<Undo>,
    /// Why it is still open, when that is known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub why: Option<String>,
}

/// What the lines of a journal come to.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Book {
    /// The target, as it was named.
    pub target: String,
    /// Where it was.
    pub sites: Sites,
    open: Vec<Entry>,
    last: u64,
}

/// What is wrong with a line of a journal.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Flaw {
    /// It is no record.
    #[error("it is no line of a journal: {0}")]
    Unreadable(String),
    /// It is of another version.
    #[error("it is of version {0}, and this program writes version {VERSION}")]
    Version(u32),
    /// It says something of an entry that is not open.
    #[error("there is no open entry {0}")]
    NoEntry(u64),
    /// The entry is there already.
    #[error("the entry {0} stands there twice")]
    Twice(u64),
    /// There are too many.
    #[error("there are more than {ENTRIES_MAX} entries")]
    TooMany,
}

impl Record {
    /// The record as a line, without its end.
    pub fn line(&self) -> String {
        serde_json::to_string(self).expect("a record can be written as JSON")
    }

    /// Reads a line.
    ///
    /// # Errors
    /// When it is none of a journal.
    pub fn read(line: &str) -> Result<Self, Flaw> {
        serde_json::from_str(line).map_err(|error| Flaw::Unreadable(error.to_string()))
    }
}

impl Entry {
    /// Why it is still there, in words.
    pub fn reason(&self) -> &str {
        let unknown = "nothing says how it is taken away";
        let usual = if self.undo.is_none() {
            unknown
        } else {
            "it was not taken away"
        };
        self.why.as_deref().unwrap_or(usual)
    }
}

impl Book {
    /// An empty book of a run against a target.
    pub fn new(target: &str, sites: Sites) -> Self {
        Self {
            target: target.to_owned(),
            sites,
            ..Self::default()
        }
    }

    /// The first line of its journal.
    pub fn head(&self) -> Record {
        Record::Run {
            version: VERSION,
            target: self.target.clone(),
            sites: self.sites.clone(),
        }
    }

    /// Reads all lines of a journal; with what is wrong, by the number of the line. A line that is
    /// damaged is left out, and the others count.
    pub fn read(text: &str) -> (Self, Vec<(usize, Flaw)>) {
        let (mut book, mut flaws) = (Self::default(), Vec::new());
        for (place, line) in text.lines().enumerate() {
            let taken = Record::read(line).and_then(|record| book.take(record));
            flaws.extend(taken.err().map(|flaw| (place + 1, flaw)));
        }
        (book, flaws)
    }

    /// Takes one more record in.
    ///
    /// # Errors
    /// When it does not fit what came before.
    pub fn take(&mut self, record: Record) -> Result<(), Flaw> {
        let place = |open: &[Entry], number: u64| {
            let mut open = open.iter();
            open.position(|it| it.number == number)
                .ok_or(Flaw::NoEntry(number))
        };
        match record {
            Record::Run {
                version,
                target,
                sites,
            } => {
                if version != VERSION {
                    return Err(Flaw::Version(version));
                }
                (self.target, self.sites) = (target, sites);
            }
            Record::Open(entry) => {
                if place(&self.open, entry.number).is_ok() {
                    return Err(Flaw::Twice(entry.number));
                }
                if self.open.len() >= ENTRIES_MAX {
                    return Err(Flaw::TooMany);
                }
                self.last = self.last.max(entry.number);
                self.open.push(entry);
            }
            Record::Known { entry, undo } => {
                let place = place(&self.open, entry)?;
                self.open[place].undo = Some(undo);
                self.open[place].why = None;
            }
            Record::Unknown { entry, why } => {
                let place = place(&self.open, entry)?;
                self.open[place].why = Some(why);
            }
            Record::Done { entry } => {
                let place = place(&self.open, entry)?;
                self.open.remove(place);
            }
        }
        Ok(())
    }

    /// The number of the next entry.
    pub fn next_number(&mut self) -> u64 {
        self.last = self.last.saturating_add(1);
        self.last
    }

    /// What is open, in the order in which it was made.
    pub fn open(&self) -> impl DoubleEndedIterator<Item = &Entry> {
        self.open.iter()
    }

    /// The open entry of that number.
    pub fn entry(&self, number: u64) -> Option<&Entry> {
        self.open().find(|it| it.number == number)
    }
}
