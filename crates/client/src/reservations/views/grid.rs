//! The booking grid.

use serde::{Deserialize, Serialize};
use specta::Type;

use super::PeriodStateView;

/// The booking grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GridView {
    /// The activity.
    pub activity_name: String,
    /// The period.
    pub period_id: String,
    /// « Vacances de la Toussaint ».
    pub period_name: String,
    /// Where it stands.
    pub state: PeriodStateView,
    /// The columns.
    pub units: Vec<GridUnitView>,
    /// « Pour les sorties, merci de vous inscrire… », with whom to call.
    pub notice: Option<String>,
    /// As it is read out, of the site of the first child.
    pub site_phone: Option<String>,
    /// The children that may be booked.
    pub children: Vec<GridChildView>,
    /// The rows.
    pub days: Vec<GridDayView>,
    /// What each child wants of each day that can be booked, by day then child.
    pub cells: Vec<GridCellView>,
    /// When places were last read; none when never.
    pub places_at: Option<String>,
    /// Totals.
    pub totals: GridTotalsView,
    /// There is something to undo.
    pub can_undo: bool,
}

/// A column.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GridUnitView {
    /// Its stable name.
    pub key: String,
    /// « Repas AV ».
    pub name: String,
    /// « avec viande ».
    pub detail: Option<String>,
}

/// A child of the grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GridChildView {
    /// The child.
    pub child_id: String,
    /// « Léo ».
    pub first_name: String,
    /// « LM ».
    pub initials: String,
    /// « 6-11 ans », on the first day.
    pub group: Option<String>,
}

/// A row.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GridDayView {
    /// The day.
    pub day: String,
    /// The Monday of its week.
    pub week: String,
    /// What it is.
    pub status: GridDayStatusView,
}

/// What a day is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum GridDayStatusView {
    /// Can be booked.
    Open,
    /// Closed by the town.
    Closed {
        /// Why.
        reason: String,
    },
    /// A public holiday.
    PublicHoliday {
        /// « Lundi de Pâques ».
        name: String,
    },
}

/// A child's day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GridCellView {
    /// The child.
    pub child_id: String,
    /// The day.
    pub day: String,
    /// Ticked now.
    pub wanted: Vec<String>,
    /// Booked or waiting, as the town last said.
    pub booked: Vec<String>,
    /// How what is booked stands.
    pub state: CellStateView,
    /// Units that the other home booked.
    pub other_home: Vec<String>,
    /// Why nothing can be ticked.
    pub locked: Option<CellLockView>,
    /// What is wrong with what is ticked.
    pub problem: Option<CellProblemView>,
    /// What what is ticked costs; none when nothing is, or when it is wrong.
    pub cents: Option<i64>,
    /// Places, as last seen.
    pub places: PlacesView,
}

/// How a child's day stands at the town's.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum CellStateView {
    /// Nothing is booked.
    Free,
    /// The child has the place.
    Confirmed,
    /// The child waits.
    Waiting,
    /// The child will not come.
    Absent,
    /// Kept on this computer, not answered yet.
    ToSend,
}

/// Why a child's day cannot be changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CellLockView {
    /// The deadline has passed.
    TooLate {
        /// When it did.
        since: String,
    },
    /// The child is in none of the groups.
    NoGroup,
    /// No accepted registration on that day.
    NotRegistered,
    /// Only residents.
    ResidentsOnly,
    /// The period no longer changes.
    PeriodClosed,
}

/// What is wrong with what is ticked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum CellProblemView {
    /// A relation of the activity is broken.
    Relation {
        /// The town's sentence, where it has one.
        sentence: Option<String>,
        /// Units that ask for something.
        units: Vec<String>,
        /// Units of which one is missing; none where some exclude each other.
        any_of: Vec<String>,
    },
    /// Too late to add to the day.
    TooLate {
        /// Since when.
        since: String,
    },
    /// Too late to give a part of the day up.
    TooLateToReduce {
        /// Since when.
        since: String,
    },
    /// The other home booked a part of it.
    OtherHome,
    /// The town has no price for it.
    NoPrice,
}

/// Places of a day, for a child's group and what is ticked; of the whole day when nothing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PlacesView {
    /// Never read.
    Unknown,
    /// Some.
    Available,
    /// The last ones.
    Last {
        /// How many.
        left: u32,
    },
    /// None; there is a waiting list.
    WaitingList,
    /// None.
    Full,
}

/// Totals of the grid.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct GridTotalsView {
    /// By child, in order.
    pub children: Vec<ChildTotalView>,
    /// All together.
    pub cents: i64,
    /// Days that differ from what is booked.
    pub changes: u32,
    /// Days on which something is wrong.
    pub problems: u32,
}

/// A child's total.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct ChildTotalView {
    /// The child.
    pub child_id: String,
    /// What is ticked costs.
    pub cents: i64,
}

/// What a person does to the grid.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum TickRequest {
    /// One box.
    Box {
        /// The child.
        child_id: String,
        /// The day.
        day: String,
        /// The unit.
        unit: String,
        /// Ticked.
        on: bool,
    },
    /// A column of a child, all its days that can be booked.
    Column {
        /// The child.
        child_id: String,
        /// The unit.
        unit: String,
        /// Ticked.
        on: bool,
    },
    /// A week of a child on every other week of the period.
    RepeatWeek {
        /// The child.
        child_id: String,
        /// The Monday.
        week: String,
    },
    /// All that a child wants, to another one.
    CopyTo {
        /// From.
        child_id: String,
        /// To.
        to: String,
    },
    /// The last of these undone.
    Undo,
}

/// What a tick changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct TickedView {
    /// Cells that are otherwise now.
    pub cells: Vec<GridCellView>,
    /// Totals.
    pub totals: GridTotalsView,
    /// There is something to undo.
    pub can_undo: bool,
    /// What was changed beside what was asked.
    pub corrected: Option<CorrectionView>,
}

/// What was changed in place, to be said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct CorrectionView {
    /// Ticked.
    pub on: Vec<String>,
    /// No longer ticked.
    pub off: Vec<String>,
}
