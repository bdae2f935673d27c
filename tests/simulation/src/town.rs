//! The town: its server, which dies and starts again, its database in memory, its backups.
//!
//! A database in memory is shared by its name and lives as long as somebody is connected: [`Disk`] is connected, so
//! that what was committed outlives the server, as on a real disk.

use crate::clock::{Drawn, WorldTime};
use crate::network::Network;
use crate::stage::Stage;
use anyhow::{Context, Result, bail};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use preau_protocol::agents::DecideChangeRequest;
use preau_server::accounts::hashing::{HashingLimits, HashingPool};
use preau_server::accounts::keys::Keys;
use preau_server::accounts::letters::{Letter, Wanted};
use preau_server::addresses::AddressBase;
use preau_server::admin::{self, Answer, Request};
use preau_server::app::App;
use preau_server::db::{Db, Location};
use preau_server::http::{self, HttpOptions};
use preau_server::sync::events::Pokes;
use preau_server::writer::Writer;
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;
use xtask::demo_families;

/// Databases made by this process: each has a name of its own.
static DISKS: AtomicU64 = AtomicU64::new(0);
/// Backups kept.
const BACKUPS: usize = 3;

/// A database that lives as long as this.
pub struct Disk {
    name: String,
    connection: SqliteConnection,
}

impl Disk {
    pub async fn empty() -> Result<Self> {
        let name = format!("preau-{}", DISKS.fetch_add(1, Ordering::Relaxed));
        let connection = SqliteConnection::connect(&format!("sqlite:file:{name}?mode=memory&cache=shared")).await?;
        Ok(Self { name, connection })
    }

    /// What was committed, in a database of its own.
    pub async fn copy(&mut self) -> Result<Self> {
        let copy = Self::empty().await?;
        let into = format!("VACUUM INTO 'file:{}?mode=memory&cache=shared'", copy.name);
        sqlx::query(AssertSqlSafe(into)).execute(&mut self.connection).await.context("copying a database")?;
        Ok(copy)
    }

    pub fn location(&self) -> Location {
        Location::Memory(self.name.clone())
    }

    pub fn connection(&mut self) -> &mut SqliteConnection {
        &mut self.connection
    }
}

/// What makes servers, the same at every start: keys, and the pool whose first hash is slow.
#[derive(Clone)]
pub struct Machine {
    keys: Keys,
    hashing: HashingPool,
}

impl Machine {
    pub fn new() -> Result<Self> {
        let limits = HashingLimits { workers: 1, waiting: 64, ..HashingLimits::default() };
        Ok(Self { keys: Keys::derive(&[7; 32]), hashing: HashingPool::open(limits)? })
    }
}

struct Running {
    app: App,
    writing: JoinHandle<()>,
}

pub struct Town {
    pub disk: Disk,
    machine: Machine,
    running: Option<Running>,
    backups: Vec<Disk>,
    stage: Arc<Stage>,
    network: Arc<Network>,
    time: WorldTime,
}

impl Town {
    pub fn new(disk: Disk, machine: Machine, stage: Arc<Stage>, network: Arc<Network>, time: WorldTime) -> Self {
        Self { disk, machine, running: None, backups: Vec::new(), stage, network, time }
    }

    pub fn app(&self) -> Option<&App> {
        self.running.as_ref().map(|running| &running.app)
    }

    /// Starts the server, unless it runs.
    pub async fn start(&mut self) -> Result<()> {
        if self.network.server_died() {
            self.clear_away().await;
        }
        if self.running.is_some() {
            return Ok(());
        }
        let db = Arc::new(Db::open(&self.disk.location()).await?);
        db.migrate().await?;
        let pokes = Pokes::default();
        let (writer, writing) = Writer::start(db.clone(), Arc::new(self.time.clone()), pokes.clone());
        let app = App {
            db,
            writer,
            clock: Arc::new(self.time.clone()),
            pokes,
            keys: self.machine.keys.clone(),
            hashing: self.machine.hashing.clone(),
            throttle: Arc::default(),
            addresses: Arc::new(AddressBase::default()),
            closing: CancellationToken::new(),
        };
        self.network.connect(Some(http::router(app.clone(), &HttpOptions::default())));
        self.running = Some(Running { app, writing });
        Ok(())
    }

    /// The server is gone at once, with whatever it was at; its database keeps what was committed.
    pub async fn clear_away(&mut self) {
        self.network.connect(None);
        if let Some(Running { app, writing }) = self.running.take() {
            writing.abort();
            // Aborted, which is what was asked.
            writing.await.unwrap_or_default();
            app.db.close().await;
        }
    }

    pub async fn crash(&mut self) {
        if self.running.is_some() {
            self.stage.count("the server was killed");
            self.clear_away().await;
        }
    }

    pub async fn back_up(&mut self) -> Result<()> {
        let backup = self.disk.copy().await?;
        self.backups.push(backup);
        if self.backups.len() > BACKUPS {
            self.backups.remove(0);
        }
        self.stage.count("the server was backed up");
        Ok(())
    }

    /// Puts a backup in the place of the database, in a new epoch.
    pub async fn restore(&mut self, drawn: &Drawn) -> Result<bool> {
        if self.backups.is_empty() {
            return Ok(false);
        }
        self.clear_away().await;
        let which = drawn.below(self.backups.len());
        self.disk = self.backups[which].copy().await?;
        sqlx::query("UPDATE commune SET epoch = ?").bind(drawn.id()).execute(self.disk.connection()).await?;
        self.network.new_era();
        self.stage.count("a backup was restored");
        self.start().await?;
        Ok(true)
    }

    /// Asks the running server what an operator asks; nothing when it dies meanwhile, or is down.
    pub async fn ask(&mut self, request: Request) -> Result<Option<Answer>> {
        let Some(app) = self.app().cloned() else { return Ok(None) };
        let answer = tokio::select! {
            biased;
            answer = admin::execute(&app, request) => Some(answer.map_err(|error| anyhow::anyhow!("{error:?}"))?),
            () = self.stage.server_dies() => None,
        };
        drop(app);
        if answer.is_none() {
            self.clear_away().await;
        }
        Ok(answer)
    }

    /// The town and its families, as the demo imports them; everybody's letter.
    pub async fn settle(&mut self, families: usize) -> Result<Vec<Letter>> {
        let commune = || demo_families::SLUG.to_owned();
        self.ask(Request::PutCommune { settings: demo_families::commune() }).await?;
        let csv = STANDARD.encode(demo_families::families(families));
        match self
            .ask(Request::ImportFamilies { commune: commune(), csv, dry_run: false, correct_names: false })
            .await?
        {
            Some(Answer::Import { .. }) => {}
            _ => bail!("the families were not imported"),
        }
        match self.ask(Request::Letters { commune: commune(), wanted: Wanted::default() }).await? {
            Some(Answer::Letters { issued, .. }) => Ok(issued.letters),
            _ => bail!("no letters"),
        }
    }

    /// An agent decides on the change that has waited longest.
    pub async fn decide(&mut self, drawn: &Drawn) -> Result<()> {
        let commune = demo_families::SLUG.to_owned();
        let Some(Answer::Changes { changes }) = self.ask(Request::ListChanges { commune: commune.clone() }).await?
        else {
            return Ok(());
        };
        let Some(oldest) = changes.first() else { return Ok(()) };
        let decision = match drawn.below(2) {
            0 => DecideChangeRequest::Accept,
            _ => DecideChangeRequest::Refuse { reason: "Justificatif illisible.".to_owned() },
        };
        let change_id = oldest.change.change_id;
        if self.ask(Request::DecideChange { commune, change_id, decision }).await?.is_some() {
            self.stage.count("an agent decided");
        }
        Ok(())
    }

    /// The town changes what it says to everybody.
    pub async fn edit(&mut self, drawn: &Drawn) -> Result<()> {
        let welcome = format!("Bienvenue ({}).", drawn.below(1000));
        let settings = demo_families::commune().replace("Bienvenue dans votre espace famille.", &welcome);
        if self.ask(Request::PutCommune { settings }).await?.is_some() {
            self.stage.count("the town edited its settings");
        }
        Ok(())
    }

    /// The versions of all streams.
    pub async fn versions(&mut self) -> Result<BTreeMap<Uuid, i64>> {
        let rows = sqlx::query("SELECT stream_id, version FROM stream").fetch_all(self.disk.connection()).await?;
        rows.iter().map(|row| Ok((row.try_get("stream_id")?, row.try_get("version")?))).collect()
    }
}
