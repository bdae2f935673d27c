//! The SQL of single-use links.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, FromQueryResult};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::writer::WriteTx;

/// A link on record.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::notices) struct LinkRow {
    pub link_id: Uuid,
    pub purpose: String,
    pub subject_id: Uuid,
    pub expires_at: i64,
    pub used_at: Option<i64>,
    pub voided_at: Option<i64>,
}

const LINK: &str = "link_id, purpose, subject_id, expires_at, used_at, voided_at";

pub(in crate::notices) async fn insert(
    tx: &WriteTx,
    commune: Uuid,
    link: Uuid,
    (purpose, subject): (&'static str, Uuid),
    expires: Timestamp,
) -> Result<()> {
    let sql = "INSERT INTO link (commune_id, link_id, purpose, subject_id, created_at, expires_at) \
               VALUES ($1, $2, $3, $4, $5, $6)";
    let (now, expires) = (tx.now().as_millisecond(), expires.as_millisecond());
    let values = vec![commune.into(), link.into(), purpose.into(), subject.into(), now.into(), expires.into()];
    db::run(tx.connection(), sql, values).await?;
    Ok(())
}

/// A message that carries the link is about to be tried: from now on the token opens it, for as long as it is good for.
pub(in crate::notices) async fn carry(
    tx: &WriteTx,
    commune: Uuid,
    link: Uuid,
    token_hash: Vec<u8>,
    expires: Timestamp,
) -> Result<()> {
    let sql = "UPDATE link SET token_hash = $3, expires_at = $4 \
               WHERE commune_id = $1 AND link_id = $2 AND used_at IS NULL AND voided_at IS NULL";
    let values = vec![commune.into(), link.into(), token_hash.into(), expires.as_millisecond().into()];
    db::run(tx.connection(), sql, values).await?;
    Ok(())
}

pub(in crate::notices) async fn by_id(on: &impl ConnectionTrait, commune: Uuid, link: Uuid) -> Result<Option<LinkRow>> {
    let sql = format!("SELECT {LINK} FROM link WHERE commune_id = $1 AND link_id = $2");
    db::one(on, &sql, vec![commune.into(), link.into()]).await
}

pub(in crate::notices) async fn by_token(
    on: &impl ConnectionTrait,
    commune: Uuid,
    token_hash: Vec<u8>,
) -> Result<Option<LinkRow>> {
    let sql = format!("SELECT {LINK} FROM link WHERE commune_id = $1 AND token_hash = $2");
    db::one(on, &sql, vec![commune.into(), token_hash.into()]).await
}

/// The link of a subject that was made last and not called off.
pub(in crate::notices) async fn latest_of(
    on: &impl ConnectionTrait,
    commune: Uuid,
    subject: Uuid,
) -> Result<Option<LinkRow>> {
    let sql = format!(
        "SELECT {LINK} FROM link WHERE commune_id = $1 AND subject_id = $2 AND voided_at IS NULL \
         ORDER BY created_at DESC, link_id DESC LIMIT 1"
    );
    db::one(on, &sql, vec![commune.into(), subject.into()]).await
}

/// Uses a link; false when it was used, called off or over meanwhile.
pub(in crate::notices) async fn consume(tx: &WriteTx, commune: Uuid, link: Uuid) -> Result<bool> {
    let sql = "UPDATE link SET used_at = $3 WHERE commune_id = $1 AND link_id = $2 \
               AND used_at IS NULL AND voided_at IS NULL AND expires_at > $3";
    let values = vec![commune.into(), link.into(), tx.now().as_millisecond().into()];
    Ok(db::run(tx.connection(), sql, values).await? == 1)
}

#[derive(Debug, FromQueryResult)]
struct IdRow {
    link_id: Uuid,
}

/// Calls off every link of a subject that was not used; gives them.
pub(in crate::notices) async fn void_of(tx: &WriteTx, commune: Uuid, subject: Uuid) -> Result<Vec<Uuid>> {
    let sql = "UPDATE link SET voided_at = $3 WHERE commune_id = $1 AND subject_id = $2 AND used_at IS NULL \
               AND voided_at IS NULL RETURNING link_id";
    let values = vec![commune.into(), subject.into(), tx.now().as_millisecond().into()];
    let rows: Vec<IdRow> = db::all(tx.connection(), sql, values).await?;
    Ok(rows.into_iter().map(|row| row.link_id).collect())
}

/// Forgets links that ended before an instant and that no message names any more.
pub(in crate::notices) async fn forget(tx: &WriteTx, commune: Uuid, before: Timestamp) -> Result<u64> {
    let sql = "DELETE FROM link WHERE commune_id = $1 AND link_id IN (SELECT link_id FROM link l WHERE l.commune_id = $1 \
               AND l.expires_at <= $2 AND NOT EXISTS (SELECT 1 FROM outgoing_message m WHERE m.commune_id = $1 \
               AND m.link_id = l.link_id) ORDER BY l.expires_at LIMIT 200)";
    db::run(tx.connection(), sql, vec![commune.into(), before.as_millisecond().into()]).await
}
