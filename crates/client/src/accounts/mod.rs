//! Signing in, personal codes, and the spaces of this computer.
//!
//! Tables: `account` (`store.rs`). Entry points: [`commands`]. Invariants: codes are never kept; tokens live in the
//! encrypted cache and in memory, never in the window; a session that ends takes nothing away from what is
//! readable or waits.

mod account;
pub mod commands;
mod invitation;
mod opening;
mod present;
mod salvage;
pub mod session;
pub mod store;
pub mod towns;
pub mod views;

pub use account::{Account, TokenPair};

use crate::app::Space;
use crate::sync::api::Api;
use preau_protocol::accounts::SessionDto;
use preau_protocol::communes::CommuneDto;
use std::sync::Arc;
use views::KeepRequest;
use zeroize::Zeroizing;

/// Where the application stands.
pub(crate) enum AccountState {
    /// Nobody is in.
    SignedOut,
    /// The one-time code was right, a personal code is still to be chosen.
    FirstCode(Box<FirstCode>),
    /// A space is open.
    Open(Arc<Space>),
}

/// A sign-in with a one-time code, in memory only.
pub(crate) struct FirstCode {
    entry: Entry,
    code: Zeroizing<String>,
    /// Personal codes that were sent and never answered: one of them may be in force.
    tried: Vec<Zeroizing<String>>,
}

/// Everything a right sign-in gave.
pub(crate) struct Entry {
    api: Api,
    server: String,
    commune: CommuneDto,
    session: SessionDto,
    keep: KeepRequest,
}
