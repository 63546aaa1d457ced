//! Tests of the report as JSON.

use serde_json::{Value, json};

use super::*;
use crate::report::sample;
use crate::schema::Schema;

const SCHEMA: &str = include_str!(concat!(
    env!("CARGO_MANIFEST_DIR"),
    "/docs/report.schema.json"
));

fn written(cases: &[CaseReport]) -> String {
    let mut summary = Summary::default();
    let mut out = Vec::new();
    let mut format = (ENTRY.create)();
    format.begin(&mut out).expect("memory takes all");
    for case in cases {
        summary.add(case);
        format.case(case, &mut out).expect("memory takes all");
    }
    format.end(&summary, &mut out).expect("memory takes all");
    String::from_utf8(out).expect("JSON is UTF-8")
}

fn parsed(cases: &[CaseReport]) -> Value {
    serde_json::from_str(&written(cases)).expect("one JSON document")
}

fn schema() -> Schema {
    let document = serde_json::from_str(SCHEMA).expect("the schema is JSON");
    Schema::compile(&document).expect("the schema compiles")
}

#[test]
fn the_document_is_what_the_schema_says() {
    let all = parsed(&sample::cases());
    assert_eq!(schema().violations(&all).list, []);
    assert_eq!(all["cases"].as_array().map(Vec::len), Some(5));
    assert_eq!(schema().violations(&parsed(&[])).list, []);
}

#[test]
fn the_schema_refuses_another_document() {
    let good = parsed(&sample::cases());
    for (place, value) in [
        ("/countersign/version", json!(1)),
        ("/cases/0/verdict", json!("ok")),
        ("/cases/0/extra", json!(1)),
        ("/cases/0/reason", json!("passed needs none")),
        ("/cases/4/reason", json!(null)),
        ("/cases/1/steps/2/reason", json!(null)),
        ("/cases/1/steps/1/exchange/attempt", json!(-1)),
        ("/cases/1/steps/0/captured/0/value", json!(1)),
        ("/cases/1/steps/0/captured/0/read_by", json!("read")),
        ("/cases/1/findings/0/place", json!({"in": "body"})),
        ("/cases/1/findings/0/scenario/line", json!(0)),
        ("/cases/1/findings/0/check", json!("Response Schema")),
        ("/cases/2/snapshot", json!("changed")),
        ("/cases/3/problems/0/severity", json!("fatal")),
        ("/summary/steps/passed", json!(-1)),
    ] {
        let mut bad = good.clone();
        let pointer = sample::pointer(place);
        pointer.set(&mut bad, value).expect("the place exists");
        assert!(!schema().is_valid(&bad), "{place}");
    }
}

#[test]
fn a_waiver_stands_at_its_finding() {
    let all = parsed(&[sample::waived(), sample::expired()]);
    assert_eq!(schema().violations(&all).list, []);
    let finding = |case: usize| all["cases"][case]["findings"][0].clone();
    assert_eq!(finding(0)["severity"], "waived");
    assert_eq!(finding(0)["waiver"]["expires"], "2027-01-31");
    assert_eq!(finding(1)["severity"], "error");
    assert_eq!(finding(1)["waiver"]["has_expired"], true);
    assert_eq!(all["summary"]["findings"]["waived"], 2);
    assert_eq!(all["summary"]["passed_waived"], 1);
}

#[test]
fn a_case_is_one_line_with_its_keys_in_order() {
    let text = written(&[sample::skipped()]);
    assert_eq!(
        text,
        "{\"countersign\":{\"version\":2},\n\"cases\":[\n\
         {\"path\":\"users::logout\",\"verdict\":\"skipped\",\
         \"reason\":\"users::login has not passed\",\"steps\":[],\"findings\":[],\
         \"snapshot\":null,\"problems\":[]}\n],\n\
         \"summary\":{\"selected\":1,\"passed\":0,\"failed\":0,\"needs_review\":0,\"broken\":0,\
         \"skipped\":1,\"steps\":{\"passed\":0,\"failed\":0,\"not_run\":0},\
         \"findings\":{\"errors\":0,\"warnings\":0},\"coverage\":null}}\n"
    );
}

#[test]
fn a_finding_says_where_it_is_in_all_three() {
    let all = parsed(&[sample::failed()]);
    let finding = &all["cases"][0]["findings"][0];
    assert_eq!(finding["id"], "widgets::listing/list#response-schema");
    assert_eq!(finding["step"], "list");
    assert_eq!(
        finding["place"],
        json!({"in": "body", "pointer": "/items/0/total"})
    );
    assert_eq!(finding["contract"]["file"], "specs/widgets/openapi.yaml");
    assert_eq!(finding["contract"]["line"], 9);
    assert_eq!(finding["scenario"]["line"], 5);
    let header = &all["cases"][0]["findings"][3];
    assert_eq!(header["place"], json!({"in": "header", "name": "x-total"}));
    assert_eq!(header["contract"], Value::Null);
}

#[test]
fn a_long_body_is_cut_between_characters_and_says_so() {
    let mut case = sample::failed();
    let shown = case.steps[1].shown.as_mut().expect("the sample shows it");
    shown.body = format!("a{}", "é".repeat(BODY_BYTES_MAX));
    let all = parsed(&[case]);
    let exchange = &all["cases"][0]["steps"][1]["exchange"];
    assert_eq!(
        exchange["body"].as_str().map(str::len),
        Some(BODY_BYTES_MAX - 1)
    );
    assert_eq!(exchange["body_bytes_left_out"], BODY_BYTES_MAX + 2);
}

#[test]
fn text_comes_through_as_it_was() {
    let mut case = sample::failed();
    case.findings[0].actual = "\u{1b}[2J\u{202e}\"\\\n\0".to_owned();
    let all = parsed(&[case]);
    assert_eq!(
        all["cases"][0]["findings"][0]["actual"],
        "\u{1b}[2J\u{202e}\"\\\n\0"
    );
}

#[test]
fn what_a_step_captured_stands_with_it_and_who_reads_it() {
    let all = parsed(&[sample::failed()]);
    let steps = &all["cases"][0]["steps"];
    assert_eq!(
        steps[0]["captured"],
        json!([{"name": "id", "value": "\"w-1\"", "read_by": ["read", "delete"]}])
    );
    assert_eq!(steps[1].get("captured"), None);
}
