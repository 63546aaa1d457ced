//! TLS for a server: handshakes beside the accepting, so that slow ones hold nobody up until there are
//! `HANDSHAKES_MAX` of them.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use axum::serve::Listener;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::WebPkiClientVerifier;
use rustls::{RootCertStore, ServerConfig};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{Semaphore, mpsc};
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::shell::client::choose_cryptography;

/// How long one handshake may take.
const HANDSHAKE_TIME_MAX: Duration = Duration::from_secs(5);

/// How many handshakes may be under way.
const HANDSHAKES_MAX: usize = 256;

/// How much of what a refused client still says is read before the connection is closed, in bytes.
const FAREWELL_BYTES_MAX: u64 = 64 * 1024;

/// How long a refused client may still speak.
const FAREWELL_TIME_MAX: Duration = Duration::from_secs(1);

/// What a server shows, and whom it lets in. All are PEM texts.
#[derive(Clone, PartialEq, Eq)]
pub struct ServerTls {
    /// Its certificate.
    pub certificate: String,
    /// Its private key.
    pub key: String,
    /// The authority whose clients are let in; without it everybody is.
    pub clients: Option<String>,
}

impl std::fmt::Debug for ServerTls {
    /// Without the private key.
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter
            .debug_struct("ServerTls")
            .field("clients", &self.clients.is_some())
            .finish_non_exhaustive()
    }
}

impl ServerTls {
    fn acceptor(&self) -> io::Result<TlsAcceptor> {
        choose_cryptography();
        let chain: Vec<_> = CertificateDer::pem_slice_iter(self.certificate.as_bytes())
            .collect::<Result<_, _>>()
            .map_err(io::Error::other)?;
        let key = PrivateKeyDer::from_pem_slice(self.key.as_bytes()).map_err(io::Error::other)?;
        let builder = ServerConfig::builder();
        let builder = match &self.clients {
            Some(authority) => {
                let mut trusted = RootCertStore::empty();
                for found in CertificateDer::pem_slice_iter(authority.as_bytes()) {
                    let certificate = found.map_err(io::Error::other)?;
                    trusted.add(certificate).map_err(io::Error::other)?;
                }
                let verifier = WebPkiClientVerifier::builder(Arc::new(trusted)).build();
                builder.with_client_cert_verifier(verifier.map_err(io::Error::other)?)
            }
            None => builder.with_no_client_auth(),
        };
        let mut configuration = builder
            .with_single_cert(chain, key)
            .map_err(io::Error::other)?;
        configuration.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(TlsAcceptor::from(Arc::new(configuration)))
    }
}

/// Connections whose handshake is done.
#[derive(Debug)]
pub(super) struct TlsListener {
    address: SocketAddr,
    ready: mpsc::Receiver<Ready>,
    accepting: JoinHandle<()>,
    failed_handshakes: Arc<AtomicUsize>,
}

type Ready = (TlsStream<TcpStream>, SocketAddr);

impl TlsListener {
    /// Begins to accept.
    ///
    /// # Errors
    /// When a certificate or key cannot be used.
    pub(super) fn new(listener: TcpListener, tls: &ServerTls) -> io::Result<Self> {
        let address = listener.local_addr()?;
        let acceptor = tls.acceptor()?;
        let (done, ready) = mpsc::channel(HANDSHAKES_MAX);
        let failed_handshakes = Arc::default();
        let accepting = accept_all(listener, acceptor, (done, Arc::clone(&failed_handshakes)));
        Ok(Self {
            address,
            ready,
            accepting: tokio::spawn(accepting),
            failed_handshakes,
        })
    }

    /// Where it is counted how many handshakes have failed.
    pub(super) fn failed_handshakes(&self) -> Arc<AtomicUsize> {
        Arc::clone(&self.failed_handshakes)
    }
}

impl Drop for TlsListener {
    fn drop(&mut self) {
        self.accepting.abort();
    }
}

impl Listener for TlsListener {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> Ready {
        match self.ready.recv().await {
            Some(ready) => ready,
            // The task that accepts lives as long as this does.
            None => std::future::pending().await,
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        Ok(self.address)
    }
}

async fn accept_all(
    mut listener: TcpListener,
    acceptor: TlsAcceptor,
    (done, failed_handshakes): (mpsc::Sender<Ready>, Arc<AtomicUsize>),
) {
    let room = Arc::new(Semaphore::new(HANDSHAKES_MAX));
    loop {
        // Of the trait: it waits out what passes, such as too many open files.
        let (stream, address) = Listener::accept(&mut listener).await;
        let Ok(place) = Arc::clone(&room).acquire_owned().await else {
            return;
        };
        let (acceptor, done) = (acceptor.clone(), done.clone());
        let failed_handshakes = Arc::clone(&failed_handshakes);
        tokio::spawn(async move {
            let _place = place;
            // Without it small answers wait for the peer's acknowledgement; where the system refuses
            // it, the server is slower and no less right.
            let _ = stream.set_nodelay(true);
            let shaking = acceptor.accept(stream).into_fallible();
            match tokio::time::timeout(HANDSHAKE_TIME_MAX, shaking).await {
                // An error means that the server has stopped.
                Ok(Ok(stream)) => drop(done.send((stream, address)).await),
                Ok(Err((_, stream))) => {
                    failed_handshakes.fetch_add(1, Ordering::Relaxed);
                    turn_away(stream).await;
                }
                Err(_) => {}
            }
        });
    }
}

/// Lets a refused client read why: a connection that is closed over unread bytes is reset, and the
/// alert may be lost with it.
async fn turn_away(mut stream: TcpStream) {
    let farewell = async {
        stream.shutdown().await?;
        let mut rest = stream.take(FAREWELL_BYTES_MAX);
        tokio::io::copy(&mut rest, &mut tokio::io::sink()).await
    };
    // Whatever it comes to, the client was refused.
    let _ = tokio::time::timeout(FAREWELL_TIME_MAX, farewell).await;
}
