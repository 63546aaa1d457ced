//! Values that go over the wire as texts: in the URL, in header fields and in forms.

use serde_json::{Value, json};

use super::{body_of, contract, of_parameters, request, taking, varied};

#[test]
fn parameters_are_varied_as_their_style_writes_them() {
    let told = of_parameters(
        "/things",
        &json!([
            {"name": "limit", "in": "query", "required": true, "schema": {"type": "integer", "maximum": 100}},
            {"name": "sort", "in": "query", "schema": {"enum": ["up", "down"]}},
            {"name": "ids", "in": "query", "explode": false, "style": "pipeDelimited", "schema": {"type": "array", "maxItems": 2, "items": {"type": "integer"}}},
            {"name": "page", "in": "query", "style": "deepObject", "explode": true, "schema": {"type": "object", "required": ["size"], "properties": {"size": {"type": "integer"}}}},
            {"name": "X-Level", "in": "header", "schema": {"type": "integer", "minimum": 3}}
        ]),
        "/things?limit=10&ids=1%7C2&page%5Bsize%5D=3",
    );
    let rest = "ids=1%7C2&page%5Bsize%5D=3";
    for (name, expected) in [
        (
            "required-missing:query/limit",
            format!("/api/things?{rest}"),
        ),
        (
            "wrong-type:query/limit",
            format!("/api/things?{rest}&limit=x"),
        ),
        (
            "above-maximum:query/limit",
            format!("/api/things?{rest}&limit=101"),
        ),
        (
            "not-listed:query/sort",
            format!("/api/things?limit=10&{rest}&sort=down-2"),
        ),
        (
            "listed:query/sort",
            format!("/api/things?limit=10&{rest}&sort=up"),
        ),
        (
            "listed:query/sort#2",
            format!("/api/things?limit=10&{rest}&sort=down"),
        ),
        (
            "too-many-items:query/ids",
            "/api/things?limit=10&page%5Bsize%5D=3&ids=1%7C2%7C2".to_owned(),
        ),
        (
            "wrong-type:query/page/size",
            "/api/things?limit=10&ids=1%7C2&page%5Bsize%5D=x".to_owned(),
        ),
        (
            "below-minimum:header/X-Level",
            format!("/api/things?limit=10&{rest} X-Level: 2"),
        ),
        (
            "optional-absent:query/ids",
            "/api/things?limit=10&page%5Bsize%5D=3".to_owned(),
        ),
    ] {
        let found = body_of(&told, name);
        // Which of several wrong types is taken is drawn.
        let found = found.map(|it| it.replace("=0.5", "=x").replace("=true", "=x"));
        assert_eq!(found, Some(expected), "{name} of {told:#?}");
    }
}

#[test]
fn the_path_is_left_alone_but_for_its_spelling() {
    let parameter =
        |schema: Value| json!([{"name": "id", "in": "path", "required": true, "schema": schema}]);
    let names = |schema: Value, id: &str| {
        let told = of_parameters(
            "/things/{id}/parts",
            &parameter(schema),
            &format!("/things/{id}/parts?x=1"),
        );
        told.into_iter().collect::<Vec<(String, String)>>()
    };
    let uuid = "00000000-0000-4000-8000-000000000001";
    let told = names(json!({"type": "string", "format": "uuid"}), uuid);
    let wrong = "/api/things/00000000-0000-4000-8000-00000000000g/parts?x=1";
    assert_eq!(
        told,
        [("format-broken:path/id".to_owned(), wrong.to_owned())]
    );
    assert_eq!(names(json!({"enum": ["a", "b"]}), "a").len(), 1);
    assert_eq!(names(json!({"type": "integer"}), "7"), []);
    assert_eq!(names(json!({"type": "string", "maxLength": 3}), "abc"), []);
}

#[test]
fn fields_of_forms_are_varied_and_files_stay_what_they_are() {
    let schema = json!({"type": "object", "required": ["size", "file"], "properties": {
        "size": {"type": "integer", "maximum": 10}, "file": {"type": "string", "format": "binary"}
    }});
    for media_type in ["application/x-www-form-urlencoded", "multipart/form-data"] {
        let mut operation = taking(&schema);
        operation["requestBody"]["content"] = json!({media_type: {"schema": schema}});
        let contract = contract("/things", "post", &operation);
        let mut request = request("/things", None);
        let multipart = "--b\r\nContent-Disposition: form-data; name=\"size\"\r\n\r\n5\r\n--b\r\n\
            Content-Disposition: form-data; name=\"file\"; filename=\"f\"\r\nContent-Type: a/b\r\n\r\nPK\r\n--b--\r\n";
        let is_multipart = media_type.starts_with("multipart");
        let body = if is_multipart {
            multipart
        } else {
            "size=5&file=PK"
        };
        let said = if is_multipart {
            "multipart/form-data; boundary=b"
        } else {
            media_type
        };
        request.headers.push("content-type", said);
        request.body = body.into();
        let list = varied(&contract, &request);
        let body = |name: &str| {
            let found = list.iter().find(|it| it.name == name);
            found.map(|it| String::from_utf8_lossy(&it.request.body).into_owned())
        };
        let above = body("above-maximum:body/size").expect("it is varied");
        assert!(above.contains("11") && above.contains("PK"), "{above}");
        assert_eq!(above.contains("filename=\"f\""), is_multipart, "{above}");
        let missing = body("required-missing:body/file").expect("it is varied");
        assert!(
            missing.contains('5') && !missing.contains("PK"),
            "{missing}"
        );
        assert_eq!(
            body("null-not-allowed:body/size"),
            None,
            "a form has no word for it"
        );
        assert_eq!(body("malformed-json:body"), None);
        assert!(body("wrong-media-type:body").is_some());
    }
}
