//! The rules of Préau, pure: no input or output, no clock, no randomness, no serialisation. Callers pass
//! `now`, ids and whatever was read; the same function predicts on the desktop and decides on the server.
//!
//! One module per capability, under the noun that every other layer uses too.

pub mod accounts;
pub mod attendance;
pub mod family;
pub mod ids;
pub mod planning;
pub mod registrations;
pub mod reservations;
