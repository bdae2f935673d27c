//! The SQL of the audit.

use std::collections::BTreeMap;

use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use uuid::Uuid;

use super::chain::{self, Link};
use super::{Actor, Entry};
use crate::db;
use crate::error::{Error, Result};
use crate::random::random;
use crate::writer::{Together, When, WriteTx};

#[derive(Debug, FromQueryResult)]
struct EndRow {
    audit_seq: i64,
    audit_hash: Option<Vec<u8>>,
}

/// Acts of a transaction by commune, in the order in which they were done.
#[derive(Debug, Default)]
struct Acts(BTreeMap<Uuid, Vec<Act>>);

/// An act that is to be appended.
#[derive(Debug)]
struct Act {
    actor: Actor,
    action: &'static str,
    family: Option<Uuid>,
    entity: Option<Uuid>,
    details: Option<String>,
}

impl Together for Acts {
    const WHEN: When = When::Last;

    fn add(&mut self, later: Self) {
        for (commune, mut acts) in later.0 {
            self.0.entry(commune).or_default().append(&mut acts);
        }
    }

    async fn write(self, tx: &WriteTx) -> Result<()> {
        for (commune, acts) in self.0 {
            append(tx, commune, &acts).await?;
        }
        Ok(())
    }
}

/// Leaves acts to be appended at the end of the transaction: nobody reads them before.
pub(super) fn leave(tx: &WriteTx, commune: Uuid, entries: &[Entry<'_>]) {
    if entries.is_empty() {
        return;
    }
    let act = |entry: &Entry<'_>| {
        let Entry { actor, action, family, entity, .. } = *entry;
        Act { actor, action, family, entity, details: entry.details.map(str::to_owned) }
    };
    tx.leave(|acts: &mut Acts| acts.0.entry(commune).or_default().extend(entries.iter().map(act)));
}

/// The end of the chain is in the commune's row, which is held from here to the commit: no gap, no fork, in one order
/// across processes. Held against others who would hold it, not against foreign keys to it: what two processes wrote
/// before this would let neither go on.
async fn append(tx: &WriteTx, commune: Uuid, acts: &[Act]) -> Result<()> {
    let held = if tx.connection().get_database_backend() == DbBackend::Postgres { "FOR NO KEY UPDATE" } else { "" };
    let sql = format!("SELECT audit_seq, audit_hash FROM commune WHERE commune_id = $1 {held}");
    let end: Option<EndRow> = db::one(tx.connection(), &sql, vec![commune.into()]).await?;
    let EndRow { mut audit_seq, audit_hash } = end.ok_or(Error::NotFound)?;
    let mut hash = audit_hash.unwrap_or_default();
    let mut rows = Vec::with_capacity(acts.len());
    for act in acts {
        audit_seq += 1;
        let row;
        (row, hash) = row_of(tx, commune, audit_seq, &hash, act)?;
        rows.push(row);
    }
    let into = "audit (commune_id, seq, at, actor_kind, actor_id, action, family_id, entity_id, details, salt, \
                details_hash, hash)";
    db::insert(tx.connection(), into, "", rows.into_iter()).await?;
    let sql = "UPDATE commune SET audit_seq = $2, audit_hash = $3 WHERE commune_id = $1";
    db::run(tx.connection(), sql, vec![commune.into(), audit_seq.into(), hash.into()]).await?;
    Ok(())
}

/// An act's row, and its hash.
fn row_of(tx: &WriteTx, commune: Uuid, seq: i64, before: &[u8], act: &Act) -> Result<([Value; 12], Vec<u8>)> {
    let (actor_kind, actor_id) = act.actor.columns();
    let at = tx.now().as_millisecond();
    let salt = act.details.as_ref().map(|_| random::<16>()).transpose()?.map(|salt| salt.to_vec());
    let details_hash = match (&salt, act.details.as_deref()) {
        (Some(salt), Some(details)) => chain::details_hash(salt, details),
        _ => Vec::new(),
    };
    let (action, family, entity) = (act.action, act.family, act.entity);
    let link = Link { commune, seq, at, actor_kind, actor_id, action, family, entity, details_hash: &details_hash };
    let hash = chain::hash(before, &link);
    let row = [
        commune.into(),
        seq.into(),
        at.into(),
        actor_kind.into(),
        actor_id.into(),
        action.into(),
        family.into(),
        entity.into(),
        act.details.clone().into(),
        salt.into(),
        details_hash.into(),
        hash.clone().into(),
    ];
    Ok((row, hash))
}

#[derive(Debug, FromQueryResult)]
struct CommuneRow {
    commune_id: Uuid,
}

/// Communes with details of acts done before then.
pub(super) async fn with_old_details(on: &impl ConnectionTrait, before: i64) -> Result<Vec<Uuid>> {
    let sql = "SELECT DISTINCT commune_id FROM audit WHERE details IS NOT NULL AND at < $1 ORDER BY commune_id";
    let rows: Vec<CommuneRow> = db::all(on, sql, vec![before.into()]).await?;
    Ok(rows.into_iter().map(|row| row.commune_id).collect())
}

/// Erases the details of some acts done before then, with their salts; how many.
pub(super) async fn erase_details(tx: &WriteTx, commune: Uuid, before: i64, limit: i64) -> Result<u64> {
    let sql = "UPDATE audit SET details = NULL, salt = NULL WHERE commune_id = $1 AND seq IN (SELECT seq FROM audit \
               WHERE commune_id = $1 AND details IS NOT NULL AND at < $2 ORDER BY at, seq LIMIT $3)";
    db::run(tx.connection(), sql, vec![commune.into(), before.into(), limit.into()]).await
}
