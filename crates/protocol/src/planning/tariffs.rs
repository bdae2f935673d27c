//! Tariffs and prices.

use super::{UnreadablePlanning, key, unreadable};
use crate::wire;
use jiff::civil::Date;
use preau_domain::ids::ActivityId;
use preau_domain::planning as domain;
use uuid::Uuid;

wire! {
    /// Whom a tariff is for.
    #[derive(Copy, Default)]
    #[serde(rename_all = "snake_case")]
    pub enum TariffAudienceDto {
        /// Everybody.
        #[default]
        Everyone,
        /// Families that live in the commune.
        Residents,
        /// The others.
        Outsiders,
    }

    /// A column of the grid.
    pub struct FormulaDto {
        /// Its stable name.
        pub key: String,
        /// « Journée avec repas ».
        pub name: String,
        /// The days that it is, each as units by their stable names.
        pub combinations: Vec<Vec<String>>,
        /// The formula charged instead for an own meal (PAI).
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub own_meal: Option<String>,
    }

    /// A line of the grid.
    pub struct BandDto {
        /// Highest quotient, included; none for the last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub up_to: Option<u32>,
        /// Cents for each formula; -1 where it is not sold.
        pub cents: Vec<i64>,
    }

    /// Taux d'effort of a formula.
    #[derive(Copy)]
    pub struct EffortRateDto {
        /// Millionths of the quotient: 1 % is 10 000.
        pub millionths: u32,
        /// At least, in cents.
        pub least: i64,
        /// At most, in cents.
        pub most: i64,
    }

    /// How the quotient makes the price.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum GridDto {
        /// By bands.
        Bands {
            /// Ascending.
            bands: Vec<BandDto>,
        },
        /// By taux d'effort.
        EffortRate {
            /// For each formula.
            rates: Vec<EffortRateDto>,
        },
    }

    /// Which children of a home count.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum SiblingCountDto {
        /// Those there on the same day.
        PresentThatDay,
        /// Those registered for the activity.
        Registered,
        /// All.
        Dependent,
    }

    /// Who is the first child.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum SiblingOrderDto {
        /// The eldest.
        EldestFirst,
        /// The youngest.
        YoungestFirst,
    }

    /// What is taken off.
    #[derive(Copy)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum ReductionDto {
        /// Nothing.
        None,
        /// Hundredths of a percent.
        BasisPoints {
            /// How many.
            share: u16,
        },
        /// Cents.
        Cents {
            /// How many.
            cents: i64,
        },
        /// The price of a lower band.
        BandsDown {
            /// How many lower.
            bands: u8,
        },
    }

    /// A reduction from so many children on.
    #[derive(Copy)]
    pub struct SizeReductionDto {
        /// Children.
        pub from: u32,
        /// What is taken off.
        pub reduction: ReductionDto,
    }

    /// How the number of children makes a reduction.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum SiblingRuleDto {
        /// By the child's place.
        ByRank {
            /// For the first child, the second…; the last goes on.
            reductions: Vec<ReductionDto>,
        },
        /// For every child, from so many on.
        BySize {
            /// Ascending.
            reductions: Vec<SizeReductionDto>,
        },
    }

    /// A reduction for siblings.
    pub struct SiblingsDto {
        /// Which children count.
        pub count: SiblingCountDto,
        /// Who is the first.
        pub order: SiblingOrderDto,
        /// How much.
        pub rule: SiblingRuleDto,
    }

    /// When a surcharge is due.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum SurchargeWhenDto {
        /// Outside the commune.
        Outside,
        /// Booked after the deadline.
        LateBooking,
        /// Came without having booked.
        Unbooked,
        /// Fetched late.
        LatePickup,
    }

    /// How much a surcharge is.
    #[derive(Copy)]
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum SurchargeAmountDto {
        /// Cents.
        Cents {
            /// How many.
            cents: i64,
        },
        /// Hundredths of a percent of the price.
        BasisPoints {
            /// How many.
            share: u16,
        },
    }

    /// A surcharge.
    pub struct SurchargeDto {
        /// Its stable name.
        pub key: String,
        /// « Hors commune ».
        pub name: String,
        /// When it is due.
        pub when: SurchargeWhenDto,
        /// How much.
        pub amount: SurchargeAmountDto,
    }

    /// A tariff, the `tariff` entity of the commune's stream.
    pub struct TariffDto {
        /// Its id.
        pub tariff_id: Uuid,
        /// Its stable name.
        pub key: String,
        /// Its name.
        pub name: String,
        /// The activity.
        pub activity_id: Uuid,
        /// First day attended that it is for.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub from: Date,
        /// Last day attended that it is for, or open.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>, format = Date))]
        pub to: Option<Date>,
        /// Whom it is for.
        #[serde(default)]
        pub audience: TariffAudienceDto,
        /// What is sold.
        pub formulas: Vec<FormulaDto>,
        /// A day that no formula is, is the sum of formulas.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub additive: bool,
        /// How the quotient makes the price.
        pub grid: GridDto,
        /// What siblings take off.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub siblings: Option<SiblingsDto>,
        /// What comes on top.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub surcharges: Vec<SurchargeDto>,
    }

    /// A part of a price.
    pub struct FormulaPriceDto {
        /// The formula, by its stable name.
        pub formula: String,
        /// Its price.
        pub cents: i64,
    }

    /// What an adjustment is.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum AdjustmentRuleDto {
        /// For siblings.
        Siblings,
        /// A surcharge.
        Surcharge {
            /// Its stable name.
            key: String,
        },
    }

    /// A reduction or surcharge.
    pub struct AdjustmentDto {
        /// What it is.
        #[serde(flatten)]
        pub rule: AdjustmentRuleDto,
        /// In cents; a reduction is below 0.
        pub cents: i64,
    }

    /// A price and why.
    #[derive(Default)]
    pub struct PriceDto {
        /// What is owed.
        pub cents: i64,
        /// The tariff, by its stable name.
        pub tariff: String,
        /// What was bought.
        pub parts: Vec<FormulaPriceDto>,
        /// Lowest quotient of the band that counted.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub band_from: Option<u32>,
        /// Highest quotient of it; none for the last.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub band_to: Option<u32>,
        /// The quotient that counted; none without a proof.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub quotient: Option<u32>,
        /// Reductions and surcharges.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub adjustments: Vec<AdjustmentDto>,
    }
}

impl TariffDto {
    /// As the rules take it; its units are those of its activity.
    ///
    /// # Errors
    /// [`UnreadablePlanning`].
    pub fn tariff(&self, activity: &domain::Activity) -> Result<domain::Tariff, UnreadablePlanning> {
        let formula = |formula: &FormulaDto| {
            let units = |keys: &Vec<String>| {
                let known = activity.units_of(keys.iter().map(String::as_str));
                known.ok_or_else(|| unreadable("formulas", "a unit that the activity does not have"))
            };
            Ok(domain::Formula {
                key: key("formulas", &formula.key)?,
                name: formula.name.clone(),
                combinations: formula.combinations.iter().map(units).collect::<Result<_, _>>()?,
                own_meal: formula.own_meal.as_deref().map(|meal| key("formulas", meal)).transpose()?,
            })
        };
        let surcharge = |surcharge: &SurchargeDto| {
            Ok(domain::Surcharge {
                key: key("surcharges", &surcharge.key)?,
                name: surcharge.name.clone(),
                when: surcharge.when.into(),
                amount: match surcharge.amount {
                    SurchargeAmountDto::Cents { cents } => domain::SurchargeAmount::Cents(cents),
                    SurchargeAmountDto::BasisPoints { share } => domain::SurchargeAmount::BasisPoints(share),
                },
            })
        };
        Ok(domain::Tariff {
            key: key("key", &self.key)?,
            name: self.name.clone(),
            activity: ActivityId(self.activity_id),
            from: self.from,
            to: self.to,
            audience: match self.audience {
                TariffAudienceDto::Everyone => domain::TariffAudience::Everyone,
                TariffAudienceDto::Residents => domain::TariffAudience::Residents,
                TariffAudienceDto::Outsiders => domain::TariffAudience::Outsiders,
            },
            formulas: self.formulas.iter().map(formula).collect::<Result<_, UnreadablePlanning>>()?,
            additive: self.additive,
            grid: (&self.grid).into(),
            siblings: self.siblings.as_ref().map(Into::into),
            surcharges: self.surcharges.iter().map(surcharge).collect::<Result<_, UnreadablePlanning>>()?,
        })
    }
}

impl From<SurchargeWhenDto> for domain::SurchargeWhen {
    fn from(when: SurchargeWhenDto) -> Self {
        match when {
            SurchargeWhenDto::Outside => Self::Outside,
            SurchargeWhenDto::LateBooking => Self::LateBooking,
            SurchargeWhenDto::Unbooked => Self::Unbooked,
            SurchargeWhenDto::LatePickup => Self::LatePickup,
        }
    }
}

impl From<&GridDto> for domain::Grid {
    fn from(grid: &GridDto) -> Self {
        match grid {
            GridDto::Bands { bands } => {
                let cell = |cents: &i64| (*cents != NOT_SOLD).then_some(*cents);
                let band =
                    |band: &BandDto| domain::Band { up_to: band.up_to, prices: band.cents.iter().map(cell).collect() };
                Self::Bands(bands.iter().map(band).collect())
            }
            GridDto::EffortRate { rates } => {
                let rate = |rate: &EffortRateDto| {
                    let EffortRateDto { millionths, least, most } = *rate;
                    domain::EffortRate { millionths, least, most }
                };
                Self::EffortRate(rates.iter().map(rate).collect())
            }
        }
    }
}

/// A cell that the town left empty.
const NOT_SOLD: i64 = -1;

impl From<ReductionDto> for domain::Reduction {
    fn from(reduction: ReductionDto) -> Self {
        match reduction {
            ReductionDto::None => Self::None,
            ReductionDto::BasisPoints { share } => Self::BasisPoints(share),
            ReductionDto::Cents { cents } => Self::Cents(cents),
            ReductionDto::BandsDown { bands } => Self::BandsDown(bands),
        }
    }
}

impl From<&SiblingsDto> for domain::SiblingReduction {
    fn from(siblings: &SiblingsDto) -> Self {
        Self {
            count: match siblings.count {
                SiblingCountDto::PresentThatDay => domain::SiblingCount::PresentThatDay,
                SiblingCountDto::Registered => domain::SiblingCount::Registered,
                SiblingCountDto::Dependent => domain::SiblingCount::Dependent,
            },
            order: match siblings.order {
                SiblingOrderDto::EldestFirst => domain::SiblingOrder::EldestFirst,
                SiblingOrderDto::YoungestFirst => domain::SiblingOrder::YoungestFirst,
            },
            rule: match &siblings.rule {
                SiblingRuleDto::ByRank { reductions } => {
                    domain::SiblingRule::ByRank(reductions.iter().map(|one| (*one).into()).collect())
                }
                SiblingRuleDto::BySize { reductions } => {
                    domain::SiblingRule::BySize(reductions.iter().map(|one| (one.from, one.reduction.into())).collect())
                }
            },
        }
    }
}

impl From<&domain::Price> for PriceDto {
    fn from(price: &domain::Price) -> Self {
        let part =
            |part: &domain::FormulaPrice| FormulaPriceDto { formula: part.formula.to_string(), cents: part.cents };
        let adjustment = |one: &domain::Adjustment| AdjustmentDto {
            rule: match &one.rule {
                domain::AdjustmentRule::Siblings => AdjustmentRuleDto::Siblings,
                domain::AdjustmentRule::Surcharge(key) => AdjustmentRuleDto::Surcharge { key: key.to_string() },
            },
            cents: one.cents,
        };
        Self {
            cents: price.cents,
            tariff: price.tariff.to_string(),
            parts: price.parts.iter().map(part).collect(),
            band_from: price.band.map(|band| band.from),
            band_to: price.band.and_then(|band| band.up_to),
            quotient: price.quotient,
            adjustments: price.adjustments.iter().map(adjustment).collect(),
        }
    }
}

impl TryFrom<PriceDto> for domain::Price {
    type Error = UnreadablePlanning;

    fn try_from(price: PriceDto) -> Result<Self, Self::Error> {
        let part = |part: FormulaPriceDto| {
            Ok(domain::FormulaPrice { formula: key("parts", &part.formula)?, cents: part.cents })
        };
        let adjustment = |one: AdjustmentDto| {
            let rule = match one.rule {
                AdjustmentRuleDto::Siblings => domain::AdjustmentRule::Siblings,
                AdjustmentRuleDto::Surcharge { key: of } => domain::AdjustmentRule::Surcharge(key("adjustments", &of)?),
            };
            Ok(domain::Adjustment { rule, cents: one.cents })
        };
        Ok(Self {
            cents: price.cents,
            tariff: key("tariff", &price.tariff)?,
            parts: price.parts.into_iter().map(part).collect::<Result<_, UnreadablePlanning>>()?,
            band: price.band_from.map(|from| domain::BandRange { from, up_to: price.band_to }),
            quotient: price.quotient,
            adjustments: price.adjustments.into_iter().map(adjustment).collect::<Result<_, UnreadablePlanning>>()?,
        })
    }
}
