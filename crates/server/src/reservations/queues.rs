//! Who may be given a place that becomes free: the head of each queue, not the whole of it. What a day that is given up costs
//! must not grow with how many wait.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Context;
use preau_domain::ids::ActivityId;
use preau_domain::planning::{Key, Planning, Units};
use preau_domain::reservations::{CounterId, touched};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::board::{ChildDay, counter_id};
use super::store::{self, FirstRow, ReservationRow};
use crate::error::Result;
use crate::planning::CounterRow;

/// Who waits on a day of an activity in a group.
type Queue<'a> = (Uuid, &'a str, &'a str);

/// The queues of days on which requests give something up.
pub(super) struct Queues<'a> {
    pub planning: &'a Planning,
    /// The counters of these days.
    pub counters: &'a [CounterRow],
    /// How many requests change a child's day, or give it up.
    pub giving_up: &'a BTreeMap<ChildDay, u32>,
}

impl Queues<'_> {
    /// Those who wait and may be given a place when these reservations are given up.
    ///
    /// All who wait for the same units of a period and group are given a place in the order in which they asked, or none of
    /// them is, and at rest there is no place for the first. So of each such queue no more than the first are looked at: as
    /// many as there are requests on what is on record for the day and group, each of which frees one place at most, or
    /// leaves the queue itself. What a request of the same run booked is not on record: giving it up only gives back what
    /// the run took.
    pub async fn who_may_come(
        &self,
        on: &impl ConnectionTrait,
        commune: Uuid,
        rows: &[ReservationRow],
    ) -> Result<Vec<ReservationRow>> {
        let mut free = BTreeSet::new();
        // By activity, day and group: how many reservations may go, and so how many others may come.
        let mut going: BTreeMap<Uuid, BTreeMap<(String, String), i64>> = BTreeMap::new();
        for row in rows {
            let child_day = (row.child_id, row.activity_id, row.day.parse().context("a day on record")?);
            let Some(requests) = self.giving_up.get(&child_day) else { continue };
            let queue = (row.day.clone(), row.group_key.clone());
            *going.entry(row.activity_id).or_default().entry(queue).or_default() += i64::from(*requests);
            if row.state != "waiting" {
                free.extend(self.touched_by(row.activity_id, (&row.day, &row.group_key, row.units))?);
            }
        }
        let (waited_for, has_room) = self.counters_that(&free)?;
        let mut ids = Vec::new();
        for (activity, going) in going {
            let is_waited_for =
                |(day, group): &&(String, String)| waited_for.contains(&(activity, day.as_str(), group.as_str()));
            let queues: Vec<_> = going.keys().filter(is_waited_for).collect();
            let many = going.values().max().copied().unwrap_or_default();
            for first in store::first_of_queues(on, commune, activity, &queues, many).await? {
                let FirstRow { reservation_id, day, group_key, units, place } = first;
                let places = self.touched_by(activity, (&day, &group_key, units))?;
                let few_enough = going.get(&(day, group_key)).is_some_and(|many| place <= *many);
                if few_enough && places.iter().all(|id| has_room.contains(id)) {
                    ids.push(reservation_id);
                }
            }
        }
        store::by_id(on, commune, &ids).await
    }

    /// The days and groups in which somebody waits for what becomes free, and the counters that have or get a place.
    fn counters_that(&self, free: &BTreeSet<CounterId>) -> Result<(BTreeSet<Queue<'_>>, BTreeSet<CounterId>)> {
        let (mut waited_for, mut has_room) = (BTreeSet::new(), free.clone());
        for row in self.counters {
            let id = counter_id(row)?;
            if row.waiting > 0 && free.contains(&id) {
                waited_for.insert((row.activity_id, row.day.as_str(), row.group_key.as_str()));
            }
            if row.taken < row.capacity {
                has_room.insert(id);
            }
        }
        Ok((waited_for, has_room))
    }

    fn touched_by(&self, activity: Uuid, (day, group, units): (&str, &str, i64)) -> Result<Vec<CounterId>> {
        let Some(activity) = self.planning.activities.get(&ActivityId(activity)) else { return Ok(Vec::new()) };
        let group = Key::parse(group).context("a group on record")?;
        let units = Units::from_bits(u16::try_from(units).unwrap_or_default());
        Ok(touched(activity, day.parse().context("a day on record")?, &group, units))
    }
}
