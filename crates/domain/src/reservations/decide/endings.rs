//! What ends without a family asking: a day that the town closes, a child who is no longer registered.

use std::collections::BTreeSet;

use jiff::civil::Date;

use super::{lapsed, places_of, promote};
use crate::ids::{ActivityId, ChildId, PeriodId, ReservationId};
use crate::planning::start_of_day;
use crate::registrations::accepted_on;
use crate::reservations::{CounterId, Reservation, ReservationState, Situation};

/// Ends every reservation of a period on a day that the town closes, and every request that waits for one: nothing is owed,
/// and nobody is given what becomes free. Says which there were.
pub fn close_day(situation: &mut Situation, period: PeriodId, activity: ActivityId, day: Date) -> Vec<ReservationId> {
    let of_period = |one: &&Reservation| one.period == period;
    let ended: Vec<Reservation> = situation.on(activity, day).filter(of_period).cloned().collect();
    let ids = ended.iter().map(|one| one.id).collect();
    for one in ended {
        end(situation, one);
    }
    ids
}

/// Ends the coming days of children who are no longer registered for them, as if their home gave each up now: in time it is
/// free, later it is an absence that is owed. A day that has begun stays as it is, and siblings keep the price that was
/// seen. What becomes free goes to those who wait. Says which changed.
pub fn end_unregistered(
    situation: &mut Situation,
    activity: ActivityId,
    day: Date,
    children: &BTreeSet<ChildId>,
) -> Vec<ReservationId> {
    let asks = situation.planning.activities.get(&activity).is_some_and(|activity| activity.registration);
    if !asks || start_of_day(day) <= situation.now {
        return Vec::new();
    }
    let unregistered = |one: &&Reservation| {
        children.contains(&one.child)
            && one.state != ReservationState::Absent
            && accepted_on(&situation.registrations, one.child, activity, day).is_none()
    };
    let over: Vec<Reservation> = situation.on(activity, day).filter(unregistered).cloned().collect();
    let ids = over.iter().map(|one| one.id).collect();
    let mut freed = BTreeSet::new();
    for one in over {
        if one.state == ReservationState::Confirmed && lapsed(situation, &one) {
            situation.put(Reservation { state: ReservationState::Absent, ..one });
        } else {
            freed.extend(end(situation, one));
        }
    }
    promote(situation, activity, day, &freed);
    ids
}

/// Ends one; says from which counters a place became free.
fn end(situation: &mut Situation, one: Reservation) -> Vec<CounterId> {
    let places = places_of(situation, &one);
    let waited = one.state == ReservationState::Waiting;
    if waited {
        situation.places.leave_queue(&places);
    } else {
        situation.places.give_back(&places);
    }
    situation.put(Reservation { state: ReservationState::Cancelled, queue: None, ..one });
    if waited { Vec::new() } else { places }
}
