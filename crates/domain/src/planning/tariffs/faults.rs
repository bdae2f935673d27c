//! Everything that can be wrong with a tariff, found at once.

use std::collections::BTreeSet;

use super::{EffortRate, Grid, Reduction, SiblingRule, SurchargeAmount, Tariff};
use crate::planning::{Key, Units};

/// Highest price of a cell, in cents.
const HIGHEST: i64 = 100_000;

/// What is wrong with a tariff.
#[derive(Debug, Clone, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TariffFault {
    /// A name is empty or too long.
    #[error("names have 1 to 80 characters")]
    Name,
    /// It ends before it begins.
    #[error("it ends before it begins")]
    Reversed,
    /// Nothing is sold.
    #[error("it has no formula")]
    NoFormula,
    /// A stable name is used twice.
    #[error("the stable name « {0} » is used twice")]
    Twice(Key),
    /// A day is two formulas.
    #[error("formulas « {0} » and « {1} » are the same day")]
    SameDay(Key, Key),
    /// The parts of an additive tariff have units in common.
    #[error("formulas « {0} » and « {1} » have units in common: their sum has no one price")]
    Overlapping(Key, Key),
    /// The formula charged for an own meal is not there.
    #[error("there is no formula « {0} » to be charged for an own meal")]
    OwnMeal(Key),
    /// There is no line.
    #[error("its grid is empty")]
    NoBand,
    /// Bands are not in order.
    #[error("bands go up, and only the last one is open")]
    BandOrder,
    /// A line has another number of prices than there are formulas.
    #[error("each line has a price for each of the {0} formulas")]
    Columns(usize),
    /// A price that no town asks.
    #[error("prices are 0 to {HIGHEST} cents")]
    Amount,
    /// A valid day has no price.
    #[error("some day that the activity allows has no price")]
    NoPrice,
    /// A percentage above the whole.
    #[error("percentages are 0 to 100")]
    Percent,
    /// Another sibling would make a price rise.
    #[error("reductions for siblings are of one kind and never fall")]
    Falls,
}

impl Tariff {
    /// Everything wrong with it, for an activity with these valid days.
    #[must_use]
    pub fn faults(&self, valid: &[Units]) -> Vec<TariffFault> {
        let mut faults = Vec::new();
        let names = self.formulas.iter().map(|formula| &formula.name);
        let names = names.chain(self.surcharges.iter().map(|surcharge| &surcharge.name)).chain([&self.name]);
        if names.into_iter().any(|name| name.trim().is_empty() || name.chars().count() > 80) {
            faults.push(TariffFault::Name);
        }
        if self.to.is_some_and(|to| to < self.from) {
            faults.push(TariffFault::Reversed);
        }
        self.formula_faults(&mut faults);
        self.grid_faults(&mut faults);
        self.adjustment_faults(&mut faults);
        if faults.is_empty() && !valid.iter().all(|day| self.sells(*day)) {
            faults.push(TariffFault::NoPrice);
        }
        faults
    }

    /// Whether it has a price for a day, whoever asks; a cell left empty is the town's wish.
    fn sells(&self, day: Units) -> bool {
        let exact = self.formulas.iter().any(|formula| formula.combinations.contains(&day));
        let made_up = || {
            let parts = self.formulas.iter().flat_map(|formula| &formula.combinations);
            parts.filter(|part| day.contains(**part)).copied().collect::<Units>() == day
        };
        exact || self.additive && made_up()
    }

    fn formula_faults(&self, faults: &mut Vec<TariffFault>) {
        if self.formulas.is_empty() {
            faults.push(TariffFault::NoFormula);
        }
        let mut seen = BTreeSet::new();
        let keys = self.formulas.iter().map(|formula| &formula.key);
        let keys = keys.chain(self.surcharges.iter().map(|surcharge| &surcharge.key));
        faults.extend(keys.filter(|key| !seen.insert(*key)).cloned().map(TariffFault::Twice));
        for (place, formula) in self.formulas.iter().enumerate() {
            if let Some(key) = &formula.own_meal
                && !self.formulas.iter().any(|other| other.key == *key)
            {
                faults.push(TariffFault::OwnMeal(key.clone()));
            }
            for other in &self.formulas[place + 1..] {
                let pairs =
                    || formula.combinations.iter().flat_map(|a| other.combinations.iter().map(move |b| (*a, *b)));
                let names = || (formula.key.clone(), other.key.clone());
                if pairs().any(|(a, b)| a == b) {
                    let (a, b) = names();
                    faults.push(TariffFault::SameDay(a, b));
                } else if self.additive && pairs().any(|(a, b)| a.meets(b)) {
                    let (a, b) = names();
                    faults.push(TariffFault::Overlapping(a, b));
                }
            }
        }
    }

    fn grid_faults(&self, faults: &mut Vec<TariffFault>) {
        let columns = self.formulas.len();
        let sound = |cents: i64| (0..=HIGHEST).contains(&cents);
        match &self.grid {
            Grid::Bands(bands) => {
                if bands.is_empty() {
                    faults.push(TariffFault::NoBand);
                }
                let closed: Vec<Option<u32>> = bands.iter().rev().skip(1).rev().map(|band| band.up_to).collect();
                let in_order = closed.iter().all(Option::is_some) && closed.is_sorted_by(|a, b| a < b);
                if !in_order || bands.last().is_some_and(|last| last.up_to.is_some()) {
                    faults.push(TariffFault::BandOrder);
                }
                if bands.iter().any(|band| band.prices.len() != columns) {
                    faults.push(TariffFault::Columns(columns));
                }
                if !bands.iter().flat_map(|band| &band.prices).flatten().all(|cents| sound(*cents)) {
                    faults.push(TariffFault::Amount);
                }
            }
            Grid::EffortRate(rates) => {
                if rates.len() != columns {
                    faults.push(TariffFault::Columns(columns));
                }
                let good = |rate: &EffortRate| sound(rate.least) && sound(rate.most) && rate.least <= rate.most;
                if !rates.iter().all(good) {
                    faults.push(TariffFault::Amount);
                }
            }
        }
    }

    fn adjustment_faults(&self, faults: &mut Vec<TariffFault>) {
        let whole = |share: u16| share <= 10_000;
        let reductions: Vec<Reduction> = match self.siblings.as_ref().map(|siblings| &siblings.rule) {
            None => Vec::new(),
            Some(SiblingRule::ByRank(ranks)) => ranks.clone(),
            Some(SiblingRule::BySize(sizes)) => sizes.iter().map(|(_, reduction)| *reduction).collect(),
        };
        let percent = |reduction: &Reduction| matches!(reduction, Reduction::BasisPoints(share) if !whole(*share));
        let surcharge =
            |amount: SurchargeAmount| matches!(amount, SurchargeAmount::BasisPoints(share) if !whole(share));
        if reductions.iter().any(percent) || self.surcharges.iter().any(|one| surcharge(one.amount)) {
            faults.push(TariffFault::Percent);
        }
        let cents =
            |reduction: &Reduction| matches!(reduction, Reduction::Cents(cents) if !(0..=HIGHEST).contains(cents));
        let dear = |amount| matches!(amount, SurchargeAmount::Cents(cents) if !(0..=HIGHEST).contains(&cents));
        if reductions.iter().any(cents) || self.surcharges.iter().any(|one| dear(one.amount)) {
            faults.push(TariffFault::Amount);
        }
        if self.siblings.as_ref().is_some_and(|siblings| !siblings.never_falls()) {
            faults.push(TariffFault::Falls);
        }
    }
}
