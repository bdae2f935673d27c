//! A family's computer: what is on its disk outlives it, the rest is made anew at every start.

use crate::clock::{ComputerClock, Drawn};
use crate::network::Network;
use crate::stage::Stage;
use anyhow::{Context, Result};
use preau_client::accounts::{Account, TokenPair, store};
use preau_client::db::Cache;
use preau_client::sync::api::Api;
use preau_client::sync::outbox::{self, Row};
use preau_client::sync::planner::Cause;
use preau_client::sync::runner::Engine;
use preau_client::{Listener, Notice};
use preau_protocol::accounts::{SessionDto, SignInRequest};
use preau_protocol::communes::CommuneDto;
use preau_protocol::family::{
    AddressDto, AdultDto, ChangeDetailOp, DetailFieldDto, DetailSubjectDto, DetailValueDto, FamilyDto,
};
use preau_protocol::sync::{Op, OutcomeStatus};
use sqlx::SqliteConnection;
use std::collections::BTreeSet;
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

pub struct Computer {
    pub person: Person,
    /// Its disk.
    pub cache: Cache,
    engine: Option<Arc<Engine>>,
    network: Arc<Network>,
    stage: Arc<Stage>,
    pub clock: ComputerClock,
    drawn: Arc<Drawn>,
    /// Everything that people validated here and did not take back before it was sent.
    pub validated: BTreeSet<Uuid>,
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
        Ok(Self { person, cache, engine: None, network, stage, clock, drawn, validated: BTreeSet::new() })
    }

    pub fn family(&self) -> Option<Uuid> {
        match self.person.session.account.kind {
            preau_protocol::accounts::AccountKindDto::Family { family_id, .. } => Some(family_id),
            preau_protocol::accounts::AccountKindDto::Agent { .. } => None,
        }
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
        .await
        .map(drop)
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
        let request = SignInRequest {
            commune: SLUG.to_owned(),
            identifiant: self.person.identifiant.clone(),
            code: self.person.code.clone(),
            totp: None,
            device_label: "PC".to_owned(),
            installation: None,
        };
        let stage = self.stage.clone();
        self.act(async |engine| {
            if let Ok(session) = engine.api.sign_in(&request).await {
                engine.session.renew(&session).await;
                engine.wake(Cause::Start);
                stage.count("somebody signed in again");
            }
            Ok(())
        })
        .await
        .map(drop)
    }

    /// Somebody validates a change of a detail, if the cache has something to change.
    pub async fn change_a_detail(&mut self) -> Result<()> {
        let drawn = self.drawn.clone();
        let (op_id, now) = (drawn.id(), preau_client::clock::Clock::wall(&self.clock));
        let kept = self
            .act(async |engine| {
                let mut held = engine.cache.lock().await;
                let db = held.db()?;
                let Some(op) = some_change(db, &drawn).await? else { return Ok(false) };
                outbox::keep(db, op_id, &Op::ChangeDetail(op), now).await?;
                drop(held);
                preau_failpoints::pass("client.kept").await;
                Ok(true)
            })
            .await?;
        // Dead or not: what is on the disk was validated.
        if kept != Some(false) && self.rows().await?.iter().any(|row| row.op_id == op_id) {
            self.validated.insert(op_id);
            self.stage.count("a change was validated");
            self.hear(Cause::LocalAction).await?;
        }
        Ok(())
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

    /// The session's device is revoked from elsewhere.
    pub async fn device(&self) -> Uuid {
        self.person.session.device_id
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
async fn some_change(db: &mut SqliteConnection, drawn: &Drawn) -> Result<Option<ChangeDetailOp>> {
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
        let mobile = drawn.below(2) == 0;
        let (field, old, prefix) = if mobile {
            (DetailFieldDto::MobilePhone, adult.mobile_phone, "+336123")
        } else {
            (DetailFieldDto::LandlinePhone, adult.landline_phone, "+335364")
        };
        ChangeDetailOp {
            subject: DetailSubjectDto::Adult { person_id: adult.person_id },
            field,
            old: DetailValueDto::Phone(old),
            new: DetailValueDto::Phone(Some(format!("{prefix}{:05}", drawn.below(100_000)))),
        }
    };
    let same = |row: &Row| {
        matches!(row.op(), Some(Op::ChangeDetail(known)) if known.subject == op.subject && known.field == op.field)
            && row.caught_up_at.is_none()
    };
    // The screen offers no field of which a change is under way.
    Ok((!outbox::all(db).await?.iter().any(same)).then_some(op))
}
