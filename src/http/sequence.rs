//! Bodies that are sequences: JSON texts one after the other, and events (`OpenAPI 3.2 §4.14.5`).
//!
//! Sources: RFC 7464 for `application/json-seq`; NDJSON and JSON Lines, which differ in name alone;
//! WHATWG HTML §9.2.6 for `text/event-stream`.

use serde_json::{Map, Value};

use super::MediaType;

/// How the items of a sequence are told apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sequence {
    /// One JSON text in each line.
    JsonLines,
    /// JSON texts, each behind a record separator.
    JsonSequence,
    /// Events of some lines each.
    Events,
}

impl Sequence {
    /// The kind of sequence that a media type names.
    pub fn of(media_type: &MediaType) -> Option<Self> {
        match media_type.essence() {
            "application/jsonl"
            | "application/x-ndjson"
            | "application/ndjson"
            | "application/x-jsonlines"
            | "application/json-lines" => Some(Self::JsonLines),
            "application/json-seq" => Some(Self::JsonSequence),
            "text/event-stream" => Some(Self::Events),
            _ => None,
        }
    }

    /// The texts of the items; blank ones are none.
    pub fn split(self, text: &str) -> Vec<&str> {
        let separator = match self {
            Self::JsonLines | Self::Events => '\n',
            Self::JsonSequence => '\u{1e}',
        };
        let parts = text.split(separator).map(str::trim);
        parts.filter(|it| !it.is_empty()).collect()
    }
}

/// The events of a stream, each an object of `data`, `event`, `id` and `retry` as it gives them. What
/// is not ended by an empty line is no event.
pub fn events(text: &str) -> Vec<Value> {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let lines = text.replace("\r\n", "\n").replace('\r', "\n");
    let mut events = Vec::new();
    let mut fields = Map::new();
    for line in lines.split_inclusive('\n') {
        let Some(line) = line.strip_suffix('\n') else {
            break;
        };
        if line.is_empty() {
            if fields.contains_key("data") {
                events.push(Value::Object(std::mem::take(&mut fields)));
            }
            fields.clear();
            continue;
        }
        let (name, value) = line.split_once(':').unwrap_or((line, ""));
        let value = value.strip_prefix(' ').unwrap_or(value);
        match name {
            "data" => {
                let before = fields.get("data").and_then(Value::as_str);
                let data = before.map_or_else(|| value.to_owned(), |it| format!("{it}\n{value}"));
                fields.insert("data".to_owned(), Value::String(data));
            }
            "event" | "id" => {
                fields.insert(name.to_owned(), Value::from(value));
            }
            "retry" => {
                if let Ok(number) = value.parse::<u64>() {
                    fields.insert("retry".to_owned(), Value::from(number));
                }
            }
            // Comments, and what nobody knows.
            _ => {}
        }
    }
    events
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn events_end_with_an_empty_line() {
        let text = ": hello\r\ndata: a\r\ndata:b\r\nevent: add\r\nid: 7\r\nretry: 10\r\nother: x\r\n\r\nevent: none\n\ndata\n\ndata: open";
        assert_eq!(
            events(text),
            [
                json!({"data": "a\nb", "event": "add", "id": "7", "retry": 10}),
                json!({"data": ""})
            ]
        );
        assert_eq!(events(""), [] as [Value; 0]);
        assert_eq!(events("retry: soon\ndata: x\n\n"), [json!({"data": "x"})]);
    }

    #[test]
    fn sequences_are_known_by_their_media_types() {
        let kind = |text: &str| Sequence::of(&MediaType::parse(text).expect("a type"));
        assert_eq!(
            kind("application/x-ndjson; charset=utf-8"),
            Some(Sequence::JsonLines)
        );
        assert_eq!(kind("application/json-seq"), Some(Sequence::JsonSequence));
        assert_eq!(kind("text/event-stream"), Some(Sequence::Events));
        assert_eq!(kind("application/json"), None);
        assert_eq!(Sequence::JsonLines.split("1\r\n\n2"), ["1", "2"]);
        assert_eq!(
            Sequence::JsonSequence.split("\u{1e}1\n\u{1e}[2,\n3]\n"),
            ["1", "[2,\n3]"]
        );
    }
}
