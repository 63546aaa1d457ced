//! What becomes a symbol is known again, and nothing else is.

use super::*;
use proptest::prelude::*;

fn table(values: &[(&str, &str)]) -> Symbols {
    let mut symbols = Symbols::new(&"http://127.0.0.1:8080".into());
    for (text, name) in values {
        symbols.add(text, name, None);
    }
    symbols
}

fn shown(symbols: &Symbols, text: &str) -> String {
    symbols.substituted(text).unwrap_or_else(|| text.to_owned())
}

#[test]
fn a_value_is_known_again_wherever_it_stands() {
    let symbols = table(&[("rel-4711", "release"), ("a/b=c d", "cursor")]);
    for (text, expected) in [
        ("rel-4711", "‹release#1›"),
        ("/apps/rel-4711/logs?x=1", "/apps/‹release#1›/logs?x=1"),
        ("release rel-4711 is up", "release ‹release#1› is up"),
        ("(rel-4711)", "(‹release#1›)"),
        (
            "/items?cursor=a%2Fb%3Dc%20d&n=1",
            "/items?cursor=‹cursor#1›&n=1",
        ),
        ("/items/a%2Fb=c%20d", "/items/‹cursor#1›"),
        (
            "/p?next=%2Fapps%2Frel-4711",
            "/p?next=%2Fapps%2F‹release#1›",
        ),
        (
            "http://127.0.0.1:8080/apps/rel-4711",
            "‹base›/apps/‹release#1›",
        ),
        ("http%3A%2F%2F127.0.0.1%3A8080%2Fx", "‹base›%2Fx"),
        ("at 127.0.0.1:8080", "at ‹host›"),
    ] {
        assert_eq!(shown(&symbols, text), expected);
    }
}

#[test]
fn a_part_of_another_word_is_no_value() {
    let symbols = table(&[("rel-4711", "release"), ("a1b2", "short")]);
    for text in [
        "rel-47111",
        "xrel-4711",
        "rel-471",
        "érel-4711",
        "http://127.0.0.1:80801",
        "the a1b2 within",
        "/xa1b2/",
        "a1b2c",
    ] {
        assert_eq!(shown(&symbols, text), text);
    }
    assert_eq!(shown(&symbols, "/x/a1b2"), "/x/‹short#1›");
    assert_eq!(shown(&symbols, "a1b2"), "‹short#1›");
}

#[test]
fn the_longest_value_wins() {
    let symbols = table(&[("deploy-1", "deploy"), ("deploy-1-pod-7", "pod")]);
    assert_eq!(
        shown(&symbols, "deploy-1-pod-7, deploy-1-x"),
        "‹pod#1›, ‹deploy#1›-x"
    );
}

#[test]
fn other_values_get_other_numbers_and_the_same_value_none() {
    let mut symbols = table(&[("rel-0001", "release"), ("rel-0002", "release")]);
    symbols.add("rel-0001", "again", None);
    assert_eq!(
        shown(&symbols, "rel-0001 rel-0002"),
        "‹release#1› ‹release#2›"
    );
}

#[test]
fn times_are_all_alike() {
    let mut symbols = table(&[]);
    symbols.add("2024-05-01T10:00:00Z", "made", Some(Kind::DateTime));
    symbols.add("2024-05-01T10:00:01Z", "changed", Some(Kind::DateTime));
    symbols.add("2024-05-01", "day", Some(Kind::Date));
    let text = "2024-05-01T10:00:00Z to 2024-05-01T10:00:01Z on 2024-05-01";
    assert_eq!(
        shown(&symbols, text),
        "‹time date-time› to ‹time date-time› on ‹date›"
    );
}

#[test]
fn too_short_and_too_long_values_are_left_alone() {
    let long = "x".repeat(VALUE_BYTES_MAX + 1);
    let symbols = table(&[("abc", "a"), (&long, "b")]);
    assert_eq!(symbols.get("abc"), None);
    assert_eq!(symbols.get(&long), None);
}

#[test]
fn the_table_has_an_end() {
    let mut symbols = table(&[]);
    for number in 0..=SYMBOLS_MAX {
        symbols.add(&format!("value-{number}"), "v", None);
    }
    assert!(symbols.is_full());
    assert_eq!(symbols.get(&format!("value-{SYMBOLS_MAX}")), None);
}

#[test]
fn a_base_with_a_path_and_a_base_without_a_port() {
    let symbols = Symbols::new(&"https://example.test/api/".into());
    assert_eq!(shown(&symbols, "https://example.test/api/x"), "‹base›/x");
    assert_eq!(
        shown(&symbols, "https://example.test/other"),
        "‹origin›/other"
    );
    assert_eq!(shown(&symbols, "example.test"), "example.test");
    assert_eq!(shown(&Symbols::new(&"".into()), "anything"), "anything");
}

#[test]
fn a_name_cannot_break_its_symbol() {
    let symbols = table(&[("value-1", "a›\n b"), ("value-2", "")]);
    assert_eq!(shown(&symbols, "value-1"), "‹a___b#1›");
    assert_eq!(shown(&symbols, "value-2"), "‹value#1›");
}

proptest! {
    #[test]
    fn pieces_cover_any_text(text in ".*", value in "[a-z0-9._~-]{4,8}") {
        let symbols = table(&[(&value, "v")]);
        let joined = format!("{text} {value} {text}");
        let pieces = symbols.pieces(&joined);
        prop_assert!(pieces.is_some() || value.len() < WITHIN_MIN);
        let whole: String = pieces.iter().flatten().map(|piece| match piece {
            Piece::Plain(text) => *text,
            Piece::Symbol(_) => value.as_str(),
        }).collect();
        prop_assert!(pieces.is_none() || whole == joined);
    }
}

#[test]
fn symbols_are_told_apart_from_what_they_stand_in() {
    for (text, expected) in [
        ("/a/‹order#1›/b", Some("/a/‹#›/b")),
        ("‹id#12 uuid›‹id#1›", Some("‹# uuid›‹#›")),
        ("‹time date-time› ‹base›", None),
        ("plain #1", None),
        ("‹open#1", Some("‹#")),
    ] {
        assert_eq!(without_names(text).as_deref(), expected, "{text}");
    }
}
