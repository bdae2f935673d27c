//! The price of a day, with its explanation.

use super::{Band, EffortRate, Formula, Grid, Reduction, SiblingFacts, SurchargeAmount, SurchargeWhen, Tariff};
use crate::planning::{Key, Units};

/// What a price depends on, besides the units.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct PriceFacts {
    /// Whole euros a month; none without a proof.
    pub quotient: Option<u32>,
    /// Lives in the commune.
    pub resident: bool,
    /// Among those siblings that the tariff counts.
    pub siblings: SiblingFacts,
    /// Brings their own meal.
    pub own_meal: bool,
    /// The units have a meal.
    pub has_meal: bool,
    /// Booked after the deadline.
    pub late_booking: bool,
    /// Came without having booked.
    pub unbooked: bool,
}

/// A price and why.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Price {
    /// What is owed: parts and adjustments together.
    pub cents: i64,
    /// The tariff.
    pub tariff: Key,
    /// What was bought.
    pub parts: Vec<FormulaPrice>,
    /// The band that counted, where there are bands.
    pub band: Option<BandRange>,
    /// The quotient that counted.
    pub quotient: Option<u32>,
    /// Reductions and surcharges, in the order in which they were made.
    pub adjustments: Vec<Adjustment>,
}

/// A part of a price.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct FormulaPrice {
    /// The formula.
    pub formula: Key,
    /// Its price.
    pub cents: i64,
}

/// A band, by the quotients that it takes, both included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct BandRange {
    /// Lowest.
    pub from: u32,
    /// Highest; none for the last.
    pub up_to: Option<u32>,
}

/// A reduction or surcharge.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Adjustment {
    /// What it is.
    pub rule: AdjustmentRule,
    /// In cents; a reduction is below 0.
    pub cents: i64,
}

/// What an adjustment is.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum AdjustmentRule {
    /// For siblings.
    Siblings,
    /// A surcharge, by its stable name.
    Surcharge(Key),
}

/// Why there is no price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, thiserror::Error)]
pub enum PriceGap {
    /// No formula is this day.
    #[error("no formula is this day")]
    NoFormula,
    /// The town does not sell this formula to this band.
    #[error("this formula is not sold to this band")]
    NotSold,
    /// The grid has no line for it.
    #[error("the grid has no line for it")]
    NoBand,
}

/// Rounds to the cent, half a cent up: the rule of deliberations on tariffs.
#[must_use]
pub(super) fn half_up(amount: i64, numerator: i64, denominator: i64) -> i64 {
    let product = i128::from(amount) * i128::from(numerator);
    let denominator = i128::from(denominator.max(1));
    let rounded = (2 * product + denominator).div_euclid(2 * denominator);
    i64::try_from(rounded).unwrap_or(i64::MAX)
}

/// Hundredths of a percent in a whole.
const WHOLE: i64 = 10_000;

impl Tariff {
    /// The price of a day.
    ///
    /// # Errors
    /// [`PriceGap`]: a tariff that passed [`Tariff::faults`] has a price for every valid day, but for cells left empty.
    pub fn price(&self, units: Units, facts: &PriceFacts) -> Result<Price, PriceGap> {
        let formulas = self.formulas_of(units, facts.own_meal && facts.has_meal)?;
        let line = self.line(facts.quotient)?;
        let parts = self.parts(&formulas, line, facts.quotient)?;
        let full: i64 = parts.iter().map(|part| part.cents).sum();
        let mut price = Price {
            cents: full,
            tariff: self.key.clone(),
            parts,
            band: line.map(|line| self.range(line)),
            quotient: facts.quotient,
            adjustments: Vec::new(),
        };
        let off = self.taken_off(&formulas, line, facts, full)?;
        price.adjust(AdjustmentRule::Siblings, -off);
        self.surcharge(&mut price, |when| match when {
            SurchargeWhen::Outside => !facts.resident,
            SurchargeWhen::LateBooking => facts.late_booking,
            SurchargeWhen::Unbooked => facts.unbooked,
            SurchargeWhen::LatePickup => false,
        });
        Ok(price)
    }

    /// A price with what is due on top of it when the child is fetched late.
    #[must_use]
    pub fn with_late_pickup(&self, mut price: Price) -> Price {
        self.surcharge(&mut price, |when| when == SurchargeWhen::LatePickup);
        price
    }

    /// Adds the surcharges that are due, in the order of the tariff, each on what the price has come to.
    fn surcharge(&self, price: &mut Price, is_due: impl Fn(SurchargeWhen) -> bool) {
        for surcharge in self.surcharges.iter().filter(|surcharge| is_due(surcharge.when)) {
            let cents = match surcharge.amount {
                SurchargeAmount::Cents(cents) => cents,
                SurchargeAmount::BasisPoints(share) => half_up(price.cents, i64::from(share), WHOLE),
            };
            price.adjust(AdjustmentRule::Surcharge(surcharge.key.clone()), cents);
        }
    }

    /// What siblings take off: never more than the price.
    fn taken_off(
        &self,
        formulas: &[&Formula],
        line: Option<usize>,
        facts: &PriceFacts,
        full: i64,
    ) -> Result<i64, PriceGap> {
        let reduction = self.siblings.as_ref().map_or(Reduction::None, |siblings| siblings.of(facts.siblings));
        Ok(match reduction {
            Reduction::None => 0,
            Reduction::BasisPoints(share) => half_up(full, i64::from(share), WHOLE),
            Reduction::Cents(cents) => cents,
            Reduction::BandsDown(bands) => {
                let lower = line.map(|line| line.saturating_sub(usize::from(bands)));
                full - self.parts(formulas, lower, facts.quotient)?.iter().map(|part| part.cents).sum::<i64>()
            }
        }
        .clamp(0, full.max(0)))
    }

    fn formulas_of(&self, units: Units, own_meal: bool) -> Result<Vec<&Formula>, PriceGap> {
        let exact = self.formulas.iter().find(|formula| formula.combinations.contains(&units));
        let found = match exact {
            Some(formula) => vec![formula],
            None if self.additive => self.sum_of(units).ok_or(PriceGap::NoFormula)?,
            None => return Err(PriceGap::NoFormula),
        };
        let instead = |formula| self.own_meal(formula).filter(|_| own_meal).unwrap_or(formula);
        Ok(found.into_iter().map(instead).collect())
    }

    fn own_meal(&self, formula: &Formula) -> Option<&Formula> {
        let key = formula.own_meal.as_ref()?;
        self.formulas.iter().find(|other| other.key == *key)
    }

    /// Formulas that make a day up, each unit in one of them.
    fn sum_of(&self, units: Units) -> Option<Vec<&Formula>> {
        let mut left = units;
        let mut found = Vec::new();
        for formula in &self.formulas {
            if let Some(part) = formula.combinations.iter().find(|part| !part.is_empty() && left.contains(**part)) {
                left = left.without(*part);
                found.push(formula);
            }
        }
        left.is_empty().then_some(found)
    }

    /// The band of a quotient; the last one without a proof. None where there are no bands.
    fn line(&self, quotient: Option<u32>) -> Result<Option<usize>, PriceGap> {
        let Grid::Bands(bands) = &self.grid else { return Ok(None) };
        let last = bands.len().checked_sub(1).ok_or(PriceGap::NoBand)?;
        let Some(quotient) = quotient else { return Ok(Some(last)) };
        let takes = |band: &Band| band.up_to.is_none_or(|up_to| quotient <= up_to);
        bands.iter().position(takes).map(Some).ok_or(PriceGap::NoBand)
    }

    fn range(&self, line: usize) -> BandRange {
        let Grid::Bands(bands) = &self.grid else { return BandRange { from: 0, up_to: None } };
        let below = line.checked_sub(1).and_then(|below| bands.get(below)).and_then(|band| band.up_to);
        BandRange { from: below.map_or(0, |below| below + 1), up_to: bands.get(line).and_then(|band| band.up_to) }
    }

    fn parts(
        &self,
        formulas: &[&Formula],
        line: Option<usize>,
        quotient: Option<u32>,
    ) -> Result<Vec<FormulaPrice>, PriceGap> {
        let part = |formula: &&Formula| {
            let column = self.formulas.iter().position(|own| own.key == formula.key).ok_or(PriceGap::NoFormula)?;
            let cents = match (&self.grid, line) {
                (Grid::Bands(bands), Some(line)) => {
                    let cell = bands.get(line).and_then(|band| band.prices.get(column));
                    cell.ok_or(PriceGap::NoBand)?.ok_or(PriceGap::NotSold)?
                }
                (Grid::EffortRate(rates), _) => rates.get(column).ok_or(PriceGap::NoBand)?.price(quotient),
                (Grid::Bands(_), None) => return Err(PriceGap::NoBand),
            };
            Ok(FormulaPrice { formula: formula.key.clone(), cents })
        };
        formulas.iter().map(part).collect()
    }
}

impl EffortRate {
    fn price(&self, quotient: Option<u32>) -> i64 {
        let Some(quotient) = quotient else { return self.most };
        // Cents: the quotient is in euros.
        let share = half_up(i64::from(quotient), i64::from(self.millionths), WHOLE);
        share.clamp(self.least, self.most.max(self.least))
    }
}

impl Price {
    /// No proof was given: the highest price counted.
    #[must_use]
    pub fn no_proof(&self) -> bool {
        self.quotient.is_none()
    }

    fn adjust(&mut self, rule: AdjustmentRule, cents: i64) {
        if cents != 0 {
            self.cents += cents;
            self.adjustments.push(Adjustment { rule, cents });
        }
    }
}
