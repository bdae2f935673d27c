//! Notices: mail and SMS, single-use links, and what a family is told about the security of its accounts.
//!
//! Tables: `outgoing_message`, `link`, `security_notice`; reads `adult` for where to write. Invariants: a message is
//! written in the transaction of what it tells, and its words are made when it is sent; one sender at a time has it,
//! whatever the number of processes; it keeps its id at every try, so that whoever carries it can tell a second copy;
//! a link's token is in no table, only its hash; looking at a link changes nothing, using it happens once; a family's
//! stream shows exactly its notices of security.

mod accent;
pub mod content;
pub mod links;
pub mod operator;
pub mod ops;
mod outbox;
pub mod pages;
mod schedule;
pub mod security;
pub mod sender;
mod store;
pub mod templates;
pub mod tidying;
pub mod transports;

pub use content::Content;
pub use outbox::{Recipient, enqueue, tell_adults};
