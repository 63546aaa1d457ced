//! Lists: their order, what is searched for, and their pages.

use super::*;

#[tokio::test]
async fn lists_are_ordered_searched_and_paged() {
    let mut tour = fresh();
    for (namespace, name) in [("b", "x-1"), ("a", "x-2"), ("a", "y-1"), ("a", "x-1")] {
        create(&mut tour, namespace, &repository(namespace, name)).await;
    }
    let all = ["a/x-1", "a/x-2", "a/y-1", "b/x-1"];
    for (query, expected, total) in [
        ("_all_/repositories", &all[..], 4),
        ("a/repositories", &all[..3], 3),
        ("c/repositories", &[], 0),
        ("_all_/repositories?name=-1&limit=2", &["a/x-1", "a/y-1"], 3),
        ("_all_/repositories?name=-1&limit=2&page=2", &["b/x-1"], 3),
        ("a/repositories?page=2&limit=2", &["a/y-1"], 3),
        ("a/repositories?page=3&limit=2", &[], 3),
        (
            "a/repositories?page=18446744073709551615&limit=18446744073709551615",
            &[],
            3,
        ),
        ("a/repositories?name=&page=&limit=", &all[..3], 3),
        ("_all_/registry-secrets", &[], 0),
    ] {
        let answered = ask(&mut tour, "GET", query).await;
        let (names, counted) = listed(&answered);
        assert_eq!(
            (names, counted),
            (expected.iter().map(ToString::to_string).collect(), total),
            "{query}"
        );
    }
    for query in [
        "page=0",
        "limit=0",
        "page=-1",
        "limit=1.5",
        "page=all",
        "limit=%2B1",
        "page=18446744073709551616",
    ] {
        let answered = ask(&mut tour, "GET", &format!("a/repositories?{query}")).await;
        assert_refused(&answered, 400, "BadRequest");
    }
}

#[tokio::test]
async fn a_page_has_ten_items_when_nothing_is_said() {
    let mut tour = fresh();
    for number in 0..12 {
        let name = format!("a-{number:02}");
        create(&mut tour, "default", &secret("default", &name)).await;
    }
    let (names, total) = listed(&ask(&mut tour, "GET", "default/registry-secrets").await);
    assert_eq!((names.len(), total), (10, 12));
    let (names, _) = listed(&ask(&mut tour, "GET", "default/registry-secrets?page=2").await);
    assert_eq!(names, ["default/a-10", "default/a-11"]);
}
