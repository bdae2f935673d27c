//! How long to wait after a setback: full jitter under a doubling ceiling, within a budget of retries, never before
//! what the server asked for.

use std::time::Duration;

const FIRST: Duration = Duration::from_secs(1);
const CEILING: Duration = Duration::from_secs(60);
/// Retries that may follow each other quickly.
const BUDGET: u32 = 20;
/// One of them comes back every so often.
const REFILL: Duration = Duration::from_secs(30);

/// The longest wait of an operation that the server cannot take.
const ALONE_CEILING: Duration = Duration::from_secs(600);

/// How long an operation waits that the server could not take `faults` times: the upper half of a doubling ceiling, so
/// that it never comes back at once. `share` is the jitter, 0 to 1.
#[must_use]
pub fn alone(faults: u32, share: f64) -> Duration {
    let ceiling = FIRST.saturating_mul(1 << faults.min(10)).min(ALONE_CEILING);
    ceiling.mul_f64(0.5 + share.clamp(0.0, 1.0) / 2.0)
}

/// Setbacks in a row, and what is left of the budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Backoff {
    setbacks: u32,
    budget: u32,
    refilled: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { setbacks: 0, budget: BUDGET, refilled: Duration::ZERO }
    }
}

impl Backoff {
    /// How long to wait from `now` (monotonic) before the next try. `share` is the jitter, 0 to 1.
    pub fn setback(&mut self, now: Duration, share: f64, retry_after: Option<Duration>) -> Duration {
        self.refill(now);
        self.setbacks = self.setbacks.saturating_add(1);
        let ceiling = FIRST.saturating_mul(1 << (self.setbacks - 1).min(6)).min(CEILING);
        let share = share.clamp(0.0, 1.0);
        let wait =
            if self.budget == 0 { CEILING.div_f64(2.0) + CEILING.mul_f64(share / 2.0) } else { ceiling.mul_f64(share) };
        self.budget = self.budget.saturating_sub(1);
        match retry_after {
            // Spread over the following quarter, for everybody was told the same number.
            Some(asked) => wait.max(asked + asked.mul_f64(share / 4.0)),
            None => wait,
        }
    }

    /// Everything went well.
    pub fn success(&mut self, now: Duration) {
        self.refill(now);
        self.setbacks = 0;
    }

    /// Whether a hint may still cut a wait short.
    #[must_use]
    pub fn may_hurry(&self) -> bool {
        self.budget > 0
    }

    fn refill(&mut self, now: Duration) {
        let units = now.saturating_sub(self.refilled).as_secs() / REFILL.as_secs();
        if units > 0 {
            self.budget = BUDGET.min(self.budget.saturating_add(u32::try_from(units).unwrap_or(u32::MAX)));
            self.refilled = now;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn ceilings_double_until_a_minute() {
        let mut backoff = Backoff::default();
        let waits: Vec<u64> = (0..8).map(|_| backoff.setback(Duration::ZERO, 1.0, None).as_secs()).collect();
        assert_eq!(waits, [1, 2, 4, 8, 16, 32, 60, 60]);
        backoff.success(Duration::ZERO);
        assert_eq!(backoff.setback(Duration::ZERO, 1.0, None).as_secs(), 1);
    }

    #[test]
    fn an_operation_waits_longer_each_time_and_never_nothing() {
        let waits: Vec<u64> = (1..=11).map(|faults| alone(faults, 1.0).as_secs()).collect();
        assert_eq!(waits, [2, 4, 8, 16, 32, 64, 128, 256, 512, 600, 600]);
        assert_eq!(alone(1, 0.0).as_secs(), 1);
    }

    #[test]
    fn a_spent_budget_slows_down_and_comes_back() {
        let mut backoff = Backoff::default();
        for _ in 0..BUDGET {
            backoff.setback(Duration::ZERO, 0.0, None);
        }
        assert!(!backoff.may_hurry());
        assert_eq!(backoff.setback(Duration::ZERO, 0.0, None).as_secs(), 30);
        backoff.success(Duration::from_secs(61));
        assert!(backoff.may_hurry());
        assert_eq!(backoff.budget, 2);
    }

    proptest! {
        #[test]
        fn never_before_what_the_server_asked(
            shares in proptest::collection::vec(0.0f64..=1.0, 1..60), asked in 0u64..600,
        ) {
            let mut backoff = Backoff::default();
            for share in shares {
                let wait = backoff.setback(Duration::ZERO, share, Some(Duration::from_secs(asked)));
                prop_assert!(wait >= Duration::from_secs(asked));
                prop_assert!(wait <= Duration::from_secs(asked).mul_f64(1.25).max(CEILING));
            }
        }
    }
}
