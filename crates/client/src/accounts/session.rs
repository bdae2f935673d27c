//! The tokens of an open profile: kept in its cache, refreshed one at a time, never shown to a screen.

use super::{TokenPair, store};
use crate::clock::Clock;
use crate::db::Cache;
use crate::error::{ApiError, Error};
use crate::sync::api::Api;
use preau_failpoints as failpoints;
use preau_protocol::accounts::SessionDto;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;

/// A token this close to its end is exchanged before it is used.
const MARGIN: Duration = Duration::from_secs(30);

/// The session with the server.
pub struct Session {
    api: Api,
    cache: Cache,
    clock: Arc<dyn Clock>,
    /// Held during a refresh, so that there is one at a time.
    tokens: Mutex<Option<Held>>,
    ended: AtomicBool,
}

struct Held {
    pair: TokenPair,
    /// On the monotonic clock; unknown for a pair kept from an earlier run, which is simply tried.
    good_until: Option<Duration>,
}

impl Session {
    /// The session with the tokens kept in the cache; none: it ended.
    #[must_use]
    pub fn new(api: Api, cache: Cache, clock: Arc<dyn Clock>, tokens: Option<TokenPair>) -> Self {
        let ended = AtomicBool::new(tokens.is_none());
        let tokens = Mutex::new(tokens.map(|pair| Held { pair, good_until: None }));
        Self { api, cache, clock, tokens, ended }
    }

    /// Somebody has to sign in again before the server listens.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Calls a route with a good token, exchanging it first when it is at its end, and once more when the server does
    /// not know it.
    ///
    /// # Errors
    /// Those of the route; [`ApiError::SignInRequired`] when the session ended.
    pub async fn call<T, F>(&self, route: impl Fn(String) -> F + Send) -> Result<T, Error>
    where
        F: Future<Output = Result<T, ApiError>> + Send,
    {
        let token = self.access(None).await?;
        match route(token.clone()).await {
            Err(ApiError::SignInRequired) => {
                let token = self.access(Some(&token)).await?;
                Ok(route(token).await?)
            }
            answer => Ok(answer?),
        }
    }

    /// A token to use; `refused` is the one that the server did not take.
    ///
    /// # Errors
    /// As [`Session::call`].
    pub async fn access(&self, refused: Option<&str>) -> Result<String, Error> {
        let mut tokens = self.tokens.lock().await;
        let Some(held) = tokens.as_ref() else { return Err(ApiError::SignInRequired.into()) };
        let expired = held.good_until.is_some_and(|end| self.clock.monotonic() + MARGIN >= end);
        if refused != Some(held.pair.access.as_str()) && !expired {
            return Ok(held.pair.access.clone());
        }
        match self.api.refresh(&held.pair.refresh).await {
            Ok(session) => {
                failpoints::pass("client.refreshed").await;
                let renewed = self.held(&session);
                let access = renewed.pair.access.clone();
                self.keep(Some(&renewed.pair)).await;
                *tokens = Some(renewed);
                Ok(access)
            }
            Err(error @ (ApiError::SignInRequired | ApiError::Refused { .. })) => {
                tracing::info!("the session with the server ended");
                *tokens = None;
                self.ended.store(true, Ordering::Release);
                self.keep(None).await;
                tracing::debug!(%error, "refresh refused");
                Err(ApiError::SignInRequired.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Somebody signed in again.
    pub async fn renew(&self, session: &SessionDto) {
        let mut tokens = self.tokens.lock().await;
        let renewed = self.held(session);
        self.keep(Some(&renewed.pair)).await;
        *tokens = Some(renewed);
        self.ended.store(false, Ordering::Release);
    }

    /// Ends the session on the server when it can be reached, and here in any case.
    pub async fn sign_out(&self) {
        let api = &self.api;
        if let Err(error) = self.call(move |token| async move { api.sign_out(&token).await }).await {
            tracing::info!(%error, "the server was not told of the sign-out");
        }
        *self.tokens.lock().await = None;
        self.ended.store(true, Ordering::Release);
        self.keep(None).await;
    }

    fn held(&self, session: &SessionDto) -> Held {
        let good_until = self.clock.monotonic() + Duration::from_secs(session.access_expires_in.into());
        Held { pair: pair(session), good_until: Some(good_until) }
    }

    /// A pair that cannot be written serves until the window closes; then one has to sign in again.
    async fn keep(&self, pair: Option<&TokenPair>) {
        let mut held = self.cache.lock().await;
        let kept = match held.db() {
            Ok(db) => store::save_tokens(db, pair).await,
            Err(error) => Err(error.into()),
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "the tokens could not be kept");
        }
    }
}

/// The tokens of an answer.
#[must_use]
pub fn pair(session: &SessionDto) -> TokenPair {
    TokenPair { access: session.access_token.clone(), refresh: session.refresh_token.clone() }
}
