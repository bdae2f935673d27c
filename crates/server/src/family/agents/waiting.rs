//! The changes that wait for the town's decision.

use std::collections::{BTreeMap, BTreeSet};

use preau_protocol::agents::{FamilySummaryDto, WaitingChangeDto};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::search::Home;
use super::store::{self, Which};
use crate::db::Db;
use crate::error::Result;
use crate::family::projection::detail_change;

/// Most changes of one answer; the rest follows once these are decided.
const MAX_WAITING: i64 = 200;

/// What waits for a decision of the town, the oldest first, 200 at most.
///
/// # Errors
/// Whatever the database says.
pub async fn waiting_changes(db: &Db, commune: Uuid) -> Result<Vec<WaitingChangeDto>> {
    let snapshot = db.snapshot().await?;
    let changes = store::waiting(&snapshot, commune, MAX_WAITING).await?;
    let homes = store::homes(&snapshot, commune, Which::WithWaitingChanges).await?;
    snapshot.commit().await?;
    let families: BTreeMap<Uuid, FamilySummaryDto> =
        homes.iter().map(Home::summary).map(|summary| (summary.family_id, summary)).collect();
    let mut waiting = Vec::with_capacity(changes.len());
    for row in changes {
        // The foreign key says that there is one.
        let Some(family) = families.get(&row.family_id).cloned() else { continue };
        waiting.push(WaitingChangeDto { family, change: detail_change(row)? });
    }
    Ok(waiting)
}

/// Families of the commune, as a line of a search shows them.
///
/// # Errors
/// Whatever the database says.
pub async fn summaries(
    on: &impl ConnectionTrait,
    commune: Uuid,
    families: &[Uuid],
) -> Result<BTreeMap<Uuid, FamilySummaryDto>> {
    let families: BTreeSet<Uuid> = families.iter().copied().collect();
    let families: Vec<Uuid> = families.into_iter().collect();
    let homes = store::homes(on, commune, Which::Some(&families)).await?;
    Ok(homes.iter().map(Home::summary).map(|summary| (summary.family_id, summary)).collect())
}
