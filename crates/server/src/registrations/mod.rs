//! Registrations of children for activities.
//!
//! Table: `registration`. Invariants: one for a child, an activity and a first day; every home of the child is shown it
//! while its link is in force.

mod import;
pub mod ops;
mod store;

use preau_protocol::registrations::{RegistrationDto, RegistrationStateDto};
use preau_protocol::sync::EntityKind;
use uuid::Uuid;

use crate::error::Result;
use crate::sync::Entity;
use store::RegistrationRow;

pub use import::import_registrations;

/// Which registrations an agent looks for.
#[derive(Debug, Clone, Copy, Default)]
pub struct Which {
    /// Only for this activity.
    pub activity: Option<Uuid>,
    /// Only of this child.
    pub child: Option<Uuid>,
    /// Only those that are so far.
    pub state: Option<RegistrationStateDto>,
}

impl RegistrationRow {
    /// As served.
    fn dto(&self) -> Result<RegistrationDto> {
        let state: RegistrationStateDto = serde_json::from_value(self.state.clone().into())?;
        Ok(RegistrationDto {
            registration_id: self.registration_id,
            child_id: self.child_id,
            activity_id: self.activity_id,
            from: self.starts_on.parse().map_err(anyhow::Error::from)?,
            to: self.ends_on.parse().map_err(anyhow::Error::from)?,
            state,
            reason: self.reason.clone(),
            own_meal: self.own_meal,
        })
    }

    fn entity(&self) -> Result<Entity> {
        Entity::new(EntityKind::Registration, self.registration_id, &self.dto()?)
    }
}
