//! Behaviours that are played from memory: what was said becomes what it was before, or what it is where the
//! thing is gone, or nobody knows.

use super::*;
use crate::http::Caller;

/// A contract of what is changed, by somebody who may.
const NOTES: &str = r#"
openapi: 3.1.1
info: {title: Notes, version: "1"}
paths:
  /notes:
    post:
      operationId: createNote
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
      responses: {"201": {description: made}}
  /notes/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: readNote
      security: [{token: []}]
      responses:
        "200": {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
        "401": {description: who are you}
        "404": {description: not there}
    put:
      operationId: updateNote
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Note'}}}}
      responses: {"200": {description: changed}}
    delete: {operationId: deleteNote, responses: {"204": {description: gone}, "404": {description: not there}}}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  schemas:
    Note:
      type: object
      required: [id]
      properties: {id: {type: string}, text: {type: string}, size: {type: integer}}
"#;

#[test]
fn what_was_not_made_is_what_it_was_before() {
    let rules = rules_of(CONTRACT);
    let life = [life(&rules)];
    let told = played(&rules, &life, "createThing/create-swallowed").expect("it is known");
    assert_eq!(told[1].0, 201, "it is acknowledged");
    assert_eq!(told[2].0, 404, "it was not there before");
    assert_eq!(told[3], (200, json!([])), "the list is without it");
    assert_eq!(told[4], (200, json!([{"id": "cd"}])), "others stay");
    assert_eq!(told[6].0, 404);
}

#[test]
fn what_was_not_made_is_gone_as_anything_else_is() {
    let rules = rules_of(CONTRACT);
    let thing = json!({"id": "ab", "size": 3});
    let made = || {
        vec![
            said(
                &rules,
                "createThing",
                ("/things", thing.clone()),
                (201, thing.clone()),
            ),
            said(
                &rules,
                "readThing",
                ("/things/ab", none()),
                (200, thing.clone()),
            ),
        ]
    };
    let alone = [recording(made())];
    let id = "createThing/create-swallowed";
    assert_eq!(played(&rules, &alone, id), Err(Oblivion::Unknown));
    assert_eq!(reason(&rules, &alone, id), FORGOTTEN);
    // Another flow has seen how it is said that something is not there.
    let other = said(&rules, "readThing", ("/things/zz", none()), (404, none()));
    let both = [recording(made()), recording(vec![other])];
    let told = played(&rules, &both, id).expect("it is known");
    assert_eq!((told[0].0, told[1].0), (201, 404));
    // What is another thing stays.
    let mut beside = made();
    beside.push(said(
        &rules,
        "readThing",
        ("/things/cd", none()),
        (200, json!({"id": "cd"})),
    ));
    let told = played(&rules, &[recording(beside), both[1].clone()], id).expect("it is known");
    assert_eq!(told[2], (200, json!({"id": "cd"})));
}

#[test]
fn what_is_known_in_part_is_not_whole() {
    let rules = rules_of(CONTRACT);
    let whole = |life: &[Recording]| {
        let derived = derive(&rules, life);
        let mutant = &find(&derived, "deleteThing/delete-swallowed").mutant;
        recall(&rules, mutant, (0, life)).map(|it| it.is_whole)
    };
    let mut life = life(&rules);
    assert_eq!(whole(std::slice::from_ref(&life)), Ok(true));
    // The third page was never asked for before.
    let late = (200, json!([{"id": "cd"}]));
    let late = said(&rules, "listThings", ("/things?page=3", none()), late);
    let known = life.clone();
    life.exchanges.push(late);
    assert_eq!(whole(std::slice::from_ref(&life)), Ok(false));
    let forgets = |life: Recording| {
        let life = [life];
        let derived = derive(&rules, &life);
        let mutant = &find(&derived, "deleteThing/delete-swallowed").mutant;
        rules.forgets(mutant, &life)
    };
    assert!(forgets(life) && !forgets(known));
}

#[test]
fn what_nobody_looks_at_is_played_and_changes_nothing() {
    let rules = rules_of(CONTRACT);
    let thing = json!({"id": "ab"});
    let made = said(
        &rules,
        "createThing",
        ("/things", thing.clone()),
        (201, thing.clone()),
    );
    let told = played(
        &rules,
        &[recording(vec![made])],
        "createThing/create-swallowed",
    );
    assert_eq!(told, Ok(vec![(201, thing)]));
}

#[test]
fn what_was_not_taken_away_is_still_there() {
    let rules = rules_of(CONTRACT);
    let life = [life(&rules)];
    let told = played(&rules, &life, "deleteThing/delete-swallowed").expect("it is known");
    assert_eq!(told[5].0, 204, "it is acknowledged");
    assert_eq!(
        told[6],
        (200, json!({"id": "ab", "size": 3, "tags": ["x"]}))
    );
    // What was read before it was made says nothing of it.
    let mut unread = life[0].clone();
    unread.exchanges.remove(2);
    let unread = [unread];
    let id = "deleteThing/delete-swallowed";
    assert_eq!(played(&rules, &unread, id), Err(Oblivion::Unknown));
    assert_eq!(reason(&rules, &unread, id), FORGOTTEN);
}

#[test]
fn what_is_done_with_it_later_might_be_refused() {
    let rules = rules_of(NOTES);
    let note = json!({"id": "n"});
    let put = || {
        said(
            &rules,
            "updateNote",
            ("/notes/n", note.clone()),
            (200, none()),
        )
    };
    let flow = recording(vec![
        said(
            &rules,
            "createNote",
            ("/notes", note.clone()),
            (201, none()),
        ),
        said(&rules, "deleteNote", ("/notes/n", none()), (204, none())),
        put(),
    ]);
    let id = "deleteNote/delete-swallowed";
    assert_eq!(
        played(&rules, std::slice::from_ref(&flow), id),
        Err(Oblivion::Unknown)
    );
    let mut short = flow;
    short.exchanges.pop();
    assert!(
        played(&rules, &[short], id).is_ok(),
        "nothing is asked later"
    );
}

#[test]
fn a_field_that_was_not_kept_is_absent_or_another_where_it_is_read() {
    let rules = rules_of(CONTRACT);
    let life = [life(&rules)];
    let told = played(&rules, &life, "createThing/field-not-stored:/size").expect("it is known");
    assert_eq!(told[1].1["size"], json!(3), "it is acknowledged");
    assert_eq!(told[2], (200, json!({"id": "ab", "tags": ["x"]})));
    assert_eq!(told[3], (200, json!([{"id": "ab", "tags": ["x"]}])));
    let told = played(&rules, &life, "createThing/field-not-stored:/id").expect("it is known");
    assert_eq!(told[2].1["id"], json!("ac"), "it must be there");
}

/// A note is made, read, changed and read again.
fn notes(rules: &Rules, changed: &Value) -> Recording {
    let note = json!({"id": "n", "text": "one", "size": 1});
    recording(vec![
        said(rules, "createNote", ("/notes", note.clone()), (201, none())),
        said(rules, "readNote", ("/notes/n", none()), (200, note)),
        said(
            rules,
            "updateNote",
            ("/notes/n", changed.clone()),
            (200, none()),
        ),
        said(
            rules,
            "readNote",
            ("/notes/n", none()),
            (200, changed.clone()),
        ),
    ])
}

#[test]
fn what_was_not_changed_is_what_it_was_read_or_sent_as() {
    let rules = rules_of(NOTES);
    let changed = json!({"id": "n", "text": "two", "size": 2});
    let both = [notes(&rules, &changed)];
    let was = (200, json!({"id": "n", "text": "one", "size": 1}));
    let id = "updateNote/update-swallowed";
    assert_eq!(played(&rules, &both, id).expect("it is known")[3], was);
    // Where nobody has read it before, what was sent tells.
    let mut unread = both[0].clone();
    unread.exchanges.remove(1);
    assert_eq!(played(&rules, &[unread], id).expect("it is known")[2], was);
    let told = played(&rules, &both, "updateNote/field-not-stored:/text").expect("it is known");
    assert_eq!(told[3].1, json!({"id": "n", "text": "one", "size": 2}));
    // What was the same before is left out of what replaces it.
    let same = [notes(&rules, &json!({"id": "n", "text": "one", "size": 2}))];
    let told = played(&rules, &same, "updateNote/field-not-stored:/text").expect("it is known");
    assert_eq!(told[3].1, json!({"id": "n", "size": 2}));
}

fn caller(name: &str) -> Arc<Caller> {
    Arc::new(Caller {
        identity: name.into(),
        alternatives: Vec::new(),
    })
}

#[test]
fn who_is_turned_away_is_told_what_somebody_is_told_who_may() {
    let rules = rules_of(NOTES);
    let note = |id: &str| json!({"id": id});
    let read = |id: &str, who: &str, (status, came): (u16, Value)| {
        let mut said = said(
            &rules,
            "readNote",
            (&format!("/notes/{id}"), none()),
            (status, came),
        );
        said.exchange.request.caller = Some(caller(who));
        said
    };
    let flow = recording(vec![
        read("b", "owner", (200, note("b"))),
        read("a", "owner", (200, note("a"))),
        read("b", "stranger", (401, none())),
        read("c", "owner", (404, none())),
    ]);
    let id = "readNote/auth-not-demanded";
    let told = played(&rules, std::slice::from_ref(&flow), id).expect("it is known");
    assert_eq!(told[2], (200, note("b")), "asked the same");
    assert_eq!(told[3].0, 404);
    // Who is refused at the handshake is answered as well.
    let mut refused = flow.clone();
    refused.exchanges.remove(2);
    let operation = refused.exchanges[0].operation;
    refused.refused.push(Refused {
        operation,
        step: "x".to_owned(),
        before: 2,
    });
    let calls: Vec<bool> = refused
        .calls(operation)
        .iter()
        .map(|it| matches!(it, Called::Refused(_)))
        .collect();
    assert_eq!(calls, [false, false, true, false]);
    let told = played(&rules, &[refused], id).expect("it is known");
    assert_eq!(told.len(), 4);
    assert_eq!(told[2], (200, note("a")), "the nearest");
    // Where nobody is turned away there is nothing to let through.
    let mut welcome = flow;
    welcome.exchanges.remove(2);
    let why = reason(&rules, &[welcome], id);
    assert_eq!(why, "no flow is turned away by the operation");
}
