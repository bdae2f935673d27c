//! Operations that the server cannot take: they wait by themselves, and the others go on.

use crate::changing_details::{edit, move_from, move_to};
use crate::computer::Computer;
use preau_client::Client;
use preau_client::accounts::views::KeepRequest;
use preau_client::family::views::AdultFieldRequest::{Email, LandlinePhone, MobilePhone};
use preau_client::sync::views::{OutboxItemView, OutboxStateView, OutboxSubjectView, SyncStateView};
use uuid::Uuid;

/// Three requests made offline, in this order: an address, a telephone, an e-mail.
async fn with_three_waiting(computer: &Computer) -> (Client, Vec<Uuid>) {
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.state().down = true;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    client.change_details(&edit(MobilePhone, "06 12 34 56 01", "06 12 34 56 02")).await.expect("kept");
    client.change_details(&edit(Email, "claire@exemple.fr", "claire@nouveau.fr")).await.expect("kept");
    let ids = items(&client).await.iter().map(|item| item.op_id.parse().expect("an id")).collect();
    (client, ids)
}

async fn items(client: &Client) -> Vec<OutboxItemView> {
    client.sync_center().await.expect("centre").waiting
}

async fn online(computer: &Computer, client: &Client) {
    computer.town.state().down = false;
    client.sync_now().await.expect("a status");
}

fn arrived(computer: &Computer) -> Vec<Uuid> {
    computer.town.state().operations.iter().map(|(id, _)| *id).collect()
}

#[tokio::test(start_paused = true)]
async fn one_that_the_server_cannot_take_is_told_and_the_others_arrive() {
    for status in [500, 422] {
        let computer = Computer::new();
        let (client, ids) = with_three_waiting(&computer).await;
        computer.town.state().indigestible.insert(ids[0], status);
        online(&computer, &client).await;
        computer.status(&client, |status| status.pending == 1 && status.state == SyncStateView::Attention).await;
        assert_eq!(arrived(&computer), ids[1..]);
        let left = items(&client).await;
        assert_eq!((left.len(), &left[0].state), (1, &OutboxStateView::Blocked));
        assert!(left[0].can_retry && left[0].can_give_up);
        let status = client.sync_status().await.expect("a status");
        assert_eq!((status.blocked, status.trouble), (1, None), "it is this one, not the server");

        // What comes later arrives too, without waiting for it.
        let form = edit(LandlinePhone, "", "05 56 95 56 12");
        client.change_details(&form).await.expect("kept");
        computer.until(async || arrived(&computer).len() == 3).await;
        client.close().await;
    }
}

#[tokio::test(start_paused = true)]
async fn it_is_tried_again_alone_and_later_each_time_until_it_is_taken() {
    let computer = Computer::new();
    let (client, ids) = with_three_waiting(&computer).await;
    computer.town.state().indigestible.insert(ids[1], 500);
    online(&computer, &client).await;
    let tries = || {
        computer.town.times(|request| {
            let push = String::from_utf8_lossy(request.body.as_deref().unwrap_or_default());
            push.contains(&ids[1].to_string()) && push.matches("op_id").count() == 1
        })
    };
    computer.until(async || tries().len() >= 7).await;
    let took = tries()[6] - tries()[3];
    assert!(took.as_secs() >= 60, "{took:?}");
    let before = tries().len();
    client.sync_now().await.expect("somebody asks");
    computer.until(async || tries().len() > before).await;
    computer.town.state().indigestible.clear();
    computer.status(&client, |status| status.pending == 0 && status.state == SyncStateView::UpToDate).await;
    assert_eq!(arrived(&computer).len(), 3);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn it_can_be_given_up() {
    let computer = Computer::new();
    let (client, ids) = with_three_waiting(&computer).await;
    computer.town.state().indigestible.insert(ids[0], 500);
    online(&computer, &client).await;
    computer.status(&client, |status| status.blocked == 1 && status.pending == 1).await;
    client.give_up(&ids[0].to_string()).await.expect("given up");
    computer.until(async || arrived(&computer).len() == 3).await;
    computer.town.state().indigestible.clear();
    computer.status(&client, |status| status.pending == 0).await;
    let street = computer.town.state().entity("family", crate::town::FAMILY).1["address"]["street"].clone();
    assert_eq!(street, "1 rue des Ormes", "it had no effect");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn giving_one_up_says_which_and_what_it_waits_for() {
    let computer = Computer::new();
    let (client, ids) = with_three_waiting(&computer).await;
    computer.town.state().indigestible.insert(ids[0], 500);
    online(&computer, &client).await;
    computer.status(&client, |status| status.blocked == 1 && status.pending == 1).await;
    computer.town.state().down = true;
    client.give_up(&ids[0].to_string()).await.expect("given up");
    let left = items(&client).await;
    assert_eq!((left.len(), &left[0].state), (2, &OutboxStateView::GivingUp));
    let OutboxSubjectView::Cancel { change: Some(change) } = &left[1].subject else { panic!("{left:?}") };
    assert_eq!(change.id, ids[0].to_string());
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn one_behind_a_blocked_one_says_what_it_waits_for() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    // Two removals, both answered; then a server restored from before both.
    for (shown, typed) in [("1 rue des Ormes", "2 rue des Ormes"), ("2 rue des Ormes", "3 rue des Ormes")] {
        client.change_details(&move_from(shown, typed)).await.expect("kept");
        let here = async || client.details().await.is_ok_and(|d| d.address.is_some_and(|lines| lines.street == typed));
        computer.until(here).await;
    }
    let ids = arrived(&computer);
    assert_eq!(ids.len(), 2);
    {
        let mut town = computer.town.state();
        town.restore();
        town.indigestible.insert(ids[0], 500);
    }
    client.sync_now().await.expect("a status");
    computer.status(&client, |status| status.blocked == 1 && status.pending == 2).await;
    let left = items(&client).await;
    let states: Vec<_> = left.iter().map(|item| &item.state).collect();
    assert_eq!(states, [&OutboxStateView::Blocked, &OutboxStateView::Behind]);
    computer.town.state().indigestible.clear();
    computer.status(&client, |status| status.pending == 0).await;
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn after_a_restart_it_is_still_known_and_spoils_no_batch() {
    let computer = Computer::new();
    let (client, ids) = with_three_waiting(&computer).await;
    computer.town.state().indigestible.insert(ids[0], 500);
    online(&computer, &client).await;
    computer.status(&client, |status| status.blocked == 1 && status.pending == 1).await;
    client.close().await;
    let before = computer.town.pushes().len();
    let client = computer.start();
    client.open_alone().await;
    assert_eq!(items(&client).await[0].state, OutboxStateView::Blocked);
    computer.until(async || computer.town.pushes().len() > before).await;
    assert!(computer.town.pushes()[before].contains(&ids[0].to_string()), "tried at once, alone");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_server_that_takes_nothing_gets_a_rest() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.state().down = true;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    for (field, shown, typed) in
        [(MobilePhone, "06 12 34 56 01", "06 12 34 56 02"), (Email, "claire@exemple.fr", "claire@nouveau.fr")]
    {
        client.change_details(&edit(field, shown, typed)).await.expect("kept");
    }
    computer.town.state().takes_nothing = true;
    let pushed = || computer.town.times(|request| request.path == "/v1/sync/push");
    let before = pushed().len();
    online(&computer, &client).await;
    computer.until(async || pushed().len() >= before + 40).await;
    let took = pushed()[before + 39] - pushed()[before + 3];
    assert!(took.as_secs() >= 600, "{took:?}");
    computer.town.state().takes_nothing = false;
    computer.status(&client, |status| status.pending == 0).await;
    client.close().await;
}
