//! A server on a real socket, for the mocks.
//!
//! HTTP/1.1 over TCP, or over TLS; what is served is the router's business.

pub mod desk;
mod tls;

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::Router;
use axum::serve::{Listener, ListenerExt};
use tokio::net::TcpListener;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

/// How long requests in flight may take after the server was told to stop.
const STOP_GRACE_MAX: Duration = Duration::from_secs(5);

pub use tls::ServerTls;

use tls::TlsListener;

/// A running server. When it is dropped it takes no new connection and ends those that are idle.
#[derive(Debug)]
pub struct Serving {
    address: SocketAddr,
    scheme: &'static str,
    failed_handshakes: Arc<AtomicUsize>,
    stop: oneshot::Sender<()>,
    accepting: JoinHandle<io::Result<()>>,
}

impl Serving {
    /// Listens and serves. Port 0 lets the system pick one; `address` tells which.
    ///
    /// # Errors
    /// When the address cannot be listened on, such as a port that is taken.
    pub async fn start(router: Router, address: SocketAddr) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let listener = listener.tap_io(|stream| {
            // Without it small answers wait for the peer's acknowledgement; where the system refuses
            // it, the server is slower and no less right.
            let _ = stream.set_nodelay(true);
        });
        Ok(Self::serve(listener, router, (address, "http")))
    }

    /// As `start`, over TLS.
    ///
    /// # Errors
    /// When the address cannot be listened on, or a certificate or key cannot be used.
    pub async fn start_tls(
        router: Router,
        address: SocketAddr,
        tls: &ServerTls,
    ) -> io::Result<Self> {
        let listener = TcpListener::bind(address).await?;
        let address = listener.local_addr()?;
        let listener = TlsListener::new(listener, tls)?;
        let failed_handshakes = listener.failed_handshakes();
        Ok(Self {
            failed_handshakes,
            ..Self::serve(listener, router, (address, "https"))
        })
    }

    fn serve<L>(listener: L, router: Router, (address, scheme): (SocketAddr, &'static str)) -> Self
    where
        L: Listener,
        L::Addr: std::fmt::Debug,
    {
        let (stop, stopped) = oneshot::channel::<()>();
        let serving = axum::serve(listener, router).with_graceful_shutdown(async move {
            // An error means that the sender was dropped, which stops the server too.
            let _ = stopped.await;
        });
        let accepting = tokio::spawn(async move { serving.await });
        Self {
            address,
            scheme,
            failed_handshakes: Arc::default(),
            stop,
            accepting,
        }
    }

    /// Where it listens.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Where it listens, as a URL without a slash at the end.
    pub fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// How many TLS handshakes have failed so far, such as those of clients without a certificate that is
    /// demanded. One that takes too long is not counted.
    pub fn failed_handshakes(&self) -> usize {
        self.failed_handshakes.load(Ordering::Relaxed)
    }

    /// Takes no new connection, frees the port, and waits for requests in flight. Answers whether
    /// all of them ended within the grace of 5 s; those that did not are left to the runtime's end.
    pub async fn stop(self) -> bool {
        self.stop_within(STOP_GRACE_MAX).await
    }

    async fn stop_within(self, grace: Duration) -> bool {
        let Self {
            stop,
            mut accepting,
            ..
        } = self;
        drop(stop);
        let ended = tokio::time::timeout(grace, &mut accepting).await;
        accepting.abort();
        ended.is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::routing::get;
    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpStream;

    const ANY: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::LOCALHOST), 0);

    async fn ask(stream: &mut TcpStream) -> String {
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .expect("written");
        let mut answer = vec![0; 1024];
        let length = stream.read(&mut answer).await.expect("an answer");
        String::from_utf8_lossy(&answer[..length]).into_owned()
    }

    #[tokio::test]
    async fn it_serves_until_it_is_stopped_and_ends_idle_connections() {
        let router = Router::new().route("/", get(async || "here"));
        let serving = Serving::start(router, ANY).await.expect("a port");
        let address = serving.address();
        assert_eq!(
            serving.url(),
            format!("http://127.0.0.1:{}", address.port())
        );
        let mut stream = TcpStream::connect(address).await.expect("a connection");
        assert!(ask(&mut stream).await.ends_with("here"));
        assert!(
            serving.stop().await,
            "an idle connection does not hold the server up"
        );
        assert_eq!(stream.read(&mut [0; 8]).await.expect("an orderly end"), 0);
        let refused = TcpStream::connect(address)
            .await
            .expect_err("nothing listens any more");
        assert_eq!(refused.kind(), io::ErrorKind::ConnectionRefused);
    }

    #[tokio::test]
    async fn a_request_in_flight_is_answered_before_the_end() {
        let (entered, in_flight) = tokio::sync::mpsc::channel::<()>(1);
        let release = std::sync::Arc::new(tokio::sync::Notify::new());
        let gate = std::sync::Arc::clone(&release);
        let slow = async move || {
            entered.send(()).await.expect("the test listens");
            gate.notified().await;
            "late"
        };
        let serving = Serving::start(Router::new().route("/", get(slow)), ANY)
            .await
            .expect("a port");
        let mut stream = TcpStream::connect(serving.address())
            .await
            .expect("a connection");
        let asking = tokio::spawn(async move { ask(&mut stream).await });
        let mut in_flight = in_flight;
        in_flight.recv().await.expect("the request came in");
        let stopping = tokio::spawn(serving.stop());
        release.notify_one();
        assert!(asking.await.expect("no panic").ends_with("late"));
        assert!(stopping.await.expect("no panic"));
    }

    #[tokio::test]
    async fn a_request_that_never_ends_does_not_hold_the_stop_up_for_ever() {
        let (entered, mut in_flight) = tokio::sync::mpsc::channel::<()>(1);
        let hang = async move || {
            entered.send(()).await.expect("the test listens");
            std::future::pending::<&'static str>().await
        };
        let serving = Serving::start(Router::new().route("/", get(hang)), ANY)
            .await
            .expect("a port");
        let mut stream = TcpStream::connect(serving.address())
            .await
            .expect("a connection");
        stream
            .write_all(b"GET / HTTP/1.1\r\nhost: a\r\n\r\n")
            .await
            .expect("written");
        in_flight.recv().await.expect("the request came in");
        assert!(!serving.stop_within(Duration::from_millis(20)).await);
    }

    #[tokio::test]
    async fn a_port_that_is_taken_is_an_error() {
        let first = Serving::start(Router::new(), ANY).await.expect("a port");
        let error = Serving::start(Router::new(), first.address())
            .await
            .expect_err("it is taken");
        assert_eq!(error.kind(), io::ErrorKind::AddrInUse);
    }
}
