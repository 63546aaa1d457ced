//! What is secret in a flow, by the contract, the inputs and the settings; and what is not.

use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Map, Value, json};

use super::*;
use crate::arazzo::NoFiles;
use crate::http::{BodyEnd, Exchange, Headers, Request, Response};
use crate::json::Pointer;
use crate::suite::{Folder, SourceText, load};
use crate::transcript::{Attempt, End, Outcome, Received, StepRecord, Unmet};

const CONTRACT: &str = r"
openapi: 3.1.1
info: {title: Shop, version: '1'}
components:
  securitySchemes:
    basic: {type: http, scheme: basic}
    apiKey: {type: apiKey, in: header, name: X-Key}
    inQuery: {type: apiKey, in: query, name: key}
    session: {type: apiKey, in: cookie, name: sid}
paths:
  /login:
    post:
      operationId: login
      parameters:
        - {name: pin, in: query, schema: {type: string, format: password}}
        - {name: X-Pin, in: header, schema: {type: string, format: password}}
      requestBody:
        content:
          application/json: {schema: {$ref: '#/components/schemas/Login'}}
          application/x-www-form-urlencoded: {schema: {$ref: '#/components/schemas/Login'}}
          multipart/form-data: {schema: {$ref: '#/components/schemas/Login'}}
      responses:
        '200':
          description: d
          headers: {X-Once: {schema: {type: string, format: password}}}
          content:
            application/json:
              schema:
                type: object
                properties:
                  tokens: {type: array, items: {type: object, properties: {token: {type: string, format: password}}}}
                  codes: {type: array, items: {type: string, writeOnly: true, format: password}}
                  state: {type: string}
            text/plain: {schema: {type: string, format: password}}
            application/xml:
              schema: {type: object, xml: {name: r}, properties: {token: {type: string, format: password}}}
";

const SCHEMA: &str = "    Login:
      type: object
      properties:
        user: {type: string}
        password: {type: string, writeOnly: true, examples: [Harbor12345]}
        code: {type: integer, writeOnly: true}
        kind: {format: password, enum: [personal-token, none]}
";

const WORKFLOWS: &str = "arazzo: 1.0.1
info: {title: T, version: '1'}
sourceDescriptions: [{name: api, url: openapi.yaml, type: openapi}]
workflows:
  - workflowId: a-wrong-password-is-refused
    inputs: {type: object, properties: {given: {type: string, format: password}}}
    steps: [{stepId: login, operationId: login}]
";

struct Shop {
    secrets: Arc<Secrets>,
    telling: Telling,
    transcript: Transcript,
}

/// What was said in one try of the one step.
fn shop(request: Request, response: Response) -> Shop {
    let contract = CONTRACT.replace("paths:\n", &format!("  schemas:\n{SCHEMA}paths:\n"));
    shop_of(
        &contract,
        r#""adminToken", "X-Named", "made""#,
        (request, response),
    )
}

/// The same in a shop with this contract, whose settings name these.
fn shop_of(contract: &str, names: &str, (request, response): (Request, Response)) -> Shop {
    let text = |path: &str, text: &str| SourceText {
        path: path.to_owned(),
        text: text.to_owned(),
    };
    let folder = Folder {
        api: "shop".to_owned(),
        contract: text("specs/shop/openapi.yaml", contract),
        scenarios: vec![text("specs/shop/a.arazzo.yaml", WORKFLOWS)],
        settings: Some(text(
            "specs/shop/api.toml",
            &format!("[secrets]\nnames = [{names}]"),
        )),
        others: Vec::new(),
        files: Box::new(NoFiles),
    };
    let (suite, problems) = load(vec![folder]);
    assert_eq!(problems, []);
    let api = &suite.apis[0];
    let secrets = Arc::new(Secrets::default());
    let telling = Telling::of(api, Arc::clone(&secrets));
    let scenario = Arc::clone(&api.scenarios[0]);
    let attempt = Attempt {
        received: Received::decode(&response),
        exchange: Exchange { request, response },
        unmet: Vec::new(),
        broken_request: Vec::new(),
    };
    let step = StepRecord {
        scenario: Arc::clone(&scenario),
        step: 0,
        callers: Vec::new(),
        attempts: vec![attempt],
        waits: Vec::new(),
        unmet: Vec::new(),
        outputs: Map::new(),
        outcome: Outcome::Succeeded,
        period: None,
    };
    let transcript = Transcript {
        scenario,
        inputs: Map::new(),
        steps: vec![step],
        outputs: Map::new(),
        end: End::Completed,
    };
    Shop {
        secrets,
        telling,
        transcript,
    }
}

fn request(query: &str, fields: &[(&str, &str)], body: &str) -> Request {
    let mut headers = Headers::default();
    for (name, value) in fields {
        headers.push(*name, *value);
    }
    Request {
        method: "POST".to_owned(),
        url: format!("http://h/login{query}"),
        headers,
        body: Bytes::copy_from_slice(body.as_bytes()),
        caller: None,
    }
}

fn answer(fields: &[(&str, &str)], body: &str) -> Response {
    let mut headers = Headers::default();
    for (name, value) in fields {
        headers.push(*name, *value);
    }
    Response {
        status: 200,
        headers,
        body: Bytes::copy_from_slice(body.as_bytes()),
        end: BodyEnd::Complete,
    }
}

impl Shop {
    /// The request and the answer without their secrets.
    fn clean(mut self) -> (Exchange, Arc<Secrets>) {
        self.telling.clean(&mut self.transcript, &mut []);
        let step = self.transcript.steps.pop().expect("there is one");
        let attempt = step.attempts.into_iter().next().expect("there is one");
        assert_eq!(attempt.received.bytes, attempt.exchange.response.body);
        (attempt.exchange, self.secrets)
    }
}

const JSON: (&str, &str) = ("content-type", "application/json");

fn asked(media_type: &str, body: &str) -> (String, Arc<Secrets>) {
    let request = request("", &[("content-type", media_type)], body);
    let (exchange, secrets) = shop(request, answer(&[], "")).clean();
    let body = String::from_utf8(exchange.request.body.to_vec());
    (body.expect("a text"), secrets)
}

#[test]
fn what_the_contract_calls_secret_is_hidden_in_its_place_and_everywhere() {
    let body = r#"{ "user":"ada", "password" : "open-sesame", "code": 12, "password":"x" }"#;
    let request = request("?q=open%2Dsesame", &[JSON], body);
    let answer = answer(
        &[JSON],
        r#"{"state": "open-sesame x", "tokens": [{"token": "t-0123456"}, {"token": "short"}]}"#,
    );
    let (exchange, secrets) = shop(request, answer).clean();
    assert_eq!(
        exchange.request.body,
        r#"{ "user":"ada", "password" : "(secret:password)", "code": "(secret:code)", "password":"(secret:password)" }"#
    );
    assert_eq!(exchange.request.url, "http://h/login?q=(secret:password)");
    assert_eq!(
        exchange.response.body,
        r#"{"state": "(secret:password) x", "tokens": [{"token": "(secret:token)"}, {"token": "(secret:token)"}]}"#
    );
    assert_eq!(
        secrets.generation(),
        2,
        "what is short is hidden in its place"
    );
}

#[test]
fn elements_are_called_by_what_holds_them_and_a_text_as_a_whole() {
    let body = r#"{"codes": ["a-0123456", "b"], "state": "a-0123456"}"#;
    let (exchange, _) = shop(request("", &[], ""), answer(&[JSON], body)).clean();
    let shown = r#"{"codes": ["(secret:codes)", "(secret:codes)"], "state": "(secret:codes)"}"#;
    assert_eq!(exchange.response.body, shown);
    let text = ("content-type", "text/plain");
    let (exchange, _) = shop(request("", &[], ""), answer(&[text], "t0")).clean();
    assert_eq!(exchange.response.body, "(secret:body)");
}

#[test]
fn forms_are_hidden_field_by_field() {
    let urlencoded = "application/x-www-form-urlencoded";
    let (body, secrets) = asked(urlencoded, "user=ada&password=open+sesame&code=1");
    assert_eq!(
        body,
        "user=ada&password=(secret:password)&code=(secret:code)"
    );
    assert!(secrets.name_of("open sesame").is_some());
    let part = |name: &str, value: &str| {
        format!("--b\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
    };
    let form = part("user", "ada") + &part("password", "pw") + "--b--\r\n";
    let (body, _) = asked("multipart/form-data; boundary=b", &form);
    assert_eq!(body, form.replace("pw", "(secret:password)"));
}

#[test]
fn what_fills_a_security_scheme_or_a_secret_parameter_is_hidden() {
    let fields = [
        ("authorization", "Basic YWRhOm9wZW4tc2VzYW1l"),
        ("x-key", "k1"),
        ("cookie", "a=b; sid=s1; c=d"),
        ("x-pin", "11"),
        ("x-other", "open-sesame"),
    ];
    let request = request("?a=b&key=k2&pin=22#f", &fields, "");
    let fields = [
        ("x-once", "o1"),
        ("set-cookie", "sid=s2; Path=/sid"),
        ("x-key", "k1"),
    ];
    let (exchange, _) = shop(request, answer(&fields, "")).clean();
    let shown = |headers: &Headers| -> Vec<String> {
        headers.iter().map(|it| it.text().into_owned()).collect()
    };
    assert_eq!(
        shown(&exchange.request.headers),
        [
            "Basic (secret:basic)",
            "(secret:apiKey)",
            "a=b; sid=(secret:session); c=d",
            "(secret:x-pin)",
            "(secret:basic)",
        ]
    );
    let url = "http://h/login?a=b&key=(secret:inQuery)&pin=(secret:pin)#f";
    assert_eq!(exchange.request.url, url);
    assert_eq!(
        shown(&exchange.response.headers),
        ["(secret:x-once)", "sid=(secret:session); Path=/sid", "k1"]
    );
}

#[test]
fn what_the_settings_name_is_hidden_wherever_it_stands() {
    let body = r#"{"deep": [{"adminToken": {"a": "one-of-many", "b": null, "c": "", "d": true}}], "x": "one-of-many"}"#;
    let answer = answer(&[JSON, ("x-named", "n")], body);
    let (exchange, _) = shop(request("", &[], ""), answer).clean();
    assert_eq!(
        exchange.response.headers.first("x-named").as_deref(),
        Some("(secret:x-named)")
    );
    assert_eq!(
        exchange.response.body,
        r#"{"deep": [{"adminToken": {"a": "(secret:adminToken)", "b": null, "c": "", "d": "(secret:adminToken)"}}], "x": "(secret:adminToken)"}"#
    );
}

#[test]
fn inputs_and_outputs_are_hidden_and_what_is_handed_on_is_not() {
    let mut shop = shop(
        request("", &[], ""),
        answer(&[JSON], r#"{"state": "given-value"}"#),
    );
    let inputs = json!({"given": "given-value", "plain": "given-value!", "n": 1});
    shop.transcript.inputs = inputs.as_object().expect("an object").clone();
    let outputs = json!({"made": ["m", 2], "state": {"a": "given-value"}});
    shop.transcript.steps[0].outputs = outputs.as_object().expect("an object").clone();
    shop.telling.clean(&mut shop.transcript, &mut []);
    assert_eq!(
        Value::Object(shop.transcript.inputs),
        json!({"given": "(secret:given)", "plain": "(secret:given)!", "n": 1})
    );
    assert_eq!(
        Value::Object(shop.transcript.steps[0].outputs.clone()),
        json!({"made": ["(secret:made)", "(secret:made)"], "state": {"a": "(secret:given)"}})
    );
}

#[test]
fn what_everybody_may_read_is_hidden_in_its_place_alone() {
    for value in [
        "Harbor12345",
        "personal-token",
        "wrong-password",
        "password",
        "12345",
    ] {
        let body = format!(r#"{{"user": "{value}", "password": "{value}"}}"#);
        let (body, secrets) = asked("application/json", &body);
        let shown = format!(r#"{{"user": "{value}", "password": "(secret:password)"}}"#);
        assert_eq!(body, shown);
        assert!(secrets.is_empty(), "{value}");
    }
}

#[test]
fn a_document_of_xml_is_known_by_its_values() {
    let xml = ("content-type", "application/xml");
    let body = "<r><token>a&amp;b-0123456</token><other>a&#38;b-0123456</other></r>";
    let (exchange, _) = shop(request("", &[], ""), answer(&[xml], body)).clean();
    let shown = "<r><token>(secret:token)</token><other>(secret:token)</other></r>";
    assert_eq!(exchange.response.body, shown);
}

#[test]
fn a_coded_body_is_shown_as_it_is_without() {
    let body = r#"{"adminToken": "gzipped-value"}"#;
    let mut coder = GzEncoder::new(Vec::new(), Compression::fast());
    coder.write_all(body.as_bytes()).expect("memory takes all");
    let coded = coder.finish().expect("memory takes all");
    let mut response = answer(&[JSON, ("content-encoding", "gzip")], "");
    response.body = coded.into();
    let (exchange, _) = shop(request("", &[], ""), response).clean();
    assert_eq!(
        exchange.response.body,
        r#"{"adminToken": "(secret:adminToken)"}"#
    );
    assert!(!exchange.response.headers.contains("content-encoding"));
}

#[test]
fn what_is_said_of_a_secret_does_not_quote_it() {
    let long = "long-token-".repeat(20);
    let body = json!({"adminToken": ["x1", 12, long], "other": "x1 12"}).to_string();
    let mut shop = shop(request("", &[], ""), answer(&[JSON], &body));
    let unmet = |actual: String, place: &str| Unmet {
        criterion: None,
        actual,
        place: Some(Pointer::parse(place).expect("a pointer")),
    };
    let cut = &long[..80];
    shop.transcript.steps[0].attempts[0].unmet = vec![
        unmet("string \"x1\"".to_owned(), "/adminToken/0"),
        unmet("integer 12".to_owned(), "/adminToken/1"),
        unmet("integer 12, 312".to_owned(), "/other"),
        unmet(
            format!("[\"x1\",12,\"{cut}… (140 more characters)"),
            "/adminToken",
        ),
        unmet(format!("string \"{cut}\"… (140 more characters)"), "/other"),
    ];
    shop.telling.clean(&mut shop.transcript, &mut []);
    let unmet = &shop.transcript.steps[0].attempts[0].unmet;
    let told: Vec<&str> = unmet.iter().map(|it| it.actual.as_str()).collect();
    let name = "(secret:adminToken)";
    assert_eq!(
        told,
        [
            format!("string \"{name}\""),
            format!("integer {name}"),
            "integer 12, 312".to_owned(),
            format!("[\"{name}\",{name},\"{name}… (140 more characters)"),
            format!("string \"{name}… (140 more characters)"),
        ]
    );
}

#[test]
fn without_secrets_nothing_is_touched() {
    let body = r#"{"state": "open-sesame", "n": 1.0}"#;
    let request = request("?a=b", &[JSON], r#"{"user": "ada", "password": ""}"#);
    let (exchange, secrets) = shop(request.clone(), answer(&[JSON], body)).clean();
    assert_eq!(exchange.request, request);
    assert_eq!(exchange.response, answer(&[JSON], body));
    assert!(secrets.is_empty());
}

#[test]
fn whatever_alone_names_a_secret_is_heard() {
    let plain = "
openapi: 3.1.1
info: {title: Shop, version: '1'}
components: {}
paths:
  /login:
    post:
      operationId: login
      parameters:
        - {name: pin, in: query, schema: {type: string}}
        - {name: X-Pin, in: header, schema: {type: string}}
      responses: {'200': {description: d}}
";
    let scheme = |place: &str| {
        let scheme = format!("{{securitySchemes: {{k: {{type: apiKey, {place}}}}}}}");
        plain.replace("components: {}", &format!("components: {scheme}"))
    };
    let schema = plain.replace("type: string", "type: string, format: password");
    for (contract, names, hidden) in [
        (plain.to_owned(), "", (false, false)),
        (plain.to_owned(), r#""pin""#, (true, false)),
        (plain.to_owned(), r#""X-Pin""#, (false, true)),
        (schema, "", (true, true)),
        (scheme("in: query, name: pin"), "", (true, false)),
        (scheme("in: header, name: X-Pin"), "", (false, true)),
    ] {
        let said = (
            request("?pin=1234", &[("X-Pin", "5678")], ""),
            answer(&[], ""),
        );
        let (exchange, _) = shop_of(&contract, names, said).clean();
        let field = exchange.request.headers.first("x-pin");
        let shown = (
            !exchange.request.url.contains("1234"),
            field.as_deref() != Some("5678"),
        );
        assert_eq!(shown, hidden, "{names} {contract}");
    }
}

#[test]
fn whatever_an_authorization_holds_its_credential_is_hidden() {
    for (value, hidden) in [
        ("Basicé sesame-open", "Basicé (secret:authorization)"),
        ("Basic ", "Basic "),
        ("é", "(secret:authorization)"),
    ] {
        let request = request("", &[("authorization", value)], "");
        let (exchange, _) = shop(request, answer(&[], "")).clean();
        let shown = exchange.request.headers.first("authorization");
        assert_eq!(shown.as_deref(), Some(hidden), "{value}");
    }
}
