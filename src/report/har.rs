//! Every exchange as a HTTP archive (HAR 1.2), for tools that show traffic.
//!
//! Credentials and the values of fields that are secret by their names are not in it. A report holds no
//! times, and the form asks for some: every exchange begins at the same moment and takes none.

use std::io::{self, Write};

use serde_json::{Value, json};

use super::{
    CaseReport, Format, FormatEntry, RecordedBody, RecordedExchange, RecordedField, RecordedStep,
    Summary,
};
use crate::http::reason;

pub(super) const ENTRY: FormatEntry = FormatEntry {
    id: "har",
    summary: "Every exchange as a HTTP archive, for tools that show traffic.",
    wants_exchanges: true,
    create: || Box::new(Har::default()),
};

/// The moment at which every exchange begins.
const BEGIN: &str = "1970-01-01T00:00:00.000Z";

/// What stands for a value that is not told.
const HIDDEN: &str = "[hidden]";

/// The writer of one archive.
#[derive(Default)]
struct Har {
    /// The flows that have exchanges.
    flows: Vec<String>,
    entries: usize,
}

impl Format for Har {
    fn begin(&mut self, out: &mut dyn Write) -> io::Result<()> {
        let creator = json!({"name": "countersign", "version": env!("CARGO_PKG_VERSION")});
        let comment = "no times are told: every exchange begins at the same moment";
        write!(
            out,
            "{{\"log\":{{\"version\":\"1.2\",\"creator\":{creator},\"comment\":\"{comment}\",\n\"entries\":["
        )
    }

    fn case(&mut self, _: &CaseReport, _: &mut dyn Write) -> io::Result<()> {
        Ok(())
    }

    fn exchanges(
        &mut self,
        case: &CaseReport,
        steps: &[RecordedStep<'_>],
        out: &mut dyn Write,
    ) -> io::Result<()> {
        let mut text = Vec::new();
        for (step, exchange) in steps
            .iter()
            .flat_map(|step| step.tries.iter().map(move |exchange| (step, exchange)))
        {
            text.extend_from_slice(if self.entries == 0 { b"\n" } else { b",\n" });
            self.entries += 1;
            serde_json::to_writer(&mut text, &entry(case, step, exchange))?;
        }
        if !text.is_empty() {
            self.flows.push(case.path.clone());
        }
        out.write_all(&text)
    }

    fn end(&mut self, _: &Summary, out: &mut dyn Write) -> io::Result<()> {
        let pages = self.flows.iter().map(
            |flow| json!({"startedDateTime": BEGIN, "id": flow, "title": flow, "pageTimings": {}}),
        );
        let pages = Value::Array(pages.collect());
        writeln!(out, "\n],\n\"pages\":{pages}}}}}")
    }
}

fn entry(case: &CaseReport, step: &RecordedStep<'_>, exchange: &RecordedExchange<'_>) -> Value {
    json!({
        "pageref": case.path,
        "startedDateTime": BEGIN,
        "time": 0,
        "request": request(exchange),
        "response": response(exchange),
        "cache": {},
        "timings": {"send": 0, "wait": 0, "receive": 0},
        "comment": format!("{}/{} {}", case.path, step.path, step.operation).trim_end(),
    })
}

fn request(exchange: &RecordedExchange<'_>) -> Value {
    let query = url::Url::parse(&exchange.url).map(|url| {
        let pairs = url.query_pairs();
        let pairs = pairs.map(|(name, value)| json!({"name": name, "value": value}));
        pairs.collect::<Vec<Value>>()
    });
    let mut request = json!({
        "method": exchange.method,
        "url": exchange.url,
        "httpVersion": "",
        "cookies": [],
        "headers": fields(&exchange.headers),
        "queryString": query.unwrap_or_default(),
        "headersSize": -1,
        "bodySize": size(&exchange.body),
    });
    if !exchange.body.is_empty() {
        let mut data = json!({"mimeType": media_type(&exchange.headers), "params": []});
        match &exchange.body {
            RecordedBody::Text(text) => data["text"] = json!(text),
            RecordedBody::Base64(text) => {
                data["text"] = json!(text);
                data["comment"] = json!("the bytes in Base64");
            }
            RecordedBody::Left { sha256, .. } => {
                data["text"] = json!("");
                data["comment"] = json!(format!("the body is not kept, sha256 {sha256}"));
            }
        }
        request["postData"] = data;
    }
    request
}

fn response(exchange: &RecordedExchange<'_>) -> Value {
    let mut content = json!({
        "size": size(&exchange.answer_body),
        "mimeType": media_type(&exchange.answer_headers),
    });
    match &exchange.answer_body {
        RecordedBody::Text(text) => content["text"] = json!(text),
        RecordedBody::Base64(text) => {
            content["text"] = json!(text);
            content["encoding"] = json!("base64");
        }
        RecordedBody::Left { sha256, .. } => {
            content["comment"] = json!(format!("the body is not kept, sha256 {sha256}"));
        }
    }
    let location = value(&exchange.answer_headers, "location");
    let mut response = json!({
        "status": exchange.status,
        "statusText": reason(exchange.status),
        "httpVersion": "",
        "cookies": [],
        "headers": fields(&exchange.answer_headers),
        "content": content,
        "redirectURL": location.unwrap_or_default(),
        "headersSize": -1,
        "bodySize": -1,
    });
    if let Some(why) = &exchange.cut {
        response["comment"] = json!(why);
    }
    response
}

fn fields(headers: &[RecordedField<'_>]) -> Vec<Value> {
    let field = |RecordedField(name, value): &RecordedField<'_>| {
        let value = value.as_deref().unwrap_or(HIDDEN);
        json!({"name": name, "value": value})
    };
    headers.iter().map(field).collect()
}

fn value<'h>(headers: &'h [RecordedField<'_>], name: &str) -> Option<&'h str> {
    let mut all = headers.iter();
    let field = all.find(|it| it.0.eq_ignore_ascii_case(name))?;
    field.1.as_deref()
}

fn media_type<'h>(headers: &'h [RecordedField<'_>]) -> &'h str {
    value(headers, "content-type").unwrap_or_default()
}

/// The size of a body in bytes.
fn size(body: &RecordedBody<'_>) -> usize {
    match body {
        RecordedBody::Left { bytes, .. } => *bytes,
        body => body.bytes().map_or(0, |it| it.len()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::sample;

    fn archive(cases: &[CaseReport]) -> Value {
        let text = sample::written(&ENTRY, cases);
        serde_json::from_str(&text).expect("one JSON document")
    }

    #[test]
    fn every_exchange_is_an_entry_of_its_flow() {
        let log = &archive(&sample::cases())["log"];
        assert_eq!(log["version"], "1.2");
        let entries = log["entries"].as_array().expect("a list");
        let pages = log["pages"].as_array().expect("a list");
        assert_eq!((entries.len(), pages.len()), (5, 5));
        for (entry, page) in entries.iter().zip(pages) {
            assert_eq!(entry["pageref"], page["id"]);
            for name in [
                "startedDateTime",
                "time",
                "request",
                "response",
                "cache",
                "timings",
            ] {
                assert!(!entry[name].is_null(), "{name}");
            }
        }
        let request = &entries[0]["request"];
        assert_eq!(request["url"], "http://h/widgets?a=b");
        assert_eq!(request["queryString"], json!([{"name": "a", "value": "b"}]));
        assert_eq!(request["postData"]["text"], "{}");
        let response = &entries[0]["response"];
        assert_eq!(response["content"]["encoding"], "base64");
        assert_eq!(response["content"]["size"], 2);
        assert_eq!(response["statusText"], "Created");
    }

    #[test]
    fn what_is_secret_has_no_value() {
        let log = &archive(&[sample::passed()])["log"];
        let headers = &log["entries"][0]["response"]["headers"];
        assert_eq!(*headers, json!([{"name": "Set-Cookie", "value": HIDDEN}]));
    }

    #[test]
    fn a_body_that_was_not_kept_says_so() {
        let mut exchange = sample::exchange();
        exchange.body = RecordedBody::Left {
            bytes: 9,
            sha256: "abc".to_owned(),
        };
        exchange.answer_body = exchange.body.clone();
        exchange.cut = Some("it broke off".into());
        let (request, response) = (request(&exchange), response(&exchange));
        assert_eq!(request["bodySize"], 9);
        let note = "the body is not kept, sha256 abc";
        assert_eq!(request["postData"]["comment"], note);
        assert_eq!(response["content"]["comment"], note);
        assert_eq!(response["comment"], "it broke off");
    }

    #[test]
    fn nothing_played_is_an_archive_all_the_same() {
        let log = &archive(&[])["log"];
        assert_eq!(log["entries"], json!([]));
        assert_eq!(log["pages"], json!([]));
    }
}
