//! From a sign-in or a profile to an open space: keys, files, and what is done when they do not fit.

use super::locking::limit;
use super::pin::Pin;
use super::session::pair;
use super::views::KeepRequest;
use super::{Account, AccountState, Destination, Entry, salvage, store};
use crate::app::{Client, Home, Space};
use crate::clock::new_id;
use crate::db::CacheKey;
use crate::error::{CacheError, Error, FailureCode};
use crate::profiles::key::{self, Key, PASSPHRASE_MIN};
use crate::profiles::{self, OpenCache, Profile, ProfileFile, Protection};
use crate::sync::api::Api;
use crate::sync::runner::Engine;
use std::sync::Arc;
use uuid::Uuid;
use zeroize::Zeroizing;

/// What is done with a cache that does not open with its key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum IfDamaged {
    /// It is set aside, what can be saved of it goes into a new one, and the error tells.
    Replace,
    /// Nothing, until somebody asks for it and can be told.
    Leave,
}

impl Client {
    /// Refuses, before the server is asked, a way of keeping that this computer cannot offer.
    pub(super) async fn check_keep(&self, keep: &KeepRequest) -> Result<(), Error> {
        match keep {
            KeepRequest::Keychain if self.env.keys.known().await.is_none() => Err(Error::Keychain),
            KeepRequest::Passphrase { passphrase } if passphrase.chars().count() < PASSPHRASE_MIN => {
                Err(Error::Rule(FailureCode::PassphraseTooShort))
            }
            KeepRequest::Keychain | KeepRequest::Passphrase { .. } | KeepRequest::MemoryOnly => Ok(()),
        }
    }

    /// Opens, or makes, the space that a sign-in gave.
    pub(super) async fn enter(&self, entry: &Entry) -> Result<Arc<Space>, Error> {
        let keep = match &entry.to {
            Destination::Back { space, locked } => return self.let_back_in(space, *locked, entry).await,
            Destination::New(keep) => keep,
        };
        let account = Account::new(&entry.session.account, entry.commune.clone(), pair(&entry.session));
        let mut state = self.state.lock().await;
        if let AccountState::Open(space) = &*state
            && space.account.account_id == account.account_id
            && space.home.server() == entry.server
        {
            space.engine.session.renew(&entry.session).await;
            space.engine.wake(crate::sync::planner::Cause::Start);
            return Ok(space.clone());
        }
        crate::app::close(std::mem::replace(&mut *state, AccountState::SignedOut)).await;
        let keep = if self.env.kiosk { &KeepRequest::MemoryOnly } else { keep };
        let (home, open) = match keep {
            KeepRequest::MemoryOnly => {
                let id = new_id(&*self.env.clock);
                (Home::Memory { id, server: entry.server.clone() }, OpenCache::in_memory().await?)
            }
            KeepRequest::Keychain | KeepRequest::Passphrase { .. } => {
                let mut profile = self.profile_for(entry, keep, &account)?;
                let open = self.open_or_recover(&mut profile, keep, &account).await?;
                (Home::Kept(Box::new(profile)), open)
            }
        };
        save(&open, &account).await?;
        let pin = proved(&open).await?;
        let space = self.start(home, account, entry.api.clone(), open);
        space.idle.count(pin.as_ref().map(limit));
        *state = AccountState::Open(space.clone());
        Ok(space)
    }

    /// Signs in again to the space that this window holds. Somebody who unlocks it by their code has forgotten its PIN.
    /// What can fail comes first: then the space is as it was, and the sign-in is not used.
    async fn let_back_in(&self, space: &Arc<Space>, locked: bool, entry: &Entry) -> Result<Arc<Space>, Error> {
        let mut state = self.state.lock().await;
        if !state.holds(space) {
            // Closed meanwhile.
            return Err(Error::Rule(FailureCode::SignInAgain));
        }
        let pin = {
            let mut held = space.engine.cache.lock().await;
            let db = held.db()?;
            // It may have been changed on another computer.
            store::save_identifiant(db, &entry.session.account.identifiant).await?;
            if locked {
                store::remove_pin(db).await?;
            }
            store::pin(db).await?
        };
        space.idle.count(pin.as_ref().map(limit));
        *state = AccountState::Open(space.clone());
        drop(state);
        space.engine.session.renew(&entry.session).await;
        space.engine.wake(crate::sync::planner::Cause::Start);
        Ok(space.clone())
    }

    /// The profile of this account kept the same way, or a new one, not written yet.
    fn profile_for(&self, entry: &Entry, keep: &KeepRequest, account: &Account) -> Result<Profile, Error> {
        let listed = self.towns.listed(&entry.commune.slug)?.as_ref() == Some(&entry.server);
        let keychain = *keep == KeepRequest::Keychain;
        let same = |profile: &Profile| {
            // Only the directory moves a space to another server.
            (listed || profile.file.server == entry.server)
                && profile.file.account_id == account.account_id
                && profile.file.slug == entry.commune.slug
                && (profile.file.protection == Protection::Keychain) == keychain
        };
        if let Some(mut profile) = profiles::list(&self.env.data_dir).into_iter().find(same) {
            let (server, contact) = (entry.server.clone(), Some(entry.commune.contact.clone()));
            profile.file = ProfileFile { signed_out: false, server, contact, listed, ..profile.file };
            return Ok(profile);
        }
        let id = new_id(&*self.env.clock);
        let protection = if keychain { Protection::Keychain } else { key::new_passphrase_protection() };
        let file = ProfileFile {
            server: entry.server.clone(),
            listed,
            slug: entry.commune.slug.clone(),
            commune_name: entry.commune.name.clone(),
            contact: Some(entry.commune.contact.clone()),
            account_id: account.account_id,
            protection,
            key_check: String::new(),
            signed_out: false,
        };
        Ok(Profile { id, dir: profiles::folder(&self.env.data_dir).join(id.to_string()), file })
    }

    /// Opens the profile of a sign-in. A damaged cache is set aside and replaced; the person is told by the error, and
    /// finds the replaced space, signed in, at the next try.
    async fn open_or_recover(
        &self,
        profile: &mut Profile,
        keep: &KeepRequest,
        account: &Account,
    ) -> Result<OpenCache, Error> {
        let passphrase = match keep {
            KeepRequest::Passphrase { passphrase } => Some(passphrase.as_str()),
            KeepRequest::Keychain | KeepRequest::MemoryOnly => None,
        };
        let is_new = profile.file.key_check.is_empty();
        let key = match self.key_of(profile, passphrase).await? {
            Some(key) => key,
            None => self.make_key(profile.id).await?,
        };
        let lost = !is_new && key::check(&key) != profile.file.key_check;
        profile.file.key_check = key::check(&key);
        profile.save()?;
        let key = self.cache_key(key);
        let failure = if lost {
            CacheError::Damaged
        } else {
            match open(profile, &key).await {
                Ok(open) => return Ok(open),
                Err(error @ CacheError::Damaged) => error,
                Err(error) => return Err(error.into()),
            }
        };
        let replaced = salvage::recover(profile, &key, &*self.env.disk, self.env.clock.wall()).await?;
        save(&replaced, account).await?;
        replaced.close().await?;
        Err(failure.into())
    }

    /// Opens a profile of this computer without asking the server. By a passphrase, which is stronger than any PIN, it
    /// opens; by the keychain, which asks nobody, it opens locked where it has a PIN.
    pub(super) async fn open_kept(&self, id: Uuid, passphrase: Option<&str>) -> Result<Arc<Space>, Error> {
        let profile = profiles::list(&self.env.data_dir).into_iter().find(|profile| profile.id == id);
        let profile = profile.ok_or(Error::Rule(FailureCode::NotFound))?;
        let mut state = self.state.lock().await;
        if let Some(space) = state.space().filter(|space| space.home.id() == id) {
            return Ok(space.clone());
        }
        self.open_into(&mut state, profile, passphrase, IfDamaged::Replace).await
    }

    /// Opens a profile in the place of what is open.
    async fn open_into(
        &self,
        state: &mut AccountState,
        mut profile: Profile,
        passphrase: Option<&str>,
        if_damaged: IfDamaged,
    ) -> Result<Arc<Space>, Error> {
        let raw = self.key_of(&profile, passphrase).await?.ok_or(Error::Keychain)?;
        if key::check(&raw) != profile.file.key_check {
            return Err(Error::Keychain);
        }
        let key = self.cache_key(raw);
        let open = match open(&profile, &key).await {
            Ok(open) => open,
            Err(error @ CacheError::Damaged) if if_damaged == IfDamaged::Replace => {
                salvage::recover(&profile, &key, &*self.env.disk, self.env.clock.wall()).await?.close().await?;
                return Err(error.into());
            }
            Err(error) => return Err(error.into()),
        };
        let Some(account) = read(&open).await? else {
            open.close().await?;
            return Err(Error::Rule(FailureCode::SignInAgain));
        };
        let listed = if profile.file.listed { self.towns.listed(&profile.file.slug)? } else { None };
        let server = listed.unwrap_or_else(|| profile.file.server.clone());
        if profile.file.signed_out || profile.file.server != server {
            profile.file = ProfileFile { signed_out: false, server, ..profile.file };
            profile.save()?;
        }
        let api = Api::new(self.env.connector.connect(&profile.file.server)?);
        crate::app::close(std::mem::replace(state, AccountState::SignedOut)).await;
        let asked_nobody = profile.file.protection == Protection::Keychain;
        let pin = if asked_nobody { unproved(&open).await? } else { proved(&open).await? };
        let space = self.start(Home::Kept(Box::new(profile)), account, api, open);
        *state = if asked_nobody && pin.is_some() {
            AccountState::Locked(space.clone())
        } else {
            space.idle.count(pin.as_ref().map(limit));
            AccountState::Open(space.clone())
        };
        Ok(space)
    }

    /// Opens the only profile that needs nobody, if there is exactly one. Whatever is wrong with it is left as it is,
    /// to be told when somebody asks for it.
    pub(super) async fn open_at_start(&self, state: &mut AccountState) {
        let Ok([profile]) = <[Profile; 1]>::try_from(profiles::list(&self.env.data_dir)) else { return };
        if profile.file.protection != Protection::Keychain || profile.file.signed_out {
            return;
        }
        if let Err(error) = self.open_into(state, profile, None, IfDamaged::Leave).await {
            tracing::info!(%error, "the only space was not opened at start");
        }
    }

    fn start(&self, home: Home, account: Account, api: Api, open: OpenCache) -> Arc<Space> {
        let env = &self.env;
        let cache = open.cache.clone();
        let (clock, chance, listener) = (env.clock.clone(), env.chance.clone(), env.listener.clone());
        let mut engine = Engine::new(api, cache, &account, clock, chance, listener);
        engine.kiosk = env.kiosk;
        let space = Space::start(home, account, engine, open);
        let (client, watched) = (self.clone(), space.clone());
        space.also(async move { client.lock_when_idle(&watched).await });
        space
    }

    /// The key of a profile; `None` when the keychain has none. A passphrase that is known to be wrong is refused.
    async fn key_of(&self, profile: &Profile, passphrase: Option<&str>) -> Result<Option<Key>, Error> {
        match &profile.file.protection {
            Protection::Keychain => {
                let id = profile.id;
                self.ask_keychain(move |keys| keys.read(id)).await
            }
            Protection::Passphrase { salt, memory_kib, passes } => {
                let passphrase = Zeroizing::new(passphrase.ok_or(Error::WrongPassphrase)?.to_owned());
                let key = key::derive(passphrase, salt, *memory_kib, *passes).await?;
                let check = &profile.file.key_check;
                if check.is_empty() || *check == key::check(&key) { Ok(Some(key)) } else { Err(Error::WrongPassphrase) }
            }
        }
    }

    /// Whether requests wait in a closed space behind a PIN. Without its passphrase, or its key, nobody can tell: then
    /// removing it is all that is left to do with it.
    pub(super) async fn waits_behind_pin(&self, profile: &Profile) -> Result<bool, Error> {
        if profile.file.protection != Protection::Keychain || self.env.keys.known().await.is_none() {
            return Ok(false);
        }
        match self.key_of(profile, None).await? {
            Some(key) => Ok(salvage::waits_behind_pin(profile, &self.cache_key(key)).await?),
            None => Ok(false),
        }
    }

    async fn make_key(&self, id: Uuid) -> Result<Key, Error> {
        let key = key::generate();
        let kept = key.clone();
        self.ask_keychain(move |keys| keys.write(id, &kept)).await?;
        Ok(key)
    }

    /// The keychain may block, and may ask the person something.
    pub(super) async fn ask_keychain<T: Send + 'static>(
        &self,
        ask: impl FnOnce(&dyn profiles::key::KeyStore) -> anyhow::Result<T> + Send + 'static,
    ) -> Result<T, Error> {
        let keys = self.env.keys.known().await.ok_or(Error::Keychain)?;
        match tokio::task::spawn_blocking(move || ask(&*keys)).await {
            Ok(Ok(answer)) => Ok(answer),
            Ok(Err(error)) => {
                tracing::warn!(%error, "the keychain failed");
                Err(Error::Keychain)
            }
            Err(error) => Err(Error::Internal(error.into())),
        }
    }
}

/// Opens a cache as it is. Where its replacement was cut short there is none, which is damage like any other; one of a
/// newer version is left untouched for that version.
async fn open(profile: &Profile, key: &CacheKey) -> Result<OpenCache, CacheError> {
    if salvage::is_interrupted(profile) {
        return Err(CacheError::Damaged);
    }
    profile.open(key).await
}

async fn save(open: &OpenCache, account: &Account) -> Result<(), Error> {
    let mut held = open.cache.lock().await;
    store::save(held.db()?, account).await
}

/// The PIN, once something stronger was given: all its tries are there again, and one that had none left is forgotten.
async fn proved(open: &OpenCache) -> Result<Option<Pin>, Error> {
    let mut held = open.cache.lock().await;
    let db = held.db()?;
    match store::pin(db).await? {
        Some(pin) if pin.tries_left() == 0 => store::remove_pin(db).await.map(|()| None),
        Some(pin) => store::forgive_tries(db).await.map(|()| Some(Pin { tries: 0, ..pin })),
        None => Ok(None),
    }
}

async fn unproved(open: &OpenCache) -> Result<Option<Pin>, Error> {
    let mut held = open.cache.lock().await;
    store::pin(held.db()?).await
}

async fn read(open: &OpenCache) -> Result<Option<Account>, Error> {
    let mut held = open.cache.lock().await;
    store::read(held.db()?).await
}

impl Home {
    /// The profile's id.
    #[must_use]
    pub fn id(&self) -> Uuid {
        match self {
            Self::Kept(profile) => profile.id,
            Self::Memory { id, .. } => *id,
        }
    }

    /// The server's address.
    #[must_use]
    pub fn server(&self) -> &str {
        match self {
            Self::Kept(profile) => &profile.file.server,
            Self::Memory { server, .. } => server,
        }
    }
}
