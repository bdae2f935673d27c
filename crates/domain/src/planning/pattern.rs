//! A standard week, repeated over a period: canteen, Wednesdays, holidays.

use jiff::civil::{Date, Weekday};

use super::{Calendar, DayStatus, Period, Units};

/// What is wanted of each day of a week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct WeeklyPattern([Units; 7]);

impl WeeklyPattern {
    /// Wants units of a weekday.
    pub fn set(&mut self, weekday: Weekday, units: Units) {
        self.0[place(weekday)] = units;
    }

    /// What is wanted of a weekday.
    #[must_use]
    pub fn of(&self, weekday: Weekday) -> Units {
        self.0[place(weekday)]
    }

    /// The days of a period, from one to another, of which something is wanted: closed days, public holidays and days that
    /// are not offered are skipped.
    pub fn days<'a>(
        &'a self,
        period: &'a Period,
        calendar: &'a Calendar,
        (from, to): (Date, Date),
    ) -> impl Iterator<Item = (Date, Units)> + 'a {
        let open = period.days(calendar).filter(|(_, status)| *status == DayStatus::Open).map(|(day, _)| day);
        let wanted = open.filter(move |day| (from..=to).contains(day)).map(|day| (day, self.of(day.weekday())));
        wanted.filter(|(_, units)| !units.is_empty())
    }
}

fn place(weekday: Weekday) -> usize {
    usize::try_from(weekday.to_monday_zero_offset()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ids::{ActivityId, PeriodId};
    use crate::planning::{Audience, Deadline, Key, Mode, Promotion, SchoolDays};
    use jiff::Timestamp;
    use jiff::civil::date;
    use std::collections::BTreeMap;
    use uuid::Uuid;

    /// A year of canteen and Wednesdays.
    fn year() -> Period {
        let all_week = [Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday];
        Period {
            id: PeriodId(Uuid::from_u128(1)),
            key: Key::parse("year").unwrap(),
            name: "Année 2026-2027".into(),
            activity: ActivityId(Uuid::from_u128(2)),
            first_day: date(2026, 9, 1),
            last_day: date(2027, 7, 2),
            weekdays: all_week.into(),
            school_days: SchoolDays::School,
            closed: [(date(2027, 5, 5), "journée des équipes".to_owned())].into(),
            opens_at: Timestamp::UNIX_EPOCH,
            closes_at: Timestamp::MAX,
            read_only_at: None,
            mode: Mode::Immediate,
            promotion: Promotion::Automatic,
            add: Deadline::Days(7),
            cancel: Deadline::Days(5),
            audience: Audience::default(),
            capacities: BTreeMap::new(),
        }
    }

    #[test]
    fn a_standard_week_over_a_year_skips_holidays_and_closed_days() {
        let (period, calendar) = (year(), Calendar::zone_a());
        let mut week = WeeklyPattern::default();
        week.set(Weekday::Wednesday, Units::at(0));
        let days: Vec<_> = week.days(&period, &calendar, (period.first_day, period.last_day)).collect();
        // 44 Wednesdays, less eight in the holidays of zone A, 11 November and the day of the teams.
        assert_eq!(days.len(), 34);
        assert!(days.iter().all(|(day, units)| day.weekday() == Weekday::Wednesday && *units == Units::at(0)));
        for skipped in [date(2026, 10, 21), date(2026, 11, 11), date(2027, 2, 17), date(2027, 5, 5)] {
            assert!(!days.iter().any(|(day, _)| *day == skipped), "{skipped} is skipped");
        }
    }

    #[test]
    fn a_standard_week_gives_each_weekday_its_own_within_the_days_asked() {
        let (period, calendar) = (year(), Calendar::zone_a());
        let mut week = WeeklyPattern::default();
        week.set(Weekday::Monday, Units::at(1));
        week.set(Weekday::Friday, Units::at(2));
        let from_to = (date(2026, 11, 9), date(2026, 11, 20));
        let expected = [(9, 1), (13, 2), (16, 1), (20, 2)].map(|(day, unit)| (date(2026, 11, day), Units::at(unit)));
        assert_eq!(week.days(&period, &calendar, from_to).collect::<Vec<_>>(), expected);
        let saturday = (date(2026, 11, 14), date(2026, 11, 15));
        assert_eq!(week.days(&period, &calendar, saturday).count(), 0);
    }
}
