//! Making the links of lost codes, apart from the requests that asked for them.

use std::time::Duration;

use jiff::SignedDuration;

use super::store::{self, RequestRow};
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::error::Result;
use crate::notices::links::{self, Purpose};
use crate::notices::{Content, Recipient, enqueue};
use crate::writer::{Command, WriteTx};

/// Requests of one command.
const AT_ONCE: i64 = 20;
/// Mails to one account within an hour: more of them help nobody, and would drown what else comes.
const AN_HOUR: i64 = 3;
/// How long a request is kept, to be counted.
const REMEMBERED: SignedDuration = SignedDuration::from_hours(24);
const LOOK: Duration = Duration::from_secs(1);
const PAUSE: Duration = Duration::from_secs(10);

/// Treats requests until the server ends.
pub async fn keep_treating(app: App) {
    let treating = async {
        loop {
            let pause = match treat(&app).await {
                Ok(()) => LOOK,
                Err(error) => {
                    tracing::warn!(%error, "lost codes wait");
                    PAUSE
                }
            };
            tokio::time::sleep(pause).await;
        }
    };
    app.closing.run_until_cancelled(treating).await;
}

/// Treats every request there is.
///
/// # Errors
/// Whatever the database says; what is left is treated the next time.
pub async fn treat(app: &App) -> Result<()> {
    while store::any_to_treat(app.db.readers()).await? {
        app.writer.run(Treat).await?;
    }
    Ok(())
}

/// Forgets requests that count for nothing any more: they say who lost a code.
///
/// # Errors
/// Whatever the database says; what is left goes the next time.
pub async fn forget(app: &App) -> Result<()> {
    while app.writer.run(Forget).await? > 0 {}
    Ok(())
}

/// Forgets some; how many.
struct Forget;

impl Command for Forget {
    type Output = u64;
    const NAME: &'static str = "forget_lost_codes";

    async fn apply(&self, tx: &WriteTx) -> Result<u64> {
        store::forget(tx, tx.now() - REMEMBERED).await
    }
}

struct Treat;

impl Command for Treat {
    type Output = ();
    const NAME: &'static str = "treat_lost_codes";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        for request in store::to_treat(tx, AT_ONCE).await? {
            if store::treat(tx, &request).await? {
                answer(tx, &request).await?;
            }
        }
        Ok(())
    }
}

async fn answer(tx: &WriteTx, request: &RequestRow) -> Result<()> {
    let commune = request.commune_id;
    let Some(account) = request.account_id else { return Ok(()) };
    let Some(mail) = store::mail_of(tx, commune, account).await? else { return Ok(()) };
    if store::treated_since(tx, request, tx.now() - SignedDuration::from_hours(1)).await? > AN_HOUR {
        // It does not count: whoever asks again and again would keep its owner from every mail.
        return store::forget_request(tx, request).await;
    }
    let link = links::issue(tx, commune, Purpose::LostCode, account).await?;
    let content = Content::LostCode { first_name: mail.first_name };
    enqueue(tx, commune, &Recipient::Mail(mail.email), &content, Some(link)).await?;
    let (actor, action) = (Actor::System, "lost_code_link_issued");
    audit::record(tx, Entry { commune, actor, action, family: None, entity: Some(account), details: None }).await
}
