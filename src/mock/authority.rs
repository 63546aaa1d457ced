//! Certificates for a mock that is reached by mutual TLS, made anew at each start.
//!
//! There are two authorities: the mock's own, which signed the server's certificate and that of its
//! clients, and a foreign one, whose clients are to be refused. Keys come from the system's random
//! numbers and not from the seed: they stand in no answer. Nothing is written to a disk here.

use std::net::IpAddr;

use rcgen::{
    BasicConstraints, CertificateParams, DnType, ExtendedKeyUsagePurpose, IsCa, Issuer, KeyPair,
    KeyUsagePurpose,
};

use super::fault::Kind;

/// Everybody is let in.
pub(super) const CERTIFICATE_NOT_DEMANDED: Kind = Kind::behaviour(
    "certificate-not-demanded",
    "success-criteria",
    "A client without a certificate, or with one of another authority, is let in",
);

/// Who signed a client's certificate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signer {
    /// The authority that the mock trusts.
    Own,
    /// Another one.
    Foreign,
}

/// A certificate with its private key, as PEM texts.
#[derive(Clone)]
pub struct Pair {
    /// The certificate.
    pub certificate: String,
    /// The private key.
    pub key: String,
}

/// All certificates around one mock.
#[derive(Clone)]
pub struct Papers {
    /// The certificate of the mock's own authority, as PEM text.
    pub authority: String,
    /// What the server shows.
    pub server: Pair,
    own: Pair,
    foreign: Pair,
}

impl Papers {
    /// Makes them for a server at this address.
    pub(super) fn issue(address: IpAddr) -> Self {
        let own = Authority::new("countersign mock");
        let foreign = Authority::new("somebody else");
        let server = (
            ExtendedKeyUsagePurpose::ServerAuth,
            "countersign mock server",
        );
        let client = (
            ExtendedKeyUsagePurpose::ClientAuth,
            "countersign mock client",
        );
        Self {
            server: own.sign(server, &hosts(address)),
            own: own.sign(client.clone(), &[]),
            foreign: foreign.sign(client, &[]),
            authority: own.certificate,
        }
    }

    /// What a client shows.
    pub fn client(&self, signer: Signer) -> &Pair {
        match signer {
            Signer::Own => &self.own,
            Signer::Foreign => &self.foreign,
        }
    }
}

/// The hosts that the server's certificate is for: those of loopback, where mocks usually listen, and
/// the one where this one does.
fn hosts(address: IpAddr) -> Vec<String> {
    let mut hosts = vec![
        "localhost".to_owned(),
        "127.0.0.1".to_owned(),
        "::1".to_owned(),
    ];
    let own = address.to_string();
    if !address.is_unspecified() && !hosts.contains(&own) {
        hosts.push(own);
    }
    hosts
}

/// Why making certificates of these constant parameters cannot fail.
const SOUND: &str = "the parameters are constant and sound";

struct Authority {
    certificate: String,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new(name: &str) -> Self {
        let mut params = params(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Constrained(0));
        params.key_usages = vec![KeyUsagePurpose::KeyCertSign];
        let key = KeyPair::generate().expect(SOUND);
        let certificate = params.self_signed(&key).expect(SOUND).pem();
        let issuer = Issuer::new(params, key);
        Self {
            certificate,
            issuer,
        }
    }

    fn sign(&self, (purpose, name): (ExtendedKeyUsagePurpose, &str), hosts: &[String]) -> Pair {
        let mut params = params(name, hosts);
        params.extended_key_usages = vec![purpose];
        let key = KeyPair::generate().expect(SOUND);
        let certificate = params.signed_by(&key, &self.issuer).expect(SOUND);
        Pair {
            certificate: certificate.pem(),
            key: key.serialize_pem(),
        }
    }
}

/// Valid at any time: a mock knows no clock but the one that it is given.
fn params(name: &str, hosts: &[String]) -> CertificateParams {
    let mut params = CertificateParams::new(hosts).expect(SOUND);
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_start_makes_other_keys_and_no_two_are_the_same() {
        let here = IpAddr::from([127, 0, 0, 1]);
        let (first, second) = (Papers::issue(here), Papers::issue(here));
        assert_ne!(first.authority, second.authority);
        let keys = [&first.server, &first.own, &first.foreign].map(|pair| pair.key.as_str());
        assert!(keys.iter().all(|key| key.contains("PRIVATE KEY")));
        assert!(keys[0] != keys[1] && keys[1] != keys[2] && keys[0] != keys[2]);
    }
}
