//! Failed sign-ins on record, by what was typed: what slows guessing down across restarts and processes.
//!
//! Table: `failed_sign_in`. Invariants: an identifiant that no account has is counted, and made to wait, like any other, so
//! that nothing is learnt from it; what was typed is kept as a keyed HMAC only, and forgotten an hour later.

use jiff::Timestamp;
use preau_domain::accounts::Identifiant;
use uuid::Uuid;

use super::keys::Keys;
use super::store;
use super::throttle::{self, FAILURES, MEMORY};
use crate::error::Result;
use crate::writer::{Command, WriteTx};

/// An identifiant of a commune, whether or not an account has it.
#[derive(Debug, Clone)]
pub(super) struct Name {
    pub commune: Uuid,
    pub hmac: Vec<u8>,
}

impl Name {
    /// What was typed at sign-in.
    pub fn typed(commune: Uuid, identifiant: &Identifiant, keys: &Keys) -> Self {
        Self::on_record(commune, identifiant.as_str(), keys)
    }

    /// The identifiant of an account.
    pub fn on_record(commune: Uuid, identifiant: &str, keys: &Keys) -> Self {
        Self { commune, hmac: keys.name_hmac(identifiant).to_vec() }
    }
}

/// Goes on only if the name is not locked.
///
/// # Errors
/// [`crate::error::Error::TooManyAttempts`] with the time to wait, as the counts in memory say it.
pub(super) fn wait(locked_until: Option<i64>, now: Timestamp) -> Result<()> {
    let until = locked_until.and_then(|until| Timestamp::from_millisecond(until).ok());
    match until.filter(|until| *until > now) {
        Some(until) => Err(throttle::too_many(until, now)),
        None => Ok(()),
    }
}

/// Counts a failure and locks the name from the fifth on. While it is locked nothing is counted: whoever keeps trying
/// does not keep its owner out for ever. After an hour without a failure the count begins anew, as in memory.
pub(super) struct CountFailure {
    pub name: Name,
    /// When it was tried, on the server's clock.
    pub at: Timestamp,
}

impl Command for CountFailure {
    type Output = ();
    const NAME: &'static str = "count_failure";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        let (name, at) = (&self.name, self.at);
        if wait(store::locked_until(tx.connection(), name).await?, at).is_err() {
            return Ok(());
        }
        store::forget_old_failures(tx, name.commune, at - MEMORY).await?;
        let failures = store::count_failure(tx, name, at, at - MEMORY).await?;
        let lock = throttle::lock_after(failures, FAILURES);
        store::lock_until(tx, name, lock.map(|lock| at + lock)).await
    }
}
