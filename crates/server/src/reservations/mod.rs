//! Reservations: days of children, places, waiting lists, receipts.
//!
//! Tables: `reservation`, `reserved_unit`, `receipt`; the counters of `planning`. Invariants: a counter's `taken` is what
//! live reservations take of it, and none is given beyond its capacity without an override on record (I1); no child has
//! a unit of a day twice; nobody who waits and fits is left waiting (I8); streams show exactly what
//! [`projection`] makes of these tables.

pub mod agents;
mod attending;
mod board;
mod counters;
pub mod ops;
pub mod projection;
mod queues;
mod ranks;
mod routes;
mod seal;
mod seen;
mod store;
mod telling;
mod writing;

use std::sync::Arc;

use crate::planning::Currents;

pub use attending::{Attended, Marked, MarkedBefore, NotAttended, attend};
pub use ranks::Ranks;
pub use routes::router;
pub use seal::Seal;
pub use seen::Seen;

/// What decisions on days need besides the database.
#[derive(Debug, Clone)]
pub struct Deciding {
    /// What towns offer.
    pub currents: Arc<Currents>,
    /// What receipts are sealed with.
    pub seal: Seal,
}
