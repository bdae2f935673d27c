//! What the screens of a kiosk show and send. Exit codes go one way only.

use super::line::Leave;
use crate::accounts::views::ContactLineView;
use serde::{Deserialize, Serialize};
use specta::Type;

/// The kiosk whose session this window is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KioskView {
    /// The commune.
    pub commune: KioskCommuneView,
    /// Why nobody can sign in, when nobody can.
    pub out_of_order: Option<OutOfOrderView>,
}

/// The only commune of a kiosk, known without its server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct KioskCommuneView {
    /// Given to `connectTown`.
    pub slug: String,
    /// « Parempuyre ».
    pub name: String,
    /// `#rrggbb`, or none.
    pub accent: Option<String>,
    /// The help line, once the settings say it.
    pub contact: Option<ContactLineView>,
}

/// Why a kiosk serves nobody; each has a sentence for people and one for the agent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum OutOfOrderView {
    /// Its settings cannot be read.
    Settings,
    /// This computer has no folder that lives in memory only.
    NoMemoryFolder,
    /// That folder belongs to somebody else, or others may read it.
    NotPrivate,
    /// That folder is full.
    MemoryFull,
    /// It filled up under somebody's eyes, whose session was ended for it.
    CutShort,
    /// What the last person left could not be wiped.
    NotWiped,
    /// Sessions do not stay up.
    Failing,
}

/// What an agent fills in to make a kiosk of this computer.
#[derive(Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct StartKioskRequest {
    /// The commune, of the directory.
    pub slug: String,
    /// The agent's identifiant, as typed.
    pub identifiant: String,
    /// The agent's code, as typed.
    pub code: String,
    /// Six digits of the agent's authenticator, or a recovery code.
    pub second_factor: String,
    /// The code to leave with, chosen now.
    pub exit_code: String,
}

impl std::fmt::Debug for StartKioskRequest {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("StartKioskRequest").field("slug", &self.slug).finish_non_exhaustive()
    }
}

/// How an agent leaves the kiosk.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum LeaveRequest {
    /// This time: it comes up as a kiosk again.
    ThisTime,
    /// For good: it is an ordinary computer from now on.
    ForGood,
}

impl From<LeaveRequest> for Leave {
    fn from(request: LeaveRequest) -> Self {
        match request {
            LeaveRequest::ThisTime => Self::ThisTime,
            LeaveRequest::ForGood => Self::ForGood,
        }
    }
}
