//! Decisions on changes: made, undone, downloaded and handed in.

use countersign::report::html::{Variant, page};
use countersign::report::is_hidden;
use serde_json::{Value, json};

use super::served::Served;
use super::{ENTER, ESCAPE, READY, TAB, browse, sample};
use crate::webdriver::Browser;

/// What was decided on a flow: its name, its text, and the changes with their decisions.
type Decided<'d> = (&'d str, &'d str, &'d [(&'d str, &'d str)]);

/// The document of some decisions, as the program reads it.
fn decisions(flows: &[Decided<'_>]) -> Value {
    let flow = |(flow, text, made): &Decided<'_>| {
        let class = |change: &str| match change {
            "11" => "breaking",
            "22" => "order-only",
            _ => "allowed-addition",
        };
        let one = |(change, decision): &(&str, &str)| json!({"change": change, "decision": decision, "class": class(change)});
        let made: Vec<Value> = made.iter().map(one).collect();
        json!({
            "flow": flow, "approved": "sha256:aa", "now": format!("sha256:{}", text.len()), "text": text,
            "decisions": made,
        })
    };
    let flows: Vec<Value> = flows.iter().map(flow).collect();
    json!({"countersign": {"decisions": 1}, "flows": flows})
}

#[tokio::test]
async fn decisions_are_downloaded_as_they_were_made() {
    let Some(browser) = browse(&sample::mixed(), "#tab=changes").await else {
        return;
    };
    assert_eq!(
        browser.seen(".progress-words strong").await,
        "0 of 4 decided"
    );
    assert_eq!(browser.count("[data-act=download]:disabled").await, 1);
    // The first group is the heaviest; `J` goes to the next, `A` decides on both of its changes.
    browser.press("r").await;
    assert_eq!(
        browser.seen(".progress-words").await,
        "1 of 4 decided 1 rejected"
    );
    browser.press("A").await;
    assert_eq!(
        browser.seen(".progress-words").await,
        "3 of 4 decided 2 accepted, 1 rejected"
    );
    browser.press("s").await;
    assert_eq!(
        browser.seen(".progress-words").await,
        "3 of 4 decided 2 accepted, 1 rejected, 1 skipped"
    );
    browser.click("[data-act=download]").await;
    let text = browser.downloaded("decisions.json").await;
    let first = "first \u{202e}\u{e0041}\n";
    let wanted = decisions(&[
        (
            "widgets::lifecycle",
            first,
            &[("11", "reject"), ("12", "accept")],
        ),
        ("users::profile", "second\n", &[("21", "accept")]),
    ]);
    assert_eq!(serde_json::from_str::<Value>(&text).expect("JSON"), wanted);
    assert!(
        !text
            .chars()
            .any(|letter| is_hidden(letter) && letter != '\n'),
        "{text}"
    );
    // Undone and made again in another order: the same bytes.
    browser.press("uuu").await;
    assert_eq!(
        browser.seen(".progress-words strong").await,
        "0 of 4 decided"
    );
    browser.press("JAKKr").await;
    assert_eq!(
        browser.seen(".progress-words strong").await,
        "3 of 4 decided"
    );
    browser.click("[data-act=download]").await;
    assert_eq!(browser.downloaded("decisions.json").await, text);
    // What was decided is still there when the page is loaded anew.
    browser.reload().await;
    browser.wait(READY).await;
    assert_eq!(
        browser.seen(".progress-words strong").await,
        "3 of 4 decided"
    );
}

#[tokio::test]
async fn what_breaks_the_contract_is_accepted_by_a_second_answer_alone() {
    let Some(browser) = browse(&sample::mixed(), "#tab=changes").await else {
        return;
    };
    let progress = ".progress-words strong";
    for leaves in [ESCAPE, ENTER, "a", "A"] {
        browser.press("a").await;
        assert!(browser.seen("dialog").await.contains("openapi.yaml:9:17"));
        browser.press(leaves).await;
        assert_eq!(browser.seen(progress).await, "0 of 4 decided", "{leaves:?}");
        browser
            .run("document.querySelector('dialog')?.close()")
            .await;
        browser.wait("!document.querySelector('dialog')").await;
    }
    browser.click(".change .decide.accept").await;
    browser.press(&format!("{TAB}{ENTER}")).await;
    assert_eq!(
        browser.seen(progress).await,
        "0 of 4 decided",
        "Enter decides nothing"
    );
    browser.press(" ").await;
    browser.wait("!document.querySelector('dialog')").await;
    assert_eq!(browser.seen(progress).await, "1 of 4 decided");
    assert_eq!(browser.seen(".group .state").await, "accepted");
}

#[tokio::test]
async fn a_page_that_is_served_hands_its_decisions_in() {
    let page = page(Variant::Served, &sample::document(&sample::mixed())).expect("a report");
    let server = Served::start(page, "1 snapshot was approved").await;
    let Some(browser) = Browser::start().await else {
        return;
    };
    browser
        .visit(&format!("{}/#token=s3cret&tab=changes", server.url))
        .await;
    browser.wait(READY).await;
    assert_eq!(
        browser.text("location.hash").await,
        "#tab=changes",
        "the token stays in no address"
    );
    let kept = browser
        .text("JSON.stringify([{...sessionStorage}, {...localStorage}, history.state])")
        .await;
    assert!(!kept.contains("s3cret"), "{kept}");
    browser.press("r").await;
    browser.click("[data-act=save]").await;
    browser
        .wait("document.querySelector('.answer')?.innerText.startsWith('Saved')")
        .await;
    assert_eq!(
        browser.seen(".answer").await,
        "Saved. 1 snapshot was approved"
    );
    let taken = server.taken();
    let (head, body) = taken
        .iter()
        .find(|(head, _)| head.starts_with("POST /decisions "))
        .expect("it was sent");
    assert!(
        head.to_ascii_lowercase()
            .contains("x-countersign-token: s3cret\r\n"),
        "{head}"
    );
    assert!(!head.contains("s3cret&"), "{head}");
    let wanted = decisions(&[(
        "widgets::lifecycle",
        "first \u{202e}\u{e0041}\n",
        &[("11", "reject")],
    )]);
    assert_eq!(serde_json::from_str::<Value>(body).expect("JSON"), wanted);
    // A refusal is told as it came.
    server.answer_with(409, "stale: widgets::lifecycle");
    browser.click("[data-act=save]").await;
    browser
        .wait("document.querySelector('.answer')?.innerText.startsWith('Not saved')")
        .await;
    assert_eq!(
        browser.seen(".answer").await,
        "Not saved (409): stale: widgets::lifecycle"
    );
}
