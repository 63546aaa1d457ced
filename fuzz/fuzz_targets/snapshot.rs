//! Files of snapshots: any text is read, or told to be none.
#![no_main]

use countersign::suite::{SourceText, baselines};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let text = SourceText {
        path: "snapshots/t/w.snap".to_owned(),
        text: text.to_owned(),
    };
    let (read, problems) = baselines(vec![("w".to_owned(), text)]);
    assert_eq!(read.len() + problems.len(), 1);
});
