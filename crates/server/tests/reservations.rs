//! Days of children: decided together, written at once, shown to whom they concern.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use preau_protocol::ErrorCode;
use preau_protocol::accounts::SessionDto;
use preau_protocol::planning::{ActivityDto, PeriodDto};
use preau_protocol::reservations::{
    ChangeDaysOp, ChildDaysDto, CountersResponse, DayDto, ReceiptDto, RefusalDto, ReservationDto, ReservationStateDto,
    VerdictDto,
};
use preau_protocol::sync::{Op, OutcomeStatus, PushResponse};
use preau_server::admin::{Answer, Request, execute};
use preau_server::check::{Invariant, check};
use preau_server::clock::Clock;
use serde_json::json;
use support::{Harness, Publish, Replica, Town, home, on_each_engine, push, town, verdict};
use uuid::Uuid;

/// The season of the documentation, with two places each half day at Christmas.
fn season() -> String {
    include_str!("../../../docs/season.toml")
        .replace("morning = { staff = 4 }, afternoon = { staff = 4 }", "morning = 2, afternoon = 2")
}

const MONDAY: Date = date(2026, 12, 21);
const TUESDAY: Date = date(2026, 12, 22);

/// A town that offers days, and what it calls them.
struct Place {
    town: Town,
    alsh: Uuid,
    noel: Uuid,
}

struct Family {
    token: String,
    refresh: String,
    family: Uuid,
    child: Uuid,
}

trait Later {
    async fn refresh_session(&self, family: &Family) -> Family;
}

impl Later for Harness {
    /// The same family, whose session went on.
    async fn refresh_session(&self, family: &Family) -> Family {
        let session: SessionDto = self.refresh(&family.refresh).await.json();
        let (family, child) = (family.family, family.child);
        Family { token: session.access_token, refresh: session.refresh_token, family, child }
    }
}

async fn place(h: &Harness) -> Place {
    let town = town(h).await;
    let report = apply(h, &season()).await;
    assert!(report.is_accepted(), "{report}");
    let activity: (Uuid, String) = item::<ActivityDto>(h, &town, "activity", "alsh").await;
    let period: (Uuid, String) = item::<PeriodDto>(h, &town, "period", "noel_2026").await;
    Place { town, alsh: activity.0, noel: period.0 }
}

async fn apply(h: &Harness, file: &str) -> preau_server::admin::SeasonReport {
    let request = Request::Season { commune: "parempuyre".into(), file: file.into(), dry_run: false };
    match execute(&h.app, request).await.unwrap() {
        Answer::Season { report } => report,
        _ => panic!("no season"),
    }
}

async fn item<T: serde::de::DeserializeOwned>(h: &Harness, town: &Town, kind: &str, key: &str) -> (Uuid, String) {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        item_id: Uuid,
        body: String,
    }
    let sql = "SELECT item_id, body FROM planning_item WHERE commune_id = $1 AND kind = $2 AND stable_key = $3";
    let row: Option<Row> =
        preau_server::db::one(h.app.db.readers(), sql, vec![town.id.into(), kind.into(), key.into()]).await.unwrap();
    let row = row.unwrap();
    serde_json::from_str::<T>(&row.body).unwrap();
    (row.item_id, row.body)
}

/// A home with a child of eight, registered.
async fn family(h: &Harness, place: &Place, name: &str) -> Family {
    let (adult, session) = home(h, &place.town, name).await;
    let child = Uuid::now_v7();
    let sql = "INSERT INTO child (commune_id, child_id, reference, first_name, last_name, birth_date) \
               VALUES ($1, $2, $3, 'Léo', 'Martel', '2018-05-01')";
    h.sql(sql, vec![place.town.id.into(), child.into(), name.into()]).await;
    let sql = "INSERT INTO quotient (commune_id, quotient_id, family_id, source, value, effective_month) \
               VALUES ($1, $2, $3, 'caf', 1100, '2026-01')";
    h.sql(sql, vec![place.town.id.into(), Uuid::now_v7().into(), adult.family.into()]).await;
    link(h, place, adult.family, child).await;
    register(h, &format!("enfant;activite;du;au\n{name};alsh;01/09/2026;31/08/2027\n")).await;
    Family { token: session.access_token, refresh: session.refresh_token, family: adult.family, child }
}

async fn link(h: &Harness, place: &Place, family: Uuid, child: Uuid) {
    let sql = "INSERT INTO family_child (commune_id, family_id, child_id, starts_on, may_book, may_collect, pays) \
               VALUES ($1, $2, $3, '2020-01-01', TRUE, TRUE, TRUE)";
    h.sql(sql, vec![place.town.id.into(), family.into(), child.into()]).await;
    h.app.writer.run(Publish(place.town.id, vec![family])).await.unwrap();
}

/// Imports registrations; how many days ended with them.
async fn register(h: &Harness, csv: &str) -> usize {
    use base64::Engine;
    let csv = base64::engine::general_purpose::STANDARD.encode(csv);
    let request = Request::ImportRegistrations { commune: "parempuyre".into(), csv, dry_run: false };
    match execute(&h.app, request).await.unwrap() {
        Answer::Registrations { report } => {
            assert!(report.is_accepted(), "{report}");
            report.days_ended
        }
        _ => panic!("no registrations"),
    }
}

fn days(place: &Place, child: Uuid, days: &[(Date, &[&str], &[&str])]) -> ChangeDaysOp {
    let names = |units: &[&str]| units.iter().map(|unit| (*unit).to_owned()).collect();
    let day = |(day, old, new): &(Date, &[&str], &[&str])| DayDto {
        day: *day,
        old: names(old),
        new: names(new),
        expected_cents: 10_000,
    };
    let children = vec![ChildDaysDto { child_id: child, days: days.iter().map(day).collect() }];
    ChangeDaysOp { activity_id: place.alsh, period_id: place.noel, children }
}

/// Asks, and gives the verdicts of the receipt.
async fn ask(h: &Harness, family: &Family, op: ChangeDaysOp) -> Vec<VerdictDto> {
    let id = Uuid::now_v7();
    push(h, &family.token, id, &Op::ChangeDays(op)).await;
    receipt(h, family, id).await
}

async fn receipt(h: &Harness, family: &Family, id: Uuid) -> Vec<VerdictDto> {
    let mut replica = Replica::default();
    replica.pull(h, &family.token, 500).await;
    let receipts: Vec<ReceiptDto> = replica.bodies("receipt");
    let receipt = receipts.into_iter().find(|receipt| receipt.receipt_id == id).expect("a receipt");
    receipt.lines.into_iter().map(|line| line.verdict).collect()
}

async fn reservations(h: &Harness, family: &Family) -> Vec<ReservationDto> {
    let mut replica = Replica::default();
    replica.pull(h, &family.token, 500).await;
    replica.assert_equals_server(h, &family.token).await;
    replica.bodies("reservation")
}

async fn is_sound(h: &Harness) {
    let report = check(&h.app.db, h.clock.now()).await.unwrap();
    assert!(report.is_sound(), "{report}");
}

const DAY: &[&str] = &["morning", "meal_with_meat", "afternoon"];

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
async fn a_season_is_all_or_nothing_and_takes_nothing_away() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        assert_eq!(apply(&h, &season()).await.differences, [], "the same file again changes nothing");
        let circle = season().replace(
            "units = [\"meal\"]\nany_of = [\"morning\", \"afternoon\"]",
            "units = [\"meal\"]\nany_of = [\"morning\"]\n[[activities.relations]]\ntype = \"requires\"\nunits = [\"morning\"]\nany_of = [\"meal\"]",
        );
        let report = apply(&h, &circle).await;
        assert!(report.faults.iter().any(|fault| fault.reason.contains("circle")), "{report}");
        let misspelt = season().replace("billing = \"booked\"", "biling = \"booked\"");
        assert!(!apply(&h, &misspelt).await.is_accepted());
        let family = family(&h, &place, "maison1").await;
        ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], DAY)])).await;
        let shorter = season().replace("first_day = \"2026-12-21\"", "first_day = \"2026-12-22\"");
        let report = apply(&h, &shorter).await;
        assert!(report.faults.iter().any(|fault| fault.field == "periods.noel_2026"), "{report}");
        let reordered = season().replacen("{ key = \"morning\", name = \"Matin\" },\n", "", 1);
        assert!(!apply(&h, &reordered).await.is_accepted());
        // Two more families wait; more places are theirs at once.
        let mut waiting = Vec::new();
        for n in 2..5 {
            let family = self::family(&h, &place, &format!("maison{n}")).await;
            ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], DAY)])).await;
            waiting.push(family);
        }
        let more = season().replacen("from_6_to_11 = { morning = 2, afternoon = 2 }", "from_6_to_11 = { morning = 3, afternoon = 3 }", 1);
        let report = apply(&h, &more).await;
        assert_eq!(report.differences.len(), 1, "{report}");
        let states = [&waiting[0], &waiting[1], &waiting[2]];
        let mut seen = Vec::new();
        for family in states {
            seen.push(reservations(&h, family).await[0].state);
        }
        use ReservationStateDto::{Confirmed, Waiting};
        assert_eq!(seen, [Confirmed, Confirmed, Waiting]);
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
async fn a_day_that_the_town_closes_ends_for_everybody() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let mut families = Vec::new();
        for n in 1..4 {
            let family = family(&h, &place, &format!("maison{n}")).await;
            ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], DAY), (TUESDAY, &[], DAY)])).await;
            families.push(family);
        }
        let close = |day: Date| Request::CloseDay {
            commune: "parempuyre".into(),
            period: "noel_2026".into(),
            day,
            reason: "Grève".into(),
        };
        let Answer::DayClosed { ended } = execute(&h.app, close(MONDAY)).await.unwrap() else { panic!("not closed") };
        assert_eq!(ended, 3);
        for (n, family) in families.iter().enumerate() {
            let shown: BTreeMap<Date, (ReservationStateDto, bool)> =
                reservations(&h, family).await.into_iter().map(|one| (one.day, (one.state, one.closed))).collect();
            assert_eq!(shown[&MONDAY], (ReservationStateDto::Cancelled, true), "{n}");
            assert!(!shown[&TUESDAY].1, "{n}");
        }
        let again = ask(&h, &families[0], days(&place, families[0].child, &[(MONDAY, &[], DAY)])).await;
        let reason = "Grève".to_owned();
        assert_eq!(again, [VerdictDto::Refused { refusal: RefusalDto::Closed { reason } }]);
        let refused = execute(&h.app, close(date(2026, 12, 26))).await.unwrap();
        assert!(matches!(refused, Answer::Refused(_)), "a Saturday is no day of it");
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn days_to_come_end_with_the_registration_and_go_to_who_waits() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let mut families = Vec::new();
        for n in 1..4 {
            let family = family(&h, &place, &format!("maison{n}")).await;
            ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], DAY), (TUESDAY, &[], DAY)])).await;
            families.push(family);
        }
        assert_eq!(register(&h, "enfant;activite;du;au\nmaison1;alsh;01/09/2026;21/12/2026\n").await, 1, "Tuesday");
        let states = async |family: &Family| -> Vec<(Date, ReservationStateDto)> {
            let mut states: Vec<_> = reservations(&h, family).await.iter().map(|one| (one.day, one.state)).collect();
            states.sort_by_key(|(day, _)| *day);
            states
        };
        use ReservationStateDto::{Absent, Confirmed, Waiting};
        assert_eq!(states(&families[0]).await, [(MONDAY, Confirmed)]);
        assert_eq!(states(&families[2]).await, [(MONDAY, Waiting), (TUESDAY, Confirmed)]);
        is_sound(&h).await;
        // Too late to give Monday up for nothing: it is an absence, and nobody is given its place.
        h.clock.advance(std::time::Duration::from_secs(22 * 24 * 3600));
        let withdrawn = "enfant;activite;du;au;etat\nmaison1;alsh;01/09/2026;31/08/2027;withdrawn\n";
        assert_eq!(register(&h, withdrawn).await, 1);
        assert_eq!(register(&h, withdrawn).await, 0, "the same again ends nothing");
        let (first, third) = (h.refresh_session(&families[0]).await, h.refresh_session(&families[2]).await);
        assert_eq!(states(&first).await, [(MONDAY, Absent)]);
        assert_eq!(states(&third).await, [(MONDAY, Waiting), (TUESDAY, Confirmed)]);
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

#[tokio::test]
async fn a_home_that_is_linked_later_sees_what_was_booked_before() {
    on_each_engine(|h| async move {
        use base64::Engine;
        let place = place(&h).await;
        let (one, other) = (family(&h, &place, "maison1").await, family(&h, &place, "maison2").await);
        ask(&h, &one, days(&place, one.child, &[(MONDAY, &[], DAY)])).await;
        assert_eq!(reservations(&h, &other).await.len(), 0);
        let csv = "type;famille;enfant;du;au;reserve;recupere;paie\nlien;maison2;maison1;2020-01-01;;oui;oui;non\n";
        let csv = base64::engine::general_purpose::STANDARD.encode(csv);
        let request =
            Request::ImportFamilies { commune: "parempuyre".into(), csv, dry_run: false, correct_names: false };
        let Answer::Import { report } = execute(&h.app, request).await.unwrap() else { panic!("no import") };
        assert!(report.is_accepted(), "{report}");
        let shown = reservations(&h, &other).await;
        assert_eq!(shown.len(), 1);
        assert!(shown[0].other_home && shown[0].price.is_none());
        is_sound(&h).await;
    })
    .await;
}
