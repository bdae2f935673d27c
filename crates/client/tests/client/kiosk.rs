//! A kiosk: made by an agent, keeps nothing, and answers while one looks or refuses.

use crate::changing_details::move_to;
use crate::computer::{Computer, sign_in};
use crate::town::{FAMILY, Fault, PERSONAL};
use crate::town_account::SECOND_FACTOR;
use preau_client::accounts::views::{KeepRequest, ProtectionView, SessionView};
use preau_client::family::views::{ChangeDetailsView, DetailStateView, GiveUpView};
use preau_client::kiosk::settings;
use preau_client::kiosk::views::StartKioskRequest;
use preau_client::sync::views::PendingStateView;
use preau_client::{Client, FailureCode, hashed};
use std::time::Duration;

const EXIT: &str = "Sortie-33290";

/// Longer than anybody stands before a kiosk that does not answer.
const PATIENCE: Duration = Duration::from_secs(20);

fn kiosk() -> Computer {
    Computer { kiosk: true, ..Computer::new() }
}

/// At a kiosk, whose clock stands still: a paused runtime lets the patience of whoever stands there run out while the
/// cache is read.
async fn standing_at(computer: &Computer) -> Client {
    let client = computer.signed_in(KeepRequest::MemoryOnly).await;
    computer.pass(Duration::ZERO);
    client
}

/// *VALIDER*, and what it came to.
async fn moved(client: &Client) -> Result<DetailStateView, FailureCode> {
    match client.change_details(&move_to("2 rue des Ormes")).await {
        Ok(ChangeDetailsView::Changes { changes }) => Ok(changes[0].state.clone()),
        Ok(other) => panic!("{other:?}"),
        Err(failure) => Err(failure.code),
    }
}

/// The same, where so much time goes by after it was sent.
async fn moved_within(computer: &Computer, client: &Client, time: Duration) -> Result<DetailStateView, FailureCode> {
    let sent = async {
        computer.until(async || !computer.town.pushes().is_empty()).await;
        computer.pass(time);
    };
    tokio::join!(moved(client), sent).0
}

async fn nothing_waits(client: &Client) {
    let center = client.sync_center().await.expect("a centre");
    assert!(center.waiting.is_empty() && center.answered.is_empty(), "{center:?}");
    assert!(client.details().await.expect("details").waiting.is_empty());
    assert_eq!(client.lost_on_close().await, 0);
}

#[tokio::test(start_paused = true)]
async fn a_space_is_in_memory_whatever_is_asked() {
    let computer = kiosk();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let session = client.session().await.expect("a session");
    let SessionView::Open { profile, .. } = session else { panic!("{session:?}") };
    assert_eq!(profile.protection, ProtectionView::MemoryOnly);
    client.close().await;
    let left: Vec<_> = std::fs::read_dir(computer.dir.path()).expect("a folder").collect();
    assert!(left.is_empty(), "{left:?}");
}

#[tokio::test(start_paused = true)]
async fn an_action_is_answered_while_one_looks() {
    let computer = kiosk();
    let client = standing_at(&computer).await;
    assert_eq!(moved(&client).await, Ok(DetailStateView::Accepted));
    assert_eq!(computer.town.state().operations.len(), 1);
    client.close().await;
}

/// However often it is asked: a town that is busy once may be asked again, and answer, before anybody is told.
fn busy_while_one_stands_there(computer: &Computer, retry_after: Option<u32>) {
    for _ in 0..20 {
        computer.town.fail("/v1/sync/push", Fault::Status(503, "busy", retry_after));
    }
}

#[tokio::test(start_paused = true)]
async fn what_cannot_be_sent_is_refused_and_forgotten() {
    for (name, code) in [
        ("down", FailureCode::NotSent),
        ("busy", FailureCode::Busy),
        ("busy for a while", FailureCode::Busy),
        ("session ended", FailureCode::SignInAgain),
    ] {
        let computer = kiosk();
        let client = standing_at(&computer).await;
        match name {
            "down" => computer.town.state().down = true,
            "busy" => busy_while_one_stands_there(&computer, None),
            "busy for a while" => busy_while_one_stands_there(&computer, Some(45)),
            _ => computer.town.state().known_tokens.clear(),
        }
        assert_eq!(moved(&client).await, Err(code), "{name}");
        nothing_waits(&client).await;
        computer.town.state().down = false;
        computer.town.state().faults.clear();
        computer.pass(Duration::from_secs(60));
        if name != "session ended" {
            client.sync_now().await.expect("a status");
            computer.up_to_date(&client).await;
        }
        nothing_waits(&client).await;
        assert!(computer.town.state().operations.is_empty(), "{name}: nothing arrives later");
        client.close().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_lost_answer_is_asked_for_again() {
    let computer = kiosk();
    let client = standing_at(&computer).await;
    computer.town.fail("/v1/sync/push", Fault::Lost);
    assert_eq!(moved_within(&computer, &client, PATIENCE / 2).await, Ok(DetailStateView::Accepted));
    assert_eq!(computer.town.state().operations.len(), 1, "it counts once");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn what_was_sent_and_not_answered_says_so() {
    let computer = kiosk();
    let client = standing_at(&computer).await;
    computer.town.state().silent = true;
    let state = moved_within(&computer, &client, PATIENCE).await.expect("sent");
    let DetailStateView::ToSend { pending } = state else { panic!("{state:?}") };
    assert_eq!(pending.state, PendingStateView::Unanswered);
    assert_eq!(client.lost_on_close().await, 1, "and ending would lose its answer");
    computer.town.state().silent = false;
    client.sync_now().await.expect("a status");
    computer.until(async || client.details().await.is_ok_and(|details| details.waiting.is_empty())).await;
    assert_eq!(computer.town.state().operations.len(), 1);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn giving_up_is_answered_or_refused_too() {
    let computer = kiosk();
    computer.town.state().by_hand = true;
    let client = standing_at(&computer).await;
    assert_eq!(moved(&client).await, Ok(DetailStateView::AwaitsTown));
    computer.up_to_date(&client).await;
    let change = client.details().await.expect("details").waiting.remove(0);
    computer.town.state().down = true;
    let refused = client.give_up(&change.id).await.expect_err("no way there");
    assert_eq!(refused.code, FailureCode::NotSent);
    let still = client.details().await.expect("details").waiting.remove(0);
    assert_eq!((still.state, still.give_up), (DetailStateView::AwaitsTown, GiveUpView::Possible));
    computer.town.state().down = false;
    client.give_up(&change.id).await.expect("given up");
    computer.until(async || client.details().await.is_ok_and(|details| details.waiting.is_empty())).await;
    assert!(computer.town.state().version(FAMILY) > 0);
    client.close().await;
}

fn asked() -> StartKioskRequest {
    StartKioskRequest {
        slug: "parempuyre".into(),
        identifiant: "Martel01 ".into(),
        code: PERSONAL.into(),
        second_factor: format!(" {SECOND_FACTOR}"),
        exit_code: EXIT.into(),
    }
}

#[tokio::test(start_paused = true)]
async fn an_agent_makes_a_kiosk_and_nothing_of_them_stays() {
    let computer = Computer::new();
    computer.town.state().agent = true;
    computer.start().start_kiosk(&asked()).await.expect("a kiosk");
    let kept = settings::read(computer.dir.path()).expect("settings");
    assert_eq!((kept.commune.slug.as_str(), kept.commune.name.as_str()), ("parempuyre", "Parempuyre"));
    assert!(hashed::is_behind(EXIT, &kept.exit_code));
    let text = std::fs::read_to_string(computer.dir.path().join("kiosk.json")).expect("a file");
    for personal in ["artel01", PERSONAL, SECOND_FACTOR, EXIT, "access-", "refresh-"] {
        assert!(!text.contains(personal), "{text}");
    }
    let state = computer.town.state();
    assert!(state.known_tokens.is_empty(), "the agent is signed out");
    assert_eq!(state.requests.iter().filter(|request| request.path == "/v1/auth/sign-in").count(), 1);
}

#[tokio::test(start_paused = true)]
async fn who_may_not_makes_no_kiosk() {
    for (name, code) in [
        ("a family", FailureCode::AgentsOnly),
        ("a wrong second factor", FailureCode::SignInRefused),
        ("no second factor", FailureCode::SignInRefused),
        ("a wrong code", FailureCode::SignInRefused),
        ("a short exit code", FailureCode::ExitCodeRefused),
        ("an endless exit code", FailureCode::ExitCodeRefused),
        ("one's own code", FailureCode::ExitCodeRefused),
        ("one's own code, with a blank", FailureCode::ExitCodeRefused),
        ("another town", FailureCode::UnknownTown),
        ("no network", FailureCode::Unreachable),
        ("families' spaces", FailureCode::SpacesKept),
    ] {
        let computer = Computer::new();
        let mut request = asked();
        match name {
            "a wrong second factor" => request.second_factor = "000000".into(),
            "no second factor" => request.second_factor.clear(),
            "a wrong code" => request.code = "autre".into(),
            "a short exit code" => request.exit_code = "1234567".into(),
            "an endless exit code" => request.exit_code = "9".repeat(65),
            "one's own code" => request.exit_code = PERSONAL.into(),
            "one's own code, with a blank" => {
                request.exit_code = PERSONAL.into();
                request.code.push(' ');
            }
            "another town" => request.slug = "ys".into(),
            "no network" => computer.town.state().down = true,
            "families' spaces" => {
                let client = computer.start();
                client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.expect("a space");
                client.close().await;
            }
            _ => {}
        }
        computer.town.state().agent = name != "a family";
        let refused = computer.start().start_kiosk(&request).await.expect_err(name);
        assert_eq!(refused.code, code, "{name}");
        assert!(!settings::is_kiosk(computer.dir.path()), "{name}");
    }
}
