//! Headers that are lists, and bodies that are sequences or forms: read as the contract wants them.

use super::answers::told_by;

/// A contract of one operation with this response.
fn contract(version: &str, response: &str) -> String {
    format!(
        "openapi: {version}\ninfo: {{title: T, version: '1'}}\npaths:\n  /a:\n    get:\n      operationId: a\n      \
         responses: {{'200': {{description: d, {response}}}}}\n\
         components: {{schemas: {{Event: {{type: object, required: [data], properties: {{data: {{type: string, maxLength: 3}}, \
         event: {{enum: [add]}}, id: {{type: string}}, retry: {{type: integer, maximum: 5}}}}}}}}}}\n"
    )
}

/// The findings about a header of this schema.
fn header(described: &str, value: &str) -> Vec<String> {
    let contract = contract("3.1.1", &format!("headers: {{X-A: {described}}}"));
    told_by(&contract, 200, &[("x-a", value)], b"")
}

const WRONG: [&str; 1] = ["response-headers header x-a"];
const NOTHING: [&str; 0] = [];

#[test]
fn headers_are_lists_where_the_schema_wants_one() {
    let numbers = "{schema: {type: array, items: {type: integer}, maxItems: 3}}";
    assert_eq!(header(numbers, "1, 2,3"), NOTHING);
    assert_eq!(header(numbers, "1,x"), WRONG);
    assert_eq!(header(numbers, "1,2,3,4"), WRONG);
    let words = "{schema: {type: array, items: {type: string, minLength: 2}}}";
    assert_eq!(
        header(words, "12, ab"),
        NOTHING,
        "a text may look like a number"
    );
    assert_eq!(header(words, "ab, c"), WRONG);
    let text = "{schema: {type: string, pattern: '^a,b$'}}";
    assert_eq!(header(text, "a,b"), NOTHING, "a text is no list");
}

#[test]
fn headers_are_objects_exploded_or_not() {
    let object = "type: object, required: [R], properties: {R: {type: integer}}";
    let plain = format!("{{schema: {{{object}}}}}");
    assert_eq!(header(&plain, "R,100,G,200"), NOTHING);
    assert_eq!(header(&plain, "R,x"), WRONG);
    assert_eq!(header(&plain, "G,1"), WRONG);
    let exploded = format!("{{explode: true, schema: {{{object}}}}}");
    assert_eq!(header(&exploded, "R=100, G=200"), NOTHING);
    assert_eq!(header(&exploded, "R=x"), WRONG);
}

#[test]
fn headers_may_have_a_media_type() {
    let json = "{content: {application/json: {schema: {type: object, required: [n]}}}}";
    assert_eq!(header(json, r#"{"n": 1}"#), NOTHING);
    assert_eq!(header(json, "{}"), WRONG);
    assert_eq!(header(json, "{"), WRONG);
    let text = "{content: {text/plain: {schema: {type: string, minLength: 2}}}}";
    assert_eq!(header(text, "ab"), NOTHING);
    assert_eq!(header(text, "a"), WRONG);
}

/// The findings about a body of a media type that is described like this.
fn body(version: &str, media_type: &str, described: &str, body: &str) -> Vec<String> {
    let contract = contract(version, &format!("content: {{{media_type}: {described}}}"));
    told_by(
        &contract,
        200,
        &[("content-type", media_type)],
        body.as_bytes(),
    )
}

#[test]
fn lines_of_json_are_judged_one_by_one() {
    let items = "{itemSchema: {type: object, required: [n], properties: {n: {type: integer}}}}";
    let lines = |text| body("3.2.0", "application/x-ndjson", items, text);
    assert_eq!(lines("{\"n\":1}\n{\"n\":2}\n"), NOTHING);
    assert_eq!(
        lines("{\"n\":1}\n{}\n{\"n\":\"3\"}\n{\"n\":4,\"x\":5}"),
        [
            "response-schema body /1",
            "response-schema body /2/n",
            "undeclared-field body /3/x"
        ]
    );
    assert_eq!(lines("{\"n\":1}\n{\"n\":2"), ["body-decoding body"]);
    assert_eq!(
        lines("{\"n\":1}\n{\"n\":2,\"n\":3}"),
        ["body-decoding body /1/n"]
    );
    let separated = body(
        "3.2.0",
        "application/json-seq",
        items,
        "\u{1e}{\"n\":1}\n\u{1e}{\n}\n",
    );
    assert_eq!(separated, ["response-schema body /1"]);
    let whole = "{schema: {type: array, maxItems: 1}}";
    assert_eq!(
        body("3.2.0", "application/jsonl", whole, "1\n2\n"),
        ["response-schema body"]
    );
    let older = "{schema: {type: object, required: [n]}}";
    assert_eq!(
        body("3.0.4", "application/x-ndjson", older, "{\"n\":1}\n{}\n"),
        ["response-schema body /1"]
    );
}

#[test]
fn events_are_judged_one_by_one() {
    let items = "{itemSchema: {$ref: '#/components/schemas/Event'}}";
    let events = |text| body("3.2.0", "text/event-stream", items, text);
    assert_eq!(
        events("data: a\nevent: add\nretry: 5\n\ndata: b\n\n"),
        NOTHING
    );
    assert_eq!(
        events("data: long\n\nevent: del\ndata: a\nretry: 6\n\n"),
        [
            "response-schema body /0/data",
            "response-schema body /1/event",
            "response-schema body /1/retry"
        ]
    );
}

#[test]
fn xml_is_judged_as_the_value_that_it_is() {
    let thing = "{schema: {type: object, xml: {name: thing}, required: [n], properties: {n: {type: integer}, \
                 l: {type: array, items: {type: integer}}, s: {type: string, xml: {attribute: true}}}}}";
    for media_type in ["application/xml", "text/xml", "application/a+xml"] {
        let told = |text| body("3.1.1", media_type, thing, text);
        assert_eq!(
            told("<thing s='x'><n>1</n><l>2</l><l>3</l></thing>"),
            NOTHING
        );
        assert_eq!(told("<thing/>"), ["response-schema body"]);
        assert_eq!(told("<thing><n>x</n></thing>"), ["response-schema body /n"]);
        assert_eq!(
            told("<thing><n>1</n><l>2</l><l>y</l></thing>"),
            ["response-schema body /l/1"]
        );
        assert_eq!(told("<other><n>1</n></other>"), ["response-schema body"]);
        assert_eq!(
            told("<thing x='2'><n>1</n><m/></thing>"),
            ["undeclared-field body /x", "undeclared-field body /m"]
        );
        assert_eq!(told("<thing><n>1</n>"), ["body-decoding body"]);
        assert_eq!(told(""), ["response-schema body"]);
        assert_eq!(
            told("<!DOCTYPE thing><thing><n>1</n></thing>"),
            ["response-schema body"]
        );
    }
}

#[test]
fn xml_that_no_schema_describes_is_text() {
    assert_eq!(body("3.1.1", "text/xml", "{}", "<a/>"), NOTHING);
    assert_eq!(body("3.1.1", "text/xml", "{}", "<!DOCTYPE a><a/>"), NOTHING);
    assert_eq!(
        body("3.1.1", "text/xml", "{}", "<a>"),
        ["body-decoding body"]
    );
    let text = "{schema: {type: string, maxLength: 4}}";
    assert_eq!(body("3.1.1", "text/xml", text, "<a/>"), NOTHING);
    assert_eq!(
        body("3.1.1", "application/xml", text, "<aa/>"),
        ["response-schema body"]
    );
}

#[test]
fn forms_are_judged_as_objects() {
    let form = "{schema: {type: object, required: [n], properties: {n: {type: integer}, s: {type: string}, \
                l: {type: array, items: {type: integer}, minItems: 2}, o: {type: object, required: [a]}}}}";
    let told = |text| body("3.1.1", "application/x-www-form-urlencoded", form, text);
    assert_eq!(told("n=1&s=2&l=1&l=2&o=%7B%22a%22%3A1%7D"), NOTHING);
    assert_eq!(told("s=2"), ["response-schema body"]);
    assert_eq!(told("n=x"), ["response-schema body /n"]);
    assert_eq!(told("n=1&l=1"), ["response-schema body /l"]);
    assert_eq!(told("n=1&n=2"), ["response-schema body /n"]);
    assert_eq!(told("n=1&o=%7B%7D"), ["response-schema body /o"]);
    assert_eq!(told("n=1&x=2"), ["undeclared-field body /x"]);
}

#[test]
fn what_no_schema_can_judge_is_told() {
    let unusable = "{schema: {type: string, pattern: '('}}";
    assert_eq!(header(unusable, "a"), WRONG);
    let body = contract(
        "3.1.1",
        &format!("content: {{application/json: {unusable}}}"),
    );
    let headers = [("content-type", "application/json")];
    let told = told_by(&body, 200, &headers, b"\"a\"");
    assert_eq!(told, ["response-schema body"]);
}
