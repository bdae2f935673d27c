//! The SQL of the audit.

use anyhow::Context;
use sea_orm::Value;
use uuid::Uuid;

use super::{Actor, Entry};
use crate::db;
use crate::error::{Error, Result};
use crate::writer::WriteTx;

/// Entries written by one statement: eight values each, under SQLite's 32,766.
const ROWS: usize = 200;

#[derive(Debug, sea_orm::FromQueryResult)]
struct SeqRow {
    audit_seq: i64,
}

/// The sequence is a counter of the commune's row: without gaps, and in order across processes.
pub(super) async fn append(tx: &WriteTx, commune: Uuid, entries: &[Entry]) -> Result<()> {
    for entries in entries.chunks(ROWS) {
        let count = i64::try_from(entries.len()).context("counting entries")?;
        let sql = "UPDATE commune SET audit_seq = audit_seq + $2 WHERE commune_id = $1 RETURNING audit_seq";
        let row: Option<SeqRow> = db::one(tx.connection(), sql, vec![commune.into(), count.into()]).await?;
        let first = row.ok_or(Error::NotFound)?.audit_seq - count + 1;
        let sql = format!(
            "INSERT INTO audit (commune_id, seq, at, actor_kind, actor_id, action, family_id, entity_id) VALUES {}",
            db::tuples(entries.len(), 8)
        );
        let at = tx.now().as_millisecond();
        let rows = (first..).zip(entries).flat_map(|(seq, entry)| row_of(commune, seq, at, entry));
        db::run(tx.connection(), &sql, rows.collect()).await?;
    }
    Ok(())
}

fn row_of(commune: Uuid, seq: i64, at: i64, entry: &Entry) -> [Value; 8] {
    let (kind, actor) = match entry.actor {
        Actor::Family(account) => ("family", Some(account)),
        Actor::Agent(account) => ("agent", Some(account)),
        Actor::Operator => ("operator", None),
        Actor::System => ("system", None),
    };
    [
        commune.into(),
        seq.into(),
        at.into(),
        kind.into(),
        actor.into(),
        entry.action.into(),
        entry.family.into(),
        entry.entity.into(),
    ]
}
