//! Choices of the person at this computer: language, colours, text.
//!
//! Invariants: nothing secret and nothing personal; kept by the shell as plain settings, outside any profile.

pub mod views;
