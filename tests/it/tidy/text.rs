//! Rust files as the rules see them: code without comments and strings, and without tests.
//!
//! This knows just enough of Rust's lexical structure (The Rust Reference, "Lexical structure") to tell
//! code from comments and literals. It does not parse: what a macro makes is not seen.

/// A Rust file.
#[derive(Debug, Clone)]
pub(super) struct File {
    /// Its path from the root of the package, with slashes.
    pub(super) path: String,
    /// Its text.
    pub(super) text: String,
    /// The text with blanks in the place of comments and of what literals hold.
    pub(super) code: String,
    /// The text with blanks in the place of all but comments.
    pub(super) comments: String,
    /// The code with blanks in the place of tests; nothing but blanks in a file of tests.
    pub(super) production: String,
}

impl File {
    pub(super) fn new(path: &str, text: &str) -> Self {
        let (code, comments) = split(text);
        let production = if path.starts_with("tests/") {
            blank(&code)
        } else {
            without_tests(&code)
        };
        Self {
            path: path.to_owned(),
            text: text.to_owned(),
            code,
            comments,
            production,
        }
    }

    /// The module of the library that it belongs to; none for the roots and for integration tests.
    pub(super) fn module(&self) -> Option<&str> {
        let inside = self.path.strip_prefix("src/")?.strip_suffix(".rs")?;
        let name = inside.split('/').next()?;
        (!matches!(name, "lib" | "main")).then_some(name)
    }
}

/// The line of a place in a text, from 1.
pub(super) fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// The places where a path such as `std::fs` or a name stands by itself.
pub(super) fn places(code: &str, name: &str) -> Vec<usize> {
    let is_part = |it: char| it.is_alphanumeric() || it == '_';
    code.match_indices(name)
        .map(|(at, _)| at)
        .filter(|at| {
            let (before, after) = (&code[..*at], &code[at + name.len()..]);
            !before.ends_with(is_part) && !before.ends_with("::") && !after.starts_with(is_part)
        })
        .collect()
}

/// The modules of the library in the order in which its root declares them.
pub(super) fn module_order(files: &[File]) -> Vec<String> {
    let root = files.iter().find(|file| file.path == "src/lib.rs");
    declared(&root.expect("there is a library").code)
        .map(|(_, name)| name.to_owned())
        .collect()
}

/// The places of `mod name;` with the names.
fn declared(code: &str) -> impl Iterator<Item = (usize, &str)> {
    places(code, "mod").into_iter().filter_map(|at| {
        let (name, _) = code[at + 3..].split_once([';', '{'])?;
        let ends = code[at + 3 + name.len()..].starts_with(';');
        ends.then(|| (at, name.trim()))
    })
}

/// The path without its ending of the modules below a file.
fn stem(path: &str) -> &str {
    match path {
        "src/lib.rs" | "src/main.rs" => "src",
        "tests/it/main.rs" => "tests/it",
        _ => path.strip_suffix(".rs").unwrap_or(path),
    }
}

/// Empties the production code of files that are declared for tests alone, and of all below them.
pub(super) fn find_tests(files: &mut [File]) {
    let mut stems = Vec::new();
    for file in files.iter() {
        for (at, name) in declared(&file.code) {
            if file.production[at..].starts_with(' ') {
                stems.push(format!("{}/{name}", stem(&file.path)));
            }
        }
    }
    for file in files {
        let is_below = |stem: &String| {
            let rest = file.path.strip_prefix(stem.as_str());
            rest.is_some_and(|rest| rest == ".rs" || rest.starts_with('/'))
        };
        if stems.iter().any(is_below) {
            file.production = blank(&file.code);
        }
    }
}

/// The files that no other file declares.
pub(super) fn orphans(files: &[File]) -> Vec<&str> {
    let roots = [
        "src/lib.rs",
        "src/main.rs",
        "tests/it/main.rs",
        "tests/conformance.rs",
    ];
    let known: Vec<String> = files
        .iter()
        .flat_map(|file| {
            declared(&file.code).map(|(_, name)| format!("{}/{name}.rs", stem(&file.path)))
        })
        .collect();
    let paths = files.iter().map(|file| file.path.as_str());
    paths
        .filter(|path| !roots.contains(path) && !known.iter().any(|it| it == path))
        .collect()
}

/// As many bytes, and the same lines.
fn blank(text: &str) -> String {
    text.chars()
        .map(|it| if it == '\n' { '\n' } else { ' ' })
        .collect()
}

/// Blanks every item that is marked `#[cfg(test)]`.
fn without_tests(code: &str) -> String {
    const MARK: &str = "#[cfg(test)]";
    let mut out = code.to_owned();
    for (at, _) in code.match_indices(MARK) {
        let end = at + item_length(&code[at..]);
        let blanks = blank(&code[at..end]);
        out.replace_range(at..end, &blanks);
    }
    out
}

/// How long an item is, with the attributes before it.
fn item_length(code: &str) -> usize {
    let mut depth = 0_usize;
    for (at, character) in code.char_indices() {
        match character {
            '{' | '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            '}' => {
                depth = depth.saturating_sub(1);
                if depth == 0 {
                    return at + 1;
                }
            }
            ';' if depth == 0 => return at + 1,
            _ => {}
        }
    }
    code.len()
}

/// The code without comments and literals, and the comments; characters of several bytes that are
/// blanked become one blank, in all three alike.
fn split(text: &str) -> (String, String) {
    let characters: Vec<char> = text.chars().collect();
    let (mut code, mut comments) = (String::new(), String::new());
    let mut at = 0;
    while at < characters.len() {
        let (length, kind) = token(&characters, at);
        for character in &characters[at..at + length] {
            let plain = if character.is_ascii() {
                *character
            } else {
                '?'
            };
            let blank = if *character == '\n' { '\n' } else { ' ' };
            code.push(if kind == Kind::Code { plain } else { blank });
            comments.push(if kind == Kind::Comment { plain } else { blank });
        }
        at += length;
    }
    (code, comments)
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Code,
    Comment,
    Literal,
}

/// How long the piece at a place is, and what it is.
fn token(text: &[char], at: usize) -> (usize, Kind) {
    let rest = &text[at..];
    match rest {
        ['/', '/', ..] => (find(rest, 2, |it| it[0] == '\n'), Kind::Comment),
        ['/', '*', ..] => (block_comment(rest), Kind::Comment),
        ['"', ..] => (quoted(rest, '"'), Kind::Literal),
        ['\'', '\\', ..] => (quoted(rest, '\''), Kind::Literal),
        ['\'', _, '\'', ..] => (3, Kind::Literal),
        ['r', '"' | '#', ..] if !follows_name(text, at) => match raw(rest) {
            Some(length) => (length, Kind::Literal),
            None => (1, Kind::Code),
        },
        _ => (1, Kind::Code),
    }
}

/// Whether a letter ends a longer name. Before a literal there may be a `b` or `c` of its own.
fn follows_name(text: &[char], at: usize) -> bool {
    let is_part = |it: &char| it.is_alphanumeric() || *it == '_';
    let before = &text[..at];
    let before = before.strip_suffix(&['b']).unwrap_or(before);
    let before = before.strip_suffix(&['c']).unwrap_or(before);
    before.last().is_some_and(is_part)
}

/// The first place from `start` on at which something holds; the end, where it never does.
fn find(text: &[char], start: usize, holds: impl Fn(&[char]) -> bool) -> usize {
    (start..text.len())
        .find(|at| holds(&text[*at..]))
        .unwrap_or(text.len())
}

fn block_comment(text: &[char]) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < text.len() {
        match &text[at..] {
            ['/', '*', ..] => (at, depth) = (at + 2, depth + 1),
            ['*', '/', ..] => (at, depth) = (at + 2, depth - 1),
            _ => at += 1,
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

fn quoted(text: &[char], quote: char) -> usize {
    let mut at = 1;
    while at < text.len() {
        match text[at] {
            '\\' => at += 2,
            it if it == quote => return at + 1,
            _ => at += 1,
        }
    }
    text.len()
}

/// The length of a raw string; none for a raw name such as `r#type`.
fn raw(text: &[char]) -> Option<usize> {
    let hashes = text[1..].iter().take_while(|it| **it == '#').count();
    let open = 1 + hashes;
    (text.get(open) == Some(&'"')).then_some(())?;
    let close = find(text, open + 1, |it| {
        it[0] == '"' && it.len() > hashes && it[1..=hashes].iter().all(|it| *it == '#')
    });
    Some((close + 1 + hashes).min(text.len()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_literals_are_no_code() {
        for (text, code) in [
            ("a // b\nc", "a     \nc"),
            ("a /* b /* c */ d */ e", "a                   e"),
            (r#"a("b\"c", d)"#, "a(      , d)"),
            (r##"a(r#"b"c"#, d)"##, "a(        , d)"),
            (r##"a(br#"b"c"#, d)"##, "a(b        , d)"),
            ("a('\"', b)", "a(   , b)"),
            ("a('\\'', b)", "a(    , b)"),
            ("fn a<'b>(c: &'b d)", "fn a<'b>(c: &'b d)"),
            ("r#type + bar\"b\"", "r#type + bar   "),
            ("a \"é\" b", "a     b"),
            ("a \"b", "a   "),
        ] {
            assert_eq!(split(text).0, code, "{text}");
        }
        assert_eq!(split("a // b\nc").1, "  // b\n ");
    }

    #[test]
    fn tests_are_not_production() {
        for (text, left) in [
            ("a;\n#[cfg(test)]\nmod tests {\n b { c }\n}\nd;", "a;d;"),
            ("a;\n#[cfg(test)]\nmod tests;\nd;", "a;d;"),
            (
                "#[cfg(test)]\n#[expect(x, reason = y)]\nfn a(b: [u8; 3]) { c }\nd;",
                "d;",
            ),
            ("#[cfg(test)]\nconst A: [u8; 3] = b;\nd;", "d;"),
        ] {
            let file = File::new("src/a.rs", text);
            assert_eq!(file.production.split_whitespace().collect::<String>(), left);
            assert_eq!(file.production.len(), file.code.len());
        }
        assert_eq!(File::new("tests/a.rs", "a").production, " ");
    }

    #[test]
    fn a_file_that_is_declared_for_tests_is_not_production_nor_is_what_lies_below() {
        let mut files = [
            File::new("src/a.rs", "mod b;\n#[cfg(test)]\nmod c;"),
            File::new("src/a/b.rs", "x"),
            File::new("src/a/c.rs", "x"),
            File::new("src/a/c/d.rs", "x"),
            File::new("src/a/cd.rs", "x"),
        ];
        find_tests(&mut files);
        let left: Vec<&str> = files[1..]
            .iter()
            .map(|file| file.production.trim())
            .collect();
        assert_eq!(left, ["x", "", "", "x"]);
    }

    #[test]
    fn a_file_that_nobody_declares_is_an_orphan() {
        let files = [
            File::new("src/lib.rs", "pub mod a;\n// mod c;\nmod d { }"),
            File::new("src/a.rs", "mod b;"),
            File::new("src/a/b.rs", ""),
            File::new("src/c.rs", ""),
            File::new("src/b.rs", ""),
        ];
        assert_eq!(orphans(&files), ["src/c.rs", "src/b.rs"]);
        assert_eq!(module_order(&files), ["a"]);
    }

    #[test]
    fn a_name_stands_by_itself() {
        assert_eq!(
            places("std::fs::a my::std::fs std::fsx std::fs", "std::fs"),
            [0, 32]
        );
        assert_eq!(line_of("a\nb\nc", 4), 3);
    }
}
