//! Choosing a new personal code with the link of a mail.

use preau_protocol::accounts::SecurityEventDto;

use super::super::choosing::code_faults;
use super::super::failures::Name;
use super::super::store::{self as accounts, AccountRow, Because};
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::communes;
use crate::error::{Error, Result};
use crate::notices::links::{self, Link};
use crate::notices::pages::{Page, Said, Typed};
use crate::notices::security;
use crate::writer::{Command, WriteTx};

/// What the link shows.
///
/// # Errors
/// [`Error::NotFound`] when the account was closed meanwhile.
pub async fn page(app: &App, link: &Link) -> Result<Page> {
    Ok(Page::choose_code(&account(app, link).await?.identifiant, &[]))
}

/// Puts the code typed in force, and shows what follows.
///
/// # Errors
/// [`Error::NotFound`] as [`page`]; [`Error::Busy`] when there is too much to hash.
pub async fn choose(app: &App, link: &Link, typed: &Typed) -> Result<Page> {
    let account = account(app, link).await?;
    let faults = code_faults(typed, &account.identifiant);
    if !faults.is_empty() {
        return Ok(Page::choose_code(&account.identifiant, &faults));
    }
    let hash = app.hashing.hash(&typed.code).await?;
    let name = Name::on_record(link.commune, &account.identifiant, &app.keys);
    // Before the code is in force: whatever fails from then on would tell people that nothing changed.
    let slug = communes::read(app.db.readers(), link.commune).await?.slug;
    if !app.writer.run(ResetCode { link: *link, name, hash }).await? {
        return Ok(Page::saying(Said::Used, None));
    }
    // Whoever lost a code tried some: they do not wait for the new one.
    app.throttle.forget_name(&slug, &account.identifiant);
    Ok(Page::saying(Said::CodeChosen, Some(&account.identifiant)))
}

async fn account(app: &App, link: &Link) -> Result<AccountRow> {
    let account = accounts::account(app.db.readers(), link.commune, link.subject).await?;
    account.filter(|account| account.disabled_at.is_none()).ok_or(Error::NotFound)
}

struct ResetCode {
    link: Link,
    name: Name,
    hash: String,
}

impl Command for ResetCode {
    /// Whether the link still opened.
    type Output = bool;
    const NAME: &'static str = "reset_code";

    async fn apply(&self, tx: &WriteTx) -> Result<bool> {
        let (commune, account) = (self.link.commune, self.link.subject);
        if !links::consume(tx, &self.link).await? {
            return Ok(false);
        }
        let row = accounts::account(tx.connection(), commune, account).await?;
        let row = row.filter(|row| row.disabled_at.is_none()).ok_or(Error::NotFound)?;
        accounts::set_code(tx, commune, account, &self.hash).await?;
        accounts::forget_failures(tx, &self.name).await?;
        accounts::revoke_devices(tx, commune, account, Because::CodeReset).await?;
        links::void(tx, commune, account).await?;
        let (actor, action, family) = (Actor::Family(account), "code_reset", row.family_id);
        audit::record(tx, Entry { commune, actor, action, family, entity: Some(account), details: None }).await?;
        match family {
            Some(family) => security::tell(tx, commune, family, row.person_id, SecurityEventDto::CodeReset).await,
            None => Ok(()),
        }?;
        Ok(true)
    }
}
