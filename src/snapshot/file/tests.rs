//! Tests of snapshot files, and the proof that insta reads and accepts what is written here.

use proptest::prelude::*;

use super::*;

fn rendered(file: &SnapshotFile, pending: bool) -> String {
    let state = if pending {
        FileState::Pending {
            approved: Some("before"),
            notes: &[],
        }
    } else {
        FileState::Approved
    };
    render_file(
        file.source.as_deref().unwrap_or_default(),
        file.expression.as_deref().unwrap_or_default(),
        file.description.as_deref().unwrap_or_default(),
        &file.body,
        state,
    )
}

fn file(body: &str) -> SnapshotFile {
    SnapshotFile {
        source: Some("specs/shop/orders.arazzo.yaml".into()),
        expression: Some("shop::order-lifecycle".into()),
        description: Some("An order is made, paid: and \"gone\"".into()),
        beside: None,
        notes: Vec::new(),
        body: body.into(),
    }
}

/// The same file as it reads while it is pending.
fn waiting(file: SnapshotFile) -> SnapshotFile {
    SnapshotFile {
        beside: Some(approved_name(Some("before"))),
        ..file
    }
}

/// What insta reads from a text: source, expression, description, body; and what accepting it writes.
fn through_insta(text: &str) -> ([Option<String>; 3], String, String) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let pending = folder.path().join("flow.snap.new");
    store(&pending, text);
    let snapshot = insta::Snapshot::from_file(&pending).expect("insta reads the file");
    let metadata = snapshot.metadata();
    let fields = [
        metadata.source(),
        metadata.expression(),
        metadata.description(),
    ];
    let fields = fields.map(|it| it.map(str::to_owned));
    let body = snapshot.contents().as_text().expect("a text").to_string();
    let accepted = folder.path().join("flow.snap");
    snapshot.save(&accepted).expect("insta writes the file");
    (fields, body, load(&accepted))
}

#[expect(
    clippy::disallowed_methods,
    reason = "insta reads files, so the test must write one"
)]
fn store(path: &std::path::Path, text: &str) {
    std::fs::write(path, text).expect("a file in the temporary folder");
}

#[expect(
    clippy::disallowed_methods,
    reason = "insta writes files, so the test must read one"
)]
fn load(path: &std::path::Path) -> String {
    std::fs::read_to_string(path).expect("a file in the temporary folder")
}

#[test]
fn insta_reads_what_is_written_and_accepts_it_as_we_do() {
    let file = file("# create\nPOST /orders\n\n201\n\n{\n  \"id\": \"‹order#1›\"\n}");
    let (fields, body, accepted) = through_insta(&rendered(&file, true));
    assert_eq!(
        fields,
        [
            file.source.clone(),
            file.expression.clone(),
            file.description.clone()
        ]
    );
    assert_eq!(body, file.body);
    assert_eq!(accepted, rendered(&file, false));
    assert_eq!(parse_file(&accepted), Ok(file));
}

#[test]
fn nothing_in_an_approved_file_depends_on_the_run() {
    let approved = rendered(&file("body"), false);
    assert_eq!(
        approved,
        "---\nsource: specs/shop/orders.arazzo.yaml\n\
         description: \"An order is made, paid: and \\\"gone\\\"\"\n\
         expression: \"shop::order-lifecycle\"\n---\nbody\n"
    );
    assert!(!approved.contains("assertion_line"));
}

#[test]
fn checkouts_and_editors_change_nothing() {
    let file = file("a\n\nb");
    for text in [
        rendered(&file, false).replace('\n', "\r\n"),
        format!("{}\n\n", rendered(&file, false)),
        format!("\u{feff}{}", rendered(&file, false)),
    ] {
        assert_eq!(parse_file(&text), Ok(file.clone()));
    }
    let pending = rendered(&file, true).replace('\n', "\r\n");
    assert_eq!(parse_file(&pending), Ok(waiting(file)));
}

#[test]
fn fields_of_other_tools_are_read_over() {
    let text = "---\nsource: 'it''s'\ninfo:\n  a: 1\n  - b\ninput_file: x\n---\n";
    let expected = SnapshotFile {
        source: Some("it's".into()),
        ..SnapshotFile::default()
    };
    assert_eq!(parse_file(text), Ok(expected));
}

#[test]
fn what_is_no_snapshot_is_refused() {
    use FileFaultKind::{Binary, Conflict, Header};
    for (text, kind, line) in [
        ("", Header, 1),
        ("body", Header, 1),
        ("----\nsource: a\n---\n", Header, 1),
        ("---\nsource: a\n", Header, 1),
        ("---\nsource: a", Header, 1),
        ("---\nno field\n---\nx", Header, 2),
        ("---\n\nsource: \"open\n---\nx", Header, 3),
        (
            "---\nextension: bin\nsnapshot_kind: binary\n---\n",
            Binary,
            3,
        ),
        ("---\n---\n{\n<<<<<<< HEAD\n}", Conflict, 4),
        ("---\n---\na\r\n=======\r\nb", Conflict, 4),
        ("---\n<<<<<<< ours\nsource: a\n---\n", Conflict, 2),
    ] {
        let fault = parse_file(text).expect_err("no snapshot");
        assert_eq!((fault.kind, fault.line), (kind, line), "{text:?}");
    }
}

proptest! {
    #[test]
    fn whatever_is_written_reads_back(description in ".*", body in "([^<=>|\r\u{feff}].{0,8}\n){0,6}") {
        let mut file = file(&body);
        let words: Vec<&str> = description.split_whitespace().collect();
        file.description = (!words.is_empty()).then(|| words.join(" "));
        file.body = body.trim_end().to_owned();
        if !file.body.contains('\r') {
            prop_assert_eq!(parse_file(&rendered(&file, false)), Ok(file.clone()));
            prop_assert_eq!(parse_file(&rendered(&file, true)), Ok(waiting(file)));
        }
    }

    #[test]
    fn any_text_is_read_or_refused(text in "(---\n)?(.*\n){0,4}") {
        let _ = parse_file(&text);
    }

    #[test]
    fn insta_agrees_on_any_description(description in "[a-zA-Z0-9 .:#'\"\\\\üé{}%@!~-]{1,20}") {
        let mut file = file("body");
        let words: Vec<&str> = description.split_whitespace().collect();
        file.description = (!words.is_empty()).then(|| words.join(" "));
        let (fields, _, accepted) = through_insta(&rendered(&file, true));
        prop_assert_eq!(&fields[2], &file.description);
        prop_assert_eq!(accepted, rendered(&file, false));
    }
}
