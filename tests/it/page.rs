//! The page of a report in a browser: it shows what it should, decides what is asked of it, and nothing
//! that a server answered can do anything in it.

mod deciding;
mod sample;
mod served;

use countersign::report::html::{Variant, page};
use countersign::report::is_hidden;
use countersign::shell::clock::SystemClock;
use countersign::world::Clock as _;
use serde_json::{Value, json};

use crate::support;
use crate::webdriver::Browser;
use served::Served;

const ENTER: &str = "\u{e007}";
const ESCAPE: &str = "\u{e00c}";
const TAB: &str = "\u{e004}";

/// What is true when the page has taken up its data.
const READY: &str = "document.documentElement.dataset.state === 'ready'";

/// The largest page of five thousand exchanges, in bytes.
const PAGE_BYTES_MAX: usize = 1_100_000;

/// The page of some cases.
fn page_of(cases: &[Value]) -> String {
    page(Variant::File, &sample::document(cases)).expect("the test's own report")
}

/// A browser with the page of some cases; none where there is no browser.
async fn browse(cases: &[Value], fragment: &str) -> Option<Browser> {
    let browser = Browser::start().await?;
    browser.open(&page_of(cases), fragment).await;
    browser.wait(READY).await;
    Some(browser)
}

#[tokio::test]
async fn failures_stand_by_their_cause_with_the_place_in_the_answer() {
    let Some(browser) = browse(&sample::mixed(), "").await else {
        return;
    };
    assert!(browser.seen("h1").await.ends_with("Failed"));
    assert_eq!(browser.count("h1").await, 1);
    assert_eq!(browser.seen("#fits").await, "4 causes");
    browser.click(".entry .head").await;
    let panes = browser.seen(".panes").await;
    for told in [
        "openapi.yaml:9:17",
        "flows.arazzo.yaml:5:9",
        "curl 'http://127.0.0.1:1/widgets'",
        "200 OK",
    ] {
        assert!(panes.contains(told), "{told}: {panes}");
    }
    assert_eq!(browser.seen(".line.hit mark").await, "\"3\"");
    // The address says what is open, so that somebody else sees the same.
    let fragment = browser.text("location.hash").await;
    assert!(fragment.contains("open="), "{fragment}");
    browser.open(&page_of(&sample::mixed()), &fragment).await;
    browser.wait(READY).await;
    assert_eq!(browser.seen(".line.hit mark").await, "\"3\"");
}

#[tokio::test]
async fn a_filter_says_how_many_fit() {
    let Some(browser) = browse(&sample::mixed(), "#tab=flows").await else {
        return;
    };
    assert_eq!(browser.count(".lane").await, 6);
    browser.press("/users").await;
    browser
        .wait("document.querySelectorAll('.lane').length === 3")
        .await;
    assert_eq!(browser.seen("#fits").await, "3 of 6 flows");
    assert_eq!(
        browser
            .text("document.getElementById('said').textContent")
            .await,
        "3 of 6 flows"
    );
    assert_eq!(browser.text("location.hash").await, "#tab=flows&q=users");
    browser.click(".choice:nth-of-type(3)").await;
    assert_eq!(browser.seen("#fits").await, "1 of 6 flows");
    browser.press("/nothing").await;
    browser
        .wait("document.querySelectorAll('.lane').length === 0")
        .await;
    assert!(
        browser
            .seen("main")
            .await
            .contains("Nothing fits the filter")
    );
}

#[tokio::test]
async fn values_do_not_keep_findings_of_one_cause_apart() {
    let mut case = sample::case("a::b", "failed");
    case["findings"] = json!([
        sample::finding("s", "/0", "`size` is integer, not string \"1\""),
        sample::finding("s", "/1", "`size` is integer, not string \"2\""),
        sample::finding("s", "/2", "`name` is integer, not string \"2\""),
    ]);
    let Some(browser) = browse(&[case], "").await else {
        return;
    };
    assert_eq!(browser.count(".entry").await, 2);
    let first = browser.seen(".entry .head").await;
    assert!(first.contains("size is integer, not string …"), "{first}");
    assert!(first.contains("2 places in 1 flow"), "{first}");
}

#[tokio::test]
async fn the_keyboard_is_enough() {
    let Some(browser) = browse(&sample::mixed(), "").await else {
        return;
    };
    browser.press(&format!("j{ENTER}")).await;
    assert_eq!(browser.count(".panes").await, 1);
    browser.press("jj").await;
    assert!(
        browser
            .text("document.activeElement.innerText")
            .await
            .contains("connection refused")
    );
    browser.press("3").await;
    browser
        .wait("document.querySelectorAll('.lane').length === 6")
        .await;
    browser.press("?").await;
    assert!(browser.seen("dialog").await.contains("decides nothing"));
    browser.press(ESCAPE).await;
    browser.wait("!document.querySelector('dialog')").await;
    browser.press("2").await;
    browser
        .wait("document.querySelectorAll('.change').length > 0")
        .await;
    // Enter decides nothing, not even on the button itself; the space bar presses it.
    browser
        .run("document.querySelector('.change .decide.reject').focus()")
        .await;
    browser.press(ENTER).await;
    assert_eq!(
        browser.seen(".progress-words strong").await,
        "0 of 4 decided"
    );
    browser.press(" ").await;
    assert_eq!(
        browser.seen(".progress-words strong").await,
        "1 of 4 decided"
    );
    browser.press("ju").await;
    assert_eq!(
        browser.seen(".progress-words strong").await,
        "0 of 4 decided"
    );
}

#[tokio::test]
async fn a_lane_shows_what_a_step_captured_and_where_it_goes() {
    let Some(browser) = browse(&sample::mixed(), "#tab=flows").await else {
        return;
    };
    let lane = ".lane.failed";
    let marked = |class: &str| {
        format!("[...document.querySelectorAll('.chip.{class}')].map((it) => it.innerText).join()")
    };
    assert_eq!(browser.count(&format!("{lane} .catch")).await, 1);
    assert_eq!(browser.seen(&format!("{lane} .catch")).await, "id");
    assert_eq!(browser.count(".catch-told:not([hidden])").await, 0);
    // The keyboard is enough.
    browser
        .run("document.querySelector('.lane.failed .head').focus()")
        .await;
    browser.press(TAB).await;
    let told = browser.seen(".catch-told:not([hidden])").await;
    assert_eq!(told, "id = \"w-1\", read by list, show");
    assert_eq!(
        browser
            .text("document.activeElement.getAttribute('aria-label')")
            .await,
        "captured id = \"w-1\", read by list, show"
    );
    let readers = browser.text(&marked("reader")).await;
    assert!(
        readers.contains("list") && readers.contains("show"),
        "{readers}"
    );
    assert!(browser.text(&marked("source")).await.contains("create"));
    browser.press(ESCAPE).await;
    assert_eq!(browser.count(".catch-told:not([hidden])").await, 0);
    assert_eq!(browser.text(&marked("reader")).await, "");
    // Opened, it is text.
    browser.click(&format!("{lane} .head")).await;
    assert_eq!(
        browser.seen(".step .captured").await,
        "captured id = \"w-1\", read by list, show"
    );
    // A value is found by the filter.
    browser.press("/w-1").await;
    browser
        .wait("document.querySelectorAll('.lane').length === 1")
        .await;
}

#[tokio::test]
async fn a_report_with_times_has_a_timeline_and_another_one_none() {
    let Some(browser) = browse(&sample::timed(), "#tab=timeline").await else {
        return;
    };
    assert_eq!(browser.seen("#fits").await, "3 flows");
    let slowest = browser.seen(".slowest li").await;
    assert!(slowest.starts_with("0.060 s"), "{slowest}");
    assert!(slowest.contains("widgets::listing/list"), "{slowest}");
    let all = browser.seen("main").await;
    for told in [
        "began at 0.000 s, took 0.040 s, beside 1 other",
        "began at 0.020 s, took 0.080 s, beside 1 other",
        "began at 0.100 s, took 0.000 s, beside no other",
    ] {
        assert!(all.contains(told), "{told}: {all}");
    }
    // The bars stand where the times say.
    let left = browser
        .text("document.querySelectorAll('.track')[1].firstChild.style.left")
        .await;
    assert!(
        left.starts_with("19.99") || left.starts_with("20"),
        "{left}"
    );
    browser.press(&format!("jj{ENTER}")).await;
    let table = browser.seen(".step-times").await;
    assert!(
        table.contains("list") && table.contains("0.060 s"),
        "{table}"
    );
    browser.press("5").await;
    browser
        .wait("document.querySelectorAll('.about-part').length > 0")
        .await;
    assert!(
        browser
            .seen("main")
            .await
            .contains("two runs give other bytes")
    );
    browser
        .open(&page_of(&sample::mixed()), "#tab=timeline")
        .await;
    browser.wait(READY).await;
    assert_eq!(browser.count("[data-tab=timeline]").await, 0);
    assert_eq!(browser.count(".track").await, 0);
}

#[tokio::test]
async fn hostile_text_is_shown_and_does_nothing() {
    let Some(browser) = browse(&sample::hostile(), "").await else {
        return;
    };
    for tab in ["failures", "changes", "flows", "timeline", "about"] {
        browser
            .open(&page_of(&sample::hostile()), &format!("#tab={tab}"))
            .await;
        browser.wait(READY).await;
        browser
            .run("document.querySelector('.head')?.click()")
            .await;
        assert_eq!(browser.count("main script, main img").await, 0, "{tab}");
        assert_eq!(
            browser.run("return window.ran ?? null").await,
            Value::Null,
            "{tab}"
        );
        if tab != "about" {
            let seen = browser.seen("main").await;
            assert!(
                seen.contains(
                    r"<img src=x onerror='window.ran=2'>\u{202e}abc\u{1b}[2J\u{200b}\u{e0041}"
                ),
                "{seen}"
            );
        }
        let whole = browser
            .text("document.body.innerText + document.title")
            .await;
        let hidden = whole
            .chars()
            .find(|letter| is_hidden(*letter) && !matches!(letter, '\n' | '\t'));
        assert_eq!(hidden, None, "{tab}");
    }
    // The page and the terminal write out the same characters.
    let differ = browser.run(
        "const hidden = []; \
         for (let code = 0; code < 0x110000; code += 1) \
           if (code < 0xd800 || code > 0xdfff) if (isHidden(String.fromCodePoint(code))) hidden.push(code); \
         return hidden;",
    );
    let ours: Vec<u32> = ('\0'..=char::MAX)
        .filter(|it| is_hidden(*it))
        .map(u32::from)
        .collect();
    assert_eq!(differ.await, json!(ours));
}

#[tokio::test]
async fn nothing_is_loaded_run_or_sent() {
    let server = Served::start(String::new(), "").await;
    let Some(browser) = browse(&sample::mixed(), "").await else {
        return;
    };
    let refused = format!(
        "const done = arguments[arguments.length - 1]; \
         document.addEventListener('securitypolicyviolation', (it) => (window.seen ??= []).push(it.effectiveDirective)); \
         const url = '{}'; \
         const image = document.createElement('img'); image.src = url; \
         const frame = document.createElement('iframe'); frame.src = url; \
         const style = document.createElement('style'); style.textContent = 'main {{ display: none }}'; \
         const link = document.createElement('link'); link.rel = 'stylesheet'; link.href = url; \
         document.body.append(image, frame, style, link); \
         let told = []; \
         try {{ document.body.innerHTML = '<p>'; }} catch {{ told.push('markup'); }} \
         try {{ document.createElement('script').textContent = 'window.ran = 1'; }} catch {{ told.push('script'); }} \
         try {{ setTimeout('window.ran = 3', 0); }} catch {{ told.push('text'); }} \
         fetch(url).then(() => told.push('fetched'), () => told.push('fetch')) \
           .then(() => setTimeout(() => done([told, window.ran ?? null, [...new Set(window.seen)].sort()]), 200));",
        server.url
    );
    let told = browser.run_async(&refused).await;
    let blocked = [
        "connect-src",
        "frame-src",
        "img-src",
        "require-trusted-types-for",
        "style-src-elem",
    ];
    assert_eq!(
        told,
        json!([["markup", "script", "text", "fetch"], null, blocked])
    );
    assert_eq!(server.taken().len(), 0, "a request got out");
}

#[tokio::test]
async fn five_thousand_exchanges_are_usable() {
    let page = page_of(&sample::large());
    assert!(page.len() < PAGE_BYTES_MAX, "{} bytes", page.len());
    let Some(browser) = Browser::start().await else {
        return;
    };
    let clock = SystemClock::new();
    browser.open(&page, "#tab=flows").await;
    browser.wait(READY).await;
    let ready = clock.elapsed();
    assert_eq!(browser.seen("#fits").await, "1,000 flows");
    let elements = browser.count("*").await;
    assert!(elements < 5000, "{elements} elements are drawn at once");
    browser.press("/flow777").await;
    browser
        .wait("document.querySelectorAll('.lane').length === 1")
        .await;
    println!(
        "5,000 exchanges: {} bytes, ready after {ready:?}, filtered after {:?}",
        page.len(),
        clock.elapsed()
    );
}

#[tokio::test]
async fn a_timeline_of_five_thousand_exchanges_is_usable() {
    let page = page_of(&sample::large_with_times());
    let Some(browser) = Browser::start().await else {
        return;
    };
    let clock = SystemClock::new();
    browser.open(&page, "#tab=timeline").await;
    browser.wait(READY).await;
    let ready = clock.elapsed();
    assert_eq!(browser.seen("#fits").await, "1,000 flows");
    let elements = browser.count("*").await;
    assert!(elements < 5000, "{elements} elements are drawn at once");
    println!(
        "5,000 exchanges with times: {} bytes, ready after {ready:?}",
        page.len()
    );
}

#[tokio::test]
async fn without_scripts_the_verdict_and_the_table_stay() {
    let Some(browser) = Browser::start().await else {
        return;
    };
    browser
        .tell(
            "Emulation.setScriptExecutionDisabled",
            &json!({"value": true}),
        )
        .await;
    browser.open(&page_of(&sample::mixed()), "").await;
    browser.wait("document.readyState === 'complete'").await;
    let seen = browser.seen("body").await;
    assert!(
        seen.contains("list: response-schema: `total` must be integer (and 1 more)"),
        "{seen}"
    );
    assert!(
        seen.contains("create: id = \"w-1\", read by list, show"),
        "{seen}"
    );
    assert!(seen.contains("2 flows wait for a review"), "{seen}");
    assert!(!seen.contains("Filter"), "{seen}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_page_of_a_real_run_shows_what_the_run_found() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("report.html");
    let report = format!("--report=html={}", path.display());
    let arguments = ["qappctl-shim::", "--fault", "missing-field", &report];
    let ran = tokio::task::block_in_place(|| support::run(&support::root(), &arguments));
    assert_eq!(ran.code, Some(1), "{}", ran.story());
    let Some(browser) = Browser::start().await else {
        return;
    };
    browser.open(&support::read(&path), "").await;
    browser.wait(READY).await;
    assert!(browser.seen("h1").await.ends_with("Failed"));
    browser.click(".entry .head").await;
    let panes = browser.seen(".panes").await;
    assert!(
        panes.contains("specs/qappctl-shim/openapi.yaml:"),
        "{panes}"
    );
    assert!(browser.count(".line.hit").await > 0, "{panes}");
}
