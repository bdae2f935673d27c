//! What the town offers: calendar, sites, activities, periods, tariffs, and the places of each day.
//!
//! Tables: `planning_item`, `counter`. Invariants: the commune's stream shows exactly the items; an item keeps its id and
//! stable name for ever; nothing that is in use goes away; what is on record passes [`preau_domain::planning::Planning::faults`].

mod current;
pub mod ops;
pub mod season;
mod store;

pub use current::{Current, Currents};
pub use store::CounterRow;

use std::collections::BTreeSet;

use preau_protocol::sync::EntityKind;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use crate::error::Result;
use crate::sync::Entity;

/// The counters of days of an activity.
///
/// # Errors
/// Whatever the database says.
pub async fn counters(
    on: &impl ConnectionTrait,
    commune: Uuid,
    activity: Uuid,
    days: &BTreeSet<String>,
) -> Result<Vec<CounterRow>> {
    store::counters(on, commune, activity, days).await
}

/// The kinds of the commune's stream that show what the town offers.
pub const KINDS: &[EntityKind] =
    &[EntityKind::Calendar, EntityKind::Site, EntityKind::Activity, EntityKind::Period, EntityKind::Tariff];

/// What the commune's stream shows of it.
///
/// # Errors
/// Whatever the database says.
pub async fn entities(on: &impl ConnectionTrait, commune: Uuid) -> Result<Vec<Entity>> {
    let rows = store::items(on, commune).await?;
    rows.into_iter().map(|row| Ok(Entity { kind: row.kind()?, id: row.item_id, body: row.body })).collect()
}
