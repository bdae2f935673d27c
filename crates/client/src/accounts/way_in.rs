//! The way to a town before anybody is in: its name, a letter's QR code, its server; and a code that was lost.

use super::invitation::Invitation;
use super::present;
use super::views::{CommuneView, InvitationView, LostCodeAskRequest, TownView};
use crate::app::Client;
use crate::error::{ApiError, Error, Failure, FailureCode};
use crate::sync::api::Api;
use preau_protocol::ErrorCode;
use preau_protocol::accounts as wire;
use preau_protocol::communes::CommuneDto;

impl Client {
    /// Towns by name or postcode.
    ///
    /// # Errors
    /// When the space is locked.
    pub async fn find_towns(&self, text: &str) -> Result<Vec<TownView>, Failure> {
        self.unlocked().await?;
        Ok(self.towns.find(text)?)
    }

    /// Reaches a town's server.
    ///
    /// # Errors
    /// [`FailureCode::UnknownTown`], `NotHttps`, `Unreachable`, `Certificate`, `NotPreau`, `Busy`.
    pub async fn connect_town(&self, slug: &str) -> Result<CommuneView, Failure> {
        self.unlocked().await?;
        let (_, commune) = self.reach(&self.towns.server(slug)?, slug).await?;
        Ok(present::commune(&commune))
    }

    /// Reads the text of a letter's QR code. Contacts nobody: a link is followed by a person, never by itself.
    ///
    /// # Errors
    /// [`FailureCode::NotAnInvitation`], `NotHttps`, `ForeignInvitation`; `OtherTown` at a kiosk.
    pub async fn read_invitation(&self, text: &str) -> Result<InvitationView, Failure> {
        self.unlocked().await?;
        let invitation = Invitation::parse(text)?;
        let listed = self.vetted(&invitation)?.is_some();
        let host = invitation.host()?;
        let Invitation { town: slug, identifiant, .. } = invitation;
        Ok(if listed {
            InvitationView::Listed { slug, identifiant }
        } else {
            InvitationView::Unlisted { host, identifiant }
        })
    }

    /// Reaches the server that a letter's QR code names, once somebody was shown its host and agreed.
    ///
    /// # Errors
    /// Those of [`Client::read_invitation`] and of [`Client::connect_town`].
    pub async fn connect_invited(&self, text: &str) -> Result<CommuneView, Failure> {
        self.unlocked().await?;
        let invitation = Invitation::parse(text)?;
        let server = self.vetted(&invitation)?.unwrap_or(invitation.server);
        let (_, commune) = self.reach(&server, &invitation.town).await?;
        Ok(present::commune(&commune))
    }

    /// As the directory has it. That of a kiosk has the kiosk's town, and nothing leads to another.
    fn vetted(&self, invitation: &Invitation) -> Result<Option<String>, Error> {
        let listed = self.towns.vetted(invitation)?;
        if self.env.kiosk && listed.is_none() {
            return Err(Error::Rule(FailureCode::OtherTown));
        }
        Ok(listed)
    }

    pub(crate) async fn reach(&self, server: &str, slug: &str) -> Result<(Api, CommuneDto), Error> {
        let api = Api::new(self.env.connector.connect(server)?);
        api.check_server().await?;
        match api.commune(slug).await {
            Ok(commune) if commune.slug == slug => Ok((api, commune)),
            // It gives itself out for another town.
            Ok(_) => Err(ApiError::NotPreau.into()),
            Err(ApiError::Refused { code: ErrorCode::NotFound, .. }) => Err(Error::Rule(FailureCode::UnknownTown)),
            Err(error) => Err(error.into()),
        }
    }

    /// Where somebody who signs in goes: by their invitation, else by the directory, else where the space of this
    /// window is served from.
    pub(super) async fn server_for(&self, slug: &str, invitation: Option<&str>) -> Result<String, Error> {
        if let Some(text) = invitation {
            let invitation = Invitation::parse(text)?;
            if invitation.town != slug {
                return Err(Error::Rule(FailureCode::NotAnInvitation));
            }
            return Ok(self.vetted(&invitation)?.unwrap_or(invitation.server));
        }
        if let Some(server) = self.towns.listed(slug)? {
            return Ok(server);
        }
        match self.state.lock().await.space() {
            Some(space) if space.account.commune.slug == slug => Ok(space.home.server().to_owned()),
            _ => Err(Error::Rule(FailureCode::UnknownTown)),
        }
    }

    /// *Code secret oublié*: asks the town for a link that chooses a new code. Nobody learns whether the identifiant is
    /// known: the answer is the same for all. Open to a locked space too, for this is how one gets back in.
    ///
    /// # Errors
    /// Those of the way there.
    pub async fn ask_lost_code(&self, request: &LostCodeAskRequest) -> Result<(), Failure> {
        let server = self.server_for(&request.slug, request.invitation.as_deref()).await?;
        let (api, _) = self.reach(&server, &request.slug).await?;
        let asked = wire::LostCodeRequest {
            commune: request.slug.clone(),
            identifiant: request.identifiant.trim().to_owned(),
            installation: Some(self.env.installation),
        };
        Ok(api.lost_code(&asked).await.map_err(Error::from)?)
    }
}
