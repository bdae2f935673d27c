//! The town: its server, which dies and starts again, its database in memory, its backups.
//!
//! A database in memory is shared by its name and lives as long as somebody is connected: [`Disk`] is connected, so
//! that what was committed outlives the server, as on a real disk.

use crate::clock::{Drawn, WorldTime};
use crate::computer::Person;
use crate::network::Network;
use crate::stage::Stage;
use anyhow::{Context, Result, anyhow, bail};
use argon2::{Algorithm, Argon2, Params, PasswordHasher, Version};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use preau_protocol::accounts::{AccountDto, AccountKindDto};
use preau_protocol::agents::DecideChangeRequest;
use preau_server::accounts::hashing::{HashingLimits, HashingPool};
use preau_server::accounts::keys::Keys;
use preau_server::accounts::letters::{Letter, Wanted};
use preau_server::addresses::AddressBase;
use preau_server::admin::{self, Answer, Request};
use preau_server::app::App;
use preau_server::backup;
use preau_server::clock::Clock;
use preau_server::db::{self, Db, Location};
use preau_server::family::projection::publish_families;
use preau_server::http::{self, HttpOptions};
use preau_server::sync::events::Pokes;
use preau_server::writer::{Command, Seat, WriteTx, Writer};
use sqlx::{AssertSqlSafe, Connection, Row, SqliteConnection};
use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tempfile::TempDir;
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

/// The home that has room for somebody who moves.
const OTHER_HOME: &str = "F0002";

/// Makes the account of an adult that of another adult, of a home that has one only; or gives it back its own.
struct MoveHouse {
    who: AccountDto,
    to: Option<Uuid>,
}

impl Command for MoveHouse {
    type Output = ();

    const NAME: &'static str = "simulation_move_house";

    async fn apply(&self, tx: &WriteTx) -> preau_server::error::Result<()> {
        let AccountDto { commune_id: commune, account_id: account, .. } = self.who;
        let AccountKindDto::Family { family_id, person_id, .. } = self.who.kind else { return Ok(()) };
        let (family, person) = if let Some(family) = self.to {
            // The same at every move: an id that follows from the one they have.
            let person = Uuid::from_u128(person_id.as_u128() ^ 1);
            let sql = "INSERT INTO adult (commune_id, person_id, family_id, role, first_name, last_name) \
                       VALUES ($1, $2, $3, 'co_holder', 'Karim', 'Ailleurs') ON CONFLICT DO NOTHING";
            db::run(tx.connection(), sql, vec![commune.into(), person.into(), family.into()]).await?;
            (family, person)
        } else {
            (family_id, person_id)
        };
        let sql = "UPDATE account SET family_id = $3, person_id = $4 WHERE commune_id = $1 AND account_id = $2";
        db::run(tx.connection(), sql, vec![commune.into(), account.into(), family.into(), person.into()]).await?;
        publish_families(tx, commune, &[family]).await
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

/// What a stream serves.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Served {
    pub version: i64,
    /// A hash over its entities.
    pub content: u64,
}

struct Running {
    app: App,
    writing: JoinHandle<()>,
}

pub struct Town {
    pub disk: Disk,
    machine: Machine,
    running: Option<Running>,
    folder: TempDir,
    /// Those kept, the oldest first.
    backups: Vec<PathBuf>,
    /// Backups taken so far.
    taken: u32,
    pub(crate) stage: Arc<Stage>,
    network: Arc<Network>,
    time: WorldTime,
}

impl Town {
    pub fn new(
        disk: Disk,
        machine: Machine,
        stage: Arc<Stage>,
        network: Arc<Network>,
        time: WorldTime,
    ) -> Result<Self> {
        let folder = tempfile::tempdir().context("a folder for backups")?;
        Ok(Self { disk, machine, running: None, folder, backups: Vec::new(), taken: 0, stage, network, time })
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
        let (writer, writing) =
            Writer::start(db.clone(), Arc::new(self.time.clone()), pokes.clone(), Seat::Shared).await?;
        let app = App {
            db,
            writer,
            clock: Arc::new(self.time.clone()),
            pokes,
            keys: self.machine.keys.clone(),
            hashing: self.machine.hashing.clone(),
            throttle: Arc::default(),
            addresses: Arc::new(AddressBase::default()),
            currents: Arc::default(),
            links_follow: preau_server::reservations::projection::follow_links,
            last_counters: Arc::default(),
            last_ranks: Arc::default(),
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
        let file = self.folder.path().join(format!("{}.tar.gz", self.taken));
        let db = Db::open_beside(&self.disk.location()).await?;
        let taken = backup::take(&db, &[], self.time.now(), &file).await;
        db.close().await;
        taken?;
        self.taken += 1;
        self.backups.push(file);
        if self.backups.len() > BACKUPS {
            std::fs::remove_file(self.backups.remove(0))?;
        }
        self.stage.count("the server was backed up");
        Ok(())
    }

    /// Puts a backup back in the place of the database.
    pub async fn restore(&mut self, drawn: &Drawn) -> Result<bool> {
        if self.backups.is_empty() {
            return Ok(false);
        }
        self.clear_away().await;
        let which = drawn.below(self.backups.len());
        let disk = Disk::empty().await?;
        let db = Db::open(&disk.location()).await?;
        let restored = backup::restore(&db, &self.backups[which], self.time.now()).await;
        db.close().await;
        restored?;
        self.disk = disk;
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
        self.offer_days(families).await?;
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

    /// A new letter for a family, which is told of it: it may be somebody else's doing.
    pub async fn print_letters(&mut self, drawn: &Drawn) -> Result<()> {
        let family = ["F0001", "F0004", "F0005"][drawn.below(3)].to_owned();
        let wanted = Wanted { family: Some(family), ..Wanted::default() };
        if self.ask(Request::Letters { commune: demo_families::SLUG.to_owned(), wanted }).await?.is_some() {
            self.stage.count("the town printed letters");
        }
        Ok(())
    }

    /// Somebody leaves a home for another one, or comes back: what they could see is theirs no longer.
    pub async fn move_house(&mut self, person: &Person) -> Result<()> {
        let Some(app) = self.app().cloned() else { return Ok(()) };
        let leaves = self.family_of(person).await? == person.family();
        let query = sqlx::query_scalar("SELECT family_id FROM family WHERE reference = ?").bind(OTHER_HOME);
        let other = query.fetch_one(self.disk.connection()).await?;
        let moving = MoveHouse { who: person.session.account.clone(), to: leaves.then_some(other) };
        let moved = tokio::select! {
            biased;
            moved = app.writer.run(moving) => Some(moved.map_err(|error| anyhow::anyhow!("{error:?}"))?),
            () = self.stage.server_dies() => None,
        };
        drop(app);
        match moved {
            Some(()) => self.stage.count(if leaves { "rights were lost" } else { "rights were given back" }),
            None => self.clear_away().await,
        }
        Ok(())
    }

    /// Every code costs less to judge than a code of families may, so that a story takes a third of a second.
    pub async fn judge_codes_cheaply(&mut self, code: &str) -> Result<()> {
        let params = Params::new(Params::MIN_M_COST, 1, 1, None).map_err(|error| anyhow!("{error}"))?;
        let argon2 = Argon2::new(Algorithm::Argon2id, Version::V0x13, params);
        let hash = argon2.hash_password_with_salt(code.as_bytes(), &[7; 16]).map_err(|error| anyhow!("{error}"))?;
        let sql = "UPDATE account SET code_hash = ? WHERE code_hash IS NOT NULL";
        sqlx::query(sql).bind(hash.to_string()).execute(self.disk.connection()).await?;
        Ok(())
    }

    /// The home that somebody is of, as the server has it.
    pub async fn family_of(&mut self, person: &Person) -> Result<Option<Uuid>> {
        let query = sqlx::query_scalar("SELECT family_id FROM account WHERE account_id = ?");
        let account = person.session.account.account_id;
        Ok(query.bind(account).fetch_one(self.disk.connection()).await?)
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

    /// All streams as they are served.
    pub async fn streams(&mut self) -> Result<BTreeMap<Uuid, Served>> {
        let disk = self.disk.connection();
        let mut streams = BTreeMap::new();
        for row in sqlx::query("SELECT stream_id, version FROM stream").fetch_all(&mut *disk).await? {
            let served = Served { version: row.try_get("version")?, content: 0 };
            streams.insert(row.try_get("stream_id")?, served);
        }
        let content = "SELECT stream_id, kind, entity_id, body_hash FROM change WHERE NOT deleted
            ORDER BY stream_id, kind, entity_id";
        for row in sqlx::query(content).fetch_all(disk).await? {
            let stream: Uuid = row.try_get("stream_id")?;
            let Some(served) = streams.get_mut(&stream) else { bail!("an entity of no stream") };
            let entity: (String, Uuid, Vec<u8>) =
                (row.try_get("kind")?, row.try_get("entity_id")?, row.try_get("body_hash")?);
            let mut hasher = DefaultHasher::new();
            (served.content, entity).hash(&mut hasher);
            served.content = hasher.finish();
        }
        Ok(streams)
    }
}
