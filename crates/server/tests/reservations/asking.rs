//! What families ask, and what becomes of it.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use preau_protocol::ErrorCode;
use preau_protocol::reservations::{CountersResponse, RefusalDto, ReservationStateDto, VerdictDto};
use preau_protocol::sync::{Op, OutcomeStatus, PushResponse};
use preau_server::check::{Invariant, check};
use preau_server::clock::Clock;
use serde_json::json;
use uuid::Uuid;

use crate::place::*;
use crate::support::{Publish, on_each_engine, push, verdict};

#[tokio::test]
async fn a_day_is_booked_once_and_shown_with_its_price_and_receipt() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let family = family(&h, &place, "maison1").await;
        let (id, op) = (Uuid::now_v7(), Op::ChangeDays(days(&place, family.child, &[(MONDAY, &[], DAY)])));
        let first = push(&h, &family.token, id, &op).await;
        assert_eq!(verdict(&first), (OutcomeStatus::Applied, None));
        assert_eq!(receipt(&h, &family, id).await, [VerdictDto::Confirmed { cents: 1286 }]);
        let shown = reservations(&h, &family).await;
        assert_eq!(shown.len(), 1);
        assert_eq!(shown[0].units, DAY);
        assert_eq!(shown[0].state, ReservationStateDto::Confirmed);
        let price = shown[0].price.as_ref().unwrap();
        assert_eq!(
            (price.cents, price.band_from, price.band_to, price.quotient),
            (1286, Some(1001), Some(1250), Some(1100))
        );
        assert_eq!(push(&h, &family.token, id, &op).await, first, "a replay changes nothing");
        assert_eq!(reservations(&h, &family).await, shown);
        let left: CountersResponse = h.get(&format!("/v1/counters?period={}", place.noel), &family.token).await.json();
        let of_monday = |counter: &str| {
            let same = |c: &&preau_protocol::reservations::CounterDto| {
                c.day == MONDAY && c.group == "from_6_to_11" && c.counter == counter
            };
            left.counters.iter().find(same).map(|counter| (counter.left, counter.waiting))
        };
        assert_eq!([of_monday("morning"), of_monday("afternoon")], [Some((1, 0)); 2]);
        is_sound(&h).await;
        h.sql("DELETE FROM reserved_unit WHERE unit = 1", Vec::new()).await;
        let report = check(&h.app.db, h.clock.now()).await.unwrap();
        assert!(report.of(Invariant::Places).any(|text| text.contains("units are not noted")), "{report}");
    })
    .await;
}

#[tokio::test]
async fn many_at_once_are_given_what_there_is_in_their_order() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let mut families = Vec::new();
        for n in 0..6 {
            families.push(family(&h, &place, &format!("maison{n}")).await);
        }
        let held = h.hold_writer().await;
        let mut sent = Vec::new();
        for family in &families {
            let op = Op::ChangeDays(days(&place, family.child, &[(MONDAY, &[], DAY), (TUESDAY, &[], &["morning"])]));
            let id = Uuid::now_v7();
            let body = json!({ "operations": [{ "op_id": id, "op": op }] });
            let (sender, token) = (h.clone(), family.token.clone());
            sent.push((id, tokio::spawn(async move { sender.post("/v1/sync/push", &token, &body).await })));
            while h.app.writer.waiting() < sent.len() {
                tokio::task::yield_now().await;
            }
        }
        held.release().await;
        let mut verdicts = Vec::new();
        for ((id, task), family) in sent.into_iter().zip(&families) {
            let answer: PushResponse = task.await.unwrap().json();
            assert_eq!(answer.outcomes[0].status, OutcomeStatus::Applied);
            verdicts.push(receipt(&h, family, id).await.remove(0));
        }
        assert_eq!(h.app.writer.undone_runs(), 0, "what was read ahead was enough");
        let waiting = |rank| VerdictDto::Waiting { rank, cents: 1286 };
        let confirmed = VerdictDto::Confirmed { cents: 1286 };
        let expected = [confirmed.clone(), confirmed, waiting(1), waiting(2), waiting(3), waiting(4)];
        assert_eq!(verdicts, expected);
        is_sound(&h).await;
        let given_up = ask(&h, &families[0], days(&place, families[0].child, &[(MONDAY, DAY, &[])])).await;
        assert_eq!(given_up, [VerdictDto::Cancelled]);
        let states: Vec<BTreeMap<Date, ReservationStateDto>> = {
            let mut states = Vec::new();
            for family in &families {
                states.push(reservations(&h, family).await.into_iter().map(|one| (one.day, one.state)).collect());
            }
            states
        };
        let monday: Vec<Option<ReservationStateDto>> = states.iter().map(|days| days.get(&MONDAY).copied()).collect();
        use ReservationStateDto::{Confirmed, Waiting};
        assert_eq!(monday, [None, Some(Confirmed), Some(Confirmed), Some(Waiting), Some(Waiting), Some(Waiting)]);
        is_sound(&h).await;
    })
    .await;
}

/// Of each queue no more than the head is read: whoever is behind others who want something else is not forgotten.
#[tokio::test]
async fn two_who_give_up_at_once_make_room_for_the_first_who_fit() {
    const WAITING: [&[&str]; 6] = [MORNING, MORNING, AFTERNOON, DAY, AFTERNOON, MORNING];
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let mut families = Vec::new();
        for (n, units) in [DAY, DAY].iter().chain(&WAITING).enumerate() {
            let family = family(&h, &place, &format!("maison{n}")).await;
            ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], units)])).await;
            families.push(family);
        }
        let held = h.hold_writer().await;
        let mut sent = Vec::new();
        for family in &families[..2] {
            let op = Op::ChangeDays(days(&place, family.child, &[(MONDAY, DAY, &[])]));
            let body = json!({ "operations": [{ "op_id": Uuid::now_v7(), "op": op }] });
            let (sender, token) = (h.clone(), family.token.clone());
            sent.push(tokio::spawn(async move { sender.post("/v1/sync/push", &token, &body).await }));
            while h.app.writer.waiting() < sent.len() {
                tokio::task::yield_now().await;
            }
        }
        held.release().await;
        for task in sent {
            assert_eq!(task.await.unwrap().status, 200);
        }
        assert_eq!(h.app.writer.undone_runs(), 0, "both in one run");
        let mut states = Vec::new();
        for family in &families[2..] {
            states.push(reservations(&h, family).await[0].state);
        }
        use ReservationStateDto::{Confirmed, Waiting};
        assert_eq!(states, [Confirmed, Confirmed, Confirmed, Waiting, Confirmed, Waiting]);
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn the_other_home_sees_that_a_day_is_booked_and_not_what_it_costs() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let (one, other) = (family(&h, &place, "maison1").await, family(&h, &place, "maison2").await);
        link(&h, &place, other.family, one.child).await;
        h.app.writer.run(Publish(place.town.id, vec![one.family])).await.unwrap();
        // The link is news for what streams show of days too.
        register(&h, "enfant;activite;du;au;motif\nmaison1;alsh;01/09/2026;31/08/2027;partagé\n").await;
        assert_eq!(
            ask(&h, &one, days(&place, one.child, &[(MONDAY, &[], &["morning"])])).await,
            [VerdictDto::Confirmed { cents: 708 }]
        );
        let shown = reservations(&h, &other).await;
        assert_eq!(shown.len(), 1);
        assert!(shown[0].other_home && shown[0].price.is_none());
        let verdicts = ask(&h, &other, days(&place, one.child, &[(MONDAY, &[], DAY), (TUESDAY, &[], DAY)])).await;
        assert_eq!(verdicts[0], VerdictDto::Refused { refusal: RefusalDto::OtherHome });
        assert!(matches!(verdicts[1], VerdictDto::Confirmed { .. }), "{verdicts:?}");
        assert_eq!(reservations(&h, &one).await.len(), 2, "its own day and the other home's");
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn bad_requests_have_a_verdict_each_and_do_nothing() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let (one, other) = (family(&h, &place, "maison1").await, family(&h, &place, "maison2").await);
        let stranger = ask(&h, &one, days(&place, other.child, &[(MONDAY, &[], DAY)])).await;
        let nobody = ask(&h, &one, days(&place, Uuid::now_v7(), &[(MONDAY, &[], DAY)])).await;
        let not_yours = [VerdictDto::Refused { refusal: RefusalDto::NotYours }];
        assert_eq!((stranger.as_slice(), nobody.as_slice()), (&not_yours[..], &not_yours[..]));
        let meal = ask(&h, &one, days(&place, one.child, &[(MONDAY, &[], &["meal_with_meat"])])).await;
        assert_eq!(meal, [VerdictDto::Refused { refusal: RefusalDto::Relations { broken: vec![0] } }]);
        let closed = ask(&h, &one, days(&place, one.child, &[(date(2026, 12, 24), &[], DAY)])).await;
        let reason = "Centre fermé : veille de Noël".to_owned();
        assert_eq!(closed, [VerdictDto::Refused { refusal: RefusalDto::Closed { reason } }]);
        let mut foreign = days(&place, one.child, &[(MONDAY, &[], DAY)]);
        foreign.period_id = Uuid::now_v7();
        assert_eq!(ask(&h, &one, foreign).await, [VerdictDto::Refused { refusal: RefusalDto::NotOffered }]);
        register(&h, "enfant;activite;du;au;etat\nmaison1;alsh;01/09/2026;31/08/2027;withdrawn\n").await;
        let id = Uuid::now_v7();
        let op = Op::ChangeDays(days(&place, one.child, &[(MONDAY, &[], DAY)]));
        let outcome = push(&h, &one.token, id, &op).await;
        assert_eq!(verdict(&outcome), (OutcomeStatus::Rejected, Some(ErrorCode::DaysRefused)));
        assert_eq!(receipt(&h, &one, id).await, [VerdictDto::Refused { refusal: RefusalDto::NotRegistered }]);
        let many: Vec<(Date, &[&str], &[&str])> = (0..401).map(|_| (MONDAY, &[][..], &["morning"][..])).collect();
        let outcome = push(&h, &one.token, Uuid::now_v7(), &Op::ChangeDays(days(&place, one.child, &many))).await;
        assert_eq!(verdict(&outcome), (OutcomeStatus::Rejected, Some(ErrorCode::InvalidOperation)));
        assert_eq!(reservations(&h, &one).await, []);
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn a_day_given_up_too_late_is_an_absence_and_keeps_its_place() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let family = family(&h, &place, "maison1").await;
        ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], DAY)])).await;
        // Five working days before 21 December: the evening of the 14th.
        h.clock.advance(std::time::Duration::from_secs(22 * 24 * 3600));
        let session = h.refresh_session(&family).await;
        let verdicts = ask(&h, &session, days(&place, family.child, &[(MONDAY, DAY, &[])])).await;
        assert_eq!(verdicts, [VerdictDto::Absent { cents: 1286 }]);
        let shown = reservations(&h, &session).await;
        assert_eq!((shown.len(), shown[0].state), (1, ReservationStateDto::Absent));
        let left: CountersResponse = h.get(&format!("/v1/counters?period={}", place.noel), &session.token).await.json();
        let taken = left.counters.iter().filter(|counter| counter.day == MONDAY && counter.left == 1).count();
        assert_eq!(taken, 2, "both halves stay theirs");
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn what_was_asked_a_month_ago_is_decided_on_the_day_it_arrives() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let family = family(&h, &place, "maison1").await;
        ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], DAY)])).await;
        // Validated then, on a computer that finds the town again only a month later.
        let (id, after) = (Uuid::now_v7(), date(2026, 12, 30));
        let op = Op::ChangeDays(days(&place, family.child, &[(MONDAY, DAY, &[]), (after, &[], DAY)]));
        h.clock.advance(std::time::Duration::from_secs(31 * 24 * 3600));
        let family = h.refresh_session(&family).await;
        let outcome = push(&h, &family.token, id, &op).await;
        assert_eq!(verdict(&outcome), (OutcomeStatus::Rejected, Some(ErrorCode::DaysRefused)));
        let said = receipt(&h, &family, id).await;
        let since = "2026-12-21T23:00:00Z".to_owned();
        assert_eq!(said[0], VerdictDto::Refused { refusal: RefusalDto::TooLateToReduce { since } }, "the day is over");
        assert_eq!(said[1], VerdictDto::Refused { refusal: RefusalDto::PeriodClosed });
        let shown: Vec<_> = reservations(&h, &family).await.into_iter().map(|one| (one.day, one.state)).collect();
        assert_eq!(shown, [(MONDAY, ReservationStateDto::Confirmed)], "nothing half done");
        is_sound(&h).await;
    })
    .await;
}
