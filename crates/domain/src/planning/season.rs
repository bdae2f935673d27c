//! What a town offers, checked as a whole: a part that is sound alone may not be beside the others.

mod checks;

use std::collections::BTreeMap;

use super::{Activity, Calendar, Key, Period, Site, Tariff, TariffFault, Units, broken};
use crate::ids::{ActivityId, PeriodId};

/// All that a town offers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planning {
    /// Its calendar of school.
    pub calendar: Calendar,
    /// Its sites.
    pub sites: Vec<Site>,
    /// Its activities.
    pub activities: BTreeMap<ActivityId, Activity>,
    /// Their periods.
    pub periods: BTreeMap<PeriodId, Period>,
    /// Their tariffs.
    pub tariffs: Vec<Tariff>,
}

/// Something wrong in a season.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeasonFault {
    /// Where: kinds and stable names, as in the file.
    pub at: String,
    /// What.
    pub kind: SeasonFaultKind,
}

/// What is wrong.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SeasonFaultKind {
    /// A text is empty or too long.
    #[error("a text of 1 to {0} characters")]
    Text(usize),
    /// Two things have one stable name.
    #[error("this stable name is used twice")]
    Twice,
    /// A list is empty, or has more than it may.
    #[error("1 to {0} of them")]
    Count(usize),
    /// Something names what is not there.
    #[error("there is no « {0} »")]
    Unknown(String),
    /// A relation names too few units to say anything.
    #[error("a relation of this kind names more units")]
    EmptyRelation,
    /// Units require each other in a circle.
    #[error("units that require each other in a circle: {0}. Write that they are taken together")]
    Circle(String),
    /// No valid day has this unit.
    #[error("no day that the relations allow has this unit")]
    NeverValid,
    /// The first day or instant is not before the last.
    #[error("it ends before it begins")]
    Reversed,
    /// A period in which no day can be booked.
    #[error("no day of it can be booked")]
    NoDay,
    /// More days than a school year has.
    #[error("it is longer than 400 days")]
    TooLong,
    /// A closed day that is not a day of the period.
    #[error("{0} is not a day of this period")]
    NotADay(String),
    /// The calendar does not go so far.
    #[error("school holidays are known until {0} only")]
    CalendarEnds(String),
    /// Places of a group are not said.
    #[error("the places of group « {group} », counter « {counter} » are missing")]
    NoCapacity {
        /// The group.
        group: String,
        /// The counter.
        counter: String,
    },
    /// A day has no tariff.
    #[error("no tariff is good on {0}")]
    NoTariff(String),
    /// The youngest of a group is older than its oldest.
    #[error("its youngest are older than its oldest")]
    Ages,
    /// Something wrong with a tariff.
    #[error("{0}")]
    Tariff(TariffFault),
}

impl Planning {
    /// Everything wrong with it; nothing when it may be used.
    #[must_use]
    pub fn faults(&self) -> Vec<SeasonFault> {
        checks::faults(self)
    }

    /// An activity by its stable name.
    #[must_use]
    pub fn activity_named(&self, key: &Key) -> Option<&Activity> {
        self.activities.values().find(|activity| activity.key == *key)
    }

    /// The periods of an activity, the earliest first.
    #[must_use]
    pub fn periods_of(&self, activity: ActivityId) -> Vec<&Period> {
        let mut periods: Vec<&Period> = self.periods.values().filter(|period| period.activity == activity).collect();
        periods.sort_by_key(|period| (period.first_day, period.id));
        periods
    }
}

impl Activity {
    /// Every day that its relations allow.
    #[must_use]
    pub fn valid_days(&self) -> Vec<Units> {
        let all = self.all_units();
        let days = (1..=all.bits()).map(Units::from_bits).filter(|day| all.contains(*day));
        days.filter(|day| broken(&self.relations, *day).is_empty()).collect()
    }
}
