//! Agents' second factor: six digits of a TOTP (RFC 6238), each step accepted once, or a recovery code, used once.

use anyhow::anyhow;
use jiff::Timestamp;
use preau_domain::accounts::normalise_one_time_code;
use totp_rs::{Builder, Totp};
use uuid::Uuid;

use super::keys::Keys;
use super::store::{self, AccountRow};
use crate::error::Result;
use crate::writer::WriteTx;

const ISSUER: &str = "Préau";

/// The TOTP behind a secret. SHA-1, six digits and thirty seconds: what every authenticator application reads.
pub(super) fn totp(secret: [u8; 20], identifiant: &str) -> anyhow::Result<Totp> {
    let builder = Builder::new().with_secret(secret).with_skew(1).with_issuer(Some(ISSUER));
    builder.with_account_name(identifiant).build().map_err(|error| anyhow!("making a TOTP: {error}"))
}

/// What was typed, read before the transaction.
#[derive(Debug, Clone)]
pub(super) enum SecondFactor {
    /// A family's account has none.
    NotAsked,
    /// Six digits that fit this step.
    Step(i64),
    /// What is stored of a recovery code.
    Recovery(Vec<u8>),
    /// Nothing that fits.
    Wrong,
}

/// Reads what was typed against the account.
pub(super) fn read(account: &AccountRow, typed: Option<&str>, keys: &Keys, now: Timestamp) -> Result<SecondFactor> {
    if account.role.is_none() {
        return Ok(SecondFactor::NotAsked);
    }
    let Some(typed) = typed.map(str::trim) else { return Ok(SecondFactor::Wrong) };
    let sealed = account.totp_secret.as_deref();
    let Some(secret) = sealed.and_then(|sealed| keys.open_totp(account.account_id, sealed)) else {
        return Ok(SecondFactor::Wrong);
    };
    let seconds = u64::try_from(now.as_second()).unwrap_or(0);
    if let Some(step) = totp(secret, &account.identifiant)?.check(typed, seconds) {
        return Ok(SecondFactor::Step(i64::try_from(step).unwrap_or(i64::MAX)));
    }
    let recovery = normalise_one_time_code(typed).map(|code| keys.recovery_hmac(account.account_id, &code).to_vec());
    Ok(recovery.map_or(SecondFactor::Wrong, SecondFactor::Recovery))
}

/// Uses the second factor up; false when it does not open the account, or no longer.
pub(super) async fn consume(tx: &WriteTx, commune: Uuid, account: Uuid, factor: &SecondFactor) -> Result<bool> {
    match factor {
        SecondFactor::NotAsked => Ok(true),
        SecondFactor::Step(step) => store::use_totp_step(tx, commune, account, *step).await,
        SecondFactor::Recovery(hmac) => store::use_recovery_code(tx, commune, account, hmac.clone()).await,
        SecondFactor::Wrong => Ok(false),
    }
}
