//! The SQL of streams, changes and operations.

use std::collections::BTreeMap;

use anyhow::{Context, anyhow};
use sea_orm::{ConnectionTrait, DbBackend, FromQueryResult, Value};
use uuid::Uuid;

use super::cursor::Position;
use super::publish::Difference;
use super::{StreamKind, ahead, left};
use crate::db;
use crate::error::{Error, Result};
use crate::writer::WriteTx;

/// Streams asked for in one statement.
const STREAMS: usize = 512;

/// A change row as it stands, without its body.
#[derive(Debug, FromQueryResult)]
pub(super) struct ServedRow {
    pub stream_id: Uuid,
    pub kind: String,
    pub entity_id: Uuid,
    pub deleted: bool,
    pub body_hash: Option<Vec<u8>>,
}

/// A change row to write.
#[derive(Debug)]
pub(super) struct WrittenRow {
    pub stream: Uuid,
    pub version: i64,
    pub difference: Difference,
}

/// A change row to serve.
#[derive(Debug, FromQueryResult)]
pub(super) struct ChangeRow {
    pub kind: String,
    pub entity_id: Uuid,
    pub version: i64,
    pub body: Option<String>,
}

/// A stream's version and horizon.
#[derive(Debug, FromQueryResult)]
pub(super) struct StreamRow {
    pub stream_id: Uuid,
    pub version: i64,
    pub horizon: i64,
}

/// What a digest is made of.
#[derive(Debug, FromQueryResult)]
pub(super) struct DigestRow {
    pub kind: String,
    pub entity_id: Uuid,
    pub version: i64,
    pub body_hash: Vec<u8>,
}

/// An operation on record.
#[derive(Debug, Clone, FromQueryResult)]
pub(super) struct OperationRow {
    pub op_id: Uuid,
    pub account_id: Uuid,
    pub family_id: Uuid,
    pub sha256: Vec<u8>,
    pub status: String,
    pub code: Option<String>,
    pub version: i64,
}

#[derive(Debug, FromQueryResult)]
struct EpochRow {
    epoch: Uuid,
}

#[derive(Debug, FromQueryResult)]
struct VersionRow {
    stream_id: Uuid,
    version: i64,
}

/// Makes a stream, empty.
///
/// # Errors
/// Whatever the database says.
pub async fn create_stream(tx: &WriteTx, commune: Uuid, stream: Uuid, kind: StreamKind) -> Result<()> {
    let sql = "INSERT INTO stream (commune_id, stream_id, kind, version, horizon) VALUES ($1, $2, $3, 0, 0)";
    db::run(tx.connection(), sql, vec![commune.into(), stream.into(), kind.as_str().into()]).await?;
    Ok(())
}

/// What streams show, this transaction's own changes included.
pub(super) async fn served(tx: &WriteTx, commune: Uuid, streams: &[Uuid]) -> Result<Vec<ServedRow>> {
    let mut rows = Vec::new();
    for streams in streams.chunks(STREAMS) {
        let sql = format!(
            "SELECT stream_id, kind, entity_id, deleted, body_hash FROM change \
             WHERE commune_id = $1 AND stream_id IN ({})",
            db::places(streams.len())
        );
        rows.extend(db::all::<ServedRow>(tx.connection(), &sql, db::commune_and(commune, streams)).await?);
    }
    left::changes(tx, commune, streams, &mut rows);
    Ok(rows)
}

/// Holds streams until the transaction ends, and gives their versions. They come in ascending order, which is the order
/// in which PostgreSQL processes lock them.
pub(super) async fn hold(tx: &WriteTx, commune: Uuid, streams: Vec<Uuid>) -> Result<BTreeMap<Uuid, i64>> {
    let held = streams.iter().map(|stream| Some((*stream, ahead::version(tx, commune, *stream)?)));
    if let Some(held) = held.collect() {
        return Ok(held);
    }
    let mut versions = BTreeMap::new();
    for streams in streams.chunks(STREAMS) {
        let rows = held_streams(tx, commune, streams).await?;
        versions.extend(rows.into_iter().map(|row| (row.stream_id, row.version)));
    }
    if versions.len() == streams.len() { Ok(versions) } else { Err(Error::NotFound) }
}

/// Writes the versions that this transaction gave.
pub(super) async fn write_versions(tx: &WriteTx, commune: Uuid, streams: &[Uuid]) -> Result<()> {
    for streams in streams.chunks(STREAMS) {
        let these = db::padded(streams);
        let sql = format!(
            "UPDATE stream SET version = version + 1 WHERE commune_id = $1 AND stream_id IN ({}) \
             RETURNING stream_id, version",
            db::places(these.len())
        );
        let rows: Vec<VersionRow> = db::all(tx.connection(), &sql, db::commune_and(commune, &these)).await?;
        let as_given = |row: &VersionRow| tx.version_given(commune, row.stream_id) == Some(row.version);
        if rows.len() != streams.len() || !rows.iter().all(as_given) {
            return Err(anyhow!("a stream moved under its lock").into());
        }
    }
    Ok(())
}

/// Streams as they are, held until the commit where others could move them.
async fn held_streams(tx: &WriteTx, commune: Uuid, streams: &[Uuid]) -> Result<Vec<StreamRow>> {
    // On SQLite the transaction holds the whole file.
    let held = if tx.connection().get_database_backend() == DbBackend::Sqlite { "" } else { "FOR UPDATE" };
    let streams = db::padded(streams);
    let sql = format!(
        "SELECT stream_id, version, horizon FROM stream WHERE commune_id = $1 AND stream_id IN ({}) \
         ORDER BY stream_id {held}",
        db::places(streams.len())
    );
    db::all(tx.connection(), &sql, db::commune_and(commune, &streams)).await
}

pub(super) async fn write_changes(tx: &WriteTx, commune: Uuid, rows: Vec<WrittenRow>) -> Result<()> {
    let row = |row: WrittenRow| -> [Value; 8] {
        let WrittenRow { stream, version, difference: Difference { kind, entity, body } } = row;
        let deleted = body.is_none();
        let (body, hash) = body.unzip();
        [
            commune.into(),
            stream.into(),
            kind.into(),
            entity.into(),
            version.into(),
            deleted.into(),
            body.into(),
            hash.into(),
        ]
    };
    let into = "change (commune_id, stream_id, kind, entity_id, version, deleted, body, body_hash)";
    let again = "ON CONFLICT (commune_id, stream_id, kind, entity_id) DO UPDATE SET version = excluded.version, \
                 deleted = excluded.deleted, body = excluded.body, body_hash = excluded.body_hash";
    db::insert(tx.connection(), into, again, rows.into_iter().map(row)).await
}

pub(super) async fn epoch(on: &impl ConnectionTrait, commune: Uuid) -> Result<Uuid> {
    let sql = "SELECT epoch FROM commune WHERE commune_id = $1";
    let row: EpochRow = db::one(on, sql, vec![commune.into()]).await?.ok_or(Error::NotFound)?;
    Ok(row.epoch)
}

pub(super) async fn streams(on: &impl ConnectionTrait, commune: Uuid, streams: &[Uuid]) -> Result<Vec<StreamRow>> {
    let sql = format!(
        "SELECT stream_id, version, horizon FROM stream WHERE commune_id = $1 AND stream_id IN ({}) ORDER BY stream_id",
        db::places(streams.len())
    );
    db::all(on, &sql, db::commune_and(commune, streams)).await
}

pub(super) async fn changes_after(
    on: &impl ConnectionTrait,
    commune: Uuid,
    position: &Position,
    limit: u64,
) -> Result<Vec<ChangeRow>> {
    // A desktop that starts from nothing has nothing to delete.
    let live = if position.is_start() { "AND NOT deleted" } else { "" };
    let sql = format!(
        "SELECT kind, entity_id, version, body FROM change WHERE commune_id = $1 AND stream_id = $2 \
         AND (version, kind, entity_id) > ($3, $4, $5) {live} ORDER BY version, kind, entity_id LIMIT $6"
    );
    let values = vec![
        commune.into(),
        position.stream.into(),
        position.version.into(),
        position.kind.clone().into(),
        position.entity.into(),
        i64::try_from(limit).context("limit")?.into(),
    ];
    db::all(on, &sql, values).await
}

pub(super) async fn digest_rows(on: &impl ConnectionTrait, commune: Uuid, stream: Uuid) -> Result<Vec<DigestRow>> {
    let sql = "SELECT kind, entity_id, version, body_hash FROM change \
               WHERE commune_id = $1 AND stream_id = $2 AND NOT deleted ORDER BY kind, entity_id";
    db::all(on, sql, vec![commune.into(), stream.into()]).await
}

/// An operation on record, or about to be.
pub(super) async fn operation(tx: &WriteTx, commune: Uuid, op: Uuid) -> Result<Option<OperationRow>> {
    if let Some(row) = left::operation(tx, commune, op) {
        return Ok(Some(row));
    }
    match ahead::operation(tx, commune, op) {
        Some(known) => Ok(known),
        None => Ok(operations(tx, commune, &[op]).await?.pop()),
    }
}

/// Those of some operations that are on record.
pub(super) async fn operations(tx: &WriteTx, commune: Uuid, ops: &[Uuid]) -> Result<Vec<OperationRow>> {
    let ops = db::padded(ops);
    let sql = format!(
        "SELECT op_id, account_id, family_id, sha256, status, code, version FROM operation \
         WHERE commune_id = $1 AND op_id IN ({})",
        db::places(ops.len())
    );
    db::all(tx.connection(), &sql, db::commune_and(commune, &ops)).await
}

/// Puts operations on record.
pub(super) async fn record_operations(tx: &WriteTx, rows: Vec<(Uuid, OperationRow)>) -> Result<()> {
    let at = tx.now().as_millisecond();
    let row = |(commune, row): (Uuid, OperationRow)| -> [Value; 9] {
        [
            commune.into(),
            row.op_id.into(),
            row.account_id.into(),
            row.family_id.into(),
            row.sha256.into(),
            row.status.into(),
            row.code.into(),
            row.version.into(),
            at.into(),
        ]
    };
    let into = "operation (commune_id, op_id, account_id, family_id, sha256, status, code, version, received_at)";
    db::insert(tx.connection(), into, "", rows.into_iter().map(row)).await
}

/// Notes that an operation of the family stands at something else than its author was told. Noted again, it stays as
/// it was, seen or not.
pub(super) async fn note_changed_outcome(
    tx: &WriteTx,
    (commune, family): (Uuid, Uuid),
    op: Uuid,
    body: &str,
    told: &str,
) -> Result<()> {
    let sql = "INSERT INTO changed_outcome (commune_id, op_id, family_id, body, told, noted_at) \
               VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (commune_id, op_id) DO UPDATE \
               SET told = excluded.told, noted_at = excluded.noted_at, body = excluded.body, seen_at = NULL \
               WHERE changed_outcome.told <> excluded.told";
    let noted_at = tx.now().as_millisecond();
    let values = vec![commune.into(), op.into(), family.into(), body.into(), told.into(), noted_at.into()];
    db::run(tx.connection(), sql, values).await?;
    Ok(())
}

/// The operation stands again at what its author was told.
pub(super) async fn forget_changed_outcome(tx: &WriteTx, commune: Uuid, op: Uuid) -> Result<()> {
    let sql = "DELETE FROM changed_outcome WHERE commune_id = $1 AND op_id = $2";
    db::run(tx.connection(), sql, vec![commune.into(), op.into()]).await?;
    Ok(())
}

/// The version of a stream as this transaction sees it.
pub(super) async fn version(tx: &WriteTx, commune: Uuid, stream: Uuid) -> Result<i64> {
    if let Some(version) = tx.version_given(commune, stream).or_else(|| ahead::version(tx, commune, stream)) {
        return Ok(version);
    }
    let rows = streams(tx.connection(), commune, &[stream]).await?;
    rows.first().map(|row| row.version).ok_or(Error::NotFound)
}
