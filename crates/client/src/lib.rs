//! Préau without a window: the encrypted cache, the outbox, sync and the use cases that the window calls.
//!
//! [`Client`] is the application. A use case is a method of it, in the `commands.rs` of its capability; what it
//! answers is a view of `views.rs`, what can go wrong a [`error::Failure`]. Nothing here knows a window: what
//! happens by itself is told to a [`app::Listener`].

pub mod accounts;
pub mod app;
pub mod clock;
pub mod db;
pub mod disk;
pub mod error;
pub mod family;
pub mod hashed;
mod hex;
pub mod kiosk;
pub mod planning;
pub mod preferences;
pub mod profiles;
pub mod reservations;
pub mod sync;

pub use app::{Client, Environment, Listener, Notice, Topic};
pub use error::{Error, Failure, FailureCode};
