//! Pokes: hints that a stream has news. A lost one costs latency, nothing else.

use tokio::sync::broadcast;
use uuid::Uuid;

use std::collections::BTreeSet;

/// Pokes a slow listener may miss before it is told to look everywhere.
const BACKLOG: usize = 1024;

/// Where there is news.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Poke {
    /// In this stream of this commune.
    Stream {
        /// The commune.
        commune: Uuid,
        /// The stream.
        stream: Uuid,
    },
    /// Somewhere: some pokes were lost on the way.
    Anywhere,
}

/// Sends pokes to whoever listens in this process.
#[derive(Debug, Clone)]
pub struct Pokes {
    /// All of them, for the desktops.
    heard: broadcast::Sender<Poke>,
    /// Those of this process, for the other ones.
    own: broadcast::Sender<Poke>,
}

impl Default for Pokes {
    fn default() -> Self {
        Self { heard: broadcast::Sender::new(BACKLOG), own: broadcast::Sender::new(BACKLOG) }
    }
}

impl Pokes {
    /// Pokes every stream, as `(commune, stream)`, after this process committed to them.
    pub fn send(&self, streams: &BTreeSet<(Uuid, Uuid)>) {
        for &(commune, stream) in streams {
            let poke = Poke::Stream { commune, stream };
            pass_on(&self.own, poke);
            pass_on(&self.heard, poke);
        }
    }

    /// Passes on what another process said.
    pub(super) fn relayed(&self, poke: Poke) {
        pass_on(&self.heard, poke);
    }

    /// Listens from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<Poke> {
        self.heard.subscribe()
    }

    /// Listens to what this process commits, from now on.
    pub(super) fn listen_to_own(&self) -> broadcast::Receiver<Poke> {
        self.own.subscribe()
    }
}

fn pass_on(sender: &broadcast::Sender<Poke>, poke: Poke) {
    if sender.send(poke).is_err() {
        tracing::trace!("nobody listens to pokes");
    }
}
