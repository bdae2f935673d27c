//! What people asked, in order, until the server answered and its answer was read back.

use crate::error::{CacheError, Error, FailureCode};
use anyhow::Context;
use futures_util::StreamExt;
use jiff::Timestamp;
use preau_protocol::ErrorCode;
use preau_protocol::sync::{Op, OutcomeDto, OutcomeStatus};
use sqlx::sqlite::SqliteRow;
use sqlx::{Connection, Row as _, SqliteConnection};
use std::collections::BTreeSet;
use uuid::Uuid;

/// How long answered operations stay, in seconds: a restored server is sent them again.
const ANSWERED_KEPT: i64 = 30 * 24 * 3600;

/// The server's answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// What became of the operation.
    pub status: OutcomeStatus,
    /// Why, when rejected.
    pub code: Option<ErrorCode>,
    /// The version of the family's stream that shows it.
    pub version: i64,
}

/// An operation of the outbox.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its id, the only idempotency key.
    pub op_id: Uuid,
    /// The operation's type on the wire.
    pub kind: String,
    /// The exact bytes sent.
    pub body: String,
    /// The operation given up by this one.
    pub target: Option<Uuid>,
    /// RFC 3339, this computer's time, to be shown.
    pub created_at: String,
    /// How many times it was sent.
    pub sent_count: u32,
    /// How many times the server could not take it although it was sent alone.
    pub faults: u32,
    /// The answer.
    pub outcome: Option<Outcome>,
    /// RFC 3339, this computer's time, to be shown.
    pub answered_at: Option<String>,
    /// The cache shows the answer: the operation overlays nothing any more. Seconds since 1970, the server's time.
    pub caught_up_at: Option<i64>,
    /// Somebody saw the refusal, or that the outcome changed.
    pub acknowledged_at: Option<String>,
    /// What had last become of it when it is sent again to a restored server; as long as the answer differs; and where the
    /// answer only says that it waits, while the server knows the same decision: a change on record that is decided is shown instead.
    pub told: Option<OutcomeStatus>,
    /// The restored server makes something else of it than was told. RFC 3339, this computer's time.
    pub changed_at: Option<String>,
    /// Another operation of the outbox gives this one up.
    pub given_up: bool,
}

impl Row {
    /// The operation itself; `None` for one of a version that this one does not know, which is sent all the same.
    #[must_use]
    pub fn op(&self) -> Option<Op> {
        serde_json::from_str(&self.body).ok()
    }

    /// What was decided, where the answer only says that it waits and the change on record may say otherwise, or be gone: until
    /// it is read again after a restore, and for somebody of another home by now.
    #[must_use]
    pub fn still_as_told(&self) -> Option<OutcomeStatus> {
        let waits = self.outcome.is_some_and(|outcome| outcome.status == OutcomeStatus::Waiting);
        self.told.filter(|told| waits && self.changed_at.is_none() && *told != OutcomeStatus::Waiting)
    }

    /// The server cannot take it: it waits by itself while others go on.
    #[must_use]
    pub fn blocked(&self) -> bool {
        self.outcome.is_none() && self.faults > 0
    }

    /// Refused, or of another outcome than before, and nobody has seen it yet.
    #[must_use]
    pub fn to_read(&self) -> bool {
        let refused = |outcome: Outcome| {
            outcome.status == OutcomeStatus::Rejected && outcome.code != Some(ErrorCode::OperationCancelled)
        };
        self.acknowledged_at.is_none()
            && self.outcome.is_some_and(|outcome| self.changed_at.is_some() || refused(outcome))
    }
}

// All columns, whatever their number: a damaged cache of an older version is read as it is.
const ROWS: &str = "SELECT outbox.*,
    EXISTS (SELECT 1 FROM outbox AS cancel WHERE cancel.target = outbox.op_id) AS given_up FROM outbox ";

fn read(row: &SqliteRow) -> Result<Row, CacheError> {
    let id = |text: String| text.parse::<Uuid>().context("an id of the outbox").map_err(CacheError::Other);
    let status: Option<String> = row.try_get("status")?;
    let outcome = match status {
        Some(status) => Some(Outcome {
            status: named(&status).unwrap_or(OutcomeStatus::Rejected),
            code: row.try_get::<Option<String>, _>("code")?.map(|code| named(&code).unwrap_or(ErrorCode::Unknown)),
            version: row.try_get::<Option<i64>, _>("answer_version")?.unwrap_or(0),
        }),
        None => None,
    };
    Ok(Row {
        op_id: id(row.try_get("op_id")?)?,
        kind: row.try_get("kind")?,
        body: row.try_get("body")?,
        target: row.try_get::<Option<String>, _>("target")?.map(id).transpose()?,
        created_at: row.try_get("created_at")?,
        sent_count: row.try_get("sent_count")?,
        faults: row.try_get("faults").unwrap_or_default(),
        outcome,
        answered_at: row.try_get("answered_at")?,
        caught_up_at: row.try_get("caught_up_at")?,
        acknowledged_at: row.try_get("acknowledged_at")?,
        told: row.try_get::<Option<String>, _>("told").unwrap_or_default().as_deref().and_then(named),
        changed_at: row.try_get("changed_at").unwrap_or_default(),
        given_up: row.try_get("given_up")?,
    })
}

/// Reads a name of the wire.
fn named<T: serde::de::DeserializeOwned>(name: &str) -> Option<T> {
    serde_json::from_value(serde_json::Value::String(name.to_owned())).ok()
}

/// The name on the wire of a status or a code.
///
/// # Errors
/// Never for the enums of the protocol.
pub fn name_of<T: serde::Serialize>(value: &T) -> Result<String, Error> {
    let name = serde_json::to_value(value).context("a name of the wire")?;
    Ok(name.as_str().unwrap_or("unknown").to_owned())
}

async fn select(db: &mut SqliteConnection, query: String) -> Result<Vec<Row>, CacheError> {
    // Every query is `ROWS` and a constant tail.
    let rows = sqlx::query(sqlx::AssertSqlSafe(query)).fetch_all(db).await?;
    rows.iter().map(read).collect()
}

/// Everything in the outbox, oldest first.
///
/// # Errors
/// When the cache fails.
pub async fn all(db: &mut SqliteConnection) -> Result<Vec<Row>, CacheError> {
    select(db, format!("{ROWS} ORDER BY seq")).await
}

/// One operation.
///
/// # Errors
/// When the cache fails.
pub async fn get(db: &mut SqliteConnection, op_id: Uuid) -> Result<Option<Row>, CacheError> {
    let query = sqlx::AssertSqlSafe(format!("{ROWS} WHERE op_id = ?"));
    let row = sqlx::query(query).bind(op_id.to_string()).fetch_optional(db).await?;
    row.as_ref().map(read).transpose()
}

/// Keeps an operation. From here on only an answer takes it out of what waits.
///
/// # Errors
/// When the cache fails.
pub async fn keep(db: &mut SqliteConnection, op_id: Uuid, op: &Op, now: Timestamp) -> Result<Row, Error> {
    let body = serde_json::to_string(op).context("writing an operation")?;
    let (kind, target) = match op {
        Op::ChangeDetail(_) => ("family.change_detail", None),
        Op::AcknowledgeNotice(_) => ("accounts.acknowledge_notice", None),
        Op::ChangeDays(_) => ("reservations.change_days", None),
        Op::Cancel { op_id } => ("sync.cancel", Some(*op_id)),
    };
    let row = Row {
        op_id,
        kind: kind.to_owned(),
        body,
        target,
        created_at: now.to_string(),
        sent_count: 0,
        faults: 0,
        outcome: None,
        answered_at: None,
        caught_up_at: None,
        acknowledged_at: None,
        told: None,
        changed_at: None,
        given_up: false,
    };
    restore(db, &row).await?;
    Ok(row)
}

/// Writes an operation as it was, at the end.
///
/// # Errors
/// When the cache fails.
pub async fn restore(db: &mut SqliteConnection, row: &Row) -> Result<(), Error> {
    let status = row.outcome.map(|outcome| name_of(&outcome.status)).transpose()?;
    let code = row.outcome.and_then(|outcome| outcome.code).map(|code| name_of(&code)).transpose()?;
    let told = row.told.map(|told| name_of(&told)).transpose()?;
    sqlx::query(
        "INSERT OR IGNORE INTO outbox (op_id, kind, body, target, created_at, sent_count, faults, status, code,
            answer_version, answered_at, caught_up_at, acknowledged_at, told, changed_at)
         VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    )
    .bind(row.op_id.to_string())
    .bind(&row.kind)
    .bind(&row.body)
    .bind(row.target.map(|target| target.to_string()))
    .bind(&row.created_at)
    .bind(row.sent_count)
    .bind(row.faults)
    .bind(status)
    .bind(code)
    .bind(row.outcome.map(|outcome| outcome.version))
    .bind(&row.answered_at)
    .bind(row.caught_up_at)
    .bind(&row.acknowledged_at)
    .bind(told)
    .bind(&row.changed_at)
    .execute(db)
    .await?;
    Ok(())
}

/// Reads a damaged outbox as far as it goes.
pub async fn read_what_can_be_read(db: &mut SqliteConnection) -> Vec<Row> {
    let query = sqlx::AssertSqlSafe(format!("{ROWS} ORDER BY seq"));
    let mut found = Vec::new();
    let mut rows = sqlx::query(query).fetch(db);
    while let Some(Ok(row)) = rows.next().await {
        found.extend(read(&row).ok());
    }
    found
}

/// The operations without an answer, oldest first; which of them go next is [`super::queue`]'s. One that is being given
/// up waits until the giving up is answered: its late arrival then has no effect, and sending it again tells what
/// became of it.
///
/// # Errors
/// When the cache fails.
pub async fn unanswered(db: &mut SqliteConnection) -> Result<Vec<Row>, CacheError> {
    let tail = "WHERE status IS NULL AND NOT EXISTS
        (SELECT 1 FROM outbox AS cancel WHERE cancel.target = outbox.op_id AND cancel.status IS NULL) ORDER BY seq";
    select(db, format!("{ROWS} {tail}")).await
}

/// Notes that the server could not take an operation sent alone.
///
/// # Errors
/// When the cache fails.
pub async fn faulted(db: &mut SqliteConnection, op_id: Uuid) -> Result<(), CacheError> {
    let query = "UPDATE outbox SET faults = faults + 1 WHERE op_id = ? AND status IS NULL";
    sqlx::query(query).bind(op_id.to_string()).execute(db).await?;
    Ok(())
}

/// Notes, before they leave, that operations are sent: from now on they may have arrived.
///
/// # Errors
/// When the cache fails; then they must not be sent.
pub async fn mark_sent(db: &mut SqliteConnection, rows: &[Row], now: Timestamp) -> Result<(), CacheError> {
    let mut tx = db.begin().await?;
    for row in rows {
        sqlx::query(
            "UPDATE outbox SET sent_count = sent_count + 1, last_sent_at = ?1,
                first_sent_at = coalesce(first_sent_at, ?1) WHERE op_id = ?2",
        )
        .bind(now.to_string())
        .bind(row.op_id.to_string())
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Takes back the note of [`mark_sent`], where there was no connection to send them over.
///
/// # Errors
/// When the cache fails; then they count as sent, which costs nothing but a word on the screen.
pub async fn never_left(db: &mut SqliteConnection, rows: &[Row]) -> Result<(), CacheError> {
    let mut tx = db.begin().await?;
    for row in rows {
        sqlx::query(
            "UPDATE outbox SET sent_count = ?1, first_sent_at = iif(?1 = 0, NULL, first_sent_at) WHERE op_id = ?2",
        )
        .bind(row.sent_count)
        .bind(row.op_id.to_string())
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Keeps answers. `version_here` is the version the family's stream was read to: an answer not above it is already
/// shown. Answers to operations not asked for, or answered before, change nothing. One that a restored server changed
/// is to be read, again if it was; where it is as told, what was told is kept beside an answer that only says that it waits.
///
/// # Errors
/// When the cache fails; then nothing counts as answered and everything is sent again.
pub async fn answer(
    db: &mut SqliteConnection,
    outcomes: &[OutcomeDto],
    version_here: Option<i64>,
    now: Timestamp,
) -> Result<(), Error> {
    let mut tx = db.begin().await?;
    for outcome in outcomes {
        sqlx::query(
            "UPDATE outbox SET status = ?1, code = ?2, answer_version = ?3, answered_at = ?4,
                caught_up_at = CASE WHEN ?3 <= ?5 THEN (SELECT coalesce(server_time, 0) FROM position) END,
                told = iif(?7 OR (?1 = 'waiting' AND told <> 'waiting'), told, NULL),
                changed_at = iif(?7, coalesce(changed_at, ?4), NULL),
                acknowledged_at = iif(?7, NULL, acknowledged_at)
             WHERE op_id = ?6 AND status IS NULL",
        )
        .bind(name_of(&outcome.status)?)
        .bind(outcome.code.map(|code| name_of(&code)).transpose()?)
        .bind(outcome.version)
        .bind(now.to_string())
        .bind(version_here)
        .bind(outcome.op_id.to_string())
        .bind(outcome.changed)
        .execute(&mut *tx)
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Everything was read after these answers came: they overlay nothing any more. To be called in the swap's
/// transaction, after it.
///
/// # Errors
/// When the cache fails.
pub async fn catch_up(db: &mut SqliteConnection) -> Result<(), CacheError> {
    sqlx::query(
        "UPDATE outbox SET caught_up_at = (SELECT coalesce(server_time, 0) FROM position)
         WHERE status IS NOT NULL AND caught_up_at IS NULL",
    )
    .execute(db)
    .await?;
    Ok(())
}

/// Lets go of what was answered thirty days ago by the server's time, refusals and changed outcomes only once seen. What is `waiting` for
/// somebody's decision stays however long that takes: a restored server would have to be sent it again.
///
/// # Errors
/// When the cache fails.
pub async fn purge(db: &mut SqliteConnection, waiting: &BTreeSet<Uuid>) -> Result<(), Error> {
    let waiting: Vec<String> = waiting.iter().map(Uuid::to_string).collect();
    sqlx::query(
        "DELETE FROM outbox WHERE caught_up_at > 0
            AND caught_up_at < (SELECT coalesce(server_time, 0) FROM position) - ?
            AND (acknowledged_at IS NOT NULL
                OR (changed_at IS NULL AND (status <> 'rejected' OR code = 'operation_cancelled')))
            AND NOT (status = 'waiting' AND op_id IN (SELECT value FROM json_each(?)))",
    )
    .bind(ANSWERED_KEPT)
    .bind(serde_json::to_string(&waiting).context("the changes that wait")?)
    .execute(db)
    .await?;
    Ok(())
}

/// Gives an operation up: removed when it was never sent, else by an operation of its own. `waits_on_server` says
/// that the server shows it as waiting, whoever asked it.
///
/// # Errors
/// [`FailureCode::AlreadyApplied`], [`FailureCode::NotFound`], or when the cache fails.
pub async fn give_up(
    db: &mut SqliteConnection,
    op_id: Uuid,
    cancel_id: Uuid,
    waits_on_server: bool,
    now: Timestamp,
) -> Result<(), Error> {
    let given_up: bool = sqlx::query_scalar("SELECT EXISTS (SELECT 1 FROM outbox WHERE target = ? AND status IS NULL)")
        .bind(op_id.to_string())
        .fetch_one(&mut *db)
        .await?;
    if given_up {
        return Ok(());
    }
    let row = get(db, op_id).await?;
    let status = row.as_ref().and_then(|row| row.outcome).map(|outcome| outcome.status);
    match &row {
        Some(row) if row.outcome.is_none() && row.sent_count == 0 => {
            sqlx::query("DELETE FROM outbox WHERE op_id = ?").bind(op_id.to_string()).execute(db).await?;
            Ok(())
        }
        Some(_) if status == Some(OutcomeStatus::Applied) => Err(Error::Rule(FailureCode::AlreadyApplied)),
        Some(_) if status == Some(OutcomeStatus::Rejected) => Err(Error::Rule(FailureCode::NotFound)),
        None if !waits_on_server => Err(Error::Rule(FailureCode::NotFound)),
        Some(_) | None => keep(db, cancel_id, &Op::Cancel { op_id }, now).await.map(drop),
    }
}

/// Whether each of these was answered, or is gone.
///
/// # Errors
/// When the cache fails.
pub async fn all_answered(db: &mut SqliteConnection, ops: &[Uuid]) -> Result<bool, CacheError> {
    let rows = all(db).await?;
    Ok(!rows.iter().any(|row| row.outcome.is_none() && ops.contains(&row.op_id)))
}

/// Takes operations back that were not sent: all of them or none.
///
/// # Errors
/// When the cache fails; then all of them stay.
pub async fn take_back(db: &mut SqliteConnection, ops: &[Uuid]) -> Result<bool, CacheError> {
    let mut tx = db.begin().await?;
    for op in ops {
        let query = "DELETE FROM outbox WHERE op_id = ? AND status IS NULL AND sent_count = 0";
        if sqlx::query(query).bind(op.to_string()).execute(&mut *tx).await?.rows_affected() == 0 {
            return Ok(false);
        }
    }
    tx.commit().await?;
    Ok(true)
}

/// Notes that somebody saw a refusal, or a changed outcome.
///
/// # Errors
/// [`FailureCode::NotFound`], or when the cache fails.
pub async fn acknowledge(db: &mut SqliteConnection, op_id: Uuid, now: Timestamp) -> Result<(), Error> {
    let done = sqlx::query(
        "UPDATE outbox SET acknowledged_at = coalesce(acknowledged_at, ?) WHERE op_id = ? AND status IS NOT NULL
            AND (status = 'rejected' OR changed_at IS NOT NULL)",
    )
    .bind(now.to_string())
    .bind(op_id.to_string())
    .execute(db)
    .await?;
    if done.rows_affected() == 0 { Err(Error::Rule(FailureCode::NotFound)) } else { Ok(()) }
}
