//! Suggestions of postal addresses from the national address base, asked through the server so that the base never
//! learns which desktop asks, and no desktop speaks to a host of its own choosing.
//!
//! No table. Invariants: nobody without a session asks, nor faster than people type; only the configured host is
//! called; what was typed is neither logged nor kept beyond a small cache in memory.

mod base;
mod pace;
mod routes;

pub use base::{AddressBase, AddressBaseOptions};
pub use routes::router;
