//! How long nobody has used the window of a space that has a PIN.

use crate::clock::Clock;
use jiff::Timestamp;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::Notify;

/// The longest one sleeps before looking again: a computer that slept must lock soon after it wakes.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// When the window was last used, and how long it may be left alone.
pub struct Idle {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    changed: Notify,
}

struct State {
    /// None: it is locked, or has no PIN.
    limit: Option<Duration>,
    /// On both clocks: the monotonic one may stand still while the computer sleeps, the other one may be set.
    used: (Duration, Timestamp),
}

impl Idle {
    /// Used just now, and left alone as long as one likes.
    #[must_use]
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        let used = (clock.monotonic(), clock.wall());
        Self { clock, state: Mutex::new(State { limit: None, used }), changed: Notify::new() }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // A panic while it was held leaves a state that is still true.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Begins to count, from now; or stops.
    pub fn count(&self, limit: Option<Duration>) {
        let used = (self.clock.monotonic(), self.clock.wall());
        *self.state() = State { limit, used };
        self.changed.notify_one();
    }

    /// Somebody uses the window. False where that comes too late: whoever uses a window that was left alone for too long
    /// need not be who left it, and nothing begins anew.
    #[must_use]
    pub fn used(&self) -> bool {
        if self.left() == Some(Duration::ZERO) {
            return false;
        }
        self.state().used = (self.clock.monotonic(), self.clock.wall());
        true
    }

    /// Comes back when nobody used the window for as long as it may be left alone.
    pub async fn passed(&self) {
        loop {
            match self.left() {
                None => self.changed.notified().await,
                Some(Duration::ZERO) => return,
                // Woken or not, one looks again.
                Some(left) => {
                    tokio::time::timeout(left.min(LOOK_AGAIN), self.changed.notified()).await.unwrap_or_default();
                }
            }
        }
    }

    /// How long it may still be left alone. Only differences of this computer's own clocks are looked at; setting the
    /// clock forward by hand locks early, which costs a PIN.
    fn left(&self) -> Option<Duration> {
        let state = self.state();
        let here = self.clock.monotonic().saturating_sub(state.used.0);
        let on_the_wall = Duration::try_from(self.clock.wall().duration_since(state.used.1)).unwrap_or_default();
        state.limit.map(|limit| limit.saturating_sub(here.max(on_the_wall)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clocks that are set by hand: seconds here, seconds on the wall.
    struct Hands(Mutex<(u64, i64)>);

    impl Clock for Hands {
        fn monotonic(&self) -> Duration {
            Duration::from_secs(self.0.lock().expect("hands").0)
        }

        fn wall(&self) -> Timestamp {
            Timestamp::from_second(self.0.lock().expect("hands").1).expect("a time")
        }
    }

    #[test]
    fn what_is_left_by_table() {
        for (name, here, wall, left) in [
            ("just used", 0, 1000, 300),
            ("a minute", 60, 1060, 240),
            ("five minutes", 300, 1300, 0),
            ("a computer that slept an hour", 5, 4600, 0),
            ("a clock set back by years", 60, -100_000, 240),
        ] {
            let clock = Arc::new(Hands(Mutex::new((0, 1000))));
            let idle = Idle::new(clock.clone());
            assert_eq!(idle.left(), None, "nothing counts before there is a limit");
            idle.count(Some(Duration::from_secs(300)));
            *clock.0.lock().expect("hands") = (here, wall);
            assert_eq!(idle.left(), Some(Duration::from_secs(left)), "{name}");
            assert_eq!(idle.used(), left > 0, "{name}, then used");
            let anew = if left > 0 { 300 } else { 0 };
            assert_eq!(idle.left(), Some(Duration::from_secs(anew)), "{name}, then used");
        }
    }
}
