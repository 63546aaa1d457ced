//! Dynamic references: what each means from where, what is written for it, and what is refused.

use std::fmt::Write as _;

use proptest::prelude::*;
use proptest::test_runner::RngSeed;
use serde_json::{Value, json};

use super::documents::{broken, read, read_or_refuse, told, with_schemas};
use crate::contract::{Contract, Direction, SchemaUse, XmlMapping, files};
use crate::json::Pointer;
use crate::schema::Schema;

/// The contract of these shared schemas, which begin at line 6.
fn contract(schemas: &str) -> Contract {
    let (contract, problems) = read(&with_schemas("3.1.1", schemas), &[]);
    assert_eq!(problems, []);
    contract
}

/// Whether a value is right by the shared schema of that name.
fn fits(contract: &Contract, name: &str, value: &Value) -> bool {
    let pointer = Pointer::root()
        .join("components")
        .join("schemas")
        .join(name);
    let schema = SchemaUse::new(pointer, Direction::Response);
    let judge = schema.judge(contract).expect("a schema");
    judge.examine(value).violations.is_empty()
}

const TREES: &str = "    A:\n      $id: strict-tree\n      $dynamicAnchor: node\n      $ref: tree\n      unevaluatedProperties: false\n    \
     Tree:\n      $id: tree\n      $dynamicAnchor: node\n      type: object\n      properties:\n        data: true\n        \
     children:\n          type: array\n          items: {$dynamicRef: '#node'}\n";

#[test]
fn a_tree_is_extended_in_all_of_its_branches() {
    let contract = contract(TREES);
    let right = json!({"children": [{"data": 1, "children": [{"data": 2}]}]});
    let wrong = json!({"children": [{"children": [{"daat": 1}]}]});
    assert!(fits(&contract, "A", &right) && fits(&contract, "Tree", &right));
    assert!(fits(&contract, "Tree", &wrong), "a tree by itself is open");
    assert_eq!(
        broken(&contract, &wrong),
        ["specs/t/openapi.yaml:10 unevaluatedProperties"]
    );
    // A copy is told where it is a copy of.
    assert_eq!(
        broken(&contract, &json!({"children": [{"children": 1}]})),
        ["specs/t/openapi.yaml:18 type"]
    );
}

#[test]
fn a_copy_has_the_name_of_its_component_in_xml() {
    let contract = contract(TREES);
    let places: Vec<&str> = contract.copies.iter().map(|(it, _)| it.as_str()).collect();
    assert_eq!(places, ["/$meanings/0/components/schemas/Tree"]);
    let pointer = Pointer::parse("/components/schemas/A").expect("a pointer");
    let schema = SchemaUse::new(pointer, Direction::Request);
    let written = XmlMapping::new(&contract).write(&json!({"data": 1}), &schema);
    let written = written.expect("XML");
    assert!(
        written.ends_with("<Tree><data>1</data></Tree>"),
        "{written}"
    );
}

#[test]
fn what_is_exported_stands_alone() {
    let files = files(&contract(TREES));
    let names: Vec<&str> = files.iter().map(|it| it.path.as_str()).collect();
    assert_eq!(names, ["t/components/A.json", "t/components/Tree.json"]);
    for (file, wrong) in files.iter().zip([false, true]) {
        let text = file.document.to_string();
        assert!(
            !text.contains("dynamic") && !text.contains("meanings"),
            "{text}"
        );
        let schema = Schema::compile(&file.document).expect("a schema");
        assert_eq!(schema.is_valid(&json!({"children": [{"daat": 1}]})), wrong);
    }
}

#[test]
fn a_generic_list_is_of_what_its_user_says() {
    // The example of OpenAPI 3.1 for generic types.
    let schemas = "    List:\n      $id: fully_generic_array\n      type: array\n      items: {$dynamicRef: '#generic-array'}\n      \
                   $defs: {allowAll: {$dynamicAnchor: generic-array}}\n    \
                   Numbers:\n      $id: array_of_numbers\n      $ref: fully_generic_array\n      \
                   $defs: {numbersOnly: {$dynamicAnchor: generic-array, type: number}}\n    \
                   Strings:\n      $id: array_of_strings\n      $ref: fully_generic_array\n      \
                   $defs: {stringsOnly: {$dynamicAnchor: generic-array, type: string}}\n    \
                   A:\n      $id: obj_with_typed_array\n      type: object\n      required: [dataType, data]\n      \
                   properties: {dataType: {enum: [string, number]}}\n      oneOf:\n      \
                   - properties: {dataType: {const: string}, data: {$ref: array_of_strings}}\n      \
                   - properties: {dataType: {const: number}, data: {$ref: array_of_numbers}}\n";
    let contract = contract(schemas);
    let mixed = json!(["a", 1]);
    assert!(fits(&contract, "List", &mixed));
    assert!(!fits(&contract, "Numbers", &mixed) && !fits(&contract, "Strings", &mixed));
    assert!(
        fits(&contract, "Numbers", &json!([1, 2])) && fits(&contract, "Strings", &json!(["a"]))
    );
    for (kind, data, right) in [
        ("string", json!(["a"]), true),
        ("number", json!([1]), true),
        ("number", json!(["a"]), false),
        ("string", json!([1]), false),
    ] {
        let value = json!({"dataType": kind, "data": data});
        assert_eq!(fits(&contract, "A", &value), right, "{value}");
    }
}

#[test]
fn only_what_is_passed_through_counts() {
    // What was left is out of scope; resources between that bind nothing change nothing; a plain anchor
    // binds nothing.
    let schemas = "    A:\n      $id: a\n      if: {$id: first, $defs: {t: {$dynamicAnchor: t, type: number}}}\n      \
                   then: {$id: second, $ref: between, $defs: {t: {$dynamicAnchor: t, type: 'null'}}}\n      \
                   $defs: {t: {$anchor: t}}\n    \
                   Between: {$id: between, $ref: start}\n    \
                   Start: {$id: start, $dynamicRef: 'inner#t'}\n    \
                   Inner: {$id: inner, $dynamicAnchor: t, type: string}\n";
    let contract = contract(schemas);
    let of = |name: &str| [json!("a"), json!(1), json!(null)].map(|it| fits(&contract, name, &it));
    assert_eq!(of("A"), [false, false, true]);
    assert_eq!(of("Between"), [true, false, false]);
    assert_eq!(of("Start"), [true, false, false]);
}

#[test]
fn a_reference_into_a_resource_enters_that_one_alone() {
    let bar = "    Bar:\n      $id: bar\n      type: array\n      items: {$ref: item}\n      $defs:\n        \
               item:\n          $id: item\n          properties: {content: {$dynamicRef: '#content'}}\n          \
               $defs: {d: {$dynamicAnchor: content, type: integer}}\n        content: {$dynamicAnchor: content, type: string}\n";
    for (reference, integer) in [
        ("item", true),
        ("bar#/$defs/item", true),
        ("bar#/items", false),
    ] {
        let schemas =
            format!("    A: {{$id: a, properties: {{x: {{$ref: '{reference}'}}}}}}\n{bar}");
        let contract = contract(&schemas);
        let fit = |content: Value| fits(&contract, "A", &json!({"x": {"content": content}}));
        assert_eq!(fit(json!(1)), integer, "{reference}");
        assert_eq!(fit(json!("x")), !integer, "{reference}");
    }
}

#[test]
fn without_a_dynamic_anchor_it_is_a_plain_reference() {
    // By a pointer; to an anchor that is not dynamic; to one of another name.
    for (reference, target) in [
        ("#/$defs/i", "{$dynamicAnchor: i, type: number}"),
        ("#i", "{$anchor: i, type: number}"),
        ("#i", "{$anchor: i, $dynamicAnchor: other, type: number}"),
    ] {
        let schemas = format!(
            "    A: {{$id: a, $ref: list, $defs: {{f: {{$dynamicAnchor: i, type: string}}}}}}\n    \
             List: {{$id: list, items: {{$dynamicRef: '{reference}'}}, $defs: {{i: {target}}}}}\n    \
             C: {{$id: c, $dynamicAnchor: other, type: boolean}}\n"
        );
        let contract = contract(&schemas);
        assert!(fits(&contract, "A", &json!([1])), "{reference} {target}");
        assert!(!fits(&contract, "A", &json!(["x"])), "{reference} {target}");
    }
}

#[test]
fn both_kinds_of_reference_may_stand_in_one_schema() {
    let schemas = "    A: {$id: a, $ref: base, $defs: {t: {$dynamicAnchor: t, minimum: 5}}}\n    \
                   Base: {$id: base, $ref: '#/$defs/n', $dynamicRef: '#t', allOf: [{maximum: 9}], \
                   $defs: {n: {type: number}, t: {$dynamicAnchor: t}}}\n";
    let contract = contract(schemas);
    for (value, broken) in [
        (json!(7), ""),
        (json!(4), "minimum"),
        (json!(10), "maximum"),
        (json!("x"), "type"),
    ] {
        let told = super::documents::broken(&contract, &value).join(" ");
        assert!(
            told.ends_with(broken) && told.is_empty() == broken.is_empty(),
            "{value}: {told}"
        );
    }
}

#[test]
fn files_and_documents_are_resources() {
    let entry = with_schemas(
        "3.1.1",
        "    A: {$ref: 'lists.yaml#/List'}\n    Item: {$dynamicAnchor: item, type: integer}\n",
    );
    let lists = "List: {type: array, items: {$dynamicRef: '#item'}}\nAny: {$dynamicAnchor: item, type: string}\n";
    let (contract, problems) = read(&entry, &[("lists.yaml", lists)]);
    assert_eq!(problems, []);
    assert_eq!(broken(&contract, &json!([1])), [] as [&str; 0]);
    assert_eq!(
        broken(&contract, &json!(["a"])),
        ["specs/t/openapi.yaml:7 type"]
    );
    assert_eq!(broken(&contract, &json!(1)), ["specs/t/lists.yaml:1 type"]);
}

#[test]
fn what_it_refers_to_has_to_exist() {
    let schemas =
        "    A: {$id: a, $dynamicRef: '#gone'}\n    B: {$id: b, $dynamicRef: 'gone.yaml#x'}\n";
    let (_, problems) = read(&with_schemas("3.1.1", schemas), &[]);
    assert_eq!(
        told(&problems),
        [
            "specs/t/openapi.yaml:6 unknown-reference",
            "specs/t/openapi.yaml:7 unusable-file"
        ]
    );
}

#[test]
fn a_circle_is_told_where_it_is() {
    let alone = "    A: {$dynamicAnchor: node, $dynamicRef: '#node'}\n";
    let (_, problems) = read(&with_schemas("3.1.1", alone), &[]);
    assert_eq!(told(&problems), ["specs/t/openapi.yaml:6 impossible-order"]);
    // By itself `Base` says something; only whoever binds its name to himself says nothing.
    let bound = "    A: {$id: a, $dynamicAnchor: n, $ref: base}\n    \
                 Base: {$id: base, anyOf: [{$dynamicRef: '#n'}], $defs: {n: {$dynamicAnchor: n}}}\n";
    let (_, problems) = read(&with_schemas("3.1.1", bound), &[]);
    assert_eq!(told(&problems), ["specs/t/openapi.yaml:6 impossible-order"]);
}

#[test]
fn schemas_that_double_are_refused() {
    // Each level looks twice at the value by the next one.
    let level = |it: usize| {
        let next = format!("{{$dynamicRef: 'l{0}#n{0}'}}", it + 1);
        format!(
            "    L{it}: {{$id: l{it}, $dynamicAnchor: n{it}, allOf: [{next}, {next}]}}\n    X{it}: {{$id: x{it}, $dynamicAnchor: n{it}}}\n"
        )
    };
    for (count, right) in [(6, true), (14, false)] {
        let levels: String = (0..count).map(level).collect();
        let schemas = format!(
            "    A: {{$ref: l0}}\n{levels}    L{count}: {{$id: l{count}, $dynamicAnchor: n{count}}}\n    \
             X{count}: {{$id: x{count}, $dynamicAnchor: n{count}}}\n"
        );
        let (contract, problems) = read_or_refuse(&with_schemas("3.1.1", &schemas), &[]);
        let many = problems
            .iter()
            .all(|it| it.message.contains("look at one value"));
        assert!(problems.is_empty() == right && many, "{problems:?}");
        assert_eq!(contract.is_some(), right);
    }
}

/// Schemas whose last one has twice as many meanings with each level.
fn levels(count: usize) -> String {
    let mut schemas = "    A: {$ref: s0}\n".to_owned();
    for index in 0..count {
        let next = index + 1;
        write!(
            schemas,
            "    S{index}: {{$id: s{index}, properties: {{l: {{$ref: l{index}}}, r: {{$ref: r{index}}}}}}}\n    \
             L{index}: {{$id: l{index}, $ref: s{next}, $defs: {{x: {{$dynamicAnchor: n{index}}}}}}}\n    \
             R{index}: {{$id: r{index}, $ref: s{next}, $defs: {{x: {{$dynamicAnchor: n{index}}}}}}}\n"
        )
        .expect("a String can always be written to");
    }
    let names = (0..count).map(|it| format!("p{it}: {{$dynamicRef: 'l{it}#n{it}'}}"));
    let names: Vec<String> = names.collect();
    schemas
        + &format!(
            "    S{count}: {{$id: s{count}, properties: {{{}}}}}\n",
            names.join(", ")
        )
}

#[test]
fn the_meanings_are_bounded() {
    let contract = contract(&levels(6));
    assert!(contract.copies.len() > 64, "{}", contract.copies.len());
    let (contract, problems) = read(&with_schemas("3.1.1", &levels(14)), &[]);
    assert_eq!(told(&problems).len(), 1, "{problems:?}");
    assert!(
        problems[0].message.contains("1000 meanings"),
        "{problems:?}"
    );
    assert_eq!(contract.copies.len(), 1_000);
    // Few meanings of something large.
    let large = |count: usize| {
        let values: Vec<String> = (0..20_000).map(|it| it.to_string()).collect();
        let listed = format!("p0: {{enum: [{}], $dynamicRef", values.join(", "));
        levels(count).replace("p0: {$dynamicRef", &listed)
    };
    assert_eq!(
        read(&with_schemas("3.1.1", &large(4)), &[]).1,
        [],
        "some copies"
    );
    let (_, problems) = read(&with_schemas("3.1.1", &large(7)), &[]);
    assert!(
        problems[0].message.contains("too large"),
        "{:?}",
        problems[0]
    );
}

/// A part of a schema: a reference of either kind, an anchor, a type, and parts of its own.
fn part(depth: u32) -> BoxedStrategy<Value> {
    let name = || prop::sample::select(vec!["x", "y"]);
    let resource = || prop::sample::select(vec!["r0", "r1", "r2"]);
    let leaf = prop_oneof![
        Just(json!({})),
        Just(json!({"type": "integer"})),
        Just(json!({"type": "object"})),
        resource().prop_map(|it| json!({"$ref": format!("/{it}")})),
        (resource(), name()).prop_map(|(it, name)| json!({"$dynamicRef": format!("/{it}#{name}")})),
        name().prop_map(|name| json!({"$dynamicRef": format!("#{name}")})),
    ];
    if depth == 0 {
        return leaf.boxed();
    }
    let inner = prop::collection::vec(part(depth - 1), 1..3);
    let below = (leaf.clone(), inner).prop_map(|(mut leaf, inner)| {
        let names = ["a", "b"].into_iter();
        let parts = names.zip(inner).map(|(name, part)| (name.to_owned(), part));
        leaf["properties"] = Value::Object(parts.collect());
        leaf
    });
    prop_oneof![leaf, below].boxed()
}

/// A resource with an anchor of each name.
fn resource(index: usize) -> impl Strategy<Value = Value> {
    let whole = prop_oneof![
        4 => prop::collection::vec(part(1), 2).prop_map(|parts| json!({"properties": {"a": parts[0], "b": parts[1]}})),
        1 => part(2),
    ];
    let anchored =
        || prop_oneof![3 => part(0).prop_map(|it| json!({"properties": {"a": it}})), 1 => part(1)];
    let all = (whole, anchored(), anchored(), any::<bool>());
    all.prop_map(move |(mut whole, x, y, dynamic)| {
        whole["$id"] = json!(format!("https://a.example/r{index}"));
        let mut defs = json!({"x": x, "y": y});
        defs["x"]["$dynamicAnchor"] = json!("x");
        defs["y"][if dynamic { "$dynamicAnchor" } else { "$anchor" }] = json!("y");
        whole["$defs"] = defs;
        whole
    })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![Just(json!(1)), Just(json!("s")), Just(json!({}))];
    leaf.prop_recursive(4, 16, 2, |inner| {
        let maybe = prop::option::of(inner);
        (maybe.clone(), maybe).prop_map(|(a, b)| {
            let parts = [("a", a), ("b", b)].into_iter();
            let parts = parts.filter_map(|(name, it)| Some((name.to_owned(), it?)));
            Value::Object(parts.collect())
        })
    })
}

/// A scope that is open although another reference led back to its user still counts: `r2` is the
/// outermost one that has `y` as a dynamic anchor, since that of `r1` is a plain one.
///
/// The validator beside us forgets it, so that the property below is of cases that are always the same.
#[test]
fn a_scope_stays_open_while_references_lead_elsewhere() {
    let schemas = json!({
        "R0": {"$id": "https://a.example/r0", "$defs": {
            "y": {"$dynamicAnchor": "y", "properties": {"a": {"type": "integer"}}},
        }},
        "R1": {"$id": "https://a.example/r1", "$ref": "/r2", "$defs": {
            "x": {"$dynamicAnchor": "x", "properties": {"a": {"$dynamicRef": "/r0#y"}}},
            "y": {"$anchor": "y"},
        }},
        "R2": {"$id": "https://a.example/r2", "properties": {"b": {"$dynamicRef": "/r2#x"}}, "$defs": {
            "x": {"$dynamicAnchor": "x"},
            "y": {"$dynamicAnchor": "y", "properties": {"a": {"type": "object"}}},
        }},
    });
    let document = json!({
        "openapi": "3.1.1", "info": {"title": "T", "version": "1"},
        "components": {"schemas": schemas},
    });
    let (contract, problems) = read(&document.to_string(), &[]);
    assert_eq!(problems, []);
    assert!(fits(&contract, "R1", &json!({"b": {"a": {"a": {}}}})));
    assert!(!fits(&contract, "R1", &json!({"b": {"a": {"a": 1}}})));
}

proptest! {
    #![proptest_config(ProptestConfig {
        rng_seed: RngSeed::Fixed(0),
        ..ProptestConfig::with_cases(200)
    })]

    #[test]
    fn every_meaning_is_that_of_a_validator_which_follows_them(
        resources in (resource(0), resource(1), resource(2)),
        values in prop::collection::vec(value(), 6),
    ) {
        let (first, second, third) = resources;
        let schemas = json!({"R0": first, "R1": second, "R2": third});
        let document = json!({
            "openapi": "3.1.1", "info": {"title": "T", "version": "1"},
            "components": {"schemas": schemas},
        });
        let (contract, problems) = read(&document.to_string(), &[]);
        // What goes round in a circle for one value is refused, and nobody can judge by it.
        prop_assume!(problems.is_empty());
        for index in 0..3 {
            let whole = json!({"$ref": format!("https://a.example/r{index}"), "$defs": schemas});
            let schema = Schema::compile(&whole).expect("a schema");
            for value in &values {
                let ours = fits(&contract, &format!("R{index}"), value);
                prop_assert_eq!(ours, schema.is_valid(value), "R{} {}", index, value);
            }
        }
    }
}
