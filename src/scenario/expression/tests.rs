//! What the grammar takes and what it refuses.

use super::*;

#[test]
fn x1_x2_x3_x4_x6_every_form_is_read() {
    for text in [
        "$url",
        "$method",
        "$statusCode",
        "$self",
        "$message.header.X-Id",
        "$message.payload#/a",
        "$request.header.Accept",
        "$request.query.a.b",
        "$request.path.id",
        "$request.body",
        "$request.body#/a/0",
        "$response.header.X-Tag",
        "$response.body#/a~1b",
        "$response.body.items[0].id",
        "$response.body['a b']",
        "$inputs.name",
        "$inputs.name#/a",
        "$outputs.x",
        "$steps.make-it.outputs.id",
        "$workflows.other.outputs.id#/0",
        "$workflows.other.inputs.id",
        "$sourceDescriptions.api.url",
        "$components.parameters.page",
    ] {
        let expression = Expression::parse(text);
        assert!(expression.is_ok(), "{text}: {expression:?}");
        assert!(Expression::is_meant(text), "{text}");
    }
}

#[test]
fn navigation_is_a_pointer() {
    let dotted = Expression::parse("$response.body.items[0]['x/y']").expect("an expression");
    let pointed = Expression::parse("$response.body#/items/0/x~1y").expect("an expression");
    assert_eq!(dotted.pointer, pointed.pointer);
}

#[test]
fn what_breaks_the_grammar_is_refused() {
    for text in [
        "",
        "é",
        "$é",
        "$",
        "$response",
        "$response.",
        "$response.bodies",
        "$response.query.a",
        "$response.path.a",
        "$response.header.",
        "$response.header.a b",
        "$steps.a.output.b",
        "$steps.a",
        "$inputs.",
        "$statusCode#/a",
        "$response.body#a",
        "$response.body[",
        "$response.body[x]",
        "$response.body[0]x",
        "$step.a.outputs.b",
        "$response.body.a#/b",
    ] {
        assert!(Expression::parse(text).is_err(), "{text}");
    }
}

#[test]
fn a_near_miss_is_meant_and_told_its_neighbour() {
    let error = Expression::parse("$step.a.outputs.b").expect_err("no such word");
    assert_eq!(error.nearest, Some("$steps"));
    assert!(Expression::is_meant("$step.a.outputs.b"));
}

#[test]
fn prices_and_variables_are_plain_text() {
    for text in ["$", "$5.00", "$HOME", "$urls", "costs $inputs.x", "$schema"] {
        assert!(!Expression::is_meant(text), "{text}");
    }
}

#[test]
fn what_1_0_allows_besides_is_read() {
    for text in [
        "$inputs.größe",
        "$steps.a.b.outputs.c",
        "$response.body#/a{b}",
        "$steps.a.outputs.list[0].id",
    ] {
        assert!(Expression::parse(text).is_ok(), "{text}");
    }
    let indexed = Expression::parse("$steps.a.outputs.list[0].id").expect("an expression");
    assert_eq!(indexed.pointer.as_str(), "/0/id");
}

#[test]
fn x7_names_are_decoded_and_headers_hold_what_tokens_hold() {
    let root = |text: &str| Expression::parse(text).map(|it| it.root);
    let query = |name: &str| Ok(Root::Request(Part::Query(name.to_owned())));
    assert_eq!(root("$request.query.a b/c#d"), query("a b/c#d"));
    assert_eq!(root(r"$request.query.\u00e9\\\/"), query("é\\/"));
    let header = Root::Response(Part::Header("X-A#1".to_owned()));
    assert_eq!(root("$response.header.X-A#1"), Ok(header));
    for text in [
        r"$request.query.\",
        r"$request.query.\x",
        r"$request.query.\ud800",
        "$request.query.a{b",
        "$request.query.a\"b",
        "$request.query.a\nb",
        "$response.payload",
        "$message.body",
        "$components.outputs.a",
    ] {
        assert!(Expression::parse(text).is_err(), "{text}");
    }
}

mod properties {
    use proptest::prelude::*;

    use super::*;

    /// `identifier` and `identifier-strict`.
    const IDENTIFIER: &str = "[A-Za-z0-9._-]{1,8}";
    const STRICT: &str = "[A-Za-z0-9_-]{1,8}";
    /// `[ "#" json-pointer ]`.
    const TAIL: &str = "(#(/([^/~{}]|~[01]){0,4}){0,3})?";
    /// `name`.
    const NAME: &str = r#"([^"\\{}\x00-\x1f]|\\["\\/bfnrt]|\\u00[0-9A-F]{2}){0,6}"#;

    /// Any text that the ABNF derives.
    fn derived() -> impl Strategy<Value = String> {
        let token = "[!#$%&'*+.^_`|~0-9A-Za-z-]{1,8}";
        let rules = [
            r"\$(url|method|statusCode|self)".to_owned(),
            format!(r"\$(request|response)\.header\.{token}"),
            format!(r"\$request\.(query|path)\.{NAME}"),
            format!(r"\$(request|response)\.body{TAIL}"),
            format!(r"\$(inputs|outputs)\.{IDENTIFIER}{TAIL}"),
            format!(r"\$steps\.{STRICT}\.outputs\.{IDENTIFIER}{TAIL}"),
            format!(r"\$workflows\.{STRICT}\.(inputs|outputs)\.{IDENTIFIER}{TAIL}"),
            format!(r"\$sourceDescriptions\.{STRICT}\.[a-zA-Z0-9 ./#-]{{1,8}}"),
            format!(r"\$message\.payload{TAIL}"),
            format!(r"\$components\.(parameters|successActions|failureActions)\.{IDENTIFIER}"),
        ];
        let all = format!("({})", rules.join("|"));
        proptest::string::string_regex(&all).expect("the test's own pattern")
    }

    proptest! {
        #[test]
        fn what_the_grammar_derives_is_read_and_written_again(text in derived()) {
            let read = Expression::parse(&text).expect("the grammar derives it");
            prop_assert!(Expression::is_meant(&text), "{}", text);
            prop_assert_eq!(read.to_string(), text.clone());
            if let Some((_, pointer)) = text.split_once('#') && !text.contains(".header.") {
                let whole = text.contains(".query.") || text.contains(".path.") || text.contains("$source");
                prop_assert!(whole || read.pointer.as_str() == pointer);
            }
        }

        #[test]
        fn what_is_embedded_is_found_again(text in derived(), before in "[a-z ]{0,5}") {
            // Nothing can say where an expression ends that holds a brace.
            prop_assume!(!text.contains(['{', '}']));
            let template = crate::scenario::Template::parse(&format!("{before}{{{text}}}x"));
            let template = template.expect("the grammar derives it");
            let found: Vec<_> = template.expressions().map(Expression::as_str).collect();
            prop_assert_eq!(found, [text.as_str()]);
        }

        #[test]
        fn any_text_is_read_or_told(text in r"\$?(request|steps|inputs|workflows|x)?[.#/\[\]'a-z0-9~\\{}$é ]{0,20}") {
            let _ = Expression::is_meant(&text);
            match Expression::parse(&text) {
                Ok(read) => prop_assert_eq!(read.as_str(), text),
                Err(error) => prop_assert!(!error.why.is_empty()),
            }
        }

        #[test]
        fn any_condition_is_read_or_told(text in r"(\$inputs\.a|'x'|1|true|&&|\|\||==|<=|!|\(|\)|\[0\]|[ .#'é$])*") {
            if let Err((at, why)) = crate::scenario::Condition::parse(&text) {
                prop_assert!(at <= text.len() && !why.is_empty());
            }
        }
    }
}
