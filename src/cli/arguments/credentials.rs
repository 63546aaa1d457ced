//! The keys to a target, as they are named on the command line.

use std::path::PathBuf;

use clap::Args;

// The keys to a target.
#[derive(Debug, Clone, Default, Args)]
pub(in crate::cli) struct CredentialArguments {
    /// The credential for a security scheme of the contract: SCHEME=env:NAME or SCHEME=file:PATH; may
    /// be given several times.
    #[arg(long, value_name = "SCHEME=SOURCE", requires = "target")]
    pub(in crate::cli) credential: Vec<String>,
    /// The client's certificate, a PEM file.
    #[arg(long, value_name = "FILE", requires_all = ["key", "target"])]
    pub(in crate::cli) cert: Option<PathBuf>,
    /// The private key of the client's certificate, a PEM file.
    #[arg(long, value_name = "FILE", requires_all = ["cert", "target"])]
    pub(in crate::cli) key: Option<PathBuf>,
    /// The certificate authority to trust instead of the system's, a PEM file.
    #[arg(long, value_name = "FILE", requires = "target")]
    pub(in crate::cli) cacert: Option<PathBuf>,
}

/// Where a secret is; it never stands on the command line itself, where others could read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::cli) enum SecretSource {
    /// In a variable of the environment.
    Variable(String),
    /// In a file.
    File(PathBuf),
}

impl SecretSource {
    /// Reads `SCHEME=env:NAME` or `SCHEME=file:PATH`.
    ///
    /// # Errors
    /// With what is wrong and what to do. The text is not shown: it may be the secret itself.
    pub(in crate::cli) fn parse(text: &str) -> Result<(&str, Self), (String, String)> {
        let read = text.split_once('=').and_then(|(scheme, source)| {
            let source = match source.split_once(':')? {
                ("env", name) if !name.is_empty() => Self::Variable(name.to_owned()),
                ("file", path) if !path.is_empty() => Self::File(PathBuf::from(path)),
                _ => return None,
            };
            Some((scheme, source))
        });
        read.ok_or_else(|| {
            let what = "a value of --credential does not say where the credential is";
            let help = "write it as SCHEME=env:NAME or SCHEME=file:PATH";
            (what.to_owned(), help.to_owned())
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_credential_is_never_the_text_itself() {
        for text in ["a=sesame", "a=env:", "a=file:", "a=ENV:B", "env:B", ""] {
            let (what, help) = SecretSource::parse(text).expect_err(text);
            assert!(!what.contains("sesame") && !help.contains("sesame"));
        }
        let read = SecretSource::parse("a=file:b=c:d").expect("a file");
        assert_eq!(read, ("a", SecretSource::File("b=c:d".into())));
    }
}
