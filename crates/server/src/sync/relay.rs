//! Pokes between the server processes of one PostgreSQL database, by `NOTIFY`.
//!
//! A process gathers what it committed for [`GATHER`] and says it at once: `NOTIFY` takes a lock of the whole database
//! at commit, so it never belongs to a transaction that people wait for. What is lost (the line, a full backlog) becomes
//! *look anywhere*; desktops look now and then by themselves in any case.

use std::collections::BTreeSet;
use std::time::Duration;

use sea_orm::ConnectionTrait;
use sqlx::postgres::PgListener;
use tokio::sync::broadcast;
use tokio::sync::broadcast::error::RecvError;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

use super::events::{Poke, Pokes};
use crate::app::App;
use crate::db::{self, Db};
use crate::error::Result;

const CHANNEL: &str = "preau_pokes";
/// What is committed in this time travels together.
const GATHER: Duration = Duration::from_millis(100);
/// Before the line is tried again.
const PAUSE: Duration = Duration::from_secs(5);
/// Streams of one notification: a payload has less than 8,000 bytes, a stream takes 74.
const MOST: usize = 100;

/// Relays until the server ends. Nothing to do on SQLite, which one process serves.
pub async fn relay(app: App) {
    if !app.db.is_postgres() {
        return;
    }
    // A process does not listen to itself.
    let origin = Uuid::now_v7();
    let speaking = speak(&app.db, app.pokes.listen_to_own(), origin);
    let hearing = hear(&app.db, &app.pokes, origin, &app.closing);
    app.closing.run_until_cancelled(async { tokio::join!(speaking, hearing) }).await;
}

async fn speak(db: &Db, mut own: broadcast::Receiver<Poke>, origin: Uuid) {
    let mut lost = false;
    loop {
        let Some(first) = next(&mut own).await else { return };
        let mut pokes = BTreeSet::from([first]);
        if lost {
            pokes.insert(Poke::Anywhere);
        }
        let gathered = tokio::time::sleep(GATHER);
        tokio::pin!(gathered);
        loop {
            tokio::select! {
                () = &mut gathered => break,
                poke = next(&mut own) => match poke {
                    Some(poke) => pokes.insert(poke),
                    None => return,
                },
            };
        }
        let told = notify(db, &written(origin, &pokes)).await;
        lost = told.is_err();
        if let Err(error) = told {
            tracing::warn!(?error, "the other processes were not told of news");
        }
    }
}

/// `None` once the process no longer writes.
async fn next(own: &mut broadcast::Receiver<Poke>) -> Option<Poke> {
    match own.recv().await {
        Ok(poke) => Some(poke),
        Err(RecvError::Lagged(_)) => Some(Poke::Anywhere),
        Err(RecvError::Closed) => None,
    }
}

async fn notify(db: &Db, payload: &str) -> Result<()> {
    let sql = "SELECT pg_notify($1, $2)";
    db.readers().execute_raw(db::statement(db.readers(), sql, vec![CHANNEL.into(), payload.into()])).await?;
    Ok(())
}

async fn hear(db: &Db, pokes: &Pokes, origin: Uuid, closing: &CancellationToken) {
    while !closing.is_cancelled() {
        if let Err(error) = listen(db, pokes, origin).await {
            tracing::warn!(%error, "the other processes are not heard");
        }
        tokio::time::sleep(PAUSE).await;
    }
}

/// Listens until the line fails for good; a line made again may have missed something.
async fn listen(db: &Db, pokes: &Pokes, origin: Uuid) -> std::result::Result<(), sqlx::Error> {
    let mut line = PgListener::connect_with(db.readers().get_postgres_connection_pool()).await?;
    line.listen(CHANNEL).await?;
    pokes.relayed(Poke::Anywhere);
    loop {
        match line.try_recv().await? {
            None => pokes.relayed(Poke::Anywhere),
            Some(said) => read(origin, said.payload()).into_iter().for_each(|poke| pokes.relayed(poke)),
        }
    }
}

/// `origin` then `commune/stream` for each, by spaces; too many, or some lost: the origin and `*`.
fn written(origin: Uuid, pokes: &BTreeSet<Poke>) -> String {
    if pokes.len() > MOST || pokes.contains(&Poke::Anywhere) {
        return format!("{origin} *");
    }
    pokes.iter().fold(origin.to_string(), |text, poke| match poke {
        Poke::Stream { commune, stream } => format!("{text} {commune}/{stream}"),
        Poke::Anywhere => text,
    })
}

/// The pokes of another process. What cannot be read (another version of the program) may be about anything.
fn read(origin: Uuid, payload: &str) -> Vec<Poke> {
    let mut words = payload.split(' ');
    if words.next().and_then(|word| word.parse().ok()) == Some(origin) {
        return Vec::new();
    }
    let poke = |word: &str| {
        let (commune, stream) = word.split_once('/')?;
        Some(Poke::Stream { commune: commune.parse().ok()?, stream: stream.parse().ok()? })
    };
    words.map(poke).collect::<Option<Vec<_>>>().unwrap_or_else(|| vec![Poke::Anywhere])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn poke(number: u128) -> Poke {
        Poke::Stream { commune: Uuid::from_u128(7), stream: Uuid::from_u128(number) }
    }

    #[test]
    fn what_is_written_is_read_by_others_only() {
        let (here, there) = (Uuid::from_u128(1), Uuid::from_u128(2));
        let few: BTreeSet<_> = (1..=3).map(poke).collect();
        assert_eq!(read(there, &written(here, &few)), few.iter().copied().collect::<Vec<_>>());
        assert_eq!(read(here, &written(here, &few)), []);
        let most: BTreeSet<_> = (1..=100).map(poke).collect();
        assert!(written(here, &most).len() < 8000);
        assert_eq!(read(there, &written(here, &most)).len(), 100);
        let more: BTreeSet<_> = (1..=101).map(poke).collect();
        assert_eq!(read(there, &written(here, &more)), [Poke::Anywhere]);
        assert_eq!(read(there, "something else"), [Poke::Anywhere]);
    }
}
