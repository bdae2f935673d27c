//! Days of children: decided together, written at once, shown to whom they concern.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod agents;
mod asking;
mod attendance;
mod place;
mod town;
