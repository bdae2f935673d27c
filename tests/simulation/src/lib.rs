//! Clients and the server of Préau in one process, step by step, with faults drawn from a seed.
//!
//! A *seed* draws a few hundred steps: families change their details and give changes up, book
//! days of few places, computers sync, start again or
//! are signed out, agents decide, the town edits, is backed up and restored; requests are lost, answered in vain,
//! doubled or late; processes die at named places ([`preau_failpoints`]). Then everything is mended, and what must hold
//! is checked ([`checks`]). The same seed gives the same story: nothing here asks the system for time or chance.

pub mod checks;
mod clock;
mod computer;
mod days;
mod network;
pub mod run;
mod season;
mod stage;
mod story;
mod town;

pub use preau_failpoints::Mistake;
