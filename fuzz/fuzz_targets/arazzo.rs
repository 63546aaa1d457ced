//! Arazzo documents beside a small contract: any text is lowered, with Problems or without.
#![no_main]

use countersign::arazzo::NoFiles;
use countersign::suite::{Folder, SourceText, load};
use libfuzzer_sys::fuzz_target;

const CONTRACT: &str = "
openapi: 3.1.1
info: {title: Things, version: '1'}
paths:
  /things/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get: {operationId: read, responses: {'200': {description: d}}}
    put:
      operationId: write
      requestBody: {content: {application/json: {schema: {type: object}}}}
      responses: {'204': {description: d}}
";

fuzz_target!(|text: &str| {
    let source = |path: &str, text: &str| SourceText {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let (_, problems) = load(vec![Folder {
        api: "t".to_owned(),
        contract: source("specs/t/openapi.yaml", CONTRACT),
        scenarios: vec![source("specs/t/t.arazzo.yaml", text)],
        others: Vec::new(),
        settings: None,
        files: Box::new(NoFiles),
    }]);
    assert!(problems.iter().all(|it| !it.message.is_empty()));
});
