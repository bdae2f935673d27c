//! What agents book, and what becomes of days once it is known who came.

use jiff::civil::time;

use super::*;
use crate::attendance::{Attendance, Charge, Mark};
use crate::planning::{AdjustmentRule, Surcharge, SurchargeAmount, SurchargeWhen};

/// With a surcharge for each reason there is, and a rule of billing.
fn surcharged(families: u128, billing: Billing) -> Situation {
    let mut planning = planning(period());
    let surcharge = |name: &str, when, cents| Surcharge {
        key: key(name),
        name: name.into(),
        when,
        amount: SurchargeAmount::Cents(cents),
    };
    planning.tariffs[0].surcharges = vec![
        surcharge("late", SurchargeWhen::LateBooking, 100),
        surcharge("unbooked", SurchargeWhen::Unbooked, 300),
        surcharge("pickup", SurchargeWhen::LatePickup, 500),
    ];
    planning.activities.get_mut(&ALSH).unwrap().billing = billing;
    with_planning(families, planning)
}

fn ask(situation: &mut Situation, family: FamilyId, change: DayChange, latitude: Latitude) -> Verdict {
    let mut next = 20_000_000 + situation.all().count() as u128;
    let new_id = || {
        next += 1;
        ReservationId(id(next))
    };
    decide(situation, &Request { latitude, ..request(family, vec![change]) }, new_id).pop().unwrap()
}

fn booked(situation: &Situation, n: u128, child: ChildId) -> &Reservation {
    situation.of(family(n), child, ALSH, MONDAY).unwrap()
}

const ANY: Latitude = Latitude { deadlines: true, capacity: true };

#[test]
fn what_an_agent_books_late_says_so_and_costs_so() {
    let mut situation = surcharged(1, Billing::Booked);
    let leo = child(0, 0);
    let early = ask(&mut situation, family(0), change(leo, MONDAY, Units::NONE, M), ANY);
    assert!(matches!(early, Verdict::Confirmed { price } if price.cents == 500), "an agent in time pays nothing more");
    assert!(!booked(&situation, 0, leo).late);
    situation.now = "2026-10-13T10:00:00Z".parse().unwrap();
    let more = change(leo, MONDAY, M, M.and(A));
    let refused = ask(&mut situation, family(0), more.clone(), Latitude::default());
    assert!(matches!(refused, Verdict::Refused(Refusal::TooLate { .. })), "{refused:?}");
    let Verdict::Confirmed { price } = ask(&mut situation, family(0), more, ANY) else { panic!("not booked") };
    assert_eq!((price.cents, price.adjustments[0].cents), (1000, 100));
    assert_eq!(price.adjustments[0].rule, AdjustmentRule::Surcharge(key("late")));
}

#[test]
fn a_late_booking_stays_late_when_a_sibling_changes_its_price() {
    let mut situation = surcharged(1, Billing::Booked);
    situation.now = "2026-10-13T10:00:00Z".parse().unwrap();
    let (elder, younger) = (child(0, 0), child(0, 1));
    let cents = |situation: &Situation, child| booked(situation, 0, child).price.as_ref().map(|price| price.cents);
    ask(&mut situation, family(0), change(younger, MONDAY, Units::NONE, M), ANY);
    assert_eq!(cents(&situation, younger), Some(600), "alone");
    ask(&mut situation, family(0), change(elder, MONDAY, Units::NONE, M), ANY);
    assert_eq!((cents(&situation, elder), cents(&situation, younger)), (Some(600), Some(550)), "the second one");
    assert!(booked(&situation, 0, younger).late);
}

#[test]
fn what_is_booked_of_a_day_that_has_begun_stays() {
    let mut situation = surcharged(1, Billing::Booked);
    let leo = child(0, 0);
    ask(&mut situation, family(0), change(leo, MONDAY, Units::NONE, M), ANY);
    situation.now = "2026-10-19T07:00:00Z".parse().unwrap();
    let more = ask(&mut situation, family(0), change(leo, MONDAY, M, M.and(A)), ANY);
    assert!(matches!(more, Verdict::Refused(Refusal::PeriodClosed | Refusal::TooLate { .. })), "{more:?}");
    let given_up = ask(&mut situation, family(0), change(leo, MONDAY, M, Units::NONE), ANY);
    assert_eq!(given_up, Verdict::Absent { cents: 500 }, "whoever asks");
    let unsold = Attendance { units: Some(AV), ..marked(Mark::Present) };
    let charged = attend(&mut situation, family(0), child(0, 1), (ALSH, MONDAY), &unsold);
    assert_eq!(charged, Err(NoPrice));
}

#[test]
fn a_place_beyond_the_capacity_is_on_record_as_such() {
    let mut situation = surcharged(4, Billing::Booked);
    for n in 0..3 {
        let verdict = ask(&mut situation, family(n), change(child(n, 0), MONDAY, Units::NONE, M), ANY);
        assert!(matches!(verdict, Verdict::Confirmed { .. }), "{verdict:?}");
        assert_eq!(booked(&situation, n, child(n, 0)).beyond, n == 2, "{n}");
    }
    // One of three gives up: there are as many as places, and nobody is let in.
    let waits = ask(&mut situation, family(3), change(child(3, 0), MONDAY, Units::NONE, M), Latitude::default());
    assert!(matches!(waits, Verdict::Waiting { rank: 1, .. }), "{waits:?}");
    ask(&mut situation, family(0), change(child(0, 0), MONDAY, M, Units::NONE), ANY);
    assert_eq!(booked(&situation, 3, child(3, 0)).state, ReservationState::Waiting);
    ask(&mut situation, family(1), change(child(1, 0), MONDAY, M, Units::NONE), ANY);
    assert_eq!(booked(&situation, 3, child(3, 0)).state, ReservationState::Confirmed);
}

fn marked(mark: Mark) -> Attendance {
    Attendance { mark, units: None, arrived_at: None, left_at: None, collected_by: None, late_pickup: false }
}

#[test]
fn who_came_is_charged_by_the_rule_of_billing() {
    let longer = || Attendance { units: Some(M.and(A)), ..marked(Mark::Present) };
    let fetched_late = || Attendance { left_at: Some(time(19, 5, 0, 0)), late_pickup: true, ..marked(Mark::Left) };
    use ReservationState::{Absent, Confirmed};
    for (billing, books, attendance, cents, state) in [
        (Billing::Booked, true, marked(Mark::Present), Some(500), Some(Confirmed)),
        (Billing::Booked, true, marked(Mark::Absent), Some(500), Some(Absent)),
        (Billing::Booked, true, longer(), Some(500), Some(Confirmed)),
        (Billing::Booked, true, fetched_late(), Some(1000), Some(Confirmed)),
        (Billing::Booked, false, longer(), Some(1200), None),
        (Billing::Attended, true, marked(Mark::Late), Some(500), Some(Confirmed)),
        (Billing::Attended, true, marked(Mark::Absent), None, Some(Absent)),
        (Billing::Attended, true, longer(), Some(900), Some(Confirmed)),
    ] {
        let mut situation = surcharged(1, billing);
        let leo = child(0, 0);
        if books {
            ask(&mut situation, family(0), change(leo, MONDAY, Units::NONE, M), ANY);
        }
        let owed = attend(&mut situation, family(0), leo, (ALSH, MONDAY), &attendance).unwrap();
        let found = owed.as_ref().map(|(_, price)| price.cents);
        assert_eq!(found, cents, "{billing:?} {books} {attendance:?}");
        let now = situation.of(family(0), leo, ALSH, MONDAY).map(|one| one.state);
        assert_eq!(now, state, "{billing:?} {books} {attendance:?}");
        assert_eq!(violations(&situation), Vec::<String>::new());
        if !books {
            assert!(matches!(owed, Some((Charge { unbooked: true, .. }, _))));
        }
    }
}

#[test]
fn a_mark_is_corrected_and_the_place_stays_the_childs() {
    let mut situation = surcharged(1, Billing::Booked);
    let leo = child(0, 0);
    ask(&mut situation, family(0), change(leo, MONDAY, Units::NONE, M), ANY);
    let before = booked(&situation, 0, leo).clone();
    for (mark, state) in [(Mark::Absent, ReservationState::Absent), (Mark::Late, ReservationState::Confirmed)] {
        attend(&mut situation, family(0), leo, (ALSH, MONDAY), &marked(mark)).unwrap();
        assert_eq!(booked(&situation, 0, leo), &Reservation { state, ..before.clone() });
        assert_eq!(violations(&situation), Vec::<String>::new());
    }
}

#[test]
fn what_is_billed_by_presence_and_given_up_too_late_is_owed_by_nobody() {
    for (billing, owed) in [(Billing::Booked, 500), (Billing::Attended, 0)] {
        let mut situation = surcharged(1, billing);
        let leo = child(0, 0);
        ask(&mut situation, family(0), change(leo, MONDAY, Units::NONE, M), ANY);
        situation.now = "2026-10-18T10:00:00Z".parse().unwrap();
        let verdict = ask(&mut situation, family(0), change(leo, MONDAY, M, Units::NONE), Latitude::default());
        assert_eq!(verdict, Verdict::Absent { cents: owed }, "{billing:?}");
    }
}
