//! What agents read and decide over HTTP.

use crate::error::ErrorCode;
use crate::family::{AdultDto, ChangeDetailOp, ChildDto, ContactDto, DetailChangeDto, FamilyDto, QuotientDto};
use crate::sync::OutcomeStatus;
use crate::wire;
use uuid::Uuid;

wire! {
    /// A line of a search.
    pub struct FamilySummaryDto {
        /// The family.
        pub family_id: Uuid,
        /// The town's own number (`F0001`).
        pub reference: String,
        /// « Claire Martel, Karim Daoud ».
        pub adults: String,
        /// « Léo, Inès ».
        pub children: String,
    }

    /// A whole family, as an agent reads it.
    pub struct FamilyRecordDto {
        /// The home.
        pub family: FamilyDto,
        /// Holder and co-holder.
        pub adults: Vec<AdultDto>,
        /// Children linked at any time; `link` says from when to when.
        pub children: Vec<ChildDto>,
        /// Contacts.
        pub contacts: Vec<ContactDto>,
        /// Quotients, latest first.
        pub quotients: Vec<QuotientDto>,
        /// Changes that wait or were decided.
        pub changes: Vec<DetailChangeDto>,
    }

    /// A change that waits, with the family it belongs to.
    pub struct WaitingChangeDto {
        /// The family.
        pub family: FamilySummaryDto,
        /// The change.
        pub change: DetailChangeDto,
    }

    /// An operation of which a restored server makes something else than what its author had been told.
    pub struct ChangedOutcomeDto {
        /// The operation.
        pub op_id: Uuid,
        /// Whose it is.
        pub family: FamilySummaryDto,
        /// What it asks; none for giving another operation up, or one of a version that this one does not know.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub change: Option<ChangeDetailOp>,
        /// What had become of it before the restore.
        pub told: OutcomeStatus,
        /// What it stands at.
        pub now: OutcomeStatus,
        /// Why, when rejected by a rule.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub code: Option<ErrorCode>,
        /// RFC 3339: when it came again.
        pub noted_at: String,
    }

    /// What an agent decides.
    #[serde(tag = "decision", rename_all = "snake_case")]
    pub enum DecideChangeRequest {
        /// The new value is on record from now on.
        Accept,
        /// The old value stays.
        Refuse {
            /// Shown to the family as written; 1 to 300 characters.
            reason: String,
        },
    }
}
