//! Texts of a length, in a script, and beside a pattern or a format. Lengths count code points, as JSON
//! Schema does (`JSON Schema 2020-12 validation §6.3.1`).

use serde_json::{Value, json};

use super::{LETTERS_MAX, number};

/// Letters that are not ASCII, of several scripts.
pub(super) const FOREIGN: &str = "Zoë Ærø 東京";
/// Characters beyond the basic plane: two code units in UTF-16, four bytes in UTF-8.
pub(super) const ASTRAL: &str = "😀𝒳🚀";
/// Letters with marks of their own code points.
pub(super) const COMBINING: &str = "e\u{301}o\u{308}n\u{303}";

/// Texts of so many characters that are like another one: its beginning, its end, with one of its
/// letters again and again, and itself again and again.
pub(super) fn of_length(text: &str, length: u64) -> Vec<Value> {
    let length = usize::try_from(length).unwrap_or(usize::MAX);
    if length > LETTERS_MAX {
        return Vec::new();
    }
    let letters: Vec<char> = text.chars().collect();
    let mut texts: Vec<String> = Vec::new();
    if letters.len() >= length {
        texts.push(letters.iter().take(length).collect());
        texts.push(letters.iter().skip(letters.len() - length).collect());
    } else {
        let more = length - letters.len();
        let (first, last) = (letters.first().copied(), letters.last().copied());
        let (first, last) = (first.unwrap_or('a'), last.unwrap_or('a'));
        let filled = |letter: char| std::iter::repeat_n(letter, more).collect::<String>();
        texts.push(format!("{text}{}", filled(last)));
        texts.push(format!("{}{text}", filled(first)));
        texts.push(format!("{text}{}", filled('a')));
        texts.push(letters.iter().cycle().take(length).collect());
    }
    texts.dedup();
    texts.retain(|it| it.chars().count() == length);
    texts.into_iter().map(Value::String).collect()
}

/// A text again and again, or cut, so that it fits between two lengths.
pub(super) fn fitted(text: &str, least: Option<u64>, most: Option<u64>) -> Option<Value> {
    let least = usize::try_from(least.unwrap_or(1)).ok()?.max(1);
    let most = usize::try_from(most.unwrap_or(u64::MAX)).unwrap_or(usize::MAX);
    if least > LETTERS_MAX || most == 0 {
        return None;
    }
    let length = text.chars().count().clamp(least, most.max(least));
    Some(Value::String(text.chars().cycle().take(length).collect()))
}

/// Texts that few patterns and formats match, the nearest to a text first.
pub(super) fn strangers(text: &str) -> Vec<Value> {
    let cut: String = text.chars().skip(1).collect();
    let mut letters = text.chars();
    letters.next_back();
    let start = letters.as_str();
    let texts = [
        format!("{start}!"),
        format!("!{cut}"),
        format!("{text}!"),
        format!("!{text}"),
        format!("{start} "),
        format!("{start}é"),
        text.to_ascii_uppercase(),
        text.to_ascii_lowercase(),
        format!("{text}x"),
        format!("{text}9"),
        "!".to_owned(),
        "x".to_owned(),
        "9".to_owned(),
        " ".to_owned(),
        String::new(),
    ];
    texts.into_iter().map(Value::String).collect()
}

/// Values that are nearly of a format.
pub(super) fn near_misses(format: &str) -> Vec<Value> {
    match format {
        "date" => vec![json!("2023-02-30"), json!("01.02.2024")],
        "date-time" => vec![json!("2024-13-01T00:00:00Z"), json!("2024-01-02 03:04")],
        "time" => vec![json!("25:00:00Z"), json!("noon")],
        "duration" => vec![json!("1 day")],
        "email" | "idn-email" => vec![json!("someone.example.com"), json!("@")],
        "hostname" | "idn-hostname" => vec![json!("-host-.example.com")],
        "ipv4" => vec![json!("192.0.2.256")],
        "ipv6" => vec![json!("2001:db8::g")],
        "uri" | "iri" => vec![json!("no uri at all"), json!("/relative")],
        "uri-reference" | "iri-reference" => vec![json!("\\\\no reference")],
        "uuid" => vec![
            json!("00000000-0000-4000-8000-00000000000g"),
            json!("not-a-uuid"),
        ],
        "byte" => vec![json!("bWFk*Q==")],
        "base64url" => vec![json!("bWFk/Q")],
        "char" => vec![json!("ab")],
        "int32" => vec![json!(2_147_483_648_i64), json!(-2_147_483_649_i64)],
        "int64" => beyond("9223372036854775808"),
        "uint8" => vec![json!(256), json!(-1)],
        "int8" => vec![json!(128)],
        "int16" => vec![json!(32_768)],
        "uint16" => vec![json!(65_536), json!(-1)],
        "uint32" => vec![json!(4_294_967_296_i64), json!(-1)],
        "uint64" => beyond("18446744073709551616"),
        _ => Vec::new(),
    }
}

fn beyond(number: &str) -> Vec<Value> {
    let number = number.parse().ok().map(Value::Number);
    number.into_iter().collect()
}

/// A value of the same type that is another one.
pub(super) fn another(value: &Value, number: usize) -> Value {
    match value {
        Value::String(text) => Value::String(format!("{text}-{number}")),
        Value::Number(_) => {
            let step = Value::from(number);
            number::moved(value, &step, 1).unwrap_or(step)
        }
        Value::Bool(is) => Value::Bool(!is),
        Value::Object(members) => {
            let mut other = members.clone();
            // The first member that can be another one, with it.
            let simple = other
                .values_mut()
                .find(|it| it.is_string() || it.is_number());
            if let Some(member) = simple {
                *member = another(member, number);
            }
            Value::Object(other)
        }
        other => other.clone(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lengths(texts: &[Value]) -> Vec<usize> {
        let texts = texts.iter().filter_map(Value::as_str);
        texts.map(|it| it.chars().count()).collect()
    }

    #[test]
    fn lengths_count_code_points() {
        for (text, length) in [
            ("abc", 2),
            ("a", 5),
            ("", 3),
            ("😀é", 4),
            ("😀é", 1),
            ("abc", 3),
        ] {
            let texts = of_length(text, length);
            assert!(!texts.is_empty(), "{text}");
            let wanted = usize::try_from(length).expect("a length");
            assert!(lengths(&texts).iter().all(|it| *it == wanted), "{texts:?}");
        }
        assert!(
            of_length("a", 1 << 40).is_empty(),
            "no text of that size is made"
        );
    }

    #[test]
    fn scripts_fit_between_lengths_or_are_not_made() {
        assert_eq!(
            lengths(&[fitted(ASTRAL, None, Some(2)).expect("a text")]),
            [2]
        );
        assert_eq!(
            lengths(&[fitted(ASTRAL, Some(9), Some(12)).expect("a text")]),
            [9]
        );
        assert_eq!(fitted(ASTRAL, None, Some(0)), None);
        assert_eq!(fitted(ASTRAL, Some(1 << 40), None), None);
    }
}
