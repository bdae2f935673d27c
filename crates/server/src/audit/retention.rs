//! Erasing the details of acts when their time is over, salt and all. What was done, by whom and to whom stays, and the
//! chain with it: it covers the salted hash of the details, which cannot be guessed back.
//!
//! How long is the operator's setting. The CNIL recommends six months to one year for records of who did what
//! (délibération 2021-122 of 14 October 2021 on « journalisation »), hence the default of a year.

use std::time::Duration;

use jiff::{SignedDuration, Timestamp};
use uuid::Uuid;

use super::{Actor, Details, Entry, store};
use crate::app::App;
use crate::clock::{paris_day, paris_midnight};
use crate::error::Result;
use crate::writer::{Command, WriteTx};

/// Days that details are kept when nobody says otherwise.
pub const DAYS: u16 = 365;
/// How often the day is looked at.
const LOOK: Duration = Duration::from_secs(3600);
/// Acts of one command: it holds the writer for less than 50 ms.
const ACTS: i64 = 500;

/// Erases at the start and within an hour after each midnight in Paris, until the server ends.
pub async fn keep_erasing(app: App, days: u16) {
    let keeping = async {
        loop {
            if let Err(error) = erase_old_details(&app, days).await {
                tracing::warn!(?error, "details of old acts are not erased yet");
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    app.closing.run_until_cancelled(keeping).await;
}

/// Erases the details of acts done before the day that was so many days ago in Paris; how many there were.
///
/// # Errors
/// Whatever the database says; what is left is erased by the next run.
pub async fn erase_old_details(app: &App, days: u16) -> Result<u64> {
    let kept = SignedDuration::from_hours(24 * i64::from(days));
    let before = paris_midnight(paris_day(app.clock.now().checked_sub(kept).map_err(anyhow::Error::from)?)?)?;
    let mut total = 0;
    for commune in store::with_old_details(app.db.readers(), before.as_millisecond()).await? {
        let mut erased = 0;
        loop {
            match app.writer.run(Erase { commune, before, done: erased }).await? {
                0 => break,
                more => erased += more,
            }
        }
        tracing::info!(%commune, erased, "details of old acts are erased");
        total += erased;
    }
    Ok(total)
}

/// Erases the details of the next acts; once there are no more, says in the audit how many there were.
struct Erase {
    commune: Uuid,
    before: Timestamp,
    done: u64,
}

impl Command for Erase {
    type Output = u64;

    const NAME: &'static str = "erase_audit_details";

    async fn apply(&self, tx: &WriteTx) -> Result<u64> {
        let Self { commune, before, done } = *self;
        let erased = store::erase_details(tx, commune, before.as_millisecond(), ACTS).await?;
        if erased == 0 && done > 0 {
            let details = Details::default().with("acts", done)?.into_text();
            let (actor, action) = (Actor::System, "audit_details_erased");
            let entry = Entry { commune, actor, action, family: None, entity: None, details: Some(&details) };
            super::record(tx, entry).await?;
        }
        Ok(erased)
    }
}
