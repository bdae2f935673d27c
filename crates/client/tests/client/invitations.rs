//! The letter's QR code, and links that only look like it: nothing is contacted before a person agreed to where.

use crate::computer::{Computer, sign_in};
use crate::town::PERSONAL;
use preau_client::accounts::views::{InvitationView, KeepRequest, LostCodeAskRequest, SessionView, SignInRequest};
use preau_client::{Client, FailureCode};

const TOWN: &str = "preau://connect?server=https%3A%2F%2Fpreau.parempuyre.example&town=parempuyre&identifiant=martel01";
const EVIL: &str = "preau://connect?server=https%3A%2F%2Fevil.example&town=parempuyre&identifiant=martel01";

/// A computer whose directory knows no town.
fn far_away() -> Computer {
    let mut computer = Computer::new();
    let directory = computer.dir.path().join("towns.json");
    std::fs::write(&directory, "[]").expect("a directory");
    computer.directory = Some(directory);
    computer
}

fn invited(invitation: &str) -> SignInRequest {
    SignInRequest { invitation: Some(invitation.into()), ..sign_in(PERSONAL, KeepRequest::Keychain) }
}

async fn unknown(client: &Client) -> Option<FailureCode> {
    client.connect_town("parempuyre").await.map_err(|failure| failure.code).err()
}

#[tokio::test(start_paused = true)]
async fn the_letter_of_a_listed_town_leads_to_the_directorys_server() {
    let computer = Computer::new();
    let client = computer.start();
    let identifiant = Some("martel01".to_owned());
    let read = client.read_invitation(TOWN).await.expect("an invitation");
    assert_eq!(read, InvitationView::Listed { slug: "parempuyre".into(), identifiant });
    assert!(computer.town.state().servers.is_empty(), "reading contacts nobody");
    client.connect_town("parempuyre").await.expect("the town");
    assert_eq!(computer.town.state().servers, ["https://preau.parempuyre.example"]);
}

#[tokio::test(start_paused = true)]
async fn a_link_of_a_listed_town_to_another_server_is_refused_and_contacts_nobody() {
    let computer = Computer::new();
    let client = computer.start();
    let read = client.read_invitation(EVIL).await.map_err(|failure| failure.code);
    assert_eq!(read.err(), Some(FailureCode::ForeignInvitation));
    let connected = client.connect_invited(EVIL).await.map_err(|failure| failure.code);
    assert_eq!(connected.err(), Some(FailureCode::ForeignInvitation));
    let signed_in = client.sign_in(&invited(EVIL)).await.map_err(|failure| failure.code);
    assert_eq!(signed_in.err(), Some(FailureCode::ForeignInvitation));
    assert!(computer.town.state().servers.is_empty());
    client.connect_town("parempuyre").await.expect("the directory is what it was");
    assert_eq!(computer.town.state().servers, ["https://preau.parempuyre.example"]);
}

#[tokio::test(start_paused = true)]
async fn an_unlisted_town_is_asked_for_by_its_host_and_remembered_by_its_space_only() {
    let computer = far_away();
    let client = computer.start();
    let read = client.read_invitation(TOWN).await.expect("an invitation");
    let identifiant = Some("martel01".to_owned());
    assert_eq!(read, InvitationView::Unlisted { host: "preau.parempuyre.example".into(), identifiant });
    assert!(computer.town.state().servers.is_empty(), "nobody agreed yet");
    assert_eq!(client.connect_invited(TOWN).await.expect("the town").name, "Parempuyre");
    assert_eq!(unknown(&client).await, Some(FailureCode::UnknownTown), "the directory learnt nothing");
    let session = client.sign_in(&invited(TOWN)).await.expect("a session");
    assert!(matches!(session, SessionView::Open { .. }));
    assert_eq!(unknown(&client).await, Some(FailureCode::UnknownTown));

    // The space keeps its own way, also after a restart and for signing in again.
    client.close().await;
    let client = computer.start();
    client.open_alone().await;
    client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.expect("the space's own server");
    client.close_profile().await.expect("closed");
    let closed = client.sign_in(&sign_in(PERSONAL, KeepRequest::Keychain)).await.map_err(|failure| failure.code);
    assert_eq!(closed.err(), Some(FailureCode::UnknownTown));
}

#[tokio::test(start_paused = true)]
async fn a_server_that_gives_itself_out_for_another_town_is_not_believed() {
    let computer = far_away();
    let client = computer.start();
    let elsewhere = TOWN.replace("town=parempuyre", "town=ailleurs");
    computer.town.state().poses_as = Some("ailleurs");
    let refused = client.connect_invited(&elsewhere).await.map_err(|failure| failure.code);
    assert_eq!(refused.err(), Some(FailureCode::NotPreau));
    let mixed = SignInRequest { slug: "parempuyre".into(), ..invited(&elsewhere) };
    let refused = client.sign_in(&mixed).await.map_err(|failure| failure.code);
    assert_eq!(refused.err(), Some(FailureCode::NotAnInvitation));
}

#[tokio::test(start_paused = true)]
async fn a_kiosk_is_of_one_town_whatever_a_link_says() {
    let computer = Computer { kiosk: true, ..far_away() };
    let client = computer.start();
    let lost =
        LostCodeAskRequest { slug: "parempuyre".into(), invitation: Some(TOWN.into()), identifiant: "martel01".into() };
    for (name, answer) in [
        ("read_invitation", client.read_invitation(TOWN).await.map(drop)),
        ("connect_invited", client.connect_invited(TOWN).await.map(drop)),
        ("sign_in", client.sign_in(&invited(TOWN)).await.map(drop)),
        ("ask_lost_code", client.ask_lost_code(&lost).await),
    ] {
        assert_eq!(answer.map_err(|failure| failure.code), Err(FailureCode::OtherTown), "{name}");
    }
    assert!(computer.town.state().servers.is_empty(), "nobody is contacted");

    // Its own town's letter says the same as its directory.
    let computer = Computer { kiosk: true, ..Computer::new() };
    computer.start().connect_invited(TOWN).await.expect("the kiosk's town");
}
