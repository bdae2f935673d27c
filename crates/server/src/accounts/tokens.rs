//! Tokens: opaque, 256 random bits behind the commune's id, kept only as their SHA-256.

use std::time::Duration;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::keys::Keys;
use crate::random::random;

/// How long an access token is good for.
pub const ACCESS: Duration = Duration::from_secs(15 * 60);
/// How long a refresh token is good for after it was given.
pub const REFRESH: Duration = Duration::from_secs(90 * 24 * 3600);
/// How long a refresh token that was exchanged gives the same pair again: a lost answer is not a theft.
pub const REPEAT: Duration = Duration::from_secs(60);

const LENGTH: usize = 16 + 32;

/// A token as presented or about to be given.
#[derive(Clone)]
pub struct Token {
    bytes: [u8; LENGTH],
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token")
    }
}

impl Token {
    /// A token with this random part.
    #[must_use]
    pub(super) fn new(commune: Uuid, random: &[u8; 32]) -> Self {
        let mut bytes = [0; LENGTH];
        bytes[..16].copy_from_slice(commune.as_bytes());
        bytes[16..].copy_from_slice(random);
        Self { bytes }
    }

    /// Reads a token; whether it is known is another question.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let mut bytes = [0; LENGTH];
        let length = URL_SAFE_NO_PAD.decode_slice(text, &mut bytes).ok()?;
        (length == LENGTH).then_some(Self { bytes })
    }

    /// As sent.
    #[must_use]
    pub fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.bytes)
    }

    /// The commune it belongs to.
    #[must_use]
    pub fn commune(&self) -> Uuid {
        let mut id = [0; 16];
        id.copy_from_slice(&self.bytes[..16]);
        Uuid::from_bytes(id)
    }

    /// What is stored of it.
    #[must_use]
    pub(super) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.bytes).to_vec()
    }
}

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
        let (access, refresh) = keys.successors(&presented.bytes);
        let commune = presented.commune();
        Self { access: Token::new(commune, &access), refresh: Token::new(commune, &refresh) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_survives_its_text() {
        let commune = Uuid::now_v7();
        let token = Token::new(commune, &[5; 32]);
        let read = Token::parse(&token.text()).unwrap();
        assert_eq!((read.commune(), read.hash()), (commune, token.hash()));
    }

    #[test]
    fn other_texts_are_no_tokens() {
        let good = Token::new(Uuid::nil(), &[5; 32]).text();
        for text in ["", "a", "é", &good[1..], &format!("{good}A"), &format!("{good}{good}"), &good.replace('A', "=")]
        {
            assert!(Token::parse(text).is_none(), "{text}");
        }
    }
}
