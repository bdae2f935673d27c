//! Notices of security: what is told first, and « J'ai lu », offline too.

use crate::computer::Computer;
use crate::town::{CLAIRE, FAMILY};
use preau_client::accounts::views::{KeepRequest, SecurityEventView};
use preau_client::family::views::TodoView;
use preau_client::sync::views::{OutboxItemView, OutboxStateView, OutboxSubjectView};
use preau_client::{Client, FailureCode};
use serde_json::{Value, json};
use uuid::Uuid;

fn tell(computer: &Computer, n: u128, at: &str, what: &Value, acknowledged: bool) {
    let id = Uuid::from_u128(n);
    let notice = json!({"notice_id": id, "at": at, "person_id": CLAIRE, "what": what, "acknowledged": acknowledged});
    computer.town.state().put(FAMILY, "security_notice", id, &notice);
}

/// A town that told of four things.
async fn told(computer: &Computer) -> Client {
    tell(computer, 1, "2026-10-01T08:00:00Z", &json!({"type": "session_reused", "device": "Préau (Linux)"}), false);
    tell(computer, 2, "2026-10-03T08:00:00Z", &json!({"type": "code_changed"}), false);
    tell(computer, 3, "2026-10-04T08:00:00Z", &json!({"type": "email_changed"}), true);
    tell(computer, 4, "2026-10-02T08:00:00Z", &json!({"type": "a_thing_of_tomorrow"}), false);
    computer.signed_in(KeepRequest::Keychain).await
}

async fn order(client: &Client) -> Vec<(u128, bool)> {
    let notices = client.security_notices().await.expect("notices");
    notices.iter().map(|notice| (notice.id.parse::<Uuid>().expect("an id").as_u128(), notice.read)).collect()
}

async fn todo(client: &Client) -> Vec<u128> {
    let id = |todo: &TodoView| match todo {
        TodoView::SecurityNotice { notice } => Some(notice.id.parse::<Uuid>().expect("an id").as_u128()),
        _ => None,
    };
    client.home().await.expect("home").todo.iter().filter_map(id).collect()
}

#[tokio::test(start_paused = true)]
async fn unread_ones_come_first_and_what_is_urgent_before_all() {
    let computer = Computer::new();
    let client = told(&computer).await;
    assert_eq!(order(&client).await, [(1, false), (2, false), (4, false), (3, true)]);
    assert_eq!(todo(&client).await, [1, 2, 4], "what was read is not to do");
    assert_eq!(client.account().await.expect("account").unread_notices, 3);
    let notices = client.security_notices().await.expect("notices");
    assert_eq!(notices[0].what, SecurityEventView::SessionReused { device: "Préau (Linux)".into() });
    assert_eq!(notices[2].what, SecurityEventView::Unknown);
    assert_eq!((notices[0].person_name.as_deref(), notices[0].mine), (Some("Claire Martel"), true));
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_read_offline_is_read_here_at_once_and_at_the_town_later() {
    let computer = Computer::new();
    let client = told(&computer).await;
    computer.town.state().down = true;
    let urgent = Uuid::from_u128(1);
    client.acknowledge_notice(&urgent.to_string()).await.expect("read");
    client.acknowledge_notice(&urgent.to_string()).await.expect("twice is once");
    assert_eq!(order(&client).await, [(2, false), (4, false), (3, true), (1, true)]);
    assert_eq!(todo(&client).await, [2, 4]);
    // Between a try and its failure it looks sent.
    let kept = |waiting: &[OutboxItemView]| matches!(waiting, [item] if item.state == OutboxStateView::Kept);
    computer.until(async || client.sync_center().await.is_ok_and(|center| kept(&center.waiting))).await;
    let waiting = client.sync_center().await.expect("centre").waiting;
    let OutboxSubjectView::AcknowledgeNotice { notice: Some(notice) } = &waiting[0].subject else {
        panic!("{waiting:?}")
    };
    assert_eq!(notice.id, urgent.to_string());
    client.close().await;
    // Kept across a restart, sent once.
    computer.town.state().down = false;
    let client = computer.start();
    client.open_alone().await;
    computer.until(async || computer.town.state().entity("security_notice", urgent).1["acknowledged"] == true).await;
    computer.status(&client, |status| status.pending == 0).await;
    computer.up_to_date(&client).await;
    assert_eq!(computer.town.state().operations.len(), 1);
    assert_eq!(order(&client).await, [(2, false), (4, false), (3, true), (1, true)]);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_the_town_refuses_leaves_the_notice_to_read() {
    let computer = Computer::new();
    let client = told(&computer).await;
    computer.town.state().down = true;
    client.acknowledge_notice(&Uuid::from_u128(2).to_string()).await.expect("read");
    // As a server that does not know the notice.
    computer.town.state().delete(FAMILY, "security_notice", Uuid::from_u128(2));
    computer.town.state().down = false;
    client.sync_now().await.expect("a status");
    computer.status(&client, |status| status.refused == 1).await;
    let waiting = client.sync_center().await.expect("centre").waiting;
    assert_eq!(waiting[0].state, OutboxStateView::Rejected { code: "not_found".into() });
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_notice_that_is_not_there_is_not_found() {
    let computer = Computer::new();
    let client = told(&computer).await;
    for id in ["not an id", "00000000-0000-0000-0000-0000000000ff"] {
        let failure = client.acknowledge_notice(id).await.map_err(|failure| failure.code);
        assert_eq!(failure.err(), Some(FailureCode::NotFound));
    }
    assert!(computer.town.state().operations.is_empty());
    client.close().await;
}
