//! What agents ask of days on behalf of a family, and what they are shown of them.

use super::{ChangeDaysOp, ReceiptDto, ReservationDto};
use crate::agents::FamilySummaryDto;
use crate::wire;
use jiff::civil::Date;
use uuid::Uuid;

wire! {
    /// Days that an agent books, changes or gives up for a family.
    pub struct BookDaysRequest {
        /// The request's id, of which the receipt's number is made: the same again is answered the same.
        pub op_id: Uuid,
        /// What is asked.
        pub asked: ChangeDaysOp,
        /// Windows and deadlines are passed over.
        #[serde(default)]
        pub pass_deadlines: bool,
        /// Places are given beyond the capacity: it stays on record.
        #[serde(default)]
        pub beyond_capacity: bool,
        /// Only say what would be answered, prices included.
        #[serde(default)]
        pub dry_run: bool,
    }

    /// The days of a family.
    pub struct FamilyDaysDto {
        /// By day.
        pub reservations: Vec<ReservationDto>,
        /// What was answered to it, the latest first.
        pub receipts: Vec<ReceiptDto>,
    }

    /// Where somebody who waits stands now.
    #[derive(Copy)]
    pub struct RankDto {
        /// The reservation.
        pub reservation_id: Uuid,
        /// 1 for whoever comes next.
        pub rank: u32,
    }

    /// `GET /v1/ranks?period=`.
    pub struct RanksResponse {
        /// RFC 3339: when they were read; at most a second ago.
        pub at: String,
        /// Of the family's own requests that wait.
        pub ranks: Vec<RankDto>,
    }

    /// A child who waits.
    pub struct WaitingChildDto {
        /// The reservation.
        pub reservation_id: Uuid,
        /// The day.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub day: Date,
        /// The family that asks.
        pub family: FamilySummaryDto,
        /// The child.
        pub child_id: Uuid,
        /// What is asked, by stable names.
        pub units: Vec<String>,
        /// The child's group, by its stable name.
        pub group: String,
        /// 1 for whoever comes next.
        pub rank: u32,
    }

    /// A receipt that somebody shows.
    pub struct VerifyReceiptRequest {
        /// Whose it is said to be.
        pub family_id: Uuid,
        /// As the desktop keeps it.
        pub receipt: ReceiptDto,
    }

    /// What is to be thought of a receipt.
    #[derive(Copy)]
    pub struct ReceiptVerificationDto {
        /// This town gave it, word for word.
        pub genuine: bool,
        /// It is on record, word for word.
        pub on_record: bool,
    }
}
