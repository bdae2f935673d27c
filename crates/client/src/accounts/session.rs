//! The tokens of an open profile: kept in its cache, refreshed one at a time, never shown to a screen.

use super::{TokenPair, store};
use crate::clock::Clock;
use crate::db::Cache;
use crate::error::{ApiError, Error};
use crate::sync::api::Api;
use anyhow::Context;
use preau_failpoints as failpoints;
use preau_protocol::accounts::SessionDto;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio_util::task::TaskTracker;

/// A token this close to its end is exchanged before it is used.
const MARGIN: Duration = Duration::from_secs(30);

/// How long closing waits for a refresh under way, however slow the server.
const LAST_ANSWER: Duration = Duration::from_secs(5);

/// The session with the server.
pub struct Session {
    kept: Arc<Kept>,
    /// Refreshes under way. They outlive whoever asked: once the server has exchanged a pair, the old one is worth
    /// nothing, and using it again later would look like a theft.
    refreshes: TaskTracker,
}

struct Kept {
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
        Self { kept: Arc::new(Kept { api, cache, clock, tokens, ended }), refreshes: TaskTracker::new() }
    }

    /// Somebody has to sign in again before the server listens.
    #[must_use]
    pub fn ended(&self) -> bool {
        self.kept.ended.load(Ordering::Acquire)
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
        if let Some(token) = self.kept.good(&*self.kept.tokens.lock().await, refused)? {
            return Ok(token);
        }
        let (kept, refused) = (self.kept.clone(), refused.map(str::to_owned));
        let refresh = self.refreshes.spawn(async move { kept.refresh(refused.as_deref()).await });
        refresh.await.context("refreshing the session")?
    }

    /// Waits until the pair of a refresh under way is kept, for a while. To be called before the cache is closed.
    pub async fn settle(&self) {
        self.refreshes.close();
        if tokio::time::timeout(LAST_ANSWER, self.refreshes.wait()).await.is_err() {
            tracing::warn!("closed during a refresh that the server did not answer");
        }
    }

    /// Somebody signed in again.
    pub async fn renew(&self, session: &SessionDto) {
        let mut tokens = self.kept.tokens.lock().await;
        self.kept.exchange(&mut tokens, session).await;
        self.kept.ended.store(false, Ordering::Release);
    }

    /// Ends the session on the server when it can be reached, and here in any case.
    pub async fn sign_out(&self) {
        let api = &self.kept.api;
        if let Err(error) = self.call(move |token| async move { api.sign_out(&token).await }).await {
            tracing::info!(%error, "the server was not told of the sign-out");
        }
        self.kept.end(&mut *self.kept.tokens.lock().await).await;
    }
}

impl Kept {
    /// The token, unless it is at its end or the one refused.
    fn good(&self, tokens: &Option<Held>, refused: Option<&str>) -> Result<Option<String>, ApiError> {
        let held = tokens.as_ref().ok_or(ApiError::SignInRequired)?;
        let expired = held.good_until.is_some_and(|end| self.clock.monotonic() + MARGIN >= end);
        let good = refused != Some(held.pair.access.as_str()) && !expired;
        Ok(good.then(|| held.pair.access.clone()))
    }

    async fn refresh(&self, refused: Option<&str>) -> Result<String, Error> {
        let mut tokens = self.tokens.lock().await;
        // Somebody else may have exchanged it while this one waited for its turn.
        if let Some(token) = self.good(&tokens, refused)? {
            return Ok(token);
        }
        let refresh = tokens.as_ref().map(|held| held.pair.refresh.clone()).unwrap_or_default();
        match self.api.refresh(&refresh).await {
            Ok(session) => {
                failpoints::pass("client.refreshed").await;
                Ok(self.exchange(&mut tokens, &session).await)
            }
            Err(error @ (ApiError::SignInRequired | ApiError::Refused { .. })) => {
                tracing::info!(%error, "the session with the server ended");
                self.end(&mut tokens).await;
                Err(ApiError::SignInRequired.into())
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Puts the pair of an answer in place of the one there was, and gives its access token.
    async fn exchange(&self, tokens: &mut Option<Held>, session: &SessionDto) -> String {
        let good_until = self.clock.monotonic() + Duration::from_secs(session.access_expires_in.into());
        let pair = pair(session);
        self.keep(Some(&pair)).await;
        let access = pair.access.clone();
        *tokens = Some(Held { pair, good_until: Some(good_until) });
        access
    }

    async fn end(&self, tokens: &mut Option<Held>) {
        *tokens = None;
        self.ended.store(true, Ordering::Release);
        self.keep(None).await;
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
