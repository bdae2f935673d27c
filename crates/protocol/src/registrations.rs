//! Registrations on the wire.

use crate::wire;
use jiff::civil::Date;
use preau_domain::ids::{ActivityId, ChildId};
use preau_domain::registrations as domain;
use uuid::Uuid;

wire! {
    /// How far a registration is.
    #[derive(Copy)]
    #[serde(rename_all = "snake_case")]
    pub enum RegistrationStateDto {
        /// The family still fills it in.
        Draft,
        /// Handed in.
        Submitted,
        /// Something is missing.
        Incomplete,
        /// The child may be booked.
        Accepted,
        /// There is no place in the activity yet.
        Waiting,
        /// Refused.
        Refused,
        /// Given up, or ended before its time.
        Withdrawn,
    }

    /// A registration of a child for an activity.
    pub struct RegistrationDto {
        /// Its id.
        pub registration_id: Uuid,
        /// The child.
        pub child_id: Uuid,
        /// The activity.
        pub activity_id: Uuid,
        /// First day it is good for.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub from: Date,
        /// Last day it is good for.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub to: Date,
        /// How far it is.
        pub state: RegistrationStateDto,
        /// What is missing, or why it is refused, in the town's words.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
        /// The child brings their own meal (PAI).
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        pub own_meal: bool,
    }
}

impl From<RegistrationStateDto> for domain::RegistrationState {
    fn from(state: RegistrationStateDto) -> Self {
        match state {
            RegistrationStateDto::Draft => Self::Draft,
            RegistrationStateDto::Submitted => Self::Submitted,
            RegistrationStateDto::Incomplete => Self::Incomplete,
            RegistrationStateDto::Accepted => Self::Accepted,
            RegistrationStateDto::Waiting => Self::Waiting,
            RegistrationStateDto::Refused => Self::Refused,
            RegistrationStateDto::Withdrawn => Self::Withdrawn,
        }
    }
}

impl From<&RegistrationDto> for domain::Registration {
    fn from(dto: &RegistrationDto) -> Self {
        Self {
            child: ChildId(dto.child_id),
            activity: ActivityId(dto.activity_id),
            from: dto.from,
            to: dto.to,
            state: dto.state.into(),
            own_meal: dto.own_meal,
        }
    }
}
