//! A body that is shown line by line, as a tree: JSON with symbols, and shapes.
//!
//! This reads the one form in which bodies are shown: each member and element on its own line, two
//! blanks for each depth. What stands in another form is one leaf.

use super::Part;

/// How deep a body may be; what goes deeper is one leaf.
const DEPTH_MAX: usize = 256;

/// A body by its lines.
pub(super) fn read(lines: &[&str]) -> Part {
    let all = lines.join("\n");
    let mut reader = Reader { lines, next: 1 };
    let part = lines.first().and_then(|head| reader.value(head, 0));
    match part {
        Some(part) if reader.next == lines.len() && part.text() == all => part,
        _ => Part::Leaf(all),
    }
}

struct Reader<'l> {
    lines: &'l [&'l str],
    next: usize,
}

/// A line of a list.
enum Next<'l> {
    /// One of its members or elements, without its blanks and its comma.
    Inside(&'l str),
    /// The one that closes it.
    Closed,
}

impl<'l> Reader<'l> {
    /// A value whose text begins with `head` and goes on in the lines below, at a depth.
    fn value(&mut self, head: &str, depth: usize) -> Option<Part> {
        match head {
            "{" => self.members(depth + 1).map(Part::Members),
            "[" => self.elements(depth + 1).map(Part::Elements),
            "{}" => Some(Part::Members(Vec::new())),
            "[]" => Some(Part::Elements(Vec::new())),
            leaf => Some(Part::Leaf(leaf.to_owned())),
        }
    }

    fn members(&mut self, depth: usize) -> Option<Vec<(String, Part)>> {
        let mut members = Vec::new();
        while let Next::Inside(line) = self.line(depth, '}')? {
            let key = key(line)?;
            let rest = line[key.len()..].strip_prefix(": ")?;
            members.push((key.to_owned(), self.value(rest, depth)?));
        }
        Some(members)
    }

    fn elements(&mut self, depth: usize) -> Option<Vec<Part>> {
        let mut elements = Vec::new();
        while let Next::Inside(line) = self.line(depth, ']')? {
            elements.push(self.value(line, depth)?);
        }
        Some(elements)
    }

    /// The next line at a depth.
    fn line(&mut self, depth: usize, close: char) -> Option<Next<'l>> {
        if depth > DEPTH_MAX {
            return None;
        }
        let line = *self.lines.get(self.next)?;
        self.next += 1;
        let outer = "  ".repeat(depth - 1);
        let line = line.strip_prefix(&outer)?;
        let bare = line.strip_suffix(',').unwrap_or(line);
        if bare.strip_prefix(close) == Some("") {
            return Some(Next::Closed);
        }
        bare.strip_prefix("  ").map(Next::Inside)
    }
}

/// The key in quotes that a line begins with.
fn key(line: &str) -> Option<&str> {
    let mut escaped = false;
    let inside = line.strip_prefix('"')?;
    let end = inside.find(|character| {
        let ends = character == '"' && !escaped;
        escaped = character == '\\' && !escaped;
        ends
    })?;
    Some(&line[..end + 2])
}

/// Adds the text of a part at a depth, the first line without its blanks.
pub(super) fn write(part: &Part, depth: usize, out: &mut String) {
    let open = |index: usize, out: &mut String| {
        out.push_str(if index > 0 { ",\n" } else { "\n" });
        out.extend(std::iter::repeat_n("  ", depth + 1));
    };
    let close = |is_empty: bool, sign: char, out: &mut String| {
        if !is_empty {
            out.push('\n');
            out.extend(std::iter::repeat_n("  ", depth));
        }
        out.push(sign);
    };
    match part {
        Part::Leaf(text) => out.push_str(text),
        Part::Elements(elements) => {
            out.push('[');
            for (index, element) in elements.iter().enumerate() {
                open(index, out);
                write(element, depth + 1, out);
            }
            close(elements.is_empty(), ']', out);
        }
        Part::Members(members) => {
            out.push('{');
            for (index, (key, member)) in members.iter().enumerate() {
                open(index, out);
                out.push_str(key);
                out.push_str(": ");
                write(member, depth + 1, out);
            }
            close(members.is_empty(), '}', out);
        }
    }
}
