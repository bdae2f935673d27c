//! Step 2, and what became of it.

use serde::Serialize;
use specta::Type;

use super::{GridUnitView, PeriodStateView};

/// Step 2: what *VALIDER* would send.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReviewView {
    /// The activity.
    pub activity_name: String,
    /// The period.
    pub period_name: String,
    /// Where it stands: before it opens nothing can be sent.
    pub state: PeriodStateView,
    /// The columns, for their names.
    pub units: Vec<GridUnitView>,
    /// By child.
    pub children: Vec<ReviewChildView>,
    /// What is asked costs, in all.
    pub cents: i64,
    /// Days that have to be mended first.
    pub problems: u32,
}

/// A child's days of step 2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReviewChildView {
    /// The child.
    pub child_id: String,
    /// « Léo ».
    pub first_name: String,
    /// In order.
    pub days: Vec<ReviewDayView>,
    /// What is asked costs.
    pub cents: i64,
}

/// A child's day of step 2.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReviewDayView {
    /// The day.
    pub day: String,
    /// What was booked.
    pub old: Vec<String>,
    /// What is asked.
    pub new: Vec<String>,
    /// What would become of it, as far as this computer knows.
    pub forecast: DayVerdictView,
    /// Why it costs what it does.
    pub price: Option<PriceView>,
    /// Until when it can be given up without owing it.
    pub cancel_until: Option<String>,
}

/// What became, or would become, of a day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum DayVerdictView {
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
        why: RefusalView,
    },
}

/// Why a day is refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum RefusalView {
    /// No such child in this family, or no right to book for them.
    NotYours,
    /// Not offered.
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
    /// Booking is over.
    PeriodClosed,
    /// Too late to add.
    TooLate {
        /// Since when.
        since: String,
    },
    /// Too late to give a part up.
    TooLateToReduce {
        /// Since when.
        since: String,
    },
    /// Only residents.
    ResidentsOnly,
    /// In none of the groups.
    NoGroup,
    /// No accepted registration.
    NotRegistered,
    /// Units that the activity does not have, or that do not go together.
    Units,
    /// The other home booked a part of it.
    OtherHome,
    /// What is booked is not what was seen.
    Stale {
        /// What is.
        now: Vec<String>,
    },
    /// The same day twice.
    Repeated,
    /// No place.
    Full,
    /// It costs more than was seen.
    PriceChanged {
        /// What it costs.
        cents: i64,
    },
    /// A sibling's day would cost more than was seen.
    SiblingPriceChanged {
        /// The sibling's first name, while they are known.
        first_name: Option<String>,
        /// What it would cost.
        cents: i64,
    },
    /// No price.
    NoPrice,
    /// A reason of a newer server.
    Unknown,
}

/// « Pourquoi ce prix ? »
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PriceView {
    /// In all.
    pub cents: i64,
    /// The tariff's name, while it is known.
    pub tariff: Option<String>,
    /// The quotient that counted.
    pub quotient: Option<u32>,
    /// No proof was given: the top band.
    pub no_proof: bool,
    /// The band's lowest quotient.
    pub band_from: Option<u32>,
    /// The band's highest quotient.
    pub band_to: Option<u32>,
    /// « Journée avec repas », and its price.
    pub parts: Vec<PricePartView>,
    /// Reductions and surcharges.
    pub adjustments: Vec<PriceAdjustmentView>,
}

/// A part of a price.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PricePartView {
    /// Its name.
    pub name: String,
    /// In cents.
    pub cents: i64,
}

/// A reduction or surcharge.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PriceAdjustmentView {
    /// What it is.
    pub kind: PriceAdjustmentKindView,
    /// The surcharge's name.
    pub name: Option<String>,
    /// In cents; a reduction is below 0.
    pub cents: i64,
}

/// Kinds of adjustments.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PriceAdjustmentKindView {
    /// Siblings.
    Siblings,
    /// A surcharge of the town.
    Surcharge,
    /// Another, of a newer server.
    Other,
}

/// A receipt: what was asked, and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptView {
    /// The operation.
    pub id: String,
    /// « K7M3-9QXT-4F2P ».
    pub number: String,
    /// « 3M7Q-0V2C-TT8K-R5HD », by which the town knows it again.
    pub seal: Option<String>,
    /// When the town decided; none while it has not.
    pub at: Option<String>,
    /// Kept here since.
    pub since: Option<String>,
    /// Sent at least once.
    pub sent: bool,
    /// Who asked.
    pub by: Option<String>,
    /// The activity.
    pub activity_name: String,
    /// The period.
    pub period_name: String,
    /// The period's id.
    pub period_id: String,
    /// The columns, for their names.
    pub units: Vec<GridUnitView>,
    /// By child and day.
    pub lines: Vec<ReceiptLineView>,
}

/// A line of a receipt.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ReceiptLineView {
    /// The child.
    pub child_id: String,
    /// « Léo ».
    pub first_name: String,
    /// The day.
    pub day: String,
    /// What was booked.
    pub old: Vec<String>,
    /// What was asked.
    pub new: Vec<String>,
    /// What became of it; none while the town has not said.
    pub verdict: Option<DayVerdictView>,
}

/// What *VALIDER* came to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ValidatedView {
    /// Kept, and answered where the town was quick.
    Receipts {
        /// One for each operation.
        receipts: Vec<ReceiptView>,
    },
    /// Something has to be mended first.
    ToMend,
    /// Nothing differs from what is booked.
    NothingChanges,
    /// The period is not open yet.
    NotOpenYet {
        /// When it opens.
        opens_at: String,
    },
}
