//! The ways in which a program gets an access token without anybody at a browser (`RFC 6749`).

/// What is handed in for an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grant {
    /// The client's own credentials (`RFC 6749 §4.4`).
    ClientCredentials,
    /// A user and a password (`RFC 6749 §4.3`).
    Password,
    /// A token that was given for getting others (`RFC 6749 §6`).
    RefreshToken,
}

impl Grant {
    /// All of them.
    pub const ALL: [Self; 3] = [Self::ClientCredentials, Self::Password, Self::RefreshToken];

    /// The name in `api.toml`.
    pub fn name(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client-credentials",
            Self::Password => "password",
            Self::RefreshToken => "refresh-token",
        }
    }

    /// The name in a request for a token.
    pub fn parameter(self) -> &'static str {
        match self {
            Self::ClientCredentials => "client_credentials",
            Self::Password => "password",
            Self::RefreshToken => "refresh_token",
        }
    }
}
