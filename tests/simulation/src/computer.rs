//! A family's computer: what is on its disk outlives it, the rest is made anew at every start.

use crate::checks::Violation;
use crate::clock::{ComputerClock, Drawn};
use crate::days::some_days;
use crate::network::Network;
use crate::stage::Stage;
use anyhow::{Context, Result};
use preau_client::accounts::{Account, TokenPair, store};
use preau_client::db::Cache;
use preau_client::family;
use preau_client::sync::api::Api;
use preau_client::sync::outbox::{self, Row};
use preau_client::sync::planner::Cause;
use preau_client::sync::runner::Engine;
use preau_client::{Listener, Notice};
use preau_protocol::accounts::{AccountKindDto, AcknowledgeNoticeOp, SessionDto, SignInRequest};
use preau_protocol::communes::CommuneDto;
use preau_protocol::family::{
    AddressDto, AdultDto, ChangeDetailOp, DetailFieldDto, DetailSubjectDto, DetailValueDto, FamilyDto,
};
use preau_protocol::sync::{Op, OutcomeStatus};
use sqlx::SqliteConnection;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;
use uuid::Uuid;
use xtask::demo_families::SLUG;

/// Somebody who signs in.
#[derive(Clone)]
pub struct Person {
    pub identifiant: String,
    pub code: String,
    /// As first signed in.
    pub session: SessionDto,
    pub commune: CommuneDto,
}

impl Person {
    /// Signing in, on an installation when it is one of its own.
    pub fn sign_in(&self, installation: Option<Uuid>) -> SignInRequest {
        SignInRequest {
            commune: SLUG.to_owned(),
            identifiant: self.identifiant.clone(),
            code: self.code.clone(),
            totp: None,
            device_label: "PC".to_owned(),
            installation,
        }
    }

    /// Who they were when they first signed in.
    fn person(&self) -> Option<Uuid> {
        match self.session.account.kind {
            AccountKindDto::Family { person_id, .. } => Some(person_id),
            AccountKindDto::Agent { .. } => None,
        }
    }

    /// The home they were of when they first signed in.
    pub fn family(&self) -> Option<Uuid> {
        match self.session.account.kind {
            AccountKindDto::Family { family_id, .. } => Some(family_id),
            AccountKindDto::Agent { .. } => None,
        }
    }
}

pub struct Computer {
    pub person: Person,
    /// Its disk.
    pub cache: Cache,
    engine: Option<Arc<Engine>>,
    /// What the server knows it by since it last signed in.
    pub device: Uuid,
    network: Arc<Network>,
    stage: Arc<Stage>,
    pub clock: ComputerClock,
    drawn: Arc<Drawn>,
    /// Everything that people validated here and did not take back before it was sent.
    pub validated: BTreeSet<Uuid>,
    /// What each operation was last shown to have come to, for good.
    shown: BTreeMap<Uuid, OutcomeStatus>,
    /// Outcomes that changed and nobody was told.
    pub untold: Vec<Violation>,
}

struct Nobody;

impl Listener for Nobody {
    fn notify(&self, _notice: Notice) {}
}

impl Computer {
    pub async fn new(
        person: Person,
        network: Arc<Network>,
        stage: Arc<Stage>,
        clock: ComputerClock,
        drawn: Arc<Drawn>,
    ) -> Result<Self> {
        let cache = Cache::in_memory().await?;
        let session = &person.session;
        let tokens = TokenPair { access: session.access_token.clone(), refresh: session.refresh_token.clone() };
        let account = Account::new(&session.account, person.commune.clone(), tokens);
        store::save(cache.lock().await.db()?, &account).await?;
        Ok(Self {
            device: person.session.device_id,
            person,
            cache,
            engine: None,
            network,
            stage,
            clock,
            drawn,
            validated: BTreeSet::new(),
            shown: BTreeMap::new(),
            untold: Vec::new(),
        })
    }

    /// The application, started when it does not run.
    pub async fn engine(&mut self) -> Result<Arc<Engine>> {
        if let Some(engine) = &self.engine {
            return Ok(engine.clone());
        }
        let account = store::read(self.cache.lock().await.db()?).await?.context("an account")?;
        preau_client::sync::ledger::drop_unfinished(self.cache.lock().await.db()?).await?;
        let api = Api::new(self.network.clone());
        let engine = Arc::new(Engine::new(
            api,
            self.cache.clone(),
            &account,
            Arc::new(self.clock.clone()),
            self.drawn.clone(),
            Arc::new(Nobody),
        ));
        engine.wake(Cause::Start);
        self.engine = Some(engine.clone());
        Ok(engine)
    }

    pub fn kill(&mut self) {
        if self.engine.take().is_some() {
            self.stage.count("a computer was killed");
        }
    }

    /// Does something in the application, which may die at it.
    async fn act<T>(&mut self, what: impl AsyncFnOnce(&Engine) -> Result<T>) -> Result<Option<T>> {
        let engine = self.engine().await?;
        let stage = self.stage.clone();
        let done = tokio::select! {
            biased;
            done = what(&engine) => Some(done?),
            () = stage.client_dies() => None,
        };
        drop(engine);
        if done.is_none() {
            self.engine = None;
        }
        Ok(done)
    }

    /// One look at what there is to do.
    pub async fn step(&mut self) -> Result<()> {
        self.act(async |engine| {
            engine.step().await;
            Ok(())
        })
        .await?;
        self.look().await
    }

    /// Compares what is shown with what was: an outcome that was for good never changes in silence.
    async fn look(&mut self) -> Result<()> {
        let standings = family::sync::standings(self.cache.lock().await.db()?).await?;
        for row in self.rows().await? {
            // Until its answer is read back, what the server tells of it is of before.
            let Some(outcome) = row.outcome.filter(|_| row.caught_up_at.is_some()) else { continue };
            if row.changed_at.is_some() && row.acknowledged_at.is_none() {
                // Nobody has read it yet: what people know is what they were told before.
                continue;
            }
            let before = self.shown.get(&row.op_id).copied();
            // As screens have it: an answer that says all is not doubted for a row of a home that was left, and one that says
            // « as told » is younger than a row that says something else, which is of a server restored since.
            let decided = standings.get(&row.op_id).copied().filter(|standing| *standing != OutcomeStatus::Waiting);
            let now = match outcome.status {
                OutcomeStatus::Waiting => row.still_as_told().or(decided).unwrap_or(OutcomeStatus::Waiting),
                said => said,
            };
            if before.is_some_and(|before| before != now) && row.changed_at.is_none() {
                self.untold.push(format!("I3: {before:?} became {now:?}, and nobody was told: {}", row.op_id));
            }
            match now {
                OutcomeStatus::Waiting => self.shown.remove(&row.op_id),
                status => self.shown.insert(row.op_id, status),
            };
        }
        Ok(())
    }

    /// Somebody reads what a restore changed.
    pub async fn read_what_changed(&mut self) -> Result<()> {
        let Some(row) = self.rows().await?.into_iter().find(|row| row.changed_at.is_some() && row.to_read()) else {
            return Ok(());
        };
        let now = preau_client::clock::Clock::wall(&self.clock);
        outbox::acknowledge(self.cache.lock().await.db()?, row.op_id, now).await?;
        // What was read is what is known from now on, whatever happens before the next look.
        match row.outcome.map(|outcome| outcome.status) {
            None | Some(OutcomeStatus::Waiting) => self.shown.remove(&row.op_id),
            Some(status) => self.shown.insert(row.op_id, status),
        };
        self.stage.count("somebody read what changed");
        Ok(())
    }

    pub async fn hear(&mut self, cause: Cause) -> Result<()> {
        self.engine().await?.wake(cause);
        Ok(())
    }

    /// Signs in again, when the session ended.
    pub async fn sign_in_if_needed(&mut self) -> Result<()> {
        if !self.engine().await?.session.ended() {
            return Ok(());
        }
        let request = self.person.sign_in(None);
        let stage = self.stage.clone();
        let device = self
            .act(async |engine| {
                let Ok(session) = engine.api.sign_in(&request).await else { return Ok(None) };
                engine.session.renew(&session).await;
                engine.wake(Cause::Start);
                stage.count("somebody signed in again");
                Ok(Some(session.device_id))
            })
            .await?;
        self.device = device.flatten().unwrap_or(self.device);
        Ok(())
    }

    /// Somebody validates a change of a detail, if the cache has something to change.
    pub async fn change_a_detail(&mut self) -> Result<()> {
        let me = self.person.person();
        if let Some(op) = self.validate(async |db, drawn| some_change(db, drawn, me).await).await? {
            let email = matches!(op, Op::ChangeDetail(op) if op.field == DetailFieldDto::Email);
            self.stage.count(if email { "a change of an e-mail was validated" } else { "a change was validated" });
        }
        Ok(())
    }

    /// Somebody books, changes or gives up days.
    pub async fn book_days(&mut self) -> Result<()> {
        if self.validate(async |db, drawn| some_days(db, drawn).await).await?.is_some() {
            self.stage.count("days were asked for");
        }
        Ok(())
    }

    /// Somebody says that they read a notice of security.
    pub async fn read_a_notice(&mut self) -> Result<()> {
        if self.validate(async |db, _| some_notice(db).await).await?.is_some() {
            self.stage.count("a notice was read");
        }
        Ok(())
    }

    /// Somebody validates what there is to validate; what it was, if anything.
    async fn validate(
        &mut self,
        some: impl AsyncFn(&mut SqliteConnection, &Drawn) -> Result<Option<Op>>,
    ) -> Result<Option<Op>> {
        let drawn = self.drawn.clone();
        let (op_id, now) = (drawn.id(), preau_client::clock::Clock::wall(&self.clock));
        self.act(async |engine| {
            let mut held = engine.cache.lock().await;
            let db = held.db()?;
            let Some(op) = some(db, &drawn).await? else { return Ok(()) };
            outbox::keep(db, op_id, &op, now).await?;
            drop(held);
            preau_failpoints::pass("client.kept").await;
            Ok(())
        })
        .await?;
        // Dead or not: what is on the disk was validated.
        let Some(row) = self.rows().await?.into_iter().find(|row| row.op_id == op_id) else { return Ok(None) };
        self.validated.insert(op_id);
        self.hear(Cause::LocalAction).await?;
        Ok(row.op())
    }

    /// Somebody gives up a change that is not answered, or waits for the town.
    pub async fn give_one_up(&mut self) -> Result<()> {
        let waits = |row: &Row| {
            row.target.is_none()
                && !row.given_up
                && row.outcome.is_none_or(|outcome| outcome.status == OutcomeStatus::Waiting)
        };
        let open: Vec<Row> = self.rows().await?.into_iter().filter(waits).collect();
        if open.is_empty() {
            return Ok(());
        }
        let chosen = &open[self.drawn.below(open.len())];
        let (op_id, cancel_id) = (chosen.op_id, self.drawn.id());
        let now = preau_client::clock::Clock::wall(&self.clock);
        self.act(async |engine| {
            let mut held = engine.cache.lock().await;
            // « Already applied » and the like are answers to the person.
            if let Err(error) = outbox::give_up(held.db()?, op_id, cancel_id, false, now).await
                && !matches!(error, preau_client::Error::Rule(_))
            {
                return Err(error.into());
            }
            Ok(())
        })
        .await?;
        let rows = self.rows().await?;
        if rows.iter().all(|row| row.op_id != op_id) {
            self.validated.remove(&op_id);
            self.stage.count("a change was taken back before it was sent");
        }
        if rows.iter().any(|row| row.op_id == cancel_id) {
            self.validated.insert(cancel_id);
            self.stage.count("a change was given up");
        }
        self.hear(Cause::LocalAction).await
    }

    /// Whether everything the server serves was read since the last news.
    pub async fn is_up_to_date(&mut self) -> Result<bool> {
        use preau_client::sync::views::SyncStateView::{Attention, UpToDate};
        let status = self.engine().await?.status().await?;
        // Refusals that nobody has read ask for attention too.
        Ok(matches!(status.state, UpToDate | Attention) && status.trouble.is_none())
    }

    pub async fn rows(&self) -> Result<Vec<Row>> {
        Ok(outbox::all(self.cache.lock().await.db()?).await?)
    }
}

/// A change of something that is on record here and of which nothing waits.
async fn some_change(db: &mut SqliteConnection, drawn: &Drawn, me: Option<Uuid>) -> Result<Option<Op>> {
    let bodies: Vec<(String, String)> =
        sqlx::query_as("SELECT kind, body FROM entity WHERE kind IN ('adult', 'family') ORDER BY entity_id")
            .fetch_all(&mut *db)
            .await?;
    if bodies.is_empty() {
        return Ok(None);
    }
    let (kind, body) = &bodies[drawn.below(bodies.len())];
    let op = if kind == "family" {
        let family: FamilyDto = serde_json::from_str(body)?;
        let new = AddressDto {
            street: format!("{} rue des Tilleuls", 1 + drawn.below(900)),
            complement: None,
            postcode: "33290".to_owned(),
            city: "PAREMPUYRE".to_owned(),
        };
        ChangeDetailOp {
            subject: DetailSubjectDto::Household,
            field: DetailFieldDto::Address,
            old: DetailValueDto::Address(family.address),
            new: DetailValueDto::Address(Some(new)),
        }
    } else {
        let adult: AdultDto = serde_json::from_str(body)?;
        let number = drawn.below(100_000);
        let phone = |field, old, prefix: &str| {
            (field, DetailValueDto::Phone(old), DetailValueDto::Phone(Some(format!("{prefix}{number:05}"))))
        };
        // An e-mail is its owner's alone.
        let (field, old, new) = match drawn.below(if Some(adult.person_id) == me { 3 } else { 2 }) {
            0 => phone(DetailFieldDto::MobilePhone, adult.mobile_phone, "+336123"),
            1 => phone(DetailFieldDto::LandlinePhone, adult.landline_phone, "+335364"),
            _ => {
                let new = format!("adresse{number}@exemple.fr");
                (DetailFieldDto::Email, DetailValueDto::Email(adult.email), DetailValueDto::Email(Some(new)))
            }
        };
        ChangeDetailOp { subject: DetailSubjectDto::Adult { person_id: adult.person_id }, field, old, new }
    };
    let same = |row: &Row| {
        matches!(row.op(), Some(Op::ChangeDetail(known)) if known.subject == op.subject && known.field == op.field)
            && row.caught_up_at.is_none()
    };
    // The screen offers no field of which a change is under way.
    Ok((!outbox::all(db).await?.iter().any(same)).then_some(Op::ChangeDetail(op)))
}

/// The reading of a notice that nobody read.
async fn some_notice(db: &mut SqliteConnection) -> Result<Option<Op>> {
    let unread = store::notices(db).await?.into_iter().filter(|notice| !notice.acknowledged);
    let read: BTreeSet<Uuid> = outbox::all(db).await?.iter().filter_map(reading).collect();
    let notice_id = unread.map(|notice| notice.notice_id).find(|notice| !read.contains(notice));
    Ok(notice_id.map(|notice_id| Op::AcknowledgeNotice(AcknowledgeNoticeOp { notice_id })))
}

/// The notice whose reading is under way.
fn reading(row: &Row) -> Option<Uuid> {
    match row.op() {
        Some(Op::AcknowledgeNotice(op)) if row.caught_up_at.is_none() => Some(op.notice_id),
        _ => None,
    }
}
