//! Asking for an access token (`RFC 6749`): what is sent for it, and what of the answer counts.
//!
//! Nothing of it is recorded. What an endpoint says of a failure is shown escaped and shortened, and not
//! at all where it says back what was handed in.

use std::time::Duration;

use bytes::Bytes;
use serde_json::Value;

use super::keyring::{Secret, basic};
use crate::http::{BodyEnd, Grant, Headers, Request, Response};
use crate::world::Limits;

/// How long an endpoint may take to hand out a token.
pub const TOKEN_TIME_MAX: Duration = Duration::from_secs(10);

/// The largest answer of an endpoint, in bytes.
const TOKEN_BYTES_MAX: usize = 64 * 1024;

/// How much of what an endpoint says of a failure is shown, in characters.
const SHOWN_CHARS_MAX: usize = 200;

/// All that is needed to ask for access tokens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TokenRequest {
    /// Where they are handed out.
    pub url: String,
    /// What is handed in for them.
    pub grant: Grant,
    /// The name of the client.
    pub client: Option<String>,
    /// The secret of the client.
    pub secret: Option<Secret>,
    /// The user, for the grant of a password.
    pub user: Option<String>,
    /// The password, or the token that gets others.
    pub handed_in: Option<Secret>,
    /// What a token shall be good for; empty means what the endpoint gives.
    pub scopes: Vec<String>,
    /// Whether the client's secret goes into the body.
    pub is_in_body: bool,
    /// How long the endpoint may take.
    pub time: Duration,
}

/// What an endpoint handed out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Handed {
    /// The token.
    pub(super) token: Secret,
    /// How long it is good for; none where nobody said so.
    pub(super) lasts: Option<Duration>,
    /// What gets the next one, where that is another than before.
    pub(super) refresh: Option<Secret>,
}

impl TokenRequest {
    /// What asking for a token may use.
    pub(super) fn limits(&self) -> Limits {
        Limits {
            time: self.time,
            body_bytes: TOKEN_BYTES_MAX,
            // What is handed in goes to whom it was meant for, and to nobody else.
            redirects: 0,
            safe_only: false,
        }
    }

    /// The request, with what gets a token now where that has changed.
    pub(super) fn request(&self, handed_in: Option<&Secret>) -> Request {
        let mut headers = Headers::default();
        headers.push("accept", "application/json");
        headers.push("content-type", "application/x-www-form-urlencoded");
        let mut form = form_urlencoded::Serializer::new(String::new());
        form.append_pair("grant_type", self.grant.parameter());
        let user = self.user.as_deref().unwrap_or_default();
        let handed_in = handed_in.or(self.handed_in.as_ref());
        let handed_in = handed_in.map(Secret::reveal).unwrap_or_default();
        match self.grant {
            Grant::ClientCredentials => {}
            Grant::Password => {
                form.append_pair("username", user);
                form.append_pair("password", handed_in);
            }
            Grant::RefreshToken => {
                form.append_pair("refresh_token", handed_in);
            }
        }
        if !self.scopes.is_empty() {
            form.append_pair("scope", &self.scopes.join(" "));
        }
        if let Some(pair) = self.pair().filter(|_| !self.is_in_body) {
            headers.push("authorization", format!("Basic {}", basic(&pair)));
        } else {
            if let Some(client) = &self.client {
                form.append_pair("client_id", client);
            }
            if let Some(secret) = &self.secret {
                form.append_pair("client_secret", secret.reveal());
            }
        }
        Request {
            method: "POST".to_owned(),
            url: self.url.clone(),
            headers,
            body: Bytes::from(form.finish()),
            caller: None,
        }
    }

    /// The client with its secret, both written as fields of a form first (`RFC 6749 §2.3.1`).
    fn pair(&self) -> Option<String> {
        let coded =
            |text: &str| -> String { form_urlencoded::byte_serialize(text.as_bytes()).collect() };
        let (client, secret) = (self.client.as_deref()?, self.secret.as_ref()?);
        Some(format!("{}:{}", coded(client), coded(secret.reveal())))
    }

    /// What an answer hands out.
    ///
    /// # Errors
    /// With what is wrong with it, in words that hold nothing secret.
    /// `handed_in` is what gets a token now, where that has changed.
    pub(super) fn read(
        &self,
        answer: &Response,
        handed_in: Option<&Secret>,
    ) -> Result<Handed, String> {
        match &answer.end {
            BodyEnd::Complete => {}
            BodyEnd::TooLarge(limit) => return Err(format!("the answer has over {limit} bytes")),
            BodyEnd::TimedOut(limit) => {
                return Err(format!("the answer did not come within {limit} ms"));
            }
            BodyEnd::CutShort(why) => return Err(format!("the answer broke off ({why})")),
        }
        let status = answer.status;
        if (300..400).contains(&status) {
            let what = "it redirects elsewhere, and what is handed in for a token is not sent on";
            return Err(format!("{what} (status {status})"));
        }
        let read = serde_json::from_slice(&answer.body).ok();
        let read = read.filter(Value::is_object);
        if status != 200 {
            return Err(self.refusal(status, read.as_ref(), handed_in));
        }
        let read = read.ok_or("the answer is no object of JSON")?;
        let text = |name: &str| read.get(name).and_then(Value::as_str);
        let token = text("access_token").ok_or("the answer holds no `access_token`")?;
        if token.is_empty() || !token.bytes().all(|byte| byte.is_ascii_graphic()) {
            return Err("the `access_token` cannot be sent".to_owned());
        }
        // A client does not use a token of a type that it does not know (`RFC 6749 §7.1`).
        let kind = text("token_type").unwrap_or("Bearer");
        if !kind.eq_ignore_ascii_case("bearer") {
            // What an endpoint puts there may be the token itself.
            return Err("the token is of another type than `Bearer`".to_owned());
        }
        Ok(Handed {
            token: Secret::new(token),
            lasts: read.get("expires_in").and_then(seconds),
            refresh: text("refresh_token").map(Secret::new),
        })
    }

    /// Why an endpoint handed out nothing (`RFC 6749 §5.2`).
    fn refusal(&self, status: u16, answer: Option<&Value>, handed_in: Option<&Secret>) -> String {
        let shown = |text| self.shown(text, handed_in);
        let text = |name: &str| answer?.get(name)?.as_str();
        let error = text("error").map(|it| format!(": {}", shown(it)));
        let described = text("error_description").map(|it| format!(" ({})", shown(it)));
        let (error, described) = (error.unwrap_or_default(), described.unwrap_or_default());
        format!("the endpoint answered {status}{error}{described}")
    }

    /// A text of the endpoint's, for people.
    fn shown(&self, text: &str, handed_in: Option<&Secret>) -> String {
        let secrets = [self.secret.as_ref(), self.handed_in.as_ref(), handed_in];
        let secrets = secrets.into_iter().flatten().map(Secret::reveal);
        let mut forms: Vec<String> = Vec::new();
        for secret in secrets.filter(|it| !it.is_empty()) {
            let coded: String = form_urlencoded::byte_serialize(secret.as_bytes()).collect();
            forms.extend([secret.to_owned(), coded, basic(secret)]);
        }
        // As it was sent in the header field.
        forms.extend(self.pair().map(|it| basic(&it)));
        if forms.iter().any(|it| text.contains(it.as_str())) {
            return "[hidden: it says a secret back]".to_owned();
        }
        let shown = text.chars().take(SHOWN_CHARS_MAX);
        shown.flat_map(char::escape_debug).collect()
    }
}

/// A time in seconds; some endpoints write it as a text.
fn seconds(value: &Value) -> Option<Duration> {
    let number = match value {
        Value::String(text) => text.parse().ok(),
        other => other.as_f64(),
    };
    Duration::try_from_secs_f64(number?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asking(grant: Grant) -> TokenRequest {
        TokenRequest {
            url: "http://login.example/token".to_owned(),
            grant,
            client: Some("shop app".to_owned()),
            secret: Some(Secret::new("se&same")),
            user: Some("ada".to_owned()),
            handed_in: Some(Secret::new("pass word")),
            scopes: vec!["read".to_owned(), "write".to_owned()],
            is_in_body: false,
            time: TOKEN_TIME_MAX,
        }
    }

    fn body(asking: &TokenRequest) -> String {
        String::from_utf8_lossy(&asking.request(None).body).into_owned()
    }

    fn answer(status: u16, body: &str) -> Response {
        Response {
            status,
            headers: Headers::default(),
            body: body.to_owned().into(),
            end: BodyEnd::Complete,
        }
    }

    #[test]
    fn each_grant_hands_in_its_own() {
        let client = asking(Grant::ClientCredentials);
        assert_eq!(
            body(&client),
            "grant_type=client_credentials&scope=read+write"
        );
        let sent = client.request(None);
        // `shop+app:se%26same`
        assert_eq!(
            sent.headers.first("authorization").as_deref(),
            Some("Basic c2hvcCthcHA6c2UlMjZzYW1l")
        );
        assert_eq!(
            body(&asking(Grant::Password)),
            "grant_type=password&username=ada&password=pass+word&scope=read+write"
        );
        assert_eq!(
            body(&asking(Grant::RefreshToken)),
            "grant_type=refresh_token&refresh_token=pass+word&scope=read+write"
        );
        let inside = TokenRequest {
            is_in_body: true,
            scopes: Vec::new(),
            ..client
        };
        assert_eq!(
            body(&inside),
            "grant_type=client_credentials&client_id=shop+app&client_secret=se%26same"
        );
        assert_eq!(inside.request(None).headers.first("authorization"), None);
    }

    #[test]
    fn a_token_and_its_time_are_read() {
        let asking = asking(Grant::Password);
        let read = |text: &str| asking.read(&answer(200, text), None).expect("a token");
        let whole = read(
            r#"{"access_token":"t","token_type":"bearer","expires_in":60,"refresh_token":"r"}"#,
        );
        assert_eq!(whole.lasts, Some(Duration::from_mins(1)));
        assert_eq!(whole.refresh, Some(Secret::new("r")));
        for (time, lasts) in [
            ("\"60\"", Some(60)),
            ("-1", None),
            ("\"x\"", None),
            ("null", None),
        ] {
            let text = format!(r#"{{"access_token":"t","expires_in":{time}}}"#);
            assert_eq!(read(&text).lasts, lasts.map(Duration::from_secs), "{time}");
        }
    }

    #[test]
    fn what_is_no_token_is_refused_and_tells_no_secret() {
        let asking = asking(Grant::Password);
        for (status, text, expected) in [
            (200, "<p>", "the answer is no object of JSON"),
            (200, "[]", "the answer is no object of JSON"),
            (200, "{}", "the answer holds no `access_token`"),
            (
                200,
                r#"{"access_token":"a\r\nb"}"#,
                "the `access_token` cannot be sent",
            ),
            (
                200,
                r#"{"access_token":"a","token_type":"mac"}"#,
                "the token is of another type than `Bearer`",
            ),
            (
                307,
                "",
                "it redirects elsewhere, and what is handed in for a token is not sent on (status 307)",
            ),
            (503, "busy", "the endpoint answered 503"),
            (
                401,
                r#"{"error":"invalid_client","error_description":"no\u001b[2J"}"#,
                "the endpoint answered 401: invalid_client (no\\u{1b}[2J)",
            ),
            (
                400,
                r#"{"error":"invalid_grant","error_description":"wrong: pass word"}"#,
                "the endpoint answered 400: invalid_grant ([hidden: it says a secret back])",
            ),
        ] {
            let why = asking.read(&answer(status, text), None).expect_err(text);
            assert_eq!(why, expected);
        }
    }

    #[test]
    fn no_form_of_what_was_handed_in_is_told() {
        let asking = asking(Grant::RefreshToken);
        let next = Secret::new("the next one");
        let sent = asking.request(Some(&next));
        let basic_form = sent.headers.first("authorization").expect("it is sent");
        for said in [
            "se&same",
            "se%26same",
            "pass word",
            "the next one",
            "the+next+one",
            basic_form.trim_start_matches("Basic "),
        ] {
            let body = serde_json::json!({"error": "no", "error_description": format!("<{said}>")});
            let answer = answer(400, &body.to_string());
            let why = asking.read(&answer, Some(&next)).expect_err(said);
            assert!(why.contains("[hidden"), "{said}: {why}");
        }
        let mine = answer(200, r#"{"access_token":"abc","token_type":"abc"}"#);
        let why = asking.read(&mine, None).expect_err("no type");
        assert!(!why.contains("abc"), "{why}");
    }
}
