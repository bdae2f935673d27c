//! Last moments before a day.

use jiff::civil::{Date, Time, Weekday};
use jiff::{Span, Timestamp};

use super::Calendar;
use super::calendar::{days_after, end_of_day, paris_instant, start_of_day};

/// Until when something can be done about a day. Days and hours are those of Paris.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Deadline {
    /// Until the end of the day so many days before; 0 is until the day begins.
    Days(u16),
    /// Until the end of the working day so many of them before; 0 is until the day begins.
    WorkingDays(u16),
    /// Until an hour of the last such weekday before the day, or of one so many weeks earlier: « the Tuesday before, at
    /// 23:59 ».
    Weekday {
        /// Which.
        weekday: Weekday,
        /// The whole minute named is in time.
        time: Time,
        /// Weeks earlier.
        weeks: u8,
    },
}

impl Deadline {
    /// The first instant that is too late for a day.
    #[must_use]
    pub fn closes_at(self, day: Date, calendar: &Calendar) -> Timestamp {
        match self {
            Self::Days(0) | Self::WorkingDays(0) => start_of_day(day),
            Self::Days(days) => end_of_day(days_after(day, -i64::from(days))),
            Self::WorkingDays(days) => end_of_day(working_days_before(day, days, calendar)),
            Self::Weekday { weekday, time, weeks } => {
                let before = i64::from(day.weekday().since(weekday));
                let back = if before == 0 { 7 } else { before } + 7 * i64::from(weeks);
                let minute = paris_instant(days_after(day, -back), time);
                minute.checked_add(Span::new().minutes(1)).unwrap_or(minute)
            }
        }
    }

    /// Whether there is still time for a day.
    #[must_use]
    pub fn is_open(self, day: Date, now: Timestamp, calendar: &Calendar) -> bool {
        now < self.closes_at(day, calendar)
    }
}

fn working_days_before(day: Date, days: u16, calendar: &Calendar) -> Date {
    let (mut before, mut left) = (day, days);
    while left > 0 && before > Date::MIN {
        before = days_after(before, -1);
        left -= u16::from(calendar.is_working_day(before));
    }
    before
}

#[cfg(test)]
mod tests {
    use super::super::calendar::{is_working_day, paris_day};
    use super::*;
    use jiff::civil::{date, time};
    use proptest::prelude::*;

    fn tuesday(weeks: u8) -> Deadline {
        Deadline::Weekday { weekday: Weekday::Tuesday, time: time(23, 59, 0, 0), weeks }
    }

    #[test]
    fn last_moments_by_table() {
        let calendar = Calendar::zone_a();
        for (deadline, day, too_late) in [
            (Deadline::Days(0), date(2026, 10, 21), "2026-10-20T22:00:00Z"),
            (Deadline::Days(1), date(2026, 10, 21), "2026-10-20T22:00:00Z"),
            (Deadline::Days(7), date(2026, 10, 21), "2026-10-14T22:00:00Z"),
            // The clock changes between the two: still the end of a day in Paris.
            (Deadline::Days(3), date(2026, 10, 27), "2026-10-24T22:00:00Z"),
            (Deadline::Days(2), date(2026, 10, 27), "2026-10-25T23:00:00Z"),
            (Deadline::Days(1), date(2026, 3, 30), "2026-03-29T22:00:00Z"),
            (Deadline::WorkingDays(0), date(2026, 10, 21), "2026-10-20T22:00:00Z"),
            // Monday: the Thursday before, not Saturday.
            (Deadline::WorkingDays(2), date(2026, 10, 19), "2026-10-15T22:00:00Z"),
            // 11 November is not worked.
            (Deadline::WorkingDays(1), date(2026, 11, 12), "2026-11-10T23:00:00Z"),
            (Deadline::WorkingDays(2), date(2027, 1, 4), "2026-12-30T23:00:00Z"),
            (tuesday(0), date(2026, 10, 21), "2026-10-20T22:00:00Z"),
            (tuesday(0), date(2026, 10, 20), "2026-10-13T22:00:00Z"),
            (tuesday(0), date(2026, 10, 19), "2026-10-13T22:00:00Z"),
            (tuesday(1), date(2026, 10, 21), "2026-10-13T22:00:00Z"),
            (
                Deadline::Weekday { weekday: Weekday::Sunday, time: time(2, 30, 0, 0), weeks: 0 },
                date(2026, 10, 26),
                "2026-10-25T01:31:00Z",
            ),
        ] {
            let expected: Timestamp = too_late.parse().unwrap();
            let found = deadline.closes_at(day, &calendar);
            assert_eq!(found, expected, "{deadline:?} of {day}");
            assert!(!deadline.is_open(day, expected, &calendar));
            assert!(deadline.is_open(day, expected - Span::new().milliseconds(1), &calendar));
        }
    }

    /// Walks back day by day, as one would on a calendar on the wall.
    fn slowly(deadline: Deadline, day: Date) -> Timestamp {
        let mut before = day;
        match deadline {
            Deadline::Days(0) | Deadline::WorkingDays(0) => return start_of_day(day),
            Deadline::Days(days) => (0..days).for_each(|_| before = before.yesterday().unwrap()),
            Deadline::WorkingDays(days) => {
                for _ in 0..days {
                    before = before.yesterday().unwrap();
                    while !is_working_day(before) {
                        before = before.yesterday().unwrap();
                    }
                }
            }
            Deadline::Weekday { weekday, time, weeks } => {
                before = before.yesterday().unwrap();
                while before.weekday() != weekday {
                    before = before.yesterday().unwrap();
                }
                (0..7 * u16::from(weeks)).for_each(|_| before = before.yesterday().unwrap());
                return paris_instant(before, time) + Span::new().minutes(1);
            }
        }
        start_of_day(before.tomorrow().unwrap())
    }

    fn deadlines() -> impl Strategy<Value = Deadline> {
        let weekday = (1i8..=7, 0i8..24, 0i8..60, 0u8..4).prop_map(|(weekday, hour, minute, weeks)| {
            let weekday = Weekday::from_monday_one_offset(weekday).unwrap();
            Deadline::Weekday { weekday, time: time(hour, minute, 0, 0), weeks }
        });
        prop_oneof![(0u16..60).prop_map(Deadline::Days), (0u16..40).prop_map(Deadline::WorkingDays), weekday]
    }

    proptest! {
        #[test]
        fn a_deadline_is_where_one_walks_back_to(deadline in deadlines(), days in 0i64..1200) {
            let day = days_after(date(2025, 9, 1), days);
            prop_assert_eq!(deadline.closes_at(day, &Calendar::zone_a()), slowly(deadline, day));
        }

        #[test]
        fn more_notice_is_never_later_and_a_later_day_never_closes_earlier(n in 0u16..40, days in 0i64..1200) {
            let calendar = Calendar::zone_a();
            let day = days_after(date(2025, 9, 1), days);
            for kind in [Deadline::Days, Deadline::WorkingDays] {
                prop_assert!(kind(n + 1).closes_at(day, &calendar) <= kind(n).closes_at(day, &calendar));
                let next = days_after(day, 1);
                prop_assert!(kind(n).closes_at(day, &calendar) <= kind(n).closes_at(next, &calendar));
                prop_assert!(paris_day(kind(n).closes_at(day, &calendar)) <= day);
            }
        }
    }
}
