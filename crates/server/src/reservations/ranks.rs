//! Where those who wait stand now: read at most once a second for a period, however many ask, and each home told of its own.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use preau_domain::ids::{PeriodId, ReservationId};
use preau_domain::planning::{Key, Period, Planning, Units};
use preau_domain::reservations::{Counter, Places, Waiting, ranks};
use preau_protocol::reservations::{RankDto, RanksResponse};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::board::counter_id;
use super::store::{self, ReservationRow};
use crate::app::App;
use crate::error::{Error, Result};
use crate::planning;

/// The ranks of a period, by the family that asks.
pub type Ranks = BTreeMap<Uuid, Vec<RankDto>>;

/// Where the requests of a family that wait stand, in a period.
///
/// # Errors
/// [`Error::NotFound`], or whatever the database says.
pub(super) async fn of_family(app: &App, commune: Uuid, family: Uuid, period: Uuid) -> Result<RanksResponse> {
    let now = app.clock.now();
    let (at, ranks) = app.last_ranks.or_read((commune, period), now, read(app, commune, period)).await?;
    Ok(RanksResponse { at: at.to_string(), ranks: ranks.get(&family).cloned().unwrap_or_default() })
}

async fn read(app: &App, commune: Uuid, period: Uuid) -> Result<Ranks> {
    let snapshot = app.db.snapshot().await?;
    let planning = app.currents.of(&snapshot, commune).await?.planning;
    let period = planning.periods.get(&PeriodId(period)).ok_or(Error::NotFound)?;
    let waiting = waiting_of(&snapshot, commune, &planning, period).await?;
    snapshot.commit().await?;
    let mut families = Ranks::new();
    for (row, rank) in waiting {
        families.entry(row.family_id).or_default().push(RankDto { reservation_id: row.reservation_id, rank });
    }
    Ok(families)
}

/// Who waits in a period, with the rank of each, by day and rank.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn waiting_of(
    on: &impl ConnectionTrait,
    commune: Uuid,
    planning: &Planning,
    period: &Period,
) -> Result<Vec<(ReservationRow, u32)>> {
    let Some(activity) = planning.activities.get(&period.activity) else { return Ok(Vec::new()) };
    let days: BTreeSet<String> = period.days(&planning.calendar).map(|(day, _)| day.to_string()).collect();
    let rows = store::on_days(on, commune, activity.id.0, &days, "waiting").await?;
    let mut places = Places::default();
    for row in planning::counters(on, commune, activity.id.0, &days).await? {
        let number = |n: i64| u32::try_from(n).unwrap_or_default();
        let counter = Counter { capacity: number(row.capacity), taken: number(row.taken), ..Counter::default() };
        places.read(counter_id(&row)?, counter);
    }
    let waiting = rows.iter().map(waiting).collect::<Result<Vec<_>>>()?;
    let ranks = ranks(activity, &places, &waiting);
    let rank = |row: ReservationRow| {
        let rank = ranks.get(&ReservationId(row.reservation_id)).copied().unwrap_or_default();
        (row, rank)
    };
    let mut rows: Vec<(ReservationRow, u32)> = rows.into_iter().map(rank).collect();
    rows.sort_by(|(a, first), (b, second)| (&a.day, &a.group_key, first).cmp(&(&b.day, &b.group_key, second)));
    Ok(rows)
}

fn waiting(row: &ReservationRow) -> Result<Waiting> {
    let day: Date = row.day.parse().map_err(anyhow::Error::from)?;
    let group = Key::parse(&row.group_key).ok_or_else(|| anyhow::anyhow!("a group on record: {}", row.group_key))?;
    let units = Units::from_bits(u16::try_from(row.units).unwrap_or_default());
    Ok(Waiting { id: ReservationId(row.reservation_id), day, group, units, queue: row.queue.unwrap_or_default() })
}
