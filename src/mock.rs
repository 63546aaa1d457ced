//! Mocks: one stateful server per bundled API, each with the faults it can play.
//!
//! A mock is written from the API's document alone and never sees the contract: an oracle that
//! shared code with the judge would share its mistakes. It knows no socket either: it is a router,
//! which the program's shell serves and which tests call in process. All state is in memory, and
//! is gone with the router.
//!
//! Every mock has the same files, so having read one, you know all:
//!
//! - `<api>.rs`: the [`Mock`], its routes, its errors;
//! - `<api>/request.rs`: what is read from a request, and refused;
//! - `<api>/state.rs`: what is kept, under one lock that is never held across an await;
//! - `<api>/faults.rs`: the list of its faults.
//!
//! A mock that reads more has more files, each named after what it reads or keeps. What two mocks truly
//! need stands here once. Alike in several stay imports, the constructor of a state, the list of
//! leniencies, and the error type, which may have the same fields as another: how an API words its errors
//! is what tells it from others, and what changes first.
//!
//! Shared by all: `reply` (answers), `number` (whole numbers), `fault` (faults, and the layer that
//! plays most of them), `authority` (certificates).

mod archive;
mod authority;
mod deploy_installer;
mod fault;
mod kuscia_appimage;
mod number;
mod paas_backend;
mod qappctl_shim;
mod renewal;
mod reply;
mod rise_image;
#[cfg(test)]
mod tour;

use std::fmt;
use std::net::IpAddr;
use std::sync::Arc;

use axum::Router;

pub use authority::{Pair, Papers, Signer};
pub use fault::{Fault, Part, Place};
pub use renewal::Renewal;

use crate::world::{Calendar, Entropy};

/// Every bundled mock, in the order of their ids.
pub static MOCKS: &[Mock] = &[
    deploy_installer::MOCK,
    kuscia_appimage::MOCK,
    paas_backend::MOCK,
    qappctl_shim::MOCK,
    rise_image::MOCK,
];

/// The mock whose id is `id`.
pub fn find(id: &str) -> Option<&'static Mock> {
    MOCKS.iter().find(|mock| mock.id == id)
}

/// A server that behaves as one API's document says.
#[derive(Debug)]
pub struct Mock {
    /// The API's name, kebab-case; also the name of its folder of specifications.
    pub id: &'static str,
    /// What the API is for, in one line.
    pub summary: &'static str,
    /// The faults it can play; their ids are unique within the mock, and the same in all mocks.
    pub faults: &'static [Fault],
    /// Who may come to it, and with what.
    pub identities: &'static [Identity],
    /// How it is reached.
    pub transport: Transport,
    /// Lays out the routes over a fresh state.
    routes: fn(Setting) -> Router,
}

/// Somebody who may come to a mock. Its credentials are no secret: they open a mock.
#[derive(Debug)]
pub struct Identity {
    /// The name by which scenarios call it.
    pub name: &'static str,
    /// Its credentials, by the security scheme of the API that they are for.
    pub credentials: &'static [(&'static str, &'static str)],
    /// Who signed its certificate, when it has one.
    pub certificate: Option<Signer>,
}

/// How a mock is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// By HTTP.
    Plain,
    /// By HTTPS, with certificates on both sides.
    MutualTls {
        /// The security scheme of the API that the client's certificate is for.
        scheme: &'static str,
    },
}

impl Mock {
    /// A server with a state of its own, empty at the start, in the given setting.
    pub fn router(&self, setting: Setting) -> Router {
        let fault = setting.fault;
        let routes = (self.routes)(setting);
        match fault {
            Some(fault) => fault::layer(routes, fault),
            None => routes,
        }
    }

    /// Fresh certificates, when the mock is reached by TLS; the server's is for loopback and this
    /// address.
    pub fn papers(&self, address: IpAddr) -> Option<Papers> {
        (self.transport != Transport::Plain).then(|| Papers::issue(address))
    }

    /// The fault of this mock whose id is `id`.
    pub fn fault(&self, id: &str) -> Option<&'static Fault> {
        self.faults.iter().find(|fault| fault.id == id)
    }
}

/// What a mock is given from outside.
#[derive(Clone)]
pub struct Setting {
    /// Dates what the mock creates.
    pub calendar: Arc<dyn Calendar>,
    /// Where the random parts of names come from.
    pub entropy: Entropy,
    /// The one fault to play; with none, the mock keeps to its document.
    pub fault: Option<&'static Fault>,
}

impl Setting {
    /// Whether a client is to show a certificate of the mock's own authority, where it is reached by
    /// TLS.
    pub fn demands_certificate(&self) -> bool {
        !self.plays(&authority::CERTIFICATE_NOT_DEMANDED)
    }

    /// What goes with the fault that is played, when it is one of these; otherwise what is usual.
    fn by_fault<T: Copy>(&self, choices: &[(&fault::Kind, T)], usual: T) -> T {
        let mut choices = choices.iter();
        let chosen = choices.find(|(kind, _)| self.plays(kind));
        chosen.map_or(usual, |(_, choice)| *choice)
    }

    /// Whether the mock is to play the fault `kind`.
    fn plays(&self, kind: &fault::Kind) -> bool {
        self.fault.is_some_and(|fault| fault.id == kind.id)
    }
}

impl fmt::Debug for Setting {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Setting")
            .field("entropy", &self.entropy)
            .field("fault", &self.fault)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, BTreeSet};

    use super::*;

    /// The checks a fault may name; the judge's own list is not visible from here.
    const CHECKS: &[&str] = &[
        "body-decoding",
        "documented-status",
        "media-type",
        "response-headers",
        "response-schema",
        "success-criteria",
        "undeclared-field",
        "unexpected-body",
    ];

    fn is_kebab_case(id: &str) -> bool {
        let words_are_plain = id.split('-').all(|word| {
            !word.is_empty()
                && word
                    .bytes()
                    .all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit())
        });
        words_are_plain && id.starts_with(|first: char| first.is_ascii_lowercase())
    }

    #[test]
    fn mocks_are_sorted_unique_and_found_by_id() {
        let ids: Vec<_> = MOCKS.iter().map(|mock| mock.id).collect();
        assert!(
            ids.is_sorted() && ids.windows(2).all(|pair| pair[0] != pair[1]),
            "{ids:?}"
        );
        for mock in MOCKS {
            assert!(
                is_kebab_case(mock.id) && !mock.summary.is_empty(),
                "{}",
                mock.id
            );
            assert_eq!(find(mock.id).unwrap().id, mock.id);
        }
        assert!(find("no-such-api").is_none());
    }

    #[test]
    fn fault_ids_are_unique_kebab_case_and_explained() {
        for mock in MOCKS {
            let ids: BTreeSet<_> = mock.faults.iter().map(|fault| fault.id).collect();
            assert_eq!(
                ids.len(),
                mock.faults.len(),
                "{} lists a fault twice",
                mock.id
            );
            for fault in mock.faults {
                assert!(is_kebab_case(fault.id), "{}", fault.id);
                assert!(
                    !fault.summary.is_empty() && !fault.summary.ends_with('.'),
                    "{}",
                    fault.id
                );
                assert!(
                    CHECKS.contains(&fault.check),
                    "{} names {}",
                    fault.id,
                    fault.check
                );
            }
            assert!(mock.fault("no-such-fault").is_none());
        }
    }

    #[test]
    fn the_same_fault_means_the_same_in_every_mock() {
        let mut meanings = BTreeMap::new();
        for fault in MOCKS.iter().flat_map(|mock| mock.faults) {
            let meaning = (fault.summary, fault.check);
            assert_eq!(
                *meanings.entry(fault.id).or_insert(meaning),
                meaning,
                "{}",
                fault.id
            );
        }
    }
}
