//! How the engine of the page draws.

use tauri::WebviewWindow;

/// Without the graphics card, on Linux: pages of words and forms gain nothing by it. Where the card's driver is software the
/// engine would first compile its shaders, and hold them (decision 25); with some other drivers its window stays white.
#[cfg(target_os = "linux")]
pub fn draw_by_itself(window: &WebviewWindow) -> tauri::Result<()> {
    use webkit2gtk::{HardwareAccelerationPolicy, SettingsExt, WebViewExt};
    window.with_webview(|webview| {
        if let Some(settings) = webview.inner().settings() {
            settings.set_hardware_acceleration_policy(HardwareAccelerationPolicy::Never);
        }
    })
}

/// Elsewhere the engine is the system's own, and decides by itself.
#[cfg(not(target_os = "linux"))]
pub fn draw_by_itself(_: &WebviewWindow) -> tauri::Result<()> {
    Ok(())
}
