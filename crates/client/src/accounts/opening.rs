//! From a sign-in or a profile to an open space: keys, files, and what is done when they do not fit.

use super::session::pair;
use super::views::KeepRequest;
use super::{Account, AccountState, Entry, salvage, store};
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

impl Client {
    /// Refuses, before the server is asked, a way of keeping that this computer cannot offer.
    pub(super) fn check_keep(&self, keep: &KeepRequest) -> Result<(), Error> {
        match keep {
            KeepRequest::Keychain if self.env.keys.is_none() => Err(Error::Keychain),
            KeepRequest::Passphrase { passphrase } if passphrase.chars().count() < PASSPHRASE_MIN => {
                Err(Error::Rule(FailureCode::PassphraseTooShort))
            }
            KeepRequest::Keychain | KeepRequest::Passphrase { .. } | KeepRequest::MemoryOnly => Ok(()),
        }
    }

    /// Opens, or makes, the space that a sign-in gave.
    pub(super) async fn enter(&self, entry: &Entry) -> Result<Arc<Space>, Error> {
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
        let (home, open) = match &entry.keep {
            KeepRequest::MemoryOnly => {
                let id = new_id(&*self.env.clock);
                (Home::Memory { id, server: entry.server.clone() }, OpenCache::in_memory().await?)
            }
            KeepRequest::Keychain | KeepRequest::Passphrase { .. } => {
                let mut profile = self.profile_for(entry, &account)?;
                let open = self.open_or_recover(&mut profile, entry, &account).await?;
                (Home::Kept(Box::new(profile)), open)
            }
        };
        save(&open, &account).await?;
        let space = self.start(home, account, entry.api.clone(), open);
        *state = AccountState::Open(space.clone());
        Ok(space)
    }

    /// The profile of this account kept the same way, or a new one, not written yet.
    fn profile_for(&self, entry: &Entry, account: &Account) -> Result<Profile, Error> {
        let listed = self.towns.listed(&entry.commune.slug)?.as_ref() == Some(&entry.server);
        let keychain = entry.keep == KeepRequest::Keychain;
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
        entry: &Entry,
        account: &Account,
    ) -> Result<OpenCache, Error> {
        let passphrase = match &entry.keep {
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

    /// Opens a profile of this computer without asking the server.
    pub(super) async fn open_kept(&self, id: Uuid, passphrase: Option<&str>) -> Result<Arc<Space>, Error> {
        let profile = profiles::list(&self.env.data_dir).into_iter().find(|profile| profile.id == id);
        let mut profile = profile.ok_or(Error::Rule(FailureCode::NotFound))?;
        let mut state = self.state.lock().await;
        if let AccountState::Open(space) = &*state
            && space.home.id() == id
        {
            return Ok(space.clone());
        }
        let raw = self.key_of(&profile, passphrase).await?.ok_or(Error::Keychain)?;
        if key::check(&raw) != profile.file.key_check {
            return Err(Error::Keychain);
        }
        let key = self.cache_key(raw);
        let open = match open(&profile, &key).await {
            Ok(open) => open,
            Err(error @ CacheError::Damaged) => {
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
        crate::app::close(std::mem::replace(&mut *state, AccountState::SignedOut)).await;
        let space = self.start(Home::Kept(Box::new(profile)), account, api, open);
        *state = AccountState::Open(space.clone());
        Ok(space)
    }

    /// Opens the only profile that needs nobody, if there is exactly one. Whatever is wrong with it is left as it is,
    /// to be told when somebody asks for it.
    pub(super) async fn open_at_start(&self) -> Option<Arc<Space>> {
        let profiles = profiles::list(&self.env.data_dir);
        let [profile] = &profiles[..] else { return None };
        if profile.file.protection != Protection::Keychain || profile.file.signed_out {
            return None;
        }
        let key = self.key_of(profile, None).await.ok()??;
        let open = open(profile, &self.cache_key(key)).await.ok()?;
        // Sound: from here on it opens the ordinary way.
        open.close().await.ok()?;
        self.open_kept(profile.id, None).await.ok()
    }

    fn start(&self, home: Home, account: Account, api: Api, open: OpenCache) -> Arc<Space> {
        let env = &self.env;
        let cache = open.cache.clone();
        let (clock, chance, listener) = (env.clock.clone(), env.chance.clone(), env.listener.clone());
        let engine = Engine::new(api, cache, &account, clock, chance, listener);
        Space::start(home, account, engine, open)
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
        let keys = self.env.keys.clone().ok_or(Error::Keychain)?;
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
