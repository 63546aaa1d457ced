//! Which connection is used, where redirects lead, and who may stop a request.

use super::*;
use crate::shell::signals::Cause;

#[tokio::test]
async fn a_connection_is_kept_for_the_next_request() {
    let once = answer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok");
    let rogue = Rogue::start(vec![once; 10].concat()).await;
    let client = client();
    for _ in 0..10 {
        let response = client
            .send(&get(&rogue.url), Limits::default())
            .await
            .expect("an answer");
        assert_eq!(response.body, "ok");
    }
    assert_eq!((rogue.connections(), rogue.read().len()), (1, 10));
}

#[test]
fn each_runtime_has_connections_of_its_own() {
    let runtime = || {
        let mut runtime = tokio::runtime::Builder::new_current_thread();
        runtime.enable_all().build().expect("a runtime")
    };
    let (serving, one, other) = (runtime(), runtime(), runtime());
    let once = answer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nab");
    let acts = vec![once; 10].concat();
    let rogue = serving.block_on(Rogue::start(acts));
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let serving = std::thread::spawn(move || {
        // An error means that the test is over as well.
        let _ = serving.block_on(stopped);
    });
    let client = client();
    let ask = |runtime: &tokio::runtime::Runtime| {
        let answer = runtime.block_on(client.send(&get(&rogue.url), Limits::default()));
        assert_eq!(answer.expect("an answer").body.as_ref(), b"ab");
        rogue.connections()
    };
    assert_eq!((ask(&one), ask(&other)), (1, 2));
    assert_eq!((ask(&other), ask(&one)), (2, 2));
    drop(other);
    assert_eq!(ask(&one), 2);
    drop(stop);
    serving.join().expect("it ends when it is told");
}

#[tokio::test]
async fn nothing_is_sent_twice() {
    let rogue = Rogue::start(vec![Act::Read]).await;
    let mut request = get(&rogue.url);
    request.method = "POST".into();
    client()
        .send(&request, Limits::default())
        .await
        .expect_err("no answer");
    client()
        .send(&get(&rogue.url), Limits::default())
        .await
        .expect_err("no answer");
    assert_eq!(rogue.read().len(), 2);
}

#[tokio::test]
async fn redirects_are_followed_only_on_demand() {
    let last = Rogue::start(answer("HTTP/1.1 200 OK\r\ncontent-length: 4\r\n\r\nhere")).await;
    let hop = |to: &str| {
        answer(format!(
            "HTTP/1.1 302 Found\r\nlocation: {to}\r\ncontent-length: 0\r\n\r\n"
        ))
    };
    let second = Rogue::start(hop(&format!("{}/end", last.url))).await;
    let first = Rogue::start(hop(&second.url)).await;
    for (redirects, status, location) in [
        (0, 302, Some(&second.url)),
        (1, 302, Some(&format!("{}/end", last.url))),
        (2, 200, None),
        (9, 200, None),
    ] {
        let limits = Limits {
            redirects,
            ..Limits::default()
        };
        let response = client()
            .send(&get(&first.url), limits)
            .await
            .expect("an answer");
        assert_eq!(response.status, status, "{redirects}");
        assert_eq!(
            response.headers.first("location").as_deref(),
            location.map(String::as_str)
        );
    }
    assert_eq!(last.read().len(), 2);
}

#[tokio::test]
async fn a_failure_behind_a_redirect_names_where_it_led() {
    let silent = Rogue::start(vec![Act::Read, Act::Hang]).await;
    let hop = format!(
        "HTTP/1.1 307 T\r\nlocation: {}\r\ncontent-length: 0\r\n\r\n",
        silent.url
    );
    let rogue = Rogue::start(answer(hop)).await;
    let limits = Limits {
        redirects: 1,
        ..limits(SHORT)
    };
    let error = client()
        .send(&get(&rogue.url), limits)
        .await
        .expect_err("silence");
    assert_eq!(error.kind, TargetErrorKind::TimedOut);
    assert_eq!(format!("http://{}", error.address), silent.url);
}

#[tokio::test]
async fn a_circle_of_redirects_ends_at_the_limit() {
    let hop = answer("HTTP/1.1 302 Found\r\nlocation: /again\r\ncontent-length: 0\r\n\r\n");
    let rogue = Rogue::start(vec![hop; 20].concat()).await;
    let limits = Limits {
        redirects: 7,
        ..Limits::default()
    };
    let response = client()
        .send(&get(&rogue.url), limits)
        .await
        .expect("an answer");
    assert_eq!((response.status, rogue.read().len()), (302, 8));
}

#[tokio::test]
async fn force_ends_a_request_in_flight_and_lets_no_other_begin() {
    let rogue = Rogue::start(vec![Act::Read, Act::Hang]).await;
    let stop = Stop::new();
    let client = Client::new(Keyring::default(), stop.clone()).expect("a client");
    let asking = tokio::spawn({
        let (client, request) = (client.clone(), get(&rogue.url));
        async move { client.send(&request, Limits::default()).await }
    });
    while rogue.read().is_empty() {
        tokio::task::yield_now().await;
    }
    stop.raise(Cause::Interrupt);
    stop.raise(Cause::Interrupt);
    let error = asking.await.expect("no panic").expect_err("it was stopped");
    assert_eq!(
        (error.kind, error.detail.as_str()),
        (TargetErrorKind::Closed, STOPPED)
    );
    let error = client
        .send(&get(&rogue.url), Limits::default())
        .await
        .expect_err("it is stopped");
    assert_eq!(error.detail, STOPPED);
    assert_eq!(rogue.connections(), 1);
}

#[tokio::test]
async fn a_request_may_finish_after_the_first_wish_to_stop() {
    let rogue = Rogue::start(answer("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok")).await;
    let stop = Stop::new();
    stop.request(Cause::Interrupt);
    let client = Client::new(Keyring::default(), stop).expect("a client");
    let response = client
        .send(&get(&rogue.url), Limits::default())
        .await
        .expect("an answer");
    assert_eq!(response.body, "ok");
}
