//! What was told of operations, where a restore or a move takes it out of what this computer reads.

use crate::error::Error;
use anyhow::Context;
use preau_failpoints::{Mistake, planted};
use preau_protocol::sync::OutcomeStatus;
use sqlx::SqliteConnection;
use std::collections::BTreeMap;
use uuid::Uuid;

/// What has become of operations since they were answered, decisions of the town included.
pub type Standings = BTreeMap<Uuid, OutcomeStatus>;

fn written(standings: &Standings) -> Result<String, Error> {
    Ok(serde_json::to_string(standings).context("what became of operations")?)
}

/// After a new epoch, what was answered is sent again, in the order and the bytes of then: a restored server may have
/// lost it, or have it on record otherwise than what it answered later, refusals included. With each goes what had last
/// become of it: its answer, or where that only says that it waits, what was still as told, or else a decision among the rows of
/// before. A row is no news over what was still as told: it may be of a server that was restored meanwhile. A change that nobody
/// has read yet stays the one to tell.
///
/// # Errors
/// When the cache fails.
pub async fn send_again(db: &mut SqliteConnection, before: &Standings) -> Result<u64, Error> {
    let again = if planted(Mistake::LosesOutboxOnReset) {
        "DELETE FROM outbox WHERE ?1 IS NOT NULL"
    } else {
        "UPDATE outbox SET
            told = iif(changed_at IS NOT NULL AND acknowledged_at IS NULL, told,
                coalesce(iif(changed_at IS NULL, nullif(told, 'waiting'), NULL),
                    iif(status = 'waiting', (SELECT nullif(value, 'waiting') FROM json_each(?1) WHERE key = op_id), NULL),
                    status)),
            changed_at = iif(acknowledged_at IS NULL, changed_at, NULL),
            status = NULL, code = NULL, answer_version = NULL, answered_at = NULL, caught_up_at = NULL, faults = 0
         WHERE status IS NOT NULL"
    };
    let rows = sqlx::query(again).bind(written(before)?).execute(&mut *db).await?.rows_affected();
    if planted(Mistake::ForgetsWhatWasTold) {
        sqlx::query("UPDATE outbox SET told = NULL").execute(db).await?;
    }
    Ok(rows)
}

/// Where the town decided again as before the restore, nothing changed: nobody has to be told of it any more.
///
/// # Errors
/// When the cache fails.
pub async fn forget_mended(db: &mut SqliteConnection, now: &Standings) -> Result<(), Error> {
    let query = "UPDATE outbox SET told = NULL, changed_at = NULL WHERE changed_at IS NOT NULL AND status = 'waiting'
        AND told = (SELECT value FROM json_each(?) WHERE key = op_id)";
    sqlx::query(query).bind(written(now)?).execute(db).await?;
    Ok(())
}

/// A decision on an operation whose answer only says that it waits is kept when the change on record goes, as the rows of a home
/// that was left do: else it would look as if it waited again. To be called in the swap's transaction, after it.
///
/// # Errors
/// When the cache fails.
pub async fn keep_decisions(db: &mut SqliteConnection, before: &Standings, now: &Standings) -> Result<(), Error> {
    let decided = before.iter().filter(|(id, standing)| **standing != OutcomeStatus::Waiting && !now.contains_key(id));
    let gone: Standings = decided.map(|(id, standing)| (*id, *standing)).collect();
    let query = "UPDATE outbox SET told = coalesce(nullif(told, 'waiting'), (SELECT value FROM json_each(?1) WHERE key = op_id))
        WHERE status = 'waiting' AND changed_at IS NULL AND op_id IN (SELECT key FROM json_each(?1))";
    sqlx::query(query).bind(written(&gone)?).execute(db).await?;
    Ok(())
}
