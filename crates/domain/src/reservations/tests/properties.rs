//! What holds whatever is asked, in whatever order.

use super::*;
use proptest::prelude::*;

const DAYS: [Date; 3] = [date(2026, 10, 19), date(2026, 10, 20), date(2026, 10, 27)];
const FAMILIES: u128 = 4;

/// One thing that a family asks: mostly from what it has, sometimes from what it no longer has.
#[derive(Debug, Clone)]
struct Ask {
    family: u128,
    days: Vec<(u128, usize, u16, bool)>,
}

fn asks() -> impl Strategy<Value = Vec<Ask>> {
    let day = (0u128..2, 0usize..DAYS.len(), 0u16..16, prop::bool::weighted(0.95));
    let ask = (0..FAMILIES, prop::collection::vec(day, 1..4)).prop_map(|(family, days)| Ask { family, days });
    prop::collection::vec(ask, 1..30)
}

fn request_of(situation: &Situation, ask: &Ask) -> Request {
    let change = |(n, day, bits, honest): &(u128, usize, u16, bool)| {
        let (child, day) = (child(ask.family, *n), DAYS[*day]);
        let has = situation.of(family(ask.family), child, ALSH, day).map(|one| one.units).unwrap_or_default();
        let old = if *honest { has } else { Units::from_bits(!has.bits()) };
        change(child, day, old, Units::from_bits(*bits))
    };
    request(family(ask.family), ask.days.iter().map(change).collect())
}

/// What is booked, without the ids.
fn picture(situation: &Situation) -> Vec<(ChildId, Date, Units, ReservationState, Option<i64>)> {
    let mut all: Vec<_> = situation
        .all()
        .filter(|one| one.state.lives())
        .map(|one| (one.child, one.day, one.units, one.state, one.price.as_ref().map(|price| price.cents)))
        .collect();
    all.sort_unstable_by_key(|one| (one.0, one.1));
    all
}

fn counts(situation: &Situation) -> Vec<(CounterId, u32, u32)> {
    situation.places.all().map(|(id, counter)| (id.clone(), counter.taken, counter.waiting)).collect()
}

proptest! {
    #[test]
    fn no_place_twice_no_half_day_and_nobody_passed_over(asks in asks()) {
        let mut situation = situation(FAMILIES);
        let mut new_id = ids();
        for ask in &asks {
            let request = request_of(&situation, ask);
            let verdicts = decide(&mut situation, &request, &mut new_id);
            prop_assert_eq!(verdicts.len(), request.changes.len());
            prop_assert_eq!(violations(&situation), Vec::<String>::new(), "after {:?}", ask);
        }
    }

    #[test]
    fn what_is_refused_changes_nothing_and_what_is_not_is_as_asked(asks in asks()) {
        let mut situation = situation(FAMILIES);
        let mut new_id = ids();
        for ask in &asks {
            let request = request_of(&situation, ask);
            let before = situation.clone();
            let verdicts = decide(&mut situation, &request, &mut new_id);
            for (change, verdict) in request.changes.iter().zip(&verdicts) {
                let of = |situation: &Situation| situation.of(request.family, change.child, ALSH, change.day).cloned();
                let now = of(&situation);
                match verdict {
                    Verdict::Confirmed { price } => {
                        prop_assert!(price.cents <= change.expected_cents);
                        prop_assert_eq!(now.map(|one| (one.units, one.state)), Some((change.new, ReservationState::Confirmed)));
                    }
                    Verdict::Waiting { rank, .. } => {
                        prop_assert!(*rank >= 1);
                        prop_assert_eq!(now.map(|one| (one.units, one.state)), Some((change.new, ReservationState::Waiting)));
                    }
                    Verdict::Cancelled => prop_assert_eq!(now, None),
                    Verdict::Refused(Refusal::Repeated) | Verdict::Absent { .. } => {}
                    Verdict::Kept | Verdict::Refused(_) => {
                        // Only a place given by somebody who left, or a sibling's price, may differ.
                        let (then, now) = (of(&before), now);
                        prop_assert_eq!(then.map(|one| one.units), now.map(|one| one.units));
                    }
                }
            }
        }
    }

    #[test]
    fn cancelling_and_booking_again_is_neutral_when_nobody_waits(asks in asks(), pick in 0usize..100) {
        let mut situation = situation(FAMILIES);
        let mut new_id = ids();
        for ask in &asks {
            let request = request_of(&situation, ask);
            decide(&mut situation, &request, &mut new_id);
        }
        prop_assume!(situation.all().all(|one| one.state != ReservationState::Waiting));
        let live: Vec<Reservation> = situation.all().filter(|one| one.state.takes()).cloned().collect();
        prop_assume!(!live.is_empty());
        let one = live[pick % live.len()].clone();
        let (before, counted) = (picture(&situation), counts(&situation));
        let siblings = live.iter().filter(|other| (other.family, other.day) == (one.family, one.day) && other.child != one.child);
        let others: Vec<DayChange> =
            siblings.map(|other| change(other.child, other.day, other.units, other.units)).collect();
        let ask = |old, new| {
            let mut changes = vec![change(one.child, one.day, old, new)];
            changes.extend(others.clone());
            request(one.family, changes)
        };
        let first = decide(&mut situation, &ask(one.units, Units::NONE), &mut new_id);
        prop_assert_eq!(&first[0], &Verdict::Cancelled);
        let again = decide(&mut situation, &ask(Units::NONE, one.units), &mut new_id);
        prop_assert!(matches!(again[0], Verdict::Confirmed { .. }), "{:?}", again[0]);
        prop_assert_eq!(picture(&situation), before);
        prop_assert_eq!(counts(&situation), counted);
    }

    #[test]
    fn a_day_decides_alike_alone_and_among_all(asks in asks(), ask in asks()) {
        let mut situation = situation(FAMILIES);
        let mut new_id = ids();
        for ask in &asks {
            let request = request_of(&situation, ask);
            decide(&mut situation, &request, &mut new_id);
        }
        let mut request = request_of(&situation, &ask[0]);
        request.changes.truncate(1);
        let mut alone = situation.of_day(ALSH, request.changes[0].day);
        let (here, there) = (decide(&mut situation, &request, ids()), decide(&mut alone, &request, ids()));
        prop_assert_eq!(here, there);
    }
}
