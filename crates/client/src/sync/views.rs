//! What the sync indicator and the sync centre show.

use serde::Serialize;
use specta::Type;

/// How far an operation of the outbox is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum PendingStateView {
    /// Kept here, never sent.
    Kept,
    /// Sent at least once, no answer yet: it may or may not have arrived.
    Unanswered,
    /// Sent, and the server cannot take it; others go on.
    Blocked,
    /// Answered, and the answer's data are on their way.
    Answered,
}

/// An operation that waits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct PendingView {
    /// The operation.
    pub op_id: String,
    /// How far it is.
    pub state: PendingStateView,
    /// RFC 3339: when it was kept.
    pub since: String,
    /// How many times it was sent.
    pub attempts: u32,
}

/// The state always visible at the top of the window.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SyncStatusView {
    /// Which of the five.
    pub state: SyncStateView,
    /// Operations not answered yet.
    pub pending: u32,
    /// Of these, the ones that the server cannot take: they are tried again by themselves.
    pub blocked: u32,
    /// Operations refused that nobody has seen yet.
    pub refused: u32,
    /// Operations of which a restored server makes something else than was told, that nobody has seen yet.
    pub changed: u32,
    /// RFC 3339: last time everything was read, or never.
    pub last_sync_at: Option<String>,
    /// Entities read so far, while a first or long synchronisation runs.
    pub received: Option<u32>,
    /// Why it is offline or needs attention.
    pub trouble: Option<SyncTroubleView>,
    /// Minutes this computer's clock is away from the server's, when more than ten.
    pub clock_off_minutes: Option<i32>,
}

/// *à jour*, *mise à jour*, *envoi en cours*, *hors ligne*, *attention requise*.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SyncStateView {
    /// Nothing waits, all is read.
    UpToDate,
    /// Reading.
    Receiving,
    /// Sending.
    Sending,
    /// The server cannot be reached.
    Offline,
    /// Something needs the person: `trouble`, `blocked`, `refused` or `changed`.
    Attention,
}

/// What stands in the way, each with a sentence of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum SyncTroubleView {
    /// No answer: no network, or the server is down.
    Unreachable,
    /// The server's certificate is not known or not valid.
    Certificate,
    /// Something answers there, which is not a Préau server.
    NotPreau,
    /// The server is full; the next try is planned.
    Busy,
    /// The session ended: sign in again, nothing is lost.
    SignInAgain,
    /// The disk of this computer is full: nothing more can be kept.
    DiskFull,
    /// The server answered with a fault of its own.
    ServerFault,
}

/// A line of the sync centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct OutboxItemView {
    /// The operation.
    pub op_id: String,
    /// What it is about.
    pub subject: OutboxSubjectView,
    /// How far it is.
    pub state: OutboxStateView,
    /// RFC 3339.
    pub since: String,
    /// How many times it was sent.
    pub attempts: u32,
    /// *Réessayer maintenant* is possible.
    pub can_retry: bool,
    /// *Abandonner* is possible.
    pub can_give_up: bool,
    /// The server was restored, and this has another outcome than before.
    pub changed: Option<ChangedView>,
}

/// An outcome that a restore changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChangedView {
    /// What had become of it.
    pub before: ToldView,
    /// RFC 3339: when this computer learnt of it.
    pub since: String,
    /// Somebody has read it.
    pub seen: bool,
}

/// What had become of an operation, decisions of the town included.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum ToldView {
    /// It had taken effect.
    Applied,
    /// It waited for somebody.
    Waiting,
    /// It had been refused, or given up.
    Rejected,
}

/// What an operation is about, for its title.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum OutboxSubjectView {
    /// A change of a detail.
    ChangeDetail {
        /// Old → new.
        change: Box<crate::family::views::DetailChangeView>,
    },
    /// Days of children.
    ChangeDays {
        /// « Vacances de la Toussaint », while it is known.
        period_name: Option<String>,
        /// How many days of how many children.
        days: u32,
    },
    /// Giving up another operation.
    Cancel {
        /// The change given up, while it is known.
        change: Option<Box<crate::family::views::DetailChangeView>>,
    },
    /// A notice of security was read.
    AcknowledgeNotice {
        /// The notice, while it is known.
        notice: Option<crate::accounts::views::SecurityNoticeView>,
    },
    /// Something that a newer version of the application kept.
    Unknown,
}

/// State of a line of the sync centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum OutboxStateView {
    /// Kept here, never sent.
    Kept,
    /// Sent, no answer yet.
    Unanswered,
    /// Sent, and the server cannot take it.
    Blocked,
    /// Waits for an earlier one on the same detail, which the server cannot take.
    Behind,
    /// Waits until giving it up is answered.
    GivingUp,
    /// Took effect.
    Applied,
    /// On record, waits for somebody.
    Waiting,
    /// Had no effect.
    Rejected {
        /// The server's code.
        code: String,
    },
}

/// The sync centre.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SyncCenterView {
    /// The same as at the top of the window.
    pub status: SyncStatusView,
    /// What waits, was refused or changed, oldest first.
    pub waiting: Vec<OutboxItemView>,
    /// Answered in the last 30 days, latest first.
    pub answered: Vec<OutboxItemView>,
}
