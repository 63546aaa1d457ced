//! Tests of plans: what is selected, in which order, with which inputs and seeds.

use super::*;
use crate::scenario::Readers;
use crate::source::Location;

pub(super) fn scenario(id: &str, tags: &[&str]) -> Scenario {
    Scenario {
        api: "shop".to_owned(),
        id: id.to_owned(),
        summary: String::new(),
        tags: tags.iter().map(|&tag| tag.to_owned()).collect(),
        defaults: Vec::new(),
        inputs: None,
        secrets: Vec::new(),
        run_tag: None,
        steps: Vec::new(),
        outputs: Vec::new(),
        depends_on: Vec::new(),
        constants: Arc::default(),
        rows: Vec::new(),
        exclusive: None,
        location: Location::at_line("specs/shop/shop.arazzo.yaml", String::new(), 1),
        readers: Readers::default(),
    }
}

fn selection(words: &[&str], exact: bool, tags: &[&str]) -> Selection {
    let owned = |texts: &[&str]| texts.iter().map(|&text| text.to_owned()).collect();
    Selection {
        words: owned(words),
        exact,
        tags: owned(tags),
    }
}

#[test]
fn a_word_selects_by_any_part_of_the_name_in_either_case() {
    let order = scenario("orderLifecycle", &["slow"]);
    for (words, exact, tags) in [
        (&[][..], false, &[][..]),
        (&["lifecycle"], false, &[]),
        (&["SHOP::order"], false, &[]),
        (&["refusals", "order"], false, &[]),
        (&["shop::orderLifecycle"], true, &[]),
        (&[], false, &["fast", "slow"]),
    ] {
        let selection = selection(words, exact, tags);
        assert!(selection.settled(&[]).takes(&order), "{selection:?}");
    }
}

#[test]
fn what_no_word_names_is_left_out() {
    let order = scenario("orderLifecycle", &["slow"]);
    for (words, exact, tags) in [
        (&["refusals"][..], false, &[][..]),
        (&["orderLifecycle"], true, &[]),
        (&["shop::orderlifecycle"], true, &[]),
        (&["order"], false, &["fast"]),
        (&["refusals"], false, &["slow"]),
        (&[], false, &["Slow"]),
    ] {
        let selection = selection(words, exact, tags);
        assert!(!selection.settled(&[]).takes(&order), "{selection:?}");
    }
}

#[test]
fn a_word_that_names_an_api_selects_flows_of_that_api_alone() {
    let mut lent = scenario("shopInLibrary", &[]);
    lent.api = "library".to_owned();
    let all = [scenario("orderLifecycle", &[]), lent].map(Arc::new);
    let taken = |word: &str| {
        let selection = selection(&[word], false, &[]);
        let settled = selection.settled(&all);
        let taken = all.iter().filter(|it| settled.takes(it));
        taken.map(|it| it.path()).collect::<Vec<_>>()
    };
    assert_eq!(taken("shop"), ["shop::orderLifecycle"]);
    assert_eq!(taken("shop::"), ["shop::orderLifecycle"]);
    assert_eq!(taken("shop::ORDER"), ["shop::orderLifecycle"]);
    assert_eq!(taken("shop::library"), [""; 0]);
    // A row of the table of another flow of the API.
    assert!(!takes("shop::open", "shop::list::open", (false, true)));
    assert!(takes("shop::list", "shop::list::open", (false, true)));
    // It is the name of an API letter by letter, or a part like any other.
    assert_eq!(taken("Shop").len(), 2);
    assert_eq!(taken("sho").len(), 2);
}

#[test]
fn only_apis_that_every_word_names_need_to_be_read() {
    let among = |words: &[&str], exact| {
        let apis = ["library", "shop", "shop-next"].map(str::to_owned);
        selection(words, exact, &[]).among(apis.to_vec())
    };
    let all = ["library", "shop", "shop-next"];
    assert_eq!(among(&["shop"], false), ["shop"]);
    assert_eq!(
        among(&["shop::lists", "library"], false),
        ["library", "shop"]
    );
    assert_eq!(among(&["shop::orders"], true), ["shop"]);
    for (words, exact) in [
        (&[][..], false),
        (&["SHOP"], false),
        (&["shop::orders", "lists"], false),
        (&["hop::orders"], false),
        (&["unknown::orders"], true),
    ] {
        assert_eq!(among(words, exact), all, "{words:?}");
    }
    let tagged = selection(&[], false, &["fast"]);
    assert_eq!(tagged.among(vec!["shop".to_owned()]), ["shop"]);
}

#[test]
fn a_whole_name_selects_no_flow_whose_name_goes_on() {
    let scenarios = [scenario("one", &[]), scenario("oneMore", &[])].map(Arc::new);
    let taken = |words: &[&str]| {
        let plan = lay_out(&scenarios, &selection(words, false, &[]), 7, &|_| {
            Map::new()
        });
        plan.cases.into_iter().map(|it| it.id).collect::<Vec<_>>()
    };
    assert_eq!(taken(&["shop::one"]), ["shop::one"]);
    assert_eq!(taken(&["shop::on"]), ["shop::one", "shop::oneMore"]);
    assert_eq!(taken(&["one"]), ["shop::one", "shop::oneMore"]);
    assert_eq!(
        taken(&["shop::one", "more"]),
        ["shop::one", "shop::oneMore"]
    );
}

#[test]
fn what_a_flow_depends_on_comes_with_it_and_seeds_hang_on_names_alone() {
    let mut second = scenario("second", &[]);
    second.depends_on = vec!["first".to_owned()];
    let scenarios = [scenario("first", &[]), second, scenario("third", &[])].map(Arc::new);
    let lay = |words: &[&str], seed| {
        let selection = selection(words, false, &[]);
        lay_out(&scenarios, &selection, seed, &|_| Map::new())
    };
    let some = lay(&["second"], 7);
    let ids: Vec<&str> = some.cases.iter().map(|case| case.id.as_str()).collect();
    assert_eq!(
        (ids, some.left_out),
        (vec!["shop::first", "shop::second"], 1)
    );
    let all = lay(&[], 7);
    assert_eq!(all.cases[1].seed, some.cases[1].seed);
    assert_ne!(all.cases[0].seed, all.cases[1].seed);
    assert_ne!(all.cases[0].seed, lay(&[], 8).cases[0].seed);
}

#[test]
fn w3_what_several_flows_depend_on_is_played_once_and_before_them() {
    let after = |id: &str, needs: &[&str]| {
        let mut flow = scenario(id, &[]);
        flow.depends_on = needs.iter().map(|&it| it.to_owned()).collect();
        flow
    };
    let scenarios = [
        after("top", &["left", "right"]),
        after("left", &["base"]),
        after("right", &["base"]),
        after("base", &[]),
        after("other", &[]),
    ];
    let selection = selection(&["top"], false, &[]);
    let plan = lay_out(&scenarios.map(Arc::new), &selection, 0, &|_| Map::new());
    let mut ids: Vec<&str> = plan
        .cases
        .iter()
        .map(|it| it.scenario.id.as_str())
        .collect();
    ids.sort_unstable();
    assert_eq!(ids, ["base", "left", "right", "top"]);
    assert_eq!(plan.left_out, 1);
}

#[test]
fn every_row_of_a_table_is_a_case_with_its_own_name_inputs_and_snapshot() {
    let mut table = scenario("order", &[]);
    table.defaults = vec![
        ("size".to_owned(), 1.into()),
        ("kind".to_owned(), "a".into()),
    ];
    table.rows = ["one", "two"]
        .map(|name| Row {
            name: name.to_owned(),
            inputs: Map::from_iter([("kind".to_owned(), name.into())]),
        })
        .to_vec();
    let scenarios = [table, scenario("other", &[])].map(Arc::new);
    let lay = |words: &[&str], exact| {
        let selection = selection(words, exact, &[]);
        let plan = lay_out(&scenarios, &selection, 7, &|_| Map::new());
        let ids: Vec<String> = plan.cases.iter().map(|it| it.id.clone()).collect();
        (ids.join(" "), plan.left_out, plan)
    };
    let (ids, left_out, plan) = lay(&["order"], false);
    assert_eq!(
        (ids.as_str(), left_out),
        ("shop::order::one shop::order::two", 1)
    );
    assert_eq!(plan.cases[1].snapshot, "order.two");
    assert_ne!(plan.cases[0].seed, plan.cases[1].seed);
    let inputs = serde_json::Value::Object(plan.cases[1].inputs.clone());
    assert_eq!(inputs, serde_json::json!({"size": 1, "kind": "two"}));
    for (word, exact) in [("shop::order::two", true), ("::TWO", false)] {
        let (ids, left_out, _) = lay(&[word], exact);
        assert_eq!((ids.as_str(), left_out), ("shop::order::two", 2), "{word}");
    }
    assert_eq!(lay(&["shop::order"], true).1, 1);
    assert_eq!(lay(&["shop::order::tw"], true).1, 3);
}

fn plan(repeats: usize) -> Plan {
    let scenarios = [scenario("a", &[]), scenario("b", &[])].map(Arc::new);
    let plan = lay_out(&scenarios, &Selection::default(), 7, &|_| Map::new());
    Plan { repeats, ..plan }
}

fn ids(plan: &Plan) -> Vec<String> {
    let places = 0..plan.len() + 3;
    places
        .filter_map(|place| plan.case(place))
        .map(|case| case.id.clone())
        .collect()
}

#[test]
fn every_round_plays_every_case_under_its_own_name() {
    assert_eq!(ids(&plan(0)), ["shop::a", "shop::b"]);
    let names = [
        "shop::a",
        "shop::b",
        "shop::a#2",
        "shop::b#2",
        "shop::a#3",
        "shop::b#3",
    ];
    assert_eq!(ids(&plan(2)), names);
}

#[test]
fn every_round_has_its_own_randomness() {
    let plan = plan(20);
    let seeds: BTreeSet<u64> = (0..plan.len())
        .filter_map(|place| plan.case(place))
        .map(|case| case.seed)
        .collect();
    assert_eq!(seeds.len(), plan.len());
}

#[test]
fn rounds_of_nothing_are_nothing() {
    let plan = Plan {
        repeats: 3,
        ..Plan::default()
    };
    assert!(plan.is_empty() && plan.case(0).is_none());
}
