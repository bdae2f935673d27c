//! The window.

use crate::kiosk::Kiosk;
use crate::paths;
use crate::platform::engine;
use anyhow::Context;
use std::path::Path;
use tauri::plugin::TauriPlugin;
use tauri::webview::NewWindowResponse;
use tauri::{AppHandle, LogicalPosition, LogicalSize, Manager, WebviewUrl, WebviewWindowBuilder, Wry};
use tauri_plugin_window_state::StateFlags;

const LABEL: &str = "main";

/// Remembers where the window was, in the folder of data when the environment gives one.
pub fn state_plugin(data_dir: Option<&Path>) -> TauriPlugin<Wry> {
    let flags = StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED;
    let builder = tauri_plugin_window_state::Builder::default().with_state_flags(flags);
    match data_dir.map(|dir| dir.join("window.json")) {
        Some(file) => builder.with_filename(file.to_string_lossy()).build(),
        None => builder.build(),
    }
}

/// Opens it. The engine is in its private mode and keeps nothing of a person on disk, except under automation, which
/// that mode refuses; what it writes is in a folder of its own among the data.
pub fn open(app: &AppHandle) -> anyhow::Result<()> {
    let page = if paths::is_set("PREAU_EMPTY_PAGE") { "empty.html" } else { "index.html" };
    let builder = WebviewWindowBuilder::new(app, LABEL, WebviewUrl::App(page.into()))
        .title("Préau")
        .inner_size(1280.0, 800.0)
        .min_inner_size(320.0, 480.0)
        .on_new_window(|_, _| NewWindowResponse::Deny)
        .on_navigation(|url| url.scheme() == "tauri" || url.host_str() == Some("tauri.localhost"))
        .on_document_title_changed(|window, title| {
            if let Err(error) = window.set_title(&title) {
                tracing::debug!(%error, "the title did not change");
            }
        });
    let automated = std::env::var_os("TAURI_WEBVIEW_AUTOMATION").is_some_and(|on| on == "true");
    let builder = builder.data_directory(paths::data_dir()?.join("webview")).incognito(!automated);
    let builder = if app.state::<Kiosk>().view().is_some() { shut(app, builder) } else { builder };
    let window = builder.build().context("opening the window")?;
    engine::draw_by_itself(&window).context("setting the engine up")?;
    Ok(())
}

/// A window over the whole screen, which offers nothing but its page.
fn shut<'a>(
    app: &AppHandle,
    builder: WebviewWindowBuilder<'a, Wry, AppHandle>,
) -> WebviewWindowBuilder<'a, Wry, AppHandle> {
    // Where nothing manages windows, nobody grants a full screen: then the size is asked for.
    let builder = match app.primary_monitor() {
        Ok(Some(monitor)) => {
            let (size, place) = (monitor.size().to_logical(monitor.scale_factor()), monitor.position());
            let place: LogicalPosition<f64> = place.to_logical(monitor.scale_factor());
            let LogicalSize::<f64> { width, height } = size;
            builder.inner_size(width, height).position(place.x, place.y)
        }
        Ok(None) | Err(_) => builder,
    };
    builder
        .fullscreen(true)
        .decorations(false)
        .closable(false)
        .minimizable(false)
        .maximizable(false)
        .always_on_top(true)
        .skip_taskbar(true)
        .zoom_hotkeys_enabled(false)
        .devtools(false)
        .on_download(|_, _| false)
        .initialization_script(include_str!("kiosk/lock.js"))
}

/// Closes it, without asking.
pub fn close(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    if let Err(error) = window.destroy() {
        tracing::warn!(%error, "the window did not close");
    }
}

/// Brings the window forward.
pub fn focus(app: &AppHandle) {
    let Some(window) = app.get_webview_window(LABEL) else { return };
    for done in [window.unminimize(), window.show(), window.set_focus()] {
        if let Err(error) = done {
            tracing::debug!(%error, "the window did not come forward");
        }
    }
}
