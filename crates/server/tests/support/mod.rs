//! The server in process, over each engine: SQLite in a temporary folder always, PostgreSQL where
//! `PREAU_TEST_POSTGRES` names a cluster (a database of its own for each test, dropped afterwards).

#![allow(dead_code, unused_imports)] // each test crate uses its part
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod people;
mod requests;
mod streams;
mod writing;

use std::panic::AssertUnwindSafe;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use axum::Router;
use futures_util::FutureExt;
use jiff::Timestamp;
use preau_server::accounts::hashing::HashingLimits;
use preau_server::accounts::letters::LetterPress;
use preau_server::accounts::letters::counter::Counter;
use preau_server::addresses::AddressBase;
use preau_server::app::{App, AppOptions};
use preau_server::clock::Clock;
use preau_server::db::{self, Db, Location};
use preau_server::http::{self, HttpOptions};
use preau_server::writer::Seat;
use sea_orm::FromQueryResult;
use sqlx::{AssertSqlSafe, Connection, PgConnection};
use tempfile::TempDir;
use uuid::Uuid;

pub use people::*;
pub use requests::*;
pub use streams::*;
pub use writing::*;

/// A clock that moves when a test says so.
#[derive(Debug, Clone)]
pub struct TestClock(Arc<Mutex<Timestamp>>);

impl Default for TestClock {
    fn default() -> Self {
        Self(Arc::new(Mutex::new("2026-11-23T08:00:00Z".parse().unwrap())))
    }
}

impl TestClock {
    pub fn advance(&self, by: Duration) {
        let mut now = self.0.lock().unwrap();
        *now = now.checked_add(by).unwrap();
    }
}

impl Clock for TestClock {
    fn now(&self) -> Timestamp {
        *self.0.lock().unwrap()
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

/// A server in process. Clones share it.
#[derive(Clone)]
pub struct Harness {
    pub app: App,
    pub router: Router,
    pub clock: TestClock,
    pub engine: Engine,
    pub location: Location,
    folder: Arc<TempDir>,
}

impl Harness {
    async fn open(engine: Engine, location: Location, folder: Arc<TempDir>, hashing: HashingLimits) -> Self {
        let clock = TestClock::default();
        let (app, router) = start(&location, &clock, hashing).await;
        Self { app, router, clock, engine, location, folder }
    }

    /// Another server process over the same database.
    pub async fn another_process(&self) -> Self {
        self.process_over(self.location.clone()).await
    }

    /// A server process over another database, with the same data folder.
    pub async fn process_over(&self, location: Location) -> Self {
        let (app, router) = start(&location, &self.clock, HashingLimits::default()).await;
        Self { app, router, location, ..self.clone() }
    }

    /// The tables of the schema, by name.
    pub async fn tables(&self) -> Vec<String> {
        #[derive(FromQueryResult)]
        struct Row {
            name: String,
        }
        let sql = match self.engine {
            Engine::Sqlite => {
                "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE 'sqlite%' \
                 AND name <> '_sqlx_migrations' ORDER BY name"
            }
            Engine::Postgres => {
                "SELECT table_name::text AS name FROM information_schema.tables \
                 WHERE table_schema = current_schema() AND table_name <> '_sqlx_migrations' ORDER BY 1"
            }
        };
        let rows: Vec<Row> = db::all(self.app.db.readers(), sql, Vec::new()).await.unwrap();
        rows.into_iter().map(|row| row.name).collect()
    }

    /// An empty database of the same engine.
    pub async fn elsewhere(&self) -> Elsewhere {
        let folder = tempfile::tempdir().unwrap();
        let location = match (self.engine, std::env::var("PREAU_TEST_POSTGRES")) {
            (Engine::Postgres, Ok(base)) => {
                let name = format!("preau_test_{}", Uuid::now_v7().simple());
                administer(&base, &format!("CREATE DATABASE {name}")).await;
                Location::Postgres(database_url(&base, &name))
            }
            _ => Location::Sqlite(folder.path().to_owned()),
        };
        Elsewhere { location, _folder: folder }
    }

    /// The data folder.
    pub fn folder(&self) -> &std::path::Path {
        self.folder.path()
    }
}

impl Harness {
    /// The same server, whose letters are printed by this press.
    pub fn with_press(&self, press: &'static dyn LetterPress) -> Self {
        let options =
            HttpOptions { counter: Counter::new(Some(press), "https://portail.exemple.fr"), ..Default::default() };
        Self { router: http::router(self.app.clone(), &options), ..self.clone() }
    }
}

/// What a server in process is started with.
pub fn options(seat: Seat) -> AppOptions {
    AppOptions { secret: vec![7; 32], hashing: HashingLimits::default(), addresses: AddressBase::default(), seat }
}

async fn start(location: &Location, clock: &TestClock, hashing: HashingLimits) -> (App, Router) {
    let db = Db::open(location).await.unwrap();
    db.migrate().await.unwrap();
    let options = AppOptions { hashing, ..options(Seat::Shared) };
    let (app, _) = App::start(db, Arc::new(clock.clone()), options).await.unwrap();
    let router = http::router(app.clone(), &HttpOptions::default());
    (app, router)
}

/// A database beside the one of a test. One of PostgreSQL goes away with the cluster of the tests.
pub struct Elsewhere {
    pub location: Location,
    _folder: TempDir,
}

/// Runs the body on SQLite, then on PostgreSQL where one is named.
pub async fn on_each_engine<F, Fut>(body: F)
where
    F: Fn(Harness) -> Fut,
    Fut: Future<Output = ()>,
{
    on_each_engine_hashing(HashingLimits { waiting: 1000, ..HashingLimits::default() }, body).await;
}

/// The same, with other bounds of the hashing pool.
pub async fn on_each_engine_hashing<F, Fut>(hashing: HashingLimits, body: F)
where
    F: Fn(Harness) -> Fut,
    Fut: Future<Output = ()>,
{
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let location = Location::Sqlite(folder.path().to_owned());
    let harness = Harness::open(Engine::Sqlite, location, folder, hashing).await;
    body(harness.clone()).await;
    harness.app.db.close().await;

    let Ok(base) = std::env::var("PREAU_TEST_POSTGRES") else { return };
    let name = format!("preau_test_{}", Uuid::now_v7().simple());
    administer(&base, &format!("CREATE DATABASE {name}")).await;
    let location = Location::Postgres(database_url(&base, &name));
    let folder = Arc::new(tempfile::tempdir().unwrap());
    let harness = Harness::open(Engine::Postgres, location, folder, hashing).await;
    let outcome = AssertUnwindSafe(body(harness.clone())).catch_unwind().await;
    harness.app.db.close().await;
    administer(&base, &format!("DROP DATABASE {name} WITH (FORCE)")).await;
    if let Err(panic) = outcome {
        std::panic::resume_unwind(panic);
    }
}

/// `postgres://user@host:port/postgres` with another database.
fn database_url(base: &str, name: &str) -> String {
    let (server, query) = base.split_once('?').map_or((base, None), |(server, query)| (server, Some(query)));
    let server = server.rsplit_once('/').expect("a database in the URL").0;
    query.map_or_else(|| format!("{server}/{name}"), |query| format!("{server}/{name}?{query}"))
}

async fn administer(base: &str, sql: &str) {
    let mut connection = PgConnection::connect(base).await.unwrap();
    sqlx::raw_sql(AssertSqlSafe(sql.to_owned())).execute(&mut connection).await.unwrap();
    connection.close().await.unwrap();
}
