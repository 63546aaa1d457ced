//! Tests: every form is found, nothing else is changed, and no cut hides anything.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD, URL_SAFE, URL_SAFE_NO_PAD};
use proptest::prelude::*;

use super::*;

fn with(value: &str) -> Secrets {
    let secrets = Secrets::default();
    secrets.add_credential("key", value);
    secrets
}

/// What people and programs write for a value.
fn written(value: &str) -> Vec<String> {
    let percent = |upper: bool, keep: bool| -> String {
        let each = value.bytes().map(|it| match it {
            it if keep && it.is_ascii_alphanumeric() => char::from(it).to_string(),
            it if upper => format!("%{it:02X}"),
            it => format!("%{it:02x}"),
        });
        each.collect()
    };
    let json = serde_json::to_string(value).expect("a text");
    let units = value.encode_utf16().map(|it| format!("\\u{it:04x}"));
    let units: String = units.collect();
    let html = value.chars().fold(String::new(), |all, it| {
        all + &format!("&#{};", u32::from(it))
    });
    let named = value
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('"', "&quot;");
    let form: String = form_urlencoded::byte_serialize(value.as_bytes()).collect();
    let by_bytes: String = value.bytes().map(char::from).collect();
    let mut all = vec![
        value.to_owned(),
        STANDARD.encode(&by_bytes),
        serde_json::to_string(&by_bytes).expect("a text"),
        by_bytes,
        percent(true, true),
        percent(false, true),
        percent(true, false),
        form.clone(),
        json[1..json.len() - 1].to_owned(),
        json[1..json.len() - 1].replace('/', "\\/"),
        // A text of JSON within a text of JSON, and a page within one.
        json[1..json.len() - 1]
            .replace('\\', "\\\\")
            .replace('"', "\\\""),
        named.replace('"', "\\\""),
        units,
        html,
        named.replace('\'', "&#x27;"),
        value.replace('\'', "'\\''"),
    ];
    for before in ["", "a", "ab", "abc"] {
        for behind in ["", "x", "xy"] {
            let whole = format!("{before}{value}{behind}");
            all.push(STANDARD.encode(&whole));
            all.push(STANDARD_NO_PAD.encode(&whole));
            all.push(URL_SAFE.encode(&whole));
            all.push(URL_SAFE_NO_PAD.encode(&whole));
        }
    }
    all
}

/// Whether any form of it is left: its bytes, or the middle of its Base64.
fn is_left(value: &str, text: &str) -> bool {
    let forms = written(value);
    let exact = forms.iter().take(13).any(|it| text.contains(it.as_str()));
    exact || forms::of(value).iter().any(|it| text.contains(it.as_str()))
}

/// What comes out when a text is written in pieces of these sizes.
fn in_pieces(secrets: &Arc<Secrets>, text: &str, sizes: &[usize]) -> String {
    let (mut redactor, mut out) = (Redactor::new(Arc::clone(secrets)), Vec::new());
    let (mut rest, mut sizes) = (text.as_bytes(), sizes.iter().cycle());
    while !rest.is_empty() {
        let size = sizes.next().map_or(1, |it| *it).min(rest.len());
        let (piece, more) = rest.split_at(size);
        redactor.pass(piece, &mut out).expect("memory takes all");
        redactor.pass_lines(&mut out).expect("memory takes all");
        rest = more;
    }
    redactor.finish(&mut out).expect("memory takes all");
    String::from_utf8(out).expect("a text")
}

proptest! {
    #[test]
    fn in_every_form_it_is_gone(
        value in "[ -~]{8,40}", before in "[a-z ]{0,9}", behind in "[a-z ]{0,9}",
    ) {
        let value = value.trim();
        prop_assume!(is_looked_for(value, VALUE_BYTES_MIN) && !value.starts_with("-----"));
        let secrets = with(value);
        for form in written(value) {
            let text = format!("{before}\"{form}\"{behind}");
            let clean = secrets.redact(&text);
            prop_assert!(!is_left(value, &clean), "{form:?} is left in {clean:?}");
            prop_assert!(clean.contains("(credential:key)"), "{clean:?}");
        }
    }

    #[test]
    fn any_text_without_it_stays_as_it_is(text in "\\PC{0,200}") {
        let secrets = with("k7#Qz/ 'x&y\"9");
        prop_assert_eq!(secrets.redact(&text), text.as_str());
    }

    #[test]
    fn no_cut_hides_it(sizes in proptest::collection::vec(1_usize..9, 1..60)) {
        let value = "s3cret\"of-many pieces";
        let secrets = Arc::new(with(value));
        let text = format!(
            "one {value} two\n{value}\nthree {} s3cret\\\"of-many%20pieces",
            STANDARD.encode(value)
        );
        let clean = secrets.redact(&text);
        prop_assert_eq!(clean.matches("(credential:key)").count(), 4);
        prop_assert_eq!(in_pieces(&secrets, &text, &sizes), clean);
    }

    #[test]
    fn any_name_breaks_no_syntax(name in "\\PC{0,80}") {
        let placeholder = Name::new(Kind::Secret, &name).placeholder();
        let is_plain = |it: char| it.is_ascii_alphanumeric() || "(:)._-".contains(it);
        prop_assert!(placeholder.chars().all(is_plain), "{placeholder}");
        let found = pieces(placeholder.as_bytes());
        prop_assert!(matches!(found[..], [Piece::Placeholder(Kind::Secret, _)]));
    }
}

#[test]
fn a_line_without_end_is_written_and_nothing_of_it_gets_through() {
    let value = "s3cret-of-a-long-line";
    let secrets = Arc::new(with(value));
    let text = format!("{}{value}", "-".repeat(10_000)).repeat(40);
    let (mut redactor, mut out) = (Redactor::new(Arc::clone(&secrets)), Vec::new());
    for piece in text.as_bytes().chunks(7_001) {
        redactor.pass(piece, &mut out).expect("memory takes all");
    }
    assert!(out.len() > 300_000, "some of it has been written");
    redactor.finish(&mut out).expect("memory takes all");
    let text = String::from_utf8(out).expect("a text");
    assert!(!text.contains(value));
    assert_eq!(text.matches("(credential:key)").count(), 40);
}

#[test]
fn without_secrets_bytes_pass_at_once_and_as_they_are() {
    let secrets = Arc::new(Secrets::default());
    let (mut redactor, mut out) = (Redactor::new(Arc::clone(&secrets)), Vec::new());
    redactor
        .pass(b"half a li", &mut out)
        .expect("memory takes all");
    assert_eq!(out, b"half a li");
    assert!(matches!(secrets.redact("text"), Cow::Borrowed(_)));
    secrets.add("later", "now-it-is-known");
    redactor
        .pass(b"now-it-is-known", &mut out)
        .expect("memory takes all");
    redactor.finish(&mut out).expect("memory takes all");
    assert_eq!(out, b"half a li(secret:later)");
}

#[test]
fn what_is_short_or_plain_is_not_looked_for() {
    for value in ["", "abcde", "123456", "1234567", "--------", "true"] {
        let secrets = with(value);
        assert!(secrets.is_empty(), "{value}");
        assert_eq!(secrets.take_short(), ["key"]);
        assert_eq!(secrets.take_short(), [""; 0], "it is told once");
    }
    for value in ["abcdef", "12345678", "pass-word", "übung"] {
        let secrets = with(value);
        assert_eq!(secrets.generation(), 1, "{value}");
        assert_eq!(secrets.take_short(), [""; 0]);
    }
    let declared = Secrets::default();
    declared.add("token", "sevenby");
    assert!(declared.is_empty());
    declared.add("token", "eight-by");
    assert_eq!(declared.generation(), 1);
}

#[test]
fn the_begin_of_one_is_hidden_where_it_is_cut() {
    let secrets = with("s3cret-\"that\"-is-very-long");
    for (text, shown) in [
        (
            "string \"s3cret-\\\"that\"… (9 more)",
            "string \"(credential:key)… (9 more)",
        ),
        (
            "is s3cret-\"th… and s3cret-\"that…",
            "is (credential:key)… and (credential:key)…",
        ),
        ("s3cret-…", "s3cret-…"),
        ("another text…", "another text…"),
    ] {
        let mut text = text.to_owned();
        secrets.clean(&mut text);
        assert_eq!(text, shown);
    }
}

#[test]
fn numbers_stay_numbers_and_no_other_number_is_meant() {
    let secrets = with("12345678901");
    assert_eq!(secrets.redact("{\"a\": 12345678901}"), "{\"a\": 0}");
    assert_eq!(secrets.redact("[12345678901, 1]"), "[0, 1]");
    for (text, shown) in [
        ("\"12345678901\"", "\"(credential:key)\""),
        ("call 12345678901 now", "call (credential:key) now"),
        ("123456789012", "123456789012"),
        ("0.12345678901", "0.(credential:key)"),
    ] {
        assert_eq!(secrets.redact(text), shown);
    }
}

#[test]
fn the_lines_of_a_key_are_found_one_by_one() {
    let key = "-----BEGIN PRIVATE KEY-----\nMIIabcdefgh\nsecondline\n-----END PRIVATE KEY-----\n";
    let secrets = with(key);
    assert_eq!(secrets.generation(), 2);
    let shown = secrets.redact("\"MIIabcdefgh\\nsecondline\"");
    assert_eq!(shown, "\"(credential:key)\\n(credential:key)\"");
}

#[test]
fn what_overlaps_is_one_and_a_password_counts_for_itself() {
    let secrets = Secrets::default();
    secrets.add_credential("basic", "ada:open-sesame");
    secrets.add("token", "sesame-street");
    assert_eq!(secrets.redact("ada:open-sesame"), "(credential:basic)");
    assert_eq!(secrets.redact("open-sesame"), "(credential:basic)");
    assert_eq!(secrets.redact("x sesame-street"), "x (secret:token)");
    assert_eq!(secrets.redact("ada and sesame"), "ada and sesame");
}

#[test]
fn one_value_has_one_name_whoever_came_first() {
    for names in [["token", "session"], ["session", "token"]] {
        let secrets = Secrets::default();
        for name in names {
            secrets.add(name, "s3cret-value");
        }
        assert_eq!(secrets.redact("s3cret-value"), "(secret:session)");
        assert_eq!(secrets.generation(), 1);
        secrets.add_credential("zebra", "s3cret-value");
        let name = secrets.name_of("s3cret-value").expect("it is known");
        assert_eq!(name.placeholder(), "(credential:zebra)");
    }
}

#[test]
fn a_name_is_shown_although_it_is_secret_elsewhere() {
    let secrets = with("credential");
    secrets.add("sessionToken", "sessionToken");
    assert_eq!(secrets.redact("a credential"), "a (credential:key)");
    let once = secrets.redact("sessionToken credential").into_owned();
    assert_eq!(once, "(secret:sessionToken) (credential:key)");
    assert_eq!(secrets.redact(&once), once, "what is clean stays clean");
    // Nobody hides a value by writing a name around it that nobody gave.
    let forged = secrets.redact("(secret:credential)");
    assert_eq!(forged, "(secret:(credential:key))");
}

#[test]
fn a_search_names_the_line_and_takes_no_piece_for_the_whole() {
    let secrets = with("12345678");
    let line = |text: &str, size: usize| {
        let mut search = Search::default();
        for piece in text.as_bytes().chunks(size) {
            search.take(&secrets, piece);
        }
        search.finish(&secrets).map(|(line, _)| line)
    };
    for size in [1, 3, 8, 1000] {
        assert_eq!(line("a\nb\nc 12345678 d\n12345678", size), Some(3));
        assert_eq!(line("a\n123456789\n(credential:key)", size), None);
        assert_eq!(line("", size), None);
    }
    let long = format!("{}x12345678", "line\n".repeat(5_000));
    assert_eq!(line(&long, 1_000), Some(5_001));
}

#[test]
fn many_secrets_are_looked_for_at_once_up_to_a_limit() {
    let secrets = Secrets::default();
    for number in 0..300 {
        secrets.add("token", &format!("value-{number:04}"));
        // In between somebody asks, so that searches are joined.
        assert_eq!(secrets.find(b"value-0000").len(), 1);
    }
    assert_eq!(secrets.generation(), 300);
    assert_eq!(
        secrets.redact("value-0000 value-0299 value-0300"),
        "(secret:token) (secret:token) value-0300"
    );
    for number in 300..=SECRETS_MAX {
        secrets.add("token", &format!("value-{number:05}"));
    }
    assert!(secrets.is_full());
    assert_eq!(secrets.generation(), SECRETS_MAX);
    let long = "0123456789-".repeat(2_000);
    let one = with(&long);
    assert!(
        one.redact(&long[..VALUE_BYTES_MAX])
            .starts_with("(credential:key)")
    );
}

#[test]
fn what_stands_between_placeholders_is_told_apart() {
    let text = b"a (secret:x.y) (b) (credential:k)(secret:) (secret:a b)";
    let told: Vec<String> = pieces(text)
        .iter()
        .map(|it| match it {
            Piece::Plain(text) => String::from_utf8_lossy(text).into_owned(),
            Piece::Placeholder(kind, name) => format!("{kind:?} {name}"),
        })
        .collect();
    let rest = "(secret:) (secret:a b)";
    assert_eq!(told, ["a ", "Secret x.y", " (b) ", "Credential k", rest]);
}

#[test]
fn of_a_field_what_stands_behind_its_word_counts_for_itself() {
    let secrets = Secrets::default();
    secrets.add_field("X-Gate", "Bearer open-sesame");
    secrets.add_field("X-Door", "Basic YWRhOnBhc3N3b3Jk");
    for (said, name) in [
        ("Bearer open-sesame", "(credential:X-Gate)"),
        ("<open-sesame>", "<(credential:X-Gate)>"),
        ("YWRhOnBhc3N3b3Jk", "(credential:X-Door)"),
        ("password!", "(credential:X-Door)!"),
        ("Bearer", "Bearer"),
    ] {
        assert_eq!(secrets.redact(said), name, "{said}");
    }
    assert_eq!(secrets.take_short(), [""; 0]);
    secrets.add_field("X-Tenant", "blue");
    assert_eq!(secrets.take_short(), ["X-Tenant"]);
    assert_eq!(secrets.redact("blue"), "blue");
}
