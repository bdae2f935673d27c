//! A lost code: asked without a session, answered by mail with a single-use link, which chooses a new personal code.
//!
//! Tables: `lost_code_request`; reads `account`, `adult`. Invariants: known or not, an identifiant costs the same statements
//! and gets the same answer — the link is made afterwards, by [`treating`]; an account is written to three times an hour
//! at most, and what it asked is forgotten a day later; the link of a mail is used once, ends every session of the account, and calls off its other links.

mod asking;
mod choosing;
mod store;
pub mod treating;

pub use asking::ask;
pub use choosing::{choose, page};
