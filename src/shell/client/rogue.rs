//! A server that misbehaves on demand: it speaks bytes, not HTTP.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};

/// One thing that the server does on a connection.
#[derive(Debug, Clone)]
pub(super) enum Act {
    /// Reads one request with its body.
    Read,
    /// Writes these bytes.
    Write(Vec<u8>),
    /// Writes these bytes again and again until the client goes away.
    WriteEndlessly(Vec<u8>),
    /// Says nothing until the client goes away.
    Hang,
    /// Ends the connection with a reset instead of an orderly close.
    Reset,
}

/// Reads a request, then writes the bytes.
pub(super) fn answer(bytes: impl AsRef<[u8]>) -> Vec<Act> {
    vec![Act::Read, Act::Write(bytes.as_ref().to_vec())]
}

/// A running server; every connection plays the same acts, then is closed.
#[derive(Debug, Clone)]
pub(super) struct Rogue {
    /// Where it listens, without a slash at the end.
    pub(super) url: String,
    connections: Arc<AtomicUsize>,
    read: Arc<Mutex<Vec<String>>>,
}

impl Rogue {
    /// Listens on a port of the system's choice.
    pub(super) async fn start(acts: Vec<Act>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let rogue = Self {
            url: format!("http://{address}"),
            connections: Arc::default(),
            read: Arc::default(),
        };
        let own = rogue.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                own.connections.fetch_add(1, Ordering::SeqCst);
                tokio::spawn(play(stream, acts.clone(), Arc::clone(&own.read)));
            }
        });
        rogue
    }

    /// How many connections came in.
    pub(super) fn connections(&self) -> usize {
        self.connections.load(Ordering::SeqCst)
    }

    /// The requests that were read, in their order.
    pub(super) fn read(&self) -> Vec<String> {
        self.read
            .lock()
            .expect("nobody panics while holding it")
            .clone()
    }
}

async fn play(mut stream: TcpStream, acts: Vec<Act>, read: Arc<Mutex<Vec<String>>>) {
    for act in acts {
        match act {
            Act::Read => match read_request(&mut stream).await {
                Some(request) => read
                    .lock()
                    .expect("nobody panics while holding it")
                    .push(request),
                None => return,
            },
            Act::Write(bytes) => {
                // The client may have gone, which is what some tests want.
                let _ = stream.write_all(&bytes).await;
            }
            Act::WriteEndlessly(bytes) => while stream.write_all(&bytes).await.is_ok() {},
            Act::Hang => {
                while stream
                    .read(&mut [0; 64])
                    .await
                    .is_ok_and(|length| length > 0)
                {}
            }
            Act::Reset => {
                stream.set_zero_linger().expect("an option of every system");
                return;
            }
        }
    }
    // What is still unread would turn the close into a reset.
    let _ = stream.shutdown().await;
    while stream
        .read(&mut [0; 64])
        .await
        .is_ok_and(|length| length > 0)
    {}
}

async fn read_request(stream: &mut TcpStream) -> Option<String> {
    let mut bytes = Vec::new();
    loop {
        let text = String::from_utf8_lossy(&bytes);
        if let Some((head, body)) = text.split_once("\r\n\r\n") {
            let length = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .map_or(0, |length| length.parse().expect("a length"));
            if body.len() >= length {
                return Some(text.into_owned());
            }
        }
        let mut chunk = [0; 4096];
        let length = stream
            .read(&mut chunk)
            .await
            .ok()
            .filter(|&length| length > 0)?;
        bytes.extend_from_slice(&chunk[..length]);
    }
}
