//! What a synchronisation brought that a person wants to be told of.

use super::store;
use crate::error::Error;
use crate::sync::told::Standings;
use preau_protocol::family::{DetailChangeDto, DetailChangeStatusDto};
use preau_protocol::sync::OutcomeStatus;
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

/// What has become of a change.
#[must_use]
pub fn standing(change: &DetailChangeDto) -> OutcomeStatus {
    match change.status {
        DetailChangeStatusDto::AwaitsTown | DetailChangeStatusDto::AwaitsConfirmation => OutcomeStatus::Waiting,
        DetailChangeStatusDto::Accepted => OutcomeStatus::Applied,
        DetailChangeStatusDto::Refused | DetailChangeStatusDto::Withdrawn | DetailChangeStatusDto::Expired => {
            OutcomeStatus::Rejected
        }
    }
}

/// What has become of every change that the server tells of.
///
/// # Errors
/// When the cache fails.
pub async fn standings(db: &mut SqliteConnection) -> Result<Standings, Error> {
    let changes = store::detail_changes(db).await?;
    Ok(changes.iter().map(|change| (change.change_id, standing(change))).collect())
}

/// What became of those that waited before.
///
/// # Errors
/// When the cache fails.
pub async fn decided(db: &mut SqliteConnection, before: &Standings) -> Result<Decided, Error> {
    let waited = |change: &&DetailChangeDto| before.get(&change.change_id) == Some(&OutcomeStatus::Waiting);
    let mut decided = Decided::default();
    for change in store::detail_changes(db).await?.iter().filter(waited) {
        match change.status {
            DetailChangeStatusDto::Accepted => decided.accepted += 1,
            DetailChangeStatusDto::Refused => decided.refused += 1,
            DetailChangeStatusDto::Withdrawn
            | DetailChangeStatusDto::Expired
            | DetailChangeStatusDto::AwaitsTown
            | DetailChangeStatusDto::AwaitsConfirmation => {}
        }
    }
    Ok(decided)
}
