//! I1 and I8 of one commune: every counter is counted anew from the reservations that touch it.

use std::collections::BTreeMap;

use anyhow::Context;
use jiff::Timestamp;
use preau_domain::ids::{ActivityId, PeriodId};
use preau_domain::planning::{Key, Planning, Units};
use preau_domain::reservations::{CounterId, touched};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::store::{self, CounterRow, LiveRow};
use super::{Invariant, Report};
use crate::error::Result;
use crate::planning::Current;

/// A counter as it is on record, and as it is counted.
#[derive(Debug, Default)]
struct Counted {
    row: Option<CounterRow>,
    taken: i64,
    beyond: i64,
    waiting: i64,
}

pub(super) async fn check(on: &impl ConnectionTrait, commune: Uuid, now: Timestamp, report: &mut Report) -> Result<()> {
    let planning = Current::read(on, commune).await?.planning;
    for activity in planning.activities.keys() {
        let mut counters: BTreeMap<CounterId, Counted> = BTreeMap::new();
        for row in store::counters(on, commune, activity.0).await? {
            let id = counter_id(*activity, &row)?;
            counters.entry(id).or_default().row = Some(row);
        }
        let live = store::live_reservations(on, commune, activity.0).await?;
        for row in &live {
            for id in places(&planning, *activity, row)? {
                let counted = counters.entry(id).or_default();
                if row.state == "waiting" {
                    counted.waiting += 1;
                } else {
                    counted.taken += 1;
                    counted.beyond += i64::from(row.beyond);
                }
            }
        }
        let broken = counters.iter().filter_map(|(id, counted)| counted.broken(commune, id));
        report.add(Invariant::Places, broken);
        report.add(Invariant::Queue, passed_over(&planning, *activity, now, &counters, &live)?);
    }
    Ok(())
}

impl Counted {
    fn broken(&self, commune: Uuid, id: &CounterId) -> Option<String> {
        let CounterId { activity, day, group, rule } = id;
        let at = format!("{commune}: counter {} {day} {group} {rule}", activity.0);
        let Some(row) = &self.row else {
            return Some(format!("{at} is missing, {} children have a place of it", self.taken));
        };
        if row.taken != self.taken || row.waiting != self.waiting {
            let (taken, waiting) = (self.taken, self.waiting);
            return Some(format!("{at} says {} and {} waiting, it is {taken} and {waiting}", row.taken, row.waiting));
        }
        // A capacity that was lowered evicts nobody.
        let allowed = row.capacity.max(row.kept);
        (self.taken - self.beyond > allowed).then(|| format!("{at} gave {} of {} places", row.taken, row.capacity))
    }
}

/// Who waits although they fit entirely.
fn passed_over(
    planning: &Planning,
    activity: ActivityId,
    now: Timestamp,
    counters: &BTreeMap<CounterId, Counted>,
    live: &[LiveRow],
) -> Result<Vec<String>> {
    let has_room = |id: &CounterId| {
        let row = counters.get(id).and_then(|counted| counted.row.as_ref());
        row.is_some_and(|row| row.taken < row.capacity)
    };
    let mut broken = Vec::new();
    for row in live.iter().filter(|row| row.state == "waiting") {
        let day = row.day.parse().context("a day on record")?;
        let period = planning.periods.get(&PeriodId(row.period_id));
        // Once it could not be given up any more, nobody is given a place.
        let over = period.is_none_or(|period| !period.cancel.is_open(day, now, &planning.calendar));
        if !over && places(planning, activity, row)?.iter().all(has_room) {
            broken.push(format!("reservation {} waits and fits", row.reservation_id));
        }
    }
    Ok(broken)
}

fn places(planning: &Planning, activity: ActivityId, row: &LiveRow) -> Result<Vec<CounterId>> {
    let Some(activity) = planning.activities.get(&activity) else { return Ok(Vec::new()) };
    let group = Key::parse(&row.group_key).context("a group on record")?;
    let units = Units::from_bits(u16::try_from(row.units).unwrap_or_default());
    Ok(touched(activity, row.day.parse().context("a day on record")?, &group, units))
}

fn counter_id(activity: ActivityId, row: &CounterRow) -> Result<CounterId> {
    let key = |text: &str| Key::parse(text).context("a stable name on record");
    let day = row.day.parse().context("a day on record")?;
    Ok(CounterId { activity, day, group: key(&row.group_key)?, rule: key(&row.counter_key)? })
}
