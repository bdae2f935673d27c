//! One-time codes: 60 random bits on a letter, kept as a keyed HMAC, good until a personal code is chosen.

use jiff::SignedDuration;
use preau_domain::accounts::{format_one_time_code, normalise_one_time_code};
use uuid::Uuid;

use super::caller::Who;
use super::failures::Name;
use super::keys::Keys;
use super::store::{self, NewRow};
use crate::audit::{self, Actor, Entry};
use crate::error::{Error, Result};
use crate::random::random;
use crate::writer::WriteTx;

/// How long a one-time code is good for: a letter may lie a while.
pub const GOOD_FOR: SignedDuration = SignedDuration::from_hours(60 * 24);

/// A code, to be printed once and never stored.
#[derive(Clone, PartialEq, Eq)]
pub struct IssuedCode {
    /// Whose.
    pub account: Uuid,
    /// `XXXX-XXXX-XXXX`.
    pub code: String,
}

impl std::fmt::Debug for IssuedCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IssuedCode").field("account", &self.account).finish_non_exhaustive()
    }
}

/// Issues a new one-time code for each account, within a command; an earlier one no longer opens it. A personal code
/// stays good until the next one is chosen.
///
/// # Errors
/// [`Error::NotFound`] when one of the accounts does not exist or is disabled.
pub async fn issue(
    tx: &WriteTx,
    keys: &Keys,
    commune: Uuid,
    actor: Actor,
    accounts: &[Uuid],
) -> Result<Vec<IssuedCode>> {
    let mut issued = Vec::with_capacity(accounts.len());
    let mut entries = Vec::with_capacity(accounts.len());
    for account in accounts {
        let (code, compared) = draw()?;
        let hmac = keys.one_time_hmac(*account, &compared).to_vec();
        let of = store::set_one_time(tx, commune, *account, hmac, tx.now() + GOOD_FOR).await?.ok_or(Error::NotFound)?;
        store::forget_failures(tx, &Name::on_record(commune, &of.identifiant, keys)).await?;
        let (action, family) = ("one_time_code_issued", of.family_id);
        entries.push(Entry { commune, actor, action, family, entity: Some(*account), details: None });
        issued.push(IssuedCode { account: *account, code });
    }
    audit::record_all(tx, commune, &entries).await?;
    Ok(issued)
}

/// A code as printed and in its compared form.
pub(super) fn draw() -> Result<(String, String)> {
    let code = format_one_time_code(u64::from_le_bytes(random()?));
    let compared = normalise_one_time_code(&code).ok_or_else(|| anyhow::anyhow!("a code that cannot be read back"))?;
    Ok((code, compared))
}

/// The account of an adult, about to be opened.
#[derive(Debug, Clone)]
pub struct FamilyAccount {
    /// Its id.
    pub account: Uuid,
    /// In its compared form, and free in the commune.
    pub identifiant: String,
    /// The family.
    pub family: Uuid,
    /// The adult.
    pub person: Uuid,
}

impl FamilyAccount {
    fn row(&self) -> NewRow<'_> {
        let who = Who::Family { family: self.family, person: self.person };
        NewRow { account: self.account, identifiant: &self.identifiant, who, totp_secret: None }
    }
}

/// Opens accounts of adults, within a command, without any code: one is issued with the letter.
///
/// # Errors
/// Whatever the database says: an identifiant that is taken, an adult that is not there.
pub async fn open_family_accounts(tx: &WriteTx, commune: Uuid, accounts: &[FamilyAccount]) -> Result<()> {
    let rows = accounts.iter().map(FamilyAccount::row).collect();
    store::insert_accounts(tx, commune, rows).await
}
