//! What expressions say of documents, and what becomes of both.

use proptest::prelude::*;
use serde_json::json;

use super::*;

const STORE: &str = "<?xml version='1.0'?><!-- top --><s:store xmlns:s='u' xmlns='u2' xml:lang='en' open='true'>\
    <book xmlns='' id='1'><title>Moby <b>Dick</b></title><price>8.99</price></book>\
    <book xmlns='' id='2'><title><![CDATA[A]]>B</title><price>22.99</price><!-- c --></book>\
    <s:till s:n='3'/><?go now?></s:store>";

fn path(text: &str) -> XPath {
    XPath::parse(text).expect("the test's own expression")
}

fn select(text: &str) -> Result<Option<Value>, String> {
    path(text).select(STORE)
}

#[test]
fn nodes_are_their_texts() {
    for (text, expected) in [
        ("/s:store/book[1]/title", json!("Moby Dick")),
        ("//book/@id", json!(["1", "2"])),
        ("//book[price > 10]/title", json!("AB")),
        ("//book[@id = '2']/preceding-sibling::book/@id", json!("1")),
        (
            "//book[last()]/price | //book[1]/price",
            json!(["8.99", "22.99"]),
        ),
        ("//b/ancestor::book/@id", json!("1")),
        ("//price[. = //book[2]/price]/../@id", json!("2")),
        ("//s:till/@s:n", json!("3")),
        ("//*[local-name() = 'till']/@*", json!("3")),
        ("/comment()", json!(" top ")),
        ("//processing-instruction('go')", json!("now")),
        ("//title[../price < 9]//text()", json!(["Moby ", "Dick"])),
        ("//book[2]/title/text()", json!("AB")),
        ("/*/following::*", Value::Null),
        ("//book[3]", Value::Null),
        ("/store", Value::Null),
        ("//till", Value::Null),
    ] {
        let found = select(text).map(Option::unwrap_or_default);
        assert_eq!(found, Ok(expected), "{text}");
    }
}

#[test]
fn other_answers_are_what_they_are() {
    for (text, expected) in [
        ("count(//book)", json!(2)),
        ("sum(//price)", json!(31.979_999_999_999_997)),
        ("3 div 2", json!(1.5)),
        ("-0", json!(0)),
        ("string-length(//book[1]/title)", json!(9)),
        ("name(/*)", json!("s:store")),
        ("namespace-uri(/*)", json!("u")),
        ("//book/@id = '2'", json!(true)),
        ("not(//book)", json!(false)),
        ("concat(//book[1]/@id, '-', //book[2]/@id)", json!("1-2")),
        ("substring('12345', 2, 3)", json!("234")),
        ("translate('bar', 'abc', 'AB')", json!("BAr")),
        ("normalize-space('  a  b ')", json!("a b")),
        ("round(2.5)", json!(3)),
    ] {
        assert_eq!(select(text), Ok(Some(expected)), "{text}");
    }
    assert!(select("1 div 0").is_err(), "JSON has no word for it");
    assert!(select("number('x')").is_err());
}

#[test]
fn the_effective_boolean_value_is_that_of_the_version() {
    for (text, expected) in [
        ("//book", true),
        ("//car", false),
        ("'false'", true),
        ("''", false),
        ("0", false),
        ("number('x')", false),
        ("-1", true),
        ("count(//book) = 2", true),
        ("//book/@id != '1'", true),
        ("//price > 30", false),
        ("boolean(//@open) and //@open = 'true'", true),
    ] {
        assert_eq!(path(text).holds(STORE), Ok(expected), "{text}");
    }
}

#[test]
fn what_cannot_be_evaluated_is_an_error() {
    assert!(path("//x:a").holds(STORE).is_err(), "nobody says what x is");
    assert!(path("count(1)").holds(STORE).is_err());
    assert!(path("//a").holds("no XML").is_err());
    assert!(path("//a").holds("<!DOCTYPE a><a/>").is_err());
}

#[test]
fn what_is_no_expression_is_refused() {
    for text in [
        "",
        " ",
        "//",
        "//a[",
        "a b",
        "//a[]",
        "$x",
        "foo()",
        "fn:count(//a)",
        "count()",
        "id('a')",
        "lang('en')",
        "//a[@b == 1]",
        "for $a in //a return $a",
        "//a => count()",
        "if (a) then b else c",
        "'a",
        "a:b:c",
        "1 to 2",
    ] {
        assert!(XPath::parse(text).is_err(), "{text}");
    }
}

#[test]
fn what_goes_beyond_a_limit_is_refused() {
    let long = format!("'{}'", "a".repeat(PATH_BYTES_MAX));
    let deep = format!(
        "{}1{}",
        "(".repeat(PATH_DEPTH_MAX + 1),
        ")".repeat(PATH_DEPTH_MAX + 1)
    );
    let minus = format!("{}1", "-".repeat(PATH_BYTES_MAX - 1));
    let sum = vec!["1"; PATH_BYTES_MAX / 2].join("+");
    for text in [long, deep, minus, sum] {
        assert!(XPath::parse(&text).is_err(), "{text}");
    }
    let most = format!(
        "{}1{}",
        "(".repeat(PATH_DEPTH_MAX),
        ")".repeat(PATH_DEPTH_MAX)
    );
    assert!(XPath::parse(&most).is_ok());
}

#[test]
fn what_takes_too_long_has_no_answer() {
    let many = format!("<a>{}</a>", "<b>x</b>".repeat(20_000));
    for text in ["//b[//b = 'y']", "//b/following::b", "//b < //b"] {
        let told = path(text).holds(&many).expect_err(text);
        assert!(told.contains("steps"), "{told}");
    }
    assert_eq!(path("//b = 'y'").holds(&many), Ok(false));
    assert_eq!(
        path("count(//b[. = 'x'])").select(&many),
        Ok(Some(json!(20_000)))
    );
}

#[test]
fn what_reads_too_much_has_no_answer() {
    let text = format!("<a>{}</a>", "x".repeat(1024 * 1024));
    let often = |count: usize| format!("string-length(concat({}))", vec!["/"; count].join(","));
    let length = path(&often(100)).select(&text);
    assert_eq!(length, Ok(Some(json!(100 * 1024 * 1024))));
    let told = path(&often(200)).select(&text).expect_err("too much");
    assert!(told.contains("bytes of text"), "{told}");
}

#[test]
fn texts_are_replaced_where_they_stand() {
    let text = "<?xml version='1.0'?><a x='1' y=\">\"><!-- c --><b>old</b><c/><c z='/'/><d>t<e/>u</d><f><![CDATA[</]]></f></a>";
    for (target, old, new) in [
        ("/a/b", "<b>old</b>", "<b>&lt;&amp;\"</b>"),
        ("//b/text()", "<b>old</b>", "<b>&lt;&amp;\"</b>"),
        ("/a/@x", "x='1'", "x='&lt;&amp;&quot;'"),
        ("/a/@y", "y=\">\"", "y=\"&lt;&amp;&quot;\""),
        ("/a/c[1]", "<c/>", "<c>&lt;&amp;\"</c>"),
        ("/a/c[2]", "<c z='/'/>", "<c z='/'>&lt;&amp;\"</c>"),
        ("/a/d", "<d>t<e/>u</d>", "<d>&lt;&amp;\"</d>"),
        ("/a/d/text()[2]", "u</d>", "&lt;&amp;\"</d>"),
        ("/a/f", "<![CDATA[</]]>", "&lt;&amp;\""),
    ] {
        let replaced = path(target).replace(text, "<&\"");
        assert_eq!(replaced, Ok(text.replacen(old, new, 1)), "{target}");
    }
    let twice = path("/a/c").replace(text, "n");
    assert_eq!(
        twice,
        Ok(text.replace("<c/><c z='/'/>", "<c>n</c><c z='/'>n</c>"))
    );
    for target in ["/a/x", "//*", "/comment()", "/", "count(//a)"] {
        assert!(path(target).replace(text, "n").is_err(), "{target}");
    }
    assert!(path("/a/b").replace(text, "\u{0}").is_err());
}

#[test]
fn plain_paths_mean_the_same_in_every_version() {
    for text in [
        "/a/b",
        "//b",
        "/a/@b",
        "/a/b[2]/c",
        "/a/b[@id = '1']",
        "/a/b[c = 'x']/text()",
    ] {
        assert!(path(text).is_of_every_version(), "{text}");
    }
    for text in [
        "a",
        "/a[b = 1]",
        "/a[b < 'x']",
        "/a[last()]",
        "count(/a)",
        "/a | /b",
        "/a/following::b",
        "1 = '1'",
    ] {
        assert!(!path(text).is_of_every_version(), "{text}");
    }
}

proptest! {
    #[test]
    fn any_text_is_an_expression_or_none(text in r#"[/@*a-c.\[\]()'"=<>|+:0-9 -]{0,30}"#) {
        if let Ok(path) = XPath::parse(&text) {
            let _ = path.select(STORE);
            let _ = path.replace(STORE, "x");
        }
    }
}
