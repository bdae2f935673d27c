//! Links between homes and children begin and end by themselves: when a day begins in Paris, the streams of every home
//! of such a child are brought to date, some children at a time.
//!
//! Tables: reads `family_child`; `commune.links_shown_on` says up to which day a commune is done. Running it again does
//! nothing, so neither does a second process; what a crash interrupts begins again.

use std::collections::BTreeSet;
use std::time::Duration;

use futures_util::future::BoxFuture;
use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::projection::publish_families;
use super::store;
use crate::app::App;
use crate::clock::paris_day;
use crate::communes;
use crate::error::Result;
use crate::writer::{Command, WriteTx};

/// What brings all else that the streams of homes show of their children to the links that they have now.
pub type LinksFollow = for<'a> fn(&'a WriteTx, Uuid, Vec<Uuid>) -> BoxFuture<'a, Result<()>>;

/// Children of one command: it holds the writer for less than 50 ms.
const CHILDREN: i64 = 20;
/// How often the day is looked at: cheap, and right after the computer slept or its clock was set.
const LOOK: Duration = Duration::from_secs(60);

/// Brings the streams to date at the start and after each midnight in Paris, until the server ends.
pub async fn keep_links(app: App) {
    let keeping = async {
        loop {
            if let Err(error) = turn_links(&app).await {
                tracing::warn!(?error, "links that began or ended are not shown yet");
            }
            tokio::time::sleep(LOOK).await;
        }
    };
    app.closing.run_until_cancelled(keeping).await;
}

/// Brings the streams to date whose links began or ended since this last ran.
///
/// # Errors
/// Whatever the database says; what is left is done by the next run.
pub async fn turn_links(app: &App) -> Result<()> {
    let today = paris_day(app.clock.now())?;
    for (commune, since) in communes::links_shown_before(app.db.readers(), today).await? {
        // A day more: another process, whose clock is a little late, may have written under yesterday's date.
        let days = (since.yesterday().unwrap_or(since), today);
        let mut after = Uuid::nil();
        while let Some(last) = app.writer.run(TurnLinks { follow: app.links_follow, commune, days, after }).await? {
            after = last;
        }
        app.writer.run(LinksShown { commune, day: today }).await?;
        tracing::info!(%commune, %since, %today, "links that began or ended are shown");
    }
    Ok(())
}

/// The days after `since` up to `upto` from which some stream of the commune shows something else.
///
/// # Errors
/// Whatever the database says, or a date that cannot be read.
pub async fn turning_days(
    on: &impl ConnectionTrait,
    commune: Uuid,
    (since, upto): (Date, Date),
) -> Result<BTreeSet<Date>> {
    let mut days = BTreeSet::new();
    for link in store::turning_links(on, commune, (since, upto)).await? {
        days.insert(store::day(&link.starts_on)?);
        let last = link.ends_on.as_deref().map(store::day).transpose()?;
        days.extend(last.and_then(|last| last.tomorrow().ok()));
    }
    days.retain(|day| since < *day && *day <= upto);
    Ok(days)
}

/// Publishes the homes of the next children; the last of them, or none when there was none left.
struct TurnLinks {
    follow: LinksFollow,
    commune: Uuid,
    /// After the first, up to the second.
    days: (Date, Date),
    after: Uuid,
}

impl Command for TurnLinks {
    type Output = Option<Uuid>;
    const NAME: &'static str = "turn_links";

    async fn apply(&self, tx: &WriteTx) -> Result<Option<Uuid>> {
        let Self { commune, days, after, .. } = *self;
        let children = store::children_with_turning_links(tx.connection(), commune, days, after, CHILDREN).await?;
        let links = store::links_of(tx.connection(), commune, &children).await?;
        let homes: Vec<Uuid> = links.into_iter().map(|link| link.family_id).collect();
        publish_families(tx, commune, &homes).await?;
        (self.follow)(tx, commune, homes).await?;
        Ok(children.last().copied())
    }
}

/// Remembers that a commune is done up to a day.
struct LinksShown {
    commune: Uuid,
    day: Date,
}

impl Command for LinksShown {
    type Output = ();
    const NAME: &'static str = "links_shown";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        communes::set_links_shown(tx, self.commune, self.day).await
    }
}
