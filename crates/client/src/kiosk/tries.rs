//! How often an exit code may be tried. The count is the supervisor's, so that a fresh session does not forget it.

use std::time::Duration;

/// Wrong codes before one has to wait.
const FREE: u32 = 5;
const FIRST: Duration = Duration::from_secs(30);
const LONGEST: Duration = Duration::from_secs(15 * 60);
/// After so long without a wrong one, whoever types next is somebody else.
const FORGOTTEN: Duration = Duration::from_secs(60 * 60);

/// The tries so far.
#[derive(Debug, Default)]
pub struct Tries {
    wrong: u32,
    last: Duration,
    until: Duration,
}

impl Tries {
    /// How long no code is looked at, right or wrong.
    #[must_use]
    pub fn wait(&self, now: Duration) -> Option<Duration> {
        self.until.checked_sub(now).filter(|wait| !wait.is_zero())
    }

    /// A code was wrong. Gives the wait that follows, if any.
    pub fn wrong(&mut self, now: Duration) -> Option<Duration> {
        if now.saturating_sub(self.last) >= FORGOTTEN {
            self.wrong = 0;
        }
        self.last = now;
        self.wrong = self.wrong.saturating_add(1);
        let over = self.wrong.checked_sub(FREE)?;
        self.until = now + FIRST.saturating_mul(2_u32.saturating_pow(over)).min(LONGEST);
        self.wait(now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn five_are_free_then_each_one_costs_twice_as_much() {
        let mut tries = Tries::default();
        let mut now = Duration::ZERO;
        let mut waits = Vec::new();
        for _ in 0..12 {
            let wait = tries.wrong(now).unwrap_or_default();
            waits.push(wait.as_secs());
            if !wait.is_zero() {
                assert!(tries.wait(now + wait - Duration::from_millis(1)).is_some());
            }
            now += wait;
            assert_eq!(tries.wait(now), None);
        }
        assert_eq!(waits, [0, 0, 0, 0, 30, 60, 120, 240, 480, 900, 900, 900]);
    }

    #[test]
    fn an_hour_without_a_wrong_one_forgets_them() {
        let hour = Duration::from_secs(60 * 60);
        for (quiet, next) in [(hour - Duration::from_secs(1), Some(Duration::from_secs(60))), (hour, None)] {
            let mut tries = Tries::default();
            for second in 1..=5 {
                tries.wrong(Duration::from_secs(second));
            }
            assert_eq!(tries.wrong(Duration::from_secs(5) + quiet), next, "{quiet:?}");
        }
    }
}
