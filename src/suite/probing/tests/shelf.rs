//! A small server in memory, honest but for one fault.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use bytes::Bytes;
use serde_json::{Map, Value, json};

use crate::http::{BodyEnd, Headers, Request, Response};
use crate::world::{Limits, Pending, Target, TargetError};

/// The contract of the shelf.
pub(super) const CONTRACT: &str = r##"
openapi: 3.1.1
info: {title: Books, version: "1"}
security: [{token: []}]
paths:
  /books:
    get:
      operationId: listBooks
      parameters:
        - {name: limit, in: query, schema: {type: integer, minimum: 1, maximum: 50, default: 50}}
        - {name: page, in: query, schema: {type: integer, minimum: 1, maximum: 50}}
        - {name: genre, in: query, schema: {type: string, enum: [tale, novel, epic]}}
      responses:
        "200":
          description: all
          content: {application/json: {schema: {type: object, required: [books, total], properties: {books: {type: array, items: {$ref: "#/components/schemas/Book"}}, total: {type: integer}}}}}
        "400": {$ref: "#/components/responses/Refused"}
        "401": {$ref: "#/components/responses/Refused"}
    post:
      operationId: addBook
      requestBody: {$ref: "#/components/requestBodies/Book"}
      responses:
        "201":
          description: made
          headers: {Location: {required: true, schema: {type: string}}}
          content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
        "400": {$ref: "#/components/responses/Refused"}
        "401": {$ref: "#/components/responses/Refused"}
  /books/{bookId}:
    parameters: [{name: bookId, in: path, required: true, schema: {type: string}}]
    get:
      operationId: readBook
      responses:
        "200":
          description: one
          content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}
          links:
            Sequel: {operationId: readBook, parameters: {bookId: $response.body#/sequel}}
            Itself: {operationId: readBook, parameters: {bookId: $response.body#/id}}
            Muse: {operationId: readBook, parameters: {bookId: $response.body#/genre}}
            Alike: {operationRef: "#/paths/~1books/get", parameters: {query.genre: $response.body#/genre}}
        "401": {$ref: "#/components/responses/Refused"}
        "404": {$ref: "#/components/responses/Refused"}
    put:
      operationId: replaceBook
      requestBody: {$ref: "#/components/requestBodies/Book"}
      responses:
        "200": {description: one, content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
        "400": {$ref: "#/components/responses/Refused"}
        "401": {$ref: "#/components/responses/Refused"}
        "404": {$ref: "#/components/responses/Refused"}
        "409": {$ref: "#/components/responses/Refused"}
        "412": {$ref: "#/components/responses/Refused"}
    patch:
      operationId: changeBook
      requestBody: {required: true, content: {application/json: {schema: {type: object, properties: {title: {type: string, maxLength: 40}, genre: {type: string}, stock: {type: integer, minimum: 0}}}}}}
      responses:
        "200": {description: one, content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
        "400": {$ref: "#/components/responses/Refused"}
        "401": {$ref: "#/components/responses/Refused"}
    delete:
      operationId: removeBook
      responses:
        "204": {description: gone}
        "401": {$ref: "#/components/responses/Refused"}
        "404": {$ref: "#/components/responses/Refused"}
components:
  securitySchemes: {token: {type: http, scheme: bearer}}
  requestBodies:
    Book: {required: true, content: {application/json: {schema: {$ref: "#/components/schemas/Book"}}}}
  responses:
    Refused: {description: refused, content: {application/json: {schema: {type: object}}}}
  schemas:
    Book:
      type: object
      required: [title]
      properties:
        id: {type: string, readOnly: true}
        createdAt: {type: string, format: date-time, readOnly: true}
        updatedAt: {type: string, format: date-time, readOnly: true}
        sequel: {type: string, readOnly: true}
        soldAt: {type: string, format: date-time, readOnly: true}
        createdUntil: {type: string, format: date-time, readOnly: true}
        title: {type: string, maxLength: 40}
        genre: {type: string}
        stock: {type: integer, minimum: 0}
"##;

/// The flow over the shelf: two books, one of which lives its whole life.
pub(super) const WORKFLOWS: &str = r#"
arazzo: 1.0.1
info: {title: Books, version: "1"}
sourceDescriptions: [{name: api, url: openapi.yaml, type: openapi}]
workflows:
  - workflowId: life
    steps:
      - stepId: addOther
        operationId: addBook
        requestBody: {contentType: application/json, payload: {title: Other, genre: tale, stock: 1}}
      - stepId: refuse
        operationId: addBook
        x-countersign: {request: invalid}
        requestBody: {contentType: application/json, payload: {genre: nothing}}
        successCriteria: [{condition: $statusCode == 400}]
      - stepId: add
        operationId: addBook
        requestBody: {contentType: application/json, payload: {title: One, genre: novel, stock: 3}}
        outputs: {id: $response.body#/id}
      - stepId: read
        operationId: readBook
        parameters: [{name: bookId, in: path, value: $steps.add.outputs.id}]
      - stepId: list
        operationId: listBooks
      - stepId: change
        operationId: changeBook
        parameters: [{name: bookId, in: path, value: $steps.add.outputs.id}]
        requestBody: {contentType: application/json, payload: {title: Two}}
      - stepId: replace
        operationId: replaceBook
        parameters: [{name: bookId, in: path, value: $steps.add.outputs.id}]
        requestBody: {contentType: application/json, payload: {title: Three, genre: epic, stock: 5}}
      - stepId: remove
        operationId: removeBook
        parameters: [{name: bookId, in: path, value: $steps.add.outputs.id}]
"#;

/// A server in memory.
pub(super) struct Shelf {
    fault: &'static str,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    books: BTreeMap<u64, Map<String, Value>>,
    removed: BTreeMap<u64, Map<String, Value>>,
    made: u64,
    reads: u64,
    seconds: u64,
    /// How often a page behind the first was asked for.
    turned: u64,
    /// How often the list was asked for.
    listed: u64,
}

impl Shelf {
    pub(super) fn with(fault: &'static str) -> Self {
        Self {
            fault,
            state: Mutex::default(),
        }
    }

    fn is(&self, fault: &str) -> bool {
        self.fault == fault
    }

    pub(super) fn answer(&self, request: &Request) -> Response {
        let target = request.target();
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let is_anonymous = request.caller.is_none();
        let (method, is_known) = (request.method.as_str(), path.starts_with("/books"));
        if !is_known {
            let status = if self.is("any-path") { 200 } else { 404 };
            return json_answer(status, &json!({}));
        }
        if is_anonymous && !self.is("no-credentials") {
            return json_answer(401, &json!({}));
        }
        let sent = serde_json::from_slice::<Value>(&request.body).unwrap_or(Value::Null);
        let is_json = request.headers.first("content-type").as_deref() == Some("application/json");
        let is_written = matches!(method, "POST" | "PUT" | "PATCH");
        if is_written && !(is_json && sent.is_object()) {
            return json_answer(400, &json!({}));
        }
        let sent = sent.as_object().cloned().unwrap_or_default();
        match (method, path.strip_prefix("/books/")) {
            ("GET", None) => self.list(&mut state, query),
            ("POST", None) => self.add(&mut state, &sent),
            ("GET" | "HEAD", Some(id)) => self.read(&mut state, id, request),
            ("PUT" | "PATCH", Some(id)) => self.write(&mut state, id, request, &sent),
            ("DELETE", Some(id)) => self.remove(&mut state, id),
            _ => json_answer(405, &json!({})),
        }
    }

    fn list(&self, state: &mut State, query: &str) -> Response {
        let fields: BTreeMap<&str, &str> = query
            .split('&')
            .filter_map(|it| it.split_once('='))
            .collect();
        let mut books: Vec<Value> = state.books.values().cloned().map(Value::Object).collect();
        state.listed += 1;
        // Another client has a book there, every now and then.
        if self.is("others-come") && state.listed.is_multiple_of(3) {
            books.push(json!({"id": 999, "title": "Theirs", "genre": "tale", "stock": 1}));
        }
        if self.is("list-forgets") && books.len() > 1 {
            books.pop();
        }
        if self.is("list-is-stale") {
            books.extend(state.removed.values().cloned().map(Value::Object));
        }
        if let Some(genre) = fields.get("genre").filter(|_| !self.is("no-filter")) {
            books.retain(|it| it["genre"] == *genre);
        }
        let number = |name| fields.get(name).and_then(|it: &&str| it.parse().ok());
        let asked = ["limit", "page"].map(|name| (fields.contains_key(name), number(name)));
        let is_wrong =
            |(is_asked, it): &(bool, Option<usize>)| *is_asked && !matches!(it, Some(1..=50));
        if asked.iter().any(is_wrong) {
            return json_answer(400, &json!({}));
        }
        let genres = ["tale", "novel", "epic"];
        if fields.get("genre").is_some_and(|it| !genres.contains(it)) {
            return json_answer(400, &json!({}));
        }
        let [limit, page] = asked.map(|(_, it)| it);
        let (limit, page) = (limit.unwrap_or(50), page.unwrap_or(1));
        let total = books.len() - usize::from(self.is("small-total"));
        state.turned += u64::from(page > 1);
        // Another client has added something in front, and takes it away again.
        let is_moved = self.is("others-meanwhile") && state.turned == 1;
        let overlap = usize::from((self.is("pages-overlap") || is_moved) && page > 1);
        let books = books.into_iter().skip((page - 1) * limit - overlap);
        let limit = if self.is("no-limit") { 50 } else { limit };
        let books: Vec<Value> = books.take(limit).collect();
        json_answer(200, &json!({"books": books, "total": total}))
    }

    fn add(&self, state: &mut State, sent: &Map<String, Value>) -> Response {
        let title = sent.get("title").and_then(Value::as_str);
        let is_wrong = title.is_none() || !is_right(sent);
        let is_let_in = self.is("checks-nothing") && title.is_some();
        let is_foreign = title.is_some_and(|it| !it.is_ascii());
        let is_refused = is_wrong && !is_let_in || is_foreign && self.is("ascii-only");
        if is_wrong && title.is_some() && self.is("breaks-on-wrong") {
            return json_answer(500, &json!({}));
        }
        if is_refused && !self.is("refused-is-made") {
            return json_answer(400, &json!({}));
        }
        state.made += 1;
        state.seconds += 1;
        let id = state.made;
        let mut book = sent.clone();
        let now = time(state.seconds);
        let made = match self.fault {
            "made-tomorrow" => "2024-01-03T03:01:00Z".into(),
            "made-never" => "1970-01-01T00:00:00Z".into(),
            _ => now.clone(),
        };
        book.insert("id".to_owned(), id.to_string().into());
        book.insert("createdAt".to_owned(), made);
        let changed = match self.fault {
            "copies-keep-times" | "change-is-not-dated" => "2019-06-01T00:00:00Z".into(),
            _ => now,
        };
        book.insert("updatedAt".to_owned(), changed);
        book.insert("createdUntil".to_owned(), "2099-01-01T00:00:00Z".into());
        // That it was never sold an honest server may say so.
        book.insert("soldAt".to_owned(), "0001-01-01T00:00:00Z".into());
        let sequel = match self.fault {
            "link-leads-nowhere" => 99,
            _ => id,
        };
        book.insert("sequel".to_owned(), sequel.to_string().into());
        let answered = json!(book);
        book.entry("title").or_insert_with(|| "Untitled".into());
        if let Some(title) = title.filter(|_| self.is("garbles")) {
            book.insert("title".to_owned(), garbled(title).into());
        }
        if self.is("stock-not-stored") {
            book.insert("stock".to_owned(), 0.into());
        }
        state.books.insert(id, book);
        if is_refused {
            return json_answer(400, &json!({}));
        }
        let mut answer = json_answer(201, &answered);
        let place = if self.is("broken-location") {
            "shelf"
        } else {
            "books"
        };
        answer.headers.push("location", format!("/{place}/{id}"));
        answer
    }

    fn read(&self, state: &mut State, id: &str, request: &Request) -> Response {
        state.reads += 1;
        let reads = state.reads;
        let id: u64 = id.parse().unwrap_or_default();
        let removed = state.removed.get(&id).cloned();
        let Some(book) = state.books.get_mut(&id) else {
            if let Some(mut book) = removed.clone().filter(|_| self.is("soft-delete")) {
                book.insert("title".to_owned(), "deleted".into());
                return json_answer(200, &json!(book));
            }
            let is_there = self.is("delete-swallowed");
            return match removed.filter(|_| is_there) {
                Some(book) => json_answer(200, &json!(book)),
                None => json_answer(404, &json!({})),
            };
        };
        if self.is("read-changes") {
            book.insert("stock".to_owned(), reads.into());
        }
        let mut book = book.clone();
        if self.is("wrong-id") {
            book.insert("id".to_owned(), "77".into());
        }
        let tag = format!("\"{}\"", Value::Object(book.clone()).to_string().len());
        let is_same = request.headers.first("if-none-match").as_deref() == Some(&tag);
        let status = if is_same && !self.is("no-conditions") {
            304
        } else {
            200
        };
        let mut answer = json_answer(status, &json!(book));
        if status == 304 || request.method == "HEAD" {
            answer.body = Bytes::new();
        }
        if request.method == "HEAD" && self.is("head-differs") {
            answer.headers.set("content-type", "text/plain");
        }
        answer.headers.push("etag", tag);
        let up = match self.fault {
            "link-field-leads-nowhere" => "/books/99",
            _ => "/books",
        };
        let links = format!("<{up}>; rel=up, <http://elsewhere/>; rel=next, <../x>; rel=icon");
        answer.headers.push("link", links);
        answer
    }

    fn write(
        &self,
        state: &mut State,
        id: &str,
        request: &Request,
        sent: &Map<String, Value>,
    ) -> Response {
        state.seconds += 1;
        let now = match self.fault {
            "time-runs-back" => time(0),
            _ => time(state.seconds),
        };
        let id: u64 = id.parse().unwrap_or_default();
        let Some(book) = state.books.get_mut(&id) else {
            return json_answer(404, &json!({}));
        };
        if request.headers.contains("if-match") && !self.is("if-match-ignored") {
            return json_answer(412, &json!({}));
        }
        let is_put = request.method == "PUT";
        if is_put && !sent.contains_key("title") || !is_right(sent) {
            return json_answer(400, &json!({}));
        }
        let is_as_it_is = sent
            .iter()
            .all(|(name, value)| book.get(name) == Some(value));
        if is_put && is_as_it_is && self.is("put-conflicts") {
            return json_answer(409, &json!({}));
        }
        if is_put && !self.is("put-merges") || !is_put && self.is("patch-replaces") {
            for name in ["title", "genre", "stock"] {
                if name != "title" || is_put {
                    book.remove(name);
                }
            }
        }
        let before = book
            .get("stock")
            .and_then(Value::as_u64)
            .unwrap_or_default();
        for (name, value) in sent {
            book.insert(name.clone(), value.clone());
        }
        if let Some(title) = sent.get("title").and_then(Value::as_str)
            && self.is("garbles-changes")
        {
            book.insert("title".to_owned(), garbled(title).into());
        }
        if is_put && self.is("put-adds") {
            state.reads += 1;
            book.insert("stock".to_owned(), (before + state.reads + 5).into());
        }
        if !self.is("change-is-not-dated") {
            book.insert("updatedAt".to_owned(), now);
        }
        json_answer(200, &json!(book))
    }

    fn remove(&self, state: &mut State, id: &str) -> Response {
        let id: u64 = id.parse().unwrap_or_default();
        match state.books.remove(&id) {
            Some(book) => {
                state.removed.insert(id, book);
                Response {
                    status: 204,
                    headers: Headers::default(),
                    body: Bytes::new(),
                    end: BodyEnd::Complete,
                }
            }
            None if self.is("second-delete-breaks") => json_answer(500, &json!({})),
            None => json_answer(404, &json!({})),
        }
    }
}

/// Whether the members of a book are of their types.
fn is_right(sent: &Map<String, Value>) -> bool {
    let known = ["title", "genre", "stock"];
    sent.iter().all(|(name, value)| match name.as_str() {
        "stock" => value.is_u64(),
        "title" => value.as_str().is_some_and(|it| it.chars().count() <= 40),
        name => known.contains(&name) && value.is_string(),
    })
}

fn time(second: u64) -> Value {
    let (minute, second) = (second / 60, second % 60);
    format!("2024-01-02T03:{minute:02}:{second:02}Z").into()
}

/// A text as a server keeps it that knows ASCII alone.
fn garbled(text: &str) -> String {
    text.replace(|it: char| !it.is_ascii(), "?")
}

pub(super) fn json_answer(status: u16, value: &Value) -> Response {
    let mut headers = Headers::default();
    headers.push("content-type", "application/json");
    headers.push("date", "Tue, 02 Jan 2024 03:00:00 GMT");
    Response {
        status,
        headers,
        body: Bytes::from(value.to_string()),
        end: BodyEnd::Complete,
    }
}

impl Target for Shelf {
    fn send<'a>(
        &'a self,
        request: &'a Request,
        _limits: Limits,
    ) -> Pending<'a, Result<Response, TargetError>> {
        Box::pin(std::future::ready(Ok(self.answer(request))))
    }
}
