//! Tests of the changes of a flow: their names, their groups, what they come to.

use super::*;

fn flow(body: &str) -> String {
    format!("# read\nGET /a\n\n200\n\n{body}")
}

fn change(old: &str, new: &str) -> FlowChange {
    FlowChange::between(Some(&flow(old)), &flow(new)).expect("a change")
}

fn lists(items: &[&str]) -> String {
    format!("[\n  {}\n]", items.join(",\n  "))
}

#[test]
fn the_same_text_has_no_change() {
    assert_eq!(FlowChange::between(Some("a\r\nb\n"), "a\nb"), None);
    let new = FlowChange::between(None, &flow("1")).expect("a change");
    assert_eq!(new.lines, SnapshotChange::New);
    assert_eq!(new.changes[0].title, "step `read` new");
}

#[test]
fn a_change_keeps_its_name_where_others_are_taken_over() {
    let (old, new) = (lists(&["1", "2", "3", "4"]), lists(&["2", "4"]));
    let all = change(&old, &new);
    let names: Vec<&str> = all.changes.iter().map(|it| it.id.as_str()).collect();
    assert_eq!(names.len(), 2);
    assert_ne!(names[0], names[1]);
    let between = all.merge(&|place| place == 0);
    let rest = FlowChange::between(Some(&between), &all.now).expect("one is left");
    assert_eq!(rest.changes.len(), 1);
    assert_eq!(rest.changes[0].id, names[1]);
}

#[test]
fn equal_changes_of_one_flow_have_names_of_their_own_and_one_group() {
    let item = |total: &str| format!("{{\n    \"total\": {total}\n  }}");
    let old = lists(&[&item("1"), &item("1")]);
    let new = lists(&[&item("\"1\""), &item("\"1\"")]);
    let change = change(&old, &new);
    let [first, second] = change.changes.as_slice() else {
        panic!("two changes were expected");
    };
    assert_eq!(second.id, format!("{}.2", first.id));
    assert_eq!(first.group(), second.group());
    assert_eq!(first.title, "`total`: integer -> string");
}

#[test]
fn what_is_judged_otherwise_is_another_group() {
    let mut one = change("1", "2").changes.remove(0);
    let group = one.group();
    one.judgement.class = ChangeClass::Breaking;
    assert_ne!(one.group(), group);
    let long = |end: &str| format!("\"{}{end}\"", "x".repeat(60));
    let group = |new: &str| change("\"a\"", new).changes[0].group();
    assert_ne!(group(&long("1")), group(&long("2")));
}

#[test]
fn one_change_shows_alone() {
    let change = change(
        "{\n  \"a\": 1,\n  \"b\": 2\n}",
        "{\n  \"a\": 3,\n  \"b\": 4\n}",
    );
    let lines = change.lines_of(1);
    let differ: Vec<&str> = lines
        .iter()
        .flat_map(|it| &it.lines)
        .filter(|it| it.kind != crate::diff::LineKind::Equal)
        .map(|it| it.text.as_str())
        .collect();
    assert_eq!(differ, ["  \"b\": 2", "  \"b\": 4"]);
}

#[test]
fn what_was_rejected_before_is_not_accepted_with_the_rest() {
    let mut change = change(
        "{\n  \"a\": 1,\n  \"b\": 2\n}",
        "{\n  \"a\": 3,\n  \"b\": 4\n}",
    );
    change.changes[1].is_rejected = true;
    let choices = [Some(Choice::Accept), Some(Choice::Reject)];
    assert_eq!(change.all_accepted(), choices);
}

#[test]
fn nothing_that_nobody_has_approved_passes() {
    let mut change = FlowChange::between(None, &flow("1")).expect("a change");
    let mut policy = ChangePolicy::default();
    for class in CLASSES {
        policy.set(class, Consequence::Pass);
        change.changes[0].judgement.class = class;
        assert_eq!(change.consequence(&policy), Consequence::Review);
    }
}

#[test]
fn what_is_approved_with_a_change_is_known() {
    let body = |a, b| format!("{{\n  \"a\": {a},\n  \"b\": {b}\n}}");
    let mut change = change(&body(1, 2), &body(3, 4));
    let (yes, no) = (Some(Choice::Accept), Some(Choice::Reject));
    assert_eq!(change.approved_breach(&[yes, yes]), None);
    change.changes[0].judgement.class = ChangeClass::Breaking;
    let breach = change.changes[0].judgement.clone();
    change.breaches = vec![breach.clone()];
    assert_eq!(change.approved_breach(&[no, yes]), None);
    assert_eq!(change.approved_breach(&[yes, None]), Some(&breach));
    // What is broken where nothing has changed is approved with anything.
    let elsewhere = Judgement {
        why: "elsewhere".to_owned(),
        ..breach
    };
    change.breaches.push(elsewhere.clone());
    assert_eq!(change.approved_breach(&[no, yes]), Some(&elsewhere));
    assert_eq!(change.approved_breach(&[no, None]), None);
}

#[test]
fn many_members_and_elements_take_no_time() {
    let members = |sign: char| {
        let names = (0..20_000).map(|it| format!("  \"{sign}{it:05}\": {it}"));
        format!("{{\n{}\n}}", names.collect::<Vec<_>>().join(",\n"))
    };
    assert_eq!(change(&members('a'), &members('b')).changes.len(), 1);
    let elements = |from: usize, count: usize| {
        let items = (from..from + count).map(|it| format!("  {{\n    \"n\": {it}\n  }}"));
        format!("[\n{}\n]", items.collect::<Vec<_>>().join(",\n"))
    };
    assert_eq!(
        change(&elements(0, 9_000), &elements(50_000, 8_999))
            .changes
            .len(),
        1
    );
}

#[test]
fn the_gravest_change_decides() {
    let mut change = change(
        "{\n  \"a\": 1,\n  \"b\": 2\n}",
        "{\n  \"a\": 3,\n  \"b\": 4\n}",
    );
    let mut policy = ChangePolicy::default();
    policy.set(ChangeClass::AllowedValue, Consequence::Pass);
    for it in &mut change.changes {
        it.judgement.class = ChangeClass::AllowedValue;
    }
    assert_eq!(change.consequence(&policy), Consequence::Pass);
    change.changes[0].judgement.class = ChangeClass::OrderOnly;
    assert_eq!(change.consequence(&policy), Consequence::Review);
    assert!(!change.breaks());
    change.changes[1].judgement.class = ChangeClass::Breaking;
    assert_eq!(change.consequence(&policy), Consequence::Fail);
    assert!(change.breaks());
}
