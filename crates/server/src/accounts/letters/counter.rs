//! A new letter at the counter: for one adult, printed while they wait.

use std::fmt;
use std::sync::Arc;

use anyhow::Context;
use preau_protocol::ErrorCode;
use tokio::sync::Semaphore;
use uuid::Uuid;

use super::{Files, IssueLetters, LetterPress, Whom};
use crate::app::App;
use crate::audit::Actor;
use crate::communes;
use crate::error::{Error, Result};

/// Letters set at the same time: a press takes a core and some megabytes for each.
const AT_ONCE: usize = 2;

/// What prints letters while the server runs.
#[derive(Clone)]
pub struct Counter {
    press: Option<&'static dyn LetterPress>,
    server: Arc<str>,
    places: Arc<Semaphore>,
}

impl Default for Counter {
    fn default() -> Self {
        Self::new(None, "")
    }
}

impl fmt::Debug for Counter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Counter").field("server", &self.server).finish_non_exhaustive()
    }
}

/// For whom a letter is printed.
pub(in crate::accounts) struct ForOne {
    pub commune: Uuid,
    pub actor: Actor,
    pub person: Uuid,
    /// Somebody else knows their code: it and every session end at once.
    pub revoke: bool,
}

/// A letter to be printed once and never stored.
pub(in crate::accounts) struct Printed {
    pub pdf: Vec<u8>,
    /// `F0001-claire.martel.pdf`.
    pub name: String,
}

impl Counter {
    /// A counter. `server` is the server's address as families reach it; without a press every letter is refused.
    #[must_use]
    pub fn new(press: Option<&'static dyn LetterPress>, server: &str) -> Self {
        Self { press, server: server.into(), places: Arc::new(Semaphore::new(AT_ONCE)) }
    }

    /// Issues a new one-time code for an adult of a commune and prints its letter; the one before no longer opens.
    ///
    /// # Errors
    /// [`ErrorCode::LettersUnavailable`] without a press, and no code is issued then; [`Error::NotFound`] for somebody who
    /// has no account in the commune.
    pub(in crate::accounts) async fn print(&self, app: &App, wanted: ForOne) -> Result<Printed> {
        let ForOne { commune, actor, person, revoke } = wanted;
        let press = self.press.ok_or(Error::Rule(ErrorCode::LettersUnavailable))?;
        let town = communes::read(app.db.readers(), commune).await?;
        let place = self.places.clone().acquire_owned().await.context("the counter is closed")?;
        let (whom, keys) = (Whom::Adult(person), app.keys.clone());
        let issue = IssueLetters { commune, whom, after: Uuid::nil(), actor, keys, revoke };
        let letter = app.writer.run(issue).await?.letters.pop().ok_or(Error::NotFound)?;
        // Whoever lost a code tried some: they do not wait for the new one.
        app.throttle.forget_name(&town.slug, &letter.identifiant);
        let server = self.server.clone();
        let printing = tokio::task::spawn_blocking(move || {
            let _place = place;
            let pdf = press.print(std::slice::from_ref(&letter), &town, &server)?;
            anyhow::Ok(Printed { pdf, name: letter.file_name(Files::Pdf) })
        });
        Ok(printing.await.context("printing a letter")??)
    }
}
