//! The file of a profile's cache: opened with its key, checked, migrated.
//!
//! Invariants: one owned connection, never a pool (a pool recycles connections, and a memory database with them;
//! the write-ahead log of this SQLite wants a single one); the raw key is the first thing a connection hears;
//! nothing of a statement is logged; no network call happens while [`Cache::lock`] is held.

use crate::error::CacheError;
use crate::hex;
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteLockingMode, SqliteSynchronous};
use sqlx::{ConnectOptions, Connection, SqliteConnection};
use std::path::Path;
use std::sync::Arc;
use tokio::sync::{Mutex, MutexGuard};
use zeroize::Zeroizing;

static MIGRATIONS: sqlx::migrate::Migrator = sqlx::migrate!("../../migrations/client");

/// What makes a cache unreadable to others.
#[derive(Clone)]
pub enum CacheKey {
    /// The cipher's 32 raw bytes.
    Raw(Zeroizing<[u8; 32]>),
    /// No encryption. Exists in debug builds only, so that a test can prove that it would find what encryption hides.
    #[cfg(debug_assertions)]
    PlainForTests,
}

impl std::fmt::Debug for CacheKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("CacheKey")
    }
}

/// The open cache.
#[derive(Debug, Clone)]
pub struct Cache {
    connection: Arc<Mutex<Option<SqliteConnection>>>,
}

/// The connection while it is held.
#[derive(Debug)]
pub struct Held<'a>(MutexGuard<'a, Option<SqliteConnection>>);

impl Held<'_> {
    /// The connection.
    ///
    /// # Errors
    /// When the cache was closed meanwhile.
    pub fn db(&mut self) -> Result<&mut SqliteConnection, CacheError> {
        self.0.as_mut().ok_or_else(|| CacheError::Other(anyhow::anyhow!("the cache is closed")))
    }
}

impl Cache {
    /// Opens the cache in a file, made when missing.
    ///
    /// # Errors
    /// [`CacheError::Damaged`] when the key does not open it or a page of it is not what was written,
    /// [`CacheError::TooNew`], [`CacheError::DiskFull`].
    pub async fn open(file: &Path, key: &CacheKey) -> Result<Self, CacheError> {
        let options = file_options(file, key).create_if_missing(true);
        Self::prepare(options.journal_mode(SqliteJournalMode::Wal)).await
    }

    /// Opens a cache that lives in memory and ends with it.
    ///
    /// # Errors
    /// When the migrations fail.
    pub async fn in_memory() -> Result<Self, CacheError> {
        Self::prepare(SqliteConnectOptions::new().pragma("temp_store", "MEMORY").disable_statement_logging()).await
    }

    async fn prepare(options: SqliteConnectOptions) -> Result<Self, CacheError> {
        let mut db = options.connect().await?;
        assert_cipher(&mut db).await?;
        assert_sound(&mut db).await?;
        MIGRATIONS.run_direct(None, &mut db, false).await?;
        crate::sync::ledger::drop_unfinished(&mut db).await?;
        Ok(Self { connection: Arc::new(Mutex::new(Some(db))) })
    }

    /// Holds the connection. Whoever holds it makes no network call.
    pub async fn lock(&self) -> Held<'_> {
        Held(self.connection.lock().await)
    }

    /// Writes the log back into the file and closes it; later uses fail.
    ///
    /// # Errors
    /// When the file cannot be written; nothing committed is lost, it stays in the log.
    pub async fn close(&self) -> Result<(), CacheError> {
        match self.connection.lock().await.take() {
            Some(db) => Ok(db.close().await?),
            None => Ok(()),
        }
    }
}

/// Opens a file that was set aside, to save from it what can be read. It is neither checked nor migrated.
///
/// # Errors
/// When not even its first page can be read.
pub async fn open_set_aside(file: &Path, key: &CacheKey) -> Result<SqliteConnection, CacheError> {
    let mut db = file_options(file, key).connect().await?;
    sqlx::query("SELECT count(*) FROM sqlite_schema").execute(&mut db).await?;
    Ok(db)
}

fn file_options(file: &Path, key: &CacheKey) -> SqliteConnectOptions {
    let options = SqliteConnectOptions::new().filename(file);
    let options = match key {
        CacheKey::Raw(key) => options.pragma("key", pragma_value(key)),
        #[cfg(debug_assertions)]
        CacheKey::PlainForTests => options,
    };
    options
        .locking_mode(SqliteLockingMode::Exclusive)
        .synchronous(SqliteSynchronous::Full)
        .pragma("temp_store", "MEMORY")
        .disable_statement_logging()
}

fn pragma_value(key: &[u8; 32]) -> String {
    format!("\"x'{}'\"", hex::encoded(key))
}

/// A build linked with a plain SQLite would write everything in clear: such a build does not start.
async fn assert_cipher(db: &mut SqliteConnection) -> Result<(), CacheError> {
    let cipher: Option<String> = sqlx::query_scalar("PRAGMA cipher_version").fetch_optional(&mut *db).await?;
    let Some(cipher) = cipher else {
        return Err(CacheError::Other(anyhow::anyhow!("this build has no cipher")));
    };
    let sqlite: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(db).await?;
    tracing::debug!(cipher, sqlite, "cache engine");
    Ok(())
}

/// Reads every page: each carries a keyed checksum, so a truncated or altered file is found now, not in the middle of
/// a use.
async fn assert_sound(db: &mut SqliteConnection) -> Result<(), CacheError> {
    let verdict: String = sqlx::query_scalar("PRAGMA quick_check(1)").fetch_one(db).await?;
    if verdict == "ok" { Ok(()) } else { Err(CacheError::Damaged) }
}
