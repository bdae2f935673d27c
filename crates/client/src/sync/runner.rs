//! Executes what the planner says, for one open profile.

use super::api::Api;
use super::backoff::{self, Backoff};
use super::planner::{self, Cause, Setback, State, Step};
use super::queue::Setbacks;
use super::status::{self, Activity, Live, Stored};
use super::views::{SyncStatusView, SyncTroubleView};
use super::{counts, ledger, outbox, told};
use crate::accounts::Account;
use crate::accounts::session::Session;
use crate::app::{Listener, Notice, Topic};
use crate::clock::{Chance, Clock};
use crate::db::Cache;
use crate::error::{ApiError, Error};
use crate::family;
use anyhow::Context;
use preau_failpoints as failpoints;
use preau_protocol::sync::{ChangesResponse, OperationDto, PushRequest};
use serde_json::value::RawValue;
use sqlx::Connection;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::sync::{Notify, watch};
use uuid::Uuid;

/// When nothing happens, one looks again after this long, more or less a third.
const LOOK_AGAIN: Duration = Duration::from_secs(180);
/// A clock that jumps while one waits is a computer that slept: no wait is longer in one go.
const LONGEST_WAIT: Duration = Duration::from_secs(600);
/// After so many operations in a row that the server could not take, it is the server: it gets a rest.
const FAULTS_IN_A_ROW: u32 = 3;

/// Sync of one open profile.
pub struct Engine {
    /// The profile's cache.
    pub cache: Cache,
    /// The server.
    pub api: Api,
    /// The tokens.
    pub session: Session,
    /// The family's stream, for the versions of answers.
    pub family: Option<Uuid>,
    /// The clocks.
    pub clock: Arc<dyn Clock>,
    /// Jitter.
    pub chance: Arc<dyn Chance>,
    /// Who is told.
    pub listener: Arc<dyn Listener>,
    /// What lives in memory.
    pub progress: Mutex<Progress>,
    /// Wakes the runner.
    pub bell: Notify,
    /// In a kiosk somebody waits for each answer.
    pub kiosk: bool,
    /// Plans executed so far, for whoever waits for what comes of one.
    pub passes: watch::Sender<u64>,
}

/// What the runner remembers between plans.
#[derive(Debug, Default)]
pub struct Progress {
    live: Live,
    causes: BTreeSet<Cause>,
    backoff: Backoff,
    setback: Option<Setback>,
    next_look: Duration,
    /// Where an interrupted pull goes on, and whether it began from nothing.
    pulling: Option<Pulling>,
    /// Operations that the server could not take, and when they are tried again.
    setbacks: Setbacks,
}

#[derive(Debug, Clone, PartialEq, Eq)]
struct Pulling {
    cursor: String,
    snapshot: bool,
    received: u32,
}

impl Engine {
    fn progress(&self) -> MutexGuard<'_, Progress> {
        // A panic while it was held leaves a state that is still true.
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Says that something happened.
    pub fn wake(&self, cause: Cause) {
        self.progress().causes.insert(cause);
        self.bell.notify_one();
    }

    /// Sync of an account's cache.
    #[must_use]
    pub fn new(
        api: Api,
        cache: Cache,
        account: &Account,
        clock: Arc<dyn Clock>,
        chance: Arc<dyn Chance>,
        listener: Arc<dyn Listener>,
    ) -> Self {
        let session = Session::new(api.clone(), cache.clone(), clock.clone(), account.tokens.clone());
        let family = account.family_id();
        let (progress, bell, passes) = (Mutex::default(), Notify::new(), watch::Sender::new(0));
        Self { cache, api, session, family, clock, chance, listener, progress, bell, kiosk: false, passes }
    }

    /// Plans and executes for ever; the owner stops it by dropping the future.
    pub async fn run(&self) {
        loop {
            let wait = self.step().await;
            // Ringing or running out: either way one plans again.
            tokio::time::timeout(wait, self.bell.notified()).await.unwrap_or_default();
        }
    }

    /// One plan, executed whatever comes of it. Answers how long to wait.
    pub async fn step(&self) -> Duration {
        let wait = match self.pass().await {
            Ok(wait) => wait,
            Err(error) => Some(self.set_back(&error).await),
        };
        self.passes.send_modify(|passes| *passes += 1);
        wait.unwrap_or(LONGEST_WAIT).min(LONGEST_WAIT)
    }

    /// One plan, executed. Answers how long to wait.
    ///
    /// # Errors
    /// What stopped it.
    pub async fn pass(&self) -> Result<Option<Duration>, Error> {
        let state = self.state().await?;
        let mut fault = None;
        for step in planner::plan(&state) {
            let done = match step {
                Step::Wait(wait) => return Ok(wait),
                Step::Push => self.push().await,
                Step::Pull => self.pull().await,
                Step::Compare => self.compare().await,
            };
            match done {
                Ok(()) => {}
                // What the server cannot take must not keep people from reading.
                Err(error) if step == Step::Push && is_about_the_content(&error) => fault = Some(error),
                Err(error) => return Err(error),
            }
        }
        if let Some(error) = fault {
            return Err(error);
        }
        {
            let now = self.clock.monotonic();
            let share = self.chance.share();
            let mut progress = self.progress();
            progress.backoff.success(now);
            progress.setback = None;
            progress.live.trouble = None;
            progress.live.activity = Activity::Idle;
            progress.next_look = now + LOOK_AGAIN.mul_f64(2.0 / 3.0 + share * 2.0 / 3.0);
        }
        self.tell().await?;
        Ok(Some(Duration::ZERO))
    }

    async fn state(&self) -> Result<State, Error> {
        let (rows, catching_up, position) = {
            let mut held = self.cache.lock().await;
            let db = held.db()?;
            (outbox::unanswered(db).await?, counts::catching_up(db).await?, ledger::position(db).await?)
        };
        let now = self.clock.monotonic();
        let mut progress = self.progress();
        let causes = std::mem::take(&mut progress.causes);
        if causes.contains(&Cause::Person) {
            progress.setbacks.forgive();
        }
        let turn = progress.setbacks.turn(&rows, now, &BTreeSet::new());
        Ok(State {
            now,
            session_ended: self.session.ended(),
            causes,
            to_send: u32::try_from(turn.ready).unwrap_or(u32::MAX),
            catching_up,
            read_once: progress.live.read_once,
            next_look: progress.next_look,
            next_try: turn.next_try,
            pulls_since_check: position.pulls_since_check,
            seconds_since_check: position.server_time.zip(position.checked_at).map(|(now, then)| now - then),
            setback: progress.setback,
            may_hurry: progress.backoff.may_hurry(),
        })
    }

    /// Sends what can be sent. What the server cannot take waits by itself, and the others go on.
    async fn push(&self) -> Result<(), Error> {
        let (mut alone, mut faults) = (BTreeSet::new(), 0);
        // As of now: one that is set aside is not tried twice in a pass, however long the pass takes.
        let now = self.clock.monotonic();
        loop {
            let rows = self.next_turn(now, &alone).await?;
            if rows.is_empty() {
                return Ok(());
            }
            match self.send(&rows).await {
                Ok(()) => faults = 0,
                Err(error) if !is_about_the_content(&error) => return Err(error),
                // Which one it was is found by sending each alone.
                Err(_) if rows.len() > 1 => alone.extend(rows.iter().map(|row| row.op_id)),
                Err(error) => {
                    self.set_aside(&rows[0]).await?;
                    faults += 1;
                    if faults == FAULTS_IN_A_ROW {
                        return Err(error);
                    }
                }
            }
        }
    }

    /// The next operations to send together, noted as sent.
    async fn next_turn(&self, now: Duration, alone: &BTreeSet<Uuid>) -> Result<Vec<outbox::Row>, Error> {
        let mut held = self.cache.lock().await;
        let db = held.db()?;
        let rows = outbox::unanswered(db).await?;
        let turn = self.progress().setbacks.turn(&rows, now, alone);
        outbox::mark_sent(db, &turn.rows, self.clock.wall()).await?;
        Ok(turn.rows)
    }

    /// An operation sent alone, which the server could not take.
    async fn set_aside(&self, row: &outbox::Row) -> Result<(), Error> {
        tracing::info!(op = %row.op_id, faults = row.faults + 1, "the server cannot take an operation");
        {
            let mut held = self.cache.lock().await;
            outbox::faulted(held.db()?, row.op_id).await?;
        }
        let wait = backoff::alone(row.faults + 1, self.chance.share());
        self.progress().setbacks.wait(row.op_id, self.clock.monotonic() + wait);
        self.listener.notify(Notice::DataChanged(vec![Topic::Outbox]));
        self.tell().await
    }

    /// Sends operations together, once. The bytes of each are those of the outbox.
    async fn send(&self, rows: &[outbox::Row]) -> Result<(), Error> {
        failpoints::pass("client.marked_sent").await;
        self.be(Activity::Sending).await?;
        self.listener.notify(Notice::DataChanged(vec![Topic::Outbox]));
        let body = written(rows)?;
        let (api, body) = (&self.api, &body);
        let answered = self.session.call(move |token| async move { api.push(&token, body.clone()).await }).await;
        if matches!(&answered, Err(Error::Api(error)) if self.had_no_effect(error)) {
            let mut held = self.cache.lock().await;
            outbox::never_left(held.db()?, rows).await?;
            self.listener.notify(Notice::DataChanged(vec![Topic::Outbox]));
        }
        let answer = answered?;
        failpoints::pass("client.answered").await;
        {
            let mut held = self.cache.lock().await;
            let db = held.db()?;
            let here = match self.family {
                Some(family) => ledger::version_of(db, family).await?,
                None => None,
            };
            outbox::answer(db, &answer.outcomes, here, self.clock.wall()).await?;
        }
        failpoints::pass("client.answers_kept").await;
        // Whoever is told now and asks how things stand hears what comes after, not what is over.
        self.progress().live.activity = Activity::Idle;
        self.listener.notify(Notice::DataChanged(vec![Topic::Outbox]));
        if rows.iter().all(|row| answer.outcomes.iter().any(|outcome| outcome.op_id == row.op_id)) {
            Ok(())
        } else {
            // An operation left without an answer would be sent again at once, for ever.
            Err(ApiError::ServerFault { request_id: None }.into())
        }
    }

    /// Whether what was sent certainly did nothing. A kiosk must know at once, and takes the server's word: turned away at
    /// the door is not let in. Elsewhere that only counts as one try more, to be sure of proxies too.
    fn had_no_effect(&self, error: &ApiError) -> bool {
        match error {
            ApiError::NotReached | ApiError::Certificate => true,
            ApiError::SignInRequired | ApiError::Wait { .. } => self.kiosk,
            ApiError::Unreachable | ApiError::NotPreau | ApiError::Refused { .. } | ApiError::ServerFault { .. } => {
                false
            }
        }
    }

    /// Reads pages into staging until there is no more, then swaps them in.
    async fn pull(&self) -> Result<(), Error> {
        loop {
            let pulling = self.next_page().await?;
            // Counting is for a long reading: the news of an ordinary day come in one page.
            let long = pulling.snapshot || pulling.received > 0;
            self.be(Activity::Receiving(long.then_some(pulling.received))).await?;
            let (api, cursor) = (&self.api, pulling.cursor.as_str());
            let page = self.session.call(move |token| async move { api.changes(&token, cursor).await }).await?;
            self.look_at_the_clock(&page);
            failpoints::pass("client.page_read").await;
            let entities = u32::try_from(page.upserts.len() + page.deletes.len()).unwrap_or(u32::MAX);
            if page.has_more && (page.cursor == pulling.cursor || page.cursor.is_empty()) {
                // A server that does not advance would be asked for ever.
                self.progress().pulling = None;
                return Err(ApiError::ServerFault { request_id: None }.into());
            }
            if page.has_more {
                let mut held = self.cache.lock().await;
                ledger::stage(held.db()?, &page, pulling.snapshot).await?;
                failpoints::pass("client.page_staged").await;
                self.progress().pulling = Some(Pulling {
                    cursor: page.cursor,
                    snapshot: pulling.snapshot,
                    received: pulling.received.saturating_add(entities),
                });
            } else {
                return self.swap(&page, pulling.snapshot).await;
            }
        }
    }

    async fn next_page(&self) -> Result<Pulling, Error> {
        if let Some(pulling) = self.progress().pulling.clone() {
            return Ok(pulling);
        }
        let mut held = self.cache.lock().await;
        let db = held.db()?;
        ledger::drop_unfinished(db).await?;
        let cursor = ledger::position(db).await?.cursor;
        Ok(Pulling { snapshot: cursor.is_empty(), cursor, received: 0 })
    }

    async fn swap(&self, page: &ChangesResponse, snapshot: bool) -> Result<(), Error> {
        self.progress().pulling = None;
        let (swap, decided) = {
            let mut held = self.cache.lock().await;
            let db = held.db()?;
            ledger::stage(db, page, snapshot).await?;
            let mut tx = db.begin().await?;
            let before = family::sync::standings(&mut tx).await?;
            let swap = ledger::swap(&mut tx, page, snapshot, self.clock.wall()).await?;
            outbox::catch_up(&mut tx).await?;
            if swap.new_epoch {
                let again = told::send_again(&mut tx, &before).await?;
                tracing::warn!(operations = again, "the server starts again: what it had answered is sent again");
            }
            let now = family::sync::standings(&mut tx).await?;
            told::forget_mended(&mut tx, &now).await?;
            told::keep_decisions(&mut tx, &before, &now).await?;
            let waiting = family::sync::waiting_changes(&mut tx).await?;
            outbox::purge(&mut tx, &waiting).await?;
            let decided = family::sync::decided(&mut tx, &before).await?;
            failpoints::pass("client.before_swap").await;
            tx.commit().await?;
            failpoints::pass("client.swapped").await;
            (swap, decided)
        };
        {
            let mut progress = self.progress();
            progress.live.read_once = true;
            progress.live.activity = Activity::Idle;
        }
        if !swap.kinds.is_empty() {
            self.listener.notify(Notice::DataChanged(topics(&swap)));
        }
        if decided != family::sync::Decided::default() {
            self.listener.notify(Notice::ChangesDecided(decided));
        }
        Ok(())
    }

    /// Compares digests; a difference makes the next pull read everything again.
    async fn compare(&self) -> Result<(), Error> {
        let api = &self.api;
        let digest = self.session.call(move |token| async move { api.digest(&token).await }).await?;
        let mut held = self.cache.lock().await;
        let db = held.db()?;
        if ledger::differs(db, &digest).await? {
            tracing::error!("the cache differs from the server: everything is read again");
            failpoints::note("a cache differed from the server");
            ledger::read_again(db).await?;
            let mut progress = self.progress();
            progress.pulling = None;
            progress.live.read_once = false;
        }
        Ok(())
    }

    /// The only use made of the server's time besides letting go of old answers: to tell people.
    fn look_at_the_clock(&self, page: &ChangesResponse) {
        if let Some(server) = ledger::server_seconds(&page.server_time) {
            self.progress().live.clock_off = (self.clock.wall().as_second() - server) / 60;
        }
    }

    async fn set_back(&self, error: &Error) -> Duration {
        tracing::info!(%error, "sync did not end");
        let now = self.clock.monotonic();
        let ended = matches!(error, Error::Api(ApiError::SignInRequired));
        let (asked, firm) = match error {
            Error::Api(ApiError::Wait { retry_after: Some(seconds), .. }) => {
                (Some(Duration::from_secs((*seconds).into())), true)
            }
            _ => (None, false),
        };
        let wait = {
            let share = self.chance.share();
            let mut progress = self.progress();
            progress.live.activity = Activity::Idle;
            progress.live.trouble = Some(status::trouble(error));
            let wait = progress.backoff.setback(now, share, asked);
            progress.setback = (!ended).then_some(Setback { retry_at: now + wait, firm });
            wait
        };
        if let Err(error) = self.tell().await {
            tracing::warn!(%error, "the status could not be told");
        }
        if ended {
            self.listener.notify(Notice::SessionChanged);
        }
        wait
    }

    async fn be(&self, activity: Activity) -> Result<(), Error> {
        self.progress().live.activity = activity;
        self.tell().await
    }

    /// Tells the window the status.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn tell(&self) -> Result<(), Error> {
        let status = self.status().await?;
        self.listener.notify(Notice::SyncStatusChanged(status));
        Ok(())
    }

    /// What stands in the way, as far as the last plan knows.
    pub fn trouble(&self) -> Option<SyncTroubleView> {
        if self.session.ended() { Some(SyncTroubleView::SignInAgain) } else { self.progress().live.trouble }
    }

    /// The status now.
    ///
    /// # Errors
    /// When the cache fails.
    pub async fn status(&self) -> Result<SyncStatusView, Error> {
        let stored = {
            let mut held = self.cache.lock().await;
            let db = held.db()?;
            Stored { counts: counts::counts(db).await?, last_sync_at: ledger::position(db).await?.last_sync_at }
        };
        let trouble = self.trouble();
        let live = Live { trouble, ..self.progress().live };
        Ok(status::view(live, stored))
    }
}

/// About what was sent, not about the way there or the session.
fn is_about_the_content(error: &Error) -> bool {
    matches!(error, Error::Api(ApiError::Refused { .. } | ApiError::ServerFault { .. }))
}

fn written(rows: &[outbox::Row]) -> Result<Vec<u8>, Error> {
    let operation = |row: &outbox::Row| -> Result<OperationDto, Error> {
        let op = RawValue::from_string(row.body.clone()).context("an operation of the outbox")?;
        Ok(OperationDto { op_id: row.op_id, op, told: row.told })
    };
    let operations = rows.iter().map(operation).collect::<Result<_, _>>()?;
    Ok(serde_json::to_vec(&PushRequest { operations }).context("writing a push")?)
}

fn topics(swap: &ledger::Swap) -> Vec<Topic> {
    let commune = swap.kinds.contains("commune");
    let offered = ["calendar", "site", "activity", "period", "tariff"];
    let of_days = ["registration", "reservation", "receipt"];
    let days = swap.kinds.iter().any(|kind| offered.contains(&&**kind) || of_days.contains(&&**kind));
    let family = swap.kinds.iter().any(|kind| kind != "commune" && !offered.contains(&&**kind));
    let mut topics = vec![Topic::Outbox];
    topics.extend(commune.then_some(Topic::Commune));
    topics.extend(family.then_some(Topic::Family));
    // Ages, links and quotients of the family change what days cost, and whether they can be booked.
    topics.extend((days || family).then_some(Topic::Reservations));
    topics
}
