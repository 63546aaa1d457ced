//! The segments of a query, for whoever asks what a query could find in any value of some form, and not
//! what it finds in one.
//!
//! Source: RFC 9535 §2.1.1, §2.3 (selectors), §2.5 (segments). Filters and slices pick some of the
//! children, and which ones hangs on the value, so they stand for any child here.

use super::Path;

/// One segment of a query.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Segment {
    /// Whether it looks at all values below as well.
    pub descends: bool,
    /// Which children it picks: those that any of these picks.
    pub selectors: Vec<Selector>,
}

/// Which children are picked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Selector {
    /// The member of that name.
    Name(String),
    /// The element at that place; from the end, when it is negative.
    Index(i64),
    /// Some or all of them.
    Any,
}

impl Path {
    /// Its segments, in their order.
    pub fn segments(&self) -> Vec<Segment> {
        let mut rest = self.as_str().trim_start().trim_start_matches('$');
        let mut segments = Vec::new();
        loop {
            rest = rest.trim_start();
            let descends = rest.starts_with("..");
            let inside = rest.trim_start_matches('.');
            let (selectors, after) = if let Some(list) = inside.strip_prefix('[') {
                let end = closing(list);
                let tail = list.get(end + 1..).unwrap_or_default();
                (
                    split(&list[..end]).into_iter().map(selector).collect(),
                    tail,
                )
            } else {
                let end = inside.find(['.', '[', ' ', '\t', '\n', '\r']);
                let (name, tail) = inside.split_at(end.unwrap_or(inside.len()));
                if name.is_empty() {
                    return segments;
                }
                (vec![shorthand(name)], tail)
            };
            segments.push(Segment {
                descends,
                selectors,
            });
            rest = after;
        }
    }
}

fn shorthand(name: &str) -> Selector {
    match name {
        "*" => Selector::Any,
        name => Selector::Name(name.to_owned()),
    }
}

/// The bytes of a text that stand outside of quotes, with how deep they stand in brackets.
fn outside(text: &str) -> impl Iterator<Item = (usize, u8, usize)> {
    let (mut quote, mut escaped, mut depth) = (None, false, 0_usize);
    text.bytes().enumerate().filter_map(move |(at, byte)| {
        match (quote, byte) {
            (Some(_), _) if escaped => escaped = false,
            (Some(_), b'\\') => escaped = true,
            (Some(open), _) if byte == open => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(byte),
            (None, b'[' | b'(') => depth += 1,
            (None, b']' | b')') => {
                depth = depth.wrapping_sub(1);
                return Some((at, byte, depth));
            }
            (None, _) => return Some((at, byte, depth)),
        }
        None
    })
}

/// Where the bracket closes that was opened before the text.
fn closing(text: &str) -> usize {
    let mut found = outside(text);
    let end = found.find(|(_, byte, depth)| *byte == b']' && *depth == usize::MAX);
    end.map_or(text.len(), |(at, ..)| at)
}

/// The selectors of a list.
fn split(list: &str) -> Vec<&str> {
    let commas = outside(list).filter(|(_, byte, depth)| *byte == b',' && *depth == 0);
    let mut parts = Vec::new();
    let mut start = 0;
    for (at, ..) in commas {
        parts.push(list[start..at].trim());
        start = at + 1;
    }
    parts.push(list[start..].trim());
    parts
}

fn selector(text: &str) -> Selector {
    let quoted = |quote| text.strip_prefix(quote)?.strip_suffix(quote);
    if let Some(inside) = quoted('\'').or_else(|| quoted('"')) {
        return Selector::Name(unescape(inside));
    }
    text.parse().map_or(Selector::Any, Selector::Index)
}

/// A quoted name without its escapes (RFC 9535 §2.3.1.1): those of JSON, and a quote of either kind.
fn unescape(inside: &str) -> String {
    let mut json = String::from("\"");
    let mut escaped = false;
    for character in inside.chars() {
        match (escaped, character) {
            (true, '\'') => {
                json.pop();
                json.push('\'');
            }
            (false, '"') => json.push_str("\\\""),
            _ => json.push(character),
        }
        escaped = character == '\\' && !escaped;
    }
    json.push('"');
    serde_json::from_str(&json).unwrap_or_else(|_| inside.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn segments(text: &str) -> Vec<Segment> {
        Path::parse(text).expect("the test's own query").segments()
    }

    fn one(selector: Selector) -> Segment {
        Segment {
            descends: false,
            selectors: vec![selector],
        }
    }

    fn name(text: &str) -> Selector {
        Selector::Name(text.to_owned())
    }

    #[test]
    fn names_places_and_choices_are_told_apart() {
        assert_eq!(segments("$"), []);
        assert_eq!(
            segments("$.items[*].id"),
            [one(name("items")), one(Selector::Any), one(name("id"))]
        );
        assert_eq!(
            segments("$['a b'][-1][1:3]"),
            [
                one(name("a b")),
                one(Selector::Index(-1)),
                one(Selector::Any)
            ]
        );
        let both = vec![name("x]"), name("y,'")];
        assert_eq!(segments("$['x]', \"y,'\"]")[0].selectors, both);
        assert_eq!(
            segments(r"$['it\'s \u0061 \\ \' ']"),
            [one(name(r"it's a \ ' "))]
        );
        assert_eq!(segments(r#"$['"']"#), [one(name("\""))]);
    }

    #[test]
    fn a_filter_is_one_selector_whatever_stands_in_it() {
        let expected = [one(name("a")), one(Selector::Any), one(name("b"))];
        let query = "$.a[?@.x == ']' && (count(@['y'][0,1]) > 1 || @.z)].b";
        assert_eq!(segments(query), expected);
    }

    #[test]
    fn descents_are_seen() {
        let found = segments("$..id");
        assert!(found[0].descends && found[0].selectors == [name("id")]);
        let found = segments("$.a..[0]");
        assert!(!found[0].descends && found[1].descends);
        assert_eq!(found[1].selectors, [Selector::Index(0)]);
    }
}
