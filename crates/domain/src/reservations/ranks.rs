//! Where those who wait stand now.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{CounterId, Places};
use crate::ids::ReservationId;
use crate::planning::{Activity, Key, Units};

/// Somebody who waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The reservation.
    pub id: ReservationId,
    /// The day.
    pub day: Date,
    /// The child's group.
    pub group: Key,
    /// What is asked.
    pub units: Units,
    /// The number in the queue.
    pub queue: i64,
}

/// The rank of each of those who wait for an activity: 1 for whoever comes next. As with the rank that is told when somebody comes
/// to wait, it is that on the longest queue of the full counters that the request touches.
#[must_use]
pub fn ranks(activity: &Activity, places: &Places, waiting: &[Waiting]) -> BTreeMap<ReservationId, u32> {
    let mut queues: BTreeMap<(Date, &Key), Vec<&Waiting>> = BTreeMap::new();
    for one in waiting {
        queues.entry((one.day, &one.group)).or_default().push(one);
    }
    let mut ranks = BTreeMap::new();
    for ((day, group), mut queue) in queues {
        queue.sort_by_key(|one| (one.queue, one.id));
        let full = |rule: &Key| {
            let id = CounterId { activity: activity.id, day, group: group.clone(), rule: rule.clone() };
            places.get(&id).left() == 0
        };
        let full: Vec<Units> = activity.counters.iter().filter(|rule| full(&rule.key)).map(|rule| rule.units).collect();
        let mut before = vec![0_u32; full.len()];
        for one in queue {
            let mut rank = 1;
            let touched = full.iter().zip(&mut before).filter(|(counter, _)| counter.meets(one.units));
            for (_, before) in touched {
                *before += 1;
                rank = rank.max(*before);
            }
            ranks.insert(one.id, rank);
        }
    }
    ranks
}
