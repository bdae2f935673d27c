//! Sign-ins a second, and how long everything else waits while everybody signs in at once.
//!
//! The load is open: a request leaves when its time has come, whether or not earlier ones were answered, and its answer
//! is timed from then. A closed loop would wait with the server and see nothing.

use crate::people::{CODE, enrol, letters};
use crate::spread::Spread;
use anyhow::{Context, Result, ensure};
use harness::{Api, Letter, Session, Town};
use reqwest::Method;
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::task::JoinSet;
use tokio::time::Instant;
use xtask::demo_families::SLUG;

const FAMILIES: usize = 120;
/// Reads a second, and exchanges of tokens: what desktops do by themselves when many are opened.
const PULLS: u32 = 100;
const REFRESHES: u32 = 25;
/// Sign-ins asked a second in the storm: several times what the machine can judge.
const STORM: u32 = 150;
/// Sign-ins under way at a time when their most is looked for.
const AT_ONCE: usize = 4;

struct World {
    api: Api,
    letters: Vec<Letter>,
    sessions: Vec<Mutex<Session>>,
    next: AtomicUsize,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Asked {
    Pull,
    Refresh,
    SignIn,
}

/// What came of one kind of request.
#[derive(Debug, Clone, Default)]
struct Seen {
    good: Spread,
    /// Told to come back later.
    shed: Spread,
    failed: u64,
}

impl Seen {
    fn add(&mut self, status: u16, took: Duration) {
        match status {
            200 => self.good.add(took),
            503 => self.shed.add(took),
            _ => self.failed += 1,
        }
    }

    fn told(&self, seconds: u32) -> Value {
        json!({
            "per_second": self.good.count() as f64 / f64::from(seconds), "shed": self.shed.milliseconds(),
            "answered": self.good.milliseconds(), "failed": self.failed,
        })
    }
}

/// Measures for so many seconds a phase.
pub async fn measure(seconds: u32) -> Result<Value> {
    let town = Town::with_families(FAMILIES)?;
    let letters = letters(&town, FAMILIES)?;
    let server = town.serve()?;
    let api = server.api()?;
    let sessions = enrol(&api, &letters).await?.into_iter().map(Mutex::new).collect();
    let world = Arc::new(World { api, letters, sessions, next: AtomicUsize::new(0) });
    let most = most_sign_ins(&world, seconds).await?;
    let calm = open_load(&world, seconds, &[(Asked::Pull, PULLS), (Asked::Refresh, REFRESHES)]).await?;
    let storm = [(Asked::Pull, PULLS), (Asked::Refresh, REFRESHES), (Asked::SignIn, STORM)];
    let storm = open_load(&world, seconds, &storm).await?;
    let sound = town.run(&["check"]).context("the invariants after the storm")?;
    server.stop();
    Ok(json!({
        "most": most, "calm": calm, "storm": storm, "seconds": seconds, "families": FAMILIES, "pulls": PULLS,
        "refreshes": REFRESHES, "storm_sign_ins": STORM, "check": sound,
    }))
}

/// A closed loop of few: what the machine can judge.
async fn most_sign_ins(world: &Arc<World>, seconds: u32) -> Result<Value> {
    let until = Instant::now() + Duration::from_secs(seconds.into());
    let mut tasks = JoinSet::new();
    for _ in 0..AT_ONCE {
        let world = world.clone();
        tasks.spawn(async move {
            let mut seen = Seen::default();
            while Instant::now() < until {
                let since = Instant::now();
                let status = world.ask(Asked::SignIn).await?;
                seen.add(status, since.elapsed());
            }
            anyhow::Ok(seen)
        });
    }
    let mut all = Seen::default();
    while let Some(seen) = tasks.join_next().await {
        let seen = seen??;
        all.good.merge(&seen.good);
        all.failed += seen.failed + seen.shed.count();
    }
    ensure!(all.failed == 0, "{} sign-ins failed", all.failed);
    Ok(all.told(seconds))
}

async fn open_load(world: &Arc<World>, seconds: u32, load: &[(Asked, u32)]) -> Result<Value> {
    let begin = Instant::now() + Duration::from_millis(100);
    let mut kinds = JoinSet::new();
    for &(asked, rate) in load {
        kinds.spawn(one_kind(world.clone(), asked, rate, begin, seconds));
    }
    let mut told = serde_json::Map::new();
    while let Some(done) = kinds.join_next().await {
        let (asked, seen) = done??;
        ensure!(seen.failed == 0, "{asked:?}: {} failed", seen.failed);
        let name = match asked {
            Asked::Pull => "pull",
            Asked::Refresh => "refresh",
            Asked::SignIn => "sign_in",
        };
        told.insert(name.to_owned(), seen.told(seconds));
    }
    Ok(told.into())
}

async fn one_kind(world: Arc<World>, asked: Asked, rate: u32, begin: Instant, seconds: u32) -> Result<(Asked, Seen)> {
    let mut requests = JoinSet::new();
    for n in 0..rate * seconds {
        let due = begin + Duration::from_secs(1) * n / rate;
        tokio::time::sleep_until(due).await;
        let world = world.clone();
        requests.spawn(async move {
            let status = world.ask(asked).await?;
            anyhow::Ok((status, due.elapsed()))
        });
    }
    let mut seen = Seen::default();
    while let Some(done) = requests.join_next().await {
        let (status, took) = done??;
        seen.add(status, took);
    }
    Ok((asked, seen))
}

impl World {
    async fn ask(&self, asked: Asked) -> Result<u16> {
        let place = self.next.fetch_add(1, Ordering::Relaxed) % self.sessions.len();
        match asked {
            Asked::Pull => {
                let token = self.sessions[place].lock().await.token.clone();
                Ok(self.api.get("/v1/sync/changes", &token).await?.status)
            }
            Asked::Refresh => {
                let mut session = self.sessions[place].lock().await;
                let body = json!({ "refresh_token": session.dto.refresh_token });
                let answer = self.api.send(Method::POST, "/v1/auth/refresh", None, Some(&body)).await?;
                if answer.status == 200 {
                    session.dto = serde_json::from_value(answer.body)?;
                    session.token = session.dto.access_token.clone();
                }
                Ok(answer.status)
            }
            Asked::SignIn => {
                let body = json!({ "commune": SLUG, "identifiant": self.letters[place].identifiant, "code": CODE,
                    "device_label": "Ordinateur de mesure" });
                Ok(self.api.send(Method::POST, "/v1/auth/sign-in", None, Some(&body)).await?.status)
            }
        }
    }
}
