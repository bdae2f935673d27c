//! Reservations: days of children, places, waiting lists, receipts.
//!
//! Tables: `reservation`, `reserved_unit`, `receipt`; the counters of `planning`. Invariants: a counter's `taken` is what
//! live reservations take of it, and none is given beyond its capacity without an override on record (I1); no child has
//! a unit of a day twice; nobody who waits and fits is left waiting (I8); streams show exactly what
//! [`projection`] makes of these tables.

mod board;
mod counters;
pub mod ops;
pub mod projection;
mod queues;
mod routes;
mod store;
mod telling;
mod writing;

pub use counters::LastSeen;
pub use routes::router;
