//! What a synchronisation brought that a person wants to be told of.

use super::store;
use crate::error::Error;
use preau_protocol::family::{DetailChangeDto, DetailChangeStatusDto};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Changes decided since the last synchronisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Decided {
    /// Put on record.
    pub accepted: u32,
    /// Refused.
    pub refused: u32,
}

/// Whether nobody has decided yet.
#[must_use]
pub fn waits(change: &DetailChangeDto) -> bool {
    matches!(change.status, DetailChangeStatusDto::AwaitsTown | DetailChangeStatusDto::AwaitsConfirmation)
}

/// The changes that wait now, by id.
///
/// # Errors
/// When the cache fails.
pub async fn waiting_changes(db: &mut SqliteConnection) -> Result<BTreeSet<Uuid>, Error> {
    let changes = store::detail_changes(db).await?;
    Ok(changes.iter().filter(|change| waits(change)).map(|change| change.change_id).collect())
}

/// What became of those that waited before.
///
/// # Errors
/// When the cache fails.
pub async fn decided(db: &mut SqliteConnection, waited: &BTreeSet<Uuid>) -> Result<Decided, Error> {
    let mut decided = Decided::default();
    for change in store::detail_changes(db).await?.iter().filter(|change| waited.contains(&change.change_id)) {
        match change.status {
            DetailChangeStatusDto::Accepted => decided.accepted += 1,
            DetailChangeStatusDto::Refused => decided.refused += 1,
            DetailChangeStatusDto::Withdrawn
            | DetailChangeStatusDto::AwaitsTown
            | DetailChangeStatusDto::AwaitsConfirmation => {}
        }
    }
    Ok(decided)
}
