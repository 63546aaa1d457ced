//! Requests of whoever shows an access token: it is there before they are sent, and anew after a 401
//! where it was there for long.

use super::purse::Shown;
use super::token::{Handed, TokenRequest};
use super::{Client, Secret, failure};
use crate::http::{Caller, Request, Response};
use crate::world::{Limits, TargetError, TargetErrorKind};

/// The status of a server that does not take a token (`RFC 6750 §3.1`).
const UNAUTHORIZED: u16 = 401;

impl Client {
    /// Asks for the access tokens that a caller shows, where they are not there yet.
    ///
    /// # Errors
    /// When an endpoint hands out none.
    pub async fn log_in(&self, caller: &Caller) -> Result<(), TargetError> {
        self.tokens(caller).await.map(|_| ())
    }

    /// Whether a caller shows an access token that is asked for.
    pub fn asks_for_tokens(&self, caller: &Caller) -> bool {
        let mut tokens = self.connections.keyring.shown_tokens(caller);
        tokens.next().is_some()
    }

    /// Sends a request, with the tokens of whoever asks.
    pub(super) async fn ask(
        &self,
        request: &Request,
        limits: Limits,
    ) -> Result<Response, TargetError> {
        // A request that says itself who asks is sent as it is.
        let says_itself = request.headers.first("authorization").is_some();
        let caller = request.caller.as_deref().filter(|_| !says_itself);
        let Some(caller) = caller.filter(|it| self.asks_for_tokens(it)) else {
            return self.exchange(request, &Shown::new(), limits).await;
        };
        let shown = self.tokens(caller).await?;
        let answer = self.exchange(request, &shown, limits).await?;
        let purse = &self.connections.purse;
        if answer.status != UNAUTHORIZED || !purse.forget(&caller.identity, &shown).await {
            return Ok(answer);
        }
        let Ok(renewed) = self.tokens(caller).await else {
            // What the server said is the better evidence.
            return Ok(answer);
        };
        let answer = self.exchange(request, &renewed, limits).await?;
        if answer.status == UNAUTHORIZED {
            purse.note_refused(&caller.identity, &renewed).await;
        }
        Ok(answer)
    }

    async fn tokens(&self, caller: &Caller) -> Result<Shown, TargetError> {
        let connections = &self.connections;
        let ask = |request, refresh| self.ask_for_token(request, refresh);
        let of = (&connections.keyring, caller);
        connections.purse.tokens(of, ask).await
    }

    async fn ask_for_token(
        &self,
        asking: TokenRequest,
        refresh: Option<Secret>,
    ) -> Result<Handed, TargetError> {
        let request = asking.request(refresh.as_ref());
        let failed = |detail| TargetError {
            address: failure::address(&asking.url),
            kind: TargetErrorKind::NoToken,
            detail,
        };
        let answer = self
            .exchange(&request, &Shown::new(), asking.limits())
            .await;
        let answer = answer.map_err(|error| match error.kind {
            // Whose failure that is stands in it.
            TargetErrorKind::ProxyRefused | TargetErrorKind::ProxyFailed => error,
            kind if error.detail.is_empty() => failed(kind.to_string()),
            kind => failed(format!("{kind}: {}", error.detail)),
        })?;
        asking.read(&answer, refresh.as_ref()).map_err(failed)
    }
}
