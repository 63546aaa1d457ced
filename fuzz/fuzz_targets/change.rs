//! Two texts of a flow, whatever they are: laid side by side, taken over in part, decided on.
#![no_main]

use countersign::change::{Choice, FlowChange};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|input: (&str, &str, u64)| {
    let (old, new, taken) = input;
    let Some(change) = FlowChange::between(Some(old), new) else {
        return;
    };
    let choices: Vec<Option<Choice>> = (0..change.changes.len())
        .map(|place| (taken >> (place % 64) & 1 == 1).then_some(Choice::Accept))
        .collect();
    assert_eq!(change.merge(&|_| true), change.now);
    assert_eq!(Some(change.merge(&|_| false)), change.approved);
    if let Some(between) = change.settle(&choices).approve {
        // What was not taken over is what is left.
        if let Some(rest) = FlowChange::between(Some(&between), new) {
            assert_eq!(rest.merge(&|_| true), change.now);
        }
    }
    for place in 0..change.changes.len().min(3) {
        let _ = change.lines_of(place);
    }
});
