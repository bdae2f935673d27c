//! The two databases behind one query layer: embedded SQLite (one process per file, by a lock) or PostgreSQL.
//!
//! SQL is written once, with `$n` placeholders that both engines read, in the `store.rs` of each capability and in
//! `sync/`. Readers and the writer have connections of their own; on SQLite only the writer checkpoints.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, ensure};
use sea_orm::{
    AccessMode, ConnectionTrait, DatabaseConnection, DatabaseTransaction, DbBackend, DbErr, ExecResult,
    FromQueryResult, IsolationLevel, QueryResult, RuntimeErr, SqliteTransactionMode, SqlxPostgresConnector,
    SqlxSqliteConnector, TransactionOptions, TransactionTrait, Value,
};
use sqlx::migrate::Migrator;
use sqlx::postgres::{PgConnectOptions, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection, PgConnection};

use crate::error::Result;
use crate::statements::portions;
pub(crate) use crate::statements::statement;
pub use crate::statements::{ROWS, commune_and, padded, places, tuples};

static MIGRATIONS: Migrator = sqlx::migrate!("../../migrations/server");

/// First SQLite whose write-ahead log cannot lose a reset under several connections.
const SQLITE_MIN: (u32, u32, u32) = (3, 51, 3);
/// Readers of the embedded database: short snapshots, more would only queue on two cores.
const SQLITE_READERS: u32 = 4;
const POSTGRES_READERS: u32 = 12;

/// Memory of the writer's connection, in KiB (negative: SQLite's word for it). The pages that a transaction of many
/// commands touches stay in it; with less they are written before the commit, and read and written again.
const SQLITE_WRITER_CACHE: &str = "-65536";
/// Pages of the log that are put into the file at once: under a load the same pages come again with each transaction.
const SQLITE_CHECKPOINT: &str = "8192";
/// Rows of the writer's statements that may wait to be fetched: a run of commands reads a few thousand at once.
const SQLITE_ROWS_AHEAD: usize = 4096;
/// Texts that the writer's connection keeps prepared: each of its statements in all lengths that it may have.
const PREPARED: usize = 512;

/// How often, and how long apart, PostgreSQL is asked whether a server has ended.
const LOOKS: u32 = 10;
const BETWEEN_LOOKS: Duration = Duration::from_millis(100);

/// The embedded database, in its folder.
pub(crate) const FILE: &str = "preau.sqlite";

/// The folder, beside it, that a restore builds in.
pub(crate) const RESTORING: &str = "restoring";

/// Where the data are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Location {
    /// A folder that holds `preau.sqlite`.
    Sqlite(PathBuf),
    /// A `postgres://` URL.
    Postgres(String),
    /// A database of this name in the memory of this process, for simulations; it lives as long as somebody is
    /// connected to it.
    Memory(String),
}

/// The advisory lock of a PostgreSQL database that a serving process shares with the others, and a restore holds alone.
const SERVED: i64 = i64::from_be_bytes(*b"\0\0\0preau");

/// Changed rows under which any plan will do.
const FEW_CHANGES: i64 = 200;

#[derive(Debug, FromQueryResult)]
struct TableRow {
    /// Quoted where it must be.
    name: String,
}

#[derive(Debug, FromQueryResult)]
struct AloneRow {
    alone: bool,
}

/// An open database.
#[derive(Debug)]
pub struct Db {
    readers: DatabaseConnection,
    writer: DatabaseConnection,
    /// Held for the life of the process on SQLite: a second server would break the one-writer rule.
    _lock: Option<File>,
}

impl Db {
    /// Opens the database for serving: takes the file lock on SQLite.
    ///
    /// # Errors
    /// When another server holds the file, the engine is too old, or nothing answers.
    pub async fn open(location: &Location) -> anyhow::Result<Self> {
        match location {
            Location::Sqlite(folder) => {
                let lock = lock(folder)?;
                // An empty database in its place would look like a town that lost everything.
                ensure!(
                    folder.join(FILE).exists() || !folder.join(RESTORING).exists(),
                    "a restore was cut short: {folder} holds no database and {RESTORING}/. Run the restore again \
                     (preau-server restore FILE), or go back: move everything of before-restore-… back into {folder}, \
                     secret.key.before-restore to secret.key if there is one, and remove {RESTORING}/",
                    folder = folder.display(),
                );
                Self::open_file(folder, Some(lock)).await
            }
            Location::Postgres(url) => Self::open_postgres(url, true).await,
            Location::Memory(name) => Self::open_memory(name).await,
        }
    }

    /// Opens the database beside a running server, for reading one snapshot (`check`).
    ///
    /// # Errors
    /// As [`Db::open`], except for the lock.
    pub async fn open_beside(location: &Location) -> anyhow::Result<Self> {
        match location {
            Location::Sqlite(folder) => Self::open_file(folder, None).await,
            Location::Postgres(url) => Self::open_postgres(url, false).await,
            Location::Memory(name) => Self::open_memory(name).await,
        }
    }

    async fn open_file(folder: &Path, lock: Option<File>) -> anyhow::Result<Self> {
        let file = folder.join(FILE);
        if lock.is_some() {
            create_private(&file)?;
        }
        let options = SqliteConnectOptions::new()
            .filename(file)
            .create_if_missing(false)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full)
            .busy_timeout(Duration::from_secs(5));
        let db = Self::open_sqlite(options, lock).await;
        let db = db.with_context(|| format!("opening the database in {}", folder.display()))?;
        let version: String =
            sqlx::query_scalar("SELECT sqlite_version()").fetch_one(db.writer.get_sqlite_connection_pool()).await?;
        ensure!(at_least(&version, SQLITE_MIN), "SQLite {version} is too old for a database file: 3.51.3 is needed");
        Ok(db)
    }

    async fn open_memory(name: &str) -> anyhow::Result<Self> {
        let options: SqliteConnectOptions = format!("sqlite:file:{name}?mode=memory&cache=shared").parse()?;
        Self::open_sqlite(options, None).await
    }

    async fn open_sqlite(options: SqliteConnectOptions, lock: Option<File>) -> anyhow::Result<Self> {
        let options = options.foreign_keys(true);
        // What a savepoint needs to be undone is kept in memory: 64 KiB of it, and a file is made.
        let writing = options.clone().pragma("cache_size", SQLITE_WRITER_CACHE).pragma("temp_store", "MEMORY");
        // Rows come from SQLite's own thread: it waits for nobody until so many are not fetched.
        let writing = writing.row_buffer_size(SQLITE_ROWS_AHEAD).statement_cache_capacity(PREPARED);
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .test_before_acquire(false) // a file of this machine does not go away between two transactions
            .idle_timeout(None)
            .max_lifetime(None)
            .connect_with(writing.pragma("wal_autocheckpoint", SQLITE_CHECKPOINT))
            .await?;
        let readers = SqlitePoolOptions::new()
            .max_connections(SQLITE_READERS)
            .test_before_acquire(false)
            .connect_with(options.pragma("wal_autocheckpoint", "0").pragma("query_only", "1"))
            .await?;
        Ok(Self {
            readers: SqlxSqliteConnector::from_sqlx_sqlite_pool(readers),
            writer: SqlxSqliteConnector::from_sqlx_sqlite_pool(writer),
            _lock: lock,
        })
    }

    async fn open_postgres(url: &str, serving: bool) -> anyhow::Result<Self> {
        let options: PgConnectOptions = url.parse().context("reading the database's URL")?;
        let pool =
            |connections| PgPoolOptions::new().max_connections(connections).acquire_timeout(Duration::from_secs(5));
        let mut writer = pool(1).max_lifetime(None);
        if serving {
            // Once by itself, for a clear word: a pool only says that it waited in vain.
            let mut probe = PgConnection::connect_with(&options).await.context("connecting to PostgreSQL")?;
            say_that_one_serves(&mut probe).await?;
            probe.close().await?;
            // Each connection of the writer, the first one and whichever replaces it.
            writer = writer.after_connect(|connection, _| Box::pin(say_that_one_serves(connection)));
        }
        // A plan made while a table was empty reads all of it, until the statistics are made anew: on the morning of an
        // opening tables grow from nothing within a minute. Whatever the writer looks for has an index.
        let writing = options.clone().options([("enable_seqscan", "off")]).statement_cache_capacity(PREPARED);
        let writer = writer.connect_with(writing).await.context("connecting to PostgreSQL")?;
        let readers = pool(POSTGRES_READERS).connect_with(options).await.context("connecting to PostgreSQL")?;
        Ok(Self {
            readers: SqlxPostgresConnector::from_sqlx_postgres_pool(readers),
            writer: SqlxPostgresConnector::from_sqlx_postgres_pool(writer),
            _lock: None,
        })
    }

    /// Whether nobody else serves this database, for as long as this stays open. On SQLite the lock of the file says it.
    /// PostgreSQL may learn a moment later that a server has ended: it is asked for a second.
    ///
    /// # Errors
    /// Whatever the database says.
    pub(crate) async fn is_alone(&self) -> Result<bool> {
        if !self.is_postgres() {
            return Ok(true);
        }
        let sql = "SELECT pg_try_advisory_lock($1) AS alone";
        for _ in 0..LOOKS {
            let row: Option<AloneRow> = one(&self.writer, sql, vec![SERVED.into()]).await?;
            if row.is_some_and(|row| row.alone) {
                return Ok(true);
            }
            tokio::time::sleep(BETWEEN_LOOKS).await;
        }
        Ok(false)
    }

    /// Brings the schema up to date.
    ///
    /// # Errors
    /// When a migration fails, or the database is of a newer version.
    pub async fn migrate(&self) -> anyhow::Result<()> {
        match self.writer.get_database_backend() {
            DbBackend::Sqlite => MIGRATIONS.run(self.writer.get_sqlite_connection_pool()).await,
            _ => MIGRATIONS.run(self.writer.get_postgres_connection_pool()).await,
        }
        .context("bringing the schema up to date")
    }

    /// Brings the schema up to a migration, for putting an older backup back.
    ///
    /// # Errors
    /// As [`Db::migrate`].
    pub(crate) async fn migrate_to(&self, version: i64) -> anyhow::Result<()> {
        match self.writer.get_database_backend() {
            DbBackend::Sqlite => MIGRATIONS.run_to(version, self.writer.get_sqlite_connection_pool()).await,
            _ => MIGRATIONS.run_to(version, self.writer.get_postgres_connection_pool()).await,
        }
        .context("bringing the schema to that of the backup")
    }

    /// The last migration that this program knows.
    pub(crate) fn newest_schema() -> i64 {
        MIGRATIONS.iter().map(|migration| migration.version).max().unwrap_or(0)
    }

    /// Leaves the writer's connection to be opened anew ([`Db::open_writer`]): it belongs to the runtime that opens it.
    #[must_use]
    pub(crate) async fn with_writer_to_open(mut self) -> Self {
        self.close_writer().await;
        self.writer = if self.is_postgres() {
            let pool = self.writer.get_postgres_connection_pool();
            let unopened = pool.options().clone().connect_lazy_with((*pool.connect_options()).clone());
            SqlxPostgresConnector::from_sqlx_postgres_pool(unopened)
        } else {
            let pool = self.writer.get_sqlite_connection_pool();
            let unopened = pool.options().clone().connect_lazy_with((*pool.connect_options()).clone());
            SqlxSqliteConnector::from_sqlx_sqlite_pool(unopened)
        };
        self
    }

    /// Opens the writer's connection, unless it is open. Until then nothing says that this process serves the database.
    ///
    /// # Errors
    /// When nothing answers, or a backup is being put back meanwhile.
    pub(crate) async fn open_writer(&self) -> anyhow::Result<()> {
        self.writer.ping().await.context("opening the writer's connection")
    }

    /// Closes the writer's connection, where it was opened.
    pub(crate) async fn close_writer(&self) {
        close(&self.writer).await;
    }

    /// For single reads that need no snapshot across statements.
    #[must_use]
    pub fn readers(&self) -> &DatabaseConnection {
        &self.readers
    }

    /// A read-only snapshot across statements.
    ///
    /// # Errors
    /// When no connection is free or the database is away.
    pub async fn snapshot(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            isolation_level: self.is_postgres().then_some(IsolationLevel::RepeatableRead),
            access_mode: self.is_postgres().then_some(AccessMode::ReadOnly),
            sqlite_transaction_mode: Some(SqliteTransactionMode::Deferred),
        };
        Ok(self.readers.begin_with_options(options).await?)
    }

    /// A write transaction, for the writer task only.
    pub(crate) async fn begin_write(&self) -> Result<DatabaseTransaction> {
        let options = TransactionOptions {
            sqlite_transaction_mode: Some(SqliteTransactionMode::Immediate),
            ..TransactionOptions::default()
        };
        Ok(self.writer.begin_with_options(options).await?)
    }

    /// Has PostgreSQL look anew at the tables of which as much changed as they were known to hold. Their names.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn renew_statistics(&self) -> Result<Vec<String>> {
        if !self.is_postgres() {
            return Ok(Vec::new());
        }
        let sql = "SELECT format('%I', s.relname) AS name FROM pg_stat_user_tables s JOIN pg_class c ON c.oid = s.relid \
                   WHERE s.schemaname = current_schema() AND s.n_mod_since_analyze >= $1 \
                   AND s.n_mod_since_analyze >= c.reltuples::float8 ORDER BY s.relname";
        let tables: Vec<TableRow> = all(&self.readers, sql, vec![FEW_CHANGES.into()]).await?;
        let mut renewed = Vec::new();
        for TableRow { name } in tables {
            self.readers.execute_unprepared(&format!("ANALYZE {name}")).await?;
            renewed.push(name);
        }
        Ok(renewed)
    }

    /// Whether the engine is PostgreSQL.
    #[must_use]
    pub fn is_postgres(&self) -> bool {
        self.writer.get_database_backend() == DbBackend::Postgres
    }

    /// Closes every connection, so that the write-ahead log is checkpointed.
    pub async fn close(&self) {
        close(&self.readers).await;
        close(&self.writer).await;
    }
}

async fn close(pool: &DatabaseConnection) {
    if let Err(error) = pool.close_by_ref().await {
        tracing::warn!(%error, "closing the database");
    }
}

async fn say_that_one_serves(connection: &mut PgConnection) -> sqlx::Result<()> {
    let sql = "SELECT pg_try_advisory_lock_shared($1)";
    let served: bool = sqlx::query_scalar(sql).bind(SERVED).fetch_one(connection).await?;
    if served { Ok(()) } else { Err(sqlx::Error::Protocol("a backup is being put back into this database".into())) }
}

/// A server holds the data folder.
#[derive(Debug, thiserror::Error)]
#[error("another preau-server serves {0}")]
pub(crate) struct Served(String);

/// Holds the data folder against other servers.
///
/// # Errors
/// When one holds it.
pub(crate) fn lock(folder: &Path) -> anyhow::Result<File> {
    let path = folder.join("preau.lock");
    let file = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
    let file = file.with_context(|| format!("opening {}", path.display()))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(Served(folder.display().to_string()).into()),
        Err(TryLockError::Error(error)) => Err(error).with_context(|| format!("locking {}", path.display())),
    }
}

/// Makes the database's file, if there is none, for this user alone; SQLite gives its log the same mode.
fn create_private(path: &Path) -> anyhow::Result<()> {
    let mut options = OpenOptions::new();
    options.create(true).truncate(false).write(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path).with_context(|| format!("opening {}", path.display()))?;
    Ok(())
}

fn at_least(version: &str, minimum: (u32, u32, u32)) -> bool {
    let mut parts = version.split('.').map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= minimum
}

/// Whether PostgreSQL ended a transaction because another process held its rows.
pub(crate) fn is_contention(error: &DbErr) -> bool {
    let (DbErr::Exec(RuntimeErr::SqlxError(cause)) | DbErr::Query(RuntimeErr::SqlxError(cause))) = error else {
        return false;
    };
    cause
        .as_database_error()
        .and_then(sqlx::error::DatabaseError::code)
        .is_some_and(|code| matches!(&*code, "40001" | "40P01"))
}

/// Whether both engines can keep a text, or be asked for it: PostgreSQL refuses a zero character.
#[must_use]
pub fn can_be_kept(text: &str) -> bool {
    !text.contains('\0')
}

/// Reads every row.
///
/// # Errors
/// Whatever the database says.
pub async fn all<T: FromQueryResult>(on: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Vec<T>> {
    let rows = on.query_all_raw(statement(on, sql, values)).await?;
    Ok(rows.iter().map(|row| T::from_query_result(row, "")).collect::<Result<_, DbErr>>()?)
}

/// Reads the first row.
///
/// # Errors
/// Whatever the database says.
pub async fn one<T: FromQueryResult>(on: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<Option<T>> {
    let row: Option<QueryResult> = on.query_one_raw(statement(on, sql, values)).await?;
    Ok(row.as_ref().map(|row| T::from_query_result(row, "")).transpose()?)
}

/// Runs a statement and returns how many rows it touched.
///
/// # Errors
/// Whatever the database says.
pub async fn run(on: &impl ConnectionTrait, sql: &str, values: Vec<Value>) -> Result<u64> {
    let result: ExecResult = on.execute_raw(statement(on, sql, values)).await?;
    Ok(result.rows_affected())
}

/// Inserts rows `into` a table and its columns, in statements of few lengths; `end` is what follows the rows. The next
/// statement is put together while the engine works on the last.
///
/// # Errors
/// Whatever the database says.
pub async fn insert<const N: usize>(
    on: &impl ConnectionTrait,
    into: &str,
    end: &str,
    mut rows: impl ExactSizeIterator<Item = [Value; N]>,
) -> Result<()> {
    let mut statements = portions(rows.len()).map(|portion| {
        let sql = format!("INSERT INTO {into} VALUES {} {end}", tuples(portion, N));
        statement(on, &sql, rows.by_ref().take(portion).flatten().collect())
    });
    let mut next = statements.next();
    while let Some(this) = next {
        let (result, after) = futures_util::join!(on.execute_raw(this), async { statements.next() });
        result?;
        next = after;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        for (version, enough) in [("3.51.3", true), ("3.51.2", false), ("3.9.99", false), ("4.0.0", true), ("", false)]
        {
            assert_eq!(at_least(version, SQLITE_MIN), enough, "{version}");
        }
    }
}
