//! The segments of a query, for whoever asks what a query could find in any value of some form, and not
//! what it finds in one.
//!
//! Source: RFC 9535 §2.1.1, §2.3 (selectors), §2.5 (segments). Filters and slices pick some of the
//! children, and which ones hangs on the value, so they stand for any child here; of a filter it is told
//! what it looks at in each.

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
    /// Those of which a filter says so, by what these queries find in each.
    Filter(Vec<Vec<Segment>>),
}

impl Path {
    /// Its segments, in their order.
    pub fn segments(&self) -> Vec<Segment> {
        let query = self.as_str().trim_start().trim_start_matches('$');
        take(query).0
    }
}

/// The segments that a text begins with, and what stands behind them.
fn take(mut rest: &str) -> (Vec<Segment>, &str) {
    let mut segments = Vec::new();
    loop {
        let next = rest.trim_start();
        let descends = next.starts_with("..");
        let inside = next.trim_start_matches('.');
        let (selectors, after) = if let Some(list) = inside.strip_prefix('[') {
            let end = closing(list);
            let tail = list.get(end + 1..).unwrap_or_default();
            let selectors = split(&list[..end]).into_iter().map(selector);
            (selectors.collect(), tail)
        } else {
            let is_sign = |it: char| it.is_alphanumeric() || "_*".contains(it) || !it.is_ascii();
            let end = inside.find(|it| !is_sign(it)).unwrap_or(inside.len());
            let (name, tail) = inside.split_at(end);
            if name.is_empty() || !next.starts_with('.') {
                return (segments, rest);
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

/// The queries of a filter that begin at the child which is picked or not, each as its segments.
fn queries(filter: &str) -> Vec<Vec<Segment>> {
    let (mut queries, mut rest) = (Vec::new(), filter);
    loop {
        let mut signs = outside(rest);
        let Some((at, ..)) = signs.find(|(_, byte, _)| *byte == b'@') else {
            return queries;
        };
        let (segments, after) = take(&rest[at + 1..]);
        queries.push(segments);
        rest = after;
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
            (None, b'[' | b'(') => depth = depth.wrapping_add(1),
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
    if let Some(filter) = text.strip_prefix('?') {
        return Selector::Filter(queries(filter));
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
    fn a_filter_is_one_selector_that_tells_what_it_looks_at() {
        let filter = Selector::Filter(vec![
            vec![one(name("x"))],
            vec![Segment {
                descends: false,
                selectors: vec![name("y"), Selector::Index(1)],
            }],
            vec![one(name("z")), one(Selector::Any)],
            vec![],
        ]);
        let expected = [one(name("a")), one(filter), one(name("b"))];
        let query = "$.a[?@.x == ']@.q' && (count(@['y',1]) > 1 || @.z[0:1] && @ != $.c)].b";
        assert_eq!(segments(query), expected);
    }

    #[test]
    fn a_filter_within_a_filter_belongs_to_what_it_stands_in() {
        let inner = Selector::Filter(vec![vec![one(name("k"))]]);
        let outer = Selector::Filter(vec![
            vec![one(name("list")), one(inner)],
            vec![one(name("n"))],
        ]);
        assert_eq!(segments("$[?@.list[?@.k]&&@.n<3]"), [one(outer)]);
        let both = Selector::Filter(vec![vec![one(name("x"))], vec![one(name("y"))]]);
        assert_eq!(segments("$[?count(@.x) > 1 && (@.y)]"), [one(both)]);
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
