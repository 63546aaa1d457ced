//! Reports for the page, as JSON documents.

use serde_json::{Value, json};

/// Text that would run, steer, hide or turn around if anything took it for more than text.
pub(super) const HOSTILE: &str = "</script><script>window.ran=1</script><img src=x onerror='window.ran=2'>\u{202e}abc\u{1b}[2J\u{200b}\u{e0041}";

/// A document of these cases; its numbers are counted.
pub(super) fn document(cases: &[Value]) -> String {
    let with = |name: &str, value: &str| cases.iter().filter(|case| case[name] == value).count();
    let summary = json!({
        "selected": cases.len(),
        "passed": with("verdict", "passed"),
        "failed": with("verdict", "failed"),
        "needs_review": with("verdict", "needs-review"),
        "broken": with("verdict", "broken"),
        "skipped": with("verdict", "skipped"),
        "steps": {"passed": 0, "failed": 0, "not_run": 0},
        "findings": {"errors": 0, "warnings": 0},
    });
    json!({"countersign": {"version": 2}, "cases": cases, "summary": summary}).to_string()
}

pub(super) fn case(path: &str, verdict: &str) -> Value {
    json!({
        "path": path, "verdict": verdict, "reason": null, "steps": [], "findings": [], "snapshot": null,
        "problems": [],
    })
}

pub(super) fn step(path: &str, body: &str) -> Value {
    json!({
        "path": path, "operation": path, "outcome": "failed", "reason": null, "line": "GET /widgets -> 200",
        "exchange": {
            "attempt": 0, "curl": "curl 'http://127.0.0.1:1/widgets'",
            "head": ["200 OK", "content-type: application/json"], "body": body, "body_bytes_left_out": 0,
        },
    })
}

pub(super) fn finding(step: &str, pointer: &str, message: &str) -> Value {
    json!({
        "id": "a::b/c#response-schema", "check": "response-schema", "severity": "error", "step": step,
        "attempt": 0, "message": message, "place": {"in": "body", "pointer": pointer},
        "expected": "integer", "actual": "string \"3\"",
        "contract": {"file": "openapi.yaml", "line": 9, "column": 17},
        "scenario": {"file": "flows.arazzo.yaml", "line": 5, "column": 9},
    })
}

/// One change of a class; changes with one title are one group.
pub(super) fn change(id: &str, title: &str, class: &str) -> Value {
    json!({
        "id": id, "group": title, "title": title, "step": "list",
        "place": {"in": "body", "pointer": "/items/0/total"}, "kind": "changed", "class": class,
        "old": "2", "new": "\"2\"",
        "contract": {"file": "openapi.yaml", "line": 9, "column": 17},
        "why": "The contract says so.",
        "hunks": [{"old_start": 3, "new_start": 3, "lines": [
            {"kind": "equal", "text": "{", "terminated": true},
            {"kind": "removed", "text": "  \"total\": 2", "terminated": true},
            {"kind": "added", "text": "  \"total\": \"2\"", "terminated": true},
        ]}],
    })
}

pub(super) fn snapshot(text: &str, changes: &[Value]) -> Value {
    json!({
        "state": "changed", "approved": "sha256:aa", "now": format!("sha256:{}", text.len()), "text": text,
        "changes": changes, "hunks": [],
    })
}

/// What a step captured, and who reads it.
pub(super) fn captured(name: &str, value: &str, readers: &[&str]) -> Value {
    json!([{"name": name, "value": value, "read_by": readers}])
}

/// The same run with times: the second flow ran beside the first, and its second step took longest.
pub(super) fn timed() -> Vec<Value> {
    let mut cases = mixed();
    cases[0]["times"] = json!({"case": [1_000, 40_000], "steps": []});
    cases[1]["times"] = json!({
        "case": [21_000, 80_000],
        "steps": [[21_500, 2_000], [30_000, 60_000], null],
    });
    cases[2]["times"] = json!({"case": [101_000, 0], "steps": []});
    cases
}

/// A run with something of everything.
pub(super) fn mixed() -> Vec<Value> {
    let body = "{\n  \"items\": [\n    {\n      \"total\": \"3\"\n    }\n  ]\n}";
    let mut failed = case("widgets::listing", "failed");
    failed["steps"] = json!([step("create", "{}"), step("list", body), step("show", "{}")]);
    failed["steps"][0]["captured"] = captured("id", "\"w-1\"", &["list", "show"]);
    failed["findings"] = json!([
        finding("list", "/items/0/total", "`total` must be integer"),
        finding("list", "", "the body is too short"),
    ]);
    let mut first = case("widgets::lifecycle", "needs-review");
    first["snapshot"] = snapshot(
        "first \u{202e}\u{e0041}\n",
        &[
            change("11", "`total`: integer -> string", "breaking"),
            change("12", "new member `currency`", "allowed-addition"),
        ],
    );
    let mut second = case("users::profile", "needs-review");
    second["snapshot"] = snapshot(
        "second\n",
        &[
            change("21", "new member `currency`", "allowed-addition"),
            change("22", "`tags`: another order", "order-only"),
        ],
    );
    let mut broken = case("users::login", "broken");
    broken["reason"] = json!("127.0.0.1:1: connection refused");
    let mut skipped = case("users::logout", "skipped");
    skipped["reason"] = json!("users::login has not passed");
    vec![
        case("widgets::simple", "passed"),
        failed,
        first,
        second,
        broken,
        skipped,
    ]
}

/// The same text in every place where a server or a file can put one.
pub(super) fn hostile() -> Vec<Value> {
    let mut failed = case(HOSTILE, "failed");
    failed["steps"] = json!([step(HOSTILE, HOSTILE)]);
    failed["times"] = json!({"case": [0, 5], "steps": [[1, 2]]});
    failed["steps"][0]["captured"] = captured(HOSTILE, HOSTILE, &[HOSTILE]);
    let exchange = &mut failed["steps"][0]["exchange"];
    exchange["curl"] = json!(HOSTILE);
    exchange["head"] = json!([HOSTILE, format!("x: {HOSTILE}")]);
    failed["findings"] = json!([finding(HOSTILE, "/x", HOSTILE)]);
    failed["findings"][0]["expected"] = json!(HOSTILE);
    failed["findings"][0]["contract"]["file"] = json!(HOSTILE);
    let mut one = change("1", HOSTILE, "breaking");
    one["step"] = json!(HOSTILE);
    one["why"] = json!(HOSTILE);
    one["new"] = json!(HOSTILE);
    one["hunks"][0]["lines"][2]["text"] = json!(HOSTILE);
    failed["snapshot"] = snapshot(HOSTILE, &[one]);
    let mut broken = case("a::b", "broken");
    broken["reason"] = json!(HOSTILE);
    vec![failed, broken]
}

/// A thousand flows with five exchanges each; every body is another one, of about 2 KB.
pub(super) fn large() -> Vec<Value> {
    let mut state = 7_u32;
    let mut random = |below: u32| {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) % below
    };
    (0..1000)
        .map(|flow| {
            let mut made = case(&format!("api{}::flow{flow}", flow % 9), "failed");
            let (mut steps, mut findings) = (Vec::new(), Vec::new());
            for number in 0..5 {
                let items: Vec<Value> = (0..14)
                    .map(|item| json!({"id": format!("widget-{}", random(100_000)), "name": "anchor", "total": item, "unit": "piece", "weight": random(1000)}))
                    .collect();
                let body = serde_json::to_string_pretty(&json!({"items": items})).expect("JSON");
                let name = format!("step{number}");
                let pointer = format!("/items/{}/total", random(14));
                findings.push(finding(&name, &pointer, ["`total` must be integer", "`name` is missing"][number % 2]));
                let mut made = step(&name, &body);
                let value = items[0]["id"].to_string();
                made["captured"] = captured("id", &value, &["step3", "step4"]);
                steps.push(made);
            }
            made["steps"] = json!(steps);
            made["findings"] = json!(findings);
            made
        })
        .collect()
}

/// The same flows with times, eight at once.
pub(super) fn large_with_times() -> Vec<Value> {
    let mut cases = large();
    for (flow, case) in cases.iter_mut().enumerate() {
        let began = flow * 2_500;
        let period = |step: usize| {
            json!([
                began + step * 4_000,
                1_000 + (flow * 7 + step * 131) % 2_900
            ])
        };
        let periods: Vec<Value> = (0..5).map(period).collect();
        case["times"] = json!({"case": [began, 20_000], "steps": periods});
    }
    cases
}
