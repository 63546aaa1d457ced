//! What is said of a contract by itself.

use super::of_contract;

/// What is said of a form with these encodings, whose schema is this one, at line 7.
fn of_form(schema: &str, encodings: &str) -> Vec<String> {
    of_contract(&format!(
        "openapi: 3.1.1
info: {{title: T, version: '1'}}
paths:
  /a:
    post:
      operationId: a
      requestBody: {{content: {{multipart/form-data: {{schema: {schema}, encoding: {encodings}}}}}}}
      responses: {{'204': {{description: d}}}}
components:
  schemas:
    Base: {{type: object, properties: {{icon: {{type: string}}, id: {{type: integer, readOnly: true}}}}}}
    Open: {{type: object, additionalProperties: true, properties: {{icon: {{}}}}}}
"
    ))
}

const ICON: &str = "{icon: {contentType: image/png}}";

#[test]
fn an_encoding_is_that_of_a_property() {
    for (schema, encodings) in [
        ("{properties: {icon: {}}}", ICON),
        (
            "{$ref: '#/components/schemas/Base'}",
            "{icon: {contentType: image/png}, id: {contentType: text/plain}}",
        ),
        (
            "{allOf: [{$ref: '#/components/schemas/Base'}], properties: {name: {}}}",
            ICON,
        ),
        (
            "{oneOf: [{properties: {name: {}}}, {properties: {icon: {}}}]}",
            ICON,
        ),
        (
            "{properties: {name: {}}, patternProperties: {'^i': {}}}",
            ICON,
        ),
        (
            "{properties: {name: {}}, additionalProperties: {type: string}}",
            ICON,
        ),
        ("{$ref: '#/components/schemas/Open'}", "{other: {}}"),
        // Nobody says which properties there are.
        ("{type: object}", ICON),
        ("true", ICON),
    ] {
        assert_eq!(of_form(schema, encodings), [""; 0], "{schema} {encodings}");
    }
    for schema in [
        "{properties: {name: {}}}",
        "{properties: {name: {}}, patternProperties: {'^x': {}}}",
        "{properties: {name: {}}, additionalProperties: false}",
        "{oneOf: [{properties: {name: {}}}, {properties: {ikon: {}}}]}",
        "{type: array, items: {}}",
    ] {
        let told = "7 unknown-reference: the encoding `icon` names no property of the schema";
        assert_eq!(of_form(schema, ICON), [told], "{schema}");
    }
}

/// What is said of a body in XML whose object has these properties, at line 7.
fn of_xml(media_type: &str, properties: &str) -> Vec<String> {
    of_contract(&format!(
        "openapi: 3.2.0
info: {{title: T, version: '1'}}
paths:
  /a:
    post:
      operationId: a
      requestBody: {{content: {{{media_type}: {{schema: {{type: object, xml: {{name: a}}, properties: {properties}}}}}}}}}
      responses: {{'204': {{description: d}}}}
components:
  schemas:
    Base: {{type: object, properties: {{x: {{}}}}}}
"
    ))
}

#[test]
fn a_property_has_a_name_in_xml() {
    for properties in [
        "{name: {}, n\u{e4}me: {}, a.b-c_1: {}}",
        "{'first name': {type: string, xml: {name: first}}}",
        "{'1st': {$ref: '#/components/schemas/Base'}}",
        "{'1st': {type: string, xml: {nodeType: text}}}",
        "{'1st': {type: array, items: {type: string, xml: {name: first}}}}",
        "{'1st': false}",
    ] {
        assert_eq!(
            of_xml("application/xml", properties),
            [""; 0],
            "{properties}"
        );
    }
    for properties in [
        "{'1st': {type: string}}",
        "{'1st': {type: string, xml: {attribute: true}}}",
        "{'1st': {type: array, items: {type: string}}}",
        "{'1st': {type: array, xml: {wrapped: true}, items: {type: string, xml: {name: first}}}}",
        "{in: {type: object, properties: {'1st': {}}}}",
    ] {
        let told = "7 unsupported: `1st` can name no element and no attribute of XML";
        assert_eq!(
            of_xml("application/xml", properties),
            [told],
            "{properties}"
        );
        assert_eq!(of_xml("application/json", properties), [""; 0]);
    }
}

#[test]
fn encodings_of_answers_and_parameters_are_looked_at_too() {
    let text = "openapi: 3.2.0
info: {title: T, version: '1'}
paths:
  /a:
    get:
      operationId: a
      parameters:
        - name: q
          in: querystring
          content:
            application/x-www-form-urlencoded:
              schema: {properties: {page: {}}}
              encoding: {pages: {explode: true}}
      responses:
        '200':
          description: d
          content:
            multipart/form-data:
              schema: {properties: {icon: {}}}
              encoding:
                icon: {}
                ico: {}
";
    assert_eq!(
        of_contract(text),
        [
            "13 unknown-reference: the encoding `pages` names no property of the schema",
            "22 unknown-reference: the encoding `ico` names no property of the schema",
        ]
    );
    let text = text.replace("pages:", "page:").replace("ico:", "icons:");
    let (contract, _) = crate::suite::load_contract(
        "c",
        crate::suite::SourceText {
            path: "c.yaml".to_owned(),
            text,
        },
        &crate::arazzo::NoFiles,
    );
    let told = super::lint_contract(&contract.expect("a contract"));
    assert_eq!(told.len(), 1);
    assert!(!told[0].is_error() && told[0].help == "did you mean `icon`?");
}
