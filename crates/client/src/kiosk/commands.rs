//! An agent makes a kiosk of this computer.

use super::settings::{KioskCommune, KioskSettings};
use super::views::{KioskCommuneView, StartKioskRequest};
use crate::accounts::views::ContactLineView;
use crate::app::Client;
use crate::error::{Error, Failure, FailureCode};
use crate::{hashed, profiles};
use anyhow::Context;
use preau_protocol::accounts::{AccountKindDto, SignInRequest};
use std::ops::RangeInclusive;
use zeroize::Zeroizing;

/// Characters of an exit code: it is typed on a screen that anybody may stand before, and must cross the line to the
/// supervisor whole.
const EXIT_CODE: RangeInclusive<usize> = 8..=64;
/// What the sign-in of the agent is called in the town's records.
const LABEL: &str = "Mise en service d'une borne";

impl Client {
    /// Makes this computer a kiosk from its next start on. The agent proves to the server who they are, and is not
    /// signed in afterwards: a kiosk remembers that somebody was allowed to, not who.
    ///
    /// # Errors
    /// [`FailureCode::Locked`], [`FailureCode::SpacesKept`] while families' spaces are on this computer,
    /// [`FailureCode::ExitCodeRefused`], [`FailureCode::AgentsOnly`], those of a sign-in and of the way there.
    pub async fn start_kiosk(&self, request: &StartKioskRequest) -> Result<(), Failure> {
        // One that only memory holds is in no list.
        self.unlocked().await?;
        if !profiles::list(&self.env.data_dir).is_empty() {
            return Err(Failure::of(FailureCode::SpacesKept));
        }
        let exit_code = Zeroizing::new(request.exit_code.clone());
        // The exit code is known to several people; one's own is not.
        if !EXIT_CODE.contains(&exit_code.chars().count()) || exit_code.trim() == request.code.trim() {
            return Err(Failure::of(FailureCode::ExitCodeRefused));
        }
        let server = self.towns.server(&request.slug)?;
        let (api, commune) = self.reach(&server, &request.slug).await?;
        let sign_in = SignInRequest {
            commune: request.slug.clone(),
            identifiant: request.identifiant.trim().to_owned(),
            code: request.code.trim().to_owned(),
            totp: Some(request.second_factor.trim().to_owned()),
            device_label: LABEL.to_owned(),
            installation: Some(self.env.installation),
        };
        let session = api.sign_in(&sign_in).await.map_err(Error::from)?;
        if let Err(error) = api.sign_out(&session.access_token).await {
            tracing::info!(%error, "the server was not told that the sign-in is not used");
        }
        if !matches!(session.account.kind, AccountKindDto::Agent { .. }) {
            return Err(Failure::of(FailureCode::AgentsOnly));
        }
        let hash = tokio::task::spawn_blocking(move || hashed::hash(&exit_code));
        let hash = hash.await.context("hashing the exit code").map_err(Error::from)??;
        let commune = KioskCommune {
            slug: commune.slug,
            name: commune.name,
            postcode: commune.postcode,
            accent: commune.accent,
            contact: commune.contact,
            server,
        };
        KioskSettings::new(commune, hash).save(&self.env.data_dir).map_err(Error::from)?;
        Ok(())
    }
}

impl From<&KioskCommune> for KioskCommuneView {
    fn from(commune: &KioskCommune) -> Self {
        Self {
            slug: commune.slug.clone(),
            name: commune.name.clone(),
            accent: commune.accent.clone(),
            contact: Some(ContactLineView::from(&commune.contact)),
        }
    }
}
