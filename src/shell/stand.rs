//! A stand: a bundled mock that is served, with the keys to it.

use std::io;
use std::net::SocketAddr;

use tokio::runtime::{Builder, Handle, Runtime};

use super::client::{Credential, Identity, Keyring, Secret};
use super::server::{ServerTls, Serving};
use crate::mock::{Mock, Papers, Setting, Transport};

/// A mock that is served.
#[derive(Debug)]
pub struct Stand {
    /// The server.
    pub serving: Serving,
    /// Whom to trust and as whom to come.
    pub keyring: Keyring,
}

impl Stand {
    /// Serves a mock with certificates of its own, where it needs some.
    ///
    /// # Errors
    /// When the address cannot be listened on, such as a port that is taken.
    pub async fn start(mock: &Mock, setting: Setting, address: SocketAddr) -> io::Result<Self> {
        Self::start_with(mock, mock.papers().as_ref(), setting, address).await
    }

    /// As `start`, with certificates that the caller has as well.
    ///
    /// # Errors
    /// When the address cannot be listened on, such as a port that is taken.
    pub async fn start_with(
        mock: &Mock,
        papers: Option<&Papers>,
        setting: Setting,
        address: SocketAddr,
    ) -> io::Result<Self> {
        let demands_certificate = setting.demands_certificate();
        let router = mock.router(setting);
        let serving = match papers {
            None => Serving::start(router, address).await?,
            Some(papers) => {
                let clients = demands_certificate.then(|| papers.authority.clone());
                let tls = ServerTls {
                    certificate: papers.server.certificate.clone(),
                    key: papers.server.key.clone(),
                    clients,
                };
                Serving::start_tls(router, address, &tls).await?
            }
        };
        let keyring = keyring(mock, papers);
        Ok(Self { serving, keyring })
    }
}

/// The thread that mocks live on: one that has nothing else to do, so that a flow which judges a large
/// answer does not keep the mocks waiting.
#[derive(Debug)]
pub struct Mocks {
    runtime: Option<Runtime>,
}

impl Mocks {
    /// Starts it.
    ///
    /// # Errors
    /// When the system refuses another thread.
    pub fn start() -> io::Result<Self> {
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()?;
        Ok(Self {
            runtime: Some(runtime),
        })
    }

    /// Where to put what is to run on it.
    pub fn runtime(&self) -> &Handle {
        let runtime = self.runtime.as_ref();
        runtime
            .expect("it is taken out only when this is dropped")
            .handle()
    }
}

impl Drop for Mocks {
    fn drop(&mut self) {
        // Waiting for the thread's end is not allowed where this is dropped.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The keys to a mock.
fn keyring(mock: &Mock, papers: Option<&Papers>) -> Keyring {
    let authorities = papers.map(|papers| papers.authority.clone().into_bytes());
    let identities = mock.identities.iter().map(|known| {
        let texts = known.credentials.iter().map(|(scheme, text)| {
            let credential = Credential::Text(Secret::new(*text));
            ((*scheme).to_owned(), credential)
        });
        let mut identity: Identity = texts.collect();
        if let Transport::MutualTls { scheme } = mock.transport
            && let Some((papers, signer)) = papers.zip(known.certificate)
        {
            let pair = papers.client(signer);
            let pem = format!("{}{}", pair.certificate, pair.key);
            identity.insert(scheme.to_owned(), Credential::Certificate(Secret::new(pem)));
        }
        (known.name.to_owned(), identity)
    });
    Keyring {
        authorities: authorities.into_iter().collect(),
        unverified: false,
        identities: identities.collect(),
    }
}
