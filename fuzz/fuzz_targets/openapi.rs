//! OpenAPI documents: any text is lowered, with Problems or without, and what was lowered is compiled.
#![no_main]

use countersign::arazzo::NoFiles;
use countersign::suite::{Folder, SourceText, load};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let (suite, _) = load(vec![Folder {
        api: "t".to_owned(),
        contract: SourceText {
            path: "specs/t/openapi.yaml".to_owned(),
            text: text.to_owned(),
        },
        scenarios: Vec::new(),
        others: Vec::new(),
        settings: None,
        files: Box::new(NoFiles),
    }]);
    let _ = suite.compile_all();
});
