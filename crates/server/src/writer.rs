//! The one writer: one task, one connection, one bounded queue. Every change of a server process goes through it.
//!
//! It takes up to [`BATCH`] commands in arrival order and commits them as one transaction; answers leave only after the
//! commit. A command that fails undoes itself alone. When the transaction itself fails, its commands are run again one by
//! one, so a command is written to be run more than once.
//!
//! What commands only append, and nobody reads before the commit but by the same store, is written once for all of them:
//! see [`Together`]. Each command has a savepoint of its own, but for those in a row that know what they will read: it is
//! read at once for the run of them, which has one savepoint ([`Command::reads`]).

use std::collections::{BTreeMap, BTreeSet};
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use anyhow::{Context, anyhow};
use futures_util::FutureExt;
use futures_util::future::BoxFuture;
use jiff::Timestamp;
use preau_failpoints::{self as failpoints, Mistake};
use sea_orm::{ConnectionTrait, DatabaseTransaction, TransactionTrait};
use tokio::sync::{mpsc, oneshot};
use tokio::task::JoinHandle;
use uuid::Uuid;

use crate::clock::Clock;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::sync::events::Pokes;
use crate::together::Left;

pub use crate::ahead::{Ahead, Reads};
pub use crate::together::{Together, When};

/// Most commands of one transaction. A durable commit can take as long as all of their statements: under a load that keeps
/// more of them waiting, fewer commits answer more.
const BATCH: usize = 512;
/// Commands that may wait before new ones are refused.
const QUEUE: usize = 2048;
/// Times a command is run when another process holds its rows.
const TRIES: u32 = 5;

/// A change of the database. `apply` may run more than once and has no effect outside the transaction.
pub trait Command: Send + Sync + 'static {
    /// What the caller receives after the commit.
    type Output: Send + 'static;

    /// Its name in logs and metrics.
    const NAME: &'static str;

    /// Says what it will read, where it knows all of it and leaves all that it writes ([`Together`]): commands in a row that do
    /// so run one after the other without a savepoint or a statement of their own. What other commands read by themselves
    /// is to be left for the end of the run. False, with nothing wanted, for any other command.
    fn reads(&self, _reads: &mut Reads) -> bool {
        false
    }

    /// Runs inside a savepoint; an error has no effect but this answer. When a run is undone for one of its commands, the
    /// others are run again.
    fn apply(&self, tx: &WriteTx) -> impl Future<Output = Result<Self::Output>> + Send;
}

/// The transaction of a command.
#[derive(Debug)]
pub struct WriteTx {
    /// The transaction, or a savepoint of it.
    on: Arc<DatabaseTransaction>,
    now: Timestamp,
    /// Versions given in this transaction, so that a stream's version grows by exactly one in it (I5).
    versions: Mutex<BTreeMap<(Uuid, Uuid), i64>>,
    /// What was read for this command and others before the first of them ran.
    ahead: Reads,
    /// What was left before this savepoint to be written later.
    before: Left,
    /// What is left in this savepoint; gone with it when it is undone.
    own: Mutex<Left>,
}

impl WriteTx {
    /// A transaction without the writer task, where no server runs: putting a backup back.
    pub(crate) fn alone(transaction: DatabaseTransaction, now: Timestamp) -> Self {
        Self::over(Arc::new(transaction), now, Versions::new(), Left::default())
    }

    fn over(on: Arc<DatabaseTransaction>, now: Timestamp, versions: Versions, before: Left) -> Self {
        Self { on, now, versions: Mutex::new(versions), ahead: Reads::default(), before, own: Mutex::default() }
    }

    /// Writes what was left for the end, and commits a transaction that is not the writer task's.
    pub(crate) async fn commit(mut self) -> Result<()> {
        let left = std::mem::take(self.own.get_mut().unwrap_or_else(PoisonError::into_inner));
        left.write(&self).await?;
        Ok(alone(self.on)?.commit().await?)
    }

    /// Where statements run.
    #[must_use]
    pub fn connection(&self) -> &impl ConnectionTrait {
        self.on.as_ref()
    }

    /// The instant of the transaction.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The version this transaction already gave the stream.
    #[must_use]
    pub fn version_given(&self, commune: Uuid, stream: Uuid) -> Option<i64> {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner).get(&(commune, stream)).copied()
    }

    /// What was read ahead.
    #[must_use]
    pub fn ahead<T: Ahead>(&self) -> Option<&T> {
        self.ahead.get()
    }

    /// Leaves something to be written later in the transaction: [`When`].
    pub fn leave<T: Together>(&self, leave: impl FnOnce(&mut T)) {
        self.own.lock().unwrap_or_else(PoisonError::into_inner).leave(leave);
    }

    /// Looks into what was left so far, the latest first.
    pub fn left<T: Together, R>(&self, mut look: impl FnMut(&T) -> Option<R>) -> Option<R> {
        let own = self.own.lock().unwrap_or_else(PoisonError::into_inner);
        let found = own.get().and_then(&mut look);
        found.or_else(|| self.before.get().and_then(look))
    }

    /// Remembers the version given to a stream.
    pub fn give_version(&self, commune: Uuid, stream: Uuid, version: i64) {
        self.versions.lock().unwrap_or_else(PoisonError::into_inner).insert((commune, stream), version);
    }
}

/// Where the writer's task runs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Seat {
    /// Among the tasks of the runtime that starts it.
    #[default]
    Shared,
    /// On a thread with a runtime of its own, where it never waits behind the tasks of HTTP.
    Own,
}

/// Hands commands to the writer task.
#[derive(Debug, Clone)]
pub struct Writer {
    queue: mpsc::Sender<Box<dyn Queued>>,
    undone: Arc<AtomicU64>,
}

impl Writer {
    /// Starts the task. It ends, with everything queued done, when the last handle is dropped.
    ///
    /// # Errors
    /// With a seat of its own: when the system gives no runtime or thread, or its connection does not open there.
    pub async fn start(
        db: Arc<Db>,
        clock: Arc<dyn Clock>,
        pokes: Pokes,
        seat: Seat,
    ) -> anyhow::Result<(Self, JoinHandle<()>)> {
        let (queue, commands) = mpsc::channel(QUEUE);
        let undone = Arc::new(AtomicU64::new(0));
        let desk = Desk { db, clock, pokes, undone: undone.clone() };
        let task = match seat {
            Seat::Shared => tokio::spawn(async move { desk.work(commands).await }),
            Seat::Own => desk.work_apart(commands).await?,
        };
        Ok((Self { queue, undone }, task))
    }

    /// Runs a command and returns its output once it is committed.
    ///
    /// # Errors
    /// [`Error::Busy`] at once when the queue is full; otherwise what the command or the commit said.
    pub async fn run<C: Command>(&self, command: C) -> Result<C::Output> {
        let (answer, answered) = oneshot::channel();
        let queued = Box::new(Submitted { command, output: None, answer });
        self.queue.try_send(queued).map_err(|_| Error::Busy { retry_after: 1 + rand::random_range(0..4) })?;
        answered.await.map_err(|_| Error::Internal(anyhow!("the writer stopped before {}", C::NAME)))?
    }

    /// Commands waiting, for metrics.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.queue.max_capacity() - self.queue.capacity()
    }

    /// Runs of commands that were undone, and whose commands were run each by itself, for metrics: more than a few mean that
    /// reading ahead gains nothing.
    #[must_use]
    pub fn undone_runs(&self) -> u64 {
        self.undone.load(Ordering::Relaxed)
    }
}

/// A command in the queue, whatever its output is.
trait Queued: Send {
    fn name(&self) -> &'static str;
    fn reads(&self, reads: &mut Reads) -> bool;
    fn apply<'a>(&'a mut self, tx: &'a WriteTx) -> BoxFuture<'a, Result<()>>;
    fn answer(self: Box<Self>, result: Result<()>);
}

struct Submitted<C: Command> {
    command: C,
    output: Option<C::Output>,
    answer: oneshot::Sender<Result<C::Output>>,
}

impl<C: Command> Queued for Submitted<C> {
    fn name(&self) -> &'static str {
        C::NAME
    }

    fn reads(&self, reads: &mut Reads) -> bool {
        self.command.reads(reads)
    }

    fn apply<'a>(&'a mut self, tx: &'a WriteTx) -> BoxFuture<'a, Result<()>> {
        Box::pin(async move {
            self.output = Some(self.command.apply(tx).await?);
            Ok(())
        })
    }

    fn answer(self: Box<Self>, result: Result<()>) {
        let output = self.output;
        let answer = result.and_then(|()| output.ok_or_else(|| Error::Internal(anyhow!("{} left no output", C::NAME))));
        if self.answer.send(answer).is_err() {
            // The caller hung up; what was committed stays, and a replay of the operation gives the same answer.
            tracing::debug!(command = C::NAME, "nobody waits for the answer");
        }
    }
}

/// What the writer task works with.
struct Desk {
    db: Arc<Db>,
    clock: Arc<dyn Clock>,
    pokes: Pokes,
    undone: Arc<AtomicU64>,
}

impl Desk {
    /// Works on a thread of its own, once its connection is open there.
    async fn work_apart(self, commands: mpsc::Receiver<Box<dyn Queued>>) -> anyhow::Result<JoinHandle<()>> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let (opened, open) = oneshot::channel();
        let (done, end) = oneshot::channel();
        let work = async move {
            let outcome = self.db.open_writer().await;
            let opens = outcome.is_ok();
            if opened.send(outcome).is_ok() && opens {
                self.work(commands).await;
            }
            self.db.close_writer().await;
        };
        // A blocking task would keep the whole process from ending while its database does not answer.
        std::thread::Builder::new().name("writer".to_owned()).spawn(move || {
            runtime.block_on(work);
            done.send(()).unwrap_or_default();
        })?;
        open.await.context("the writer's thread ended")??;
        Ok(tokio::spawn(async move { end.await.unwrap_or_default() }))
    }

    async fn work(&self, mut commands: mpsc::Receiver<Box<dyn Queued>>) {
        let mut batch = Vec::with_capacity(BATCH);
        while commands.recv_many(&mut batch, BATCH).await > 0 {
            self.run_batch(std::mem::take(&mut batch)).await;
        }
    }

    async fn run_batch(&self, mut batch: Vec<Box<dyn Queued>>) {
        metrics::histogram!("preau_writer_batch").record(batch.len() as f64);
        match self.transact(&mut batch).await {
            Ok((results, streams)) => {
                self.pokes.send(&streams);
                for (command, result) in batch.into_iter().zip(results) {
                    command.answer(result);
                }
            }
            Err(error) => {
                tracing::warn!(%error, commands = batch.len(), "a batch failed, running its commands one by one");
                for command in batch {
                    self.run_alone(command).await;
                }
            }
        }
    }

    async fn run_alone(&self, mut command: Box<dyn Queued>) {
        for attempt in 1..=TRIES {
            let result = match self.transact(std::slice::from_mut(&mut command)).await {
                Ok((mut results, streams)) => {
                    self.pokes.send(&streams);
                    results.pop().unwrap_or(Ok(()))
                }
                Err(error) => Err(error),
            };
            if attempt < TRIES && result.as_ref().is_err_and(Error::is_contention) {
                continue;
            }
            if let Err(Error::Internal(error)) = &result {
                tracing::error!(command = command.name(), error = format!("{error:#}"), "a command failed");
            }
            command.answer(result);
            return;
        }
    }

    /// One transaction over the commands: their results, and the streams that have news.
    async fn transact(&self, batch: &mut [Box<dyn Queued>]) -> Result<(Vec<Result<()>>, Streams)> {
        let transaction = Arc::new(self.db.begin_write().await?);
        let mut course = Course::new(transaction.clone(), self.clock.now());
        let mut rest = batch;
        while !rest.is_empty() {
            let mut reads = Reads::default();
            let run = rest.iter().take_while(|command| declares(command.as_ref(), &mut reads)).count();
            let (commands, after) = rest.split_at_mut(run);
            if !commands.is_empty() && !course.together(commands, reads).await? {
                self.undone.fetch_add(1, Ordering::Relaxed);
                course.each(commands).await?;
            }
            let alone = after.iter().take_while(|command| !declares(command.as_ref(), &mut Reads::default())).count();
            let (commands, after) = after.split_at_mut(alone);
            course.each(commands).await?;
            rest = after;
        }
        let (versions, results) = course.end().await?;
        let transaction = alone(transaction)?;
        failpoints::pass("server.before_commit").await;
        if failpoints::planted(Mistake::AcknowledgesBeforeCommit) {
            transaction.rollback().await?;
        } else {
            transaction.commit().await?;
            failpoints::note("a transaction was committed");
        }
        failpoints::pass("server.committed").await;
        Ok((results, versions.into_keys().collect()))
    }
}

/// Whether a command says what it will read. One that panics on the way does not: it will again when it is run, alone.
fn declares(command: &dyn Queued, reads: &mut Reads) -> bool {
    std::panic::catch_unwind(AssertUnwindSafe(|| command.reads(reads))).unwrap_or(false)
}

/// A command that panics fails alone: the writer must outlive every mistake.
async fn guarded(name: &'static str, apply: BoxFuture<'_, Result<()>>) -> Result<()> {
    match AssertUnwindSafe(apply).catch_unwind().await {
        Ok(result) => result,
        Err(_) => Err(Error::Internal(anyhow!("{name} panicked"))),
    }
}

type Streams = BTreeSet<(Uuid, Uuid)>;
type Versions = BTreeMap<(Uuid, Uuid), i64>;

/// A transaction that nobody works with any more, to be ended.
fn alone(transaction: Arc<DatabaseTransaction>) -> Result<DatabaseTransaction> {
    Arc::into_inner(transaction).ok_or_else(|| Error::Internal(anyhow!("a transaction is still in use")))
}

/// How far a transaction has come.
struct Course {
    on: Arc<DatabaseTransaction>,
    now: Timestamp,
    versions: Versions,
    /// What is still to be written.
    left: Left,
    results: Vec<Result<()>>,
}

impl Course {
    fn new(on: Arc<DatabaseTransaction>, now: Timestamp) -> Self {
        Self { on, now, versions: Versions::new(), left: Left::default(), results: Vec::new() }
    }

    async fn savepoint(&mut self) -> Result<WriteTx> {
        let savepoint = self.on.begin_with_options(sea_orm::TransactionOptions::default()).await?;
        Ok(WriteTx::over(Arc::new(savepoint), self.now, self.versions.clone(), std::mem::take(&mut self.left)))
    }

    async fn keep(&mut self, tx: WriteTx) -> Result<()> {
        let WriteTx { on, versions, before, own, .. } = tx;
        alone(on)?.commit().await?;
        self.versions = versions.into_inner().unwrap_or_else(PoisonError::into_inner);
        self.left = before;
        self.left.add(own.into_inner().unwrap_or_else(PoisonError::into_inner));
        Ok(())
    }

    async fn undo(&mut self, tx: WriteTx) -> Result<()> {
        self.left = tx.before;
        Ok(alone(tx.on)?.rollback().await?)
    }

    /// Commands that know what they read: it is read at once, and what they change is written at once. Says false when one
    /// of them failed, which undoes them all.
    async fn together(&mut self, commands: &mut [Box<dyn Queued>], reads: Reads) -> Result<bool> {
        let mut tx = self.savepoint().await?;
        match read_apply_write(&mut tx, commands, reads).await {
            Ok(()) => {
                self.keep(tx).await?;
                self.results.extend(commands.iter().map(|_| Ok(())));
                Ok(true)
            }
            // PostgreSQL has ended the whole transaction: everything in it is run again.
            Err(error) if error.is_contention() => Err(error),
            Err(error) => {
                tracing::warn!(%error, commands = commands.len(), "commands failed together, each is run by itself");
                self.undo(tx).await?;
                Ok(false)
            }
        }
    }

    /// Each command in a savepoint of its own.
    async fn each(&mut self, commands: &mut [Box<dyn Queued>]) -> Result<()> {
        for command in commands {
            let tx = self.savepoint().await?;
            let result = guarded(command.name(), command.apply(&tx)).await;
            if result.as_ref().is_err_and(Error::is_contention) {
                return result;
            }
            if result.is_ok() {
                self.keep(tx).await?;
            } else {
                self.undo(tx).await?;
            }
            self.results.push(result);
        }
        Ok(())
    }

    /// Writes what was left, without a savepoint: when that fails all is undone. Then the versions that streams have, and
    /// the results of the commands.
    async fn end(self) -> Result<(Versions, Vec<Result<()>>)> {
        let Self { on, now, versions, left, results } = self;
        if left.is_empty() {
            return Ok((versions, results));
        }
        let tx = WriteTx::over(on, now, versions, Left::default());
        guarded("what was left together", Box::pin(left.write(&tx))).await?;
        Ok((tx.versions.into_inner().unwrap_or_else(PoisonError::into_inner), results))
    }
}

async fn read_apply_write(tx: &mut WriteTx, commands: &mut [Box<dyn Queued>], mut reads: Reads) -> Result<()> {
    guarded("what is read ahead", Box::pin(reads.read(tx))).await?;
    tx.ahead = reads;
    for command in commands {
        guarded(command.name(), command.apply(tx)).await?;
    }
    let of_run = tx.own.get_mut().unwrap_or_else(PoisonError::into_inner).of_run();
    guarded("what a run left", Box::pin(of_run.write(tx))).await
}
