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

    /// A registration that an agent puts on record, or changes.
    pub struct PutRegistrationRequest {
        /// The child.
        pub child_id: Uuid,
        /// The activity.
        pub activity_id: Uuid,
        /// First day it is good for: with the child and the activity, what it is known by.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub from: Date,
        /// Last day it is good for.
        #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
        pub to: Date,
        /// How far it is.
        pub state: RegistrationStateDto,
        /// What is missing, or why it is refused; 300 characters at most.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        pub reason: Option<String>,
        /// The child brings their own meal (PAI).
        #[serde(default)]
        pub own_meal: bool,
    }

    /// A registration as an agent put it on record.
    pub struct RegistrationPutDto {
        /// As it is now.
        pub registration: RegistrationDto,
        /// Days to come that ended because the child is no longer registered for them.
        pub days_ended: usize,
    }

    /// A registration, with whose it is.
    pub struct AgentRegistrationDto {
        /// The registration.
        pub registration: RegistrationDto,
        /// The child's first name.
        pub first_name: String,
        /// The child's last name.
        pub last_name: String,
    }

    /// Registrations, some at a time.
    pub struct AgentRegistrationsResponse {
        /// By the child's name.
        pub registrations: Vec<AgentRegistrationDto>,
        /// How many there are in all.
        pub total: u32,
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
