//! Tests of two texts side by side: each place is found, and taken over by itself.

use super::*;
use proptest::prelude::*;

const OLD: &str = r#"# list
GET /items

200
content-type: application/json
etag: "1"

{
  "items": [
    {
      "name": "a",
      "size": 1
    },
    {
      "name": "b",
      "size": 2
    }
  ],
  "tags": [
    "x",
    "y"
  ],
  "total": 2
}

# gone
DELETE /items/a

204

(no body)"#;

/// What differs, as `kind path`.
fn differences(old: &str, new: &str) -> Vec<String> {
    let alignment = Alignment::of(Some(old), new);
    let told = alignment.differences.iter().map(|it| {
        let way = it.path.iter().map(|token| match token {
            Token::Name(name) => name.replace('"', ""),
            Token::Index(index) => index.to_string(),
        });
        format!("{} {}", it.kind.id(), way.collect::<Vec<_>>().join("/"))
    });
    told.collect()
}

fn changed(edits: &[(&str, &str)]) -> String {
    edits.iter().fold(OLD.to_owned(), |text, (from, to)| {
        assert!(text.contains(from), "{from}");
        text.replacen(from, to, 1)
    })
}

#[test]
fn each_place_is_one_difference() {
    for (edits, expected) in [
        (
            vec![("\"total\": 2", "\"total\": 3")],
            vec!["changed list/body/total"],
        ),
        (vec![("200\n", "201\n")], vec!["changed list/status"]),
        (
            vec![("etag: \"1\"", "etag: \"2\"")],
            vec!["changed list/headers/etag"],
        ),
        (
            vec![("etag: \"1\"\n", "")],
            vec!["removed list/headers/etag"],
        ),
        (
            vec![("GET /items", "GET /items?x=1")],
            vec!["changed list/request"],
        ),
        (
            vec![("\"x\",\n    \"y\"", "\"y\",\n    \"x\"")],
            vec!["reordered list/body/tags"],
        ),
        (
            vec![("  \"total\": 2", "  \"total\": 2,\n  \"zeta\": null")],
            vec!["added list/body/zeta"],
        ),
        (
            vec![
                ("\"total\": 2", "\"sum\": 2"),
                ("\"tags\": [", "\"tags\": ["),
            ],
            vec!["renamed list/body/sum"],
        ),
        (
            vec![
                ("\"size\": 1", "\"size\": 7"),
                ("\"size\": 2", "\"size\": 8"),
            ],
            vec![
                "changed list/body/items/0/size",
                "changed list/body/items/1/size",
            ],
        ),
        (
            vec![("\n\n# gone\nDELETE /items/a\n\n204\n\n(no body)", "")],
            vec!["removed gone"],
        ),
        (
            vec![(
                "DELETE /items/a\n\n204\n\n(no body)",
                "not run: `list` failed",
            )],
            vec!["changed gone"],
        ),
        (vec![("(no body)", "{}")], vec!["changed gone/body"]),
    ] {
        assert_eq!(differences(OLD, &changed(&edits)), expected);
    }
    assert_eq!(differences(OLD, OLD), [""; 0]);
}

#[test]
fn elements_that_come_and_go_leave_the_others_alone() {
    let new = changed(&[(
        "    {\n      \"name\": \"a\",\n      \"size\": 1\n    },\n",
        "",
    )]);
    assert_eq!(differences(OLD, &new), ["removed list/body/items/0"]);
    assert_eq!(differences(&new, OLD), ["added list/body/items/0"]);
    let other = changed(&[(
        "    {\n      \"name\": \"a\",\n      \"size\": 1\n    },\n    {\n      \"name\": \"b\",\n      \"size\": 2\n    }",
        "    {\n      \"name\": \"b\",\n      \"size\": 9\n    }",
    )]);
    let expected = [
        "removed list/body/items/0",
        "changed list/body/items/0/size",
    ];
    assert_eq!(differences(OLD, &other), expected);
}

#[test]
fn one_change_is_taken_over_without_the_others() {
    let edits = [
        ("\"total\": 2", "\"total\": 3"),
        ("200\n", "201\n"),
        ("etag: \"1\"\n", ""),
    ];
    let new = changed(&edits);
    let alignment = Alignment::of(Some(OLD), &new);
    assert_eq!(alignment.differences.len(), 3);
    let order = ["list/status", "list/headers", "list/body"];
    for (place, edit) in [(0, edits[1]), (1, edits[2]), (2, edits[0])] {
        assert_eq!(
            alignment.merge(&|it| it == place),
            changed(&[edit]),
            "{}",
            order[place]
        );
    }
}

#[test]
fn a_renamed_member_stands_where_its_name_belongs() {
    let new = changed(&[
        ("{\n  \"items\"", "{\n  \"count\": 2,\n  \"items\""),
        (",\n  \"total\": 2", ""),
    ]);
    let alignment = Alignment::of(Some(OLD), &new);
    assert_eq!(differences(OLD, &new), ["renamed list/body/count"]);
    assert_eq!(alignment.merge(&|_| false), OLD);
    assert_eq!(alignment.merge(&|_| true), new);
}

#[test]
fn a_loss_is_not_hidden_behind_a_symbol() {
    let body = |member: &str| format!("# a\nGET /\n\n200\n\n{{\n  {member}\n}}");
    let (time, id) = ("\"made\": \"‹time date-time›\"", "\"id\": \"‹id#1›\"");
    let told = differences(&body(time), &body("\"status\": \"FAILED\""));
    assert_eq!(told, ["removed a/body/made", "added a/body/status"]);
    let told = differences(&body(id), &body(time));
    assert_eq!(told, ["removed a/body/id", "added a/body/made"]);
    let told = differences(&body(id), &body("\"name\": \"‹name#1›\""));
    assert_eq!(told, ["renamed a/body/name"]);
}

#[test]
fn texts_that_are_no_flows_differ_as_a_whole() {
    assert_eq!(differences("free text", "# a\nGET /"), ["changed "]);
    let alignment = Alignment::of(Some("free text"), "other\n");
    assert_eq!(alignment.merge(&|_| false), "free text");
    assert_eq!(alignment.merge(&|_| true), "other");
    let new = Alignment::of(None, OLD);
    assert_eq!(new.differences.len(), 2);
    assert_eq!(new.merge(&|_| true), OLD);
    assert_eq!(new.merge(&|_| false), "");
}

#[test]
fn more_changes_than_anybody_reads_are_one() {
    let list = |start: usize| {
        let numbers: Vec<String> = (start..=(start + CHANGES_MAX))
            .map(|it| format!("  {it}"))
            .collect();
        format!("# a\nGET /\n\n200\n\n[\n{}\n]", numbers.join(",\n"))
    };
    assert_eq!(differences(&list(0), &list(500_000)), ["changed "]);
}

/// Bodies whose parts often are the same.
fn bodies() -> impl Strategy<Value = serde_json::Value> {
    let leaf = prop_oneof![
        Just(serde_json::json!(1)),
        Just(serde_json::json!("x")),
        Just(serde_json::json!(null))
    ];
    leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::Array),
            proptest::collection::btree_map("[a-d]", inner, 0..4)
                .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
        ]
    })
}

fn flow(body: &serde_json::Value) -> String {
    format!(
        "# a\nGET /\n\n200\n\n{}",
        crate::json::render_canonical(body)
    )
}

proptest! {
    #[test]
    fn all_is_new_and_nothing_is_old(old in bodies(), new in bodies()) {
        let (old, new) = (flow(&old), flow(&new));
        let alignment = Alignment::of(Some(&old), &new);
        prop_assert_eq!(alignment.merge(&|_| true), new.clone());
        prop_assert_eq!(alignment.merge(&|_| false), old.clone());
        prop_assert_eq!(alignment.differences.is_empty(), old == new);
    }

    #[test]
    fn what_was_not_taken_over_is_what_is_left(old in bodies(), new in bodies(), taken in any::<u64>()) {
        let (old, new) = (flow(&old), flow(&new));
        let alignment = Alignment::of(Some(&old), &new);
        let between = alignment.merge(&|it| taken >> (it % 64) & 1 == 1);
        prop_assert!(Part::of_flow(&between).is_some());
        let rest = Alignment::of(Some(&between), &new);
        prop_assert_eq!(rest.merge(&|_| true), new);
    }
}
