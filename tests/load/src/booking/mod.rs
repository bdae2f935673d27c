//! Families that book at the opening: each at a device of its own, which asks for one child's day at the times that a
//! schedule sets, whether or not the server keeps up. Then the server is killed as by a power cut, started again, and asked
//! every acknowledged operation again.

mod bare;
mod desk;

use crate::people::{enrol, letters};
use crate::served;
use crate::spread::Spread;
use anyhow::{Context, Result, ensure};
use desk::{Desk, Offer};
use harness::{Api, Season, Town};
use reqwest::Client;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;
use xtask::demo_families::{SLUG, families};
use xtask::demo_season;

/// Families, each with a device; those without a child of the age are left out.
const FAMILIES: usize = 1000;
/// Operations a second that are asked for, one phase after the other; the last one is more than there can be.
const RATES: [(&str, u32); 3] = [("500", 500), ("1000", 1000), ("saturation", 20_000)];
/// Places each half day in each group: fewer than will be asked for, so that some wait.
const PLACES: u32 = 220;

/// Measures each rate for so many seconds.
pub async fn measure(seconds: u32) -> Result<Value> {
    let season = Season::summer(PLACES)?;
    let town = Town::with_families(FAMILIES)?;
    town.offer(SLUG, &season.text)?;
    town.register(SLUG, &demo_season::registrations(&families(FAMILIES)))?;
    let letters = letters(&town, FAMILIES)?;
    let server = town.serve()?;
    let api = server.api()?;
    let (mut desks, mut offer) = (Vec::new(), None);
    for (place, session) in enrol(&api, &letters).await?.into_iter().enumerate() {
        let (desk, read) = Desk::read(&api, session, &season.days, place).await?;
        offer.get_or_insert(read);
        if desk.children() > 0 {
            desks.push(desk);
        }
    }
    let offer = Arc::new(offer.context("a family")?);
    let mut told = serde_json::Map::new();
    for (name, rate) in RATES {
        let (after, phase) = phase(&api, &offer, desks, rate, seconds).await?;
        desks = after;
        town.run(&["check"]).with_context(|| format!("the invariants after {name} a second"))?;
        told.insert(name.to_owned(), phase);
    }
    let address = server.address.clone();
    // As a power cut: nothing that was answered may need an orderly end.
    server.kill();
    let server = town.serve_at(&address)?;
    let replayed = verify(&address, &desks).await?;
    let sound = town.run(&["check"]).context("the invariants after the replay")?;
    server.stop();
    let bare = bare::measure(town.folder(), &season.days, seconds).await?;
    told.insert("bare".to_owned(), bare.into());
    told.insert("replayed".to_owned(), replayed.into());
    told.insert("families".to_owned(), desks.len().into());
    told.insert("children".to_owned(), desks.iter().map(Desk::children).sum::<usize>().into());
    told.insert("days".to_owned(), season.days.len().into());
    told.insert("places".to_owned(), PLACES.into());
    told.insert("check".to_owned(), sound.into());
    Ok(told.into())
}

/// What the desks of a phase saw.
#[derive(Default)]
struct Seen {
    /// From the time that was set to the answer.
    answered: Spread,
    /// From leaving to the answer.
    travelled: Spread,
    /// How many were told to come back, and did.
    shed: u64,
    /// How many had no effect, as another home had the day.
    refused: u64,
}

async fn phase(api: &Api, offer: &Arc<Offer>, desks: Vec<Desk>, rate: u32, seconds: u32) -> Result<(Vec<Desk>, Value)> {
    let begin = Instant::now() + Duration::from_millis(200);
    let end = begin + Duration::from_secs(seconds.into());
    let between = Duration::from_secs(1) * u32::try_from(desks.len())? / rate;
    let mut tasks = JoinSet::new();
    for (place, mut desk) in desks.into_iter().enumerate() {
        let (api, offer) = (api.clone(), offer.clone());
        let first = begin + Duration::from_secs(1) * u32::try_from(place)? / rate;
        tasks.spawn(async move {
            let (mut seen, mut due) = (Seen::default(), first);
            // A device that is late asks at once, one thing after the other: its next ones are late too, and timed so.
            while due < end && Instant::now() < end {
                tokio::time::sleep_until(due).await;
                let left = Instant::now();
                let applied = desk.ask(&api, &offer, &mut seen.shed).await?;
                seen.answered.add(due.elapsed());
                seen.travelled.add(left.elapsed());
                seen.refused += u64::from(!applied);
                due += between;
            }
            anyhow::Ok((desk, seen))
        });
    }
    let (mut desks, mut all) = (Vec::new(), Seen::default());
    while let Some(done) = tasks.join_next().await {
        let (desk, seen) = done??;
        desks.push(desk);
        all.answered.merge(&seen.answered);
        all.travelled.merge(&seen.travelled);
        all.shed += seen.shed;
        all.refused += seen.refused;
    }
    let took = begin.elapsed().as_secs_f64();
    let phase = json!({
        "per_second": (all.answered.count() - all.refused) as f64 / took, "answered": all.answered.milliseconds(),
        "travelled": all.travelled.milliseconds(), "shed": all.shed, "refused": all.refused, "seconds": took,
    });
    Ok((desks, phase))
}

/// I2, I3 and I4 for every family.
async fn verify(address: &str, desks: &[Desk]) -> Result<usize> {
    let (api, client) = (Api::new(address)?, Client::builder().no_proxy().build()?);
    let mut replayed = 0;
    for desk in desks {
        replayed += desk.answers_again(&api).await?;
        let mut receipts = std::collections::BTreeSet::new();
        served::compare(&client, address, &desk.session, |upsert| {
            if upsert.kind == "receipt" {
                receipts.insert(upsert.entity);
            }
            Ok(())
        })
        .await?;
        ensure!(desk.done().all(|op_id| receipts.contains(&op_id)), "I2: an acknowledged operation without a receipt");
    }
    ensure!(replayed > 0, "nothing was acknowledged");
    Ok(replayed)
}
