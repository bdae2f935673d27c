//! Signing in again to the space of the window, and asking for a link when the code is lost.

use crate::computer::{Computer, INSTALLATION, passphrase};
use crate::damage::cache_of;
use crate::town::{Fault, ONE_TIME, PERSONAL};
use crate::town_account::{KARIMS, TAKEN};
use preau_client::accounts::views::{ChoosePinRequest, KeepRequest, LostCodeAskRequest, SessionView};
use preau_client::sync::transport::Request;
use preau_client::{Client, FailureCode};
use sqlx::Connection;
use std::time::Duration;

/// An open space whose session with the town ended.
async fn ended(computer: &Computer, keep: KeepRequest) -> Client {
    let client = computer.signed_in(keep).await;
    computer.town.state().known_tokens.clear();
    client.sync_now().await.expect("a status");
    computer.until(async || matches!(client.session().await, Ok(SessionView::Open { sign_in_again: true, .. }))).await;
    client
}

#[tokio::test(start_paused = true)]
async fn a_space_that_is_open_is_not_asked_for_its_passphrase() {
    for keep in [KeepRequest::Keychain, passphrase("châtaigne d'octobre"), KeepRequest::MemoryOnly] {
        let computer = Computer::new();
        let client = ended(&computer, keep).await;
        let session = client.sign_in_again(" Martel01", PERSONAL).await.expect("a session");
        assert!(matches!(session, SessionView::Open { sign_in_again: false, .. }), "{session:?}");
        computer.up_to_date(&client).await;
        assert_eq!(client.home().await.expect("home").first_name, "Claire");
        client.close().await;
    }
}

#[tokio::test(start_paused = true)]
async fn somebody_elses_code_leaves_the_space_and_no_computer_behind() {
    let computer = Computer::new();
    let client = ended(&computer, KeepRequest::Keychain).await;
    let other = client.sign_in_again(TAKEN, KARIMS).await.map_err(|failure| failure.code);
    assert_eq!(other.err(), Some(FailureCode::OtherAccount));
    assert_eq!(computer.town.bodies("/v1/auth/sign-out").len(), 1);
    assert!(computer.town.state().known_tokens.is_empty(), "that session is over");
    assert!(matches!(client.session().await.expect("a session"), SessionView::Open { sign_in_again: true, .. }));
    assert_eq!(client.home().await.expect("home").first_name, "Claire", "still Claire's");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn without_a_space_there_is_nothing_to_sign_in_to_again() {
    let computer = Computer::new();
    let client = computer.start();
    let refused = client.sign_in_again("martel01", PERSONAL).await.map_err(|failure| failure.code);
    assert_eq!(refused.err(), Some(FailureCode::SignInAgain));
    assert!(computer.town.bodies("/v1/auth/sign-in").is_empty(), "nobody's code is sent");
}

#[tokio::test(start_paused = true)]
async fn a_new_letter_leads_back_to_the_space_through_a_new_code() {
    for (keep, locked) in [(passphrase("châtaigne d'octobre"), false), (KeepRequest::MemoryOnly, true)] {
        let computer = Computer::new();
        let client = ended(&computer, keep).await;
        if locked {
            let pin = ChoosePinRequest { current: None, pin: "2846".into(), idle_minutes: 5 };
            computer.pass(Duration::ZERO);
            client.choose_pin(&pin).await.expect("a PIN");
            client.lock_now().await.expect("locked");
        }
        // The town gave a new letter.
        computer.town.state().code = None;
        let session = client.sign_in_again("martel01", ONE_TIME).await.expect("a session");
        assert!(matches!(session, SessionView::FirstCode { .. }), "{session:?}");
        let behind = client.home().await.map_err(|failure| failure.code);
        assert_eq!(behind.err(), Some(FailureCode::SignInAgain), "the space waits behind the choice");
        let session = client.set_personal_code("Nuage-2027").await.expect("a session");
        let SessionView::Open { sign_in_again: false, pin: None, .. } = session else { panic!("{session:?}") };
        computer.up_to_date(&client).await;
        assert_eq!(client.home().await.expect("home").first_name, "Claire");
        client.close().await;
    }
}

#[tokio::test(start_paused = true)]
async fn the_choice_of_a_code_can_be_left_and_the_space_stays_whole() {
    let computer = Computer::new();
    let client = ended(&computer, KeepRequest::Keychain).await;
    computer.town.state().code = None;
    client.sign_in_again("martel01", ONE_TIME).await.expect("a session");
    let SessionView::SignedOut { profiles, .. } = client.sign_out().await.expect("left") else { panic!("open") };
    let session = client.open_profile(&profiles[0].id, None).await.expect("nobody holds it any more");
    assert!(matches!(session, SessionView::Open { .. }));
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn an_identifiant_changed_elsewhere_is_the_one_of_this_space_too() {
    let computer = Computer::new();
    let client = ended(&computer, KeepRequest::Keychain).await;
    computer.town.state().identifiant = "claire.martel".to_owned();
    client.sign_in_again("claire.martel", PERSONAL).await.expect("a session");
    assert_eq!(client.account().await.expect("account").identifiant, "claire.martel");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_lost_code_is_told_to_the_town_and_answered_alike_for_all() {
    let computer = Computer::new();
    let client = computer.start();
    let ask = |identifiant: &str| LostCodeAskRequest {
        slug: "parempuyre".into(),
        invitation: None,
        identifiant: identifiant.into(),
    };
    for identifiant in [" Martel01 ", "personne"] {
        client.ask_lost_code(&ask(identifiant)).await.expect("asked");
    }
    let told = computer.town.bodies("/v1/auth/lost-code");
    assert_eq!(told[0]["identifiant"], "Martel01");
    assert_eq!(told[1]["identifiant"], "personne");
    assert_eq!(
        (&told[0]["commune"], &told[0]["installation"]),
        (&"parempuyre".into(), &INSTALLATION.to_string().into())
    );
    computer.town.fail("/v1/auth/lost-code", Fault::Status(429, "too_many_attempts", Some(60)));
    let throttled = client.ask_lost_code(&ask("martel01")).await.expect_err("throttled");
    assert_eq!((throttled.code, throttled.retry_after), (FailureCode::TooManyAttempts, Some(60)));
    let unknown = LostCodeAskRequest { slug: "atlantide".into(), ..ask("martel01") };
    let unknown = client.ask_lost_code(&unknown).await.map_err(|failure| failure.code);
    assert_eq!(unknown.err(), Some(FailureCode::UnknownTown));
}

/// Lets the cache of the only space keep no identifiant any more, or again.
async fn keeps_identifiants(computer: &Computer, keeps: bool) {
    let mut db = cache_of(computer).await;
    let refuse = "CREATE TRIGGER refuse BEFORE UPDATE OF identifiant ON account BEGIN SELECT RAISE(ABORT, 'full'); END";
    let said = sqlx::query(if keeps { "DROP TRIGGER refuse" } else { refuse }).execute(&mut db).await;
    said.expect("said");
    db.close().await.expect("closed");
}

/// A space with a PIN in whose cache nothing about a sign-in can be kept.
async fn that_cannot_keep(computer: &Computer) -> Client {
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.pass(Duration::ZERO);
    let pin = ChoosePinRequest { current: None, pin: "2846".into(), idle_minutes: 5 };
    client.choose_pin(&pin).await.expect("a PIN");
    client.close().await;
    keeps_identifiants(computer, false).await;
    let client = computer.start();
    client.open_alone().await;
    client
}

/// No computer is left behind, and the space holds no session that was ended.
fn only_the_sign_in_ended(computer: &Computer) {
    let state = computer.town.state();
    let mut ended = state.requests.iter().filter(|request| request.path == "/v1/auth/sign-out");
    let ended = ended.next().expect("the town was told").token.clone();
    let synced = |request: &&Request| request.path.starts_with("/v1/sync/") && request.token == ended;
    assert_eq!(state.requests.iter().filter(synced).count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_sign_in_that_cannot_be_kept_leaves_a_locked_space_locked() {
    let computer = Computer::new();
    let client = that_cannot_keep(&computer).await;
    let failed = client.sign_in_again("martel01", PERSONAL).await.map_err(|failure| failure.code);
    assert_eq!(failed.err(), Some(FailureCode::Internal));
    assert!(matches!(client.session().await.expect("a session"), SessionView::Locked { tries_left: 5, .. }));
    only_the_sign_in_ended(&computer);
    let session = client.unlock("2846").await.expect("its PIN still opens it");
    assert!(matches!(session, SessionView::Open { pin: Some(_), .. }), "{session:?}");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_new_code_that_cannot_be_kept_leaves_the_space_as_it_was_and_the_code_in_force() {
    let computer = Computer::new();
    let client = that_cannot_keep(&computer).await;
    client.unlock("2846").await.expect("open");
    // The town gave a new letter.
    computer.town.state().known_tokens.clear();
    computer.town.state().code = None;
    client.sign_in_again("martel01", ONE_TIME).await.expect("a session");
    let failed = client.set_personal_code("Nuage-2027").await.map_err(|failure| failure.code);
    assert_eq!(failed.err(), Some(FailureCode::Internal));
    client.sync_now().await.expect("a space");
    computer.until(async || matches!(client.session().await, Ok(SessionView::Open { sign_in_again: true, .. }))).await;
    only_the_sign_in_ended(&computer);
    assert_eq!(client.home().await.expect("home").first_name, "Claire");
    client.close().await;
    keeps_identifiants(&computer, true).await;
    client.open_alone().await;
    client.unlock("2846").await.expect("nobody holds the space any more");
    client.sign_in_again("martel01", "Nuage-2027").await.expect("the code chosen");
    computer.up_to_date(&client).await;
    client.close().await;
}
