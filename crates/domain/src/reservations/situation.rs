//! All that a decision looks at: on the server what is on record, on a desktop what it last read.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;

use super::{Places, Reservation, ReservationState};
use crate::family::{FamilyQuotient, Schooling};
use crate::ids::{ActivityId, ChildId, FamilyId, ReservationId};
use crate::planning::{Planning, Units};
use crate::registrations::Registration;

/// What ties a child to a home.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The child.
    pub child: ChildId,
    /// First day.
    pub from: Date,
    /// Last day, or open.
    pub to: Option<Date>,
    /// May book.
    pub may_book: bool,
}

impl Link {
    /// Whether it is in force on a day.
    #[must_use]
    pub fn in_force(&self, day: Date) -> bool {
        self.from <= day && self.to.is_none_or(|to| day <= to)
    }
}

/// A home.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Home {
    /// Lives in the commune.
    pub resident: bool,
    /// Its quotients.
    pub quotients: Vec<FamilyQuotient>,
    /// Its children.
    pub links: Vec<Link>,
}

/// A child.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Child {
    /// Date of birth.
    pub birth: Date,
    /// Dated schooling.
    pub schooling: Vec<Schooling>,
}

/// What is known where a decision is made.
#[derive(Debug, Clone)]
pub struct Situation {
    /// The instant.
    pub now: Timestamp,
    /// What the town offers.
    pub planning: Arc<Planning>,
    /// Homes that ask, or whose children may be given a place that becomes free.
    pub homes: BTreeMap<FamilyId, Home>,
    /// Their children.
    pub children: BTreeMap<ChildId, Child>,
    /// Registrations of these children.
    pub registrations: Vec<Registration>,
    /// The counters of the days in question.
    pub places: Places,
    /// Reservations, by day. Those of the children in question on their days, and all that wait on counters from which a
    /// place may become free.
    reservations: BTreeMap<(ActivityId, Date), Vec<Reservation>>,
    changed: BTreeSet<ReservationId>,
}

impl Situation {
    /// With nothing known but what the town offers.
    #[must_use]
    pub fn new(now: Timestamp, planning: Arc<Planning>) -> Self {
        Self {
            now,
            planning,
            homes: BTreeMap::new(),
            children: BTreeMap::new(),
            registrations: Vec::new(),
            places: Places::default(),
            reservations: BTreeMap::new(),
            changed: BTreeSet::new(),
        }
    }

    /// The same as far as one day of an activity needs it, to try something on it.
    #[must_use]
    pub fn of_day(&self, activity: ActivityId, day: Date) -> Self {
        let known = self.reservations.get(&(activity, day)).cloned();
        Self {
            now: self.now,
            planning: self.planning.clone(),
            homes: self.homes.clone(),
            children: self.children.clone(),
            registrations: self.registrations.clone(),
            places: self.places.of_day(activity, day),
            reservations: known.map(|known| ((activity, day), known)).into_iter().collect(),
            changed: BTreeSet::new(),
        }
    }

    /// Puts a reservation there as it is on record, unless it is there already.
    pub fn read(&mut self, reservation: Reservation) {
        let of_day = self.reservations.entry((reservation.activity, reservation.day)).or_default();
        if !of_day.iter().any(|known| known.id == reservation.id) {
            of_day.push(reservation);
        }
    }

    /// Reservations that changed or are new since they were read.
    pub fn changed(&self) -> impl Iterator<Item = &Reservation> {
        self.reservations.values().flatten().filter(|reservation| self.changed.contains(&reservation.id))
    }

    /// Every reservation that is known, those given up included.
    pub fn all(&self) -> impl Iterator<Item = &Reservation> {
        self.reservations.values().flatten()
    }

    /// Reservations of an activity on a day that are known and live.
    pub fn on(&self, activity: ActivityId, day: Date) -> impl Iterator<Item = &Reservation> {
        self.reservations.get(&(activity, day)).into_iter().flatten().filter(|one| one.state.lives())
    }

    /// The live reservation of a child by a family on a day.
    #[must_use]
    pub fn of(&self, family: FamilyId, child: ChildId, activity: ActivityId, day: Date) -> Option<&Reservation> {
        self.on(activity, day).find(|one| one.child == child && one.family == family)
    }

    /// What other homes of a child booked of a day.
    #[must_use]
    pub fn of_other_homes(&self, family: FamilyId, child: ChildId, activity: ActivityId, day: Date) -> Units {
        let others = self.on(activity, day).filter(|one| one.child == child && one.family != family);
        others.map(|one| one.units).collect()
    }

    /// Puts a reservation there that is new or changed.
    pub(super) fn put(&mut self, reservation: Reservation) {
        self.changed.insert(reservation.id);
        let of_day = self.reservations.entry((reservation.activity, reservation.day)).or_default();
        match of_day.iter_mut().find(|known| known.id == reservation.id) {
            Some(known) => *known = reservation,
            None => of_day.push(reservation),
        }
    }

    /// Those who wait on a day of an activity, who asked first first.
    pub(super) fn queue(&self, activity: ActivityId, day: Date) -> Vec<Reservation> {
        let waits = |one: &&Reservation| one.state == ReservationState::Waiting;
        let mut queue: Vec<Reservation> = self.on(activity, day).filter(waits).cloned().collect();
        queue.sort_by_key(|one| (one.queue, one.id));
        queue
    }
}
