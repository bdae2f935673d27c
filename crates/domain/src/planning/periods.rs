//! Periods: the days on which an activity can be booked, and when that may be done.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::{Date, Weekday};

use super::{Calendar, Capacity, Deadline, Key, public_holiday};
use crate::ids::{ActivityId, PeriodId};

/// How places are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Mode {
    /// First come.
    Immediate,
    /// Wishes are collected, then allocated together.
    Wishes,
    /// An agent accepts or refuses each.
    StaffValidation,
}

/// What happens to a place that becomes free while somebody waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Promotion {
    /// The first who fits has it at once.
    Automatic,
    /// It is offered for so many hours.
    Offer(u16),
    /// Nobody waits: what is full is refused.
    NoWaitingList,
}

/// Which days of school or holidays a period is made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SchoolDays {
    /// Days of school holidays.
    Holidays,
    /// Days with school, or that would have it but for the weekday.
    School,
    /// Either.
    Any,
}

/// Who may book.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Audience {
    /// Only families that live in the commune.
    pub residents_only: bool,
    /// Only these groups; all when empty.
    pub groups: BTreeSet<Key>,
}

/// A period of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Period {
    /// Its id.
    pub id: PeriodId,
    /// Its stable name.
    pub key: Key,
    /// « Vacances de la Toussaint 2026 ».
    pub name: String,
    /// The activity.
    pub activity: ActivityId,
    /// First day that can be booked.
    pub first_day: Date,
    /// Last day that can be booked.
    pub last_day: Date,
    /// The days of the week that it has.
    pub weekdays: Vec<Weekday>,
    /// Days of school, of holidays, or both.
    pub school_days: SchoolDays,
    /// Days closed on purpose, each with its reason to show.
    pub closed: BTreeMap<Date, String>,
    /// From when families may book.
    pub opens_at: Timestamp,
    /// From when they add nothing any more.
    pub closes_at: Timestamp,
    /// From when they change nothing at all and only announce absences.
    pub read_only_at: Option<Timestamp>,
    /// How places are given.
    pub mode: Mode,
    /// What happens to freed places.
    pub promotion: Promotion,
    /// Last moment to add to a day.
    pub add: Deadline,
    /// Last moment to cancel without owing.
    pub cancel: Deadline,
    /// Who may book.
    pub audience: Audience,
    /// Places of a day, by group and counter. The town's own: a desktop reads what is left, never this.
    pub capacities: BTreeMap<(Key, Key), Capacity>,
}

/// What a day of a period is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum DayStatus<'a> {
    /// Can be booked.
    Open,
    /// Closed by the town.
    Closed(&'a str),
    /// A public holiday, by its name.
    PublicHoliday(&'static str),
    /// Not a day of this period: outside its dates, another weekday, school or holidays.
    NotOffered,
}

/// Where a period stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PeriodState {
    /// Not open yet: choices are prepared.
    Before,
    /// Families book.
    Open,
    /// Nothing is added; what is booked can still be cancelled.
    AddingClosed,
    /// Nothing changes any more.
    ReadOnly,
}

impl Period {
    /// What a day is. A closure counts before all else: its reason is what people want to read.
    #[must_use]
    pub fn day<'a>(&'a self, calendar: &Calendar, day: Date) -> DayStatus<'a> {
        if !(self.first_day..=self.last_day).contains(&day) || !self.weekdays.contains(&day.weekday()) {
            return DayStatus::NotOffered;
        }
        let offered = match self.school_days {
            SchoolDays::Any => true,
            SchoolDays::Holidays => calendar.is_holiday(day),
            SchoolDays::School => !calendar.is_holiday(day),
        };
        if !offered {
            return DayStatus::NotOffered;
        }
        if let Some(reason) = self.closed.get(&day) {
            return DayStatus::Closed(reason);
        }
        public_holiday(day).map_or(DayStatus::Open, DayStatus::PublicHoliday)
    }

    /// The days it shows, in order: those that can be booked, and those that would be but for a closure or public holiday.
    pub fn days<'a>(&'a self, calendar: &'a Calendar) -> impl Iterator<Item = (Date, DayStatus<'a>)> {
        let days = self.first_day.series(jiff::Span::new().days(1)).take_while(|day| *day <= self.last_day);
        days.map(|day| (day, self.day(calendar, day))).filter(|(_, status)| *status != DayStatus::NotOffered)
    }

    /// Where it stands.
    #[must_use]
    pub fn state(&self, now: Timestamp) -> PeriodState {
        if self.read_only_at.is_some_and(|at| at <= now) {
            PeriodState::ReadOnly
        } else if self.closes_at <= now {
            PeriodState::AddingClosed
        } else if self.opens_at <= now {
            PeriodState::Open
        } else {
            PeriodState::Before
        }
    }
}
