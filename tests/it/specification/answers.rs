//! What the APIs of the documents answer.

use serde_json::{Value, json};

use super::server::{Asked, Reply};

fn failure(status: u16) -> Reply {
    Reply::json(status, &json!({"code": status, "message": "no"}))
}

pub(super) fn openapi_3_0(asked: &Asked) -> Reply {
    let cat =
        json!({"id": 1, "name": "Mia", "petType": "Cat", "huntingSkill": "lazy", "tag": null});
    let dog = json!({"id": 2, "name": "Rex", "petType": "dog", "packSize": 3});
    let by_token = asked.header("authorization") == "Bearer sesame";
    let by_login = asked.header("authorization") == "Basic YW5uOnNlc2FtZQ==";
    let by_key = asked.header("x-key") == "open";
    match asked.line().as_str() {
        "POST /pets" if by_token => Reply::json(201, &dog),
        "POST /pets/1/photo" if !(by_login && by_key) => failure(401),
        "PUT /pets/2" if !by_key => failure(401),
        "GET /pets/2" => Reply::json(200, &dog),
        "GET /pets" if asked.target == "/pets?limit=10&tags=a&tags=b" => {
            Reply::json(200, &json!([cat, dog])).with("X-Rate-Limit", "99")
        }
        "GET /pets/404" => failure(404),
        "POST /watches" if asked.header("content-type") == "application/xml" => {
            let right = "<w:watch xmlns:w=\"https://pets.example/watch\" kind=\"all\"><url>";
            let is_right = asked.body.contains(right);
            Reply::empty(if is_right { 202 } else { 500 })
        }
        "POST /watches" if asked.body == "{\"kind\":\"all\"}" => failure(422),
        "POST /watches" => Reply::empty(202),
        _ => asked.echo(),
    }
}

pub(super) fn openapi_3_1(asked: &Asked) -> Reply {
    let dog = json!({"kind": "dog", "name": "Rex", "bark": "wow", "born": "2020-02-29"});
    match asked.line().as_str() {
        "GET /v1/owners/f81d4fae-7dec-11d0-a765-00a0c91e6bf6" => {
            Reply::json(200, &json!({"name": "Ann", "likes": "dog"})).with("etag", "\"1\"")
        }
        "GET /v1/pets" if asked.target == "/v1/pets?kind=dog" => Reply::json(200, &json!([dog])),
        "POST /v1/pets" if asked.body == "[]" => Reply::empty(422),
        "POST /v1/pets" => Reply::empty(202),
        "POST /v1/records" => Reply::text(201, "application/xml", &asked.body),
        "GET /here/texts/texts" => match asked.header("accept") {
            "text/csv" => Reply::text(200, "text/csv", "a,b"),
            "application/vnd.pets+json" => {
                Reply::text(200, "application/vnd.pets+json", "\"pets\"")
            }
            "application/vnd.lists+json" => {
                let list = json!({"dataType": "number", "data": [1, 2.5]});
                Reply::text(200, "application/vnd.lists+json", &list.to_string())
            }
            _ => Reply::json(200, &Value::Null),
        },
        "TRACE /v1/texts" => Reply::text(200, "message/http", "TRACE /v1/texts HTTP/1.1"),
        _ => Reply::empty(500),
    }
}

pub(super) fn openapi_3_2(asked: &Asked) -> Reply {
    let pets = [
        json!({"kind": "cat", "name": "Mia"}),
        json!({"kind": "fish", "name": "Bob"}),
        json!({"name": "Nobody"}),
    ];
    let row = |before: &str| {
        let rows = pets.iter().map(|it| format!("{before}{it}\n"));
        rows.collect::<String>()
    };
    match asked.line().as_str() {
        "GET /pets" => match asked.header("accept") {
            "application/jsonl" => Reply::text(200, "application/jsonl", &row("")),
            "application/json-seq" => Reply::text(200, "application/json-seq", &row("\u{1e}")),
            _ => Reply::json(200, &json!(pets)),
        },
        "QUERY /pets" if asked.json()["kind"] == "cat" => Reply::json(200, &json!(pets[..1])),
        "COPY /pets" if asked.header("destination") == "/elsewhere" => Reply::empty(201),
        "GET /events" => {
            let events = "event: beat\n\nevent: added\ndata: {\"kind\": \"cat\",\ndata: \"name\": \"Mia\"}\n\n";
            Reply::text(200, "text/event-stream", events)
        }
        _ => asked.echo(),
    }
}

pub(super) fn arazzo_1_0(asked: &Asked) -> Reply {
    let cat = json!({"id": 10, "name": "Mia", "tags": ["small"]});
    match asked.line().as_str() {
        "GET /user/login" if asked.target.contains("guess") => failure(401),
        "GET /user/login" if asked.before == 0 => Reply::empty(503),
        "GET /user/login" => Reply::text(200, "text/plain", "token-of-ann")
            .with("X-Expires-After", "2030-01-01T00:00:00Z")
            .with("X-Rate-Limit", "60"),
        "GET /pet/findByStatus" if asked.target == "/pet/findByStatus?status=available" => {
            let is_known = asked.header("authorization") == "Bearer token-of-ann";
            let answer = Reply::json(200, &json!([cat]));
            if is_known { answer } else { Reply::empty(401) }
        }
        "GET /pet/findByStatus" if asked.before == 0 => Reply::empty(401),
        "GET /pet/findByStatus"
            if asked.target == "/pet/findByStatus?status=pending&page=1&pageSize=100" =>
        {
            Reply::json(200, &json!([cat]))
        }
        "GET /pet/findByTags" if asked.target.ends_with("?pet_tags=puppy,dalmatian") => {
            Reply::json(200, &json!([cat]))
        }
        "GET /pet/10/coupons" => Reply::json(200, &json!({"couponCode": "half"})),
        "POST /store/order" if is_right_order(asked) => Reply::json(200, &json!({"id": 17})),
        _ => Reply::empty(500),
    }
}

/// Whether an order is one of those that the flows write.
fn is_right_order(asked: &Asked) -> bool {
    let xml = "<petOrder>\n  <petId>1</petId>\n  <quantity>4</quantity>\n</petOrder>\n";
    match asked.header("content-type") {
        "application/xml" => asked.body.ends_with(xml),
        "application/x-www-form-urlencoded" => {
            let forms = ["petId=1&quantity=5&couponCode=a+b", "petId=1&quantity=6"];
            forms.contains(&asked.body.as_str())
        }
        _ => {
            let line = |count: u64, coupon: &str| json!({"petId": 10, "quantity": count, "couponCode": coupon, "status": "placed", "complete": true});
            let own = [
                line(1, "half"),
                line(2, "none"),
                json!({"petId": 1, "quantity": 1, "couponCode": "none", "status": "placed", "complete": true}),
                json!({"petId": 1, "quantity": 1, "couponCode": "for 1"}),
                json!({"petId": 1, "quantity": 3}),
            ];
            own.contains(&asked.json())
        }
    }
}

pub(super) fn arazzo_1_1(asked: &Asked) -> Reply {
    let pets = [
        json!({"id": 1, "name": "Mia", "price": 5}),
        json!({"id": 2, "name": "Rex", "price": 50}),
    ];
    let found = [
        "/pets",
        "/pets?ids=1,2",
        "/pets?ids=2",
        "/pets?filter=%7B%22kind%22%3A%22cat%22%2C%22most%22%3Anull%7D",
    ];
    let state = |state: &str| Reply::json(200, &json!({"id": 7, "state": state, "by": null}));
    match (asked.method.as_str(), asked.target.as_str()) {
        ("GET", target) if found.contains(&target) => Reply::json(200, &json!({"pets": pets})),
        ("POST", "/orders") => order(asked),
        ("GET", "/orders/1000") => Reply::never(),
        ("GET", "/orders/7") if asked.header("accept") == "application/xml" => {
            let body = "<order id='7'><line pet='1'/><line pet='2'/></order>";
            Reply::text(200, "application/xml", body)
        }
        ("GET", "/orders/7") if asked.before < 2 => state("open"),
        ("GET", "/orders/7" | "/orders/1") => state("ready"),
        ("DELETE", "/orders/9" | "/orders/1") => Reply::empty(204),
        _ => Reply::empty(500),
    }
}

/// What comes of an order: the one for nine pets is refused at first.
fn order(asked: &Asked) -> Reply {
    let placed = Reply::json(201, &json!({"id": 7, "state": "open", "by": "Bob"}));
    if asked.header("content-type") == "application/xml" {
        let is_right = asked.body == "<order><line pet=\"2\"/></order>";
        return if is_right { placed } else { Reply::empty(500) };
    }
    let selected = json!({"lines": [{"pet": 1, "count": 2}, {"pet": 2, "count": 2}], "note": "for Ann", "by": "Bob"});
    let body = asked.json();
    match body["lines"][0]["pet"].as_u64() {
        Some(9) if asked.before == 0 => Reply::json(409, &json!({"gone": 9})),
        Some(9) => placed,
        _ if body == selected || body == json!({"lines": [{"pet": 1, "count": 1}]}) => placed,
        _ => Reply::empty(500),
    }
}

pub(super) fn arazzo_flows(asked: &Asked) -> Reply {
    match asked.line().as_str() {
        "GET /authorize"
            if asked
                .target
                .ends_with("&response_type=code&scope=read&state=12345") =>
        {
            let back = "https://shop.example/back?code=c0de&state=12345";
            Reply::json(302, &json!({"code": "c0de"})).with("location", back)
        }
        "POST /token" => token(&asked.body),
        "POST /products" => {
            let is_lamp = asked.body.contains("LAMP");
            let products = if is_lamp {
                json!([{"productCode": "LAMP"}])
            } else {
                json!([])
            };
            Reply::json(
                200,
                &json!({"products": products, "checkRequired": is_lamp}),
            )
        }
        "GET /terms" => Reply::text(200, "text/plain", "You pay."),
        "POST /customers" => Reply::json(201, &json!({"links": {"self": "/customers/1"}})),
        "POST /loans" if asked.json()["customer"] == "/customers/1" => {
            Reply::json(202, &json!({"id": "l1", "redirectAuthToken": null}))
        }
        "GET /loans/l1" => Reply::json(200, &json!({"plan": [12.5]})),
        "PATCH /loans/l1" if asked.header("content-type") == "application/merge-patch+json" => {
            Reply::empty(204)
        }
        _ => Reply::empty(500),
    }
}

/// The token for one of the forms that the flows write.
fn token(form: &str) -> Reply {
    let granted = |access: &str, refresh: &str| {
        let body = json!({"access_token": access, "refresh_token": refresh, "expires_in": 60});
        Reply::json(200, &body)
    };
    let by_code = "grant_type=authorization_code&code=c0de&redirect_uri=https%3A%2F%2Fshop.example%2Fback\
                   &client_id=shop&client_secret=open+sesame";
    match form {
        "client_id=shop&client_secret=open%20sesame&grant_type=client_credentials" => {
            Reply::json(200, &json!({"access_token": "a1"}))
        }
        "grant_type=refresh_token&refresh_token=r1" => granted("a2", "r2"),
        _ if form == by_code => granted("a1", "r1"),
        _ => Reply::empty(400),
    }
}
