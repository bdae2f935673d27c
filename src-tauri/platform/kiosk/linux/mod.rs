//! Linux: a tmpfs for the session's folder, and every process that descends from it ended, whatever it did to get away.
//!
//! The supervisor is the *subreaper* of its descendants: an orphan of a session becomes the supervisor's child, so the tree
//! stays whole. A session asks the kernel to be killed with its supervisor. Processes that a dead supervisor left are known
//! by the folder that their environment names.

mod environment;
mod processes;
mod root;

pub use environment::confine;
pub use processes::{end_tree, end_with_parent, prepare};
pub use root::Root;
