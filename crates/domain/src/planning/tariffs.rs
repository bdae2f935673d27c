//! Tariffs: what a day costs, and why. Amounts are whole cents.

mod faults;
mod price;
mod siblings;

#[cfg(test)]
mod tests;

pub use faults::TariffFault;
pub use price::{Adjustment, AdjustmentRule, BandRange, FormulaPrice, Price, PriceFacts, PriceGap};
pub use siblings::{Reduction, SiblingCount, SiblingFacts, SiblingOrder, SiblingReduction, SiblingRule, sibling_facts};

use jiff::civil::Date;

use super::{Key, Units};
use crate::ids::ActivityId;

/// Whom a tariff is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum TariffAudience {
    /// Everybody.
    Everyone,
    /// Families that live in the commune.
    Residents,
    /// The others.
    Outsiders,
}

/// A column of the grid: what is sold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Formula {
    /// Its stable name.
    pub key: Key,
    /// « Journée avec repas ».
    pub name: String,
    /// The days that it is: exactly one of these sets of units.
    pub combinations: Vec<Units>,
    /// The formula charged instead for a child who brings their own meal by a PAI.
    pub own_meal: Option<Key>,
}

/// A line of the grid.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Band {
    /// Highest quotient of the band, included, in whole euros a month; none for the last.
    pub up_to: Option<u32>,
    /// The price of each formula; none where the town sells it to nobody of this band.
    pub prices: Vec<Option<i64>>,
}

/// Taux d'effort: a share of the quotient, within bounds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct EffortRate {
    /// Millionths of the quotient: 1 % is 10 000.
    pub millionths: u32,
    /// At least.
    pub least: i64,
    /// At most; what a family without proof pays.
    pub most: i64,
}

/// How the quotient makes the price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Grid {
    /// By bands.
    Bands(Vec<Band>),
    /// By taux d'effort, one for each formula.
    EffortRate(Vec<EffortRate>),
}

/// When a surcharge is due.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SurchargeWhen {
    /// The family lives outside the commune.
    Outside,
    /// Booked after the deadline, by an agent.
    LateBooking,
    /// Came without having booked.
    Unbooked,
    /// Fetched late.
    LatePickup,
}

/// How much a surcharge is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SurchargeAmount {
    /// So many cents.
    Cents(i64),
    /// Hundredths of a percent of the price.
    BasisPoints(u16),
}

/// A surcharge.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Surcharge {
    /// Its stable name.
    pub key: Key,
    /// « Hors commune ».
    pub name: String,
    /// When it is due.
    pub when: SurchargeWhen,
    /// How much.
    pub amount: SurchargeAmount,
}

/// A tariff of an activity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tariff {
    /// Its stable name.
    pub key: Key,
    /// « ALSH 2026-2027 ».
    pub name: String,
    /// The activity.
    pub activity: ActivityId,
    /// First day attended that it is for.
    pub from: Date,
    /// Last day attended that it is for, or open.
    pub to: Option<Date>,
    /// Whom it is for.
    pub audience: TariffAudience,
    /// What is sold.
    pub formulas: Vec<Formula>,
    /// A day that no formula is, is priced as the sum of formulas that make it up.
    pub additive: bool,
    /// How the quotient makes the price.
    pub grid: Grid,
    /// What siblings take off.
    pub siblings: Option<SiblingReduction>,
    /// What comes on top.
    pub surcharges: Vec<Surcharge>,
}

impl Tariff {
    /// The tariff of an activity that is in force on a day for a family of the commune or of elsewhere: one made for such
    /// families before one for everybody, the latest begun where several are.
    #[must_use]
    pub fn choose(tariffs: &[Self], activity: ActivityId, day: Date, resident: bool) -> Option<&Self> {
        let made_for = if resident { TariffAudience::Residents } else { TariffAudience::Outsiders };
        let in_force = tariffs.iter().filter(|tariff| {
            tariff.activity == activity
                && tariff.from <= day
                && tariff.to.is_none_or(|to| day <= to)
                && (tariff.audience == TariffAudience::Everyone || tariff.audience == made_for)
        });
        in_force.max_by_key(|tariff| (tariff.audience == made_for, tariff.from, &tariff.key))
    }
}
