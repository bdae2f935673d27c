//! One verdict per child and day.
//!
//! Days are independent of each other; the children of one home on one day are not, because of what siblings make of a
//! price. So a day is tried as a whole on a copy of its places, and tried again without whatever would cost more than the
//! family saw.

mod checks;
mod day;
mod endings;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use jiff::civil::Date;

use super::places::touched;
use super::prices::lower_prices;
use super::{CounterId, DayChange, Refusal, Request, Reservation, ReservationState, Situation, Verdict};
use crate::ids::{ActivityId, ReservationId};

pub use endings::{close_day, end_unregistered};

/// Decides what a family asks, in the order in which it asks, and changes the situation accordingly. New reservations take
/// their ids from `new_id`. The verdicts are in the order of the changes.
pub fn decide(situation: &mut Situation, request: &Request, mut new_id: impl FnMut() -> ReservationId) -> Vec<Verdict> {
    let mut verdicts: Vec<Option<Verdict>> = vec![None; request.changes.len()];
    let mut days: BTreeMap<(ActivityId, Date), Vec<usize>> = BTreeMap::new();
    let mut seen = BTreeSet::new();
    for (place, change) in request.changes.iter().enumerate() {
        if seen.insert((change.child, change.activity, change.day)) {
            days.entry((change.activity, change.day)).or_default().push(place);
        } else {
            verdicts[place] = Some(Verdict::Refused(Refusal::Repeated));
        }
    }
    for ((activity, day), asked) in days {
        let changes: Vec<&DayChange> = asked.iter().map(|place| &request.changes[*place]).collect();
        let (decided, freed) = day::decide_day(situation, request, (activity, day), &changes, &mut new_id);
        let given = promote(situation, activity, day, &freed);
        for (place, verdict) in asked.into_iter().zip(decided) {
            let change = &request.changes[place];
            let own = situation.of(request.family, change.child, activity, day);
            let price = own.filter(|own| given.contains(&own.id)).and_then(|own| own.price.clone());
            verdicts[place] = Some(price.map_or(verdict, |price| Verdict::Confirmed { price }));
        }
    }
    verdicts.into_iter().map(|verdict| verdict.unwrap_or(Verdict::Kept)).collect()
}

/// Gives places that became free to those who wait: in the order in which they asked, whoever fits entirely. Nobody is
/// given a place that they could no longer give up without owing it. Says which were given one.
pub fn promote(
    situation: &mut Situation,
    activity: ActivityId,
    day: Date,
    freed: &BTreeSet<CounterId>,
) -> Vec<ReservationId> {
    let mut given = Vec::new();
    if freed.is_empty() {
        return given;
    }
    for waiting in situation.queue(activity, day) {
        let places = places_of(situation, &waiting);
        let concerned = places.iter().any(|id| freed.contains(id));
        if concerned && !lapsed(situation, &waiting) && situation.places.have_room(&places) {
            situation.places.leave_queue(&places);
            situation.places.take(&places);
            given.push(waiting.id);
            let family = waiting.family;
            situation.put(Reservation { state: ReservationState::Confirmed, queue: None, ..waiting });
            lower_prices(situation, family, activity, day);
        }
    }
    given
}

/// When a request that waits is over: from then on a place could not be given up without owing it. None where the town no
/// longer has its period.
#[must_use]
pub fn lapse_of(situation: &Situation, reservation: &Reservation) -> Option<Timestamp> {
    let period = situation.planning.periods.get(&reservation.period)?;
    Some(period.cancel.closes_at(reservation.day, &situation.planning.calendar))
}

fn lapsed(situation: &Situation, reservation: &Reservation) -> bool {
    lapse_of(situation, reservation).is_none_or(|at| at <= situation.now)
}

/// The counters that a reservation touches. Those of the group that it was booked in.
fn places_of(situation: &Situation, reservation: &Reservation) -> Vec<CounterId> {
    let activity = situation.planning.activities.get(&reservation.activity);
    activity
        .map(|activity| touched(activity, reservation.day, &reservation.group, reservation.units))
        .unwrap_or_default()
}
