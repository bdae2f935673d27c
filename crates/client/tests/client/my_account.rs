//! *Mon compte*: what the cache says of it, the computers of the account, and the co-holder.

use crate::computer::Computer;
use crate::town::{CLAIRE, FAMILY, Fault, PERSONAL};
use preau_client::accounts::views::{AccountRoleView, CoHolderView, InviteCoHolderForm, KeepRequest};
use preau_client::{Client, Failure, FailureCode};
use serde_json::json;
use uuid::Uuid;

const KARIM: Uuid = Uuid::from_u128(0x4a);

fn code<T>(answer: Result<T, Failure>) -> Option<FailureCode> {
    answer.err().map(|failure| failure.code)
}

async fn with_karim(computer: &Computer) -> Client {
    let karim = json!({"person_id": KARIM, "role": "co_holder", "first_name": "Karim", "last_name": "Daoud"});
    computer.town.state().put(FAMILY, "adult", KARIM, &karim);
    computer.town.state().co_holder = Some(json!({"state": "active", "person_id": KARIM}));
    computer.signed_in(KeepRequest::Keychain).await
}

#[tokio::test(start_paused = true)]
async fn the_account_reads_offline_and_knows_the_other_adult() {
    let computer = Computer::new();
    let client = with_karim(&computer).await;
    computer.town.state().down = true;
    let account = client.account().await.expect("account");
    assert_eq!((account.identifiant.as_str(), account.role), ("martel01", Some(AccountRoleView::Holder)));
    assert_eq!(account.person_id, Some(CLAIRE.to_string()));
    assert_eq!(account.other_adult.as_deref(), Some("Karim Daoud"));
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_computer_is_let_go_and_twice_is_no_fault() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let (old, other) = (Uuid::from_u128(0xd1), Uuid::from_u128(0xd2));
    computer.town.state().other_devices = vec![old, other];
    let devices = client.devices().await.expect("devices");
    assert_eq!(devices.iter().map(|device| device.current).collect::<Vec<_>>(), [true, false, false]);
    let left = client.let_device_go(&old.to_string()).await.expect("let go");
    assert_eq!(left.iter().map(|device| device.id.clone()).collect::<Vec<_>>()[1..], [other.to_string()]);
    // Its answer was lost: it is gone all the same.
    computer.town.fail("/v1/account/devices/", Fault::Lost);
    assert_eq!(code(client.let_device_go(&other.to_string()).await), Some(FailureCode::Unreachable));
    assert_eq!(client.let_device_go(&other.to_string()).await.expect("gone").len(), 1);
    assert_eq!(code(client.let_device_go("not an id").await), Some(FailureCode::NotFound));
    computer.town.state().down = true;
    assert_eq!(code(client.devices().await), Some(FailureCode::Unreachable));
    client.close().await;
}

fn karim(code: &str, email: &str) -> InviteCoHolderForm {
    let (first_name, last_name) = (" Karim ".into(), "Daoud".into());
    InviteCoHolderForm { code: code.into(), first_name, last_name, email: email.into() }
}

#[tokio::test(start_paused = true)]
async fn a_co_holder_is_invited_and_called_off() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    assert_eq!(client.co_holder().await.expect("an answer"), CoHolderView::None);
    for (form, failure) in [
        (karim("faux", "karim@exemple.fr"), FailureCode::WrongCode),
        (karim(PERSONAL, "karim"), FailureCode::InvitationRefused),
        (
            InviteCoHolderForm { first_name: "  ".into(), ..karim(PERSONAL, "k@exemple.fr") },
            FailureCode::InvitationRefused,
        ),
        (
            InviteCoHolderForm { last_name: "x".repeat(61), ..karim(PERSONAL, "k@exemple.fr") },
            FailureCode::InvitationRefused,
        ),
        (
            InviteCoHolderForm { last_name: "gagnez.exemple.fr".into(), ..karim(PERSONAL, "k@exemple.fr") },
            FailureCode::InvitationRefused,
        ),
    ] {
        assert_eq!(code(client.invite_co_holder(&form).await), Some(failure), "{form:?}");
    }
    let invited = client.invite_co_holder(&karim(PERSONAL, "karim@Exemple.fr")).await.expect("invited");
    let CoHolderView::Invited { first_name, email, expires_at, .. } = &invited else { panic!("{invited:?}") };
    assert_eq!((first_name.as_str(), email.as_str()), ("Karim", "karim@exemple.fr"));
    assert_eq!(expires_at, "2026-10-26T08:00:00Z");
    assert_eq!(client.co_holder().await.expect("an answer"), invited);
    assert_eq!(code(client.remove_co_holder("faux").await), Some(FailureCode::WrongCode));
    assert_eq!(client.remove_co_holder(PERSONAL).await.expect("called off"), CoHolderView::None);
    assert_eq!(client.remove_co_holder(PERSONAL).await.expect("nothing left"), CoHolderView::None);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_co_holder_who_is_there_is_named_and_removed() {
    let computer = Computer::new();
    let client = with_karim(&computer).await;
    let active = CoHolderView::Active { name: Some("Karim Daoud".into()) };
    assert_eq!(client.co_holder().await.expect("an answer"), active);
    let again = client.invite_co_holder(&karim(PERSONAL, "k@exemple.fr")).await;
    assert_eq!(code(again), Some(FailureCode::CoHolderExists));
    assert_eq!(client.remove_co_holder(PERSONAL).await.expect("removed"), CoHolderView::None);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_town_that_keeps_co_holders_to_itself_says_so() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.state().co_holder_by_town = true;
    assert_eq!(code(client.co_holder().await), Some(FailureCode::Forbidden));
    client.close().await;
}
