//! *Modifier mes coordonnées*: from the form to the town and back.

use crate::computer::Computer;
use crate::town::{CLAIRE, FAMILY, Fault};
use preau_client::accounts::views::KeepRequest;
use preau_client::family::sync::Decided;
use preau_client::family::views::{
    AddressEditRequest, AddressRequest, AddressView, AdultEditRequest, AdultFieldRequest, ChangeDetailsRequest,
    ChangeDetailsView, DetailChangeView, DetailStateView, DetailValueView, FieldRuleView, GiveUpView,
};
use preau_client::sync::views::{OutboxItemView, OutboxStateView, PendingStateView, SyncStateView};
use preau_client::{Client, FailureCode, Notice};
use serde_json::json;

/// The form of somebody who saw the first address of the family.
pub fn move_to(street: &str) -> ChangeDetailsRequest {
    move_from("1 rue des Ormes", street)
}

/// The form of somebody who saw this address of the family.
pub fn move_from(shown: &str, street: &str) -> ChangeDetailsRequest {
    let (postcode, city) = ("33290".to_owned(), "Parempuyre".to_owned());
    let shown = AddressView { street: shown.into(), complement: None, postcode: postcode.clone(), city: city.clone() };
    let typed = AddressRequest { street: street.into(), complement: String::new(), postcode, city };
    ChangeDetailsRequest { address: Some(AddressEditRequest { shown: Some(shown), typed }), adults: vec![] }
}

/// The form of somebody who touched one detail of Claire's; `shown` is empty where nothing was.
pub fn edit(field: AdultFieldRequest, shown: &str, typed: &str) -> ChangeDetailsRequest {
    let (person_id, shown) = (CLAIRE.to_string(), Some(shown.to_owned()).filter(|shown| !shown.is_empty()));
    ChangeDetailsRequest {
        address: None,
        adults: vec![AdultEditRequest { person_id, field, shown, typed: typed.into() }],
    }
}

const MOBILE: AdultFieldRequest = AdultFieldRequest::MobilePhone;
const EMAIL: AdultFieldRequest = AdultFieldRequest::Email;

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
    client.change_details(&edit(MOBILE, "06 12 34 56 01", "06 12 34 56 02")).await.expect("kept");
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
    client.change_details(&move_from("2 rue des Ormes", "3 rue des Ormes")).await.expect("kept");
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

/// As if somebody else of the family had changed it, and this computer had read it.
async fn read_meanwhile(computer: &Computer, client: &Client, field: &str, value: &str) {
    {
        let mut town = computer.town.state();
        let (_, mut claire) = town.entity("adult", CLAIRE);
        claire[field] = json!(value);
        town.put(FAMILY, "adult", CLAIRE, &claire);
    }
    client.sync_now().await.expect("a status");
    let pulled = async || {
        let details = client.details().await.expect("details");
        let shown = [details.adults[0].mobile_phone.clone(), details.adults[0].email.clone()];
        shown.into_iter().flatten().any(|shown| shown.replace(' ', "").ends_with(&value[value.len() - 8..]))
    };
    computer.until(pulled).await;
}

#[tokio::test(start_paused = true)]
async fn what_somebody_else_changed_meanwhile_is_never_undone() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let form = edit(EMAIL, "claire@exemple.fr", "claire@nouveau.fr");
    client.preview_details(&form).await.expect("a preview");
    read_meanwhile(&computer, &client, "mobile_phone", "+33612345699").await;
    let kept = client.change_details(&form).await.expect("an answer");
    let ChangeDetailsView::Changes { changes } = kept else { panic!("{kept:?}") };
    assert_eq!(changes.len(), 1, "the field that was touched, and no other");
    computer.status(&client, |status| status.pending == 0).await;
    assert_eq!(computer.town.state().entity("adult", CLAIRE).1["mobile_phone"], "+33612345699");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_value_that_changed_under_the_eyes_of_its_author_is_told_and_not_sent() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let form = |shown| edit(MOBILE, shown, "06 12 34 56 02");
    client.preview_details(&form("06 12 34 56 01")).await.expect("a preview");
    read_meanwhile(&computer, &client, "mobile_phone", "+33612345699").await;
    let told = client.change_details(&form("06 12 34 56 01")).await.expect("an answer");
    let ChangeDetailsView::ToMend { problems } = told else { panic!("{told:?}") };
    assert_eq!(problems[0].rule, FieldRuleView::Changed);
    assert_eq!(problems[0].now, Some(DetailValueView::Text { text: "06 12 34 56 99".into() }));
    assert!(client.sync_center().await.expect("centre").waiting.is_empty(), "nothing was kept");
    let kept = client.change_details(&form("06 12 34 56 99")).await.expect("an answer");
    assert!(matches!(kept, ChangeDetailsView::Changes { .. }), "once told, it is theirs to decide");
    client.close().await;
}

async fn waiting(client: &Client) -> Vec<DetailChangeView> {
    client.details().await.expect("details").waiting
}

#[tokio::test(start_paused = true)]
async fn a_change_asked_elsewhere_can_be_given_up_here() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let elsewhere = uuid::Uuid::from_u128(0xe15e);
    let change = json!({"change_id": elsewhere, "asked_by": CLAIRE, "asked_at": "2026-10-19T08:00:00Z",
        "subject": {"type": "adult", "person_id": CLAIRE}, "field": "email",
        "old": {"type": "email", "value": "claire@exemple.fr"},
        "new": {"type": "email", "value": "claire@typo.fr"}, "status": "awaits_confirmation"});
    computer.town.state().put(FAMILY, "detail_change", elsewhere, &change);
    client.sync_now().await.expect("a status");
    computer.until(async || waiting(&client).await.len() == 1).await;
    let told = waiting(&client).await[0].clone();
    assert_eq!((told.id.as_str(), told.give_up), (elsewhere.to_string().as_str(), GiveUpView::Possible));

    computer.town.state().down = true;
    client.give_up(&elsewhere.to_string()).await.expect("kept");
    assert_eq!(waiting(&client).await[0].give_up, GiveUpView::Asked, "asked once is enough");
    computer.town.state().down = false;
    client.sync_now().await.expect("a status");
    computer.until(async || waiting(&client).await.is_empty()).await;
    assert_eq!(computer.town.state().entity("detail_change", elsewhere).1["status"], "withdrawn");
    let details = client.details().await.expect("details");
    assert_eq!((&details.settled[0].state, details.settled[0].give_up), (&DetailStateView::Withdrawn, GiveUpView::No));
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn one_that_was_not_confirmed_in_time_is_told_and_stands_in_nobodys_way() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let expired = uuid::Uuid::from_u128(0xe15e);
    let change = json!({"change_id": expired, "asked_by": CLAIRE, "asked_at": "2026-10-10T08:00:00Z",
        "subject": {"type": "adult", "person_id": CLAIRE}, "field": "email",
        "old": {"type": "email", "value": "claire@exemple.fr"},
        "new": {"type": "email", "value": "claire@typo.fr"}, "status": "expired"});
    computer.town.state().put(FAMILY, "detail_change", expired, &change);
    client.sync_now().await.expect("a status");
    computer.until(async || !client.details().await.expect("details").settled.is_empty()).await;
    let details = client.details().await.expect("details");
    assert_eq!((&details.settled[0].state, details.settled[0].give_up), (&DetailStateView::Expired, GiveUpView::No));
    let again = client.change_details(&edit(EMAIL, "claire@exemple.fr", "claire@nouveau.fr")).await.expect("kept");
    assert!(matches!(again, ChangeDetailsView::Changes { .. }), "{again:?}");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_for_months_stays_and_can_still_be_given_up() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    client.change_details(&edit(EMAIL, "claire@exemple.fr", "claire@nouveau.fr")).await.expect("kept");
    computer
        .until(async || waiting(&client).await.iter().any(|c| c.state == DetailStateView::AwaitsConfirmation))
        .await;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    let street = async || client.details().await.expect("details").address.map(|address| address.street);
    computer.until(async || street().await.as_deref() == Some("2 rue des Ormes")).await;
    computer.town.state().server_time = "2027-01-19T08:00:00Z";
    client.sync_now().await.expect("a status");
    let answered = async || client.sync_center().await.expect("centre").answered;
    computer.until(async || answered().await.len() == 1).await;
    let kept = answered().await.remove(0);
    assert_eq!((&kept.state, kept.can_give_up), (&OutboxStateView::Waiting, true), "the settled one is let go of");
    client.give_up(&kept.op_id).await.expect("kept");
    computer.until(async || waiting(&client).await.is_empty()).await;
    client.close().await;
}
