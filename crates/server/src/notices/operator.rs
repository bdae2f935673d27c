//! What an operator sees and does: messages that wait or failed.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::store::messages::{self, ListedRow};
use crate::audit::{self, Actor, Entry};
use crate::clock::rfc_3339;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::writer::{Command, WriteTx};

/// A message that waits or failed, for the operator's own screen: it names its recipient.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnsentMessage {
    /// Its id.
    pub message_id: Uuid,
    /// `mail` or `sms`.
    pub channel: String,
    /// Where it goes.
    pub recipient: String,
    /// What it says, by its template.
    pub template: String,
    /// `queued` or `failed`.
    pub status: String,
    /// Tries so far.
    pub attempts: i64,
    /// RFC 3339.
    pub created_at: String,
    /// RFC 3339; of one that waits.
    pub next_at: Option<String>,
    /// Why the last try failed, in a word.
    pub reason: Option<String>,
}

/// Messages of a commune that wait or failed, the oldest first, a thousand at most.
///
/// # Errors
/// Whatever the database says.
pub async fn unsent(db: &Db, commune: Uuid) -> Result<Vec<UnsentMessage>> {
    let read = |row: ListedRow| {
        Ok(UnsentMessage {
            message_id: row.message_id,
            channel: row.channel,
            recipient: row.recipient,
            template: row.template,
            next_at: (row.status == "queued").then(|| rfc_3339(row.next_at)).transpose()?,
            status: row.status,
            attempts: row.attempts,
            created_at: rfc_3339(row.created_at)?,
            reason: row.reason,
        })
    };
    messages::unsent(db.readers(), commune).await?.into_iter().map(read).collect()
}

/// What becomes of messages that wait or failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Decision {
    /// They are in line again.
    Retry,
    /// They are not sent.
    Discard,
}

/// Decides on messages: one, or all that failed. How many.
///
/// # Errors
/// [`Error::NotFound`] for one that does not wait and did not fail.
#[derive(Debug)]
pub struct Decide {
    /// The commune.
    pub commune: Uuid,
    /// One, or none for all that failed.
    pub message: Option<Uuid>,
    /// What becomes of them.
    pub decision: Decision,
}

impl Command for Decide {
    type Output = u64;
    const NAME: &'static str = "decide_messages";

    async fn apply(&self, tx: &WriteTx) -> Result<u64> {
        let count = messages::decide(tx, self.commune, self.message, self.decision).await?;
        if count == 0 && self.message.is_some() {
            return Err(Error::NotFound);
        }
        let action = match self.decision {
            Decision::Retry => "messages_retried",
            Decision::Discard => "messages_discarded",
        };
        let (commune, actor) = (self.commune, Actor::Operator);
        audit::record(tx, Entry { commune, actor, action, family: None, entity: self.message, details: None }).await?;
        Ok(count)
    }
}

/// How many messages wait and how many failed, for metrics.
///
/// # Errors
/// Whatever the database says.
pub async fn counts(db: &Db) -> Result<(i64, i64)> {
    messages::counts(db.readers()).await
}

/// How many messages of a commune failed and wait for an operator.
///
/// # Errors
/// Whatever the database says.
pub async fn failed(on: &impl sea_orm::ConnectionTrait, commune: Uuid) -> Result<i64> {
    messages::failed(on, commune).await
}

/// Messages that wait for longer than an outage explains, by id.
///
/// # Errors
/// Whatever the database says.
pub async fn stuck(on: &impl sea_orm::ConnectionTrait, commune: Uuid, now: Timestamp) -> Result<Vec<Uuid>> {
    messages::stuck(on, commune, now - jiff::SignedDuration::from_hours(24)).await
}
