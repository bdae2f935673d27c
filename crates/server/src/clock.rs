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
    Ok(instant.to_zoned(paris()?).date())
}

/// The instant at which a day begins in Paris.
///
/// # Errors
/// As [`paris_day`], or for a day beyond any calendar.
pub fn paris_midnight(day: Date) -> anyhow::Result<Timestamp> {
    Ok(day.to_zoned(paris()?).context("the beginning of a day")?.timestamp())
}

fn paris() -> anyhow::Result<TimeZone> {
    TimeZone::get("Europe/Paris").or_else(|_| TimeZone::posix(PARIS)).context("knowing the time in Paris")
}

/// An instant as the tables keep it, in milliseconds, as the wire writes it (RFC 3339).
///
/// # Errors
/// When it is further away than any calendar.
pub fn rfc_3339(milliseconds: i64) -> anyhow::Result<String> {
    Ok(Timestamp::from_millisecond(milliseconds).context("reading an instant")?.to_string())
}

/// « 1er mars 2026 ».
#[must_use]
pub fn french_day(day: Date) -> String {
    const MONTHS: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    let month = usize::try_from(day.month() - 1).ok().and_then(|month| MONTHS.get(month)).copied().unwrap_or_default();
    let ordinal = if day.day() == 1 { "er" } else { "" };
    format!("{}{ordinal} {month} {}", day.day(), day.year())
}

/// « jeudi 1er mars 2026 à 18 h 05 », in Paris.
///
/// # Errors
/// As [`paris_day`].
pub fn french_instant(instant: Timestamp) -> anyhow::Result<String> {
    let local = instant.to_zoned(paris()?);
    Ok(format!("{} à {} h {:02}", french_weekday(local.date()), local.hour(), local.minute()))
}

/// « lundi 21 décembre 2026 ».
#[must_use]
pub fn french_weekday(day: Date) -> String {
    const DAYS: [&str; 7] = ["lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche"];
    let weekday = usize::try_from(day.weekday().to_monday_zero_offset()).ok().and_then(|day| DAYS.get(day));
    format!("{} {}", weekday.copied().unwrap_or_default(), french_day(day))
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
            let midnight = paris_midnight(paris_day(instant).unwrap()).unwrap();
            assert!(midnight <= instant && paris_day(midnight).unwrap().to_string() == day, "{instant}: {midnight}");
        }
    }

    #[test]
    fn instants_are_said_in_french_and_in_paris() {
        for (instant, said) in [
            ("2026-02-28T23:05:00Z", "dimanche 1er mars 2026 à 0 h 05"),
            ("2026-11-26T17:30:00Z", "jeudi 26 novembre 2026 à 18 h 30"),
            ("2026-08-10T17:30:00Z", "lundi 10 août 2026 à 19 h 30"),
        ] {
            assert_eq!(french_instant(instant.parse().unwrap()).unwrap(), said);
        }
    }
}
