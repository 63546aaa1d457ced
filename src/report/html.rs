//! The report as a page for people: one file that opens in any browser, loads nothing and sends nothing.
//!
//! It holds the document of the `json` form, packed, and a script that shows it. What everybody needs
//! (the verdict, the numbers, the first flows that did not pass) stands in the page itself, for people
//! without scripts, screen readers and `grep`. Its policy allows the one script and the one style by
//! their digests and nothing else, so that no answer of a server can run or load anything. The data is
//! written case by case; no more than the table is held until the end.

mod assets;
mod packing;
mod told;

use std::borrow::Cow;
use std::io::{self, Write};
use std::sync::Arc;

use serde::Deserialize;

use super::counts::Counts;
use super::{CaseReport, Format, FormatEntry, Summary, json};
use crate::secret::Secrets;
use crate::verdict::Verdict;
use packing::Packing;
use told::{CaseHead, Told};

pub(super) const ENTRY: FormatEntry = FormatEntry {
    id: "html",
    summary: "One page for people, with failures, changes and flows; a browser opens it, and it loads nothing.",
    wants_exchanges: false,
    create: || Box::new(Html::new(Variant::File)),
};

/// How a page is opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Variant {
    /// From a file: nothing can be sent, and decisions are downloaded.
    File,
    /// From a server on the same machine, which takes decisions at `/decisions`.
    Served,
}

impl Variant {
    /// The word by which the script knows it.
    fn word(self) -> &'static str {
        match self {
            Self::File => "file",
            Self::Served => "served",
        }
    }
}

/// The page for a report that is there already, as the `json` form writes it.
///
/// # Errors
/// When the text is no report.
pub fn page(variant: Variant, document: &str) -> serde_json::Result<String> {
    let head: DocumentHead = serde_json::from_str(document)?;
    let mut told = Told::default();
    for case in &head.cases {
        told.add(case);
    }
    let mut out = Vec::new();
    let written = assets::begin(variant, &mut out).and_then(|()| {
        let mut packing = Packing::default();
        packing.write_all(document.as_bytes())?;
        packing.finish(&mut out)?;
        assets::end(&told::verdict(&head.summary), &told.render(), &mut out)
    });
    written.expect("memory takes all");
    Ok(String::from_utf8(out).expect("its parts are texts"))
}

/// The report that a page holds, of at most so many bytes; as the `json` form writes it.
///
/// # Errors
/// When the text is no page of a report, or its report is longer; with the reason.
pub fn document(page: &str, bytes_max: usize) -> Result<String, String> {
    let begun = page.split_once("id=\"data\">").map(|(_, rest)| rest);
    let packed = begun.and_then(|it| it.split_once('<'));
    let (packed, _) = packed.ok_or("it is a page without data")?;
    packing::unpack(packed, bytes_max)
}

/// What the page itself says of a whole document.
#[derive(Deserialize)]
struct DocumentHead {
    cases: Vec<CaseHead>,
    summary: Counts,
}

/// The writer of one page.
struct Html {
    variant: Variant,
    json: Box<dyn Format>,
    packing: Packing,
    told: Told,
    secrets: Arc<Secrets>,
}

impl Html {
    fn new(variant: Variant) -> Self {
        Self {
            variant,
            json: (json::ENTRY.create)(),
            packing: Packing::default(),
            told: Told::default(),
            secrets: Arc::default(),
        }
    }
}

impl Format for Html {
    fn keep(&mut self, secrets: &Arc<Secrets>) {
        self.secrets = Arc::clone(secrets);
    }

    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        assets::begin(self.variant, out)?;
        self.json.begin(&mut self.packing)?;
        self.packing.pour(out)
    }

    fn case(&mut self, case: &CaseReport, out: &mut dyn Write) -> io::Result<()> {
        let mut text = Vec::new();
        self.json.case(case, &mut text)?;
        if let Cow::Owned(clean) = self.secrets.redact_bytes(&text) {
            text = clean;
        }
        if case.verdict != Verdict::Passed {
            self.told.add(&CaseHead::read(&text)?);
        }
        self.packing.write_all(&text)?;
        self.packing.pour(out)
    }

    fn end(&mut self, summary: &Summary, out: &mut dyn Write) -> io::Result<()> {
        let mut text = Vec::new();
        self.json.end(summary, &mut text)?;
        self.packing.write_all(&self.secrets.redact_bytes(&text))?;
        std::mem::take(&mut self.packing).finish(out)?;
        let verdict = told::verdict(&Counts::from(summary));
        assets::end(&verdict, &self.told.render(), out)
    }
}

#[cfg(test)]
mod tests;
