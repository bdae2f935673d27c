//! What the town offers and when: activities and their units, periods, groups, capacities and tariffs.
//!
//! Invariants: a unit of an activity keeps its place for ever; relations never ask for what they exclude; a day has one
//! status; a price comes with its explanation.

mod activities;
mod calendar;
mod capacity;
mod deadlines;
mod groups;
mod pattern;
mod periods;
mod season;
mod tariffs;
mod units;

pub use activities::{Activity, ActivityKind, Billing, CounterRule, Site};
pub use calendar::{
    Calendar, CalendarError, SchoolHoliday, SchoolYear, SchoolZone, days_after, end_of_day, monday_of, paris,
    paris_day, paris_instant, public_holiday, start_of_day,
};
pub use capacity::{AgeClass, Capacity, Ratios, StayLength, Supervision};
pub use deadlines::Deadline;
pub use groups::{Group, GroupRule};
pub use pattern::WeeklyPattern;
pub use periods::{Audience, DayStatus, Mode, Period, PeriodState, Promotion, SchoolDays};
pub use season::{Planning, SeasonFault, SeasonFaultKind};
pub use tariffs::{
    Adjustment, AdjustmentRule, Band, BandRange, EffortRate, Formula, FormulaPrice, Grid, Price, PriceFacts, PriceGap,
    Reduction, SiblingCount, SiblingFacts, SiblingOrder, SiblingReduction, SiblingRule, Surcharge, SurchargeAmount,
    SurchargeWhen, Tariff, TariffAudience, TariffFault, sibling_facts,
};
pub use units::{Key, Relation, Unit, Units, broken, tick};
