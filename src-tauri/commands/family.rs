//! The family, and *Modifier mes coordonnées*.

use preau_client::family::views::{
    AddressView, ChangeDetailsRequest, ChangeDetailsView, DetailsView, HomeView, PersonView,
};
use preau_client::{Client, Failure};
use tauri::State;

/// The home page.
#[tauri::command]
#[specta::specta]
pub async fn home(client: State<'_, Client>) -> Result<HomeView, Failure> {
    client.home().await
}

/// A person's page.
#[tauri::command]
#[specta::specta]
pub async fn person(client: State<'_, Client>, id: String) -> Result<PersonView, Failure> {
    client.person(&id).await
}

/// *Modifier mes coordonnées*.
#[tauri::command]
#[specta::specta]
pub async fn details(client: State<'_, Client>) -> Result<DetailsView, Failure> {
    client.details().await
}

/// What a form would change; keeps nothing.
#[tauri::command]
#[specta::specta]
pub async fn preview_details(
    client: State<'_, Client>,
    request: ChangeDetailsRequest,
) -> Result<ChangeDetailsView, Failure> {
    client.preview_details(&request).await
}

/// *VALIDER*: what a form changes enters the outbox.
#[tauri::command]
#[specta::specta]
pub async fn change_details(
    client: State<'_, Client>,
    request: ChangeDetailsRequest,
) -> Result<ChangeDetailsView, Failure> {
    client.change_details(&request).await
}

/// Suggestions of the national address base.
#[tauri::command]
#[specta::specta]
pub async fn suggest_addresses(client: State<'_, Client>, text: String) -> Result<Vec<AddressView>, Failure> {
    client.suggest_addresses(&text).await
}
