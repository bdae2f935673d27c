//! The client against a town of its own making: what is read, what is sent, what is kept when things go wrong.
#![expect(clippy::expect_used, reason = "a test says what it expects")]

mod blocked;
mod changing_details;
mod closing;
mod computer;
mod credentials;
mod damage;
mod days;
mod encryption;
mod invitations;
mod kiosk;
mod locking;
mod my_account;
mod notices;
mod outbox;
mod reading;
mod restored;
mod signing_in;
mod signing_in_again;
mod town;
mod town_account;
mod town_operations;
mod upgrades;
mod way_there;
