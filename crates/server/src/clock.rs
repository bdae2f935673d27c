//! The server's clock, injected so that tests and the simulator own time; and how instants are read and written.

use anyhow::Context;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

/// Paris by rule, in the Union's form of it since 1996: for a computer without time zone data.
const PARIS: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// Tells the time.
pub trait Clock: Send + Sync + 'static {
    /// Now.
    fn now(&self) -> Timestamp;
}

/// The system's clock.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }
}

/// The civil day in Paris, which every date of a town is compared with.
///
/// # Errors
/// Never for the rule that stands in for time zone data; kept for the caller's `?`.
pub fn paris_day(instant: Timestamp) -> anyhow::Result<Date> {
    let paris = TimeZone::get("Europe/Paris").or_else(|_| TimeZone::posix(PARIS));
    Ok(instant.to_zoned(paris.context("knowing the time in Paris")?).date())
}

/// An instant as the tables keep it, in milliseconds, as the wire writes it (RFC 3339).
///
/// # Errors
/// When it is further away than any calendar.
pub fn rfc_3339(milliseconds: i64) -> anyhow::Result<String> {
    Ok(Timestamp::from_millisecond(milliseconds).context("reading an instant")?.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_begin_at_midnight_in_paris() {
        let by_rule = TimeZone::posix(PARIS).unwrap();
        for (instant, day) in [
            ("2026-01-31T22:59:59Z", "2026-01-31"),
            ("2026-01-31T23:00:00Z", "2026-02-01"),
            ("2026-07-31T21:59:59Z", "2026-07-31"),
            ("2026-07-31T22:00:00Z", "2026-08-01"),
            ("2026-03-29T21:59:59Z", "2026-03-29"),
            ("2026-10-25T22:59:59Z", "2026-10-25"),
        ] {
            let instant: Timestamp = instant.parse().unwrap();
            assert_eq!(paris_day(instant).unwrap().to_string(), day, "{instant}");
            assert_eq!(instant.to_zoned(by_rule.clone()).date().to_string(), day, "{instant} by the rule");
        }
    }
}
