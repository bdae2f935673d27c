//! When the next session starts. One that ended in order is followed at once; where nothing stays up, the tries come
//! further and further apart, and the screen says so meanwhile.

use super::course::Ended;
use std::time::Duration;

/// A session that lasted so long came up: whatever ended it, the next one is not expected to fail.
const STOOD: Duration = Duration::from_secs(60);
const LONGEST: Duration = Duration::from_secs(60);
/// Failures in a row after which people are told instead of left before a screen that comes and goes.
const TOLD_AFTER: u32 = 3;

/// The failures so far.
#[derive(Debug, Default)]
pub struct Restarts {
    in_a_row: u32,
    told: bool,
}

impl Restarts {
    /// A session is over. Gives how long to wait before the next one.
    pub fn after(&mut self, ended: Ended, lasted: Duration) -> Duration {
        self.told = false;
        self.in_a_row = if ended.orderly() || lasted >= STOOD { 0 } else { self.in_a_row.saturating_add(1) };
        self.wait()
    }

    /// Whether to say that the kiosk is out of order, instead of trying at once.
    #[must_use]
    pub fn out_of_order(&self) -> bool {
        self.in_a_row >= TOLD_AFTER && !self.told
    }

    /// It was said, for as long as the next try is away.
    pub fn told(&mut self) {
        self.told = true;
    }

    /// How long the next try is away.
    #[must_use]
    pub fn wait(&self) -> Duration {
        match self.in_a_row.checked_sub(1) {
            Some(doublings) => Duration::from_secs(2_u64.saturating_pow(doublings)).min(LONGEST),
            None => Duration::ZERO,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_by_table() {
        let (short, long) = (Duration::from_secs(3), Duration::from_secs(600));
        let mut restarts = Restarts::default();
        for (ended, lasted, wait, told) in [
            (Ended::Done, short, 0, false),
            (Ended::Idle, short, 0, false),
            (Ended::Gone, short, 1, false),
            (Ended::Silent, short, 2, false),
            (Ended::Gone, short, 4, true),
            (Ended::Gone, short, 8, true),
            (Ended::Gone, short, 16, true),
            (Ended::Gone, short, 32, true),
            (Ended::Gone, short, 60, true),
            (Ended::Gone, short, 60, true),
            (Ended::Gone, long, 0, false),
            (Ended::Gone, short, 1, false),
            (Ended::Done, short, 0, false),
            (Ended::Gone, short, 1, false),
            (Ended::MemoryFull, short, 2, false),
            (Ended::MemoryFull, short, 4, true),
        ] {
            assert_eq!(restarts.after(ended, lasted), Duration::from_secs(wait), "{ended:?}");
            assert_eq!(restarts.out_of_order(), told, "{ended:?}");
        }
    }

    #[test]
    fn a_notice_is_followed_by_a_try() {
        let mut restarts = Restarts::default();
        for _ in 0..3 {
            restarts.after(Ended::Silent, Duration::ZERO);
        }
        assert!(restarts.out_of_order());
        restarts.told();
        assert!(!restarts.out_of_order());
        restarts.after(Ended::Silent, Duration::ZERO);
        assert!(restarts.out_of_order(), "and told again when it fails again");
    }
}
