//! Signing in, personal codes, and the spaces of this computer.
//!
//! Tables: `account`, `pin` (`store.rs`), and the kind `security_notice` of the cache. Entry points: [`commands`], [`way_in`]
//! (before anybody is in), [`again`], [`locking`], [`account_page`]. Invariants: codes and PINs are never kept; tokens
//! live in the encrypted cache and in memory, never in the window; a session that ends takes nothing away from what is
//! readable or waits; while a space is locked every command but unlocking and leaving is refused.

mod account;
pub mod account_page;
pub mod again;
pub mod commands;
mod idle;
mod invitation;
pub mod locking;
pub mod notices;
mod opening;
pub mod pin;
mod present;
mod salvage;
pub mod session;
pub mod store;
pub mod towns;
pub mod views;
pub mod way_in;

pub use account::{Account, TokenPair};
pub use idle::Idle;

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
    /// A space is open behind its PIN: it syncs, and shows and does nothing.
    Locked(Arc<Space>),
}

impl AccountState {
    /// The space that this window holds, whatever it may show of it.
    pub(crate) fn space(&self) -> Option<&Arc<Space>> {
        match self {
            Self::Open(space) | Self::Locked(space) => Some(space),
            Self::FirstCode(first) => match &first.entry.to {
                Destination::Back { space, .. } => Some(space),
                Destination::New(_) => None,
            },
            Self::SignedOut => None,
        }
    }

    /// Whether this window still holds that space.
    fn holds(&self, space: &Arc<Space>) -> bool {
        self.space().is_some_and(|held| Arc::ptr_eq(held, space))
    }
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
    to: Destination,
}

/// Where a sign-in leads.
pub(crate) enum Destination {
    /// To the space of that account on this computer, kept this way.
    New(KeepRequest),
    /// Back to the space that this window holds.
    Back {
        /// The space.
        space: Arc<Space>,
        /// It was locked: then the code stands for its PIN, which is forgotten.
        locked: bool,
    },
}

impl Destination {
    /// Where the application stands until the sign-in has led there.
    fn before(&self) -> AccountState {
        match self {
            Self::New(_) => AccountState::SignedOut,
            Self::Back { space, locked: false } => AccountState::Open(space.clone()),
            Self::Back { space, locked: true } => AccountState::Locked(space.clone()),
        }
    }
}
