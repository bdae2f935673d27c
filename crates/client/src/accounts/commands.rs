//! What the sign-in and account screens ask for.

use super::locking::kept_pin;
use super::views::{CodeCheckView, CommuneView, PinView, ProfileView, SessionView, SignInRequest};
use super::{AccountState, Destination, Entry, FirstCode, present, store};
use crate::app::{Client, Home, Notice, Space};
use crate::error::{ApiError, CacheError, Error, Failure, FailureCode};
use crate::profiles::{self, Protection};
use crate::sync::api::Api;
use preau_domain::accounts::{AccountError, Identifiant, personal_code_problems};
use preau_protocol::accounts::{self as wire, SetCodeRequest, SetIdentifiantRequest};
use uuid::Uuid;
use zeroize::Zeroizing;

impl Client {
    /// Opens at start the only space that needs nobody. To be called once, before anything else: from this call on, whoever
    /// asks where the application stands waits for what comes of it.
    pub fn open_alone(&self) -> impl Future<Output = ()> + Send + 'static {
        let (client, state) = (self.clone(), self.state.clone().try_lock_owned());
        async move {
            // Somebody was faster, and has more to say than a start.
            let Ok(mut state) = state else { return };
            client.open_at_start(&mut state).await;
        }
    }

    /// Tells once more where the application stands when a keychain turns out not to be there, after whoever asked was told
    /// that it may be. To be called once, at start.
    pub async fn wait_for_keychain(&self) {
        let keys = &self.env.keys;
        if keys.is_there().is_none() && keys.known().await.is_none() {
            self.env.listener.notify(Notice::SessionChanged);
        }
    }

    /// Where the application stands.
    ///
    /// # Errors
    /// When the cache of the open space fails.
    pub async fn session(&self) -> Result<SessionView, Failure> {
        let state = self.state.lock().await;
        match &*state {
            AccountState::SignedOut => {
                // One that has not answered yet may be there: whoever keeps a space in it waits for it.
                let keychain_available = self.env.keys.is_there().unwrap_or(true);
                Ok(SessionView::SignedOut { profiles: self.profiles_but(None), keychain_available })
            }
            AccountState::FirstCode(first) => Ok(SessionView::FirstCode {
                commune: present::commune(&first.entry.commune),
                identifiant: first.entry.session.account.identifiant.clone(),
            }),
            AccountState::Open(space) => {
                let space = space.clone();
                drop(state);
                Ok(self.open_view(&space).await?)
            }
            AccountState::Locked(space) => {
                let space = space.clone();
                drop(state);
                Ok(locked_view(&space).await?)
            }
        }
    }

    /// Signs in. A space already open for the same account stays open and its session begins again.
    ///
    /// # Errors
    /// [`FailureCode::Locked`], [`FailureCode::SignInRefused`] whatever is wrong with identifiant or code; those of the way there; those of
    /// the cache, which leave the server's session kept where it can be.
    pub async fn sign_in(&self, request: &SignInRequest) -> Result<SessionView, Failure> {
        self.unlocked().await?;
        self.check_keep(&request.keep).await?;
        let server = self.server_for(&request.slug, request.invitation.as_deref()).await?;
        let (api, commune) = self.reach(&server, &request.slug).await?;
        let code = Zeroizing::new(request.code.clone());
        let session = self.authenticate(&api, &request.slug, &request.identifiant, &code).await?;
        let first = session.account.personal_code_required;
        let entry = Entry { api, server, commune, session, to: Destination::New(request.keep.clone()) };
        if first {
            let mut state = self.state.lock().await;
            crate::app::close(std::mem::replace(&mut *state, FirstCode::begun(entry, code))).await;
        } else {
            self.enter_or_leave(&entry).await?;
        }
        self.changed().await
    }

    pub(super) async fn authenticate(
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
            installation: Some(self.env.installation),
        };
        Ok(api.sign_in(&request).await?)
    }

    /// A sign-in that cannot be kept here leaves no device behind on the server, where it can be told. A new one that
    /// found a damaged cache was kept in the fresh one.
    pub(super) async fn enter_or_leave(&self, entry: &Entry) -> Result<(), Error> {
        let Err(error) = self.enter(entry).await else { return Ok(()) };
        let kept = matches!((&error, &entry.to), (Error::Cache(CacheError::Damaged), Destination::New(_)));
        if !kept {
            entry.leave().await;
        }
        Err(error)
    }

    /// Which rules of the personal code a text keeps.
    ///
    /// # Errors
    /// When the space is locked.
    pub async fn check_personal_code(&self, code: &str) -> Result<CodeCheckView, Failure> {
        let identifiant = match &*self.state.lock().await {
            AccountState::SignedOut => String::new(),
            AccountState::FirstCode(first) => first.entry.session.account.identifiant.clone(),
            AccountState::Open(space) => identifiant(space).await?,
            AccountState::Locked(_) => return Err(Failure::of(FailureCode::Locked)),
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
        let set = first.set_code(code).await;
        let token = first.entry.session.access_token.clone();
        let slug = first.entry.commune.slug.clone();
        let same_session = match set {
            Ok(()) => first.entry.api.account(&token).await.ok().filter(|account| !account.personal_code_required),
            // The answer to an earlier try was lost: then the new code may be in force, and signing in with it says so.
            Err(error) if error == ApiError::SignInRequired || error.is_wrong_code() => {
                tracing::info!("the one-time code is no longer good: trying the personal code");
                None
            }
            Err(error) => return Err(Error::from(error).into()),
        };
        // The session of a one-time code is only good for choosing: the space begins with one of its own.
        first.entry.session = match same_session {
            Some(account) => wire::SessionDto { account, ..first.entry.session.clone() },
            None => self.authenticate(&first.entry.api, &slug, &identifiant, code).await?,
        };
        let before = first.entry.to.before();
        let AccountState::FirstCode(first) = std::mem::replace(&mut *state, before) else {
            return Err(Failure::of(FailureCode::Internal));
        };
        drop(state);
        self.enter_or_leave(&first.entry).await?;
        self.changed().await
    }

    /// Ends the session with the server. The space stays on this computer, closed whatever goes wrong.
    ///
    /// # Errors
    /// [`FailureCode::Locked`]; when the disk refuses: then the space opens by itself at the next start, without a session.
    pub async fn sign_out(&self) -> Result<SessionView, Failure> {
        let mut held = self.state.lock().await;
        if matches!(&*held, AccountState::Locked(_)) {
            return Err(Failure::of(FailureCode::Locked));
        }
        let state = std::mem::replace(&mut *held, AccountState::SignedOut);
        drop(held);
        let mut noted = Ok(());
        match &state {
            AccountState::Open(space) => {
                space.engine.session.sign_out().await;
                if let Home::Kept(profile) = &space.home {
                    let mut profile = profile.clone();
                    profile.file.signed_out = true;
                    noted = profile.save();
                }
            }
            AccountState::FirstCode(first) => {
                if let Err(error) = first.entry.api.sign_out(&first.entry.session.access_token).await {
                    tracing::info!(%error, "the server was not told of the sign-out");
                }
            }
            AccountState::SignedOut | AccountState::Locked(_) => {}
        }
        crate::app::close(state).await;
        let view = self.changed().await;
        noted?;
        view
    }

    /// Opens a space of this computer; works offline. One that nobody was asked anything for, and that has a PIN, opens
    /// locked.
    ///
    /// # Errors
    /// [`FailureCode::Locked`], [`FailureCode::WrongPassphrase`], `Keychain`, `CacheDamaged`, `CacheTooNew`, `AlreadyOpen`, `NotFound`, and
    /// `SignInAgain` when nothing could be saved of the session.
    pub async fn open_profile(&self, id: &str, passphrase: Option<&str>) -> Result<SessionView, Failure> {
        self.unlocked().await?;
        self.open_kept(parsed(id)?, passphrase).await?;
        self.changed().await
    }

    /// Closes the space, locked or not; the session with the server lasts.
    ///
    /// # Errors
    /// [`FailureCode::RequestsWait`] when it is locked, and what waits would be lost with the memory that holds it.
    pub async fn close_profile(&self) -> Result<SessionView, Failure> {
        let locked = self.unlocked().await.is_err();
        if locked && self.lost_on_close().await > 0 {
            return Err(Failure::of(FailureCode::RequestsWait));
        }
        self.close().await;
        self.changed().await
    }

    /// Deletes a space from this computer, with its key and all that waits in it: what waits behind a PIN only from
    /// within, once that was given.
    ///
    /// # Errors
    /// [`FailureCode::Locked`], [`FailureCode::RequestsWait`], [`FailureCode::NotFound`], [`FailureCode::AlreadyOpen`].
    pub async fn forget_profile(&self, id: &str) -> Result<SessionView, Failure> {
        self.unlocked().await?;
        let id = parsed(id)?;
        let mut state = self.state.lock().await;
        let from_within = matches!(&*state, AccountState::Open(space) if space.home.id() == id);
        if from_within {
            crate::app::close(std::mem::replace(&mut *state, AccountState::SignedOut)).await;
        }
        drop(state);
        let profile = profiles::list(&self.env.data_dir).into_iter().find(|profile| profile.id == id);
        let profile = profile.ok_or(Failure::of(FailureCode::NotFound))?;
        if !from_within && self.waits_behind_pin(&profile).await? {
            return Err(Failure::of(FailureCode::RequestsWait));
        }
        profile.forget()?;
        if profile.file.protection == Protection::Keychain && self.env.keys.known().await.is_some() {
            // Without the file the key opens nothing.
            self.ask_keychain(move |keys| keys.delete(id)).await.unwrap_or_default();
        }
        self.changed().await
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
        engine.session.call(change).await?;
        {
            let mut held = engine.cache.lock().await;
            store::save_identifiant(held.db().map_err(Error::from)?, identifiant.as_str()).await?;
        }
        self.changed().await
    }

    /// Changes the personal code.
    ///
    /// # Errors
    /// [`FailureCode::CodeRefused`], [`FailureCode::WrongCode`], those of the way.
    pub async fn change_code(&self, current: &str, new: &str) -> Result<SessionView, Failure> {
        let space = self.space().await?;
        if !personal_code_problems(new, &identifiant(&space).await?).is_empty() {
            return Err(Failure::of(FailureCode::CodeRefused));
        }
        let request = SetCodeRequest { current: current.to_owned(), new: new.to_owned() };
        let (engine, request) = (&space.engine, &request);
        let change = move |token: String| async move { engine.api.set_code(&token, request).await };
        engine.session.call(change).await?;
        self.session().await
    }

    /// The session is another: tells the window, and answers it.
    pub(super) async fn changed(&self) -> Result<SessionView, Failure> {
        self.notify(Notice::SessionChanged);
        self.session().await
    }

    async fn open_view(&self, space: &Space) -> Result<SessionView, Error> {
        Ok(SessionView::Open {
            profile: present::profile(space).await?,
            commune: commune(space).await?,
            others: self.profiles_but(Some(space.home.id())),
            sign_in_again: space.engine.session.ended(),
            pin: kept_pin(space).await?.map(|pin| PinView { idle_minutes: pin.idle_minutes }),
        })
    }

    fn profiles_but(&self, open: Option<Uuid>) -> Vec<ProfileView> {
        let others = profiles::list(&self.env.data_dir).into_iter().filter(|profile| Some(profile.id) != open);
        others.map(|profile| present::locked(&profile)).collect()
    }
}

/// What a locked space shows: whose it is, how many tries are left, and that what waits goes on waiting or leaving.
async fn locked_view(space: &Space) -> Result<SessionView, Error> {
    let tries_left = kept_pin(space).await?.map_or(0, |pin| pin.tries_left());
    Ok(SessionView::Locked {
        profile: present::profile(space).await?,
        commune: commune(space).await?,
        tries_left,
        pending: space.engine.status().await?.pending,
    })
}

async fn commune(space: &Space) -> Result<CommuneView, Error> {
    let mut held = space.engine.cache.lock().await;
    let read = store::commune(held.db()?).await?;
    Ok(present::commune(read.as_ref().unwrap_or(&space.account.commune)))
}

fn parsed(id: &str) -> Result<Uuid, Failure> {
    id.parse().map_err(|_| Failure::of(FailureCode::NotFound))
}

/// What is typed at sign-in today: it may have changed since the space was opened.
pub(super) async fn identifiant(space: &Space) -> Result<String, Error> {
    let mut held = space.engine.cache.lock().await;
    let account = store::read(held.db()?).await?;
    Ok(account.map_or_else(|| space.account.identifiant.clone(), |account| account.identifiant))
}

impl FirstCode {
    /// The one-time code was right.
    pub(super) fn begun(entry: Entry, code: Zeroizing<String>) -> AccountState {
        AccountState::FirstCode(Box::new(Self { entry, code, tried: Vec::new() }))
    }

    /// Sets the personal code, by the code of the letter or by an earlier choice whose answer was lost: then that one
    /// is in force.
    async fn set_code(&mut self, new: &str) -> Result<(), ApiError> {
        let token = self.entry.session.access_token.clone();
        let mut last = ApiError::SignInRequired;
        for current in std::iter::once(&self.code).chain(&self.tried) {
            let request = SetCodeRequest { current: current.to_string(), new: new.to_owned() };
            match self.entry.api.set_code(&token, &request).await {
                Err(error) if error.is_wrong_code() => last = error,
                Err(error) => {
                    last = error;
                    break;
                }
                Ok(()) => return Ok(()),
            }
        }
        if last == ApiError::Unreachable {
            self.tried.push(Zeroizing::new(new.to_owned()));
        }
        Err(last)
    }
}
