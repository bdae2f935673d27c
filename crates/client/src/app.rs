//! The application without its window: what it is given, what it tells, and the one space that is open.
//!
//! Invariant: at most one space is open; opening another closes it first, in order (tasks, then the file).

use crate::accounts::towns::Towns;
use crate::accounts::{Account, AccountState, Idle};
use crate::clock::{Chance, Clock};
use crate::db::CacheKey;
use crate::disk::Disk;
use crate::error::{CacheError, Error, Failure, FailureCode};
use crate::family;
use crate::family::sync::Decided;
use crate::family::views::HomeView;
use crate::profiles::key::Keychain;
use crate::profiles::{OpenCache, Profile};
use crate::reservations::reminders::{self, Deadlines};
use crate::sync::planner::Cause;
use crate::sync::runner::Engine;
use crate::sync::transport::Connector;
use crate::sync::views::SyncStatusView;
use crate::sync::{events, watch};
use std::path::PathBuf;
use std::sync::Arc;
use tokio::sync::Mutex;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// What changed, for whoever shows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Topic {
    /// People, addresses, changes of details.
    Family,
    /// What the town says.
    Commune,
    /// Days of children.
    Reservations,
    /// What waits to be sent, or was answered.
    Outbox,
}

/// Something that happened by itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Notice {
    /// Another space, or none, or its session ended.
    SessionChanged,
    /// Data to show again.
    DataChanged(Vec<Topic>),
    /// The state at the top of the window.
    SyncStatusChanged(SyncStatusView),
    /// The town decided, or an e-mail was confirmed.
    ChangesDecided(Decided),
    /// Deadlines come near.
    DeadlinesNear(Deadlines),
}

/// Who is told. Must not block.
pub trait Listener: Send + Sync + 'static {
    /// Something happened.
    fn notify(&self, notice: Notice);
}

/// What the application is given.
#[derive(Clone)]
pub struct Environment {
    /// Where the profiles are kept.
    pub data_dir: PathBuf,
    /// A directory of towns in place of the one shipped.
    pub directory: Option<PathBuf>,
    /// The system's keychain, when there is one.
    pub keys: Keychain,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// Jitter.
    pub chance: Arc<dyn Chance>,
    /// Where a crash must find the old or the new.
    pub disk: Arc<dyn Disk>,
    /// The way to servers.
    pub connector: Arc<dyn Connector>,
    /// Who is told.
    pub listener: Arc<dyn Listener>,
    /// What this computer calls itself in the account's list of devices.
    pub device_label: String,
    /// A random id of this installation: the server counts tries by it, and learns nothing else from it.
    pub installation: Uuid,
    /// This computer is a kiosk: spaces are in memory only, and an action is answered while one looks, or refused.
    pub kiosk: bool,
    /// Leaves caches unencrypted, so that a test can prove that it would find what encryption hides.
    #[cfg(debug_assertions)]
    pub plain_cache_for_tests: bool,
}

/// The application.
#[derive(Clone)]
pub struct Client {
    pub(crate) env: Environment,
    pub(crate) state: Arc<Mutex<AccountState>>,
    pub(crate) towns: Arc<Towns>,
}

/// Where an open space is kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Home {
    /// In a folder of this computer.
    Kept(Box<Profile>),
    /// In memory; with the town's short name and server.
    Memory {
        /// An id for as long as it lasts.
        id: Uuid,
        /// The server's address.
        server: String,
    },
}

/// A space that is open.
pub struct Space {
    /// Where it is kept.
    pub home: Home,
    /// Who is in.
    pub account: Account,
    /// Its sync.
    pub engine: Arc<Engine>,
    /// How long nobody has used it, where it has a PIN.
    pub idle: Idle,
    open: OpenCache,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Client {
    /// The application, with nobody in.
    #[must_use]
    pub fn new(env: Environment) -> Self {
        let towns = Arc::new(Towns::new(env.directory.clone()));
        Self { env, state: Arc::new(Mutex::new(AccountState::SignedOut)), towns }
    }

    /// The open space.
    ///
    /// # Errors
    /// [`FailureCode::Locked`], or [`FailureCode::SignInAgain`] when none is open.
    pub(crate) async fn space(&self) -> Result<Arc<Space>, Failure> {
        match &*self.state.lock().await {
            AccountState::Open(space) => Ok(space.clone()),
            AccountState::Locked(_) => Err(Failure::of(FailureCode::Locked)),
            AccountState::SignedOut | AccountState::FirstCode(_) => Err(Failure::of(FailureCode::SignInAgain)),
        }
    }

    /// Refuses what needs no open space, and is still nothing for whoever sits before a locked one.
    ///
    /// # Errors
    /// [`FailureCode::Locked`].
    pub(crate) async fn unlocked(&self) -> Result<(), Failure> {
        match &*self.state.lock().await {
            AccountState::Locked(_) => Err(Failure::of(FailureCode::Locked)),
            AccountState::Open(_) | AccountState::SignedOut | AccountState::FirstCode(_) => Ok(()),
        }
    }

    /// The home page: of the family, with the deadlines of its days.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`] while nothing was read yet.
    pub async fn home(&self) -> Result<HomeView, Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        let db = held.db().map_err(Error::from)?;
        let deadlines = reminders::todo(db, &*space.engine.clock).await?;
        Ok(family::commands::home(&space, db, deadlines).await?)
    }

    pub(crate) fn notify(&self, notice: Notice) {
        self.env.listener.notify(notice);
    }

    /// The key as the cache wants it.
    pub(crate) fn cache_key(&self, key: crate::profiles::key::Key) -> CacheKey {
        #[cfg(debug_assertions)]
        if self.env.plain_cache_for_tests {
            return CacheKey::PlainForTests;
        }
        CacheKey::Raw(key)
    }

    /// Whether closing could lose anything at all: not where the space is kept. Answers at once; when the state is just
    /// changing it says yes, and [`Client::lost_on_close`] knows.
    #[must_use]
    pub fn may_lose_on_close(&self) -> bool {
        self.state.try_lock().map_or(true, |state| in_memory(&state).is_some())
    }

    /// How many operations closing would lose: those without an answer, of a space that only memory holds.
    pub async fn lost_on_close(&self) -> u32 {
        let Some(space) = in_memory(&*self.state.lock().await) else { return 0 };
        // A cache that fails has nothing to send either.
        space.engine.status().await.map_or(0, |status| status.pending)
    }

    /// Closes what is open, before the process ends.
    pub async fn close(&self) {
        let state = std::mem::replace(&mut *self.state.lock().await, AccountState::SignedOut);
        close(state).await;
    }
}

fn in_memory(state: &AccountState) -> Option<Arc<Space>> {
    state.space().filter(|space| matches!(space.home, Home::Memory { .. })).cloned()
}

/// Closes a state: the tasks end, then the cache's file.
pub(crate) async fn close(state: AccountState) {
    if let Some(space) = state.space() {
        space.close().await;
    }
}

impl Space {
    /// Starts sync on an open cache.
    pub(crate) fn start(home: Home, account: Account, engine: Engine, open: OpenCache) -> Arc<Self> {
        let engine = Arc::new(engine);
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        engine.wake(Cause::Start);
        let runner = engine.clone();
        tasks.spawn(stop.clone().run_until_cancelled_owned(async move { runner.run().await }));
        let line = engine.clone();
        tasks.spawn(stop.clone().run_until_cancelled_owned(async move { events::listen(&line).await }));
        let watched = engine.clone();
        tasks.spawn(stop.clone().run_until_cancelled_owned(async move { watch::watch(&watched).await }));
        let reminded = engine.clone();
        tasks.spawn(stop.clone().run_until_cancelled_owned(async move { reminders::watch(&reminded).await }));
        tasks.close();
        let idle = Idle::new(engine.clock.clone());
        Arc::new(Self { home, account, engine, idle, open, stop, tasks })
    }

    /// Does this too for as long as the space is held.
    pub(crate) fn also(&self, task: impl Future<Output = ()> + Send + 'static) {
        self.tasks.spawn(self.stop.clone().run_until_cancelled_owned(task));
    }

    async fn close(&self) {
        self.stop.cancel();
        self.tasks.wait().await;
        self.engine.session.settle().await;
        if let Err(error) = self.open.close().await {
            tracing::warn!(%error, "closing the cache");
        }
    }
}

impl From<CacheError> for Failure {
    fn from(error: CacheError) -> Self {
        Error::from(error).into()
    }
}
