//! What the town offers, as its stream tells it.
//!
//! Tables: none of its own; entities of the commune's stream. Invariant: what cannot be understood (of a newer server) is
//! not offered, and hides nothing else.

mod store;

pub use store::{Offers, period_names, read};
