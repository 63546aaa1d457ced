//! Patterns that are not compiled, and what is said of them.

use serde_json::json;

use crate::schema::Schema;

#[test]
fn a_pattern_that_is_too_large_is_not_called_wrong() {
    let told = |pattern: &str| {
        let properties = json!({"properties": {"a": {"pattern": pattern}}});
        let names = json!({"patternProperties": {pattern: {}}});
        [properties, names].map(|it| Schema::compile(&it).expect_err("no schema").message)
    };
    for large in [r"^(\w{1000}){1000}$", "^.{1,100000}$"] {
        for message in told(large) {
            assert!(message.contains("is too large"), "{message}");
        }
    }
    for message in told("(") {
        assert!(message.contains("not a \"regex\""), "{message}");
    }
    assert!(Schema::compile(&json!({"pattern": r"^\w{100}$"})).is_ok());
}
