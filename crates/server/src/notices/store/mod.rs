//! The SQL of notices: messages, links, and what families are told of their accounts.

pub(super) mod links;
pub(super) mod messages;
pub(super) mod security;
