//! The outbox: what enters it leaves it by an answer, and by nothing else.

use crate::changing_details::move_to;
use crate::computer::{Computer, sign_in};
use crate::town::{FAMILY, Fault, PERSONAL};
use jiff::Timestamp;
use preau_client::accounts::views::KeepRequest;
use preau_client::db::{Cache, CacheKey};
use preau_client::profiles::key;
use preau_client::sync::counts;
use preau_client::sync::{ledger, outbox};
use preau_client::{Error, FailureCode};
use preau_protocol::sync::{ChangesResponse, Op, OutcomeDto, OutcomeStatus};
use sqlx::Connection;
use uuid::Uuid;

const NOW: Timestamp = Timestamp::UNIX_EPOCH;

fn cancel(n: u128) -> Op {
    Op::Cancel { op_id: Uuid::from_u128(n) }
}

#[tokio::test]
async fn what_was_kept_is_there_after_reopening_byte_for_byte() {
    let dir = tempfile::tempdir().expect("a folder");
    let (file, key) = (dir.path().join("cache.db"), CacheKey::Raw(key::generate()));
    let cache = Cache::open(&file, &key).await.expect("a cache");
    let kept = {
        let mut held = cache.lock().await;
        let db = held.db().expect("open");
        for n in 1..=60 {
            outbox::keep(db, Uuid::from_u128(n), &cancel(1000 + n), NOW).await.expect("kept");
        }
        let unanswered = outbox::unanswered(db).await.expect("operations");
        outbox::mark_sent(db, &unanswered[..50], NOW).await.expect("marked");
        outbox::faulted(db, unanswered[1].op_id).await.expect("noted");
        outbox::all(db).await.expect("operations")
    };
    cache.close().await.expect("closed");
    let cache = Cache::open(&file, &key).await.expect("a cache");
    let mut held = cache.lock().await;
    let found = outbox::all(held.db().expect("open")).await.expect("operations");
    assert_eq!(found, kept);
    assert_eq!((found[0].sent_count, found[59].sent_count), (1, 0));
    assert_eq!((found[0].faults, found[1].faults), (0, 1));
    assert_eq!(found[7].body, r#"{"type":"sync.cancel","op_id":"00000000-0000-0000-0000-0000000003f0"}"#);
}

#[tokio::test]
async fn answers_count_once_and_only_for_what_was_asked() {
    let cache = Cache::in_memory().await.expect("a cache");
    let mut held = cache.lock().await;
    let db = held.db().expect("open");
    let (asked, stranger) = (Uuid::from_u128(1), Uuid::from_u128(2));
    outbox::keep(db, asked, &cancel(9), NOW).await.expect("kept");
    let outcome = |op_id, status, version| OutcomeDto { op_id, status, code: None, version, changed: false };
    let answers = [outcome(asked, OutcomeStatus::Applied, 7), outcome(stranger, OutcomeStatus::Applied, 7)];
    outbox::answer(db, &answers, Some(3), NOW).await.expect("answered");
    outbox::answer(db, &[outcome(asked, OutcomeStatus::Rejected, 9)], Some(3), NOW).await.expect("answered");
    let rows = outbox::all(db).await.expect("operations");
    assert_eq!(rows.len(), 1);
    assert_eq!(rows[0].outcome.expect("an outcome").status, OutcomeStatus::Applied);
    assert!(counts::catching_up(db).await.expect("a state"), "version 7 is not read yet");
    outbox::catch_up(db).await.expect("caught up");
    assert!(!counts::catching_up(db).await.expect("a state"));
}

#[tokio::test]
async fn giving_up_before_anything_was_sent_removes() {
    let cache = Cache::in_memory().await.expect("a cache");
    let mut held = cache.lock().await;
    let db = held.db().expect("open");
    let (op, other) = (Uuid::from_u128(1), Uuid::from_u128(2));
    outbox::keep(db, op, &cancel(9), NOW).await.expect("kept");
    outbox::give_up(db, op, other, false, NOW).await.expect("given up");
    assert!(outbox::all(db).await.expect("operations").is_empty());
    let again = outbox::give_up(db, op, other, false, NOW).await;
    assert!(matches!(again, Err(Error::Rule(FailureCode::NotFound))));
}

#[tokio::test]
async fn a_full_disk_keeps_nothing_and_loses_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let key = CacheKey::Raw(key::generate());
    let cache = Cache::open(&dir.path().join("cache.db"), &key).await.expect("a cache");
    let mut held = cache.lock().await;
    let db = held.db().expect("open");
    outbox::keep(db, Uuid::from_u128(1), &cancel(9), NOW).await.expect("kept");
    // What SQLite does when the disk is full, without filling one.
    sqlx::query("PRAGMA max_page_count = 1").execute(&mut *db).await.expect("a limit");
    let mut refused = None;
    for n in 2..2000 {
        match outbox::keep(db, Uuid::from_u128(n), &cancel(n), NOW).await {
            Ok(_) => {}
            Err(error) => {
                refused = Some((n, error));
                break;
            }
        }
    }
    let (at, error) = refused.expect("a full disk");
    assert_eq!(preau_client::Failure::from(error).code, FailureCode::DiskFull);
    sqlx::query("PRAGMA max_page_count = 100000").execute(&mut *db).await.expect("room");
    let rows = outbox::all(db).await.expect("operations");
    assert_eq!(rows.len(), usize::try_from(at - 1).expect("a count"), "what was acknowledged is there");
}

#[tokio::test]
async fn a_swap_that_does_not_commit_changes_nothing() {
    let cache = Cache::in_memory().await.expect("a cache");
    let mut held = cache.lock().await;
    let db = held.db().expect("open");
    let page = |street: &str, cursor: &str| -> ChangesResponse {
        let body =
            serde_json::json!({"family_id": FAMILY, "reference": "F0001", "address": crate::town::address(street)});
        let page = serde_json::json!({"cursor": cursor, "has_more": false, "deletes": [], "gone": [], "reset": [],
            "server_time": "2026-10-19T08:00:00Z",
            "upserts": [{"stream": FAMILY, "kind": "family", "entity": FAMILY, "version": 4, "body": body}]});
        // Read from a text: a body is raw.
        serde_json::from_str(&page.to_string()).expect("a page")
    };
    ledger::stage(db, &page("1 rue des Ormes", "a"), true).await.expect("staged");
    let mut tx = db.begin().await.expect("a transaction");
    ledger::swap(&mut tx, &page("1 rue des Ormes", "a"), true, NOW).await.expect("swapped");
    tx.commit().await.expect("committed");
    ledger::stage(db, &page("2 rue des Ormes", "b"), false).await.expect("staged");
    {
        let mut tx = db.begin().await.expect("a transaction");
        ledger::swap(&mut tx, &page("2 rue des Ormes", "b"), false, NOW).await.expect("swapped");
        tx.rollback().await.expect("as after a crash");
    }
    let home = preau_client::family::store::family(db).await.expect("a read").expect("a family");
    assert_eq!(home.address.expect("an address").street, "1 rue des Ormes");
    assert_eq!(ledger::position(db).await.expect("a position").cursor, "a");
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_asked_again_with_the_same_bytes() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.fail("/v1/sync/push", Fault::Lost);
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    computer.status(&client, |status| status.pending == 0).await;
    let pushes = computer.town.pushes();
    assert_eq!(pushes.len(), 2);
    assert_eq!(pushes[0], pushes[1]);
    assert_eq!(computer.town.state().operations.len(), 1, "it took effect once");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn no_status_drops_an_operation() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let faults = [
        (401, "sign_in_required"),
        (403, "forbidden"),
        (413, "too_large"),
        (422, "invalid_request"),
        (429, "too_many_attempts"),
        (500, "internal"),
        (503, "busy"),
    ];
    for (status, code) in faults {
        computer.town.fail("/v1/sync/push", Fault::Status(status, code, None));
    }
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    computer.status(&client, |status| status.pending == 0).await;
    let pushes = computer.town.pushes();
    assert_eq!(pushes.len(), faults.len() + 1);
    assert!(pushes.iter().all(|push| *push == pushes[0]));
    assert_eq!(computer.town.state().operations.len(), 1);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn an_ended_session_keeps_what_waits_and_a_new_one_sends_it() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.state().known_tokens.clear();
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    computer
        .status(&client, |status| status.trouble == Some(preau_client::sync::views::SyncTroubleView::SignInAgain))
        .await;
    assert_eq!(client.sync_status().await.expect("a status").pending, 1);
    let before = computer.town.pushes();
    client.close().await;
    let client = computer.start();
    client.open_alone().await;
    client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.expect("a session");
    computer.status(&client, |status| status.pending == 0).await;
    assert_eq!(computer.town.pushes().last(), before.first(), "the same bytes");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn an_operation_left_without_outcome_is_not_sent_in_a_loop() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.state().forgets_outcomes = true;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    let pushed = || computer.town.times(|request| request.path == "/v1/sync/push");
    computer.until(async || pushed().len() >= 10).await;
    let took = pushed()[9] - pushed()[4];
    assert!(took.as_secs() >= 60, "{took:?}");
    computer.town.state().forgets_outcomes = false;
    computer.status(&client, |status| status.pending == 0).await;
    client.close().await;
}
