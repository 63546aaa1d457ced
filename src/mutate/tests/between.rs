//! Behaviours that are played from memory, where more happens between a change and what shows it.

use super::*;

/// A contract in which a user is made, changed in three ways, read and taken away.
const USERS: &str = r#"
openapi: 3.1.1
info: {title: Users, version: "1"}
paths:
  /users:
    get:
      operationId: listUsers
      responses:
        "200": {description: all, content: {application/json: {schema: {type: array, items: {$ref: '#/components/schemas/User'}}}}}
    post:
      operationId: createUser
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}}
      responses: {"201": {description: made}}
  /users/{id}:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    get:
      operationId: readUser
      responses:
        "200": {description: it, content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}}
        "404": {description: not there}
    put:
      operationId: replaceUser
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}}
      responses: {"200": {description: changed, content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}}}
    patch:
      operationId: updateUser
      requestBody: {content: {application/json: {schema: {$ref: '#/components/schemas/Change'}}}}
      responses: {"200": {description: changed, content: {application/json: {schema: {$ref: '#/components/schemas/User'}}}}}
    delete: {operationId: deleteUser, responses: {"204": {description: gone}, "404": {description: not there}}}
  /users/{id}/promote:
    parameters: [{name: id, in: path, required: true, schema: {type: string}}]
    post: {operationId: promoteUser, responses: {"204": {description: done}}}
components:
  schemas:
    Change:
      type: object
      properties: {id: {type: string}, role: {type: string}, size: {type: integer}}
    User:
      type: object
      required: [id]
      properties: {id: {type: string}, role: {type: string}, size: {type: integer}, kind: {type: string, default: plain}}
"#;

const USER: &str = "/users/u";

fn users() -> Rules {
    rules_of(USERS)
}

/// One call about the user: the operation, what is sent, the status and what comes back.
type Call = (&'static str, Value, u16, Value);

fn flow(rules: &Rules, calls: &[Call]) -> [Recording; 1] {
    let exchanges = calls.iter().map(|(operation, sent, status, came)| {
        let url = match *operation {
            "createUser" | "listUsers" => "/users",
            "promoteUser" => "/users/u/promote",
            _ => USER,
        };
        said(
            rules,
            operation,
            (url, sent.clone()),
            (*status, came.clone()),
        )
    });
    [recording(exchanges.collect())]
}

fn user(role: &str, size: u8) -> Value {
    json!({"id": "u", "role": role, "size": size})
}

fn made(sent: Value) -> Call {
    ("createUser", sent, 201, none())
}

fn read(came: Value) -> Call {
    ("readUser", none(), 200, came)
}

fn removed() -> Call {
    ("deleteUser", none(), 204, none())
}

fn patched(sent: Value, came: Value) -> Call {
    ("updateUser", sent, 200, came)
}

/// Whether all later answers are known.
fn is_whole(rules: &Rules, recordings: &[Recording], id: &str) -> Result<bool, Oblivion> {
    let derived = derive(rules, recordings);
    let mutant = &find(&derived, id).mutant;
    recall(rules, mutant, (0, recordings)).map(|it| it.is_whole)
}

const SWALLOWED: &str = "updateUser/update-swallowed";
const ROLE: &str = "updateUser/field-not-stored:/role";

#[test]
fn what_was_not_changed_shows_where_something_else_is_changed() {
    let rules = users();
    let admin = || json!({"id": "u", "role": "admin"});
    let changed = |sent: Value, came: Value| {
        let replaced = ("replaceUser", admin(), 200, admin());
        flow(
            &rules,
            &[made(user("guest", 1)), replaced, patched(sent, came)],
        )
    };
    let life = changed(json!({"size": 2}), user("admin", 2));
    for id in [
        "replaceUser/update-swallowed",
        "replaceUser/field-not-stored:/role",
    ] {
        let told = played(&rules, &life, id).expect("it is known");
        assert_eq!(told[1].1, admin(), "{id}: it is acknowledged");
        assert_eq!(told[2].1, user("guest", 2), "{id}");
        assert_eq!(is_whole(&rules, &life, id), Ok(true), "{id}");
        // What is said of it by the change itself is as it says.
        let life = changed(json!({"role": "admin"}), user("admin", 1));
        assert_eq!(played(&rules, &life, id), Err(Oblivion::Unknown), "{id}");
        // An answer without a body tells nothing, and hides nothing.
        let life = changed(json!({"size": 2}), none());
        assert_eq!(is_whole(&rules, &life, id), Ok(true), "{id}");
    }
}

#[test]
fn what_replaces_it_may_put_back_what_was_lost() {
    let rules = users();
    let life = flow(
        &rules,
        &[
            made(user("guest", 1)),
            patched(json!({"role": "admin"}), user("admin", 1)),
            ("replaceUser", user("admin", 2), 200, user("admin", 2)),
        ],
    );
    for id in [SWALLOWED, ROLE] {
        assert_eq!(played(&rules, &life, id), Err(Oblivion::Unknown), "{id}");
        assert_eq!(reason(&rules, &life, id), FORGOTTEN, "{id}");
    }
}

#[test]
fn what_another_change_may_have_done_is_not_known() {
    let rules = users();
    let mut calls = vec![
        made(user("guest", 1)),
        read(user("guest", 1)),
        patched(json!({"role": "admin"}), user("admin", 1)),
        ("promoteUser", none(), 204, none()),
        read(user("admin", 1)),
    ];
    for id in [SWALLOWED, ROLE] {
        let life = flow(&rules, &calls);
        assert_eq!(played(&rules, &life, id), Err(Oblivion::Unknown), "{id}");
    }
    // It is known where the other one was refused, and without it.
    calls[3].2 = 403;
    let refused = flow(&rules, &calls);
    calls.remove(3);
    let life = flow(&rules, &calls);
    for id in [SWALLOWED, ROLE] {
        let told = played(&rules, &refused, id).expect("it is known");
        assert_eq!(told[4].1, user("guest", 1), "{id}");
        let told = played(&rules, &life, id).expect("it is known");
        assert_eq!(told[3].1, user("guest", 1), "{id}");
    }
    // What was done before tells nothing of how it was.
    calls.insert(2, ("promoteUser", none(), 204, none()));
    let life = flow(&rules, &calls);
    assert_eq!(played(&rules, &life, SWALLOWED), Err(Oblivion::Unknown));
}

#[test]
fn what_was_changed_twice_is_what_it_was_at_first() {
    let rules = users();
    let life = flow(
        &rules,
        &[
            made(user("guest", 1)),
            read(user("guest", 1)),
            patched(json!({"role": "admin"}), user("admin", 1)),
            read(user("admin", 1)),
            patched(json!({"role": "owner"}), user("owner", 1)),
            read(user("owner", 1)),
        ],
    );
    let told = played(&rules, &life, SWALLOWED).expect("it is known");
    assert_eq!(
        [&told[3].1, &told[5].1],
        [&user("guest", 1), &user("guest", 1)]
    );
    let told = played(&rules, &life, ROLE).expect("it is known");
    assert_eq!(
        [&told[3].1, &told[5].1],
        [&user("guest", 1), &user("guest", 1)]
    );
}

#[test]
fn what_is_put_back_in_part_is_not_whole() {
    let rules = users();
    let calls = |first: Value| {
        let change = patched(json!({"role": "admin", "size": 2}), none());
        flow(&rules, &[made(first), change, read(user("admin", 2))])
    };
    // Nobody knows the size that it had.
    let life = calls(json!({"id": "u", "role": "guest"}));
    let told = played(&rules, &life, SWALLOWED).expect("it is known");
    assert_eq!(told[2].1, user("guest", 2));
    assert_eq!(is_whole(&rules, &life, SWALLOWED), Ok(false));
    assert_eq!(
        is_whole(&rules, &calls(user("guest", 1)), SWALLOWED),
        Ok(true)
    );
}

#[test]
fn what_is_taken_away_again_is_not_gone_in_between() {
    let rules = users();
    let again = [
        made(user("guest", 1)),
        removed(),
        made(user("guest", 1)),
        read(user("guest", 1)),
        removed(),
    ];
    let id = "createUser/create-swallowed";
    // The second removal is no answer of something that is not there.
    let life = flow(&rules, &again);
    assert_eq!(played(&rules, &life, id), Err(Oblivion::Unknown));
    // Nobody has seen between the lives how it is without it; afterwards somebody has.
    let mut calls = again.to_vec();
    calls.push(("readUser", none(), 404, none()));
    let told = played(&rules, &flow(&rules, &calls), id).expect("it is known");
    assert_eq!(told[3].0, 404);
    // A refusal says so, too; that somebody may not says nothing.
    for (status, told_of) in [(404, 404), (400, 400), (403, 204)] {
        let mut calls = calls.clone();
        calls.push(("deleteUser", none(), status, none()));
        let told = played(&rules, &flow(&rules, &calls), id).expect("it is known");
        let own = [told[3].0, told[4].0];
        assert_eq!(own, [404, told_of]);
    }
}

#[test]
fn what_was_read_in_a_first_life_is_not_there_in_the_second() {
    let rules = users();
    let calls = [
        made(user("guest", 1)),
        read(user("guest", 1)),
        removed(),
        made(user("guest", 1)),
        read(user("guest", 1)),
        removed(),
        ("readUser", none(), 404, none()),
    ];
    let life = flow(&rules, &calls);
    let told = played(&rules, &life, "createUser/create-swallowed").expect("it is known");
    assert_eq!([told[1].0, told[4].0], [404, 404]);
    // What was not taken away is there as it was last.
    let told = played(&rules, &life, "deleteUser/delete-swallowed").expect("it is known");
    assert_eq!(told[6], (200, user("guest", 1)));
}

#[test]
fn a_field_that_is_left_out_is_the_default() {
    let rules = users();
    let kind = |kind: &str| {
        let user = json!({"id": "u", "kind": kind});
        flow(&rules, &[made(user.clone()), read(user)])
    };
    let id = "createUser/field-not-stored:/kind";
    let told = played(&rules, &kind("fancy"), id).expect("it is known");
    assert_eq!(told[1].1, json!({"id": "u", "kind": "plain"}));
    // What was sent is what it would be all the same.
    assert_eq!(played(&rules, &kind("plain"), id), Err(Oblivion::Unknown));
    // What replaces the thing leaves nothing of what it was.
    let replaced = |first: &str, kind: &str| {
        let user = |kind: &str| json!({"id": "u", "kind": kind});
        let replaced = ("replaceUser", user(kind), 200, user(kind));
        flow(&rules, &[made(user(first)), replaced, read(user(kind))])
    };
    let id = "replaceUser/field-not-stored:/kind";
    let life = replaced("fancy", "plain");
    assert_eq!(played(&rules, &life, id), Err(Oblivion::Unknown));
    let told = played(&rules, &replaced("old", "fancy"), id).expect("it is known");
    assert_eq!(told[2].1["kind"], json!("plain"));
}

#[test]
fn the_step_that_is_told_how_it_is_would_notice() {
    let rules = users();
    let calls = |url: &str| {
        let sent = json!({"size": 2});
        let exchanges = vec![
            said(
                &rules,
                "replaceUser",
                (USER, user("admin", 1)),
                (200, none()),
            ),
            said(&rules, "updateUser", (url, sent), (200, user("admin", 2))),
        ];
        recording(exchanges)
    };
    let say = |life: Recording| {
        let id = "replaceUser/update-swallowed";
        let derived = derive(&rules, std::slice::from_ref(&life));
        advice(&rules, &find(&derived, id).mutant, &[&life])
    };
    assert_eq!(
        say(calls(USER)),
        "step `updateUser` of `t::flow` is told how it is afterwards; a criterion on what it finds would notice"
    );
    assert_eq!(say(calls("/users/v")), "no step reads after `replaceUser`");
}

#[test]
fn the_step_that_reads_something_else_would_notice_nothing() {
    let rules = users();
    let say = |read: &str| {
        let exchanges = vec![
            said(&rules, "deleteUser", (USER, json!(null)), (204, none())),
            said(
                &rules,
                "readUser",
                (read, json!(null)),
                (200, user("admin", 1)),
            ),
        ];
        let life = recording(exchanges);
        let derived = derive(&rules, std::slice::from_ref(&life));
        advice(
            &rules,
            &find(&derived, "deleteUser/delete-swallowed").mutant,
            &[&life],
        )
    };
    assert_eq!(
        say(USER),
        "step `readUser` of `t::flow` reads afterwards; a criterion on what it finds would notice"
    );
    assert_eq!(
        say("/users/v"),
        "no step reads what `deleteUser` is about afterwards"
    );
}

#[test]
fn what_the_next_change_tells_of_one_that_was_not_done_is_not_known() {
    let rules = users();
    let two = |first: Value, second: Value| {
        let came = user("admin", 2);
        let size = json!({"size": 2});
        flow(
            &rules,
            &[
                made(user("guest", 1)),
                patched(first, came),
                patched(size, second),
                removed(),
            ],
        )
    };
    // It says `admin`, which would never have been written.
    let told = two(json!({"role": "admin"}), user("admin", 2));
    assert_eq!(is_whole(&rules, &told, SWALLOWED), Err(Oblivion::Unknown));
    // What it sends itself it acknowledges.
    let own = two(json!({"size": 2}), user("guest", 2));
    assert_eq!(is_whole(&rules, &own, SWALLOWED), Ok(true));
    // What was there before is there anyway.
    let same = two(json!({"role": "guest"}), user("guest", 2));
    assert_eq!(is_whole(&rules, &same, SWALLOWED), Ok(true));
}

#[test]
fn what_somebody_else_may_have_set_before_a_change_is_not_known() {
    let rules = users();
    let promoted = ("promoteUser", none(), 204, none());
    let patch = || patched(json!({"role": "admin"}), user("admin", 1));
    let made = || made(json!({"id": "u", "size": 1}));
    let plain = flow(&rules, &[made(), patch(), read(user("admin", 1))]);
    assert_eq!(is_whole(&rules, &plain, ROLE), Ok(true));
    let before = flow(&rules, &[made(), promoted, patch(), read(user("admin", 1))]);
    assert_eq!(is_whole(&rules, &before, ROLE), Err(Oblivion::Unknown));
}
