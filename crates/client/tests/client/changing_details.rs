//! *Modifier mes coordonnées*: from the form to the town and back.

use crate::computer::Computer;
use crate::town::{CLAIRE, FAMILY, Fault};
use preau_client::FailureCode;
use preau_client::Notice;
use preau_client::accounts::views::KeepRequest;
use preau_client::family::sync::Decided;
use preau_client::family::views::{
    AddressRequest, AdultDetailsRequest, ChangeDetailsRequest, ChangeDetailsView, DetailStateView, FieldRuleView,
};
use preau_client::sync::views::{OutboxItemView, OutboxStateView, PendingStateView, SyncStateView};
use serde_json::json;

pub fn move_to(street: &str) -> ChangeDetailsRequest {
    let address = AddressRequest {
        street: street.into(),
        complement: String::new(),
        postcode: "33290".into(),
        city: "Parempuyre".into(),
    };
    ChangeDetailsRequest { address: Some(address), adults: vec![] }
}

#[tokio::test(start_paused = true)]
async fn an_address_changes_at_once_where_the_town_says_so() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let preview = client.preview_details(&move_to("2 rue des Ormes")).await.expect("a preview");
    let ChangeDetailsView::Changes { changes } = preview else { panic!("{preview:?}") };
    assert_eq!(changes[0].state, DetailStateView::Accepted);
    assert!(client.sync_center().await.expect("centre").waiting.is_empty(), "a preview keeps nothing");
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    computer
        .until(async || {
            client.details().await.is_ok_and(|details| details.address.is_some_and(|a| a.street == "2 rue des Ormes"))
        })
        .await;
    let details = client.details().await.expect("details");
    assert!(details.waiting.is_empty());
    assert_eq!(details.settled[0].state, DetailStateView::Accepted);
    let same = client.change_details(&move_to("2 rue des Ormes")).await.expect("an answer");
    assert_eq!(same, ChangeDetailsView::NothingChanges);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_change_made_offline_is_kept_and_arrives_once() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.state().down = true;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    let details = client.details().await.expect("details");
    assert!(matches!(&details.waiting[0].state, DetailStateView::ToSend { pending } if pending.attempts <= 1));
    assert_eq!(details.address.map(|a| a.street).as_deref(), Some("1 rue des Ormes"), "the record is the server's");
    assert_eq!(client.home().await.expect("home").details_to_send, 1);
    let again = client.change_details(&move_to("3 rue des Ormes")).await.expect("an answer");
    let ChangeDetailsView::ToMend { problems } = again else { panic!("{again:?}") };
    assert_eq!(problems[0].rule, FieldRuleView::AlreadyWaiting);
    client.close().await;
    computer.town.state().down = false;
    let restarted = computer.start();
    restarted.open_alone().await;
    computer.until(async || restarted.details().await.is_ok_and(|d| d.waiting.is_empty())).await;
    assert_eq!(computer.town.state().operations.len(), 1);
    restarted.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_change_by_hand_waits_for_the_town_and_its_answer_is_told() {
    let computer = Computer::new();
    computer.town.state().by_hand = true;
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let form = ChangeDetailsRequest {
        address: None,
        adults: vec![AdultDetailsRequest {
            person_id: CLAIRE.to_string(),
            mobile_phone: "06 12 34 56 02".into(),
            landline_phone: String::new(),
            email: "claire@exemple.fr".into(),
        }],
    };
    client.change_details(&form).await.expect("kept");
    let waits = |state: &DetailStateView| *state == DetailStateView::AwaitsTown;
    computer.until(async || client.details().await.is_ok_and(|d| d.waiting.iter().any(|c| waits(&c.state)))).await;
    let details = client.details().await.expect("details");
    assert_eq!(details.waiting.len(), 1, "told once, by the outbox or by the server");
    assert_eq!(client.home().await.expect("home").details_waiting, 1);
    let id: uuid::Uuid = details.waiting[0].id.parse().expect("an id");
    {
        let mut town = computer.town.state();
        let (_, mut change) = town.entity("detail_change", id);
        change["status"] = json!("refused");
        change["reason"] = json!("Numéro déjà attribué.");
        town.put(FAMILY, "detail_change", id, &change);
    }
    client.sync_now().await.expect("a status");
    computer.until(async || client.details().await.is_ok_and(|d| d.waiting.is_empty())).await;
    let details = client.details().await.expect("details");
    let reason = Some("Numéro déjà attribué.".to_owned());
    assert_eq!(details.settled[0].state, DetailStateView::Refused { reason, code: None });
    let told = Notice::ChangesDecided(Decided { accepted: 0, refused: 1 });
    assert_eq!(computer.heard.notices.lock().expect("notices").iter().filter(|n| **n == told).count(), 1);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_refusal_is_seen_with_its_reason_until_acknowledged() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    {
        let mut town = computer.town.state();
        let (_, mut home) = town.entity("family", FAMILY);
        home["address"]["street"] = json!("9 rue du Bac");
        town.put(FAMILY, "family", FAMILY, &home);
    }
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    computer.status(&client, |status| status.refused == 1).await;
    let center = client.sync_center().await.expect("centre");
    assert_eq!(center.waiting[0].state, OutboxStateView::Rejected { code: "stale_value".into() });
    let details = client.details().await.expect("details");
    let refused = DetailStateView::Refused { reason: None, code: Some("stale_value".into()) };
    assert!(details.settled.iter().any(|change| change.state == refused));
    let center = client.acknowledge_refusal(&center.waiting[0].op_id).await.expect("centre");
    assert_eq!((center.waiting.len(), center.answered.len(), center.status.refused), (0, 1, 0));
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn giving_up_by_table() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;

    computer.town.fail("/v1/sync/push", Fault::Lost);
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    computer.status(&client, |status| status.pending == 0).await;
    let applied = client.sync_center().await.expect("centre").answered[0].op_id.clone();
    let refused = client.give_up(&applied).await;
    assert_eq!(refused.map_err(|f| f.code).err(), Some(FailureCode::AlreadyApplied), "took effect");
    let unknown = client.give_up(&uuid::Uuid::from_u128(99).to_string()).await;
    assert_eq!(unknown.map_err(|f| f.code).err(), Some(FailureCode::NotFound));

    computer.town.state().silent = true;
    client.change_details(&move_to("3 rue des Ormes")).await.expect("kept");
    computer.until(async || client.sync_center().await.is_ok_and(|c| c.waiting.iter().any(|i| i.attempts > 0))).await;
    let sent = client.sync_center().await.expect("centre").waiting[0].clone();
    assert_eq!(sent.state, OutboxStateView::Unanswered);
    let center = client.give_up(&sent.op_id).await.expect("centre");
    assert_eq!(center.waiting.len(), 2, "what may have arrived is given up by an operation of its own");
    assert!(!center.waiting[0].can_give_up);
    computer.town.state().silent = false;
    computer.status(&client, |status| status.pending == 0).await;
    assert_eq!(client.sync_status().await.expect("status").refused, 0, "a withdrawal is no refusal");
    let streets = computer.town.state().entity("family", FAMILY).1;
    assert_eq!(streets["address"]["street"], "2 rue des Ormes", "the late arrival had no effect");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn what_had_no_connection_was_never_sent() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.state().down = true;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    computer.status(&client, |status| status.state == SyncStateView::Offline).await;
    let kept = |item: &OutboxItemView| item.state == OutboxStateView::Kept && item.attempts == 0;
    computer.until(async || client.sync_center().await.is_ok_and(|center| center.waiting.iter().all(kept))).await;
    computer.town.state().down = false;
    computer.status(&client, |status| status.pending == 0).await;
    assert_eq!(client.sync_center().await.expect("centre").answered[0].attempts, 1);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn an_answer_overlays_until_it_is_read_back() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    for _ in 0..3 {
        computer.town.fail("/v1/sync/changes", Fault::Unreachable);
    }
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    let answered = |state: &DetailStateView| matches!(state, DetailStateView::ToSend { pending } if pending.state == PendingStateView::Answered);
    computer.until(async || client.details().await.is_ok_and(|d| d.waiting.iter().any(|c| answered(&c.state)))).await;
    computer.until(async || client.details().await.is_ok_and(|d| d.waiting.is_empty())).await;
    assert_eq!(client.details().await.expect("details").address.map(|a| a.street).as_deref(), Some("2 rue des Ormes"));
    client.close().await;
}
