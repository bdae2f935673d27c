//! Reading the server's streams into the cache, sending the outbox, and saying how far both are.
//!
//! Tables: `entity`, `staging`, `staging_drop`, `stream`, `position` ([`ledger`]), `outbox` ([`outbox`]).
//! Entry points: [`runner::Engine`], the use cases of [`commands`].
//!
//! Invariants: `entity` holds what the server said and nothing else; rows and cursor change in one transaction, when
//! everything was read; an operation is sent and sent again as the bytes first written until it is answered, in
//! order save for those that the server cannot take ([`queue`]); only an answer, or giving up one that was never sent, takes it out of what waits; what is decided by
//! time is decided on the monotonic clock.

pub mod api;
pub mod backoff;
pub mod commands;
pub mod counts;
pub mod events;
pub mod http;
pub mod ledger;
pub mod online;
pub mod outbox;
pub mod planner;
pub mod queue;
pub mod runner;
pub mod status;
pub mod told;
pub mod transport;
pub mod views;
pub mod watch;
