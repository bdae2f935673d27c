//! What the sign-in and account screens ask for.

use super::invitation::Invitation;
use super::views::{
    AccountView, CodeCheckView, CommuneView, ContactLineView, InvitationView, ProfileView, ProtectionView, SessionView,
    SignInRequest, TownView,
};
use super::{AccountState, Entry, FirstCode, store};
use crate::app::{Client, Home, Notice, Space};
use crate::error::{ApiError, Error, Failure, FailureCode};
use crate::profiles::{self, Profile, Protection};
use crate::sync::api::Api;
use preau_domain::accounts::{AccountError, Identifiant, personal_code_problems};
use preau_domain::family::Phone;
use preau_protocol::accounts::{self as wire, SetCodeRequest, SetIdentifiantRequest};
use preau_protocol::communes::CommuneDto;
use preau_protocol::{ErrorCode, communes};
use uuid::Uuid;
use zeroize::Zeroizing;

impl Client {
    /// Opens at start the only space that needs nobody. To be called once.
    pub async fn open_alone(&self) {
        if self.open_at_start().await.is_some() {
            self.notify(Notice::SessionChanged);
        }
    }

    /// Where the application stands.
    ///
    /// # Errors
    /// When the cache of the open space fails.
    pub async fn session(&self) -> Result<SessionView, Failure> {
        let state = self.state.lock().await;
        match &*state {
            AccountState::SignedOut => Ok(SessionView::SignedOut {
                profiles: self.profiles_but(None),
                keychain_available: self.env.keys.is_some(),
            }),
            AccountState::FirstCode(first) => Ok(SessionView::FirstCode {
                commune: commune_view(&first.entry.commune),
                identifiant: first.entry.session.account.identifiant.clone(),
            }),
            AccountState::Open(space) => {
                let space = space.clone();
                drop(state);
                Ok(self.open_view(&space).await?)
            }
        }
    }

    /// Towns by name or postcode.
    ///
    /// # Errors
    /// Never, unless the application was built wrong.
    pub async fn find_towns(&self, text: &str) -> Result<Vec<TownView>, Failure> {
        Ok(self.towns.find(text)?)
    }

    /// Reaches a town's server.
    ///
    /// # Errors
    /// [`FailureCode::UnknownTown`], `NotHttps`, `Unreachable`, `Certificate`, `NotPreau`, `Busy`.
    pub async fn connect_town(&self, slug: &str) -> Result<CommuneView, Failure> {
        let (_, commune) = self.reach(&self.towns.server(slug)?, slug).await?;
        Ok(commune_view(&commune))
    }

    /// Reads the text of a letter's QR code and reaches the server it names.
    ///
    /// # Errors
    /// [`FailureCode::NotAnInvitation`], and those of [`Client::connect_town`].
    pub async fn read_invitation(&self, text: &str) -> Result<InvitationView, Failure> {
        let invitation = Invitation::parse(text)?;
        let (_, commune) = self.reach(&invitation.server, &invitation.town).await?;
        self.towns.invite(&invitation.town, &invitation.server);
        Ok(InvitationView { commune: commune_view(&commune), identifiant: invitation.identifiant })
    }

    async fn reach(&self, server: &str, slug: &str) -> Result<(Api, CommuneDto), Error> {
        let api = Api::new(self.env.connector.connect(server)?);
        api.check_server().await?;
        match api.commune(slug).await {
            Ok(commune) => Ok((api, commune)),
            Err(ApiError::Refused { code: ErrorCode::NotFound, .. }) => Err(Error::Rule(FailureCode::UnknownTown)),
            Err(error) => Err(error.into()),
        }
    }

    /// Signs in. A space already open for the same account stays open and its session begins again.
    ///
    /// # Errors
    /// [`FailureCode::SignInRefused`] whatever is wrong with identifiant or code; those of the way there; those of
    /// the cache, which leave the server's session kept where it can be.
    pub async fn sign_in(&self, request: &SignInRequest) -> Result<SessionView, Failure> {
        self.check_keep(&request.keep)?;
        let server = self.towns.server(&request.slug)?;
        let (api, commune) = self.reach(&server, &request.slug).await?;
        let code = Zeroizing::new(request.code.clone());
        let session = self.authenticate(&api, &request.slug, &request.identifiant, &code).await?;
        let first = session.account.personal_code_required;
        let entry = Entry { api, server, commune, session, keep: request.keep.clone() };
        if first {
            let mut state = self.state.lock().await;
            let first = AccountState::FirstCode(Box::new(FirstCode { entry, code }));
            crate::app::close(std::mem::replace(&mut *state, first)).await;
        } else {
            self.enter_or_leave(&entry).await?;
        }
        self.changed().await
    }

    async fn authenticate(
        &self,
        api: &Api,
        slug: &str,
        identifiant: &str,
        code: &str,
    ) -> Result<wire::SessionDto, Error> {
        let request = wire::SignInRequest {
            commune: slug.to_owned(),
            identifiant: identifiant.trim().to_owned(),
            code: code.trim().to_owned(),
            totp: None,
            device_label: self.env.device_label.clone(),
        };
        Ok(api.sign_in(&request).await?)
    }

    /// A sign-in that cannot be kept here leaves no device behind on the server, where it can be told.
    async fn enter_or_leave(&self, entry: &Entry) -> Result<(), Error> {
        let Err(error) = self.enter(entry).await else { return Ok(()) };
        if !matches!(error, Error::Cache(_))
            && let Err(error) = entry.api.sign_out(&entry.session.access_token).await
        {
            tracing::info!(%error, "the server was not told that the sign-in is not used");
        }
        Err(error)
    }

    /// Which rules of the personal code a text keeps.
    ///
    /// # Errors
    /// Never.
    pub async fn check_personal_code(&self, code: &str) -> Result<CodeCheckView, Failure> {
        let identifiant = match &*self.state.lock().await {
            AccountState::SignedOut => String::new(),
            AccountState::FirstCode(first) => first.entry.session.account.identifiant.clone(),
            AccountState::Open(space) => space.account.identifiant.clone(),
        };
        let problems = personal_code_problems(code, &identifiant);
        let breaks = |rule: AccountError| problems.contains(&rule);
        Ok(CodeCheckView {
            long_enough: !breaks(AccountError::CodeTooShort) && !breaks(AccountError::CodeTooLong),
            varied_enough: !breaks(AccountError::CodeTooSimple),
            without_identifiant: !breaks(AccountError::CodeContainsIdentifiant),
        })
    }

    /// Chooses the personal code after a one-time code, and opens the space.
    ///
    /// # Errors
    /// [`FailureCode::CodeRefused`], [`FailureCode::SignInAgain`] when no one-time code was used, those of the way.
    pub async fn set_personal_code(&self, code: &str) -> Result<SessionView, Failure> {
        let mut state = self.state.lock().await;
        let AccountState::FirstCode(first) = &mut *state else { return Err(Failure::of(FailureCode::SignInAgain)) };
        let identifiant = first.entry.session.account.identifiant.clone();
        if !personal_code_problems(code, &identifiant).is_empty() {
            return Err(Failure::of(FailureCode::CodeRefused));
        }
        let request = SetCodeRequest { current: first.code.to_string(), new: code.to_owned() };
        let token = first.entry.session.access_token.clone();
        let slug = first.entry.commune.slug.clone();
        match first.entry.api.set_code(&token, &request).await {
            Ok(()) => {}
            // The answer to an earlier try was lost: then the new code is in force, and signing in with it says so.
            Err(ApiError::SignInRequired | ApiError::Refused { code: ErrorCode::SignInRefused, .. }) => {
                tracing::info!("the one-time code is no longer good: trying the personal code");
            }
            Err(error) => return Err(Error::from(error).into()),
        }
        // The session of a one-time code is only good for choosing: the space begins with one of its own.
        first.entry.session = match first.entry.api.account(&token).await {
            Ok(account) if !account.personal_code_required => {
                wire::SessionDto { account, ..first.entry.session.clone() }
            }
            Ok(_) | Err(_) => self.authenticate(&first.entry.api, &slug, &identifiant, code).await?,
        };
        let AccountState::FirstCode(first) = std::mem::replace(&mut *state, AccountState::SignedOut) else {
            return Err(Failure::of(FailureCode::Internal));
        };
        drop(state);
        self.enter_or_leave(&first.entry).await?;
        self.changed().await
    }

    /// Ends the session with the server. The space stays on this computer, closed.
    ///
    /// # Errors
    /// When the disk refuses.
    pub async fn sign_out(&self) -> Result<SessionView, Failure> {
        let state = std::mem::replace(&mut *self.state.lock().await, AccountState::SignedOut);
        match &state {
            AccountState::Open(space) => {
                space.engine.session.sign_out().await;
                if let Home::Kept(profile) = &space.home {
                    let mut profile = profile.clone();
                    profile.file.signed_out = true;
                    profile.save()?;
                }
            }
            AccountState::FirstCode(first) => {
                if let Err(error) = first.entry.api.sign_out(&first.entry.session.access_token).await {
                    tracing::info!(%error, "the server was not told of the sign-out");
                }
            }
            AccountState::SignedOut => {}
        }
        crate::app::close(state).await;
        self.changed().await
    }

    /// Opens a space of this computer; works offline.
    ///
    /// # Errors
    /// [`FailureCode::WrongPassphrase`], `Keychain`, `CacheDamaged`, `CacheTooNew`, `AlreadyOpen`, `NotFound`, and
    /// `SignInAgain` when nothing could be saved of the session.
    pub async fn open_profile(&self, id: &str, passphrase: Option<&str>) -> Result<SessionView, Failure> {
        self.open_kept(parsed(id)?, passphrase).await?;
        self.changed().await
    }

    /// Closes the space; the session with the server lasts.
    ///
    /// # Errors
    /// Never, but for the answer.
    pub async fn close_profile(&self) -> Result<SessionView, Failure> {
        self.close().await;
        self.changed().await
    }

    /// Deletes a space from this computer, with its key and all that waits in it.
    ///
    /// # Errors
    /// [`FailureCode::NotFound`], [`FailureCode::AlreadyOpen`].
    pub async fn forget_profile(&self, id: &str) -> Result<SessionView, Failure> {
        let id = parsed(id)?;
        let mut state = self.state.lock().await;
        if matches!(&*state, AccountState::Open(space) if space.home.id() == id) {
            crate::app::close(std::mem::replace(&mut *state, AccountState::SignedOut)).await;
        }
        drop(state);
        let profile = profiles::list(&self.env.data_dir).into_iter().find(|profile| profile.id == id);
        let profile = profile.ok_or(Failure::of(FailureCode::NotFound))?;
        profile.forget()?;
        if profile.file.protection == Protection::Keychain && self.env.keys.is_some() {
            // Without the file the key opens nothing.
            self.ask_keychain(move |keys| keys.delete(id)).await.unwrap_or_default();
        }
        self.changed().await
    }

    /// The account of the open space.
    ///
    /// # Errors
    /// When no space is open, or the cache fails.
    pub async fn account(&self) -> Result<AccountView, Failure> {
        let space = self.space().await?;
        let mut held = space.engine.cache.lock().await;
        let account = store::read(held.db().map_err(Error::from)?).await?;
        let identifiant = account.map_or_else(|| space.account.identifiant.clone(), |account| account.identifiant);
        Ok(AccountView { identifiant })
    }

    /// Changes the identifiant.
    ///
    /// # Errors
    /// [`FailureCode::IdentifiantRefused`], [`FailureCode::WrongCode`], those of the way.
    pub async fn change_identifiant(&self, code: &str, identifiant: &str) -> Result<SessionView, Failure> {
        let space = self.space().await?;
        let identifiant = Identifiant::parse(identifiant).map_err(|_| Failure::of(FailureCode::IdentifiantRefused))?;
        let request = SetIdentifiantRequest { code: code.to_owned(), identifiant: identifiant.as_str().to_owned() };
        let (engine, request) = (&space.engine, &request);
        let change = move |token: String| async move { engine.api.set_identifiant(&token, request).await };
        let changed = engine.session.call(change).await;
        let account = changed.map_err(wrong_code)?;
        {
            let mut held = engine.cache.lock().await;
            store::save_identifiant(held.db().map_err(Error::from)?, &account.identifiant).await?;
        }
        self.changed().await
    }

    /// Changes the personal code.
    ///
    /// # Errors
    /// [`FailureCode::CodeRefused`], [`FailureCode::WrongCode`], those of the way.
    pub async fn change_code(&self, current: &str, new: &str) -> Result<SessionView, Failure> {
        let space = self.space().await?;
        if !personal_code_problems(new, &space.account.identifiant).is_empty() {
            return Err(Failure::of(FailureCode::CodeRefused));
        }
        let request = SetCodeRequest { current: current.to_owned(), new: new.to_owned() };
        let (engine, request) = (&space.engine, &request);
        let change = move |token: String| async move { engine.api.set_code(&token, request).await };
        let changed = engine.session.call(change).await;
        changed.map_err(wrong_code)?;
        self.session().await
    }

    async fn changed(&self) -> Result<SessionView, Failure> {
        self.notify(Notice::SessionChanged);
        self.session().await
    }

    async fn open_view(&self, space: &Space) -> Result<SessionView, Error> {
        Ok(SessionView::Open {
            profile: profile_view(space).await?,
            commune: {
                let mut held = space.engine.cache.lock().await;
                let read = store::commune(held.db()?).await?;
                commune_view(read.as_ref().unwrap_or(&space.account.commune))
            },
            others: self.profiles_but(Some(space.home.id())),
            sign_in_again: space.engine.session.ended(),
        })
    }

    fn profiles_but(&self, open: Option<Uuid>) -> Vec<ProfileView> {
        let others = profiles::list(&self.env.data_dir).into_iter().filter(|profile| Some(profile.id) != open);
        others.map(|profile| locked_view(&profile)).collect()
    }
}

fn parsed(id: &str) -> Result<Uuid, Failure> {
    id.parse().map_err(|_| Failure::of(FailureCode::NotFound))
}

/// Where somebody is in already, a refused sign-in is a wrong code.
fn wrong_code(error: Error) -> Error {
    match error {
        Error::Api(ApiError::Refused { code: ErrorCode::SignInRefused, .. }) => Error::Rule(FailureCode::WrongCode),
        other => other,
    }
}

fn locked_view(profile: &Profile) -> ProfileView {
    ProfileView {
        id: profile.id.to_string(),
        commune_name: profile.file.commune_name.clone(),
        contact: profile.file.contact.as_ref().map(contact_line),
        person_name: None,
        protection: match profile.file.protection {
            Protection::Keychain => ProtectionView::Keychain,
            Protection::Passphrase { .. } => ProtectionView::Passphrase,
        },
    }
}

async fn profile_view(space: &Space) -> Result<ProfileView, Error> {
    let mut held = space.engine.cache.lock().await;
    let db = held.db()?;
    let me = store::adult(db, &space.account).await?;
    let person_name = me.map(|adult| format!("{} {}", adult.first_name, adult.last_name));
    let view = match &space.home {
        Home::Kept(profile) => locked_view(profile),
        Home::Memory { id, .. } => ProfileView {
            id: id.to_string(),
            commune_name: space.account.commune.name.clone(),
            contact: Some(contact_line(&space.account.commune.contact)),
            person_name: None,
            protection: ProtectionView::MemoryOnly,
        },
    };
    Ok(ProfileView { person_name, ..view })
}

fn contact_line(contact: &communes::ServiceContactDto) -> ContactLineView {
    ContactLineView {
        label: contact.label.clone(),
        phone: Phone::parse(&contact.phone).map_or_else(|_| contact.phone.clone(), |phone| phone.display()),
        email: contact.email.clone(),
    }
}

fn commune_view(commune: &communes::CommuneDto) -> CommuneView {
    CommuneView {
        slug: commune.slug.clone(),
        name: commune.name.clone(),
        accent: commune.accent.clone(),
        contact: contact_line(&commune.contact),
        welcome: commune.welcome.clone(),
        new_resident: commune.new_resident.clone(),
    }
}
