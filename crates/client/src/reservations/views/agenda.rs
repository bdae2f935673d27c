//! Registrations of a child, and its agenda.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::{GridDayView, GridUnitView, PriceView};

/// Registrations of a child, each leading to an agenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChildRegistrationView {
    /// The activity.
    pub activity_id: String,
    /// « ALSH des vacances ».
    pub activity_name: String,
    /// First day.
    pub from: String,
    /// Last day.
    pub to: String,
    /// How far it is.
    pub state: RegistrationStateView,
    /// What is missing, or why not.
    pub reason: Option<String>,
}

/// How far a registration is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum RegistrationStateView {
    /// Being filled in.
    Draft,
    /// Handed in.
    Submitted,
    /// Something is missing.
    Incomplete,
    /// Accepted.
    Accepted,
    /// Waits for a place in the activity.
    Waiting,
    /// Refused.
    Refused,
    /// Ended.
    Withdrawn,
}

/// A child's agenda of an activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AgendaView {
    /// The child.
    pub child_id: String,
    /// « Léo ».
    pub first_name: String,
    /// The activity.
    pub activity_id: String,
    /// « ALSH des vacances ».
    pub activity_name: String,
    /// The columns, for their names.
    pub units: Vec<GridUnitView>,
    /// Days with something on them, in order.
    pub days: Vec<AgendaDayView>,
    /// Closed days and public holidays of the periods.
    pub closed: Vec<GridDayView>,
    /// Today, in Paris.
    pub today: String,
}

/// Where a child who waits stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AgendaRankView {
    /// The day.
    pub day: String,
    /// 1 for whoever comes next.
    pub rank: u32,
}

/// A day of an agenda.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct AgendaDayView {
    /// The day.
    pub day: String,
    /// What is booked or asked.
    pub units: Vec<String>,
    /// How it stands.
    pub state: AgendaStateView,
    /// The other home booked it.
    pub other_home: bool,
    /// The period, to change it there.
    pub period_id: String,
    /// What it costs.
    pub price: Option<PriceView>,
    /// Until when it can be given up without owing it.
    pub cancel_until: Option<String>,
    /// Giving it up now would still be owed.
    pub late: bool,
    /// Whether it can still be given up at all.
    pub can_give_up: bool,
}

/// How a day of an agenda stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum AgendaStateView {
    /// The child has the place.
    Confirmed,
    /// The child waits.
    Waiting,
    /// Kept on this computer, not answered yet.
    ToSend,
    /// Refused in the last 30 days, and nothing booked since.
    Refused,
    /// The child will not come.
    Absent,
    /// Closed by the town.
    Closed,
}

/// A day given up from the agenda.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GiveUpDayRequest {
    /// The child.
    pub child_id: String,
    /// The period.
    pub period_id: String,
    /// The day.
    pub day: String,
}

/// A file that was written for a person.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct SavedFileView {
    /// Its name.
    pub name: String,
    /// The folder it is in.
    pub folder: String,
}
