//! Path templates: `/apps/{app}/deploys/{deploy-id}` (`OpenAPI 3.1 §4.8.8`).

use std::fmt;

/// A path with named holes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PathTemplate {
    text: String,
    segments: Vec<Segment>,
}

/// A part of a path template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Text that stands as it is.
    Literal(String),
    /// The name of a path parameter.
    Variable(String),
}

impl PathTemplate {
    /// Reads a template.
    ///
    /// # Errors
    /// When it does not begin with `/`, a brace is left open or empty, or a name comes twice. The
    /// text says which.
    pub fn parse(text: &str) -> Result<Self, String> {
        if !text.starts_with('/') {
            return Err("a path begins with `/`".to_owned());
        }
        if text.contains(['?', '#']) {
            return Err("a path has no query and no fragment".to_owned());
        }
        let mut segments = Vec::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (literal, after) = rest.split_at(open);
            let after = &after[1..];
            let Some(close) = after.find('}') else {
                return Err("a `{` is never closed".to_owned());
            };
            let name = &after[..close];
            if name.is_empty() || name.contains('{') {
                return Err("the braces hold no name".to_owned());
            }
            if !literal.is_empty() {
                segments.push(Segment::Literal(literal.to_owned()));
            }
            let variable = Segment::Variable(name.to_owned());
            if segments.contains(&variable) {
                return Err(format!("`{{{name}}}` stands twice"));
            }
            segments.push(variable);
            rest = &after[close + 1..];
        }
        if rest.contains('}') {
            return Err("a `}` was never opened".to_owned());
        }
        if !rest.is_empty() {
            segments.push(Segment::Literal(rest.to_owned()));
        }
        Ok(Self {
            text: text.to_owned(),
            segments,
        })
    }

    /// The template as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Its parts, in order.
    pub fn segments(&self) -> &[Segment] {
        &self.segments
    }

    /// What stands in the hole of that name, at the end of a path; none where the path does not end so, or
    /// the hole shares its segment with others.
    pub fn value_in(&self, path: &str, name: &str) -> Option<String> {
        let wanted: Vec<&str> = self.text.trim_matches('/').split('/').collect();
        let given: Vec<&str> = path.trim_end_matches('/').split('/').collect();
        let start = given.len().checked_sub(wanted.len())?;
        let plain = |text: &str| {
            let decoded = percent_encoding::percent_decode_str(text);
            decoded.decode_utf8().ok().map(std::borrow::Cow::into_owned)
        };
        let mut found = None;
        for (wanted, given) in wanted.iter().zip(&given[start..]) {
            let given = plain(given).filter(|it| !it.is_empty())?;
            match wanted.strip_prefix('{').and_then(|it| it.strip_suffix('}')) {
                Some(hole) if hole == name => found = Some(given),
                Some(_) => {}
                None if *wanted == given => {}
                None => return None,
            }
        }
        found
    }

    /// The names of its holes, in order.
    pub fn variables(&self) -> impl Iterator<Item = &str> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Variable(name) => Some(name.as_str()),
            Segment::Literal(_) => None,
        })
    }
}

impl fmt::Display for PathTemplate {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn holes_and_text_are_told_apart() {
        let template = PathTemplate::parse("/a/{b}/c-{d}.json").expect("a template");
        assert_eq!(template.variables().collect::<Vec<_>>(), ["b", "d"]);
        assert_eq!(template.segments().len(), 5);
        assert_eq!(template.to_string(), "/a/{b}/c-{d}.json");
    }

    #[test]
    fn a_path_tells_what_stands_in_a_hole() {
        let template = PathTemplate::parse("/shops/{shop}/parcels/{id}").expect("a template");
        for (path, expected) in [
            ("/shops/a/parcels/7", Some("7")),
            ("/base/v1/shops/a/parcels/7/", Some("7")),
            ("shops/a/parcels/a%2Fb", Some("a/b")),
            ("/shops/a/parcels/", None),
            ("/shops/a/parts/7", None),
            ("/parcels/7", None),
            ("7", None),
            ("/shops//parcels/7", None),
            ("/shops/a/parcels/%FF", None),
        ] {
            let found = template.value_in(path, "id");
            assert_eq!(found.as_deref(), expected, "{path}");
        }
        assert_eq!(template.value_in("/shops/a/parcels/7", "x"), None);
        let mixed = PathTemplate::parse("/a/{id}.json").expect("a template");
        assert_eq!(mixed.value_in("/a/7.json", "id"), None);
    }

    #[test]
    fn broken_templates_are_refused() {
        for text in [
            "", "a", "/{", "/{}", "/}", "/{a}/{a}", "/{a{b}}", "/a?b={c}", "/a#b",
        ] {
            assert!(PathTemplate::parse(text).is_err(), "{text}");
        }
    }
}
