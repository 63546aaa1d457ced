//! The access tokens of a run: asked for when first needed, shared by all flows, and asked for anew
//! before they expire.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use tokio::sync::Mutex;

use super::keyring::{Keyring, Secret};
use super::token::{Handed, TokenRequest};
use crate::http::Caller;
use crate::secret::Secrets;
use crate::world::{Clock, TargetError};

/// How long before its end a token is asked for anew; at most half of the time that it is good for.
const RENEWAL_MARGIN: Duration = Duration::from_secs(30);

/// How long an endpoint that failed is left alone; flows that need it until then fail as well.
const FAILURE_REST: Duration = Duration::from_secs(5);

/// How many tokens of one identity are remembered, to be hidden where an answer says one back.
const REMEMBERED_MAX: usize = 16;

/// Whose token, and for which scheme.
type Key = (String, String);

/// What a request shows, by the name of the security scheme.
pub(super) type Shown = BTreeMap<String, Token>;

/// An access token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Token {
    pub(super) text: Secret,
    /// Its number among those of its identity.
    number: u64,
    /// Whether it was there before it was asked for.
    is_kept: bool,
    /// Those before it.
    pub(super) earlier: Vec<Secret>,
}

/// Tokens, by whose they are.
pub(super) struct Purse {
    clock: Arc<dyn Clock>,
    pockets: BTreeMap<Key, Mutex<Pocket>>,
    /// Who is told every token.
    secrets: OnceLock<Arc<Secrets>>,
}

/// The tokens of one identity for one scheme.
#[derive(Debug, Default)]
struct Pocket {
    current: Option<Current>,
    /// What gets the next token, where an endpoint handed out another one.
    refresh: Option<Secret>,
    /// When the endpoint failed last, and how.
    failed: Option<(Duration, TargetError)>,
    /// Whether a new token was refused as the one before it was.
    is_refused: bool,
    number: u64,
    earlier: Vec<Secret>,
}

#[derive(Debug)]
struct Current {
    text: Secret,
    /// When it is asked for anew.
    until: Option<Duration>,
}

impl fmt::Debug for Purse {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_list().entries(self.pockets.keys()).finish()
    }
}

impl Purse {
    /// A purse with room for the tokens that a keyring says how to ask for.
    pub(super) fn new(keyring: &Keyring, clock: Arc<dyn Clock>) -> Self {
        let pockets = keyring.token_requests();
        Self {
            clock,
            pockets: pockets.map(|key| (key, Mutex::default())).collect(),
            secrets: OnceLock::new(),
        }
    }

    /// Tells every token that is handed out from now on to whoever keeps secrets.
    pub(super) fn tell(&self, secrets: &Arc<Secrets>) {
        self.secrets.get_or_init(|| Arc::clone(secrets));
    }

    /// The tokens that a caller shows; `ask` asks an endpoint for one.
    ///
    /// # Errors
    /// When an endpoint hands out none.
    pub(super) async fn tokens<F>(
        &self,
        (keyring, caller): (&Keyring, &Caller),
        ask: impl Fn(TokenRequest, Option<Secret>) -> F,
    ) -> Result<Shown, TargetError>
    where
        F: Future<Output = Result<Handed, TargetError>>,
    {
        let mut shown = Shown::new();
        for (scheme, request) in keyring.shown_tokens(caller) {
            let key = (caller.identity.to_string(), scheme.to_owned());
            let Some(pocket) = self.pockets.get(&key) else {
                continue;
            };
            let mut pocket = pocket.lock().await;
            let now = self.clock.elapsed();
            if let Some(token) = pocket.kept(now) {
                shown.insert(scheme.to_owned(), token);
                continue;
            }
            if let Some((at, error)) = &pocket.failed
                && now.saturating_sub(*at) < FAILURE_REST
            {
                return Err(error.clone());
            }
            let asked = ask(request.clone(), pocket.refresh.clone()).await;
            // A token is good for so long from when it was asked for, not from when it came.
            let token = pocket.take(asked, now)?;
            if let Some(secrets) = self.secrets.get() {
                for secret in std::iter::once(&token.text).chain(&pocket.refresh) {
                    secrets.add_credential(scheme, secret.reveal());
                }
            }
            shown.insert(scheme.to_owned(), token);
        }
        Ok(shown)
    }

    /// Forgets tokens that were refused, when they were there before and nobody forgot them meanwhile;
    /// says whether new ones may be asked for.
    pub(super) async fn forget(&self, identity: &str, refused: &Shown) -> bool {
        let mut forgot = false;
        for (scheme, token) in refused.iter().filter(|(_, token)| token.is_kept) {
            let key = (identity.to_owned(), scheme.clone());
            let Some(pocket) = self.pockets.get(&key) else {
                continue;
            };
            let mut pocket = pocket.lock().await;
            if pocket.is_refused {
                continue;
            }
            if pocket.number == token.number {
                pocket.current = None;
            }
            forgot = true;
        }
        forgot
    }

    /// Notes that new tokens were refused as well: that they were old was not the reason.
    pub(super) async fn note_refused(&self, identity: &str, refused: &Shown) {
        for scheme in refused.keys() {
            let key = (identity.to_owned(), scheme.clone());
            if let Some(pocket) = self.pockets.get(&key) {
                pocket.lock().await.is_refused = true;
            }
        }
    }
}

impl Pocket {
    /// The token that is there and good for long enough.
    fn kept(&self, now: Duration) -> Option<Token> {
        let current = self.current.as_ref()?;
        let is_good = current.until.is_none_or(|until| now < until);
        is_good.then(|| Token {
            text: current.text.clone(),
            number: self.number,
            is_kept: true,
            earlier: self.earlier.clone(),
        })
    }

    /// Keeps what an endpoint handed out.
    fn take(
        &mut self,
        asked: Result<Handed, TargetError>,
        now: Duration,
    ) -> Result<Token, TargetError> {
        let handed = asked.inspect_err(|error| self.failed = Some((now, error.clone())))?;
        self.failed = None;
        self.refresh = handed.refresh.or(self.refresh.take());
        self.number += 1;
        let until = handed.lasts.map(|lasts| {
            let margin = RENEWAL_MARGIN.min(lasts / 2);
            now.saturating_add(lasts.saturating_sub(margin))
        });
        let text = handed.token;
        let token = Token {
            text: text.clone(),
            number: self.number,
            is_kept: false,
            earlier: self.earlier.clone(),
        };
        self.earlier.push(text.clone());
        if self.earlier.len() > REMEMBERED_MAX {
            self.earlier.remove(0);
        }
        self.current = Some(Current { text, until });
        Ok(token)
    }
}
