//! A server restored from a backup: what became of operations before is kept beside what becomes of them now.

use crate::changing_details::move_to;
use crate::computer::Computer;
use crate::town::{FAMILY, LEO};
use jiff::Timestamp;
use preau_client::accounts::views::KeepRequest;
use preau_client::db::Cache;
use preau_client::family::views::{DetailStateView, TodoView};
use preau_client::sync::counts;
use preau_client::sync::outbox::{self, Row};
use preau_client::sync::told::{self, Standings};
use preau_client::sync::views::{OutboxItemView, OutboxStateView, OutboxSubjectView, SyncStateView, ToldView};
use preau_client::sync::{ledger, views::SyncCenterView};
use preau_client::{Client, FailureCode};
use preau_protocol::sync::{ChangesResponse, Op, OutcomeDto, OutcomeStatus};
use serde_json::json;
use sqlx::{Connection, SqliteConnection};
use uuid::Uuid;

use OutcomeStatus::{Applied, Rejected, Waiting};

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

async fn answered(db: &mut SqliteConnection, n: u128, status: OutcomeStatus, changed: bool) -> Row {
    let outcome = OutcomeDto { op_id: Uuid::from_u128(n), status, code: None, version: 1, changed };
    outbox::answer(db, &[outcome], Some(1), NOW).await.expect("answered");
    outbox::get(db, Uuid::from_u128(n)).await.expect("a read").expect("an operation")
}

async fn known(db: &mut SqliteConnection, n: u128) -> Option<OutcomeStatus> {
    outbox::get(db, Uuid::from_u128(n)).await.expect("a read").expect("an operation").told
}

#[tokio::test]
async fn what_is_told_is_the_last_that_somebody_could_read() {
    let cache = Cache::in_memory().await.expect("a cache");
    let mut held = cache.lock().await;
    let db = held.db().expect("open");
    let id = Uuid::from_u128(1);
    outbox::keep(db, id, &Op::Cancel { op_id: Uuid::from_u128(9) }, NOW).await.expect("kept");
    assert_eq!(answered(db, 1, Waiting, false).await.changed_at, None);
    // The town accepted it since: that is what people saw.
    told::send_again(db, &Standings::from([(id, Applied)])).await.expect("again");
    assert_eq!(known(db, 1).await, Some(Applied));
    let row = answered(db, 1, Waiting, true).await;
    assert!(row.to_read() && row.told == Some(Applied));
    assert_eq!(counts::counts(db).await.expect("counts").changed, 1);
    // Another restore before anybody read that: the first word stays the one to compare with.
    told::send_again(db, &Standings::from([(id, Waiting)])).await.expect("again");
    assert_eq!(known(db, 1).await, Some(Applied));
    assert!(answered(db, 1, Rejected, true).await.to_read());
    outbox::acknowledge(db, id, NOW).await.expect("read");
    assert_eq!(counts::counts(db).await.expect("counts").changed, 0);
    // Read: from now on the refusal is what people know.
    told::send_again(db, &Standings::new()).await.expect("again");
    assert_eq!(known(db, 1).await, Some(Rejected));
    let row = answered(db, 1, Rejected, false).await;
    assert_eq!((row.to_read(), row.told, row.changed_at), (false, None, None));
    let again = outbox::acknowledge(db, Uuid::from_u128(2), NOW).await;
    assert!(matches!(again, Err(preau_client::Error::Rule(FailureCode::NotFound))));
}

/// The change on record is read after the answer, and never by somebody who has moved to another home.
#[tokio::test]
async fn what_was_told_stays_known_until_it_is_read_again() {
    let cache = Cache::in_memory().await.expect("a cache");
    let mut held = cache.lock().await;
    let db = held.db().expect("open");
    let id = Uuid::from_u128(1);
    outbox::keep(db, id, &Op::Cancel { op_id: Uuid::from_u128(9) }, NOW).await.expect("kept");
    assert_eq!(answered(db, 1, Waiting, false).await.still_as_told(), None);
    told::send_again(db, &Standings::from([(id, Rejected)])).await.expect("again");
    // Two restores, and nothing read in between: neither without the change on record nor with the one of a backup in which it waits.
    for before in [Standings::new(), Standings::from([(id, Waiting)])] {
        let row = answered(db, 1, Waiting, false).await;
        assert_eq!((row.still_as_told(), row.to_read()), (Some(Rejected), false));
        told::send_again(db, &before).await.expect("again");
        assert_eq!(known(db, 1).await, Some(Rejected));
    }
    // A row of the home that was left says nothing against an answer that says all: what was read is the refusal.
    answered(db, 1, Rejected, false).await;
    told::send_again(db, &Standings::from([(id, Applied)])).await.expect("again");
    assert_eq!(known(db, 1).await, Some(Rejected));
    // The next one lost the refusal, and now it is accepted: news, and the answer says all of it.
    let row = answered(db, 1, Applied, true).await;
    assert_eq!((row.still_as_told(), row.told, row.to_read()), (None, Some(Rejected), true));
}

/// What goes with the rows of a home that was left is the change on record, not what people were told.
#[tokio::test]
async fn a_decision_outlives_the_change_on_record() {
    let cache = Cache::in_memory().await.expect("a cache");
    let mut held = cache.lock().await;
    let db = held.db().expect("open");
    for (n, status) in [(1, Waiting), (2, Waiting), (3, Waiting), (4, Applied)] {
        outbox::keep(db, Uuid::from_u128(n), &Op::Cancel { op_id: Uuid::from_u128(9) }, NOW).await.expect("kept");
        answered(db, n, status, false).await;
    }
    let standing = |known: &[(u128, OutcomeStatus)]| -> Standings {
        known.iter().map(|(n, status)| (Uuid::from_u128(*n), *status)).collect()
    };
    let before = standing(&[(1, Rejected), (2, Waiting), (3, Applied), (4, Applied)]);
    told::keep_decisions(db, &before, &standing(&[(3, Applied)])).await.expect("kept");
    let rows = outbox::all(db).await.expect("rows");
    let kept: Vec<_> = rows.iter().map(Row::still_as_told).collect();
    assert_eq!(kept, [Some(Rejected), None, None, None]);
    // Then a restore: what goes with it is the refusal.
    told::send_again(db, &Standings::new()).await.expect("again");
    assert_eq!(known(db, 1).await, Some(Rejected));
}

#[tokio::test]
async fn a_decision_taken_again_is_no_news() {
    let cache = Cache::in_memory().await.expect("a cache");
    let mut held = cache.lock().await;
    let db = held.db().expect("open");
    for n in 1..=2 {
        outbox::keep(db, Uuid::from_u128(n), &Op::Cancel { op_id: Uuid::from_u128(9) }, NOW).await.expect("kept");
        answered(db, n, Waiting, false).await;
    }
    let accepted: Standings = (1..=2).map(|n| (Uuid::from_u128(n), Applied)).collect();
    told::send_again(db, &accepted).await.expect("again");
    for n in 1..=2 {
        assert!(answered(db, n, Waiting, true).await.to_read());
    }
    let now = Standings::from([(Uuid::from_u128(1), Applied), (Uuid::from_u128(2), Rejected)]);
    told::forget_mended(db, &now).await.expect("mended");
    let rows = outbox::all(db).await.expect("rows");
    assert_eq!((rows[0].to_read(), rows[0].told), (false, None), "accepted again");
    assert!(rows[1].to_read(), "refused this time");
}

/// A page that is the last one.
fn page(epoch: Option<u128>) -> ChangesResponse {
    let page = json!({"cursor": "c", "has_more": false, "upserts": [], "deletes": [], "gone": [],
        "reset": [], "server_time": "2026-10-19T08:00:00Z", "epoch": epoch.map(Uuid::from_u128)});
    serde_json::from_value(page).expect("a page")
}

#[tokio::test]
async fn a_new_epoch_is_noticed_even_where_everything_is_read_again() {
    let cache = Cache::in_memory().await.expect("a cache");
    let mut held = cache.lock().await;
    let db = held.db().expect("open");
    for (name, epoch, snapshot, expected) in [
        ("the first reading", Some(1), true, false),
        ("news", Some(1), false, false),
        ("read again from nothing", Some(1), true, false),
        ("restored meanwhile", Some(2), true, true),
        ("news of the restored server", Some(2), false, false),
        ("a server that does not say", None, false, false),
        ("and one that says again", Some(3), false, true),
    ] {
        let mut tx = db.begin().await.expect("a transaction");
        let swap = ledger::swap(&mut tx, &page(epoch), snapshot, NOW).await.expect("swapped");
        tx.commit().await.expect("committed");
        assert_eq!(swap.new_epoch, expected, "{name}");
    }
}

async fn center(client: &Client) -> SyncCenterView {
    client.sync_center().await.expect("a sync centre")
}

fn changed(item: &OutboxItemView) -> Option<(ToldView, bool)> {
    item.changed.as_ref().map(|changed| (changed.before, changed.seen))
}

#[tokio::test(start_paused = true)]
async fn what_a_restore_changed_is_to_be_read_and_then_stays_written() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    computer.up_to_date(&client).await;
    assert_eq!(center(&client).await.answered[0].state, OutboxStateView::Applied);
    {
        let mut town = computer.town.state();
        town.restore();
        town.by_hand = true;
    }
    client.sync_now().await.expect("a status");
    computer.status(&client, |status| status.changed == 1 && status.pending == 0).await;
    let shown = center(&client).await;
    let item = &shown.waiting[0];
    assert_eq!((changed(item), &item.state), (Some((ToldView::Applied, false)), &OutboxStateView::Waiting));
    assert_eq!(client.home().await.expect("home").todo.first(), Some(&TodoView::ChangedOutcomes { count: 1 }));
    client.acknowledge_refusal(&item.op_id).await.expect("read");
    computer.status(&client, |status| status.state == SyncStateView::UpToDate).await;
    let shown = center(&client).await;
    assert!(shown.waiting.is_empty());
    assert_eq!(changed(&shown.answered[0]), Some((ToldView::Applied, true)));
    client.close().await;
}

/// The decision of the home that was left is no longer in anything that this computer reads, whether it moves only or a restore
/// comes with it.
#[tokio::test(start_paused = true)]
async fn what_was_refused_in_a_home_that_was_left_does_not_look_as_if_it_waited() {
    for restored in [false, true] {
        let computer = Computer::new();
        let (client, id) = with_a_refusal(&computer).await;
        {
            let mut town = computer.town.state();
            if restored {
                town.epoch += 1;
                town.delete(FAMILY, "detail_change", id);
                town.refused_elsewhere.push(id);
            } else {
                town.gone.push(FAMILY);
            }
        }
        client.sync_now().await.expect("a status");
        if restored {
            computer.until(async || computer.town.pushes().len() == 2).await;
        } else {
            computer.until(async || client.person(&LEO.to_string()).await.is_err()).await;
        }
        computer.up_to_date(&client).await;
        let shown = center(&client).await;
        assert!(shown.waiting.is_empty() && is_refused(&shown.answered[0]), "restored {restored}: {shown:?}");
        assert_eq!((changed(&shown.answered[0]), shown.answered[0].can_give_up), (None, false));
        client.close().await;
    }
}

/// The restored server knows the refusal, and this computer has read its rows of before: they wait, or say what was decided
/// between one restore and the next, and are older than the answer.
#[tokio::test(start_paused = true)]
async fn a_refusal_that_is_as_told_is_shown_and_told_again_whatever_older_rows_say() {
    for older in ["awaits_town", "accepted"] {
        let computer = Computer::new();
        let (client, id) = with_a_refusal(&computer).await;
        {
            let mut town = computer.town.state();
            let (_, mut change) = town.entity("detail_change", id);
            change["status"] = json!(older);
            town.epoch += 1;
            town.put(FAMILY, "detail_change", id, &change);
            town.refused_elsewhere.push(id);
        }
        client.sync_now().await.expect("a status");
        computer.until(async || computer.town.pushes().len() == 2).await;
        computer.up_to_date(&client).await;
        let shown = center(&client).await;
        assert!(shown.waiting.is_empty() && is_refused(&shown.answered[0]), "{older}: {shown:?}");
        assert!(!shown.answered[0].can_give_up);
        assert_eq!(client.home().await.expect("home").details_waiting, 0);
        assert_eq!(client.details().await.expect("details").settled.len(), 0, "{older}: what is older is not history");
        computer.town.state().epoch += 1;
        client.sync_now().await.expect("a status");
        computer.until(async || computer.town.pushes().len() == 3).await;
        assert!(computer.town.pushes()[2].contains(r#""told":"rejected""#), "{older}: {:?}", computer.town.pushes());
        client.close().await;
    }
}

/// A change that waited and then was refused, which this computer has read.
async fn with_a_refusal(computer: &Computer) -> (Client, Uuid) {
    computer.town.state().by_hand = true;
    let client = computer.signed_in(KeepRequest::Keychain).await;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    computer.up_to_date(&client).await;
    let item = center(&client).await.answered.remove(0);
    assert!(item.state == OutboxStateView::Waiting && item.can_give_up);
    let id: Uuid = item.op_id.parse().expect("an id");
    {
        let mut town = computer.town.state();
        let (_, mut change) = town.entity("detail_change", id);
        change["status"] = json!("refused");
        town.put(FAMILY, "detail_change", id, &change);
    }
    client.sync_now().await.expect("a status");
    computer.until(async || center(&client).await.answered.iter().any(is_refused)).await;
    (client, id)
}

fn is_refused(item: &OutboxItemView) -> bool {
    let OutboxSubjectView::ChangeDetail { change } = &item.subject else { return false };
    matches!(change.state, DetailStateView::Refused { .. })
}
