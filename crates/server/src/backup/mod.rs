//! Backups: tables, secret and templates of a server in one file, and putting them back.
//!
//! Tables: reads and writes all. A backup is a `tar.gz`: `backup.json` (what it is), `tables/name.jsonl` (a line per
//! row, the same for both engines, so that a town may move from SQLite to PostgreSQL), `files/…`, and `SHA256SUMS` last.
//! Invariants: a backup is one snapshot, taken beside a running server; it has its name only once it is whole and on
//! disk; a restore reads the whole archive and its checksums before it touches anything, fills an empty database in one
//! transaction, and takes a new epoch for each commune, so that desktops read everything again and send again what the
//! restored server forgot.

mod archive;
mod files;
mod store;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::{self, Actor, Details, Entry};
use crate::db::Db;
use crate::writer::WriteTx;

pub use archive::BackupError;
pub use files::{place_files, stage_files, sync_folder};

/// The version of the archive's layout.
const FORMAT: u32 = 1;

/// What a backup says of itself.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Layout of the archive.
    pub format: u32,
    /// Version of the program that took it.
    pub program: String,
    /// The last migration of the schema.
    pub schema: i64,
    /// When it was taken.
    pub taken_at: Timestamp,
    /// Rows of each table.
    pub rows: BTreeMap<String, u64>,
}

/// Takes a backup of the database and of the files, named as they are to be put back.
///
/// # Errors
/// When the database cannot be read or the file not be written; then no file of that name is left.
pub async fn take(db: &Db, files: &[(String, PathBuf)], now: Timestamp, to: &Path) -> anyhow::Result<Manifest> {
    let mut archive = archive::Writer::create(to)?;
    let snapshot = db.snapshot().await?;
    let mut manifest = Manifest {
        format: FORMAT,
        program: env!("CARGO_PKG_VERSION").to_owned(),
        schema: store::schema(&snapshot).await?,
        taken_at: now,
        rows: BTreeMap::new(),
    };
    for table in store::TABLES {
        let mut part = archive.part(&format!("tables/{table}.jsonl"))?;
        let rows = store::read(&snapshot, table, &mut part).await?;
        archive.close_part(part)?;
        manifest.rows.insert(table.to_owned(), rows);
    }
    snapshot.commit().await?;
    for (name, path) in files {
        archive.file(&format!("files/{name}"), path)?;
    }
    archive.finish(&manifest)?;
    Ok(manifest)
}

/// Reads a backup to its end without touching anything.
///
/// # Errors
/// [`BackupError`] when it is no backup, was cut short, or was altered.
pub fn verify(from: &Path) -> Result<Manifest, BackupError> {
    archive::verify(from, FORMAT)
}

/// Fills an empty database from a backup, in a new epoch, and puts that in the audit of each commune.
///
/// # Errors
/// As [`verify`]; [`BackupError::NotEmpty`], [`BackupError::Live`]; or when the database refuses something: then it
/// stays empty.
pub async fn restore(db: &Db, from: &Path, now: Timestamp) -> anyhow::Result<Manifest> {
    let manifest = verify(from)?;
    if manifest.schema > Db::newest_schema() {
        return Err(BackupError::TooNew { program: manifest.program }.into());
    }
    if !db.is_alone().await? {
        return Err(BackupError::Live.into());
    }
    db.migrate_to(manifest.schema).await?;
    let tx = db.begin_write().await?;
    if !store::is_empty(&tx).await? {
        return Err(BackupError::NotEmpty.into());
    }
    let mut archive = archive::Reader::open(from)?;
    for table in store::TABLES {
        // A table that came later is not in an older backup.
        if manifest.rows.contains_key(table) {
            let lines = archive.part(&format!("tables/{table}.jsonl"))?;
            store::write(&tx, table, lines).await?;
        }
    }
    let communes = store::new_epochs(&tx).await?;
    // With the messages themselves: a restore that is cut short after this sends none of them.
    if manifest.rows.contains_key("outgoing_message") {
        store::hold_messages(&tx).await?;
    }
    tx.commit().await?;
    // The audit is written as this version writes it, which an older schema could not take.
    db.migrate().await?;
    let tx = WriteTx::alone(db.begin_write().await?, now);
    for commune in communes {
        record(&tx, commune, &manifest).await?;
    }
    tx.commit().await?;
    Ok(manifest)
}

async fn record(tx: &WriteTx, commune: Uuid, manifest: &Manifest) -> anyhow::Result<()> {
    let details = Details::default().with("taken_at", manifest.taken_at)?.with("program", &manifest.program)?;
    let details = details.into_text();
    let (actor, action) = (Actor::Operator, "backup_restored");
    let entry = Entry { commune, actor, action, family: None, entity: Some(commune), details: Some(&details) };
    Ok(audit::record(tx, entry).await?)
}
