//! Mail, SMS and links, on both engines: the queue against peers that fail, and the journeys that begin with a message.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

#[path = "../support/mod.rs"]
mod support;

mod co_holder;
mod email;
mod lost_code;
mod peers;
mod post;
mod queue;
mod security;
