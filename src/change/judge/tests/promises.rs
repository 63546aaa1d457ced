//! Which place of the contract is said to speak of a change, and that a waiver covers a change at no other.

use jiff::civil::date;

use super::super::super::waive;
use super::*;
use crate::check::APPROVED_SNAPSHOT;
use crate::check::waiver::{Deviation, Scope, WaivedPlace, Waiver};

const CONTRACT: &str = r"openapi: 3.1.0
info: {title: shop, version: '1'}
paths:
  /orders/{id}:
    parameters:
      - {name: id, in: path, required: true, schema: {type: string}}
    get:
      operationId: readOrder
      responses:
        '200':
          description: one
          headers:
            ETag: {schema: {type: string}}
          content:
            application/json:
              schema: {type: object, properties: {at: {type: string}, thing: {$ref: '#/components/schemas/Thing'},
                things: {type: array, items: {$ref: '#/components/schemas/Thing'}}}}
            application/vnd.shop+json:
              schema: {type: object, properties: {at: {type: string}, total: {type: integer}}}
            application/problem+json: {}
components:
  schemas:
    Thing:
      oneOf: [{$ref: '#/components/schemas/Book'}, {$ref: '#/components/schemas/Disc'}]
    Book:
      type: object
      required: [kind, title]
      properties: {kind: {const: book}, title: {type: string}, note: {type: string}}
    Disc:
      type: object
      required: [kind, title]
      properties: {kind: {const: disc}, title: {type: string}, note: {type: string}}
";

const JSON: &str = "/paths/~1orders~1{id}/get/responses/200/content/application~1json/schema";
const OTHER: &str =
    "/paths/~1orders~1{id}/get/responses/200/content/application~1vnd.shop+json/schema";
const OPERATION: &str = "/paths/~1orders~1{id}/get";

fn answer(body: &Value) -> [Answer; 1] {
    [(200, None, body.clone())]
}

fn typed(media_type: &'static str, body: &Value) -> [Answer; 1] {
    [(200, Some(("Content-Type", media_type)), body.clone())]
}

fn thing(kind: &str, title: &str) -> Value {
    json!({"thing": {"kind": kind, "title": title}})
}

/// The place in the contract of the only change.
fn promise(old: &[Answer], new: &[Answer]) -> String {
    let changes = judged(CONTRACT, old, new);
    assert_eq!(changes.len(), 1, "{changes:?}");
    let judgement = &changes[0].judgement;
    assert!(judgement.contract.is_some(), "{judgement:?}");
    let promise = judgement.promise.as_ref();
    promise.map_or_else(String::new, |it| it.as_str().to_owned())
}

#[test]
fn the_nearest_place_that_says_something_is_named() {
    let plain = |body: Value| answer(&body);
    let tag = |tag: &'static str| [(200, Some(("ETag", tag)), json!({}))];
    let kind = |kind: &str| plain(json!({"thing": {"kind": kind, "title": "a", "note": "b"}}));
    for (old, new, place) in [
        (
            plain(json!({"at": "a"})),
            plain(json!({"at": "b"})),
            format!("{JSON}/properties/at"),
        ),
        (
            tag("a"),
            tag("b"),
            format!("{OPERATION}/responses/200/headers/ETag"),
        ),
        (
            answer(&thing("book", "a")),
            answer(&thing("book", "b")),
            "/components/schemas/Book/properties/title".to_owned(),
        ),
        (
            answer(&thing("disc", "a")),
            answer(&thing("disc", "b")),
            "/components/schemas/Disc/properties/title".to_owned(),
        ),
        // What is gone stood in what is there now.
        (
            kind("book"),
            answer(&thing("book", "a")),
            "/components/schemas/Book/properties/note".to_owned(),
        ),
        // Of a media type without a schema the contract says no more than that there is one.
        (
            typed("application/problem+json", &json!({"a": 1})),
            typed("application/problem+json", &json!({"a": 2})),
            format!("{OPERATION}/responses/200/content/application~1problem+json"),
        ),
        // Of a media type that it does not know it says nothing more than of the answer.
        (
            typed("application/x+json", &json!({"a": 1})),
            typed("application/x+json", &json!({"a": 2})),
            format!("{OPERATION}/responses/200"),
        ),
    ] {
        assert_eq!(promise(&old, &new), place);
    }
}

#[test]
fn of_an_answer_that_it_does_not_know_the_operation_speaks() {
    let unknown = |body: Value| [(500, None, body)];
    let changes = judged(CONTRACT, &unknown(json!(1)), &unknown(json!(2)));
    let judgement = &changes[0].judgement;
    let promise = judgement.promise.as_ref().map(Pointer::as_str);
    assert_eq!(
        (judgement.class, promise),
        (ChangeClass::Undocumented, Some(OPERATION))
    );
}

#[test]
fn each_element_is_in_the_branch_that_it_has_chosen() {
    let things = |first: &str, second: &str| {
        answer(&json!({"things": [
            {"kind": "book", "title": first}, {"kind": "disc", "title": second}]}))
    };
    assert_eq!(
        promise(&things("a", "b"), &things("c", "b")),
        "/components/schemas/Book/properties/title"
    );
    assert_eq!(
        promise(&things("a", "b"), &things("a", "c")),
        "/components/schemas/Disc/properties/title"
    );
}

#[test]
fn what_is_wrong_beside_it_chooses_no_other_branch() {
    let with = |title: &str| answer(&json!({"at": 1, "thing": {"kind": "book", "title": title}}));
    let changes = judged(CONTRACT, &with("a"), &with("b"));
    let promise = changes[0].judgement.promise.as_ref().map(Pointer::as_str);
    assert_eq!(promise, Some("/components/schemas/Book/properties/title"));
}

/// The waiver of a change to `"b"` at a place of the answer and of the contract.
fn waiver(at: &str, contract: &str) -> Waiver {
    let settings = Source::parse("api.toml", "a = 1\n".to_owned()).expect("TOML");
    Waiver {
        scope: Scope {
            deviation: Deviation::Change {
                class: "allowed-value",
                contract: Pointer::parse(contract).expect("a pointer"),
                now: Some("\"b\"".to_owned()),
            },
            operation: "readOrder".to_owned(),
            at: WaivedPlace::parse(at).expect("a place"),
            status: Some(200),
            target: None,
        },
        reason: "known".to_owned(),
        owner: "team".to_owned(),
        ticket: None,
        expires: date(2027, 1, 31),
        location: settings.location(&Pointer::root()),
    }
}

/// The class of the only change with a waiver, and what is found by it: place and line in the contract.
fn waived(old: &[Answer], new: &[Answer], waiver: Waiver) -> (ChangeClass, Vec<(String, u32)>) {
    let (then, now) = (played(CONTRACT, old), played(CONTRACT, new));
    let text = |flow: &Transcript| {
        Renderer::new(SnapshotSettings::default()).render(flow, &"http://h".into())
    };
    let mut change = FlowChange::between(Some(&text(&then)), &text(&now)).expect("a change");
    judge(&mut change, &now, &examine(&now, &Severities::default()));
    let found = waive(&mut change, &now, &[waiver], date(2027, 1, 1));
    assert!(found.iter().all(|it| it.check == APPROVED_SNAPSHOT));
    let told = found.iter().map(|it| {
        let promise = it.promise.as_ref().map_or("", |it| it.as_str());
        let line = it.contract.as_ref().map_or(0, |it| it.line);
        (promise.to_owned(), line)
    });
    (change.changes[0].judgement.class, told.collect())
}

#[test]
fn the_same_change_under_another_place_of_the_contract_is_not_covered() {
    let at = |value: &str| json!({"at": value});
    let vendor = |value: &str| typed("application/vnd.shop+json", &at(value));
    let own = format!("{JSON}/properties/at");
    let other = format!("{OTHER}/properties/at");
    // Of one media type and of another.
    let (a, b) = (answer(&at("a")), answer(&at("b")));
    let told = waived(&a, &b, waiver("/at", &own));
    assert_eq!(told, (ChangeClass::Waived, vec![(own.clone(), 16)]));
    let told = waived(&vendor("a"), &vendor("b"), waiver("/at", &own));
    assert_eq!(told, (ChangeClass::AllowedValue, Vec::new()));
    let told = waived(&vendor("a"), &vendor("b"), waiver("/at", &other));
    assert_eq!(told, (ChangeClass::Waived, vec![(other, 19)]));
    // In one branch and in the other.
    let (book, disc) = (
        "/components/schemas/Book/properties/title",
        "/components/schemas/Disc/properties/title",
    );
    for (kind, place, is_borne) in [
        ("book", book, true),
        ("book", disc, false),
        ("disc", disc, true),
        ("disc", book, false),
    ] {
        let (a, b) = (answer(&thing(kind, "a")), answer(&thing(kind, "b")));
        let (class, found) = waived(&a, &b, waiver("/thing/title", place));
        assert_eq!(class == ChangeClass::Waived, is_borne, "{kind} {place}");
        assert_eq!(found.len(), usize::from(is_borne), "{kind} {place}");
    }
}
