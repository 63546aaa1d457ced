//! The list of rules itself.

use super::*;

#[test]
fn rules_have_names_of_their_own() {
    let all = RULES.iter().map(|it| (it.id, it.summary));
    let all: Vec<_> = all
        .chain(CONTRACT_RULES.iter().map(|it| (it.id, it.summary)))
        .collect();
    for (place, (id, summary)) in all.iter().enumerate() {
        assert!(all[..place].iter().all(|(other, _)| other != id), "{id}");
        assert!(summary.starts_with("Whether "), "{id}");
    }
}
