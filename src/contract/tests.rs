//! Bundles and judges over small contracts: what is forbidden, what is only undeclared, and where.

mod lifecycle;

use std::sync::Arc;

use serde_json::{Value, json};

use super::{Contract, Direction, Judge, Judgement, SchemaUse, export, files};
use crate::json::Pointer;
use crate::openapi;
use crate::source::Source;

/// A contract with these paths.
fn with_paths(paths: &str) -> Contract {
    let text = format!("openapi: 3.1.0\ninfo: {{title: t, version: '1'}}\npaths:\n{paths}");
    let source = Source::parse("specs/t/openapi.yaml", text).expect("YAML");
    let (contract, problems) = openapi::lower("t", &Arc::new(source));
    assert_eq!(problems, []);
    contract.expect("a contract")
}

/// A contract with these shared schemas.
pub(super) fn contract(schemas: &str) -> Contract {
    let text = format!(
        "openapi: 3.1.1\ninfo: {{title: T, version: '1'}}\npaths: {{}}\ncomponents:\n  schemas:\n{schemas}"
    );
    let source = Source::parse("specs/t/openapi.yaml", text).expect("YAML");
    let (contract, problems) = openapi::lower("t", &Arc::new(source));
    assert_eq!(problems, []);
    contract.expect("a contract")
}

fn judge(contract: &Contract, name: &str, direction: Direction, value: &Value) -> Judgement {
    let pointer = Pointer::parse(&format!("/components/schemas/{name}")).expect("a pointer");
    let schema = SchemaUse::new(pointer, direction);
    schema.judge(contract).expect("a schema").examine(value)
}

/// Each violation as `instance < place in the contract`, then each undeclared property alike.
fn told(judgement: &Judgement) -> (Vec<String>, Vec<String>) {
    let violations = judgement.violations.iter();
    let undeclared = judgement.undeclared.iter();
    (
        violations
            .map(|it| format!("{} < {}", it.violation.instance, it.place))
            .collect(),
        undeclared
            .map(|it| {
                let name = it.violation.property.clone().unwrap_or_default();
                format!("{} {name} < {}", it.violation.instance, it.place)
            })
            .collect(),
    )
}

const PETS: &str = r##"
    Pet:
      type: object
      required: [id, name]
      properties:
        id: {type: integer, readOnly: true}
        name: {type: string}
        password: {type: string, writeOnly: true}
        owner: {$ref: "#/components/schemas/Owner"}
        free: {type: object}
    Owner:
      type: object
      properties: {name: {type: string}}
    Dog:
      allOf:
        - $ref: "#/components/schemas/Pet"
        - {type: object, properties: {barks: {type: boolean}}}
    Pets: {type: array, items: {$ref: "#/components/schemas/Pet"}}
    Open: {type: object, properties: {a: {}}, additionalProperties: true}
    Choice:
      oneOf:
        - {type: object, required: [cat], properties: {cat: {type: object, properties: {n: {}}}}}
        - {type: object, required: [dog], properties: {dog: {type: object, properties: {n: {}}}}}
    Tree:
      type: object
      properties: {children: {type: array, items: {$ref: "#/components/schemas/Tree"}}}
"##;

#[test]
fn a_right_value_is_clean() {
    let contract = contract(PETS);
    let pet = json!({"id": 1, "name": "a", "owner": {"name": "b"}, "free": {"any": 1}});
    assert!(judge(&contract, "Pet", Direction::Response, &pet).is_clean());
    assert!(
        judge(
            &contract,
            "Open",
            Direction::Response,
            &json!({"a": 1, "b": 2})
        )
        .is_clean()
    );
    let tree = json!({"children": [{"children": []}, {}]});
    assert!(judge(&contract, "Tree", Direction::Response, &tree).is_clean());
}

#[test]
fn every_violation_has_its_line_in_the_contract() {
    let contract = contract(PETS);
    let pets = json!([{"id": "1", "name": "a"}, {"id": 2}, {"id": 3, "name": 4}]);
    let judgement = judge(&contract, "Pets", Direction::Response, &pets);
    let (violations, undeclared) = told(&judgement);
    assert_eq!(
        violations,
        [
            "/0/id < /components/schemas/Pet/properties/id/type",
            "/1 < /components/schemas/Pet/required",
            "/2/name < /components/schemas/Pet/properties/name/type",
        ]
    );
    assert_eq!(undeclared, [] as [&str; 0]);
}

#[test]
fn what_is_not_declared_is_told_apart() {
    let contract = contract(PETS);
    let pet = json!({"id": 1, "name": 2, "owner": {"name": "b", "age": 3}, "extra": true});
    let (violations, undeclared) = told(&judge(&contract, "Pet", Direction::Response, &pet));
    assert_eq!(
        violations,
        ["/name < /components/schemas/Pet/properties/name/type"]
    );
    assert_eq!(undeclared.len(), 2, "{undeclared:?}");
    assert!(
        undeclared.iter().any(|it| it.starts_with(" extra <")),
        "{undeclared:?}"
    );
    assert!(
        undeclared.iter().any(|it| it.starts_with("/owner age <")),
        "{undeclared:?}"
    );
}

#[test]
fn parts_of_a_composition_declare_for_each_other() {
    let contract = contract(PETS);
    let dog = json!({"id": 1, "name": "a", "barks": true});
    assert!(judge(&contract, "Dog", Direction::Response, &dog).is_clean());
    let dog = json!({"id": 1, "name": "a", "barks": true, "meows": false});
    let (violations, undeclared) = told(&judge(&contract, "Dog", Direction::Response, &dog));
    assert_eq!(violations, [] as [&str; 0]);
    assert_eq!(undeclared.len(), 1, "{undeclared:?}");
}

#[test]
fn an_undeclared_field_does_not_change_which_alternative_fits() {
    let contract = contract(PETS);
    let choice = json!({"cat": {"n": 1, "extra": 2}});
    let (violations, undeclared) = told(&judge(&contract, "Choice", Direction::Response, &choice));
    assert_eq!(violations, [] as [&str; 0]);
    assert!(!undeclared.is_empty());
}

#[test]
fn directions_forbid_what_goes_the_other_way() {
    let contract = contract(PETS);
    let leaked = json!({"id": 1, "name": "a", "password": "x"});
    let (violations, _) = told(&judge(&contract, "Pet", Direction::Response, &leaked));
    assert_eq!(
        violations,
        ["/password < /components/schemas/Pet/properties/password/writeOnly"]
    );
    let sent = json!({"name": "a", "password": "x"});
    assert!(
        judge(&contract, "Pet", Direction::Request, &sent).is_clean(),
        "the id is the server's"
    );
    let (violations, _) = told(&judge(&contract, "Pet", Direction::Request, &leaked));
    assert_eq!(
        violations,
        ["/id < /components/schemas/Pet/properties/id/readOnly"]
    );
}

#[test]
fn text_is_read_as_what_it_may_be() {
    let contract = contract("\n    Count: {type: integer, maximum: 5}\n    Word: {type: string}\n");
    let text = |name: &str, text: &str| {
        let pointer = Pointer::parse(&format!("/components/schemas/{name}")).expect("a pointer");
        let schema = SchemaUse::new(pointer, Direction::Response);
        let judge: &Judge = schema.judge(&contract).expect("a schema");
        judge.examine_text(&json!(text)).violations.len()
    };
    assert_eq!(text("Count", "5"), 0);
    assert_eq!(text("Count", "6"), 1);
    assert_eq!(text("Count", "five"), 1);
    assert_eq!(text("Word", "5"), 0);
}

#[test]
fn an_exported_schema_stands_alone() {
    let contract = contract(PETS);
    let exported = files(&contract);
    let names: Vec<&str> = exported.iter().map(|file| file.path.as_str()).collect();
    assert!(
        names.is_sorted() && names.contains(&"t/components/Dog.json"),
        "{names:?}"
    );
    for file in &exported {
        let text = file.document.to_string();
        assert!(!text.contains("#/components"), "{}: {text}", file.path);
        assert!(
            !text.contains("unevaluatedProperties"),
            "{}: {text}",
            file.path
        );
        assert!(
            file.document["$id"]
                .as_str()
                .is_some_and(|id| id.ends_with(&file.path))
        );
        crate::schema::Schema::compile(&file.document).expect("a schema");
    }
}

#[test]
fn two_schemas_of_one_name_keep_apart() {
    let text = r##"
openapi: 3.1.1
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: a
      responses:
        "200":
          description: d
          content:
            application/json:
              schema:
                type: object
                properties:
                  x: {$ref: "#/components/schemas/Thing"}
                  y: {$ref: "#/paths/~1a/get/responses/200/content/application~1json/schema/$defs/Thing"}
                $defs: {Thing: {type: boolean}}
components: {schemas: {Thing: {type: string}}}
"##;
    let source = Source::parse("openapi.yaml", text.to_owned()).expect("YAML");
    let (contract, problems) = openapi::lower("t", &Arc::new(source));
    assert_eq!(problems, []);
    let contract = contract.expect("a contract");
    let schema = contract.operations[0].responses[0].content[0]
        .schema
        .as_ref()
        .expect("a schema");
    let bundle = export::bundle(&contract, &schema.pointer, Direction::Response, true);
    assert!(
        Judge::compile(bundle)
            .expect("a schema")
            .examine(&json!({"x": "s", "y": true}))
            .is_clean()
    );
}

const BENT: &str = r"
    OneOf:
      oneOf:
        - {type: object, required: [m], properties: {m: {type: object, properties: {a: {}}}}}
        - {type: object, required: [m], properties: {m: {type: object, properties: {a: {}, b: {}}}}}
    Not: {not: {type: object, properties: {a: {type: object, properties: {b: {}}}}}}
    If:
      if: {properties: {k: {type: object, properties: {t: {const: x}}}}}
      then: {required: [k, then]}
    MaxContains:
      type: array
      maxContains: 1
      contains: {type: object, required: [a], properties: {a: {}}}
    Contains: {type: array, contains: {type: object, required: [a], properties: {a: {}}}}
";

#[test]
fn an_undeclared_field_never_makes_a_wrong_value_right() {
    let contract = contract(BENT);
    for (name, wrong) in [
        ("OneOf", json!({"m": {"a": 1, "b": 2}})),
        ("Not", json!({"a": {"b": 1, "extra": 1}})),
        ("If", json!({"k": {"t": "x", "extra": 1}})),
        ("MaxContains", json!([{"a": 1}, {"a": 1, "extra": 2}])),
    ] {
        let judgement = judge(&contract, name, Direction::Response, &wrong);
        assert!(!judgement.violations.is_empty(), "{name}");
    }
    let right = json!([{"a": 1, "extra": 2}]);
    assert!(judge(&contract, "Contains", Direction::Response, &right).is_clean());
}

const MARKED: &str = r##"
    Base:
      type: object
      properties: {id: {type: integer}, password: {type: string, writeOnly: true}}
    Beside: {$ref: "#/components/schemas/Base", required: [id, password]}
    AllOf:
      allOf: [{required: [id, password]}, {$ref: "#/components/schemas/Base"}]
    Demands: {type: object, required: [id, password]}
    Both: {allOf: [{$ref: "#/components/schemas/Demands"}, {$ref: "#/components/schemas/Base"}]}
    Secret: {type: string, writeOnly: true}
    Through: {type: object, properties: {password: {allOf: [{$ref: "#/components/schemas/Secret"}]}}}
    Demanding: {$ref: "#/components/schemas/Demands"}
"##;

#[test]
fn what_goes_the_other_way_is_nowhere_demanded() {
    let contract = contract(MARKED);
    for name in ["Beside", "AllOf", "Both"] {
        let right = json!({"id": 1});
        assert!(
            judge(&contract, name, Direction::Response, &right).is_clean(),
            "{name}"
        );
        let leaked = json!({"id": 1, "password": "x"});
        let told = judge(&contract, name, Direction::Response, &leaked);
        assert_eq!(told.violations.len(), 1, "{name}");
    }
    let leaked = json!({"password": "x"});
    assert!(
        !judge(&contract, "Through", Direction::Response, &leaked)
            .violations
            .is_empty()
    );
    let missing = judge(
        &contract,
        "Demanding",
        Direction::Response,
        &json!({"id": 1}),
    );
    assert_eq!(missing.violations.len(), 1, "without a mark it is demanded");
}

#[test]
fn a_base_with_heirs_does_not_say_which_properties_there_are() {
    let contract = contract(
        r##"
    Pet: {type: object, required: [kind], properties: {kind: {type: string}}, discriminator: {propertyName: kind}}
    Cat: {allOf: [{$ref: "#/components/schemas/Pet"}, {properties: {lives: {type: integer}}}]}
    Pets: {type: array, items: {$ref: "#/components/schemas/Pet"}}
"##,
    );
    let cat = json!({"kind": "Cat", "lives": 9});
    assert!(judge(&contract, "Pets", Direction::Response, &json!([cat])).is_clean());
    assert!(judge(&contract, "Cat", Direction::Response, &cat).is_clean());
    let told = told(&judge(
        &contract,
        "Cat",
        Direction::Response,
        &json!({"kind": "Cat", "wings": 2}),
    ));
    assert_eq!(told.1.len(), 1, "who is no base says all: {told:?}");
    let wrong = judge(
        &contract,
        "Pets",
        Direction::Response,
        &json!([{"lives": 9}]),
    );
    assert_eq!(wrong.violations.len(), 1, "what it demands it demands");
}

#[test]
fn the_fields_of_a_form_are_right_in_any_reading() {
    let contract = contract(
        "    F: {type: object, required: [n], properties: {n: {type: integer}, t: {type: string}, \
         b: {type: boolean}, l: {type: array, items: {type: integer}}, o: {type: object, \
         properties: {n: {type: integer}}}}}",
    );
    let pointer = Pointer::parse("/components/schemas/F").expect("a pointer");
    let schema = SchemaUse::new(pointer, Direction::Request);
    let judge = schema.judge(&contract).expect("a schema");
    let wrong = |value: Value| told(&judge.examine_form(&value)).0;
    let fine: [&str; 0] = [];
    assert_eq!(wrong(json!({"n": "5"})), fine);
    assert_eq!(
        wrong(json!({"n": "5", "t": 5, "b": "true", "l": ["1", 2]})),
        fine
    );
    let n = "/n < /components/schemas/F/properties/n/type";
    assert_eq!(wrong(json!({"n": "x", "t": 5, "l": ["1"]})), [n]);
    assert_eq!(
        wrong(json!({"n": "5", "t": 5, "b": 1})),
        ["/b < /components/schemas/F/properties/b/type"]
    );
    // An object in a form is JSON, and has types.
    let inner = "/o/n < /components/schemas/F/properties/o/properties/n/type";
    assert_eq!(wrong(json!({"n": 5, "o": {"n": "5"}})), [inner]);
}

#[test]
fn what_must_not_go_this_way_is_told_by_name_and_line() {
    let contract = contract(
        "    A: {type: object, properties: {password: {type: string, writeOnly: true}, \
         key: {$ref: '#/components/schemas/Key'}, id: {readOnly: true}}}\n    \
         Key: {type: string, writeOnly: true}\n    \
         B: {allOf: [{$ref: '#/components/schemas/A'}, {properties: {password: {minLength: 1}}}]}",
    );
    let told = |name: &str, direction, value| -> Vec<String> {
        let judgement = judge(&contract, name, direction, &value);
        let violations = judgement.violations.into_iter();
        violations
            .map(|it| format!("{} < {}", it.violation.message, it.place))
            .collect()
    };
    let answered = Direction::Response;
    assert_eq!(
        told("A", answered, json!({"password": "x", "key": "y"})),
        [
            "`password` is writeOnly and may not be in an answer \
             < /components/schemas/A/properties/password/writeOnly",
            "`key` is writeOnly and may not be in an answer < /components/schemas/Key/writeOnly"
        ]
    );
    assert_eq!(
        told("A", Direction::Request, json!({"id": 1})),
        [
            "`id` is readOnly and may not be in a request < /components/schemas/A/properties/id/readOnly"
        ]
    );
    // Of two schemas that look at it, the one says so and both forbid it.
    let both = told("B", answered, json!({"password": "x"}));
    assert_eq!(both.len(), 2, "{both:?}");
    assert!(
        both.iter().all(|it| it.contains("is writeOnly")),
        "{both:?}"
    );
}

#[test]
fn each_thing_is_told_once_in_however_many_forms_its_schema_is_needed() {
    let twice = r"
    A: {allOf: [{$ref: '#/components/schemas/B'}, {$ref: '#/components/schemas/B'}]}
    B: {properties: {b: {$ref: '#/components/schemas/A'}, c: {type: integer}}}
";
    let contract = contract(twice);
    let value = json!({"b": {"b": {"x": 1, "c": "no"}}});
    let judged = told(&judge(&contract, "A", Direction::Response, &value));
    let undeclared = "/b/b x < /components/schemas/A/unevaluatedProperties";
    let violation = "/b/b/c < /components/schemas/B/properties/c/type";
    assert_eq!(
        judged,
        (vec![violation.to_owned()], vec![undeclared.to_owned()])
    );
}

/// What is wrong in more places than are kept may be wrong where something looks undeclared.
#[test]
fn where_not_all_is_kept_nothing_is_called_undeclared() {
    let schemas = r"
    A: {type: object, properties: {list: {type: array, items: {type: integer}}}}
";
    let contract = contract(schemas);
    let told_of = |count: usize| {
        let value = json!({"list": vec!["x"; count], "y": 1});
        let judgement = judge(&contract, "A", Direction::Response, &value);
        (judgement.violations.len(), judgement.undeclared.len())
    };
    assert_eq!(told_of(100), (100, 1));
    assert_eq!(told_of(101), (100, 0));
}
