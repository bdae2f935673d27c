//! One day of an activity for the children of one home.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::checks::{Step, check};
use super::places_of;
use crate::ids::{ActivityId, ChildId, FamilyId, ReservationId};
use crate::planning::{Activity, Key, Price, Promotion};
use crate::reservations::places::touched;
use crate::reservations::prices::{There, presence, prices};
use crate::reservations::{
    CounterId, DayChange, Places, Refusal, Request, Reservation, ReservationState, Situation, Verdict,
};

/// What a change comes to, once places were looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Outcome {
    Confirmed { group: Key, late: bool, beyond: bool },
    Waiting { group: Key, late: bool, queue: i64, rank: u32 },
    Given,
    Absent,
    Returned,
    Kept,
    Settled(Verdict),
}

/// A day as it would be.
struct Attempt {
    places: Places,
    freed: BTreeSet<CounterId>,
    outcomes: Vec<Outcome>,
}

/// Decides changes of one day, and says from which counters places became free.
pub(super) fn decide_day(
    situation: &mut Situation,
    request: &Request,
    (activity, day): (ActivityId, Date),
    changes: &[&DayChange],
    new_id: &mut impl FnMut() -> ReservationId,
) -> (Vec<Verdict>, BTreeSet<CounterId>) {
    let mut steps: Vec<Result<Step, Verdict>> =
        changes.iter().map(|change| check(situation, request.family, change, request.latitude)).collect();
    loop {
        let attempt = attempt(situation, request, (activity, day), changes, &steps);
        let costs = Costs::of(situation, request.family, (activity, day), changes, &attempt.outcomes);
        let refused = costs.too_dear(changes, &attempt.outcomes);
        if refused.is_empty() {
            return keep(situation, request.family, changes, attempt, &costs, new_id);
        }
        for (place, refusal) in refused {
            steps[place] = Err(Verdict::Refused(refusal));
        }
    }
}

/// Looks for places. Where there is a waiting list, what this request gives up goes to those who wait before it goes to
/// another child of the same home.
fn attempt(
    situation: &Situation,
    request: &Request,
    (activity, day): (ActivityId, Date),
    changes: &[&DayChange],
    steps: &[Result<Step, Verdict>],
) -> Attempt {
    let places = situation.places.of_day(activity, day);
    let settled = |step: &Result<Step, Verdict>| match step {
        Err(verdict) => Outcome::Settled(verdict.clone()),
        Ok(_) => Outcome::Kept,
    };
    let outcomes = steps.iter().map(settled).collect();
    let mut attempt = Attempt { places, freed: BTreeSet::new(), outcomes };
    let lists = changes.iter().any(|change| waits_possible(situation, change));
    for giving_up in if lists { [false, true] } else { [true, false] } {
        for (place, (change, step)) in changes.iter().zip(steps).enumerate() {
            let Ok(step) = step else { continue };
            if matches!(step, Step::GiveUp) == giving_up {
                let current = situation.of(request.family, change.child, activity, day);
                attempt.outcomes[place] = attempt.step(situation, request, change, current, step);
            }
        }
    }
    attempt
}

fn waits_possible(situation: &Situation, change: &DayChange) -> bool {
    let period = situation.planning.periods.get(&change.period);
    period.is_some_and(|period| period.promotion != Promotion::NoWaitingList)
}

impl Attempt {
    fn step(
        &mut self,
        situation: &Situation,
        request: &Request,
        change: &DayChange,
        current: Option<&Reservation>,
        step: &Step,
    ) -> Outcome {
        match (step, current) {
            (Step::Take { group, late }, _) => {
                let late = *late || current.is_some_and(|current| current.late);
                self.take(situation, request, change, current, (group, late))
            }
            (Step::GiveUp, Some(current)) => {
                let ids = places_of(situation, current);
                if current.state == ReservationState::Waiting {
                    self.places.leave_queue(&ids);
                } else {
                    self.free(ids);
                }
                Outcome::Given
            }
            (Step::Absence, Some(_)) => Outcome::Absent,
            (Step::Return, Some(_)) => Outcome::Returned,
            (Step::GiveUp | Step::Absence | Step::Return | Step::Keep, _) => Outcome::Kept,
        }
    }

    fn free(&mut self, ids: Vec<CounterId>) {
        self.places.give_back(&ids);
        self.freed.extend(ids);
    }

    fn take(
        &mut self,
        situation: &Situation,
        request: &Request,
        change: &DayChange,
        current: Option<&Reservation>,
        (group, late): (&Key, bool),
    ) -> Outcome {
        let Some(activity) = situation.planning.activities.get(&change.activity) else {
            return Outcome::Settled(Verdict::Refused(Refusal::NotOffered));
        };
        let wanted = touched(activity, change.day, group, change.new);
        let had = current.map(|current| places_of(situation, current)).unwrap_or_default();
        let holds = current.is_some_and(|current| current.state.takes());
        let missing: Vec<CounterId> = wanted.iter().filter(|id| !holds || !had.contains(id)).cloned().collect();
        let has_room = self.places.have_room(&missing);
        if has_room || request.latitude.capacity {
            if holds {
                self.free(had.into_iter().filter(|id| !wanted.contains(id)).collect());
            } else if current.is_some() {
                self.places.leave_queue(&had);
            }
            self.places.take(&missing);
            let beyond = !has_room || current.is_some_and(|current| holds && current.beyond);
            return Outcome::Confirmed { group: group.clone(), late, beyond };
        }
        if holds || !waits_possible(situation, change) {
            return Outcome::Settled(Verdict::Refused(Refusal::Full));
        }
        self.wait(current, &had, &wanted, (group, late))
    }

    /// Whoever waits and asks for less, or for as much, keeps their place in the queue.
    fn wait(
        &mut self,
        current: Option<&Reservation>,
        had: &[CounterId],
        wanted: &[CounterId],
        (group, late): (&Key, bool),
    ) -> Outcome {
        if current.is_some() {
            self.places.leave_queue(had);
        }
        let (number, rank) = self.places.queue(wanted);
        let kept = current.and_then(|current| current.queue).filter(|_| wanted.iter().all(|id| had.contains(id)));
        Outcome::Waiting { group: group.clone(), late, queue: kept.unwrap_or(number), rank }
    }
}

/// What the children of a home cost on a day, before and after.
struct Costs {
    /// Live and owed, as on record: its price in cents.
    on_record: BTreeMap<ChildId, Option<Price>>,
    before: BTreeMap<ChildId, Option<Price>>,
    after: BTreeMap<ChildId, Option<Price>>,
    /// What those who wait would cost.
    waiting: BTreeMap<ChildId, Option<Price>>,
}

impl Costs {
    fn of(
        situation: &Situation,
        family: FamilyId,
        (activity, day): (ActivityId, Date),
        changes: &[&DayChange],
        outcomes: &[Outcome],
    ) -> Self {
        let owed = situation.on(activity, day).filter(|one| one.family == family && one.state.takes());
        let on_record = owed.map(|one| (one.child, one.price.clone())).collect();
        let mut presence = presence(situation, family, activity, day);
        let before = prices(situation, family, activity, day, &presence);
        let mut waits: Vec<(ChildId, There)> = Vec::new();
        for (change, outcome) in changes.iter().zip(outcomes) {
            match outcome {
                Outcome::Confirmed { late, .. } => {
                    presence.insert(change.child, There::booked(change.new, *late));
                }
                Outcome::Waiting { late, .. } => waits.push((change.child, There::booked(change.new, *late))),
                Outcome::Given => {
                    presence.remove(&change.child);
                }
                Outcome::Absent | Outcome::Returned | Outcome::Kept | Outcome::Settled(_) => {}
            }
        }
        let after = prices(situation, family, activity, day, &presence);
        let mut waiting = BTreeMap::new();
        for (child, there) in waits {
            let mut present = presence.clone();
            present.insert(child, there);
            waiting.insert(child, prices(situation, family, activity, day, &present).remove(&child).flatten());
        }
        Self { on_record, before, after, waiting }
    }

    fn price(&self, change: &DayChange, outcome: &Outcome) -> Option<&Price> {
        let among = if matches!(outcome, Outcome::Waiting { .. }) { &self.waiting } else { &self.after };
        among.get(&change.child).and_then(Option::as_ref)
    }

    /// Changes that would cost the family more than it saw.
    fn too_dear(&self, changes: &[&DayChange], outcomes: &[Outcome]) -> Vec<(usize, Refusal)> {
        let mut refused = Vec::new();
        for (place, (change, outcome)) in changes.iter().zip(outcomes).enumerate() {
            if !matches!(outcome, Outcome::Confirmed { .. } | Outcome::Waiting { .. }) {
                continue;
            }
            match self.price(change, outcome) {
                None => refused.push((place, Refusal::NoPrice)),
                Some(price) if price.cents > change.expected_cents => {
                    refused.push((place, Refusal::PriceChanged { cents: price.cents }));
                }
                Some(_) => {}
            }
        }
        if refused.is_empty()
            && let Some((child, cents)) = self.dearer_sibling(changes, outcomes)
        {
            let given = outcomes.iter().enumerate().filter(|(_, outcome)| **outcome == Outcome::Given);
            refused.extend(given.map(|(place, _)| (place, Refusal::SiblingPriceChanged { child, cents })));
        }
        refused
    }

    /// A child whose own day is not asked to change, and would cost more than the family saw for it.
    fn dearer_sibling(&self, changes: &[&DayChange], outcomes: &[Outcome]) -> Option<(ChildId, i64)> {
        self.repriced(changes, outcomes).find_map(|(child, price)| {
            let stored = self.on_record.get(&child).and_then(Option::as_ref).map_or(0, |price| price.cents);
            let seen = changes.iter().find(|change| change.child == child).map(|change| change.expected_cents);
            (price.cents > stored.max(seen.unwrap_or(stored))).then_some((child, price.cents))
        })
    }

    /// Children whose own day is not asked to change, and whose price changes because of a sibling's.
    fn repriced<'a>(
        &'a self,
        changes: &'a [&DayChange],
        outcomes: &'a [Outcome],
    ) -> impl Iterator<Item = (ChildId, &'a Price)> {
        let moves = move |child: ChildId| {
            let mut own = changes.iter().zip(outcomes).filter(move |(change, _)| change.child == child);
            own.any(|(_, outcome)| !matches!(outcome, Outcome::Kept | Outcome::Settled(_)))
        };
        self.after.iter().filter_map(move |(child, price)| {
            let same = self.before.get(child) == Some(price) || moves(*child);
            price.as_ref().filter(|_| !same).map(|price| (*child, price))
        })
    }
}

/// Makes an attempt true.
fn keep(
    situation: &mut Situation,
    family: FamilyId,
    changes: &[&DayChange],
    attempt: Attempt,
    costs: &Costs,
    new_id: &mut impl FnMut() -> ReservationId,
) -> (Vec<Verdict>, BTreeSet<CounterId>) {
    let Attempt { places, freed, outcomes } = attempt;
    situation.places.keep(places);
    // Nothing dearer than seen is left, unless it is given up by nobody and its price rose by itself: that one stays.
    let siblings: Vec<(ChildId, Price)> = costs.repriced(changes, &outcomes).map(|(c, p)| (c, p.clone())).collect();
    for (child, price) in siblings {
        if let Some(first) = changes.first()
            && let Some(current) = situation.of(family, child, first.activity, first.day).cloned()
            && costs.dearer_sibling(changes, &outcomes).is_none_or(|(dearer, _)| dearer != child)
        {
            situation.put(Reservation { price: Some(price), ..current });
        }
    }
    let verdicts = changes.iter().zip(outcomes);
    let verdicts = verdicts.map(|(change, outcome)| settle(situation, family, change, outcome, costs, new_id));
    (verdicts.collect(), freed)
}

fn settle(
    situation: &mut Situation,
    family: FamilyId,
    change: &DayChange,
    outcome: Outcome,
    costs: &Costs,
    new_id: &mut impl FnMut() -> ReservationId,
) -> Verdict {
    let current = situation.of(family, change.child, change.activity, change.day).cloned();
    let price = costs.price(change, &outcome).cloned();
    let (state, queue, verdict) = match (&outcome, price.clone()) {
        (Outcome::Settled(verdict), _) => return verdict.clone(),
        (Outcome::Kept, _) => return Verdict::Kept,
        (Outcome::Confirmed { .. }, Some(price)) => (ReservationState::Confirmed, None, Verdict::Confirmed { price }),
        (Outcome::Waiting { queue, rank, .. }, Some(price)) => {
            (ReservationState::Waiting, Some(*queue), Verdict::Waiting { rank: *rank, price })
        }
        (Outcome::Confirmed { .. } | Outcome::Waiting { .. }, None) => return Verdict::Refused(Refusal::NoPrice),
        (Outcome::Given, _) => (ReservationState::Cancelled, None, Verdict::Cancelled),
        (Outcome::Absent, _) => {
            let offered = situation.planning.activities.get(&change.activity);
            let owed = current.as_ref().filter(|_| offered.is_some_and(Activity::is_owed_when_absent));
            let cents = owed.and_then(|one| one.price.as_ref()).map_or(0, |price| price.cents);
            (ReservationState::Absent, None, Verdict::Absent { cents })
        }
        (Outcome::Returned, _) => {
            let Some(price) = current.as_ref().and_then(|one| one.price.clone()) else { return Verdict::Kept };
            (ReservationState::Confirmed, None, Verdict::Confirmed { price })
        }
    };
    let beyond = matches!(outcome, Outcome::Confirmed { beyond: true, .. });
    let reservation = match (outcome, current) {
        (Outcome::Confirmed { group, late, .. } | Outcome::Waiting { group, late, .. }, current) => Reservation {
            id: current.map_or_else(new_id, |current| current.id),
            child: change.child,
            family,
            activity: change.activity,
            period: change.period,
            day: change.day,
            units: change.new,
            group,
            state,
            queue,
            price,
            late,
            beyond,
        },
        (_, Some(current)) => Reservation { state, queue, ..current },
        (_, None) => return Verdict::Kept,
    };
    situation.put(reservation);
    verdict
}
