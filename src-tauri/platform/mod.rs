//! What differs from one system to the next.

pub mod engine;
pub mod keychain;
pub mod kiosk;

/// What this computer is called in the account's list of devices: its system, not its name, which may be a person's.
pub fn device_label(kiosk: bool) -> String {
    let system = match std::env::consts::OS {
        "linux" => "Linux",
        "windows" => "Windows",
        "macos" => "macOS",
        other => other,
    };
    let place = if kiosk { "Préau, borne de la mairie" } else { "Préau" };
    format!("{place} ({system})")
}
