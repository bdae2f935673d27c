//! Sends what is in line, round by round.
//!
//! A round takes messages for itself for a quarter of an hour, tries each once, and puts the end on record. What a peer took is
//! not tried again. One thing is left: a process that ends between the peer's yes and that record leaves a message that is tried
//! once more, a quarter of an hour later, under the same id — a folder then keeps the first, a gateway is told by its idempotency key,
//! a mail has the same Message-ID.

use std::time::Duration;

use futures_util::StreamExt;
use futures_util::stream;
use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::content::Content;
use super::links::{self, Purpose};
use super::schedule;
use super::store::links as link_store;
use super::store::messages::{self, ClaimedRow, Settled};
use super::templates::{ShownLink, Templates};
use super::transports::{Carriers, Delivery, Parcel};
use crate::app::App;
use crate::communes;
use crate::error::{Error, Result};
use crate::token::Token;
use crate::writer::{Command, WriteTx};

/// Messages of a round.
const ROUND: i64 = 20;
/// Tried at the same time.
const AT_ONCE: usize = 4;
/// Nobody else takes a message for so long: more than a whole round may last (twenty, four at a time, two minutes each).
const HELD: SignedDuration = SignedDuration::from_mins(15);
/// How often is looked whether there is something to send.
const LOOK: Duration = Duration::from_secs(1);
/// After a failure of ours.
const PAUSE: Duration = Duration::from_secs(10);

/// What messages are sent with.
#[derive(Debug)]
pub struct Sender {
    /// Who carries them.
    pub carriers: Carriers,
    /// Their words.
    pub templates: Templates,
    /// The server's address as families reach it, without a slash at its end.
    pub address: String,
}

impl Sender {
    /// Sends until the server ends; a round that has begun is brought to its end.
    pub async fn run(self, app: App) {
        let closing = app.closing.clone();
        while !closing.is_cancelled() {
            let pause = match self.round(&app).await {
                Ok(0) => LOOK,
                Ok(_) => Duration::ZERO,
                Err(error) => {
                    tracing::warn!(%error, "messages wait");
                    PAUSE
                }
            };
            closing.run_until_cancelled(tokio::time::sleep(pause)).await;
        }
    }

    /// Tries the messages whose time has come, some at a time; how many.
    ///
    /// # Errors
    /// Whatever the database says. What a peer says is on record, not here.
    pub async fn round(&self, app: &App) -> Result<usize> {
        if !messages::any_due(app.db.readers(), app.clock.now()).await? {
            return Ok(0);
        }
        let round = Uuid::now_v7();
        let claimed = app.writer.run(Claim { app: app.clone(), round }).await?;
        let count = claimed.len();
        stream::iter(claimed).for_each_concurrent(AT_ONCE, |one| self.send(app, round, one)).await;
        Ok(count)
    }

    async fn send(&self, app: &App, round: Uuid, one: Claimed) {
        let ClaimedRow { commune_id, message_id, attempts, created_at, .. } = one.row;
        let channel = if one.row.channel == "sms" { "sms" } else { "mail" };
        let delivery = match self.parcel(app, &one).await {
            Ok(parcel) if channel == "sms" => self.carriers.sms(&parcel).await,
            Ok(parcel) => self.carriers.mail(&parcel).await,
            Err(error) => {
                tracing::error!(message_id = %message_id, error = format!("{error:#}"), "a message has no words");
                Delivery::Later("words".to_owned())
            }
        };
        let end = End::of(delivery, created_at, attempts, app.clock.now());
        metrics::counter!("preau_messages_total", "channel" => channel, "end" => end.name()).increment(1);
        if let End::Failed(reason) = &end {
            tracing::warn!(message_id = %message_id, channel, reason, "a message failed: preau-server notices list");
        }
        put_on_record(app, Settle { key: (commune_id, message_id), round, end }).await;
    }

    async fn parcel(&self, app: &App, one: &Claimed) -> anyhow::Result<Parcel> {
        let content: Content = serde_json::from_str(&one.row.data)?;
        let town = communes::read(app.db.readers(), one.row.commune_id).await?;
        let link = one.link.as_ref().map(|(token, until)| ShownLink {
            url: format!("{}{}{}", self.address, links::PATH, token.text()),
            until: *until,
        });
        let words = if one.row.channel == "sms" {
            self.templates.sms(&content, &town)?
        } else {
            self.templates.mail(&content, &town, link.as_ref())?
        };
        Ok(Parcel {
            id: one.row.message_id,
            at: app.clock.now(),
            to: one.row.recipient.clone(),
            from_name: format!("Ville de {}", town.name),
            reply_to: town.contact.email,
            subject: words.subject,
            text: words.text,
            html: words.html,
        })
    }
}

/// A message, and the token of the link it carries with its end.
struct Claimed {
    row: ClaimedRow,
    link: Option<(Token, Timestamp)>,
}

/// Takes messages for a round.
struct Claim {
    app: App,
    round: Uuid,
}

impl Command for Claim {
    type Output = Vec<Claimed>;
    const NAME: &'static str = "claim_messages";

    async fn apply(&self, tx: &WriteTx) -> Result<Vec<Claimed>> {
        let mut claimed = Vec::new();
        for row in messages::claim(tx, self.round, tx.now() + HELD, ROUND).await? {
            let Some(link) = row.link_id else {
                claimed.push(Claimed { row, link: None });
                continue;
            };
            match self.carry(tx, row.commune_id, link).await? {
                Some(carried) => claimed.push(Claimed { row, link: Some(carried) }),
                None => {
                    messages::settle(tx, (row.commune_id, row.message_id), self.round, &Settled::Dropped).await?;
                }
            }
        }
        Ok(claimed)
    }
}

impl Claim {
    /// The token of a link, which opens it from now on; none when the link was used or called off meanwhile.
    async fn carry(&self, tx: &WriteTx, commune: Uuid, link: Uuid) -> Result<Option<(Token, Timestamp)>> {
        let row = link_store::by_id(tx.connection(), commune, link).await?.ok_or(Error::NotFound)?;
        if row.used_at.is_some() || row.voided_at.is_some() {
            return Ok(None);
        }
        let good_for = Purpose::parse(&row.purpose).map(Purpose::good_for).unwrap_or_default();
        let (token, until) = (self.app.keys.link_token(commune, link), tx.now() + good_for);
        link_store::carry(tx, commune, link, token.hash(), until).await?;
        Ok(Some((token, until)))
    }
}

/// What is put on record after a try.
#[derive(Debug, Clone)]
enum End {
    Sent,
    Again(Timestamp, String),
    Failed(String),
}

impl End {
    fn of(delivery: Delivery, created_at: i64, attempts: i64, now: Timestamp) -> Self {
        match delivery {
            Delivery::Taken => Self::Sent,
            Delivery::Refused(reason) => Self::Failed(reason),
            Delivery::Later(reason) => {
                let created = Timestamp::from_millisecond(created_at).unwrap_or(now);
                match schedule::next_try(created, attempts, now, rand::random_range(0.0..=1.0)) {
                    Some(at) => Self::Again(at, reason),
                    None => Self::Failed(reason),
                }
            }
        }
    }

    fn name(&self) -> &'static str {
        match self {
            Self::Sent => "sent",
            Self::Again(..) => "again",
            Self::Failed(_) => "failed",
        }
    }
}

/// Puts the end of a try on record.
struct Settle {
    key: (Uuid, Uuid),
    round: Uuid,
    end: End,
}

impl Command for Settle {
    type Output = ();
    const NAME: &'static str = "settle_message";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        let settled = match &self.end {
            End::Sent => Settled::Sent,
            End::Again(at, reason) => Settled::Again { at: *at, reason },
            End::Failed(reason) => Settled::Failed { reason },
        };
        if !messages::settle(tx, self.key, self.round, &settled).await? {
            tracing::warn!(message_id = %self.key.1, "a message was taken by another sender meanwhile");
        }
        Ok(())
    }
}

/// A writer that is busy is asked again: a message that was taken must not be sent twice for that.
async fn put_on_record(app: &App, settle: Settle) {
    let Settle { key, round, end } = settle;
    for pause in [1, 2, 4, 8, 16, 32] {
        match app.writer.run(Settle { key, round, end: end.clone() }).await {
            Ok(()) => return,
            Err(error) => tracing::warn!(message_id = %key.1, %error, "the end of a message is not on record yet"),
        }
        tokio::time::sleep(Duration::from_secs(pause)).await;
    }
    tracing::error!(message_id = %key.1, "the end of a message is not on record: it may be sent once more");
}
