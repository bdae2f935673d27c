//! Days of children: the grid that thinks as the town does, the draft that stays, and what is sent.

use crate::computer::Computer;
use crate::town::{COMMUNE, FAMILY, LEO};
use preau_client::accounts::views::KeepRequest;
use preau_client::family::views::TodoView;
use preau_client::reservations::reminders::Deadlines;
use preau_client::reservations::views::{
    CellLockView, CellProblemView, CellStateView, DayVerdictView, GridCellView, GridView, PeriodStateView, PlacesView,
    RefusalView, TickRequest, ValidatedView,
};
use preau_client::{Client, FailureCode, Notice};
use preau_protocol::reservations::{ChangeDaysOp, DayDto};
use preau_protocol::sync::Op;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

const INES: Uuid = Uuid::from_u128(0x13e5);
const ALSH: Uuid = Uuid::from_u128(0xa1);
const PERIOD: Uuid = Uuid::from_u128(0xbe);
const MONDAY: &str = "2026-12-21";
const TUESDAY: &str = "2026-12-22";

fn activity() -> Value {
    json!({"activity_id": ALSH, "key": "alsh", "name": "ALSH", "kind": "alsh", "supervision": "holidays",
        "billing": "booked", "registration": true, "notice": "Pour les sorties, merci",
        "units": [{"key": "morning", "name": "Matin"}, {"key": "av", "name": "Repas AV", "meal": true},
            {"key": "sv", "name": "Repas SV", "meal": true}, {"key": "afternoon", "name": "Après-midi"}],
        "relations": [
            {"type": "requires", "units": ["av", "sv"], "any_of": ["morning", "afternoon"], "sentence": "Un repas se réserve avec…"},
            {"type": "excludes", "units": ["av", "sv"]}],
        "groups": [{"key": "all", "name": "3-11 ans", "rule": {"type": "ages", "from": 3, "to": 11}, "site": "here",
            "ages": "from_6"}],
        "counters": [{"key": "morning", "units": ["morning"]}, {"key": "afternoon", "units": ["afternoon"]}]})
}

/// The computer's clock stands in October 2026: booking is open, unless it says otherwise.
fn period(opens_at: &str) -> Value {
    json!({"period_id": PERIOD, "key": "noel", "name": "Vacances de Noël", "activity_id": ALSH,
        "first_day": MONDAY, "last_day": "2026-12-31", "weekdays": ["monday", "tuesday", "wednesday", "thursday", "friday"],
        "school_days": "holidays", "closed": [{"day": "2026-12-24", "reason": "veille de Noël"}],
        "opens_at": opens_at, "closes_at": "2026-12-14T00:00:00Z", "mode": "immediate",
        "promotion": {"type": "automatic"}, "add": {"type": "days", "days": 7}, "cancel": {"type": "days", "days": 5}})
}

/// Half a day 500, a day 900, a meal 300 more each; the second child of a home 10 % less.
fn tariff() -> Value {
    json!({"tariff_id": Uuid::from_u128(0x7a), "key": "t", "name": "Tarif 2026", "activity_id": ALSH, "from": "2026-09-01",
        "formulas": [
            {"key": "half", "name": "Demi-journée", "combinations": [["morning"], ["afternoon"]]},
            {"key": "half_meal", "name": "Demi-journée avec repas",
                "combinations": [["morning", "av"], ["morning", "sv"], ["afternoon", "av"], ["afternoon", "sv"]]},
            {"key": "day", "name": "Journée", "combinations": [["morning", "afternoon"]]},
            {"key": "day_meal", "name": "Journée avec repas",
                "combinations": [["morning", "av", "afternoon"], ["morning", "sv", "afternoon"]]}],
        "grid": {"type": "bands", "bands": [{"cents": [500, 800, 900, 1200]}]},
        "siblings": {"count": "present_that_day", "order": "eldest_first",
            "rule": {"type": "by_rank", "reductions": [{"type": "none"}, {"type": "basis_points", "share": 1000}]}}})
}

fn registration(child: Uuid) -> Value {
    json!({"registration_id": child, "child_id": child, "activity_id": ALSH, "from": "2026-09-01", "to": "2027-08-31",
        "state": "accepted"})
}

/// A town that offers days, and a home of two children.
fn computer_of(opens_at: &str) -> Computer {
    let computer = Computer::new();
    {
        let mut town = computer.town.state();
        town.put(
            COMMUNE,
            "site",
            Uuid::from_u128(0x51),
            &json!({"site_id": Uuid::from_u128(0x51), "key": "here", "name": "Ici"}),
        );
        town.put(COMMUNE, "activity", ALSH, &activity());
        town.put(COMMUNE, "period", PERIOD, &period(opens_at));
        town.put(COMMUNE, "tariff", Uuid::from_u128(0x7a), &tariff());
        let link =
            json!({"from": "2022-05-14", "may_book": true, "may_collect": true, "pays": true, "other_home": false});
        let ines = json!({"child_id": INES, "first_name": "Inès", "last_name": "Martel", "birth_date": "2022-03-02",
            "schooling": [], "link": link});
        town.put(FAMILY, "child", INES, &ines);
        for child in [LEO, INES] {
            town.put(FAMILY, "registration", child, &registration(child));
        }
    }
    computer
}

const OPEN: &str = "2026-10-01T06:00:00Z";

async fn signed_in(computer: &Computer) -> Client {
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.until(async || client.booking_grid(&PERIOD.to_string()).await.is_ok()).await;
    client
}

async fn grid(client: &Client) -> GridView {
    client.booking_grid(&PERIOD.to_string()).await.expect("a grid")
}

fn cell<'a>(grid: &'a GridView, child: Uuid, day: &str) -> &'a GridCellView {
    grid.cells.iter().find(|cell| cell.child_id == child.to_string() && cell.day == day).expect("a cell")
}

async fn tick(client: &Client, child: Uuid, day: &str, units: &[&str]) {
    for unit in units {
        let (child_id, day, unit) = (child.to_string(), day.to_owned(), (*unit).to_owned());
        act(client, TickRequest::Box { child_id, day, unit, on: true }).await;
    }
}

async fn act(client: &Client, request: TickRequest) {
    client.booking_tick(&PERIOD.to_string(), &request).await.expect("ticked");
}

/// The operations on days that the town got.
fn sent(computer: &Computer) -> Vec<ChangeDaysOp> {
    let days = |(_, bytes): &(Uuid, String)| match serde_json::from_str(bytes) {
        Ok(Op::ChangeDays(op)) => Some(op),
        _ => None,
    };
    computer.town.state().operations.iter().filter_map(days).collect()
}

fn reservation(day: &str, units: &[&str], state: &str, cents: i64) -> Value {
    json!({"reservation_id": Uuid::from_u128(0x5e), "child_id": LEO, "activity_id": ALSH, "period_id": PERIOD, "day": day,
        "units": units, "group": "all", "state": state,
        "price": {"cents": cents, "tariff": "t", "parts": [{"formula": "half", "cents": cents}]}})
}

#[tokio::test(start_paused = true)]
async fn the_grid_prices_what_is_ticked_and_says_what_is_wrong() {
    let computer = computer_of(OPEN);
    let client = signed_in(&computer).await;
    let lines = client.booking_lines().await.expect("lines").lines;
    assert_eq!(lines.iter().map(|line| line.child_first_name.as_str()).collect::<Vec<_>>(), ["Léo", "Inès"]);
    tick(&client, LEO, MONDAY, &["morning", "av"]).await;
    tick(&client, INES, MONDAY, &["morning", "av"]).await;
    tick(&client, LEO, TUESDAY, &["sv"]).await;
    let shown = grid(&client).await;
    assert_eq!(cell(&shown, LEO, MONDAY).cents, Some(800));
    assert_eq!(cell(&shown, INES, MONDAY).cents, Some(720), "the second child of the home");
    let problem = cell(&shown, LEO, TUESDAY).problem.clone();
    assert!(
        matches!(&problem, Some(CellProblemView::Relation { sentence: Some(says), .. }) if says.starts_with("Un repas")),
        "{problem:?}"
    );
    assert_eq!((shown.totals.cents, shown.totals.changes, shown.totals.problems), (1520, 3, 1));
    assert_eq!(shown.days.len(), 9, "nine days of holidays, one of them closed, and Christmas");
    assert_eq!(cell(&shown, LEO, MONDAY).places, PlacesView::Unknown, "nobody asked yet");
    assert_eq!(client.booking_validate(&PERIOD.to_string()).await, Ok(ValidatedView::ToMend));
    assert_eq!(sent(&computer), []);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn one_meal_takes_the_place_of_the_other_a_column_fills_and_all_is_undone() {
    let computer = computer_of(OPEN);
    let client = signed_in(&computer).await;
    tick(&client, LEO, MONDAY, &["morning", "av"]).await;
    let request = TickRequest::Box { child_id: LEO.to_string(), day: MONDAY.into(), unit: "sv".into(), on: true };
    let ticked = client.booking_tick(&PERIOD.to_string(), &request).await.expect("ticked");
    assert_eq!(ticked.corrected.map(|said| (said.on, said.off)), Some((vec![], vec!["av".to_owned()])));
    assert_eq!(ticked.cells.len(), 2, "the day of both children, because siblings make each other's price");
    act(&client, TickRequest::Column { child_id: LEO.to_string(), unit: "afternoon".into(), on: true }).await;
    assert_eq!(grid(&client).await.totals.changes, 7);
    act(&client, TickRequest::RepeatWeek { child_id: LEO.to_string(), week: MONDAY.into() }).await;
    assert_eq!(cell(&grid(&client).await, LEO, "2026-12-28").wanted, ["morning", "sv", "afternoon"]);
    act(&client, TickRequest::CopyTo { child_id: LEO.to_string(), to: INES.to_string() }).await;
    assert_eq!(cell(&grid(&client).await, INES, MONDAY).wanted, ["morning", "sv", "afternoon"]);
    for _ in 0..6 {
        act(&client, TickRequest::Undo).await;
    }
    let undone = grid(&client).await;
    assert!(undone.cells.iter().all(|cell| cell.wanted.is_empty()) && !undone.can_undo);
    for (child, day, unit) in [
        (Uuid::nil(), MONDAY, "morning"),
        (LEO, "2026-12-24", "morning"),
        (LEO, MONDAY, "carnival"),
        (LEO, "today", "av"),
    ] {
        let request = TickRequest::Box { child_id: child.to_string(), day: day.into(), unit: unit.into(), on: true };
        let refused = client.booking_tick(&PERIOD.to_string(), &request).await.expect_err("no such cell");
        assert_eq!(refused.code, FailureCode::NotFound, "{child} {day} {unit}");
    }
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_ticked_stays_and_is_sent_once_at_the_price_that_was_seen() {
    let computer = computer_of(OPEN);
    let client = signed_in(&computer).await;
    tick(&client, LEO, MONDAY, &["morning", "av", "afternoon"]).await;
    client.close().await;
    computer.town.state().down = true;
    let client = computer.start();
    let profile = match client.session().await.expect("a session") {
        preau_client::accounts::views::SessionView::SignedOut { profiles, .. } => profiles[0].id.clone(),
        other => panic!("{other:?}"),
    };
    client.open_profile(&profile, None).await.expect("opened");
    assert_eq!(cell(&grid(&client).await, LEO, MONDAY).wanted, ["morning", "av", "afternoon"]);
    let review = client.booking_review(&PERIOD.to_string()).await.expect("step 2");
    assert_eq!(
        (review.cents, review.children[0].days[0].forecast.clone()),
        (1200, DayVerdictView::Confirmed { cents: 1200 })
    );
    assert_eq!(review.children[0].days[0].cancel_until.as_deref(), Some("2026-12-16T22:59:00Z"));
    let validated = client.booking_validate(&PERIOD.to_string()).await.expect("kept");
    let ValidatedView::Receipts { receipts } = validated else { panic!("{validated:?}") };
    assert_eq!(
        (receipts[0].at.clone(), receipts[0].lines[0].verdict.clone()),
        (None, None),
        "not sent: nothing is booked"
    );
    assert_eq!(client.booking_validate(&PERIOD.to_string()).await, Ok(ValidatedView::NothingChanges), "a double click");
    let shown = grid(&client).await;
    assert_eq!(cell(&shown, LEO, MONDAY).state, CellStateView::ToSend);
    computer.town.state().down = false;
    client.sync_now().await.expect("asked");
    computer.until(async || !sent(&computer).is_empty()).await;
    let sent = sent(&computer);
    assert_eq!(sent.len(), 1);
    let day = DayDto {
        day: MONDAY.parse().expect("a day"),
        old: vec![],
        new: ["morning", "av", "afternoon"].map(str::to_owned).to_vec(),
        expected_cents: 1200,
    };
    assert_eq!((sent[0].children.len(), &sent[0].children[0].days), (1, &vec![day]));
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn before_the_opening_choices_are_prepared_and_nothing_is_sent() {
    let computer = computer_of("2026-11-02T07:00:00Z");
    let client = signed_in(&computer).await;
    tick(&client, LEO, MONDAY, &["morning"]).await;
    let shown = grid(&client).await;
    let opens_at = "2026-11-02T07:00:00Z".to_owned();
    assert_eq!(shown.state, PeriodStateView::Before { opens_at: opens_at.clone() });
    assert_eq!(cell(&shown, LEO, MONDAY).cents, Some(500));
    assert_eq!(client.booking_validate(&PERIOD.to_string()).await, Ok(ValidatedView::NotOpenYet { opens_at }));
    assert_eq!(cell(&grid(&client).await, LEO, MONDAY).wanted, ["morning"], "the draft stays");
    assert_eq!(sent(&computer), []);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn what_the_town_told_is_booked_and_the_deadline_locks_it() {
    let computer = computer_of(OPEN);
    computer.town.state().put(
        FAMILY,
        "reservation",
        Uuid::from_u128(0x5e),
        &reservation(MONDAY, &["morning"], "confirmed", 480),
    );
    let client = signed_in(&computer).await;
    let shown = grid(&client).await;
    let monday = cell(&shown, LEO, MONDAY);
    assert_eq!(
        (monday.state, monday.cents, monday.booked.as_slice()),
        (CellStateView::Confirmed, Some(480), &["morning".to_owned()][..])
    );
    let agenda = client.agenda(&LEO.to_string(), &ALSH.to_string()).await.expect("an agenda");
    assert_eq!(agenda.days.len(), 1);
    assert!(agenda.days[0].can_give_up && !agenda.days[0].late);
    let (name, file) = client.agenda_file(&LEO.to_string(), &ALSH.to_string()).await.expect("a file");
    assert_eq!(name, "Léo-ALSH.ics");
    assert!(file.contains("DTSTART;VALUE=DATE:20261221\r\n") && file.ends_with("END:VCALENDAR\r\n"), "{file}");
    client.close().await;

    let late = Computer { wall: "2026-12-17T10:00:00Z".parse().expect("an instant"), ..computer_of(OPEN) };
    late.town.state().put(
        FAMILY,
        "reservation",
        Uuid::from_u128(0x5e),
        &reservation(MONDAY, &["morning"], "confirmed", 480),
    );
    let client = signed_in(&late).await;
    let shown = grid(&client).await;
    let since = "2026-12-16T23:00:00Z".to_owned();
    assert_eq!(cell(&shown, LEO, MONDAY).locked, Some(CellLockView::TooLate { since }));
    let agenda = client.agenda(&LEO.to_string(), &ALSH.to_string()).await.expect("an agenda");
    assert!(agenda.days[0].can_give_up && agenda.days[0].late, "an absence can still be announced");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_receipt_says_what_became_of_each_day() {
    let computer = computer_of(OPEN);
    let id: Uuid = "01a21ecd-695c-7096-95dc-7d0901c3122b".parse().expect("an id");
    let lines = json!([
        {"child_id": LEO, "day": MONDAY, "new": ["morning"], "verdict": {"type": "waiting", "rank": 2, "cents": 500}},
        {"child_id": LEO, "day": TUESDAY, "new": ["morning"],
            "verdict": {"type": "refused", "refusal": {"rule": "price_changed", "cents": 700}}},
        {"child_id": LEO, "day": "2026-12-23", "new": ["morning"],
            "verdict": {"type": "refused", "refusal": {"rule": "a_rule_of_tomorrow", "depth": 3}}}]);
    let receipt = json!({"receipt_id": id, "at": "2026-10-18T08:00:00Z", "activity_id": ALSH, "period_id": PERIOD, "lines": lines});
    computer.town.state().put(FAMILY, "receipt", id, &receipt);
    let client = signed_in(&computer).await;
    computer.until(async || client.receipts().await.is_ok_and(|receipts| !receipts.is_empty())).await;
    let receipts = client.receipts().await.expect("receipts");
    let verdicts: Vec<_> = receipts[0].lines.iter().map(|line| line.verdict.clone()).collect();
    assert_eq!(
        verdicts,
        [
            Some(DayVerdictView::Waiting { rank: 2, cents: 500 }),
            Some(DayVerdictView::Refused { why: RefusalView::PriceChanged { cents: 700 } }),
            Some(DayVerdictView::Refused { why: RefusalView::Unknown }),
        ]
    );
    assert_eq!(receipts[0].number.len(), 14);
    let agenda = client.agenda(&LEO.to_string(), &ALSH.to_string()).await.expect("an agenda");
    assert_eq!(agenda.days.len(), 2, "the two refused days; the one that waits is the town's to show");
    let again = client.booking_tick_again(&id.to_string()).await.expect("ticked again");
    assert_eq!((again.totals.changes, again.totals.cents, again.can_undo), (2, 1000, true), "at the prices of now");
    let shown = grid(&client).await;
    let wanted = [MONDAY, TUESDAY, "2026-12-23"].map(|day| cell(&shown, LEO, day).wanted.len());
    assert_eq!(wanted, [0, 1, 1], "what was refused, and nothing else");
    let twice = client.booking_tick_again(&id.to_string()).await.expect("nothing more");
    assert_eq!((twice.totals.changes, twice.cells.len()), (2, 0));
    let unknown = client.booking_tick_again(&Uuid::nil().to_string()).await.expect_err("no such receipt");
    assert_eq!(unknown.code, FailureCode::NotFound);
    client.close().await;
}

/// What was told of deadlines, in order.
fn told(computer: &Computer) -> Vec<Deadlines> {
    let heard = computer.heard.notices.lock().expect("notices");
    let deadline = |notice: &Notice| if let Notice::DeadlinesNear(near) = notice { Some(*near) } else { None };
    heard.iter().filter_map(deadline).collect()
}

async fn deadlines(client: &Client) -> Vec<TodoView> {
    let todo = client.home().await.expect("home").todo;
    let of_days = |todo: &TodoView| {
        matches!(todo, TodoView::DaysToSend { .. } | TodoView::BookingOpens { .. } | TodoView::LastDaysToCancel { .. })
    };
    todo.into_iter().filter(of_days).collect()
}

fn to_send(days: u32) -> TodoView {
    let (period_id, period_name) = (PERIOD.to_string(), "Vacances de Noël".to_owned());
    // Nothing is added once the period closes.
    TodoView::DaysToSend { period_id, period_name, days, until: "2026-12-13T23:59:00Z".to_owned() }
}

const HOUR: Duration = Duration::from_secs(3600);

#[tokio::test(start_paused = true)]
async fn deadlines_are_told_once_with_nobody_to_be_reached() {
    let computer = computer_of(OPEN);
    let client = signed_in(&computer).await;
    computer.pass(Duration::ZERO);
    assert_eq!(deadlines(&client).await, []);
    computer.town.state().down = true;
    tick(&client, LEO, MONDAY, &["morning"]).await;
    tick(&client, INES, TUESDAY, &["morning", "afternoon"]).await;
    assert_eq!(deadlines(&client).await, [to_send(2)]);
    assert_eq!(told(&computer), [], "weeks before");
    // From the evening of 30 October on: the 13 December, in the morning.
    computer.pass(HOUR * (24 * 43 + 10));
    computer.until(async || !told(&computer).is_empty()).await;
    let near = Deadlines { to_send: true, ..Deadlines::default() };
    assert_eq!(told(&computer), [near]);
    computer.pass(HOUR);
    tokio::time::sleep(HOUR).await;
    assert_eq!(told(&computer), [near], "told once");
    // Too late for Monday, not yet for Tuesday, but the period itself closed.
    computer.pass(HOUR * 24);
    assert_eq!(deadlines(&client).await, []);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn an_opening_that_was_prepared_is_told_before_and_when_it_comes() {
    let computer = computer_of("2026-11-01T06:00:00Z");
    let client = signed_in(&computer).await;
    // The evening of 30 October.
    computer.pass(Duration::ZERO);
    tick(&client, LEO, MONDAY, &["morning"]).await;
    let (period_id, period_name) = (PERIOD.to_string(), "Vacances de Noël".to_owned());
    let opens_at = "2026-11-01T06:00:00Z".to_owned();
    assert_eq!(deadlines(&client).await, [TodoView::BookingOpens { period_id, period_name, days: 1, opens_at }]);
    assert_eq!(told(&computer), []);
    let opening = Deadlines { opening: true, ..Deadlines::default() };
    for times in [1, 2] {
        computer.pass(HOUR * 24);
        computer.until(async || told(&computer).len() == times).await;
        assert_eq!(told(&computer), vec![opening; times]);
    }
    assert_eq!(deadlines(&client).await, [to_send(1)]);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn booked_days_are_spoken_of_before_they_would_be_owed() {
    let computer = computer_of(OPEN);
    for (id, day) in [(1, MONDAY), (2, TUESDAY)] {
        let (id, mut body) = (Uuid::from_u128(id), reservation(day, &["morning"], "confirmed", 480));
        body["reservation_id"] = json!(id);
        computer.town.state().put(FAMILY, "reservation", id, &body);
    }
    let client = signed_in(&computer).await;
    assert_eq!(deadlines(&client).await, []);
    // What is asked and not sent is not booked, and not spoken of as such.
    computer.town.state().down = true;
    tick(&client, INES, MONDAY, &["morning"]).await;
    client.booking_validate(&PERIOD.to_string()).await.expect("kept");
    // From the evening of 30 October on: the 16 December, in the morning: Monday's can be given up
    // until midnight, Tuesday's a day longer.
    computer.pass(Duration::ZERO);
    computer.pass(HOUR * (24 * 46 + 10));
    let day = |first_day: &str, until: &str| TodoView::LastDaysToCancel {
        child_id: LEO.to_string(),
        first_name: "Léo".into(),
        activity_id: ALSH.to_string(),
        activity_name: "ALSH".into(),
        days: 1,
        first_day: first_day.into(),
        until: until.into(),
    };
    let both = [day(MONDAY, "2026-12-16T22:59:00Z"), day(TUESDAY, "2026-12-17T22:59:00Z")];
    assert_eq!(deadlines(&client).await, both);
    computer.until(async || !told(&computer).is_empty()).await;
    assert_eq!(told(&computer), [Deadlines { to_cancel: true, ..Deadlines::default() }]);
    // Nothing is added any more, and a day can still be given up until then.
    let (child_id, unit) = (LEO.to_string(), "morning".to_owned());
    act(&client, TickRequest::Box { child_id, day: MONDAY.to_owned(), unit, on: false }).await;
    let TodoView::DaysToSend { days, until, .. } = deadlines(&client).await.remove(0) else {
        panic!("nothing to send")
    };
    assert_eq!((days, until.as_str()), (1, "2026-12-16T22:59:00Z"));
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_billed_by_presence_is_never_said_to_be_owed() {
    let computer = computer_of(OPEN);
    let mut attended = activity();
    attended["billing"] = json!("attended");
    computer.town.state().put(COMMUNE, "activity", ALSH, &attended);
    computer.town.state().put(
        FAMILY,
        "reservation",
        Uuid::from_u128(1),
        &reservation(MONDAY, &["morning"], "confirmed", 480),
    );
    let client = signed_in(&computer).await;
    computer.town.state().down = true;
    for hours in [24 * 46 + 10, 24 * 3] {
        computer.pass(Duration::ZERO);
        computer.pass(HOUR * hours);
        assert_eq!(deadlines(&client).await, [], "before the deadline and after it");
        let day = client.agenda(&LEO.to_string(), &ALSH.to_string()).await.expect("an agenda").days.remove(0);
        assert!(day.can_give_up && !day.late, "{day:?}");
    }
    client.close().await;
}
