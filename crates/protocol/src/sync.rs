//! Pulling changes, pushing operations, comparing digests.
//!
//! Bodies of entities and operations travel as raw JSON: a checksum is over the bytes as served, and an operation
//! is resent as the bytes first written.

use crate::accounts::AcknowledgeNoticeOp;
use crate::error::ErrorCode;
use crate::family::ChangeDetailOp;
use crate::reservations::ChangeDaysOp;
use crate::wire;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use uuid::Uuid;

/// Largest page of changes, and what an absent `limit` means.
pub const MAX_CHANGES: u32 = 500;
/// Most operations in one push.
pub const MAX_OPERATIONS: usize = 50;
/// Largest operation, in bytes.
pub const MAX_OPERATION_BYTES: usize = 64 * 1024;

wire! {
    /// Every kind of entity that is served, closed: a new one does not compile until both sides handle it.
    #[derive(Copy, PartialOrd, Ord, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum EntityKind {
        /// [`crate::communes::CommuneDto`].
        Commune,
        /// [`crate::family::FamilyDto`].
        Family,
        /// [`crate::family::AdultDto`].
        Adult,
        /// [`crate::family::ChildDto`].
        Child,
        /// [`crate::family::ContactDto`].
        Contact,
        /// [`crate::family::QuotientDto`].
        Quotient,
        /// [`crate::family::DetailChangeDto`].
        DetailChange,
        /// [`crate::accounts::SecurityNoticeDto`].
        SecurityNotice,
        /// [`crate::planning::CalendarDto`].
        Calendar,
        /// [`crate::planning::SiteDto`].
        Site,
        /// [`crate::planning::ActivityDto`].
        Activity,
        /// [`crate::planning::PeriodDto`].
        Period,
        /// [`crate::planning::TariffDto`].
        Tariff,
        /// [`crate::registrations::RegistrationDto`].
        Registration,
        /// [`crate::reservations::ReservationDto`].
        Reservation,
        /// [`crate::reservations::ReceiptDto`].
        Receipt,
    }

    /// An entity that went away.
    pub struct DeletedDto {
        /// The stream.
        pub stream: Uuid,
        /// Its kind, in snake case.
        pub kind: String,
        /// The entity.
        pub entity: Uuid,
        /// The stream's version that removed it.
        pub version: i64,
    }

    /// Count and checksum of one kind of one stream.
    pub struct DigestDto {
        /// The stream.
        pub stream: Uuid,
        /// Its kind, in snake case.
        pub kind: String,
        /// Live entities.
        pub count: i64,
        /// Lower-case hexadecimal SHA-256 over the live entities in order of id, each as its 16 bytes of id, its version as
        /// 8 big-endian bytes, and the SHA-256 of its body as served.
        pub checksum: String,
    }

    /// `GET /v1/sync/digest`.
    pub struct DigestResponse {
        /// The version each stream was read at; a client at another one does not compare.
        pub streams: Vec<StreamVersionDto>,
        /// By stream and kind, kinds without entity left out.
        pub digests: Vec<DigestDto>,
    }

    /// A stream and a version of it.
    #[derive(Copy)]
    pub struct StreamVersionDto {
        /// The stream.
        pub stream: Uuid,
        /// The version.
        pub version: i64,
    }

    /// What became of an operation.
    #[derive(Copy, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum OutcomeStatus {
        /// It took effect.
        Applied,
        /// It is on record and waits for somebody.
        Waiting,
        /// It had no effect; `code` says why.
        Rejected,
    }

    /// The answer to one operation, the same at every replay.
    pub struct OutcomeDto {
        /// The operation.
        pub op_id: Uuid,
        /// What became of it.
        pub status: OutcomeStatus,
        /// Why, when rejected.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub code: Option<ErrorCode>,
        /// The version of the author's family stream that shows it; the operation overlays the cache until then.
        pub version: i64,
        /// What the operation stands at is not what its author says was [told](OperationDto::told): the author and the
        /// town are shown it.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub changed: bool,
    }

    /// `POST /v1/sync/push`, answered in the order of the operations.
    pub struct PushResponse {
        /// One per operation.
        pub outcomes: Vec<OutcomeDto>,
    }

    /// What a desktop asks the server to do.
    #[serde(tag = "type")]
    pub enum Op {
        /// Change a contact detail.
        #[serde(rename = "family.change_detail")]
        ChangeDetail(ChangeDetailOp),
        /// Say that a security notice was read.
        #[serde(rename = "accounts.acknowledge_notice")]
        AcknowledgeNotice(AcknowledgeNoticeOp),
        /// Book, change or give up days of children.
        #[serde(rename = "reservations.change_days")]
        ChangeDays(ChangeDaysOp),
        /// Give up an operation that was sent, whether or not it arrived.
        #[serde(rename = "sync.cancel")]
        Cancel {
            /// The operation given up.
            op_id: Uuid,
        },
    }

    /// A poke over `GET /v1/events`: the stream has news. A hint only.
    pub struct PokeDto {
        /// The stream.
        pub stream: Uuid,
    }
}

impl EntityKind {
    /// All of them.
    pub const ALL: [Self; 16] = [
        Self::Commune,
        Self::Family,
        Self::Adult,
        Self::Child,
        Self::Contact,
        Self::Quotient,
        Self::DetailChange,
        Self::SecurityNotice,
        Self::Calendar,
        Self::Site,
        Self::Activity,
        Self::Period,
        Self::Tariff,
        Self::Registration,
        Self::Reservation,
        Self::Receipt,
    ];

    /// The name on the wire and in both databases.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Commune => "commune",
            Self::Family => "family",
            Self::Adult => "adult",
            Self::Child => "child",
            Self::Contact => "contact",
            Self::Quotient => "quotient",
            Self::DetailChange => "detail_change",
            Self::SecurityNotice => "security_notice",
            Self::Calendar => "calendar",
            Self::Site => "site",
            Self::Activity => "activity",
            Self::Period => "period",
            Self::Tariff => "tariff",
            Self::Registration => "registration",
            Self::Reservation => "reservation",
            Self::Receipt => "receipt",
        }
    }

    /// Reads a name; `None` for a kind of a newer server, whose rows are kept and not shown.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
}

/// An entity as served.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct UpsertDto {
    /// The stream.
    pub stream: Uuid,
    /// Its kind, in snake case.
    pub kind: String,
    /// The entity.
    pub entity: Uuid,
    /// The stream's version that last changed it.
    pub version: i64,
    /// The entity's DTO; its SHA-256 is over these very bytes.
    #[cfg_attr(feature = "openapi", schema(value_type = Object))]
    pub body: Box<RawValue>,
}

/// `GET /v1/sync/changes?cursor=&limit=`. What is empty is left out: most answers say that nothing is new.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct ChangesResponse {
    /// To be given back as it is.
    pub cursor: String,
    /// Another page follows.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub has_more: bool,
    /// Entities that are new or changed.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub upserts: Vec<UpsertDto>,
    /// Entities that went away.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deletes: Vec<DeletedDto>,
    /// Streams the caller has no longer a right to: drop all their rows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gone: Vec<Uuid>,
    /// Streams that start again from nothing: drop their rows, then apply what follows.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reset: Vec<Uuid>,
    /// RFC 3339; shown when the computer's clock is far from it, never used to decide.
    pub server_time: String,
    /// Another one than before: the server was restored, and may have forgotten what it answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub epoch: Option<Uuid>,
}

/// An operation with its id.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct OperationDto {
    /// UUIDv7 made by the desktop: the only idempotency key.
    pub op_id: Uuid,
    /// An [`Op`], as the exact bytes of the outbox.
    #[cfg_attr(feature = "openapi", schema(value_type = Op))]
    pub op: Box<RawValue>,
    /// Sent again after a new epoch: what had last become of it, decisions of the town included. A restored server
    /// compares it with what it answers now. Never part of the operation's bytes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub told: Option<OutcomeStatus>,
}

/// The body of `POST /v1/sync/push`.
#[derive(Debug, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct PushRequest {
    /// At most [`MAX_OPERATIONS`], applied in this order.
    pub operations: Vec<OperationDto>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_kind_has_the_name_serde_gives_it() {
        for kind in EntityKind::ALL {
            let json = serde_json::to_string(&kind).expect("a name");
            assert_eq!(json, format!("\"{}\"", kind.as_str()));
            assert_eq!(EntityKind::parse(kind.as_str()), Some(kind));
        }
        assert_eq!(EntityKind::parse("carnival"), None);
    }

    #[test]
    fn an_operation_keeps_its_bytes() {
        let sent = r#"{"operations":[{"op_id":"01890a5d-ac96-774b-bcce-b302099a8057","op":{"type":"sync.cancel",  "op_id":"01890a5d-ac96-774b-bcce-b302099a8058"}}]}"#;
        let request: PushRequest = serde_json::from_str(sent).expect("a push");
        assert_eq!(serde_json::to_string(&request).expect("json"), sent);
        let op: Op = serde_json::from_str(request.operations[0].op.get()).expect("an operation");
        assert!(matches!(op, Op::Cancel { .. }));
    }
}
