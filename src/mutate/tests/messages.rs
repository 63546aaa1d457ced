//! Answers that are made wrong, and those that cannot be.

use super::*;

/// What comes of the recorded answers of an operation while a mutant is at work.
fn answers(rules: &Rules, recording: &Recording, mutant: &Mutant) -> Vec<Response> {
    let mut play = Play::new(rules, mutant, recording);
    let own = recording.exchanges.iter();
    let answers = own.map(|it| {
        let (request, response) = (&it.exchange.request, &it.exchange.response);
        let _ = play.before(it.operation, request);
        play.after(it.operation, request, response)
    });
    answers.collect()
}

/// The body of the answer at a place while the mutant of that name is at work.
fn body(id: &str, answer: usize) -> Value {
    let rules = Rules::new(&contract(), true);
    let life = life(&rules);
    let derived = derive(&rules, std::slice::from_ref(&life));
    let answers = answers(&rules, &life, &find(&derived, id).mutant);
    serde_json::from_slice(&answers[answer].body).expect("JSON")
}

#[test]
fn a_value_is_wrong_in_one_way() {
    assert_eq!(
        body("readThing/200/required:/id", 2),
        json!({"size": 3, "tags": ["x"]})
    );
    assert_eq!(body("readThing/200/null:/id", 2)["id"], Value::Null);
    assert_eq!(body("readThing/200/type:/size", 2)["size"], json!("seven"));
    assert_eq!(
        body("readThing/200/bound-maximum:/size", 2)["size"],
        json!(10)
    );
    assert_eq!(
        body("readThing/200/bound-maxItems:/tags", 2)["tags"],
        json!(["x", "x", "x"])
    );
    assert_eq!(
        body("listThings/200/type:/*/tags/*", 3)[0]["tags"],
        json!([7])
    );
    let undeclared = body("readThing/200/undeclared", 2);
    assert_eq!(undeclared.as_object().map(serde_json::Map::len), Some(4));
    // Other operations, and other answers, are as they were.
    assert_eq!(body("readThing/200/required:/id", 1)["id"], json!("ab"));
}

#[test]
fn what_the_contract_allows_is_no_mutant() {
    let rules = Rules::new(&contract(), false);
    let derived = derive(&rules, &[life(&rules)]);
    let ids: Vec<&str> = derived.iter().map(|it| it.mutant.id.as_str()).collect();
    for id in [
        // The type has null.
        "readThing/200/null:/size",
        // Nothing forbids it, and the setting does not.
        "readThing/200/undeclared",
        // There is no such body.
        "deleteThing/204/truncated",
        "deleteThing/204/media-type",
        // A schema within itself is followed once.
        "readThing/200/required:/more/more/id",
    ] {
        assert!(!ids.contains(&id), "{id}");
    }
    assert!(ids.contains(&"readThing/200/required:/id"));
}

#[test]
fn what_no_flow_shows_is_unreachable_and_says_why() {
    let rules = Rules::new(&contract(), true);
    let derived = derive(&rules, &[life(&rules)]);
    let why = |id: &str| match &find(&derived, id).reach {
        Reach::Nowhere(why) => why.clone(),
        Reach::Flows(flows) => panic!("{id} shows in {flows:?}"),
    };
    assert_eq!(
        why("readThing/200/enum:/kind"),
        "no answer that a flow sees has this place"
    );
    assert_eq!(
        why("createThing/409/media-type"),
        "no flow sees the status 409"
    );
    let nothing = derive(&rules, &[]);
    assert!(
        nothing
            .iter()
            .all(|it| matches!(&it.reach, Reach::Nowhere(_)))
    );
    let reach = &find(&nothing, "readThing/stale-read").reach;
    assert_eq!(
        *reach,
        Reach::Nowhere("no flow calls the operation".to_owned())
    );
}

#[test]
fn headers_statuses_and_forms_are_broken_where_the_contract_says_so() {
    let rules = Rules::new(&contract(), true);
    let life = life(&rules);
    let derived = derive(&rules, std::slice::from_ref(&life));
    let made = |id: &str| answers(&rules, &life, &find(&derived, id).mutant)[1].clone();
    assert!(
        !made("createThing/201/no-header-x-left")
            .headers
            .contains("x-left")
    );
    let other = made("createThing/201/header-x-left");
    assert!(other.headers.first("x-left").is_some_and(|it| it != "7"));
    assert_eq!(made("createThing/201/status").status, 299);
    assert!(
        !made("createThing/201/no-media-type")
            .headers
            .contains("content-type")
    );
    let cut = made("createThing/201/truncated");
    assert!(serde_json::from_slice::<Value>(&cut.body).is_err());
    let length = cut
        .headers
        .first("content-length")
        .map(std::borrow::Cow::into_owned);
    assert_eq!(length, Some(cut.body.len().to_string()));
}

#[test]
fn a_body_that_is_huge_or_strange_is_left_alone() {
    let rules = Rules::new(&contract(), true);
    let huge = format!("\"{}\"", "x".repeat(2 * 1024 * 1024));
    for body in [huge.as_str(), "", "[", "\u{0}", "nul", "[[[[[[[[[["] {
        let mut strange = life(&rules);
        for it in &mut strange.exchanges {
            it.exchange.response.body = Bytes::copy_from_slice(body.as_bytes());
        }
        for derived in derive(&rules, std::slice::from_ref(&strange)) {
            answers(&rules, &strange, &derived.mutant);
        }
    }
}
