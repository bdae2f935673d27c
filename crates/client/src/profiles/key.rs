//! The 32 bytes that open a cache: made once, kept in the keychain or derived from a passphrase.

use super::Protection;
use crate::error::Error;
use crate::hex;
use anyhow::anyhow;
use argon2::{Algorithm, Argon2, Params, Version};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Shared, ready};
use rand::Rng;
use sha2::{Digest, Sha256};
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// Shortest passphrase, in characters.
pub const PASSPHRASE_MIN: usize = 8;
/// Memory of the derivation, in KiB: three times the floor of OWASP's password storage sheet, for it runs once a start.
const MEMORY_KIB: u32 = 64 * 1024;
const PASSES: u32 = 3;

/// The key of a cache.
pub type Key = Zeroizing<[u8; 32]>;

/// The system's keychain, one secret per profile. Calls may block.
pub trait KeyStore: Send + Sync + 'static {
    /// The key of a profile, if there is one.
    ///
    /// # Errors
    /// When the keychain does not answer, or refuses.
    fn read(&self, profile: Uuid) -> anyhow::Result<Option<Key>>;
    /// Keeps the key of a profile.
    ///
    /// # Errors
    /// When the keychain does not answer, or refuses.
    fn write(&self, profile: Uuid, key: &Key) -> anyhow::Result<()>;
    /// Forgets the key of a profile; no key is no error.
    ///
    /// # Errors
    /// When the keychain does not answer, or refuses.
    fn delete(&self, profile: Uuid) -> anyhow::Result<()>;
}

/// The system's keychain, once it is known whether this computer has one that answers: nothing but a space that is kept there
/// waits for it, least of all the window.
#[derive(Clone)]
pub struct Keychain(Shared<BoxFuture<'static, Option<Arc<dyn KeyStore>>>>);

impl Keychain {
    /// One that is known when this ends.
    pub fn once_known(answer: impl Future<Output = Option<Arc<dyn KeyStore>>> + Send + 'static) -> Self {
        Self(answer.boxed().shared())
    }

    /// Whether there is one, as far as is known by now.
    #[must_use]
    pub fn is_there(&self) -> Option<bool> {
        self.0.clone().now_or_never().map(|keys| keys.is_some())
    }

    /// The keychain, if there is one.
    pub async fn known(&self) -> Option<Arc<dyn KeyStore>> {
        self.0.clone().await
    }
}

impl From<Option<Arc<dyn KeyStore>>> for Keychain {
    fn from(keys: Option<Arc<dyn KeyStore>>) -> Self {
        Self::once_known(ready(keys))
    }
}

/// A new random key.
#[must_use]
pub fn generate() -> Key {
    let mut key = Zeroizing::new([0; 32]);
    rand::rng().fill_bytes(&mut *key);
    key
}

/// The protection by passphrase of a new profile.
#[must_use]
pub fn new_passphrase_protection() -> Protection {
    let mut salt = [0; 16];
    rand::rng().fill_bytes(&mut salt);
    Protection::Passphrase { salt: hex::encoded(&salt), memory_kib: MEMORY_KIB, passes: PASSES }
}

/// Derives the key from a passphrase, off the asynchronous threads: it takes a good part of a second on purpose.
///
/// # Errors
/// When the profile's parameters are not usable.
pub async fn derive(passphrase: Zeroizing<String>, salt: &str, memory_kib: u32, passes: u32) -> Result<Key, Error> {
    let salt = hex::decoded(salt).ok_or_else(|| anyhow!("the salt of a profile is not hexadecimal"))?;
    let params = Params::new(memory_kib, passes, 1, Some(32)).map_err(|error| anyhow!("argon2: {error}"))?;
    let work = move || {
        let mut key = Zeroizing::new([0; 32]);
        Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
            .hash_password_into(passphrase.as_bytes(), &salt, &mut *key)
            .map(|()| key)
    };
    let derived = tokio::task::spawn_blocking(work).await.map_err(anyhow::Error::from)?;
    derived.map_err(|error| anyhow!("argon2: {error}").into())
}

/// Eight bytes that tell a right key from a wrong one without opening the cache. They let nobody guess faster than
/// the first page of the cache itself would.
#[must_use]
pub fn check(key: &Key) -> String {
    let digest = Sha256::new().chain_update(b"preau cache key check\0").chain_update(**key).finalize();
    hex::encoded(&digest[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_passphrase_gives_the_same_key_with_the_same_salt_only() {
        let derive = |pass: &str, salt: &'static str| derive(Zeroizing::new(pass.to_owned()), salt, 64, 1);
        let (salt, other) = ("00112233445566778899aabbccddeeff", "ff112233445566778899aabbccddeeff");
        let key = derive("châtaigne d'octobre", salt).await.expect("a key");
        assert_eq!(*derive("châtaigne d'octobre", salt).await.expect("a key"), *key);
        assert_ne!(*derive("chataigne d'octobre", salt).await.expect("a key"), *key);
        assert_ne!(*derive("châtaigne d'octobre", other).await.expect("a key"), *key);
        assert!(derive("x", "not hexadecimal").await.is_err());
    }

    #[test]
    fn a_check_tells_keys_apart() {
        let (a, b) = (generate(), generate());
        assert_eq!(check(&a), check(&a.clone()));
        assert_ne!(check(&a), check(&b));
    }
}
