//! Who gets in, what is kept, and what each wrong thing is answered.

use crate::computer::{Computer, passphrase, sign_in};
use crate::town::{Fault, ONE_TIME, PERSONAL};
use preau_client::accounts::views::{KeepRequest, ProtectionView, SessionView};
use preau_client::profiles::key::{KeyStore, Keychain};
use preau_client::{FailureCode, Notice};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

#[tokio::test(start_paused = true)]
async fn a_one_time_code_leads_to_a_personal_code_and_then_home() {
    let computer = Computer::new();
    computer.town.state().code = None;
    let client = computer.start();
    let session = client.sign_in(&sign_in(ONE_TIME, KeepRequest::Keychain)).await.expect("a session");
    assert!(matches!(session, SessionView::FirstCode { ref identifiant, .. } if identifiant == "martel01"));
    assert_eq!(client.home().await.map_err(|f| f.code), Err(FailureCode::SignInAgain));
    let check = client.check_personal_code("martel01").await.expect("a check");
    assert!(check.long_enough && !check.varied_enough && !check.without_identifiant);
    let refused = client.set_personal_code("court").await;
    assert_eq!(refused.map_err(|f| f.code).err(), Some(FailureCode::CodeRefused));
    let session = client.set_personal_code("Nuage-2027").await.expect("a session");
    let SessionView::Open { profile, commune, others, sign_in_again, pin: None } = session else { panic!("not open") };
    assert_eq!((profile.protection, commune.contact.phone.as_str()), (ProtectionView::Keychain, "05 56 95 56 12"));
    assert!(others.is_empty() && !sign_in_again);
    computer.up_to_date(&client).await;
    assert_eq!(client.home().await.expect("home").first_name, "Claire");
    assert_eq!(client.account().await.expect("account").identifiant, "martel01");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn what_goes_wrong_has_its_code() {
    let computer = Computer::new();
    let client = computer.start();
    let keychain = || KeepRequest::Keychain;
    for (name, path, fault, code, retry_after) in [
        ("no network", "/v1/server", Fault::Unreachable, FailureCode::Unreachable, None),
        ("a portal", "/v1/server", Fault::Status(404, "not_found", None), FailureCode::NotPreau, None),
        ("full", "/v1/auth/sign-in", Fault::Status(503, "busy", Some(7)), FailureCode::Busy, Some(7)),
        (
            "throttled",
            "/v1/auth/sign-in",
            Fault::Status(429, "too_many_attempts", Some(60)),
            FailureCode::TooManyAttempts,
            Some(60),
        ),
        ("broken", "/v1/auth/sign-in", Fault::Status(500, "internal", None), FailureCode::ServerFault, None),
    ] {
        computer.town.fail(path, fault);
        let failure = client.sign_in(&sign_in(PERSONAL, keychain())).await.expect_err(name);
        assert_eq!((failure.code, failure.retry_after), (code, retry_after), "{name}");
    }
    let failed = async |request| client.sign_in(&request).await.map_err(|f| f.code).err();
    assert_eq!(failed(sign_in("wrong", keychain())).await, Some(FailureCode::SignInRefused));
    let mut elsewhere = sign_in(PERSONAL, keychain());
    elsewhere.slug = "atlantide".into();
    assert_eq!(failed(elsewhere).await, Some(FailureCode::UnknownTown));
    assert_eq!(failed(sign_in(PERSONAL, passphrase("court"))).await, Some(FailureCode::PassphraseTooShort));
    let insecure = client.read_invitation("preau://connect?server=http%3A%2F%2Fa.example&town=parempuyre").await;
    assert_eq!(insecure.map_err(|f| f.code).err(), Some(FailureCode::NotHttps));
    assert!(!computer.dir.path().join("profiles").exists(), "nothing is written for a sign-in that failed");
}

#[tokio::test(start_paused = true)]
async fn everything_is_readable_offline_after_a_restart() {
    let computer = Computer::new();
    let first = computer.signed_in(KeepRequest::Keychain).await;
    let (home, details) = (first.home().await.expect("home"), first.details().await.expect("details"));
    first.close().await;
    computer.town.state().down = true;
    let second = computer.start();
    second.open_alone().await;
    assert!(matches!(second.session().await.expect("session"), SessionView::Open { ref profile, .. }
        if profile.person_name.as_deref() == Some("Claire Martel")));
    assert_eq!(second.home().await.expect("home"), home);
    assert_eq!(second.details().await.expect("details"), details);
    for person in home.adults.iter().chain(&home.children).chain(&home.contacts) {
        second.person(&person.id).await.expect("a person");
    }
    second.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_passphrase_opens_and_a_wrong_one_does_not() {
    let computer = Computer::new();
    let client = computer.signed_in(passphrase("châtaigne d'octobre")).await;
    client.close_profile().await.expect("closed");
    client.open_alone().await;
    let SessionView::SignedOut { profiles, .. } = client.session().await.expect("session") else { panic!("open") };
    assert_eq!((profiles.len(), profiles[0].protection), (1, ProtectionView::Passphrase));
    assert_eq!(profiles[0].person_name, None, "locked: no name");
    let open = async |passphrase| client.open_profile(&profiles[0].id, passphrase).await.map_err(|f| f.code);
    assert_eq!(open(None).await.err(), Some(FailureCode::WrongPassphrase));
    assert_eq!(open(Some("châtaigne de mai")).await.err(), Some(FailureCode::WrongPassphrase));
    open(Some("châtaigne d'octobre")).await.expect("open");
    assert_eq!(client.home().await.expect("home").first_name, "Claire");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_space_in_memory_leaves_nothing() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::MemoryOnly).await;
    assert_eq!(client.home().await.expect("home").children[0].age, Some(8));
    assert_eq!(std::fs::read_dir(computer.dir.path()).expect("a folder").count(), 0);
    let session = client.close_profile().await.expect("closed");
    assert!(matches!(session, SessionView::SignedOut { ref profiles, .. } if profiles.is_empty()));
    assert_eq!(std::fs::read_dir(computer.dir.path()).expect("a folder").count(), 0);
}

/// A keychain that answers when it is told to.
fn slow_keychain() -> (oneshot::Sender<Option<Arc<dyn KeyStore>>>, Keychain) {
    let (answer, asked) = oneshot::channel();
    (answer, Keychain::once_known(async move { asked.await.unwrap_or_default() }))
}

#[tokio::test(start_paused = true)]
async fn a_keychain_that_does_not_answer_is_waited_for_only_by_what_is_kept_there() {
    let computer = Computer::new();
    for keep in [KeepRequest::MemoryOnly, passphrase("châtaigne d'octobre")] {
        let (_silent, keychain) = slow_keychain();
        let client = computer.start_with(keychain);
        client.open_alone().await;
        let session = tokio::time::timeout(Duration::from_secs(60), client.session()).await;
        let session = session.expect("an answer before the keychain's").expect("a session");
        assert!(matches!(session, SessionView::SignedOut { keychain_available: true, .. }), "{session:?}");
        let session = client.sign_in(&sign_in(PERSONAL, keep)).await.expect("a session");
        assert!(matches!(session, SessionView::Open { .. }), "{session:?}");
        client.close().await;
    }
    let (answer, keychain) = slow_keychain();
    let client = computer.start_with(keychain);
    let request = sign_in(PERSONAL, KeepRequest::Keychain);
    let signed_in = client.sign_in(&request);
    tokio::pin!(signed_in);
    let waited = tokio::time::timeout(Duration::from_secs(60), &mut signed_in).await;
    assert!(waited.is_err(), "{waited:?}");
    answer.send(Some(computer.keys.clone())).ok().expect("somebody waits");
    let session = signed_in.await.expect("a session");
    assert!(matches!(session, SessionView::Open { .. }), "{session:?}");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_keychain_that_turns_out_not_to_be_there_is_told() {
    let computer = Computer::new();
    let (answer, keychain) = slow_keychain();
    let client = computer.start_with(keychain);
    let told = || computer.heard.notices.lock().expect("notices").contains(&Notice::SessionChanged);
    let offered = async || match client.session().await.expect("session") {
        SessionView::SignedOut { keychain_available, .. } => keychain_available,
        other => panic!("{other:?}"),
    };
    assert!(offered().await && !told());
    let says_no = async { answer.send(None).ok().expect("somebody waits") };
    tokio::join!(biased; client.wait_for_keychain(), says_no);
    assert!(told() && !offered().await);
    let refused = client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await;
    assert_eq!(refused.map_err(|f| f.code).err(), Some(FailureCode::Keychain));
    computer.heard.notices.lock().expect("notices").clear();
    client.wait_for_keychain().await;
    assert!(!told(), "whoever asks later is told at once");
}

#[tokio::test(start_paused = true)]
async fn two_instances_do_not_open_one_space() {
    let computer = Computer::new();
    let first = computer.signed_in(KeepRequest::Keychain).await;
    let second = computer.start();
    second.open_alone().await;
    let SessionView::SignedOut { profiles, .. } = second.session().await.expect("session") else { panic!("open") };
    let refused = second.open_profile(&profiles[0].id, None).await;
    assert_eq!(refused.map_err(|f| f.code).err(), Some(FailureCode::AlreadyOpen));
    let refused = second.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await;
    assert_eq!(refused.map_err(|f| f.code).err(), Some(FailureCode::AlreadyOpen));
    first.close().await;
    second.open_profile(&profiles[0].id, None).await.expect("free now");
    second.close().await;
}

#[tokio::test(start_paused = true)]
async fn signing_out_ends_the_session_and_keeps_the_space_closed() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let session = client.sign_out().await.expect("signed out");
    assert!(matches!(session, SessionView::SignedOut { ref profiles, .. } if profiles.len() == 1));
    assert!(computer.town.state().known_tokens.is_empty());
    let again = computer.start();
    again.open_alone().await;
    let SessionView::SignedOut { profiles, .. } = again.session().await.expect("session") else { panic!("open") };
    let opened = again.open_profile(&profiles[0].id, None).await.expect("open");
    assert!(matches!(opened, SessionView::Open { sign_in_again: true, .. }));
    let forgotten = again.forget_profile(&profiles[0].id).await.expect("forgotten");
    assert!(matches!(forgotten, SessionView::SignedOut { ref profiles, .. } if profiles.is_empty()));
    assert_eq!(std::fs::read_dir(computer.dir.path().join("profiles")).expect("profiles").count(), 0);
}

#[tokio::test(start_paused = true)]
async fn a_session_that_ended_takes_nothing_away() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    computer.town.state().known_tokens.clear();
    client.sync_now().await.expect("a status");
    computer.until(async || matches!(client.session().await, Ok(SessionView::Open { sign_in_again: true, .. }))).await;
    assert_eq!(client.home().await.expect("home").first_name, "Claire");
    let session = client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.expect("a session");
    assert!(matches!(session, SessionView::Open { sign_in_again: false, .. }));
    computer.up_to_date(&client).await;
    client.close().await;
}
