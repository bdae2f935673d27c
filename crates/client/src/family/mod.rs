//! The family as its members see it, and *Modifier mes coordonnées*.
//!
//! Tables: none of its own; it reads the kinds `family`, `adult`, `child`, `contact`, `quotient` and
//! `detail_change` of the cache ([`store`]) and the operations `family.change_detail` of the outbox.
//! Entry points: [`commands`]. Invariants: a screen shows what the server said; what waits is laid over it
//! ([`overlay`]), never mixed in; an operation carries the value on record that its author saw.

pub mod commands;
mod form;
mod overlay;
mod present;
pub mod store;
pub mod sync;
pub mod views;

pub use overlay::Changes;
