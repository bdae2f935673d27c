//! What a home's days cost, its children taken together.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::{Home, Reservation, Situation};
use crate::family::quotient_on;
use crate::ids::{ActivityId, ChildId, FamilyId};
use crate::planning::{Price, PriceFacts, SiblingCount, SiblingFacts, Tariff, Units, sibling_facts};
use crate::registrations::accepted_on;

/// What a child of a home is there for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct There {
    pub units: Units,
    /// Booked after the deadline.
    pub late: bool,
    /// Came without having booked.
    pub unbooked: bool,
}

impl There {
    pub fn booked(units: Units, late: bool) -> Self {
        Self { units, late, unbooked: false }
    }
}

/// Who of a home is there on a day.
pub(super) type Presence = BTreeMap<ChildId, There>;

/// Those who have a place, as they are on record.
pub(super) fn presence(situation: &Situation, family: FamilyId, activity: ActivityId, day: Date) -> Presence {
    let of_home = situation.on(activity, day).filter(|one| one.family == family && one.state.takes());
    of_home.map(|one| (one.child, There::booked(one.units, one.late))).collect()
}

/// What each child present costs; none where the town has no price for it.
pub(super) fn prices(
    situation: &Situation,
    family: FamilyId,
    activity: ActivityId,
    day: Date,
    presence: &Presence,
) -> BTreeMap<ChildId, Option<Price>> {
    let price = |(child, there): (&ChildId, &There)| {
        (*child, price(situation, family, (activity, day), (*child, *there), presence))
    };
    presence.iter().map(price).collect()
}

/// The tariff that a home pays on a day.
pub(super) fn tariff(situation: &Situation, family: FamilyId, activity: ActivityId, day: Date) -> Option<&Tariff> {
    let home = situation.homes.get(&family)?;
    Tariff::choose(&situation.planning.tariffs, activity, day, home.resident)
}

fn price(
    situation: &Situation,
    family: FamilyId,
    (activity, day): (ActivityId, Date),
    (child, There { units, late, unbooked }): (ChildId, There),
    presence: &Presence,
) -> Option<Price> {
    let home = situation.homes.get(&family)?;
    let offered = situation.planning.activities.get(&activity)?;
    let tariff = tariff(situation, family, activity, day)?;
    let has_meal = units.places().any(|place| offered.units.get(place).is_some_and(|unit| unit.meal));
    let registration = accepted_on(&situation.registrations, child, activity, day);
    let facts = PriceFacts {
        quotient: quotient_on(&home.quotients, day).and_then(|quotient| quotient.value),
        resident: home.resident,
        siblings: siblings(situation, home, tariff, (activity, day), child, presence),
        own_meal: registration.is_some_and(|registration| registration.own_meal),
        has_meal,
        late_booking: late,
        unbooked,
    };
    tariff.price(units, &facts).ok()
}

/// Lowers what a home's children cost on a day, where a sibling who is there now makes it less. What somebody saw is never
/// raised behind their back.
pub(super) fn lower_prices(situation: &mut Situation, family: FamilyId, activity: ActivityId, day: Date) {
    let of_home = |one: &&Reservation| one.family == family && one.state.takes();
    let there: Vec<Reservation> = situation.on(activity, day).filter(of_home).cloned().collect();
    let presence = presence(situation, family, activity, day);
    let mut prices = prices(situation, family, activity, day, &presence);
    for one in there {
        let now = prices.remove(&one.child).flatten();
        if let (Some(now), Some(seen)) = (now, &one.price)
            && now.cents < seen.cents
        {
            situation.put(Reservation { price: Some(now), ..one });
        }
    }
}

/// Where a child stands among those that the tariff counts.
fn siblings(
    situation: &Situation,
    home: &Home,
    tariff: &Tariff,
    (activity, day): (ActivityId, Date),
    child: ChildId,
    presence: &Presence,
) -> SiblingFacts {
    let Some(rule) = &tariff.siblings else { return SiblingFacts::ALONE };
    let counts = |one: ChildId| match rule.count {
        SiblingCount::PresentThatDay => presence.contains_key(&one),
        SiblingCount::Registered => accepted_on(&situation.registrations, one, activity, day).is_some(),
        SiblingCount::Dependent => true,
    };
    let of_home = home.links.iter().filter(|link| link.in_force(day)).map(|link| link.child);
    let counted = of_home.filter(|one| *one == child || counts(*one));
    let births: Vec<(Date, ChildId)> =
        counted.filter_map(|one| Some((situation.children.get(&one)?.birth, one))).collect();
    sibling_facts(rule.order, &births, child).unwrap_or(SiblingFacts::ALONE)
}
