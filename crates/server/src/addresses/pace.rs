//! How fast one account may ask: each look-up is a request to somebody else's server.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use crate::error::{Error, Result};

/// Look-ups at once, and per [`REFILL`].
const LOOKUPS: i64 = 30;
/// For as many to be had again.
const REFILL: SignedDuration = SignedDuration::from_secs(60);
/// Accounts remembered before those that may ask everything again are forgotten.
const ROOM: usize = 10_000;

/// When each account will have all its look-ups again: the later, the fewer are left.
#[derive(Debug, Default)]
pub(super) struct Pace {
    full_at: Mutex<HashMap<Uuid, Timestamp>>,
}

impl Pace {
    /// Takes one of the account's look-ups.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] with the time until there is one again.
    pub fn take(&self, account: Uuid, now: Timestamp) -> Result<()> {
        let one = REFILL / i32::try_from(LOOKUPS).unwrap_or(1);
        let mut full_at = self.full_at.lock().unwrap_or_else(PoisonError::into_inner);
        if full_at.len() >= ROOM {
            full_at.retain(|_, full| *full > now);
        }
        let full = full_at.get(&account).copied().unwrap_or(now).max(now) + one;
        let beyond = full.duration_since(now) - REFILL;
        if beyond.is_positive() {
            let seconds = u32::try_from(beyond.as_secs()).unwrap_or(0);
            return Err(Error::TooManyAttempts { retry_after: seconds.saturating_add(1) });
        }
        full_at.insert(account, full);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thirty_a_minute_and_each_account_for_itself() {
        let pace = Pace::default();
        let (claire, karim) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let begin = Timestamp::from_second(1_800_000_000).unwrap();
        let ask = |account, seconds| pace.take(account, begin + SignedDuration::from_secs(seconds)).is_ok();
        for _ in 0..30 {
            assert!(ask(claire, 0));
        }
        assert!(matches!(pace.take(claire, begin), Err(Error::TooManyAttempts { retry_after: 3 })));
        assert!(ask(karim, 0));
        assert!(!ask(claire, 1) && ask(claire, 2) && !ask(claire, 2));
        let later = (0..40).filter(|_| ask(claire, 70)).count();
        assert_eq!(later, 30, "what is not used is not saved up");
    }

    #[test]
    fn memory_is_bounded() {
        let pace = Pace::default();
        let begin = Timestamp::from_second(1_800_000_000).unwrap();
        for n in 0..30_000_u32 {
            let at = begin + SignedDuration::from_millis(n.into());
            pace.take(Uuid::from_u128(n.into()), at).unwrap();
        }
        assert!(pace.full_at.lock().unwrap().len() <= ROOM);
    }
}
