//! The shell: a window around [`preau_client::Client`]. Commands are thin, and listed once.
//!
//! Environment, for rehearsals and tests: `PREAU_DATA_DIR` replaces the folder of data, `PREAU_DIRECTORY` the
//! directory of towns, `PREAU_KEYCHAIN=none` does without the system's keychain, `PREAU_EMPTY_PAGE=1` shows an empty page
//! instead of the interface, to measure what the window alone costs.

mod closing;
mod commands;
mod events;
mod files;
mod kiosk;
mod log;
mod notifications;
mod paths;
mod platform;
mod settings;
mod window;

use anyhow::Context;
use kiosk::{Kiosk, Role};
use preau_client::clock::{SystemChance, SystemClock};
use preau_client::disk::SystemDisk;
use preau_client::profiles::key::Keychain;
use preau_client::sync::http::HttpConnector;
use preau_client::{Client, Environment};
use std::sync::Arc;
use tauri::{AppHandle, Manager, RunEvent, Wry};
use tauri_plugin_deep_link::DeepLinkExt;
use tauri_specta::{Builder, ErrorHandlingMode, collect_commands, collect_events};

/// Everything the window can ask and hear.
fn bridge() -> Builder<Wry> {
    use commands::{accounts, family, kiosk, preferences, reservations, sync, window};
    Builder::new()
        .error_handling(ErrorHandlingMode::Throw)
        // A view goes one way and a request the other: one shape each.
        .disable_serde_phases()
        // Cents of a family: far below what a number of JavaScript holds exactly.
        .dangerously_cast_bigints_to_number()
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
            accounts::sign_in_again,
            accounts::ask_lost_code,
            accounts::choose_pin,
            accounts::set_idle_minutes,
            accounts::remove_pin,
            accounts::lock_now,
            accounts::unlock,
            accounts::note_use,
            accounts::devices,
            accounts::let_device_go,
            accounts::co_holder,
            accounts::invite_co_holder,
            accounts::remove_co_holder,
            accounts::security_notices,
            accounts::acknowledge_notice,
            family::home,
            family::person,
            family::details,
            family::preview_details,
            family::change_details,
            family::suggest_addresses,
            reservations::booking_lines,
            reservations::booking_grid,
            reservations::booking_tick,
            reservations::booking_tick_again,
            reservations::booking_places,
            reservations::booking_review,
            reservations::booking_validate,
            reservations::give_up_day,
            reservations::receipts,
            reservations::receipt,
            reservations::child_registrations,
            reservations::agenda,
            reservations::agenda_ranks,
            reservations::save_agenda,
            reservations::print_page,
            sync::sync_status,
            sync::sync_center,
            sync::sync_now,
            sync::give_up,
            sync::acknowledge_refusal,
            preferences::preferences,
            preferences::set_preferences,
            kiosk::kiosk,
            kiosk::kiosk_signal,
            kiosk::end_kiosk_session,
            kiosk::leave_kiosk,
            kiosk::start_kiosk,
            kiosk::restart,
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
            events::KioskCountdown,
        ])
}

/// Opens the window and stays until it is closed; on a kiosk, supervises its sessions.
///
/// # Errors
/// When the system offers no window or no folder.
pub fn run() -> anyhow::Result<()> {
    match Role::of_this_process()? {
        Role::Ordinary => open(of_a_computer(tauri::Builder::default()), Kiosk::default()),
        Role::Session(view) => open(tauri::Builder::default(), Kiosk::session(view)),
        Role::Supervisor(data_dir) => kiosk::supervise(&data_dir),
    }
}

/// What somebody's own computer offers and a kiosk does not: links, notifications, other programs.
fn of_a_computer(builder: tauri::Builder<Wry>) -> tauri::Builder<Wry> {
    builder
        // A second instance, which a link opens on Linux and Windows, hands its link over and ends.
        .plugin(tauri_plugin_single_instance::init(|app, _, _| window::focus(app)))
        .plugin(window::state_plugin(paths::data_override().as_deref()))
        .plugin(tauri_plugin_notification::init())
        .plugin(tauri_plugin_deep_link::init())
        .plugin(tauri_plugin_opener::Builder::new().open_js_links_on_click(false).build())
}

fn open(builder: tauri::Builder<Wry>, kiosk: Kiosk) -> anyhow::Result<()> {
    let bridge = bridge();
    let app = builder
        .plugin(tauri_plugin_store::Builder::default().build())
        .invoke_handler(bridge.invoke_handler())
        .on_window_event(|window, event| closing::on_window_event(window.app_handle(), event))
        .setup(move |app| {
            bridge.mount_events(app);
            Ok(set_up(app.handle(), kiosk)?)
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

fn set_up(app: &AppHandle, kiosk: Kiosk) -> anyhow::Result<()> {
    let data_dir = paths::data_dir()?;
    let is_kiosk = kiosk.view().is_some();
    match log::start(&data_dir) {
        // A session says what it has to say to its supervisor, which has a log.
        Err(error) if !is_kiosk => return Err(error),
        _ => {}
    }
    app.manage(kiosk);
    app.manage(events::Invitation::default());
    app.manage(closing::QuestionShown::default());
    app.manage(notifications::Notifications::default());
    let client = Client::new(Environment {
        directory: Some(paths::directory(app)?),
        keys: if is_kiosk { Keychain::from(None) } else { platform::keychain::asked() },
        clock: Arc::new(SystemClock::new()),
        chance: Arc::new(SystemChance),
        disk: Arc::new(SystemDisk),
        connector: Arc::new(HttpConnector),
        listener: Arc::new(events::ToWindow::new(app.clone())),
        device_label: platform::device_label(is_kiosk),
        installation: settings::installation(app)?,
        data_dir,
        kiosk: is_kiosk,
        #[cfg(debug_assertions)]
        plain_cache_for_tests: std::env::var_os("PREAU_TEST_PLAIN_CACHE").is_some_and(|on| on == "1"),
    });
    app.manage(client.clone());
    if is_kiosk {
        app.state::<Kiosk>().listen(app);
    } else {
        take_links(app)?;
        // Beside the window, which takes as long to come up: its first question waits for the answer.
        tauri::async_runtime::spawn(client.open_alone());
        tauri::async_runtime::spawn(async move { client.wait_for_keychain().await });
    }
    window::open(app)
}

/// Links of letters, of this start and later ones.
fn take_links(app: &AppHandle) -> anyhow::Result<()> {
    if let Some(urls) = app.deep_link().get_current().context("reading the link of this start")? {
        events::open_links(app, urls.iter().map(tauri::Url::as_str));
    }
    let links = app.clone();
    app.deep_link().on_open_url(move |event| {
        let urls = event.urls();
        events::open_links(&links, urls.iter().map(tauri::Url::as_str));
    });
    Ok(())
}

#[cfg(test)]
mod tests {
    use specta_typescript::Typescript;

    /// Run with `PREAU_UPDATE_BINDINGS=1` after changing a command, an event or a view.
    #[test]
    fn bindings_are_the_ones_of_these_commands() {
        let kept = std::path::PathBuf::from("ui/src/bindings.ts");
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
