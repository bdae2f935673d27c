//! Reservations on the wire.

use crate::wire;
use jiff::civil::Date;
use preau_domain::ids::{ActivityId, ChildId, FamilyId, PeriodId};
use preau_domain::planning::Activity;
use preau_domain::reservations as domain;
use uuid::Uuid;

mod agents;
mod verdicts;

pub use agents::{
    BookDaysRequest, FamilyDaysDto, RankDto, RanksResponse, ReceiptVerificationDto, VerifyReceiptRequest,
    WaitingChildDto,
};
pub use verdicts::{RefusalDto, VerdictDto};

/// Most days of one operation, all children together: a summer of three children is 129.
pub const MAX_DAYS: usize = 400;

wire! {
    /// What a family asks for one day of a child.
    pub struct DayDto {
        /// The day.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub day: Date,
        /// What it saw booked, by stable names.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub old: Vec<String>,
        /// What it wants; nothing is giving the day up.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub new: Vec<String>,
        /// The price it saw for that, in cents.
        pub expected_cents: i64,
    }

    /// Days of one child.
    pub struct ChildDaysDto {
        /// The child.
        pub child_id: Uuid,
        /// Its days.
        pub days: Vec<DayDto>,
    }

    /// Books, changes and gives up days: each child and day is decided by itself.
    pub struct ChangeDaysOp {
        /// The activity.
        pub activity_id: Uuid,
        /// The period.
        pub period_id: Uuid,
        /// The children, at most [`MAX_DAYS`] days in all.
        pub children: Vec<ChildDaysDto>,
    }

    /// How a reservation stands.
    #[derive(Copy, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum ReservationStateDto {
        /// The child has the place.
        Confirmed,
        /// The child waits for a place.
        Waiting,
        /// The child will not come; the day is owed.
        Absent,
        /// Given up in time, or ended by the town.
        Cancelled,
    }

    /// A day of a child, as one of its homes may see it.
    pub struct ReservationDto {
        /// Its id.
        pub reservation_id: Uuid,
        /// The child.
        pub child_id: Uuid,
        /// The activity.
        pub activity_id: Uuid,
        /// The period.
        pub period_id: Uuid,
        /// The day.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub day: Date,
        /// What is booked, by stable names.
        pub units: Vec<String>,
        /// The child's group, by its stable name.
        pub group: String,
        /// How it stands.
        pub state: ReservationStateDto,
        /// The other home booked it: neither its price nor anything else of that home is said.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub other_home: bool,
        /// What it costs and why.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub price: Option<crate::planning::PriceDto>,
        /// The town closed the day.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub closed: bool,
        /// An agent booked it, or a part of it, after the deadline.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub late: bool,
    }

    /// A line of a receipt.
    pub struct ReceiptLineDto {
        /// The child.
        pub child_id: Uuid,
        /// The day.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub day: Date,
        /// What was booked before, by stable names.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub old: Vec<String>,
        /// What was asked.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub new: Vec<String>,
        /// What became of it.
        pub verdict: VerdictDto,
    }

    /// What the town answered to one operation on days, for ever as it was answered.
    pub struct ReceiptDto {
        /// The operation, of whose id its number is made.
        pub receipt_id: Uuid,
        /// RFC 3339: when the town decided.
        pub at: String,
        /// The adult who asked; absent when the town did.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub by: Option<Uuid>,
        /// The activity.
        pub activity_id: Uuid,
        /// The period.
        pub period_id: Uuid,
        /// Each child and day.
        pub lines: Vec<ReceiptLineDto>,
        /// By which the town knows its own receipt again, wherever it is shown: sixteen letters and digits in fours.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub seal: Option<String>,
    }

    /// A counter as a desktop may see it.
    pub struct CounterDto {
        /// The day.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub day: Date,
        /// The group, by its stable name.
        pub group: String,
        /// The counter, by its stable name.
        pub counter: String,
        /// Places left.
        pub left: u32,
        /// Children who wait.
        pub waiting: u32,
    }

    /// `GET /v1/counters?period=`.
    pub struct CountersResponse {
        /// RFC 3339: when they were read; at most a second ago.
        pub at: String,
        /// By day, group and counter.
        pub counters: Vec<CounterDto>,
    }
}

/// A request that cannot be read: too many days, or units that the activity does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableDays {
    /// More than [`MAX_DAYS`].
    #[error("more than {MAX_DAYS} days")]
    TooMany,
    /// No day at all.
    #[error("no day")]
    None,
}

impl ChangeDaysOp {
    /// How many days it asks for.
    #[must_use]
    pub fn days(&self) -> usize {
        self.children.iter().map(|child| child.days.len()).sum()
    }

    /// Whether it may be decided at all.
    ///
    /// # Errors
    /// [`UnreadableDays`].
    pub fn check(&self) -> Result<(), UnreadableDays> {
        match self.days() {
            0 => Err(UnreadableDays::None),
            days if days > MAX_DAYS => Err(UnreadableDays::TooMany),
            _ => Ok(()),
        }
    }

    /// As the rules take it. Units that the activity does not have become units that no activity has, which the rules
    /// refuse day by day.
    #[must_use]
    pub fn request(&self, family: Uuid, activity: Option<&Activity>, latitude: domain::Latitude) -> domain::Request {
        let units = |keys: &[String]| {
            let known = activity.and_then(|activity| activity.units_of(keys.iter().map(String::as_str)));
            known.unwrap_or(domain::UNKNOWN_UNITS)
        };
        let days = self.children.iter().flat_map(|child| child.days.iter().map(move |day| (child.child_id, day)));
        let change = |(child, day): (Uuid, &DayDto)| domain::DayChange {
            child: ChildId(child),
            activity: ActivityId(self.activity_id),
            period: PeriodId(self.period_id),
            day: day.day,
            old: units(&day.old),
            new: units(&day.new),
            expected_cents: day.expected_cents,
        };
        domain::Request { family: FamilyId(family), changes: days.map(change).collect(), latitude }
    }

    /// The children and days, in the order of the verdicts.
    pub fn lines(&self) -> impl Iterator<Item = (Uuid, &DayDto)> {
        self.children.iter().flat_map(|child| child.days.iter().map(move |day| (child.child_id, day)))
    }
}

impl From<domain::ReservationState> for ReservationStateDto {
    fn from(state: domain::ReservationState) -> Self {
        match state {
            domain::ReservationState::Confirmed => Self::Confirmed,
            domain::ReservationState::Waiting => Self::Waiting,
            domain::ReservationState::Absent => Self::Absent,
            domain::ReservationState::Cancelled => Self::Cancelled,
        }
    }
}

impl From<ReservationStateDto> for domain::ReservationState {
    fn from(state: ReservationStateDto) -> Self {
        match state {
            ReservationStateDto::Confirmed => Self::Confirmed,
            ReservationStateDto::Waiting => Self::Waiting,
            ReservationStateDto::Absent => Self::Absent,
            ReservationStateDto::Cancelled => Self::Cancelled,
        }
    }
}
