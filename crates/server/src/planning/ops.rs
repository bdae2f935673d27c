//! Changing what a town offers, inside the transaction it is given.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use preau_domain::ids::{ActivityId, PeriodId};
use preau_domain::planning::{Capacity, DayStatus, Key, Period, Planning};
use preau_protocol::error::FieldError;
use preau_protocol::files::SeasonDifferenceDto;
use preau_protocol::planning::{ClosedDayDto, PeriodDto};
use preau_protocol::sync::EntityKind;
use uuid::Uuid;

use super::season::{Season, Used, fault};
use super::store::{self, CounterRow, ItemRow};
use super::{Current, Currents, KINDS, current, entities};
use crate::error::{Error, Result};
use crate::sync::{Projection, hold, publish};
use crate::writer::WriteTx;

/// What a town offers as this transaction sees it.
///
/// # Errors
/// As [`Currents::of`].
pub async fn current(tx: &WriteTx, currents: &Currents, commune: Uuid) -> Result<Current> {
    // What this transaction changed is on record at no version yet.
    if tx.version_given(commune, commune).is_some() {
        return Current::read(tx.connection(), commune).await;
    }
    currents.of(tx.connection(), commune).await
}

/// Holds what a town offers against other processes until the transaction ends. Whoever changes it does this first, before
/// reading it and before holding anything of families: of two at once the later would take back what the other changed.
///
/// # Errors
/// Whatever the database says.
pub async fn hold_offers(tx: &WriteTx, commune: Uuid) -> Result<()> {
    hold(tx, commune, &[commune]).await.map(drop)
}

/// Reads a season's file beside what is on record, held ([`hold_offers`]).
///
/// # Errors
/// Whatever the database says; what is wrong with the file is the inner answer.
pub async fn read_season(
    tx: &WriteTx,
    commune: Uuid,
    text: &str,
) -> Result<std::result::Result<Season, Vec<FieldError>>> {
    hold_offers(tx, commune).await?;
    let on_record = store::items(tx.connection(), commune).await?;
    Ok(super::season::read_season(text, &on_record))
}

/// What became of a season.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Applied {
    /// What it changed.
    pub differences: Vec<SeasonDifferenceDto>,
    /// Days of activities of which a counter has more places than before.
    pub raised: BTreeSet<(Uuid, Date)>,
}

/// Checks a season as a whole beside what is on record and what is in use.
///
/// # Errors
/// Whatever the database says; what is wrong with the season is the inner answer.
pub async fn check_season(
    tx: &WriteTx,
    commune: Uuid,
    season: &Season,
    used: &Used,
) -> Result<std::result::Result<(Planning, Vec<SeasonDifferenceDto>), Vec<FieldError>>> {
    let before = Current::read(tx.connection(), commune).await?;
    let after = season.over(&before.items);
    let planning = match current::planning(&after) {
        Ok(planning) => planning,
        Err(Error::Internal(error)) => return Ok(Err(vec![fault("file", &format!("{error:#}"))])),
        Err(error) => return Err(error),
    };
    let found = planning.faults();
    let mut faults: Vec<FieldError> = found.iter().map(|found| fault(&found.at, &found.kind)).collect();
    faults.extend(used.faults(&before.planning, &planning));
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    Ok(Ok((planning, season.differences(&before.items)?)))
}

/// Puts a season that was checked on record, with the places of its days, and into the commune's stream.
///
/// # Errors
/// Whatever the database says.
pub async fn apply_season(
    tx: &WriteTx,
    commune: Uuid,
    season: &Season,
    (planning, differences): (Planning, Vec<SeasonDifferenceDto>),
) -> Result<Applied> {
    store::put_items(tx, commune, season.items.clone()).await?;
    let mut raised = BTreeSet::new();
    for activity in planning.activities.keys() {
        raised.extend(set_up_counters(tx, commune, &planning, *activity).await?);
    }
    publish_all(tx, commune).await?;
    Ok(Applied { differences, raised })
}

/// Brings the commune's stream to what is on record.
async fn publish_all(tx: &WriteTx, commune: Uuid) -> Result<()> {
    let held = hold(tx, commune, &[commune]).await?;
    let entities = entities(tx.connection(), commune).await?;
    publish(tx, &held, vec![Projection { stream: commune, kinds: KINDS, entities }]).await
}

/// Day, group and rule.
type Place = (String, String, String);

/// Brings the counters of an activity to what its periods say: what an agent set by hand stays, and so does what somebody
/// has a place of. The days on which there are more places than before.
async fn set_up_counters(
    tx: &WriteTx,
    commune: Uuid,
    planning: &Planning,
    activity: ActivityId,
) -> Result<Vec<(Uuid, Date)>> {
    let periods = planning.periods_of(activity);
    let (Some(first), Some(last)) =
        (periods.iter().map(|period| period.first_day).min(), periods.iter().map(|period| period.last_day).max())
    else {
        return Ok(Vec::new());
    };
    let mut wanted: BTreeMap<Place, (Date, i64)> = BTreeMap::new();
    for period in periods {
        wanted.extend(capacities(planning, activity, period));
    }
    let range = (first.to_string(), last.to_string());
    let on_record = store::counters_between(tx.connection(), commune, activity.0, range).await?;
    let mut raised = Vec::new();
    let mut rows = Vec::new();
    for mut row in on_record {
        match wanted.remove(&(row.day.clone(), row.group_key.clone(), row.counter_key.clone())) {
            Some((day, capacity)) if !row.by_hand && row.capacity != capacity => {
                if capacity > row.capacity {
                    raised.push((activity.0, day));
                }
                row.kept = if capacity < row.taken { row.taken } else { 0 };
                row.capacity = capacity;
                rows.push(row);
            }
            Some(_) => {}
            // A day that is closed for now: what an agent set by hand is there when it opens again.
            None if row.by_hand => {}
            None => {
                store::remove_counter(tx, commune, &row).await?;
            }
        }
    }
    rows.extend(wanted.into_iter().map(|((day, group_key, counter_key), (_, capacity))| CounterRow {
        activity_id: activity.0,
        day,
        group_key,
        counter_key,
        capacity,
        taken: 0,
        waiting: 0,
        next_in_queue: 1,
        by_hand: false,
        kept: 0,
    }));
    store::put_counters(tx, commune, rows).await?;
    Ok(raised)
}

fn capacities<'a>(
    planning: &'a Planning,
    activity: ActivityId,
    period: &'a Period,
) -> impl Iterator<Item = (Place, (Date, i64))> + 'a {
    let activity = planning.activities.get(&activity);
    let days = period.days(&planning.calendar).filter(|(_, status)| *status == DayStatus::Open);
    days.flat_map(move |(day, _)| {
        period.capacities.iter().filter_map(move |((group, counter), capacity)| {
            let activity = activity?;
            let ages = activity.groups.iter().find(|known| known.key == *group)?.ages;
            let places = capacity.places(activity.supervision, ages);
            Some(((day.to_string(), group.to_string(), counter.to_string()), (day, i64::from(places))))
        })
    })
}

/// Counters of days of an activity, held until the transaction ends.
///
/// # Errors
/// Whatever the database says.
pub async fn hold_counters(
    tx: &WriteTx,
    commune: Uuid,
    activity: Uuid,
    days: &BTreeSet<String>,
) -> Result<Vec<CounterRow>> {
    store::hold_counters(tx, commune, activity, days).await
}

/// Writes counters as they are now.
///
/// # Errors
/// Whatever the database says.
pub async fn put_counters(tx: &WriteTx, commune: Uuid, rows: Vec<CounterRow>) -> Result<()> {
    store::put_counters(tx, commune, rows).await
}

/// Sets the places of a counter for one day: so many, or as the period says again. Whether there are more than before.
///
/// # Errors
/// [`Error::NotFound`] for a counter that is not one of the day, or whatever the database says.
pub async fn set_places(
    tx: &WriteTx,
    commune: Uuid,
    planning: &Planning,
    (period, day): (&Period, Date),
    (group, counter): (&Key, &Key),
    by_hand: Option<Capacity>,
) -> Result<bool> {
    let activity = planning.activities.get(&period.activity).ok_or(Error::NotFound)?;
    let known = activity.groups.iter().find(|known| known.key == *group).ok_or(Error::NotFound)?;
    let planned = period.capacities.get(&(group.clone(), counter.clone())).copied();
    let capacity = by_hand.or(planned).ok_or(Error::NotFound)?;
    let days = BTreeSet::from([day.to_string()]);
    let rows = store::hold_counters(tx, commune, period.activity.0, &days).await?;
    let is_it = |row: &CounterRow| row.group_key == group.as_str() && row.counter_key == counter.as_str();
    let mut row = rows.into_iter().find(is_it).ok_or(Error::NotFound)?;
    let places = i64::from(capacity.places(activity.supervision, known.ages));
    let raised = places > row.capacity;
    row.kept = if places < row.taken { row.taken } else { 0 };
    row.capacity = places;
    row.by_hand = by_hand.is_some();
    store::put_counters(tx, commune, vec![row]).await?;
    Ok(raised)
}

/// Closes a day of a period, with its reason, in the commune's stream too. What the town offers is held ([`hold_offers`]).
///
/// # Errors
/// [`Error::NotFound`], or whatever the database says.
pub async fn close_day(tx: &WriteTx, commune: Uuid, period: Uuid, day: Date, reason: &str) -> Result<()> {
    change_period(tx, commune, period, |dto| {
        dto.closed.retain(|closed| closed.day != day);
        dto.closed.push(ClosedDayDto { day, reason: reason.to_owned() });
        dto.closed.sort_by_key(|closed| closed.day);
    })
    .await?;
    publish_all(tx, commune).await
}

/// Opens a day of a period again that was closed, in the commune's stream too, with the places that were set by
/// hand or that the period gives it. What the town offers is held ([`hold_offers`]).
///
/// # Errors
/// As [`close_day`].
pub async fn open_day(tx: &WriteTx, commune: Uuid, period: Uuid, day: Date) -> Result<()> {
    change_period(tx, commune, period, |dto| dto.closed.retain(|closed| closed.day != day)).await?;
    let planning = Current::read(tx.connection(), commune).await?.planning;
    let activity = planning.periods.get(&PeriodId(period)).ok_or(Error::NotFound)?.activity;
    set_up_counters(tx, commune, &planning, activity).await?;
    publish_all(tx, commune).await
}

async fn change_period(tx: &WriteTx, commune: Uuid, period: Uuid, change: impl FnOnce(&mut PeriodDto)) -> Result<()> {
    let items = store::items(tx.connection(), commune).await?;
    let is_it = |row: &&ItemRow| row.item_id == period && row.kind == EntityKind::Period.as_str();
    let mut row = items.iter().find(is_it).ok_or(Error::NotFound)?.clone();
    let mut dto: PeriodDto = serde_json::from_str(&row.body)?;
    change(&mut dto);
    row.body = serde_json::to_string(&dto)?;
    store::put_items(tx, commune, vec![row]).await
}
