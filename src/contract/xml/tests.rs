//! Documents and the values that they are, both ways.

mod round;
mod spelling;

use std::sync::Arc;

use serde_json::json;

use super::*;
use crate::contract::Direction;
use crate::source::Source;

/// A contract of nothing but schemas: `main` is the one that is used.
fn contract(text: &str) -> Contract {
    let source = Source::parse("specs/t/openapi.yaml", text.to_owned()).expect("YAML");
    Contract {
        api: "t".to_owned(),
        title: String::new(),
        version: String::new(),
        source: Arc::new(source),
        documents: Vec::new(),
        translated: None,
        copies: Vec::new(),
        servers: Vec::new(),
        security_schemes: Vec::new(),
        token_schemes: Vec::new(),
        operations: Vec::new(),
        schemas: Vec::new(),
        shared: crate::contract::Shared::default(),
    }
}

fn schema() -> SchemaUse {
    SchemaUse::new(Pointer::root().join("main"), Direction::Neutral)
}

/// The value of a document by a schema, and what is wrong with it.
fn read(text: &str, document: &str) -> (Value, Vec<String>) {
    let contract = contract(text);
    let schema = schema();
    let root = xml::parse(document).expect("a document");
    let shapes = Shapes::new(&contract);
    let (value, _) = read::root(shapes, &root, &shapes.of(&schema));
    let judgement = XmlMapping::new(&contract).examine(&root, &schema);
    let violations = judgement.violations.iter();
    let wrong = violations.map(|it| format!("wrong {}", it.violation.instance));
    let undeclared = judgement.undeclared.iter().map(|it| {
        let name = it.violation.property.as_deref().unwrap_or_default();
        format!("undeclared {}/{name}", it.violation.instance)
    });
    (value, wrong.chain(undeclared).collect())
}

fn written(text: &str, value: &Value) -> Result<String, String> {
    let contract = contract(text);
    let written = XmlMapping::new(&contract).write(value, &schema())?;
    let (_, body) = written.split_once("?>").expect("a declaration");
    Ok(body.to_owned())
}

/// That a value and a document are the same, both ways, and nothing is wrong.
fn agree(text: &str, value: &Value, document: &str) {
    assert_eq!(
        read(text, document),
        (value.clone(), Vec::new()),
        "{document}"
    );
    assert_eq!(written(text, value).as_deref(), Ok(document));
}

const NOTHING: [&str; 0] = [];

const PERSON: &str = "
main: {$ref: '#/components/schemas/Person'}
components:
  schemas:
    Person:
      type: object
      required: [id]
      properties:
        id: {type: integer, xml: {attribute: true}}
        name: {type: string, xml: {namespace: 'https://example.com/s', prefix: sample}}
        age: {type: [integer, 'null']}
        is: {type: boolean}
        note: {type: [string, 'null'], xml: {name: Remark}}
        kind: {enum: [1, '2', x]}
";

#[test]
fn an_object_is_its_attributes_and_elements() {
    let value = json!({"id": 123, "name": "example", "age": 5, "is": true, "note": " 7 "});
    agree(
        PERSON,
        &value,
        "<Person id=\"123\"><sample:name xmlns:sample=\"https://example.com/s\">example</sample:name>\
         <age>5</age><is>true</is><Remark> 7 </Remark></Person>",
    );
    let (value, wrong) = read(
        PERSON,
        "<Person id='1'>\n <age> 5 </age><kind>1</kind><!-- --></Person>",
    );
    assert_eq!(
        (value, wrong),
        (json!({"id": 1, "age": 5, "kind": 1}), vec![])
    );
    let (value, _) = read(PERSON, "<Person id='1'><kind>2</kind></Person>");
    assert_eq!(value, json!({"id": 1, "kind": "2"}));
}

#[test]
fn what_an_object_cannot_be_is_told_at_its_place() {
    for (document, expected) in [
        ("<Person/>", "wrong "),
        ("<Person id='x'/>", "wrong /id"),
        ("<Person id='1'><age>old</age></Person>", "wrong /age"),
        ("<Person id='1'><age/></Person>", "wrong /age"),
        ("<Person id='1'><is>2</is></Person>", "wrong /is"),
        ("<Person id='1'><is>True</is></Person>", "wrong /is"),
        ("<Person id='1'><age>7.5</age></Person>", "wrong /age"),
        ("<Person id='1'><age>0x7</age></Person>", "wrong /age"),
        ("<Person id='1'><age>null</age></Person>", "wrong /age"),
        (
            "<Person id='1'><age>1</age><age>2</age></Person>",
            "wrong /age",
        ),
        ("<Person id='1'><kind>3</kind></Person>", "wrong /kind"),
        ("<person id='1'/>", "wrong "),
        ("<Person xmlns='u' id='1'/>", "wrong "),
        ("<Person id='1'><name>x</name></Person>", "wrong "),
        ("<Person id='1'><note>x</note></Person>", "wrong "),
        ("<Person id='1'>text<is>true</is></Person>", "wrong "),
        ("<Person id='1'><age><b/></age></Person>", "wrong /age"),
        ("<Person id='1'><more/></Person>", "undeclared /more"),
        ("<Person id='1' x='2'/>", "undeclared /x"),
        (
            "<Person id='1'><age x='2'>5</age></Person>",
            "undeclared /age/x",
        ),
    ] {
        assert_eq!(read(PERSON, document).1, [expected], "{document}");
    }
    let wrong = read(PERSON, "<Person><id>1</id></Person>").1;
    assert_eq!(
        wrong,
        ["wrong ", "wrong "],
        "it is missing, and it stands elsewhere"
    );
}

#[test]
fn what_nobody_declared_is_gathered_by_name_however_much_it_is() {
    // Minutes, were each name compared with all before it.
    let names: Vec<String> = (0..50_000).map(|it| format!("<b{it}/>")).collect();
    let document = format!("<a>{}<b0>x</b0></a>", names.concat());
    let (value, _) = read("{type: object, xml: {name: a}}", &document);
    let members = value.as_object().expect("an object");
    assert_eq!(members.len(), 50_000);
    assert_eq!(
        members.iter().next(),
        Some((&"b0".to_owned(), &json!(["", "x"])))
    );
}

#[test]
fn null_is_an_element_that_is_nil() {
    let xsi = "xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\"";
    let nil = format!("<Person id=\"1\"><age {xsi} xsi:nil=\"true\"/></Person>");
    agree(PERSON, &json!({"id": 1, "age": null}), &nil);
    let (_, wrong) = read(
        PERSON,
        &format!("<Person {xsi} id='1'><is xsi:nil='true'/></Person>"),
    );
    assert_eq!(wrong, ["wrong /is"]);
    let (_, wrong) = read(
        PERSON,
        &format!("<Person {xsi} id='1'><age xsi:nil='1'>5</age></Person>"),
    );
    assert_eq!(wrong, ["wrong /age"]);
    let (_, wrong) = read(
        PERSON,
        &format!("<Person {xsi} xsi:schemaLocation='u' xml:lang='de' id='1'/>"),
    );
    assert_eq!(wrong, NOTHING, "they are words of XML");
    let product = "main: {type: object, xml: {name: product}, required: [count], properties: {\
                   count: {type: [number, 'null'], xml: {nodeType: attribute}}, rating: {type: string, xml: {nodeType: attribute}}}}";
    agree(product, &json!({"count": null}), "<product/>");
}

/// A document with a property `animals` of this schema.
fn animals(array: &str, items: &str) -> String {
    format!(
        "main: {{type: object, xml: {{name: document}}, properties: {{animals: {{type: array, {array} items: {{type: string, {items}}}}}}}}}"
    )
}

#[test]
fn lists_are_written_as_the_specification_shows() {
    let value = json!({"animals": ["dog", "cat"]});
    for (array, items, inside) in [
        ("", "", "<animals>dog</animals><animals>cat</animals>"),
        (
            "",
            "xml: {name: animal}",
            "<animal>dog</animal><animal>cat</animal>",
        ),
        (
            "xml: {name: aliens},",
            "xml: {name: animal}",
            "<animal>dog</animal><animal>cat</animal>",
        ),
        (
            "xml: {wrapped: true},",
            "",
            "<animals><animals>dog</animals><animals>cat</animals></animals>",
        ),
        (
            "xml: {nodeType: element},",
            "xml: {name: animal}",
            "<animals><animal>dog</animal><animal>cat</animal></animals>",
        ),
        (
            "xml: {name: aliens, wrapped: true},",
            "xml: {name: animal}",
            "<aliens><animal>dog</animal><animal>cat</animal></aliens>",
        ),
        (
            "xml: {name: aliens, nodeType: element},",
            "",
            "<aliens><aliens>dog</aliens><aliens>cat</aliens></aliens>",
        ),
    ] {
        agree(
            &animals(array, items),
            &value,
            &format!("<document>{inside}</document>"),
        );
    }
}

#[test]
fn lists_may_have_one_item_or_none_and_no_strangers() {
    let wrapped = animals("xml: {wrapped: true},", "xml: {name: animal}");
    agree(
        &wrapped,
        &json!({"animals": []}),
        "<document><animals/></document>",
    );
    agree(
        &wrapped,
        &json!({"animals": ["a"]}),
        "<document><animals><animal>a</animal></animals></document>",
    );
    agree(
        &animals("", ""),
        &json!({"animals": ["a"]}),
        "<document><animals>a</animals></document>",
    );
    assert_eq!(read(&animals("", ""), "<document/>"), (json!({}), vec![]));
    let required =
        animals("minItems: 1,", "").replace("properties", "required: [animals], properties");
    assert_eq!(read(&required, "<document/>").1, ["wrong /animals"]);
    for (document, expected) in [
        (
            "<document><animals><cat>a</cat></animals></document>",
            "wrong /animals",
        ),
        (
            "<document><animals>a</animals></document>",
            "wrong /animals",
        ),
        (
            "<document><animals/><animals/></document>",
            "wrong /animals",
        ),
        (
            "<document><animals x='1'/></document>",
            "undeclared /animals/x",
        ),
        (
            "<document><animal>a</animal></document>",
            "undeclared /animal",
        ),
    ] {
        assert_eq!(read(&wrapped, document).1, [expected], "{document}");
    }
}

#[test]
fn texts_stand_beside_attributes_and_in_order() {
    let pets = "main: {type: array, xml: {nodeType: element, name: animals}, items: {xml: {name: animal}, properties: {\
                kind: {type: string, xml: {nodeType: attribute}}, name: {type: string, xml: {nodeType: text}}}}}";
    agree(
        pets,
        &json!([{"kind": "Cat", "name": "Fluffy"}, {"kind": "Dog", "name": "Fido"}]),
        "<animals><animal kind=\"Cat\">Fluffy</animal><animal kind=\"Dog\">Fido</animal></animals>",
    );
    let ordered = "main: {xml: {nodeType: element, name: OneTwo}, type: array, prefixItems: [{xml: {name: One}, type: string}, \
                   {xml: {name: Two}, type: object, properties: {unit: {type: string, xml: {nodeType: attribute}}, \
                   value: {type: number, xml: {nodeType: text}}}}], items: false}";
    agree(
        ordered,
        &json!(["t", {"unit": "cubits", "value": 42}]),
        "<OneTwo><One>t</One><Two unit=\"cubits\">42</Two></OneTwo>",
    );
    assert_eq!(read(ordered, "<OneTwo><Two/></OneTwo>").1, ["wrong "]);
    let cdata = "main: {$ref: '#/components/schemas/Doc'}\ncomponents: {schemas: {Doc: {type: object, properties: {content: \
                 {type: string, xml: {nodeType: cdata}}}}}}";
    agree(
        cdata,
        &json!({"content": "<b>]]></b>"}),
        "<Doc><![CDATA[<b>]]]]><![CDATA[></b>]]></Doc>",
    );
    assert_eq!(
        read(cdata, "<Doc>\n <![CDATA[<b/>]]>\n</Doc>").0,
        json!({"content": "<b/>"})
    );
}

#[test]
fn a_reference_has_the_name_of_the_property_or_of_the_component() {
    let pets = "
main: {$ref: '#/components/schemas/Pets'}
components:
  schemas:
    Pets: {type: array, items: {$ref: '#/components/schemas/Pet'}}
    Pet: {type: object, properties: {owner: {$ref: '#/components/schemas/Owner'}, dam: {$ref: '#/components/schemas/Named'}}}
    Owner: {type: object, properties: {n: {type: integer}}}
    Named: {type: object, xml: {name: dame}, properties: {n: {type: integer}}}
";
    let value = json!([{"owner": {"n": 1}, "dam": {"n": 2}}]);
    assert_eq!(
        written(pets, &value).as_deref(),
        Ok("<Pets><Pets><owner><n>1</n></owner><dame><n>2</n></dame></Pets></Pets>")
    );
    for document in [
        "<Pets><Pets><owner><n>1</n></owner><dame><n>2</n></dame></Pets></Pets>",
        "<Pets><Pet><Owner><n>1</n></Owner><dame><n>2</n></dame></Pet></Pets>",
    ] {
        assert_eq!(read(pets, document), (value.clone(), vec![]), "{document}");
    }
    assert_eq!(read(pets, "<Pets><Dog/></Pets>").1, ["wrong "]);
    let stored = "
main: {xml: {nodeType: element, name: Stored}, $ref: '#/components/schemas/Doc'}
components: {schemas: {Doc: {xml: {nodeType: none}, type: object, properties: {a: {type: integer}}}}}
";
    agree(stored, &json!({"a": 1}), "<Stored><a>1</a></Stored>");
    let either = "
main: {oneOf: [{$ref: '#/components/schemas/Cat'}, {$ref: '#/components/schemas/Dog'}]}
components: {schemas: {Cat: {type: object, required: [c], properties: {c: {type: integer}}}, Dog: {type: object, required: [d], properties: {d: {type: integer}}}}}
";
    assert_eq!(
        read(either, "<Dog><d>1</d></Dog>"),
        (json!({"d": 1}), vec![])
    );
    assert_eq!(read(either, "<Cow><d>1</d></Cow>").1, ["wrong "]);
    assert!(
        written(either, &json!({"d": 1})).is_err(),
        "nobody knows which"
    );
}

#[test]
fn what_has_no_element_stands_in_the_one_around() {
    let text = "main: {type: object, xml: {name: r}, properties: {bare: {type: object, xml: {nodeType: none}, \
                required: [a], properties: {a: {type: integer}, b: {type: string, xml: {attribute: true}}}}, c: {type: integer}}}";
    agree(
        text,
        &json!({"bare": {"a": 1, "b": "x"}, "c": 2}),
        "<r b=\"x\"><a>1</a><c>2</c></r>",
    );
    assert_eq!(read(text, "<r><a>y</a></r>").1, ["wrong /bare/a"]);
}

#[test]
fn default_namespaces_hold_for_what_is_inside() {
    let text = "main: {type: object, xml: {name: r, namespace: u}, properties: {a: {type: integer}, b: {type: string, xml: {attribute: true}}}}";
    agree(
        text,
        &json!({"a": 1, "b": "x"}),
        "<r xmlns=\"u\" b=\"x\"><a>1</a></r>",
    );
    assert_eq!(
        read(text, "<p:r xmlns:p='u'><p:a>1</p:a></p:r>").0,
        json!({"a": 1})
    );
    assert_eq!(
        read(text, "<p:r xmlns:p='u'><a>1</a></p:r>").0,
        json!({"a": 1}),
        "none is said"
    );
    assert_eq!(
        read(text, "<r xmlns='u'><a xmlns='v'>1</a></r>").1,
        ["wrong "]
    );
    assert_eq!(read(text, "<r xmlns='v'/>").1, ["wrong "]);
}

#[test]
fn members_of_any_name_have_their_schema() {
    let text = "main: {type: object, xml: {name: r}, additionalProperties: {type: integer}}";
    agree(text, &json!({"a": 1, "b": 2}), "<r><a>1</a><b>2</b></r>");
    assert_eq!(read(text, "<r><a>x</a></r>").1, ["wrong /a"]);
    assert_eq!(read(text, "<r><a>1</a><a>2</a></r>").1, ["wrong /a"]);
    let open = "main: {type: object, xml: {name: r}, additionalProperties: true}";
    assert_eq!(
        read(open, "<r><a x='1'><b/><b>2</b></a></r>").0,
        json!({"a": {"x": "1", "b": ["", "2"]}})
    );
}

#[test]
fn what_cannot_be_written_is_an_error() {
    for (text, value) in [
        ("main: {type: object}", json!({"a": 1})),
        ("main: {type: object, xml: {name: r}}", json!({"a b": 1})),
        (
            "main: {type: object, xml: {name: r}}",
            json!({"a": "\u{0}"}),
        ),
        ("main: {type: object, xml: {name: r, prefix: p}}", json!({})),
        (
            "main: {type: object, xml: {name: r}, properties: {a: {xml: {attribute: true}}}}",
            json!({"a": [1]}),
        ),
    ] {
        assert!(written(text, &value).is_err(), "{text}");
    }
}

#[test]
fn what_cannot_be_mapped_is_known_before() {
    for (text, place) in [
        ("main: {xml: 1}", "/main/xml"),
        ("main: {xml: {names: a}}", "/main/xml"),
        ("main: {xml: {nodeType: comment}}", "/main/xml"),
        ("main: {xml: {attribute: 'true'}}", "/main/xml"),
        (
            "main: {xml: {nodeType: element, wrapped: true}}",
            "/main/xml",
        ),
        (
            "main: {properties: {a: {type: array, xml: {attribute: true}}}}",
            "/main/properties/a/xml",
        ),
        (
            "main: {properties: {a: {type: object, xml: {nodeType: text}}}}",
            "/main/properties/a/xml",
        ),
        ("main: {items: {type: array, items: {}}}", "/main/items"),
        (
            "main: {prefixItems: [{xml: {nodeType: text}}]}",
            "/main/prefixItems/0",
        ),
        (
            "main: {$ref: '#/other'}\nother: {allOf: [{xml: {names: a}}, {$ref: '#/main'}]}",
            "/other/allOf/0/xml",
        ),
        ("main: {type: object, xml: {name: a b}}", "/main/xml"),
        ("main: {type: object, xml: {name: 'a:b'}}", "/main/xml"),
        ("main: {type: object, xml: {prefix: 1p}}", "/main/xml"),
        ("main: {type: object, xml: {name: ''}}", "/main/xml"),
    ] {
        let contract = contract(text);
        let faults = XmlMapping::new(&contract).faults(&schema());
        let places: Vec<&str> = faults.iter().map(|(place, _)| place.as_str()).collect();
        assert_eq!(places, [place], "{text}: {faults:?}");
    }
    let fine = "main: {type: array, xml: {wrapped: true, x-a: 1}, items: {type: array, xml: {wrapped: true}, items: {type: string}}}";
    let contract = contract(fine);
    assert_eq!(XmlMapping::new(&contract).faults(&schema()), []);
}

#[test]
fn a_bare_text_is_the_document_itself() {
    for (text, expected) in [
        ("main: {type: string}", false),
        ("main: {type: string, xml: {name: a}}", true),
        (
            "main: {$ref: '#/components/schemas/A'}\ncomponents: {schemas: {A: {type: string}}}",
            true,
        ),
        ("main: {type: object}", true),
        ("main: {}", true),
    ] {
        let contract = contract(text);
        assert_eq!(
            XmlMapping::new(&contract).describes(&schema()),
            expected,
            "{text}"
        );
    }
}
