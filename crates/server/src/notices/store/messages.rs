//! The SQL of messages that wait, were sent, or failed.

use jiff::Timestamp;
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult};
use uuid::Uuid;

use crate::db;
use crate::error::Result;
use crate::notices::operator::Decision;
use crate::random;
use crate::writer::WriteTx;

/// A message to write.
pub(in crate::notices) struct NewMessage<'a> {
    pub channel: &'static str,
    pub recipient: &'a str,
    pub template: &'static str,
    pub data: String,
    pub link: Option<Uuid>,
}

pub(in crate::notices) async fn insert(tx: &WriteTx, commune: Uuid, message: NewMessage<'_>) -> Result<()> {
    let sql = "INSERT INTO outgoing_message (commune_id, message_id, channel, recipient, template, data, link_id, status, \
               attempts, created_at, next_at) VALUES ($1, $2, $3, $4, $5, $6, $7, 'queued', 0, $8, $8)";
    let values = vec![
        commune.into(),
        random::id().into(),
        message.channel.into(),
        message.recipient.into(),
        message.template.into(),
        message.data.into(),
        message.link.into(),
        tx.now().as_millisecond().into(),
    ];
    db::run(tx.connection(), sql, values).await?;
    Ok(())
}

/// A message that a round of a sender has.
#[derive(Debug, Clone, FromQueryResult)]
pub(in crate::notices) struct ClaimedRow {
    pub commune_id: Uuid,
    pub message_id: Uuid,
    pub channel: String,
    pub recipient: String,
    pub data: String,
    pub link_id: Option<Uuid>,
    pub attempts: i64,
    pub created_at: i64,
}

#[derive(Debug, FromQueryResult)]
struct KeyRow {
    commune_id: Uuid,
    message_id: Uuid,
}

/// Messages that may be tried now and that nobody has.
const DUE: &str = "status = 'queued' AND next_at <= $1 AND (claimed_until IS NULL OR claimed_until <= $1)";

/// Whether there is something to do: asked often, and costs one look at an index.
pub(in crate::notices) async fn any_due(on: &impl ConnectionTrait, now: Timestamp) -> Result<bool> {
    let sql = format!("SELECT commune_id, message_id FROM outgoing_message WHERE {DUE} LIMIT 1");
    Ok(db::one::<KeyRow>(on, &sql, vec![now.as_millisecond().into()]).await?.is_some())
}

/// Takes the next messages for a round. A second process passes over those that this one is just taking.
pub(in crate::notices) async fn claim(
    tx: &WriteTx,
    round: Uuid,
    until: Timestamp,
    limit: i64,
) -> Result<Vec<ClaimedRow>> {
    let held =
        if tx.connection().get_database_backend() == DbBackend::Postgres { "FOR UPDATE SKIP LOCKED" } else { "" };
    let sql = format!(
        "SELECT commune_id, message_id FROM outgoing_message WHERE {DUE} ORDER BY next_at, message_id LIMIT $2 {held}"
    );
    let due: Vec<KeyRow> = db::all(tx.connection(), &sql, vec![tx.now().as_millisecond().into(), limit.into()]).await?;
    let sql = "UPDATE outgoing_message SET claimed_by = $3, claimed_until = $4, attempts = attempts + 1 \
               WHERE commune_id = $1 AND message_id = $2 AND status = 'queued' \
               RETURNING commune_id, message_id, channel, recipient, data, link_id, attempts, created_at";
    let mut claimed = Vec::with_capacity(due.len());
    for key in due {
        let until = until.as_millisecond();
        let values = vec![key.commune_id.into(), key.message_id.into(), round.into(), until.into()];
        claimed.extend(db::one::<ClaimedRow>(tx.connection(), sql, values).await?);
    }
    Ok(claimed)
}

/// What became of a try.
pub(in crate::notices) enum Settled<'a> {
    Sent,
    Again {
        at: Timestamp,
        reason: &'a str,
    },
    Failed {
        reason: &'a str,
    },
    /// Its link no longer opens: there is nothing to say.
    Dropped,
}

/// Settles a message that this round has. Once it was sent, what it said is forgotten.
pub(in crate::notices) async fn settle(
    tx: &WriteTx,
    (commune, message): (Uuid, Uuid),
    round: Uuid,
    settled: &Settled<'_>,
) -> Result<bool> {
    let now = tx.now().as_millisecond();
    let (set, values) = match settled {
        Settled::Sent => ("status = 'sent', data = '{}', settled_at = $4, reason = NULL", vec![now.into()]),
        Settled::Dropped => ("status = 'dropped', data = '{}', settled_at = $4", vec![now.into()]),
        Settled::Again { at, reason } => {
            ("next_at = $4, reason = $5", vec![at.as_millisecond().into(), (*reason).into()])
        }
        Settled::Failed { reason } => {
            ("status = 'failed', settled_at = $4, reason = $5", vec![now.into(), (*reason).into()])
        }
    };
    let sql = format!(
        "UPDATE outgoing_message SET {set}, claimed_by = NULL, claimed_until = NULL \
         WHERE commune_id = $1 AND message_id = $2 AND claimed_by = $3"
    );
    let values = [commune.into(), message.into(), round.into()].into_iter().chain(values).collect();
    Ok(db::run(tx.connection(), &sql, values).await? == 1)
}

/// Messages that carry a link which no longer opens are not sent. One that is on its way goes: its link says why.
pub(in crate::notices) async fn drop_with_link(tx: &WriteTx, commune: Uuid, link: Uuid) -> Result<()> {
    let sql = "UPDATE outgoing_message SET status = 'dropped', data = '{}', settled_at = $3 \
               WHERE commune_id = $1 AND link_id = $2 AND status = 'queued' AND claimed_by IS NULL";
    let values = vec![commune.into(), link.into(), tx.now().as_millisecond().into()];
    db::run(tx.connection(), sql, values).await?;
    Ok(())
}

/// Whether a message that carries a link failed.
pub(in crate::notices) async fn has_failed(on: &impl ConnectionTrait, commune: Uuid, link: Uuid) -> Result<bool> {
    let sql = "SELECT commune_id, message_id FROM outgoing_message WHERE commune_id = $1 AND link_id = $2 \
               AND status = 'failed' LIMIT 1";
    Ok(db::one::<KeyRow>(on, sql, vec![commune.into(), link.into()]).await?.is_some())
}

/// A message as an operator sees it.
#[derive(Debug, FromQueryResult)]
pub(in crate::notices) struct ListedRow {
    pub message_id: Uuid,
    pub channel: String,
    pub recipient: String,
    pub template: String,
    pub status: String,
    pub attempts: i64,
    pub created_at: i64,
    pub next_at: i64,
    pub reason: Option<String>,
}

/// Messages that wait or failed, the oldest first.
pub(in crate::notices) async fn unsent(on: &impl ConnectionTrait, commune: Uuid) -> Result<Vec<ListedRow>> {
    let sql = "SELECT message_id, channel, recipient, template, status, attempts, created_at, next_at, reason \
               FROM outgoing_message WHERE commune_id = $1 AND status IN ('queued', 'failed') \
               ORDER BY created_at, message_id LIMIT 1000";
    db::all(on, sql, vec![commune.into()]).await
}

/// Decides on messages that failed, or on one that failed or waits: in line again, as if they were new — links that they
/// carry are counted anew when they leave —, or not sent at all.
pub(in crate::notices) async fn decide(
    tx: &WriteTx,
    commune: Uuid,
    message: Option<Uuid>,
    decision: Decision,
) -> Result<u64> {
    let set = match decision {
        Decision::Retry => "status = 'queued', attempts = 0, created_at = $2, next_at = $2, settled_at = NULL",
        Decision::Discard => "status = 'dropped', data = '{}', settled_at = $2",
    };
    let set = format!("UPDATE outgoing_message SET {set} WHERE commune_id = $1 AND claimed_by IS NULL");
    let now = tx.now().as_millisecond();
    match message {
        None => {
            let sql = format!("{set} AND status = 'failed'");
            db::run(tx.connection(), &sql, vec![commune.into(), now.into()]).await
        }
        Some(message) => {
            let sql = format!("{set} AND status IN ('failed', 'queued') AND message_id = $3");
            db::run(tx.connection(), &sql, vec![commune.into(), now.into(), message.into()]).await
        }
    }
}

#[derive(Debug, FromQueryResult)]
struct CountRow {
    status: String,
    count: i64,
}

/// How many wait and how many failed.
pub(in crate::notices) async fn counts(on: &impl ConnectionTrait) -> Result<(i64, i64)> {
    let sql = "SELECT status, COUNT(*) AS count FROM outgoing_message WHERE status IN ('queued', 'failed') \
               GROUP BY status";
    let rows: Vec<CountRow> = db::all(on, sql, Vec::new()).await?;
    let of = |status: &str| rows.iter().find(|row| row.status == status).map_or(0, |row| row.count);
    Ok((of("queued"), of("failed")))
}

/// How many of a commune failed.
pub(in crate::notices) async fn failed(on: &impl ConnectionTrait, commune: Uuid) -> Result<i64> {
    let sql = "SELECT status, COUNT(*) AS count FROM outgoing_message WHERE commune_id = $1 AND status = 'failed' \
               GROUP BY status";
    let row: Option<CountRow> = db::one(on, sql, vec![commune.into()]).await?;
    Ok(row.map_or(0, |row| row.count))
}

/// Forgets messages that were sent or dropped before an instant, and those that failed before another one, some at a
/// time.
pub(in crate::notices) async fn forget(
    tx: &WriteTx,
    commune: Uuid,
    (sent, failed): (Timestamp, Timestamp),
) -> Result<u64> {
    let sql = "DELETE FROM outgoing_message WHERE commune_id = $1 AND message_id IN \
               (SELECT message_id FROM outgoing_message WHERE commune_id = $1 AND \
               ((status IN ('sent', 'dropped') AND settled_at <= $2) OR (status = 'failed' AND settled_at <= $3)) \
               ORDER BY settled_at LIMIT 200)";
    let values = vec![commune.into(), sent.as_millisecond().into(), failed.as_millisecond().into()];
    db::run(tx.connection(), sql, values).await
}

/// Messages that have waited since before an instant.
pub(in crate::notices) async fn stuck(on: &impl ConnectionTrait, commune: Uuid, since: Timestamp) -> Result<Vec<Uuid>> {
    let sql = "SELECT commune_id, message_id FROM outgoing_message WHERE commune_id = $1 AND status = 'queued' \
               AND created_at <= $2 ORDER BY created_at, message_id";
    let rows: Vec<KeyRow> = db::all(on, sql, vec![commune.into(), since.as_millisecond().into()]).await?;
    Ok(rows.into_iter().map(|row| row.message_id).collect())
}
