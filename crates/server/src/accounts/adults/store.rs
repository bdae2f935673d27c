//! The SQL of accounts that open and close.

use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::writer::WriteTx;

#[derive(Debug, FromQueryResult)]
struct IdRow {
    account_id: Uuid,
}

pub(super) async fn account_of(on: &impl ConnectionTrait, commune: Uuid, person: Uuid) -> Result<Option<Uuid>> {
    let sql = "SELECT account_id FROM account WHERE commune_id = $1 AND person_id = $2 AND disabled_at IS NULL";
    let row: Option<IdRow> = db::one(on, sql, vec![commune.into(), person.into()]).await?;
    Ok(row.map(|row| row.account_id))
}

/// Disables an account. No identifiant that people may choose begins like the one it gets.
pub(super) async fn close(tx: &WriteTx, commune: Uuid, account: Uuid) -> Result<()> {
    let sql = "UPDATE account SET disabled_at = $3, identifiant = $4, code_hash = NULL, one_time_hmac = NULL, \
               one_time_expires_at = NULL WHERE commune_id = $1 AND account_id = $2";
    let identifiant = format!("/{}", account.simple());
    let values = vec![commune.into(), account.into(), tx.now().as_millisecond().into(), identifiant.into()];
    db::run(tx.connection(), sql, values).await?;
    Ok(())
}
