//! Single-use links: what they are for, how long they are good, and how they are used.
//!
//! The token of a link is 256 bits derived from its id by a key of the server, behind the commune's id. It leaves in its
//! message and nowhere else; the table has its hash. Looking at a link changes nothing — mail scanners look at all of
//! them —, [`consume`] takes it once, in the transaction of what it opens.

use jiff::{SignedDuration, Timestamp};
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::store::links::{self as store, LinkRow};
use super::store::messages;
use crate::error::Result;
use crate::random;
use crate::token::Token;
use crate::writer::WriteTx;

/// Where link pages are, under the server's address.
pub const PATH: &str = "/lien/";

/// What a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Purpose {
    /// The choice of a new personal code, for an account.
    LostCode,
    /// The confirmation of a new e-mail, for a change of a detail.
    EmailConfirmation,
    /// The opening of a co-holder's account, for an invitation.
    CoHolderInvitation,
}

impl Purpose {
    const ALL: [Self; 3] = [Self::LostCode, Self::EmailConfirmation, Self::CoHolderInvitation];

    pub(super) fn name(self) -> &'static str {
        match self {
            Self::LostCode => "lost_code",
            Self::EmailConfirmation => "email_confirmation",
            Self::CoHolderInvitation => "co_holder_invitation",
        }
    }

    pub(super) fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|purpose| purpose.name() == name)
    }

    /// How long it is good for after its message left.
    #[must_use]
    pub fn good_for(self) -> SignedDuration {
        match self {
            // Whoever reads the mail later opens the account: no longer than it takes to go and look.
            Self::LostCode => SignedDuration::from_hours(2),
            Self::EmailConfirmation => SignedDuration::from_hours(7 * 24),
            Self::CoHolderInvitation => SignedDuration::from_hours(14 * 24),
        }
    }
}

/// Whether a link opens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// It does.
    Good,
    /// It was used.
    Used,
    /// It was called off, or another one took its place.
    Void,
    /// Its time is over.
    Expired,
}

/// A link on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Link {
    /// The commune.
    pub commune: Uuid,
    /// Its id.
    pub id: Uuid,
    /// What it opens.
    pub purpose: Purpose,
    /// The account, the change or the invitation.
    pub subject: Uuid,
    /// Until when.
    pub expires: Timestamp,
    /// Whether it still does.
    pub state: State,
}

impl Link {
    fn read(commune: Uuid, row: &LinkRow, now: Timestamp) -> Option<Self> {
        let expires = Timestamp::from_millisecond(row.expires_at).ok()?;
        let state = match (row.used_at, row.voided_at) {
            (Some(_), _) => State::Used,
            // What was called off when its time was over had ended by itself.
            (None, Some(voided)) if voided < row.expires_at => State::Void,
            (None, _) if expires <= now => State::Expired,
            (None, Some(_)) => State::Void,
            (None, None) => State::Good,
        };
        let purpose = Purpose::parse(&row.purpose)?;
        Some(Self { commune, id: row.link_id, purpose, subject: row.subject_id, expires, state })
    }
}

/// Makes a link, to be carried by a message.
///
/// # Errors
/// Whatever the database says.
pub async fn issue(tx: &WriteTx, commune: Uuid, purpose: Purpose, subject: Uuid) -> Result<Uuid> {
    let link = random::id();
    store::insert(tx, commune, link, (purpose.name(), subject), tx.now() + purpose.good_for()).await?;
    Ok(link)
}

/// The link behind a token, whether or not it still opens; none for a token that never was given, or is forgotten.
///
/// # Errors
/// Whatever the database says.
pub async fn find(on: &impl ConnectionTrait, token: &Token, now: Timestamp) -> Result<Option<Link>> {
    let row = store::by_token(on, token.commune(), token.hash()).await?;
    Ok(row.and_then(|row| Link::read(token.commune(), &row, now)))
}

/// The last link of a subject that was not called off.
///
/// # Errors
/// Whatever the database says.
pub async fn latest_of(
    on: &impl ConnectionTrait,
    commune: Uuid,
    subject: Uuid,
    now: Timestamp,
) -> Result<Option<Link>> {
    Ok(store::latest_of(on, commune, subject).await?.and_then(|row| Link::read(commune, &row, now)))
}

/// Whether the message that carries a link failed: as long as nobody puts it in line again, the link reached nobody.
///
/// # Errors
/// Whatever the database says.
pub async fn is_undelivered(on: &impl ConnectionTrait, link: &Link) -> Result<bool> {
    messages::has_failed(on, link.commune, link.id).await
}

/// Uses a link, within a command; false when it no longer opens.
///
/// # Errors
/// Whatever the database says.
pub async fn consume(tx: &WriteTx, link: &Link) -> Result<bool> {
    store::consume(tx, link.commune, link.id).await
}

/// Calls off every link of a subject that was not used, and the messages that wait with one.
///
/// # Errors
/// Whatever the database says.
pub async fn void(tx: &WriteTx, commune: Uuid, subject: Uuid) -> Result<()> {
    for link in store::void_of(tx, commune, subject).await? {
        messages::drop_with_link(tx, commune, link).await?;
    }
    Ok(())
}
