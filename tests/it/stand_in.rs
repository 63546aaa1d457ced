//! A server that answers as a test says, on a loopback port.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The longest request that is read, in bytes.
const REQUEST_BYTES_MAX: u64 = 64 * 1024;

/// What it is asked: `GET /things`, and how many requests came before.
pub(crate) type Answer = dyn Fn(&str, usize) -> Reply + Send;

/// What it answers.
pub(crate) struct Reply {
    pub(crate) status: u16,
    /// Whole lines, with the line break at their ends.
    pub(crate) headers: String,
    /// JSON; none where it is empty.
    pub(crate) body: String,
}

impl Reply {
    /// An answer of that status, without a body.
    pub(crate) fn empty(status: u16) -> Self {
        Self {
            status,
            headers: String::new(),
            body: String::new(),
        }
    }

    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self {
            status: 200,
            headers: "content-type: application/json\r\n".to_owned(),
            body: body.into(),
        }
    }
}

/// A request, as it came.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Heard {
    /// `GET /things`.
    pub(crate) line: String,
    /// The header fields, with their names in lower case.
    pub(crate) fields: Vec<(String, String)>,
    pub(crate) body: String,
}

impl Heard {
    /// The value of a header field; empty where there is none.
    pub(crate) fn field(&self, name: &str) -> &str {
        let found = self.fields.iter().find(|(it, _)| it == name);
        found.map_or("", |(_, value)| value)
    }
}

/// A server that notes what it is asked; it ends with the tests.
pub(crate) struct Server {
    pub(crate) url: String,
    heard: Arc<Mutex<Vec<Heard>>>,
}

impl Server {
    /// Starts it, with what it answers to a request before which so many came.
    pub(crate) fn start(answer: impl Fn(&Heard, usize) -> Reply + Send + 'static) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let address = listener.local_addr().expect("it has an address");
        let heard = Arc::<Mutex<Vec<Heard>>>::default();
        let own = Arc::clone(&heard);
        thread::spawn(move || {
            let connections = listener.incoming().filter_map(Result::ok);
            for (before, stream) in connections.enumerate() {
                // A client that goes away has had enough.
                drop(serve(stream, &own, &|heard| answer(heard, before)));
            }
        });
        let url = format!("http://{address}");
        Self { url, heard }
    }

    /// What it was asked since it was last asked for that.
    pub(crate) fn heard(&self) -> Vec<Heard> {
        std::mem::take(&mut self.heard.lock().expect("nobody panics"))
    }
}

/// Starts it; it ends with the tests. Answers with its URL.
pub(crate) fn start(answer: Box<Answer>) -> String {
    Server::start(move |heard, before| answer(&heard.line, before)).url
}

fn serve(
    mut stream: TcpStream,
    noted: &Mutex<Vec<Heard>>,
    answer: &dyn Fn(&Heard) -> Reply,
) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?.take(REQUEST_BYTES_MAX));
    let mut line = String::new();
    if reader.read_line(&mut line)? == 0 {
        // Somebody looked whether anybody listens.
        return Ok(());
    }
    let (asked, _) = line.rsplit_once(' ').unwrap_or_default();
    let mut heard = Heard {
        line: asked.to_owned(),
        ..Heard::default()
    };
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(": ") else {
            break;
        };
        let name = name.to_lowercase();
        heard.fields.push((name, value.to_owned()));
    }
    let length = heard.field("content-length").parse().unwrap_or_default();
    let mut body = Vec::new();
    reader.take(length).read_to_end(&mut body)?;
    heard.body = String::from_utf8_lossy(&body).into_owned();
    noted.lock().expect("nobody panics").push(heard.clone());
    let Reply {
        status,
        headers,
        body,
    } = answer(&heard);
    let length = match status {
        204 => String::new(),
        _ => format!("content-length: {}\r\n", body.len()),
    };
    write!(
        stream,
        "HTTP/1.1 {status} X\r\n{headers}{length}connection: close\r\n\r\n{body}"
    )
}
