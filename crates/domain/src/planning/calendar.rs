//! The calendar that days are counted in: Paris, public holidays, school holidays, weeks, working days.

mod school;

pub use school::{Calendar, CalendarError, SchoolHoliday, SchoolYear, SchoolZone};

use jiff::civil::{Date, DateTime, Time, Weekday, date};
use jiff::tz::{AmbiguousOffset, Offset, TimeZone};
use jiff::{Span, Timestamp};

/// Paris by rule, in the Union's form of it since 1996 (directive 2000/84/CE): no file of the system is read.
const PARIS: &str = "CET-1CEST,M3.5.0,M10.5.0/3";

/// The time zone of every town.
#[must_use]
pub fn paris() -> TimeZone {
    TimeZone::posix(PARIS).unwrap_or_else(|_| TimeZone::fixed(Offset::constant(1)))
}

/// The civil day in Paris.
#[must_use]
pub fn paris_day(instant: Timestamp) -> Date {
    instant.to_zoned(paris()).date()
}

/// The instant at which a clock in Paris shows a time. In the hour that comes twice in October it is the later one, and in
/// the hour that does not come in March the one an hour after its beginning: what ends then never ends sooner than a clock
/// on the wall says.
#[must_use]
pub fn paris_instant(day: Date, time: Time) -> Timestamp {
    let civil = DateTime::from_parts(day, time);
    let zone = paris();
    let offset = match zone.to_ambiguous_timestamp(civil).offset() {
        AmbiguousOffset::Unambiguous { offset } => offset,
        // The offset before the gap gives the instant an hour later on the clock.
        AmbiguousOffset::Gap { before, .. } => before,
        AmbiguousOffset::Fold { after, .. } => after,
    };
    offset.to_timestamp(civil).unwrap_or(Timestamp::MAX)
}

/// The instant at which a day begins in Paris.
#[must_use]
pub fn start_of_day(day: Date) -> Timestamp {
    paris_instant(day, Time::midnight())
}

/// The instant at which a day is over in Paris: the first of the next one.
#[must_use]
pub fn end_of_day(day: Date) -> Timestamp {
    day.tomorrow().map_or(Timestamp::MAX, start_of_day)
}

/// The Monday of a day's week.
#[must_use]
pub fn monday_of(day: Date) -> Date {
    days_after(day, -i64::from(day.weekday().to_monday_zero_offset()))
}

/// A day so many days later; the same at the end of the calendar.
#[must_use]
pub fn days_after(day: Date, days: i64) -> Date {
    day.checked_add(Span::new().days(days)).unwrap_or(day)
}

/// The public holiday that a day is in metropolitan France (Code du travail, L. 3133-1).
#[must_use]
pub fn public_holiday(day: Date) -> Option<&'static str> {
    let fixed = match (day.month(), day.day()) {
        (1, 1) => Some("1er janvier"),
        (5, 1) => Some("1er mai"),
        (5, 8) => Some("8 mai"),
        (7, 14) => Some("14 juillet"),
        (8, 15) => Some("Assomption"),
        (11, 1) => Some("Toussaint"),
        (11, 11) => Some("11 novembre"),
        (12, 25) => Some("Jour de Noël"),
        _ => None,
    };
    fixed.or_else(|| match (day - easter(day.year())?).get_days() {
        1 => Some("Lundi de Pâques"),
        39 => Some("Ascension"),
        50 => Some("Lundi de Pentecôte"),
        _ => None,
    })
}

/// Easter Sunday of the Gregorian calendar (the computus of Meeus, Jones and Butcher).
fn easter(year: i16) -> Option<Date> {
    let y = i32::from(year);
    let (a, b, c) = (y % 19, y / 100, y % 100);
    let (d, e, f) = (b / 4, b % 4, (b + 8) / 25);
    let g = (b - f + 1) / 3;
    let h = (19 * a + b - d - g + 15) % 30;
    let (i, k) = (c / 4, c % 4);
    let l = (32 + 2 * e + 2 * i - h - k) % 7;
    let m = (a + 11 * h + 22 * l) / 451;
    let of_march = h + l - 7 * m + 114;
    let (month, day) = (i8::try_from(of_march / 31).ok()?, i8::try_from(of_march % 31 + 1).ok()?);
    Date::new(year, month, day).ok()
}

/// Whether a day is worked (jour ouvré): Monday to Friday, and no public holiday.
#[must_use]
pub fn is_working_day(day: Date) -> bool {
    !matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && public_holiday(day).is_none()
}

/// The earliest day that this calendar counts with.
const FIRST: Date = date(2000, 1, 1);

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;
    use proptest::prelude::*;

    /// Month, day and name.
    type Holiday = (i8, i8, &'static str);

    /// The public holidays of metropolitan France of each year, as published by Etalab.
    const HOLIDAYS: [(i16, [Holiday; 11]); 5] = [
        (
            2025,
            [
                (1, 1, "1er janvier"),
                (4, 21, "Lundi de Pâques"),
                (5, 1, "1er mai"),
                (5, 8, "8 mai"),
                (5, 29, "Ascension"),
                (6, 9, "Lundi de Pentecôte"),
                (7, 14, "14 juillet"),
                (8, 15, "Assomption"),
                (11, 1, "Toussaint"),
                (11, 11, "11 novembre"),
                (12, 25, "Jour de Noël"),
            ],
        ),
        (
            2026,
            [
                (1, 1, "1er janvier"),
                (4, 6, "Lundi de Pâques"),
                (5, 1, "1er mai"),
                (5, 8, "8 mai"),
                (5, 14, "Ascension"),
                (5, 25, "Lundi de Pentecôte"),
                (7, 14, "14 juillet"),
                (8, 15, "Assomption"),
                (11, 1, "Toussaint"),
                (11, 11, "11 novembre"),
                (12, 25, "Jour de Noël"),
            ],
        ),
        (
            2027,
            [
                (1, 1, "1er janvier"),
                (3, 29, "Lundi de Pâques"),
                (5, 1, "1er mai"),
                (5, 6, "Ascension"),
                (5, 8, "8 mai"),
                (5, 17, "Lundi de Pentecôte"),
                (7, 14, "14 juillet"),
                (8, 15, "Assomption"),
                (11, 1, "Toussaint"),
                (11, 11, "11 novembre"),
                (12, 25, "Jour de Noël"),
            ],
        ),
        (
            2028,
            [
                (1, 1, "1er janvier"),
                (4, 17, "Lundi de Pâques"),
                (5, 1, "1er mai"),
                (5, 8, "8 mai"),
                (5, 25, "Ascension"),
                (6, 5, "Lundi de Pentecôte"),
                (7, 14, "14 juillet"),
                (8, 15, "Assomption"),
                (11, 1, "Toussaint"),
                (11, 11, "11 novembre"),
                (12, 25, "Jour de Noël"),
            ],
        ),
        (
            2029,
            [
                (1, 1, "1er janvier"),
                (4, 2, "Lundi de Pâques"),
                (5, 1, "1er mai"),
                (5, 8, "8 mai"),
                (5, 10, "Ascension"),
                (5, 21, "Lundi de Pentecôte"),
                (7, 14, "14 juillet"),
                (8, 15, "Assomption"),
                (11, 1, "Toussaint"),
                (11, 11, "11 novembre"),
                (12, 25, "Jour de Noël"),
            ],
        ),
    ];

    #[test]
    fn public_holidays_are_those_that_were_published() {
        for (year, published) in HOLIDAYS {
            let days = date(year, 1, 1).series(Span::new().days(1)).take_while(|day| day.year() == year);
            let found: Vec<(i8, i8, &str)> =
                days.filter_map(|day| Some((day.month(), day.day(), public_holiday(day)?))).collect();
            assert_eq!(found, published, "{year}");
        }
    }

    #[test]
    fn the_clock_of_paris_by_table() {
        assert!(TimeZone::posix(PARIS).is_ok());
        for (civil, instant) in [
            ("2026-01-31T00:00", "2026-01-30T23:00:00Z"),
            ("2026-07-31T00:00", "2026-07-30T22:00:00Z"),
            ("2026-03-29T01:59", "2026-03-29T00:59:00Z"),
            ("2026-03-29T02:30", "2026-03-29T01:30:00Z"),
            ("2026-03-29T03:00", "2026-03-29T01:00:00Z"),
            ("2026-10-25T01:59", "2026-10-24T23:59:00Z"),
            ("2026-10-25T02:30", "2026-10-25T01:30:00Z"),
            ("2026-10-25T03:00", "2026-10-25T02:00:00Z"),
        ] {
            let at: DateTime = civil.parse().unwrap();
            assert_eq!(paris_instant(at.date(), at.time()), instant.parse::<Timestamp>().unwrap(), "{civil}");
        }
        assert_eq!(paris_day("2026-10-24T22:30:00Z".parse().unwrap()), date(2026, 10, 25));
        let hours = |day| (end_of_day(day).as_second() - start_of_day(day).as_second()) / 3600;
        assert_eq!([date(2026, 3, 29), date(2026, 10, 25), date(2026, 6, 1)].map(hours), [23, 25, 24]);
    }

    #[test]
    fn weeks_begin_on_monday_and_holidays_are_not_worked() {
        for (day, monday) in [
            (date(2026, 10, 19), date(2026, 10, 19)),
            (date(2026, 10, 25), date(2026, 10, 19)),
            (date(2027, 1, 3), date(2026, 12, 28)),
        ] {
            assert_eq!(monday_of(day), monday, "{day}");
        }
        for (day, worked) in [
            (date(2026, 11, 10), true),
            (date(2026, 11, 11), false),
            (date(2026, 11, 14), false),
            (date(2026, 11, 15), false),
        ] {
            assert_eq!(is_working_day(day), worked, "{day}");
        }
    }

    proptest! {
        #[test]
        fn an_instant_reads_back(days in 0i64..20_000, minutes in 0i64..1440) {
            let day = days_after(FIRST, days);
            let at = time(i8::try_from(minutes / 60).unwrap(), i8::try_from(minutes % 60).unwrap(), 0, 0);
            let shown = paris_instant(day, at).to_zoned(paris()).datetime();
            let skipped = shown.time() != at;
            prop_assert_eq!(shown.date(), day);
            prop_assert!(!skipped || day.month() == 3 && shown.time().hour() == at.hour() + 1, "{} {}", day, at);
        }
    }
}
