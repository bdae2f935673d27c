//! Argon2id in a bounded pool: a login storm waits here, then is told to come back, while everything else goes on.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use anyhow::{Context, anyhow};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, PasswordVerifier, Version};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::error::{Error, Result};
use crate::random::random;

/// OWASP's first choice for Argon2id: 19 MiB, two passes, one lane.
const MEMORY_KIB: u32 = 19 * 1024;
const PASSES: u32 = 2;
/// Longest code that is hashed, in bytes; nothing longer was ever a code.
const LONGEST: usize = 1024;

/// How much hashing a server takes on.
#[derive(Debug, Clone, Copy)]
pub struct HashingLimits {
    /// Hashes at the same time.
    pub workers: usize,
    /// Further requests that may wait.
    pub waiting: usize,
    /// How long one waits before it is told to come back.
    pub patience: Duration,
}

impl Default for HashingLimits {
    fn default() -> Self {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        Self { workers: cores.saturating_sub(1).max(1), waiting: 64, patience: Duration::from_secs(5) }
    }
}

/// The pool.
#[derive(Debug, Clone)]
pub struct HashingPool {
    inner: Arc<Inner>,
}

#[derive(Debug)]
struct Inner {
    workers: Arc<Semaphore>,
    /// How many workers there are.
    all: usize,
    places: Arc<Semaphore>,
    patience: Duration,
    /// Verified against where there is no hash, so that every sign-in costs the same.
    dummy: String,
    verifications: AtomicU64,
}

impl HashingPool {
    /// Opens the pool; makes the dummy hash, which takes as long as any.
    ///
    /// # Errors
    /// When the system gives no randomness.
    pub fn open(limits: HashingLimits) -> anyhow::Result<Self> {
        let unknown: [u8; 32] = random()?;
        let inner = Inner {
            workers: Arc::new(Semaphore::new(limits.workers)),
            all: limits.workers,
            places: Arc::new(Semaphore::new(limits.workers + limits.waiting)),
            patience: limits.patience,
            dummy: hash_now(&unknown)?,
            verifications: AtomicU64::new(0),
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Whether the code is the one behind the hash; without a hash it never is, and takes as long.
    ///
    /// # Errors
    /// [`Error::Busy`] when the pool is full.
    pub async fn verify(&self, code: &str, hash: Option<&str>) -> Result<bool> {
        let (code, known) = (bounded(code), hash.is_some());
        let hash = hash.unwrap_or(&self.inner.dummy).to_owned();
        let inner = self.inner.clone();
        let verified = self.run(move || {
            inner.verifications.fetch_add(1, Ordering::Relaxed);
            metrics::counter!("preau_code_verifications_total").increment(1);
            Ok(argon2()?.verify_password(&code, hash.as_str()).is_ok())
        });
        Ok(verified.await? && known)
    }

    /// The hash of a code, as a PHC string.
    ///
    /// # Errors
    /// [`Error::Busy`] when the pool is full.
    pub async fn hash(&self, code: &str) -> Result<String> {
        let code = bounded(code);
        self.run(move || hash_now(&code)).await
    }

    /// Verifications done so far.
    #[must_use]
    pub fn verifications(&self) -> u64 {
        self.inner.verifications.load(Ordering::Relaxed)
    }

    /// Keeps every worker busy until the result is dropped, as a storm does: for drills and tests.
    ///
    /// # Errors
    /// When the pool is closed.
    pub async fn occupy(&self) -> anyhow::Result<OwnedSemaphorePermit> {
        let all = u32::try_from(self.inner.all)?;
        self.inner.workers.clone().acquire_many_owned(all).await.context("the hashing pool is closed")
    }

    async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> anyhow::Result<T> + Send + 'static) -> Result<T> {
        let place = self.inner.places.clone().try_acquire_owned().map_err(|_| busy())?;
        let worker = timeout(self.inner.patience, self.inner.workers.clone().acquire_owned()).await;
        let worker = worker.map_err(|_| busy())?.context("the hashing pool is closed")?;
        // The permits go along: the work goes on when the caller hangs up, and still counts.
        let done = tokio::task::spawn_blocking(move || {
            let done = work();
            drop((place, worker));
            done
        });
        Ok(done.await.context("hashing")??)
    }
}

fn busy() -> Error {
    metrics::counter!("preau_hashing_refused_total").increment(1);
    Error::Busy { retry_after: 2 + rand::random_range(0..8) }
}

fn bounded(code: &str) -> Vec<u8> {
    code.as_bytes().iter().take(LONGEST).copied().collect()
}

fn argon2() -> anyhow::Result<Argon2<'static>> {
    let params = Params::new(MEMORY_KIB, PASSES, 1, None).map_err(|error| anyhow!("Argon2 parameters: {error}"))?;
    Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
}

fn hash_now(code: &[u8]) -> anyhow::Result<String> {
    let salt: [u8; 16] = random()?;
    let hash = argon2()?.hash_password_with_salt(code, &salt).map_err(|error| anyhow!("hashing a code: {error}"))?;
    Ok(hash.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn codes_verify_and_each_verification_counts() {
        let pool = HashingPool::open(HashingLimits::default()).unwrap();
        let hash = pool.hash("Soleil2026").await.unwrap();
        assert!(hash.starts_with("$argon2id$v=19$m=19456,t=2,p=1$"), "{hash}");
        assert!(pool.verify("Soleil2026", Some(&hash)).await.unwrap());
        assert!(!pool.verify("soleil2026", Some(&hash)).await.unwrap());
        assert!(!pool.verify("Soleil2026", None).await.unwrap());
        assert_eq!(pool.verifications(), 3);
    }

    #[tokio::test]
    async fn a_full_pool_says_when_to_come_back() {
        let pool = HashingPool::open(HashingLimits { workers: 1, waiting: 0, patience: Duration::ZERO }).unwrap();
        let held = pool.inner.places.clone().try_acquire_owned().unwrap();
        assert!(matches!(pool.verify("x", None).await, Err(Error::Busy { retry_after: 2..=9 })));
        drop(held);
        let held = pool.occupy().await.unwrap();
        assert!(matches!(pool.verify("x", None).await, Err(Error::Busy { .. })));
        drop(held);
        assert!(pool.verify("x", None).await.is_ok());
    }
}
