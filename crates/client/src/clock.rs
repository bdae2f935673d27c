//! Time and chance, injected so that tests decide them.
//!
//! Whatever is decided by time is decided by durations on the monotonic clock. The wall clock is only shown.

use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use std::time::Duration;

/// The two clocks of this computer.
pub trait Clock: Send + Sync + 'static {
    /// Time since an arbitrary start; never goes back, and may stand still while the computer sleeps.
    fn monotonic(&self) -> Duration;
    /// What the computer believes the time to be; may be wrong by years.
    fn wall(&self) -> Timestamp;
}

/// A share between 0 and 1, for jitter.
pub trait Chance: Send + Sync + 'static {
    /// The next share, `0.0 ..= 1.0`.
    fn share(&self) -> f64;
}

/// The clocks of the system.
#[derive(Debug)]
pub struct SystemClock {
    start: tokio::time::Instant,
}

impl SystemClock {
    /// Starts counting.
    #[must_use]
    pub fn new() -> Self {
        Self { start: tokio::time::Instant::now() }
    }
}

impl Default for SystemClock {
    fn default() -> Self {
        Self::new()
    }
}

impl Clock for SystemClock {
    fn monotonic(&self) -> Duration {
        self.start.elapsed()
    }

    fn wall(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The system's randomness.
#[derive(Debug)]
pub struct SystemChance;

impl Chance for SystemChance {
    fn share(&self) -> f64 {
        rand::random_range(0.0..=1.0)
    }
}

/// The day in France, which is the day that the rules mean wherever the computer stands.
#[must_use]
pub fn today(clock: &dyn Clock) -> Date {
    let zone = TimeZone::get("Europe/Paris").unwrap_or(TimeZone::UTC);
    clock.wall().to_zoned(zone).date()
}

/// A new UUIDv7. Its time part only helps indexes: order comes from the outbox's own sequence.
#[must_use]
pub fn new_id(clock: &dyn Clock) -> uuid::Uuid {
    let seconds = u64::try_from(clock.wall().as_second()).unwrap_or(0);
    let nanos = u32::try_from(clock.wall().subsec_nanosecond()).unwrap_or(0);
    uuid::Uuid::new_v7(uuid::Timestamp::from_unix(uuid::NoContext, seconds, nanos))
}
