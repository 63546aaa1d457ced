//! A stand: a bundled mock that is served, with the keys to it.

use std::io;
use std::net::SocketAddr;

use axum::Router;
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
        Self::start_with(mock, mock.papers(address.ip()).as_ref(), setting, address).await
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
        Self::start_router((mock, router), papers, demands_certificate, address).await
    }

    /// As `start_with`, with the routes of a mock that the caller holds, too.
    ///
    /// # Errors
    /// When the address cannot be listened on, such as a port that is taken.
    pub async fn start_router(
        (mock, router): (&Mock, Router),
        papers: Option<&Papers>,
        demands_certificate: bool,
        address: SocketAddr,
    ) -> io::Result<Self> {
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
        identities: identities.collect(),
        ..Keyring::default()
    }
}

#[cfg(test)]
mod tests {
    use std::net::{IpAddr, Ipv4Addr};
    use std::sync::Arc;
    use std::time::Duration;

    use tokio::io::AsyncWriteExt as _;
    use tokio::net::TcpStream;

    use super::*;
    use crate::http::{Caller, CredentialPlace, Headers, Request, SecurityScheme};
    use crate::mock::{self, Fault};
    use crate::shell::client::Client;
    use crate::shell::clock::SystemClock;
    use crate::shell::signals::Stop;
    use crate::world::{Entropy, Limits, Target as _, TargetErrorKind};

    const ANY: SocketAddr = SocketAddr::new(IpAddr::V4(Ipv4Addr::LOCALHOST), 0);

    async fn guarded(fault: Option<&str>) -> Stand {
        let mock = mock::find("kuscia-appimage").expect("a bundled mock");
        let fault: Option<&'static Fault> = fault.map(|id| mock.fault(id).expect("its fault"));
        let setting = Setting {
            calendar: Arc::new(SystemClock::new()),
            entropy: Entropy::from_seed(0),
            fault,
        };
        Stand::start(mock, setting, ANY).await.expect("a port")
    }

    /// What a request comes to that shows these schemes as this identity: the status, or why there is
    /// none.
    async fn ask(stand: &Stand, identity: &str, schemes: &[&str]) -> Result<u16, TargetErrorKind> {
        let set = schemes.iter().map(|name| {
            let place = match *name {
                "mutualTLS" => CredentialPlace::Certificate,
                _ => CredentialPlace::Header("Token".into()),
            };
            let name = (*name).to_owned();
            Arc::new(SecurityScheme { name, place })
        });
        let mut headers = Headers::default();
        headers.push("content-type", "application/json");
        let request = Request {
            method: "POST".into(),
            url: format!("{}/api/v1/appimage/query", stand.serving.url()),
            headers,
            body: r#"{"name": "a"}"#.into(),
            caller: Some(Arc::new(Caller {
                identity: identity.into(),
                alternatives: vec![set.collect()],
            })),
        };
        let client = Client::new(stand.keyring.clone(), Stop::new()).expect("the keys are sound");
        let answer = client.send(&request, Limits::default()).await;
        answer.map(|it| it.status).map_err(|error| error.kind)
    }

    #[tokio::test]
    async fn only_who_shows_a_certificate_of_the_own_authority_is_let_in() {
        let stand = guarded(None).await;
        assert!(stand.serving.url().starts_with("https://127.0.0.1:"));
        let both = ["mutualTLS", "token"];
        assert_eq!(ask(&stand, "default", &both).await, Ok(200));
        assert_eq!(ask(&stand, "default", &["mutualTLS"]).await, Ok(401));
        let refused = Err(TargetErrorKind::HandshakeRefused);
        assert_eq!(ask(&stand, "default", &["token"]).await, refused);
        assert_eq!(ask(&stand, "stranger", &["mutualTLS"]).await, refused);
        // Who is turned away without learning why tries again.
        assert!(stand.serving.failed_handshakes() >= 2);
        let unknown = Err(TargetErrorKind::Unsendable);
        assert_eq!(ask(&stand, "nobody", &both).await, unknown);
    }

    #[tokio::test]
    async fn with_the_fault_everybody_is_let_in() {
        let stand = guarded(Some("certificate-not-demanded")).await;
        assert_eq!(ask(&stand, "default", &["token"]).await, Ok(200));
        assert_eq!(ask(&stand, "stranger", &["mutualTLS"]).await, Ok(401));
        assert_eq!(stand.serving.failed_handshakes(), 0);
    }

    #[tokio::test]
    async fn whoever_shakes_no_hands_holds_nobody_up() {
        let stand = guarded(None).await;
        let address = stand.serving.address();
        let silent = TcpStream::connect(address).await.expect("a connection");
        let mut rude = TcpStream::connect(address).await.expect("a connection");
        rude.write_all(b"GET / HTTP/1.1\r\n\r\n")
            .await
            .expect("written");
        let asked = ask(&stand, "default", &["mutualTLS", "token"]);
        let asked = tokio::time::timeout(Duration::from_secs(4), asked).await;
        assert_eq!(asked.expect("in time"), Ok(200));
        drop((silent, rude));
        assert!(stand.serving.stop().await);
    }
}
