//! Ending the codes and sessions of whoever gets a letter because somebody else knows their code.

use uuid::Uuid;

use super::super::store::{Because, revoke_devices};
use super::store;
use crate::audit::{self, Actor, Entry};
use crate::error::Result;
use crate::notices::links;
use crate::writer::WriteTx;

/// Ends the personal code, every session and every link of a lost code of these accounts, within a command: the letter
/// issued in it is what opens them from now on.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn revoke(tx: &WriteTx, commune: Uuid, actor: Actor, accounts: &[Uuid]) -> Result<()> {
    let mut entries = Vec::with_capacity(accounts.len());
    for account in accounts {
        let family = store::forget_code(tx, commune, *account).await?;
        revoke_devices(tx, commune, *account, Because::CodeReset).await?;
        links::void(tx, commune, *account).await?;
        let (action, entity) = ("code_revoked", Some(*account));
        entries.push(Entry { commune, actor, action, family, entity, details: None });
    }
    audit::record_all(tx, commune, &entries).await
}
