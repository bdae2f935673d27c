//! What an operator does to a server from its own computer: a closed list of requests, executed by the running
//! server when there is one (through its socket), by the command line itself when there is none.
//!
//! No table. Invariants: every change goes through the one writer; the socket answers to its owner and to root only.

mod execute;
pub mod socket;

use jiff::civil::Date;
use preau_protocol::accounts::AgentRoleDto;
use preau_protocol::agents::{ChangedOutcomeDto, DecideChangeRequest, WaitingChangeDto};
use preau_protocol::communes::CommuneDto;
use preau_protocol::error::{ErrorCode, FieldError};
use preau_protocol::files::{AttendanceReportDto, RegistrationsReportDto, SeasonReportDto};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::accounts::letters::{Issued, Wanted};
use crate::family::import::ImportReport;
use crate::notices::operator::{Decision, UnsentMessage};

pub use execute::execute;

/// Something to do. Communes are named by their slug.
#[derive(Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "snake_case")]
pub enum Request {
    /// Make a commune, or bring its settings to these.
    PutCommune {
        /// A settings file's text.
        settings: String,
    },
    /// Create an agent's account.
    CreateAgent {
        /// The commune.
        commune: String,
        /// As typed.
        identifiant: String,
        /// What they work on.
        role: AgentRoleDto,
    },
    /// Import families, all or nothing.
    ImportFamilies {
        /// The commune.
        commune: String,
        /// The file's bytes, in base64.
        csv: String,
        /// Only say what would be done.
        dry_run: bool,
        /// Take an adult with one other name for the one on record.
        correct_names: bool,
    },
    /// Issue letters, each with a new one-time code.
    Letters {
        /// The commune.
        commune: String,
        /// For whom.
        wanted: Wanted,
    },
    /// The changes of details that wait for the town.
    ListChanges {
        /// The commune.
        commune: String,
    },
    /// Put a season on record, or say what it would change.
    Season {
        /// The commune.
        commune: String,
        /// The file.
        file: String,
        /// Only say what would be done.
        dry_run: bool,
    },
    /// Close a day: what is booked of it ends, and families see why.
    CloseDay {
        /// The commune.
        commune: String,
        /// The period, by its stable name.
        period: String,
        /// The day.
        day: Date,
        /// Why.
        reason: String,
    },
    /// Import registrations.
    ImportRegistrations {
        /// The commune.
        commune: String,
        /// The file, in base64.
        csv: String,
        /// Only say what would be done.
        dry_run: bool,
    },
    /// Import attendance.
    ImportAttendance {
        /// The commune.
        commune: String,
        /// The file, in base64.
        csv: String,
        /// Only say what would be done.
        dry_run: bool,
    },
    /// Decide on a change of details.
    DecideChange {
        /// The commune.
        commune: String,
        /// Which.
        change_id: Uuid,
        /// How.
        decision: DecideChangeRequest,
    },
    /// What a restored server makes something else of than families had been told.
    ListChangedOutcomes {
        /// The commune.
        commune: String,
    },
    /// A changed outcome was seen.
    SeeChangedOutcome {
        /// The commune.
        commune: String,
        /// The operation.
        op_id: Uuid,
    },
    /// The messages that wait or failed.
    ListNotices {
        /// The commune.
        commune: String,
    },
    /// Decide on messages that wait or failed.
    DecideNotices {
        /// The commune.
        commune: String,
        /// One, or none for all that failed.
        message_id: Option<Uuid>,
        /// What becomes of them.
        decision: Decision,
    },
}

/// What was done.
#[derive(Serialize, Deserialize)]
#[serde(tag = "answer", rename_all = "snake_case")]
pub enum Answer {
    /// The commune's id.
    Commune {
        /// Its id.
        commune_id: Uuid,
    },
    /// What a new agent needs; shown once.
    Agent {
        /// The account.
        account_id: Uuid,
        /// As it is typed at sign-in.
        identifiant: String,
        /// For the first sign-in.
        one_time_code: String,
        /// `otpauth://` link.
        totp_url: String,
        /// Each good once.
        recovery_codes: Vec<String>,
    },
    /// What an import did.
    Import {
        /// The report, with faults when nothing was done.
        report: ImportReport,
    },
    /// Letters, to be printed once.
    Letters {
        /// The commune that writes them.
        town: CommuneDto,
        /// The letters.
        issued: Issued,
    },
    /// Waiting changes.
    Changes {
        /// The oldest first.
        changes: Vec<WaitingChangeDto>,
    },
    /// What became of a season.
    Season {
        /// With faults when nothing was done.
        report: SeasonReportDto,
    },
    /// A day is closed.
    DayClosed {
        /// Reservations that ended.
        ended: usize,
    },
    /// What became of registrations.
    Registrations {
        /// With faults when nothing was done.
        report: RegistrationsReportDto,
    },
    /// What became of attendance.
    Attendance {
        /// With faults when nothing was done.
        report: AttendanceReportDto,
    },
    /// The change is decided.
    Decided,
    /// Changed outcomes.
    ChangedOutcomes {
        /// The oldest first.
        outcomes: Vec<ChangedOutcomeDto>,
    },
    /// The changed outcome left the list.
    Seen,
    /// Messages that wait or failed.
    Notices {
        /// The oldest first.
        notices: Vec<UnsentMessage>,
    },
    /// What becomes of messages is decided.
    NoticesDecided {
        /// What.
        decision: Decision,
        /// Of how many.
        count: u64,
    },
    /// It was not done.
    Refused(Refusal),
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Refusal {
    /// The code.
    pub code: ErrorCode,
    /// What is wrong, and where.
    pub fields: Vec<FieldError>,
}
