//! Days of children: the grid, step 2, receipts, the agenda.

use preau_client::reservations::views::{
    AgendaRankView, AgendaView, BookingLinesView, ChildRegistrationView, GiveUpDayRequest, GridView, ReceiptView,
    ReviewView, SavedFileView, TickRequest, TickedView, ValidatedView,
};
use preau_client::{Client, Failure};
use tauri::{AppHandle, State, WebviewWindow};

use crate::files;

/// Children, activities and periods.
#[tauri::command]
#[specta::specta]
pub async fn booking_lines(client: State<'_, Client>) -> Result<BookingLinesView, Failure> {
    client.booking_lines().await
}

/// The grid of a period.
#[tauri::command]
#[specta::specta]
pub async fn booking_grid(client: State<'_, Client>, period_id: String) -> Result<GridView, Failure> {
    client.booking_grid(&period_id).await
}

/// Something a person does to the grid.
#[tauri::command]
#[specta::specta]
pub async fn booking_tick(
    client: State<'_, Client>,
    period_id: String,
    request: TickRequest,
) -> Result<TickedView, Failure> {
    client.booking_tick(&period_id, &request).await
}

/// Ticks again what the town refused in a receipt.
#[tauri::command]
#[specta::specta]
pub async fn booking_tick_again(client: State<'_, Client>, receipt_id: String) -> Result<TickedView, Failure> {
    client.booking_tick_again(&receipt_id).await
}

/// Places left, asked of the town; nothing when it cannot be asked.
#[tauri::command]
#[specta::specta]
pub async fn booking_places(client: State<'_, Client>, period_id: String) -> Result<Option<GridView>, Failure> {
    client.booking_places(&period_id).await
}

/// Where a child who waits stands now, asked of the town; nothing when it cannot be asked.
#[tauri::command]
#[specta::specta]
pub async fn agenda_ranks(
    client: State<'_, Client>,
    child_id: String,
    activity_id: String,
) -> Result<Vec<AgendaRankView>, Failure> {
    client.agenda_ranks(&child_id, &activity_id).await
}

/// Step 2.
#[tauri::command]
#[specta::specta]
pub async fn booking_review(client: State<'_, Client>, period_id: String) -> Result<ReviewView, Failure> {
    client.booking_review(&period_id).await
}

/// *VALIDER*.
#[tauri::command]
#[specta::specta]
pub async fn booking_validate(client: State<'_, Client>, period_id: String) -> Result<ValidatedView, Failure> {
    client.booking_validate(&period_id).await
}

/// A day given up from the agenda.
#[tauri::command]
#[specta::specta]
pub async fn give_up_day(client: State<'_, Client>, request: GiveUpDayRequest) -> Result<ValidatedView, Failure> {
    client.give_up_day(&request).await
}

/// Receipts, the latest first.
#[tauri::command]
#[specta::specta]
pub async fn receipts(client: State<'_, Client>) -> Result<Vec<ReceiptView>, Failure> {
    client.receipts().await
}

/// One receipt.
#[tauri::command]
#[specta::specta]
pub async fn receipt(client: State<'_, Client>, id: String) -> Result<ReceiptView, Failure> {
    client.receipt(&id).await
}

/// A child's registrations.
#[tauri::command]
#[specta::specta]
pub async fn child_registrations(
    client: State<'_, Client>,
    child_id: String,
) -> Result<Vec<ChildRegistrationView>, Failure> {
    client.child_registrations(&child_id).await
}

/// A child's agenda of an activity.
#[tauri::command]
#[specta::specta]
pub async fn agenda(client: State<'_, Client>, child_id: String, activity_id: String) -> Result<AgendaView, Failure> {
    client.agenda(&child_id, &activity_id).await
}

/// The agenda as a calendar file, among the person's downloads.
#[tauri::command]
#[specta::specta]
pub async fn save_agenda(
    client: State<'_, Client>,
    app: AppHandle,
    child_id: String,
    activity_id: String,
) -> Result<SavedFileView, Failure> {
    let (name, text) = client.agenda_file(&child_id, &activity_id).await?;
    files::save(&app, &name, &text)
}

/// Prints the page, in the system's way.
#[tauri::command]
#[specta::specta]
pub async fn print_page(window: WebviewWindow) -> Result<(), Failure> {
    files::print(&window)
}
