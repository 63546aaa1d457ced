//! The text of a flow, taken apart: its steps, what was asked and answered in each, the members of bodies.
//!
//! ```text
//! flow     Members  step name → step
//! step     Members  request, status, headers, body; those that it has
//! headers  Members  name → Leaf, in the order in which they are shown; a name may come twice
//! body     JSON and shapes as trees; anything else is a Leaf with all its lines
//! ```
//!
//! A leaf is what is shown, symbols and quotes included; no value is read. What is taken apart can be
//! put together again as the same text, byte for byte; a text of which that is not true is none of ours
//! and is not taken apart.

mod tree;

use std::fmt::Write as _;

/// A part of a flow's text.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Part {
    /// What is shown as it is, without a line break at its end.
    Leaf(String),
    /// The elements of an array.
    Elements(Vec<Part>),
    /// What has names. Those of JSON stand in quotes, as they are shown.
    Members(Vec<(String, Part)>),
}

/// The name of the part of a step that says what was asked.
pub const REQUEST: &str = "request";
/// The name of the part of a step that holds the status.
pub const STATUS: &str = "status";
/// The name of the part of a step that holds the headers.
pub const HEADERS: &str = "headers";
/// The name of the part of a step that holds the body.
pub const BODY: &str = "body";

/// What a line begins with that names a step.
const STEP: &str = "# ";

impl Part {
    /// A flow's text taken apart; none when the text is not one that [`super::render()`] writes.
    pub fn of_flow(text: &str) -> Option<Self> {
        let text = text.trim_end();
        let mut steps: Vec<(String, Vec<&str>)> = Vec::new();
        for line in text.lines() {
            match line.strip_prefix(STEP) {
                Some(name) => steps.push((name.to_owned(), Vec::new())),
                None => steps.last_mut()?.1.push(line),
            }
        }
        let last = steps.len().saturating_sub(1);
        let steps = steps.into_iter().enumerate().map(|(place, (name, lines))| {
            let mut lines = lines.as_slice();
            // Between two steps stands a blank line.
            if place != last {
                lines = lines.strip_suffix(&[""])?;
            }
            Some((name, step(lines)))
        });
        let flow = Self::Members(steps.collect::<Option<_>>()?);
        (flow.flow_text() == text).then_some(flow)
    }

    /// The text of a flow, without a line break at its end.
    pub fn flow_text(&self) -> String {
        let Self::Members(steps) = self else {
            return self.text();
        };
        let steps: Vec<String> = steps
            .iter()
            .map(|(name, step)| {
                let step = step.step_text();
                let line = if step.is_empty() { "" } else { "\n" };
                format!("{STEP}{name}{line}{step}")
            })
            .collect();
        steps.join("\n\n")
    }

    /// The text of one step, without its name and without a line break at its end.
    pub fn step_text(&self) -> String {
        let mut out = String::new();
        if let Some(request) = self.member(REQUEST) {
            out.push_str(&request.text());
        }
        let Some(status) = self.member(STATUS) else {
            return out;
        };
        write!(out, "\n\n{}", status.text()).expect("a String can always be written to");
        let headers = self.member(HEADERS).into_iter();
        for (name, value) in headers.flat_map(Self::members) {
            let value = value.text();
            let blank = if value.is_empty() { "" } else { " " };
            write!(out, "\n{name}:{blank}{value}").expect("a String can always be written to");
        }
        if let Some(body) = self.member(BODY) {
            out.push_str("\n\n");
            out.push_str(&body.text());
        }
        out
    }

    /// The text of a body, or of a part of one.
    pub fn text(&self) -> String {
        let mut out = String::new();
        tree::write(self, 0, &mut out);
        out
    }

    /// The member of that name, where there are members.
    pub fn member(&self, name: &str) -> Option<&Self> {
        let found = self.members().iter().find(|(it, _)| it == name);
        found.map(|(_, part)| part)
    }

    /// The members; none where there are none.
    pub fn members(&self) -> &[(String, Self)] {
        match self {
            Self::Members(members) => members,
            Self::Leaf(_) | Self::Elements(_) => &[],
        }
    }
}

/// A step taken apart.
fn step(lines: &[&str]) -> Part {
    let mut parts = Vec::new();
    let mut sections = lines.splitn(3, |line| line.is_empty());
    let request = sections.next().unwrap_or_default();
    if !request.is_empty() {
        parts.push((REQUEST.to_owned(), Part::Leaf(request.join("\n"))));
    }
    if let Some((status, headers)) = sections.next().and_then(<[&str]>::split_first) {
        parts.push((STATUS.to_owned(), Part::Leaf((*status).to_owned())));
        let headers = headers.iter().map(|line| {
            let (name, value) = line.split_once(':').unwrap_or((line, ""));
            let value = value.strip_prefix(' ').unwrap_or(value);
            (name.to_owned(), Part::Leaf(value.to_owned()))
        });
        parts.push((HEADERS.to_owned(), Part::Members(headers.collect())));
    }
    if let Some(body) = sections.next() {
        parts.push((BODY.to_owned(), tree::read(body)));
    }
    Part::Members(parts)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const FLOW: &str = "\
# push
POST /images
content-type: application/json

201
content-type: application/json
location: /images/‹image#1›
x-empty:

{
  \"a: {\": [],
  \"items\": [
    ‹id#1 integer›,
    {
      \"name\": \"x\\\"y,\"
    },
    [
      {}
    ]
  ]
}

# quiet

# left out
not run: `push` failed

# refused
GET /secret

(the server refused the TLS handshake)

# text
GET /text

404
content-type: text/plain

| not found
|
| # forged\\n";

    #[test]
    fn a_flow_is_taken_apart() {
        let flow = Part::of_flow(FLOW).expect("a flow");
        let names: Vec<&str> = flow.members().iter().map(|it| it.0.as_str()).collect();
        assert_eq!(names, ["push", "quiet", "left out", "refused", "text"]);
        let push = &flow.members()[0].1;
        assert_eq!(push.member(STATUS).map(Part::text).as_deref(), Some("201"));
        let headers = push.member(HEADERS).expect("headers").members();
        assert_eq!(headers.len(), 3);
        assert_eq!(
            headers[2],
            ("x-empty".to_owned(), Part::Leaf(String::new()))
        );
        let body = push.member(BODY).expect("a body");
        let Some(Part::Elements(items)) = body.member("\"items\"") else {
            panic!("elements were expected");
        };
        assert_eq!(items[0], Part::Leaf("‹id#1 integer›".to_owned()));
        assert_eq!(items[1].members()[0].1.text(), "\"x\\\"y,\"");
        assert_eq!(flow.members()[1].1, Part::Members(Vec::new()));
        let text = flow.members()[4].1.member(BODY).map(Part::text);
        assert_eq!(text.as_deref(), Some("| not found\n|\n| # forged\\n"));
        assert_eq!(flow.flow_text(), FLOW);
        assert_eq!(Part::of_flow(&format!("{FLOW}\n")), Some(flow));
    }

    #[test]
    fn what_is_no_flow_is_not_taken_apart() {
        for text in [
            "no step",
            "\n# a\nGET /",
            "# a\nGET /\n\n200\nno header\n\n1",
        ] {
            assert_eq!(Part::of_flow(text), None, "{text:?}");
        }
        assert_eq!(Part::of_flow(""), Some(Part::Members(Vec::new())));
    }

    #[test]
    fn a_body_in_another_form_is_one_leaf() {
        for body in [
            "{\n   \"a\": 1\n}",
            "{\n  \"a\": 1,",
            "{\n  \"a\": 1,\n}",
            "{\n  \"a\" 1\n}",
            "[\n  1\n]\n}",
            "{",
            "json 70000 bytes sha256:00\nshape:\n[\n  integer\n]\nbegins:\n[\n  1,\n  … 9 more\n]\nparts:\n/0 to 3: 00",
            "text 70000 bytes sha256:00\nbegins:\n| # a\n|\n…\nparts:\nlines 1 to 4: 00",
            "charset us-ascii\n| a",
            "binary image/png 1 bytes sha256:00\n00000000  23                                                |#|",
        ] {
            let text = format!("# a\nGET /\n\n200\n\n{body}");
            let flow = Part::of_flow(&text).expect("a flow");
            let part = flow.members()[0].1.member(BODY);
            assert_eq!(part, Some(&Part::Leaf(body.to_owned())), "{body}");
        }
    }

    proptest! {
        #[test]
        fn any_text_is_put_together_again(text in r#"(# [a-z]\n|GET /\n|\n|200\n|a: b\n|\{\n|  |"a": |1|,|\}|\[|\]|\| x){0,24}"#) {
            if let Some(flow) = Part::of_flow(&text) {
                prop_assert_eq!(flow.flow_text(), text.trim_end());
            }
        }
    }
}
