//! Signing in with an identifiant and a one-time or personal code.
//!
//! Whatever is wrong, the work and the answer are the same: one Argon2id verification, then `sign_in_refused`.

use jiff::Timestamp;
use preau_domain::accounts::{Identifiant, normalise_one_time_code};
use preau_protocol::ErrorCode;
use preau_protocol::accounts::{AccountDto, SessionDto, SignInRequest};
use uuid::Uuid;

use super::failures::{self, CountFailure, Name};
use super::keys::{self, Keys};
use super::second_factor::{self, SecondFactor};
use super::store::{self, AccountRow};
use super::throttle::{Network, Try};
use super::tokens::{self, Pair};
use crate::app::App;
use crate::audit::{self, Actor, Details, Entry};
use crate::error::{Error, Result};
use crate::random;
use crate::writer::{Command, WriteTx};

/// Longest name a computer may give itself, in characters.
const LABEL_MAX: usize = 80;

/// Signs in.
///
/// # Errors
/// [`ErrorCode::SignInRefused`], [`Error::TooManyAttempts`], [`Error::Busy`], or fields that cannot be read.
pub async fn sign_in(app: &App, request: &SignInRequest, network: Network) -> Result<SessionDto> {
    let label = request.device_label.trim();
    if label.is_empty() || label.chars().count() > LABEL_MAX || label.chars().any(char::is_control) {
        return Err(super::invalid(ErrorCode::InvalidRequest, "device_label", "length"));
    }
    let now = app.clock.now();
    let attempt = Try::new(&request.commune, &request.identifiant, request.installation, network);
    app.throttle.judge(&attempt, now, judge(app, request, label, now)).await
}

async fn judge(app: &App, request: &SignInRequest, label: &str, now: Timestamp) -> Result<SessionDto> {
    let (name, account) = find(app, request).await?;
    if let Some(name) = &name {
        // Before anything is judged: a right code tried meanwhile costs nothing and is no failure.
        failures::wait(store::locked_until(app.db.readers(), name).await?, now)?;
    }
    let proof = prove(app, account.as_ref(), &request.code).await?;
    let factor = match &account {
        Some(account) => second_factor::read(account, request.totp.as_deref(), &app.keys, app.clock.now())?,
        None => SecondFactor::Wrong,
    };
    // Known or not, right or wrong, the same commands run: how long the answer takes says nothing.
    let (commune, id) = account.as_ref().map_or((Uuid::nil(), Uuid::nil()), |row| (row.commune_id, row.account_id));
    let (device, pair) = (random::id(), Pair::random(commune)?);
    let (label, name_typed) = (label.to_owned(), name.clone());
    let open = OpenSession { commune, account: id, name: name_typed, proof, factor, device, label, pair: pair.clone() };
    let opened = app.writer.run(open).await;
    if let (Err(Error::Rule(ErrorCode::SignInRefused)), Some(name)) = (&opened, name) {
        count_failure(app, name, now).await;
    }
    opened.map(|dto| session(&pair, device, dto, tokens::ACCESS.as_secs()))
}

/// The name that was typed, and its account. Communes are known to anyone, and an identifiant that breaks the rules is
/// nobody's: neither has to be counted on record.
async fn find(app: &App, request: &SignInRequest) -> Result<(Option<Name>, Option<AccountRow>)> {
    let Ok(identifiant) = Identifiant::parse(&request.identifiant) else { return Ok((None, None)) };
    let on = app.db.readers();
    let Some(commune) = store::commune(on, &request.commune).await? else { return Ok((None, None)) };
    let account = store::by_identifiant(on, commune, identifiant.as_str()).await?;
    Ok((Some(Name::typed(commune, &identifiant, &app.keys)), account))
}

/// The refusal stands whether or not it could be counted: the counts in memory are already up to date.
async fn count_failure(app: &App, name: Name, at: Timestamp) {
    if let Err(error) = app.writer.run(CountFailure { name, at }).await {
        tracing::warn!(%error, "a failure was not counted");
    }
}

/// The session as answered.
pub(super) fn session(pair: &Pair, device: Uuid, account: AccountDto, access_seconds: u64) -> SessionDto {
    SessionDto {
        access_token: pair.access.text(),
        access_expires_in: u32::try_from(access_seconds).unwrap_or(u32::MAX),
        refresh_token: pair.refresh.text(),
        device_id: device,
        account,
    }
}

pub(super) fn refused() -> Error {
    Error::Rule(ErrorCode::SignInRefused)
}

/// What a code proved, to be looked at again inside the transaction: the code may have been changed meanwhile.
#[derive(Debug, Clone)]
pub(super) enum Proof {
    /// The personal code with this hash.
    Personal(String),
    /// The one-time code with this HMAC.
    OneTime(Vec<u8>),
}

impl Proof {
    pub(super) fn still_holds(&self, account: &AccountRow, now: Timestamp) -> bool {
        match self {
            Self::Personal(hash) => account.code_hash.as_ref() == Some(hash),
            Self::OneTime(hmac) => one_time_in_force(account, now).is_some_and(|stored| keys::same(stored, hmac)),
        }
    }
}

fn one_time_in_force(account: &AccountRow, now: Timestamp) -> Option<&[u8]> {
    let good = account.one_time_expires_at.is_some_and(|expires| now.as_millisecond() < expires);
    account.one_time_hmac.as_deref().filter(|_| good)
}

/// Judges a code: exactly one Argon2id verification and one HMAC, whatever there is to compare with.
pub(super) async fn prove(app: &App, account: Option<&AccountRow>, code: &str) -> Result<Option<Proof>> {
    let hash = account.and_then(|account| account.code_hash.clone());
    let personal = app.hashing.verify(code, hash.as_deref()).await?;
    let one_time = prove_one_time(account, code, &app.keys, app.clock.now());
    Ok(hash.filter(|_| personal).map(Proof::Personal).or(one_time))
}

fn prove_one_time(account: Option<&AccountRow>, code: &str, keys: &Keys, now: Timestamp) -> Option<Proof> {
    // Without a code or an account there is still something to compute and to compare.
    let typed = normalise_one_time_code(code);
    let id = account.map_or(Uuid::nil(), |account| account.account_id);
    let hmac = keys.one_time_hmac(id, typed.as_deref().unwrap_or_default());
    let stored = account.and_then(|account| one_time_in_force(account, now));
    let fits = keys::same(stored.unwrap_or(&[0; 32]), &hmac);
    (fits && typed.is_some() && stored.is_some()).then(|| Proof::OneTime(hmac.to_vec()))
}

struct OpenSession {
    commune: Uuid,
    account: Uuid,
    /// None where nobody's account can be meant.
    name: Option<Name>,
    proof: Option<Proof>,
    factor: SecondFactor,
    device: Uuid,
    label: String,
    pair: Pair,
}

impl Command for OpenSession {
    type Output = AccountDto;
    const NAME: &'static str = "open_session";

    async fn apply(&self, tx: &WriteTx) -> Result<AccountDto> {
        let Some(name) = &self.name else { return Err(refused()) };
        // Many guesses at once: the lock may be newer than the one read before judging.
        failures::wait(store::locked_until(tx.connection(), name).await?, tx.now())?;
        let account = store::account(tx.connection(), self.commune, self.account).await?.ok_or_else(refused)?;
        let proof = self.proof.as_ref().filter(|proof| proof.still_holds(&account, tx.now())).ok_or_else(refused)?;
        if account.disabled_at.is_some() {
            return Err(refused());
        }
        if !second_factor::consume(tx, self.commune, self.account, &self.factor).await? {
            return Err(refused());
        }
        let first_code = matches!(proof, Proof::OneTime(_));
        store::forget_failures(tx, name).await?;
        store::forget_ended_tokens(tx, self.commune).await?;
        store::insert_device(tx, self.commune, self.device, self.account, &self.label).await?;
        store::insert_pair(tx, &self.pair, self.account, self.device, first_code).await?;
        let actor = if account.role.is_some() { Actor::Agent(self.account) } else { Actor::Family(self.account) };
        let details = Details::default().with("computer", &self.label)?.into_text();
        let entry = Entry {
            commune: self.commune,
            actor,
            action: "signed_in",
            family: account.family_id,
            entity: Some(self.device),
            details: Some(&details),
        };
        audit::record(tx, entry).await?;
        account.dto(first_code)
    }
}
