//! What is checked of one child's day before anybody looks for a place.

use jiff::Timestamp;

use crate::ids::FamilyId;
use crate::planning::{Activity, DayStatus, Key, Mode, Period, PeriodState, Planning, Units, broken};
use crate::registrations::accepted_on;
use crate::reservations::{DayChange, Latitude, Refusal, Reservation, ReservationState, Situation, Verdict};

/// What a change comes to, if there are places.
#[derive(Debug, Clone)]
pub(super) enum Step {
    /// To be given other units than now; new where nothing was.
    Take {
        /// The child's group on the day.
        group: Key,
        /// After the deadline.
        late: bool,
    },
    /// To be given up in time.
    GiveUp,
    /// To be given up too late.
    Absence,
    /// Coming after all.
    Return,
    /// As it is; only its price may change with a sibling's.
    Keep,
}

/// What the town offers for a change.
struct Offer<'a> {
    planning: &'a Planning,
    activity: &'a Activity,
    period: &'a Period,
}

/// Finds what to do for a change, or why not.
pub(super) fn check(
    situation: &Situation,
    family: FamilyId,
    change: &DayChange,
    latitude: Latitude,
) -> Result<Step, Verdict> {
    let refused = |refusal| Err(Verdict::Refused(refusal));
    let offer = match offer(situation, change) {
        Ok(offer) => offer,
        Err(refusal) => return refused(refusal),
    };
    if !may_book(situation, family, change) {
        return refused(Refusal::NotYours);
    }
    let current = situation.of(family, change.child, change.activity, change.day);
    let on_record = current.map(|one| one.units).unwrap_or_default();
    let absent = current.is_some_and(|one| one.state == ReservationState::Absent);
    if change.new.is_empty() && (on_record.is_empty() || absent) {
        return Err(Verdict::Kept);
    }
    if on_record != change.old && on_record != change.new {
        return refused(Refusal::Stale { now: on_record });
    }
    if on_record == change.new && !absent {
        return Ok(Step::Keep);
    }
    let step = if change.new.is_empty() {
        giving_up(situation.now, &offer, change, current, latitude)
    } else if absent && on_record == change.new {
        returning(situation.now, &offer, change)
    } else {
        taking(situation, family, &offer, change, on_record, latitude)
    };
    step.map_err(Verdict::Refused)
}

fn offer<'a>(situation: &'a Situation, change: &DayChange) -> Result<Offer<'a>, Refusal> {
    let planning = &*situation.planning;
    let activity = planning.activities.get(&change.activity).ok_or(Refusal::NotOffered)?;
    let period = planning.periods.get(&change.period).filter(|period| period.activity == change.activity);
    let period = period.ok_or(Refusal::NotOffered)?;
    if !activity.all_units().contains(change.new) {
        return Err(Refusal::UnknownUnits);
    }
    Ok(Offer { planning, activity, period })
}

fn may_book(situation: &Situation, family: FamilyId, change: &DayChange) -> bool {
    let home = situation.homes.get(&family);
    let mut links = home.map(|home| home.links.as_slice()).unwrap_or_default().iter();
    links.any(|link| link.child == change.child && link.may_book && link.in_force(change.day))
        && situation.children.contains_key(&change.child)
}

/// A request that waits is given up at any time. After the deadline a place is owed. Nobody passes over that once the day has
/// begun: what happens then is told by attendance.
fn giving_up(
    now: Timestamp,
    offer: &Offer<'_>,
    change: &DayChange,
    current: Option<&Reservation>,
    latitude: Latitude,
) -> Result<Step, Refusal> {
    let has_begun = crate::planning::start_of_day(change.day) <= now;
    let passes = latitude.deadlines && !has_begun;
    if current.is_some_and(|one| one.state == ReservationState::Waiting) || passes {
        return Ok(Step::GiveUp);
    }
    if offer.period.state(now) != PeriodState::ReadOnly
        && offer.period.cancel.is_open(change.day, now, &offer.planning.calendar)
    {
        return Ok(Step::GiveUp);
    }
    let ends = crate::planning::end_of_day(change.day);
    if now < ends { Ok(Step::Absence) } else { Err(Refusal::TooLateToReduce { since: ends }) }
}

fn returning(now: Timestamp, offer: &Offer<'_>, change: &DayChange) -> Result<Step, Refusal> {
    match offer.period.day(&offer.planning.calendar, change.day) {
        DayStatus::Open => {}
        DayStatus::Closed(reason) => return Err(Refusal::Closed { reason: reason.to_owned() }),
        DayStatus::PublicHoliday(_) => return Err(Refusal::PublicHoliday),
        DayStatus::NotOffered => return Err(Refusal::NotOffered),
    }
    let begins = crate::planning::start_of_day(change.day);
    if now < begins { Ok(Step::Return) } else { Err(Refusal::TooLate { since: begins }) }
}

fn taking(
    situation: &Situation,
    family: FamilyId,
    offer: &Offer<'_>,
    change: &DayChange,
    on_record: Units,
    latitude: Latitude,
) -> Result<Step, Refusal> {
    let Offer { planning, activity, period } = offer;
    match period.day(&planning.calendar, change.day) {
        DayStatus::Open => {}
        DayStatus::Closed(reason) => return Err(Refusal::Closed { reason: reason.to_owned() }),
        DayStatus::PublicHoliday(_) => return Err(Refusal::PublicHoliday),
        DayStatus::NotOffered => return Err(Refusal::NotOffered),
    }
    let breaks = broken(&activity.relations, change.new);
    if !breaks.is_empty() {
        return Err(Refusal::Relations(breaks));
    }
    // What is booked of a day that has begun is no longer changed: attendance tells what happened.
    let has_begun = crate::planning::start_of_day(change.day) <= situation.now;
    if !latitude.deadlines || (has_begun && !on_record.is_empty()) {
        in_time(situation.now, offer, change, on_record)?;
    }
    let group = group(situation, family, offer, change)?;
    let elsewhere = situation.of_other_homes(family, change.child, change.activity, change.day);
    if elsewhere.meets(change.new) {
        return Err(Refusal::OtherHome);
    }
    Ok(Step::Take { group, late: is_late(situation.now, offer, change, on_record) })
}

/// Whether something is added that a family could no longer add, however the period gives its places.
fn is_late(now: Timestamp, offer: &Offer<'_>, change: &DayChange, on_record: Units) -> bool {
    let Offer { planning, period, .. } = offer;
    let over = matches!(period.state(now), PeriodState::AddingClosed | PeriodState::ReadOnly);
    !on_record.contains(change.new) && (over || !period.add.is_open(change.day, now, &planning.calendar))
}

/// Windows first: before the opening nothing else is worth saying.
fn in_time(now: Timestamp, offer: &Offer<'_>, change: &DayChange, on_record: Units) -> Result<(), Refusal> {
    let Offer { planning, period, .. } = offer;
    let adds = !on_record.contains(change.new);
    if adds && period.mode != Mode::Immediate {
        return Err(Refusal::PeriodClosed);
    }
    match period.state(now) {
        PeriodState::Before => return Err(Refusal::NotOpenYet { opens_at: period.opens_at }),
        PeriodState::AddingClosed if adds => return Err(Refusal::PeriodClosed),
        PeriodState::ReadOnly => return Err(Refusal::PeriodClosed),
        PeriodState::Open | PeriodState::AddingClosed => {}
    }
    if adds && !period.add.is_open(change.day, now, &planning.calendar) {
        return Err(Refusal::TooLate { since: period.add.closes_at(change.day, &planning.calendar) });
    }
    let reduces = !change.new.contains(on_record);
    if reduces && !period.cancel.is_open(change.day, now, &planning.calendar) {
        return Err(Refusal::TooLateToReduce { since: period.cancel.closes_at(change.day, &planning.calendar) });
    }
    Ok(())
}

/// The child's group on the day, where who may book and the registration allow it.
fn group(situation: &Situation, family: FamilyId, offer: &Offer<'_>, change: &DayChange) -> Result<Key, Refusal> {
    let Offer { activity, period, .. } = offer;
    if period.audience.residents_only && !situation.homes.get(&family).is_some_and(|home| home.resident) {
        return Err(Refusal::ResidentsOnly);
    }
    let registered = accepted_on(&situation.registrations, change.child, change.activity, change.day).is_some();
    if activity.registration && !registered {
        return Err(Refusal::NotRegistered);
    }
    let child = situation.children.get(&change.child).ok_or(Refusal::NotYours)?;
    let group = activity.group_of(child.birth, &child.schooling, change.day).ok_or(Refusal::NoGroup)?;
    let welcome = period.audience.groups.is_empty() || period.audience.groups.contains(&group.key);
    if welcome { Ok(group.key.clone()) } else { Err(Refusal::NoGroup) }
}
