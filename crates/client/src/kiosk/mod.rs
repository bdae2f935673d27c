//! A municipal machine used by many people in turn: its settings, and the rules its supervisor goes by.
//!
//! No tables: what is kept is one file of settings beside the data (`kiosk.json`: the commune and a hash of the exit
//! code, nothing personal). Entry points: [`commands`] for the agent who makes a kiosk of a machine; [`course`],
//! [`restarts`] and [`tries`] for the supervisor, which has the clock; [`line`] is what a session and its supervisor say
//! to each other.
//!
//! Invariants: the settings file makes the kiosk, and one that cannot be read still does; nothing of a person crosses
//! the line; in a kiosk a space is in memory only and an action is answered while one looks, or refused.

pub mod commands;
pub mod course;
pub mod line;
pub mod restarts;
pub mod settings;
pub mod tries;
pub mod views;
