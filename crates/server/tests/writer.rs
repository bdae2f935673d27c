//! The one writer: order, isolation of failures, versions, and what happens when it is full or a command panics.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use preau_protocol::ErrorCode;
use preau_protocol::sync::EntityKind;
use preau_server::app::App;
use preau_server::db::{self, Db, Location};
use preau_server::error::{Error, Result};
use preau_server::statistics::keep_statistics;
use preau_server::sync::events::Poke;
use preau_server::sync::{Entity, Projection, StreamKind, create_stream, hold, publish, relay};
use preau_server::writer::{Command, Reads, Seat, WriteTx};
use sea_orm::FromQueryResult;
use support::{Engine, Harness, Town, on_each_engine, options};
use tokio::sync::broadcast::Receiver;
use uuid::Uuid;

#[derive(Debug, FromQueryResult)]
struct Number {
    n: i64,
}

async fn number(harness: &Harness, sql: &str, values: Vec<sea_orm::Value>) -> i64 {
    let row: Option<Number> = db::one(harness.app.db.readers(), sql, values).await.unwrap();
    row.unwrap().n
}

/// Publishes one entity, then ends as it is told.
#[derive(Clone)]
struct Write {
    town: Uuid,
    stream: Uuid,
    entity: Uuid,
    end: End,
    /// Whether it is run together with others that are.
    declares: bool,
    runs: Arc<AtomicU32>,
}

#[derive(Clone, Copy, PartialEq)]
enum End {
    Well,
    Refused,
    Panics,
}

impl Command for Write {
    type Output = i64;
    const NAME: &'static str = "test_write";

    fn reads(&self, _: &mut Reads) -> bool {
        self.declares
    }

    async fn apply(&self, tx: &WriteTx) -> Result<i64> {
        self.runs.fetch_add(1, Ordering::Relaxed);
        let entity = Entity::new(EntityKind::Contact, self.entity, &self.entity)?;
        let held = hold(tx, self.town, &[self.stream]).await?;
        publish(tx, &held, vec![Projection { stream: self.stream, kinds: &[], entities: vec![entity] }]).await?;
        match self.end {
            End::Well => Ok(tx.version_given(self.town, self.stream).unwrap()),
            End::Refused => Err(Error::Rule(ErrorCode::Conflict)),
            End::Panics => panic!("planted"),
        }
    }
}

struct Streams(Uuid, Vec<Uuid>);

impl Command for Streams {
    type Output = ();
    const NAME: &'static str = "test_streams";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        for stream in &self.1 {
            create_stream(tx, self.0, *stream, StreamKind::Family).await?;
        }
        Ok(())
    }
}

async fn streams(harness: &Harness, count: usize) -> (Town, Vec<Uuid>) {
    let town = harness.town("parempuyre").await;
    let streams: Vec<Uuid> = (0..count).map(|_| Uuid::now_v7()).collect();
    harness.app.writer.run(Streams(town.id, streams.clone())).await.unwrap();
    (town, streams)
}

fn write(town: &Town, stream: Uuid, end: End) -> Write {
    Write { town: town.id, stream, entity: Uuid::now_v7(), end, declares: false, runs: Arc::default() }
}

const COUNT: &str = "SELECT COUNT(*) AS n FROM change WHERE commune_id = $1";
const VERSION: &str = "SELECT version AS n FROM stream WHERE commune_id = $1 AND stream_id = $2";

#[tokio::test]
async fn a_command_that_fails_or_panics_undoes_itself_alone() {
    on_each_engine(|harness| async move {
        let (town, streams) = streams(&harness, 1).await;
        let ends = [End::Well, End::Refused, End::Well, End::Panics, End::Well];
        let commands = ends.map(|end| write(&town, streams[0], end));
        let results = futures_util::future::join_all(commands.clone().map(|c| harness.app.writer.run(c))).await;
        let well: Vec<bool> = results.iter().map(Result::is_ok).collect();
        assert_eq!(well, [true, false, true, false, true]);
        assert!(matches!(results[1], Err(Error::Rule(ErrorCode::Conflict))));
        assert_eq!(number(&harness, COUNT, vec![town.id.into()]).await, 3);
        let known = number(&harness, VERSION, vec![town.id.into(), streams[0].into()]).await;
        let last = results.iter().filter_map(|result| result.as_ref().ok()).max().unwrap();
        assert_eq!(known, *last, "the version a command was told is the one on record");
    })
    .await;
}

#[tokio::test]
async fn of_commands_that_run_together_too_one_that_fails_undoes_itself_alone() {
    on_each_engine(|harness| async move {
        let (town, streams) = streams(&harness, 2).await;
        let (run, alone) = (true, false);
        let commands = [
            (run, End::Well),
            (run, End::Well),
            (alone, End::Well),
            (run, End::Well),
            (run, End::Refused),
            (run, End::Well),
            (alone, End::Panics),
            (run, End::Panics),
            (run, End::Well),
        ];
        let count = |which: End| commands.iter().filter(|(_, end)| *end == which).count();
        let sent = commands.iter().enumerate().map(|(place, (declares, end))| {
            let write = Write { declares: *declares, ..write(&town, streams[place % 2], *end) };
            harness.app.writer.run(write)
        });
        let results = futures_util::future::join_all(sent).await;
        for ((_, end), result) in commands.iter().zip(&results) {
            assert_eq!(result.is_ok(), *end == End::Well, "{result:?}");
        }
        assert!(matches!(results[4], Err(Error::Rule(ErrorCode::Conflict))));
        assert_eq!(harness.app.writer.undone_runs(), 2);
        assert_eq!(number(&harness, COUNT, vec![town.id.into()]).await, count(End::Well) as i64);
        for stream in streams {
            let known = number(&harness, VERSION, vec![town.id.into(), stream.into()]).await;
            assert_eq!(known, 1, "they were one transaction");
        }
    })
    .await;
}

#[tokio::test]
async fn versions_have_no_gap_and_readers_never_see_half() {
    on_each_engine(|harness| async move {
        let (town, streams) = streams(&harness, 3).await;
        let writers = (0..150).map(|n| {
            let end = if n % 7 == 0 { End::Refused } else { End::Well };
            harness.app.writer.run(write(&town, streams[n % 3], end))
        });
        let results = futures_util::future::join_all(writers).await;
        for (place, stream) in streams.iter().enumerate() {
            let mut versions: Vec<i64> =
                results.iter().skip(place).step_by(3).filter_map(|result| result.as_ref().ok().copied()).collect();
            versions.dedup();
            let expected: Vec<i64> = (1..=versions.len() as i64).collect();
            assert_eq!(versions, expected, "each transaction adds exactly one, in arrival order");
            let known = number(&harness, VERSION, vec![town.id.into(), (*stream).into()]).await;
            assert_eq!(known, versions.len() as i64);
        }
        let ahead = "SELECT COUNT(*) AS n FROM change c JOIN stream s ON s.commune_id = c.commune_id \
                     AND s.stream_id = c.stream_id WHERE c.commune_id = $1 AND c.version > s.version";
        assert_eq!(number(&harness, ahead, vec![town.id.into()]).await, 0);
    })
    .await;
}

#[tokio::test]
async fn a_full_queue_says_busy_at_once() {
    on_each_engine(|harness| async move {
        let (town, streams) = streams(&harness, 1).await;
        let commands: Vec<_> = (0..3000).map(|_| harness.app.writer.run(write(&town, streams[0], End::Well))).collect();
        let results = futures_util::future::join_all(commands).await;
        let done = results.iter().filter(|result| result.is_ok()).count();
        let busy = results.iter().filter(|r| matches!(r, Err(Error::Busy { retry_after }) if *retry_after > 0)).count();
        assert_eq!(done + busy, 3000);
        assert!(busy > 0, "the queue is bounded");
        assert_eq!(number(&harness, COUNT, vec![town.id.into()]).await, done as i64, "every answer tells the truth");
    })
    .await;
}

/// The next poke that satisfies; far later than any comes, the test fails.
/// Says on which thread it ran.
struct Where;

impl Command for Where {
    type Output = Option<String>;
    const NAME: &'static str = "test_where";

    async fn apply(&self, tx: &WriteTx) -> Result<Option<String>> {
        let row: Option<Number> = db::one(tx.connection(), "SELECT CAST(1 AS BIGINT) AS n", Vec::new()).await?;
        Ok(row.and_then(|_| std::thread::current().name().map(str::to_owned)))
    }
}

#[tokio::test]
async fn a_writer_with_a_seat_of_its_own_does_all_that_is_queued_and_ends() {
    on_each_engine(|harness| async move {
        let elsewhere = harness.elsewhere().await;
        let db = Db::open(&elsewhere.location).await.unwrap();
        db.migrate().await.unwrap();
        let (app, end) = App::start(db, Arc::new(harness.clock.clone()), options(Seat::Own)).await.unwrap();
        if harness.engine == Engine::Postgres {
            // A backup is not put back into a database that is served, written to or not.
            let held = "SELECT COUNT(*) AS n FROM pg_locks l JOIN pg_database d ON d.oid = l.database \
                        WHERE l.locktype = 'advisory' AND d.datname = current_database()";
            let held: Option<Number> = db::one(app.db.readers(), held, Vec::new()).await.unwrap();
            assert_eq!(held.unwrap().n, 1);
        }
        let ran = futures_util::future::join_all((0..100).map(|_| app.writer.run(Where))).await;
        for on in ran {
            assert_eq!(on.unwrap().as_deref(), Some("writer"));
        }
        let db = app.db.clone();
        drop(app);
        end.await.unwrap();
        db.close().await;
        if let Location::Sqlite(folder) = &elsewhere.location {
            assert!(!folder.join("preau.sqlite-wal").exists(), "the log was put into the file");
        }
    })
    .await;
}

async fn heard(listener: &mut Receiver<Poke>, satisfies: impl Fn(Poke) -> bool) {
    let found = async { while !satisfies(listener.recv().await.unwrap()) {} };
    tokio::time::timeout(Duration::from_secs(30), found).await.expect("nothing was heard");
}

/// What one process commits, the desktops of the other hear of.
#[tokio::test]
async fn a_commit_pokes_the_desktops_of_another_process() {
    on_each_engine(|h: Harness| async move {
        if h.engine == Engine::Sqlite {
            assert!(Db::open(&h.location).await.is_err(), "one process serves an embedded database");
            return;
        }
        let other = h.another_process().await.app;
        let (mut here, mut there) = (h.app.pokes.listen(), other.pokes.listen());
        let relays = [tokio::spawn(relay(h.app.clone())), tokio::spawn(relay(other.clone()))];
        // Each says so once its line stands.
        heard(&mut here, |poke| poke == Poke::Anywhere).await;
        heard(&mut there, |poke| poke == Poke::Anywhere).await;

        let (town, streams) = streams(&h, 2).await;
        h.app.writer.run(write(&town, streams[1], End::Well)).await.unwrap();
        let news = Poke::Stream { commune: town.id, stream: streams[1] };
        heard(&mut there, |poke| poke == news).await;
        // The process that committed told its own desktops itself, once.
        assert_eq!(here.try_recv(), Ok(news));
        assert!(here.try_recv().is_err());

        for app in [&h.app, &other] {
            app.closing.cancel();
        }
        for relay in relays {
            relay.await.unwrap();
        }
        other.db.close().await;
    })
    .await;
}

/// A plan made for an empty table reads all of it: a table that grew is looked at anew, once.
#[tokio::test]
async fn a_table_that_grew_is_looked_at_anew() {
    on_each_engine(|h: Harness| async move {
        let (town, many) = streams(&h, 400).await;
        if h.engine == Engine::Sqlite {
            assert_eq!(h.app.db.renew_statistics().await.unwrap(), Vec::<String>::new());
            return;
        }
        // Not counting what PostgreSQL does by itself.
        let asked = "SELECT analyze_count AS n FROM pg_stat_user_tables WHERE relname = 'stream'";
        let keeping = tokio::spawn(keep_statistics(h.app.clone()));
        // PostgreSQL counts what changed when a later transaction ends.
        let seen = async {
            while number(&h, asked, Vec::new()).await == 0 {
                h.app.writer.run(write(&town, many[0], End::Well)).await.unwrap();
            }
        };
        tokio::time::timeout(Duration::from_secs(60), seen).await.expect("the table was not looked at");
        keeping.abort();
        let known = "SELECT CAST(reltuples AS BIGINT) AS n FROM pg_class WHERE relname = 'stream'";
        assert!(number(&h, known, Vec::new()).await >= 400);
        assert!(!h.app.db.renew_statistics().await.unwrap().contains(&"stream".to_owned()), "and no more");
    })
    .await;
}
