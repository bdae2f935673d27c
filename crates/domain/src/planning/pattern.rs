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
