//! What is generated for a contract passes the checks of this program, and plays the life of things.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;
use crate::arazzo::NoFiles;
use crate::source::Source;
use crate::suite::{self, Folder, SourceText};

/// A shop as people describe one.
const SHOP: &str = r##"
openapi: 3.1.1
info: {title: A Shop, version: "1"}
paths:
  /customers:
    get:
      operationId: listCustomers
      responses: {"200": {description: all, content: {application/json: {schema: {type: object, required: [items], properties: {items: {type: array, items: {$ref: "#/components/schemas/Customer"}}}}}}}}
    post:
      operationId: addCustomer
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Customer"}, example: {name: Ada}}}}
      responses: {"201": {description: made, content: {application/json: {schema: {$ref: "#/components/schemas/Customer"}}}}}
  /customers/{customerId}:
    parameters: [{name: customerId, in: path, required: true, schema: {type: integer}}]
    get: {operationId: getCustomer, responses: {"200": {description: one, content: {application/json: {schema: {$ref: "#/components/schemas/Customer"}}}}, "404": {description: none}}}
    put:
      operationId: changeCustomer
      requestBody: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Customer"}}}}
      responses: {"200": {description: changed}}
    delete: {operationId: removeCustomer, responses: {"204": {description: gone}}}
  /customers/{customerId}/orders:
    parameters: [{name: customerId, in: path, required: true, schema: {type: integer}}]
    post:
      operationId: order
      requestBody: {content: {application/json: {schema: {type: object, required: [code], properties: {code: {type: string, pattern: "^[A-Z]{3}-[0-9]+$"}}}}}}
      responses: {"2XX": {description: made}}
  /customers/{customerId}/orders/{code}:
    parameters: [{name: customerId, in: path, required: true, schema: {type: integer}}, {name: code, in: path, required: true, schema: {type: string}}]
    get: {operationId: getOrder, responses: {"200": {description: one, content: {application/json: {schema: {type: object, properties: {code: {type: string}}}}}}}}
  /customers/{customerId}/greet:
    post:
      parameters: [{name: customerId, in: path, required: true, schema: {type: integer}}, {name: X-Tone, in: header, required: true, schema: {enum: [kind, stern]}}]
      responses: {"204": {description: greeted}}
  /racks/{rack}:
    parameters: [{name: rack, in: path, required: true, schema: {type: string, minLength: 3}, example: north}]
    put: {operationId: putRack, responses: {"200": {description: made}}}
    get: {operationId: getRack, responses: {"200": {description: one}, default: {description: else}}}
    delete: {operationId: removeRack, responses: {default: {description: anything}}}
  /coins:
    post:
      operationId: toss
      requestBody: {required: true, content: {application/json: {schema: {not: {}}}}}
      responses: {"200": {description: tossed}}
  /teapot:
    get: {operationId: brew, responses: {"418": {description: short and stout}}}
components:
  schemas:
    Customer:
      type: object
      required: [name]
      properties: {id: {type: integer, readOnly: true}, name: {type: string, minLength: 1}}
"##;

fn contract(text: &str) -> Contract {
    let text = SourceText {
        path: "specs/t/openapi.yaml".to_owned(),
        text: text.to_owned(),
    };
    let (contract, problems) = suite::load_contract("t", text, &NoFiles);
    assert_eq!(problems, []);
    contract.expect("a contract")
}

/// What the program says of a contract with what was drafted for it.
fn told(text: &str, drafts: &Drafts) -> Vec<String> {
    let files = drafts.files.iter().map(|it| SourceText {
        path: format!("specs/t/{}", it.name),
        text: it.text.clone(),
    });
    let (suite, mut problems) = suite::load(vec![Folder {
        api: "t".to_owned(),
        contract: SourceText {
            path: "specs/t/openapi.yaml".to_owned(),
            text: text.to_owned(),
        },
        scenarios: files.collect(),
        settings: None,
        others: Vec::new(),
        files: Box::new(NoFiles),
    }]);
    problems.extend(suite::lint(&suite));
    problems.iter().map(ToString::to_string).collect()
}

/// The steps of every workflow, as `flow: step operation, ..`.
fn steps(drafts: &Drafts) -> Vec<String> {
    let mut all = Vec::new();
    for file in &drafts.files {
        let source = Source::parse(&file.name, file.text.clone()).expect("it is YAML");
        for flow in source.root()["workflows"].as_array().expect("a list") {
            let steps = flow["steps"].as_array().expect("a list").iter();
            let steps: Vec<String> = steps
                .map(|it| {
                    let target = it.get("operationId").or(it.get("operationPath"));
                    format!(
                        "{} {}",
                        it["stepId"].as_str().expect("a name"),
                        target.and_then(Value::as_str).expect("a target")
                    )
                })
                .collect();
            all.push(format!(
                "{}: {}",
                flow["workflowId"].as_str().expect("a name"),
                steps.join(", ")
            ));
        }
    }
    all
}

#[test]
fn a_resource_is_made_read_listed_changed_and_taken_away() {
    let drafts = generate(&contract(SHOP), "openapi.yaml");
    assert_eq!(told(SHOP, &drafts), [""; 0]);
    assert_eq!(
        steps(&drafts),
        [
            "customerLifecycle: createCustomer addCustomer, read getCustomer, list listCustomers, update changeCustomer, readAgain getCustomer, deleteCustomer removeCustomer, gone getCustomer",
            "orderLifecycle: createCustomer addCustomer, createOrder order, read getOrder, deleteCustomer removeCustomer",
            "rackLifecycle: createRack putRack, read getRack, deleteRack removeRack, gone getRack",
            "smokePOSTCustomersCustomerIdGreet: createCustomer addCustomer, call {$sourceDescriptions.api.url}#/paths/~1customers~1%7BcustomerId%7D~1greet/post, deleteCustomer removeCustomer",
        ]
    );
    let names: Vec<&str> = drafts.files.iter().map(|it| it.name.as_str()).collect();
    assert_eq!(
        names,
        [
            "customer.arazzo.yaml",
            "order.arazzo.yaml",
            "rack.arazzo.yaml",
            "smoke.arazzo.yaml"
        ]
    );
    assert_eq!(
        drafts.left_out,
        [
            "toss is not called: no body that satisfies its schema could be made up.",
            "brew is not called: the contract documents no success.",
        ]
    );
}

#[test]
fn what_is_guessed_says_so_and_what_is_shown_does_not() {
    let drafts = generate(&contract(SHOP), "openapi.yaml");
    let file = |name: &str| {
        let found = drafts.files.iter().find(|it| it.name == name);
        found.expect("the file").text.replace("\n      # ", " ")
    };
    let customer = file("customer.arazzo.yaml");
    assert!(
        customer.contains("Guessed: `$response.body#/id` is what `{customerId}` of"),
        "{customer}"
    );
    assert!(customer.contains("name: Ada"), "{customer}");
    assert!(
        customer.contains("$response.body#/id == $steps.createCustomer.outputs.id"),
        "{customer}"
    );
    assert!(
        customer.contains("$.items[?@.id == {$steps.createCustomer.outputs.id}]"),
        "{customer}"
    );
    assert!(
        customer.contains("Guessed: /name is something that can be changed.")
            && customer.contains("$response.body#/name == '")
            && customer.contains(" changed'"),
        "{customer}"
    );
    assert_eq!(
        customer.matches("made up from its schema").count(),
        1,
        "{customer}"
    );
    let order = file("order.arazzo.yaml");
    assert!(
        order.contains("Guessed: /code of what is sent is what `{code}` of"),
        "{order}"
    );
    assert!(
        order.contains("always: true") && order.contains("$inputs.code"),
        "{order}"
    );
    assert!(order.contains("The order stays"), "{order}");
    let smoke = file("smoke.arazzo.yaml");
    assert!(
        smoke.contains("# toss is not called: ")
            && smoke.contains("Guessed: `X-Tone` in the header"),
        "{smoke}"
    );
    assert!(file("rack.arazzo.yaml").contains("default: north"));
}

#[test]
fn a_link_of_the_contract_counts_before_a_guess() {
    let text = SHOP.replace(
        "responses: {\"201\": {description: made, content",
        "responses: {\"201\": {links: {it: {operationId: getCustomer, parameters: {customerId: $response.body#/id}}}, description: made, content",
    );
    let drafts = generate(&contract(&text), "openapi.yaml");
    assert!(text.contains("links") && !drafts.files[0].text.contains("is what `{customerId}`"));
    assert_eq!(told(&text, &drafts), [""; 0]);
}

#[test]
fn a_name_that_only_a_header_tells_is_read_there() {
    let of = |headers: &str| {
        let text = format!(
            "openapi: 3.1.1\ninfo: {{title: T, version: '1'}}\npaths:\n  \
             /a: {{post: {{operationId: make, responses: {{'201': {{description: d{headers}}}}}}}}}\n  \
             /a/{{b}}:\n    parameters: [{{name: b, in: path, required: true, schema: {{}}}}]\n    \
             get: {{operationId: read, responses: {{'200': {{description: d}}}}}}\n    \
             delete: {{operationId: end, responses: {{'204': {{description: d}}}}}}\n"
        );
        generate(&contract(&text), "openapi.yaml")
    };
    let drafts = of(", headers: {location: {schema: {type: string}}}");
    assert_eq!(drafts.left_out, [""; 0]);
    let text = &drafts.files[0].text;
    let expected = "        x-countersign:\n          location:\n            operationId: read\n            outputs:\n              id: b\n";
    assert!(text.contains(expected), "{text}");
    assert!(text.contains("value: $steps.createA.outputs.id"), "{text}");
    for headers in ["", ", headers: {locations: {schema: {type: string}}}"] {
        let told = of(headers).left_out;
        assert!(told[0].ends_with("by which `b`."), "{told:?}");
        assert_eq!(told.len(), 1, "it is told once: {told:?}");
    }
}

#[test]
fn a_whole_query_is_drafted_in_a_version_that_has_it() {
    let with = |content: &str| {
        format!(
            "openapi: 3.2.0\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      operationId: find\n      \
             parameters: [{{name: q, in: querystring, required: true, content: {{{content}}}}}]\n      \
             responses: {{'200': {{description: d}}}}\n"
        )
    };
    let form = "application/x-www-form-urlencoded: {schema: {type: object, required: [n], properties: {n: {type: integer}}}}";
    for content in [
        form,
        "application/json: {schema: {type: array}}",
        "text/plain: {}",
    ] {
        let text = with(content);
        let drafts = generate(&contract(&text), "openapi.yaml");
        assert!(
            drafts.files[0].text.contains("arazzo: \"1.1.0\""),
            "{content}"
        );
        assert_eq!(told(&text, &drafts), [""; 0], "{content}");
    }
    let shop = generate(&contract(SHOP), "openapi.yaml");
    assert!(shop.files[0].text.contains("arazzo: \"1.0.1\""));
    let none = generate(
        &contract(&with("text/plain: {schema: {const: a b}}")),
        "openapi.yaml",
    );
    assert!(none.files.is_empty(), "no value can be sent");
}

#[test]
fn hostile_names_and_values_stay_what_they_are() {
    let text = json!({
        "openapi": "3.1.1", "info": {"title": "$inputs.x: {$url}\n# no", "version": "1"},
        "paths": {
            "/a b/'{i'd}": {
                "parameters": [{"name": "i'd", "in": "path", "required": true, "schema": {"type": "string", "enum": ["$inputs.y", "ok: # x"]}}],
                "get": {"operationId": "get'it\u{1b}[2J", "summary": "\u{202e}x", "responses": {"200": {"description": "d"}}},
            },
            "/b": {"post": {"operationId": "é", "requestBody": {"content": {"application/json": {"schema": {
                "type": "object", "required": ["a: b", "c"], "properties": {"a: b": {"const": "{$inputs.z}"}, "c": {"enum": ["$file('/etc/passwd')", "yes"]}}
            }}}}, "responses": {"200": {"description": "d"}}}},
        }
    })
    .to_string();
    let drafts = generate(&contract(&text), "openapi.yaml");
    assert_eq!(told(&text, &drafts), [""; 0]);
    assert!(
        drafts
            .files
            .iter()
            .all(|it| !it.text.contains(['\u{1b}', '\u{202e}']))
    );
}

/// Contracts with resources below resources, of all kinds of answers.
fn contracts() -> impl Strategy<Value = Value> {
    let kind = || {
        prop_oneof![
            Just(json!({"type": "integer"})),
            Just(json!({"type": "string", "format": "uuid"})),
            Just(json!({"type": "string", "pattern": "^[a-z]{2,5}$"})),
            Just(json!({})),
        ]
    };
    let answer = (
        prop_oneof![
            Just("200"),
            Just("201"),
            Just("2XX"),
            Just("default"),
            Just("404")
        ],
        any::<bool>(),
    );
    let resource = (
        kind(),
        kind(),
        any::<[bool; 6]>(),
        answer,
        prop_oneof![Just("id"), Just("name"), Just("other")],
    );
    proptest::collection::vec(resource, 1..4).prop_map(|resources| {
        let (mut paths, mut before, mut above) = (serde_json::Map::new(), String::new(), Vec::new());
        for (index, (id, other, has, (status, says), key)) in resources.into_iter().enumerate() {
            let schema = json!({"type": "object", "required": [key], "properties": {key: id, "size": other}});
            let content = json!({"application/json": {"schema": schema}});
            let told = if says { json!({"description": "d", "content": content}) } else { json!({"description": "d"}) };
            let answers = json!({status: told, "410": {"description": "none"}});
            let operation = |name: &str, body: bool| {
                let mut operation = json!({"operationId": format!("{name}{index}"), "responses": answers});
                if body { operation["requestBody"] = json!({"required": true, "content": content}); }
                operation
            };
            let (mut all, mut one) = (json!({"parameters": above}), json!({}));
            above.push(json!({"name": format!("v{index}"), "in": "path", "required": true, "schema": id}));
            one["parameters"] = json!(above);
            let methods = [("get", false), ("post", true)];
            for (place, (method, body)) in methods.into_iter().enumerate() {
                if has[place] { all[method] = operation(&format!("{method}All"), body); }
            }
            for (place, (method, body)) in [("get", false), ("put", true), ("delete", false), ("patch", true)].into_iter().enumerate() {
                if has[place + 2] { one[method] = operation(method, body); }
            }
            let collection = format!("{before}/things{index}");
            before = format!("{collection}/{{v{index}}}");
            paths.insert(collection, all);
            paths.insert(before.clone(), one);
        }
        json!({"openapi": "3.1.1", "info": {"title": "T", "version": "1"}, "paths": paths})
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn whatever_is_generated_passes_every_check(document in contracts()) {
        let text = document.to_string();
        let drafts = generate(&contract(&text), "openapi.yaml");
        prop_assert_eq!(told(&text, &drafts), Vec::<String>::new(), "{:#?}", drafts);
        prop_assert_eq!(generate(&contract(&text), "openapi.yaml"), drafts);
    }
}
