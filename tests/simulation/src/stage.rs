//! Where processes die, which mistake is planted, and what occurred, counted.

use crate::Mistake;
use crate::clock::Drawn;
use preau_failpoints::Director;
use std::collections::BTreeMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use tokio::sync::Notify;

/// A process dies once in so many passes of a place.
const DEATH: usize = 120;

/// What occurred, and how often.
pub type Counts = BTreeMap<String, u64>;

/// Shared by all that plays a part.
pub struct Stage {
    drawn: Drawn,
    mistake: Option<Mistake>,
    /// Faults occur; off while the story is prepared and mended.
    faults: AtomicBool,
    counts: Mutex<Counts>,
    server_died: Notify,
    client_died: Notify,
}

impl Stage {
    pub fn new(seed: u64, mistake: Option<Mistake>) -> Arc<Self> {
        Arc::new(Self {
            drawn: Drawn::new(seed ^ 0x5741_4745),
            mistake,
            faults: AtomicBool::new(false),
            counts: Mutex::default(),
            server_died: Notify::new(),
            client_died: Notify::new(),
        })
    }

    pub fn faults(&self, on: bool) {
        self.faults.store(on, Ordering::Relaxed);
    }

    pub fn has_faults(&self) -> bool {
        self.faults.load(Ordering::Relaxed)
    }

    pub fn count(&self, what: &str) {
        let mut counts = self.counts.lock().unwrap_or_else(PoisonError::into_inner);
        *counts.entry(what.to_owned()).or_default() += 1;
    }

    pub fn counts(&self) -> Counts {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Ends when the server dies at a place.
    pub async fn server_dies(&self) {
        self.server_died.notified().await;
    }

    /// Ends when the computer that acts dies at a place.
    pub async fn client_dies(&self) {
        self.client_died.notified().await;
    }
}

/// The stage as director of this thread.
pub struct Directing(pub Arc<Stage>);

impl Director for Directing {
    fn stops(&self, place: &'static str) -> bool {
        let stage = &self.0;
        if !stage.has_faults() || !stage.drawn.once_in(DEATH) {
            return false;
        }
        stage.count(&format!("death at {place}"));
        if place.starts_with("server.") {
            stage.server_died.notify_one();
        } else {
            stage.client_died.notify_one();
        }
        true
    }

    fn note(&self, what: &'static str) {
        self.0.count(what);
    }

    fn draw(&self, bytes: &mut [u8]) {
        self.0.drawn.fill(bytes);
    }

    fn planted(&self, mistake: Mistake) -> bool {
        let stage = &self.0;
        if stage.mistake != Some(mistake) || !stage.has_faults() {
            return false;
        }
        // Rare, as such mistakes are: mostly everything goes well.
        let occurs = stage.drawn.once_in(4);
        if occurs {
            stage.count(&format!("planted {mistake:?}"));
            if mistake == Mistake::AcknowledgesBeforeCommit {
                stage.server_died.notify_one();
            }
        }
        occurs
    }
}
