//! Nobody pastes what somebody else copied.

#[cfg(target_os = "linux")]
use arboard::{Clear, ClearExtLinux, Clipboard, LinuxClipboardKind};

/// Empties the clipboard and what is merely selected. What a person copied usually goes with their processes; a program
/// that keeps the clipboard for others does not.
#[cfg(target_os = "linux")]
pub fn empty_clipboard() {
    let mut clipboard = match Clipboard::new() {
        Ok(clipboard) => clipboard,
        Err(error) => {
            tracing::warn!(%error, "the clipboard cannot be reached");
            return;
        }
    };
    for kind in [LinuxClipboardKind::Clipboard, LinuxClipboardKind::Primary, LinuxClipboardKind::Secondary] {
        if let Err(error) = Clear::clipboard(clipboard.clear_with(), kind) {
            // Not every compositor has all three.
            tracing::debug!(%error, "a clipboard was not emptied");
        }
    }
}

/// Elsewhere the operator's settings of the system must do it: docs/operations.md.
#[cfg(not(target_os = "linux"))]
pub fn empty_clipboard() {}
