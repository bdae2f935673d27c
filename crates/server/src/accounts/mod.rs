//! Accounts: signing in, personal codes, sessions, devices, agents' second factor.
//!
//! Tables: `account`, `failed_sign_in`, `recovery_code`, `device`, `token`, `lost_code_request`. Invariants: one answer and exactly one
//! Argon2id verification for every failed sign-in, one answer and none for every one that has to wait; tokens and
//! one-time codes are kept only as hashes; hashing happens before a transaction, in a bounded pool, never inside; a
//! device that wants its first personal code opens nothing else.

pub mod adults;
pub mod agents;
pub mod caller;
pub mod choosing;
pub mod devices;
mod failures;
pub mod hashing;
pub mod keys;
pub mod letters;
pub mod lost_code;
pub mod one_time;
pub mod own_code;
pub mod refresh;
mod routes;
mod second_factor;
pub mod set_code;
pub mod set_identifiant;
pub mod sign_in;
mod store;
pub mod throttle;
pub mod tokens;

pub use routes::router;

use preau_protocol::ErrorCode;
use preau_protocol::error::FieldError;

use crate::error::Error;

fn invalid(code: ErrorCode, field: &str, rule: &str) -> Error {
    Error::Fields(code, vec![FieldError { field: field.to_owned(), rule: rule.to_owned() }])
}
