//! The client against a town of its own making: what is read, what is sent, what is kept when things go wrong.
#![expect(clippy::expect_used, reason = "a test says what it expects")]

mod blocked;
mod changing_details;
mod closing;
mod computer;
mod credentials;
mod damage;
mod encryption;
mod invitations;
mod outbox;
mod reading;
mod signing_in;
mod town;
mod town_account;
mod town_operations;
mod way_there;
