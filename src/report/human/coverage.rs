//! What a run covered of the contracts, in a line.

use std::fmt::Write as _;

use crate::coverage::Kind;
use crate::report::CoverageSummary;

/// The kinds that are told, with their words.
const TOLD: [(Kind, &str); 3] = [
    (Kind::Operations, "operations"),
    (Kind::Statuses, "statuses"),
    (Kind::Places, "places"),
];

/// The numbers, and what differs from the coverage that is kept.
pub(super) fn line(summary: &CoverageSummary) -> String {
    let counts = TOLD.map(|(kind, word)| format!("{} {word}", summary.covered.count(kind)));
    let mut text = counts.join(", ");
    let Some(change) = summary.change.as_ref().filter(|it| !it.is_none()) else {
        return text;
    };
    let parts = [
        (change.gained, "gained"),
        (change.lost.len(), "lost"),
        (change.gone, "gone"),
    ];
    let parts = parts.iter().filter(|(number, _)| *number > 0);
    let parts: Vec<String> = parts
        .map(|(number, word)| format!("{number} {word}"))
        .collect();
    let _ = write!(text, " ({} since the baseline)", parts.join(", "));
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::coverage::Change;
    use crate::report::sample;

    #[test]
    fn the_numbers_are_told_with_what_differs() {
        let mut summary = sample::coverage();
        assert_eq!(line(&summary), "1/2 operations, 1/3 statuses, 0/0 places");
        summary.change = Some(Change::default());
        assert_eq!(line(&summary), "1/2 operations, 1/3 statuses, 0/0 places");
        let lost = vec![("widgets".to_owned(), "createWidgets 404".to_owned())];
        let (gained, gone) = (2, 0);
        summary.change = Some(Change { lost, gained, gone });
        let told = line(&summary);
        assert!(
            told.ends_with(" (2 gained, 1 lost since the baseline)"),
            "{told}"
        );
    }
}
