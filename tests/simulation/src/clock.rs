//! Time that moves when the story says so, and chance that the seed decides.

use jiff::{SignedDuration, Timestamp};
use rand::rngs::StdRng;
use rand::{Rng, RngExt, SeedableRng};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// Where every story begins.
const START: &str = "2026-11-23T07:00:00Z";

/// The time of the world, shared by all.
#[derive(Debug, Clone, Default)]
pub struct WorldTime(Arc<Mutex<Duration>>);

impl WorldTime {
    pub fn elapsed(&self) -> Duration {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    pub fn advance(&self, by: Duration) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) += by;
    }

    fn wall(&self, off: SignedDuration) -> Timestamp {
        let start: Timestamp = START.parse().unwrap_or(Timestamp::UNIX_EPOCH);
        let passed = SignedDuration::try_from(self.elapsed()).unwrap_or_default();
        start.checked_add(passed + off).unwrap_or(start)
    }
}

impl preau_server::clock::Clock for WorldTime {
    fn now(&self) -> Timestamp {
        self.wall(SignedDuration::ZERO)
    }
}

/// A computer's clocks: the wall one may be wrong.
#[derive(Debug, Clone)]
pub struct ComputerClock {
    pub time: WorldTime,
    pub off: SignedDuration,
}

impl preau_client::clock::Clock for ComputerClock {
    fn monotonic(&self) -> Duration {
        self.time.elapsed()
    }

    fn wall(&self) -> Timestamp {
        self.time.wall(self.off)
    }
}

/// Chance of the seed.
#[derive(Debug)]
pub struct Drawn(Mutex<StdRng>);

impl Drawn {
    pub fn new(seed: u64) -> Self {
        Self(Mutex::new(StdRng::seed_from_u64(seed)))
    }

    /// Below `bound`, which is not 0.
    pub fn below(&self, bound: usize) -> usize {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).random_range(0..bound)
    }

    /// True once in `times`.
    pub fn once_in(&self, times: usize) -> bool {
        self.below(times) == 0
    }

    pub fn fill(&self, bytes: &mut [u8]) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).fill_bytes(bytes);
    }

    /// An id, whose time part only helps indexes.
    pub fn id(&self) -> uuid::Uuid {
        let number: u128 = self.0.lock().unwrap_or_else(PoisonError::into_inner).random();
        uuid::Builder::from_random_bytes(number.to_be_bytes()).into_uuid()
    }
}

impl preau_client::clock::Chance for Drawn {
    fn share(&self) -> f64 {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).random_range(0.0..=1.0)
    }
}
