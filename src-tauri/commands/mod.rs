//! The bridge: each command hands over to the client and nothing else. Listed in the crate's root.

pub mod accounts;
pub mod family;
pub mod preferences;
pub mod sync;
