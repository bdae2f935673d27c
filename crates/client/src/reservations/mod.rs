//! Days of children: the booking grid, step 2, receipts, the agenda.
//!
//! Tables: `draft_days` (what is ticked and not sent), `places_seen`, `told_deadline`; the kinds `registration`, `reservation`
//! and `receipt` of the cache, and the operations `reservations.change_days` of the outbox. Entry points: [`commands`],
//! [`reminders`]. Invariants: an offline day is never shown as booked; what waits is laid over what the town said by the rules
//! that it applies ([`knowledge`]); nothing is sent at a price that nobody saw; a deadline is told once.

mod agenda;
mod calendar_file;
pub mod commands;
mod draft;
mod grid;
mod knowledge;
mod present;
mod ranks;
mod receipts;
pub mod reminders;
mod review;
mod store;
mod ticking;
pub mod views;
