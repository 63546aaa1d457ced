//! Texts of other documents as they stand in a page, where they may begin nothing of their own.

/// How a line may begin that is no paragraph (`CommonMark 0.31 §4`, `§5`).
const BEGINS: [char; 9] = ['#', '>', '-', '+', '*', '=', '~', '|', '`'];

/// The paragraphs of a text, each as one line.
pub(super) fn paragraphs(text: &str) -> impl Iterator<Item = String> {
    let split = text.split("\n\n");
    split.map(line).filter(|it| !it.is_empty())
}

/// A text as one line.
fn line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A text as a paragraph of one line, without HTML and without the begin of a block.
pub(super) fn prose(text: &str) -> String {
    let text = line(text);
    // What stands between single backticks is code, and shown as it stands.
    let is_coded = text.matches('`').count().is_multiple_of(2) && !text.contains("``");
    let mut shown = String::new();
    for (place, part) in text.split('`').enumerate() {
        if place > 0 {
            shown.push_str(if is_coded { "`" } else { "\\`" });
        }
        if is_coded && place % 2 == 1 {
            shown.push_str(part);
        } else {
            shown.push_str(&part.replace('<', "&lt;"));
        }
    }
    let is_block = shown.starts_with(BEGINS) && !(is_coded && shown.starts_with('`'));
    if is_block && !shown.starts_with('\\') {
        shown.insert(0, '\\');
    }
    shown
}

/// A text in a cell of a table.
pub(super) fn cell(text: &str) -> String {
    prose(text).replace('|', "\\|")
}

/// A name in a cell of a table, as code.
pub(super) fn code_cell(text: &str) -> String {
    format!("`{}`", line(text).replace('`', "'").replace('|', "\\|"))
}

/// At most so many characters of a text, as one line.
pub(super) fn shorten(text: &str, most: usize) -> String {
    let text = line(text);
    match text.char_indices().nth(most) {
        Some((end, _)) => format!("{}…", text[..end].trim_end()),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_begins_nothing() {
        for (text, shown) in [
            ("One line\nand another.", "One line and another."),
            ("```\nfence", "\\`\\`\\` fence"),
            ("~~~ fence", "\\~~~ fence"),
            ("# A title", "\\# A title"),
            ("- an item", "\\- an item"),
            ("<script>x</script>", "&lt;script>x&lt;/script>"),
            ("`<code>` stays", "`<code>` stays"),
            ("a < b ` c", "a &lt; b \\` c"),
        ] {
            assert_eq!(prose(text), shown);
        }
        assert_eq!(cell("a | b\nc"), "a \\| b c");
        assert_eq!(code_cell("a|b"), "`a\\|b`");
    }

    #[test]
    fn a_text_is_cut_between_characters() {
        assert_eq!(shorten("手心手背", 2), "手心…");
        assert_eq!(shorten("a\n b", 3), "a b");
    }
}
