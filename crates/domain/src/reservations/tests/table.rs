//! Verdicts by table.

use super::*;
use std::collections::BTreeSet;

fn one(situation: &mut Situation, family: FamilyId, change: DayChange) -> Verdict {
    let mut verdicts = ask_all(situation, &request(family, vec![change]));
    verdicts.pop().unwrap()
}

/// Ids that no reservation of the situation has.
fn ids_from(situation: &Situation) -> impl FnMut() -> ReservationId + use<> {
    let mut next = 20_000_000 + situation.all().count() as u128;
    move || {
        next += 1;
        ReservationId(id(next))
    }
}

fn ask_all(situation: &mut Situation, request: &Request) -> Vec<Verdict> {
    let new_id = ids_from(situation);
    decide(situation, request, new_id)
}

fn cents(verdict: &Verdict) -> i64 {
    match verdict {
        Verdict::Confirmed { price } | Verdict::Waiting { price, .. } => price.cents,
        other => panic!("{other:?}"),
    }
}

fn day(n: i8) -> Date {
    date(2026, 10, n)
}

#[test]
fn each_refusal_by_table() {
    let (leo, day_with_meal) = (child(0, 0), M.and(AV).and(A));
    let at = |text: &str| text.parse::<Timestamp>().unwrap();
    type Bend = fn(&mut Situation);
    let none: Bend = |_| {};
    let cases: Vec<(&str, Bend, DayChange, Refusal)> = vec![
        ("a stranger's child", none, change(child(1, 0), day(19), Units::NONE, M), Refusal::NotYours),
        (
            "a right that ended",
            |s| s.homes.get_mut(&family(0)).unwrap().links[0].to = Some(date(2026, 10, 18)),
            change(leo, day(19), Units::NONE, M),
            Refusal::NotYours,
        ),
        (
            "no right to book",
            |s| s.homes.get_mut(&family(0)).unwrap().links[0].may_book = false,
            change(leo, day(19), Units::NONE, M),
            Refusal::NotYours,
        ),
        ("a Saturday", none, change(leo, day(24), Units::NONE, M), Refusal::NotOffered),
        ("another month", none, change(leo, date(2026, 11, 9), Units::NONE, M), Refusal::NotOffered),
        (
            "a period that is not there",
            none,
            DayChange { period: PeriodId(id(9)), ..change(leo, day(19), Units::NONE, M) },
            Refusal::NotOffered,
        ),
        (
            "a closed day",
            none,
            change(leo, day(27), Units::NONE, M),
            Refusal::Closed { reason: "réunion des équipes".into() },
        ),
        (
            "before the opening",
            |s| s.now = "2026-09-14T05:59:59Z".parse().unwrap(),
            change(leo, day(19), Units::NONE, M),
            Refusal::NotOpenYet { opens_at: at("2026-09-14T06:00:00Z") },
        ),
        (
            "after the closing",
            |s| s.now = "2026-10-17T22:00:00Z".parse().unwrap(),
            change(leo, day(30), Units::NONE, M),
            Refusal::PeriodClosed,
        ),
        (
            "a period whose places are given another way",
            |s| {
                let mut planning = (*s.planning).clone();
                planning.periods.get_mut(&TOUSSAINT).unwrap().mode = Mode::Wishes;
                s.planning = Arc::new(planning);
            },
            change(leo, day(19), Units::NONE, M),
            Refusal::PeriodClosed,
        ),
        (
            "after the deadline",
            |s| s.now = "2026-10-12T22:00:00Z".parse().unwrap(),
            change(leo, day(19), Units::NONE, M),
            Refusal::TooLate { since: at("2026-10-12T22:00:00Z") },
        ),
        (
            "an outsider",
            |s| {
                s.homes.get_mut(&family(0)).unwrap().resident = false;
                let mut planning = (*s.planning).clone();
                planning.periods.get_mut(&TOUSSAINT).unwrap().audience.residents_only = true;
                s.planning = Arc::new(planning);
            },
            change(leo, day(19), Units::NONE, M),
            Refusal::ResidentsOnly,
        ),
        (
            "a wrong age",
            |s| s.children.get_mut(&child(0, 0)).unwrap().birth = date(2024, 1, 1),
            change(leo, day(19), Units::NONE, M),
            Refusal::NoGroup,
        ),
        (
            "no registration",
            |s| s.registrations[0].state = RegistrationState::Withdrawn,
            change(leo, day(19), Units::NONE, M),
            Refusal::NotRegistered,
        ),
        ("units of nowhere", none, change(leo, day(19), Units::NONE, UNKNOWN_UNITS), Refusal::UnknownUnits),
        ("a meal alone", none, change(leo, day(19), Units::NONE, AV), Refusal::Relations(vec![0])),
        ("both meals", none, change(leo, day(19), Units::NONE, M.and(AV).and(SV)), Refusal::Relations(vec![1])),
        (
            "a choice that is no longer so",
            none,
            change(leo, day(19), M, day_with_meal),
            Refusal::Stale { now: Units::NONE },
        ),
        (
            "dearer than seen",
            none,
            DayChange { expected_cents: 1199, ..change(leo, day(19), Units::NONE, day_with_meal) },
            Refusal::PriceChanged { cents: 1200 },
        ),
        (
            "no tariff",
            |s| {
                let mut planning = (*s.planning).clone();
                planning.tariffs.clear();
                s.planning = Arc::new(planning);
            },
            change(leo, day(19), Units::NONE, M),
            Refusal::NoPrice,
        ),
    ];
    for (name, bend, change, refusal) in cases {
        let mut situation = situation(2);
        bend(&mut situation);
        let before = format!("{:?}", situation.all().collect::<Vec<_>>());
        assert_eq!(one(&mut situation, family(0), change), Verdict::Refused(refusal), "{name}");
        assert_eq!(format!("{:?}", situation.all().collect::<Vec<_>>()), before, "{name} changes nothing");
        assert_eq!(situation.places.changed().count(), 0, "{name} takes no place");
    }
}

#[test]
fn a_day_is_booked_changed_and_given_up() {
    let mut situation = situation(1);
    let leo = child(0, 0);
    let booked = one(&mut situation, family(0), change(leo, day(19), Units::NONE, M.and(AV).and(A)));
    assert_eq!(cents(&booked), 1200);
    let less = one(&mut situation, family(0), change(leo, day(19), M.and(AV).and(A), M));
    assert_eq!(cents(&less), 500);
    assert_eq!(one(&mut situation, family(0), change(leo, day(19), Units::NONE, M)), Verdict::Kept, "it is so already");
    assert_eq!(one(&mut situation, family(0), change(leo, day(19), M, Units::NONE)), Verdict::Cancelled);
    assert_eq!(one(&mut situation, family(0), change(leo, day(19), M, Units::NONE)), Verdict::Kept);
    assert_eq!(violations(&situation), [""; 0]);
}

#[test]
fn a_late_cancellation_is_an_absence_that_can_be_taken_back() {
    let mut situation = situation(1);
    let leo = child(0, 0);
    one(&mut situation, family(0), change(leo, day(19), Units::NONE, M));
    situation.now = "2026-10-14T22:00:00Z".parse().unwrap();
    assert_eq!(
        one(&mut situation, family(0), change(leo, day(19), M, Units::NONE)),
        Verdict::Absent { cents: 500 },
        "five days before is over"
    );
    assert_eq!(situation.places.changed().map(|(_, counter)| counter.taken).sum::<u32>(), 1, "the place stays theirs");
    assert_eq!(cents(&one(&mut situation, family(0), change(leo, day(19), M, M))), 500, "coming after all");
    situation.now = "2026-10-19T22:00:00Z".parse().unwrap();
    let since = situation.now;
    assert_eq!(
        one(&mut situation, family(0), change(leo, day(19), M, Units::NONE)),
        Verdict::Refused(Refusal::TooLateToReduce { since }),
        "the day is over"
    );
}

#[test]
fn a_full_day_takes_both_halves_or_waits_for_both() {
    let mut situation = situation(4);
    let whole = M.and(A);
    for n in 0..2 {
        one(&mut situation, family(n), change(child(n, 0), day(20), Units::NONE, M));
    }
    let waits = one(&mut situation, family(2), change(child(2, 0), day(20), Units::NONE, whole));
    assert!(matches!(waits, Verdict::Waiting { rank: 1, .. }), "{waits:?}");
    let half = one(&mut situation, family(3), change(child(3, 0), day(20), Units::NONE, A));
    assert!(matches!(half, Verdict::Confirmed { .. }), "the afternoon is free: {half:?}");
    assert_eq!(violations(&situation), [""; 0]);
    one(&mut situation, family(0), change(child(0, 0), day(20), M, Units::NONE));
    let promoted = situation.of(family(2), child(2, 0), ALSH, day(20)).unwrap();
    assert_eq!((promoted.state, promoted.queue), (ReservationState::Confirmed, None));
    assert_eq!(violations(&situation), [""; 0]);
}

#[test]
fn who_asked_first_is_given_the_place_first_and_nobody_who_fits_is_passed_over() {
    let mut situation = situation(6);
    for n in 0..2 {
        one(&mut situation, family(n), change(child(n, 0), day(21), Units::NONE, M.and(A)));
    }
    let ranks: Vec<u32> = (2..6)
        .map(|n| {
            let units = if n == 2 { M.and(A) } else { M };
            match one(&mut situation, family(n), change(child(n, 0), day(21), Units::NONE, units)) {
                Verdict::Waiting { rank, .. } => rank,
                other => panic!("{other:?}"),
            }
        })
        .collect();
    assert_eq!(ranks, [1, 2, 3, 4]);
    // A morning alone becomes free: the first needs the afternoon too, the second does not.
    one(&mut situation, family(0), change(child(0, 0), day(21), M.and(A), A));
    let state = |situation: &Situation, n| situation.of(family(n), child(n, 0), ALSH, day(21)).unwrap().state;
    assert_eq!(
        [2, 3, 4].map(|n| state(&situation, n)),
        [ReservationState::Waiting, ReservationState::Confirmed, ReservationState::Waiting]
    );
    one(&mut situation, family(1), change(child(1, 0), day(21), M.and(A), Units::NONE));
    assert_eq!(
        [2, 4, 5].map(|n| state(&situation, n)),
        [ReservationState::Confirmed, ReservationState::Waiting, ReservationState::Waiting]
    );
    assert_eq!(violations(&situation), [""; 0]);
}

#[test]
fn whoever_waits_keeps_their_turn_when_they_ask_for_less() {
    let mut situation = situation(5);
    for n in 0..2 {
        one(&mut situation, family(n), change(child(n, 0), day(21), Units::NONE, M.and(A)));
    }
    one(&mut situation, family(2), change(child(2, 0), day(21), Units::NONE, M.and(A)));
    one(&mut situation, family(3), change(child(3, 0), day(21), Units::NONE, M));
    one(&mut situation, family(2), change(child(2, 0), day(21), M.and(A), M));
    one(&mut situation, family(0), change(child(0, 0), day(21), M.and(A), A));
    let state = |n| situation.of(family(n), child(n, 0), ALSH, day(21)).unwrap().state;
    assert_eq!([2, 3].map(state), [ReservationState::Confirmed, ReservationState::Waiting]);
    assert_eq!(violations(&situation), [""; 0]);
}

#[test]
fn nobody_is_given_a_place_that_they_could_no_longer_give_up() {
    let mut situation = situation(3);
    for n in 0..3 {
        one(&mut situation, family(n), change(child(n, 0), day(19), Units::NONE, M));
    }
    situation.now = "2026-10-14T22:00:00Z".parse().unwrap();
    let request = Request {
        latitude: Latitude { deadlines: true, capacity: false },
        ..request(family(0), vec![change(child(0, 0), day(19), M, Units::NONE)])
    };
    assert_eq!(ask_all(&mut situation, &request), [Verdict::Cancelled], "an agent gives it up");
    let waiting = situation.of(family(2), child(2, 0), ALSH, day(19)).unwrap();
    assert_eq!(waiting.state, ReservationState::Waiting);
}

#[test]
fn siblings_there_the_same_day_cost_less_and_the_family_is_asked_before_it_costs_more() {
    let mut situation = situation(1);
    let (leo, ines) = (child(0, 0), child(0, 1));
    let both = vec![change(leo, day(22), Units::NONE, M), change(ines, day(22), Units::NONE, M)];
    let verdicts = ask_all(&mut situation, &request(family(0), both));
    assert_eq!(verdicts.iter().map(cents).collect::<Vec<_>>(), [500, 450]);
    // Without Léo there is no second child any more: Inès would cost 500.
    let alone = change(leo, day(22), M, Units::NONE);
    assert_eq!(
        one(&mut situation, family(0), alone.clone()),
        Verdict::Refused(Refusal::SiblingPriceChanged { child: ines, cents: 500 })
    );
    let seen = DayChange { expected_cents: 500, ..change(ines, day(22), M, M) };
    let verdicts = ask_all(&mut situation, &request(family(0), vec![alone, seen]));
    assert_eq!(verdicts, [Verdict::Cancelled, Verdict::Kept]);
    let ines = situation.of(family(0), ines, ALSH, day(22)).unwrap();
    assert_eq!(ines.price.as_ref().map(|price| price.cents), Some(500));
    assert_eq!(violations(&situation), [""; 0]);
}

#[test]
fn a_sibling_who_has_to_wait_makes_no_price() {
    let mut situation = situation(4);
    for n in 1..3 {
        one(&mut situation, family(n), change(child(n, 0), day(22), Units::NONE, M));
    }
    let (leo, ines) = (child(0, 0), child(0, 1));
    let ask = |leo_cents, ines_cents| {
        request(
            family(0),
            vec![
                DayChange { expected_cents: leo_cents, ..change(leo, day(22), Units::NONE, M) },
                DayChange { expected_cents: ines_cents, ..change(ines, day(22), Units::NONE, M) },
            ],
        )
    };
    let verdicts = ask_all(&mut situation, &ask(500, 450));
    assert!(matches!(verdicts[0], Verdict::Waiting { rank: 1, .. }), "{verdicts:?}");
    assert_eq!(verdicts[1], Verdict::Refused(Refusal::PriceChanged { cents: 500 }), "she would be there alone");
    let verdicts = ask_all(&mut situation, &ask(500, 500));
    assert_eq!(verdicts[0], Verdict::Kept);
    assert_eq!(cents(&verdicts[1]), 500);
    one(&mut situation, family(1), change(child(1, 0), day(22), M, Units::NONE));
    let price = |child| situation.of(family(0), child, ALSH, day(22)).unwrap().price.as_ref().unwrap().cents;
    assert_eq!([price(leo), price(ines)], [500, 450], "he is there now, so she costs less");
}

#[test]
fn both_homes_of_a_child_cannot_book_the_same_unit() {
    let mut situation = situation(2);
    let leo = child(0, 0);
    let link = situation.homes[&family(0)].links[0].clone();
    situation.homes.get_mut(&family(1)).unwrap().links.push(link);
    one(&mut situation, family(0), change(leo, day(23), Units::NONE, M));
    assert_eq!(
        one(&mut situation, family(1), change(leo, day(23), Units::NONE, M.and(A))),
        Verdict::Refused(Refusal::OtherHome)
    );
    assert_eq!(
        cents(&one(&mut situation, family(1), change(leo, day(23), Units::NONE, A))),
        500,
        "the afternoon is free"
    );
    assert_eq!(violations(&situation), [""; 0]);
}

#[test]
fn the_same_day_twice_and_ten_thousand_boxes() {
    let mut situation = situation(1);
    let leo = child(0, 0);
    let twice = vec![change(leo, day(19), Units::NONE, M), change(leo, day(19), Units::NONE, A)];
    let verdicts = ask_all(&mut situation, &request(family(0), twice));
    assert_eq!(cents(&verdicts[0]), 500);
    assert_eq!(verdicts[1], Verdict::Refused(Refusal::Repeated));
    let many = (0..10_000).map(|n| change(leo, crate::planning::days_after(day(19), n), Units::NONE, M)).collect();
    let verdicts = ask_all(&mut situation, &request(family(0), many));
    let confirmed = verdicts.iter().filter(|verdict| matches!(verdict, Verdict::Confirmed { .. })).count();
    assert_eq!((verdicts.len(), confirmed, verdicts[0].clone()), (10_000, 8, Verdict::Kept));
    assert_eq!(violations(&situation), [""; 0]);
}

#[test]
fn an_agent_may_pass_over_deadlines_and_capacity() {
    let mut situation = situation(3);
    for n in 0..2 {
        one(&mut situation, family(n), change(child(n, 0), day(19), Units::NONE, M));
    }
    situation.now = "2026-10-16T10:00:00Z".parse().unwrap();
    let ask = |latitude| Request { latitude, ..request(family(2), vec![change(child(2, 0), day(19), Units::NONE, M)]) };
    let mut verdict = |latitude| ask_all(&mut situation, &ask(latitude)).pop().unwrap();
    assert!(matches!(verdict(Latitude::default()), Verdict::Refused(Refusal::TooLate { .. })));
    let both = Latitude { deadlines: true, capacity: true };
    assert_eq!(cents(&verdict(both)), 500);
    let id = CounterId { activity: ALSH, day: day(19), group: key("big"), rule: key("morning") };
    assert_eq!(situation.places.get(&id).taken, 3, "one beyond the capacity");
}

#[test]
fn a_day_that_is_closed_ends_for_everybody_and_gives_nothing_to_nobody() {
    let mut situation = situation(4);
    for n in 0..3 {
        one(&mut situation, family(n), change(child(n, 0), day(19), Units::NONE, M));
    }
    one(&mut situation, family(3), change(child(3, 0), day(20), Units::NONE, M));
    let ended = close_day(&mut situation, TOUSSAINT, ALSH, day(19));
    assert_eq!(ended.len(), 3, "two who had a place and one who waited");
    assert_eq!(situation.on(ALSH, day(19)).count(), 0);
    assert_eq!(situation.on(ALSH, day(20)).count(), 1);
    assert_eq!(violations(&situation), [""; 0]);
}

#[test]
fn without_a_waiting_list_what_is_full_is_refused() {
    let full = Period { promotion: Promotion::NoWaitingList, ..period() };
    let mut situation = with_planning(3, planning(full));
    for n in 0..2 {
        one(&mut situation, family(n), change(child(n, 0), day(19), Units::NONE, M));
    }
    assert_eq!(
        one(&mut situation, family(2), change(child(2, 0), day(19), Units::NONE, M)),
        Verdict::Refused(Refusal::Full)
    );
}

#[test]
fn days_to_come_end_with_the_registration_as_if_they_were_given_up() {
    // Families 0 and 1 have a place on the 19th and the 20th, 2 waits for the 20th; cancelling is free five days before.
    for (now, first_states, given) in [
        ("2026-10-13T10:00:00Z", [None, None], Some(ReservationState::Confirmed)),
        ("2026-10-14T22:30:00Z", [Some(ReservationState::Absent), None], Some(ReservationState::Confirmed)),
        (
            "2026-10-19T06:00:00Z",
            [Some(ReservationState::Confirmed), Some(ReservationState::Absent)],
            Some(ReservationState::Waiting),
        ),
    ] {
        let mut situation = situation(3);
        for n in 0..2 {
            let both = [19, 20].map(|at| change(child(n, 0), day(at), Units::NONE, M));
            ask_all(&mut situation, &request(family(n), both.into()));
        }
        one(&mut situation, family(2), change(child(2, 0), day(20), Units::NONE, M));
        situation.now = now.parse().unwrap();
        situation.registrations.retain(|registration| registration.child != child(0, 0));
        let left: BTreeSet<ChildId> = [child(0, 0), child(1, 0)].into();
        let ended: usize = [19, 20].map(|at| end_unregistered(&mut situation, ALSH, day(at), &left).len()).iter().sum();
        let state = |n, at| situation.of(family(n), child(n, 0), ALSH, day(at)).map(|one| one.state);
        assert_eq!([state(0, 19), state(0, 20)], first_states, "{now}");
        assert_eq!(ended, first_states.iter().filter(|state| **state != Some(ReservationState::Confirmed)).count());
        assert_eq!([state(1, 19), state(1, 20)], [Some(ReservationState::Confirmed); 2], "registered: {now}");
        assert_eq!(state(2, 20), given, "{now}");
        assert_eq!(violations(&situation), [""; 0], "{now}");
        let again = [19, 20].map(|at| end_unregistered(&mut situation, ALSH, day(at), &left).len());
        assert_eq!(again, [0, 0], "once is enough: {now}");
    }
}

#[test]
fn who_waits_and_is_no_longer_registered_waits_no_more() {
    let mut situation = situation(4);
    for n in 0..4 {
        one(&mut situation, family(n), change(child(n, 0), day(19), Units::NONE, M));
    }
    situation.registrations.retain(|registration| registration.child != child(2, 0));
    assert_eq!(end_unregistered(&mut situation, ALSH, day(19), &[child(2, 0)].into()).len(), 1);
    assert_eq!(violations(&situation), [""; 0]);
    one(&mut situation, family(0), change(child(0, 0), day(19), M, Units::NONE));
    let state = |n| situation.of(family(n), child(n, 0), ALSH, day(19)).map(|one| one.state);
    assert_eq!([state(0), state(2), state(3)], [None, None, Some(ReservationState::Confirmed)]);
}
