//! The PIN of a space on a shared computer: what it keeps out, what goes on behind it, and the ways back in.

use crate::changing_details::move_to;
use crate::computer::{Computer, passphrase, sign_in};
use crate::damage::last_page_of_entities;
use crate::town::{Fault, PERSONAL};
use crate::town_account::{KARIMS, TAKEN};
use preau_client::accounts::views::{
    ChoosePinRequest, InviteCoHolderForm, KeepRequest, LostCodeAskRequest, PinView, ProtectionView, SessionView,
};
use preau_client::kiosk::views::StartKioskRequest;
use preau_client::{Client, Failure, FailureCode};
use std::time::Duration;

const PIN: &str = "2846";

fn pin(current: Option<&str>, pin: &str, idle_minutes: u32) -> ChoosePinRequest {
    ChoosePinRequest { current: current.map(str::to_owned), pin: pin.to_owned(), idle_minutes }
}

const MINUTE: Duration = Duration::from_secs(60);

async fn with_pin(computer: &Computer, keep: KeepRequest) -> Client {
    let client = computer.signed_in(keep).await;
    computer.pass(Duration::ZERO);
    client.choose_pin(&pin(None, PIN, 5)).await.expect("a PIN");
    client
}

async fn locked(computer: &Computer, keep: KeepRequest) -> Client {
    let client = with_pin(computer, keep).await;
    let session = client.lock_now().await.expect("a session");
    assert_eq!(tries_left(&session), Some(5));
    client
}

fn tries_left(session: &SessionView) -> Option<u32> {
    if let SessionView::Locked { tries_left, .. } = session { Some(*tries_left) } else { None }
}

fn is_open(session: &SessionView) -> bool {
    matches!(session, SessionView::Open { .. })
}

async fn is_locked(client: &Client) -> bool {
    tries_left(&client.session().await.expect("a session")).is_some()
}

fn code<T>(answer: Result<T, Failure>) -> Option<FailureCode> {
    answer.err().map(|failure| failure.code)
}

#[tokio::test(start_paused = true)]
async fn a_pin_is_chosen_by_its_rule_and_changed_by_itself() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.pass(Duration::ZERO);
    let session = client.lock_now().await.expect("a session");
    assert!(matches!(session, SessionView::Open { pin: None, .. }), "nothing to lock with");
    for refused in [pin(None, "284", 5), pin(None, "1234", 5), pin(None, "28a6", 5), pin(None, PIN, 7)] {
        assert_eq!(code(client.choose_pin(&refused).await), Some(FailureCode::PinRefused), "{refused:?}");
    }
    let session = client.choose_pin(&pin(None, PIN, 5)).await.expect("a PIN");
    assert!(matches!(session, SessionView::Open { pin: Some(PinView { idle_minutes: 5 }), .. }));
    assert_eq!(code(client.choose_pin(&pin(None, "7319", 1)).await), Some(FailureCode::WrongPin));
    let session = client.set_idle_minutes(30).await.expect("a session");
    assert!(matches!(session, SessionView::Open { pin: Some(PinView { idle_minutes: 30 }), .. }));
    client.choose_pin(&pin(Some(PIN), "7319", 1)).await.expect("another PIN");
    assert_eq!(code(client.remove_pin(PIN).await), Some(FailureCode::WrongPin));
    let session = client.remove_pin("7319").await.expect("none");
    assert!(matches!(session, SessionView::Open { pin: None, .. }));
    client.close().await;
}

/// Every question that the window can ask, one line each.
async fn everything_asked(client: &Client) -> Vec<(&'static str, Option<FailureCode>)> {
    let link = "preau://connect?server=https%3A%2F%2Fa.example&town=parempuyre";
    let invite = InviteCoHolderForm {
        code: PERSONAL.into(),
        first_name: "Karim".into(),
        last_name: "Daoud".into(),
        email: "karim@exemple.fr".into(),
    };
    let kiosk = StartKioskRequest {
        slug: "parempuyre".into(),
        identifiant: "agent.guichet".into(),
        code: PERSONAL.into(),
        second_factor: "492817".into(),
        exit_code: "Sortie-33290".into(),
    };
    let id = client.session().await.map(|session| match session {
        SessionView::Locked { profile, .. } | SessionView::Open { profile, .. } => profile.id,
        _ => String::new(),
    });
    let id = id.expect("a session");
    let nobody = "00000000-0000-0000-0000-000000000001";
    vec![
        ("home", code(client.home().await)),
        ("person", code(client.person(nobody).await)),
        ("details", code(client.details().await)),
        ("preview_details", code(client.preview_details(&move_to("2 rue des Ormes")).await)),
        ("change_details", code(client.change_details(&move_to("2 rue des Ormes")).await)),
        ("suggest_addresses", code(client.suggest_addresses("2 rue").await)),
        ("sync_status", code(client.sync_status().await)),
        ("sync_center", code(client.sync_center().await)),
        ("sync_now", code(client.sync_now().await)),
        ("give_up", code(client.give_up(nobody).await)),
        ("acknowledge_refusal", code(client.acknowledge_refusal(nobody).await)),
        ("account", code(client.account().await)),
        ("change_identifiant", code(client.change_identifiant(PERSONAL, "claire.martel").await)),
        ("change_code", code(client.change_code(PERSONAL, "Nuage-2027").await)),
        ("check_personal_code", code(client.check_personal_code("Nuage-2027").await)),
        ("choose_pin", code(client.choose_pin(&pin(Some(PIN), "7319", 5)).await)),
        ("set_idle_minutes", code(client.set_idle_minutes(30).await)),
        ("remove_pin", code(client.remove_pin(PIN).await)),
        ("lock_now", code(client.lock_now().await)),
        ("devices", code(client.devices().await)),
        ("let_device_go", code(client.let_device_go(nobody).await)),
        ("co_holder", code(client.co_holder().await)),
        ("invite_co_holder", code(client.invite_co_holder(&invite).await)),
        ("remove_co_holder", code(client.remove_co_holder(PERSONAL).await)),
        ("security_notices", code(client.security_notices().await)),
        ("acknowledge_notice", code(client.acknowledge_notice(nobody).await)),
        ("find_towns", code(client.find_towns("parem").await)),
        ("connect_town", code(client.connect_town("parempuyre").await)),
        ("read_invitation", code(client.read_invitation(link).await)),
        ("connect_invited", code(client.connect_invited(link).await)),
        ("sign_in", code(client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await)),
        ("open_profile", code(client.open_profile(&id, None).await)),
        ("forget_profile", code(client.forget_profile(&id).await)),
        ("sign_out", code(client.sign_out().await)),
        ("start_kiosk", code(client.start_kiosk(&kiosk).await)),
    ]
}

#[tokio::test(start_paused = true)]
async fn a_locked_space_refuses_everything_but_unlocking_and_leaving() {
    let computer = Computer::new();
    let client = locked(&computer, KeepRequest::Keychain).await;
    for (name, answer) in everything_asked(&client).await {
        assert_eq!(answer, Some(FailureCode::Locked), "{name}");
    }
    assert_eq!(code(client.set_personal_code("Nuage-2027").await), Some(FailureCode::SignInAgain));
    assert!(is_locked(&client).await, "whatever was asked");
    assert_eq!(computer.town.state().code.as_deref(), Some(PERSONAL));
    // What helps somebody who cannot get in is answered, and tells nothing.
    let lost = LostCodeAskRequest { slug: "parempuyre".into(), invitation: None, identifiant: "martel01".into() };
    client.ask_lost_code(&lost).await.expect("asked");
    let session = client.unlock(PIN).await.expect("a session");
    assert!(is_open(&session));
    assert_eq!(client.home().await.expect("home").first_name, "Claire");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn it_locks_when_nobody_is_there_and_not_before() {
    let computer = Computer::new();
    let client = with_pin(&computer, KeepRequest::Keychain).await;
    // Long enough for whoever watches to have looked many times.
    let looked = || tokio::time::sleep(MINUTE);
    for _ in 0..3 {
        computer.pass(MINUTE * 5 - Duration::from_secs(1));
        looked().await;
        client.note_use().await;
    }
    assert!(!is_locked(&client).await, "somebody was there all the time");
    computer.pass(MINUTE * 5);
    computer.until(async || is_locked(&client).await).await;
    // Nobody uses a window that is locked: it does not open by itself, and time goes on for nobody.
    client.note_use().await;
    looked().await;
    assert!(is_locked(&client).await);
    computer.pass(MINUTE * 60);
    client.unlock(PIN).await.expect("open");
    looked().await;
    assert!(!is_locked(&client).await, "it counts from the unlocking");
    client.set_idle_minutes(1).await.expect("a minute");
    computer.pass(MINUTE);
    computer.until(async || is_locked(&client).await).await;
    client.unlock(PIN).await.expect("open");
    client.remove_pin(PIN).await.expect("none");
    computer.pass(MINUTE * 120);
    looked().await;
    assert!(!is_locked(&client).await, "without a PIN it stays open");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_hand_on_a_computer_that_wakes_does_not_keep_the_space_open() {
    let computer = Computer::new();
    let client = with_pin(&computer, KeepRequest::Keychain).await;
    // An hour passes, and nobody had the time to look before somebody moves the mouse.
    computer.pass(MINUTE * 60);
    client.note_use().await;
    assert!(is_locked(&client).await);
    client.unlock(PIN).await.expect("open");
    client.note_use().await;
    assert!(!is_locked(&client).await, "it counts from the unlocking");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn what_waits_leaves_while_it_is_locked() {
    let computer = Computer::new();
    let client = with_pin(&computer, KeepRequest::Keychain).await;
    computer.town.state().down = true;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    let session = client.lock_now().await.expect("a session");
    assert!(matches!(session, SessionView::Locked { pending: 1, .. }), "{session:?}");
    computer.town.state().down = false;
    computer.pass(MINUTE * 10);
    computer.until(async || computer.town.state().operations.len() == 1).await;
    computer.until(async || matches!(client.session().await, Ok(SessionView::Locked { pending: 0, .. }))).await;
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_space_that_nobody_was_asked_anything_for_opens_locked() {
    let computer = Computer::new();
    with_pin(&computer, KeepRequest::Keychain).await.close().await;
    let client = computer.start();
    client.open_alone().await;
    let SessionView::Locked { profile, commune, tries_left, .. } = client.session().await.expect("a session") else {
        panic!("not locked")
    };
    assert_eq!((profile.protection, commune.name.as_str(), tries_left), (ProtectionView::Keychain, "Parempuyre", 5));
    assert_eq!(code(client.home().await), Some(FailureCode::Locked));
    let SessionView::SignedOut { profiles, .. } = client.close_profile().await.expect("left") else { panic!("open") };
    let session = client.open_profile(&profiles[0].id, None).await.expect("there");
    assert_eq!(tries_left_of(&session), 5);
    client.unlock(PIN).await.expect("open");
    client.close().await;
}

fn tries_left_of(session: &SessionView) -> u32 {
    tries_left(session).expect("locked")
}

#[tokio::test(start_paused = true)]
async fn a_passphrase_is_stronger_than_a_pin() {
    let computer = Computer::new();
    let client = locked(&computer, passphrase("châtaigne d'octobre")).await;
    for _ in 0..4 {
        assert_eq!(code(client.unlock("0000").await), Some(FailureCode::WrongPin));
    }
    let SessionView::SignedOut { profiles, .. } = client.close_profile().await.expect("left") else { panic!("open") };
    let session = client.open_profile(&profiles[0].id, Some("châtaigne d'octobre")).await.expect("open");
    assert!(is_open(&session));
    let session = client.lock_now().await.expect("a session");
    assert_eq!(tries_left_of(&session), 5, "all tries are there again");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn five_wrong_pins_leave_only_the_code_and_lose_nothing() {
    for keep in [KeepRequest::Keychain, KeepRequest::MemoryOnly] {
        let computer = Computer::new();
        let client = with_pin(&computer, keep.clone()).await;
        computer.town.state().down = true;
        client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
        client.lock_now().await.expect("a session");
        for left in (1..5).rev() {
            assert_eq!(code(client.unlock("7391").await), Some(FailureCode::WrongPin));
            assert_eq!(tries_left_of(&client.session().await.expect("a session")), left);
        }
        assert_eq!(code(client.unlock("7391").await), Some(FailureCode::PinSpent));
        assert_eq!(code(client.unlock(PIN).await), Some(FailureCode::PinSpent), "not even the right one");
        assert_eq!(tries_left_of(&client.session().await.expect("a session")), 0);
        assert_eq!(code(client.sign_in_again("martel01", PERSONAL).await), Some(FailureCode::Unreachable));

        computer.town.state().down = false;
        assert_eq!(code(client.sign_in_again("martel01", "faux").await), Some(FailureCode::SignInRefused));
        assert_eq!(code(client.sign_in_again(TAKEN, KARIMS).await), Some(FailureCode::OtherAccount));
        assert!(is_locked(&client).await, "somebody else's code opens nothing");
        let session = client.sign_in_again("martel01", PERSONAL).await.expect("a session");
        assert!(matches!(session, SessionView::Open { pin: None, .. }), "the PIN is forgotten: {session:?}");
        computer.until(async || computer.town.state().operations.len() == 1).await;
        client.close().await;
    }
}

#[tokio::test(start_paused = true)]
async fn ending_the_application_gives_no_try_back() {
    let computer = Computer::new();
    let client = locked(&computer, KeepRequest::Keychain).await;
    for wrong in 1..=5 {
        client.unlock("7391").await.expect_err("wrong");
        client.close().await;
        let again = computer.start();
        again.open_alone().await;
        assert_eq!(tries_left_of(&again.session().await.expect("a session")), 5 - wrong);
        again.close().await;
        client.open_alone().await;
    }
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_right_pin_gives_all_tries_back() {
    let computer = Computer::new();
    let client = locked(&computer, KeepRequest::Keychain).await;
    for _ in 0..4 {
        client.unlock("7391").await.expect_err("wrong");
    }
    client.unlock(PIN).await.expect("open");
    let session = client.lock_now().await.expect("a session");
    assert_eq!(tries_left_of(&session), 5);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_window_left_open_is_no_way_around_the_tries() {
    let computer = Computer::new();
    let client = with_pin(&computer, KeepRequest::Keychain).await;
    for _ in 0..4 {
        assert_eq!(code(client.remove_pin("7391").await), Some(FailureCode::WrongPin));
    }
    assert_eq!(code(client.remove_pin("7391").await), Some(FailureCode::PinSpent));
    assert!(is_locked(&client).await, "it locks");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn signing_in_anew_forgets_a_pin_that_is_spent_and_keeps_another() {
    for (wrong, kept) in [(3, true), (5, false)] {
        let computer = Computer::new();
        let client = locked(&computer, KeepRequest::Keychain).await;
        for _ in 0..wrong {
            client.unlock("7391").await.expect_err("wrong");
        }
        client.close_profile().await.expect("left");
        let session = client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.expect("a session");
        let SessionView::Open { pin, .. } = session else { panic!("not open") };
        assert_eq!(pin.is_some(), kept);
        client.close().await;
    }
}

#[tokio::test(start_paused = true)]
async fn damage_is_no_way_around_a_pin() {
    let computer = Computer::new();
    with_pin(&computer, KeepRequest::Keychain).await.close().await;
    let file = computer.profile().join("cache.db");
    let id = computer.profile().file_name().and_then(|name| name.to_str()).expect("an id").to_owned();
    let mut bytes = std::fs::read(&file).expect("a file");
    bytes[last_page_of_entities(&computer, &id).await * 4096 + 100] ^= 0xff;
    std::fs::write(&file, bytes).expect("spoilt");
    let client = computer.start();
    assert_eq!(code(client.open_profile(&id, None).await), Some(FailureCode::CacheDamaged));
    let session = client.open_profile(&id, None).await.expect("there");
    assert_eq!(tries_left_of(&session), 5);
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_locked_space_in_memory_counts_what_closing_would_lose() {
    let computer = Computer::new();
    let client = with_pin(&computer, KeepRequest::MemoryOnly).await;
    computer.town.fail("/v1/sync/push", Fault::Unreachable);
    computer.town.state().down = true;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    client.lock_now().await.expect("a session");
    assert!(client.may_lose_on_close());
    assert_eq!(client.lost_on_close().await, 1);
    client.close().await;
}

/// A locked space in which a request waits.
async fn waiting_behind_its_pin(computer: &Computer, keep: KeepRequest) -> Client {
    let client = with_pin(computer, keep).await;
    computer.town.state().down = true;
    client.change_details(&move_to("2 rue des Ormes")).await.expect("kept");
    client.lock_now().await.expect("a session");
    client
}

async fn left(client: &Client) -> String {
    let SessionView::SignedOut { profiles, .. } = client.close_profile().await.expect("left") else { panic!("open") };
    profiles[0].id.clone()
}

#[tokio::test(start_paused = true)]
async fn what_waits_behind_a_pin_is_not_removed_without_it() {
    let computer = Computer::new();
    let client = waiting_behind_its_pin(&computer, KeepRequest::Keychain).await;
    let id = left(&client).await;
    assert_eq!(code(client.forget_profile(&id).await), Some(FailureCode::RequestsWait));
    let other = computer.start();
    assert_eq!(code(other.forget_profile(&id).await), Some(FailureCode::RequestsWait), "nor by another window");
    client.open_profile(&id, None).await.expect("still there");
    client.unlock(PIN).await.expect("open");
    assert_eq!(client.sync_status().await.expect("a status").pending, 1);
    client.forget_profile(&id).await.expect("its owner may");
    assert!(std::fs::read_dir(computer.dir.path().join("profiles")).expect("profiles").next().is_none());
}

#[tokio::test(start_paused = true)]
async fn damage_is_no_way_to_remove_what_waits_behind_a_pin() {
    let computer = Computer::new();
    let client = waiting_behind_its_pin(&computer, KeepRequest::Keychain).await;
    let id = left(&client).await;
    let file = computer.profile().join("cache.db");
    let mut bytes = std::fs::read(&file).expect("a file");
    bytes[last_page_of_entities(&computer, &id).await * 4096 + 100] ^= 0xff;
    std::fs::write(&file, bytes).expect("spoilt");
    assert_eq!(code(client.forget_profile(&id).await), Some(FailureCode::RequestsWait));
}

#[tokio::test(start_paused = true)]
async fn a_locked_space_in_which_nothing_waits_is_removed_by_anybody() {
    let computer = Computer::new();
    let client = locked(&computer, KeepRequest::Keychain).await;
    let id = left(&client).await;
    client.forget_profile(&id).await.expect("removed");
    assert!(std::fs::read_dir(computer.dir.path().join("profiles")).expect("profiles").next().is_none());
}

#[tokio::test(start_paused = true)]
async fn a_locked_space_in_memory_is_not_left_while_that_loses_something() {
    let computer = Computer::new();
    let client = waiting_behind_its_pin(&computer, KeepRequest::MemoryOnly).await;
    assert_eq!(code(client.close_profile().await), Some(FailureCode::RequestsWait));
    assert!(is_locked(&client).await);
    computer.town.state().down = false;
    computer.pass(MINUTE * 10);
    computer.until(async || client.lost_on_close().await == 0).await;
    client.close_profile().await.expect("it arrived");
}
