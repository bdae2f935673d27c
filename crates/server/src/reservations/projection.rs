//! What families' streams show of days: registrations, reservations and receipts.

use std::collections::BTreeMap;

use jiff::civil::Date;
use preau_protocol::sync::EntityKind;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{store, writing};
use crate::error::Result;
use crate::family;
use crate::planning::Current;
use crate::registrations;
use crate::sync::Entity;

/// The kinds that this is complete for.
pub const KINDS: &[EntityKind] = &[EntityKind::Registration, EntityKind::Reservation, EntityKind::Receipt];

/// What the streams of families show of days, when their links show those of `today`.
///
/// # Errors
/// Whatever the database says, or a row that no rule would have let in.
pub async fn entities(
    on: &impl ConnectionTrait,
    commune: Uuid,
    families: &[Uuid],
    today: Date,
) -> Result<BTreeMap<Uuid, Vec<Entity>>> {
    let children: Vec<Uuid> = family::children_of(on, commune, families).await?.into_iter().collect();
    let homes = family::homes_of(on, commune, &children).await?;
    let mut of_home: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
    for home in homes.iter().filter(|home| families.contains(&home.family) && home.in_force(today)) {
        of_home.entry(home.family).or_default().push(home.child);
    }
    let mut entities = registrations::ops::entities(on, commune, &of_home).await?;
    let planning = Current::read(on, commune).await?.planning;
    let rows = store::of_homes(on, commune, families, &children).await?;
    let rows: BTreeMap<Uuid, _> = rows.into_iter().map(|row| (row.reservation_id, row)).collect();
    for row in rows.values() {
        for (family, own) in writing::homes_of(row, &homes) {
            if families.contains(&family) {
                entities.entry(family).or_default().extend(writing::entity(row, &planning, own)?);
            }
        }
    }
    for row in store::receipts(on, commune, families).await? {
        let entity = Entity { kind: EntityKind::Receipt, id: row.receipt_id, body: row.body };
        entities.entry(row.family_id).or_default().push(entity);
    }
    Ok(entities)
}
