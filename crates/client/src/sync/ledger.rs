//! The rows of the cache, byte for byte as served, and how far they were read.

use crate::error::{CacheError, Error};
use crate::hex;
use anyhow::Context;
use jiff::Timestamp;
use preau_failpoints::{Mistake, planted};
use preau_protocol::sync::{ChangesResponse, DigestDto, DigestResponse, EntityKind};
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use sqlx::{Connection, Row, SqliteConnection};
use std::collections::{BTreeMap, BTreeSet};
use uuid::Uuid;

/// How far everything was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Position {
    /// To be given back to the server; empty: nothing was read yet.
    pub cursor: String,
    /// The server's time at the last page, in seconds since 1970.
    pub server_time: Option<i64>,
    /// This computer's time at the last swap, RFC 3339, to be shown.
    pub last_sync_at: Option<String>,
    /// Pulls since the digests were last compared.
    pub pulls_since_check: u32,
    /// The server's time when the digests were last compared.
    pub checked_at: Option<i64>,
}

/// What a swap changed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Swap {
    /// Kinds of the entities that came, changed or went.
    pub kinds: BTreeSet<String>,
    /// The server was restored, as far as can be told: it may have forgotten what it answered.
    pub new_epoch: bool,
}

/// Drops a pull that did not end: it starts again from the committed cursor.
///
/// # Errors
/// When the cache fails.
pub async fn drop_unfinished(db: &mut SqliteConnection) -> Result<(), CacheError> {
    sqlx::query("DELETE FROM staging").execute(&mut *db).await?;
    sqlx::query("DELETE FROM staging_drop").execute(db).await?;
    Ok(())
}

/// Reads the position.
///
/// # Errors
/// When the cache fails.
pub async fn position(db: &mut SqliteConnection) -> Result<Position, CacheError> {
    let row = sqlx::query("SELECT cursor, server_time, last_sync_at, pulls_since_check, checked_at FROM position")
        .fetch_one(db)
        .await?;
    Ok(Position {
        cursor: row.try_get("cursor")?,
        server_time: row.try_get("server_time")?,
        last_sync_at: row.try_get("last_sync_at")?,
        pulls_since_check: row.try_get("pulls_since_check")?,
        checked_at: row.try_get("checked_at")?,
    })
}

/// Forgets how far was read, so that the next pull is the snapshot; the rows stay readable until its swap.
///
/// # Errors
/// When the cache fails.
pub async fn read_again(db: &mut SqliteConnection) -> Result<(), CacheError> {
    let mut tx = db.begin().await?;
    drop_unfinished(&mut tx).await?;
    sqlx::query("UPDATE position SET cursor = ''").execute(&mut *tx).await?;
    tx.commit().await?;
    Ok(())
}

/// Puts one page into staging. `snapshot` says that the pull began from the empty cursor: all there is goes away.
///
/// # Errors
/// When the cache fails.
pub async fn stage(db: &mut SqliteConnection, page: &ChangesResponse, snapshot: bool) -> Result<(), CacheError> {
    let mut tx = db.begin().await?;
    if snapshot {
        sqlx::query("INSERT OR IGNORE INTO staging_drop SELECT DISTINCT stream FROM entity").execute(&mut *tx).await?;
        sqlx::query("INSERT OR IGNORE INTO staging_drop SELECT stream FROM stream").execute(&mut *tx).await?;
    }
    for stream in page.gone.iter().chain(&page.reset) {
        let stream = stream.to_string();
        sqlx::query("DELETE FROM staging WHERE stream = ?").bind(&stream).execute(&mut *tx).await?;
        sqlx::query("INSERT OR IGNORE INTO staging_drop VALUES (?)").bind(&stream).execute(&mut *tx).await?;
    }
    for upsert in &page.upserts {
        let body = upsert.body.get();
        let hash = Sha256::digest(body.as_bytes()).to_vec();
        let row = (upsert.stream, upsert.kind.as_str(), upsert.entity, upsert.version);
        stage_row(&mut tx, row, Some((body, hash))).await?;
    }
    for delete in &page.deletes {
        let row = (delete.stream, delete.kind.as_str(), delete.entity, delete.version);
        stage_row(&mut tx, row, None).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn stage_row(
    db: &mut SqliteConnection,
    (stream, kind, entity, version): (Uuid, &str, Uuid, i64),
    body: Option<(&str, Vec<u8>)>,
) -> Result<(), CacheError> {
    let (body, hash) = body.unzip();
    sqlx::query(
        "INSERT OR REPLACE INTO staging (stream, kind, entity_id, version, body, body_hash) VALUES (?, ?, ?, ?, ?, ?)",
    )
    .bind(stream.to_string())
    .bind(kind)
    .bind(entity.to_string())
    .bind(version)
    .bind(body)
    .bind(hash)
    .execute(db)
    .await?;
    Ok(())
}

/// Swaps the staged rows and the cursor in. To be called inside a transaction, with the last page.
///
/// # Errors
/// When the cache fails.
pub async fn swap(
    db: &mut SqliteConnection,
    last: &ChangesResponse,
    snapshot: bool,
    now: Timestamp,
) -> Result<Swap, CacheError> {
    let kinds: Vec<String> = sqlx::query_scalar(
        "SELECT DISTINCT kind FROM staging UNION
         SELECT DISTINCT kind FROM entity WHERE stream IN (SELECT stream FROM staging_drop)",
    )
    .fetch_all(&mut *db)
    .await?;
    let new_epoch = is_new(db, last.epoch, snapshot).await?;
    if planted(Mistake::MovesCursorWithoutRows) {
        drop_unfinished(db).await?;
    }
    for statement in [
        "DELETE FROM entity WHERE stream IN (SELECT stream FROM staging_drop)",
        "DELETE FROM stream WHERE stream IN (SELECT stream FROM staging_drop)",
        "INSERT OR REPLACE INTO entity SELECT * FROM staging WHERE body IS NOT NULL",
        "DELETE FROM entity WHERE (stream, kind, entity_id) IN
            (SELECT stream, kind, entity_id FROM staging WHERE body IS NULL)",
        "INSERT INTO stream SELECT stream, max(version) FROM staging GROUP BY stream
            ON CONFLICT (stream) DO UPDATE SET version = max(version, excluded.version)",
    ] {
        sqlx::query(statement).execute(&mut *db).await?;
    }
    drop_unfinished(db).await?;
    sqlx::query(
        "UPDATE position SET cursor = ?, server_time = ?, last_sync_at = ?, pulls_since_check = pulls_since_check + 1,
            epoch = coalesce(?, epoch)",
    )
    .bind(&last.cursor)
    .bind(server_seconds(&last.server_time))
    .bind(now.to_string())
    .bind(last.epoch.map(|epoch| epoch.to_string()))
    .execute(db)
    .await?;
    Ok(Swap { kinds: kinds.into_iter().collect(), new_epoch })
}

/// Whether the epoch is another one than was read last. A cache that was read again from nothing meanwhile remembers
/// it; one that never read it goes by the streams.
async fn is_new(db: &mut SqliteConnection, epoch: Option<Uuid>, snapshot: bool) -> Result<bool, CacheError> {
    match epoch_of(db).await?.zip(epoch) {
        Some((known, epoch)) => Ok(known != epoch.to_string()),
        None => Ok(!snapshot && every_stream_starts_again(db).await?),
    }
}

/// The server's epoch as last read.
///
/// # Errors
/// When the cache fails.
pub async fn epoch_of(db: &mut SqliteConnection) -> Result<Option<String>, CacheError> {
    Ok(sqlx::query_scalar("SELECT epoch FROM position").fetch_one(db).await?)
}

/// Keeps the epoch of a cache that was replaced.
///
/// # Errors
/// When the cache fails.
pub async fn keep_epoch(db: &mut SqliteConnection, epoch: &str) -> Result<(), CacheError> {
    sqlx::query("UPDATE position SET epoch = ?").bind(epoch).execute(db).await?;
    Ok(())
}

async fn every_stream_starts_again(db: &mut SqliteConnection) -> Result<bool, CacheError> {
    let (known, kept): (i64, i64) = sqlx::query_as(
        "SELECT count(*), count(*) FILTER (WHERE stream NOT IN (SELECT stream FROM staging_drop)) FROM stream",
    )
    .fetch_one(db)
    .await?;
    Ok(known > 0 && kept == 0)
}

/// The server's time in seconds since 1970, when it can be read.
#[must_use]
pub fn server_seconds(text: &str) -> Option<i64> {
    text.parse::<Timestamp>().ok().map(Timestamp::as_second)
}

/// The highest version read of a stream.
///
/// # Errors
/// When the cache fails.
pub async fn version_of(db: &mut SqliteConnection, stream: Uuid) -> Result<Option<i64>, CacheError> {
    let version = sqlx::query_scalar("SELECT version FROM stream WHERE stream = ?")
        .bind(stream.to_string())
        .fetch_optional(db)
        .await?;
    Ok(version)
}

/// Every entity of a kind, as its DTO. One that this version cannot read is left out, and logged by its id.
///
/// # Errors
/// When the cache fails.
pub async fn entities<T: DeserializeOwned>(db: &mut SqliteConnection, kind: EntityKind) -> Result<Vec<T>, Error> {
    let rows: Vec<(String, String)> =
        sqlx::query_as("SELECT entity_id, body FROM entity WHERE kind = ? ORDER BY entity_id")
            .bind(kind.as_str())
            .fetch_all(db)
            .await?;
    let read = |(id, body): (String, String)| match serde_json::from_str(&body) {
        Ok(dto) => Some(dto),
        Err(error) => {
            tracing::warn!(kind = kind.as_str(), id, column = error.column(), "an entity cannot be read");
            None
        }
    };
    Ok(rows.into_iter().filter_map(read).collect())
}

/// One entity of a kind.
///
/// # Errors
/// When the cache fails, or when the body cannot be read.
pub async fn entity<T: DeserializeOwned>(
    db: &mut SqliteConnection,
    kind: EntityKind,
    id: Uuid,
) -> Result<Option<T>, Error> {
    let body: Option<String> = sqlx::query_scalar("SELECT body FROM entity WHERE kind = ? AND entity_id = ?")
        .bind(kind.as_str())
        .bind(id.to_string())
        .fetch_optional(db)
        .await?;
    Ok(body.as_deref().map(serde_json::from_str).transpose().context("an entity of the cache")?)
}

/// Whether what is here differs from what the server says it served, looking only at streams read to the same
/// version. Notes that the comparison took place.
///
/// # Errors
/// When the cache fails.
pub async fn differs(db: &mut SqliteConnection, server: &DigestResponse) -> Result<bool, CacheError> {
    let versions: Vec<(String, i64)> = sqlx::query_as("SELECT stream, version FROM stream").fetch_all(&mut *db).await?;
    let here: BTreeMap<String, i64> = versions.into_iter().collect();
    let comparable: BTreeSet<String> = server
        .streams
        .iter()
        .map(|stream| (stream.stream.to_string(), stream.version))
        .filter(|(stream, version)| here.get(stream) == Some(version))
        .map(|(stream, _)| stream)
        .collect();
    let theirs: BTreeMap<(String, String), (i64, String)> = server
        .digests
        .iter()
        .filter(|digest| comparable.contains(&digest.stream.to_string()))
        .map(|DigestDto { stream, kind, count, checksum }| {
            ((stream.to_string(), kind.clone()), (*count, checksum.clone()))
        })
        .collect();
    let mut ours = digests(db).await?;
    ours.retain(|(stream, _), _| comparable.contains(stream));
    sqlx::query("UPDATE position SET pulls_since_check = 0, checked_at = server_time").execute(db).await?;
    Ok(ours != theirs)
}

/// Count and checksum by stream and kind, over the stored bytes, as [`DigestDto`] defines them.
async fn digests(db: &mut SqliteConnection) -> Result<BTreeMap<(String, String), (i64, String)>, CacheError> {
    let rows: Vec<(String, String, String, i64, String)> =
        sqlx::query_as("SELECT stream, kind, entity_id, version, body FROM entity ORDER BY stream, kind, entity_id")
            .fetch_all(db)
            .await?;
    let mut sums: BTreeMap<(String, String), (i64, Sha256)> = BTreeMap::new();
    for (stream, kind, entity, version, body) in rows {
        let (count, sum) = sums.entry((stream, kind)).or_default();
        *count += 1;
        sum.update(entity.parse::<Uuid>().unwrap_or_default().as_bytes());
        sum.update(version.to_be_bytes());
        // Hashed again rather than read from `body_hash`: a body altered in place must show.
        sum.update(Sha256::digest(body.as_bytes()));
    }
    Ok(sums.into_iter().map(|(key, (count, sum))| (key, (count, hex::encoded(&sum.finalize())))).collect())
}
