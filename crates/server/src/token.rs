//! Tokens of sessions and links: opaque, 256 bits behind the commune's id, kept only as their SHA-256.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest, Sha256};
use uuid::Uuid;

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
    pub(crate) fn new(commune: Uuid, random: &[u8; 32]) -> Self {
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

    /// All of it, for keys that are derived from it.
    #[must_use]
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// What is stored of it.
    #[must_use]
    pub(crate) fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.bytes).to_vec()
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
