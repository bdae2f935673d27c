//! Reservations: what a family asks for its children's days, and what becomes of it.
//!
//! [`decide`] predicts on a desktop, from what it last read, and decides on the server, from what is on record. Invariants: no
//! counter has more places taken than its capacity without an override (I1); a day of a child is taken as a whole or not
//! at all; nobody who waits and fits is left waiting (I8); nothing costs more than the family saw.

mod attending;
mod decide;
mod places;
mod prices;
mod ranks;
mod receipts;
mod situation;

#[cfg(test)]
mod tests;

pub use attending::{NoPrice, attend, stand};
pub use decide::{close_day, decide, end_unregistered, lapse_of, promote};
pub use places::{Counter, CounterId, Places, touched};
pub use ranks::{Waiting, ranks};
pub use receipts::ReceiptNumber;
pub use situation::{Child, Home, Link, Situation};

use jiff::Timestamp;
use jiff::civil::Date;

use crate::ids::{ActivityId, ChildId, FamilyId, PeriodId, ReservationId};
use crate::planning::{Key, Price, Units};

/// Units that no activity has: what a request that names others is read as, so that it is refused day by day.
pub const UNKNOWN_UNITS: Units = Units::FOREIGN;

/// How a reservation stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ReservationState {
    /// The child has the place.
    Confirmed,
    /// The child waits for a place.
    Waiting,
    /// The child will not come; the place stays theirs, and is owed where what is booked is billed.
    Absent,
    /// Given up in time, or ended by the town.
    Cancelled,
}

impl ReservationState {
    /// Whether it takes places.
    #[must_use]
    pub fn takes(self) -> bool {
        matches!(self, Self::Confirmed | Self::Absent)
    }

    /// Whether it still means something for its day.
    #[must_use]
    pub fn lives(self) -> bool {
        self != Self::Cancelled
    }
}

/// A child's day in an activity, booked by one family.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reservation {
    /// Its id.
    pub id: ReservationId,
    /// The child.
    pub child: ChildId,
    /// Who booked it, and owes it.
    pub family: FamilyId,
    /// The activity.
    pub activity: ActivityId,
    /// The period.
    pub period: PeriodId,
    /// The day.
    pub day: Date,
    /// What is booked of it; what was, once it is cancelled.
    pub units: Units,
    /// The child's group when it was booked.
    pub group: Key,
    /// How it stands.
    pub state: ReservationState,
    /// Its place in the queue, while it waits: whoever asked first has the smaller number on every counter they share.
    pub queue: Option<i64>,
    /// What it costs. The other home of a shared child never learns it.
    pub price: Option<Price>,
    /// An agent booked it, or a part of it, after the deadline.
    pub late: bool,
    /// An agent took its place beyond the capacity.
    pub beyond: bool,
}

/// What a family asks for one child and day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayChange {
    /// The child.
    pub child: ChildId,
    /// The activity.
    pub activity: ActivityId,
    /// The period.
    pub period: PeriodId,
    /// The day.
    pub day: Date,
    /// What the family saw booked, by itself.
    pub old: Units,
    /// What it wants; nothing is giving the day up.
    pub new: Units,
    /// The price it saw for that, in cents.
    pub expected_cents: i64,
}

/// Who asks, and what they may pass over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Latitude {
    /// An agent who passes over windows and deadlines.
    pub deadlines: bool,
    /// An agent who takes a place beyond the capacity: on record.
    pub capacity: bool,
}

/// What one family asks at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    /// The family.
    pub family: FamilyId,
    /// Its days; each is decided by itself.
    pub changes: Vec<DayChange>,
    /// What may be passed over.
    pub latitude: Latitude,
}

/// What became of one child's day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// The child has the place.
    Confirmed {
        /// What it costs.
        price: Price,
    },
    /// The child waits.
    Waiting {
        /// 1 for whoever comes next.
        rank: u32,
        /// What it will cost.
        price: Price,
    },
    /// Given up in time: nothing is owed.
    Cancelled,
    /// Given up too late: the town knows that the child does not come, and the day is owed.
    Absent {
        /// What is owed, in cents.
        cents: i64,
    },
    /// It was so already.
    Kept,
    /// Nothing changed.
    Refused(Refusal),
}

impl Verdict {
    /// Whether something is otherwise than before.
    #[must_use]
    pub fn changes(&self) -> bool {
        !matches!(self, Self::Kept | Self::Refused(_))
    }
}

/// Why a day is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
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
        opens_at: Timestamp,
    },
    /// Booking is over for this period, or goes another way.
    PeriodClosed,
    /// Too late to add to this day.
    TooLate {
        /// Since when.
        since: Timestamp,
    },
    /// Too late to give a part of this day up.
    TooLateToReduce {
        /// Since when.
        since: Timestamp,
    },
    /// Only for families that live in the commune.
    ResidentsOnly,
    /// The child is in none of the groups on that day.
    NoGroup,
    /// No accepted registration on that day.
    NotRegistered,
    /// Units that the activity does not have.
    UnknownUnits,
    /// Units that do not go together: the relations of the activity that they break.
    Relations(Vec<usize>),
    /// The child's other home booked a part of it.
    OtherHome,
    /// What is booked is not what the family saw.
    Stale {
        /// What is.
        now: Units,
    },
    /// The same child and day was asked before in the same request.
    Repeated,
    /// No place, and no waiting list.
    Full,
    /// It costs more than the family saw.
    PriceChanged {
        /// What it costs, in cents.
        cents: i64,
    },
    /// Another child's day would cost more than the family saw.
    SiblingPriceChanged {
        /// Which child's.
        child: ChildId,
        /// What it would cost, in cents.
        cents: i64,
    },
    /// The town has no price for it.
    NoPrice,
}
