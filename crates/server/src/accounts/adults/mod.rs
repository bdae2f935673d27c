//! Accounts of adults who join or leave a family by themselves.
//!
//! Table: `account`, `device`. Invariants: an account is opened with a code of its owner's own; one that is closed opens
//! nothing any more, stays on record for the audit, and leaves its identifiant free for others.

mod store;

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::one_time::{FamilyAccount, open_family_accounts};
use super::store::{self as accounts, Because};
use crate::error::Result;
use crate::notices::links;
use crate::writer::WriteTx;

/// The account of an adult, if it is in force.
///
/// # Errors
/// Whatever the database says.
pub async fn account_of(on: &impl ConnectionTrait, commune: Uuid, person: Uuid) -> Result<Option<Uuid>> {
    store::account_of(on, commune, person).await
}

/// Opens an account with a personal code; false when its identifiant is taken.
///
/// # Errors
/// Whatever the database says.
pub async fn open(tx: &WriteTx, commune: Uuid, account: &FamilyAccount, code_hash: &str) -> Result<bool> {
    if accounts::is_taken(tx, commune, &account.identifiant, account.account).await? {
        return Ok(false);
    }
    open_family_accounts(tx, commune, std::slice::from_ref(account)).await?;
    accounts::set_code(tx, commune, account.account, code_hash).await?;
    Ok(true)
}

/// Closes the account of an adult, if there is one: its devices are let go, its links called off.
///
/// # Errors
/// Whatever the database says.
pub async fn close(tx: &WriteTx, commune: Uuid, person: Uuid) -> Result<Option<Uuid>> {
    let Some(account) = account_of(tx.connection(), commune, person).await? else { return Ok(None) };
    store::close(tx, commune, account).await?;
    accounts::revoke_devices(tx, commune, account, Because::Closed).await?;
    links::void(tx, commune, account).await?;
    Ok(Some(account))
}
