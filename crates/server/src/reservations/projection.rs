//! What families' streams show of days: registrations, reservations and receipts.

use std::collections::{BTreeMap, BTreeSet};

use futures_util::future::BoxFuture;
use jiff::civil::Date;
use preau_protocol::sync::EntityKind;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::{store, writing};
use crate::clock::paris_day;
use crate::error::Result;
use crate::family;
use crate::planning::Current;
use crate::registrations;
use crate::sync::{Entity, Projection, hold, publish};
use crate::writer::WriteTx;

/// Homes brought to date at once.
const HOMES: usize = 200;

/// The kinds that this is complete for.
pub const KINDS: &[EntityKind] = &[EntityKind::Registration, EntityKind::Reservation, EntityKind::Receipt];

/// Brings what the streams of homes show of days to the links that they have now.
pub fn follow_links(tx: &WriteTx, commune: Uuid, homes: Vec<Uuid>) -> BoxFuture<'_, Result<()>> {
    Box::pin(async move {
        let on = tx.connection();
        let nothing =
            !registrations::ops::are_there_any(on, commune).await? && !store::are_there_any(on, commune).await?;
        if homes.is_empty() || nothing {
            return Ok(());
        }
        let homes: BTreeSet<Uuid> = homes.into_iter().collect();
        let homes: Vec<Uuid> = homes.into_iter().collect();
        let today = paris_day(tx.now())?;
        for homes in homes.chunks(HOMES) {
            let held = hold(tx, commune, homes).await?;
            let mut entities = entities(tx.connection(), commune, homes, today).await?;
            let projection = |stream: &Uuid| Projection {
                stream: *stream,
                kinds: KINDS,
                entities: entities.remove(stream).unwrap_or_default(),
            };
            publish(tx, &held, homes.iter().map(projection).collect()).await?;
        }
        Ok(())
    })
}

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
    // A family books for children that are linked to it at some time, and links stay on record.
    for row in store::all_of_children(on, commune, &children).await? {
        for (family, own) in writing::homes_of(&row, &homes) {
            if families.contains(&family) {
                entities.entry(family).or_default().extend(writing::entity(&row, &planning, own)?);
            }
        }
    }
    for row in store::receipts(on, commune, families).await? {
        let entity = Entity { kind: EntityKind::Receipt, id: row.receipt_id, body: row.body };
        entities.entry(row.family_id).or_default().push(entity);
    }
    Ok(entities)
}
