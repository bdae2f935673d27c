//! What a session's programs see: their own folders for everything they may write, and of the machine only what they need
//! to show a window and find a server.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Kept as they are.
const KEPT: [&str; 27] = [
    "ALL_PROXY",
    "AT_SPI_BUS_ADDRESS",
    "DISPLAY",
    "GDK_BACKEND",
    "GDK_DPI_SCALE",
    "GDK_SCALE",
    "HTTPS_PROXY",
    "HTTP_PROXY",
    "LANG",
    "LANGUAGE",
    "LOGNAME",
    "NO_AT_BRIDGE",
    "NO_PROXY",
    "PATH",
    "SSL_CERT_DIR",
    "SSL_CERT_FILE",
    "TZ",
    "USER",
    "XDG_CONFIG_DIRS",
    "XDG_CURRENT_DESKTOP",
    "XDG_DATA_DIRS",
    "XDG_SEAT",
    "XDG_SESSION_TYPE",
    "all_proxy",
    "http_proxy",
    "https_proxy",
    "no_proxy",
];
/// Kept with all that begin so: languages, cursors, drivers, the engine.
const KEPT_BEGINNINGS: [&str; 5] = ["LC_", "XCURSOR_", "LIBGL_", "MESA_", "WEBKIT_"];
/// With these somebody else drives the window and reads its page: for tests, which a released kiosk never is.
const DRIVING: [&str; 3] = ["TAURI_WEBVIEW_AUTOMATION", "WEBKIT_INSPECTOR_HTTP_SERVER", "WEBKIT_INSPECTOR_SERVER"];

/// Gives a command a session's environment.
pub fn confine(command: &mut Command, place: &Path) {
    command.env_clear();
    command.envs(std::env::vars_os().filter(|(name, _)| is_kept(name, cfg!(debug_assertions))));
    let inside = [
        ("HOME", "home"),
        ("XDG_CACHE_HOME", "home/.cache"),
        ("XDG_CONFIG_HOME", "home/.config"),
        ("XDG_DATA_HOME", "home/.local/share"),
        ("XDG_STATE_HOME", "home/.local/share"),
        ("XDG_RUNTIME_DIR", "runtime"),
        ("TMPDIR", "tmp"),
    ];
    command.envs(inside.map(|(name, folder)| (name, place.join(folder))));
    // No settings, mounts or portals of the desktop's own: their programs live on, and write elsewhere.
    command.env("GSETTINGS_BACKEND", "memory").env("GIO_USE_VFS", "local").env("GTK_USE_PORTAL", "0");
    let variable = |name: &str| std::env::var_os(name).filter(|value| !value.is_empty());
    command.envs(sockets(&variable));
}

fn is_kept(name: &OsStr, for_tests: bool) -> bool {
    let Some(name) = name.to_str() else { return false };
    if DRIVING.contains(&name) {
        return for_tests;
    }
    KEPT.contains(&name) || KEPT_BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
}

/// The ways to the screen and the bus, which are usually found by folders that a session does not have.
fn sockets(variable: &impl Fn(&str) -> Option<OsString>) -> Vec<(&'static str, OsString)> {
    let runtime = variable("XDG_RUNTIME_DIR").map(PathBuf::from);
    let mut found = Vec::new();
    if let Some(display) = variable("WAYLAND_DISPLAY") {
        // An absolute one stays as it is.
        found.push(("WAYLAND_DISPLAY", runtime.clone().unwrap_or_default().join(display).into_os_string()));
    }
    let bus = runtime.map(|runtime| runtime.join("bus")).filter(|bus| bus.exists());
    let bus = bus.map(|bus| [OsStr::new("unix:path="), bus.as_os_str()].into_iter().collect());
    found.extend(variable("DBUS_SESSION_BUS_ADDRESS").or(bus).map(|bus| ("DBUS_SESSION_BUS_ADDRESS", bus)));
    let cookies = variable("HOME").map(|home| PathBuf::from(home).join(".Xauthority")).filter(|file| file.exists());
    let cookies = variable("XAUTHORITY").or(cookies.map(PathBuf::into_os_string));
    found.extend(cookies.map(|cookies| ("XAUTHORITY", cookies)));
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_by_table() {
        for (name, kept) in [
            ("DISPLAY", true),
            ("LC_ALL", true),
            ("WEBKIT_DISABLE_COMPOSITING_MODE", true),
            ("HOME", false),
            ("XDG_CACHE_HOME", false),
            ("GTK_MODULES", false),
            ("PREAU_DATA_DIR", false),
            ("LD_PRELOAD", false),
            ("SESSION_MANAGER", false),
        ] {
            for for_tests in [false, true] {
                assert_eq!(is_kept(OsStr::new(name), for_tests), kept, "{name}");
            }
        }
    }

    #[test]
    fn nobody_drives_a_released_kiosk() {
        for name in DRIVING {
            assert!(is_kept(OsStr::new(name), true), "{name}");
            assert!(!is_kept(OsStr::new(name), false), "{name}");
        }
    }

    #[test]
    fn everything_writable_is_inside() {
        let mut command = Command::new("true");
        confine(&mut command, Path::new("/dev/shm/k/s"));
        for name in ["HOME", "TMPDIR", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME", "XDG_RUNTIME_DIR"] {
            let value = command.get_envs().find(|(known, _)| *known == name).and_then(|(_, value)| value);
            assert!(value.is_some_and(|value| Path::new(value).starts_with("/dev/shm/k/s")), "{name}");
        }
    }

    #[test]
    fn screen_and_bus_are_found_from_another_folder() {
        let runtime = tempfile::tempdir().expect("a folder");
        std::fs::write(runtime.path().join("bus"), "").expect("a file");
        let known = |name: &str| match name {
            "XDG_RUNTIME_DIR" => Some(runtime.path().as_os_str().to_owned()),
            "WAYLAND_DISPLAY" => Some("wayland-1".into()),
            _ => None,
        };
        let found = sockets(&known);
        let display = runtime.path().join("wayland-1").into_os_string();
        let bus = format!("unix:path={}/bus", runtime.path().display());
        assert_eq!(found, [("WAYLAND_DISPLAY", display), ("DBUS_SESSION_BUS_ADDRESS", bus.into())]);
        let absolute = |name: &str| (name == "WAYLAND_DISPLAY").then(|| "/run/w".into());
        assert_eq!(sockets(&absolute), [("WAYLAND_DISPLAY", "/run/w".into())]);
    }
}
