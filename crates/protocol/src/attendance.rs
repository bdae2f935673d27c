//! Attendance on the wire: what agents mark, and what they are shown.

use crate::planning::PriceDto;
use crate::reservations::ReservationStateDto;
use crate::wire;
use jiff::civil::{Date, Time};
use preau_domain::attendance as domain;
use preau_domain::planning::{Activity, Units};
use uuid::Uuid;

/// Most children of one request.
pub const MAX_MARKS: usize = 500;
/// Longest name of who fetches a child, in characters.
pub const MAX_COLLECTED_BY: usize = 100;

wire! {
    /// How a child's day went.
    #[derive(Copy, Hash)]
    #[serde(rename_all = "snake_case")]
    pub enum MarkDto {
        /// Came.
        Present,
        /// Did not come.
        Absent,
        /// Came after the beginning.
        Late,
        /// Has gone home.
        Left,
    }

    /// What is on record of a child's day.
    pub struct AttendanceDto {
        /// The child.
        pub child_id: Uuid,
        /// How it went.
        pub mark: MarkDto,
        /// What the child was there for, by stable names, where it is not what was booked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub units: Option<Vec<String>>,
        /// When the child came, in Paris.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        pub arrived_at: Option<Time>,
        /// When the child was fetched, in Paris.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
        pub left_at: Option<Time>,
        /// By whom, at most [`MAX_COLLECTED_BY`] characters.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub collected_by: Option<String>,
        /// Fetched after the closing hour.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub late_pickup: bool,
        /// Who owes the day of a child for whom nothing is booked, where two homes could.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub family_id: Option<Uuid>,
    }

    /// Marks of one day of an activity: all are put on record, or none.
    pub struct RecordAttendanceRequest {
        /// The activity.
        pub activity_id: Uuid,
        /// The day.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub day: Date,
        /// Each child once, at most [`MAX_MARKS`] with those of `unmarked`.
        #[serde(default)]
        pub marks: Vec<AttendanceDto>,
        /// Children whose mark was a mistake: nothing is on record of them any more.
        #[serde(default)]
        pub unmarked: Vec<Uuid>,
    }

    /// A child of the day.
    pub struct AttendanceLineDto {
        /// The child.
        pub child_id: Uuid,
        /// First name.
        pub first_name: String,
        /// Last name.
        pub last_name: String,
        /// Their group, by its stable name; none for a child for whom nothing is booked.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub group: Option<String>,
        /// What is booked, by stable names.
        #[serde(default, skip_serializing_if = "Vec::is_empty")]
        pub booked: Vec<String>,
        /// How the reservation stands.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub state: Option<ReservationStateDto>,
        /// What is on record; none where nobody marked the child yet.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub attendance: Option<AttendanceDto>,
        /// What is charged because of it, and why; none where nothing is.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub price: Option<PriceDto>,
    }

    /// The children of a day of an activity.
    pub struct AttendanceSheetDto {
        /// The activity.
        pub activity_id: Uuid,
        /// The day.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub day: Date,
        /// By group, last and first name.
        pub lines: Vec<AttendanceLineDto>,
    }
}

impl AttendanceDto {
    /// As the rules take it. Units that the activity does not have become units that no activity has.
    #[must_use]
    pub fn attendance(&self, activity: &Activity) -> domain::Attendance {
        let units = |keys: &Vec<String>| activity.units_of(keys.iter().map(String::as_str)).unwrap_or(Units::FOREIGN);
        domain::Attendance {
            mark: self.mark.into(),
            units: self.units.as_ref().map(units),
            arrived_at: self.arrived_at,
            left_at: self.left_at,
            collected_by: self.collected_by.clone(),
            late_pickup: self.late_pickup,
        }
    }
}

impl From<MarkDto> for domain::Mark {
    fn from(mark: MarkDto) -> Self {
        match mark {
            MarkDto::Present => Self::Present,
            MarkDto::Absent => Self::Absent,
            MarkDto::Late => Self::Late,
            MarkDto::Left => Self::Left,
        }
    }
}

impl From<domain::Mark> for MarkDto {
    fn from(mark: domain::Mark) -> Self {
        match mark {
            domain::Mark::Present => Self::Present,
            domain::Mark::Absent => Self::Absent,
            domain::Mark::Late => Self::Late,
            domain::Mark::Left => Self::Left,
        }
    }
}
