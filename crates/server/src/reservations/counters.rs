//! Places left, outside the change log: read at most once a second, however many ask.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use jiff::Timestamp;
use preau_domain::ids::PeriodId;
use preau_protocol::reservations::{CounterDto, CountersResponse};
use tokio::sync::Mutex;
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Result};
use crate::planning;

/// How long an answer is good, in milliseconds.
const GOOD: i64 = 1_000;

/// Answers of the last second, by commune and period.
#[derive(Debug, Default)]
pub struct LastSeen(Mutex<HashMap<(Uuid, Uuid), Seen>>);

/// One question at a time for a period: those who ask meanwhile wait for its answer.
type Seen = Arc<Mutex<Option<(Timestamp, Arc<CountersResponse>)>>>;

/// The places left in a period.
///
/// # Errors
/// [`Error::NotFound`], or whatever the database says.
pub(super) async fn counters(app: &App, commune: Uuid, period: Uuid) -> Result<Arc<CountersResponse>> {
    let seen = app.last_seen.0.lock().await.entry((commune, period)).or_default().clone();
    let mut seen = seen.lock().await;
    let now = app.clock.now();
    if let Some((at, answer)) = &*seen
        && (0..GOOD).contains(&(now.as_millisecond() - at.as_millisecond()))
    {
        return Ok(answer.clone());
    }
    let answer = read(app, commune, period, now).await;
    if answer.is_err() {
        app.last_seen.0.lock().await.remove(&(commune, period));
    }
    let answer = Arc::new(answer?);
    *seen = Some((now, answer.clone()));
    Ok(answer)
}

async fn read(app: &App, commune: Uuid, period: Uuid, now: Timestamp) -> Result<CountersResponse> {
    let snapshot = app.db.snapshot().await?;
    let current = app.currents.of(&snapshot, commune).await?;
    let period = current.planning.periods.get(&PeriodId(period)).ok_or(Error::NotFound)?;
    let days: BTreeSet<String> = period.days(&current.planning.calendar).map(|(day, _)| day.to_string()).collect();
    let rows = planning::counters(&snapshot, commune, period.activity.0, &days).await?;
    snapshot.commit().await?;
    let number = |n: i64| u32::try_from(n).unwrap_or_default();
    let counter = |row: planning::CounterRow| {
        Ok(CounterDto {
            day: row.day.parse().map_err(anyhow::Error::from)?,
            group: row.group_key,
            counter: row.counter_key,
            left: number(row.capacity - row.taken),
            waiting: number(row.waiting),
        })
    };
    Ok(CountersResponse { at: now.to_string(), counters: rows.into_iter().map(counter).collect::<Result<_>>()? })
}
