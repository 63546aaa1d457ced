//! Expressions, conditions, templates and JSONPaths: any text is read, or told to be none.
#![no_main]

use countersign::json::Path;
use countersign::scenario::{Condition, Expression, Template};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|text: &str| {
    let _ = Expression::is_meant(text);
    if let Ok(expression) = Expression::parse(text) {
        assert_eq!(expression.as_str(), text);
    }
    if let Ok(template) = Template::parse(text) {
        let expressions = template.expressions().count();
        assert!(expressions <= template.parts().len());
    }
    if let Err((at, _)) = Condition::parse(text) {
        assert!(at <= text.len());
    }
    let _ = Path::parse(text);
});
