//! Opening a co-holder's account with the link of an invitation.

use preau_domain::accounts::Identifiant;
use preau_protocol::ErrorCode;
use preau_protocol::accounts::SecurityEventDto;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::store::{self, InvitationRow};
use super::{CO_HOLDER, HOLDER, full_name};
use crate::accounts::adults;
use crate::accounts::choosing::{fault, new_credentials};
use crate::accounts::one_time::FamilyAccount;
use crate::accounts::throttle::{Network, Try};
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::error::{Error, Result};
use crate::family::projection::publish_families;
use crate::family::store::{self as families, AdultRow};
use crate::notices::links::{self, Link};
use crate::notices::pages::{Page, Said, Typed};
use crate::notices::security;
use crate::random;
use crate::sync::hold;
use crate::writer::{Command, WriteTx};

/// What the link shows: who invites, and an identifiant to begin with.
///
/// # Errors
/// [`Error::NotFound`] when the invitation is over.
pub async fn page(app: &App, link: &Link) -> Result<Page> {
    let (invitation, holder) = invited(app.db.readers(), link).await?;
    let suggested = Identifiant::parse(&invitation.email).map(|own| own.as_str().to_owned()).unwrap_or_default();
    Ok(Page::join(&full_name(&holder), &invitation.first_name, &suggested, &[]))
}

/// Opens the account with what was typed, and shows what follows.
///
/// # Errors
/// [`Error::NotFound`] as [`page`]; [`Error::TooManyAttempts`] after a few identifiants that were taken; [`Error::Busy`] when
/// there is too much to hash.
pub async fn join(app: &App, link: &Link, typed: &Typed, network: Network) -> Result<Page> {
    let (invitation, holder) = invited(app.db.readers(), link).await?;
    let again =
        |faults: &[_]| Page::join(&full_name(&holder), &invitation.first_name, typed.identifiant.trim(), faults);
    let identifiant = match new_credentials(typed) {
        Ok(identifiant) => identifiant,
        Err(faults) => return Ok(again(&faults)),
    };
    let joining = async {
        let hash = app.hashing.hash(&typed.code).await?;
        app.writer.run(Join { link: *link, identifiant: identifiant.clone(), hash }).await
    };
    match app.throttle.judge(&Try::link(link.id, network), app.clock.now(), joining).await {
        Ok(Said::Joined) => Ok(Page::saying(Said::Joined, Some(identifiant.as_str()))),
        Ok(said) => Ok(Page::saying(said, None)),
        Err(Error::Rule(ErrorCode::IdentifiantRefused)) => Ok(again(&[fault("identifiant", "taken")])),
        Err(error) => Err(error),
    }
}

/// The invitation behind a link, and the holder of its family, which has no co-holder yet.
async fn invited(on: &impl ConnectionTrait, link: &Link) -> Result<(InvitationRow, AdultRow)> {
    let invitation = store::invitation(on, link.commune, link.subject).await?.ok_or(Error::NotFound)?;
    let adults = families::adults(on, link.commune, &[invitation.family_id]).await?;
    if adults.iter().any(|adult| adult.role == CO_HOLDER) {
        return Err(Error::NotFound);
    }
    let holder = adults.into_iter().find(|adult| adult.role == HOLDER).ok_or(Error::NotFound)?;
    Ok((invitation, holder))
}

struct Join {
    link: Link,
    identifiant: Identifiant,
    hash: String,
}

impl Command for Join {
    type Output = Said;
    const NAME: &'static str = "join_as_co_holder";

    async fn apply(&self, tx: &WriteTx) -> Result<Said> {
        let commune = self.link.commune;
        let family =
            store::invitation(tx.connection(), commune, self.link.subject).await?.ok_or(Error::NotFound)?.family_id;
        hold(tx, commune, &[family]).await?;
        let (invitation, _) = invited(tx.connection(), &self.link).await?;
        if !links::consume(tx, &self.link).await? || !store::end(tx, commune, self.link.subject, "accepted").await? {
            return Ok(Said::Used);
        }
        let (person, account) = (random::id(), random::id());
        let name = format!("{} {}", invitation.first_name, invitation.last_name);
        store::insert_adult(tx, commune, &co_holder(person, invitation)).await?;
        let identifiant = self.identifiant.as_str().to_owned();
        let opened = FamilyAccount { account, identifiant, family, person };
        if !adults::open(tx, commune, &opened, &self.hash).await? {
            // Undoes all of it: the link still opens, for another identifiant.
            return Err(Error::Rule(ErrorCode::IdentifiantRefused));
        }
        publish_families(tx, commune, &[family]).await?;
        let (actor, action, entity) = (Actor::Family(account), "co_holder_joined", Some(person));
        audit::record(tx, Entry { commune, actor, action, family: Some(family), entity, details: None }).await?;
        security::tell(tx, commune, family, Some(person), SecurityEventDto::CoHolderJoined { name }).await?;
        Ok(Said::Joined)
    }
}

/// The adult of an invitation. The e-mail is theirs: the link was sent there.
fn co_holder(person_id: Uuid, invitation: InvitationRow) -> AdultRow {
    AdultRow {
        person_id,
        family_id: invitation.family_id,
        role: CO_HOLDER.to_owned(),
        first_name: invitation.first_name,
        last_name: invitation.last_name,
        mobile_phone: None,
        landline_phone: None,
        email: Some(invitation.email),
    }
}
