//! The SQL of the audit.

use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use uuid::Uuid;

use super::Entry;
use super::chain::{self, Link};
use crate::db;
use crate::error::{Error, Result};
use crate::random::random;
use crate::writer::WriteTx;

/// Columns of an act.
const COLUMNS: usize = 12;
/// Acts written by one statement: SQLite looks `$n` up one by one.
const ROWS: usize = 160;

#[derive(Debug, FromQueryResult)]
struct EndRow {
    audit_seq: i64,
    audit_hash: Option<Vec<u8>>,
}

/// The end of the chain is in the commune's row, which is held from here to the commit: no gap, no fork, in one order
/// across processes.
pub(super) async fn append(tx: &WriteTx, commune: Uuid, entries: &[Entry<'_>]) -> Result<()> {
    if entries.is_empty() {
        return Ok(());
    }
    let held = if tx.connection().get_database_backend() == DbBackend::Postgres { "FOR UPDATE" } else { "" };
    let sql = format!("SELECT audit_seq, audit_hash FROM commune WHERE commune_id = $1 {held}");
    let end: Option<EndRow> = db::one(tx.connection(), &sql, vec![commune.into()]).await?;
    let EndRow { mut audit_seq, audit_hash } = end.ok_or(Error::NotFound)?;
    let mut hash = audit_hash.unwrap_or_default();
    for entries in entries.chunks(ROWS) {
        let mut values = Vec::with_capacity(entries.len() * COLUMNS);
        for entry in entries {
            audit_seq += 1;
            hash = row_of(tx, commune, audit_seq, &hash, entry, &mut values)?;
        }
        let sql = format!(
            "INSERT INTO audit (commune_id, seq, at, actor_kind, actor_id, action, family_id, entity_id, \
             details, salt, details_hash, hash) VALUES {}",
            db::tuples(entries.len(), COLUMNS)
        );
        db::run(tx.connection(), &sql, values).await?;
    }
    let sql = "UPDATE commune SET audit_seq = $2, audit_hash = $3 WHERE commune_id = $1";
    db::run(tx.connection(), sql, vec![commune.into(), audit_seq.into(), hash.into()]).await?;
    Ok(())
}

/// Adds an act's values, and returns its hash.
fn row_of(
    tx: &WriteTx,
    commune: Uuid,
    seq: i64,
    before: &[u8],
    entry: &Entry<'_>,
    values: &mut Vec<Value>,
) -> Result<Vec<u8>> {
    let (actor_kind, actor_id) = entry.actor.columns();
    let at = tx.now().as_millisecond();
    let salt = entry.details.map(|_| random::<16>()).transpose()?.map(|salt| salt.to_vec());
    let details_hash = match (&salt, entry.details) {
        (Some(salt), Some(details)) => chain::details_hash(salt, details),
        _ => Vec::new(),
    };
    let (action, family, entity) = (entry.action, entry.family, entry.entity);
    let link = Link { commune, seq, at, actor_kind, actor_id, action, family, entity, details_hash: &details_hash };
    let hash = chain::hash(before, &link);
    values.extend([
        commune.into(),
        seq.into(),
        at.into(),
        actor_kind.into(),
        actor_id.into(),
        action.into(),
        family.into(),
        entity.into(),
        entry.details.into(),
        salt.into(),
        details_hash.into(),
        hash.clone().into(),
    ]);
    Ok(hash)
}
