//! Notifications of the system. They may be read over a shoulder or on a locked screen: nothing personal in them.

use crate::commands::preferences;
use preau_client::family::sync::Decided;
use preau_client::preferences::views::Language;
use tauri::AppHandle;
use tauri_plugin_notification::NotificationExt;

/// The town decided on changes of details.
pub fn changes_decided(app: &AppHandle, decided: Decided) {
    let language = preferences::read(app).unwrap_or_default().language;
    let body = body(language, decided);
    let shown = app.notification().builder().title("Préau").body(body).show();
    if let Err(error) = shown {
        tracing::info!(%error, "the system shows no notification");
    }
}

fn body(language: Language, decided: Decided) -> &'static str {
    match (language, decided.accepted > 0, decided.refused > 0) {
        (Language::Fr, _, false) => "Vos coordonnées ont été mises à jour par la mairie.",
        (Language::Fr, false, true) => "La mairie n'a pas accepté une modification. Ouvrez Préau pour lire pourquoi.",
        (Language::Fr, true, true) => "La mairie a répondu à vos demandes de modification. Ouvrez Préau pour les lire.",
        (Language::En, _, false) => "The town hall has updated your details.",
        (Language::En, false, true) => "The town hall did not accept a change. Open Préau to read why.",
        (Language::En, true, true) => "The town hall has answered your requests. Open Préau to read the answers.",
    }
}
