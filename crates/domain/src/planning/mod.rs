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
pub use calendar::{Calendar, SchoolHoliday, SchoolYear, SchoolZone, paris, paris_day, paris_instant, public_holiday};
pub use capacity::{AgeClass, Capacity, Ratios, StayLength, Supervision};
pub use deadlines::Deadline;
pub use groups::{Group, GroupRule};
pub use pattern::WeeklyPattern;
pub use periods::{Audience, DayStatus, Mode, Period, PeriodState, Promotion, SchoolDays};
pub use season::{Planning, SeasonFault, SeasonFaultKind};
pub use tariffs::{
    Adjustment, AdjustmentRule, Band, BandPrices, Formula, FormulaPrice, Price, PriceFacts, PriceGap, Siblings,
    SiblingCount, SiblingOrder, SiblingReduction, Surcharge, SurchargeAmount, SurchargeWhen, Tariff,
};
pub use units::{Key, Relation, Unit, Units, broken};
