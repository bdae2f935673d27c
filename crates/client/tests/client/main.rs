//! The client against a town of its own making: what is read, what is sent, what is kept when things go wrong.
#![expect(clippy::expect_used, reason = "a test says what it expects")]

mod changing_details;
mod computer;
mod damage;
mod encryption;
mod outbox;
mod reading;
mod signing_in;
mod town;
mod way_there;
