//! Signing in again to the space that this window holds: because its session with the town ended, or because its PIN is
//! forgotten. The space is there, so nothing is asked that opens it: neither where to keep it nor its passphrase.

use super::views::SessionView;
use super::{AccountState, Destination, Entry, FirstCode};
use crate::app::Client;
use crate::error::{Failure, FailureCode};
use zeroize::Zeroizing;

impl Client {
    /// Signs in again to the space of this window. A locked one opens by it, and its PIN is forgotten. A one-time code
    /// leads to the choice of a personal one first, and the space waits behind it.
    ///
    /// # Errors
    /// [`FailureCode::SignInRefused`], [`FailureCode::OtherAccount`] for the code of somebody else, those of the way
    /// there, and [`FailureCode::SignInAgain`] when no space is there.
    pub async fn sign_in_again(&self, identifiant: &str, code: &str) -> Result<SessionView, Failure> {
        let (space, locked) = match &*self.state.lock().await {
            AccountState::Open(space) => (space.clone(), false),
            AccountState::Locked(space) => (space.clone(), true),
            AccountState::SignedOut | AccountState::FirstCode(_) => return Err(Failure::of(FailureCode::SignInAgain)),
        };
        let (server, slug) = (space.home.server().to_owned(), space.account.commune.slug.clone());
        let (api, commune) = self.reach(&server, &slug).await?;
        let code = Zeroizing::new(code.to_owned());
        let session = self.authenticate(&api, &slug, identifiant, &code).await?;
        let to = Destination::Back { space: space.clone(), locked };
        let entry = Entry { api, server, commune, session, to };
        if entry.session.account.account_id != space.account.account_id {
            entry.leave().await;
            return Err(Failure::of(FailureCode::OtherAccount));
        }
        if !entry.session.account.personal_code_required {
            self.enter_or_leave(&entry).await?;
            return self.changed().await;
        }
        let mut state = self.state.lock().await;
        if !state.holds(&space) {
            // Closed meanwhile.
            drop(state);
            entry.leave().await;
            return Err(Failure::of(FailureCode::SignInAgain));
        }
        *state = FirstCode::begun(entry, code);
        drop(state);
        self.changed().await
    }
}

impl Entry {
    /// A sign-in that is not used leaves no device behind on the server, where it can be told.
    pub(super) async fn leave(&self) {
        if let Err(error) = self.api.sign_out(&self.session.access_token).await {
            tracing::info!(%error, "the server was not told that the sign-in is not used");
        }
    }
}
