//! What every use case of a server process shares.

use std::sync::Arc;

use preau_protocol::reservations::CountersResponse;
use tokio_util::sync::CancellationToken;

use crate::accounts::hashing::{HashingLimits, HashingPool};
use crate::accounts::keys::Keys;
use crate::accounts::throttle::Throttle;
use crate::addresses::AddressBase;
use crate::clock::Clock;
use crate::db::Db;
use crate::family::links::LinksFollow;
use crate::planning::Currents;
use crate::reservations::{self, Deciding, Ranks, Seal, Seen};
use crate::sync::events::Pokes;
use crate::writer::{Seat, Writer};

/// The running server, without its network.
#[derive(Clone)]
pub struct App {
    /// Reading.
    pub db: Arc<Db>,
    /// Writing.
    pub writer: Writer,
    /// Time.
    pub clock: Arc<dyn Clock>,
    /// Hints to listening desktops.
    pub pokes: Pokes,
    /// What seals codes and tokens.
    pub keys: Keys,
    /// Argon2id, bounded.
    pub hashing: HashingPool,
    /// Counts of tries.
    pub throttle: Arc<Throttle>,
    /// Suggestions of postal addresses.
    pub addresses: Arc<AddressBase>,
    /// What towns offer, made ready.
    pub currents: Arc<Currents>,
    /// What streams show of days follows the links between homes and children.
    pub links_follow: LinksFollow,
    /// Places left, as last read.
    pub last_counters: Arc<Seen<CountersResponse>>,
    /// Ranks of those who wait, as last read.
    pub last_ranks: Arc<Seen<Ranks>>,
    /// Cancelled when the server ends: answers without end (events) end then.
    pub closing: CancellationToken,
}

impl App {
    /// What decisions on days need besides the database.
    #[must_use]
    pub fn deciding(&self) -> Deciding {
        Deciding { currents: self.currents.clone(), seal: Seal::new(self.keys.receipt()) }
    }
}

impl std::fmt::Debug for App {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("App").finish_non_exhaustive()
    }
}

/// What an application is started with, besides its database and clock.
#[derive(Debug)]
pub struct AppOptions {
    /// Every key is derived from it.
    pub secret: Vec<u8>,
    /// How much hashing it takes on.
    pub hashing: HashingLimits,
    /// Suggestions of postal addresses.
    pub addresses: AddressBase,
    /// Where its writer runs.
    pub seat: Seat,
}

impl App {
    /// Opens the application over a database; the handle ends once the last [`App`] is dropped and all is written.
    ///
    /// # Errors
    /// When the system gives no randomness, or as [`Writer::start`].
    pub async fn start(
        db: Db,
        clock: Arc<dyn Clock>,
        options: AppOptions,
    ) -> anyhow::Result<(Self, tokio::task::JoinHandle<()>)> {
        let hashing = HashingPool::open(options.hashing)?;
        let db = match options.seat {
            Seat::Shared => db,
            Seat::Own => db.with_writer_to_open().await,
        };
        let (db, pokes) = (Arc::new(db), Pokes::default());
        let (writer, task) = Writer::start(db.clone(), clock.clone(), pokes.clone(), options.seat).await?;
        let app = Self {
            db,
            writer,
            clock,
            pokes,
            keys: Keys::derive(&options.secret),
            hashing,
            throttle: Arc::default(),
            addresses: Arc::new(options.addresses),
            currents: Arc::default(),
            links_follow: reservations::projection::follow_links,
            last_counters: Arc::default(),
            last_ranks: Arc::default(),
            closing: CancellationToken::new(),
        };
        Ok((app, task))
    }
}
