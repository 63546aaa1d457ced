//! Tests of whole sources: values, places and faults.

use std::fmt::Write as _;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn yaml(text: &str) -> Source {
    Source::parse("dir/a.yaml", text.to_owned()).expect("the test's own YAML")
}

fn pointer(text: &str) -> Pointer {
    Pointer::parse(text).expect("the test's own pointer")
}

/// The faults of a text as `line:column message`, and the second place when there is one.
fn faults(path: &str, text: &str) -> Vec<String> {
    let faults = Source::parse(path, text.to_owned()).expect_err("the text is wrong");
    let place = |location: &Location| format!("{}:{}", location.line, location.column);
    faults
        .iter()
        .map(|fault| {
            let also = fault
                .also
                .as_ref()
                .map_or(String::new(), |also| format!(" ({})", place(also)));
            format!("{} {}{also}", place(&fault.location), fault.message)
        })
        .collect()
}

#[test]
fn v2_yaml_becomes_json() {
    let source = yaml(
        "# top\na: 1.10\n200: ok\nyes: no\nlist:\n- ~\n- 'x'\n- !!str 5\ntext: |\n  one\n  two\nempty:\nflow: {b: [1, true]}\n",
    );
    let expected: Value = serde_json::from_str(
        r#"{"a":1.10,"200":"ok","yes":"no","list":[null,"x","5"],"text":"one\ntwo\n","empty":null,"flow":{"b":[1,true]}}"#,
    )
    .expect("the test's own JSON");
    assert_eq!(source.root(), &expected);
    assert_eq!(source.root()["a"].to_string(), "1.10");
    assert_eq!(source.value(&pointer("/flow/b/1")), Some(&json!(true)));
    assert_eq!(source.value(&pointer("/flow/c")), None);
}

/// What a place says: `line:column text`.
fn shown(location: &Location) -> String {
    format!(
        "{}:{} {}",
        location.line,
        location.column,
        &location.text[location.span.clone()]
    )
}

#[test]
fn yaml_and_json_have_places() {
    let block = yaml("# é\né/a:\n  - x: 1\n    y: {z: [2, 3]}\n  - end\nlast: ü\n");
    let flow = Source::parse(
        "a.JSON",
        "\u{feff}{\"é/a\": [{\"x\": 1,\n \"y\": {\"z\": [2, 3]}}, \"end\"]}".to_owned(),
    )
    .expect("the test's own JSON");
    for (source, place, value, key) in [
        (&block, "/é~1a/0/x", "3:8 1", "3:5 x"),
        (
            &block,
            "/é~1a/0",
            "3:5 x: 1\n    y: {z: [2, 3]}",
            "3:5 x: 1\n    y: {z: [2, 3]}",
        ),
        (&block, "/é~1a/0/y", "4:8 {z: [2, 3]}", "4:5 y"),
        (&block, "/é~1a/0/y/z/1", "4:16 3", "4:16 3"),
        (&block, "/last", "6:7 ü", "6:1 last"),
        (&flow, "/é~1a/0/x", "1:16 1", "1:11 \"x\""),
        (&flow, "/é~1a/0/y/z/1", "2:17 3", "2:17 3"),
        (&flow, "/é~1a/0/y", "2:7 {\"z\": [2, 3]}", "2:2 \"y\""),
        (&flow, "/é~1a/1", "2:23 \"end\"", "2:23 \"end\""),
    ] {
        assert_eq!(shown(&source.location(&pointer(place))), value, "{place}");
        assert_eq!(shown(&source.key_location(&pointer(place))), key, "{place}");
    }
}

#[test]
fn what_is_not_there_has_the_place_of_its_ancestor() {
    let source = yaml("a:\n  b: [1]\n");
    for (missing, ancestor) in [
        ("/a/b/1/c", "/a/b"),
        ("/a/x", "/a"),
        ("/a/b/00", "/a/b"),
        ("/x/y", ""),
    ] {
        let expected = source.location(&pointer(ancestor));
        assert_eq!(source.location(&pointer(missing)), expected, "{missing}");
        assert_eq!(
            source.key_location(&pointer(missing)),
            expected,
            "{missing}"
        );
    }
    assert_eq!(
        source.location(&pointer("/a/b")).to_string(),
        "dir/a.yaml:2:6"
    );
}

#[test]
fn aliases_stand_where_they_are_written_and_their_parts_at_the_anchor() {
    let source = yaml("a: &x {k: [1]}\nb: *x\n&n name: &n2 key\n*n2 : v\n");
    assert_eq!(
        source.root(),
        &json!({"a": {"k": [1]}, "b": {"k": [1]}, "name": "key", "key": "v"})
    );
    assert_eq!(shown(&source.location(&pointer("/b"))), "2:4 *x");
    assert_eq!(shown(&source.key_location(&pointer("/b"))), "2:1 b");
    assert_eq!(shown(&source.location(&pointer("/b/k/0"))), "1:12 1");
}

#[test]
fn v2_all_repeated_keys_are_reported_with_the_first() {
    let yaml = "a: 1\nb:\n  c: 1\n  c: [x, {y: 1, y: 2}]\na: 2\n'a': 3\n";
    assert_eq!(
        faults("a.yaml", yaml),
        [
            "4:3 the key `c` stands twice (3:3)",
            "4:17 the key `y` stands twice (4:11)",
            "5:1 the key `a` stands twice (1:1)",
            "6:1 the key `a` stands twice (1:1)",
        ]
    );
    assert_eq!(
        faults("a.json", "{\"a\":1,\n\"a\":{\"b\":1,\"b\":2}}"),
        [
            "2:1 the member `/a` stands twice (1:2)",
            "2:12 the member `/a/b` stands twice (2:6)"
        ]
    );
}

#[test]
fn v2_what_json_cannot_hold_is_a_fault() {
    for (text, expected) in [
        (
            "a: .inf\nb: .nan\n",
            vec!["1:4 `.inf` is a number", "2:4 `.nan` is a number"],
        ),
        (
            "a: !x 1\nb: !!binary aGk=\n",
            vec![
                "1:7 the tag `!x` means nothing",
                "2:13 the tag `!!binary` means",
            ],
        ),
        (
            "a: !!set {x}\nb: !!int x\n",
            vec!["1:10 the tag `!!set`", "2:10 `x` is not what its tag says"],
        ),
        (
            "? [1]\n: 2\n? {a: 1}\n: 3\n",
            vec!["1:3 a key must be a string", "3:3 a key must be a string"],
        ),
        ("a: &a [1]\n*a : 1\n", vec!["2:1 a key must be a string"]),
        ("!!int 1: x\n", vec!["1:7 the key `1` is not a string"]),
        ("<<: {a: 1}\n", vec!["1:1 merge keys"]),
        (": x\n", vec!["1:1 a key is missing"]),
        ("a: 1\n---\nb: 1\n", vec!["2:1 a second document"]),
        (
            "a: &a [*a]\n",
            vec!["1:8 this alias stands within its own anchor"],
        ),
        (
            "a: *b\nc: *d\n",
            vec!["1:4 no anchor `&b`", "2:4 no anchor `&d`"],
        ),
        ("", vec!["1:1 the file is empty"]),
        ("# nothing\n", vec!["1:1 the file is empty"]),
    ] {
        let found = faults("a.yaml", text);
        assert_eq!(found.len(), expected.len(), "{text}: {found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{text}: {found}");
        }
    }
}

#[test]
fn broken_text_is_a_fault_with_a_place() {
    for (path, text) in [
        ("a.yaml", "a: [1, 2\nb: 3\n"),
        ("a.yaml", "a: 'x\n"),
        ("a.yaml", "a: b: c\n"),
        ("a.yaml", "a:\n\t- b\n  - c"),
        ("a.json", "{\"a\": }"),
        ("a.json", ""),
        ("a.json", "{} {}"),
        ("a.json", "[NaN]"),
    ] {
        let found = Source::parse(path, text.to_owned()).expect_err("the text is broken");
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(
            found[0].location.span.end <= text.len(),
            "{text}: {found:?}"
        );
    }
}

#[test]
fn copies_are_bounded() {
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..12 {
        let part = format!("*a{}", level - 1);
        writeln!(bomb, "a{level}: &a{level} [{}]", vec![part; 9].join(", "))
            .expect("a String can be written to");
    }
    assert!(faults("a.yaml", &bomb)[0].contains("copies included"));
    let long = "x".repeat(1024 * 1024);
    let copies = format!("a: &a {long}\nb: [{}]\n", vec!["*a"; 70].join(", "));
    assert!(faults("a.yaml", &copies)[0].contains("aliases copy more than"));
}

#[test]
fn depth_is_bounded_through_aliases_too() {
    let chain = |levels: usize| {
        let mut text = "a0: &a0 []\n".to_owned();
        for level in 1..levels {
            writeln!(text, "a{level}: &a{level} [*a{}]", level - 1)
                .expect("a String can be written to");
        }
        text
    };
    assert!(Source::parse("a.yaml", chain(crate::json::DEPTH_MAX - 1)).is_ok());
    assert!(faults("a.yaml", &chain(crate::json::DEPTH_MAX))[0].contains("within one another"));
    for open in ["[", "- ", "{a: "] {
        let found = faults("a.yaml", &open.repeat(100_000));
        assert_eq!(found.len(), 1, "{found:?}");
    }
}

#[test]
fn a_bounded_number_of_faults_is_reported() {
    let many = "- .inf\n".repeat(json::FAULTS_MAX * 2);
    assert_eq!(faults("a.yaml", &many).len(), json::FAULTS_MAX);
}

#[test]
fn a_text_beyond_the_limit_is_not_read() {
    let found = faults("a.json", &" ".repeat(TEXT_MAX + 1));
    assert!(found[0].contains("at most"), "{found:?}");
}

proptest! {
    #[test]
    fn any_text_has_a_value_or_faults(text in r#"[-a:*&!<?|>'"{}\[\], #\n]{0,24}|.*"#) {
        for path in ["a.yaml", "a.json"] {
            match Source::parse(path, text.clone()) {
                Ok(source) => prop_assert!(source.location(&Pointer::root()).span.end <= text.len()),
                Err(faults) => prop_assert!(!faults.is_empty()),
            }
        }
    }

    /// JSON is YAML, near enough: both readers see the same value at the same places.
    #[test]
    fn json_reads_the_same_as_yaml(numbers in proptest::collection::vec(-99..99_i32, 0..4), text in "[a-zé \"\\\\]{0,8}") {
        let value = json!({"numbers": numbers, "inner": {"text": text, "": [null, true]}});
        let written = json::render_canonical(&value);
        let read_json = Source::parse("a.json", written.clone()).expect("canonical text is JSON");
        let read_yaml = Source::parse("a.yaml", written).expect("canonical text is YAML");
        prop_assert_eq!(read_json.root(), read_yaml.root());
        for place in ["", "/numbers/0", "/inner", "/inner/text", "/inner//1"] {
            let place = pointer(place);
            prop_assert_eq!(read_json.location(&place).span, read_yaml.location(&place).span);
            prop_assert_eq!(read_json.key_location(&place).span, read_yaml.key_location(&place).span);
        }
    }
}

#[test]
fn toml_has_the_same_places() {
    let text = "[targets.local]\nurl = \"http://a\"\n[[rule]]\nat = 1\n[[rule]]\nat = 2.50\n";
    let source = Source::parse("api.toml", text.to_owned()).expect("TOML");
    let place = |pointer: &str| {
        let pointer = Pointer::parse(pointer).expect("a pointer");
        let location = source.key_location(&pointer);
        (location.line, location.column)
    };
    assert_eq!(place("/targets/local/url"), (2, 1));
    assert_eq!(place("/rule/1/at"), (6, 1));
    assert_eq!(source.root()["rule"][0]["at"], serde_json::json!(1));
}

#[test]
fn broken_toml_tells_where() {
    let faults = Source::parse("api.toml", "a = 1\nb = \na = 2\n".to_owned()).expect_err("broken");
    assert!(
        faults.iter().any(|fault| fault.location.line == 2),
        "{faults:?}"
    );
    assert!(Source::parse("api.toml", "a = nan".to_owned()).is_err());
}
