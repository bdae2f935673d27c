//! What agents do with days over HTTP.

use http::Method;
use jiff::civil::date;
use preau_domain::accounts::AgentRole;
use preau_protocol::ErrorCode;
use preau_protocol::files::{RegistrationsReportDto, SeasonReportDto};
use preau_protocol::planning::{CounterPlacesDto, DayClosedDto, DayStatusDto, PeriodPlacesDto};
use preau_protocol::registrations::{AgentRegistrationsResponse, RegistrationPutDto, RegistrationStateDto};
use preau_protocol::reservations::{
    ChangeDaysOp, FamilyDaysDto, RanksResponse, ReceiptDto, ReceiptVerificationDto, RefusalDto, ReservationStateDto,
    VerdictDto, WaitingChildDto,
};
use preau_protocol::sync::{Op, OutcomeStatus};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::place::*;
use crate::support::{Engine, Harness, Replica, on_each_engine, push};

async fn states(h: &Harness, families: &[Family]) -> Vec<ReservationStateDto> {
    let mut states = Vec::new();
    for family in families {
        let of_family = reservations(h, family).await;
        states.extend(of_family.iter().filter(|one| one.day == MONDAY).map(|one| one.state));
    }
    states
}

#[tokio::test]
async fn places_set_by_hand_go_to_who_waits_and_take_nothing_from_anybody() {
    on_each_engine(|h| async move {
        use ReservationStateDto::{Confirmed, Waiting};
        let place = place(&h).await;
        let youth = agent(&h, &place, AgentRole::Youth).await;
        let families = three_that_ask(&h, &place).await;
        assert_eq!(states(&h, &families).await, [Confirmed, Confirmed, Waiting]);
        let path = format!("/v1/agent/periods/{}", place.noel);
        let seen: PeriodPlacesDto = h.get(&format!("{path}/places"), &youth).await.json();
        let monday = seen.days.iter().find(|day| day.day == MONDAY).unwrap();
        assert_eq!(monday.status, DayStatusDto::Open);
        let counter = |counters: &[CounterPlacesDto]| {
            counters.iter().find(|one| one.group == "from_6_to_11" && one.counter == "morning").cloned().unwrap()
        };
        let morning = counter(&monday.counters);
        assert_eq!((morning.capacity, morning.taken, morning.waiting, morning.by_hand), (2, 2, 1, false));
        let closed = seen.days.iter().find(|day| day.day == date(2026, 12, 25)).unwrap();
        assert_eq!(closed.status, DayStatusDto::PublicHoliday);

        let set = async |counter: &str, places: Value| -> CounterPlacesDto {
            let body = json!({ "group": "from_6_to_11", "counter": counter, "places": places });
            h.put(&format!("{path}/days/{MONDAY}/places"), &youth, &body).await.json()
        };
        set("morning", json!({ "type": "fixed", "places": 3 })).await;
        assert_eq!(states(&h, &families).await, [Confirmed, Confirmed, Waiting], "the afternoon is full still");
        let afternoon = set("afternoon", json!({ "type": "fixed", "places": 3 })).await;
        assert_eq!((afternoon.capacity, afternoon.taken, afternoon.waiting, afternoon.by_hand), (3, 3, 0, true));
        assert_eq!(states(&h, &families).await, [Confirmed; 3]);
        // Fewer than have one: everybody keeps theirs.
        let morning = set("morning", json!({ "type": "as_planned" })).await;
        assert_eq!((morning.capacity, morning.taken, morning.by_hand), (2, 3, false));
        assert_eq!(states(&h, &families).await, [Confirmed; 3]);
        // One adult for twelve children of six and over.
        let staffed = set("afternoon", json!({ "type": "staffed", "staff": 1 })).await;
        assert_eq!((staffed.capacity, staffed.by_hand), (12, true));
        is_sound(&h).await;
        assert_eq!(apply(&h, &season().replace("Noël 2026", "Vacances de Noël 2026")).await.differences.len(), 1);
        let seen: PeriodPlacesDto = h.get(&format!("{path}/places"), &youth).await.json();
        let monday = seen.days.into_iter().find(|day| day.day == MONDAY).unwrap();
        let kept = monday.counters.iter().filter(|one| one.by_hand).count();
        assert_eq!(kept, 1, "a season's file leaves what was set by hand");
        for (body, day) in [
            (json!({ "group": "nobody", "counter": "morning", "places": { "type": "as_planned" } }), MONDAY),
            (json!({ "group": "from_6_to_11", "counter": "night", "places": { "type": "as_planned" } }), MONDAY),
            (
                json!({ "group": "from_6_to_11", "counter": "morning", "places": { "type": "as_planned" } }),
                date(2026, 12, 26),
            ),
        ] {
            let answer = h.put(&format!("{path}/days/{day}/places"), &youth, &body).await;
            answer.assert_refused(404, ErrorCode::NotFound);
        }
        let body =
            json!({ "group": "from_6_to_11", "counter": "morning", "places": { "type": "fixed", "places": 10_001 } });
        let answer = h.put(&format!("{path}/days/{MONDAY}/places"), &youth, &body).await;
        answer.assert_refused(400, ErrorCode::InvalidRequest);
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn who_waits_is_told_where_they_stand_now() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let desk = agent(&h, &place, AgentRole::Desk).await;
        let mut families = Vec::new();
        for n in 1..6 {
            let family = family(&h, &place, &format!("maison{n}")).await;
            ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], DAY)])).await;
            families.push(family);
        }
        let rank = async |family: &Family| -> Vec<u32> {
            let path = format!("/v1/ranks?period={}", place.noel);
            let answer: RanksResponse = h.get(&path, &family.token).await.json();
            answer.ranks.iter().map(|rank| rank.rank).collect()
        };
        let ranks = async || {
            let mut all = Vec::new();
            for family in &families {
                all.push(rank(family).await);
            }
            all
        };
        assert_eq!(ranks().await, [vec![], vec![], vec![1], vec![2], vec![3]]);
        let waiting: Vec<WaitingChildDto> =
            h.get(&format!("/v1/agent/periods/{}/waiting", place.noel), &desk).await.json();
        let listed: Vec<(Uuid, u32)> = waiting.iter().map(|one| (one.family.family_id, one.rank)).collect();
        assert_eq!(listed, [(families[2].family, 1), (families[3].family, 2), (families[4].family, 3)]);
        assert_eq!((waiting[0].units.len(), waiting[0].family.children.as_str()), (3, "Léo"));
        // The first of them gives up: within a second nobody reads it again, then each has moved up.
        ask(&h, &families[2], days(&place, families[2].child, &[(MONDAY, DAY, &[])])).await;
        assert_eq!(ranks().await[4], [3]);
        h.clock.advance(std::time::Duration::from_secs(1));
        assert_eq!(ranks().await, [vec![], vec![], vec![], vec![1], vec![2]]);
        // One who has a place gives it up: the next one has it.
        ask(&h, &families[0], days(&place, families[0].child, &[(MONDAY, DAY, &[])])).await;
        h.clock.advance(std::time::Duration::from_secs(1));
        assert_eq!(ranks().await, [vec![], vec![], vec![], vec![], vec![1]]);
        h.get(&format!("/v1/ranks?period={}", Uuid::now_v7()), &families[0].token)
            .await
            .assert_refused(404, ErrorCode::NotFound);
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn an_agent_books_for_a_family_once_and_what_is_passed_over_is_on_record() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let families = three_that_ask(&h, &place).await;
        let last = &families[2];
        let path = format!("/v1/agent/families/{}/days", last.family);
        let request = |op: Uuid, asked: ChangeDaysOp, more: Value| {
            let mut body = json!({ "op_id": op, "asked": asked });
            body.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            body
        };
        let book = |day| days(&place, last.child, &[(day, DAY, DAY)]);
        let wednesday = || days(&place, last.child, &[(date(2026, 12, 23), &[], DAY)]);
        // Too late for the family itself, and for an agent who does not pass over it.
        h.clock.advance(std::time::Duration::from_secs(26 * 24 * 3600));
        let last = &h.refresh_session(last).await;
        let desk = agent(&h, &place, AgentRole::Desk).await;
        let op = Uuid::now_v7();
        let late: ReceiptDto = h.post(&path, &desk, &request(op, wednesday(), json!({ "dry_run": true }))).await.json();
        let refused = |receipt: &ReceiptDto| {
            matches!(
                receipt.lines[0].verdict,
                VerdictDto::Refused { refusal: RefusalDto::TooLate { .. } | RefusalDto::PeriodClosed }
            )
        };
        assert!(refused(&late) && late.seal.is_none(), "{late:?}");
        let passes = json!({ "pass_deadlines": true });
        let mut rehearsed = passes.clone();
        rehearsed["dry_run"] = true.into();
        let seen: ReceiptDto = h.post(&path, &desk, &request(op, wednesday(), rehearsed)).await.json();
        assert!(matches!(seen.lines[0].verdict, VerdictDto::Confirmed { .. }), "{seen:?}");
        assert_eq!(reservations(&h, last).await.len(), 2, "a rehearsal changes nothing");
        let done: ReceiptDto = h.post(&path, &desk, &request(op, wednesday(), passes.clone())).await.json();
        assert_eq!(done.lines, seen.lines);
        assert!(done.seal.is_some() && done.by.is_none());
        let again: ReceiptDto = h.post(&path, &desk, &request(op, wednesday(), passes.clone())).await.json();
        assert_eq!(again, done, "asked again it is answered the same");
        // Sent twice while the server was busy: both are in one transaction.
        let (twice, thursday) = (Uuid::now_v7(), || days(&place, last.child, &[(date(2026, 12, 24), &[], DAY)]));
        let writer = h.hold_writer().await;
        let both = futures_util::future::join(
            async { h.post(&path, &desk, &request(twice, thursday(), passes.clone())).await },
            async { h.post(&path, &desk, &request(twice, thursday(), passes.clone())).await },
        );
        let both_wait = async {
            while h.app.writer.waiting() < 2 {
                tokio::task::yield_now().await;
            }
            writer.release().await;
        };
        let (both, ()) = futures_util::future::join(both, both_wait).await;
        assert_eq!(both.0.json::<ReceiptDto>(), both.1.json::<ReceiptDto>());
        let other = h.post(&path, &desk, &request(op, book(MONDAY), passes)).await;
        other.assert_refused(422, ErrorCode::OperationReused);
        let pushed = push(&h, &last.token, op, &Op::ChangeDays(wednesday())).await;
        assert_eq!((pushed.status, pushed.code), (OutcomeStatus::Rejected, Some(ErrorCode::OperationReused)));
        let mine = reservations(&h, last).await;
        let booked = mine.iter().find(|one| one.day == date(2026, 12, 23)).unwrap();
        assert!(booked.late && booked.state == ReservationStateDto::Confirmed);
        // A place beyond the capacity.
        let waits = days(&place, last.child, &[(MONDAY, DAY, DAY)]);
        let both = json!({ "pass_deadlines": true, "beyond_capacity": true });
        let kept: ReceiptDto = h.post(&path, &desk, &request(Uuid::now_v7(), waits, both.clone())).await.json();
        assert_eq!(kept.lines[0].verdict, VerdictDto::Kept, "who asks for what they wait for keeps their turn");
        let given = days(&place, last.child, &[(MONDAY, DAY, &[])]);
        let _: ReceiptDto = h.post(&path, &desk, &request(Uuid::now_v7(), given, both.clone())).await.json();
        let beyond = days(&place, last.child, &[(MONDAY, &[], DAY)]);
        let beyond: ReceiptDto = h.post(&path, &desk, &request(Uuid::now_v7(), beyond, both)).await.json();
        assert!(matches!(beyond.lines[0].verdict, VerdictDto::Confirmed { .. }), "{beyond:?}");
        is_sound(&h).await;
        let marked = "UPDATE reservation SET beyond = beyond WHERE beyond";
        assert_eq!(h.sql(marked, Vec::new()).await, 1);
        let audited =
            "UPDATE audit SET action = action WHERE action = 'days_changed' AND details LIKE '%\"beyond_capacity\":true%'";
        assert_eq!(h.sql(audited, Vec::new()).await, 3, "what was passed over is in the audit");
        let whole: FamilyDaysDto = h.get(&path, &desk).await.json();
        assert_eq!(whole.reservations.len(), mine.len());
        assert_eq!(whole.receipts.len(), 6);
        assert_eq!(h.sql("UPDATE audit SET action = action WHERE action = 'family_days_read'", Vec::new()).await, 1);
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn a_receipt_is_known_again_and_an_altered_one_is_not() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let desk = agent(&h, &place, AgentRole::Desk).await;
        let family = family(&h, &place, "maison1").await;
        ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], DAY)])).await;
        let mut replica = Replica::default();
        replica.pull(&h, &family.token, 500).await;
        let receipt: ReceiptDto = replica.bodies("receipt").remove(0);
        let verify = async |receipt: &ReceiptDto| -> (bool, bool) {
            let body = json!({ "family_id": family.family, "receipt": receipt });
            let said: ReceiptVerificationDto = h.post("/v1/agent/receipts/verification", &desk, &body).await.json();
            (said.genuine, said.on_record)
        };
        assert_eq!(verify(&receipt).await, (true, true));
        let mut altered = receipt.clone();
        altered.lines[0].day = TUESDAY;
        assert_eq!(verify(&altered).await, (false, false));
        // A backup that was older than it: the town knows its seal all the same.
        h.sql("DELETE FROM receipt WHERE commune_id = $1", vec![place.town.id.into()]).await;
        assert_eq!(verify(&receipt).await, (true, false));
        assert_eq!(verify(&ReceiptDto { seal: None, ..receipt }).await, (false, false));
    })
    .await;
}

#[tokio::test]
async fn a_day_is_closed_and_opened_again_by_an_agent() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let youth = agent(&h, &place, AgentRole::Youth).await;
        let families = three_that_ask(&h, &place).await;
        let path = format!("/v1/agent/periods/{}/days/{MONDAY}/closure", place.noel);
        let set = json!({ "group": "from_6_to_11", "counter": "morning", "places": { "type": "fixed", "places": 7 } });
        let places = format!("/v1/agent/periods/{}/days/{TUESDAY}/places", place.noel);
        let _: CounterPlacesDto = h.put(&places, &youth, &set).await.json();
        let tuesday = path.replace(&MONDAY.to_string(), &TUESDAY.to_string());
        let _: DayClosedDto = h.put(&tuesday, &youth, &json!({ "reason": "Grève" })).await.json();
        h.put(&path, &youth, &json!({ "reason": "  " })).await.assert_refused(400, ErrorCode::InvalidRequest);
        let closed: DayClosedDto = h.put(&path, &youth, &json!({ "reason": "Grève" })).await.json();
        assert_eq!(closed.ended, 3);
        h.delete(&path, &youth).await.assert_done();
        h.delete(&path, &youth).await.assert_refused(404, ErrorCode::NotFound);
        // Tuesday was closed while Monday opened: it opens with the places that were set by hand.
        h.delete(&tuesday, &youth).await.assert_done();
        let seen: PeriodPlacesDto = h.get(&format!("/v1/agent/periods/{}/places", place.noel), &youth).await.json();
        let day = seen.days.into_iter().find(|day| day.day == TUESDAY).unwrap();
        let by_hand: Vec<u32> = day.counters.iter().filter(|one| one.by_hand).map(|one| one.capacity).collect();
        assert_eq!((by_hand, day.counters.len()), (vec![7], 4));
        use ReservationStateDto::Cancelled;
        assert_eq!(states(&h, &families).await, [Cancelled; 3], "what ended stays ended");
        let again = ask(&h, &families[0], days(&place, families[0].child, &[(MONDAY, &[], DAY)])).await;
        assert!(matches!(again[0], VerdictDto::Confirmed { .. }), "{again:?}");
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn an_agent_registers_a_child_and_ends_it() {
    on_each_engine(|h| async move {
        use RegistrationStateDto::{Accepted, Incomplete, Withdrawn};
        let place = place(&h).await;
        let desk = agent(&h, &place, AgentRole::Desk).await;
        let family = family(&h, &place, "maison1").await;
        let body = |state: RegistrationStateDto, from: &str| {
            json!({ "child_id": family.child, "activity_id": place.alsh, "from": from, "to": "2027-08-31", "state": state,
                "reason": " Certificat médical " })
        };
        let path = "/v1/agent/registrations";
        let put: RegistrationPutDto = h.put(path, &desk, &body(Incomplete, "2026-09-01")).await.json();
        assert_eq!((put.registration.state, put.registration.reason.as_deref()), (Incomplete, Some("Certificat médical")));
        let refused = ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], DAY)])).await;
        assert_eq!(refused, [VerdictDto::Refused { refusal: RefusalDto::NotRegistered }]);
        let accepted: RegistrationPutDto = h.put(path, &desk, &body(Accepted, "2026-09-01")).await.json();
        assert_eq!(accepted.registration.registration_id, put.registration.registration_id, "the same one");
        ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], DAY)])).await;
        let ended: RegistrationPutDto = h.put(path, &desk, &body(Withdrawn, "2026-09-01")).await.json();
        assert_eq!(ended.days_ended, 1);
        let listed = async |query: &str| -> (u32, usize) {
            let answer: AgentRegistrationsResponse = h.get(&format!("{path}{query}"), &desk).await.json();
            (answer.total, answer.registrations.len())
        };
        assert_eq!(listed("").await, (1, 1));
        assert_eq!(listed("?state=accepted").await, (0, 0));
        assert_eq!(listed(&format!("?child={}&state=withdrawn", family.child)).await, (1, 1));
        assert_eq!(listed("?skip=1").await, (1, 0));
        for wrong in [
            json!({ "child_id": Uuid::now_v7(), "activity_id": place.alsh, "from": "2026-09-01", "to": "2027-08-31", "state": "accepted" }),
            json!({ "child_id": family.child, "activity_id": Uuid::now_v7(), "from": "2026-09-01", "to": "2027-08-31", "state": "accepted" }),
        ] {
            h.put(path, &desk, &wrong).await.assert_refused(404, ErrorCode::NotFound);
        }
        h.put(path, &desk, &body(Accepted, "2027-09-01")).await.assert_refused(400, ErrorCode::InvalidRequest);
        use base64::Engine;
        let csv = base64::engine::general_purpose::STANDARD.encode("enfant;activite;du;au\nmaison1;alsh;01/09/2026;31/08/2027\n");
        let import = format!("{path}/import");
        let report: RegistrationsReportDto =
            h.post(&import, &desk, &json!({ "csv": csv, "dry_run": true })).await.json();
        assert_eq!((report.lines, report.dry_run, report.faults.len()), (1, true, 0));
        assert_eq!(listed("?state=accepted").await, (0, 0));
        let _: RegistrationsReportDto = h.post(&import, &desk, &json!({ "csv": csv })).await.json();
        assert_eq!(listed("?state=accepted").await, (1, 1));
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn each_route_asks_for_its_right() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let family = family(&h, &place, "maison1").await;
        let desk = agent(&h, &place, AgentRole::Desk).await;
        let cashier = agent(&h, &place, AgentRole::Regisseur).await;
        let days = format!("/v1/agent/families/{}/days", family.family);
        let of_period = |what: &str| format!("/v1/agent/periods/{}/{what}", place.noel);
        let (closure, places) = (format!("days/{MONDAY}/closure"), format!("days/{MONDAY}/places"));
        let set = json!({ "group": "g", "counter": "c", "places": { "type": "as_planned" } });
        let asked = self::days(&place, family.child, &[(MONDAY, &[], DAY)]);
        let book = json!({ "op_id": Uuid::now_v7(), "asked": asked });
        let registration = json!({ "child_id": family.child, "activity_id": place.alsh, "from": "2026-09-01",
            "to": "2027-08-31", "state": "accepted" });
        let attendance = json!({ "activity_id": place.alsh, "day": MONDAY, "marks": [] });
        let sheet = format!("/v1/agent/attendance?activity={}&day={MONDAY}", place.alsh);
        let none: Option<Value> = None;
        let routes: [(Method, String, Option<Value>, bool); 12] = [
            (Method::POST, "/v1/agent/season".into(), Some(json!({ "file": "", "dry_run": true })), false),
            (Method::GET, of_period("places"), none.clone(), true),
            (Method::PUT, of_period(&places), Some(set), false),
            (Method::PUT, of_period(&closure), Some(json!({ "reason": "Grève" })), false),
            (Method::DELETE, of_period(&closure), none.clone(), false),
            (Method::GET, of_period("waiting"), none.clone(), true),
            (Method::GET, "/v1/agent/registrations".into(), none.clone(), true),
            (Method::PUT, "/v1/agent/registrations".into(), Some(registration), true),
            (Method::GET, days.clone(), none.clone(), true),
            (Method::POST, days, Some(book), true),
            (Method::GET, sheet, none.clone(), false),
            (Method::PUT, "/v1/agent/attendance".into(), Some(attendance), false),
        ];
        for (method, path, body, desk_may) in routes {
            let call = async |token: &str| h.call(method.clone(), &path, Some(token), body.as_ref()).await;
            for nobody in [&family.token, &cashier] {
                call(nobody).await.assert_refused(403, ErrorCode::Forbidden);
            }
            let answer = call(&desk).await;
            if desk_may {
                assert!(answer.status.is_success(), "{path}: {}", answer.text());
            } else {
                answer.assert_refused(403, ErrorCode::Forbidden);
            }
        }
        is_sound(&h).await;
    })
    .await;
}

/// One process changes what a town offers after the other: none loses what the other closed.
#[tokio::test]
async fn days_that_two_processes_close_at_once_are_both_closed() {
    on_each_engine(|h| async move {
        if h.engine == Engine::Sqlite {
            return;
        }
        let place = place(&h).await;
        let youth = agent(&h, &place, AgentRole::Youth).await;
        let other = h.another_process().await;
        let pairs =
            [(21, 22), (23, 24), (28, 29), (30, 31)].map(|(one, two)| [date(2026, 12, one), date(2026, 12, two)]);
        for [one, two] in pairs {
            let path = |day| format!("/v1/agent/periods/{}/days/{day}/closure", place.noel);
            let reason = json!({ "reason": "Grève" });
            let (one, two) = (path(one), path(two));
            let (here, there) = tokio::join!(h.put(&one, &youth, &reason), other.put(&two, &youth, &reason));
            let (_, _): (DayClosedDto, DayClosedDto) = (here.json(), there.json());
        }
        let seen: PeriodPlacesDto = h.get(&format!("/v1/agent/periods/{}/places", place.noel), &youth).await.json();
        for day in pairs.into_iter().flatten() {
            let status = &seen.days.iter().find(|one| one.day == day).unwrap().status;
            assert!(matches!(status, DayStatusDto::Closed { .. }), "{day}: {status:?}");
        }
        is_sound(&h).await;
        other.app.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn an_agent_hands_in_a_season() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let youth = agent(&h, &place, AgentRole::Youth).await;
        let hand_in = async |file: &str, dry_run: bool| -> SeasonReportDto {
            h.post("/v1/agent/season", &youth, &json!({ "file": file, "dry_run": dry_run })).await.json()
        };
        let more = season().replacen(
            "from_6_to_11 = { morning = 2, afternoon = 2 }",
            "from_6_to_11 = { morning = 3, afternoon = 3 }",
            1,
        );
        assert_eq!(hand_in(&more, true).await.differences.len(), 1);
        assert_eq!(hand_in(&more, false).await.differences.len(), 1);
        assert_eq!(hand_in(&more, false).await.differences, []);
        let faulty = hand_in("[[periods]]\nkey = 'x'\n", false).await;
        assert!(!faulty.is_accepted() && faulty.differences.is_empty(), "{faulty:?}");
        let by_agent = "UPDATE audit SET action = action WHERE action = 'season_applied' AND actor_kind = 'agent'";
        assert_eq!(h.sql(by_agent, Vec::new()).await, 1);
        is_sound(&h).await;
    })
    .await;
}
