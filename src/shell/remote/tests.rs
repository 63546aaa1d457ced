//! Documents from a server of the test: what comes, what does not, and how often it is asked.

use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

use super::*;

/// A server with an answer for each path; it ends with the test's process.
struct Shelf {
    url: String,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Shelf {
    fn open(answers: &[(&str, &str)]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let answers: BTreeMap<String, String> = answers
            .iter()
            .map(|(path, answer)| ((*path).to_owned(), answer.replace('\n', "\r\n")))
            .collect();
        let asked = Arc::new(Mutex::new(Vec::new()));
        let notes = Arc::clone(&asked);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut request = [0; 4096];
                let length = stream.read(&mut request).unwrap_or_default();
                let request = String::from_utf8_lossy(&request[..length]).into_owned();
                let path = request.split(' ').nth(1).unwrap_or_default().to_owned();
                let none = "404 Not Found\r\n\r\n".to_owned();
                let answer = answers.get(&path).unwrap_or(&none);
                notes.lock().expect("no test panics here").push(request);
                let _ = write!(stream, "HTTP/1.1 {answer}");
            }
        });
        Self { url, asked }
    }

    fn asked(&self) -> usize {
        self.asked.lock().expect("no test panics here").len()
    }

    fn fetch(&self, remote: &Remote, path: &str) -> Result<(String, String), String> {
        let (url, bytes) = remote.fetch(&format!("{}{path}", self.url))?;
        let text = String::from_utf8(bytes.to_vec()).expect("it is UTF-8");
        Ok((url.replace(&self.url, ""), text))
    }
}

fn remote() -> Remote {
    Remote::new().expect("a client")
}

#[test]
fn a_document_is_fetched_once_from_where_it_is() {
    let shelf = Shelf::open(&[
        ("/a?v=1", "302 Found\nlocation: dir/b.yaml\n\n"),
        ("/dir/b.yaml", "200 OK\ncontent-length: 4\n\nx: 1"),
    ]);
    let remote = remote();
    let expected = Ok(("/dir/b.yaml".to_owned(), "x: 1".to_owned()));
    assert_eq!(shelf.fetch(&remote, "/a?v=1"), expected);
    assert_eq!(shelf.fetch(&remote, "/a?v=1"), expected);
    assert_eq!(shelf.asked(), 2, "the redirect and the document");
    let asked = shelf.asked.lock().expect("no test panics here").join("");
    assert!(asked.contains("accept: application/yaml") && !asked.contains("authorization"));
}

#[test]
fn what_is_no_whole_document_is_none() {
    let large = format!("200 OK\ncontent-length: {}\n\n", DOCUMENT_BYTES_MAX + 1);
    let large = large + &"x".repeat(DOCUMENT_BYTES_MAX + 1);
    let shelf = Shelf::open(&[
        ("/empty", "204 No Content\n\n"),
        ("/wrong", "500 Oh\n\n"),
        ("/round", "302 Found\nlocation: /round\n\n"),
        ("/nowhere", "302 Found\n\n"),
        ("/ftp", "302 Found\nlocation: ftp://a.example/b\n\n"),
        ("/user", "302 Found\nlocation: http://u:p@a.example/b\n\n"),
        (
            "/zip",
            "200 OK\ncontent-encoding: gzip\ncontent-length: 1\n\nx",
        ),
        ("/short", "200 OK\ncontent-length: 9\n\nx"),
        ("/large", &large),
    ]);
    let remote = remote();
    for (path, why) in [
        ("/missing", "answered 404"),
        ("/empty", "answered 204"),
        ("/wrong", "answered 500"),
        ("/round", "more than 5 redirects"),
        ("/nowhere", "leads nowhere"),
        ("/ftp", "http and https alone"),
        ("/user", "no user and no password"),
        ("/zip", "encoded as `gzip`"),
        ("/short", "broke off"),
        ("/large", "larger than"),
    ] {
        let told = shelf.fetch(&remote, path).expect_err(path);
        assert!(told.contains(why), "{path}: {told}");
        let asked = shelf.asked();
        assert_eq!(shelf.fetch(&remote, path), Err(told), "the same again");
        assert_eq!(shelf.asked(), asked, "a failure is not tried again: {path}");
    }
}

#[test]
fn other_places_than_servers_are_not_asked() {
    for url in [
        "file:///etc/passwd",
        "ftp://a.example/b",
        "http://u:p@127.0.0.1:1/",
        "data:,x",
        "nothing",
    ] {
        assert!(remote().fetch(url).is_err(), "{url}");
    }
    let refused = remote()
        .fetch("http://127.0.0.1:1/a")
        .expect_err("nobody listens");
    assert!(refused.contains("connection refused"), "{refused}");
}

#[test]
fn a_redirect_does_not_leave_https() {
    let answer = Response {
        status: 301,
        headers: {
            let mut headers = Headers::default();
            headers.push("location", "http://a.example/b");
            headers
        },
        body: Bytes::new(),
        end: BodyEnd::Complete,
    };
    let from = |url: &str| target(&Url::parse(url).expect("a URL"), &answer);
    assert!(from("https://a.example/").is_err());
    assert!(from("http://a.example/").is_ok_and(|it| it.is_some()));
}

#[test]
fn there_is_an_end_to_how_many_are_fetched() {
    let shelf = Shelf::open(&[]);
    let remote = remote();
    for index in 0..=DOCUMENTS_MAX {
        let told = shelf
            .fetch(&remote, &format!("/{index}"))
            .expect_err("nothing is there");
        let is_end = told.contains("more than 100 documents");
        assert_eq!(is_end, index == DOCUMENTS_MAX, "{told}");
    }
    assert_eq!(shelf.asked(), DOCUMENTS_MAX);
}
