//! A browser that a test drives: Chromium, by way of ChromeDriver and the WebDriver protocol.
//!
//! Where one of the two is not installed there is no browser, and the tests that need one say so.
//!
//! Source: W3C WebDriver.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::time::Duration;

use countersign::http::{Headers, Request};
use countersign::shell::client::{Client, Keyring};
use countersign::shell::clock::SystemClock;
use countersign::shell::signals::Stop;
use countersign::world::{Clock as _, Limits, Target as _};
use serde_json::{Value, json};
use tempfile::TempDir;

/// How often a driver is started until one has a port.
const DRIVER_TRIES_MAX: usize = 5;

/// What is needed, by the names that it has on a path.
const PROGRAMS: [&str; 2] = ["chromedriver", "chromium"];

/// Quiet, without a window, a sandbox or a word to anybody.
const FLAGS: [&str; 9] = [
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--window-size=1280,900",
];

/// How long the browser may take for one command.
const TIME_MAX: Duration = Duration::from_mins(1);

/// How often it is looked whether a file has come, and how long in between.
const LOOKS_MAX: u32 = 200;
const LOOK_PAUSE: Duration = Duration::from_millis(50);

/// A browser with one window; it is closed when this is dropped.
pub(crate) struct Browser {
    client: Client,
    /// Host and port of the driver.
    address: String,
    session: String,
    driver: Child,
    /// The driver writes there as long as it runs.
    _out: BufReader<ChildStdout>,
    folder: TempDir,
}

impl Browser {
    /// Starts one with a profile of its own; none where none is installed.
    pub(crate) async fn start() -> Option<Self> {
        if let Some(name) = PROGRAMS.into_iter().find(|name| !is_installed(name)) {
            crate::support::tell_once(&format!(
                "skipped: tests of the page in a browser, since {name} is not installed (ci/install)\n"
            ));
            return None;
        }
        let folder = tempfile::tempdir().expect("a folder");
        let mut tries = (0..DRIVER_TRIES_MAX).filter_map(|_| start_driver());
        let (driver, out, port) = tries.next().expect("the driver tells its port");
        let mut browser = Self {
            client: Client::new(Keyring::default(), Stop::new()).expect("there are no keys"),
            address: format!("127.0.0.1:{port}"),
            session: String::new(),
            driver,
            _out: out,
            folder,
        };
        let profile = browser.folder.path().join("profile");
        let profile = format!("--user-data-dir={}", profile.display());
        let flags: Vec<&str> = FLAGS.into_iter().chain([profile.as_str()]).collect();
        let options = json!({"args": flags});
        let wanted = json!({"goog:chromeOptions": options, "timeouts": {"script": 30_000}});
        let body = json!({"capabilities": {"alwaysMatch": wanted}});
        let made = browser.send("POST", "/session", &body).await;
        let id = made["sessionId"].as_str().expect("a session has a name");
        browser.session = format!("/session/{id}");
        let downloads = browser.downloads();
        let place = json!({"behavior": "allow", "downloadPath": downloads.to_str()});
        browser.tell("Browser.setDownloadBehavior", &place).await;
        Some(browser)
    }

    /// Where downloads land.
    fn downloads(&self) -> PathBuf {
        self.folder.path().join("downloads")
    }

    /// Opens a page that is written to a file first; the fragment is part of the address.
    pub(crate) async fn open(&self, page: &str, fragment: &str) {
        let path = self.folder.path().join("report.html");
        countersign::shell::files::store(&path, page.as_bytes())
            .expect("a folder of the test's own");
        self.visit(&format!("file://{}{fragment}", path.display()))
            .await;
    }

    /// Goes to an address, by way of an empty page: a fragment alone would load nothing.
    pub(crate) async fn visit(&self, url: &str) {
        for url in ["about:blank", url] {
            self.command("url", &json!({"url": url})).await;
        }
    }

    /// Runs a function's body in the page and gives what it returns.
    pub(crate) async fn run(&self, script: &str) -> Value {
        self.command("execute/sync", &json!({"script": script, "args": []}))
            .await
    }

    /// The same for a text; what is none is written as JSON.
    pub(crate) async fn text(&self, script: &str) -> String {
        match self.run(&format!("return {script}")).await {
            Value::String(text) => text,
            other => other.to_string(),
        }
    }

    /// What is seen of the first element that a selector finds.
    pub(crate) async fn seen(&self, selector: &str) -> String {
        self.text(&format!(
            "document.querySelector({selector:?})?.innerText ?? '(none)'"
        ))
        .await
    }

    /// How many elements a selector finds.
    pub(crate) async fn count(&self, selector: &str) -> u64 {
        let script = format!("return document.querySelectorAll({selector:?}).length");
        let found = self.run(&script).await;
        found.as_u64().expect("a number")
    }

    /// Clicks on the first element that a selector finds, as a pointer does.
    pub(crate) async fn click(&self, selector: &str) {
        let found = self
            .command(
                "element",
                &json!({"using": "css selector", "value": selector}),
            )
            .await;
        let id = found.as_object().and_then(|it| it.values().next());
        let id = id.and_then(Value::as_str).expect("an element has a name");
        self.command(&format!("element/{id}/click"), &json!({}))
            .await;
    }

    /// Presses keys one after another, wherever the focus is.
    pub(crate) async fn press(&self, keys: &str) {
        let strokes: Vec<Value> = keys
            .chars()
            .flat_map(|key| {
                ["keyDown", "keyUp"].map(|kind| json!({"type": kind, "value": key.to_string()}))
            })
            .collect();
        let device = json!({"type": "key", "id": "keyboard", "actions": strokes});
        self.command("actions", &json!({"actions": [device]})).await;
    }

    /// Waits until an expression holds in the page.
    pub(crate) async fn wait(&self, condition: &str) {
        let script = format!(
            "const done = arguments[arguments.length - 1]; \
             const look = () => ({condition}) ? done(true) : setTimeout(look, 20); look();"
        );
        self.run_async(&script).await;
    }

    /// The same for a body that calls its last argument with what it gives.
    pub(crate) async fn run_async(&self, script: &str) -> Value {
        self.command("execute/async", &json!({"script": script, "args": []}))
            .await
    }

    /// Loads the page anew.
    pub(crate) async fn reload(&self) {
        self.command("refresh", &json!({})).await;
    }

    /// A command of the browser's own protocol.
    pub(crate) async fn tell(&self, command: &str, values: &Value) {
        self.command(
            "goog/cdp/execute",
            &json!({"cmd": command, "params": values}),
        )
        .await;
    }

    /// Takes the file of that name that was downloaded, so that another may come.
    pub(crate) async fn downloaded(&self, name: &str) -> String {
        let path = self.downloads().join(name);
        let clock = SystemClock::new();
        let mut looks = 0;
        while !path.is_file() || is_arriving(&self.downloads()) {
            looks += 1;
            assert!(looks < LOOKS_MAX, "{name} has not come");
            clock.sleep(LOOK_PAUSE).await;
        }
        let text = crate::support::read(&path);
        std::fs::remove_file(&path).expect("a file of the test's own");
        text
    }

    async fn command(&self, name: &str, body: &Value) -> Value {
        self.send("POST", &format!("{}/{name}", self.session), body)
            .await
    }

    async fn send(&self, method: &str, path: &str, body: &Value) -> Value {
        let mut headers = Headers::default();
        headers.push("content-type", "application/json");
        let request = Request {
            method: method.to_owned(),
            url: format!("http://{}{path}", self.address),
            headers,
            body: body.to_string().into(),
            caller: None,
        };
        let limits = Limits {
            time: TIME_MAX,
            ..Limits::default()
        };
        let answer = self
            .client
            .send(&request, limits)
            .await
            .expect("the driver answers");
        let mut value: Value =
            serde_json::from_slice(&answer.body).expect("the driver speaks JSON");
        assert_eq!(
            answer.status, 200,
            "{path} {body}: {}",
            value["value"]["message"]
        );
        value["value"].take()
    }
}

impl Drop for Browser {
    fn drop(&mut self) {
        // The driver closes its browser before it answers; only then is it ended itself.
        let ask = || {
            let mut stream = TcpStream::connect(&self.address)?;
            stream.set_read_timeout(Some(TIME_MAX))?;
            let (path, host) = (&self.session, &self.address);
            write!(
                stream,
                "DELETE {path} HTTP/1.1\r\nhost: {host}\r\nconnection: close\r\n\r\n"
            )?;
            stream.read(&mut [0; 4096])
        };
        // Nothing can be done about a browser that is gone already.
        let _ = ask();
        let _ = self.driver.kill();
        let _ = self.driver.wait();
    }
}

fn is_installed(name: &str) -> bool {
    let mut command = Command::new(name);
    command
        .arg("--version")
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

/// Chromium writes under another name until all has come.
fn is_arriving(folder: &Path) -> bool {
    let files = countersign::shell::files::list(folder, 1).unwrap_or_default();
    files
        .iter()
        .any(|path| path.extension().is_some_and(|it| it == "crdownload"))
}

/// A driver, what it tells, and the port that it listens on; none where it ended without telling one, as
/// it does when somebody else has taken the port that it had found free.
fn start_driver() -> Option<(Child, BufReader<ChildStdout>, u16)> {
    let mut command = Command::new(PROGRAMS[0]);
    command
        .arg("--port=0")
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    let mut driver = command.spawn().expect("it is installed");
    let mut out = BufReader::new(driver.stdout.take().expect("it was asked for"));
    let mut lines = out.by_ref().lines().map_while(Result::ok);
    let told = lines.find_map(|line| {
        let (_, rest) = line.split_once("successfully on port ")?;
        rest.trim_end_matches('.').parse().ok()
    });
    if told.is_none() {
        driver.wait().expect("it has ended");
    }
    Some((driver, out, told?))
}
