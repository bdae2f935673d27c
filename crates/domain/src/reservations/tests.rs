//! Verdicts by table, and what holds whatever is asked.

mod properties;
mod table;
mod town;

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::{Date, Weekday, date};
use uuid::Uuid;

use super::*;
use crate::family::{FamilyQuotient, Month, QuotientSource};
use crate::planning::{
    Activity, ActivityKind, AgeClass, Audience, Band, Billing, Calendar, Capacity, CounterRule, Deadline, Formula,
    Grid, Group, GroupRule, Mode, Period, Planning, Promotion, Reduction, Relation, SchoolDays, SiblingCount,
    SiblingOrder, SiblingReduction, SiblingRule, Site, Supervision, Tariff, TariffAudience, Unit,
};
use crate::registrations::{Registration, RegistrationState};

pub(super) const M: Units = unit(0);
pub(super) const AV: Units = unit(1);
pub(super) const SV: Units = unit(2);
pub(super) const A: Units = unit(3);

const fn unit(place: u16) -> Units {
    Units::of_bit(place)
}

pub(super) fn id(n: u128) -> Uuid {
    Uuid::from_u128(n)
}

pub(super) const ALSH: ActivityId = ActivityId(Uuid::from_u128(1));
pub(super) const TOUSSAINT: PeriodId = PeriodId(Uuid::from_u128(2));
/// Monday of the first week.
pub(super) const MONDAY: Date = date(2026, 10, 19);

pub(super) fn family(n: u128) -> FamilyId {
    FamilyId(id(100 + n))
}

/// The n-th child of a family: the first is 8, the second 4.
pub(super) fn child(family: u128, n: u128) -> ChildId {
    ChildId(id(1000 * (family + 1) + n))
}

pub(super) fn key(text: &str) -> Key {
    Key::parse(text).unwrap()
}

pub(super) fn activity() -> Activity {
    let unit = |name: &str, meal| Unit { key: key(name), name: name.into(), detail: None, meal };
    let group = |name: &str, from, to, ages| Group {
        key: key(name),
        name: name.into(),
        rule: GroupRule::Ages { from, to },
        site: key("site"),
        ages,
    };
    Activity {
        id: ALSH,
        key: key("alsh"),
        name: "ALSH".into(),
        kind: ActivityKind::Alsh,
        units: vec![unit("morning", false), unit("av", true), unit("sv", true), unit("afternoon", false)],
        relations: vec![Relation::Requires { units: AV.and(SV), any_of: M.and(A) }, Relation::Excludes(AV.and(SV))],
        groups: vec![group("little", 3, 5, AgeClass::Under6), group("big", 6, 11, AgeClass::From6)],
        counters: vec![CounterRule { key: key("morning"), units: M }, CounterRule { key: key("afternoon"), units: A }],
        supervision: Supervision::Holidays,
        billing: Billing::Booked,
        registration: true,
        notice: None,
    }
}

pub(super) fn period() -> Period {
    let capacities = [("little", "morning"), ("little", "afternoon"), ("big", "morning"), ("big", "afternoon")];
    Period {
        id: TOUSSAINT,
        key: key("toussaint"),
        name: "Toussaint".into(),
        activity: ALSH,
        first_day: MONDAY,
        last_day: date(2026, 10, 30),
        weekdays: vec![Weekday::Monday, Weekday::Tuesday, Weekday::Wednesday, Weekday::Thursday, Weekday::Friday],
        school_days: SchoolDays::Holidays,
        closed: [(date(2026, 10, 27), "réunion des équipes".to_owned())].into(),
        opens_at: "2026-09-14T06:00:00Z".parse().unwrap(),
        closes_at: "2026-10-17T22:00:00Z".parse().unwrap(),
        read_only_at: None,
        mode: Mode::Immediate,
        promotion: Promotion::Automatic,
        add: Deadline::Days(7),
        cancel: Deadline::Days(5),
        audience: Audience::default(),
        capacities: capacities.map(|(group, rule)| ((key(group), key(rule)), Capacity::Fixed(2))).into(),
    }
}

/// Half a day 500, with a meal 800; a day 900, with a meal 1200; the second child of a home there that day 10 % less.
pub(super) fn tariff() -> Tariff {
    let formula = |name: &str, combinations: Vec<Units>| Formula {
        key: key(name),
        name: name.into(),
        combinations,
        own_meal: None,
    };
    let meals = [AV, SV];
    Tariff {
        key: key("alsh_2026"),
        name: "ALSH 2026".into(),
        activity: ALSH,
        from: date(2026, 9, 1),
        to: None,
        audience: TariffAudience::Everyone,
        formulas: vec![
            formula("half", vec![M, A]),
            formula("half_meal", meals.iter().flat_map(|meal| [M.and(*meal), A.and(*meal)]).collect()),
            formula("day", vec![M.and(A)]),
            formula("day_meal", meals.iter().map(|meal| M.and(A).and(*meal)).collect()),
        ],
        additive: false,
        grid: Grid::Bands(vec![
            Band { up_to: Some(1000), prices: vec![Some(500), Some(800), Some(900), Some(1200)] },
            Band { up_to: None, prices: vec![Some(1000), Some(1600), Some(1800), Some(2400)] },
        ]),
        siblings: Some(SiblingReduction {
            count: SiblingCount::PresentThatDay,
            order: SiblingOrder::EldestFirst,
            rule: SiblingRule::ByRank(vec![Reduction::None, Reduction::BasisPoints(1000)]),
        }),
        surcharges: Vec::new(),
    }
}

pub(super) fn planning(period: Period) -> Planning {
    Planning {
        calendar: Calendar::zone_a(),
        sites: vec![Site { key: key("site"), name: "Site".into(), phone: None }],
        activities: [(ALSH, activity())].into(),
        periods: [(TOUSSAINT, period)].into(),
        tariffs: vec![tariff()],
    }
}

/// Families with two children each, quotient 900, registered, at an hour when booking is open; two places a half day.
pub(super) fn situation(families: u128) -> Situation {
    with_planning(families, planning(period()))
}

pub(super) fn with_planning(families: u128, planning: Planning) -> Situation {
    assert_eq!(planning.faults(), []);
    let now: Timestamp = "2026-09-20T10:00:00Z".parse().unwrap();
    let planning = Arc::new(planning);
    let mut situation = Situation::new(now, Arc::clone(&planning));
    for n in 0..families {
        add_family(&mut situation, n);
    }
    for (period, (group, rule)) in
        planning.periods.values().flat_map(|period| period.capacities.keys().map(move |place| (period, place.clone())))
    {
        for (day, _) in period.days(&planning.calendar) {
            let id = CounterId { activity: period.activity, day, group: group.clone(), rule: rule.clone() };
            let Some(Capacity::Fixed(capacity)) = period.capacities.get(&(group.clone(), rule.clone())).copied() else {
                continue;
            };
            situation.places.read(id, Counter { capacity, taken: 0, waiting: 0, next_in_queue: 1 });
        }
    }
    situation
}

fn add_family(situation: &mut Situation, n: u128) {
    let children = [(child(n, 0), date(2018, 5, 1)), (child(n, 1), date(2022, 5, 1))];
    let link = |(child, _): &(ChildId, Date)| Link { child: *child, from: date(2020, 1, 1), to: None, may_book: true };
    let quotient =
        FamilyQuotient { source: QuotientSource::Caf, value: Some(900), effective: Month::parse("2026-01").unwrap() };
    let links = children.iter().map(link).collect();
    situation.homes.insert(family(n), Home { resident: true, quotients: vec![quotient], links });
    for (child, birth) in children {
        situation.children.insert(child, Child { birth, schooling: Vec::new() });
        situation.registrations.push(Registration {
            child,
            activity: ALSH,
            from: date(2026, 9, 1),
            to: date(2027, 8, 31),
            state: RegistrationState::Accepted,
            own_meal: false,
        });
    }
}

pub(super) fn change(child: ChildId, day: Date, old: Units, new: Units) -> DayChange {
    DayChange { child, activity: ALSH, period: TOUSSAINT, day, old, new, expected_cents: 100_000 }
}

pub(super) fn request(family: FamilyId, changes: Vec<DayChange>) -> Request {
    Request { family, changes, latitude: Latitude::default() }
}

/// Ids in the order in which they are made.
pub(super) fn ids() -> impl FnMut() -> ReservationId {
    let mut next = 10_000_000;
    move || {
        next += 1;
        ReservationId(id(next))
    }
}

/// What breaks I1, the uniqueness of units or I8, seen from all reservations one by one.
pub(super) fn violations(situation: &Situation) -> Vec<String> {
    let planning = situation.planning.clone();
    let mut broken = Vec::new();
    let mut taken: BTreeMap<CounterId, u32> = BTreeMap::new();
    let mut waiting: BTreeMap<CounterId, u32> = BTreeMap::new();
    let all: Vec<&Reservation> = situation.all().filter(|one| one.state.lives()).collect();
    for (place, one) in all.iter().enumerate() {
        let activity = &planning.activities[&one.activity];
        for id in touched(activity, one.day, &one.group, one.units) {
            let count = if one.state.takes() { &mut taken } else { &mut waiting };
            *count.entry(id).or_default() += 1;
        }
        if !crate::planning::broken(&activity.relations, one.units).is_empty() {
            broken.push(format!("{:?} has {:?}", one.child, one.units));
        }
        for other in &all[place + 1..] {
            let same = (one.child, one.day, one.activity) == (other.child, other.day, other.activity);
            if same && (one.units.meets(other.units) || one.family == other.family) {
                broken.push(format!("{:?} twice on {}", one.child, one.day));
            }
        }
    }
    for (id, counter) in situation.places.all() {
        if counter.taken != taken.get(id).copied().unwrap_or_default() || counter.taken > counter.capacity {
            broken.push(format!("I1 {id:?}: {counter:?}"));
        }
        if counter.waiting != waiting.get(id).copied().unwrap_or_default() {
            broken.push(format!("waiting {id:?}: {counter:?}"));
        }
    }
    for one in all.iter().filter(|one| one.state == ReservationState::Waiting) {
        let ids = touched(&planning.activities[&one.activity], one.day, &one.group, one.units);
        if ids.iter().all(|id| situation.places.get(id).left() > 0) {
            broken.push(format!("I8 {:?} on {} waits and fits", one.child, one.day));
        }
    }
    broken
}
