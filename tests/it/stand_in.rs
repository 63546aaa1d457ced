//! A server that answers as a test says, on a loopback port.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
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
    pub(crate) fn json(body: impl Into<String>) -> Self {
        Self {
            status: 200,
            headers: "content-type: application/json\r\n".to_owned(),
            body: body.into(),
        }
    }
}

/// Starts it; it ends with the tests. Answers with its URL.
pub(crate) fn start(answer: Box<Answer>) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
    let address = listener.local_addr().expect("it has an address");
    thread::spawn(move || {
        let connections = listener.incoming().filter_map(Result::ok);
        for (before, stream) in connections.enumerate() {
            // A client that goes away has had enough.
            drop(serve(stream, before, &*answer));
        }
    });
    format!("http://{address}")
}

fn serve(mut stream: TcpStream, before: usize, answer: &Answer) -> std::io::Result<()> {
    let mut reader = BufReader::new(stream.try_clone()?.take(REQUEST_BYTES_MAX));
    let mut asked = String::new();
    reader.read_line(&mut asked)?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line)?;
        if let Some(given) = line.to_lowercase().strip_prefix("content-length:") {
            length = given.trim().parse().unwrap_or_default();
        }
        if line.trim().is_empty() {
            break;
        }
    }
    std::io::copy(&mut reader.take(length), &mut std::io::sink())?;
    let asked = asked.rsplit_once(' ').map_or("", |(asked, _)| asked);
    let Reply {
        status,
        headers,
        body,
    } = answer(asked, before);
    let length = body.len();
    write!(
        stream,
        "HTTP/1.1 {status} X\r\n{headers}content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    )
}
