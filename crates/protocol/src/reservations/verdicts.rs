//! What became of a day, and why.

use crate::wire;
use preau_domain::planning::Activity;
use preau_domain::reservations as domain;
use uuid::Uuid;

wire! {
    /// What became of one child's day.
    #[serde(tag = "type", rename_all = "snake_case")]
    pub enum VerdictDto {
        /// The child has the place.
        Confirmed {
            /// What it costs.
            cents: i64,
        },
        /// The child waits.
        Waiting {
            /// 1 for whoever comes next.
            rank: u32,
            /// What it will cost.
            cents: i64,
        },
        /// Given up in time.
        Cancelled,
        /// Given up too late.
        Absent {
            /// What is owed.
            cents: i64,
        },
        /// It was so already.
        Kept,
        /// Nothing changed.
        Refused {
            /// Why.
            refusal: RefusalDto,
        },
    }

    /// Why a day is refused. Instants are RFC 3339.
    #[serde(tag = "rule", rename_all = "snake_case")]
    pub enum RefusalDto {
        /// No such child in this family, or no right to book for them on that day.
        NotYours,
        /// No such activity or period, or not a day of it.
        NotOffered,
        /// The town closed the day.
        Closed {
            /// Why.
            reason: String,
        },
        /// A public holiday.
        PublicHoliday,
        /// Booking has not begun.
        NotOpenYet {
            /// When it does.
            opens_at: String,
        },
        /// Booking is over for this period.
        PeriodClosed,
        /// Too late to add to this day.
        TooLate {
            /// Since when.
            since: String,
        },
        /// Too late to give a part of this day up.
        TooLateToReduce {
            /// Since when.
            since: String,
        },
        /// Only for families that live in the commune.
        ResidentsOnly,
        /// The child is in none of the groups on that day.
        NoGroup,
        /// No accepted registration on that day.
        NotRegistered,
        /// Units that the activity does not have.
        UnknownUnits,
        /// Units that do not go together.
        Relations {
            /// The relations of the activity that they break, by their place.
            broken: Vec<u32>,
        },
        /// The child's other home booked a part of it.
        OtherHome,
        /// What is booked is not what the family saw.
        Stale {
            /// What is, by stable names.
            now: Vec<String>,
        },
        /// The same child and day twice.
        Repeated,
        /// No place, and no waiting list.
        Full,
        /// It costs more than the family saw.
        PriceChanged {
            /// What it costs.
            cents: i64,
        },
        /// Another child's day would cost more than the family saw.
        SiblingPriceChanged {
            /// Which child's.
            child_id: Uuid,
            /// What it would cost.
            cents: i64,
        },
        /// The town has no price for it.
        NoPrice,
        /// A reason of a newer server.
        #[serde(other)]
        Unknown,
    }
}

impl VerdictDto {
    /// A verdict on a day of an activity.
    #[must_use]
    pub fn of(verdict: &domain::Verdict, activity: Option<&Activity>) -> Self {
        match verdict {
            domain::Verdict::Confirmed { price } => Self::Confirmed { cents: price.cents },
            domain::Verdict::Waiting { rank, price } => Self::Waiting { rank: *rank, cents: price.cents },
            domain::Verdict::Cancelled => Self::Cancelled,
            domain::Verdict::Absent { cents } => Self::Absent { cents: *cents },
            domain::Verdict::Kept => Self::Kept,
            domain::Verdict::Refused(refusal) => Self::Refused { refusal: RefusalDto::of(refusal, activity) },
        }
    }
}

impl RefusalDto {
    fn of(refusal: &domain::Refusal, activity: Option<&Activity>) -> Self {
        match refusal {
            domain::Refusal::NotYours => Self::NotYours,
            domain::Refusal::NotOffered => Self::NotOffered,
            domain::Refusal::Closed { reason } => Self::Closed { reason: reason.clone() },
            domain::Refusal::PublicHoliday => Self::PublicHoliday,
            domain::Refusal::NotOpenYet { opens_at } => Self::NotOpenYet { opens_at: opens_at.to_string() },
            domain::Refusal::PeriodClosed => Self::PeriodClosed,
            domain::Refusal::TooLate { since } => Self::TooLate { since: since.to_string() },
            domain::Refusal::TooLateToReduce { since } => Self::TooLateToReduce { since: since.to_string() },
            domain::Refusal::ResidentsOnly => Self::ResidentsOnly,
            domain::Refusal::NoGroup => Self::NoGroup,
            domain::Refusal::NotRegistered => Self::NotRegistered,
            domain::Refusal::UnknownUnits => Self::UnknownUnits,
            domain::Refusal::Relations(broken) => {
                Self::Relations { broken: broken.iter().filter_map(|place| u32::try_from(*place).ok()).collect() }
            }
            domain::Refusal::OtherHome => Self::OtherHome,
            domain::Refusal::Stale { now } => {
                let keys = activity.map(|activity| activity.keys_of(*now)).unwrap_or_default();
                Self::Stale { now: keys.into_iter().map(str::to_owned).collect() }
            }
            domain::Refusal::Repeated => Self::Repeated,
            domain::Refusal::Full => Self::Full,
            domain::Refusal::PriceChanged { cents } => Self::PriceChanged { cents: *cents },
            domain::Refusal::SiblingPriceChanged { child, cents } => {
                Self::SiblingPriceChanged { child_id: child.0, cents: *cents }
            }
            domain::Refusal::NoPrice => Self::NoPrice,
        }
    }
}
