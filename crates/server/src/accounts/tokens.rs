//! Tokens of sessions: which there are, and how long each is good for.

use std::time::Duration;

use uuid::Uuid;

use super::keys::Keys;
use crate::random::random;

pub use crate::token::Token;

/// How long an access token is good for.
pub const ACCESS: Duration = Duration::from_secs(15 * 60);
/// How long a refresh token is good for after it was given.
pub const REFRESH: Duration = Duration::from_secs(90 * 24 * 3600);
/// How long a refresh token that was exchanged gives the same pair again: a lost answer is not a theft.
pub const REPEAT: Duration = Duration::from_secs(60);

/// What a session holds.
#[derive(Debug, Clone)]
pub struct Pair {
    /// Good for [`ACCESS`].
    pub access: Token,
    /// Good for [`REFRESH`], exchanged once.
    pub refresh: Token,
}

impl Pair {
    /// The pair of a new session.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub(super) fn random(commune: Uuid) -> anyhow::Result<Self> {
        Ok(Self { access: Token::new(commune, &random()?), refresh: Token::new(commune, &random()?) })
    }

    /// The pair that follows a refresh token.
    #[must_use]
    pub(super) fn after(presented: &Token, keys: &Keys) -> Self {
        let (access, refresh) = keys.successors(presented.bytes());
        let commune = presented.commune();
        Self { access: Token::new(commune, &access), refresh: Token::new(commune, &refresh) }
    }
}
