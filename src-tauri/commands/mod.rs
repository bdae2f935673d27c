//! The bridge: each command hands over to the client and nothing else. Listed in the crate's root.
#![expect(clippy::let_underscore_must_use, reason = "what `tauri::command` expands to")]

pub mod accounts;
pub mod family;
pub mod kiosk;
pub mod preferences;
pub mod reservations;
pub mod sync;
pub mod window;
