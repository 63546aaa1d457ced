//! The floor: the least that can be done with the same requests.
//!
//! One loop over one connection, each body parsed and validated by a schema that was compiled once.
//! It does not decode strictly, knows no scenario, judges no headers, compares nothing with what was
//! approved, and writes no report.

use jsonschema::Validator;
use reqwest::{Client, Method, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

/// What the floor needs of the project; handed in, so that reading it costs the floor nothing.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Script {
    /// The URL before every path.
    pub base_url: String,
    /// How many lifecycles are played.
    pub lifecycles: usize,
    /// `components` of the contract.
    pub components: Value,
    /// The body that creates a note.
    pub draft: Value,
    /// The body that replaces it.
    pub correction: Value,
}

/// Plays a script.
pub(super) fn play(script: &Script) -> Result<(), Box<dyn std::error::Error>> {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()?;
    // An error means that there is one already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let floor = Floor {
        client: Client::builder()
            .no_proxy()
            .tls_certs_only([])
            .tcp_nodelay(true)
            .build()?,
        notes: format!("{}/notes", script.base_url),
        note: validator(&script.components, "Note")?,
        list: validator(&script.components, "Notes")?,
        problem: validator(&script.components, "Problem")?,
    };
    runtime.block_on(async {
        for _ in 0..script.lifecycles {
            floor.lifecycle(script).await?;
        }
        Ok(())
    })
}

fn validator(components: &Value, name: &str) -> Result<Validator, Box<dyn std::error::Error>> {
    let reference = format!("#/components/schemas/{name}");
    let schema = json!({"$ref": reference, "components": components});
    Ok(jsonschema::options()
        .should_validate_formats(true)
        .build(&schema)?)
}

struct Floor {
    client: Client,
    notes: String,
    note: Validator,
    list: Validator,
    problem: Validator,
}

impl Floor {
    async fn lifecycle(&self, script: &Script) -> Result<(), Box<dyn std::error::Error>> {
        let sent = (Method::POST, self.notes.as_str(), Some(&script.draft));
        let made = self.ask(sent, StatusCode::CREATED, &self.note).await?;
        let id = made["id"].as_str().ok_or("the note has no id")?;
        let (one, some) = (
            format!("{}/{id}", self.notes),
            format!("{}?id={id}", self.notes),
        );
        let sent = (Method::GET, one.as_str(), None);
        self.ask(sent, StatusCode::OK, &self.note).await?;
        let sent = (Method::PUT, one.as_str(), Some(&script.correction));
        self.ask(sent, StatusCode::OK, &self.note).await?;
        let sent = (Method::GET, some.as_str(), None);
        self.ask(sent, StatusCode::OK, &self.list).await?;
        let gone = self.client.delete(&one).send().await?;
        let (status, rest) = (gone.status(), gone.bytes().await?);
        if status != StatusCode::NO_CONTENT || !rest.is_empty() {
            return Err(format!("the deletion was answered with {status}").into());
        }
        let sent = (Method::GET, one.as_str(), None);
        self.ask(sent, StatusCode::NOT_FOUND, &self.problem).await?;
        Ok(())
    }

    async fn ask(
        &self,
        (method, url, body): (Method, &str, Option<&Value>),
        expected: StatusCode,
        validator: &Validator,
    ) -> Result<Value, Box<dyn std::error::Error>> {
        let mut request = self.client.request(method, url);
        if let Some(body) = body {
            request = request
                .header("content-type", "application/json")
                .body(serde_json::to_vec(body)?);
        }
        let response = request.send().await?;
        let status = response.status();
        let body: Value = serde_json::from_slice(&response.bytes().await?)?;
        if status != expected || !validator.is_valid(&body) {
            return Err(format!("{url} was answered with {status} {body}").into());
        }
        Ok(body)
    }
}
