//! What differs from one system to the next.

pub mod keychain;

/// What this computer is called in the account's list of devices: its system, not its name, which may be a person's.
pub fn device_label() -> String {
    let system = match std::env::consts::OS {
        "linux" => "Linux",
        "windows" => "Windows",
        "macos" => "macOS",
        other => other,
    };
    format!("Préau ({system})")
}
