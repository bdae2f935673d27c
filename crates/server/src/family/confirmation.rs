//! A new e-mail waits for its owner: a single-use link sent there confirms it, and the old one is told. When the link
//! has ended unopened, the change ends too, so that the family can ask again.

use std::time::Duration;

use preau_domain::family::{DetailChange, DetailSubject, DetailValue, Policy};
use preau_protocol::accounts::SecurityEventDto;
use preau_protocol::family::{DetailChangeDto, DetailValueDto};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::details::{self, OnRecord};
use super::projection::{detail_change, publish_families};
use super::store::{self, DetailChangeRow, Settlement};
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::caller::FamilyCaller;
use crate::communes;
use crate::error::{Error, Result};
use crate::notices::links::{self, Link, Purpose, State};
use crate::notices::pages::{Page, Said};
use crate::notices::{Content, Recipient, enqueue, security};
use crate::sync::hold;
use crate::writer::{Command, WriteTx};

const WAITS: &str = "awaits_confirmation";
/// How often links that ended are looked for: their page says to ask again, which is possible within that time.
const LOOK: Duration = Duration::from_secs(60);

/// Writes to the new e-mail of a change, and to the one in use.
///
/// # Errors
/// Whatever the database says.
pub(super) async fn ask(tx: &WriteTx, caller: &FamilyCaller, change_id: Uuid, change: &DetailChange) -> Result<()> {
    let FamilyCaller { commune, family, .. } = *caller;
    let (DetailSubject::Adult(person), DetailValue::Email(Some(email))) = (change.subject, &change.new) else {
        return Ok(());
    };
    let adults = store::adults(tx.connection(), commune, &[family]).await?;
    let adult = adults.into_iter().find(|adult| adult.person_id == person.0).ok_or(Error::NotFound)?;
    let link = links::issue(tx, commune, Purpose::EmailConfirmation, change_id).await?;
    let (first_name, email) = (adult.first_name, email.as_str().to_owned());
    let content = Content::EmailConfirmation { first_name: first_name.clone(), email: email.clone() };
    enqueue(tx, commune, &Recipient::Mail(email), &content, Some(link)).await?;
    match adult.email {
        Some(old) => enqueue(tx, commune, &Recipient::Mail(old), &Content::EmailChangeAsked { first_name }, None).await,
        None => Ok(()),
    }
}

/// What the link shows.
///
/// # Errors
/// [`Error::NotFound`] when the change no longer waits for its owner.
pub async fn page(app: &App, link: &Link) -> Result<Page> {
    let change = waiting(app.db.readers(), link).await?.ok_or(Error::NotFound)?;
    Ok(Page::confirm_email(&new_email(&change)?))
}

/// Confirms the e-mail, and shows what follows.
///
/// # Errors
/// [`Error::NotFound`] as [`page`].
pub async fn confirm(app: &App, link: &Link) -> Result<Page> {
    Ok(Page::saying(app.writer.run(Confirm { link: *link }).await?, None))
}

async fn waiting(on: &impl ConnectionTrait, link: &Link) -> Result<Option<DetailChangeRow>> {
    let row = store::detail_change(on, link.commune, link.subject).await?;
    Ok(row.filter(|row| row.status == WAITS))
}

fn new_email(row: &DetailChangeRow) -> Result<String> {
    match serde_json::from_str(&row.new_value)? {
        DetailValueDto::Email(Some(email)) => Ok(email),
        _ => Err(Error::NotFound),
    }
}

struct Confirm {
    link: Link,
}

impl Command for Confirm {
    type Output = Said;
    const NAME: &'static str = "confirm_email";

    async fn apply(&self, tx: &WriteTx) -> Result<Said> {
        let Link { commune, subject: change, .. } = self.link;
        let row = waiting(tx.connection(), &self.link).await?.ok_or(Error::NotFound)?;
        let (family, person, asked) = (row.family_id, row.subject_person, detail_change(row)?);
        // Before the value is read: another process that changes it does so after this one.
        hold(tx, commune, &[family]).await?;
        let Some(on_record) = self.over(tx, family, &asked).await? else { return Ok(Said::Overtaken) };
        if !links::consume(tx, &self.link).await? {
            return Ok(Said::Used);
        }
        let field = asked.field.into();
        let by_hand = communes::read(tx.connection(), commune).await?.details.of(field) == Policy::ByHand;
        let settled = if by_hand {
            store::hand_to_town(tx, commune, family, change).await?
        } else {
            let settlement = Settlement { status: "accepted", decided_by: None, reason: None };
            store::settle_change(tx, commune, family, change, settlement).await?
        };
        if !settled {
            return Err(Error::NotFound);
        }
        if !by_hand {
            details::write(tx, commune, on_record, field, &asked.new.on_record()).await?;
        }
        publish_families(tx, commune, &[family]).await?;
        self.record(tx, family).await?;
        if !by_hand {
            security::tell(tx, commune, family, person, SecurityEventDto::EmailChanged).await?;
        }
        Ok(if by_hand { Said::EmailWaits } else { Said::EmailConfirmed })
    }
}

impl Confirm {
    /// What the e-mail is written into: over the value the family saw, and over no other.
    async fn over(&self, tx: &WriteTx, family: Uuid, asked: &DetailChangeDto) -> Result<Option<OnRecord>> {
        let on_record = details::on_record(tx, self.link.commune, family, asked.subject.into()).await?;
        let seen = |on_record: &OnRecord| {
            let current = on_record.detail(asked.field.into());
            current == asked.old.on_record() || current == asked.new.on_record()
        };
        Ok(on_record.filter(seen))
    }

    async fn record(&self, tx: &WriteTx, family: Uuid) -> Result<()> {
        // Whoever holds the link acts: it was sent to the new address and to no account.
        let (commune, entity) = (self.link.commune, Some(self.link.subject));
        let (actor, action, family) = (Actor::System, "email_confirmed", Some(family));
        audit::record(tx, Entry { commune, actor, action, family, entity, details: None }).await
    }
}

/// Ends changes that nobody confirmed in time, until the server ends.
pub async fn keep_expiring(app: App) {
    let expiring = async {
        loop {
            if let Err(error) = expire(&app).await {
                tracing::warn!(%error, "e-mails that were not confirmed in time still wait");
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    app.closing.run_until_cancelled(expiring).await;
}

/// Ends the changes whose link has ended.
///
/// # Errors
/// Whatever the database says; what is left ends the next time.
pub async fn expire(app: &App) -> Result<()> {
    let before = app.clock.now() - Purpose::EmailConfirmation.good_for();
    for (commune, change) in store::unconfirmed(app.db.readers(), before).await? {
        app.writer.run(Expire { commune, change }).await?;
    }
    Ok(())
}

struct Expire {
    commune: Uuid,
    change: Uuid,
}

impl Command for Expire {
    type Output = ();
    const NAME: &'static str = "expire_email";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        let Self { commune, change } = *self;
        let Some(row) = store::detail_change(tx.connection(), commune, change).await? else { return Ok(()) };
        hold(tx, commune, &[row.family_id]).await?;
        let link = links::latest_of(tx.connection(), commune, change, tx.now()).await?;
        // Its mail may have left late: the link is good for as long as it says.
        if row.status != WAITS || link.is_some_and(|link| link.state == State::Good) {
            return Ok(());
        }
        let settlement = Settlement { status: "withdrawn", decided_by: None, reason: Some(store::EXPIRED) };
        if !store::settle_change(tx, commune, row.family_id, change, settlement).await? {
            return Ok(());
        }
        // A mail that never left is not sent any more.
        links::void(tx, commune, change).await?;
        publish_families(tx, commune, &[row.family_id]).await?;
        let (actor, action, family) = (Actor::System, "detail_change_expired", Some(row.family_id));
        audit::record(tx, Entry { commune, actor, action, family, entity: Some(change), details: None }).await
    }
}
