//! Signing in, personal codes, the spaces of this computer.

use crate::events::Invitation;
use preau_client::accounts::views::{
    AccountView, ChoosePinRequest, CoHolderView, CodeCheckView, CommuneView, DeviceView, InvitationView,
    InviteCoHolderForm, LostCodeAskRequest, SecurityNoticeView, SessionView, SignInRequest, TownView,
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

/// Signs in again to the space of this window; a locked one opens by it.
#[tauri::command]
#[specta::specta]
pub async fn sign_in_again(
    client: State<'_, Client>,
    identifiant: String,
    code: String,
) -> Result<SessionView, Failure> {
    client.sign_in_again(&identifiant, &code).await
}

/// *Code secret oublié*: asks the town for a link.
#[tauri::command]
#[specta::specta]
pub async fn ask_lost_code(client: State<'_, Client>, request: LostCodeAskRequest) -> Result<(), Failure> {
    client.ask_lost_code(&request).await
}

/// Chooses the PIN of the open space on this computer.
#[tauri::command]
#[specta::specta]
pub async fn choose_pin(client: State<'_, Client>, request: ChoosePinRequest) -> Result<SessionView, Failure> {
    client.choose_pin(&request).await
}

/// Changes how long the space may be left alone.
#[tauri::command]
#[specta::specta]
pub async fn set_idle_minutes(client: State<'_, Client>, idle_minutes: u32) -> Result<SessionView, Failure> {
    client.set_idle_minutes(idle_minutes).await
}

/// Does without a PIN from now on.
#[tauri::command]
#[specta::specta]
pub async fn remove_pin(client: State<'_, Client>, current: String) -> Result<SessionView, Failure> {
    client.remove_pin(&current).await
}

/// *Verrouiller maintenant*.
#[tauri::command]
#[specta::specta]
pub async fn lock_now(client: State<'_, Client>) -> Result<SessionView, Failure> {
    client.lock_now().await
}

/// Opens the locked space by its PIN.
#[tauri::command]
#[specta::specta]
pub async fn unlock(client: State<'_, Client>, pin: String) -> Result<SessionView, Failure> {
    client.unlock(&pin).await
}

/// Somebody uses the window.
#[tauri::command]
#[specta::specta]
pub async fn note_use(client: State<'_, Client>) -> Result<(), Failure> {
    client.note_use().await;
    Ok(())
}

/// The computers of the account.
#[tauri::command]
#[specta::specta]
pub async fn devices(client: State<'_, Client>) -> Result<Vec<DeviceView>, Failure> {
    client.devices().await
}

/// Signs a computer out.
#[tauri::command]
#[specta::specta]
pub async fn let_device_go(client: State<'_, Client>, id: String) -> Result<Vec<DeviceView>, Failure> {
    client.let_device_go(&id).await
}

/// The second adult of the family.
#[tauri::command]
#[specta::specta]
pub async fn co_holder(client: State<'_, Client>) -> Result<CoHolderView, Failure> {
    client.co_holder().await
}

/// Invites the second adult of the family.
#[tauri::command]
#[specta::specta]
pub async fn invite_co_holder(client: State<'_, Client>, form: InviteCoHolderForm) -> Result<CoHolderView, Failure> {
    client.invite_co_holder(&form).await
}

/// Removes the co-holder, or calls the invitation off.
#[tauri::command]
#[specta::specta]
pub async fn remove_co_holder(client: State<'_, Client>, code: String) -> Result<CoHolderView, Failure> {
    client.remove_co_holder(&code).await
}

/// What happened to the accounts of the family.
#[tauri::command]
#[specta::specta]
pub async fn security_notices(client: State<'_, Client>) -> Result<Vec<SecurityNoticeView>, Failure> {
    client.security_notices().await
}

/// *J'ai lu*.
#[tauri::command]
#[specta::specta]
pub async fn acknowledge_notice(client: State<'_, Client>, id: String) -> Result<Vec<SecurityNoticeView>, Failure> {
    client.acknowledge_notice(&id).await
}
