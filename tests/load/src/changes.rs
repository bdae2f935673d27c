//! Changes of many families at once through the writer, then the invariants: the server is killed under load, started
//! again, asked every acknowledged operation again, and compared with what it serves.

use crate::people::{enrol, letters};
use crate::served::{self, version_of};
use crate::spread::Spread;
use anyhow::{Context, Result, bail, ensure};
use harness::{Api, Session, Town};
use preau_protocol::sync::{DigestResponse, OutcomeDto, OutcomeStatus};
use reqwest::{Client, Method};
use serde_json::{Value, json};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use uuid::Uuid;

/// Families that change something at the same time, each one thing after the other.
const FAMILIES: usize = 256;
/// Operations sent again together, the most there may be in one push.
const AGAIN: usize = 50;

/// A family's adult whose mobile number changes.
struct Home {
    session: Session,
    person: Uuid,
    number: String,
    version: i64,
    done: Vec<Done>,
}

/// An operation that was acknowledged.
struct Done {
    op_id: Uuid,
    old: String,
    new: String,
    outcome: OutcomeDto,
}

/// Measures for so many seconds.
pub async fn measure(seconds: u32) -> Result<Value> {
    let town = Town::with_families(FAMILIES)?;
    let letters = letters(&town, FAMILIES)?;
    let server = town.serve()?;
    let api = server.api()?;
    let mut homes = Vec::new();
    for session in enrol(&api, &letters).await? {
        homes.push(Home::read(&api, session).await?);
    }
    let begin = Instant::now();
    let until = begin + Duration::from_secs(seconds.into());
    let mut tasks = JoinSet::new();
    for (place, mut home) in homes.into_iter().enumerate() {
        let api = api.clone();
        tasks.spawn(async move {
            let mut spread = Spread::default();
            let mut shed = 0_u64;
            while Instant::now() < until {
                let since = Instant::now();
                if home.change(&api, place).await? {
                    spread.add(since.elapsed());
                } else {
                    shed += 1;
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            }
            anyhow::Ok((home, spread, shed))
        });
    }
    let (mut homes, mut spread, mut shed) = (Vec::new(), Spread::default(), 0);
    while let Some(done) = tasks.join_next().await {
        let (home, own, refused) = done??;
        homes.push(home);
        spread.merge(&own);
        shed += refused;
    }
    let took = begin.elapsed().as_secs_f64();
    let address = server.address.clone();
    // As a power cut: nothing that was answered may need an orderly end.
    server.kill();
    let server = town.serve_at(&address)?;
    let replayed = verify(&address, &homes).await?;
    let sound = town.run(&["check"]).context("the invariants after the load")?;
    server.stop();
    Ok(json!({
        "per_second": spread.count() as f64 / took, "answered": spread.milliseconds(), "shed": shed, "seconds": took,
        "families": FAMILIES, "replayed": replayed, "check": sound,
    }))
}

impl Home {
    async fn read(api: &Api, session: Session) -> Result<Self> {
        let pages = api.pull(&session.token, "", 500).await?;
        let mut adults = pages.iter().flat_map(|page| &page.upserts).filter(|upsert| upsert.kind == "adult");
        let holder = adults.find_map(|upsert| {
            let adult: Value = serde_json::from_str(upsert.body.get()).ok()?;
            (adult["role"] == "holder").then(|| (upsert.entity, adult["mobile_phone"].as_str().map(str::to_owned)))
        });
        let (person, number) = holder.context("a holder")?;
        let digest: DigestResponse =
            serde_json::from_value(api.get("/v1/sync/digest", &session.token).await?.success()?.body)?;
        let version = version_of(&digest, &session)?;
        Ok(Self { session, person, number: number.context("a mobile number")?, version, done: Vec::new() })
    }

    /// One change; false when the server is busy.
    async fn change(&mut self, api: &Api, place: usize) -> Result<bool> {
        let new = format!("+3361234{:02}{:02}", place % 100, (self.done.len() + 1) % 100);
        let new = if new == self.number { format!("+3376123{:02}{:02}", place % 100, 99) } else { new };
        let (op_id, old) = (Uuid::now_v7(), self.number.clone());
        let answer = api.push(&self.session.token, op_id, &operation(self.person, &old, &new)).await?;
        if answer.status == 503 {
            return Ok(false);
        }
        let outcome = answer.success()?.body["outcomes"][0].clone();
        let outcome: OutcomeDto = serde_json::from_value(outcome)?;
        ensure!(outcome.status == OutcomeStatus::Applied, "{outcome:?}");
        self.number.clone_from(&new);
        self.done.push(Done { op_id, old, new, outcome });
        Ok(true)
    }

    /// I5: each of the family's changes was a transaction of its own for its stream, and added one to its version.
    fn versions_are_whole(&self) -> Result<i64> {
        let mut version = self.version;
        for done in &self.done {
            ensure!(done.outcome.version == version + 1, "I5: {:?} after version {version}", done.outcome);
            version += 1;
        }
        Ok(version)
    }

    /// I2 and I3: whatever was acknowledged is known, answers as it did, and takes no effect again.
    async fn answers_again(&self, api: &Api) -> Result<()> {
        for some in self.done.chunks(AGAIN) {
            let operations: Vec<Value> = some
                .iter()
                .map(|done| json!({ "op_id": done.op_id, "op": operation(self.person, &done.old, &done.new) }))
                .collect();
            let body = json!({ "operations": operations });
            let answer = api.send(Method::POST, "/v1/sync/push", Some(&self.session.token), Some(&body)).await?;
            let outcomes: Vec<OutcomeDto> = serde_json::from_value(answer.success()?.body["outcomes"].clone())?;
            let first: Vec<OutcomeDto> = some.iter().map(|done| done.outcome.clone()).collect();
            ensure!(outcomes == first, "I2, I3: {outcomes:?} instead of {first:?}");
        }
        Ok(())
    }

    /// I4, and that what is served ends with the last change.
    async fn served_is_on_record(&self, client: &Client, address: &str, version: i64) -> Result<()> {
        let mut last_number = None;
        let served = served::compare(client, address, &self.session, |upsert| {
            if upsert.entity == self.person {
                let adult: Value = serde_json::from_str(upsert.body.get())?;
                last_number = adult["mobile_phone"].as_str().map(str::to_owned);
            }
            Ok(())
        });
        let served = served.await?;
        ensure!(served == version, "I5: the stream is at {served}");
        ensure!(last_number.as_deref() == Some(&self.number), "I2: {last_number:?} instead of {}", self.number);
        Ok(())
    }
}

async fn verify(address: &str, homes: &[Home]) -> Result<usize> {
    let (api, client) = (Api::new(address)?, Client::builder().no_proxy().build()?);
    let mut replayed = 0;
    for home in homes {
        let version = home.versions_are_whole()?;
        home.answers_again(&api).await?;
        home.served_is_on_record(&client, address, version).await?;
        replayed += home.done.len();
    }
    if replayed == 0 {
        bail!("nothing was acknowledged");
    }
    Ok(replayed)
}

fn operation(person: Uuid, old: &str, new: &str) -> Value {
    let phone = |number: &str| json!({ "type": "phone", "value": number });
    json!({ "type": "family.change_detail", "subject": { "type": "adult", "person_id": person },
        "field": "mobile_phone", "old": phone(old), "new": phone(new) })
}
