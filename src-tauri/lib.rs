//! The shell: a window around [`preau_client::Client`]. Commands are thin, and listed once.
//!
//! Environment, for rehearsals and tests: `PREAU_DATA_DIR` replaces the folder of data, `PREAU_DIRECTORY` the
//! directory of towns, `PREAU_KEYCHAIN=none` does without the system's keychain.

mod closing;
mod commands;
mod events;
mod log;
mod notifications;
mod paths;
mod platform;
mod settings;
mod window;

use anyhow::Context;
use preau_client::clock::{SystemChance, SystemClock};
use preau_client::disk::SystemDisk;
use preau_client::sync::http::HttpConnector;
use preau_client::{Client, Environment};
use std::sync::Arc;
use tauri::{AppHandle, Manager, RunEvent, Wry};
use tauri_plugin_deep_link::DeepLinkExt;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

/// Everything the window can ask and hear.
fn bridge() -> Builder<Wry> {
    use commands::{accounts, family, preferences, sync, window};
    Builder::new()
        .error_handling(ErrorHandlingMode::Throw)
        // A view goes one way and a request the other: one shape each.
        .disable_serde_phases()
        .commands(collect_commands![
            accounts::session,
            accounts::find_towns,
            accounts::connect_town,
            accounts::read_invitation,
            accounts::connect_invited,
            accounts::opened_invitation,
            accounts::sign_in,
            accounts::check_personal_code,
            accounts::set_personal_code,
            accounts::sign_out,
            accounts::open_profile,
            accounts::close_profile,
            accounts::forget_profile,
            accounts::account,
            accounts::change_identifiant,
            accounts::change_code,
            family::home,
            family::person,
            family::details,
            family::preview_details,
            family::change_details,
            family::suggest_addresses,
            sync::sync_status,
            sync::sync_center,
            sync::sync_now,
            sync::give_up,
            sync::acknowledge_refusal,
            preferences::preferences,
            preferences::set_preferences,
            window::close_question_shown,
            window::close_window,
            window::set_notification_words,
        ])
        .events(collect_events![
            events::SessionChanged,
            events::DataChanged,
            events::SyncStatusChanged,
            events::InvitationOpened,
            events::CloseAsked,
        ])
}

/// Opens the window and stays until it is closed.
///
/// # Errors
/// When the system offers no window or no folder.
pub fn run() -> anyhow::Result<()> {
    let bridge = bridge();
    let data_override = paths::data_override();
    let app = tauri::Builder::default()
        // A second instance, which a link opens on Linux and Windows, hands its link over and ends.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| window::focus(app)))
        .plugin(window::state_plugin(data_override.as_deref()))
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_store::Builder::default().build())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
        .invoke_handler(bridge.invoke_handler())
        .on_window_event(|window, event| closing::on_window_event(window.app_handle(), event))
        .setup(move |app| {
            bridge.mount_events(app);
            Ok(set_up(app.handle())?)
        })
        .build(tauri::generate_context!())
        .context("opening the application")?;
    app.run(|app, event| {
        if let RunEvent::Exit = event {
            let client = app.state::<Client>().inner().clone();
            tauri::async_runtime::block_on(async move { client.close().await });
        }
    });
    Ok(())
}

fn set_up(app: &AppHandle) -> anyhow::Result<()> {
    let data_dir = paths::data_dir(app)?;
    log::start(&data_dir)?;
    app.manage(events::Invitation::default());
    app.manage(closing::QuestionShown::default());
    app.manage(notifications::Notifications::default());
    let client = Client::new(Environment {
        directory: Some(paths::directory(app)?),
        keys: platform::keychain::probe(),
        clock: Arc::new(SystemClock::new()),
        chance: Arc::new(SystemChance),
        disk: Arc::new(SystemDisk),
        connector: Arc::new(HttpConnector),
        listener: Arc::new(events::ToWindow::new(app.clone())),
        device_label: platform::device_label(),
        installation: settings::installation(app)?,
        data_dir,
        #[cfg(debug_assertions)]
        plain_cache_for_tests: std::env::var_os("PREAU_TEST_PLAIN_CACHE").is_some_and(|on| on == "1"),
    });
    app.manage(client.clone());
    if let Some(urls) = app.deep_link().get_current().context("reading the link of this start")? {
        events::open_links(app, urls.iter().map(tauri::Url::as_str));
    }
    let links = app.clone();
    app.deep_link().on_open_url(move |event| {
        let urls = event.urls();
        events::open_links(&links, urls.iter().map(tauri::Url::as_str));
    });
    tauri::async_runtime::block_on(client.open_alone());
    window::open(app)
}

#[cfg(test)]
mod tests {
    use specta_typescript::Typescript;

    /// Run with `PREAU_UPDATE_BINDINGS=1` after changing a command, an event or a view.
    #[test]
    fn bindings_are_the_ones_of_these_commands() {
        let kept = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("ui/src/bindings.ts");
        if std::env::var_os("PREAU_UPDATE_BINDINGS").is_some_and(|on| on == "1") {
            super::bridge().export(Typescript::default(), &kept).expect("bindings");
        }
        let dir = tempfile::tempdir().expect("a folder");
        let fresh = dir.path().join("bindings.ts");
        super::bridge().export(Typescript::default(), &fresh).expect("bindings");
        let read = |path| std::fs::read_to_string(path).expect("bindings");
        assert!(read(&kept) == read(&fresh), "stale: PREAU_UPDATE_BINDINGS=1 cargo test -p preau bindings");
    }
}
