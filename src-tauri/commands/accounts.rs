//! Signing in, personal codes, the spaces of this computer.

use crate::events::Invitation;
use preau_client::accounts::views::{
    AccountView, CodeCheckView, CommuneView, InvitationView, SessionView, SignInRequest, TownView,
};
use preau_client::{Client, Failure};
use tauri::State;

/// Where the application stands.
#[tauri::command]
#[specta::specta]
pub async fn session(client: State<'_, Client>) -> Result<SessionView, Failure> {
    client.session().await
}

/// Towns by name or postcode.
#[tauri::command]
#[specta::specta]
pub async fn find_towns(client: State<'_, Client>, text: String) -> Result<Vec<TownView>, Failure> {
    client.find_towns(&text).await
}

/// Reaches a town's server.
#[tauri::command]
#[specta::specta]
pub async fn connect_town(client: State<'_, Client>, slug: String) -> Result<CommuneView, Failure> {
    client.connect_town(&slug).await
}

/// Reads the text of a letter's QR code; contacts nobody.
#[tauri::command]
#[specta::specta]
pub async fn read_invitation(client: State<'_, Client>, text: String) -> Result<InvitationView, Failure> {
    client.read_invitation(&text).await
}

/// Reaches the server that a letter's QR code names.
#[tauri::command]
#[specta::specta]
pub async fn connect_invited(client: State<'_, Client>, text: String) -> Result<CommuneView, Failure> {
    client.connect_invited(&text).await
}

/// Signs in.
#[tauri::command]
#[specta::specta]
pub async fn sign_in(client: State<'_, Client>, request: SignInRequest) -> Result<SessionView, Failure> {
    client.sign_in(&request).await
}

/// Which rules of the personal code a text keeps.
#[tauri::command]
#[specta::specta]
pub async fn check_personal_code(client: State<'_, Client>, code: String) -> Result<CodeCheckView, Failure> {
    client.check_personal_code(&code).await
}

/// Chooses the personal code after a one-time code.
#[tauri::command]
#[specta::specta]
pub async fn set_personal_code(client: State<'_, Client>, code: String) -> Result<SessionView, Failure> {
    client.set_personal_code(&code).await
}

/// Ends the session with the server; the space stays, closed.
#[tauri::command]
#[specta::specta]
pub async fn sign_out(client: State<'_, Client>) -> Result<SessionView, Failure> {
    client.sign_out().await
}

/// Opens a space of this computer.
#[tauri::command]
#[specta::specta]
pub async fn open_profile(
    client: State<'_, Client>,
    id: String,
    passphrase: Option<String>,
) -> Result<SessionView, Failure> {
    client.open_profile(&id, passphrase.as_deref()).await
}

/// Closes the space.
#[tauri::command]
#[specta::specta]
pub async fn close_profile(client: State<'_, Client>) -> Result<SessionView, Failure> {
    client.close_profile().await
}

/// Deletes a space from this computer.
#[tauri::command]
#[specta::specta]
pub async fn forget_profile(client: State<'_, Client>, id: String) -> Result<SessionView, Failure> {
    client.forget_profile(&id).await
}

/// The account of the open space.
#[tauri::command]
#[specta::specta]
pub async fn account(client: State<'_, Client>) -> Result<AccountView, Failure> {
    client.account().await
}

/// Changes the identifiant.
#[tauri::command]
#[specta::specta]
pub async fn change_identifiant(
    client: State<'_, Client>,
    code: String,
    identifiant: String,
) -> Result<SessionView, Failure> {
    client.change_identifiant(&code, &identifiant).await
}

/// Changes the personal code.
#[tauri::command]
#[specta::specta]
pub async fn change_code(client: State<'_, Client>, current: String, next: String) -> Result<SessionView, Failure> {
    client.change_code(&current, &next).await
}

/// The text of the letter's link with which the application was opened, once.
#[tauri::command]
#[specta::specta]
pub async fn opened_invitation(invitation: State<'_, Invitation>) -> Result<Option<String>, Failure> {
    Ok(invitation.take())
}
