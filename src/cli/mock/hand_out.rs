//! The certificates and credentials of a mock, written for whoever wants to come.
//!
//! There are `ca.crt`, and for each identity `NAME.crt` and `NAME.key`, and `NAME.SCHEME` for each of its
//! other credentials. Keys are for their owner alone to read.

use std::path::{Path, PathBuf};

use crate::mock::{Mock, Papers};
use crate::shell::files::{self, FileError, TemporaryFolder};

/// The file by which a folder is known that was written here, and may be written again.
const MARK: &str = "countersign-mock";

/// A folder with the papers of a mock.
pub(super) enum Folder {
    /// The user named it; it stays.
    Named(PathBuf),
    /// It goes with the mock.
    Temporary(TemporaryFolder),
}

/// Why nothing was handed out.
#[derive(Debug, thiserror::Error)]
pub(super) enum HandOutError {
    /// Something else stands there.
    #[error("{0} holds files that are not of a mock")]
    Taken(String),
    /// The system refused.
    #[error(transparent)]
    File(#[from] FileError),
}

impl Folder {
    /// The folder that the user names, or a temporary one.
    ///
    /// # Errors
    /// When other files stand there, or the system refuses.
    pub(super) fn choose(mock: &Mock, named: Option<&Path>) -> Result<Self, HandOutError> {
        let Some(path) = named else {
            let made = files::temporary_folder(&format!("countersign-{}-", mock.id))?;
            return Ok(Self::Temporary(made));
        };
        let is_ours = path.join(MARK).is_file();
        if !is_ours && path.is_dir() && !files::list(path, 0)?.is_empty() {
            return Err(HandOutError::Taken(path.display().to_string()));
        }
        Ok(Self::Named(path.to_owned()))
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Named(path) => path,
            Self::Temporary(folder) => folder.path(),
        }
    }

    /// Writes all papers of a mock.
    ///
    /// # Errors
    /// When the system refuses.
    pub(super) fn fill(&self, mock: &Mock, papers: &Papers) -> Result<(), HandOutError> {
        let folder = self.path();
        files::store(&folder.join(MARK), mock.id.as_bytes())?;
        files::store(&folder.join("ca.crt"), papers.authority.as_bytes())?;
        for identity in mock.identities {
            let path = |ending: &str| folder.join(format!("{}.{ending}", identity.name));
            if let Some(signer) = identity.certificate {
                let pair = papers.client(signer);
                files::store(&path("crt"), pair.certificate.as_bytes())?;
                files::store_private(&path("key"), pair.key.as_bytes())?;
            }
            for (scheme, credential) in identity.credentials {
                files::store_private(&path(scheme), credential.as_bytes())?;
            }
        }
        Ok(())
    }
}
