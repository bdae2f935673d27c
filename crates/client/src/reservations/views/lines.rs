//! Children, activities and periods that can be booked.

use serde::Serialize;
use specta::Type;

/// *Réservations / Modifications ALSH*: a line for each child and activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BookingLinesView {
    /// In order of children, then activities.
    pub lines: Vec<BookingLineView>,
}

/// A child and an activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BookingLineView {
    /// The child.
    pub child_id: String,
    /// « Léo ».
    pub child_first_name: String,
    /// « LM ».
    pub child_initials: String,
    /// The activity.
    pub activity_id: String,
    /// « ALSH des vacances ».
    pub activity_name: String,
    /// Why the child cannot be booked at all.
    pub obstacle: Option<BookingObstacleView>,
    /// The periods that are not over, the earliest first.
    pub periods: Vec<BookingPeriodView>,
}

/// Why a child cannot be booked for an activity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub enum BookingObstacleView {
    /// No registration was accepted.
    NotRegistered,
    /// Only the other home may book.
    MayNotBook,
}

/// A period of an activity.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(rename_all = "camelCase")]
pub struct BookingPeriodView {
    /// The period.
    pub period_id: String,
    /// « Vacances de la Toussaint ».
    pub name: String,
    /// First day.
    pub first_day: String,
    /// Last day.
    pub last_day: String,
    /// Where it stands.
    pub state: PeriodStateView,
    /// Days of the child that are booked or wait.
    pub booked: u32,
    /// Days of the child that are ticked and not sent.
    pub ticked: u32,
}

/// Where a period stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Type)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum PeriodStateView {
    /// Choices are prepared; nothing is booked.
    Before {
        /// When it opens.
        opens_at: String,
    },
    /// Families book.
    Open {
        /// Until when.
        closes_at: String,
    },
    /// Nothing is added any more.
    AddingClosed,
    /// Nothing changes any more.
    ReadOnly,
}
