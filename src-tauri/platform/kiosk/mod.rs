//! What keeps a kiosk's sessions apart, as far as the system can: private memory, whole process trees, the clipboard, the
//! print queue. On Linux all of it; elsewhere the folder is an ordinary one and the guarantees are weaker
//! (docs/operations.md says which).

mod clipboard;
#[cfg(not(target_os = "linux"))]
mod elsewhere;
#[cfg(target_os = "linux")]
mod linux;
mod print_queue;

pub use clipboard::empty_clipboard;
#[cfg(not(target_os = "linux"))]
pub use elsewhere::{Root, confine, end_tree, end_with_parent, prepare};
#[cfg(target_os = "linux")]
pub use linux::{Root, confine, end_tree, end_with_parent, prepare};
pub use print_queue::empty_print_queue;

use std::io;
use std::path::Path;

/// Everything a program may think of writing to, inside a session's folder.
const FOLDERS: [&str; 7] = ["data", "tmp", "runtime", "home", "home/.cache", "home/.config", "home/.local/share"];

/// Makes the folders of a session, readable by this user only.
///
/// # Errors
/// When the disk refuses.
pub fn lay_out(place: &Path) -> io::Result<()> {
    for folder in FOLDERS {
        let mut builder = std::fs::DirBuilder::new();
        builder.recursive(true);
        #[cfg(unix)]
        std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
        builder.create(place.join(folder))?;
    }
    Ok(())
}
