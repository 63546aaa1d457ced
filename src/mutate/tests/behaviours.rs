//! What an operation does wrong, over several exchanges.

use super::*;

struct Flow {
    rules: Rules,
    life: Recording,
    derived: Vec<Derived>,
}

impl Flow {
    fn new() -> Self {
        let rules = Rules::new(&contract(), true);
        let life = life(&rules);
        let derived = derive(&rules, std::slice::from_ref(&life));
        Self {
            rules,
            life,
            derived,
        }
    }

    /// What becomes of each exchange while a mutant is at work: whether it is sent as it is, and what comes
    /// back.
    fn play(&self, id: &str) -> Vec<(Way, Response)> {
        let mutant = &find(&self.derived, id).mutant;
        let mut play = Play::new(&self.rules, mutant, &self.life);
        let exchanges = self.life.exchanges.iter();
        let played = exchanges.map(|it| {
            let (request, response) = (&it.exchange.request, &it.exchange.response);
            let way = play.before(it.operation, request);
            let answer = play.after(it.operation, request, response);
            (way, answer)
        });
        played.collect()
    }
}

fn json_of(response: &Response) -> Value {
    serde_json::from_slice(&response.body).expect("JSON")
}

#[test]
fn what_is_swallowed_is_acknowledged_as_it_was_before() {
    let flow = Flow::new();
    let played = flow.play("createThing/create-swallowed");
    let Way::Answer(answer) = &played[1].0 else {
        panic!("it was sent: {:?}", played[1].0);
    };
    assert_eq!(answer.status, 201);
    assert!(
        played
            .iter()
            .skip(2)
            .all(|(way, _)| matches!(way, Way::Send))
    );
    let deleted = flow.play("deleteThing/delete-swallowed");
    assert!(matches!(deleted[5].0, Way::Answer(_)) && matches!(deleted[1].0, Way::Send));
}

#[test]
fn a_stale_read_comes_after_a_change_and_not_before() {
    let played = Flow::new().play("readThing/stale-read");
    assert_eq!([played[0].1.status, played[2].1.status], [404, 404]);
    // The last one is what the first was.
    assert_eq!(played[6].1.status, 404);
    // Where nothing was changed between, nothing is stale.
    let rules = Rules::new(&contract(), true);
    let asked = |status, came| {
        said(
            &rules,
            "readThing",
            ("/things/ab", Value::Null),
            (status, came),
        )
    };
    let idle = recording(vec![
        asked(404, Value::Null),
        asked(200, json!({"id": "ab"})),
    ]);
    let derived = derive(&rules, std::slice::from_ref(&idle));
    let reach = &find(&derived, "readThing/stale-read").reach;
    assert!(matches!(reach, Reach::Nowhere(_)), "{reach:?}");
}

#[test]
fn a_field_that_is_not_kept_is_acknowledged() {
    let played = Flow::new().play("createThing/field-not-stored:/size");
    let Way::Instead(sent) = &played[1].0 else {
        panic!("it was sent: {:?}", played[1].0);
    };
    assert_eq!(
        String::from_utf8_lossy(&sent.body),
        r#"{"id":"ab","tags":["x"]}"#
    );
    assert_eq!(json_of(&played[1].1)["size"], json!(3));
    // One that cannot be left out is another.
    let played = Flow::new().play("createThing/field-not-stored:/id");
    let Way::Instead(sent) = &played[1].0 else {
        panic!("it was sent: {:?}", played[1].0);
    };
    assert!(String::from_utf8_lossy(&sent.body).contains(r#""id":"ac""#));
}

#[test]
fn lists_lose_or_repeat_an_item_and_pages_overlap() {
    let flow = Flow::new();
    let listed = |id: &str, place: usize| json_of(&flow.play(id)[place].1);
    assert_eq!(listed("listThings/200/item-missing", 3), json!([]));
    assert_eq!(
        listed("listThings/200/item-doubled", 4),
        json!([{"id": "cd"}, {"id": "cd"}])
    );
    let overlapping = listed("listThings/200/page-overlap", 4);
    assert_eq!(overlapping[0]["id"], json!("ab"));
    assert_eq!(
        listed("listThings/200/page-overlap", 3)[0]["id"],
        json!("ab")
    );
}

#[test]
fn the_identifier_of_something_else_is_one_that_the_contract_allows() {
    let played = Flow::new().play("readThing/200/wrong-id:/id");
    assert_eq!(json_of(&played[2].1)["id"], json!("ac"));
}

#[test]
fn what_is_wanted_of_nobody_is_no_mutant() {
    let flow = Flow::new();
    let ids = || flow.derived.iter().map(|it| it.mutant.id.as_str());
    // Nobody is asked who it is.
    assert!(ids().all(|it| !it.contains("auth-not-demanded")));
    // What only reads makes nothing.
    assert!(ids().all(|it| !it.starts_with("readThing/create")));
    assert!(ids().any(|it| it == "createThing/timed-out"));
}

#[test]
fn a_survivor_is_told_what_would_notice_it() {
    let flow = Flow::new();
    let say = |id: &str, played: &[&Recording]| {
        advice(&flow.rules, &find(&flow.derived, id).mutant, played)
    };
    let life = [&flow.life];
    assert_eq!(
        say("deleteThing/delete-swallowed", &life),
        "no step reads after `deleteThing`"
    );
    let field = say("createThing/field-not-stored:/size", &life);
    assert!(
        field.contains("step `readThing` of `t::flow`") && field.contains("`size`"),
        "{field}"
    );
    let item = say("listThings/200/item-missing:/*/tags", &life);
    assert!(item.contains("`$[*].tags`"), "{item}");
    let message = say("readThing/200/required:/id", &life);
    assert!(
        message.starts_with("`response-schema` would notice"),
        "{message}"
    );
    assert_eq!(
        say("createThing/create-swallowed", &[]),
        "no step reads after `createThing`"
    );
}

#[test]
fn at_a_target_that_others_use_nothing_new_is_done() {
    let rules = Rules::new(&contract(), true).shared();
    let life = life(&rules);
    let derived = derive(&rules, std::slice::from_ref(&life));
    let shows = |id: &str| matches!(find(&derived, id).reach, Reach::Flows(_));
    let is_recalled = |id: &str| rules.is_recalled(&find(&derived, id).mutant);
    for id in [
        "createThing/create-swallowed",
        "createThing/field-not-stored:/size",
        "deleteThing/delete-swallowed",
    ] {
        assert!(shows(id) && is_recalled(id), "{id}");
    }
    assert!(shows("readThing/200/required:/id") && !is_recalled("readThing/200/required:/id"));
    assert!(
        find(&derived, "readThing/200/required:/id")
            .mutant
            .is_of_answers()
    );
    assert!(
        !find(&derived, "deleteThing/delete-swallowed")
            .mutant
            .is_of_answers()
    );
}

#[tokio::test]
async fn what_a_target_said_is_said_again_and_what_is_swallowed_is_not_sent() {
    use crate::world::{Limits, ScriptedTarget, Site, Target as _};
    let flow = Flow::new();
    let routes = Routes::new(flow.rules.contract(), &Site::from("http://t"));
    let silent = ScriptedTarget::new([]);
    let memory = Memory::new(&silent, &routes, &flow.rules, &flow.life);
    for recorded in &flow.life.exchanges {
        let said = memory
            .send(&recorded.exchange.request, Limits::default())
            .await;
        assert_eq!(said.as_ref(), Ok(&recorded.exchange.response));
    }
    let mut other = flow.life.exchanges[0].exchange.request.clone();
    other.url = "http://t/nowhere".to_owned();
    assert!(memory.send(&other, Limits::default()).await.is_err());
    assert!(silent.asked().is_empty());

    let target = ScriptedTarget::new([Ok(response(204, "text/plain", ""))]);
    let mutant = &find(&flow.derived, "deleteThing/delete-swallowed").mutant;
    let work = Play::new(&flow.rules, mutant, &flow.life);
    let breaker = Breaker::new(&target, &routes, &flow.rules, work);
    let request = &flow.life.exchanges[5].exchange.request;
    let answer = breaker.send(request, Limits::default()).await;
    assert_eq!(answer.map(|it| it.status), Ok(204));
    assert_eq!((target.asked().len(), breaker.acted()), (0, 1));
}
