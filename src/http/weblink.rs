//! The `Link` header field (`RFC 8288 §3`): where an answer leads, and how what is there is related to it.

/// How many links of one field are read.
const LINKS_MAX: usize = 100;

/// One link.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebLink {
    /// The target, as it stands there: a reference to be resolved against the request.
    pub target: String,
    /// The relations, in small letters.
    pub relations: Vec<String>,
    /// Whether it says of another resource than the one that was asked for (`anchor`).
    pub has_anchor: bool,
}

/// The links of a field. What is not written as the grammar says ends the reading, and those before it count.
pub fn web_links(field: &str) -> Vec<WebLink> {
    let mut found = Vec::new();
    let mut rest = field.trim_start_matches([' ', '\t', ',']);
    while let Some((target, after)) = rest.strip_prefix('<').and_then(|it| it.split_once('>')) {
        if found.len() >= LINKS_MAX {
            break;
        }
        let (parameters, after) = parameters(after);
        let named = |name: &str| {
            let mut all = parameters.iter();
            all.find(|(it, _)| it.eq_ignore_ascii_case(name))
                .map(|(_, value)| value.as_str())
        };
        // The first `rel` counts, and no other (`RFC 8288 §3.3`).
        let relations = named("rel").unwrap_or_default().split_ascii_whitespace();
        found.push(WebLink {
            target: target.trim().to_owned(),
            relations: relations.map(str::to_ascii_lowercase).collect(),
            has_anchor: named("anchor").is_some(),
        });
        rest = after.trim_start_matches([' ', '\t', ',']);
    }
    found
}

/// The parameters behind a target, and what comes after them.
fn parameters(text: &str) -> (Vec<(String, String)>, &str) {
    let mut found = Vec::new();
    let mut rest = text.trim_start();
    while let Some(after) = rest.strip_prefix(';') {
        let after = after.trim_start();
        let end = after.find(['=', ';', ',']).unwrap_or(after.len());
        let (name, behind) = after.split_at(end);
        let (value, behind) = match behind.strip_prefix('=') {
            Some(behind) => value(behind.trim_start()),
            None => (String::new(), behind),
        };
        if !name.trim().is_empty() {
            found.push((name.trim().to_owned(), value));
        }
        rest = behind.trim_start();
    }
    (found, rest)
}

/// A token, or a text in quotes, and what comes after it.
fn value(text: &str) -> (String, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        let end = text.find([';', ',']).unwrap_or(text.len());
        let (value, rest) = text.split_at(end);
        return (value.trim().to_owned(), rest);
    };
    let (mut value, mut is_escaped) = (String::new(), false);
    for (place, letter) in quoted.char_indices() {
        match (is_escaped, letter) {
            (false, '\\') => is_escaped = true,
            (false, '"') => return (value, &quoted[place + 1..]),
            (_, letter) => {
                value.push(letter);
                is_escaped = false;
            }
        }
    }
    (value, "")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn told(field: &str) -> Vec<(String, String)> {
        let links = web_links(field).into_iter();
        links
            .map(|it| (it.target, it.relations.join(" ")))
            .collect()
    }

    fn link(target: &str, relations: &str) -> (String, String) {
        (target.to_owned(), relations.to_owned())
    }

    #[test]
    fn targets_and_relations_are_read() {
        for (field, links) in [
            ("</a?page=2>; rel=next", vec![link("/a?page=2", "next")]),
            (
                "<a,b>;REL=\"Next last\" ; title=\"x, <y>; \\\"z\\\"\", <c>; rel=prev",
                vec![link("a,b", "next last"), link("c", "prev")],
            ),
            ("<a>", vec![link("a", "")]),
            ("<a>; rel=self; rel=next", vec![link("a", "self")]),
            ("<a>; rel=\"self", vec![link("a", "self")]),
            (" , <a>;;rel=self", vec![link("a", "self")]),
        ] {
            assert_eq!(told(field), links, "{field}");
        }
        assert!(web_links("<a>; rel=self; anchor=\"#b\"")[0].has_anchor);
    }

    #[test]
    fn what_is_not_written_so_ends_it() {
        assert_eq!(told("<a>; rel=self, nonsense, <b>"), [link("a", "self")]);
        for field in ["", "a; rel=next", "<a", ">", "\u{1b}"] {
            assert_eq!(told(field), [], "{field}");
        }
        let many = "<a>; rel=self,".repeat(LINKS_MAX + 5);
        assert_eq!(web_links(&many).len(), LINKS_MAX);
    }

    proptest! {
        #[test]
        fn no_text_panics(field in "[<>;,=\"\\\\ a-c\u{e4}]{0,40}") {
            let _ = web_links(&field);
        }
    }
}
