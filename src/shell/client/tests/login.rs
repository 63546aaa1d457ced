//! Access tokens: when they are asked for, and what becomes of a run without them.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Mutex;

use axum::Router;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode, Uri};
use tokio::net::TcpListener;

use super::*;
use crate::http::{CredentialPlace, Grant, SecurityScheme};
use crate::world::VirtualClock;

/// What a server was asked, and what it answers next.
#[derive(Debug, Clone, Default)]
struct Desk {
    asked: Arc<Mutex<Vec<String>>>,
    tokens: Arc<Mutex<VecDeque<(u16, String)>>>,
    answers: Arc<Mutex<VecDeque<u16>>>,
}

impl Desk {
    /// What was asked so far: the field `Authorization`, or the form.
    fn asked(&self) -> Vec<String> {
        self.asked.lock().expect("nobody panics").clone()
    }
}

/// Hands out the tokens of a script under `/token`, and answers other requests with the statuses of
/// another and with who asked.
async fn serve(tokens: &[(u16, &str)], answers: &[u16]) -> (String, Desk) {
    let tokens = tokens
        .iter()
        .map(|(status, text)| (*status, (*text).to_owned()));
    let desk = Desk {
        tokens: Arc::new(Mutex::new(tokens.collect())),
        answers: Arc::new(Mutex::new(answers.iter().copied().collect())),
        ..Desk::default()
    };
    let router = Router::new().fallback(answer_one).with_state(desk.clone());
    let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move { axum::serve(listener, router).await });
    (format!("http://{address}"), desk)
}

async fn answer_one(
    State(desk): State<Desk>,
    uri: Uri,
    fields: HeaderMap,
    body: String,
) -> (StatusCode, [(&'static str, String); 1], String) {
    let who = fields
        .get("authorization")
        .map_or("", |it| it.to_str().expect("a text"));
    let is_token = uri.path() == "/token";
    let asked = if is_token { body } else { who.to_owned() };
    desk.asked.lock().expect("nobody panics").push(asked);
    let (status, text) = if is_token {
        let next = desk.tokens.lock().expect("nobody panics").pop_front();
        next.expect("the script has a token")
    } else {
        let next = desk.answers.lock().expect("nobody panics").pop_front();
        (
            next.expect("the script has an answer"),
            format!("you are {who}"),
        )
    };
    let location = [("location", "/elsewhere".to_owned())];
    (
        StatusCode::from_u16(status).expect("a status"),
        location,
        text,
    )
}

fn asking(url: &str) -> TokenRequest {
    TokenRequest {
        url: format!("{url}/token"),
        grant: Grant::ClientCredentials,
        client: Some("shop".to_owned()),
        secret: Some(Secret::new("open sesame")),
        user: None,
        handed_in: None,
        scopes: Vec::new(),
        is_in_body: true,
        time: TOKEN_TIME_MAX,
    }
}

/// A client that asks for tokens so, with its clock.
fn client_of(asking: TokenRequest) -> (Client, Arc<VirtualClock>) {
    let credential = Credential::Token(Box::new(asking));
    let identity = Identity::from([("oauth".to_owned(), credential)]);
    let keyring = Keyring {
        identities: BTreeMap::from([("default".to_owned(), identity)]),
        ..Keyring::default()
    };
    let clock = Arc::new(VirtualClock::default());
    let client = Client::by(
        (keyring, Wire::default()),
        Stop::new(),
        Arc::clone(&clock) as Arc<dyn Clock>,
    );
    (client.expect("a client"), clock)
}

fn caller() -> Arc<Caller> {
    let (name, place) = ("oauth".to_owned(), CredentialPlace::Bearer);
    Arc::new(Caller {
        identity: "default".into(),
        alternatives: vec![vec![Arc::new(SecurityScheme { name, place })]],
    })
}

async fn ask(client: &Client, url: &str) -> Result<Response, TargetError> {
    let request = Request {
        caller: Some(caller()),
        ..get(&format!("{url}/thing"))
    };
    client.send(&request, Limits::default()).await
}

const FORM: &str = "grant_type=client_credentials&client_id=shop&client_secret=open+sesame";

#[tokio::test]
async fn a_token_is_asked_for_once_and_shared_and_hidden() {
    let tokens = [(200, r#"{"access_token":"token-one","expires_in":3600}"#)];
    let (url, desk) = serve(&tokens, &[200, 200, 200]).await;
    let (client, _) = client_of(asking(&url));
    assert_eq!(
        desk.asked(),
        [""; 0],
        "nothing is asked for before it is needed"
    );
    let both = tokio::join!(ask(&client, &url), ask(&client, &url));
    for answer in [both.0, both.1, ask(&client, &url).await] {
        let answer = answer.expect("an answer");
        assert_eq!(answer.body, "you are Bearer (credential:oauth)");
    }
    let shown = "Bearer token-one";
    assert_eq!(desk.asked(), [FORM, shown, shown, shown]);
}

#[tokio::test]
async fn a_token_is_asked_for_anew_before_it_expires() {
    let tokens = [
        (200, r#"{"access_token":"token-one","expires_in":3600}"#),
        (200, r#"{"access_token":"token-two"}"#),
    ];
    let (url, desk) = serve(&tokens, &[200; 4]).await;
    let (client, clock) = client_of(asking(&url));
    ask(&client, &url).await.expect("an answer");
    clock.sleep(Duration::from_secs(3569)).await;
    ask(&client, &url).await.expect("an answer");
    clock.sleep(Duration::from_secs(1)).await;
    ask(&client, &url).await.expect("an answer");
    // Where nobody says how long it is good for, it is good.
    clock.sleep(Duration::from_hours(1000)).await;
    ask(&client, &url).await.expect("an answer");
    let (one, two) = ("Bearer token-one", "Bearer token-two");
    assert_eq!(desk.asked(), [FORM, one, one, FORM, two, two]);
}

#[tokio::test]
async fn a_token_that_was_there_is_asked_for_anew_when_it_is_refused() {
    let tokens = [
        (200, r#"{"access_token":"token-one"}"#),
        (200, r#"{"access_token":"token-two"}"#),
        (200, r#"{"access_token":"token-six"}"#),
    ];
    let (url, desk) = serve(&tokens, &[200, 401, 200, 401, 401, 401]).await;
    let (client, _) = client_of(asking(&url));
    let mut statuses = Vec::new();
    for _ in 0..4 {
        statuses.push(ask(&client, &url).await.expect("an answer").status);
    }
    // The new token is refused as well, so that its age is not why.
    assert_eq!(statuses, [200, 200, 401, 401]);
    let (one, two, six) = ("Bearer token-one", "Bearer token-two", "Bearer token-six");
    assert_eq!(
        desk.asked(),
        [FORM, one, one, FORM, two, two, FORM, six, six]
    );
}

#[tokio::test]
async fn a_token_that_is_new_is_not_asked_for_again() {
    let (url, desk) = serve(&[(200, r#"{"access_token":"token-one"}"#)], &[401]).await;
    let (client, _) = client_of(asking(&url));
    assert_eq!(ask(&client, &url).await.expect("an answer").status, 401);
    assert_eq!(desk.asked(), [FORM, "Bearer token-one"]);
}

#[tokio::test]
async fn who_says_itself_who_asks_needs_no_token() {
    let (url, desk) = serve(&[], &[401]).await;
    let (client, _) = client_of(asking(&url));
    let mut request = get(&url);
    request.caller = Some(caller());
    request.headers.push("Authorization", "Bearer wrong");
    let answer = client.send(&request, Limits::default()).await;
    assert_eq!(answer.expect("an answer").status, 401);
    assert_eq!(desk.asked(), ["Bearer wrong"]);
}

#[tokio::test]
async fn a_token_that_gets_others_may_be_exchanged() {
    let tokens = [
        (
            200,
            r#"{"access_token":"token-one","expires_in":60,"refresh_token":"next"}"#,
        ),
        (200, r#"{"access_token":"token-two","expires_in":60}"#),
        (200, r#"{"access_token":"token-six"}"#),
    ];
    let (url, desk) = serve(&tokens, &[200; 3]).await;
    let (client, clock) = client_of(TokenRequest {
        grant: Grant::RefreshToken,
        client: None,
        secret: None,
        handed_in: Some(Secret::new("first")),
        ..asking(&url)
    });
    for _ in 0..3 {
        ask(&client, &url).await.expect("an answer");
        clock.sleep(Duration::from_mins(1)).await;
    }
    let form = |text: &str| format!("grant_type=refresh_token&refresh_token={text}");
    let asked = desk.asked();
    assert_eq!(
        [&asked[0], &asked[2], &asked[4]],
        [&form("first"), &form("next"), &form("next")]
    );
}

#[tokio::test]
async fn without_a_token_nothing_is_sent() {
    for (answer, why) in [
        (
            (401, r#"{"error":"invalid_client"}"#),
            "the endpoint answered 401: invalid_client",
        ),
        ((200, "<html>"), "the answer is no object of JSON"),
        (
            (307, ""),
            "it redirects elsewhere, and what is handed in for a token is not sent on (status 307)",
        ),
    ] {
        let (url, desk) = serve(&[answer], &[]).await;
        let (client, _) = client_of(asking(&url));
        let error = ask(&client, &url).await.expect_err("there is no token");
        assert_eq!(error.kind, TargetErrorKind::NoToken);
        assert_eq!(error.detail, why);
        assert_eq!(format!("http://{}", error.address), url);
        // An endpoint that failed is left alone for a while, and nothing is sent meanwhile.
        assert_eq!(ask(&client, &url).await, Err(error));
        assert_eq!(desk.asked(), [FORM]);
    }
}

#[tokio::test]
async fn an_endpoint_that_fails_is_asked_again_later() {
    let tokens = [(503, "busy"), (200, r#"{"access_token":"token-one"}"#)];
    let (url, desk) = serve(&tokens, &[200]).await;
    let (client, clock) = client_of(asking(&url));
    ask(&client, &url).await.expect_err("there is no token");
    clock.sleep(Duration::from_secs(5)).await;
    ask(&client, &url).await.expect("an answer");
    assert_eq!(desk.asked(), [FORM, FORM, "Bearer token-one"]);
}

#[tokio::test]
async fn an_endpoint_that_is_not_there_is_told() {
    let refused = TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let url = format!("http://{}", refused.local_addr().expect("an address"));
    drop(refused);
    let (client, _) = client_of(asking(&url));
    let error = client.log_in(&caller()).await.expect_err("nobody is there");
    assert_eq!(error.kind, TargetErrorKind::NoToken);
    assert!(error.detail.starts_with("connection refused"), "{error}");
}

#[tokio::test]
async fn an_endpoint_that_hangs_is_given_up() {
    let rogue = Rogue::start(vec![Act::Read, Act::Hang]).await;
    let (client, _) = client_of(TokenRequest {
        time: SHORT,
        ..asking(&rogue.url)
    });
    let error = client.log_in(&caller()).await.expect_err("nobody answers");
    assert_eq!(error.detail, "no answer in time: the limit is 50 ms");
}
