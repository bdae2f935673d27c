//! The municipal server of Préau: the authority over accounts, rules and places.

pub mod accounts;
pub mod addresses;
pub mod admin;
mod ahead;
pub mod app;
pub mod audit;
pub mod backup;
pub mod body;
pub mod caller;
pub mod check;
pub mod cli;
pub mod clock;
pub mod communes;
pub mod config;
pub mod db;
pub mod error;
pub mod family;
pub mod http;
pub mod notices;
mod random;
pub mod sync;
pub mod tidying;
mod together;
pub mod token;
pub mod writer;
