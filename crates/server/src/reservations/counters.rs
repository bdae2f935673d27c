//! Places left, outside the change log: read at most once a second, however many ask.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;
use preau_domain::ids::PeriodId;
use preau_protocol::reservations::{CounterDto, CountersResponse};
use uuid::Uuid;

use crate::app::App;
use crate::error::{Error, Result};
use crate::planning;

/// The places left in a period.
///
/// # Errors
/// [`Error::NotFound`], or whatever the database says.
pub(super) async fn counters(app: &App, commune: Uuid, period: Uuid) -> Result<Arc<CountersResponse>> {
    let now = app.clock.now();
    let (_, answer) = app.last_counters.or_read((commune, period), now, read(app, commune, period, now)).await?;
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
