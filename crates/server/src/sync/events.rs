//! Pokes: hints that a stream has news. A lost one costs latency, nothing else.

use tokio::sync::broadcast;
use uuid::Uuid;

use std::collections::BTreeSet;

/// Pokes a slow listener may miss before it is told to look everywhere.
const BACKLOG: usize = 1024;

/// Sends pokes to whoever listens in this process.
#[derive(Debug, Clone)]
pub struct Pokes {
    sender: broadcast::Sender<(Uuid, Uuid)>,
}

impl Default for Pokes {
    fn default() -> Self {
        Self { sender: broadcast::Sender::new(BACKLOG) }
    }
}

impl Pokes {
    /// Pokes every stream, as `(commune, stream)`.
    pub fn send(&self, streams: &BTreeSet<(Uuid, Uuid)>) {
        for stream in streams {
            if self.sender.send(*stream).is_err() {
                return; // nobody listens
            }
        }
    }

    /// Listens from now on.
    #[must_use]
    pub fn listen(&self) -> broadcast::Receiver<(Uuid, Uuid)> {
        self.sender.subscribe()
    }
}
