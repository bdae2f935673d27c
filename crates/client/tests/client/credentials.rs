//! The identifiant and the personal code: changed by the person, with the code in use.

use crate::computer::{Computer, INSTALLATION, sign_in};
use crate::town::{Fault, ONE_TIME, PERSONAL};
use crate::town_account::TAKEN;
use preau_client::FailureCode;
use preau_client::accounts::views::{KeepRequest, SessionView, SignInRequest};

#[tokio::test(start_paused = true)]
async fn a_new_identifiant_is_kept_and_signs_in() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    client.change_identifiant(PERSONAL, " Claire.Martel@exemple.fr ").await.expect("changed");
    assert_eq!(client.account().await.expect("account").identifiant, "claire.martel@exemple.fr");
    let check = client.check_personal_code("claire.martel@exemple.fr").await.expect("a check");
    assert!(!check.without_identifiant, "the rules know the new one");
    client.close().await;
    let restarted = computer.start();
    restarted.open_alone().await;
    assert_eq!(restarted.account().await.expect("account").identifiant, "claire.martel@exemple.fr");
    restarted.close().await;
    let elsewhere = Computer { town: computer.town.clone(), ..Computer::new() };
    let client = elsewhere.start();
    let old = client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.map_err(|failure| failure.code);
    assert_eq!(old.err(), Some(FailureCode::SignInRefused));
    let new =
        SignInRequest { identifiant: "claire.martel@exemple.fr".into(), ..sign_in(PERSONAL, KeepRequest::Keychain) };
    client.sign_in(&new).await.expect("a session");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn each_refused_identifiant_says_why() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    for (code, identifiant, failure) in [
        ("Faux-2026", "claire.martel", FailureCode::WrongCode),
        (PERSONAL, "abc", FailureCode::IdentifiantRefused),
        (PERSONAL, "claire martel", FailureCode::IdentifiantRefused),
        (PERSONAL, "soleil", FailureCode::IdentifiantRefused),
        (PERSONAL, TAKEN, FailureCode::IdentifiantRefused),
    ] {
        let refused = client.change_identifiant(code, identifiant).await.map_err(|failure| failure.code);
        assert_eq!(refused.err(), Some(failure), "{identifiant}");
    }
    assert_eq!(client.account().await.expect("account").identifiant, "martel01");
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn a_wrong_current_code_is_called_so() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let changed = async |current, new| client.change_code(current, new).await.map_err(|failure| failure.code).err();
    assert_eq!(changed("Faux-2026", "Nuage-2027").await, Some(FailureCode::WrongCode));
    assert_eq!(changed(PERSONAL, "court").await, Some(FailureCode::CodeRefused));
    assert_eq!(changed(PERSONAL, "Nuage-2027").await, None);
    assert_eq!(computer.town.state().code.as_deref(), Some("Nuage-2027"));
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn after_a_lost_answer_the_same_code_or_another_one_both_lead_home() {
    for second in ["Nuage-2027", "Orage-2028"] {
        let computer = Computer::new();
        computer.town.state().code = None;
        let client = computer.start();
        client.sign_in(&sign_in(ONE_TIME, KeepRequest::Keychain)).await.expect("a session");
        computer.town.fail("/v1/account/code", Fault::Lost);
        let lost = client.set_personal_code("Nuage-2027").await;
        assert_eq!(lost.map_err(|f| f.code).err(), Some(FailureCode::Unreachable));
        let session = client.set_personal_code(second).await.expect("a session");
        assert!(matches!(session, SessionView::Open { .. }));
        assert_eq!(computer.town.state().code.as_deref(), Some(second), "the code chosen last is the code in force");
        client.close().await;
    }
}

#[tokio::test(start_paused = true)]
async fn a_code_in_force_by_another_way_is_signed_in_with() {
    let computer = Computer::new();
    computer.town.state().code = None;
    let client = computer.start();
    client.sign_in(&sign_in(ONE_TIME, KeepRequest::Keychain)).await.expect("a session");
    // Chosen meanwhile on another computer, with the same letter.
    computer.town.state().code = Some("Nuage-2027".to_owned());
    let other = client.set_personal_code("Orage-2028").await.map_err(|failure| failure.code);
    assert_eq!(other.err(), Some(FailureCode::SignInRefused), "never home with a code that is not the one in force");
    computer.town.state().known_tokens.clear();
    let session = client.set_personal_code("Nuage-2027").await.expect("a session");
    assert!(matches!(session, SessionView::Open { .. }));
    client.close().await;
}

#[tokio::test(start_paused = true)]
async fn every_sign_in_tells_the_installation() {
    let computer = Computer::new();
    let client = computer.signed_in(KeepRequest::Keychain).await;
    let told = computer.town.bodies("/v1/auth/sign-in");
    assert_eq!(told[0]["installation"], INSTALLATION.to_string());
    client.close().await;
}
