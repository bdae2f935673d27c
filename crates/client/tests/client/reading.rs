//! Pulling: pages, what goes away, new epochs, digests, wrong clocks.

use crate::changing_details::move_to;
use crate::computer::{Computer, sign_in};
use crate::town::{FAMILY, Fault, LEO, MAMIE, PERSONAL};
use preau_client::accounts::views::KeepRequest;
use preau_client::sync::views::SyncTroubleView;
use preau_protocol::sync::{OutcomeStatus, PushRequest};

#[tokio::test(start_paused = true)]
async fn pages_are_swapped_in_together() {
    let computer = Computer::new();
    computer.town.state().page = 1;
    let client = computer.start();
    // The third page fails: until then nothing may show.
    client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.expect("a session");
    computer.up_to_date(&client).await;
    let asked = computer.town.state().requests.iter().filter(|r| r.path.starts_with("/v1/sync/changes")).count();
    assert!(asked >= 6, "one entity a page: {asked}");
    assert_eq!(client.home().await.expect("home").contacts.len(), 1);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn an_interrupted_pull_shows_nothing_and_goes_on() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    {
        let mut town = computer.town.state();
        town.page = 1;
        let mut rows = crate::town::family();
        rows.retain(|(kind, _, _)| matches!(*kind, "adult" | "child"));
        rows.iter_mut().for_each(|(_, _, body)| body["last_name"] = "Martel-Roux".into());
        town.put_all(FAMILY, rows);
        // The first page comes, the second does not, three times.
        town.down = false;
    }
    for _ in 0..3 {
        computer.town.fail("/v1/sync/changes", Fault::Unreachable);
    }
    client.sync_now().await.expect("a status");
    computer.status(&client, |status| status.trouble == Some(SyncTroubleView::Unreachable)).await;
    let home = client.home().await.expect("home");
    assert_eq!((home.adults[0].name.as_str(), home.children[0].name.as_str()), ("Claire Martel", "Léo Martel"));
    computer.up_to_date(&client).await;
    let home = client.home().await.expect("home");
    assert_eq!(
        (home.adults[0].name.as_str(), home.children[0].name.as_str()),
        ("Claire Martel-Roux", "Léo Martel-Roux")
    );
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn what_is_deleted_and_what_is_no_longer_ours_goes_away() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.state().delete(FAMILY, "contact", MAMIE);
    client.sync_now().await.expect("a status");
    computer.until(async || client.home().await.is_ok_and(|home| home.contacts.is_empty())).await;
    client.person(&MAMIE.to_string()).await.expect_err("gone");
    computer.town.state().gone.push(FAMILY);
    client.sync_now().await.expect("a status");
    computer.until(async || client.home().await.is_err()).await;
    client.person(&LEO.to_string()).await.expect_err("gone");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn after_a_new_epoch_everything_is_read_and_sent_again() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    let street = async || client.details().await.ok().and_then(|d| d.address).map(|a| a.street);
    computer.until(async || street().await.as_deref() == Some("2 rue des Ormes")).await;
    let sent = computer.town.pushes();
    computer.town.state().restore();
    client.sync_now().await.expect("a status");
    computer.until(async || computer.town.pushes().len() > sent.len()).await;
    let operation = |push: &str| serde_json::from_str::<PushRequest>(push).expect("a push").operations.remove(0);
    let (first, again) = (operation(&sent[0]), operation(computer.town.pushes().last().expect("a push")));
    assert_eq!((again.op_id, again.op.get()), (first.op_id, first.op.get()), "the same bytes");
    assert_eq!((first.told, again.told), (None, Some(OutcomeStatus::Applied)), "with what had become of them");
    computer.until(async || street().await.as_deref() == Some("2 rue des Ormes")).await;
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_difference_of_digests_reads_everything_again() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let snapshots = || {
        let town = computer.town.state();
        town.requests.iter().filter(|request| request.path.starts_with("/v1/sync/changes?cursor=&")).count()
    };
    assert_eq!(snapshots(), 1, "equal digests change nothing");
    computer.town.state().lies_in_digest = true;
    for _ in 0..25 {
        let before = computer.town.state().requests.len();
        client.sync_now().await.expect("a status");
        computer.until(async || computer.town.state().requests.len() > before).await;
        computer.up_to_date(&client).await;
        if snapshots() == 2 {
            break;
        }
    }
    assert!(snapshots() >= 2);
    assert_eq!(client.home().await.expect("home").first_name, "Claire");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_clock_wrong_by_years_harms_nothing_and_is_told() {
    for (wall, off) in [("2031-01-01T00:00:00Z", 1), ("1999-12-31T00:00:00Z", -1)] {
        let mut computer = Computer::new();
        computer.wall = wall.parse().expect("a time");
        let client = computer.signed_in(KeepRequest::Keychain).await;
        client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
        let street = async || client.details().await.ok().and_then(|d| d.address).map(|a| a.street);
        computer.until(async || street().await.as_deref() == Some("2 rue des Ormes")).await;
        let told = client.sync_status().await.expect("a status").clock_off_minutes.expect("told");
        assert_eq!(told.signum(), off);
        assert_eq!(client.sync_center().await.expect("centre").answered.len(), 1, "nothing is let go of too early");
        client.close().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_server_that_asks_to_wait_is_left_alone_so_long() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let read = || computer.town.times(|request| request.path.starts_with("/v1/sync/changes"));
    let before = read().len();
    computer.town.fail("/v1/sync/changes", Fault::Status(503, "busy", Some(120)));
    client.sync_now().await.expect("a status");
    computer.status(&client, |status| status.trouble == Some(SyncTroubleView::Busy)).await;
    client.sync_now().await.expect("a status");
    computer.until(async || read().len() >= before + 2).await;
    let waited = read()[before + 1] - read()[before];
    assert!(waited.as_secs() >= 120, "{waited:?}");
    computer.up_to_date(&client).await;
    client.close().await;
}
