//! Numbers and booleans in texts.

use serde_json::json;

use super::{NOTHING, PERSON, read};

#[test]
fn numbers_and_booleans_may_be_spelt_as_xml_schema_does() {
    let (value, wrong) = read(
        PERSON,
        "<Person id='007'><age> +7 </age><is>1</is><name xmlns='https://example.com/s'>007</name></Person>",
    );
    assert_eq!(wrong, NOTHING);
    assert_eq!(value, json!({"id": 7, "age": 7, "is": true, "name": "007"}));
    // Where a number may stand, a digit is one.
    let either = "main: {type: [integer, boolean], xml: {name: a}}\n";
    assert_eq!(read(either, "<a>1</a>").0, json!(1));
    assert_eq!(read(either, "<a>true</a>").0, json!(true));
    // What names no type is read as it is listed.
    let listed = "main: {enum: [7, '007'], xml: {name: a}}\n";
    assert_eq!(read(listed, "<a>007</a>").0, json!("007"));
}
