//! The lock of a space on a shared computer: its PIN, and the state in which everything but unlocking and leaving is
//! refused.
//!
//! Sync goes on while a space is locked: what somebody asked for must not wait for them to come back, and nothing of
//! it is shown. Too many wrong PINs do not close the space either, for a space that only memory holds would lose its
//! outbox by it: it stays locked, and only the identifiant and the code open it ([`super::again`]).

use super::pin::{self, IDLE_MINUTES, Pin};
use super::views::{ChoosePinRequest, SessionView};
use super::{AccountState, store};
use crate::app::{Client, Notice, Space};
use crate::error::{Error, Failure, FailureCode};
use std::sync::Arc;
use std::time::Duration;

impl Client {
    /// Chooses the PIN of the open space on this computer, or another one, by the one there is.
    ///
    /// # Errors
    /// [`FailureCode::PinRefused`], [`FailureCode::WrongPin`], [`FailureCode::PinSpent`], when the cache fails.
    pub async fn choose_pin(&self, request: &ChoosePinRequest) -> Result<SessionView, Failure> {
        let space = self.space().await?;
        // A kiosk is everybody's: what one leaves behind ends, it does not lock.
        if self.env.kiosk || !pin::is_pin(&request.pin) || !IDLE_MINUTES.contains(&request.idle_minutes) {
            return Err(Failure::of(FailureCode::PinRefused));
        }
        self.prove(&space, request.current.as_deref().unwrap_or_default()).await?;
        let pin = Pin { hash: pin::hash(&request.pin).await?, idle_minutes: request.idle_minutes, tries: 0 };
        {
            let mut held = space.engine.cache.lock().await;
            store::save_pin(held.db().map_err(Error::from)?, &pin).await?;
        }
        space.idle.count(Some(limit(&pin)));
        self.changed().await
    }

    /// Changes how long the space may be left alone.
    ///
    /// # Errors
    /// [`FailureCode::PinRefused`] for a time that is not offered, or where there is no PIN.
    pub async fn set_idle_minutes(&self, idle_minutes: u32) -> Result<SessionView, Failure> {
        let space = self.space().await?;
        if !IDLE_MINUTES.contains(&idle_minutes) {
            return Err(Failure::of(FailureCode::PinRefused));
        }
        let pin = {
            let mut held = space.engine.cache.lock().await;
            store::save_idle_minutes(held.db().map_err(Error::from)?, idle_minutes).await?
        };
        space.idle.count(Some(limit(&pin.ok_or(Failure::of(FailureCode::PinRefused))?)));
        self.changed().await
    }

    /// Does without a PIN from now on.
    ///
    /// # Errors
    /// [`FailureCode::WrongPin`], [`FailureCode::PinSpent`], when the cache fails.
    pub async fn remove_pin(&self, current: &str) -> Result<SessionView, Failure> {
        let space = self.space().await?;
        self.prove(&space, current).await?;
        {
            let mut held = space.engine.cache.lock().await;
            store::remove_pin(held.db().map_err(Error::from)?).await?;
        }
        space.idle.count(None);
        self.changed().await
    }

    /// *Verrouiller maintenant*. Without a PIN there is nothing to lock with, and the space stays open.
    ///
    /// # Errors
    /// When no space is open, or the cache fails.
    pub async fn lock_now(&self) -> Result<SessionView, Failure> {
        let space = self.space().await?;
        if kept_pin(&space).await?.is_some() {
            self.lock(&space).await;
        }
        self.session().await
    }

    /// Opens the locked space by its PIN.
    ///
    /// # Errors
    /// [`FailureCode::WrongPin`], [`FailureCode::PinSpent`], [`FailureCode::SignInAgain`] when no space is there.
    pub async fn unlock(&self, typed: &str) -> Result<SessionView, Failure> {
        let locked = match &*self.state.lock().await {
            AccountState::Locked(space) => Some(space.clone()),
            AccountState::Open(_) => None,
            AccountState::SignedOut | AccountState::FirstCode(_) => return Err(Failure::of(FailureCode::SignInAgain)),
        };
        let Some(space) = locked else { return self.session().await };
        if let Err(error) = check(&space, typed).await {
            // How many tries are left is part of the state.
            self.notify(Notice::SessionChanged);
            return Err(error.into());
        }
        let pin = kept_pin(&space).await?;
        let mut state = self.state.lock().await;
        if matches!(&*state, AccountState::Locked(locked) if Arc::ptr_eq(locked, &space)) {
            space.idle.count(pin.as_ref().map(limit));
            *state = AccountState::Open(space);
        }
        drop(state);
        self.changed().await
    }

    /// Somebody uses the window. A window that is locked is not used by anybody. One that was left alone for too long
    /// locks now: on a computer that wakes, a hand may come before whoever watches has looked again.
    pub async fn note_use(&self) {
        let space = match &*self.state.lock().await {
            AccountState::Open(space) => space.clone(),
            AccountState::Locked(_) | AccountState::SignedOut | AccountState::FirstCode(_) => return,
        };
        if !space.idle.used() {
            self.lock(&space).await;
        }
    }

    /// Locks this space, if it is the one that is open.
    async fn lock(&self, space: &Arc<Space>) {
        let mut state = self.state.lock().await;
        space.idle.count(None);
        if matches!(&*state, AccountState::Open(open) if Arc::ptr_eq(open, space)) {
            *state = AccountState::Locked(space.clone());
            drop(state);
            self.notify(Notice::SessionChanged);
        }
    }

    /// Locks the space each time that it was left alone for too long; the owner stops it by dropping the future.
    pub(super) async fn lock_when_idle(&self, space: &Arc<Space>) {
        loop {
            space.idle.passed().await;
            self.lock(space).await;
        }
    }

    /// Makes sure that whoever changes the PIN knows it. A window left open is no way around the tries.
    async fn prove(&self, space: &Arc<Space>, typed: &str) -> Result<(), Error> {
        if kept_pin(space).await?.is_none() {
            return Ok(());
        }
        let proved = check(space, typed).await;
        if matches!(proved, Err(Error::Rule(FailureCode::PinSpent))) {
            self.lock(space).await;
        }
        proved
    }
}

/// How long a space with this PIN may be left alone.
pub fn limit(pin: &Pin) -> Duration {
    Duration::from_secs(60 * u64::from(pin.idle_minutes))
}

/// The PIN of a space on this computer.
pub(super) async fn kept_pin(space: &Space) -> Result<Option<Pin>, Error> {
    let mut held = space.engine.cache.lock().await;
    store::pin(held.db()?).await
}

/// Looks at a PIN typed. Counted first: ending the application in the middle gives no try back.
async fn check(space: &Space, typed: &str) -> Result<(), Error> {
    let Some(pin) = ({
        let mut held = space.engine.cache.lock().await;
        store::count_try(held.db()?, pin::TRIES).await?
    }) else {
        return Err(Error::Rule(FailureCode::PinSpent));
    };
    if pin::is_behind(typed, pin.hash.clone()).await? {
        let mut held = space.engine.cache.lock().await;
        return store::forgive_tries(held.db()?).await;
    }
    Err(Error::Rule(if pin.tries_left() == 0 { FailureCode::PinSpent } else { FailureCode::WrongPin }))
}
